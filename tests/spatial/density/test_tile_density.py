"""Density on tiles: against the formula on the ground, the raster, other zooms and neighbours."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.coordinates.crs import WGS84, transform_xy
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile, latitude_deg, longitude_deg
from spatial.coordinates.points import PointIndex
from spatial.density import tile_density
from spatial.density._mesh import SPACINGS, surface_from_mesh
from spatial.density.density import density_at, density_on_grid
from spatial.density.kernels import KERNELS
from spatial.density.tile_density import density_on_tile
from spatial.errors import (
    InvalidBandwidthError,
    InvalidParameterError,
    InvalidTileError,
    UnknownKernelError,
)
from tests import oracles
from tests.spatial.speed import compiled_only
from tests.strategies import examples, quantities

EVERY_KERNEL = pytest.mark.parametrize("kernel", list(KERNELS))
CAMBRIDGE = (545_000.0, 258_400.0)


def points_around(
    centre: tuple[float, float] = CAMBRIDGE, *, count: int = 400, seed: int = 0
) -> np.ndarray:
    """A town: a dense middle, a wide surrounding."""
    rng = np.random.default_rng(seed)
    spread = rng.choice([250.0, 1_500.0], (count, 1))
    return np.array(centre) + rng.normal(0, 1, (count, 2)) * spread


def many_points(count: int = 120_000) -> np.ndarray:
    rng = np.random.default_rng(11)
    middles = np.array(CAMBRIDGE) + rng.normal(0, 5_000.0, (40, 2))
    chosen = rng.integers(0, 40, count)
    return middles[chosen] + rng.normal(0, 1, (count, 2)) * rng.uniform(80, 900, 40)[chosen, None]


def tile_at(xy_m, zoom: int, *, crs: str = "EPSG:27700") -> Tile:
    """The tile of a zoom that holds a place."""
    (lon, lat), side = transform_xy(np.array([xy_m]), source=crs, target=WGS84)[0], 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return Tile(zoom, int((lon + 180) / 360 * side), int(y * side))


def pixel_places(tile: Tile, size: int, *, crs: str = "EPSG:27700") -> np.ndarray:
    """(size, size, 2) the pixel centres on the ground, each by PROJ."""
    x_m, y_m = tile.pixel_centres_mercator_m(size)
    lonlat = np.stack(np.meshgrid(longitude_deg(x_m), latitude_deg(y_m)), axis=-1)
    places = transform_xy(lonlat.reshape(-1, 2), source=WGS84, target=crs)
    return places.reshape(size, size, 2)


# --- on the ground -------------------------------------------------------------------------


@EVERY_KERNEL
@pytest.mark.parametrize("zoom", [9, 10, 12, 14, 17])
def test_tile_equals_the_formula_on_the_ground(kernel, zoom):
    xy_m, tile = points_around(), tile_at(CAMBRIDGE, zoom)
    bandwidth_m = 1_500.0
    density = density_on_tile(
        PointIndex(xy_m), tile, bandwidth_m=bandwidth_m, kernel=kernel, size=64, exact=True
    )
    places = pixel_places(tile, 64)
    expected = oracles.kernel_density(xy_m, places, bandwidth_m, kernel)
    if kernel == "uniform":  # a pixel on the circle may fall to either side
        assert (np.abs(density - expected) > 1e-4 * expected.max()).mean() < 0.01
    else:
        assert np.abs(density - expected).max() < 1e-4 * expected.max()


@pytest.mark.parametrize(
    ("crs", "centre"),
    [
        ("EPSG:32633", (500_000.0, 7_000_000.0)),
        ("EPSG:2154", (900_000.0, 6_250_000.0)),
        ("EPSG:2193", (1_750_000.0, 5_430_000.0)),
        ("EPSG:32601", (180_000.0, 6_000_000.0)),  # west of the antimeridian
    ],
)
@pytest.mark.parametrize("exact", [True, False])
def test_tile_agrees_with_the_ground_in_other_countries(crs, centre, exact):
    xy_m = points_around(centre)
    for zoom in (10, 13):
        tile = tile_at(centre, zoom, crs=crs)
        density = density_on_tile(
            PointIndex(xy_m, crs=crs), tile, bandwidth_m=1_000.0, size=64, exact=exact
        )
        expected = oracles.kernel_density(xy_m, pixel_places(tile, 64, crs=crs), 1_000.0)
        assert expected.max() > 0
        assert np.abs(density - expected).max() < 1e-3 * expected.max()


@pytest.mark.parametrize("exact", [True, False])
def test_points_on_both_sides_of_the_antimeridian_reach_across(exact):
    crs = "EPSG:3832"  # a map of the Pacific
    date_line = transform_xy(np.array([[180.0, -17.0]]), source=WGS84, target=crs)[0]
    xy_m = date_line + np.array([[-300.0, 0.0], [300.0, 100.0]])
    points = PointIndex(xy_m, crs=crs)
    last = tile_at(date_line - np.array([100.0, 0.0]), 12, crs=crs)
    first = Tile(12, 0, last.y)
    assert last.x == 2**12 - 1
    for tile in (last, first):
        density = density_on_tile(points, tile, bandwidth_m=2_000.0, size=64, exact=exact)
        expected = oracles.kernel_density(xy_m, pixel_places(tile, 64, crs=crs), 2_000.0)
        assert np.abs(density - expected).max() < 2e-3 * expected.max()


def test_one_kilometre_reaches_one_kilometre_in_every_direction():
    """LIBKDV's GPS mode reaches 3 km from east to west at this latitude."""
    tile = tile_at(CAMBRIDGE, 13)
    places = pixel_places(tile, 256)
    centre = places[128, 128]
    density = density_on_tile(PointIndex([centre]), tile, bandwidth_m=1_000.0, exact=True)
    rows, cols = np.nonzero(density)
    east_west = np.hypot(*(places[128, cols.max()] - places[128, cols.min()]))
    north_south = np.hypot(*(places[rows.max(), 128] - places[rows.min(), 128]))
    pixel_m = np.hypot(*(places[128, 129] - places[128, 128]))
    assert east_west == pytest.approx(2_000.0, abs=2 * pixel_m)
    assert north_south == pytest.approx(2_000.0, abs=2 * pixel_m)


# --- raster, zoom, neighbours --------------------------------------------------------------


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("zoom", [9, 11, 13, 15])
def test_tile_agrees_with_the_raster_at_the_same_places(zoom, exact):
    xy_m, tile = points_around(), tile_at(CAMBRIDGE, zoom)
    places = pixel_places(tile, 32)
    density = density_on_tile(PointIndex(xy_m), tile, bandwidth_m=2_000.0, size=32, exact=exact)
    for row, col in ((3, 3), (16, 20), (28, 9)):
        # A raster of one cell whose centre is the pixel's.
        left, top = places[row, col] + (-5.0, 5.0)
        cell = Grid(left_m=left, top_m=top, cell_m=10.0, rows=1, cols=1)
        raster = density_on_grid(xy_m, cell, bandwidth_m=2_000.0)[0, 0]
        assert density[row, col] == pytest.approx(raster, abs=1e-3 * density.max())


@compiled_only
@pytest.mark.parametrize("bandwidth_m", [300.0, 2_000.0])
def test_surface_does_not_change_with_the_zoom(bandwidth_m):
    """GeoServer's heat map radius is in pixels: its surface is another at every zoom."""
    points = PointIndex(many_points())
    parent = tile_at(CAMBRIDGE, 12)
    for exact in (True, False):
        # Pixels of 3 x 3 so that the middle one has the centre of its parent.
        coarse = density_on_tile(points, parent, bandwidth_m=bandwidth_m, size=64, exact=exact)
        for child_x, child_y in ((0, 0), (1, 1)):
            child = Tile(13, 2 * parent.x + child_x, 2 * parent.y + child_y)
            fine = density_on_tile(points, child, bandwidth_m=bandwidth_m, size=96, exact=exact)
            same = coarse[32 * child_y :, 32 * child_x :][:32, :32]
            assert np.abs(fine[1::3, 1::3] - same).max() < 1e-3 * coarse.max()


@compiled_only
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("zoom", [8, 12, 15])
def test_four_neighbouring_tiles_join_without_a_seam(zoom, exact):
    """The four together are one tile of the zoom above, at twice the size."""
    points = PointIndex(many_points())
    whole_tile = tile_at(CAMBRIDGE, zoom - 1)
    whole = density_on_tile(points, whole_tile, bandwidth_m=1_000.0, size=256, exact=True)
    given = {"bandwidth_m": 1_000.0, "size": 128, "exact": exact}
    quarters = [
        [
            density_on_tile(
                points, Tile(zoom, 2 * whole_tile.x + x, 2 * whole_tile.y + y), **given
            )
            for x in (0, 1)
        ]
        for y in (0, 1)
    ]
    joined = np.block(quarters)
    assert np.abs(joined - whole).max() < 1e-3 * whole.max()
    # Across the seam the surface bends no more than beside it.
    steps = np.abs(np.diff(joined - whole, axis=1)).max(axis=0)
    assert steps[127] <= 2e-4 * whole.max()


# --- the quick ways ------------------------------------------------------------------------


@compiled_only
@pytest.mark.parametrize("kernel", ["quartic", "triweight", "gaussian"])
@pytest.mark.parametrize("bandwidth_m", [100.0, 300.0, 800.0, 2_000.0])
def test_display_tile_is_within_a_thousandth_of_the_maximum(kernel, bandwidth_m):
    xy_m = many_points()
    points = PointIndex(xy_m)
    rng = np.random.default_rng(4)
    busiest = density_at(points, xy_m[::200], bandwidth_m=bandwidth_m, kernel=kernel).max()
    for zoom in (12, 13, 14, 16):
        tile = tile_at(xy_m[rng.integers(len(xy_m))], zoom)
        shown = density_on_tile(points, tile, bandwidth_m=bandwidth_m, kernel=kernel)
        rows, cols = rng.integers(0, 256, (2, 300))
        exact = density_at(
            points, pixel_places(tile, 256)[rows, cols], bandwidth_m=bandwidth_m, kernel=kernel
        )
        assert np.abs(shown[rows, cols] - exact).max() < 1e-3 * busiest


@pytest.mark.parametrize("kernel", list(SPACINGS))
@given(
    x_m=quantities(0, 2_000),
    y_m=quantities(0, 2_000),
    angle=quantities(0, math.pi),
    seed=st.integers(0, 99),
)
@examples(40)
def test_mesh_is_within_a_thousandth_of_the_peak_for_any_single_point(
    kernel, x_m, y_m, angle, seed
):
    """Many points can only do better against their maximum: errors add up no faster than they do."""
    point = np.array([545_000.0 + x_m, 258_000.0 + y_m])
    bandwidth_m = 500.0
    along = np.concatenate(
        [np.linspace(-1.1, 1.1, 60), np.random.default_rng(seed).uniform(-1.1, 1.1, 40)]
    )
    at_x = point[0] + bandwidth_m * along * math.cos(angle)
    at_y = point[1] + bandwidth_m * along * math.sin(angle)
    surface = surface_from_mesh(
        point[:1].copy(), point[1:].copy(), np.array([1.0]), np.array([0]), np.array([1]),
        at_x[None, :], at_y[None, :], bandwidth_m=bandwidth_m, kernel=KERNELS[kernel],
    )  # fmt: skip
    peak = KERNELS[kernel].peak_per_km2(bandwidth_m) / 1e6
    expected = peak * KERNELS[kernel].shape(np.abs(along))
    assert np.abs(surface[0] - expected).max() < 1e-3 * peak
    far = np.abs(along) > 1 + 4 / SPACINGS[kernel]
    assert not surface[0, far].any()


@compiled_only
def test_the_quick_ways_are_taken_where_they_are_meant_to_be():
    """Otherwise the tests above would compare the row method with itself."""
    points = PointIndex(many_points())
    taken = []
    for zoom, bandwidth_m in ((9, 400.0), (12, 100.0), (12, 1_000.0), (15, 2_000.0)):
        tile = tile_at(CAMBRIDGE, zoom)
        bounds_m = tile_density.reach_bounds(tile, points.crs, bandwidth_m)
        taken.append(
            tile_density._prefers_mesh(
                tile, bounds_m, len(points.near(bounds_m)), bandwidth_m, KERNELS["quartic"], 256
            )
        )
    assert taken == [False, False, True, True]


# --- small scales --------------------------------------------------------------------------


@EVERY_KERNEL
@pytest.mark.parametrize("zoom", [0, 3, 5, 6, 7])
def test_a_bandwidth_below_a_pixel_shows_all_of_the_mass(kernel, zoom):
    xy_m = points_around(count=60)
    tile = tile_at(CAMBRIDGE, zoom)
    density = density_on_tile(PointIndex(xy_m), tile, bandwidth_m=200.0, kernel=kernel)
    places = pixel_places(tile, 256)
    row, col = np.unravel_index(density.argmax(), density.shape)
    assert np.hypot(*(places[row, col] - CAMBRIDGE)) < 2.5e3 + 160_000.0 / 2**zoom
    assert (density >= 0).all()
    # The ground size of a pixel, by its neighbours.
    width = np.hypot(*(places[row, col + 1] - places[row, col]))
    height = np.hypot(*(places[row + 1, col] - places[row - 1, col])) / 2
    mass = density.sum() * width * height / 1e6
    expected = len(xy_m) * (1 - KERNELS[kernel].lost_mass)
    assert mass == pytest.approx(expected, rel=5e-3)


# --- awkward input -------------------------------------------------------------------------


def test_tile_far_from_every_point_is_empty():
    points = PointIndex(points_around())
    for tile in (Tile(12, 0, 0), Tile(12, 4_095, 4_095), Tile(3, 7, 7), tile_at((0.0, 0.0), 12)):
        for exact in (True, False):
            assert not density_on_tile(points, tile, bandwidth_m=500.0, exact=exact).any()
    nothing = PointIndex(np.empty((0, 2)))
    assert not density_on_tile(nothing, tile_at(CAMBRIDGE, 10), bandwidth_m=500.0).any()


@pytest.mark.parametrize("exact", [True, False])
def test_points_that_cannot_be_transformed_are_left_out(exact):
    xy_m = points_around(count=50)
    points = PointIndex(np.concatenate([xy_m, [[1e15, 1e15], [-4e8, 5e8]]]))
    tile = tile_at(CAMBRIDGE, 12)
    density = density_on_tile(points, tile, bandwidth_m=900.0, size=32, exact=exact)
    expected = oracles.kernel_density(xy_m, pixel_places(tile, 32), 900.0)
    assert np.abs(density - expected).max() < 1e-3 * expected.max()


def test_every_tile_of_the_world_is_answered():
    points = PointIndex(points_around(count=20))
    for zoom in range(4):
        tiles = [Tile(zoom, x, y) for x in range(2**zoom) for y in range(2**zoom)]
        masses = [density_on_tile(points, t, bandwidth_m=50.0, size=8).any() for t in tiles]
        assert sum(masses) == 1


def test_arguments_without_meaning_are_refused():
    points, tile = PointIndex(points_around(count=5)), tile_at(CAMBRIDGE, 12)
    with pytest.raises(InvalidBandwidthError):
        density_on_tile(points, tile, bandwidth_m=math.nan)
    with pytest.raises(UnknownKernelError):
        density_on_tile(points, tile, bandwidth_m=10.0, kernel="biweight")
    for size in (0, 100_000):
        with pytest.raises(InvalidParameterError):
            density_on_tile(points, tile, bandwidth_m=10.0, size=size)
    with pytest.raises(InvalidTileError):
        Tile(3, 8, 0)


@compiled_only
def test_kernels_are_compiled_for_the_types_that_requests_use():
    """After `compile_kernels` neither rasters nor tiles add a specialisation."""
    from numba.core.dispatcher import Dispatcher

    from spatial.coordinates import mercator, points
    from spatial.density import _box_order, _box_rings, _boxes, _cells, _mesh, _rows, density

    modules = (
        _box_order, _box_rings, _boxes, _cells, _mesh, _rows, density, mercator, points,
    )  # fmt: skip
    tile_density.compile_kernels()

    def counted() -> dict[str, int]:
        return {
            f"{module.__name__}.{name}": len(value.signatures)
            for module in modules
            for name, value in vars(module).items()
            if isinstance(value, Dispatcher)
        }

    before = counted()
    locked = many_points(6_000)
    locked.flags.writeable = False
    index = PointIndex(locked)
    for kernel in KERNELS:
        for bandwidth_m in (20.0, 150.0, 900.0):
            grid = Grid(left_m=544_000.0, top_m=259_000.0, cell_m=50.0, rows=20, cols=20)
            density.density_on_grid(locked, grid, bandwidth_m=bandwidth_m, kernel=kernel)
            for zoom in (5, 12, 15):
                for exact in (True, False):
                    density_on_tile(
                        index, tile_at(CAMBRIDGE, zoom), bandwidth_m=bandwidth_m, kernel=kernel,
                        size=32, exact=exact,
                    )  # fmt: skip
    density_at(index, locked[:5], bandwidth_m=100.0)
    assert counted() == before


@pytest.mark.compiled
def test_no_kernel_is_compiled_twice():
    """In a process of its own: other tests call kernels with types that requests do not have."""
    code = (
        "from numba.core.dispatcher import Dispatcher\n"
        "from spatial.coordinates import mercator, points\n"
        "from spatial.density import _box_order, _box_rings, _boxes, _cells, _mesh, _rows\n"
        "from spatial.density import density, tile_density\n"
        "tile_density.compile_kernels()\n"
        "modules = (_box_order, _box_rings, _boxes, _cells, _mesh, _rows, density, mercator, points)\n"
        "values = [value for module in modules for value in vars(module).values()]\n"
        "kernels = [value for value in values if isinstance(value, Dispatcher)]\n"
        "assert kernels and all(len(kernel.signatures) <= 1 for kernel in kernels)\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
