"""Intervals shared out over the hours of a week: against a count of every minute."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidValuesError
from spatial.over_time.aoristic import WEEK, aoristic_week

EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - local time of no zone
MINUTES = st.integers(-30_000_000, 60_000_000)
LENGTHS = st.one_of(st.integers(0, 200), st.integers(0, 3 * WEEK))


def minute_by_minute(intervals):
    """Every minute of every interval, by the calendar."""
    week = np.zeros((7, 24))
    for first, length in intervals:
        minutes = range(first, first + max(length, 1))
        for minute in minutes:
            moment = EPOCH + datetime.timedelta(minutes=minute)
            week[moment.weekday(), moment.hour] += 1 / len(minutes)
    return week


def shared(intervals):
    first = [begin for begin, _ in intervals]
    return aoristic_week(first, [begin + length for begin, length in intervals])


@given(st.lists(st.tuples(MINUTES, LENGTHS), max_size=4))
def test_weights_are_those_of_a_count_of_every_minute(intervals):
    np.testing.assert_allclose(shared(intervals), minute_by_minute(intervals), atol=1e-9)


@given(st.lists(st.tuples(MINUTES, LENGTHS), max_size=30))
def test_weights_add_up_to_the_incidents_and_none_is_below_zero(intervals):
    week = shared(intervals)
    assert week.sum() == pytest.approx(len(intervals))
    assert (week >= 0).all()


def test_an_interval_by_hand():
    # Saturday 23:30 to Sunday 01:30: 30, 60 and 30 of 120 minutes.
    first = int((datetime.datetime(2024, 1, 6, 23, 30) - EPOCH).total_seconds()) // 60  # noqa: DTZ001
    week = shared([(first, 120)])
    assert week[5, 23] == 0.25
    assert week[6, 0] == 0.5
    assert week[6, 1] == 0.25
    assert np.count_nonzero(week) == 3


def test_whole_weeks_are_the_same_in_every_hour_and_a_moment_is_whole_in_its_own():
    np.testing.assert_allclose(shared([(77, 2 * WEEK)]), 1 / 168)
    assert shared([(77, 0)])[3, 1] == 1.0  # 1970-01-01 was a Thursday


@pytest.mark.parametrize(("first", "last"), [([5], [4]), ([5], [6, 7]), ([[5]], [[6]])])
def test_what_is_no_interval_is_refused(first, last):
    with pytest.raises(InvalidValuesError):
        aoristic_week(first, last)
