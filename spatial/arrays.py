"""Array types, and the checks that all public functions share."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.errors import InvalidPointsError, InvalidPointWeightsError, InvalidValuesError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
IndexArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
AnyArray = NDArray[Any]
Progress = Callable[[int, int], None]
"""Called as ``on_progress(done, parts)`` between the parts of a sum; what it raises ends it."""


def checked_points(xy_m: ArrayLike) -> FloatArray:
    """The points as a C-contiguous, finite (n, 2) float64 array.

    Parameters
    ----------
    xy_m : (n, 2) array-like
        Easting and northing, metres.

    Raises
    ------
    InvalidPointsError
        If the shape is not (n, 2) or a coordinate is NaN or infinite.
    """
    points = np.ascontiguousarray(xy_m, dtype=np.float64)
    non_finite = int(np.count_nonzero(~np.isfinite(points)))
    if points.ndim != 2 or points.shape[1] != 2 or non_finite:
        raise InvalidPointsError(points.shape, non_finite)
    return points


def checked_point_weights(weights: ArrayLike | None, points: int) -> FloatArray:
    """One finite weight of at least zero per point; ones where `weights` is None.

    Parameters
    ----------
    weights : (n,) array-like or None
        The weights.
    points : int
        Number of points.

    Raises
    ------
    InvalidPointWeightsError
        If the number of weights is not `points`, or a weight is negative, NaN or infinite.
    """
    if weights is None:
        return np.ones(points)
    array = np.ascontiguousarray(weights, dtype=np.float64)
    invalid_count = int(np.count_nonzero(~(np.isfinite(array) & (array >= 0.0))))
    if array.shape != (points,) or invalid_count:
        raise InvalidPointWeightsError(array.shape, points, invalid_count)
    return array


def checked_values(values: ArrayLike, *, name: str, areas: int | None = None) -> FloatArray:
    """The per-area values as a C-contiguous, finite (n,) float64 array.

    Parameters
    ----------
    values : (n,) array-like
        The values.
    name : str
        Name of the values in messages.
    areas : int, optional
        Number of areas; not checked if None.

    Raises
    ------
    InvalidValuesError
        If the array is not one-dimensional, does not have `areas` elements, or is not finite.
    """
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise InvalidValuesError(name, f"must have one dimension, got shape {array.shape}")
    if areas is not None and len(array) != areas:
        raise InvalidValuesError(name, f"must have {areas} values, one per area, got {len(array)}")
    non_finite = np.flatnonzero(~np.isfinite(array))
    if len(non_finite):
        raise InvalidValuesError(
            name,
            f"must be finite, got {array[non_finite[0]]} at position {non_finite[0]}"
            f" ({len(non_finite)} such values)",
        )
    return array


def frozen(array: AnyArray) -> AnyArray:
    """The same array, made read-only so that it can be shared.

    Parameters
    ----------
    array : ndarray
        Of any shape and type.
    """
    array.flags.writeable = False
    return array
