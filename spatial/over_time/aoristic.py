"""Incidents of which only an interval is known, shared out over the hours of a week."""

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray
from spatial.compiled import compiled
from spatial.errors import InvalidValuesError

HOUR, DAY, WEEK = 60, 1_440, 10_080  # minutes
FIRST_MONDAY = 4 * DAY  # 1970-01-05


def aoristic_week(first_minutes: ArrayLike, last_minutes: ArrayLike) -> FloatArray:
    """Incidents in each hour of the week, each shared out over its interval by minutes.

    Parameters
    ----------
    first_minutes, last_minutes : (n,) int64
        Beginning and end of each interval, minutes of local time since 1970-01-01. The minute of
        the end is not part of it. Where both are the same the incident counts whole in its hour.

    Returns
    -------
    (7, 24) float64
        Days from Monday, hours from midnight; they add up to n.

    Raises
    ------
    InvalidValuesError
        If an interval ends before it begins, or there are not as many ends as beginnings.

    Notes
    -----
    An incident that may have happened at any minute of an interval counts in each hour with the
    share of its minutes in it. That supposes that all minutes are equally likely. An interval
    longer than a week passes some hours more than once. Minutes are those of the clock: in the
    night in which it is put forward or back an hour counts that was not there, or once that was
    there twice. Cost O(n x hours of the interval), at most a week of them.

    References
    ----------
    Ratcliffe and McCullagh (1998), International Journal of Geographical Information Science
    12(7).
    """
    first = np.asarray(first_minutes, dtype=np.int64)
    last = np.asarray(last_minutes, dtype=np.int64)
    if first.ndim != 1 or first.shape != last.shape:
        raise InvalidValuesError("last_minutes", "must be one for each beginning")
    if np.any(last < first):
        raise InvalidValuesError("last_minutes", "must not be before the beginning")
    week = np.zeros(WEEK // HOUR)
    _share_out((first - FIRST_MONDAY) % WEEK, last - first, week)
    return week.reshape(7, 24)


def compile_kernels() -> None:
    """Compile the kernel, or load it from the cache, before the first request needs it."""
    aoristic_week([0], [90])


@compiled
def _share_out(first: IntArray, length: IntArray, week: FloatArray) -> None:
    """Add each interval to the hours of the week; `first` is from 0 to a week, in minutes."""
    hours = len(week)
    for i in range(len(first)):
        if length[i] == 0:
            week[first[i] // HOUR] += 1.0
            continue
        weeks, rest = length[i] // WEEK, length[i] % WEEK
        if weeks:
            for hour in range(hours):
                week[hour] += weeks * HOUR / length[i]
        minute = first[i]
        while rest > 0:
            part = min(HOUR - minute % HOUR, rest)
            week[minute // HOUR % hours] += part / length[i]
            minute += part
            rest -= part
