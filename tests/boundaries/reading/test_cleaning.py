"""Cleaning: borders are shared again, nothing moves too far, and what happened is said."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given

from boundaries.neighbours.adjacency import queen
from boundaries.reading.cleaning import clean_coverage
from boundaries.reading.readers import read_boundaries
from spatial.errors import InvalidParameterError
from tests.boundaries.areas import BNG, chessboard, layer_of, square
from tests.strategies import SEEDS, examples, quantities


def shifted(areas, codes, metres):
    moved = dict(areas)
    for code in codes:
        moved[code] = shapely.affinity.translate(areas[code], metres, 0.0)
    return moved


def test_a_valid_coverage_is_left_alone():
    layer = layer_of(chessboard(4, 3))
    cleaned, report = clean_coverage(layer)
    assert cleaned is layer
    assert not report.needed
    assert report.coverage.is_valid
    assert report.furthest_m == 0.0


@pytest.mark.parametrize("metres", [-0.2, -0.01, 0.01, 0.2])
def test_gaps_and_overlaps_within_the_tolerance_go(metres):
    layer = layer_of(shifted(chessboard(4, 3), ["A0101"], metres))
    cleaned, report = clean_coverage(layer)
    assert report.applied
    assert report.coverage.is_valid
    assert 0.0 < report.furthest_m <= 0.25
    assert report.pairs_lost == ()
    assert shapely.union_all(cleaned.geometries).area == pytest.approx(12e6)
    assert cleaned.version != layer.version


def test_a_gap_within_one_border_is_closed():
    areas = chessboard(3, 3)
    corners = np.asarray(areas["A0101"].exterior.coords)[:4]
    left = corners[corners[:, 0] == corners[:, 0].min()].mean(axis=0)
    areas["A0101"] = areas["A0101"].difference(
        shapely.Polygon(left + np.array([[0.0, -500.0], [0.1, 0.0], [0.0, 500.0]]))
    )
    cleaned, report = clean_coverage(layer_of(areas))
    assert report.applied
    assert report.furthest_m == pytest.approx(0.1, abs=1e-3)
    assert report.area_change_m2 == pytest.approx(50.0, abs=1e-3)
    assert report.sliver_km == 0.0
    assert not shapely.union_all(cleaned.geometries).interiors


def test_neighbours_that_a_gap_had_parted_are_listed():
    areas = chessboard(3, 3)
    areas["A0101"] = square(1, 1).buffer(-0.05, join_style="mitre")
    _, report = clean_coverage(layer_of(areas))
    assert report.applied
    assert len(report.pairs_gained) == 8
    assert all("A0101" in pair for pair in report.pairs_gained)


def test_a_gap_past_several_areas_is_left_and_said():
    areas = chessboard(4, 4)
    for code in ("A0101", "A0201"):
        left, bottom, right, top = areas[code].bounds
        areas[code] = shapely.box(left, bottom, right, top - 0.05)
    _, report = clean_coverage(layer_of(areas))
    assert report.applied  # the ends of the gap are corners of the areas beside it now
    assert report.coverage.is_valid
    assert report.furthest_m == 0.0
    assert report.sliver_km == pytest.approx(4.0, rel=0.01)


def test_a_gap_open_to_the_outside_is_left_and_said():
    layer = layer_of(shifted(chessboard(2, 1), ["A0100"], 0.1))
    cleaned, report = clean_coverage(layer)
    assert cleaned is layer
    assert not report.applied
    assert "open at an end" in report.reason
    assert report.sliver_km == pytest.approx(2.0)


@pytest.mark.parametrize("metres", [-30.0, 0.0])
def test_what_would_move_too_far_is_left_as_it_is(metres):
    areas = {"a": square(0, 0), "b": shapely.affinity.translate(square(1, 0), metres, 0.0)}
    areas["c"] = shapely.affinity.translate(square(1, 0), metres - 5.0, 1_000.0)
    areas["d"] = square(0, 1)
    layer = layer_of(areas)
    cleaned, report = clean_coverage(layer)
    assert cleaned is layer
    assert report.needed
    assert not report.applied
    assert "more than the 0.25 m allowed" in report.reason
    assert not report.coverage.is_valid


def test_an_area_within_another_never_vanishes():
    layer = layer_of({"a": square(0, 0), "b": square(0, 0).buffer(-100.0)})
    cleaned, report = clean_coverage(layer)
    assert cleaned is layer
    assert "would vanish" in report.reason or "more than" in report.reason


def test_wider_gaps_may_be_real_and_stay():
    layer = layer_of({"a": square(0, 0), "b": shapely.affinity.translate(square(1, 0), 3.0, 0.0)})
    cleaned, report = clean_coverage(layer)
    assert cleaned is layer
    assert not report.needed


def test_parts_and_holes_survive():
    hole = square(0, 0).difference(shapely.box(*square(0, 0).buffer(-200.0).bounds))
    island = shapely.MultiPolygon([square(3, 0), square(5, 5)])
    areas = {"hole": hole, "parts": island, "x": square(1, 0)}
    areas["y"] = shapely.affinity.translate(square(2, 0), 0.05, 0.0)
    cleaned, report = clean_coverage(layer_of(areas))
    assert report.applied
    assert shapely.get_num_geometries(cleaned.geometries).tolist() == [1, 2, 1, 1]
    assert len(cleaned.geometries[0].interiors) == 1


@given(seed=SEEDS, metres=quantities(0.001, 0.05))
@examples(25)
def test_shaken_corners_are_joined_again(seed, metres):
    random = np.random.default_rng(seed)
    areas = {
        code: shapely.Polygon(
            np.asarray(area.exterior.coords)[:4] + random.uniform(-metres, metres, (4, 2))
        )
        for code, area in chessboard(4, 4).items()
    }
    layer = layer_of(areas)
    cleaned, report = clean_coverage(layer)
    assert report.applied
    assert report.coverage.is_valid
    assert report.furthest_m <= 0.25
    assert report.pairs_lost == ()
    assert shapely.union_all(cleaned.geometries).area == pytest.approx(16e6, rel=1e-3)


@pytest.mark.parametrize("tolerance_m", [0.0, -1.0, math.nan, math.inf])
def test_a_tolerance_without_meaning_is_refused(tolerance_m):
    with pytest.raises(InvalidParameterError, match="tolerance_m"):
        clean_coverage(layer_of(chessboard(2, 2)), tolerance_m=tolerance_m)


@pytest.mark.real
def test_lsoa21_becomes_a_valid_coverage(test_data):
    path = test_data / "boundaries" / "lsoa21.geojson"
    options = {"layer_id": "lsoa21", "code_field": "LSOA21CD", "crs": BNG}
    raw, as_it_is = read_boundaries(path, clean_tolerance_m=None, **options)
    layer, report = read_boundaries(path, **options)
    assert as_it_is.cleaning is None
    assert report.coverage == as_it_is.coverage
    assert not report.coverage.is_valid
    done = report.cleaning
    assert done is not None
    assert done.applied
    assert shapely.coverage_is_valid(np.array(layer.geometries), gap_width=0.25)
    assert (len(layer), layer.codes) == (516, raw.codes)
    assert done.furthest_m == pytest.approx(0.223, abs=0.001)
    assert done.pairs_lost == ()
    assert done.pairs_gained == (("E01032794", "E01035525"),)
    assert len(queen(layer, snap_m=0.0).indices) == len(queen(raw).indices) == 2 * 1436
    back = shapely.hausdorff_distance(
        shapely.boundary(layer.geometries), shapely.boundary(raw.geometries)
    )
    assert back.max() == pytest.approx(done.furthest_m)
