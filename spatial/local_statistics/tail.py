"""Small permutation p, refined by a generalised Pareto tail fitted to the arrangements."""

import math
from dataclasses import dataclass

import numpy as np

from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, frozen
from spatial.compiled import compiled
from spatial.local_statistics.arrangements import arrangement_blocks
from spatial.local_statistics.permutation import LocalStatistic, PermutationP

FEW = 10
"""A tail with fewer arrangements beyond the map than this is refined."""

_LARGEST = 250
_SMALLEST = 50
_STEP = 10
# 95 % point of the Anderson-Darling statistic when both parameters come from the same 250
# excesses by probability-weighted moments: 0.83 to 0.89 for shapes from -0.3 to 0.1 (4,000
# simulated samples each; tests/spatial/test_tail.py repeats some).
_ANDERSON_DARLING_95 = 0.86
_AREAS_AT_ONCE = 64
# How far beyond the arrangements a fitted tail is believed, as a share of the smallest p.
_FURTHEST = 0.1


@dataclass(frozen=True, eq=False)
class TailP:
    """Permutation p with its small values refined; read-only (n,) arrays.

    Attributes
    ----------
    p_value : float64
        Two-sided; as found where it was not refined.
    is_refined : bool
        Where a tail was fitted, fitted well, and gave a p above 0.
    """

    p_value: FloatArray
    is_refined: BoolArray


def refined_p(statistic: LocalStatistic, found: PermutationP) -> TailP:
    """Small p beyond the resolution of the arrangements, from the shape of their tail.

    Parameters
    ----------
    statistic : LocalStatistic
        The statistic whose permutation p was found.
    found : PermutationP
        What `permutation_p` gave for it; the same arrangements are made again.

    Returns
    -------
    TailP
        Refined where fewer than 10 arrangements were as extreme as the map.

    Notes
    -----
    The 250 most extreme arrangements beyond a threshold are taken as generalised Pareto; if
    an Anderson-Darling test at 5 % refuses them, 10 fewer are tried, down to 50; if none
    fits, or the fitted tail ends before the map's value, the p stays as it was: never 0.
    Whole numbers are first spread over the unit up to the next one, so that their survival
    falls geometrically in between: at whole numbers it stays what it was. The parameters are
    from probability-weighted moments (Hosking and Wallis 1987) where the source uses maximum
    likelihood: closed form, and as good for the light tails of sums.

    A refined p is an extrapolation: the shape of 250 excesses is known to about 0.07, which
    moves a p of a third of the smallest by a factor of three either way. It is therefore
    never taken below a tenth of 2 / (permutations + 1).
    More permutations are better wherever they can be afforded. Cost: the lags of the areas
    refined, in each arrangement.

    References
    ----------
    Knijnenburg, Wessels, Reinders and Shmulevich (2009), Bioinformatics 25(12), section 2;
    Hosking and Wallis (1987), Technometrics 29(3), eq. 9 to 11; Pickands (1975).
    """
    draws = found.permutations
    nearer = np.minimum(found.p_greater, found.p_less)
    chosen = np.flatnonzero(nearer * (draws + 1.0) - 1.0 < FEW - 0.5)
    p_value, is_refined = found.p_value.copy(), np.zeros(len(nearer), np.bool_)
    whole = bool(np.all(statistic.values == np.round(statistic.values)))
    whole = whole and statistic.neighbours.has_equal_weights
    if draws >= 4 * _LARGEST:
        for start in range(0, len(chosen), _AREAS_AT_ONCE):
            areas = chosen[start : start + _AREAS_AT_ONCE]
            lags, observed = _lags(statistic, found, areas)
            uniform = np.random.default_rng(found.seed).random(draws) if whole else None
            for row, area in enumerate(areas):
                upper = (found.tail[area] > 0) == (statistic.slope[area] > 0.0)
                sign = 1.0 if upper else -1.0
                dealt, value = sign * lags[row], sign * observed[row]
                if uniform is not None:
                    dealt = _between_whole_numbers(dealt, uniform)
                one_sided = _tail_p(dealt, value)
                if one_sided is not None:
                    smallest = max(one_sided, _FURTHEST / (draws + 1.0))
                    p_value[area], is_refined[area] = min(1.0, 2.0 * smallest), True
    return TailP(frozen(p_value), frozen(is_refined))


def _lags(
    statistic: LocalStatistic, found: PermutationP, areas: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Lag of each area chosen in every arrangement, (areas, permutations), and the map's."""
    neighbours, values = statistic.neighbours, statistic.values.copy()
    weights = neighbours.weights
    if neighbours.has_equal_weights:
        weights = frozen(np.ones(neighbours.links))
    observed = np.empty(len(areas))
    _observed_lags(neighbours.indptr, neighbours.indices, weights, values, areas, observed)
    parts = []
    for table in arrangement_blocks(neighbours, found.permutations, found.seed):
        part = np.empty((len(areas), table.shape[1]))
        _dealt_lags(neighbours.indptr, weights, values, areas, table, part)
        parts.append(part)
    return np.concatenate(parts, axis=1), observed


def _between_whole_numbers(dealt: FloatArray, uniform: FloatArray) -> FloatArray:
    """Whole numbers in the upper tail moved up by less than 1; the others as they are."""
    cut = np.partition(dealt, len(dealt) - _LARGEST - 1)[len(dealt) - _LARGEST - 1]
    moved = dealt.copy()
    steps, place, members = np.unique(
        np.maximum(dealt, cut), return_inverse=True, return_counts=True
    )
    beyond = np.cumsum(members[::-1])[::-1].astype(np.float64)
    width = np.diff(steps)
    rate = np.append(np.log(beyond[:-1] / beyond[1:]) / width, 0.0)
    rate[-1] = rate[-2] if len(rate) > 1 else 1.0
    # Per unit of one whole number, whatever lies empty between two that occur.
    share = -np.expm1(-rate)
    moved += -np.log1p(-uniform * share[place]) / rate[place]
    return np.where(dealt >= cut, moved, dealt)


def _tail_p(dealt: FloatArray, value: float) -> float | None:
    """P(dealt >= value) from the fitted tail of `dealt`; None where no tail fits."""
    draws = len(dealt)
    largest = np.sort(np.partition(dealt, draws - _LARGEST - 1)[draws - _LARGEST - 1 :])
    for excesses in range(_LARGEST, _SMALLEST - 1, -_STEP):
        threshold = 0.5 * (largest[-excesses] + largest[-excesses - 1])
        beyond = largest[-excesses:] - threshold
        if value <= threshold or beyond[0] <= 0.0:
            continue
        shape, scale = generalised_pareto_fit(beyond)
        if anderson_darling(beyond, shape, scale) > _ANDERSON_DARLING_95:
            continue
        survival = generalised_pareto_tail(np.array([value - threshold]), shape, scale)[0]
        return None if survival <= 0.0 else float(survival * excesses / draws)
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
        Survival (1 - k y / scale)^(1 / k): k above 0 ends at scale / k, 0 is exponential,
        below 0 is heavy.
    """
    n = len(excesses)
    first = float(excesses.mean())
    # The plotting positions that Hosking and Wallis recommend.
    second = float(np.mean((1.0 - (np.arange(1, n + 1) - 0.35) / n) * excesses))
    gap = first - 2.0 * second
    if gap <= 0.0:
        return -1.0, first
    return first / gap - 2.0, 2.0 * first * second / gap


def generalised_pareto_tail(excesses: FloatArray, shape: float, scale: float) -> FloatArray:
    """Share of a generalised Pareto above each excess; 0 beyond its end."""
    if abs(shape) < 1e-9:
        return np.asarray(np.exp(-excesses / scale), np.float64)
    left = np.maximum(1.0 - shape * excesses / scale, 0.0)
    return np.asarray(left ** (1.0 / shape), np.float64)


def anderson_darling(excesses: FloatArray, shape: float, scale: float) -> float:
    """Distance of ascending excesses from a generalised Pareto; infinite beyond its end."""
    above = generalised_pareto_tail(excesses, shape, scale)
    below = 1.0 - above
    if above[-1] <= 0.0 or below[0] <= 0.0:
        return math.inf
    n = len(excesses)
    odd = 2.0 * np.arange(1, n + 1) - 1.0
    return float(-n - np.mean(odd * (np.log(below) + np.log(above[::-1]))))


@compiled
def _observed_lags(
    indptr: IntArray,
    indices: IndexArray,
    weights: FloatArray,
    values: FloatArray,
    areas: IntArray,
    out: FloatArray,
) -> None:
    """Lag of each area chosen."""
    for row in range(len(areas)):
        total = 0.0
        for at in range(indptr[areas[row]], indptr[areas[row] + 1]):
            total += weights[at] * values[indices[at]]
        out[row] = total


@compiled
def _dealt_lags(
    indptr: IntArray,
    weights: FloatArray,
    values: FloatArray,
    areas: IntArray,
    table: IndexArray,
    out: FloatArray,
) -> None:
    """Lag of each area chosen in each arrangement: the first areas that are not itself."""
    for row in range(len(areas)):
        area = areas[row]
        begin = indptr[area]
        count = indptr[area + 1] - begin
        for draw in range(table.shape[1]):
            total, place = 0.0, 0
            for at in range(count):
                if table[place, draw] == area:
                    place += 1
                total += weights[begin + at] * values[table[place, draw]]
                place += 1
            out[row, draw] = total
