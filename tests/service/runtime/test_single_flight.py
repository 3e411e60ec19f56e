"""The cache: one computation per key, errors not kept, weight bounded."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.runtime.single_flight import SingleFlightCache

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


def test_hits_and_misses_are_counted():
    cache = SingleFlightCache(10)
    for name in ("a", "a", "b"):
        cache.get(name, lambda: 1)
    assert (cache.hits, cache.misses) == (1, 2)
