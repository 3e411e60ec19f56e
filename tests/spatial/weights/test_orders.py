"""Neighbours within steps, and islands joined to their nearest: as libpysal has them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidNeighboursError, InvalidParameterError
from spatial.weights.graphs import to_graph
from spatial.weights.orders import MAX_ORDER, with_nearest, within_steps
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import dense_weights, lattice, random_map

SEEDS = st.integers(0, 10_000)


@given(seed=SEEDS, order=st.integers(1, 4))
def test_steps_reach_what_powers_of_the_matrix_reach(seed, order):
    first = random_map(seed, 15)
    step = dense_weights(first) > 0
    reach = step.copy()
    for _ in range(order - 1):
        reach |= (reach.astype(int) @ step.astype(int)) > 0
    np.fill_diagonal(reach, False)
    np.testing.assert_array_equal(dense_weights(within_steps(first, order)) > 0, reach)


@pytest.mark.parametrize("order", [2, 3])
def test_higher_orders_are_those_of_libpysal(order):
    first = lattice(6, 7)
    expected = to_graph(first).higher_order(order, lower_order=True).sparse.todense()
    found = within_steps(first, order)
    np.testing.assert_array_equal(dense_weights(found), np.asarray(expected))
    assert found.rule == f"{first.rule}:{order}"


@pytest.mark.parametrize("order", [0, MAX_ORDER + 1])
def test_an_order_out_of_range_is_refused(order):
    with pytest.raises(InvalidParameterError):
        within_steps(lattice(2, 2), order)


def test_islands_are_joined_to_the_nearest_that_libpysal_has():
    from libpysal.graph import Graph

    xy_m = np.random.default_rng(2).uniform(0, 1_000, (12, 2))
    first = Neighbours.from_pairs(12, [0, 1, 2, 5], [1, 2, 3, 6])
    nearest = np.asarray(Graph.build_knn(xy_m, k=1).sparse.todense()) * first.is_island[:, None]
    np.testing.assert_array_equal(
        dense_weights(with_nearest(first, xy_m)) > 0,
        (dense_weights(first) + nearest + nearest.T) > 0,
    )


def test_a_map_without_islands_stays_as_it_is():
    first = lattice(3, 3)
    np.testing.assert_array_equal(
        dense_weights(with_nearest(first, np.random.default_rng(0).random((9, 2)))),
        dense_weights(first),
    )


def test_a_single_area_stays_an_island():
    assert with_nearest(Neighbours.from_pairs(1, [], []), [[0.0, 0.0]]).islands.tolist() == [0]


def test_centres_of_other_areas_are_refused():
    with pytest.raises(InvalidNeighboursError):
        with_nearest(lattice(2, 2), [[0.0, 0.0]])
