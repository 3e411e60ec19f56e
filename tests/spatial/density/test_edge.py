"""Edge correction: against sampled kernels, straight borders, spatstat, and as mass balance."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import inside_mask
from spatial.coordinates.points import PointIndex
from spatial.density.density import density_on_grid, index_density_on_grid
from spatial.density.edge import (
    EDGE_METHODS,
    EdgeMass,
    edge_mass,
    kernel_mass_inside,
    points_inside,
)
from spatial.density.kernels import KERNELS
from spatial.errors import (
    InvalidBandwidthError,
    InvalidParameterError,
    InvalidValuesError,
    UnknownKernelError,
)
from tests import oracles
from tests.spatial.areas import AREAS, PARTS, SQUARE

SPATSTAT = Path(__file__).parents[2] / "reference" / "spatstat"


def spatstat(name: str) -> np.ndarray:
    return np.genfromtxt(SPATSTAT / f"{name}.csv", delimiter=",", skip_header=name == "points")


def within(area, count: int, seed: int) -> np.ndarray:
    left, bottom, right, top = area.bounds
    drawn = np.random.default_rng(seed).uniform((left, bottom), (right, top), (6 * count, 2))
    return drawn[shapely.contains_xy(area, drawn)][:count]


def corrected_density(points: PointIndex, grid: Grid, edge: EdgeMass, method) -> np.ndarray:
    """A corrected surface, NaN outside the study area, put together as the service does."""
    density = index_density_on_grid(
        points_inside(points, edge, method=method),
        grid,
        bandwidth_m=edge.bandwidth_m,
        kernel=edge.kernel,
    )
    if method == "uniform":
        x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
        centres_m = np.column_stack([x.ravel(), y.ravel()])
        density *= edge.correction_at(centres_m).reshape(density.shape)
    return np.where(inside_mask(edge.geometry, grid), density, np.nan)


# --- the mass of a kernel inside an area ---------------------------------------------------


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_the_mass_is_that_of_the_kernel_sampled_over_the_area(kernel, area):
    edge = edge_mass(area, bandwidth_m=600.0, kernel=kernel)
    at = within(area, 12, 1)
    expected = [
        oracles.kernel_mass_by_sampling(area, x, y, KERNELS[kernel].shape, 600.0) for x, y in at
    ]
    tolerance = 0.012 if kernel == "uniform" else 0.005
    np.testing.assert_allclose(edge.at(at), expected, atol=tolerance)


@pytest.mark.parametrize("cells", [12, 8, 4, 2])
def test_at_a_straight_border_the_mass_is_the_integral_of_the_marginal(cells):
    # The marginal of the quartic is 16 / (5 pi) (1 - t^2)^(5/2).
    t = np.linspace(-1, 1, 100_001)
    marginal = 16 / (5 * np.pi) * (1 - t * t) ** 2.5
    below = np.cumsum(marginal) * (t[1] - t[0])
    edge = edge_mass(
        shapely.box(0.37, -5_000, 5_000, 5_000), bandwidth_m=1_000.0, cell_m=1_000 / cells
    )
    x = edge.grid.x_centres_m
    x = x[(x > 0.37) & (x < 3_000)]
    middle = edge.grid.y_centres_m[edge.grid.rows // 2]
    got = edge.at(np.column_stack([x, np.full(len(x), middle)]))
    np.testing.assert_allclose(got, np.interp((x - 0.37) / 1_000, t, below), atol=1e-3)
    between = np.linspace(5.0, 1_100.0, 300)
    got = edge.at(np.column_stack([between, np.full(300, middle)]))
    error = np.abs(got - np.interp((between - 0.37) / 1_000, t, below)).max()
    assert error < {12: 0.0012, 8: 0.003, 4: 0.0125, 2: 0.05}[cells]


@pytest.mark.parametrize("kernel", KERNELS)
def test_far_from_the_border_the_mass_is_one_and_far_outside_nought(kernel):
    grid = Grid(0.0, 8_000.0, 50.0, 160, 160)
    mask = inside_mask(shapely.box(2_000, 2_000, 6_000, 6_000), grid)
    mass = kernel_mass_inside(mask, grid, bandwidth_m=500.0, kernel=kernel)
    x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    deep = (np.abs(x - 4_000) < 1_400) & (np.abs(y - 4_000) < 1_400)
    far = (np.abs(x - 4_000) > 2_600) | (np.abs(y - 4_000) > 2_600)
    np.testing.assert_allclose(mass[deep], 1.0, atol=1e-12)
    np.testing.assert_allclose(mass[far], 0.0, atol=1e-12)
    assert mass.min() >= 0.0
    assert mass.max() <= 1.0


@pytest.mark.parametrize("bandwidth_m", [3.0, 60.0, 9_000.0])
def test_bandwidths_below_a_cell_and_beyond_the_grid_have_a_mass(bandwidth_m):
    grid = Grid(0.0, 1_000.0, 50.0, 20, 30)
    mask = inside_mask(shapely.box(200, 200, 800, 900), grid)
    mass = kernel_mass_inside(mask, grid, bandwidth_m=bandwidth_m)
    if bandwidth_m == 3.0:
        np.testing.assert_allclose(mass, mask, atol=1e-12)
    if bandwidth_m == 9_000.0:
        # Nearly flat over the area: its area times the peak.
        flat = mask.sum() * 50.0**2 * 3 / (np.pi * bandwidth_m**2)
        np.testing.assert_allclose(mass, flat, rtol=0.05)


def test_what_is_asked_beyond_the_area_is_answered():
    edge = edge_mass(SQUARE, bandwidth_m=500.0)
    far = [[90_000.0, 90_000.0]]
    assert np.isnan(edge.at(far)[0])
    assert not edge.contains(far)[0]


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_points_are_inside_when_they_are(area):
    edge = edge_mass(area, bandwidth_m=500.0)
    at = np.random.default_rng(3).uniform(-500, 6_500, (3_000, 2))
    np.testing.assert_array_equal(edge.contains(at), shapely.contains_xy(area, at))


def area_of(mask: np.ndarray, grid: Grid):
    """The cells of a mask as one area."""
    row, col = np.nonzero(mask)
    left, top = grid.left_m + col * grid.cell_m, grid.top_m - row * grid.cell_m
    return shapely.union_all(shapely.box(left, top - grid.cell_m, left + grid.cell_m, top))


# --- corrected densities -------------------------------------------------------------------


@pytest.mark.parametrize("method", EDGE_METHODS)
@pytest.mark.parametrize("kernel", ["gaussian", "epanechnikov", "quartic", "uniform"])
def test_corrected_densities_are_those_of_spatstat(method, kernel):
    # spatstat takes the kernel at the centres of cells, we average it over each cell: here
    # the kernels' radius is 6 to 12 cells. The disc is a step, of which it sees whole cells.
    grid = Grid(0.0, 6_400.0, 200.0, 32, 32)
    edge = edge_mass(
        area_of(spatstat("mask") == 1, grid),
        bandwidth_m=KERNELS[kernel].bandwidth_m(600.0),
        kernel=kernel,
        cell_m=grid.cell_m,
    )
    got = corrected_density(PointIndex(spatstat("points")), grid, edge, method)
    expected = spatstat(f"{method}_{'disc' if kernel == 'uniform' else kernel}")
    highest = np.nanmax(expected)
    tolerance = 0.015 if kernel == "uniform" else 0.0025
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * highest)


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_under_diggle_the_mass_inside_is_the_number_of_points(area):
    points = PointIndex(within(area, 300, 4))
    edge = edge_mass(area, bandwidth_m=700.0)
    grid = Grid.covering(area.bounds, cell_m=25.0)
    got = corrected_density(points, grid, edge, "diggle")
    assert np.nansum(got) * grid.cell_area_km2 == pytest.approx(300.0, rel=3e-3)


def test_under_uniform_an_even_density_is_even_up_to_the_border():
    cells = Grid(0.0, 4_000.0, 40.0, 100, 100)
    x, y = np.meshgrid(cells.x_centres_m, cells.y_centres_m)
    points = PointIndex(np.column_stack([x.ravel(), y.ravel()]))
    edge = edge_mass(SQUARE, bandwidth_m=600.0)
    grid = Grid.covering(SQUARE.bounds, cell_m=100.0)
    got = corrected_density(points, grid, edge, "uniform")
    np.testing.assert_allclose(got, 1e6 / 40.0**2, rtol=0.01)
    uncorrected = density_on_grid(np.column_stack([x.ravel(), y.ravel()]), grid, bandwidth_m=600.0)
    assert uncorrected.min() < 0.4 * 1e6 / 40.0**2


@pytest.mark.parametrize("method", EDGE_METHODS)
def test_deep_inside_nothing_changes(method):
    xy_m = np.random.default_rng(5).normal(2_000, 150, (400, 2))
    grid = Grid(1_500.0, 2_500.0, 50.0, 20, 20)
    edge = edge_mass(SQUARE, bandwidth_m=400.0)
    got = corrected_density(PointIndex(xy_m), grid, edge, method)
    np.testing.assert_allclose(got, density_on_grid(xy_m, grid, bandwidth_m=400.0), rtol=1e-9)


@pytest.mark.parametrize("method", EDGE_METHODS)
def test_points_outside_are_left_out(method):
    inside, outside = within(PARTS, 100, 6), [[1_450.0, 1_100.0], [4_100.0, 100.0]]
    both = PointIndex(np.vstack([inside, outside]), weights=np.append(np.ones(100), [2.0, 3.0]))
    edge = edge_mass(PARTS, bandwidth_m=300.0)
    grid = Grid.covering(PARTS.bounds, cell_m=60.0)
    assert len(points_inside(both, edge, method=method)) == 100
    np.testing.assert_allclose(
        corrected_density(both, grid, edge, method),
        corrected_density(PointIndex(inside), grid, edge, method),
    )


@pytest.mark.parametrize("method", EDGE_METHODS)
def test_no_points_and_no_points_inside_give_nought_inside(method):
    edge = edge_mass(PARTS, bandwidth_m=300.0)
    grid = Grid.covering(PARTS.bounds, cell_m=100.0)
    for xy_m in (np.empty((0, 2)), np.array([[90_000.0, 0.0]])):
        got = corrected_density(PointIndex(xy_m), grid, edge, method)
        assert np.nansum(got) == 0.0
        assert not np.isnan(got).all()


def test_a_point_at_the_tip_of_a_sliver_has_a_finite_weight():
    tip = [[4_250.0, 3_800.3]]
    corrected = points_inside(
        PointIndex(tip), edge_mass(PARTS, bandwidth_m=300.0), method="diggle"
    )
    assert 2.0 < corrected.weight[0] <= 100.0


def test_wrong_arguments_are_named():
    edge = edge_mass(SQUARE, bandwidth_m=500.0)
    with pytest.raises(InvalidParameterError, match="jones"):
        points_inside(PointIndex([[1.0, 2.0]]), edge, method="jones")
    with pytest.raises(InvalidBandwidthError):
        edge_mass(SQUARE, bandwidth_m=0.0)
    with pytest.raises(UnknownKernelError):
        edge_mass(SQUARE, bandwidth_m=500.0, kernel="cosine")
    with pytest.raises(InvalidParameterError, match="empty"):
        edge_mass(shapely.Polygon(), bandwidth_m=500.0)
    with pytest.raises(InvalidValuesError, match="shape"):
        kernel_mass_inside(np.ones((2, 2)), Grid(0.0, 1.0, 1.0, 3, 3), bandwidth_m=1.0)
