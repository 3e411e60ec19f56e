"""Levels: fewer corners, the same neighbours, whole steps, no gaps."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.layers.layer import Layer, normalised
from boundaries.tiles.generalise import EXTENT, TOLERANCE_PX, generalised, step_m
from spatial.coordinates.crs import transform_xy
from spatial.coordinates.mercator import HALF_WORLD_M
from spatial.errors import InvalidParameterError
from tests.boundaries.areas import EAST, NORTH, chessboard, layer_of, real_layer, square
from tests.strategies import SEEDS, examples


def ragged_layer(seed: int = 1, areas: int = 40, side_m: float = 20_000.0) -> Layer:
    """A valid coverage with many corners per border: cells of a Voronoi diagram, joined."""
    random = np.random.default_rng(seed)
    seeds = np.add(random.uniform(0, side_m, (areas, 2)), [EAST, NORTH])
    frame = shapely.box(EAST, NORTH, EAST + side_m, NORTH + side_m)
    fine = np.add(random.uniform(0, side_m, (areas * 40, 2)), [EAST, NORTH])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(fine), extend_to=frame))
    nearest = shapely.STRtree(shapely.points(seeds)).nearest(shapely.centroid(cells))
    made = {}
    for i in range(areas):
        mine = cells[nearest == i]
        if len(mine):
            made[f"V{i:03d}"] = shapely.intersection(
                shapely.coverage_union_all(mine), frame, grid_size=0.001
            )
    return normalised(layer_of(made))


RAGGED = ragged_layer()


def steps_in_metres(level, layer):
    """The level's shapes in EPSG:3857, and the layer's."""
    step = step_m(level.zoom)
    back = shapely.transform(
        level.geometries,
        lambda xy: np.column_stack(
            [xy[:, 0] * step - HALF_WORLD_M, HALF_WORLD_M - xy[:, 1] * step]
        ),
    )
    true = shapely.transform(
        layer.geometries, lambda xy: transform_xy(xy, source=layer.crs, target="EPSG:3857")
    )
    return back, true[level.positions]


def assert_sound(level):
    shapes = np.array(level.geometries)
    corners = shapely.get_coordinates(shapes)
    np.testing.assert_array_equal(corners, np.round(corners))
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert not shapely.is_empty(shapes).any()
    assert (np.diff(level.positions) > 0).all()


@pytest.mark.parametrize("zoom", [0, 5, 8, 10, 12, 14, 16, 20, 24])
def test_every_level_is_a_valid_coverage_in_whole_steps(zoom):
    level = generalised(RAGGED, zoom)
    assert_sound(level)
    assert (level.layer_id, level.version, level.zoom) == ("test", RAGGED.version, zoom)


@pytest.mark.parametrize("zoom", [9, 11, 13, 16])
def test_ground_is_neither_lost_nor_given_twice(zoom):
    level = generalised(RAGGED, zoom)
    back, true = steps_in_metres(level, RAGGED)
    union, before = shapely.union_all(back), shapely.union_all(true)
    assert shapely.area(back).sum() == pytest.approx(union.area, rel=1e-9)
    assert not [ring for part in shapely.get_parts(union) for ring in part.interiors]
    # A border moves by about the side of the triangles left out, half a pixel, at most.
    assert union.symmetric_difference(before).area < 2 * before.length * step_m(zoom) * 8


@pytest.mark.parametrize("zoom", [10, 12, 15])
def test_borders_stay_within_a_pixel_or_two(zoom):
    level = generalised(RAGGED, zoom)
    back, true = steps_in_metres(level, RAGGED)
    pixel_m = step_m(zoom) * EXTENT / 256
    moved = shapely.hausdorff_distance(shapely.boundary(back), shapely.boundary(true))
    assert moved.max() < 4 * pixel_m
    assert TOLERANCE_PX < 1


def test_neighbours_stay_neighbours():
    def touching(shapes):
        pairs = shapely.STRtree(shapes).query(shapes, predicate="touches")
        return {(int(a), int(b)) for a, b in pairs.T}

    level = generalised(RAGGED, 11)
    assert touching(np.array(RAGGED.geometries)) <= touching(np.array(level.geometries))


def test_farther_zooms_have_fewer_corners():
    corners = [
        shapely.get_num_coordinates(np.array(generalised(RAGGED, zoom).geometries)).sum()
        for zoom in (6, 8, 10, 12)
    ]
    assert corners == sorted(corners)
    assert corners[0] < corners[-1] / 3


def test_what_is_too_small_to_be_seen_is_left_out_and_leaves_no_gap():
    tiny = shapely.box(EAST + 500, NORTH + 500, EAST + 500.5, NORTH + 500.5)
    layer = normalised(layer_of({"big": square(0, 0).difference(tiny), "dot": tiny}))
    far, near = generalised(layer, 8), generalised(layer, 20)
    assert [layer.codes[i] for i in far.positions] == ["big"]
    assert not far.geometries[0].interiors
    assert [layer.codes[i] for i in near.positions] == ["big", "dot"]


def test_parts_holes_and_a_lake_survive_where_they_can_be_seen():
    lake = shapely.box(EAST + 200, NORTH + 200, EAST + 800, NORTH + 800)
    island = shapely.box(EAST + 400, NORTH + 400, EAST + 600, NORTH + 600)
    layer = normalised(
        layer_of({"a": shapely.MultiPolygon([square(0, 0).difference(lake), island])})
    )
    level = generalised(layer, 14)
    assert_sound(level)
    (shape,) = level.geometries
    assert shapely.get_num_geometries(shape) == 2
    assert sum(len(part.interiors) for part in shape.geoms) == 1


def test_overlapping_areas_become_a_coverage():
    layer = normalised(layer_of({"a": square(0, 0), "b": square(0.5, 0.0), "c": square(0, 0.5)}))
    level = generalised(layer, 13)
    assert_sound(level)
    back, true = steps_in_metres(level, layer)
    assert shapely.area(back)[0] == pytest.approx(true[0].area, rel=0.02)


@given(seed=SEEDS, zoom=st.integers(4, 15))
@examples(15)
def test_any_coverage_stays_sound_at_any_zoom(seed, zoom):
    level = generalised(ragged_layer(seed, areas=12, side_m=6_000.0), zoom)
    assert_sound(level)
    union = shapely.union_all(np.array(level.geometries))
    assert math.isclose(shapely.area(level.geometries).sum(), union.area)


@pytest.mark.parametrize("zoom", [-1, 25])
def test_zooms_that_do_not_exist_are_refused(zoom):
    with pytest.raises(InvalidParameterError, match="zoom"):
        generalised(RAGGED, zoom)


def test_one_area_has_levels():
    assert len(generalised(normalised(layer_of(chessboard(1, 1))), 10).positions) == 1


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["lsoa21", "lsoa11", "msoa21", "wards22", "districts24", "postcode_districts_pe"]
)
def test_real_layers_are_sound_at_every_zoom(test_data, name):
    layer = real_layer(test_data, name)
    for zoom in (5, 7, 9, 12, 16):
        level = generalised(layer, zoom)
        assert_sound(level)
        assert len(level.positions) >= 0.98 * len(layer)
