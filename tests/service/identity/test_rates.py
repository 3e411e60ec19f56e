"""How often a key may ask."""

import pytest

from service.identity.rates import RateLimits


@pytest.fixture
def clock():
    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    return Clock()


def answered(limits, times, key="a", **options):
    return sum(not limits.wait_s(key, **options) for _ in range(times))


def test_a_key_may_ask_as_often_as_its_limit_and_then_waits(clock):
    limits = RateLimits(60, clock)
    assert answered(limits, 100) == 60
    assert limits.wait_s("a") == pytest.approx(1.0)
    clock.now = 1.0
    assert answered(limits, 100) == 1


def test_no_key_saves_more_than_a_minute(clock):
    limits = RateLimits(60, clock)
    answered(limits, 60)
    clock.now = 3_600.0
    assert answered(limits, 1_000) == 60


def test_one_key_takes_nothing_from_another(clock):
    limits = RateLimits(10, clock)
    assert answered(limits, 50) == 10
    assert answered(limits, 50, "b") == 10


def test_a_key_may_have_a_limit_of_its_own(clock):
    assert answered(RateLimits(10, clock), 50, per_minute=20) == 20
