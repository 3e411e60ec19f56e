"""Delaunay and Gabriel neighbours: libpysal's, and unique where centres lie on a circle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidPointsError
from spatial.weights.distance_weights import distance_band
from spatial.weights.triangulation import delaunay, gabriel
from tests.spatial.lattices import dense_weights

RULES = {"delaunay": delaunay, "gabriel": gabriel}
SEEDS = st.integers(0, 10_000)


def scattered(seed, areas=60):
    return np.random.default_rng(seed).uniform((540_000, 250_000), (560_000, 270_000), (areas, 2))


@pytest.mark.parametrize("method", list(RULES))
@pytest.mark.parametrize("seed", range(5))
def test_neighbours_are_those_of_libpysal(method, seed):
    from libpysal.graph import Graph

    xy_m = scattered(seed, 200)
    graph = Graph.build_triangulation(xy_m, method=method, kernel="boxcar")
    np.testing.assert_array_equal(
        dense_weights(RULES[method](xy_m)), np.asarray(graph.sparse.todense()) != 0
    )


@given(seed=SEEDS, areas=st.integers(4, 30))
def test_a_gabriel_circle_is_empty(seed, areas):
    xy_m = scattered(seed, areas)
    middle = (xy_m[:, None] + xy_m[None]) / 2
    radius = np.linalg.norm(xy_m[:, None] - xy_m[None], axis=2) / 2
    distance = np.linalg.norm(middle[:, :, None] - xy_m[None, None], axis=3)
    is_end = np.eye(areas, dtype=bool)[:, None] | np.eye(areas, dtype=bool)[None]
    is_empty = ((distance > radius[:, :, None]) | is_end).all(axis=2) & ~np.eye(areas, dtype=bool)
    np.testing.assert_array_equal(dense_weights(gabriel(xy_m)) > 0, is_empty)


@pytest.mark.parametrize("rule", RULES.values())
def test_the_order_of_centres_on_a_lattice_does_not_matter(rule):
    rows, cols = np.mgrid[0:7, 0:9]
    xy_m = 250.0 * np.column_stack([cols.ravel(), rows.ravel()]) + (540_000.1, 250_000.3)
    order = np.random.default_rng(1).permutation(len(xy_m))
    expected = dense_weights(distance_band(xy_m, 250.0))
    np.testing.assert_array_equal(dense_weights(rule(xy_m)), expected)
    np.testing.assert_array_equal(dense_weights(rule(xy_m[order])), expected[np.ix_(order, order)])


@pytest.mark.parametrize("rule", RULES.values())
def test_centres_on_a_line_are_joined_along_it(rule):
    position = np.array([3.0, 0.0, 2.0, 1.0])
    xy_m = np.column_stack([540_000 + 300 * position, 250_000 + 400 * position])
    expected = np.abs(position[:, None] - position[None]) == 1
    np.testing.assert_array_equal(dense_weights(rule(xy_m)) > 0, expected)


@pytest.mark.parametrize("rule", RULES.values())
def test_areas_with_one_centre_share_their_neighbours(rule):
    xy_m = scattered(3, 20)
    twice = np.concatenate([xy_m, xy_m[[4, 4]]])
    once, more = dense_weights(rule(xy_m)) > 0, dense_weights(rule(twice)) > 0
    np.testing.assert_array_equal(more[:20, :20], once)
    for copy, other in ((20, 21), (21, 20)):
        expected = np.append(once[4], [False, False])
        expected[[4, other]] = True
        np.testing.assert_array_equal(more[copy], expected)


@pytest.mark.parametrize("rule", RULES.values())
def test_two_centres_are_neighbours_and_one_is_an_island(rule):
    np.testing.assert_array_equal(dense_weights(rule([[0, 0], [5, 5]])), [[0, 1], [1, 0]])
    assert rule([[0, 0]]).islands.tolist() == [0]


@pytest.mark.parametrize("rule", RULES.values())
def test_centres_that_are_not_finite_are_refused(rule):
    with pytest.raises(InvalidPointsError):
        rule([[0.0, 0.0], [np.nan, 1.0]])
