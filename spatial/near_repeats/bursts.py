"""The largest number of incidents within some days, and how likely chance makes it."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import IndexArray, IntArray, frozen
from spatial.compiled import compiled
from spatial.errors import InvalidParameterError, InvalidValuesError

BLOCK: Final = 2**22  # days or incidents drawn at a time
NS_A_STEP: Final = 1.5
"""Of one processor, for each incident, day of the window and draw."""
NS_A_DAY: Final = 60.0
"""The same for each day and draw, where the incidents of a day are drawn together."""


def naus_probability(largest: int, *, mean: float, windows: float) -> float:
    """Probability that a moving window sees so many events of a Poisson process, or more.

    Parameters
    ----------
    largest : int
        Events in the window, from 1.
    mean : float
        Events expected in a window, above 0.
    windows : float
        Length of the period in windows, from 2.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    InvalidParameterError
        If a number is out of range.

    Notes
    -----
    1 - Q2 (Q3 / Q2) ^ (L - 2), with Q2 and Q3 the exact probabilities of fewer events in every
    window of a period of two and of three windows. The window moves continuously: one that moves
    by whole days sees the largest number less often.

    References
    ----------
    Naus (1982), Journal of the American Statistical Association 77, eq. 1, 3 and 4.
    """
    if largest < 1:
        raise InvalidParameterError("largest", largest, "at least 1")
    if not (math.isfinite(mean) and mean > 0.0):
        raise InvalidParameterError("mean", mean, "a finite number above 0")
    if not (math.isfinite(windows) and windows >= 2.0):
        raise InvalidParameterError("windows", windows, "a finite number from 2")
    two, three = _fewer_in_two(largest, mean), _fewer_in_three(largest, mean)
    if two <= 0.0 or three <= 0.0:
        return 1.0
    # In logarithms, because the ratio is near 1 and the power large.
    return min(1.0, max(0.0, -math.expm1(math.log(two) + (windows - 2.0) * math.log(three / two))))


def _poisson(count: int, mean: float) -> float:
    """P(N = count), 0 below 0."""
    if count < 0:
        return 0.0
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


def _at_most(count: int, mean: float) -> float:
    """P(N <= count), 0 below 0."""
    from scipy.special import pdtr

    return float(pdtr(count, mean)) if count >= 0 else 0.0


def _fewer_in_two(k: int, mean: float) -> float:
    """Q2: no window of a period of two windows has k events."""
    p_k = _poisson(k, mean)
    return (
        _at_most(k - 1, mean) ** 2
        - (k - 1) * p_k * _poisson(k - 2, mean)
        - (k - 1 - mean) * p_k * _at_most(k - 3, mean)
    )


def _fewer_in_three(k: int, mean: float) -> float:
    """Q3: the same of a period of three."""

    def below(last: int) -> float:
        return _at_most(last, mean)

    p_k = _poisson(k, mean)
    first = 2.0 * p_k * below(k - 1) * ((k - 1) * below(k - 2) - mean * below(k - 3))
    square = 0.5 * p_k * p_k
    square *= (
        (k - 1) * (k - 2) * below(k - 3)
        - 2.0 * (k - 2) * mean * below(k - 4)
        + mean * mean * below(k - 5)
    )
    third = sum(_poisson(2 * k - r, mean) * below(r - 1) ** 2 for r in range(1, k))
    fourth = sum(
        _poisson(2 * k - r, mean)
        * _poisson(r, mean)
        * ((r - 1) * below(r - 2) - mean * below(r - 3))
        for r in range(2, k)
    )
    return below(k - 1) ** 3 - first + square + third - fourth


def most_within(days: ArrayLike, *, window_days: int) -> tuple[int, int]:
    """The largest number of incidents on so many days in a row, and the first of these days.

    Parameters
    ----------
    days : (n,) int64
        Day of each incident.
    window_days : int
        Length of the window, from 1.

    Returns
    -------
    largest, first_day : int
        Of the earliest such window, which begins on a day with incidents; 0 and 0 without any.
    """
    ordered = np.sort(np.asarray(days, np.int64))
    if not len(ordered):
        return 0, 0
    ends = np.searchsorted(ordered, ordered + window_days, side="left")
    counts = ends - np.arange(len(ordered))
    best = int(np.argmax(counts))
    return int(counts[best]), int(ordered[best])


@dataclass(frozen=True, eq=False)
class LargestByChance:
    """The largest number in a window, drawn for several numbers of incidents; read-only.

    Attributes
    ----------
    incidents : (k,) int64
        Numbers of incidents, ascending.
    largest : (k, draws) int32
        Sorted along the draws.
    """

    incidents: IntArray
    largest: IndexArray

    def of(self, incidents: int) -> IndexArray:
        """(draws,) The drawn numbers for so many incidents, ascending.

        Parameters
        ----------
        incidents : int
            One of `incidents`.
        """
        drawn: IndexArray = self.largest[int(np.searchsorted(self.incidents, incidents))]
        return drawn

    def p_value(self, incidents: int, largest: int) -> float:
        """Probability of a window with so many by chance, (b + 1) / (R + 1).

        Parameters
        ----------
        incidents : int
            One of `incidents`.
        largest : int
            In a window.
        """
        drawn = self.of(incidents)
        beyond = len(drawn) - int(np.searchsorted(drawn, largest, side="left"))
        return (beyond + 1.0) / (len(drawn) + 1.0)

    def least_with(self, incidents: int, level: float) -> int:
        """The least number in a window whose p is at most a level.

        Parameters
        ----------
        incidents : int
            One of `incidents`.
        level : float
            Above 0 and below 1.

        Returns
        -------
        int
            At most one more than the largest drawn.
        """
        drawn = self.of(incidents)
        allowed = math.floor(level * (len(drawn) + 1.0) * (1.0 + 1e-12)) - 1
        if allowed < 0:
            return int(drawn[-1]) + 1
        return int(drawn[len(drawn) - 1 - allowed]) + 1 if allowed < len(drawn) else 0


def largest_by_chance(
    incidents: ArrayLike,
    covered_days: ArrayLike,
    *,
    window_days: int,
    draws: int = 9_999,
    seed: int = 1,
) -> LargestByChance:
    """The largest number within a window if incidents fall on any covered day alike.

    Parameters
    ----------
    incidents : (k,) int64
        Numbers of incidents, from 0.
    covered_days : (days,) int64
        The days on which one may fall, ascending and distinct; gaps stay empty.
    window_days : int
        Length of the window, from 1.
    draws : int
        For each number, at least 1.
    seed : int
        Of these.

    Returns
    -------
    LargestByChance
        For each number once.

    Raises
    ------
    InvalidValuesError, InvalidParameterError
        If the arrays or numbers are not as described.

    Notes
    -----
    Null hypothesis: given their number, incidents fall on the covered days independently and with
    the same probability: the retrospective scan of days, without an approximation. Incidents are
    added one by one, so that one draw serves all numbers, cost O(draws x largest number x
    window); where few numbers are asked those of a day are drawn together, O(draws x days) each.

    References
    ----------
    Glaz, Naus and Wallenstein (2001), Scan Statistics, chapter 2 (given the number of events).
    """
    numbers = np.unique(np.asarray(incidents, np.int64))
    day = np.asarray(covered_days, np.int64)
    if len(numbers) and numbers[0] < 0:
        raise InvalidValuesError("incidents", "must be whole numbers from 0")
    if not len(day) or np.any(np.diff(day) <= 0):
        raise InvalidValuesError("covered_days", "must be days that ascend, at least one")
    if window_days < 1 or draws < 1:
        raise InvalidParameterError("window_days", window_days, "at least 1, with 1 draw or more")
    day = day - day[0]
    rng = np.random.default_rng(seed)
    largest = np.zeros((len(numbers), draws), np.int32)
    if _one_by_one(numbers, len(day), window_days):
        block = max(1, BLOCK // max(int(numbers[-1]), 1)) if len(numbers) else 1
        for first in range(0, draws, block):
            rows = min(block, draws - first)
            drawn = day[rng.integers(0, len(day), size=(rows, int(numbers.max(initial=0))))]
            _add_one_by_one(
                drawn, numbers, int(day[-1]), window_days, largest[:, first : first + rows]
            )
    else:
        for k, number in enumerate(numbers.tolist()):
            largest[k] = _together(rng, number, day, window_days, draws)
    largest.sort(axis=1)
    return LargestByChance(frozen(numbers), frozen(largest))


def seconds_of_draws(numbers: IntArray, days: int, window_days: int, draws: int) -> float:
    """About how long `largest_by_chance` takes on one processor.

    Parameters
    ----------
    numbers : (k,) int64
        Distinct numbers of incidents.
    days, window_days, draws : int
        As there.

    Returns
    -------
    float
        Seconds.
    """
    if _one_by_one(numbers, days, window_days):
        return float(numbers.max(initial=0)) * (window_days + 8) * draws * NS_A_STEP * 1e-9
    return len(numbers) * days * draws * NS_A_DAY * 1e-9


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache."""
    largest_by_chance([1], [0], window_days=1, draws=1)


def _one_by_one(numbers: IntArray, days: int, window_days: int) -> bool:
    """Whether adding incidents one by one is cheaper than drawing those of each day together."""
    one_by_one = float(numbers.max(initial=0)) * (window_days + 8) * NS_A_STEP
    return one_by_one <= len(numbers) * days * NS_A_DAY


def _together(
    rng: np.random.Generator, number: int, day: IntArray, window_days: int, draws: int
) -> IntArray:
    """(draws,) The largest number in a window, from the counts of each day."""
    share = np.full(len(day), 1.0 / len(day))
    largest = np.empty(draws, np.int64)
    block = max(1, BLOCK // (int(day[-1]) + 1))
    for first in range(0, draws, block):
        rows = min(block, draws - first)
        counts = np.zeros((rows, int(day[-1]) + 1), np.int64)
        counts[:, day] = rng.multinomial(number, share, size=rows)
        sums = np.cumsum(counts, axis=1)
        windows = sums.copy()
        windows[:, window_days:] -= sums[:, :-window_days]
        largest[first : first + rows] = windows.max(axis=1)
    return largest


@compiled
def _add_one_by_one(
    drawn: IntArray, numbers: IntArray, last_day: int, window_days: int, largest: IndexArray
) -> None:
    """The largest number in a window after each number of incidents."""
    windows = np.zeros(last_day + window_days, np.int32)
    for row in range(len(drawn)):
        windows[:] = 0
        most, k = 0, 0
        while k < len(numbers) and numbers[k] == 0:
            k += 1
        for incident in range(drawn.shape[1]):
            day = drawn[row, incident]
            for first in range(day, day + window_days):
                windows[first] += 1
                most = max(most, windows[first])
            while k < len(numbers) and numbers[k] == incident + 1:
                largest[k, row] = most
                k += 1
