"""Sums of weighted incidents per area, and the number of incidents they depend on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_point_weights, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError


@dataclass(frozen=True, eq=False)
class WeightedCounts:
    """Sum of the weights of each area's incidents, and its composition; read-only (n,) arrays.

    Attributes
    ----------
    count : int64
        Number of incidents.
    total : float64
        Sum of their weights (days of sentence for the Cambridge Crime Harm Index).
    effective_number : float64
        (sum w)^2 / sum w^2, the number of incidents of equal weight whose sum would be equally
        variable; 0 without incidents. One serious incident among many minor ones gives about 1.
    largest_share : float64
        Largest single weight as a share of the sum; NaN where the sum is 0.
    """

    count: IntArray
    total: FloatArray
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
        effective_number=frozen(
            np.divide(total * total, squares, out=np.zeros(areas), where=has_weight)
        ),
        largest_share=frozen(
            np.divide(largest_weight, total, out=np.full(areas, np.nan), where=has_weight)
        ),
    )
