"""Neighbours on disk: the same again, of one layer version only, and never a damaged one."""

import numpy as np
import pytest

from boundaries.layers.layer import normalised
from boundaries.neighbours.adjacency import queen
from boundaries.neighbours.neighbour_cache import SUFFIX, NeighbourCache
from tests.boundaries.areas import chessboard, layer_of


@pytest.fixture
def layer():
    return normalised(layer_of(chessboard(4, 3)), order=1)


def counting(calls):
    def find(layer):
        calls.append(layer.version)
        return queen(layer)

    return find


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("indptr", "indices", "weights", "self_weights")
    )


def test_neighbours_are_found_once_and_read_back_the_same(tmp_path, layer):
    calls = []
    first = NeighbourCache(tmp_path).get(layer, "queen", counting(calls))
    again = NeighbourCache(tmp_path).get(layer, "queen", counting(calls))
    assert len(calls) == 1
    assert same(first, again)
    assert again.rule == first.rule


def test_a_damaged_file_is_found_anew(tmp_path, layer):
    calls = []
    cache = NeighbourCache(tmp_path)
    first = cache.get(layer, "queen", counting(calls))
    (kept,) = tmp_path.glob(f"*{SUFFIX}")
    kept.write_bytes(kept.read_bytes()[:100])
    assert same(cache.get(layer, "queen", counting(calls)), first)
    assert len(calls) == 2


def test_another_number_of_areas_is_not_taken(tmp_path, layer):
    calls = []
    cache = NeighbourCache(tmp_path)
    cache.get(layer, "queen", counting(calls))
    (kept,) = tmp_path.glob(f"*{SUFFIX}")
    fewer = normalised(layer_of(chessboard(3, 1)), order=1)
    kept.rename(tmp_path / f"{fewer.layer_id}.{fewer.version}.queen{SUFFIX}")
    assert cache.get(fewer, "queen", counting(calls)).n == 3


def test_where_nothing_can_be_written_neighbours_are_found(tmp_path, layer):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    calls = []
    cache = NeighbourCache(blocked / "cache")
    assert same(cache.get(layer, "queen", counting(calls)), queen(layer))
