"""Tiles of areas: valid, cut to the frame, and joined to their neighbours without a gap."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from boundaries.layers.layer import normalised
from boundaries.tiles.generalise import EXTENT, generalised
from boundaries.tiles.tiles import BUFFER, _cut, areas_in_tile, shapes_in_tile
from spatial.coordinates.mercator import Tile
from tests.boundaries.areas import EAST, NORTH, layer_of, real_layer, square
from tests.boundaries.tiles.test_generalise import RAGGED

FRAME = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
INSIDE = shapely.box(0, 0, EXTENT, EXTENT)


def tiles_over(level):
    left, top, right, bottom = shapely.total_bounds(level.geometries) // EXTENT
    return [
        Tile(level.zoom, x, y)
        for x in range(int(left), int(right) + 1)
        for y in range(int(top), int(bottom) + 1)
    ]


def assert_tile_sound(areas):
    shapes = np.array(areas.geometries)
    corners = shapely.get_coordinates(shapes)
    np.testing.assert_array_equal(corners, np.round(corners))
    assert shapely.is_valid(shapes).all()
    assert shapely.covered_by(shapes, FRAME).all()
    assert set(shapely.get_type_id(shapes).tolist()) <= {3, 6}


def signed_area(ring):
    x, y = shapely.get_coordinates(ring).T
    return float(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2


@pytest.mark.parametrize("zoom", [8, 10, 12, 13])
def test_tiles_are_valid_and_their_rings_turn_the_right_way(zoom):
    level = generalised(RAGGED, zoom)
    for tile in tiles_over(level):
        areas = areas_in_tile(level, tile)
        assert_tile_sound(areas)
        for part in shapely.get_parts(areas.geometries):
            assert signed_area(part.exterior) > 0
            assert all(signed_area(ring) < 0 for ring in part.interiors)


@pytest.mark.parametrize("zoom", [9, 12, 13])
def test_neighbouring_tiles_join_without_a_gap(zoom):
    level = generalised(RAGGED, zoom)
    covered = [
        shapely.affinity.translate(
            shapely.intersection(shape, INSIDE), tile.x * EXTENT, tile.y * EXTENT
        )
        for tile in tiles_over(level)
        for shape in areas_in_tile(level, tile).geometries
    ]
    whole = shapely.union_all(np.array(level.geometries))
    joined = shapely.union_all(covered)
    # The outer border is cut at most a step beside where it is; inside nothing is missing.
    assert shapely.covers(joined.buffer(1.0), whole)
    assert shapely.difference(whole, joined).area < 1e-4 * whole.area
    assert shapely.area(covered).sum() == pytest.approx(joined.area, rel=1e-4)
    inner = whole.buffer(-2.0)
    assert shapely.difference(inner, joined).area == pytest.approx(0.0, abs=1e-3)


def test_two_tiles_show_a_border_in_the_same_corners():
    level = generalised(RAGGED, 12)
    seam = shapely.box(EXTENT - BUFFER + 1, 0, EXTENT + BUFFER - 1, EXTENT)

    def corners(tile, dx):
        shapes = areas_in_tile(level, tile).geometries
        points = shapely.points(np.add(shapely.get_coordinates(shapes), [dx, 0]))
        return {p.wkt for p in points[shapely.covered_by(points, seam)]}

    compared = 0
    for tile in tiles_over(level):
        here, there = corners(tile, 0), corners(Tile(tile.z, tile.x + 1, tile.y), EXTENT)
        assert here == there
        compared += len(here)
    assert compared > 20


def test_a_tile_inside_one_area_is_all_of_it():
    layer = normalised(layer_of({"a": square(-5, -5, 10_000.0).buffer(30_000)}))
    level = generalised(layer, 14)
    middle = shapely.get_coordinates(shapely.centroid(level.geometries[0]))[0] // EXTENT
    areas = areas_in_tile(level, Tile(14, int(middle[0]), int(middle[1])))
    assert len(areas) == 1
    assert shapely.equals(areas.geometries[0], FRAME)


def test_a_tile_beyond_the_layer_is_empty():
    level = generalised(RAGGED, 10)
    assert len(areas_in_tile(level, Tile(10, 0, 0))) == 0


def test_an_area_that_only_touches_the_frame_is_not_in_the_tile():
    layer = normalised(layer_of({"a": shapely.box(EAST, NORTH, EAST + 5_000, NORTH + 5_000)}))
    level = generalised(layer, 12)
    for tile in tiles_over(level):
        areas = areas_in_tile(level, tile)
        assert (shapely.area(areas.geometries) > 0).all()


def test_a_level_of_another_zoom_is_refused():
    with pytest.raises(ValueError, match="zoom 10"):
        areas_in_tile(generalised(RAGGED, 10), Tile(11, 0, 0))


@pytest.mark.real
def test_real_tiles_are_sound(test_data):
    layer = real_layer(test_data, "lsoa21")
    random = np.random.default_rng(8)
    for zoom in (5, 8, 11, 13, 16):
        level = generalised(layer, zoom)
        tiles = tiles_over(level)
        chosen = random.choice(len(tiles), min(len(tiles), 30), replace=False)
        for i in chosen.tolist():
            assert_tile_sound(areas_in_tile(level, tiles[i]))


def only_ground(shape):
    parts = shapely.get_parts(shape)
    return parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]


@given(
    seed=st.integers(0, 10_000),
    corners=st.integers(3, 40),
    spread=st.sampled_from([5, 300, 6_000]),
)
@example(seed=367, corners=16, spread=5)
def test_a_shape_is_cut_as_the_general_overlay_cuts_it(seed, corners, spread):
    """Stars of any width over a corner of the frame: some cross themselves once rounded."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach = rng.uniform(0.02, 1, corners) * spread
    middle = rng.choice([-BUFFER, EXTENT + BUFFER], 2) + rng.uniform(-0.7, 0.7, 2) * spread
    star = shapely.Polygon(
        np.rint(middle + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
    )
    if not star.is_valid or star.area == 0:
        return
    frame = (-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    shapes = np.array([star], dtype=object)
    (part,) = _cut(shapes, frame)
    expected = shapely.intersection(star, shapely.box(*frame), grid_size=1.0)
    assert part.is_valid
    assert (shapely.get_coordinates(part) == np.rint(shapely.get_coordinates(part))).all()
    # Lines that the overlay leaves beside the ground are no part of a tile.
    part, expected = (shapely.union_all(only_ground(each)) for each in (part, expected))
    # Corners on the frame may be rounded to the other side, and nothing else may differ.
    assert shapely.symmetric_difference(part, expected).area <= 1.5 * (star.length + 10)
    beyond = shapely.difference(part, shapely.buffer(star, 1.0))
    assert beyond.area == pytest.approx(0, abs=1e-6)
    assert shapely.difference(
        shapely.intersection(shapely.buffer(star, -1.0), shapely.box(*frame)), part
    ).area == pytest.approx(0, abs=1e-6)


def test_what_crosses_itself_once_rounded_is_cut_again():
    """Two edges of a spike meet the frame within half a step of each other."""
    frame = (0.0, 0.0, 100.0, 100.0)
    found = []
    for seed in range(3_000):
        rng = np.random.default_rng(seed)
        star = shapely.Polygon(rng.integers([60, 0], [140, 30], (5, 2)))
        if star.is_valid and star.area > 0:
            rough = shapely.transform(shapely.clip_by_rect(star, *frame), np.rint)
            if not rough.is_valid:
                found.append(star)
    assert found
    cut = _cut(np.array(found, dtype=object), frame)
    assert shapely.is_valid(cut).all()


def test_shapes_of_no_layer_are_cut_in_whole_steps_and_wound_as_tiles_want():
    tile = Tile(12, 2048, 1350)
    left, bottom, right, top = tile.bounds_mercator_m
    step = (right - left) / EXTENT
    shapes = np.array(
        [
            shapely.box(right - 500, top - 400, right + 5_000, top + 5_000),  # across a corner
            shapely.box(left + 100, bottom + 100, left + 100 + 0.2 * step, bottom + 101),  # tiny
            shapely.box(right + 20_000, top, right + 21_000, top + 1_000),  # elsewhere
            shapely.Point(left + 3_000, top - 3_000).buffer(900),
        ],
        dtype=object,
    )
    areas = shapes_in_tile(shapes, tile)
    assert areas.positions.tolist() == [0, 3]
    assert_tile_sound(areas)
    assert all(signed_area(part.exterior) > 0 for part in shapely.get_parts(areas.geometries))
    assert areas.geometries[1].area * step**2 == pytest.approx(shapes[3].area, rel=0.01)
    assert len(shapes_in_tile(shapes[:0], tile)) == 0
