"""The neighbour structure: immutable, sorted, without the areas themselves."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidNeighboursError
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import dense_weights, lattice, neighbours_of, random_map

SEEDS = st.integers(0, 10_000)


@given(seed=SEEDS, areas=st.integers(1, 20), weighted=st.booleans())
def test_pairs_count_in_both_directions_with_the_larger_weight(seed, areas, weighted):
    rng = np.random.default_rng(seed)
    i, j = rng.integers(0, areas, (2, 30))
    weights = rng.random(30) + 0.1 if weighted else np.ones(30)
    expected = np.zeros((areas, areas))
    for a, b, weight in zip(i, j, weights, strict=True):
        if a != b:
            expected[a, b] = expected[b, a] = max(expected[a, b], weight)
    found = Neighbours.from_pairs(areas, i, j, weights if weighted else None)
    np.testing.assert_array_equal(dense_weights(found), expected)


def test_directed_pairs_count_in_one_direction():
    found = Neighbours.from_pairs(3, [0, 1], [1, 2], directed=True)
    np.testing.assert_array_equal(dense_weights(found), [[0, 1, 0], [0, 0, 1], [0, 0, 0]])


@given(seed=SEEDS, weighted=st.booleans())
def test_neighbours_ascend_and_exclude_the_area(seed, weighted):
    found = random_map(seed, 12, weighted=weighted)
    for i in range(found.n):
        row = neighbours_of(found, i)
        assert i not in row
        assert np.all(np.diff(row) > 0)


def test_islands_are_reported():
    found = Neighbours.from_pairs(4, [0], [2])
    assert found.islands.tolist() == [1, 3]
    assert found.is_island.tolist() == [False, True, False, True]


@given(seed=SEEDS)
def test_rows_standardised_sum_to_one_and_islands_stay_empty(seed):
    found = random_map(seed, 12, weighted=True).row_standardised()
    sums = dense_weights(found).sum(axis=1)
    np.testing.assert_allclose(sums, np.where(found.is_island, 0.0, 1.0))


@given(seed=SEEDS)
def test_with_self_puts_the_self_weight_on_the_diagonal(seed):
    found = random_map(seed, 12, weighted=True)
    rows = found.with_self()
    matrix = np.zeros((found.n, found.n))
    for i in range(found.n):
        at = slice(rows.indptr[i], rows.indptr[i + 1])
        assert np.all(np.diff(rows.indices[at]) > 0)
        matrix[i, rows.indices[at]] = rows.weights[at]
    np.testing.assert_array_equal(matrix, dense_weights(found) + np.diag(found.self_weights))


def test_an_area_weighs_as_much_as_its_nearest_neighbour():
    found = Neighbours.from_pairs(4, [0, 1], [1, 2], [0.5, 0.25])
    assert found.self_weights.tolist() == [0.5, 0.5, 0.25, 1.0]


@given(seed=SEEDS)
def test_a_subset_is_the_structure_without_the_others(seed):
    found = random_map(seed, 12, weighted=True)
    keep = np.random.default_rng(seed).random(12) < 0.6
    if keep.any():
        part = found.subset(keep)
        np.testing.assert_array_equal(
            dense_weights(part), dense_weights(found)[np.ix_(keep, keep)]
        )
        np.testing.assert_array_equal(part.self_weights, found.self_weights[keep])


def test_equal_weights_are_recognised_row_by_row():
    assert lattice(3, 4).row_standardised().has_equal_weights
    assert not Neighbours.from_pairs(3, [0, 1], [1, 2], [1.0, 2.0]).has_equal_weights


def test_the_structure_cannot_be_written_to():
    found = lattice(3, 3)
    for array in (found.indptr, found.indices, found.weights, found.self_weights, found.counts):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_the_arrays_given_are_not_kept():
    indices = np.array([1, 0], np.int32)
    found = Neighbours([0, 1, 2], indices)
    indices[0] = 0
    assert found.indices.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("indptr", "indices", "weights"),
    [
        ([1, 2], [0], None),
        ([0], [], None),
        ([0, 2, 1], [1, 0], None),
        ([0, 1, 3], [1, 0], None),
        ([0, 1, 2], [1, 2], None),
        ([0, 1, 2], [0, 0], None),
        ([0, 2, 2, 2], [2, 1], None),
        ([0, 2, 2, 2], [1, 1], None),
        ([0, 1, 2], [1, 0], [1.0, 0.0]),
        ([0, 1, 2], [1, 0], [1.0, np.nan]),
        ([0, 1, 2], [1, 0], [1.0]),
    ],
)
def test_structures_without_meaning_are_refused(indptr, indices, weights):
    with pytest.raises(InvalidNeighboursError) as caught:
        Neighbours(indptr, indices, weights)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("n", "i", "j"), [(0, [], []), (2, [0], [2]), (2, [-1], [0]), (2, [0, 1], [1])]
)
def test_pairs_without_meaning_are_refused(n, i, j):
    with pytest.raises(InvalidNeighboursError):
        Neighbours.from_pairs(n, i, j)
