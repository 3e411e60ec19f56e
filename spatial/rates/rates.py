"""Rates that admit how few incidents they rest on: intervals, shares, ratios, funnels."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import FloatArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError

Interval = Literal["exact", "byar"]
INTERVALS: tuple[Interval, ...] = get_args(Interval)

REASONS = ("", "count missing", "denominator missing", "denominator zero")
"""Why an area has no rate; `Rates.reason` holds positions in this tuple, 0 where it has one."""


@dataclass(frozen=True, eq=False)
class Rates:
    """A value per area with its interval; read-only (n,) arrays, NaN where there is none.

    Attributes
    ----------
    value, lower, upper : float64
        In incidents per `per` of the denominator (ratios: per incident expected).
    reason : int8
        Position in `REASONS`: why there is no value, or 0.
    """

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    reason: NDArray[np.int8]

    def reasons(self) -> tuple[str, ...]:
        """Why each area has no value, in words; empty where it has one."""
        return tuple(REASONS[code] for code in self.reason)


def rates(
    counts: ArrayLike,
    denominators: ArrayLike,
    *,
    per: float = 1000.0,
    interval: Interval = "exact",
    confidence: float = 0.95,
) -> Rates:
    """Incidents per so many of a denominator, each with its Poisson interval.

    Parameters
    ----------
    counts : (n,) float64
        Incidents per area, at least 0; NaN where not known.
    denominators : (n,) float64
        Residents, households, years ... per area, at least 0; NaN where not known.
    per : float
        Above 0: 1,000 for a rate per 1,000.
    interval : {"exact", "byar"}
        See `count_interval`.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Rates
        NaN with its reason where count or denominator is missing or the denominator is 0:
        never a zero, never an infinity.

    Notes
    -----
    The interval is that of the count, divided by the denominator as if it were known
    exactly: it says how far chance moves the number of incidents, not what is wrong with a
    population estimate, nor with the choice of residents as the denominator of a place
    whose people do not live there.
    """
    count, denominator, reason = checked_pair(counts, denominators)
    if not (math.isfinite(per) and per > 0.0):
        raise InvalidParameterError("per", per, "finite and above 0")
    lower, upper = count_interval(count, method=interval, confidence=confidence)
    usable_denominator = np.where(reason == 0, denominator, np.nan)
    return Rates(
        value=frozen(per * count / usable_denominator),
        lower=frozen(per * lower / usable_denominator),
        upper=frozen(per * upper / usable_denominator),
        reason=reason,
    )


def count_interval(
    counts: ArrayLike, *, method: Interval = "exact", confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Limits within which the mean of each Poisson count lies.

    Parameters
    ----------
    counts : (n,) float64
        At least 0; NaN gives NaN.
    method : {"exact", "byar"}
        Exact (Garwood), or Byar's approximation of it, within 1 % from a count of 10.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    lower, upper : (n,) float64
        Lower is 0 for a count of 0.

    Notes
    -----
    Exact: half of a chi-squared quantile with 2 c (lower) and 2 c + 2 (upper) degrees of
    freedom, which is a quantile of the gamma distribution with shape c or c + 1. It covers
    at least the confidence stated. Byar: c (1 - 1/(9c) - z / (3 sqrt c))^3, and the same
    with c + 1 and + z. Both suppose that incidents come one by one; where one event makes
    several records, or incidents carry weights, the true interval is wider.

    References
    ----------
    Garwood (1936), Biometrika 28(3/4); Breslow and Day (1987), Statistical Methods in
    Cancer Research II, p. 69.
    """
    from scipy.special import gammaincinv, ndtri

    count = np.asarray(counts, dtype=np.float64)
    if method not in INTERVALS:
        raise InvalidParameterError("interval", method, f"one of {', '.join(INTERVALS)}")
    if np.any(count < 0.0) or np.any(np.isinf(count)):
        raise InvalidValuesError("counts", "must be finite and not negative")
    tail = 0.5 * (1.0 - checked_confidence(confidence))
    positive_count = np.where(count > 0.0, count, np.nan)
    if method == "exact":
        lower = gammaincinv(positive_count, tail)
        upper = gammaincinv(count + 1.0, 1.0 - tail)
    else:
        z = float(ndtri(1.0 - tail))
        lower = (
            positive_count
            * (1.0 - 1.0 / (9.0 * positive_count) - z / (3.0 * np.sqrt(positive_count))) ** 3
        )
        next_count = count + 1.0
        upper = (
            next_count * (1.0 - 1.0 / (9.0 * next_count) + z / (3.0 * np.sqrt(next_count))) ** 3
        )
    lower = np.where(count == 0.0, 0.0, np.maximum(lower, 0.0))
    return np.asarray(lower, np.float64), np.asarray(upper, np.float64)


def shares(
    counts: ArrayLike, total: ArrayLike, *, per: float = 100.0, confidence: float = 0.95
) -> Rates:
    """Each count as a share of a total that contains it, with its binomial interval.

    Parameters
    ----------
    counts : (n,) float64
        Whole numbers from 0 to the total; NaN where not known.
    total : float or (n,) float64
        At least 0; one of all counts, or one of each.
    per : float
        100 for per cent.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Rates
        NaN where the total is 0. The interval is exact (Clopper and Pearson): it
        covers at least the confidence stated, and lies between none and all.

    Raises
    ------
    InvalidValuesError, InvalidParameterError
        If a count is not one of the total, or `per` or `confidence` has no meaning.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26(4).
    """
    from scipy.special import betaincinv

    count, denominator, reason = checked_pair(
        counts, np.broadcast_to(np.asarray(total, np.float64), np.shape(counts))
    )
    if np.any(count > denominator):
        worst = int(np.argmax(count - denominator))
        raise InvalidValuesError("counts", f"must be at most the total, {denominator[worst]:g}")
    if not (math.isfinite(per) and per > 0.0):
        raise InvalidParameterError("per", per, "finite and above 0")
    tail = 0.5 * (1.0 - checked_confidence(confidence))
    usable = np.where(reason == 0, count, np.nan)
    others = denominator - usable
    lower = np.where(usable > 0.0, betaincinv(np.maximum(usable, 1.0), others + 1.0, tail), 0.0)
    upper = np.where(
        others > 0.0, betaincinv(usable + 1.0, np.maximum(others, 1.0), 1.0 - tail), 1.0
    )
    has_share = reason == 0
    value = np.divide(usable, denominator, out=np.full(len(count), np.nan), where=has_share)
    return Rates(
        value=frozen(per * value),
        lower=frozen(np.where(has_share, per * lower, np.nan)),
        upper=frozen(np.where(has_share, per * upper, np.nan)),
        reason=reason,
    )


def expected_counts(counts: ArrayLike, denominators: ArrayLike) -> FloatArray:
    """Incidents each area would have at the rates of all areas together.

    Parameters
    ----------
    counts : (n,) or (n, strata) float64
        Incidents per area, or per area and stratum (sex and age, say); at least 0.
    denominators : the same shape
        At least 0; a cell where count or denominator is NaN, or the denominator 0, is left
        out of the rates, and an area whose denominator is NaN has no expectation.

    Returns
    -------
    (n,) float64
        Indirect standardisation: sum over strata of the overall rate of the stratum times
        the area's denominator. Sums to the number of incidents where nothing is missing.
    """
    count = np.asarray(counts, dtype=np.float64)
    denominator = np.asarray(denominators, dtype=np.float64)
    if count.ndim not in (1, 2) or count.shape != denominator.shape:
        raise InvalidValuesError("denominators", f"must have shape {count.shape}")
    for name, array in (("counts", count), ("denominators", denominator)):
        if np.any(array < 0.0) or np.any(np.isinf(array)):
            raise InvalidValuesError(name, "must be finite and not negative")
    count, denominator = count.reshape(len(count), -1), denominator.reshape(len(denominator), -1)
    # Incidents where nobody is counted belong to no rate.
    is_known = ~np.isnan(count) & (denominator > 0.0)
    incidents = np.where(is_known, count, 0.0).sum(axis=0)
    people = np.where(is_known, denominator, 0.0).sum(axis=0)
    rate = np.divide(incidents, people, out=np.zeros_like(people), where=people > 0.0)
    return np.asarray(denominator @ rate, np.float64)


def standardised_ratios(
    counts: ArrayLike,
    expected: ArrayLike,
    *,
    interval: Interval = "exact",
    confidence: float = 0.95,
) -> Rates:
    """Incidents observed per incident expected, with its Poisson interval.

    Parameters
    ----------
    counts : (n,) float64
        At least 0; NaN where not known.
    expected : (n,) float64
        From `expected_counts`; at least 0, NaN where not known.
    interval, confidence
        As `rates`.

    Returns
    -------
    Rates
        1 where there is as much as expected. Two ratios from different populations are not
        comparable with each other, only each with 1 (indirect standardisation).
    """
    return rates(counts, expected, per=1.0, interval=interval, confidence=confidence)


def funnel_limits(
    expected: ArrayLike, *, confidence: float = 0.95, target: float = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Ratios beyond which an area is further from the target than chance would have it.

    Parameters
    ----------
    expected : (n,) float64
        Incidents expected in each area; above 0, NaN gives NaN.
    confidence : float
        0.95 and 0.998 are the customary pair (two and three standard deviations).
    target : float
        Ratio that would be as expected; above 0.

    Returns
    -------
    lower, upper : (n,) float64
        In the unit of the ratio.

    Notes
    -----
    Exact Poisson limits, smoothed by interpolation between whole counts: with p the tail
    beyond, r the smallest count with P(X <= r) > p, and a = (P(X <= r) - p) / P(X = r), the
    limit is (r - a) / expected. For a rate with denominator x, call with the overall rate
    times x and multiply by the overall rate. Overdispersion is not allowed for: if many
    more than 1 in 20 areas lie outside the 95 % limits, the areas differ, and the funnel
    says only that.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24(8), appendix A.1.1.
    """
    from scipy.special import pdtr, pdtrik

    mean = np.asarray(expected, dtype=np.float64) * target
    if np.any(mean <= 0.0) or np.any(np.isinf(mean)):
        raise InvalidValuesError("expected", "must be finite and above 0")
    tail_mass = 0.5 * (1.0 - checked_confidence(confidence))
    limits = []
    for tail_probability in (tail_mass, 1.0 - tail_mass):
        # pdtrik is the count at which a continuous form of the distribution reaches the tail,
        # NaN where even a count of 0 is beyond it; a step either way allows for its rounding.
        count = np.maximum(np.floor(np.nan_to_num(pdtrik(tail_probability, mean))) - 1.0, 0.0)
        for _ in range(3):
            count = np.where(pdtr(count, mean) > tail_probability, count, count + 1.0)
        cumulative_probability = pdtr(count, mean)
        step = cumulative_probability - np.where(
            count > 0.0, pdtr(np.maximum(count - 1.0, 0.0), mean), 0.0
        )
        limit = (count - (cumulative_probability - tail_probability) / step) / mean * target
        limits.append(np.where(np.isnan(mean), np.nan, np.maximum(limit, 0.0)))
    return limits[0], limits[1]


def checked_confidence(confidence: float) -> float:
    """A confidence strictly between 0 and 1.

    Raises
    ------
    InvalidParameterError
        If it is not.
    """
    if not 0.0 < confidence < 1.0:
        raise InvalidParameterError("confidence", confidence, "above 0 and below 1")
    return confidence


def checked_pair(
    counts: ArrayLike, denominators: ArrayLike
) -> tuple[FloatArray, FloatArray, NDArray[np.int8]]:
    """Counts and denominators of equal length, with the reason where a rate is impossible.

    Raises
    ------
    InvalidValuesError
        If their lengths differ, or a value is negative or infinite.
    """
    count = np.asarray(counts, dtype=np.float64)
    denominator = np.asarray(denominators, dtype=np.float64)
    if count.ndim != 1 or count.shape != denominator.shape:
        raise InvalidValuesError(
            "denominators",
            f"must have one value per count, got {denominator.shape} for {count.shape}",
        )
    for name, array in (("counts", count), ("denominators", denominator)):
        invalid = np.flatnonzero((array < 0.0) | np.isinf(array))
        if len(invalid):
            raise InvalidValuesError(
                name,
                f"must be finite and not negative, got {array[invalid[0]]:g} "
                f"at position {invalid[0]}",
            )
    reason = np.zeros(len(count), np.int8)
    reason[denominator == 0.0] = REASONS.index("denominator zero")
    reason[np.isnan(denominator)] = REASONS.index("denominator missing")
    reason[np.isnan(count)] = REASONS.index("count missing")
    return count, denominator, frozen(reason)
