"""Estimates grow with what they are of, and know what does not."""

import pytest

from spatial.coordinates.grid import Grid
from spatial.density.costs import grid_seconds, pilot_seconds, tile_seconds
from spatial.density.kernels import KERNELS

GRID = Grid(0.0, 10_000.0, 10.0, 1_000, 1_000)
FINER = Grid(0.0, 10_000.0, 5.0, 2_000, 2_000)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_more_places_and_finer_cells_cost_more(kernel):
    least = grid_seconds(kernel, 1_000, GRID, 500.0)
    assert least < grid_seconds(kernel, 2_000, GRID, 500.0)
    assert least < grid_seconds(kernel, 1_000, FINER, 500.0)
    assert least < grid_seconds(kernel, 1_000, GRID, 1_000.0)
    assert 0.0 < pilot_seconds(kernel, 1_000) < pilot_seconds(kernel, 2_000)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_beyond_the_raster_a_wider_bandwidth_costs_no_more(kernel):
    assert grid_seconds(kernel, 1_000, GRID, 2e4) == grid_seconds(kernel, 1_000, GRID, 4e4)


def test_kernels_without_a_polynomial_cost_their_pixels():
    narrow, wide = (
        [grid_seconds(KERNELS[name], 1_000_000, GRID, reach) for name in ("quartic", "triangular")]
        for reach in (50.0, 3_000.0)
    )
    assert wide[1] / narrow[1] > 20 * wide[0] / narrow[0]


def test_a_tile_that_a_mesh_can_show_does_not_cost_its_bandwidth():
    mesh, rows = (
        tile_seconds(KERNELS[name], 1_000_000, 512, 400.0) for name in ("gaussian", "epanechnikov")
    )
    assert mesh < 1.0 < rows
    adaptive = tile_seconds(KERNELS["gaussian"], 1_000_000, 512, 400.0, is_fixed=False)
    assert adaptive > 100.0
