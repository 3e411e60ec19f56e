"""Change between two periods: areas that changed beyond chance."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import AnyArray, BoolArray, FloatArray, checked_values, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.local_statistics.multiplicity import Correction, corrected
from spatial.over_time.e_test_kernels import limits_of_pairs, p_of_pairs
from spatial.rates.rates import checked_confidence

MAX_COUNT = 10_000_000
TRANSITIONS = (
    "stayed hot",
    "new hot",
    "no longer hot",
    "cold to hot",
    "hot to cold",
    "stayed cold",
    "new cold",
    "no longer cold",
    "neither",
    "not tested",
)


@dataclass(frozen=True, eq=False)
class CountChanges:
    """Change of each area's count between two periods; read-only (n,) arrays.

    Attributes
    ----------
    first, second : float64
        Counts of the first and the second period.
    difference : float64
        Second count minus the count expected in the second period at the first period's rate.
    percent : float64
        Change of the rate in per cent of the first; NaN if the first count is 0. Not to be shown
        without `p_value` or the interval.
    ratio, lower, upper : float64
        Second rate divided by the first, with its exact interval; NaN or infinity if a count is 0.
    z_quick : float64
        Difference of the square roots divided by its standard error: a quick approximation.
    p_value, q_value : float64
        E-test, two-sided; and adjusted for multiple testing over the areas.
    """

    first: FloatArray
    second: FloatArray
    difference: FloatArray
    percent: FloatArray
    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    z_quick: FloatArray
    p_value: FloatArray
    q_value: FloatArray


def count_changes(
    first_counts: ArrayLike,
    second_counts: ArrayLike,
    *,
    first_exposure: float = 1.0,
    second_exposure: float = 1.0,
    confidence: float = 0.95,
    correction: Correction = "bh",
) -> CountChanges:
    """Change of each area's count between two periods, with p, q and interval.

    Parameters
    ----------
    first_counts, second_counts : (n,) float64
        Incidents per area in the earlier and the later period: whole numbers, at least 0.
    first_exposure, second_exposure : float
        Length of each period (days), above 0; unequal periods are compared by their rates.
    confidence : float
        Confidence of the interval of the ratio, above 0 and below 1.
    correction : str
        As `spatial.local_statistics.multiplicity.corrected`.

    Returns
    -------
    CountChanges

    Raises
    ------
    InvalidValuesError, InvalidParameterError
        If counts, exposures or confidence are out of range.

    Notes
    -----
    Null hypothesis of each area: one rate in both periods, incidents Poisson. Where they
    come in bursts the p is too small. The interval holds the ratios that the E-test does not
    reject: it leaves out 1 exactly where `p_value` is below 1 - confidence. A count of 0 in
    the first period leaves it open above, one in the second open below; two zeros say
    nothing about a ratio. With periods t1 and t2,
    z_quick = 2 (sqrt(b / t2) - sqrt(a / t1)) / sqrt(1 / t1 + 1 / t2), for equal periods
    sqrt(2) (sqrt b - sqrt a); without the root of two (often printed) the first count is
    taken as known, and one in six areas changes that did not.

    References
    ----------
    Krishnamoorthy and Thomson (2004), JSPI 119(1).
    """
    a, b = checked_counts(first_counts, second_counts)
    t1, t2 = checked_exposures(first_exposure, second_exposure)
    alpha = 1.0 - checked_confidence(confidence)
    # Areas with the same two counts have the same answer: most small areas do.
    pairs, area_pair = np.unique(np.column_stack([a, b]), axis=0, return_inverse=True)
    pair_results = np.empty((len(pairs), 3))
    pair_results[:, 0] = e_test(*pairs.T, first_exposure=t1, second_exposure=t2)
    limits_of_pairs(pairs, t1, t2, alpha, pair_results)
    p_value, lower, upper = pair_results[area_pair.ravel()].T
    difference, percent, ratio = relative_changes(a * t2 / t1, b)
    return CountChanges(
        first=frozen(a),
        second=frozen(b),
        difference=difference,
        percent=percent,
        ratio=ratio,
        lower=frozen(lower),
        upper=frozen(upper),
        z_quick=frozen(2.0 * (np.sqrt(b / t2) - np.sqrt(a / t1)) / math.sqrt(1.0 / t1 + 1.0 / t2)),
        p_value=frozen(p_value),
        q_value=frozen(corrected(p_value, correction=correction)),
    )


def relative_changes(
    expected: FloatArray, observed: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What became of sums, against those expected if nothing had changed.

    Parameters
    ----------
    expected, observed : (n,) float64
        At least 0.

    Returns
    -------
    difference, percent, ratio : (n,) float64
        Observed less expected; the same in per cent, NaN where nothing was expected; and
        observed over expected, infinite where nothing was expected and something came, NaN
        where nothing came either. Read-only.
    """
    has_expected = expected > 0.0
    ratio = np.where(~has_expected & (observed > 0.0), np.inf, np.nan)
    np.divide(observed, expected, out=ratio, where=has_expected)
    percent = np.where(has_expected, 100.0 * (ratio - 1.0), np.nan)
    return frozen(observed - expected), frozen(percent), frozen(ratio)


def e_test(
    first_counts: ArrayLike,
    second_counts: ArrayLike,
    *,
    first_exposure: float = 1.0,
    second_exposure: float = 1.0,
) -> FloatArray:
    """Two-sided p for the equality of two Poisson rates, for each pair of counts.

    Parameters
    ----------
    first_counts, second_counts : (n,) float64
        Whole numbers from 0 to 10,000,000.
    first_exposure, second_exposure : float
        Above 0.

    Returns
    -------
    (n,) float64
        1 where both counts are 0. For example, 16 and 25 over equal periods give 0.165.

    Notes
    -----
    With the pooled rate r = (x1 + x2) / (t1 + t2), T = (x1/t1 - x2/t2) / sqrt(r/t1 + r/t2):
    the variance is that under the null hypothesis. The p is the probability of |T| at least
    as large as observed when both counts are Poisson with the rate r; the sum is over all
    counts that have a probability above 1e-16. With the variance as published, x1/t1^2 +
    x2/t2^2, the two agree at equal exposures, but at unequal ones a short period without an
    incident has the largest |T| there is, so that no count of that period can be significant:
    6 in 335 days then 6 in 31 gave 0.356, where this gives 0.00009 and the exact conditional
    test 0.00022. Cost O(sqrt(count)) per pair.

    References
    ----------
    Krishnamoorthy and Thomson (2004), Journal of Statistical Planning and Inference 119(1),
    eq. 3.3 and 3.4, with the variance pooled under the null hypothesis.
    """
    a, b = checked_counts(first_counts, second_counts)
    t1, t2 = checked_exposures(first_exposure, second_exposure)
    p_value = np.empty(len(a))
    p_of_pairs(a, b, t1, t2, p_value)
    return p_value


def transitions(classes_before: ArrayLike, classes_after: ArrayLike) -> AnyArray:
    """Transition of each area's class between two maps.

    Parameters
    ----------
    classes_before, classes_after : (n,) str
        Classes as `spatial.local_statistics.multiplicity.confidence_classes` gives them, at any
        level.

    Returns
    -------
    (n,) str
        One of `TRANSITIONS`. That an area is no longer significant is no evidence that it
        changed; use the E-test for that.
    """
    old_classes, new_classes = (
        np.asarray(classes_before, dtype=object),
        np.asarray(classes_after, dtype=object),
    )
    if old_classes.shape != new_classes.shape or old_classes.ndim != 1:
        raise InvalidValuesError(
            "after", f"must have {old_classes.shape} classes, got {new_classes.shape}"
        )

    def starts(classes: AnyArray, word: str) -> BoolArray:
        return np.array([str(label).startswith(word) for label in classes], dtype=np.bool_)

    was_hot, is_hot = starts(old_classes, "hot"), starts(new_classes, "hot")
    was_cold, is_cold = starts(old_classes, "cold"), starts(new_classes, "cold")
    is_untested = starts(old_classes, "not tested") | starts(new_classes, "not tested")
    conditions = [
        is_untested,
        was_hot & is_hot,
        was_cold & is_hot,
        is_hot,
        was_hot & is_cold,
        was_hot,
        was_cold & is_cold,
        is_cold,
        was_cold,
    ]
    names = [
        "not tested",
        "stayed hot",
        "cold to hot",
        "new hot",
        "hot to cold",
        "no longer hot",
        "stayed cold",
        "new cold",
        "no longer cold",
    ]
    return np.select(conditions, [np.array(name, dtype=object) for name in names], "neither")


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    count_changes([1.0], [2.0])


def checked_counts(
    first_counts: ArrayLike, second_counts: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Both counts as new float64 vectors of whole numbers, of the same length.

    Parameters
    ----------
    first_counts, second_counts : (n,) array-like
        Counts of the first and the second period.

    Raises
    ------
    InvalidValuesError
        If the lengths differ, or a value is not a whole number from 0 to `MAX_COUNT`.
    """
    a = checked_values(first_counts, name="first").copy()
    b = checked_values(second_counts, name="second", areas=len(a)).copy()
    for name, count_values in (("first", a), ("second", b)):
        if np.any(
            (count_values < 0.0)
            | (count_values > MAX_COUNT)
            | (count_values != np.round(count_values))
        ):
            raise InvalidValuesError(name, f"must be whole numbers from 0 to {MAX_COUNT:,}")
    return a, b


def checked_exposures(first_exposure: float, second_exposure: float) -> tuple[float, float]:
    """Two lengths of time above 0.

    Parameters
    ----------
    first_exposure, second_exposure : float
        Lengths of the first and the second period.

    Raises
    ------
    InvalidParameterError
        If one is not finite and above 0.
    """
    for name, exposure in (
        ("first_exposure", first_exposure),
        ("second_exposure", second_exposure),
    ):
        if not (math.isfinite(exposure) and exposure > 0.0):
            raise InvalidParameterError(name, exposure, "finite and above 0")
    return float(first_exposure), float(second_exposure)
