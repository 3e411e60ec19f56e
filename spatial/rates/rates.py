"""Rates with their uncertainty: intervals, smoothing, standardised ratios, funnel limits."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import BoolArray, FloatArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError, TooFewAreasError
from spatial.weights.lags import lags
from spatial.weights.weights import Neighbours

Interval = Literal["exact", "byar"]
INTERVALS: tuple[Interval, ...] = get_args(Interval)

REASONS = ("", "count missing", "denominator missing", "denominator zero")
"""Reasons why an area has no rate; `Rates.reason` is a position in it, 0 if there is a rate."""


@dataclass(frozen=True, eq=False)
class Rates:
    """A value per area with its interval; read-only (n,) arrays, NaN where undefined.

    Attributes
    ----------
    value, lower, upper : float64
        Incidents per `per` units of the denominator (ratios: per incident expected).
    reason : int8
        Position in `REASONS`: the reason why there is no value, or 0.
    """

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    reason: NDArray[np.int8]

    def reasons(self) -> tuple[str, ...]:
        """The reason why each area has no value, in words; empty if it has one."""
        return tuple(REASONS[code] for code in self.reason)


def rates(
    counts: ArrayLike,
    denominators: ArrayLike,
    *,
    per: float = 1000.0,
    interval: Interval = "exact",
    confidence: float = 0.95,
) -> Rates:
    """Incidents per `per` units of a denominator, each with its Poisson interval.

    Parameters
    ----------
    counts : (n,) float64
        Incidents per area, at least 0; NaN where unknown.
    denominators : (n,) float64
        Residents, households, years or the like per area, at least 0; NaN where unknown.
    per : float
        Above 0; 1,000 for a rate per 1,000.
    interval : {"exact", "byar"}
        See `count_interval`.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Rates
        NaN, with a reason, where the count or denominator is missing or the denominator is 0.

    Notes
    -----
    The interval is that of the count divided by the denominator, which is treated as exact. It
    describes the random variation of the number of incidents, not errors of a population
    estimate, nor the choice of residents as the denominator of a place whose people live
    elsewhere.
    """
    count, denominator, reason = _checked_pair(counts, denominators)
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
    """Confidence limits of the mean of each Poisson count.

    Parameters
    ----------
    counts : (n,) float64
        At least 0; NaN gives NaN.
    method : {"exact", "byar"}
        Exact (Garwood), or Byar's approximation, within 1 % of it from a count of 10.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    lower, upper : (n,) float64
        `lower` is 0 for a count of 0.

    Notes
    -----
    Exact: half of a chi-squared quantile with 2 c (lower) and 2 c + 2 (upper) degrees of
    freedom, which is a quantile of the gamma distribution with shape c or c + 1. Its
    coverage is at least the confidence. Byar: c (1 - 1/(9c) - z / (3 sqrt c))^3, and the same
    with c + 1 and + z. Both assume that incidents occur one by one; if one event makes several
    records, or incidents have weights, the true interval is wider.

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
    tail = 0.5 * (1.0 - _checked_confidence(confidence))
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


def empirical_bayes(
    counts: ArrayLike, denominators: ArrayLike, *, per: float = 1000.0, confidence: float = 0.95
) -> Rates:
    """Rates shrunk towards the rate of all areas, the more the smaller their denominator.

    Parameters
    ----------
    counts, denominators, per, confidence
        As `rates`; at least two areas need a count and a denominator.

    Returns
    -------
    Rates
        The smoothed rate, with the central interval of the gamma distribution whose mean it is.

    Notes
    -----
    With p_i the raw rates, N all incidents, X the whole denominator, b = N / X, s^2 = sum_i x_i
    (p_i - b)^2 / X and a = max(0, s^2 - b / mean(x)):

        b + a (p_i - b) / (a + b / x_i)

    the moment estimator of Marshall, equal to `spdep::EBest` (family poisson). It is also
    the mean of the gamma distribution with shape b^2/a + c_i and rate b/a + x_i, from
    which the interval is computed; a and b are treated as known, so that it is slightly too
    narrow. If a is 0 the areas differ by no more than chance: all have the rate b, with the
    exact interval of b. A smoothed rate depends on all areas, not on one alone.

    References
    ----------
    Marshall (1991), JRSS C 40(2), eq. 2 to 5.
    """
    count, denominator, reason = _checked_pair(counts, denominators)
    has_rate = reason == 0
    if np.count_nonzero(has_rate) < 2:
        raise TooFewAreasError(int(np.count_nonzero(has_rate)), 2)
    c, x = count[has_rate], denominator[has_rate]
    denominator_sum = x.sum()
    centre = np.full(len(c), c.sum() / denominator_sum)
    spread = np.full(len(c), np.sum(x * (c / x - centre) ** 2) / denominator_sum)
    between_variance = np.maximum(0.0, spread - centre / x.mean())
    basis = np.full(len(c), c.sum())
    return _shrunk(count, denominator, reason, centre, between_variance, basis, per, confidence)


def empirical_bayes_local(
    counts: ArrayLike,
    denominators: ArrayLike,
    neighbours: Neighbours,
    *,
    per: float = 1000.0,
    confidence: float = 0.95,
) -> Rates:
    """Rates shrunk towards the rate of their neighbourhood, which includes the area itself.

    Parameters
    ----------
    counts, denominators, per, confidence
        As `rates`.
    neighbours : Neighbours
        Links over the same areas; weights are not used. Areas without a rate belong to no
        neighbourhood; an island is its own neighbourhood and keeps its raw rate.

    Returns
    -------
    Rates
        As `empirical_bayes`.

    Notes
    -----
    As `empirical_bayes`, with every sum over the area and its neighbours, as in
    `spdep::EBlocal`: each area's squared deviation is from the mean rate of its *own*
    neighbourhood.

    References
    ----------
    Marshall (1991), JRSS C 40(2), section 3.2.
    """
    count, denominator, reason = _checked_pair(counts, denominators)
    has_rate = reason == 0
    if neighbours.n != len(count):
        raise InvalidValuesError("counts", f"must have {neighbours.n} values, one per area")
    if not has_rate.any():
        return _no_rates(reason)
    links = neighbours.binary().subset(has_rate)
    c, x = count[has_rate], denominator[has_rate]

    def summed(values: FloatArray) -> FloatArray:
        return values + lags(values, links)

    denominator_sum = summed(x)
    centre = summed(c) / denominator_sum
    spread = summed(x * (c / x - centre) ** 2) / denominator_sum
    between_variance = np.maximum(0.0, spread - centre / (denominator_sum / (links.counts + 1.0)))
    return _shrunk(
        count, denominator, reason, centre, between_variance, summed(c), per, confidence
    )


def expected_counts(counts: ArrayLike, denominators: ArrayLike) -> FloatArray:
    """Incidents expected in each area at the rates of all areas together.

    Parameters
    ----------
    counts : (n,) or (n, strata) float64
        Incidents per area, or per area and stratum (such as sex and age); at least 0.
    denominators : the same shape
        At least 0. A cell where count or denominator is NaN does not contribute to the rates; an
        area without a denominator has no expectation.

    Returns
    -------
    (n,) float64
        Indirect standardisation: the sum over strata of the stratum's overall rate times the
        area's denominator. Their total is the number of incidents if nothing is missing.
    """
    count = np.asarray(counts, dtype=np.float64)
    denominator = np.asarray(denominators, dtype=np.float64)
    if count.ndim not in (1, 2) or count.shape != denominator.shape:
        raise InvalidValuesError("denominators", f"must have shape {count.shape}")
    for name, array in (("counts", count), ("denominators", denominator)):
        if np.any(array < 0.0) or np.any(np.isinf(array)):
            raise InvalidValuesError(name, "must be finite and not negative")
    count, denominator = count.reshape(len(count), -1), denominator.reshape(len(denominator), -1)
    is_known = ~(np.isnan(count) | np.isnan(denominator))
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
        At least 0; NaN where unknown.
    expected : (n,) float64
        From `expected_counts`; at least 0, NaN where unknown.
    interval, confidence
        As `rates`.

    Returns
    -------
    Rates
        1 where there are as many as expected. Ratios of different populations cannot be compared
        with each other, only with 1 (indirect standardisation).
    """
    return rates(counts, expected, per=1.0, interval=interval, confidence=confidence)


def funnel_limits(
    expected: ArrayLike, *, confidence: float = 0.95, target: float = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Funnel limits: ratios beyond which an area differs from the target by more than chance.

    Parameters
    ----------
    expected : (n,) float64
        Incidents expected in each area; above 0, NaN gives NaN.
    confidence : float
        Above 0 and below 1; 0.95 and 0.998 are usual (two and three standard deviations).
    target : float
        The expected ratio; above 0.

    Returns
    -------
    lower, upper : (n,) float64
        As ratios.

    Notes
    -----
    Exact Poisson limits, smoothed by interpolation between whole counts: with p the tail
    beyond, r the smallest count with P(X <= r) > p, and a = (P(X <= r) - p) / P(X = r), the
    limit is (r - a) / expected. For rates with denominators x, call with the overall
    rate times x and multiply the limits by the overall rate. Overdispersion is ignored: if far
    more than 1 in 20 areas lie outside the 95 % limits, the funnel only shows that areas
    differ.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24(8), appendix A.1.1.
    """
    from scipy.special import pdtr, pdtrik

    mean = np.asarray(expected, dtype=np.float64) * target
    if np.any(mean <= 0.0) or np.any(np.isinf(mean)):
        raise InvalidValuesError("expected", "must be finite and above 0")
    tail_mass = 0.5 * (1.0 - _checked_confidence(confidence))
    limits = []
    for tail_probability in (tail_mass, 1.0 - tail_mass):
        # pdtrik is the count at which a continuous form of the distribution reaches the tail
        # probability, NaN if a count of 0 exceeds it; the steps correct its rounding.
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


def _checked_confidence(confidence: float) -> float:
    """A confidence strictly between 0 and 1."""
    if not 0.0 < confidence < 1.0:
        raise InvalidParameterError("confidence", confidence, "above 0 and below 1")
    return confidence


def _checked_pair(
    counts: ArrayLike, denominators: ArrayLike
) -> tuple[FloatArray, FloatArray, NDArray[np.int8]]:
    """Counts and denominators of equal length, and the reason why a rate is undefined, or 0."""
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


def _shrunk(
    count: FloatArray,
    denominator: FloatArray,
    reason: NDArray[np.int8],
    centre: FloatArray,
    between_variance: FloatArray,
    basis: FloatArray,
    per: float,
    confidence: float,
) -> Rates:
    """Rates shrunk to `centre` by the share of `between_variance` in their total variance."""
    from scipy.special import gammaincinv

    if not (math.isfinite(per) and per > 0.0):
        raise InvalidParameterError("per", per, "finite and above 0")
    has_rate: BoolArray = reason == 0
    c, x = count[has_rate], denominator[has_rate]
    tail = 0.5 * (1.0 - _checked_confidence(confidence))
    has_variance = between_variance > 0.0
    safe_variance = np.where(has_variance, between_variance, 1.0)
    value = np.where(
        has_variance,
        centre + between_variance * (c / x - centre) / (safe_variance + centre / x),
        centre,
    )
    shape, rate = centre * centre / safe_variance + c, centre / safe_variance + x
    lower = np.where(
        has_variance, gammaincinv(np.where(shape > 0.0, shape, 1.0), tail) / rate, 0.0
    )
    upper = np.where(
        has_variance, gammaincinv(np.where(shape > 0.0, shape, 1.0), 1 - tail) / rate, 0.0
    )
    pooled_lower, pooled_upper = count_interval(basis, confidence=confidence)
    exposure = np.where(centre > 0.0, basis / np.where(centre > 0.0, centre, 1.0), np.nan)
    lower = np.where(has_variance, lower, pooled_lower / exposure)
    upper = np.where(has_variance, upper, pooled_upper / exposure)
    columns = [np.full(len(count), np.nan) for _ in range(3)]
    for out, area_result in zip(columns, (value, lower, upper), strict=True):
        out[has_rate] = per * area_result
    return Rates(frozen(columns[0]), frozen(columns[1]), frozen(columns[2]), reason)


def _no_rates(reason: NDArray[np.int8]) -> Rates:
    """The result if no area has a rate."""
    columns = [frozen(np.full(len(reason), np.nan)) for _ in range(3)]
    return Rates(columns[0], columns[1], columns[2], reason)
