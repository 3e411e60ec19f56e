"""The caches: one computation per key, errors not kept, weight bounded."""

import asyncio
import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.model.answer_key import AnswerKey
from service.runtime.cancellation import check_cancelled
from service.runtime.lanes import Cost, Lane
from service.runtime.single_flight import AnswerCache, Result, SingleFlightCache
from tests.service.asgi import until

THREADS = 16


def test_a_value_is_computed_once_and_kept():
    cache = SingleFlightCache(10)
    computed = []
    for _ in range(3):
        assert cache.get("key", lambda: computed.append(1) or "value") == "value"
    assert len(computed) == 1


def test_many_threads_cause_one_computation():
    cache = SingleFlightCache(10)
    computed, everybody = [], threading.Barrier(THREADS)
    release = threading.Event()

    def compute():
        computed.append(1)
        release.wait(10)
        return object()

    def ask(_):
        everybody.wait(10)
        return cache.get("key", compute)

    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(ask, i) for i in range(THREADS)]
        while not computed:  # the others are asking, or about to
            pass
        release.set()
        found = {id(one.result(10)) for one in asked}
    assert len(computed) == 1
    assert len(found) == 1


def test_different_keys_do_not_wait_for_each_other():
    cache = SingleFlightCache(10)
    other_done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(cache.get, "slow", lambda: other_done.wait(10))
        cache.get("quick", lambda: 1)
        other_done.set()
        assert slow.result(10) is True


def test_an_error_reaches_all_who_wait_and_is_not_kept():
    cache = SingleFlightCache(10)
    waiting = threading.Event()

    def fail():
        waiting.wait(10)
        raise ValueError("no")

    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(cache.get, "key", fail) for _ in range(THREADS)]
        waiting.set()
        for one in asked:
            with pytest.raises(ValueError, match="no"):
                one.result(10)
    assert cache.get("key", lambda: "now") == "now"


def test_the_weight_kept_stays_within_the_capacity():
    cache = SingleFlightCache(10, weigh=len)
    computed = []

    def make(name, size):
        computed.append(name)
        return "x" * size

    for name, size in (("a", 4), ("b", 4), ("c", 4)):
        cache.get(name, lambda n=name, s=size: make(n, s))
    cache.get("c", lambda: make("c again", 4))
    cache.get("b", lambda: make("b again", 4))
    cache.get("a", lambda: make("a again", 4))
    assert computed == ["a", "b", "c", "a again"]


def test_what_was_used_last_is_kept_longest():
    cache = SingleFlightCache(2)
    for name in ("a", "b", "a", "c"):
        cache.get(name, lambda: "value")
    computed = []
    cache.get("a", lambda: computed.append("a") or "value")
    cache.get("b", lambda: computed.append("b") or "value")
    assert computed == ["b"]


def test_a_value_above_the_capacity_is_returned_and_not_kept():
    cache = SingleFlightCache(3, weigh=len)
    assert cache.get("key", lambda: "long") == "long"
    assert cache.get("key", lambda: "other") == "other"


def test_an_empty_value_is_kept_too():
    cache = SingleFlightCache(10, weigh=lambda value: len(value) + 1)
    computed = []
    for _ in range(2):
        cache.get("key", lambda: computed.append(1) or b"")
    assert len(computed) == 1


# Answers: from memory, or computed once in a lane.

WAIT_S = 60


def key(name):
    return AnswerKey(path=name, query="", data_version="1", policy="open-1", role="public")


@pytest.fixture
def lane():
    lane = Lane(Cost.QUICK, threads=1, queue_size=9)
    yield lane
    lane.close()


def test_answers_are_kept_within_their_capacity_and_the_oldest_go_first(lane):
    answers = AnswerCache(1_000)

    async def ask():
        for name in "abc":
            await answers.get_or_compute(key(name), lambda: Result(b"x" * 300), lane)
        await answers.get_or_compute(key("large"), lambda: Result(b"x" * 1_000), lane)

    asyncio.run(ask())
    kept = [answers.peek(key(name).entity_tag) is not None for name in ("a", "b", "c", "large")]
    assert kept == [False, True, True, False]


def test_an_answer_says_where_it_was_found(lane):
    answers, go_on = AnswerCache(1_000), threading.Event()

    def compute():
        assert go_on.wait(WAIT_S)
        return Result(b"body", "provenance")

    async def ask():
        asking = [
            asyncio.ensure_future(answers.get_or_compute(key("a"), compute, lane))
            for _ in range(3)
        ]
        await until(lambda: answers.waiters == 3)
        go_on.set()
        found = await asyncio.gather(*asking)
        return [*found, await answers.get_or_compute(key("a"), compute, lane)]

    found = asyncio.run(ask())
    assert {(each.content, each.provenance) for each in found} == {(b"body", "provenance")}
    assert [each.level for each in found] == ["computed", "joined", "joined", "memory"]


def test_an_answer_of_data_that_changed_meanwhile_is_not_kept(lane):
    answers = AnswerCache(1_000)
    stale = Result(b"of two versions", is_current=False)
    given = asyncio.run(answers.get_or_compute(key("a"), lambda: stale, lane))
    assert (given.content, given.is_current) == (b"of two versions", False)
    assert answers.peek(key("a").entity_tag) is None


def test_an_error_reaches_all_who_wait_for_an_answer_and_is_not_kept(lane):
    answers, go_on = AnswerCache(1_000), threading.Event()

    def fail():
        go_on.wait(WAIT_S)
        raise ValueError("no")

    async def ask():
        asking = [
            asyncio.ensure_future(answers.get_or_compute(key("a"), fail, lane)) for _ in range(3)
        ]
        await until(lambda: answers.waiters == 3)
        go_on.set()
        errors = await asyncio.gather(*asking, return_exceptions=True)
        return errors, await answers.get_or_compute(key("a"), lambda: Result(b"now"), lane)

    errors, now = asyncio.run(ask())
    assert [type(error) for error in errors] == [ValueError] * 3
    assert now.content == b"now"


def test_the_last_who_leaves_cancels_and_who_comes_afterwards_begins_another(lane):
    answers, begun, ended = AnswerCache(1_000), threading.Event(), threading.Event()

    def endless():
        begun.set()
        try:
            while True:
                check_cancelled()
        finally:
            ended.set()

    async def ask():
        asking = [
            asyncio.ensure_future(answers.get_or_compute(key("a"), endless, lane))
            for _ in range(2)
        ]
        await until(begun.is_set)
        asking[0].cancel()
        await until(lambda: answers.waiters == 1)
        assert not ended.is_set()
        asking[1].cancel()
        await until(ended.is_set)
        return await answers.get_or_compute(key("a"), lambda: Result(b"another"), lane)

    assert asyncio.run(ask()).content == b"another"


@pytest.mark.parametrize("rows", [None, 0, 516])
@pytest.mark.parametrize("share", [None, 0.0, 0.25])
def test_a_result_is_one_value_for_a_shared_cache(rows, share):
    result = Result(b"\x00body", '{"a": 1}', rows=rows, sensitive_share=share)
    again = Result.from_bytes(result.to_bytes(), level="shared")
    assert again == dataclasses.replace(result, level="shared")


@pytest.mark.parametrize("part", [field.name for field in dataclasses.fields(AnswerKey)])
def test_every_part_of_a_key_changes_the_entity_tag(part):
    plain = AnswerKey(
        path="/a", query="b", data_version="c", policy="d", role="e", representation="f"
    )
    other = dataclasses.replace(plain, **{part: "another"})
    assert other.entity_tag != plain.entity_tag
    assert plain.entity_tag == dataclasses.replace(plain).entity_tag


def test_what_moves_from_one_part_of_a_key_to_the_next_changes_the_tag():
    one = AnswerKey(path="/a", query="bc", data_version="", policy="", role="")
    other = AnswerKey(path="/ab", query="c", data_version="", policy="", role="")
    assert one.entity_tag != other.entity_tag
