"""Forecasts of counts: against scipy's negative binomial, and coverage worked out exactly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.growth.growth import (
    counted_draws,
    drawn_interval,
    mean_draws,
    negative_binomial_quantile,
    pooled_rate,
    predicted_counts,
)
from tests.strategies import quantities

COUNTS = st.integers(0, 200_000)
RATIOS = quantities(0, 60)


@given(count=COUNTS, ratio=RATIOS, confidence=quantities(0.5, 0.99))
def test_limits_are_quantiles_of_the_negative_binomial(count, ratio, confidence):
    found = predicted_counts([count], ratio, confidence=confidence)
    shape, success = count + 0.5, 1 / (1 + ratio)
    tail = (1 - confidence) / 2
    for limit, probability in ((found.lower[0], tail), (found.upper[0], 1 - tail)):
        # Smallest k whose cumulative probability reaches it, but for the last digits.
        assert stats.nbinom.cdf(limit, shape, success) >= probability - 1e-9
        assert limit == 0 or stats.nbinom.cdf(limit - 1, shape, success) < probability + 1e-9


def test_limits_are_those_of_scipy_one_by_one():
    counts = np.array([0, 1, 2, 7, 50, 300, 4_000, 250_000.0])
    for ratio in (0.1, 1.0, 2.5, 12.0):
        found = predicted_counts(counts, ratio)
        success = 1 / (1 + ratio)
        np.testing.assert_array_equal(found.lower, stats.nbinom.ppf(0.05, counts + 0.5, success))
        np.testing.assert_array_equal(found.upper, stats.nbinom.ppf(0.95, counts + 0.5, success))


def test_the_expected_count_is_the_observed_rate_times_the_exposure_and_adds_up():
    found = predicted_counts([3, 0, 12], [2.0, 2.0, 0.5])
    np.testing.assert_allclose(found.expected, [6, 0, 6])
    together = predicted_counts([15.0], 1.0).expected
    assert predicted_counts([3, 0, 12.0], 1.0).expected.sum() == together[0]


def test_what_is_not_known_has_no_forecast():
    found = predicted_counts([math.nan, 4.0], [1.0, math.nan])
    assert np.isnan(found.expected).all()
    assert np.isnan(found.lower).all()
    assert np.isnan(found.upper).all()


def test_no_exposure_means_no_incidents():
    found = predicted_counts([0.0, 40.0], 0.0)
    assert not found.expected.any()
    assert not found.upper.any()


def exact_coverage(mean, ratio):
    """Share of future counts inside, over every count that may be observed: no simulation."""
    counts = np.arange(stats.poisson.ppf(1 - 1e-12, mean) + 2)
    found = predicted_counts(counts, ratio)
    inside = stats.poisson.cdf(found.upper, mean * ratio) - stats.poisson.cdf(
        found.lower - 1, mean * ratio
    )
    return float(stats.poisson.pmf(counts, mean) @ inside)


@pytest.mark.parametrize("ratio", [0.2, 0.5, 1.0, 2.0, 5.0, 10.0])
def test_exact_coverage_at_a_fixed_rate(ratio):
    """At every expected count, not on average: 88 to 92 % from 50, at least 88 % below."""
    large = [exact_coverage(future / ratio, ratio) for future in np.geomspace(50, 3_000, 60)]
    assert min(large) >= 0.88
    assert max(large) <= 0.92
    small = [exact_coverage(future / ratio, ratio) for future in np.geomspace(0.02, 50, 200)]
    assert min(small) >= 0.88


@pytest.mark.parametrize(("shape", "ratio"), [(0.5, 3.0), (7.5, 0.4)])
def test_the_predictive_distribution_is_a_poisson_about_a_gamma(shape, ratio):
    rng = np.random.default_rng(3)
    means = ratio * mean_draws(shape - 0.5, 1.0, 400_000, rng)
    drawn = counted_draws(means, rng)
    for k in range(8):
        exact = stats.nbinom.cdf(k, shape, 1 / (1 + ratio))
        assert np.mean(drawn <= k) == pytest.approx(exact, abs=4e-3)


def test_drawn_limits_are_values_that_were_drawn():
    draws = np.arange(1.0, 101.0)[None, :]
    lower, upper = drawn_interval(draws)
    assert (lower[0], upper[0]) == (5.0, 95.0)


def test_pooled_rate_is_all_incidents_over_all_exposure():
    assert pooled_rate([2, 8], [100, 400]) == 0.02


@pytest.mark.parametrize(("counts", "ratio"), [([-1.0], 1.0), ([1.0], -1.0), ([math.inf], 1.0)])
def test_counts_and_exposures_without_meaning_are_refused(counts, ratio):
    with pytest.raises(InvalidValuesError):
        predicted_counts(counts, ratio)


def test_other_parameters_without_meaning_are_refused():
    rng = np.random.default_rng(1)
    with pytest.raises(InvalidParameterError):
        predicted_counts([1.0], 1.0, confidence=1.0)
    with pytest.raises(InvalidParameterError):
        mean_draws(1.0, 0.0, 10, rng)
    with pytest.raises(InvalidValuesError):
        mean_draws(-1.0, 1.0, 10, rng)
    with pytest.raises(InvalidValuesError):
        pooled_rate([0.0], [0.0])
    assert np.isnan(negative_binomial_quantile(0.5, [math.nan], [1.0])).all()
