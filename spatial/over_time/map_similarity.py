"""Two hotspot maps: is the picture unchanged, allowing for what chance does to any map?"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, checked_values
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.over_time.change import checked_counts


@dataclass(frozen=True)
class MapSimilarity:
    """How alike two hotspot maps are, with what chance alone would make of an unchanged map.

    Attributes
    ----------
    overlap : float
        Area hot in both as a share of the area hot in either; NaN where neither has any.
    rank_correlation : float
        Spearman's, of the areas' counts.
    overlap_interval, rank_interval : (float, float)
        Bootstrap interval of the similarity of the risks behind the maps.
    overlap_unchanged, rank_unchanged : (float, float)
        Where the observed numbers would lie if the risk of each area had kept its share and
        only chance differed.
    overlap_p, rank_p : float
        Share of such unchanged pairs that are no more alike than these two: small where the
        picture did change.
    replicates : int
        Behind each of them.
    """

    overlap: float
    rank_correlation: float
    overlap_interval: tuple[float, float]
    rank_interval: tuple[float, float]
    overlap_unchanged: tuple[float, float]
    rank_unchanged: tuple[float, float]
    overlap_p: float
    rank_p: float
    replicates: int


def map_similarity(
    first: ArrayLike,
    second: ArrayLike,
    find_hot: Callable[[FloatArray], BoolArray],
    *,
    area_km2: ArrayLike,
    replicates: int = 199,
    confidence: float = 0.95,
    seed: int = 0,
) -> MapSimilarity:
    """Is the picture of hotspots relatively unchanged?  As numbers, with intervals.

    Parameters
    ----------
    first, second : (n,) float64
        Incidents per area in each period: whole numbers.
    find_hot : callable
        Which areas are hot, (n,) bool, given the counts of a map: the very method whose maps
        are compared.
    area_km2 : (n,) float64
        Above 0.
    replicates : int
        Redrawn pairs of maps for the interval, and as many for the unchanged map; 19 to 9,999.
    confidence : float
        Above 0 and below 1.
    seed : int
        At least 0.

    Returns
    -------
    MapSimilarity

    Notes
    -----
    Interval: counts are redrawn as Poisson with the observed counts as means, and the basic
    bootstrap (twice the observed less the quantiles, cut to the possible range) undoes that
    each redrawn pair has the noise twice. Unchanged: each area's incidents of both periods
    are dealt to the periods at random, in proportion to the periods' totals, which keeps the
    shares equal whatever the volume did. Two samples of one and the same map overlap by far
    less than 100 %: only that comparison says whether an overlap is low.

    References
    ----------
    Davison and Hinkley (1997), Bootstrap Methods, section 5.2.1 and eq. 4.11; Efron and
    Tibshirani (1993), chapter 6.
    """
    a, b = checked_counts(first, second)
    area = checked_values(area_km2, name="area_km2", areas=len(a))
    if np.any(area <= 0.0):
        raise InvalidValuesError("area_km2", "must be above 0")
    if not 19 <= replicates <= 9_999:
        raise InvalidParameterError("replicates", replicates, "from 19 to 9999")
    if not 0.0 < confidence < 1.0:
        raise InvalidParameterError("confidence", confidence, "above 0 and below 1")
    if not (a.sum() > 0.0 and b.sum() > 0.0):
        raise InvalidValuesError("counts", "must have an incident in each period")

    def alike(one: FloatArray, other: FloatArray) -> tuple[float, float]:
        hot_one, hot_other = find_hot(one), find_hot(other)
        either = float(area[hot_one | hot_other].sum())
        both = float(area[hot_one & hot_other].sum())
        return both / either if either > 0.0 else math.nan, rank_correlation(one, other)

    observed = alike(a, b)
    rng = np.random.default_rng(seed)
    redrawn = [
        alike(rng.poisson(a).astype(np.float64), rng.poisson(b).astype(np.float64))
        for _ in range(replicates)
    ]
    pooled = (a + b).astype(np.int64)
    share = float(a.sum() / pooled.sum())
    unchanged = []
    for _ in range(replicates):
        dealt = rng.binomial(pooled, share).astype(np.float64)
        unchanged.append(alike(dealt, pooled - dealt))
    intervals, ranges, p_values = [], [], []
    for which, least in ((0, 0.0), (1, -1.0)):
        sample = np.array(redrawn)[:, which]
        chance = np.array(unchanged)[:, which]
        intervals.append(_basic_interval(observed[which], sample, confidence, least))
        ranges.append(_quantiles(chance, confidence))
        known = chance[np.isfinite(chance)]
        beyond = np.count_nonzero(known <= observed[which] + 1e-12)
        missing = math.isnan(observed[which])
        p_values.append(math.nan if missing else (beyond + 1.0) / (len(known) + 1.0))
    return MapSimilarity(
        overlap=observed[0],
        rank_correlation=observed[1],
        overlap_interval=intervals[0],
        rank_interval=intervals[1],
        overlap_unchanged=ranges[0],
        rank_unchanged=ranges[1],
        overlap_p=p_values[0],
        rank_p=p_values[1],
        replicates=replicates,
    )


def rank_correlation(one: ArrayLike, other: ArrayLike) -> float:
    """Spearman's rank correlation; equal values share the mean of their ranks.

    Parameters
    ----------
    one, other : (n,) float64
        Finite.

    Returns
    -------
    float
        From -1 to 1; NaN where all values of one are equal.
    """
    a = checked_values(one, name="one")
    b = checked_values(other, name="other", areas=len(a))
    x, y = _mean_ranks(a), _mean_ranks(b)
    x, y = x - x.mean(), y - y.mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / scale if scale > 0.0 else math.nan


def _mean_ranks(values: FloatArray) -> FloatArray:
    """Rank of each value from 1, the mean rank where values are equal."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - 0.5 * (counts - 1))[place], np.float64)


def _quantiles(sample: FloatArray, confidence: float) -> tuple[float, float]:
    """The middle share of a sample; NaN where nothing of it is known."""
    known = sample[np.isfinite(sample)]
    if not len(known):
        return math.nan, math.nan
    tail = 0.5 * (1.0 - confidence)
    return float(np.quantile(known, tail)), float(np.quantile(known, 1.0 - tail))


def _basic_interval(
    observed: float, sample: FloatArray, confidence: float, least: float
) -> tuple[float, float]:
    """Basic bootstrap interval, cut to what is possible."""
    low, high = _quantiles(sample, confidence)
    if math.isnan(observed) or math.isnan(low):
        return math.nan, math.nan
    lower, upper = 2.0 * observed - high, 2.0 * observed - low
    return min(max(lower, least), 1.0), max(min(upper, 1.0), least)
