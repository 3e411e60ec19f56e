"""An area among its peers: against the formula, and over simulated groups."""

import numpy as np
import pytest
from scipy.stats import t as student

from spatial.errors import InvalidValuesError
from spatial.rates.peers import LEAST_PEERS, compare_with_peers

COUNTS = np.array([310.0, 250.0, 402.0, 0.0, 288.0, 275.0, np.nan, 333.0])
RESIDENTS = np.array([90.0, 80.0, 100.0, 2.0, 85.0, 0.0, 70.0, 95.0])


def slow(counts, residents, area):
    """The formula for one area."""
    others = [
        k for k in range(len(counts)) if k != area and np.isfinite(counts[k]) and residents[k] > 0
    ]

    def root(k):
        return (counts[k] ** 0.5 + (counts[k] + 1) ** 0.5) / 2 / residents[k] ** 0.5

    roots = np.array([root(k) for k in others])
    noise = np.array([1 / (4 * residents[k]) for k in others])
    between = max(0.0, np.var(roots, ddof=1) - np.mean(noise))
    weight = 1 / (noise + between)
    mean = (weight * roots).sum() / weight.sum()
    error = (1 / (4 * residents[area]) + between + 1 / weight.sum()) ** 0.5
    value = (root(area) - mean) / error
    p = 2 * student.sf(abs(value), len(others) - 1)
    reach = student.ppf(0.975, len(others) - 1) * error
    return mean**2, max(0, mean - reach) ** 2, (mean + reach) ** 2, value, p


def test_each_area_is_compared_with_all_others_by_the_formula():
    result = compare_with_peers(COUNTS, RESIDENTS)
    names = ("expected", "lower", "upper", "t_value", "p_value")
    for area in np.flatnonzero(np.isfinite(COUNTS) & (RESIDENTS > 0)):
        found = [getattr(result, name)[area] for name in names]
        np.testing.assert_allclose(found, slow(COUNTS, RESIDENTS, area))
    assert np.isnan(result.p_value[[5, 6]]).all()


def test_published_rates_are_compared_by_their_own_variation():
    rates = np.array([50.0, 52.0, 47.0, 49.0, 51.0, 90.0])
    result = compare_with_peers(rates)
    others = np.sqrt(rates[:-1])
    error = np.sqrt(others.var(ddof=1) * (1 + 1 / 5))
    assert result.t_value[-1] == pytest.approx((np.sqrt(90) - others.mean()) / error)
    assert result.p_value[-1] < 0.001


def test_too_few_or_equal_others_tell_nothing():
    assert np.isnan(compare_with_peers(np.arange(LEAST_PEERS) + 1.0).p_value).all()
    assert np.isfinite(compare_with_peers(np.arange(LEAST_PEERS + 1) + 1.0).p_value).all()
    assert np.isnan(compare_with_peers([3.0, 3.0, 3.0, 3.0, 3.0, 9.0]).p_value[-1])


@pytest.mark.parametrize("between", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("mean", [30.0, 3_000.0])
def test_areas_like_the_others_are_called_unlike_them_in_five_of_a_hundred(mean, between):
    generator = np.random.default_rng(3)
    called = 0
    groups = 300
    for _ in range(groups):
        residents = generator.uniform(0.5, 1.5, 15) * mean
        rate = generator.gamma(1 / between**2, between**2, 15)
        result = compare_with_peers(generator.poisson(rate * residents), residents)
        called += int((result.p_value < 0.05).sum())
    assert called / (15 * groups) < 0.06


def test_an_area_that_is_unlike_the_others_is_found():
    residents = np.full(15, 100.0)
    counts = np.full(15, 500.0) + np.arange(15)
    counts[0] = 1_000
    result = compare_with_peers(counts, residents)
    assert result.p_value[0] < 1e-6
    assert result.upper[0] < 10


def test_values_without_meaning_are_refused():
    with pytest.raises(InvalidValuesError):
        compare_with_peers([-1.0, 2.0])
    with pytest.raises(InvalidValuesError):
        compare_with_peers([1.0, 2.0], [1.0])
