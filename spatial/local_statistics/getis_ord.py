"""Getis-Ord local statistics: are the values around an area higher than the map's mean?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, checked_values, frozen
from spatial.compiled import compiled
from spatial.errors import ConstantValuesError, InvalidValuesError, TooFewAreasError
from spatial.weights.lags import lags, row_sums
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
        Weighted sum of the values around each area, including the area itself if `star`.
    expected, variance : (n,) float64
        Mean and variance of `lag` under random arrangement of the values.
    z_score : (n,) float64
        (lag - expected) / sqrt(variance). NaN where it is undefined: for Gi at islands, where
        every other area is a neighbour, and where all other values are equal.
    p_value : (n,) float64
        Two-sided, from the normal distribution; NaN with `z_score`.
    is_island : (n,) bool
        Areas without neighbours. Their Gi* is the standardised value of the area alone, as in
        spdep, which says nothing about a neighbourhood.
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
        Structure over the same n areas. For Gi* the area itself is added with its
        `self_weights`.
    star : bool
        Whether the area itself counts (Gi*) or not (Gi).
    allow_negative : bool
        Accept values below 0. z is defined for them (it does not change when a constant is
        added), but a negative count, rate or harm is an error in the data.

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
    Null hypothesis: all arrangements of the values over the areas are equally likely;
    alternative, two-sided: the values around the area are higher or lower. With W_i the sum and
    S1_i the sum of *squares* of the weights, m and S^2 mean and variance (divisor n) of all
    values:

        z_i = (sum_j w_ij x_j - m W_i) / (S sqrt((n S1_i - W_i^2) / (n - 1)))

    For Gi, i is omitted from the sums, m and S are over the other n - 1 areas, and n is
    replaced by n - 1. Scaling a row of weights does not change z. The p is from the normal
    approximation, which fails where few incidents are expected around an area: classes
    should be based on the permutation p. Cost O(n + links).

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
        # Where all other values are equal, rounding leaves a tiny variance.
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
    """Number of incidents expected in each area's neighbourhood, as an unweighted sum.

    Parameters
    ----------
    expected_counts : (n,) float64
        Incidents expected per area under the null hypothesis: the mean count for counts, the
        overall rate times the denominator for rates.
    neighbours : Neighbours
        Links; their weights are not used, because every incident counts as one.
    star : bool
        Whether the area itself is part of its neighbourhood.

    Returns
    -------
    (n,) float64
        Expected incidents; below 5 the normal approximation is unreliable
        (`expected_count_ok` in an answer is ``expected_in_reach(...) >= 5``).
    """
    expected = checked_area_values(expected_counts, neighbours.n, allow_constant=True)
    neighbour_sums = lags(expected, neighbours.binary())
    return neighbour_sums + expected if star else neighbour_sums


def checked_area_values(
    values: ArrayLike, areas: int, *, allow_negative: bool = False, allow_constant: bool = False
) -> FloatArray:
    """The values as a new, finite (n,) float64 array, valid for a local statistic.

    Parameters
    ----------
    values : (n,) array-like
        One value per area.
    areas : int
        Number of areas.
    allow_negative, allow_constant : bool
        Accept values below 0; accept equal values.

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


def two_sided_p(z_score: FloatArray) -> FloatArray:
    """Two-sided normal p of each z score; NaN where z is NaN.

    Parameters
    ----------
    z_score : (n,) float64
        z scores; may contain NaN.
    """
    p_value = np.empty(len(z_score))
    _two_sided_p(np.array(z_score), p_value)
    return p_value


def compile_kernels() -> None:
    """Compile the kernels, or load them from the cache, before the first request needs them."""
    line = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3])
    gi_star([0.0, 1.0, 2.0, 4.0], line)


@compiled
def _two_sided_p(z_score: FloatArray, p_value: FloatArray) -> None:
    """Twice the normal tail beyond |z|; erfc is precise even for large z."""
    for i in range(len(z_score)):
        p_value[i] = math.erfc(abs(z_score[i]) * math.sqrt(0.5))
