"""Hexagons of the lattice: against the areas that a grid is cut into."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidPointsError
from spatial.patrols.hexagons import Hexagons, centres_over, hexagon_km2
from spatial.weights.tessellation import tessellate

SIZES = st.sampled_from([100.0, 200.0, 250.0, 333.3])
SQUARE = shapely.box(-1_000.0, -1_000.0, 1_000.0, 1_000.0)


def points(seed, number=400):
    return np.random.default_rng(seed).uniform(-1_000.0, 1_000.0, (number, 2))


@given(seed=st.integers(0, 10_000), size_m=SIZES)
def test_each_point_is_in_its_hexagon_of_the_grid(seed, size_m):
    xy_m = points(seed)
    hexagons, position = Hexagons.holding(xy_m, size_m)
    grid = tessellate(SQUARE.buffer(1_000.0), shape="hex", size_m=size_m)
    keys = zip(grid.column.tolist(), grid.row.tolist(), strict=True)
    polygons = dict(zip(keys, grid.geometries, strict=True))
    for k, place in enumerate(position):
        key = (int(hexagons.column[place]), int(hexagons.row[place]))
        assert polygons[key].distance(shapely.Point(xy_m[k])) < 1e-6


def test_hexagons_are_those_that_hold_a_point_and_in_order():
    xy_m = points(1)
    hexagons, position = Hexagons.holding(xy_m, 200.0)
    assert np.bincount(position).min() > 0
    keys = list(zip(hexagons.column.tolist(), hexagons.row.tolist(), strict=True))
    assert keys == sorted(set(keys))
    inside = shapely.contains_xy(hexagons.polygons()[position], xy_m[:, 0], xy_m[:, 1])
    assert inside.all()


def test_a_corner_belongs_to_the_hexagon_of_the_lowest_column():
    hexagons, position = Hexagons.holding([[200.0, 100.0]], 200.0)  # a side between two of row 0
    assert (hexagons.column[position[0]], hexagons.row[position[0]]) == (0, 0)


@given(seed=st.integers(0, 10_000), size_m=SIZES)
def test_sums_of_neighbourhoods_are_those_of_hexagons_that_touch(seed, size_m):
    hexagons, position = Hexagons.holding(points(seed, 150), size_m)
    value = np.bincount(position).astype(float)
    polygons = hexagons.polygons()
    touches = shapely.dwithin(polygons[:, None], polygons[None, :], 1e-6)
    np.testing.assert_allclose(hexagons.neighbourhood_sums(value), touches @ value)


@pytest.mark.parametrize("size_m", [100.0, 200.0])
def test_centres_over_an_extent_are_those_of_its_hexagons(size_m):
    centres = centres_over(SQUARE.bounds, size_m)
    grid = tessellate(SQUARE.buffer(500.0), shape="hex", size_m=size_m)
    of_grid = Hexagons(size_m, grid.column, grid.row).centres_m
    inside = shapely.intersects_xy(SQUARE, of_grid[:, 0], of_grid[:, 1])
    assert len(centres) == inside.sum()
    assert len(centres) * hexagon_km2(size_m) == pytest.approx(4.0, rel=0.1)


def test_the_area_of_a_hexagon_is_that_of_its_polygon():
    hexagons, _ = Hexagons.holding([[3_050.0, 17.0]], 250.0)
    assert hexagons.polygons()[0].area / 1e6 == pytest.approx(hexagon_km2(250.0))


@pytest.mark.parametrize("xy_m", [np.zeros(3), [[0.0, np.nan]]])
def test_points_without_meaning_are_refused(xy_m):
    with pytest.raises(InvalidPointsError):
        Hexagons.holding(xy_m, 200.0)


def test_no_point_is_in_no_hexagon():
    hexagons, position = Hexagons.holding(np.empty((0, 2)), 200.0)
    assert len(hexagons) == len(position) == 0
