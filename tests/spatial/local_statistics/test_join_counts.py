"""Local join counts: exact p by enumeration, and by the permutation engine."""

import itertools

import numpy as np
import pytest

from spatial.errors import (
    ConstantValuesError,
    InvalidNeighboursError,
    InvalidValuesError,
    TooFewAreasError,
)
from spatial.local_statistics.join_counts import local_join_counts
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import dense_weights, lattice, random_map


@pytest.mark.parametrize("seed", range(5))
def test_moments_and_p_are_those_of_every_arrangement(seed):
    rng = np.random.default_rng(seed)
    around = random_map(seed, 8)
    flags = np.isin(np.arange(8), rng.choice(8, 4, replace=False))
    found = local_join_counts(flags, around)
    dense = dense_weights(around)
    for i in range(8):
        if not flags[i]:
            assert found.joins[i] == 0.0
            assert np.isnan(found.p_value[i])
            continue
        others = [j for j in range(8) if j != i]
        every = np.array(
            [dense[i, list(held)].sum() for held in itertools.combinations(others, 3)]
        )
        assert found.joins[i] == dense[i] @ flags
        assert found.expected[i] == pytest.approx(every.mean())
        assert found.variance[i] == pytest.approx(every.var())
        if around.counts[i]:
            assert found.p_value[i] == pytest.approx(np.mean(every >= found.joins[i]))


@pytest.mark.compiled
def test_permutation_approaches_the_exact_p():
    flags = np.random.default_rng(1).random(100) < 0.3
    around = lattice(10, 10)
    exact = local_join_counts(flags, around)
    statistic = LocalStatistic(flags.astype(float), around, slope=flags.astype(float))
    drawn = permutation_p(statistic, permutations=99_999, seed=1)
    np.testing.assert_allclose(drawn.p_greater, exact.p_value, atol=0.009)
    np.testing.assert_array_equal(np.isnan(drawn.p_value), ~flags)


def test_row_standardised_links_give_the_same_counts():
    flags = np.arange(12) % 3 == 0
    around = lattice(3, 4)
    np.testing.assert_array_equal(
        local_join_counts(flags, around.row_standardised()).joins,
        local_join_counts(flags, around).joins,
    )


def test_a_flagged_island_is_reported_and_not_tested():
    found = local_join_counts([1, 0, 1, 0], Neighbours.from_pairs(4, [0], [1]))
    assert found.is_island.tolist() == [False, False, True, True]
    assert np.isnan(found.p_value[2])


def test_requests_without_meaning_are_refused():
    with pytest.raises(InvalidValuesError):
        local_join_counts([0, 2, 1], lattice(1, 3))
    with pytest.raises(InvalidValuesError):
        local_join_counts([0, 1], lattice(1, 3))
    with pytest.raises(ConstantValuesError):
        local_join_counts([1, 1, 1], lattice(1, 3))
    with pytest.raises(TooFewAreasError):
        local_join_counts([1, 0], lattice(1, 2))
    with pytest.raises(InvalidNeighboursError):
        local_join_counts([1, 0, 1], Neighbours.from_pairs(3, [0, 1], [1, 2], [1.0, 2.0]))
