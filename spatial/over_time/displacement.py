"""Displacement: what an intervention changed, net of what it moved elsewhere."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.rates.rates import checked_confidence

GROUPS: Final = ("target", "control", "displacement", "displacement_control")
_SIGNS: Final = np.array([1.0, -1.0, 1.0, -1.0])


@dataclass(frozen=True, eq=False)
class WeightedDisplacements:
    """Weighted displacement differences; read-only (k,) arrays.

    Attributes
    ----------
    difference : float64
        Incidents, or their weights; negative if there were fewer than expected, net of
        displacement.
    standard_error, lower, upper : float64
        Standard error and interval of the difference.
    z_score, p_value : float64
        Two-sided, from the normal distribution; 0 and 1 where there was no incident.
    """

    difference: FloatArray
    standard_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    z_score: FloatArray
    p_value: FloatArray


def weighted_displacement_differences(
    before: ArrayLike,
    after: ArrayLike,
    *,
    before_squares: ArrayLike | None = None,
    after_squares: ArrayLike | None = None,
    sizes: ArrayLike | None = None,
    first_exposure: ArrayLike = 1.0,
    second_exposure: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> WeightedDisplacements:
    """Effects of an intervention, compared with a control and net of displacement.

    Parameters
    ----------
    before, after : (k, 4) or (4,) float64
        Incidents, or the sums of their weights, in the groups of areas as `GROUPS` has them: of
        the intervention, similar ones without it, those it may have displaced incidents to, and
        a control of these; 0 where displacement is not considered. One row for each period after.
    before_squares, after_squares : of the same shapes, or None
        Sums of the squared weights; None: every incident has the weight 1.
    sizes : (4,) float64 or None
        How large each group is, above 0: what is subtracted is the change of a control per unit of
        size, times the size of the group it is the control of. None: all of one size.
    first_exposure, second_exposure : (k,) float64 or float
        Lengths of the periods, above 0: what was before is brought to the length after.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    WeightedDisplacements

    Raises
    ------
    InvalidValuesError, InvalidParameterError
        If a sum, a size, an exposure or the confidence is out of range.

    Notes
    -----
    (target after - before) - (control after - before) + (displacement after - before) -
    (its control after - before), where those before are multiplied by `second_exposure` /
    `first_exposure` and those of controls by the ratio of the sizes. Counts are Poisson: the
    variance is the sum of all eight, each times the square of its factor; of weights it is the
    sum of their squares. Without sizes controls must be of similar size, because the change of a
    control is subtracted as a number, not as a share.

    References
    ----------
    Wheeler and Ratcliffe (2018), Crime Science 7:11, eq. 1 to 3.
    """
    from scipy.special import erfc, ndtri

    checked_confidence(confidence)
    first, second = np.atleast_2d(before), np.atleast_2d(after)
    first_variance = first if before_squares is None else np.atleast_2d(before_squares)
    second_variance = second if after_squares is None else np.atleast_2d(after_squares)
    for sums in (first, second, first_variance, second_variance):
        if sums.ndim != 2 or sums.shape[1] != len(GROUPS):
            raise InvalidValuesError("counts", "must be of four groups of areas")
        if not np.all(np.isfinite(sums) & (sums >= 0.0)):
            raise InvalidValuesError("counts", "must be finite and not negative, before and after")
    scale = _checked_exposure("second_exposure", second_exposure) / _checked_exposure(
        "first_exposure", first_exposure
    )
    factor = scale.reshape(-1, 1)
    weight = _SIGNS * _size_factors(sizes)
    difference = np.asarray((second - first * factor) @ weight, np.float64)
    error = np.sqrt((second_variance + first_variance * factor**2) @ weight**2)
    reach = float(ndtri(0.5 + 0.5 * confidence)) * error
    z_score = np.divide(difference, error, out=np.zeros(error.shape), where=error > 0.0)
    return WeightedDisplacements(
        difference=frozen(difference),
        standard_error=frozen(error),
        lower=frozen(difference - reach),
        upper=frozen(difference + reach),
        z_score=frozen(z_score),
        p_value=frozen(erfc(np.abs(z_score) * np.sqrt(0.5))),
    )


def _checked_exposure(name: str, exposure: ArrayLike) -> FloatArray:
    values = np.atleast_1d(np.asarray(exposure, np.float64))
    if not np.all(np.isfinite(values) & (values > 0.0)):
        raise InvalidParameterError(name, float(values.min()), "finite and above 0")
    return values


def _size_factors(sizes: ArrayLike | None) -> FloatArray:
    """By what each group is multiplied, so that a control is as large as what it controls."""
    if sizes is None:
        return np.ones(len(GROUPS))
    size = np.asarray(sizes, np.float64)
    if size.shape != (len(GROUPS),) or not np.all(np.isfinite(size) & (size > 0.0)):
        raise InvalidValuesError("sizes", "must be four, finite and above 0")
    return np.array([1.0, size[0] / size[1], 1.0, size[2] / size[3]])
