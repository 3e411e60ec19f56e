"""The rate of a new community, predicted from existing communities and their variation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, checked_values, frozen
from spatial.errors import InvalidValuesError
from spatial.growth.growth import PRIOR_COUNT, pooled_rate

# Coefficient of variation of the rate between communities: the grid of its values, and the median
# of its half-Cauchy prior, which dominates where there are only one or two communities.
CV_GRID = (0.01, 5.0, 160)
CV_PRIOR_MEDIAN = 0.5


@dataclass(frozen=True, eq=False)
class Communities:
    """The rate of some communities, and its variation between them; read-only.

    Attributes
    ----------
    count : float
        Incidents of all of them.
    exposure : float
        Their denominator times years, summed.
    rate : float
        Count over exposure: the expected rate of a new community.
    unevenness : float
        Sum of squared shares of the exposure: 1 / n for n equal communities.
    cv : (k,) float64
        Values of the coefficient of variation between communities.
    weight : (k,) float64
        Posterior probability of each value; sums to 1.
    """

    communities: int
    count: float
    exposure: float
    rate: float
    unevenness: float
    cv: FloatArray
    weight: FloatArray

    @property
    def median_cv(self) -> float:
        """The posterior median of the coefficient of variation."""
        return float(self.cv[np.searchsorted(np.cumsum(self.weight), 0.5)])

    def rate_draws(self, draws: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """(draws,) average rates of communities like these, and the variation between them.

        Parameters
        ----------
        draws : int
            Number of draws.
        rng : numpy.random.Generator
            Source of the random numbers.

        Returns
        -------
        mean : (draws,) float64
            (count + 1/2) / exposure times two gamma factors of mean 1: one of shape count + 1/2
            for the uncertainty of the count, and one of shape 1 / (v u) for the number of
            communities, where v is the squared coefficient of variation and u the unevenness.
            The first factor is drawn first, so that `spatial.growth.growth.mean_draws` of the
            same count, with a generator in the same state, draws the same.
        squared_cv : (draws,) float64
            Drawn from its posterior distribution.
        """
        count_draws = rng.standard_gamma(self.count + PRIOR_COUNT, draws)
        squared_cv = rng.choice(self.cv, size=draws, p=self.weight) ** 2
        shape = 1.0 / (squared_cv * self.unevenness)
        mean = count_draws / self.exposure * rng.standard_gamma(shape) / shape
        return np.asarray(mean, np.float64), np.asarray(squared_cv, np.float64)


def communities_of(counts: ArrayLike, exposures: ArrayLike) -> Communities:
    """The rate of a new community, estimated from the counts of some communities.

    Parameters
    ----------
    counts : (n,) float64
        Incidents of each, at least 0.
    exposures : (n,) float64
        Denominator times years of each, above 0.

    Returns
    -------
    Communities

    Notes
    -----
    Each community has its own rate, gamma distributed with a common mean and coefficient of
    variation; its count is then negative binomial. The posterior of the coefficient is its
    likelihood at the most likely mean, times the square root of the variance of that mean
    (Laplace's integral over its logarithm, which removes most of the downward bias with few
    communities), times a half-Cauchy prior with median 0.5. The *mean* used is the pooled rate
    rather than the mean of this model, so that it can be recomputed by hand.

    References
    ----------
    Cox and Reid (1987), JRSS B 49(1) (the adjusted profile); Gelman (2006), Bayesian
    Analysis 1(3) (the half-Cauchy prior of a spread).
    """
    count = checked_values(counts, name="counts")
    exposure = checked_values(exposures, name="exposures", areas=len(count))
    if not (len(count) and np.all(exposure > 0.0) and np.all(count >= 0.0)):
        raise InvalidValuesError("exposures", "must all be above 0, of at least one community")
    cv = np.geomspace(*CV_GRID)
    log_weight = _log_marginal(count, exposure, cv) - np.log1p((cv / CV_PRIOR_MEDIAN) ** 2)
    log_weight += np.log(cv)  # the grid is even in the logarithm
    weight = np.exp(log_weight - log_weight.max())
    return Communities(
        communities=len(count),
        count=float(count.sum()),
        exposure=float(exposure.sum()),
        rate=pooled_rate(count, exposure),
        unevenness=float(np.sum((exposure / exposure.sum()) ** 2)),
        cv=frozen(cv),
        weight=frozen(weight / weight.sum()),
    )


def new_rates(mean: FloatArray, squared_cv: FloatArray, rng: np.random.Generator) -> FloatArray:
    """(draws,) rates of a new community: gamma distributed around `mean` with that variation.

    Parameters
    ----------
    mean, squared_cv : (draws,) float64
        Draws of `Communities.rate_draws`.
    rng : numpy.random.Generator
        Source of the random numbers.
    """
    shape = 1.0 / squared_cv
    return np.asarray(mean * rng.standard_gamma(shape) / shape, np.float64)


def _log_marginal(count: FloatArray, exposure: FloatArray, cv: FloatArray) -> FloatArray:
    """(k,) log likelihood of each coefficient of variation, with the mean integrated out."""
    from scipy.special import gammaln

    squared_cv = (cv**2)[:, None]
    mean = np.full((len(cv), 1), (count.sum() + PRIOR_COUNT) / exposure.sum())
    for _ in range(50):
        weight = 1.0 / (1.0 + squared_cv * mean * exposure)
        best_mean = ((weight * count).sum(1) + PRIOR_COUNT) / (weight * exposure).sum(1)
        mean = best_mean[:, None]
    expected, shape = mean * exposure, 1.0 / squared_cv
    log_likelihood = (
        gammaln(count + shape)
        - gammaln(shape)
        + count * np.log(expected / (expected + shape))
        - shape * np.log1p(expected * squared_cv)
    ).sum(1)
    information = (expected / (1.0 + squared_cv * expected)).sum(1)
    return np.asarray(log_likelihood - 0.5 * np.log(information), np.float64)
