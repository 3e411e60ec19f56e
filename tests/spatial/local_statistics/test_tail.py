"""The generalised Pareto tail: its fit, its test, and p beyond the arrangements."""

import itertools

import numpy as np
import pytest
from scipy.stats import genpareto, hypergeom

from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.local_statistics.tail import (
    _ANDERSON_DARLING_95,
    anderson_darling,
    generalised_pareto_fit,
    generalised_pareto_tail,
    refined_p,
)
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import lattice


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.2])
def test_the_tail_equals_scipy(shape):
    excesses = np.linspace(0.0, 4.0, 9)
    np.testing.assert_allclose(
        generalised_pareto_tail(excesses, shape, 1.5),
        genpareto.sf(excesses, -shape, scale=1.5),
        rtol=1e-9,
    )


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.2])
def test_the_fit_finds_the_parameters_again(shape):
    rng = np.random.default_rng(3)
    excesses = np.sort(genpareto.rvs(-shape, scale=2.0, size=50_000, random_state=rng))
    found_shape, found_scale = generalised_pareto_fit(excesses)
    assert found_shape == pytest.approx(shape, abs=0.03)
    assert found_scale == pytest.approx(2.0, rel=0.03)


@pytest.mark.parametrize("shape", [-0.3, -0.1, 0.05])
def test_one_in_twenty_true_tails_is_refused(shape):
    rng = np.random.default_rng(4)
    refused = 0
    for _ in range(1_000):
        excesses = np.sort(genpareto.rvs(-shape, size=250, random_state=rng))
        fitted = generalised_pareto_fit(excesses)
        refused += anderson_darling(excesses, *fitted) > _ANDERSON_DARLING_95
    assert 30 <= refused <= 85


def star_of(leaves, areas):
    """One area with several neighbours, and others that only make up the map."""
    chain = [(k, k + 1) for k in range(leaves + 1, areas - 1)]
    pairs = [(0, leaf) for leaf in range(1, leaves + 1)] + chain
    return Neighbours.from_pairs(areas, *np.array(pairs).T)


def leaves_hold(*ranks):
    """60 values of which areas 1 to 4 hold the largest, second largest ... as named."""
    ordered = np.sort(np.random.default_rng(8).exponential(1.0, 60))[::-1]
    held = ordered[list(ranks)]
    return np.concatenate([ordered[-1:], held, np.delete(ordered[:-1], list(ranks))])


def assert_refined_near(statistic, exact, draws=9_999, seeds=20):
    """Area 0's refined p is half a power of ten from the exact one at the median."""
    errors, refined = [], 0
    for seed in range(seeds):
        found = permutation_p(statistic, permutations=draws, seed=seed)
        tail = refined_p(statistic, found)
        assert 0.2 / (draws + 1) <= tail.p_value[0]
        refined += tail.is_refined[0]
        errors.append(np.log10(tail.p_value[0] / exact))
    assert refined >= 0.6 * seeds
    assert np.median(np.abs(errors)) < 0.5
    assert min(errors) > -1.0


@pytest.mark.compiled
def test_a_refined_p_is_near_the_exact_one():
    """60 areas, four neighbours that hold the largest values: p known from all sums."""
    values = leaves_hold(0, 1, 2, 8)
    sums = np.fromiter(map(sum, itertools.combinations(values[1:], 4)), float)
    exact = 2 * np.mean(sums >= values[1:5].sum() - 1e-12)
    assert exact < 2 / 10_000
    assert_refined_near(LocalStatistic(values, star_of(4, 60)), exact)


@pytest.mark.compiled
def test_whole_numbers_are_refined_as_well():
    """Flags: the number of flagged neighbours is hypergeometric."""
    areas, flagged, leaves, seen = 400, 120, 40, 24
    values = np.zeros(areas)
    values[1 : seen + 1] = 1.0
    values[leaves + 1 : leaves + 1 + flagged - seen] = 1.0
    exact = 2 * hypergeom.sf(seen - 1, areas - 1, flagged, leaves)
    assert exact < 2 / 10_000
    assert_refined_near(LocalStatistic(values, star_of(leaves, areas)), exact)


@pytest.mark.compiled
def test_what_is_not_small_stays_as_it_was():
    values = np.random.default_rng(0).poisson(3, 400)
    statistic = LocalStatistic(values, lattice(20, 20))
    found = permutation_p(statistic, permutations=1_999)
    refined = refined_p(statistic, found)
    many = np.minimum(found.p_greater, found.p_less) * 2_000 > 11
    np.testing.assert_array_equal(refined.p_value[many], found.p_value[many])
    assert not refined.is_refined[many].any()
    assert np.all(refined.p_value > 0)


def test_too_few_arrangements_have_no_tail():
    statistic = LocalStatistic(np.arange(25.0), lattice(5, 5))
    found = permutation_p(statistic, permutations=99)
    assert not refined_p(statistic, found).is_refined.any()


@pytest.mark.compiled
def test_a_falling_statistic_is_refined_in_its_own_tail():
    values = leaves_hold(0, 1, 2, 6)
    around = star_of(4, 60)
    up = LocalStatistic(values, around)
    down = LocalStatistic(values, around, slope=np.full(60, -1.0))
    rising = refined_p(up, permutation_p(up, permutations=9_999))
    falling = refined_p(down, permutation_p(down, permutations=9_999))
    np.testing.assert_array_equal(rising.p_value, falling.p_value)


@pytest.mark.compiled
def test_areas_drawn_further_are_refined_from_all_their_arrangements():
    """The same exact p as above, from 999 arrangements and then 9,999 for this area alone."""
    values = leaves_hold(0, 1, 2, 8)
    sums = np.fromiter(map(sum, itertools.combinations(values[1:], 4)), float)
    exact = 2 * np.mean(sums >= values[1:5].sum() - 1e-12)
    statistic = LocalStatistic(values, star_of(4, 60))
    errors = []
    for seed in range(20):
        found = permutation_p(statistic, permutations=1_999, most_permutations=9_999, seed=seed)
        assert found.drawn_further[0]
        tail = refined_p(statistic, found)
        assert tail.p_value[0] >= 0.2 / 10_000
        errors.append(np.log10(tail.p_value[0] / exact))
    assert np.median(np.abs(errors)) < 0.5
