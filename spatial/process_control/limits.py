"""Process limits of an XmR chart, from moving ranges that no break is part of."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IntArray, frozen
from spatial.errors import InvalidValuesError

LIMIT: Final = 2.66
"""Mean moving ranges from the mean to a limit: 3 / 1.128, as it is rounded in the field."""

SCREEN: Final = 3.267
"""Moving ranges at or above so many mean moving ranges are left out of their mean."""

ENOUGH: Final = 12
"""Values without which limits are not reliable."""


@dataclass(frozen=True, eq=False)
class ProcessLimits:
    """The limits of each value; read-only (n,) arrays, NaN where there are none.

    Attributes
    ----------
    value : float64
        The series, NaN in its gaps.
    starts : bool
        True for a value that does not follow on the one before it: the first, the first after a
        gap, and the first of a segment. Moving ranges and runs begin anew there.
    moving_range : float64
        Distance from the value before.
    mean, lower, upper : float64
        Mean and limits of the segment.
    lower_near, upper_near : float64
        Two thirds of the way from the mean to the limits.
    """

    value: FloatArray
    starts: BoolArray
    moving_range: FloatArray
    mean: FloatArray
    lower: FloatArray
    lower_near: FloatArray
    upper_near: FloatArray
    upper: FloatArray


def process_limits(values: ArrayLike, segments: ArrayLike) -> ProcessLimits:
    """Mean and limits of a series, for each of its segments.

    Parameters
    ----------
    values : (n,) float64
        In the order of time; NaN for a gap.
    segments : (n,) int64
        Number of the segment of each, ascending: limits are made anew in each.

    Returns
    -------
    ProcessLimits
        A segment without any moving range has a mean and no limits.

    Raises
    ------
    InvalidValuesError
        If a value is infinite, or the segments are not one ascending number for each value.

    Notes
    -----
    Limits are the mean plus and minus 2.66 mean moving ranges. Moving ranges of at least 3.267
    times their mean are left out, once, and their mean taken again, so that one jump does not
    widen the limits; none is where no other moves, as with few incidents among zeros. Limits
    suppose values that do not depend on those before them, and a distribution that is not too
    skewed.

    References
    ----------
    Wheeler (1993), Understanding Variation; NHS England, Making Data Count. Limits and screening
    are those of NHSRplotthedots 0.2.2, function ptd_spc_standard.
    """
    value = np.array(values, dtype=np.float64)
    segment = np.asarray(segments, dtype=np.int64)
    if value.ndim != 1 or np.isinf(value).any():
        raise InvalidValuesError("values", "must be one series of finite numbers, or NaN")
    if segment.shape != value.shape or np.any(np.diff(segment) < 0):
        raise InvalidValuesError("segments", "must be one number for each value, ascending")
    follows = np.zeros(len(value), dtype=np.bool_)
    follows[1:] = np.isfinite(value[1:]) & np.isfinite(value[:-1]) & (np.diff(segment) == 0)
    moving_range = np.full(len(value), np.nan)
    moving_range[1:] = np.where(follows[1:], np.abs(np.diff(value)), np.nan)
    mean, reach = np.full(len(value), np.nan), np.full(len(value), np.nan)
    for number in np.unique(segment):
        is_inside = segment == number
        mean[is_inside], reach[is_inside] = _mean_and_reach(
            value[is_inside & np.isfinite(value)], moving_range[is_inside & follows]
        )
    near = reach * 2.0 / 3.0
    return ProcessLimits(
        value=frozen(value),
        starts=frozen(~follows),
        moving_range=frozen(moving_range),
        mean=frozen(mean),
        lower=frozen(mean - reach),
        lower_near=frozen(mean - near),
        upper_near=frozen(mean + near),
        upper=frozen(mean + reach),
    )


def _mean_and_reach(values: FloatArray, moving_ranges: FloatArray) -> tuple[float, float]:
    """The mean of the values, and how far the limits are from it."""
    mean = float(values.mean()) if len(values) else np.nan
    if len(moving_ranges) == 0:
        return mean, np.nan
    screen = SCREEN * moving_ranges.mean()
    usual = moving_ranges[moving_ranges < screen]
    # Where all that moves would be left out, the limits would lie on the mean.
    is_some = usual.any()
    return mean, LIMIT * float((usual if is_some else moving_ranges).mean())


def sides(limits: ProcessLimits) -> IntArray:
    """On which side of its mean each value is.

    Parameters
    ----------
    limits : ProcessLimits
        Of the series.

    Returns
    -------
    (n,) int64
        1 above, -1 below; 0 on it, and in a gap.
    """
    return signs(limits.value - limits.mean, scale=limits.mean)


def signs(differences: FloatArray, *, scale: FloatArray) -> IntArray:
    """The signs of differences, 0 for what is only a rounding error, and for NaN.

    Parameters
    ----------
    differences : (n,) float64
        NaN where there is none.
    scale : (n,) float64
        The size of what they are differences of.

    Returns
    -------
    (n,) int64
        1, 0 or -1.
    """
    noise = 1e-9 * np.abs(np.nan_to_num(scale))
    return (differences > noise).astype(np.int64) - (differences < -noise)


def serial_correlation(deviations: ArrayLike, starts: ArrayLike) -> tuple[float, bool]:
    """How much each value of a series goes with the one before it.

    Parameters
    ----------
    deviations : (n,) float64
        Values less the mean of their level; NaN in gaps.
    starts : (n,) bool
        True for a value that does not follow on the one before it.

    Returns
    -------
    correlation : float
        Of lag 1, from -1 to 1; 0 where nothing varies.
    is_clear : bool
        Whether it is above two standard errors of that of independent values.
    """
    deviation = np.nan_to_num(np.asarray(deviations, dtype=np.float64))
    pairs = np.flatnonzero(~np.asarray(starts, dtype=np.bool_))
    pairs = pairs[pairs > 0]
    squares = float((deviation**2).sum())
    if squares == 0.0 or len(pairs) == 0:
        return 0.0, False
    correlation = float((deviation[pairs] * deviation[pairs - 1]).sum()) / squares
    return correlation, correlation > 2.0 / np.sqrt(len(pairs))
