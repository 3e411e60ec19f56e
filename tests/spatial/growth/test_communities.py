"""The rate of one more community: its mean by hand, its spread against what was put in."""

import numpy as np
import pytest
from scipy import optimize, stats

from spatial.errors import InvalidValuesError
from spatial.growth.communities import communities_of, new_rates
from spatial.growth.growth import mean_draws


def drawn_communities(rng, communities, mean, cv, exposure=(2_000.0, 12_000.0)):
    """Counts and exposures of communities whose rates differ by a known amount."""
    exposures = rng.uniform(*exposure, communities)
    relative = rng.gamma(1 / cv**2, cv**2, communities) if cv else np.ones(communities)
    return rng.poisson(mean * relative * exposures), exposures


def test_the_rate_is_pooled_and_can_be_worked_by_hand():
    found = communities_of([10, 0, 5], [1_000.0, 500.0, 500.0])
    assert found.rate == 15 / 2_000
    assert found.unevenness == pytest.approx(0.25 + 2 * 0.0625)


def test_the_spread_of_many_communities_is_the_one_that_maximises_the_likelihood():
    rng = np.random.default_rng(5)
    counts, exposures = drawn_communities(rng, 400, 0.01, 0.6)

    def loss(parameters):
        mean, cv = np.exp(parameters)
        expected = mean * exposures
        return -stats.nbinom.logpmf(counts, 1 / cv**2, 1 / (1 + expected * cv**2)).sum()

    best = np.exp(optimize.minimize(loss, np.log([0.01, 0.5]), method="Nelder-Mead").x)
    found = communities_of(counts, exposures)
    assert found.median_cv == pytest.approx(best[1], rel=0.05)
    assert found.median_cv == pytest.approx(0.6, rel=0.1)


def test_communities_that_differ_by_chance_alone_have_little_spread():
    rng = np.random.default_rng(5)
    counts, exposures = drawn_communities(rng, 300, 0.02, 0.0)
    assert communities_of(counts, exposures).median_cv < 0.05


def test_one_community_leaves_the_spread_to_the_prior():
    found = communities_of([40], [4_000.0])
    assert 0.2 < found.median_cv < 1.0


def test_draws_have_the_pooled_mean_and_the_variance_of_one_more_community():
    rng = np.random.default_rng(9)
    found = communities_of([400, 380, 420, 390], [4e4, 4e4, 4e4, 4e4])
    mean, squared_cv = found.rate_draws(200_000, rng)
    rates = new_rates(mean, squared_cv, rng)
    assert mean.mean() == pytest.approx(found.rate, rel=0.01)
    assert rates.mean() == pytest.approx(found.rate, rel=0.02)
    # Given v, the mean varies by v u + 1 / count of itself, and one community by v besides.
    v = squared_cv.mean()
    assert mean.var() / found.rate**2 == pytest.approx(v / 4 + 1 / 1_590, rel=0.1)


def test_without_spread_the_mean_has_the_jeffreys_posterior_of_a_poisson_rate():
    rng = np.random.default_rng(9)
    counts = np.full(500, 3)
    mean, _ = communities_of(counts, np.full(500, 100.0)).rate_draws(100_000, rng)
    exact = stats.gamma.ppf([0.05, 0.95], 1_500.5, scale=1 / 50_000)
    np.testing.assert_allclose(np.quantile(mean, [0.05, 0.95]), exact, rtol=0.01)


def test_the_rate_and_what_is_there_today_are_high_and_low_together():
    """From the same state of the generator: what is drawn of one count is one thing."""
    found = communities_of(np.full(500, 3), np.full(500, 100.0))
    mean, _ = found.rate_draws(5_000, np.random.default_rng(4))
    today = mean_draws(1_500, 1.0, 5_000, np.random.default_rng(4))
    assert np.corrcoef(mean, today)[0, 1] > 0.99


@pytest.mark.parametrize(("counts", "exposures"), [([], []), ([1], [0.0]), ([-1], [5.0])])
def test_communities_without_exposure_are_refused(counts, exposures):
    with pytest.raises(InvalidValuesError):
        communities_of(counts, exposures)
