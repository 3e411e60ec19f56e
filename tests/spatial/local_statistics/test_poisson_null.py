"""Rates under equal risk: the level holds where permuting rates does not."""

import numpy as np
import pytest

from spatial.errors import ConstantValuesError, InvalidParameterError, InvalidValuesError
from spatial.local_statistics.arrangements import block_generator
from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.local_statistics.poisson_null import poisson_p
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import lattice, random_map


@pytest.mark.parametrize("star", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_counts_equal_those_of_gi_star_on_each_redrawn_map(star, seed):
    rng = np.random.default_rng(seed)
    around = random_map(seed, 12, weighted=seed % 2 == 0)
    people = rng.integers(50, 900, 12).astype(float)
    count = rng.poisson(people * 0.02).astype(float)
    found = poisson_p(count, people, around, permutations=60, star=star, seed=seed)
    observed = gi_star(count / people, around, star=star).z_score
    above, below = np.zeros(12), np.zeros(12)
    for drawn in block_generator(seed, 0).multinomial(
        int(count.sum()), people / people.sum(), size=60
    ):
        z = gi_star(drawn / people, around, star=star).z_score
        above += z >= observed - 1e-9
        below += z <= observed + 1e-9
    tested = np.isfinite(observed)
    np.testing.assert_allclose(found.p_greater[tested], (above[tested] + 1) / 61)
    np.testing.assert_allclose(found.p_less[tested], (below[tested] + 1) / 61)
    assert np.isnan(found.p_value[~tested]).all()


@pytest.mark.compiled
def test_the_level_holds_for_unequal_denominators_where_permutation_does_not():
    """Villages around a town, all at one risk: who permutes rates finds village hotspots."""
    rng = np.random.default_rng(0)
    around = lattice(14, 14)
    people = np.where(np.arange(196) < 98, 60.0, 6_000.0)
    redrawn, permuted = [], []
    for seed in range(150):
        count = rng.poisson(people * 0.01).astype(float)
        redrawn.append(poisson_p(count, people, around, permutations=199, seed=seed).p_value)
        statistic = LocalStatistic(count / people, around)
        permuted.append(permutation_p(statistic, permutations=199, seed=seed).p_value)
    small, large = slice(14, 84), slice(112, 182)
    assert 0.04 < np.mean(np.array(redrawn)[:, small] <= 0.05) < 0.06
    # Large areas of one map all lie where the villages' mean happens to: 150 maps are 150 draws.
    assert 0.01 < np.mean(np.array(redrawn)[:, large] <= 0.05) < 0.1
    assert np.mean(np.array(permuted)[:, small] <= 0.05) > 0.08
    assert np.mean(np.array(permuted)[:, large] <= 0.05) < 0.02


@pytest.mark.compiled
def test_one_seed_one_answer_whatever_the_threads():
    people = np.linspace(100, 900, 100)
    count = np.random.default_rng(1).poisson(people * 0.05)
    one, again, other = (
        poisson_p(count, people, lattice(10, 10), permutations=999, seed=seed, threads=threads)
        for seed, threads in ((3, 1), (3, 3), (4, 1))
    )
    np.testing.assert_array_equal(one.p_value, again.p_value)
    assert np.any(one.p_value != other.p_value)


@pytest.mark.compiled
def test_a_cluster_of_higher_risk_is_found():
    people = np.full(225, 1_000.0)
    risk = np.full((15, 15), 0.01)
    risk[5:9, 5:9] = 0.03
    count = np.random.default_rng(2).poisson(people * risk.ravel())
    found = poisson_p(count, people, lattice(15, 15), permutations=1_999)
    inside = np.zeros((15, 15), bool)
    inside[6:8, 6:8] = True
    assert np.all(found.p_value[inside.ravel()] <= 0.005)
    assert np.all(found.tail[inside.ravel()] == 1)


def test_an_island_is_tested_for_gi_star_and_not_for_gi():
    around = Neighbours.from_pairs(4, [0, 1], [1, 2])
    count, people = [1, 2, 3, 50], [100.0, 100.0, 100.0, 100.0]
    assert poisson_p(count, people, around, permutations=999).p_value[3] < 0.02
    assert np.isnan(poisson_p(count, people, around, permutations=99, star=False).p_value[3])


@pytest.mark.parametrize(
    ("count", "people", "error"),
    [
        ([1.5, 2, 3], [1.0, 1.0, 1.0], InvalidValuesError),
        ([1, 2, 3], [1.0, 0.0, 1.0], InvalidValuesError),
        ([1, -2, 3], [1.0, 1.0, 1.0], InvalidValuesError),
        ([1, 2, 3], [1.0, np.nan, 1.0], InvalidValuesError),
        ([2, 4, 6], [1.0, 2.0, 3.0], ConstantValuesError),
    ],
)
def test_values_without_meaning_are_refused(count, people, error):
    with pytest.raises(error):
        poisson_p(count, people, lattice(1, 3), permutations=99)


def test_ten_million_redrawn_maps_are_refused():
    with pytest.raises(InvalidParameterError):
        poisson_p([1, 2, 4], [1.0, 1.0, 1.0], lattice(1, 3), permutations=10_000_000)
