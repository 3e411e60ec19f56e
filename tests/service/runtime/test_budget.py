"""Work is refused or moved before it is begun."""

import asyncio
import threading

import pytest

from service.config.settings import LimitSettings
from service.model.answer_key import AnswerKey
from service.model.errors import OverBudgetError
from service.runtime.budget import Budget, LongWorkError, Work, foresee, spend, within
from service.runtime.lanes import Cost, Lanes
from service.runtime.single_flight import AnswerCache, Result, SingleFlightCache

LIMITS = LimitSettings(work_s=20, work_bytes=100 * 2**20)


def work(seconds: float, megabytes: float = 1.0) -> Work:
    return Work(seconds, megabytes * 2**20, "a picture of 7 places", "ask for a smaller one")


def test_outside_of_a_lane_nothing_is_bounded():
    spend(work(1e9, 1e9))


def test_steps_add_up_and_the_one_too_many_is_long():
    with within(Budget(2.0, LIMITS)):
        spend(work(1.0))
        spend(work(0.9))
        with pytest.raises(LongWorkError, match="about 4 s"):
            spend(work(2.0))


def test_what_is_foreseen_is_checked_and_not_yet_spent():
    with within(Budget(2.0, LIMITS)):
        foresee(work(1.5))
        spend(work(1.5))
        with pytest.raises(LongWorkError):
            foresee(work(1.0))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (work(21.0), r"21 seconds of work \(a picture.*\) are more than the 20 allowed: ask for"),
        (work(0.1, 150.0), r"150 MB of memory .* are more than the 100 allowed"),
    ],
)  # fmt: skip
def test_what_no_answer_may_take_is_refused_with_what_to_ask_instead(asked, message):
    with within(Budget(1.0, LIMITS)), pytest.raises(OverBudgetError, match=message):
        spend(asked)


def test_a_long_answer_is_moved_to_the_heavy_lane_and_computed_there():
    lanes, threads = Lanes(LIMITS), []

    def compute() -> Result:
        threads.append(threading.current_thread().name)
        spend(work(5.0))
        return Result(b"body")

    async def ask() -> Result:
        key = AnswerKey("a", "", "1", "open-1", "public")
        return await AnswerCache(1_000).get_or_compute(key, compute, lanes[Cost.QUICK])

    assert asyncio.run(ask()).content == b"body"
    assert threads == ["hotspots-quick_0", "hotspots-heavy_0"]
    lanes.close()


def test_who_waits_for_a_value_does_not_fail_because_the_other_had_a_smaller_budget():
    cache: SingleFlightCache[str] = SingleFlightCache(10)
    budgets = iter([1.0, 10.0])

    def compute() -> str:
        with within(Budget(next(budgets), LIMITS)):
            spend(work(5.0))
        return "value"

    async def both() -> list[object]:
        return await asyncio.gather(
            *(asyncio.to_thread(cache.get, "key", compute) for _ in range(2)),
            return_exceptions=True,
        )

    answers = asyncio.run(both())
    assert sum(answer == "value" for answer in answers) == 1
    assert sum(isinstance(answer, LongWorkError) for answer in answers) == 1
