"""Tile addresses, and the conformal Mercator map of the ellipsoid under the tiles."""

import math

import numpy as np
import pytest

from spatial.coordinates import mercator
from spatial.coordinates.crs import (
    WEB_MERCATOR,
    WGS84,
    mean_stretch,
    smooth_crs,
    transform_xy,
)
from spatial.coordinates.mercator import (
    HALF_WORLD_M,
    Tile,
    isometric_northing_m,
    latitude_deg,
    longitude_deg,
    mercator_places,
)
from spatial.errors import InvalidTileError


def test_one_tile_is_the_world():
    world = (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M)
    assert Tile(0, 0, 0).bounds_mercator_m == pytest.approx(world)
    assert latitude_deg(np.array([HALF_WORLD_M]))[0] == pytest.approx(85.0511287798)


def test_tile_of_cambridge_by_its_published_address():
    left, bottom, right, top = Tile(12, 2049, 1349).bounds_mercator_m
    lon, lat = longitude_deg(np.array([left, right])), latitude_deg(np.array([bottom, top]))
    np.testing.assert_allclose(lon, [0.087890625, 0.17578125])
    assert lat[0] < 52.2053 < lat[1]


@pytest.mark.parametrize("address", [(-1, 0, 0), (25, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_addresses_outside_the_world_are_refused(address):
    with pytest.raises(InvalidTileError):
        Tile(*address)


def test_pixels_of_neighbouring_tiles_are_evenly_spaced():
    x_m, y_m = Tile(7, 63, 42).pixel_centres_mercator_m(16)
    next_x_m, next_y_m = Tile(7, 64, 43).pixel_centres_mercator_m(16)
    step = x_m[1] - x_m[0]
    np.testing.assert_allclose(np.diff(np.concatenate([x_m, next_x_m])), step)
    np.testing.assert_allclose(np.diff(np.concatenate([y_m, next_y_m])), -step)


def test_longitude_and_latitude_are_those_of_proj():
    metres = np.random.default_rng(0).uniform(-1.9e7, 1.9e7, (50, 2))
    lonlat = transform_xy(metres, source=WEB_MERCATOR, target=WGS84)
    np.testing.assert_allclose(longitude_deg(metres[:, 0]), lonlat[:, 0], atol=1e-10)
    np.testing.assert_allclose(latitude_deg(metres[:, 1]), lonlat[:, 1], atol=1e-10)


def test_isometric_northing_is_that_of_epsg_3395():
    lonlat = np.column_stack([np.zeros(60), np.linspace(-84, 84, 60)])
    northing = transform_xy(lonlat, source=WGS84, target="EPSG:3395")[:, 1]
    np.testing.assert_allclose(isometric_northing_m(lonlat[:, 1]), northing, atol=1e-6)


@pytest.mark.parametrize(
    ("crs", "centre", "off"),
    [
        ("EPSG:27700", (545_000.0, 258_000.0), 1e-4),  # OSTN15 is not conformal
        ("EPSG:32633", (500_000.0, 7_800_000.0), 1e-5),
    ],
)
def test_the_map_is_conformal_with_the_scale_it_states(crs, centre, off):
    """A step of 10 m in any direction on the ground is as long everywhere on the map."""
    angles = np.linspace(0, 2 * math.pi, 13)
    around = np.array(centre) + np.column_stack([np.cos(angles), np.sin(angles)]) * 10.0
    middle = mercator_places(np.array([centre]), crs=crs)
    ring = mercator_places(around, crs=crs)
    steps = np.hypot(ring.x_m - middle.x_m, ring.q_m - middle.q_m)
    np.testing.assert_allclose(steps * middle.ground_scale, 10.0, rtol=off)


@pytest.mark.parametrize("kilometres", [3.0, 60.0, 300.0])
@pytest.mark.parametrize(
    ("crs", "centre", "off"),
    [
        ("EPSG:27700", (450_000.0, 300_000.0), 1e-4),
        ("EPSG:32630", (600_000.0, 5_800_000.0), 2e-7),
    ],
)
def test_distances_follow_from_both_scales(crs, centre, off, kilometres):
    """d^2 = s_i s_j ((x_i - x_j)^2 + (q_i - q_j)^2), the geometric mean of the scales."""
    rng = np.random.default_rng(1)
    xy_m = np.array(centre) + rng.uniform(-0.5, 0.5, (200, 2)) * kilometres * 1e3
    other = xy_m + rng.normal(0, 1_000.0, xy_m.shape)
    here, there = mercator_places(xy_m, crs=crs), mercator_places(other, crs=crs)
    squared = (here.x_m - there.x_m) ** 2 + (here.q_m - there.q_m) ** 2
    away = np.sqrt(here.ground_scale * there.ground_scale * squared)
    np.testing.assert_allclose(away, np.hypot(*(xy_m - other).T), rtol=off)


def test_the_mean_stretch_of_the_british_grid_is_that_of_ostn15_over_land():
    """Lines of 20 km, measured on the grid and on the map that it is moved from."""
    rng = np.random.default_rng(8)
    middle = rng.uniform((250_000.0, 150_000.0), (600_000.0, 550_000.0), (400, 2))
    way = rng.uniform(0.0, 2 * math.pi, 400)
    half = 10_000.0 * np.column_stack([np.cos(way), np.sin(way)])
    ends = [
        transform_xy(middle + sign * half, source="EPSG:27700", target=smooth_crs("EPSG:27700"))
        for sign in (-1.0, 1.0)
    ]
    stretch = 20_000.0 / np.hypot(*(ends[1] - ends[0]).T)
    assert np.median(stretch) == pytest.approx(mean_stretch("EPSG:27700"), abs=5e-6)
    assert np.abs(stretch - mean_stretch("EPSG:27700")).max() < 6e-5


def test_many_points_are_interpolated_where_proj_has_them():
    rng = np.random.default_rng(2)
    count = mercator.LATTICE_FROM + 1
    xy_m = rng.uniform((540_000.0, 250_000.0), (580_000.0, 300_000.0), (count, 2))
    many = mercator_places(xy_m, crs="EPSG:27700")
    few = mercator_places(xy_m[:300], crs="EPSG:27700")
    assert np.abs(many.x_m[:300] - few.x_m).max() < 1e-4
    assert np.abs(many.q_m[:300] - few.q_m).max() < 1e-4
    np.testing.assert_allclose(many.ground_scale[:300], few.ground_scale, rtol=1e-9)


def test_what_cannot_be_transformed_is_nan_and_hurts_nothing_else():
    rng = np.random.default_rng(3)
    good = rng.uniform((540_000.0, 250_000.0), (541_000.0, 251_000.0), (20, 2))
    bad = np.array([[1e15, 0.0], [4e8, -5e8]])
    places = mercator_places(np.concatenate([good, bad]), crs="EPSG:27700")
    assert np.isfinite(places.ground_scale[:20]).all()
    assert not np.isfinite(places.ground_scale[20:]).any()
    np.testing.assert_allclose(places.x_m[:20], mercator_places(good, crs="EPSG:27700").x_m)


def test_eastings_run_on_across_the_antimeridian():
    line = transform_xy(np.array([[180.0, -17.0]]), source=WGS84, target="EPSG:3832")[0]
    xy_m = line + np.array([[-1_000.0, 0.0], [0.0, 0.0], [1_000.0, 0.0]])
    places = mercator_places(xy_m, crs="EPSG:3832")
    assert np.ptp(places.x_m) == pytest.approx(2_000.0, rel=0.01)
    assert places.ground_scale == pytest.approx([1.0, 1.0, 1.0], rel=0.01)
