"""Similarity of two hotspot maps, compared with what chance alone would change."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, checked_values
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.over_time.change import checked_counts
from spatial.rates.rates import checked_confidence


@dataclass(frozen=True)
class MapSimilarity:
    """Similarity of two hotspot maps, and the similarity expected of an unchanged map.

    Attributes
    ----------
    overlap : float
        Area hot in both maps as a share of the area hot in either; NaN if no area is hot.
    rank_correlation : float
        Spearman's rank correlation of the areas' counts.
    overlap_unchanged, rank_unchanged : (float, float)
        Interval of the observed similarity if each area's share of the risk were unchanged and
        the maps differed by chance only.
    overlap_p, rank_p : float
        Share of such unchanged pairs that are at most as similar as the observed pair; small if
        the pattern changed.
    replicates : int
        Number of replicates behind each interval.
    """

    overlap: float
    rank_correlation: float
    overlap_unchanged: tuple[float, float]
    rank_unchanged: tuple[float, float]
    overlap_p: float
    rank_p: float
    replicates: int


def map_similarity(
    first_counts: ArrayLike,
    second_counts: ArrayLike,
    hot_areas: Callable[[FloatArray], BoolArray],
    *,
    area_km2: ArrayLike,
    replicates: int = 199,
    confidence: float = 0.95,
    seed: int = 0,
) -> MapSimilarity:
    """Similarity of the hotspots of two periods, beside what chance makes of an unchanged map.

    Parameters
    ----------
    first_counts, second_counts : (n,) float64
        Incidents per area in each period: whole numbers.
    hot_areas : callable
        Returns which areas are hot, (n,) bool, from the counts of a map; the method whose maps
        are compared.
    area_km2 : (n,) float64
        Above 0.
    replicates : int
        Redrawn pairs of the unchanged map; 19 to 9,999.
    confidence : float
        Above 0 and below 1.
    seed : int
        At least 0.

    Returns
    -------
    MapSimilarity

    Notes
    -----
    Unchanged: each area's incidents of both periods are dealt to the periods at random, in
    proportion to the periods' totals, which keeps the shares equal whatever the volume did.
    Two samples of one and the same map overlap by far less than 100 %: only that comparison
    says whether an overlap is low.

    There is no interval of the similarity of the risks behind the maps. Chance makes two maps
    less alike than their risks by an amount that depends on those very risks: where the truth
    was known, the basic bootstrap of redrawn counts, of 95 %, covered it in none of 150 pairs
    with 1,600 incidents a period on 516 areas, in 20 to 45 % with 10,000.

    References
    ----------
    Davison and Hinkley (1997), Bootstrap Methods, eq. 4.11.
    """
    a, b = checked_counts(first_counts, second_counts)
    area = checked_values(area_km2, name="area_km2", areas=len(a))
    if np.any(area <= 0.0):
        raise InvalidValuesError("area_km2", "must be above 0")
    if not 19 <= replicates <= 9_999:
        raise InvalidParameterError("replicates", replicates, "from 19 to 9999")
    checked_confidence(confidence)
    if not (a.sum() > 0.0 and b.sum() > 0.0):
        raise InvalidValuesError("counts", "must have an incident in each period")

    def similarity(first_map: FloatArray, second_map: FloatArray) -> tuple[float, float]:
        overlap = _overlap(hot_areas(first_map), hot_areas(second_map), area)
        return overlap, rank_correlation(first_map, second_map)

    observed = similarity(a, b)
    rng = np.random.default_rng(seed)
    unchanged = np.array([similarity(*_reassigned(a, b, rng)) for _ in range(replicates)])
    return MapSimilarity(
        overlap=observed[0],
        rank_correlation=observed[1],
        overlap_unchanged=_quantiles(unchanged[:, 0], confidence),
        rank_unchanged=_quantiles(unchanged[:, 1], confidence),
        overlap_p=_lower_tail_p(observed[0], unchanged[:, 0]),
        rank_p=_lower_tail_p(observed[1], unchanged[:, 1]),
        replicates=replicates,
    )


def rank_correlation(first_values: ArrayLike, second_values: ArrayLike) -> float:
    """Spearman's rank correlation; equal values have the mean of their ranks.

    Parameters
    ----------
    first_values, second_values : (n,) float64
        Finite.

    Returns
    -------
    float
        From -1 to 1; NaN if all values of either vector are equal.
    """
    a = checked_values(first_values, name="one")
    b = checked_values(second_values, name="other", areas=len(a))
    x, y = _mean_ranks(a), _mean_ranks(b)
    x, y = x - x.mean(), y - y.mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / scale if scale > 0.0 else math.nan


def _overlap(first_hot: BoolArray, second_hot: BoolArray, area_km2: FloatArray) -> float:
    """Area hot in both maps as a share of the area hot in either; NaN if no area is hot."""
    either_km2 = float(area_km2[first_hot | second_hot].sum())
    both_km2 = float(area_km2[first_hot & second_hot].sum())
    return both_km2 / either_km2 if either_km2 > 0.0 else math.nan


def _reassigned(
    first_counts: FloatArray, second_counts: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Each area's incidents, assigned to the periods in proportion to the periods' totals."""
    pooled_counts = (first_counts + second_counts).astype(np.int64)
    share = float(first_counts.sum() / pooled_counts.sum())
    first_drawn = rng.binomial(pooled_counts, share).astype(np.float64)
    return first_drawn, pooled_counts - first_drawn


def _mean_ranks(values: FloatArray) -> FloatArray:
    """Rank of each value, from 1; equal values have their mean rank."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last_rank = np.cumsum(counts)
    return np.asarray((last_rank - 0.5 * (counts - 1))[group], np.float64)


def _quantiles(sample: FloatArray, confidence: float) -> tuple[float, float]:
    """The central interval of a sample; NaN if no value is finite."""
    known_values = sample[np.isfinite(sample)]
    if not len(known_values):
        return math.nan, math.nan
    tail = 0.5 * (1.0 - confidence)
    return float(np.quantile(known_values, tail)), float(np.quantile(known_values, 1.0 - tail))


def _lower_tail_p(observed_value: float, sample: FloatArray) -> float:
    """Share of a sample, plus the observed value, that is at most the observed value."""
    if math.isnan(observed_value):
        return math.nan
    known_values = sample[np.isfinite(sample)]
    lower_count = np.count_nonzero(known_values <= observed_value + 1e-12)
    return float((lower_count + 1.0) / (len(known_values) + 1.0))
