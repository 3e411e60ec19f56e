"""Percent-volume contours: analytic areas, nesting, holes, plateaus, borders."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.coordinates.grid import Grid
from spatial.density.density import density_on_grid
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.surfaces.contours import volume_contours
from tests.strategies import quantities

GRID = Grid(left_m=-1_000.0, top_m=1_000.0, cell_m=10.0, rows=200, cols=200)
SMALL = Grid(left_m=500_000.0, top_m=300_000.0, cell_m=100.0, rows=7, cols=9)
SURFACES = hnp.arrays(np.float64, (7, 9), elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, 7.0]))


@pytest.mark.parametrize(
    ("kernel", "power"), [("quartic", 2), ("epanechnikov", 1), ("triweight", 3)]
)
def test_one_point_gives_discs_of_the_radius_that_holds_the_share(kernel, power):
    surface = density_on_grid([[3.0, 4.0]], GRID, bandwidth_m=800.0, kernel=kernel)
    for contour in volume_contours(surface, GRID, shares=(0.1, 0.25, 0.5, 0.75, 0.9)):
        # The mass within u is 1 - (1 - u^2)^(p + 1).
        u_sq = 1 - (1 - contour.share) ** (1 / (power + 1))
        assert contour.area_km2 == pytest.approx(np.pi * 0.64 * u_sq, rel=0.01)
        assert contour.mass_share == pytest.approx(contour.share, abs=2e-3)
        assert contour.mass == pytest.approx(contour.share, abs=2e-3)
        assert contour.parts == 1
        centre = contour.geometry.centroid
        assert (centre.x, centre.y) == pytest.approx((3.0, 4.0), abs=2.0)


def smallest_cells(surface: np.ndarray, share: float) -> float:
    """The density of the last cell taken, cell by cell from the densest."""
    held, total = 0.0, surface.sum()
    for value in sorted(surface.ravel(), reverse=True):
        held += value
        if held >= share * total * (1 - 1e-12):
            return value
    raise AssertionError


@given(surface=SURFACES, shares=st.lists(quantities(0.01, 1.0), min_size=1, max_size=4))
def test_the_cells_inside_are_the_densest_that_hold_the_share(surface, shares):
    contours = volume_contours(surface, SMALL, shares=shares)
    assert [c.share for c in contours] == sorted(set(shares))
    x, y = np.meshgrid(SMALL.x_centres_m, SMALL.y_centres_m)
    for contour in contours:
        if not surface.any():
            assert contour.geometry.is_empty
            assert np.isnan(contour.mass_share)
            continue
        last = smallest_cells(surface, contour.share)
        taken = surface >= last
        assert contour.mass == pytest.approx(surface[taken].sum() * 0.01)
        assert contour.mass_share >= contour.share - 1e-9
        assert contour.geometry.is_valid
        np.testing.assert_array_equal(shapely.contains_xy(contour.geometry, x, y), taken)


@given(surface=SURFACES)
def test_each_area_lies_within_the_next(surface):
    contours = volume_contours(surface, SMALL, shares=(0.2, 0.4, 0.6, 0.8, 1.0))
    for inner, outer in itertools.pairwise(contours):
        assert inner.area_km2 <= outer.area_km2 * (1 + 1e-12)
        assert shapely.difference(inner.geometry, outer.geometry).area < 1e-6
        assert inner.mass <= outer.mass


@given(surface=hnp.arrays(np.float64, (7, 9), elements=quantities(0, 1e6)))
def test_any_surface_gives_valid_areas(surface):
    for contour in volume_contours(surface, SMALL):
        assert contour.geometry.is_valid
        assert contour.geometry.geom_type == "MultiPolygon"
        assert contour.area_km2 == pytest.approx(contour.geometry.area / 1e6)


def test_a_ring_has_a_hole():
    x, y = np.meshgrid(GRID.x_centres_m, GRID.y_centres_m)
    ring = np.exp(-(((np.hypot(x, y) - 500) / 60) ** 2))
    (half,) = volume_contours(ring, GRID, shares=(0.5,))
    (polygon,) = half.geometry.geoms
    assert len(polygon.interiors) == 1
    assert not half.geometry.contains(shapely.Point(0, 0))


def test_a_surface_up_to_the_border_closes_there():
    (all_of_it,) = volume_contours(np.ones((7, 9)), SMALL, shares=(0.5,))
    assert all_of_it.mass_share == 1.0  # a plateau goes in as a whole
    left, bottom, right, top = all_of_it.geometry.bounds
    assert (left, bottom, right, top) == pytest.approx(SMALL.bounds_m)


def test_nan_outside_a_study_area_counts_as_nothing():
    surface = density_on_grid([[0.0, 0.0], [600.0, 0.0]], GRID, bandwidth_m=300.0)
    cut = surface.copy()
    cut[:, 130:] = np.nan
    zero = np.nan_to_num(cut)
    for with_nan, with_zero in zip(
        volume_contours(cut, GRID), volume_contours(zero, GRID), strict=True
    ):
        assert with_nan.geometry.equals(with_zero.geometry)
        assert with_nan.mass == with_zero.mass


def test_the_scale_of_the_surface_does_not_matter():
    surface = density_on_grid([[0.0, 0.0], [250.0, 130.0]], GRID, bandwidth_m=300.0)
    for once, more in zip(
        volume_contours(surface, GRID), volume_contours(surface * 4.0, GRID), strict=True
    ):
        assert once.geometry.equals_exact(more.geometry, tolerance=1e-6)
        assert more.mass == pytest.approx(4.0 * once.mass)


def test_two_far_clusters_are_two_parts():
    surface = density_on_grid([[-500.0, 0.0], [500.0, 0.0]], GRID, bandwidth_m=300.0)
    assert [c.parts for c in volume_contours(surface, GRID)] == [2, 2, 2]


@pytest.mark.parametrize("share", [0.0, -0.5, 1.1, np.nan])
def test_a_share_out_of_range_is_named(share):
    with pytest.raises(InvalidParameterError, match="share"):
        volume_contours(np.ones((7, 9)), SMALL, shares=(share,))


@pytest.mark.parametrize("bad", [-1.0, np.inf])
def test_negative_and_infinite_surfaces_are_refused(bad):
    surface = np.ones((7, 9))
    surface[2, 3] = bad
    with pytest.raises(InvalidValuesError, match="density"):
        volume_contours(surface, SMALL)


def test_a_surface_of_another_shape_is_refused():
    with pytest.raises(InvalidValuesError, match="shape"):
        volume_contours(np.ones((9, 7)), SMALL)
