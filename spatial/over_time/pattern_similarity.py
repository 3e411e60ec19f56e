"""Similarity of two patterns of incidents by area: Andresen's index S, and a test of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import AnyArray, FloatArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.over_time.change import checked_counts
from spatial.rates.rates import checked_confidence

Resampling = Literal["bootstrap", "subsample"]
SUBSAMPLE = 0.85
CHUNK = 50  # draws at a time
REACH = 12.0  # standard deviations, beyond which no quantile lies


@dataclass(frozen=True, eq=False)
class PatternSimilarity:
    """Which areas have as large a share of one pattern as of another; (n,) arrays are read-only.

    Attributes
    ----------
    first_share, second_share : (n,) float64
        Of the incidents of each pattern, 0 to 1.
    lower, upper : (n,) float64
        Interval of the second share over resamples of the second pattern.
    direction : (n,) int8
        0 where the first share lies in it, 1 where the second share is larger, -1 where it is
        smaller.
    s_index : float
        Share of areas with direction 0.
    s_robust : float
        The same of the areas with an incident in either pattern.
    s_unchanged : (float, float, float)
        Mean of `s_robust`, and lower and upper end of its interval, over pairs that are drawn
        from one pattern; NaN without such pairs.
    p_value : float
        Of such a pair being at most as similar; ties are broken at random.
    """

    first_share: FloatArray
    second_share: FloatArray
    lower: FloatArray
    upper: FloatArray
    direction: NDArray[np.int8]
    s_index: float
    s_robust: float
    s_unchanged: tuple[float, float, float]
    p_value: float


def pattern_similarity(
    first_counts: ArrayLike,
    second_counts: ArrayLike,
    *,
    resampling: Resampling = "bootstrap",
    confidence: float = 0.95,
    replicates: int = 999,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> PatternSimilarity:
    """Andresen's index S of the similarity of two patterns, with what chance alone gives.

    Parameters
    ----------
    first_counts, second_counts : (n,) float64
        Incidents per area of the base and of the test pattern: whole numbers, each with at least
        one incident.
    resampling : {'bootstrap', 'subsample'}
        As many incidents of the test pattern, with replacement; or 85 % of them, without.
    confidence : float
        Of the interval of an area's share, above 0 and below 1.
    replicates : int
        Pairs drawn from one pattern; 19 to 9,999, or 0 for no comparison.
    seed : int
        At least 0.
    on_progress : callable, optional
        Called as ``on_progress(pairs done, pairs)``.

    Returns
    -------
    PatternSimilarity

    Raises
    ------
    InvalidValuesError, InvalidParameterError
        If counts, confidence or replicates are out of range.

    Notes
    -----
    The interval of a share is what infinitely many resamples give: quantiles of the binomial
    distribution (bootstrap) or of the hypergeometric one (subsample), not the fifth from either
    end of 200. Andresen's resamples are 85 % of the points; those of a bootstrap are as uncertain
    as the pattern itself, those of 85 % without replacement 0.42 times as much. Both take the base
    as known, so that even two samples of one pattern have areas that differ in more than 5 of 100
    cases: an index of 0.8 by itself says nothing.

    Null hypothesis of the test: which of the two patterns an incident belongs to has nothing to do
    with its area. All incidents are dealt out again to patterns of the observed sizes, which is
    exact; the index is a whole number of areas, and equal ones are ordered at random. Cost
    O(replicates n).

    References
    ----------
    Andresen (2009), Applied Geography 29(3); Andresen (2016), Methodological Innovations 9
    (the robust index); Wheeler, Steenbeek and Andresen (2018), Transactions in GIS 22(3).
    """
    first, second = checked_counts(first_counts, second_counts)
    if not (first.sum() > 0.0 and second.sum() > 0.0):
        raise InvalidValuesError("counts", "must have an incident in each of the two patterns")
    if replicates and not 19 <= replicates <= 9_999:
        raise InvalidParameterError("replicates", replicates, "0, or from 19 to 9999")
    alpha = 1.0 - checked_confidence(confidence)
    a, b = first.astype(np.int64), second.astype(np.int64)
    intervals = _Intervals(int(b.sum()), resampling, alpha)
    direction = intervals.direction(a[None], b[None])[0]
    lower, upper = intervals.of(b)
    pooled = a + b
    has_any = pooled > 0
    areas = int(np.count_nonzero(has_any))
    rng = np.random.default_rng(seed)
    similar = np.empty(replicates, np.int64)
    for start in range(0, replicates, CHUNK):
        size = min(CHUNK, replicates - start)
        dealt = _dealt(pooled[has_any], int(a.sum()), size, rng)
        directions = intervals.direction(dealt, pooled[has_any] - dealt)
        similar[start : start + size] = np.count_nonzero(directions == 0, axis=1)
        if on_progress is not None:
            on_progress(start + size, replicates)
    observed = int(np.count_nonzero(direction[has_any] == 0))
    return PatternSimilarity(
        first_share=frozen(first / first.sum()),
        second_share=frozen(second / second.sum()),
        lower=frozen(lower / intervals.size),
        upper=frozen(upper / intervals.size),
        direction=frozen(direction),
        s_index=float(np.mean(direction == 0)),
        s_robust=observed / areas,
        s_unchanged=_summary(similar / areas, alpha),
        p_value=_lower_tail_p(observed, similar, rng),
    )


def _summary(indices: FloatArray, alpha: float) -> tuple[float, float, float]:
    """Mean and interval of the indices of drawn pairs; NaN without any."""
    if not len(indices):
        return math.nan, math.nan, math.nan
    lower, upper = np.quantile(indices, (alpha / 2, 1.0 - alpha / 2))
    return float(indices.mean()), float(lower), float(upper)


def _lower_tail_p(observed: int, similar: AnyArray, rng: np.random.Generator) -> float:
    """Share of pairs that are less alike, ties broken at random; NaN without any."""
    if not len(similar):
        return math.nan
    equal = np.count_nonzero(similar == observed)
    rank = np.count_nonzero(similar < observed) + rng.integers(equal + 1) + 1
    return float(rank / (len(similar) + 1))


def _dealt(
    pooled: NDArray[np.int64], incidents: int, size: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """(size, n) incidents of each area that fall to a pattern of so many, dealt at random."""
    return np.asarray(
        rng.multivariate_hypergeometric(pooled, incidents, size=size, method="marginals"), np.int64
    )


class _Intervals:
    """The interval of a count over resamples of a pattern, looked up once for each count."""

    def __init__(self, incidents: int, resampling: Resampling, alpha: float) -> None:
        self._incidents = incidents
        self._is_bootstrap = resampling == "bootstrap"
        self._tails = alpha / 2, 1.0 - alpha / 2
        self.size = incidents if self._is_bootstrap else max(round(SUBSAMPLE * incidents), 1)
        self._limits: dict[int, tuple[int, int]] = {}

    def of(self, counts: AnyArray) -> tuple[FloatArray, FloatArray]:
        """Lower and upper number of resampled incidents where so many were counted."""
        distinct, position = np.unique(counts, return_inverse=True)
        limits = np.array([self._limits_of(count) for count in distinct.tolist()], np.float64)
        lower, upper = limits[position.ravel()].T
        return lower.reshape(counts.shape), upper.reshape(counts.shape)

    def direction(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> AnyArray:
        """(pairs, n) Where the second share is larger (1), smaller (-1) or similar (0)."""
        lower, upper = self.of(second)
        total = first.sum(axis=1, keepdims=True)
        # Compared as whole numbers, so that equal shares are equal.
        base, low, high = first * self.size, lower * total, upper * total
        direction: AnyArray = (base < low).astype(np.int8) - (base > high).astype(np.int8)
        return direction

    def _limits_of(self, count: int) -> tuple[int, int]:
        if count not in self._limits:
            self._limits[count] = self._quantiles(count)
        return self._limits[count]

    def _quantiles(self, count: int) -> tuple[int, int]:
        """The quantiles of the resampled number, from the probabilities around its mean."""
        share = count / self._incidents
        spread = self.size * share * (1.0 - share)
        first, last = 0, self.size
        if not self._is_bootstrap:
            spread *= (self._incidents - self.size) / max(self._incidents - 1, 1)
            first = max(0, self.size - (self._incidents - count))
            last = min(count, self.size)
        reach = REACH * math.sqrt(spread) + REACH
        middle = self.size * share
        number = np.arange(
            max(first, math.floor(middle - reach)), min(last, math.ceil(middle + reach)) + 1
        )
        log_mass = self._log_probability(number, count)
        mass = np.cumsum(np.exp(log_mass - log_mass.max()))
        low, high = np.searchsorted(mass / mass[-1], self._tails)
        return int(number[low]), int(number[min(high, len(number) - 1)])

    def _log_probability(self, number: AnyArray, count: int) -> FloatArray:
        """Of each resampled number, but for a constant: binomial, or hypergeometric."""
        from scipy.special import gammaln, xlog1py, xlogy

        def log_choose(total: int, parts: AnyArray) -> FloatArray:
            chosen: FloatArray = (
                gammaln(total + 1.0) - gammaln(parts + 1.0) - gammaln(total - parts + 1.0)
            )
            return chosen

        if self._is_bootstrap:
            share, rest = count / self._incidents, self.size - number
            binomial: FloatArray = (
                log_choose(self.size, number) + xlogy(number, share) + xlog1py(rest, -share)
            )
            return binomial
        others = self._incidents - count
        return log_choose(count, number) + log_choose(others, self.size - number)
