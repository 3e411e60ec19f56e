"""Rates drawn towards the rate of all areas, or of a neighbourhood: empirical Bayes."""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import BoolArray, FloatArray, IntArray, frozen
from spatial.compiled import compiled
from spatial.errors import InvalidParameterError, InvalidValuesError, TooFewAreasError
from spatial.rates.rates import Rates, checked_confidence, checked_pair
from spatial.weights.lags import lags
from spatial.weights.weights import Neighbours

LARGEST_VARIATION: Final = 4.0  # coefficient of variation of the rates among areas
VARIATIONS: Final = 40  # how many are tried, close together where they are small
# Where the logarithm of the mean rate may be, in standard errors, each with the same weight.
MEAN_QUANTILES: Final = (-1.7, -0.7, 0.0, 0.7, 1.7)


def empirical_bayes(
    counts: ArrayLike, denominators: ArrayLike, *, per: float = 1000.0, confidence: float = 0.95
) -> Rates:
    """Rates drawn towards the rate of all areas, the more the fewer people they rest on.

    Parameters
    ----------
    counts, denominators, per, confidence
        As `rates`; at least two areas need both.

    Returns
    -------
    Rates
        The smoothed rate, and an interval that allows for how little is known of the mean and
        the variance of the rates; see `_hierarchical_limits`.

    Notes
    -----
    With p_i the raw rates, N all incidents, X the whole denominator, b = N / X,
    s^2 = sum_i x_i (p_i - b)^2 / X and a = max(0, s^2 - b / mean(x)):

        b + a (p_i - b) / (a + b / x_i)

    the moment estimator of Marshall, equal to `spdep::EBest` (family poisson). Where a is 0
    the areas differ by no more than chance, and all have the rate b. Smoothed rates say
    nothing about one area alone: they change when any other does.

    References
    ----------
    Marshall (1991), JRSS C 40(2), eq. 2 to 5.
    """
    count, denominator, reason = checked_pair(counts, denominators)
    has_rate = reason == 0
    if np.count_nonzero(has_rate) < 2:
        raise TooFewAreasError(int(np.count_nonzero(has_rate)), 2)
    c, x = count[has_rate], denominator[has_rate]
    denominator_sum = x.sum()
    centre = np.full(len(c), c.sum() / denominator_sum)
    spread = np.full(len(c), np.sum(x * (c / x - centre) ** 2) / denominator_sum)
    between_variance = np.maximum(0.0, spread - centre / x.mean())
    everybody = np.arange(len(c), dtype=np.int64)
    indptr = np.array([0, len(c)], dtype=np.int64)
    limits = _hierarchical_limits(c, x, indptr, everybody, confidence)
    return _shrunk(count, denominator, reason, centre, between_variance, limits, per)


def empirical_bayes_local(
    counts: ArrayLike,
    denominators: ArrayLike,
    neighbours: Neighbours,
    *,
    per: float = 1000.0,
    confidence: float = 0.95,
) -> Rates:
    """Rates drawn towards the rate of their own neighbourhood, the area itself included.

    Parameters
    ----------
    counts, denominators, per, confidence
        As `rates`.
    neighbours : Neighbours
        Links over the same areas; weights are not used. Areas without a rate count in no
        neighbourhood; an island is its own neighbourhood and keeps its raw rate.

    Returns
    -------
    Rates
        As `empirical_bayes`.

    Notes
    -----
    As `empirical_bayes` with every sum over the area and its neighbours, in the manner of
    `spdep::EBlocal`: each area's squared deviation is from the mean rate of its *own*
    neighbourhood.

    References
    ----------
    Marshall (1991), JRSS C 40(2), section 3.2.
    """
    count, denominator, reason = checked_pair(counts, denominators)
    has_rate = reason == 0
    if neighbours.n != len(count):
        raise InvalidValuesError("counts", f"must have {neighbours.n} values, one per area")
    if not has_rate.any():
        return _nothing(reason)
    links = neighbours.binary().subset(has_rate)
    c, x = count[has_rate], denominator[has_rate]

    def summed(values: FloatArray) -> FloatArray:
        return values + lags(values, links)

    denominator_sum = summed(x)
    centre = summed(c) / denominator_sum
    spread = summed(x * (c / x - centre) ** 2) / denominator_sum
    between_variance = np.maximum(0.0, spread - centre / (denominator_sum / (links.counts + 1.0)))
    indptr, members = _with_themselves(links)
    limits = _hierarchical_limits(c, x, indptr, members, confidence)
    return _shrunk(count, denominator, reason, centre, between_variance, limits, per)


def _hierarchical_limits(
    count: FloatArray,
    denominator: FloatArray,
    indptr: IntArray,
    members: IntArray,
    confidence: float,
) -> tuple[FloatArray, FloatArray]:
    """Limits of each area's rate, given the counts of its neighbourhood.

    Parameters
    ----------
    count, denominator : (n,) float64
        Incidents, and the denominators above 0.
    indptr : (n + 1,) or (2,) int64
        Where each area's neighbourhood begins and ends; two entries: one for all of them.
    members : int64
        Positions of the areas in each neighbourhood, the area itself among them.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    lower, upper : (n,) float64

    Notes
    -----
    The rates of a neighbourhood are gamma with mean b and coefficient of variation s, the
    counts Poisson. The variance s^2 has a flat prior from 0 to 16; each s weighs as the
    negative binomial likelihood of the counts at the estimate of b, times the standard error
    of b, which takes five values of equal weight. The posterior of a rate is the mixture of
    gamma distributions with shape 1/s^2 + c and rate 1/(b s^2) + x; the limits are those of
    the gamma distribution that has its mean and variance. Cost O(links).

    References
    ----------
    Deely and Lindley (1981), JASA 76(376), Bayes empirical Bayes; Laird and Louis (1987),
    JASA 82(399), on intervals that take the estimated prior as known.
    """
    from scipy.special import gammaincinv

    tail = 0.5 * (1.0 - checked_confidence(confidence))
    mean, variance = np.empty(len(count)), np.empty(len(count))
    _posterior_moments(count, denominator, indptr, members, mean, variance)
    shape = mean * mean / variance
    scale = mean / shape
    return gammaincinv(shape, tail) * scale, gammaincinv(shape, 1.0 - tail) * scale


@compiled
def _posterior_moments(
    count: FloatArray,
    denominator: FloatArray,
    indptr: IntArray,
    members: IntArray,
    mean: FloatArray,
    variance: FloatArray,
) -> None:
    """Mean and variance of each area's rate over the priors that its neighbourhood allows."""
    is_shared = len(indptr) == 2
    weights, mean_errors = np.empty(VARIATIONS), np.empty(VARIATIONS)
    centre = 0.0
    for area in range(len(count)):
        if area == 0 or not is_shared:
            row = 0 if is_shared else area
            neighbourhood = members[indptr[row] : indptr[row + 1]]
            centre = _weigh_variations(count, denominator, neighbourhood, weights, mean_errors)
        c, x = count[area], denominator[area]
        first, second = 0.0, 0.0
        for k in range(VARIATIONS):
            if weights[k] < 1e-7:
                continue
            prior_shape = 1.0 / _variation(k) ** 2
            for quantile in MEAN_QUANTILES:
                b = centre * math.exp(quantile * mean_errors[k])
                shape, rate = prior_shape + c, prior_shape / b + x
                weight = weights[k] / len(MEAN_QUANTILES)
                first += weight * shape / rate
                second += weight * shape * (shape + 1.0) / (rate * rate)
        mean[area] = first
        variance[area] = max(second - first * first, 1e-14 * second)


@compiled
def _variation(k: int) -> float:
    """The k-th coefficient of variation tried."""
    return LARGEST_VARIATION * ((k + 0.5) / VARIATIONS) ** 2


@compiled
def _weigh_variations(
    count: FloatArray,
    denominator: FloatArray,
    neighbourhood: IntArray,
    weights: FloatArray,
    mean_errors: FloatArray,
) -> float:
    """The mean rate; per variation its weight, and the relative error of the mean under it."""
    incidents, people, people_sq = 0.5, 0.0, 0.0
    for area in neighbourhood:
        incidents += count[area]
        people += denominator[area]
        people_sq += denominator[area] ** 2
    centre = incidents / people
    largest = -math.inf
    for k in range(VARIATIONS):
        variation_sq = _variation(k) ** 2
        shape = 1.0 / variation_sq
        prior_rate = shape / centre
        log_likelihood = 0.0
        for area in neighbourhood:
            c, x = count[area], denominator[area]
            log_likelihood -= shape * math.log1p(x / prior_rate)
            if c > 0.0:
                log_likelihood += (
                    math.lgamma(shape + c)
                    - math.lgamma(shape)
                    + c * math.log(x / (prior_rate + x))
                )
        error_sq = 1.0 / incidents + variation_sq * people_sq / (people * people)
        mean_errors[k] = math.sqrt(error_sq)
        # What each stands for: the step to the next, times the prior density 2 s of s^2, and s.
        width = variation_sq * (k + 0.5)
        weights[k] = log_likelihood + math.log(mean_errors[k] * width)
        largest = max(largest, weights[k])
    total = 0.0
    for k in range(VARIATIONS):
        weights[k] = math.exp(weights[k] - largest)
        total += weights[k]
    for k in range(VARIATIONS):
        weights[k] /= total
    return centre


def _with_themselves(links: Neighbours) -> tuple[IntArray, IntArray]:
    """Neighbourhoods that contain their own area, as compressed sparse rows."""
    owners = np.repeat(np.arange(links.n), links.counts)
    rows = np.concatenate([np.arange(links.n), owners])
    members = np.concatenate([np.arange(links.n), links.indices.astype(np.int64)])
    order = np.argsort(rows, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(links.counts + 1)]).astype(np.int64)
    return indptr, members[order]


def _shrunk(
    count: FloatArray,
    denominator: FloatArray,
    reason: NDArray[np.int8],
    centre: FloatArray,
    between_variance: FloatArray,
    limits: tuple[FloatArray, FloatArray],
    per: float,
) -> Rates:
    """Rates drawn to `centre` by the share that `between_variance` is of their whole variance."""
    if not (math.isfinite(per) and per > 0.0):
        raise InvalidParameterError("per", per, "finite and above 0")
    has_rate: BoolArray = reason == 0
    c, x = count[has_rate], denominator[has_rate]
    has_variance = between_variance > 0.0
    safe_variance = np.where(has_variance, between_variance, 1.0)
    value = np.where(
        has_variance,
        centre + between_variance * (c / x - centre) / (safe_variance + centre / x),
        centre,
    )
    lower, upper = np.minimum(limits[0], value), np.maximum(limits[1], value)
    columns = [np.full(len(count), np.nan) for _ in range(3)]
    for out, area_result in zip(columns, (value, lower, upper), strict=True):
        out[has_rate] = per * area_result
    return Rates(frozen(columns[0]), frozen(columns[1]), frozen(columns[2]), reason)


def _nothing(reason: NDArray[np.int8]) -> Rates:
    """No area has a rate."""
    columns = [frozen(np.full(len(reason), np.nan)) for _ in range(3)]
    return Rates(columns[0], columns[1], columns[2], reason)


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    empirical_bayes([1.0, 2.0], [100.0, 100.0])
