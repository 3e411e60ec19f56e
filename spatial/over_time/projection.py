"""What a step that is covered in part comes to when it is over."""

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, checked_values
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.rates.rates import checked_confidence

FEW = 10.0  # incidents of other periods below which a share of them says too little


def projected_counts(
    counts: ArrayLike,
    covered: ArrayLike,
    lengths: ArrayLike,
    *,
    dispersion: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The count of each whole step, given that of its days covered, with an interval.

    Parameters
    ----------
    counts : (n,) float64
        At least 0; NaN where not known.
    covered, lengths : (n,) float64
        Days covered and all days of each step.
    dispersion : float or (n,) float64
        How many times the variance of Poisson the counts have; at least 1.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    value, lower, upper : (n,) float64
        Of a step that is covered the count itself; NaN where no day is covered.

    Raises
    ------
    InvalidValuesError
        If the shapes differ or the dispersion is below 1.

    Notes
    -----
    The days to come are taken to have the rate of those covered: a season, or a weekend still to
    come, is not allowed for. The interval is predictive: the rate is known only from the count
    (Jeffreys' prior), so that what is to come is negative binomial with shape count + 1/2; with a
    dispersion the one of the same mean and so many times the variance.

    References
    ----------
    Krishnamoorthy and Peng (2011), Journal of Statistical Planning and Inference 141(5).
    """
    count, days, length = (np.asarray(array, np.float64) for array in (counts, covered, lengths))
    if count.ndim != 1 or not count.shape == days.shape == length.shape:
        raise InvalidValuesError("counts", "must have days covered and a length each")
    scatter = np.broadcast_to(np.asarray(dispersion, np.float64), count.shape)
    if not np.all(scatter >= 1.0):
        raise InvalidValuesError("dispersion", "must be at least 1")
    days = np.where(days > 0.0, days, np.nan)
    ratio = np.maximum(length - days, 0.0) / days
    mean = (count + 0.5) * ratio
    variance = scatter * mean * (1.0 + ratio)
    is_open = np.isfinite(mean) & (mean > 0.0)
    tail = 0.5 * (1.0 - checked_confidence(confidence))
    value = count + count * ratio
    ends = []
    for probability in (tail, 1.0 - tail):
        end = np.where(np.isfinite(value), count, np.nan)
        end[is_open] += _quantile(mean[is_open], variance[is_open], probability)
        ends.append(end)
    return value, ends[0], ends[1]


def _quantile(mean: FloatArray, variance: FloatArray, probability: float) -> FloatArray:
    """The smallest counts of negative binomials whose probability of no more reaches one."""
    from scipy.special import betainc

    size, success = mean**2 / (variance - mean), mean / variance
    low = np.full(len(mean), -1.0)
    high = np.ceil(mean + 40.0 * np.sqrt(variance) + 40.0)
    while np.any(high - low > 1.0):
        middle = np.floor(0.5 * (low + high))
        is_enough = betainc(size, middle + 1.0, success) >= probability
        low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
    return high


def projected_by_share(
    counts: ArrayLike,
    share: float,
    *,
    basis: float | None = None,
    dispersion: float = 1.0,
    confidence: float = 0.95,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The count of each whole period, given that of a part with a share of its incidents.

    Parameters
    ----------
    counts : (n,) float64
        In the part that is known; at least 0 and finite.
    share : float
        Of the incidents of a whole period the share that falls into that part; above 0 and below
        1.
    basis : float or None
        Incidents of other whole periods on which the share rests, at least `FEW` over it; None
        where it is taken as known.
    dispersion : float
        How many times the variance of Poisson the counts have; at least 1.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    value, lower, upper : (n,) float64
        The interval holds the known count as it is: only the rest is uncertain.

    Raises
    ------
    InvalidParameterError
        If a parameter is out of range.
    InvalidValuesError
        If the counts are not finite and at least 0.

    Notes
    -----
    As `projected_counts`, but that the share is not known for certain: it has the posterior of a
    binomial with Jeffreys' prior, of the basis over the dispersion. What is to come is negative
    binomial with the mean and variance of the mixture. What no other period had (a trend within
    the year, an epidemic) is not allowed for.

    References
    ----------
    Gelman and others (2013), Bayesian Data Analysis, sections 2.6 and 2.8.
    """
    count = checked_values(counts, name="counts")
    if (count < 0).any():
        raise InvalidValuesError("counts", "must be at least 0")
    if not 0.0 < share < 1.0:
        raise InvalidParameterError("share", share, "above 0 and below 1")
    if not dispersion >= 1.0:
        raise InvalidParameterError("dispersion", dispersion, "at least 1")
    if basis is not None and not basis * share >= FEW * (1.0 - 1e-9):
        raise InvalidParameterError("basis", basis, f"at least {FEW:g} over the share")
    ratio = (1.0 - share) / share
    ratio_square = ratio**2
    if basis is not None:
        within = max(basis * share / dispersion + 0.5, 2.5)  # below, the ratio has no variance
        beyond = basis * (1.0 - share) / dispersion + 0.5
        ratio = beyond / (within - 1.0)
        ratio_square = ratio * (beyond + 1.0) / (within - 2.0)
    rate = count + 0.5
    mean = rate * ratio
    variance = dispersion * mean + (rate**2 + dispersion * rate) * ratio_square - mean**2
    tail = 0.5 * (1.0 - checked_confidence(confidence))
    lower, upper = (count + _quantile(mean, variance, p) for p in (tail, 1.0 - tail))
    return count / share, lower, upper
