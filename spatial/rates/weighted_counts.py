"""Sums of weighted incidents per area, their intervals, and how many incidents they rest on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_point_weights, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.rates.rates import checked_confidence


@dataclass(frozen=True, eq=False)
class WeightedCounts:
    """Sum of the weights of each area's incidents, and its composition; read-only (n,) arrays.

    Attributes
    ----------
    count : int64
        Number of incidents.
    total : float64
        Sum of their weights (days of sentence for the Cambridge Crime Harm Index).
    squares : float64
        Sum of their squares: the variance of the total.
    effective_number : float64
        (sum w)^2 / sum w^2, the number of incidents of equal weight whose sum would be equally
        variable; 0 without incidents. One serious incident among many minor ones gives about 1.
    largest_share : float64
        Largest single weight as a share of the sum; NaN where the sum is 0.
    """

    count: IntArray
    total: FloatArray
    squares: FloatArray
    effective_number: FloatArray
    largest_share: FloatArray


def weighted_counts(position: ArrayLike, weights: ArrayLike, *, areas: int) -> WeightedCounts:
    """Sum of weights per area, with its effective number and largest single share.

    Parameters
    ----------
    position : (incidents,) int
        Area of each incident, 0 to areas - 1; negative if it is in no area.
    weights : (incidents,) float64
        Finite, at least 0.
    areas : int
        At least 1.

    Returns
    -------
    WeightedCounts
        One element per area.

    Raises
    ------
    InvalidParameterError, InvalidValuesError, InvalidPointWeightsError
        If `areas` is below 1, a position is out of range, or weights are not as described.

    Notes
    -----
    The effective number is Kish's. An area with an effective number below 5, or a largest
    share above a half, is dominated by single incidents, which should be stated beside it.

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2; Sherman, Neyroud and Neyroud (2016), Policing
    10(3) (the Cambridge Crime Harm Index).
    """
    if areas < 1:
        raise InvalidParameterError("areas", areas, "at least 1")
    area_index = np.asarray(position, dtype=np.int64)
    weight = checked_point_weights(weights, len(area_index))
    if area_index.ndim != 1 or (len(area_index) and area_index.max() >= areas):
        raise InvalidValuesError("position", f"must be below {areas}, one per incident")
    is_inside = area_index >= 0
    area_index, weight = area_index[is_inside], weight[is_inside]
    total = np.bincount(area_index, weights=weight, minlength=areas)
    squares = np.bincount(area_index, weights=weight * weight, minlength=areas)
    largest_weight = np.zeros(areas)
    np.maximum.at(largest_weight, area_index, weight)
    has_weight = total > 0.0
    return WeightedCounts(
        count=frozen(np.bincount(area_index, minlength=areas).astype(np.int64)),
        total=frozen(total),
        squares=frozen(squares),
        effective_number=frozen(
            np.divide(total * total, squares, out=np.zeros(areas), where=has_weight)
        ),
        largest_share=frozen(
            np.divide(largest_weight, total, out=np.full(areas, np.nan), where=has_weight)
        ),
    )


def weighted_interval(
    totals: ArrayLike, squares: ArrayLike, *, largest_weight: float, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Limits within which the mean of each sum of weights lies.

    Parameters
    ----------
    totals, squares : (n,) float64
        Sums of the weights and of their squares; NaN gives NaN.
    largest_weight : float
        The largest weight that an incident may have, at least 0: that of all incidents and not
        of those of one area, for an area without incidents might have had it too.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    lower, upper : (n,) float64
        Lower is 0 for a sum of 0.

    Notes
    -----
    The incidents of each weight are a Poisson count, so that the sum is one of Poisson counts
    with known factors, whose variance is estimated by the sum of squares. The limits are those
    of the gamma distributions with mean and variance y and v, and y + w and v + w^2, where w is
    the largest weight. They cover at least as often as they should, the more so the more unequal
    the weights; where all are 1 they are the exact limits of a count (Garwood 1936).

    References
    ----------
    Fay and Feuer (1997), Statistics in Medicine 16(7); Dobson, Kuulasmaa, Eberle and
    Scherer (1991), Statistics in Medicine 10(3) (the sum as one of Poisson counts).
    """
    from scipy.special import gammaincinv

    y, v = (np.asarray(values, dtype=np.float64) for values in (totals, squares))
    tail = 0.5 * (1.0 - checked_confidence(confidence))
    low_shape, low_scale = gamma_of(y, v)
    high_shape, high_scale = gamma_of(y + largest_weight, v + largest_weight**2)
    lower = np.where(y > 0.0, gammaincinv(low_shape, tail) * low_scale, y)
    upper = gammaincinv(high_shape, 1.0 - tail) * high_scale
    return lower, np.where(np.isnan(y), np.nan, upper)


def gamma_of(mean: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shape and scale of the gamma distributions of given means and variances.

    Parameters
    ----------
    mean, variance : (n,) float64
        At least 0; 0 together.

    Returns
    -------
    shape, scale : (n,) float64
        1 and 0 for a mean of 0.
    """
    is_positive = mean > 0.0
    shape = np.divide(mean * mean, variance, out=np.ones(mean.shape), where=is_positive)
    return shape, np.divide(variance, mean, out=np.zeros(mean.shape), where=is_positive)
