"""Forecasts of counts under constant rates and a growing denominator, always as intervals.

There are three sources of uncertainty: the rate is estimated from a count, the future count varies
about its mean, and homes are built faster or slower than planned. The first two together have an
exact distribution (the negative binomial); sums of several parts, and the third, are computed
with seeded draws.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, checked_values
from spatial.errors import InvalidParameterError, InvalidValuesError

CONFIDENCE = 0.9
PRIOR_COUNT = 0.5  # Jeffreys: the posterior of a Poisson mean is a gamma of shape count + 1/2


@dataclass(frozen=True, eq=False)
class Forecast:
    """A future count or rate with its interval; NaN where unknown.

    Attributes
    ----------
    expected : float64
        The rate as observed times the future exposure.
    lower, upper : float64
        Limits of the interval at the requested confidence.
    """

    expected: FloatArray
    lower: FloatArray
    upper: FloatArray


def predicted_counts(
    counts: ArrayLike, exposure_ratio: ArrayLike, *, confidence: float = CONFIDENCE
) -> Forecast:
    """The future count of each area, from its observed count and the change of exposure.

    Parameters
    ----------
    counts : (n,) float64
        Incidents observed, at least 0; NaN where unknown.
    exposure_ratio : (n,) or float
        Future exposure (residents times years) divided by the observed exposure, at least 0.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Forecast
        (n,) each. The limits are whole numbers and belong to the interval.

    Notes
    -----
    With a Poisson count c, Jeffreys' prior and a ratio m, the future count is negative
    binomial with shape c + 1/2 and success probability 1 / (1 + m). The limits are its
    quantiles at (1 - confidence) / 2 and (1 + confidence) / 2, so that the interval has at
    least the requested probability. `expected` is m c rather than the mean of that
    distribution, m (c + 1/2): it is the present rate times the future exposure, and its sum
    over areas is the expectation of their sum. Coverage at a fixed rate is in docs/methods.md.

    References
    ----------
    Krishnamoorthy and Peng (2011), Journal of Statistical Planning and Inference 141(5)
    (prediction of Poisson counts); Aitchison and Dunsmore (1975), Statistical Prediction
    Analysis, table 2.3 (the gamma-Poisson predictive distribution).
    """
    count = np.asarray(counts, np.float64)
    ratio = np.broadcast_to(np.asarray(exposure_ratio, np.float64), count.shape)
    for name, array in (("counts", count), ("exposure_ratio", ratio)):
        if np.any(array < 0.0) or np.any(np.isinf(array)):
            raise InvalidValuesError(name, "must be finite and not negative")
    tail = 0.5 * (1.0 - _checked_confidence(confidence))
    shape = count + PRIOR_COUNT
    return Forecast(
        expected=np.asarray(count * ratio, np.float64),
        lower=negative_binomial_quantile(tail, shape, ratio),
        upper=negative_binomial_quantile(1.0 - tail, shape, ratio),
    )


def negative_binomial_quantile(
    probability: float, shape: ArrayLike, ratio: ArrayLike
) -> FloatArray:
    """Quantile of a negative binomial count.

    Parameters
    ----------
    probability : float
        Above 0 and below 1.
    shape : (n,) float64
        Above 0.
    ratio : (n,) float64
        Mean over shape, at least 0.

    Returns
    -------
    (n,) float64
        Smallest k with P(X <= k) >= probability, where P(X <= k) is the regularised
        incomplete beta function at 1 / (1 + ratio) with parameters shape and k + 1.
    """
    from scipy.special import betainc

    alpha, m = np.broadcast_arrays(np.asarray(shape, np.float64), np.asarray(ratio, np.float64))
    is_known = np.isfinite(alpha) & np.isfinite(m)
    a, success = np.where(is_known, alpha, 1.0), 1.0 / (1.0 + np.where(is_known, m, 0.0))
    lower_count = np.full(a.shape, -1.0)  # P(X <= below) < probability
    upper_count = np.ones(a.shape)
    while True:
        is_short = betainc(a, upper_count + 1.0, success) < probability
        if not is_short.any():
            break
        lower_count = np.where(is_short, upper_count, lower_count)
        upper_count = np.where(is_short, 2.0 * upper_count, upper_count)
    while bool(np.any(upper_count - lower_count > 1.0)):
        middle = np.floor(0.5 * (lower_count + upper_count))
        is_short = betainc(a, middle + 1.0, success) < probability
        is_open = upper_count - lower_count > 1.0
        lower_count = np.where(is_open & is_short, middle, lower_count)
        upper_count = np.where(is_open & ~is_short, middle, upper_count)
    return np.where(is_known, upper_count, np.nan)


def mean_draws(
    count: float,
    years: float,
    draws: int,
    rng: np.random.Generator,
    *,
    prior_count: float = PRIOR_COUNT,
) -> FloatArray:
    """(draws,) draws of the incidents per year, from the number observed in some years.

    Parameters
    ----------
    count : float
        Incidents observed, at least 0.
    years : float
        Length of the observation, above 0.
    draws : int
        Number of draws.
    rng : numpy.random.Generator
        Source of the random numbers.
    prior_count : float
        Added to the count, at least 0; 1/2 gives the posterior under Jeffreys' prior, gamma with
        shape count + 1/2. Parts of one sum share one half between them: a half for each part
        would add incidents that were never observed.
    """
    if not (math.isfinite(count) and count >= 0.0):
        raise InvalidValuesError("counts", "must be finite and not negative")
    if not (math.isfinite(years) and years > 0.0):
        raise InvalidParameterError("years", years, "finite and above 0")
    return np.asarray(rng.standard_gamma(count + prior_count, draws) / years, np.float64)


def counted_draws(means: ArrayLike, rng: np.random.Generator) -> FloatArray:
    """Poisson counts with the given means, in an array of the same shape.

    Parameters
    ----------
    means : float64 array
        At least 0, of any shape.
    rng : numpy.random.Generator
        Source of the random numbers.
    """
    return np.asarray(rng.poisson(np.asarray(means, np.float64)), np.float64)


def drawn_interval(
    draws: ArrayLike, *, confidence: float = CONFIDENCE
) -> tuple[FloatArray, FloatArray]:
    """(m,) lower and upper limits of each row's draws; both limits are among the draws.

    Parameters
    ----------
    draws : (m, draws) float64
        NaN in a row gives NaN.
    confidence : float
        Share of the draws inside the interval, above 0 and below 1.

    Notes
    -----
    The inverse of the empirical distribution function, as in `predicted_counts`. With 10,000
    draws the standard error of the share beyond a 5 % limit is 0.22 percentage points.
    """
    values = np.asarray(draws, np.float64)
    tail = 0.5 * (1.0 - _checked_confidence(confidence))
    limits = np.quantile(values, [tail, 1.0 - tail], axis=1, method="inverted_cdf")
    return np.asarray(limits[0], np.float64), np.asarray(limits[1], np.float64)


def pooled_rate(counts: ArrayLike, exposures: ArrayLike) -> float:
    """The rate of some areas together: all incidents over all exposure.

    Parameters
    ----------
    counts, exposures : (n,) float64
        Incidents, and denominator times years, of each area; at least 0.

    Raises
    ------
    InvalidValuesError
        If there is no exposure, or a count or an exposure is negative.
    """
    count = checked_values(counts, name="counts")
    exposure = checked_values(exposures, name="exposures", areas=len(count))
    if not (exposure.sum() > 0.0 and np.all(exposure >= 0.0) and np.all(count >= 0.0)):
        raise InvalidValuesError("exposures", "must not be negative, and some must be above 0")
    return float(count.sum() / exposure.sum())


def _checked_confidence(confidence: float) -> float:
    """A confidence strictly between 0 and 1."""
    if not 0.0 < confidence < 1.0:
        raise InvalidParameterError("confidence", confidence, "above 0 and below 1")
    return confidence
