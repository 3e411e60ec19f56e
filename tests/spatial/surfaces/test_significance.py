"""The Monte Carlo maximum of a surface: against a slow oracle, its level, and its promises."""

import numpy as np
import pytest

from spatial.coordinates.grid import Grid
from spatial.density.kernels import KERNELS
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.surfaces.significance import (
    _first_at_least,
    _Mesh,
    null_grid,
    surface_test,
)

GRID = Grid(left_m=0.0, top_m=2_000.0, cell_m=100.0, rows=20, cols=20)
EVEN = np.ones((20, 20))


def uneven_null(seed=1):
    null = np.random.default_rng(seed).gamma(0.5, 1.0, (20, 20))
    null[:4, :6] = 0.0
    return null


def scattered(seed, points=80, null=EVEN):
    rng = np.random.default_rng(seed)
    cells = rng.choice(null.size, points, p=(null / null.sum()).ravel())
    rows, cols = np.divmod(cells, 20)
    xy = np.column_stack([cols, 19 - rows]) + rng.random((points, 2))
    return 100.0 * xy


def slow_standardised(xy_m, null, bandwidth_m, kernel):
    """Every cell against every cell, with the moments of a multinomial written out."""
    share = (null / null.sum()).ravel()
    x, y = (v.ravel() for v in np.meshgrid(GRID.x_centres_m, GRID.y_centres_m))
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    weights = KERNELS[kernel].shape(distance / bandwidth_m)
    cols, rows = (xy_m[:, 0] // 100).astype(int), (19 - xy_m[:, 1] // 100).astype(int)
    counts = np.bincount(rows * 20 + cols, minlength=400).astype(float)
    counts[share == 0.0] = 0.0
    n = counts.sum()
    mean = weights @ share
    variance = (weights**2) @ share - mean**2
    result = np.zeros(400)
    for i in range(400):
        if share[i] == 0.0:
            continue
        ratio = (weights[i] @ counts) / (n * mean[i])
        if ratio > 1.0:
            effective = n * mean[i] ** 2 / variance[i]
            result[i] = np.sqrt(2 * effective * (ratio * np.log(ratio) - ratio + 1))
    return result.reshape(20, 20)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian", "uniform"])
@pytest.mark.parametrize("null", [EVEN, uneven_null()])
def test_the_surface_is_standardised_as_its_formula_says(kernel, null):
    xy_m = scattered(3)
    found = surface_test(xy_m, null, GRID, bandwidth_m=350.0, kernel=kernel, draws=19)
    expected = slow_standardised(xy_m, null, 350.0, kernel)
    np.testing.assert_allclose(found.standardised, expected, rtol=1e-8, atol=1e-7)


def test_where_many_are_expected_it_is_the_standard_score():
    xy_m = scattered(5, points=200_000)
    found = surface_test(xy_m, EVEN, GRID, bandwidth_m=350.0, draws=19)
    mesh = _Mesh.of(GRID, EVEN / 400, 350.0, "quartic")
    mean, effective = (mesh.unpadded(part) for part in mesh.moments(200_000))
    counts = np.zeros((20, 20))
    np.add.at(counts, ((19 - xy_m[:, 1] // 100).astype(int), (xy_m[:, 0] // 100).astype(int)), 1.0)
    field = np.zeros((20, 20))
    for row, col in np.ndindex(20, 20):
        x, y = GRID.x_centres_m[col], GRID.y_centres_m[row]
        distance = np.hypot(GRID.x_centres_m[None, :] - x, GRID.y_centres_m[:, None] - y)
        field[row, col] = (KERNELS["quartic"].shape(distance / 350.0) * counts).sum()
    score = np.maximum(field / mean - 1.0, 0.0) * np.sqrt(effective)
    np.testing.assert_allclose(found.standardised, score, atol=0.05)


def test_chance_points_fall_in_proportion_to_the_null():
    cumulative = np.cumsum(uneven_null().ravel()[uneven_null().ravel() > 0])
    cumulative /= cumulative[-1]
    uniforms = np.sort(np.random.default_rng(0).random(2_000))
    position, found = 0, []
    for uniform in uniforms:
        if uniform > cumulative[position]:
            position = _first_at_least(cumulative, uniform, position, len(cumulative) - 1)
        found.append(position)
    np.testing.assert_array_equal(found, np.searchsorted(cumulative, uniforms))


@pytest.mark.compiled
@pytest.mark.parametrize("points", [12, 60, 3_000])
@pytest.mark.parametrize("null", [EVEN, uneven_null()])
def test_maxima_of_chance_are_those_of_points_drawn_otherwise(points, null):
    """The quantiles of the maxima, by this engine and by points drawn one by one."""
    engine = surface_test(scattered(1, points, null), null, GRID, bandwidth_m=350.0, draws=999)
    others = np.sort(
        [
            surface_test(
                scattered(seed, points, null), null, GRID, bandwidth_m=350.0, draws=19
            ).standardised.max()
            for seed in range(400)
        ]
    )
    for quantile in (0.25, 0.5, 0.75, 0.95):
        share = np.mean(engine.maxima <= np.quantile(others, quantile))
        assert share == pytest.approx(quantile, abs=4 * np.sqrt(0.25 / 400))


@pytest.mark.compiled
def test_a_cluster_is_more_than_chance_and_its_surroundings_are_not():
    xy_m = np.vstack([scattered(1, 60), [1_210.0, 730.0] + 60.0 * np.eye(2)[[0, 1] * 12]])
    found = surface_test(xy_m, EVEN, GRID, bandwidth_m=350.0)
    assert found.p_value == found.p_at(1_240.0, 760.0) == 1 / 1_000
    assert found.p_at(300.0, 1_700.0) > 0.2
    assert found.p_at(-5_000.0, 0.0) == 1.0


def test_one_seed_gives_one_answer_whatever_the_threads():
    xy_m = scattered(2)
    one = surface_test(xy_m, EVEN, GRID, bandwidth_m=350.0, draws=49, seed=3)
    two = surface_test(xy_m, EVEN, GRID, bandwidth_m=350.0, draws=49, seed=3, threads=3)
    other = surface_test(xy_m, EVEN, GRID, bandwidth_m=350.0, draws=49, seed=4)
    np.testing.assert_array_equal(one.maxima, two.maxima)
    assert not np.array_equal(one.maxima, other.maxima)


def test_without_points_nothing_stands_out():
    found = surface_test(np.empty((0, 2)), EVEN, GRID, bandwidth_m=350.0, draws=19)
    assert found.p_value == 1.0
    assert found.points == 0


def test_the_grid_follows_the_bandwidth_and_gives_up_where_there_would_be_too_many_cells():
    county = (0.0, 0.0, 60_000.0, 60_000.0)
    grid = null_grid(county, bandwidth_m=1_000.0)
    assert grid is not None
    assert grid.cell_m == pytest.approx(400.0)
    assert null_grid(county, bandwidth_m=20.0) is None


@pytest.mark.parametrize(
    ("null", "options", "error"),
    [
        (np.zeros((20, 20)), {}, InvalidValuesError),
        (-EVEN, {}, InvalidValuesError),
        (np.ones((3, 3)), {}, InvalidValuesError),
        (EVEN, {"draws": 5}, InvalidParameterError),
        (EVEN, {"seed": -1}, InvalidParameterError),
        (EVEN, {"threads": 0}, InvalidParameterError),
    ],
)
def test_requests_without_meaning_are_refused(null, options, error):
    with pytest.raises(error):
        surface_test(scattered(0), null, GRID, bandwidth_m=350.0, **options)


def test_progress_can_end_the_work():
    def stop(_done, _draws):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        surface_test(scattered(0), EVEN, GRID, bandwidth_m=350.0, on_progress=stop)
