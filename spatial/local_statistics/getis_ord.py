"""Getis-Ord local statistics: is the surrounding of an area higher than the map's mean?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, checked_values, frozen
from spatial.compiled import compiled
from spatial.errors import ConstantValuesError, InvalidValuesError, TooFewAreasError
from spatial.weights.weights import Neighbours

MIN_AREAS = 3


@dataclass(frozen=True, eq=False)
class GetisOrd:
    """One Getis-Ord statistic per area, in the order of the values; read-only arrays.

    Attributes
    ----------
    star : bool
        True for Gi*, which counts the area itself; False for Gi.
    lag : (n,) float64
        Weighted sum of the values around each area, with the area itself where `star`.
    expected, variance : (n,) float64
        Its mean and variance were the values dealt out at random.
    z_score : (n,) float64
        (lag - expected) / sqrt(variance). NaN where that has no meaning: for Gi at an
        island, where every other area is a neighbour, and where all other values are equal.
    p_value : (n,) float64
        Two-sided, from the normal distribution; NaN with `z_score`.
    is_island : (n,) bool
        Areas without neighbours. Their Gi* is the standardised value of the area alone, as
        in spdep: a number, but no statement about a neighbourhood.
    """

    star: bool
    lag: FloatArray
    expected: FloatArray
    variance: FloatArray
    z_score: FloatArray
    p_value: FloatArray
    is_island: BoolArray


def gi_star(
    values: ArrayLike, neighbours: Neighbours, *, star: bool = True, allow_negative: bool = False
) -> GetisOrd:
    """Gi* of each area (Gi with ``star=False``), with its analytic two-sided p.

    Parameters
    ----------
    values : (n,) float64
        Count, rate or sum of weights of each area; finite, not negative, not all equal.
    neighbours : Neighbours
        Structure over the same n areas. The area itself is added here, with its
        `self_weights`.
    star : bool
        Whether the area itself counts.
    allow_negative : bool
        Accept values below 0. z has a meaning for them (it does not change when a constant
        is added), but a count, a rate or a harm below 0 is a mistake in the data.

    Returns
    -------
    GetisOrd
        Per-area vectors in the order of `values`.

    Raises
    ------
    TooFewAreasError
        With fewer than 3 areas.
    InvalidValuesError
        If there is not one finite value per area, or one is negative.
    ConstantValuesError
        If all values are equal.

    Notes
    -----
    Null hypothesis: the values are dealt to the areas at random, each order as likely as
    any other; alternative, two-sided: the surrounding of the area is higher or lower.
    With W_i the sum and S1_i the sum of *squares* of the weights, m and S^2 mean and
    variance (divisor n) of all values:

        z_i = (sum_j w_ij x_j - m W_i) / (S sqrt((n S1_i - W_i^2) / (n - 1)))

    For Gi, i is left out of the sums, m and S are over the other n - 1 areas, and n is
    replaced by n - 1. Scaling a row of weights does not change z. The p is from the normal
    approximation, which is wrong where few incidents are expected around an area: classes
    should come from the permutation p. Cost O(n + links).

    References
    ----------
    Ord and Getis (1995), Geographical Analysis 27(4), eq. 14 and table 1.
    """
    area_values = checked_area_values(values, neighbours.n, allow_negative=allow_negative)
    centre = float(area_values.mean())
    deviations = area_values - centre
    lag = lags(deviations, neighbours)
    weight_sum, weight_sq = row_sums(neighbours)
    n = float(neighbours.n)
    squares = float(deviations @ deviations)
    if star:
        self_weight = neighbours.self_weights
        lag = lag + self_weight * deviations
        weight_sum, weight_sq = weight_sum + self_weight, weight_sq + self_weight * self_weight
        mean, spread, others_count = (
            np.zeros(len(area_values)),
            np.full(len(area_values), squares / n),
            n,
        )
    else:
        others_count = n - 1.0
        mean = -deviations / others_count
        spread = (squares - deviations * deviations) / others_count - mean * mean
        # What is left of rounding where all other values are equal is not a variance.
        spread[spread <= 1e-14 * squares] = 0.0
    leverage = (others_count * weight_sq - weight_sum * weight_sum) / (others_count - 1.0)
    leverage[leverage <= 1e-12 * weight_sum * weight_sum] = 0.0
    variance = spread * leverage
    lag_deviation = lag - weight_sum * mean
    z_score = np.full(len(area_values), np.nan)
    np.divide(lag_deviation, np.sqrt(variance), out=z_score, where=variance > 0.0)
    return GetisOrd(
        star=star,
        lag=frozen(lag + weight_sum * centre),
        expected=frozen(weight_sum * (centre + mean)),
        variance=frozen(variance),
        z_score=frozen(z_score),
        p_value=frozen(two_sided_p(z_score)),
        is_island=neighbours.is_island,
    )


def expected_in_reach(
    expected_counts: ArrayLike, neighbours: Neighbours, *, star: bool = True
) -> FloatArray:
    """Number of incidents expected in each area's neighbourhood, by unweighted sum.

    Parameters
    ----------
    expected_counts : (n,) float64
        Incidents expected per area under the null: the mean count in each area for counts,
        the overall rate times the denominator for rates.
    neighbours : Neighbours
        Links; their weights are not used, because an incident counts as one.
    star : bool
        Whether the area itself is part of its neighbourhood.

    Returns
    -------
    (n,) float64
        Expected incidents; below 5 the normal approximation cannot be trusted
        (`expected_count_ok` in an answer is ``expected_in_reach(...) >= 5``).
    """
    expected = checked_area_values(expected_counts, neighbours.n, allow_constant=True)
    neighbour_sums = lags(expected, neighbours.binary())
    return neighbour_sums + expected if star else neighbour_sums


def checked_area_values(
    values: ArrayLike, areas: int, *, allow_negative: bool = False, allow_constant: bool = False
) -> FloatArray:
    """A fresh, finite (n,) float64 array of values that a local statistic can be made of.

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError
        As `gi_star`.
    """
    if areas < MIN_AREAS:
        raise TooFewAreasError(areas, MIN_AREAS)
    area_values = checked_values(values, name="values", areas=areas).copy()
    lowest_area = int(np.argmin(area_values))
    if area_values[lowest_area] < 0.0 and not allow_negative:
        raise InvalidValuesError(
            "values",
            f"must not be negative, got {area_values[lowest_area]:g} at position {lowest_area}",
        )
    if not allow_constant and np.ptp(area_values) <= 1e-13 * np.abs(area_values).max():
        raise ConstantValuesError(float(area_values[lowest_area]), areas)
    return area_values


def lags(values: FloatArray, neighbours: Neighbours) -> FloatArray:
    """Weighted sum of the neighbours' values, the area itself left out, (n,) float64."""
    out = np.zeros(neighbours.n)
    # A copy: kernels are compiled for writable values and read-only structure, once.
    _add_lags(neighbours.indptr, neighbours.indices, neighbours.weights, values.copy(), out)
    return out


def row_sums(neighbours: Neighbours) -> tuple[FloatArray, FloatArray]:
    """Sum and sum of squares of each row's weights, the area itself left out."""
    sums, squares = np.zeros(neighbours.n), np.zeros(neighbours.n)
    _add_row_sums(neighbours.indptr, neighbours.weights, sums, squares)
    return sums, squares


def two_sided_p(z_score: FloatArray) -> FloatArray:
    """Two-sided normal p of each z score; NaN where z is NaN."""
    p_value = np.empty(len(z_score))
    _two_sided_p(np.array(z_score), p_value)
    return p_value


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    line = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3])
    gi_star([0.0, 1.0, 2.0, 4.0], line)


@compiled
def _add_lags(
    indptr: IntArray, indices: IndexArray, weights: FloatArray, values: FloatArray, out: FloatArray
) -> None:
    """Add to each area the weighted values of its neighbours."""
    for i in range(len(out)):
        total = 0.0
        for link in range(indptr[i], indptr[i + 1]):
            total += weights[link] * values[indices[link]]
        out[i] += total


@compiled
def _add_row_sums(
    indptr: IntArray, weights: FloatArray, sums: FloatArray, squares: FloatArray
) -> None:
    """Add to each area the sum, and the sum of squares, of its weights."""
    for i in range(len(sums)):
        for link in range(indptr[i], indptr[i + 1]):
            sums[i] += weights[link]
            squares[i] += weights[link] * weights[link]


@compiled
def _two_sided_p(z_score: FloatArray, p_value: FloatArray) -> None:
    """The normal tail beyond |z|, twice; erfc keeps its digits far out."""
    for i in range(len(z_score)):
        p_value[i] = math.erfc(abs(z_score[i]) * math.sqrt(0.5))
