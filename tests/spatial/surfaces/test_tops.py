"""Tops of a surface: the true maximum at every bandwidth, whatever the grid."""

import numpy as np
import pytest

from spatial.coordinates.grid import Grid
from spatial.coordinates.points import PointIndex
from spatial.density.density import density_at, index_density_on_grid
from spatial.surfaces.peaks import find_peaks
from spatial.surfaces.tops import highest_top, top_near

BOX = (0.0, 0.0, 20_000.0, 20_000.0)


def snapped(seed, points=1_500, places=300):
    rng = np.random.default_rng(seed)
    places_m = rng.normal(10_000, 2_500, (places, 2))
    return places_m[rng.integers(0, places, points)]


def brute_force_maximum(points, bandwidth_m):
    """The density at every place and at a fine lattice about the best of them."""
    places_m = np.column_stack([points.x_m, points.y_m])
    density = density_at(points, places_m, bandwidth_m=bandwidth_m)
    best = density.max()
    for place in places_m[np.argsort(-density)[:40]]:
        steps = np.linspace(-bandwidth_m, bandwidth_m, 81)
        x, y = np.meshgrid(place[0] + steps, place[1] + steps)
        lattice = np.column_stack([x.ravel(), y.ravel()])
        best = max(best, density_at(points, lattice, bandwidth_m=bandwidth_m).max())
    return best


@pytest.mark.parametrize("bandwidth_m", [20.0, 50.0, 100.0, 200.0, 400.0, 1_500.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_highest_top_is_the_maximum_at_every_bandwidth(bandwidth_m, seed):
    points = PointIndex(snapped(seed))
    grid = Grid.covering(BOX, cell_m=max(bandwidth_m / 5.0, 75.0))

    def on_grid(part):
        return index_density_on_grid(points, part, bandwidth_m=bandwidth_m)

    places_m = np.column_stack([points.x_m, points.y_m])
    density = density_at(points, places_m, bandwidth_m=bandwidth_m)
    top = highest_top(
        on_grid, on_grid(grid), grid, places_m[np.argsort(-density)], bandwidth_m=bandwidth_m
    )
    assert top is not None
    expected = brute_force_maximum(points, bandwidth_m)
    assert top.density_per_km2 == pytest.approx(expected, rel=2e-3)
    at_top = density_at(points, [[top.x_m, top.y_m]], bandwidth_m=bandwidth_m)
    assert at_top[0] == pytest.approx(top.density_per_km2, rel=1e-9)


def test_the_first_peak_has_the_maximum_though_the_grid_is_coarse():
    points = PointIndex(snapped(3))

    def on_grid(part):
        return index_density_on_grid(points, part, bandwidth_m=40.0)

    grid = Grid.covering(BOX, cell_m=75.0)
    density = density_at(points, np.column_stack([points.x_m, points.y_m]), bandwidth_m=40.0)
    places_m = np.column_stack([points.x_m, points.y_m])[np.argsort(-density)]
    highest = highest_top(on_grid, on_grid(grid), grid, places_m, bandwidth_m=40.0)
    found = find_peaks(
        on_grid(grid), grid, points, bandwidth_m=40.0, on_grid=on_grid, highest=highest
    )
    heights = [peak.density_per_km2 for peak in found.peaks]
    assert heights[0] == pytest.approx(highest.density_per_km2)
    assert heights == sorted(heights, reverse=True)
    for peak in found.peaks:
        near = np.hypot(points.x_m - peak.x_m, points.y_m - peak.y_m) <= 40.0
        assert peak.mass <= points.weight[near].sum()
        assert 0.0 <= peak.prominence <= 1.0


def test_a_single_incident_has_its_peak_where_it_happened():
    points = PointIndex([[7_310.0, 4_222.0]])

    def on_grid(part):
        return index_density_on_grid(points, part, bandwidth_m=20_000.0)

    grid = Grid.covering(BOX, cell_m=4_000.0)
    (peak,) = find_peaks(on_grid(grid), grid, points, bandwidth_m=20_000.0, on_grid=on_grid).peaks
    assert np.hypot(peak.x_m - 7_310.0, peak.y_m - 4_222.0) < 150.0


def test_nothing_has_no_top():
    grid = Grid.covering(BOX, cell_m=500.0)

    def nothing(part):
        return np.zeros((part.rows, part.cols))

    def cut_off(part):
        return np.full((part.rows, part.cols), np.nan)

    assert highest_top(nothing, nothing(grid), grid, np.empty((0, 2)), bandwidth_m=100.0) is None
    assert top_near(cut_off, 0.0, 0.0, half_m=100.0, bandwidth_m=100.0) is None
