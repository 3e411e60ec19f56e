"""Adaptive bandwidths: against the formula, against spatstat, and as properties."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.coordinates.crs import WEB_MERCATOR, transform_xy
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile
from spatial.coordinates.points import PointIndex
from spatial.density.adaptive import (
    abramson,
    adaptive_density_on_grid,
    adaptive_density_on_tile,
)
from spatial.density.density import density_on_grid
from spatial.density.kernels import KERNELS
from spatial.errors import InvalidBandwidthError, InvalidParameterError, InvalidValuesError
from tests.strategies import examples, metres

SPATSTAT = Path(__file__).parents[2] / "reference" / "spatstat"
GRID = Grid(left_m=0.0, top_m=6_400.0, cell_m=200.0, rows=32, cols=32)


def per_km2(kernel: str, distance_m: np.ndarray, bandwidth_m: float) -> np.ndarray:
    """Density that one point of weight 1 gives at a distance."""
    shape = KERNELS[kernel].shape(distance_m / bandwidth_m)
    return KERNELS[kernel].peak_per_km2(bandwidth_m) * shape


def by_formula(points: PointIndex, bandwidth_m: np.ndarray, grid: Grid, kernel: str) -> np.ndarray:
    """Every point at every cell."""
    x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    summed = np.zeros(x.shape)
    for i in range(len(points)):
        away = np.hypot(x - points.x_m[i], y - points.y_m[i])
        summed += points.weight[i] * per_km2(kernel, away, bandwidth_m[i])
    return summed


def clusters(seed: int, count: int = 200) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.vstack(
        [rng.normal((2_000, 2_500), 250, (count, 2)), rng.uniform(0, 6_400, (count // 5, 2))]
    )


@pytest.fixture(scope="module")
def spatstat_points() -> tuple[PointIndex, np.ndarray]:
    """The carried points, and spatstat's standard deviation of each, in the index's order."""
    table = np.loadtxt(SPATSTAT / "abramson.csv", delimiter=",", skiprows=1)
    points = PointIndex(table[:, :2])
    sd_m = {(x, y): sd for x, y, sd in table.tolist()}
    at = zip(points.x_m.tolist(), points.y_m.tolist(), strict=True)
    return points, np.array([sd_m[place] for place in at])


@pytest.mark.parametrize("kernel", KERNELS)
@given(
    xy_m=hnp.arrays(
        np.float64,
        st.tuples(st.integers(0, 8), st.just(2)),
        elements=metres(-900, 7_300),
    ),
    data=st.data(),
)
@examples(25)
def test_a_surface_equals_the_formula(kernel, xy_m, data):
    points = PointIndex(xy_m)
    widths = metres(50.0, 4_000.0)
    bandwidth_m = data.draw(hnp.arrays(np.float64, len(points), elements=widths))
    got = adaptive_density_on_grid(points, bandwidth_m, GRID, kernel=kernel)
    expected = by_formula(points, bandwidth_m, GRID, kernel)
    if kernel == "uniform":  # a step: cells within a rounding of the rim may fall either way
        assert np.count_nonzero(~np.isclose(got, expected, rtol=1e-9)) <= 1
        return
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9 * max(expected.max(), 1e-30))


@pytest.mark.parametrize("kernel", KERNELS)
def test_many_points_equal_the_formula(kernel):
    points = PointIndex(clusters(1))
    adaptive = abramson(points, bandwidth_m=900.0, kernel=kernel)
    got = adaptive_density_on_grid(points, adaptive.bandwidth_m, GRID, kernel=kernel, threads=2)
    expected = by_formula(points, adaptive.bandwidth_m, GRID, kernel)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9 * expected.max())


@pytest.mark.parametrize("kernel", KERNELS)
def test_equal_bandwidths_give_the_fixed_surface(kernel):
    xy_m = clusters(2)
    points = PointIndex(xy_m)
    got = adaptive_density_on_grid(points, np.full(len(points), 700.0), GRID, kernel=kernel)
    expected = density_on_grid(xy_m, GRID, bandwidth_m=700.0, kernel=kernel)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-10 * expected.max())


def test_the_mass_is_the_sum_of_the_weights():
    rng = np.random.default_rng(3)
    xy_m = clusters(3)
    weight = rng.uniform(0, 3, len(xy_m))
    adaptive = abramson(PointIndex(xy_m, weights=weight), bandwidth_m=600.0)
    wide = Grid(left_m=-4_000.0, top_m=10_400.0, cell_m=40.0, rows=360, cols=360)
    got = adaptive_density_on_grid(adaptive.points, adaptive.bandwidth_m, wide)
    assert got.sum() * wide.cell_area_km2 == pytest.approx(weight.sum(), rel=1e-3)


# --- tiles ---------------------------------------------------------------------------------


@pytest.mark.parametrize("tile", [Tile(12, 2049, 1349), Tile(14, 8198, 5397)])
@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_a_tile_has_the_density_of_the_ground(tile, kernel):
    xy_m = clusters(12) + np.array([542_000.0, 256_000.0])
    adaptive = abramson(PointIndex(xy_m), bandwidth_m=900.0, kernel=kernel)
    points, bandwidth_m = adaptive.points, adaptive.bandwidth_m
    got = adaptive_density_on_tile(points, bandwidth_m, tile, kernel=kernel, size=32)
    x, y = np.meshgrid(*tile.pixel_centres_mercator_m(32))
    pixels = np.column_stack([x.ravel(), y.ravel()])
    ground = transform_xy(pixels, source=WEB_MERCATOR, target="EPSG:27700")
    expected = np.zeros(len(ground))
    for i in range(len(points)):
        away = np.hypot(ground[:, 0] - points.x_m[i], ground[:, 1] - points.y_m[i])
        kernel_at = per_km2(kernel, away, bandwidth_m[i])
        expected += points.weight[i] * kernel_at
    assert expected.max() > 0
    np.testing.assert_allclose(got.ravel(), expected, rtol=0, atol=1e-4 * expected.max())


def test_a_tile_out_of_reach_is_empty():
    adaptive = abramson(PointIndex(clusters(13)), bandwidth_m=900.0)
    for tile in (Tile(12, 0, 0), Tile(16, 32_800, 21_600)):
        got = adaptive_density_on_tile(adaptive.points, adaptive.bandwidth_m, tile, size=16)
        assert not got.any()
    nothing = adaptive_density_on_tile(PointIndex(np.empty((0, 2))), [], Tile(12, 2049, 1349))
    assert nothing.shape == (256, 256)
    assert not nothing.any()


# --- Abramson's rule -----------------------------------------------------------------------


def test_bandwidths_are_those_of_the_formula():
    rng = np.random.default_rng(4)
    xy_m = rng.normal(3_000, 700, (60, 2))
    weight = rng.integers(1, 4, 60).astype(float)
    points = PointIndex(xy_m, weights=weight)
    got = abramson(points, bandwidth_m=800.0, pilot_bandwidth_m=500.0, cap=2.0)
    inverse = np.empty(len(points))
    for i in range(len(points)):
        away = np.hypot(points.x_m - points.x_m[i], points.y_m - points.y_m[i])
        inverse[i] = (points.weight @ per_km2("quartic", away, 500.0)) ** -0.5
    mean = np.exp((points.weight * np.log(inverse)).sum() / points.weight.sum())
    np.testing.assert_allclose(got.bandwidth_m, 800.0 * np.minimum(inverse / mean, 2.0))
    assert got.capped_weight == points.weight[inverse / mean > 2.0].sum() > 0


def test_the_geometric_mean_over_records_is_the_global_bandwidth():
    points = PointIndex(np.repeat(clusters(5), 2, axis=0))
    got = abramson(points, bandwidth_m=500.0, cap=1e9)
    mean = np.exp(points.weight @ np.log(got.bandwidth_m) / points.total_weight)
    assert mean == pytest.approx(500.0)


def test_no_bandwidth_is_above_the_cap():
    lonely = np.vstack([clusters(6), [[300_000.0, 300_000.0]]])
    got = abramson(PointIndex(lonely), bandwidth_m=500.0, cap=3.0)
    assert got.bandwidth_m.max() == pytest.approx(1_500.0)
    assert got.capped_weight >= 1.0


def test_a_dense_place_is_narrower_than_a_sparse_one():
    points = PointIndex(clusters(7))
    got = abramson(points, bandwidth_m=500.0)
    middle = np.hypot(points.x_m - 2_000, points.y_m - 2_500)
    assert got.bandwidth_m[middle < 200].max() < got.bandwidth_m[middle > 2_000].min()


def test_bandwidths_do_not_depend_on_the_scale_of_the_weights():
    xy_m = clusters(8)
    once = abramson(PointIndex(xy_m), bandwidth_m=500.0)
    tenfold = abramson(PointIndex(xy_m, weights=np.full(len(xy_m), 10.0)), bandwidth_m=500.0)
    np.testing.assert_allclose(tenfold.bandwidth_m, once.bandwidth_m)


@pytest.mark.parametrize("xy_m", [np.empty((0, 2)), [[1.0, 2.0]], [[1.0, 2.0]] * 7])
def test_none_one_and_one_place_keep_the_global_bandwidth(xy_m):
    points = PointIndex(xy_m)
    got = abramson(points, bandwidth_m=500.0)
    np.testing.assert_allclose(got.bandwidth_m, np.full(len(points), 500.0))
    surface = adaptive_density_on_grid(points, got.bandwidth_m, GRID)
    assert surface.shape == (32, 32)


# --- values from outside -------------------------------------------------------------------


def test_abramsons_bandwidths_are_those_of_spatstat(spatstat_points):
    points, sd_m = spatstat_points
    got = abramson(points, bandwidth_m=KERNELS["gaussian"].bandwidth_m(600.0), kernel="gaussian")
    # Its Gaussian reaches to 8 standard deviations, ours to 4.
    np.testing.assert_allclose(KERNELS["gaussian"].sd_m(1.0) * got.bandwidth_m, sd_m, rtol=1e-3)


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("adaptive_each", 2e-4),
        ("adaptive", 4e-3),  # bandwidths between each point's and the next: see the R code
    ],
)
def test_adaptive_densities_are_those_of_spatstat(spatstat_points, name, tolerance):
    points, sd_m = spatstat_points
    adaptive = abramson(points, bandwidth_m=2_400.0, kernel="gaussian")
    by_place = dict(zip(zip(points.x_m, points.y_m, strict=True), sd_m, strict=True))
    at = zip(adaptive.points.x_m, adaptive.points.y_m, strict=True)
    bandwidth_m = KERNELS["gaussian"].bandwidth_m(np.array([by_place[place] for place in at]))
    got = adaptive_density_on_grid(adaptive.points, bandwidth_m, GRID, kernel="gaussian")
    expected = np.genfromtxt(SPATSTAT / f"{name}.csv", delimiter=",")
    inside = ~np.isnan(expected)
    highest = expected[inside].max()
    np.testing.assert_allclose(got[inside], expected[inside], rtol=0, atol=tolerance * highest)


def test_wrong_arguments_are_named():
    points = PointIndex(clusters(11))
    with pytest.raises(InvalidParameterError, match="cap"):
        abramson(points, bandwidth_m=500.0, cap=0.5)
    with pytest.raises(InvalidBandwidthError):
        abramson(points, bandwidth_m=500.0, pilot_bandwidth_m=np.nan)
    with pytest.raises(InvalidValuesError, match="one per place"):
        adaptive_density_on_grid(points, [1.0], GRID)
    with pytest.raises(InvalidBandwidthError):
        adaptive_density_on_grid(points, np.zeros(len(points)), GRID)
