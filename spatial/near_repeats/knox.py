"""Knox's test: are pairs of incidents close in space and time more than their chance."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import (
    AnyArray,
    FloatArray,
    IndexArray,
    IntArray,
    Progress,
    checked_points,
    frozen,
)
from spatial.compiled import compiled
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.near_repeats.pairs import Pairs, checked_edges, close_pairs

MAX_DAYS: Final = 3_660
NS_A_PAIR: Final = 0.15
"""Of one processor, for each close pair, bound of days and draw."""
LANES: Final = 64
"""Draws that are counted together."""
MOST_CARRIED: Final = 2**15 - 1


@dataclass(frozen=True, eq=False)
class KnoxTable:
    """Pairs by bands of distance (rows) and of days (columns); read-only arrays.

    Attributes
    ----------
    observed : (s, t) int64
        Pairs.
    expected : (s, t) float64
        Their mean if the times are dealt out among the places at random; exact.
    p_value : (s, t) float64
        Probability of as many pairs or more in that band by chance.
    p_any : (s, t) float64
        Probability that chance gives any band of the table as far above its mean, in standard
        deviations.
    drawn : (draws, s, t) int64
        Pairs in each random order of the times.
    largest : (draws + 1,) float64
        The largest standardised count of the table, and of each order behind it.
    """

    observed: IntArray
    expected: FloatArray
    p_value: FloatArray
    p_any: FloatArray
    drawn: IntArray
    largest: FloatArray

    @property
    def ratio(self) -> FloatArray:
        """(s, t) Observed by expected; NaN where none are expected."""
        return self.observed / np.where(self.expected > 0, self.expected, np.nan)


def checked_days(days: ArrayLike, points: int) -> IntArray:
    """One whole day for each point, counted from the first.

    Parameters
    ----------
    days : (n,) int64
        Any day may be 0.
    points : int
        Number of points.

    Returns
    -------
    (n,) int64
        From 0.

    Raises
    ------
    InvalidValuesError
        If there is not one for each point, or one is not whole.
    """
    day = np.asarray(days)
    if day.shape != (points,) or not np.all(day == np.floor(day)):
        raise InvalidValuesError("days", f"must be {points} whole numbers, one for each point")
    whole = day.astype(np.int64)
    return whole - whole.min(initial=np.iinfo(np.int64).max) if points else whole


def knox_table(
    xy_m: ArrayLike,
    days: ArrayLike,
    *,
    upper_m: ArrayLike,
    upper_days: ArrayLike,
    same_place: bool = False,
    draws: int = 999,
    seed: int = 1,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> KnoxTable:
    """Pairs of incidents by how far apart they are in space and time, against chance.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Places, metres.
    days : (n,) int64
        Day of each, counted from any.
    upper_m : (s,) float64
        Upper bounds of the bands of distance, metres, ascending.
    upper_days : (t,) int64
        Upper bounds of the bands of days between two, ascending whole numbers.
    same_place : bool
        Pairs at equal coordinates have a band of their own, the first.
    draws : int
        Random orders of the times.
    seed : int
        Of these.
    threads : int
        The answer is the same for any number.
    on_progress : callable or None
        Called between draws.

    Returns
    -------
    KnoxTable
        One row more than `upper_m` where `same_place` is true.

    Raises
    ------
    InvalidPointsError, InvalidValuesError, InvalidParameterError
        If the arrays or numbers are not as described.

    Notes
    -----
    Bands are half-open: a pair belongs to the first whose upper bound is above its distance, and
    two incidents of one day are 0 days apart. Null hypothesis: given the places and the times,
    every assignment of times to places is equally likely. Alternative: more pairs are close in
    both than that gives. The expected number of pairs is exact, the pairs of the band of distance
    times the share of all pairs in the band of days. A p is (b + 1) / (R + 1), b the random orders
    with as many pairs or more; ties count, so that it is conservative where few pairs are
    expected. `p_any` holds for all bands together: the largest standardised count of each order
    counts (a maximum statistic). Where places are not all recorded throughout, or the population
    moves within the period, pairs interact without any incident causing another (Kulldorff and
    Hjalmars 1999). Cost O(pairs x draws).

    References
    ----------
    Knox (1964), Applied Statistics 13(1) (the test); Mantel (1967), Cancer Research 27(2) (random
    orders); Johnson and others (2007), Journal of Quantitative Criminology 23(3) (bands).
    """
    points = checked_points(xy_m)
    day = checked_days(days, len(points))
    points, day = points[(rows := rows_of(points, day))], day[rows]
    band_of_days = days_table(upper_days)
    if draws < 0 or threads < 1:
        raise InvalidParameterError("draws", draws, "0 or more, on at least one thread")
    pairs = close_pairs(points, upper_m, same_place=same_place)
    shape = (len(np.asarray(upper_m)) + same_place, int(band_of_days.max()) + 1)
    ordered = day[pairs.order].astype(np.int16 if len(day) and day.max() < 2**15 else np.int32)
    edges = np.asarray(upper_days).astype(ordered.dtype)

    def count(block: range) -> IntArray:
        times = np.stack([in_random_order(ordered, seed, draw) for draw in block], axis=1)
        return _tables(pairs, times, edges, shape)

    observed = _tables(pairs, ordered[:, None].copy(), edges, shape)[0]
    drawn = over_blocks(count, draws, LANES, threads, on_progress)
    return _against_chance(
        observed,
        _expected(pairs, day, band_of_days, shape),
        np.concatenate([np.zeros((0, *shape), np.int64), *drawn]),
    )


def rows_of(points: FloatArray, times: IntArray) -> IntArray:
    """An order of the incidents that does not depend on the one in which they come.

    Parameters
    ----------
    points : (n, 2) float64
        Places, metres.
    times : (n,) int64
        Of each.

    Returns
    -------
    (n,) int64
        By easting, northing and time.
    """
    return np.lexsort((times, points[:, 1], points[:, 0])).astype(np.int64)


def days_table(upper_days: ArrayLike) -> NDArray[np.uint8]:
    """The band of each number of days between two incidents, up to the last bound.

    Parameters
    ----------
    upper_days : (t,) int64
        Upper bounds, ascending whole numbers.

    Returns
    -------
    (days,) uint8
        From 0 days to one less than the last bound.

    Raises
    ------
    InvalidParameterError
        If they are not whole or do not ascend.
    """
    upper = checked_edges("upper_days", upper_days)
    if np.any(upper != np.floor(upper)) or upper[-1] > MAX_DAYS:
        raise InvalidParameterError(
            "upper_days", np.array2string(upper), f"whole numbers up to {MAX_DAYS}"
        )
    apart = np.arange(int(upper[-1]))
    return np.searchsorted(upper, apart, side="right").astype(np.uint8)


def in_random_order(times: AnyArray, seed: int, draw: int) -> AnyArray:
    """The times in the random order of a draw, whose generator is its own.

    Parameters
    ----------
    times : (n,) array
        Of each incident.
    seed, draw : int
        Which order.

    Returns
    -------
    (n,) array
        The answer is the same whichever thread asks.
    """
    return np.random.default_rng([seed, draw]).permutation(times)


def over_blocks(
    count: Callable[[range], IntArray],
    draws: int,
    block: int,
    threads: int,
    on_progress: Progress | None = None,
) -> Iterator[IntArray]:
    """What is counted under random orders, some draws at a time.

    Parameters
    ----------
    count : callable
        Counts under some draws, by their numbers; called from several threads.
    draws, block, threads : int
        How many, so many at a time, on so many threads.
    on_progress : callable or None
        Called between blocks.

    Yields
    ------
    array
        What was counted, in the order of the draws.
    """
    blocks = [range(k, min(k + block, draws)) for k in range(0, draws, block)]
    with nullcontext() if threads == 1 else ThreadPoolExecutor(threads) as pool:
        for k in range(0, len(blocks), threads):
            if on_progress is not None:
                on_progress(blocks[k].start, draws)
            together = blocks[k : k + threads]
            yield from map(count, together) if pool is None else pool.map(count, together)


def _tables(pairs: Pairs, times: AnyArray, edges: AnyArray, shape: tuple[int, int]) -> IntArray:
    """(draws, s, t) Pairs in each band under each column of times."""
    below = np.zeros((*shape, times.shape[1]), np.int64)
    few = np.zeros(below.shape, np.int16)
    _count_close(pairs.start, pairs.second, pairs.band, times, edges, few, below)
    return np.diff(below, axis=1, prepend=0).transpose(2, 0, 1)


def _against_chance(observed: IntArray, expected: FloatArray, drawn: IntArray) -> KnoxTable:
    """The table with its p; NaN without draws."""
    draws = len(drawn)
    if not draws:
        none = frozen(np.full(expected.shape, np.nan))
        return KnoxTable(frozen(observed), frozen(expected), none, none, drawn, np.zeros(0))
    p_value = (np.count_nonzero(drawn >= observed, axis=0) + 1.0) / (draws + 1.0)
    together = np.concatenate([observed[None], drawn])
    deviation = np.sqrt(np.mean((together - expected) ** 2, axis=0))
    scores = (together - expected) / np.where(deviation > 0, deviation, np.inf)
    largest = scores.max(axis=(1, 2))
    beyond = np.count_nonzero(largest[1:, None, None] >= scores[0] - 1e-12, axis=0)
    p_any = (beyond + 1.0) / (draws + 1.0)
    return KnoxTable(*map(frozen, (observed, expected, p_value, p_any, drawn, largest)))


def _expected(
    pairs: Pairs, day: IntArray, band_of_days: NDArray[np.uint8], shape: tuple[int, int]
) -> FloatArray:
    """(s, t) The mean number of pairs over all orders of the times."""
    per_day = np.bincount(day).astype(np.float64)
    in_time = np.zeros(shape[1])
    for apart in range(min(len(band_of_days), len(per_day))):
        both = float(per_day[: len(per_day) - apart] @ per_day[apart:])
        in_time[band_of_days[apart]] += both if apart else (both - len(day)) / 2.0
    in_space = pairs.per_band(shape[0]).astype(np.float64)
    return np.outer(in_space, in_time / max(math.comb(len(day), 2), 1))


@compiled
def _count_close(
    start: IntArray,
    second: IndexArray,
    band: NDArray[np.uint8],
    times: AnyArray,
    edges: AnyArray,
    few: NDArray[np.int16],
    below: IntArray,
) -> None:
    """Add the pairs of each band of distance that are fewer days apart than each bound.

    All columns of times at once, in small integers that the processor adds many at a time; these
    are carried over before they can overflow.
    """
    columns, room = times.shape[1], MOST_CARRIED
    for i in range(len(start) - 1):
        own = times[i]
        for pair in range(start[i], start[i + 1]):
            other, counts = times[second[pair]], few[band[pair]]
            for k in range(len(edges)):
                edge, count = edges[k], counts[k]
                for draw in range(columns):
                    apart = other[draw] - own[draw]
                    count[draw] += np.int16((apart < edge) & (apart > -edge))
            room -= 1
            if room == 0:
                below += few
                few[:] = 0
                room = MOST_CARRIED
    below += few
