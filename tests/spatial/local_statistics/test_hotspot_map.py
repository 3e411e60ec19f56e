"""From values to classes: the parts joined, as each of them is."""

import numpy as np
import pytest

from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.hotspot_map import hotspot_map
from spatial.local_statistics.multiplicity import confidence_classes, corrected
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import lattice


@pytest.fixture
def values():
    rng = np.random.default_rng(1)
    values = rng.poisson(3, (20, 20))
    values[5:10, 5:10] += rng.poisson(6, (5, 5))
    return values.ravel().astype(float)


@pytest.mark.parametrize("star", [True, False])
def test_q_and_class_are_from_the_permutation_p(values, star):
    around = lattice(20, 20)
    found = hotspot_map(values, around, star=star, permutations=9_999, seed=3, correction="by")
    drawn = permutation_p(LocalStatistic(values, around), permutations=9_999, seed=3)
    local = gi_star(values, around, star=star)
    np.testing.assert_array_equal(found.z_score, local.z_score)
    np.testing.assert_array_equal(found.p_value, local.p_value)
    np.testing.assert_array_equal(found.p_permutation, drawn.p_value)
    q = corrected(drawn.p_value, correction="by")
    np.testing.assert_array_equal(found.q_value, q)
    np.testing.assert_array_equal(
        found.classes, confidence_classes(local.z_score, q, tail=drawn.tail)
    )


def test_without_permutations_q_is_from_the_analytic_p(values):
    found = hotspot_map(values, lattice(20, 20), permutations=0)
    assert np.isnan(found.p_permutation).all()
    np.testing.assert_array_equal(found.q_value, corrected(found.p_value))
    np.testing.assert_array_equal(found.classes, confidence_classes(found.z_score, found.q_value))


@pytest.mark.parametrize("permutations", [0, 999])
def test_hot_and_cold_are_the_classes_at_that_level(values, permutations):
    found = hotspot_map(values, lattice(20, 20), permutations=permutations)
    for level, reached in ((0.01, ("99",)), (0.05, ("99", "95")), (0.10, ("99", "95", "90"))):
        hot = np.isin(found.classes, [f"hot {percent}" for percent in reached])
        cold = np.isin(found.classes, [f"cold {percent}" for percent in reached])
        np.testing.assert_array_equal(found.hot(level), hot)
        np.testing.assert_array_equal(found.cold(level), cold)


@pytest.mark.parametrize("permutations", [0, 999])
def test_an_island_is_not_tested(permutations):
    around = Neighbours.from_pairs(6, [0, 1, 2, 3], [1, 2, 3, 4])
    found = hotspot_map([1.0, 2.0, 1.0, 3.0, 2.0, 500.0], around, permutations=permutations)
    assert found.classes[5] == "not tested"
    assert np.isnan(found.q_value[5])
    assert found.z_score[5] > 2
