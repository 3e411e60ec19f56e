"""Corners and edges that areas have in common: as comparing each with each."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.layers.edges import distinct, edges_of, pairs_in_contact
from tests.boundaries.areas import chessboard, square
from tests.boundaries.tiles.test_generalise import RAGGED


def slow_contact(geometries):
    """Sets of corners and of undirected edges, compared pair by pair."""
    corners, edges = [], []
    for geometry in geometries:
        rings = [
            shapely.get_coordinates(ring).tolist()
            for ring in shapely.get_rings(shapely.get_parts(geometry))
        ]
        corners.append({tuple(xy) for ring in rings for xy in ring})
        edges.append(
            {frozenset([tuple(a), tuple(b)]) for ring in rings for a, b in pairwise(ring)}
        )
    n = len(geometries)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    return (
        [i * n + j for i, j in pairs if corners[i] & corners[j]],
        [i * n + j for i, j in pairs if edges[i] & edges[j]],
    )


@pytest.mark.parametrize(
    "geometries",
    [
        np.array(list(chessboard(4, 5).values()), dtype=object),
        RAGGED.geometries,
        np.array([square(0, 0)], dtype=object),
        np.array([square(0, 0), square(5, 5)], dtype=object),
        np.array(
            [
                square(0, 0).difference(square(0, 0).buffer(-100, join_style="mitre")),
                square(0, 0).buffer(-100, join_style="mitre"),
                shapely.MultiPolygon([square(1, 0), square(1, 2)]),
                shapely.box(-0.0, 0.0, 1.0, 1.0),
                shapely.box(0.0, -1.0, 1.0, -0.0),
            ],
            dtype=object,
        ),
    ],
)
def test_contact_is_found_as_by_comparing_each_with_each(geometries):
    corners, edges = pairs_in_contact(geometries)
    slow_corners, slow_edges = slow_contact(geometries)
    assert corners.tolist() == slow_corners
    assert edges.tolist() == slow_edges


def test_edges_are_those_of_every_ring_and_know_their_area():
    ring = square(0, 0).difference(square(0, 0).buffer(-100, join_style="mitre"))
    geometries = np.array([ring, shapely.MultiPolygon([square(2, 0), square(4, 0)])], dtype=object)
    edges, owner = edges_of(geometries)
    assert np.bincount(owner).tolist() == [8, 8]
    lengths = np.bincount(owner, np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]))
    np.testing.assert_allclose(lengths, shapely.length(shapely.boundary(geometries)))


@given(st.lists(st.integers(-5, 5)))
def test_distinct_values_ascend(values):
    assert distinct(np.array(values, dtype=np.int64)).tolist() == sorted(set(values))
