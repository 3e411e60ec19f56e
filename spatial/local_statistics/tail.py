"""Small permutation p, refined with a generalised Pareto tail fitted to the arrangements."""

import math
from dataclasses import dataclass

import numpy as np

from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, frozen
from spatial.compiled import compiled
from spatial.local_statistics.arrangements import arrangement_blocks
from spatial.local_statistics.draws import FEW_BEYOND
from spatial.local_statistics.permutation import LocalStatistic, PermutationP

_LARGEST = 250
_SMALLEST = 50
_STEP = 10
# 95 % point of the Anderson-Darling statistic when both parameters come from the same 250
# excesses by probability-weighted moments: 0.83 to 0.89 for shapes from -0.3 to 0.1 (4,000
# simulated samples each; tests/spatial/test_tail.py repeats some).
_ANDERSON_DARLING_95 = 0.86
_AREAS_AT_ONCE = 64
# Of each area so many of its most extreme arrangements are kept: whole numbers share places,
# and all that lie at the threshold are needed.
_KEPT = 8 * _LARGEST
# How far beyond the arrangements a fitted tail is believed, as a share of the smallest p.
_FURTHEST = 0.1


@dataclass(frozen=True, eq=False)
class TailP:
    """Permutation p with small values refined; read-only (n,) arrays.

    Attributes
    ----------
    p_value : float64
        Two-sided; unchanged where it was not refined.
    is_refined : bool
        Where a tail fitted well and gave a p above 0.
    """

    p_value: FloatArray
    is_refined: BoolArray


def refined_p(statistic: LocalStatistic, permutation: PermutationP) -> TailP:
    """Permutation p refined below the resolution of the arrangements, from a fitted tail.

    Parameters
    ----------
    statistic : LocalStatistic
        The statistic that `permutation` was computed from.
    permutation : PermutationP
        Result of `permutation_p`; its arrangements are generated again.

    Returns
    -------
    TailP
        Refined where fewer than `FEW_BEYOND` arrangements were as extreme as the map, those
        that were drawn further for the area included.

    Notes
    -----
    A generalised Pareto distribution is fitted to the excesses of the 250 most extreme
    arrangements over a threshold; if an Anderson-Darling test at 5 % rejects it, 10 fewer are
    tried, down to 50. If none fits, or the fitted tail ends before the observed value, the p
    is unchanged: it is never 0. Whole numbers are first spread over the unit up to the next
    one, so that their survival falls geometrically in between and is unchanged at whole
    numbers. The parameters are estimated by probability-weighted moments (Hosking and Wallis
    1987), where the source uses maximum likelihood: they have a closed form, and are as good
    for the light tails of sums.

    A refined p is an extrapolation: the standard error of the shape from 250 excesses is about
    0.07, which changes a p of a third of the smallest by a factor of three either way. It is
    therefore at least a tenth of 2 / (permutations + 1). More permutations are better where
    they can be afforded. Cost: the lag of each refined area in each arrangement.

    References
    ----------
    Knijnenburg, Wessels, Reinders and Shmulevich (2009), Bioinformatics 25(12), section 2;
    Hosking and Wallis (1987), Technometrics 29(3), eq. 9 to 11; Pickands (1975).
    """
    draws = np.where(
        permutation.drawn_further, permutation.most_permutations, permutation.permutations
    )
    nearer_p = np.minimum(permutation.p_greater, permutation.p_less)
    is_refinable = nearer_p * (draws + 1.0) - 1.0 < FEW_BEYOND - 0.5
    p_value, is_refined = permutation.p_value.copy(), np.zeros(len(nearer_p), np.bool_)
    is_whole = bool(np.all(statistic.values == np.round(statistic.values)))
    is_whole = is_whole and statistic.neighbours.has_equal_weights
    for stages in ((0,), (0, 1)):
        drawn_further = len(stages) > 1
        total = permutation.most_permutations if drawn_further else permutation.permutations
        refinable_areas = np.flatnonzero(
            is_refinable & (permutation.drawn_further == drawn_further)
        )
        if total < 4 * _LARGEST:
            continue
        for start in range(0, len(refinable_areas), _AREAS_AT_ONCE):
            areas = refinable_areas[start : start + _AREAS_AT_ONCE]
            is_upper = (permutation.tail[areas] > 0) == (statistic.slope[areas] > 0.0)
            signs = np.where(is_upper, 1.0, -1.0)
            largest_lags, observed_lags = _largest_lags(
                statistic, permutation, areas, signs, stages
            )
            for row, area in enumerate(areas):
                lags = largest_lags[row]
                if is_whole:
                    uniforms = np.random.default_rng(permutation.seed).random(len(lags))
                    lags = _between_whole_numbers(lags, uniforms)
                one_sided_p = _tail_p(lags, observed_lags[row], total)
                if one_sided_p is not None:
                    refined_tail_p = max(one_sided_p, _FURTHEST / (total + 1.0))
                    p_value[area], is_refined[area] = min(1.0, 2.0 * refined_tail_p), True
    return TailP(frozen(p_value), frozen(is_refined))


def _largest_lags(
    statistic: LocalStatistic,
    permutation: PermutationP,
    areas: IntArray,
    signs: FloatArray,
    stages: tuple[int, ...],
) -> tuple[FloatArray, FloatArray]:
    """The most extreme lags of each area chosen over all arrangements, and the map's.

    Lags times the area's sign, so that the extreme ones are the largest: (areas, `_KEPT`)
    in no order, or fewer where fewer were drawn.
    """
    neighbours, values = statistic.neighbours, statistic.values.copy()
    weights = neighbours.weights
    if neighbours.has_equal_weights:
        weights = frozen(np.ones(neighbours.links))
    observed_lags = np.empty(len(areas))
    _observed_lags(neighbours.indptr, neighbours.indices, weights, values, areas, observed_lags)
    counts = permutation.permutations, permutation.most_permutations - permutation.permutations
    largest_lags = np.empty((len(areas), 0))
    for stage in stages:
        tables = arrangement_blocks(neighbours, counts[stage], permutation.seed, stage=stage)
        for table in tables:
            block_lags = np.empty((len(areas), table.shape[1]))
            _drawn_lags(neighbours.indptr, weights, values, areas, table, block_lags)
            largest_lags = np.hstack([largest_lags, signs[:, None] * block_lags])
            surplus = largest_lags.shape[1] - _KEPT
            if surplus > 0:
                largest_lags = np.partition(largest_lags, surplus, axis=1)[:, surplus:]
    return largest_lags, signs * observed_lags


def _between_whole_numbers(largest_lags: FloatArray, uniforms: FloatArray) -> FloatArray:
    """Whole numbers in the upper tail moved up by less than 1; the others as they are."""
    place = len(largest_lags) - _LARGEST - 1
    threshold = np.partition(largest_lags, place)[place]
    spread_lags = largest_lags.copy()
    steps, step_index, members = np.unique(
        np.maximum(largest_lags, threshold), return_inverse=True, return_counts=True
    )
    survivors = np.cumsum(members[::-1])[::-1].astype(np.float64)
    step_widths = np.diff(steps)
    rate = np.append(np.log(survivors[:-1] / survivors[1:]) / step_widths, 0.0)
    rate[-1] = rate[-2] if len(rate) > 1 else 1.0
    # Within the unit above a whole number, however far away the next that occurs.
    share = -np.expm1(-rate)
    spread_lags += -np.log1p(-uniforms * share[step_index]) / rate[step_index]
    return np.where(largest_lags >= threshold, spread_lags, largest_lags)


def _tail_p(drawn_lags: FloatArray, observed_lag: float, draws: int) -> float | None:
    """P(dealt >= value) from the fitted tail of the largest lags; None where no tail fits."""
    place = len(drawn_lags) - _LARGEST - 1
    largest_lags = np.sort(np.partition(drawn_lags, place)[place:])
    for excess_count in range(_LARGEST, _SMALLEST - 1, -_STEP):
        threshold = 0.5 * (largest_lags[-excess_count] + largest_lags[-excess_count - 1])
        excess_values = largest_lags[-excess_count:] - threshold
        if observed_lag <= threshold or excess_values[0] <= 0.0:
            continue
        shape, scale = generalised_pareto_fit(excess_values)
        if anderson_darling(excess_values, shape, scale) > _ANDERSON_DARLING_95:
            continue
        survival = generalised_pareto_tail(np.array([observed_lag - threshold]), shape, scale)[0]
        return None if survival <= 0.0 else float(survival * excess_count / draws)
    return None


def generalised_pareto_fit(excesses: FloatArray) -> tuple[float, float]:
    """Shape k and scale of a generalised Pareto, by probability-weighted moments.

    Parameters
    ----------
    excesses : (n,) float64
        Ascending, above 0.

    Returns
    -------
    shape, scale : float
        Survival (1 - k y / scale)^(1 / k): with k above 0 it ends at scale / k,
        with 0 it is exponential, below 0 heavy-tailed.
    """
    n = len(excesses)
    first_moment = float(excesses.mean())
    # The plotting positions that Hosking and Wallis recommend.
    second_moment = float(np.mean((1.0 - (np.arange(1, n + 1) - 0.35) / n) * excesses))
    gap = first_moment - 2.0 * second_moment
    if gap <= 0.0:
        return -1.0, first_moment
    return first_moment / gap - 2.0, 2.0 * first_moment * second_moment / gap


def generalised_pareto_tail(excesses: FloatArray, shape: float, scale: float) -> FloatArray:
    """Survival function of a generalised Pareto distribution at each excess.

    Parameters
    ----------
    excesses : (n,) float64
        At least 0.
    shape, scale : float
        As `generalised_pareto_fit` returns them.

    Returns
    -------
    (n,) float64
        0 beyond the end of the distribution.
    """
    if abs(shape) < 1e-9:
        return np.asarray(np.exp(-excesses / scale), np.float64)
    bracket = np.maximum(1.0 - shape * excesses / scale, 0.0)
    return np.asarray(bracket ** (1.0 / shape), np.float64)


def anderson_darling(excesses: FloatArray, shape: float, scale: float) -> float:
    """Anderson-Darling statistic of excesses against a generalised Pareto distribution.

    Parameters
    ----------
    excesses : (n,) float64
        Ascending, above 0.
    shape, scale : float
        As `generalised_pareto_fit` returns them.

    Returns
    -------
    float
        Infinite if an excess is beyond the end of the distribution.
    """
    survival = generalised_pareto_tail(excesses, shape, scale)
    distribution = 1.0 - survival
    if survival[-1] <= 0.0 or distribution[0] <= 0.0:
        return math.inf
    n = len(excesses)
    odd_numbers = 2.0 * np.arange(1, n + 1) - 1.0
    return float(-n - np.mean(odd_numbers * (np.log(distribution) + np.log(survival[::-1]))))


@compiled
def _observed_lags(
    indptr: IntArray,
    indices: IndexArray,
    weights: FloatArray,
    values: FloatArray,
    areas: IntArray,
    out: FloatArray,
) -> None:
    """Observed lag of each given area."""
    for row in range(len(areas)):
        total = 0.0
        for link in range(indptr[areas[row]], indptr[areas[row] + 1]):
            total += weights[link] * values[indices[link]]
        out[row] = total


@compiled
def _drawn_lags(
    indptr: IntArray,
    weights: FloatArray,
    values: FloatArray,
    areas: IntArray,
    table: IndexArray,
    out: FloatArray,
) -> None:
    """Lag of each given area in each arrangement, from the first areas that are not itself."""
    for row in range(len(areas)):
        area = areas[row]
        start = indptr[area]
        count = indptr[area + 1] - start
        for draw in range(table.shape[1]):
            total, place = 0.0, 0
            for link in range(count):
                if table[place, draw] == area:
                    place += 1
                total += weights[start + link] * values[table[place, draw]]
                place += 1
            out[row, draw] = total
