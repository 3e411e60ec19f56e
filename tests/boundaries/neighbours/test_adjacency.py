"""Neighbours by contiguity: exact on clean borders, robust on slivers, as in spdep."""

import csv
import math
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.neighbours.adjacency import default_snap_m, queen, rook
from boundaries.reading.readers import read_boundaries
from spatial.errors import InvalidParameterError
from tests.boundaries.areas import BNG, EAST, NORTH, chessboard, layer_of, real_layer, square


def pairs(layer: Layer, neighbours) -> set[tuple[str, str]]:
    """The pairs of codes, each once."""
    origin = np.repeat(np.arange(len(layer)), np.diff(neighbours.indptr))
    return {
        (layer.codes[i], layer.codes[j])
        for i, j in zip(origin.tolist(), neighbours.indices.tolist(), strict=True)
        if i < j
    }


def test_queen_joins_corners_and_rook_does_not():
    layer = layer_of(chessboard(2, 2))
    assert len(pairs(layer, queen(layer))) == 6
    sides = {("A0000", "A0001"), ("A0000", "A0100"), ("A0001", "A0101"), ("A0100", "A0101")}
    assert pairs(layer, rook(layer)) == sides


@pytest.mark.parametrize(("cols", "rows"), [(5, 4), (1, 6), (8, 1)])
def test_a_chessboard_has_the_pairs_of_a_chessboard(cols, rows):
    layer = layer_of(chessboard(cols, rows))
    sides = cols * (rows - 1) + rows * (cols - 1)
    corners = 2 * (cols - 1) * (rows - 1)
    assert len(pairs(layer, rook(layer))) == sides
    assert len(pairs(layer, queen(layer))) == sides + corners


def test_neighbours_are_mutual_and_never_oneself():
    layer = layer_of(chessboard(4, 4))
    dense = np.zeros((16, 16))
    neighbours = queen(layer)
    origin = np.repeat(np.arange(16), np.diff(neighbours.indptr))
    dense[origin, neighbours.indices] = neighbours.weights
    np.testing.assert_array_equal(dense, dense.T)
    assert not np.diag(dense).any()
    assert set(np.unique(dense)) == {0.0, 1.0}


@pytest.mark.parametrize("gap_m", [-0.2, 0.1, 0.2])
def test_slivers_do_not_part_neighbours(gap_m):
    right = shapely.affinity.translate(square(1, 0), gap_m, 0)
    layer = layer_of({"a": square(0, 0), "b": right})
    assert pairs(layer, queen(layer)) == pairs(layer, rook(layer)) == {("a", "b")}


def test_real_ground_between_areas_parts_them():
    layer = layer_of({"a": square(0, 0), "b": shapely.affinity.translate(square(1, 0), 1.0, 0)})
    assert pairs(layer, queen(layer)) == set()
    assert list(queen(layer).islands) == [0, 1]
    assert pairs(layer, queen(layer, snap_m=1.5)) == {("a", "b")}


def test_a_corner_beside_a_sliver_is_no_common_border():
    layer = layer_of({"a": square(0, 0), "b": shapely.affinity.translate(square(1, 1), 0.1, 0.1)})
    assert pairs(layer, queen(layer)) == {("a", "b")}
    assert pairs(layer, rook(layer)) == set()


def test_a_short_exact_border_is_a_border():
    low = shapely.box(EAST, NORTH, EAST + 1_000, NORTH + 1_000)
    high = shapely.box(EAST + 1_000, NORTH + 999, EAST + 2_000, NORTH + 2_000)
    layer = layer_of({"a": low, "b": high})
    assert pairs(layer, rook(layer)) == {("a", "b")}


def test_an_area_in_the_hole_of_another_is_its_neighbour():
    inner = shapely.box(EAST + 200, NORTH + 200, EAST + 800, NORTH + 800)
    layer = layer_of({"ring": square(0, 0).difference(inner), "town": inner, "far": square(9, 9)})
    assert pairs(layer, rook(layer)) == {("ring", "town")}
    assert list(rook(layer).islands) == [2]


def test_one_area_is_an_island():
    assert list(queen(layer_of({"a": square(0, 0)})).islands) == [0]


def test_the_tolerance_is_small_beside_the_areas():
    assert default_snap_m(layer_of(chessboard(2, 2))) == 0.25
    assert default_snap_m(layer_of(chessboard(2, 2, 1.0))) == pytest.approx(0.001)


@pytest.mark.parametrize("snap_m", [-1.0, math.nan, math.inf])
@pytest.mark.parametrize("rule", [queen, rook])
def test_a_tolerance_without_meaning_is_refused(rule, snap_m):
    with pytest.raises(InvalidParameterError, match="snap_m"):
        rule(layer_of(chessboard(2, 2)), snap_m=snap_m)


def reference_layer(path: Path, field: str) -> Layer:
    """Areas of a reference file in their own plane coordinates and their own order."""
    _, _, wkb, (codes,) = pyogrio.raw.read(path, columns=[field])
    names = tuple(str(int(code)) for code in codes)
    return Layer(LayerMetadata("reference", "", crs=BNG), names, names, shapely.from_wkb(wkb))


# Rook pairs: spdep 1.2-7, poly2nb(queen = FALSE), on the same files.
@pytest.mark.real
@pytest.mark.parametrize(
    ("folder", "field", "edges", "rook_pairs"),
    [
        ("columbus", "POLYID", "columbus_CRIME_queen_edges.csv", 100),
        ("sids2", "FIPSNO", "sids2_SIDR74_queen_edges.csv", 231),
    ],
)
def test_reference_layers_have_the_neighbours_of_spdep(
    test_data, folder, field, edges, rook_pairs
):
    reference = test_data / "reference"
    layer = reference_layer(reference / folder / f"{folder}.shp", field)
    with (reference / edges).open() as file:
        rows = list(csv.reader(file))[1:]
    position = {code: i for i, code in enumerate(layer.codes)}
    expected = {(a, b) for a, b in rows if position[a] < position[b]}
    found = pairs(layer, queen(layer))
    assert found == expected
    assert len(expected) * 2 == len(rows)
    by_side = pairs(layer, rook(layer))
    assert len(by_side) == rook_pairs
    assert by_side < found


# spdep 1.2-7, poly2nb(snap = 0.25) in EPSG:27700; lsoa21 is no coverage and is not compared.
@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "queen_pairs", "rook_pairs"),
    [
        ("lsoa11", 1351, 1333),
        ("msoa21", 258, 252),
        ("wards22", 344, 334),
        ("districts24", 8, 8),
    ],
)
def test_real_layers_have_the_neighbours_of_spdep(test_data, name, queen_pairs, rook_pairs):
    layer = real_layer(test_data, name)
    assert len(pairs(layer, queen(layer))) == queen_pairs
    assert len(pairs(layer, rook(layer))) == rook_pairs
    assert len(queen(layer).islands) == 0


@pytest.mark.real
def test_slivers_of_lsoa21_cost_no_pair_that_touches(test_data):
    path = test_data / "boundaries" / "lsoa21.geojson"
    layer, _ = read_boundaries(
        path, layer_id="x", code_field="LSOA21CD", crs=BNG, clean_tolerance_m=None
    )
    touching = pairs(layer, queen(layer, snap_m=0.0))
    assert touching <= pairs(layer, queen(layer))
    assert len(pairs(layer, queen(layer))) == 1436
