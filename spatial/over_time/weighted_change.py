"""Change of sums of weights between two periods."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, frozen
from spatial.errors import InvalidParameterError
from spatial.local_statistics.multiplicity import Correction, corrected
from spatial.over_time.change import checked_exposures, relative_changes
from spatial.rates.rates import checked_confidence
from spatial.rates.weighted_counts import gamma_of


@dataclass(frozen=True, eq=False)
class WeightedChanges:
    """Change of each area's sum of weights between two periods; read-only (n,) arrays.

    Attributes
    ----------
    difference : float64
        Second sum minus the sum expected in the second period at the first period's rate.
    percent : float64
        Change of the rate in per cent of the first; NaN if the first sum is 0.
    ratio, lower, upper : float64
        Second rate divided by the first, with its interval; NaN or infinity if a sum is 0.
    p_value, q_value : float64
        Two-sided; and adjusted for multiple testing over the areas.
    """

    difference: FloatArray
    percent: FloatArray
    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_value: FloatArray
    q_value: FloatArray


def weighted_changes(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    *,
    largest_weight: float,
    first_exposure: float = 1.0,
    second_exposure: float = 1.0,
    confidence: float = 0.95,
    correction: Correction = "bh",
) -> WeightedChanges:
    """Change of each area's sum of weights between two periods, with p, q and interval.

    Parameters
    ----------
    first, second : pair of (n,) float64
        Sums of the weights, and of their squares, in the earlier and the later period.
    largest_weight : float
        The largest weight that an incident may have, above 0: that of all incidents.
    first_exposure, second_exposure : float
        Length of each period (days), above 0; unequal periods are compared by their rates.
    confidence : float
        Confidence of the interval of the ratio, above 0 and below 1.
    correction : str
        As `spatial.local_statistics.multiplicity.corrected`.

    Returns
    -------
    WeightedChanges

    Raises
    ------
    InvalidParameterError
        If an exposure, the largest weight or the confidence is out of range.

    Notes
    -----
    Null hypothesis of each area: the mean sum of weights per day is the same in both periods,
    the incidents of each weight being Poisson. The E-test is for counts: of sums it would take
    one incident of weight 100 for a hundred. The limits of the ratio are the quantiles of an F
    distribution, the ratio of the gamma distributions of `weighted_interval`, and p is twice
    the smaller tail at a ratio of 1: the interval leaves out 1 exactly where p is below
    1 - confidence. It is cautious, the more so the more unequal the weights. Where all weights
    are 1 this is the exact conditional (binomial) test of two counts.

    References
    ----------
    Fay (1999), Communications in Statistics - Theory and Methods 28(9); Fay and Feuer (1997),
    Statistics in Medicine 16(7).
    """
    from scipy.special import fdtr, fdtrc, fdtri

    if not (np.isfinite(largest_weight) and largest_weight > 0.0):
        raise InvalidParameterError("largest_weight", largest_weight, "finite and above 0")
    t1, t2 = checked_exposures(first_exposure, second_exposure)
    tail = 0.5 * (1.0 - checked_confidence(confidence))
    a, a_squares = (np.asarray(values, dtype=np.float64) for values in first)
    b, b_squares = (np.asarray(values, dtype=np.float64) for values in second)
    has_first, has_second = a > 0.0, b > 0.0
    scale = t1 / t2

    def raised(total: FloatArray, squares: FloatArray) -> tuple[FloatArray, FloatArray]:
        """A sum with the largest weight added, and the degrees of freedom of its gamma."""
        mean = total + largest_weight
        return mean, 2.0 * gamma_of(mean, squares + largest_weight**2)[0]

    a_freedom, b_freedom = (2.0 * gamma_of(*sums)[0] for sums in ((a, a_squares), (b, b_squares)))
    (a_raised, a_raised_freedom), (b_raised, b_raised_freedom) = (
        raised(a, a_squares),
        raised(b, b_squares),
    )
    low_middle = scale * b / a_raised
    high_middle = np.divide(scale * b_raised, a, out=np.full(a.shape, np.inf), where=has_first)
    lower = np.where(has_second, low_middle * fdtri(b_freedom, a_raised_freedom, tail), 0.0)
    upper = np.where(
        has_first, high_middle * fdtri(b_raised_freedom, a_freedom, 1.0 - tail), np.inf
    )
    p_above = np.ones(a.shape)
    p_above[has_second] = fdtr(
        b_freedom[has_second], a_raised_freedom[has_second], 1.0 / low_middle[has_second]
    )
    p_below = np.ones(a.shape)
    p_below[has_first] = fdtrc(
        b_raised_freedom[has_first], a_freedom[has_first], 1.0 / high_middle[has_first]
    )
    p_value = np.minimum(1.0, 2.0 * np.minimum(p_above, p_below))
    difference, percent, ratio = relative_changes(a / scale, b)
    return WeightedChanges(
        difference=difference,
        percent=percent,
        ratio=ratio,
        lower=frozen(np.where(has_first | has_second, lower, np.nan)),
        upper=frozen(np.where(has_first | has_second, upper, np.nan)),
        p_value=frozen(p_value),
        q_value=frozen(corrected(p_value, correction=correction)),
    )
