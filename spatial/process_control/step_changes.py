"""Step changes of a series of counts: where its level changes by more than chance."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError

SHORTEST: Final = 3
"""Steps that a level lasts at least: fewer are values out of the ordinary, not a level."""

ROUND: Final = 2**18
"""Shuffled values at a time, which bounds the memory."""


@dataclass(frozen=True, eq=False)
class StepChanges:
    """The levels of a series, one after the other; read-only arrays.

    Attributes
    ----------
    first : (levels,) int64
        Position of the first step of each level; that of the first level is 0.
    p_value : (levels,) float64
        Probability of a change at least as clear anywhere in the part of the series in which it
        was searched, if the steps of that part are exchangeable; NaN for the first level.
    """

    first: IntArray
    p_value: FloatArray


def step_changes(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    position: ArrayLike | None = None,
    level: float = 0.05,
    permutations: int = 1_999,
    seed: int = 1,
) -> StepChanges:
    """The changes of level of a series of counts, by binary segmentation.

    Parameters
    ----------
    counts : (n,) float64
        Whole numbers from 0, in the order of time.
    exposures : (n,) float64
        Days of each, above 0.
    position : (n,) int64 or None
        Position of each step in its year, from 0: each has a rate of its own, and only steps of
        the same one are put in random order. None: there is no season.
    level : float
        A change is called where its p is at most this.
    permutations : int
        Random orders of the steps behind each p.
    seed : int
        Of these.

    Returns
    -------
    StepChanges
        One level where nothing is called.

    Raises
    ------
    InvalidValuesError
        If a count is negative or not whole, an exposure not above 0, or there is not a position
        for each.
    InvalidParameterError
        If a number is out of range.

    Notes
    -----
    Null hypothesis: the steps of a part of the series come in any order equally likely.
    Alternative: their rate changes once. The statistic is the largest likelihood ratio of two
    Poisson rates against one over all places where the part can be split. Its p is that among the
    largest ratios of the same steps in random orders, so that it counts the search, and holds for
    counts that vary more than Poisson. Where a change is called, the parts before and after are
    searched in the same way, and this ends where nothing is called: if nothing changes, the
    probability that anything is called is `level`. Steps that depend on the one before make
    changes appear where there are none; a season makes the test conservative over whole years.
    With positions it is exact under any season that is the same every year, and calls little
    within two years. A season divided out before would not do: estimated from the same counts, it
    takes some of the chance with it, and twice as many changes are called as should be.
    A change and its return soon after are called less often than a lasting change.
    Cost O(permutations x n) for each part.

    References
    ----------
    Scott and Knott (1974), Biometrics 30(3) (binary segmentation); Worsley (1983), Biometrika
    70(2) (the likelihood ratio of a change); Davison and Hinkley (1997), Bootstrap Methods,
    eq. 4.11 (the p).
    """
    count = np.asarray(counts, dtype=np.float64)
    exposure = np.asarray(exposures, dtype=np.float64)
    if count.ndim != 1 or np.any(count < 0) or np.any(count != np.round(count)):
        raise InvalidValuesError("counts", "must be whole numbers from 0")
    if exposure.shape != count.shape or not np.all((exposure > 0) & np.isfinite(exposure)):
        raise InvalidValuesError("exposures", "must be above 0, one for each count")
    group = np.zeros(len(count), np.int64) if position is None else np.asarray(position, np.int64)
    if group.shape != count.shape:
        raise InvalidValuesError("position", "must be one for each count")
    if not 0.0 < level < 1.0:
        raise InvalidParameterError("level", level, "above 0 and below 1")
    if permutations < 1:
        raise InvalidParameterError("permutations", permutations, "at least 1")
    found: dict[int, float] = {}
    parts = [(0, len(count))]
    while parts:
        first, end = parts.pop()
        if end - first < 2 * SHORTEST:
            continue
        part = slice(first, end)
        # A part's draws depend on where it is, not on what was searched before it.
        rng = np.random.default_rng([seed, first, end])
        split, p_value = _clearest_change(
            count[part], exposure[part], group[part], permutations, rng
        )
        if p_value <= level:
            found[first + split] = p_value
            parts += [(first, first + split), (first + split, end)]
    order = sorted(found)
    return StepChanges(
        frozen(np.array([0, *order] if len(count) else [], np.int64)),
        frozen(np.array([math.nan, *(found[k] for k in order)] if len(count) else [])),
    )


def _clearest_change(
    count: FloatArray,
    exposure: FloatArray,
    group: IntArray,
    permutations: int,
    rng: np.random.Generator,
) -> tuple[int, float]:
    """Where a series changes most clearly, and the p of that, which counts the search."""
    # The rate of each position is the same in every order of the steps.
    rate = np.bincount(group, count) / np.maximum(np.bincount(group, exposure), 1e-300)
    exposure = exposure * np.maximum(rate[group], 1e-9 * max(float(rate.max()), 1e-300))
    ratio = likelihood_ratios(count[None], exposure[None])[0]
    split = int(np.argmax(ratio))
    observed = ratio[split] - 1e-9 * max(1.0, ratio[split])
    beyond, drawn, size = 0, 0, len(count)
    groups = [np.flatnonzero(group == k) for k in np.unique(group)]
    while drawn < permutations:
        rows = min(max(ROUND // size, 1), permutations - drawn)
        order = np.empty((rows, size), np.int64)
        for members in groups:
            order[:, members] = rng.permuted(np.tile(members, (rows, 1)), axis=1)
        largest = likelihood_ratios(count[order], exposure[order]).max(axis=1)
        beyond += int(np.count_nonzero(largest >= observed))
        drawn += rows
    return split + SHORTEST, (1 + beyond) / (1 + permutations)


def likelihood_ratios(counts: FloatArray, exposures: FloatArray) -> FloatArray:
    """The likelihood ratio of two rates against one, at every place where a series can be split.

    Parameters
    ----------
    counts, exposures : (series, n) float64
        Of each step.

    Returns
    -------
    (series, n - 2 SHORTEST + 1) float64
        Twice the logarithm of the ratio, for a second part that begins at `SHORTEST` and later.
    """
    from scipy.special import xlogy

    inside = slice(SHORTEST - 1, counts.shape[1] - SHORTEST)
    before, days_before = (np.cumsum(part, axis=1)[:, inside] for part in (counts, exposures))
    total, days = (part.sum(axis=1, keepdims=True) for part in (counts, exposures))
    after, days_after = total - before, days - days_before
    rate = np.where(total > 0, total, 1.0) / days
    return np.asarray(
        2.0
        * (
            xlogy(before, before / (days_before * rate))
            + xlogy(after, after / (days_after * rate))
        ),
        np.float64,
    )
