"""What counts say of true rates: against known priors, and as properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from spatial.errors import InvalidValuesError
from spatial.rates.posteriors import FEWEST_AREAS, rate_posteriors
from tests.strategies import quantities

COUNTS = st.lists(st.integers(0, 80), min_size=FEWEST_AREAS, max_size=12)


def alike(number, mean, *, shape, seed=1):
    """Counts of areas whose true means are gamma."""
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(shape, mean / shape, number)).astype(float)


@pytest.mark.parametrize(("mean", "shape"), [(100.0, 3.0), (8.0, 1.0), (400.0, 30.0)])
def test_of_many_areas_with_gamma_rates_it_is_the_posterior_of_that_gamma(mean, shape):
    counts = alike(4_000, mean, shape=shape)
    line = 1.2 * mean
    stated = rate_posteriors(counts, np.ones(len(counts))).probability_above(line)
    exact = gamma.sf(line, shape + counts, scale=1.0 / (shape / mean + 1.0))
    assert np.abs(stated - exact).max() < 0.03


def test_exposures_are_divided_by():
    rng = np.random.default_rng(2)
    people = rng.uniform(1_000.0, 3_000.0, 3_000)
    counts = rng.poisson(people * rng.gamma(4.0, 0.01 / 4.0, len(people))).astype(float)
    stated = rate_posteriors(counts, people).probability_above(0.012)
    exact = gamma.sf(0.012, 4.0 + counts, scale=1.0 / (4.0 / 0.01 + people))
    assert np.abs(stated - exact).max() < 0.04


def test_two_kinds_of_areas_are_told_apart():
    """A gamma would put its mass between towns and villages, where no area is."""
    rng = np.random.default_rng(3)
    means = np.where(np.arange(5_000) % 5 == 0, 300.0, 50.0) * rng.gamma(20.0, 1 / 20.0, 5_000)
    counts = rng.poisson(means).astype(float)
    stated = rate_posteriors(counts, np.ones(5_000)).probability_above(70.0)
    for low in np.arange(0.0, 1.0, 0.25):
        is_in = (stated >= low) & (stated < low + 0.25)
        noise = 4.0 * math.sqrt(0.25 / is_in.sum())
        assert abs(stated[is_in].mean() - (means[is_in] >= 70.0).mean()) < 0.03 + noise


def test_few_areas_are_taken_one_by_one_with_the_prior_of_jeffreys():
    counts = [0.0, 3.0, 40.0]
    posteriors = rate_posteriors(counts, np.ones(3))
    assert not posteriors.is_estimated
    exact = gamma.sf(5.0, np.array(counts) + 0.5)
    np.testing.assert_allclose(posteriors.probability_above(5.0), exact, atol=0.01)


@settings(max_examples=20)
@given(counts=COUNTS, line=quantities(0.1, 100.0))
def test_more_incidents_are_never_less_probably_above(counts, line):
    values = np.sort(np.array(counts, float))
    posteriors = rate_posteriors(values, np.ones(len(values)))
    stated = posteriors.probability_above(line)
    assert ((stated >= 0.0) & (stated <= 1.0)).all()
    assert (np.diff(stated) >= -1e-9).all()
    assert (posteriors.probability_above(line * 1.1) <= stated + 1e-9).all()


@settings(max_examples=20)
@given(counts=COUNTS, line=quantities(0.1, 100.0))
def test_the_order_of_areas_does_not_matter(counts, line):
    values = np.array(counts, float)
    stated = rate_posteriors(values, np.ones(len(values))).probability_above(line)
    turned = rate_posteriors(values[::-1], np.ones(len(values))).probability_above(line)
    np.testing.assert_allclose(turned[::-1], stated, atol=1e-9)


def test_draws_have_the_probabilities():
    counts = alike(60, 30.0, shape=2.0)
    posteriors = rate_posteriors(counts, np.ones(60))
    drawn = posteriors.draws(20_000, np.random.default_rng(4))
    shares = (drawn >= 35.0).mean(axis=0)
    np.testing.assert_allclose(shares, posteriors.probability_above(35.0), atol=0.02)


def test_what_is_not_known_stays_so_and_tells_nothing_of_the_others():
    counts = alike(40, 20.0, shape=2.0)
    alone = rate_posteriors(counts, np.ones(40))
    more = rate_posteriors(np.append(counts, [np.nan, 9.0]), np.append(np.ones(40), [1.0, np.nan]))
    stated = more.probability_above(25.0)
    np.testing.assert_array_equal(stated[:40], alone.probability_above(25.0))
    assert np.isnan(stated[40:]).all()
    assert np.isnan(more.draws(3, np.random.default_rng(0))[:, 40:]).all()
    assert np.isnan(rate_posteriors([np.nan], [1.0]).probability_above(1.0)).all()


@pytest.mark.parametrize("counts", [np.zeros(50), np.full(50, 7.0), np.full(8, 250_000.0)])
def test_areas_that_do_not_differ_are_all_alike(counts):
    stated = rate_posteriors(counts, np.ones(len(counts))).probability_above(counts[0] * 1.5 + 3.0)
    assert (stated < 0.05).all()


def test_negative_counts_are_refused():
    with pytest.raises(InvalidValuesError):
        rate_posteriors([-1.0], [1.0])
