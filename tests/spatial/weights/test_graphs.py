"""Neighbours to a graph of PySAL and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidNeighboursError
from spatial.weights.graphs import from_graph, to_graph
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import dense_weights, random_map


def codes_of(areas):
    return [f"E{areas - k:03d}" for k in range(areas)]  # not in the order of the alphabet


@given(seed=st.integers(0, 10_000), areas=st.integers(1, 15), weighted=st.booleans())
def test_neighbours_come_back_as_they_went(seed, areas, weighted):
    neighbours, codes = random_map(seed, areas, weighted=weighted), codes_of(areas)
    for with_self in (False, True):
        graph = to_graph(neighbours, codes, with_self=with_self)
        returned = from_graph(graph, codes, rule=neighbours.rule)
        for name in ("indptr", "indices", "weights", "self_weights", "rule"):
            np.testing.assert_array_equal(getattr(returned, name), getattr(neighbours, name))


def test_a_graph_has_the_weights_and_the_islands():
    neighbours = Neighbours.from_pairs(4, [0, 1], [1, 2], [0.5, 2.0])
    graph = to_graph(neighbours, list("abcd"))
    assert graph.isolates.tolist() == ["d"]
    assert graph["b"].to_dict() == {"a": 0.5, "c": 2.0}
    np.testing.assert_array_equal(np.asarray(graph.sparse.todense()), dense_weights(neighbours))


def test_the_order_of_the_codes_is_that_of_the_areas():
    from libpysal.graph import Graph

    graph = Graph.from_arrays(["a", "b", "c"], ["b", "a", "c"], [1.0, 1.0, 0.0])
    np.testing.assert_array_equal(
        dense_weights(from_graph(graph, ["c", "b", "a"])), [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    )


@pytest.mark.parametrize("codes", [["a"], ["a", "x", "c"], ["a", "b", "c", "d"]])
def test_a_graph_of_other_areas_is_refused(codes):
    graph = to_graph(Neighbours.from_pairs(3, [0], [1]), ["a", "b", "c"])
    with pytest.raises(InvalidNeighboursError):
        from_graph(graph, codes)


@pytest.mark.parametrize("codes", [["a", "b"], ["a", "a", "b"]])
def test_codes_that_do_not_tell_the_areas_apart_are_refused(codes):
    with pytest.raises(InvalidNeighboursError):
        to_graph(Neighbours.from_pairs(3, [0], [1]), codes)


def test_weights_below_zero_are_refused():
    from libpysal.graph import Graph

    with pytest.raises(InvalidNeighboursError):
        from_graph(Graph.from_arrays([0, 1], [1, 0], [-1.0, 1.0]))
