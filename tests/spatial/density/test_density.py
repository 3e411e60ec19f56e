"""Kernel density on rasters and at places: oracle, known values, invariants, mistakes of others."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.coordinates.grid import Grid
from spatial.coordinates.points import PointIndex
from spatial.density import _sums
from spatial.density.density import density_at, density_on_grid, index_density_on_grid
from spatial.density.kernels import KERNELS
from spatial.errors import (
    InvalidBandwidthError,
    InvalidParameterError,
    InvalidPointsError,
    InvalidPointWeightsError,
    UnknownKernelError,
)
from tests import oracles
from tests.spatial.speed import compiled_only
from tests.strategies import SEEDS, examples, metres, quantities

SPATSTAT = Path(__file__).parents[2] / "reference" / "spatstat"
GRID = Grid(left_m=600_000.0, top_m=301_000.0, cell_m=50.0, rows=20, cols=24)
# Clear of whole multiples of a cell, so that no distance is a bandwidth to the last digit.
OFFSETS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.just(2)),
    elements=metres(-500, 1_700),
)
BANDWIDTHS = quantities(51.0, 1_500.0)
EVERY_KERNEL = pytest.mark.parametrize("kernel", list(KERNELS))
POLYNOMIALS = [name for name, kernel in KERNELS.items() if kernel.power is not None]


def centres(grid: Grid) -> np.ndarray:
    return np.stack(np.meshgrid(grid.x_centres_m, grid.y_centres_m), axis=-1)


def placed(offsets: np.ndarray) -> np.ndarray:
    return offsets + np.array([GRID.left_m + 1 / 7, GRID.top_m - 1_000.0 + 1 / 11])


def cluster(count: int, seed: int = 0, *, spread_m: float = 150.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal((600_600.0, 300_480.0), spread_m, (count, 2))


def assert_equal_to(density, expected, *, share=1e-9):
    np.testing.assert_allclose(density, expected, rtol=0, atol=share * expected.max() + 1e-12)


# --- against the formula -------------------------------------------------------------------


@EVERY_KERNEL
@given(offsets=OFFSETS, bandwidth_m=BANDWIDTHS)
@examples(40)
def test_raster_equals_the_formula(kernel, offsets, bandwidth_m):
    xy_m = placed(offsets)
    density = density_on_grid(xy_m, GRID, bandwidth_m=bandwidth_m, kernel=kernel)
    expected = oracles.kernel_density(xy_m, centres(GRID), bandwidth_m, kernel)
    assert_equal_to(density, expected)


@EVERY_KERNEL
@given(offsets=OFFSETS, bandwidth_m=BANDWIDTHS)
@examples(20)
def test_density_at_places_equals_the_formula(kernel, offsets, bandwidth_m):
    xy_m = placed(offsets)
    at_m = centres(GRID).reshape(-1, 2)[::7]
    density = density_at(PointIndex(xy_m), at_m, bandwidth_m=bandwidth_m, kernel=kernel)
    assert_equal_to(density, oracles.kernel_density(xy_m, at_m, bandwidth_m, kernel))


@EVERY_KERNEL
@pytest.mark.parametrize("bandwidth_m", [55.0, 130.0, 700.0, 4_000.0])
def test_many_points_with_weights_equal_the_formula(kernel, bandwidth_m):
    xy_m = cluster(300)
    weights = np.random.default_rng(1).uniform(0, 3, len(xy_m))
    density = density_on_grid(xy_m, GRID, bandwidth_m=bandwidth_m, kernel=kernel, weights=weights)
    expected = oracles.kernel_density(xy_m, centres(GRID), bandwidth_m, kernel, weights)
    assert_equal_to(density, expected)


@compiled_only
@pytest.mark.parametrize("kernel", POLYNOMIALS)
@pytest.mark.parametrize("cells", [1.2, 3.3, 13.0, 43.0, 130.0, 600.0, 5_000.0])
def test_boxes_of_every_size_equal_the_formula(kernel, cells):
    """Dense and sparse points together: boxes of every level, single points, rings cut off."""
    grid = Grid(left_m=600_000.0, top_m=303_000.0, cell_m=20.0, rows=150, cols=200)
    rng = np.random.default_rng(3)
    xy_m = np.concatenate(
        [
            rng.normal((601_000.0, 301_500.0), 30.0, (4_000, 2)),
            rng.normal((603_990.0, 300_100.0), 120.0, (4_000, 2)),
            rng.uniform((598_000.0, 299_000.0), (606_000.0, 304_000.0), (800, 2)),
        ]
    )
    bandwidth_m = cells * grid.cell_m
    density = density_on_grid(xy_m, grid, bandwidth_m=bandwidth_m, kernel=kernel)
    rows, cols = rng.integers(0, 150, 400), rng.integers(0, 200, 400)
    at_m = centres(grid)[rows, cols]
    expected = oracles.kernel_density(xy_m, at_m, bandwidth_m, kernel)
    np.testing.assert_allclose(density[rows, cols], expected, rtol=0, atol=1e-9 * density.max())


@compiled_only
@pytest.mark.parametrize("kernel", ["quartic", "triweight"])
@pytest.mark.parametrize("bandwidth_m", [300.0, 1_000.0])
def test_rounding_of_a_million_points_stays_below_a_billionth_of_the_maximum(kernel, bandwidth_m):
    grid = Grid(left_m=590_000.0, top_m=311_250.0, cell_m=30_000 / 1_280, rows=960, cols=1_280)
    rng = np.random.default_rng(5)
    middles = rng.uniform((592_000.0, 290_000.0), (618_000.0, 310_000.0), (30, 2))
    xy_m = middles[rng.integers(0, 30, 1_000_000)] + rng.normal(0, 700.0, (1_000_000, 2))
    density = density_on_grid(xy_m, grid, bandwidth_m=bandwidth_m, kernel=kernel, threads=2)
    peak = np.unravel_index(density.argmax(), density.shape)
    rows = np.append(rng.integers(0, 960, 400), peak[0])
    cols = np.append(rng.integers(0, 1_280, 400), peak[1])
    exact = density_at(
        PointIndex(xy_m), centres(grid)[rows, cols], bandwidth_m=bandwidth_m, kernel=kernel
    )
    error = np.abs(density[rows, cols] - exact).max()
    assert error < 1e-9 * density.max()


@pytest.mark.parametrize("kernel", POLYNOMIALS)
def test_points_with_bandwidths_of_very_different_size_keep_their_digits(kernel):
    x, y = np.array([40.3, 41.7, 20.2]), np.array([10.4, 12.2, 8.8])
    reach = np.array([2.2, 900.0, 31.0])
    out = np.zeros((20, 120))
    rows = np.arange(20.0)
    _sums.sum_on_rows(
        x, y, reach**2, np.ones(3), rows, np.ones(20), KERNELS[kernel], out
    )  # fmt: skip
    columns, lines = np.meshgrid(np.arange(120.0), rows)
    expected = sum(
        KERNELS[kernel].shape(np.hypot(columns - x[i], lines - y[i]) / reach[i]) for i in range(3)
    )
    assert_equal_to(out, expected)


# --- values and volume ---------------------------------------------------------------------


@EVERY_KERNEL
def test_volume_is_the_sum_of_the_weights(kernel):
    xy_m, weights = cluster(40), np.linspace(0.5, 4.0, 40)
    grid = Grid(left_m=599_000.0, top_m=302_000.0, cell_m=10.0, rows=320, cols=320)
    density = density_on_grid(xy_m, grid, bandwidth_m=400.0, kernel=kernel, weights=weights)
    volume = density.sum() * grid.cell_area_km2
    expected = weights.sum() * (1 - KERNELS[kernel].lost_mass)
    # The uniform kernel has an edge, which a raster can only follow by steps.
    assert volume == pytest.approx(expected, rel=2e-3 if kernel == "uniform" else 1e-4)


def test_quartic_peak_of_one_metre_on_a_fine_raster():
    grid = Grid(left_m=-1.005, top_m=1.005, cell_m=0.01, rows=201, cols=201)
    density = density_on_grid([[0.0, 0.0]], grid, bandwidth_m=1.0) / 1e6
    assert density[100, 100] == pytest.approx(0.954930, abs=5e-7)
    assert density.max() == density[100, 100]


@pytest.mark.parametrize(("cells", "within"), [(2, 0.0147), (3, 0.0045), (5, 0.00065)])
def test_mass_of_a_quartic_on_a_raster(cells, within):
    grid = Grid(left_m=0.0, top_m=30.0, cell_m=1.0, rows=30, cols=30)
    errors = [
        abs(density_on_grid([at], grid, bandwidth_m=float(cells)).sum() / 1e6 - 1)
        for at in 15.0 + np.random.default_rng(2).uniform(0, 1, (200, 2))
    ]
    assert within / 3 < max(errors) < within


def test_one_kilometre_reaches_one_kilometre_in_every_direction():
    grid = Grid(left_m=543_000.0, top_m=260_000.0, cell_m=25.0, rows=160, cols=160)
    point = np.array([545_012.5, 257_987.5])
    reached = density_on_grid([point], grid, bandwidth_m=1_000.0) > 0
    rows, cols = np.nonzero(reached)
    assert np.ptp(cols) == np.ptp(rows) == 2 * 39  # 40 cells of 25 m lie on the circle itself


def test_agrees_with_spatstat():
    with (SPATSTAT / "density_at_points.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    values = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    xy_m = np.column_stack([values["x"], values["y"]])
    points = PointIndex(xy_m, weights=values["weight"])
    for theirs, ours in (
        ("gaussian_400", "gaussian"),
        ("quartic_150", "quartic"),
        ("epanechnikov_150", "epanechnikov"),
        ("disc_150", "uniform"),
    ):
        bandwidth_m = KERNELS[ours].bandwidth_m(float(theirs.split("_")[1]))
        density = density_at(points, xy_m, bandwidth_m=bandwidth_m, kernel=ours)
        np.testing.assert_allclose(density, values[theirs] * 1e6, rtol=1e-12)


# --- invariants ----------------------------------------------------------------------------


@EVERY_KERNEL
@given(seed=SEEDS, bandwidth_m=BANDWIDTHS)
@examples(15)
def test_order_splitting_and_threads_do_not_matter(kernel, seed, bandwidth_m):
    xy_m, weights = cluster(25, seed), np.random.default_rng(seed).uniform(0.1, 2.0, 25)
    given = {"bandwidth_m": bandwidth_m, "kernel": kernel}
    whole = density_on_grid(xy_m, GRID, weights=weights, **given)
    turned = density_on_grid(xy_m[::-1], GRID, weights=weights[::-1], **given)
    parts = np.concatenate([weights * 0.25, weights * 0.75])
    split = density_on_grid(np.concatenate([xy_m, xy_m]), GRID, weights=parts, **given)
    threaded = density_on_grid(xy_m, GRID, weights=weights, threads=3, **given)
    for other in (turned, split, threaded):
        assert_equal_to(other, whole, share=1e-10)


@EVERY_KERNEL
@given(seed=SEEDS, bandwidth_m=BANDWIDTHS, cells=st.integers(-9_000, 9_000))
@examples(15)
def test_a_shift_of_everything_does_not_matter(kernel, seed, bandwidth_m, cells):
    # By powers of two, so that the coordinates themselves are not rounded.
    xy_m = np.round(cluster(25, seed), 0) + 1 / 8
    shift = cells * 64.0
    moved = Grid(GRID.left_m + shift, GRID.top_m - shift, GRID.cell_m, GRID.rows, GRID.cols)
    given = {"bandwidth_m": bandwidth_m, "kernel": kernel}
    here = density_on_grid(xy_m, GRID, **given)
    there = density_on_grid(xy_m + np.array([shift, -shift]), moved, **given)
    assert_equal_to(there, here, share=1e-11)


@EVERY_KERNEL
def test_twice_the_weights_is_twice_the_density(kernel):
    xy_m, weights = cluster(25), np.linspace(0, 2, 25)
    once = density_on_grid(xy_m, GRID, bandwidth_m=300.0, kernel=kernel, weights=weights)
    twice = density_on_grid(xy_m, GRID, bandwidth_m=300.0, kernel=kernel, weights=2 * weights)
    assert_equal_to(twice, 2 * once, share=1e-14)


@EVERY_KERNEL
def test_a_window_of_a_raster_is_the_same_raster(kernel):
    xy_m = cluster(200)
    part = Grid(GRID.left_m + 300.0, GRID.top_m - 250.0, 50.0, rows=7, cols=9)
    whole = density_on_grid(xy_m, GRID, bandwidth_m=430.0, kernel=kernel)
    window = density_on_grid(xy_m, part, bandwidth_m=430.0, kernel=kernel)
    assert_equal_to(window, whole[5:12, 6:15], share=1e-10)


@EVERY_KERNEL
@given(seed=SEEDS, bandwidth_m=quantities(51.0, 400.0))
@examples(25)
def test_what_no_point_reaches_is_exactly_zero_and_nothing_is_below(kernel, seed, bandwidth_m):
    xy_m = cluster(6, seed, spread_m=400.0)
    density = density_on_grid(xy_m, GRID, bandwidth_m=bandwidth_m, kernel=kernel)
    away = np.min(np.hypot(*(centres(GRID)[:, :, None, :] - xy_m).transpose(3, 0, 1, 2)), axis=-1)
    assert not density[away > bandwidth_m * (1 + 1e-12)].any()
    assert (density >= 0).all()
    assert (density[away < bandwidth_m * (1 - 1e-3)] > 0).all()


# --- bandwidths below a cell ---------------------------------------------------------------


@EVERY_KERNEL
@given(seed=SEEDS, bandwidth_m=quantities(0.1, 49.0))
@examples(25)
def test_no_mass_is_lost_below_the_size_of_a_cell(kernel, seed, bandwidth_m):
    xy_m, weights = cluster(20, seed, spread_m=60.0), np.linspace(0.1, 5.0, 20)
    density = density_on_grid(xy_m, GRID, bandwidth_m=bandwidth_m, kernel=kernel, weights=weights)
    expected = weights.sum() * (1 - KERNELS[kernel].lost_mass)
    assert density.sum() * GRID.cell_area_km2 == pytest.approx(expected, rel=2e-6)
    assert (density >= -1e-9 * density.max()).all()


@EVERY_KERNEL
@pytest.mark.parametrize("bandwidth_m", [8.0, 31.0, 49.0])
def test_below_the_size_of_a_cell_the_kernel_is_averaged_over_it(kernel, bandwidth_m):
    xy_m = cluster(10, spread_m=60.0)
    density = density_on_grid(xy_m, GRID, bandwidth_m=bandwidth_m, kernel=kernel)
    finer = 40
    fine = Grid(GRID.left_m + 400.0, GRID.top_m - 300.0, GRID.cell_m / finer, 8 * finer, 8 * finer)
    sampled = oracles.kernel_density(xy_m, centres(fine), bandwidth_m, kernel)
    expected = sampled.reshape(8, finer, 8, finer).mean(axis=(1, 3))
    share = {"uniform": 0.06, "triangular": 2e-3, "quartic": 1e-3}.get(kernel, 4e-3)
    assert_equal_to(density[6:14, 8:16], expected, share=share)


def test_a_point_outside_the_raster_gives_the_part_of_its_kernel_that_is_inside():
    grid = Grid(left_m=0.0, top_m=200.0, cell_m=100.0, rows=2, cols=2)
    density = density_on_grid([[0.0, 100.0]], grid, bandwidth_m=60.0)
    np.testing.assert_allclose(density * 0.01, [[0.25, 0.0], [0.25, 0.0]], atol=1e-12)


# --- awkward input -------------------------------------------------------------------------


@EVERY_KERNEL
def test_no_points_is_zero_everywhere(kernel):
    assert not density_on_grid(np.empty((0, 2)), GRID, bandwidth_m=100.0, kernel=kernel).any()
    nowhere = PointIndex(np.empty((0, 2)))
    assert not density_at(nowhere, [[0.0, 0.0]], bandwidth_m=1.0, kernel=kernel).any()
    assert nowhere.bounds_m is None


@EVERY_KERNEL
def test_points_far_away_or_without_weight_do_nothing(kernel):
    xy_m = [[1e12, -1e12], [600_500.0, 300_500.0], [601_000.0, 300_400.0]]
    density = density_on_grid(
        xy_m, GRID, bandwidth_m=200.0, kernel=kernel, weights=[1.0, 0.0, 2.0]
    )
    expected = oracles.kernel_density(
        np.array(xy_m[2:]), centres(GRID), 200.0, kernel, np.array([2.0])
    )
    assert_equal_to(density, expected)


@pytest.mark.parametrize("kernel", ["quartic", "epanechnikov", "gaussian"])
@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (1, 40), (40, 1)])
def test_the_smallest_rasters(kernel, rows, cols):
    grid = Grid(600_400.0, 300_500.0, 10.0, rows, cols)
    xy_m = cluster(50)
    density = density_on_grid(xy_m, grid, bandwidth_m=250.0, kernel=kernel, threads=2)
    assert_equal_to(density, oracles.kernel_density(xy_m, centres(grid), 250.0, kernel))


def test_read_only_and_transposed_points_are_taken():
    xy_m = cluster(30)
    expected = density_on_grid(xy_m, GRID, bandwidth_m=200.0)
    locked = xy_m.copy()
    locked.flags.writeable = False
    columns = np.asfortranarray(xy_m)
    for points in (locked, columns, xy_m.tolist()):
        np.testing.assert_array_equal(density_on_grid(points, GRID, bandwidth_m=200.0), expected)
    assert (locked == columns).all()


@pytest.mark.parametrize("bandwidth_m", [0.0, -1.0, math.nan, math.inf])
def test_bandwidth_without_meaning_is_refused(bandwidth_m):
    with pytest.raises(InvalidBandwidthError):
        density_on_grid([[0.0, 0.0]], GRID, bandwidth_m=bandwidth_m)
    with pytest.raises(InvalidBandwidthError):
        density_at(PointIndex([[0.0, 0.0]]), [[0.0, 0.0]], bandwidth_m=bandwidth_m)


def test_arguments_without_meaning_are_refused():
    with pytest.raises(UnknownKernelError):
        density_on_grid([[0.0, 0.0]], GRID, bandwidth_m=10.0, kernel="biweight")
    with pytest.raises(InvalidPointsError):
        density_on_grid([[0.0, math.nan]], GRID, bandwidth_m=10.0)
    with pytest.raises(InvalidPointWeightsError):
        density_on_grid([[0.0, 0.0]], GRID, bandwidth_m=10.0, weights=[-1.0])
    with pytest.raises(InvalidParameterError):
        density_on_grid([[0.0, 0.0]], GRID, bandwidth_m=10.0, threads=0)
    with pytest.raises(InvalidParameterError):
        PointIndex([[0.0, 0.0]], crs="EPSG:4326")


# --- the index -----------------------------------------------------------------------------


@given(seed=SEEDS, step_m=st.sampled_from([0.1, 1.0, 40.0, 1_000.0]))
@examples(40)
def test_identical_places_are_merged_and_nothing_else(seed, step_m):
    rng = np.random.default_rng(seed)
    xy_m = np.round(rng.normal((545_000.0, 258_000.0), 300.0, (400, 2)) / step_m) * step_m
    weights = rng.integers(1, 5, 400).astype(float)
    index = PointIndex(xy_m, weights=weights)
    places, inverse = np.unique(xy_m, axis=0, return_inverse=True)
    order = np.lexsort((index.y_m, index.x_m))
    np.testing.assert_array_equal(np.column_stack([index.x_m, index.y_m])[order], places)
    np.testing.assert_array_equal(index.weight[order], np.bincount(inverse.ravel(), weights))
    assert (index.rows_merged, index.total_weight) == (400, weights.sum())


@given(seed=SEEDS)
@examples(40)
def test_a_window_has_every_place_within_it_once(seed):
    rng = np.random.default_rng(seed)
    index = PointIndex(rng.normal((545_000.0, 258_000.0), 800.0, (500, 2)))
    left, bottom = rng.normal((545_000.0, 258_000.0), 800.0)
    right, top = left + rng.uniform(0, 1_500), bottom + rng.uniform(0, 1_500)
    found = index.near((left, bottom, right, top))
    inside = (
        (index.x_m >= left) & (index.x_m <= right) & (index.y_m >= bottom) & (index.y_m <= top)
    )
    assert set(np.flatnonzero(inside)) <= set(found)
    assert len(np.unique(found)) == len(found)


def test_all_points_at_one_place():
    index = PointIndex(np.full((1_000, 2), 300_000.0))
    assert (len(index), index.total_weight) == (1, 1_000.0)
    grid = Grid(left_m=299_000.0, top_m=301_000.0, cell_m=100.0, rows=20, cols=20)
    density = index_density_on_grid(index, grid, bandwidth_m=500.0)
    expected = 1_000 * oracles.kernel_density(np.full((1, 2), 300_000.0), centres(grid), 500.0)
    assert_equal_to(density, expected)


def test_what_the_index_hands_out_cannot_be_changed():
    index = PointIndex(cluster(5))
    for column in (index.x_m, index.y_m, index.weight):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0.0


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_averaged_cells_are_never_below_zero_and_are_zero_where_nothing_is_in_reach(kernel):
    """Rounding once left -1e-13 where a kernel narrower than a cell only touched the next."""
    rng = np.random.default_rng(5)
    edges = (
        545_000.0 + 75.7 * rng.integers(0, 40, 4_000) + rng.choice([0.0, 1e-7, 20.0, 37.85], 4_000)
    )
    xy_m = np.column_stack([edges, 258_000.0 + 75.7 * 40 * rng.random(4_000)])
    grid = Grid(545_000.0, 258_000.0 + 75.7 * 40, 75.7, 40, 40)
    density = density_on_grid(
        xy_m, grid, bandwidth_m=30.0, kernel=kernel, weights=rng.random(4_000)
    )
    assert density.min() >= 0.0
    x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    beside = np.maximum(
        np.abs(x.ravel()[:, None] - xy_m[:, 0]), np.abs(y.ravel()[:, None] - xy_m[:, 1])
    ).min(axis=1)
    assert not density.ravel()[beside > 0.5 * 75.7 + 30.0].any()
