"""Peaks: prominence level by level, masses counted again, classes, plateaus, ties, insets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.coordinates.grid import Grid
from spatial.coordinates.points import PointIndex
from spatial.density.density import density_on_grid
from spatial.density.kernels import KERNELS
from spatial.errors import InvalidBandwidthError, InvalidParameterError, InvalidValuesError
from spatial.surfaces.peaks import _maxima, find_peaks, peak_reach_m, propose_inset
from tests import oracles
from tests.spatial.speed import compiled_only

GRID = Grid(left_m=0.0, top_m=10_000.0, cell_m=50.0, rows=200, cols=200)
NOWHERE = PointIndex(np.empty((0, 2)))


def peaks_of(xy_m, *, bandwidth_m=600.0, weights=None, kernel="quartic", **options):
    surface = density_on_grid(xy_m, GRID, bandwidth_m=bandwidth_m, kernel=kernel, weights=weights)
    return find_peaks(
        surface,
        GRID,
        PointIndex(xy_m, weights=weights),
        bandwidth_m=bandwidth_m,
        kernel=kernel,
        **options,
    )


def clusters(sizes, centres, seed=1, spread=120.0):
    rng = np.random.default_rng(seed)
    return np.vstack(
        [
            rng.normal(centre, spread, (size, 2))
            for size, centre in zip(sizes, centres, strict=True)
        ]
    )


# --- prominence ----------------------------------------------------------------------------


@given(surface=hnp.arrays(np.float64, (9, 8), elements=st.integers(0, 5).map(float)))
def test_prominences_are_those_found_level_by_level(surface):
    cells, prominence = _maxima(surface)
    expected = oracles.prominences(surface)
    assert len(cells) == len(expected)
    # On a plateau, and between equals, either cell may stand for the peak.
    assert sorted(prominence) == sorted(expected.values())
    heights = surface.ravel()[cells]
    assert (np.diff(heights) <= 0).all()
    if len(cells):
        assert prominence[0] == heights[0] == surface.max()


def test_a_lower_summit_on_the_flank_has_little_prominence():
    # 9 falls to 4 and rises to 6; 3 stands alone.
    surface = np.zeros((5, 20))
    surface[2, 2:9] = [5.0, 9.0, 7.0, 4.0, 5.0, 6.0, 1.0]
    surface[2, 15] = 3.0
    grid = Grid(left_m=0.0, top_m=500.0, cell_m=100.0, rows=5, cols=20)
    found = find_peaks(surface, grid, NOWHERE, bandwidth_m=150.0)
    assert [round(p.prominence * 9, 6) for p in found.peaks] == [9.0, 2.0, 3.0]
    assert [p.density_per_km2 for p in found.peaks] == [9.0, 6.0, 3.0]
    assert [(p.x_m, p.y_m) for p in found.peaks] == [
        (350.0, 250.0),
        (750.0, 250.0),
        (1_550.0, 250.0),
    ]


# --- places, masses, distances, classes ----------------------------------------------------


def test_three_clusters_are_ranked_classed_and_weighed():
    centres = [(2_000, 2_000), (7_000, 3_000), (4_000, 8_000)]
    found = peaks_of(clusters([400, 150, 30], centres))
    assert [p.rank for p in found.peaks] == [1, 2, 3]
    assert [p.peak_class for p in found.peaks] == ["primary", "secondary", "minor"]
    for peak, (x, y), size in zip(found.peaks, centres, [400, 150, 30], strict=True):
        assert np.hypot(peak.x_m - x, peak.y_m - y) < 75.0
        assert peak.mass == size
        assert peak.share == pytest.approx(size / 580)
    first, second, third = found.peaks
    assert first.nearest_higher_m is None
    apart = np.hypot(first.x_m - second.x_m, first.y_m - second.y_m)
    assert second.nearest_higher_m == first.nearest_m == second.nearest_m == pytest.approx(apart)
    assert third.nearest_m == third.nearest_higher_m
    assert [p.rank for p in found.of_class("secondary")] == [2]


def test_two_hotspots_nearly_as_high_are_both_primary():
    found = peaks_of(clusters([300, 290], [(2_000, 2_000), (7_000, 7_000)]))
    assert [p.peak_class for p in found.peaks] == ["primary", "primary"]


def test_the_mass_is_the_weight_within_reach_counted_once():
    xy_m = clusters([300, 200], [(3_000, 3_000), (3_900, 3_000)], spread=200.0)
    weight = np.random.default_rng(2).uniform(0.5, 2.0, len(xy_m))
    found = peaks_of(xy_m, weights=weight)
    at = np.array([(p.x_m, p.y_m) for p in found.peaks])
    away = np.hypot(xy_m[:, None, 0] - at[:, 0], xy_m[:, None, 1] - at[:, 1])
    owner = np.where(away.min(axis=1) <= 600.0, away.argmin(axis=1), -1)
    assert len(found.peaks) == 2
    for k, peak in enumerate(found.peaks):
        assert peak.mass == pytest.approx(weight[owner == k].sum())
        assert peak.share == pytest.approx(weight[owner == k].sum() / weight.sum())


@compiled_only
def test_peaks_are_at_least_a_reach_apart():
    xy_m = np.random.default_rng(3).uniform(0, 10_000, (300, 2))
    found = peaks_of(xy_m, bandwidth_m=700.0, least_prominence=0.0, max_peaks=500)
    at = np.array([(p.x_m, p.y_m) for p in found.peaks])
    away = oracles.distances(at)[~np.eye(len(at), dtype=bool)]
    assert away.min() >= 700.0 * (1 - 1e-9)
    assert len(found.peaks) > 20
    assert found.left_out > 0
    assert sum(p.share for p in found.peaks) <= 1.0 + 1e-12


@compiled_only
def test_every_kernel_finds_the_same_hotspots_within_the_same_reach():
    xy_m = clusters([400, 150], [(2_000, 2_000), (7_000, 3_000)])
    expected = peaks_of(xy_m, bandwidth_m=KERNELS["quartic"].bandwidth_m(220.0))
    for name, kernel in KERNELS.items():
        found = peaks_of(xy_m, bandwidth_m=kernel.bandwidth_m(220.0), kernel=name)
        assert found.reach_m == pytest.approx(expected.reach_m)
        assert [p.mass for p in found.of_class("primary")] == [400]
        assert [p.mass for p in found.of_class("secondary")] == [150]


def test_prominence_and_number_limit_the_answer():
    xy_m = clusters([400, 150, 30], [(2_000, 2_000), (7_000, 3_000), (4_000, 8_000)])
    assert len(peaks_of(xy_m, least_prominence=0.2).peaks) == 2
    short = peaks_of(xy_m, max_peaks=1)
    assert len(short.peaks) == 1
    assert short.peaks[0].nearest_m is None


# --- plateaus and ties ---------------------------------------------------------------------


@pytest.mark.parametrize("kernel", ["uniform", "quartic"])
def test_one_point_is_one_peak_at_its_place(kernel):
    found = peaks_of([[5_025.0, 4_975.0]], kernel=kernel)
    (peak,) = found.peaks
    assert (peak.x_m, peak.y_m) == (5_025.0, 4_975.0)
    assert (peak.mass, peak.share, peak.prominence) == (1.0, 1.0, 1.0)
    assert peak.peak_class == "primary"


def test_a_plateau_is_one_peak_in_its_middle():
    surface = np.zeros((9, 9))
    surface[2:7, 1:8] = 4.0
    grid = Grid(left_m=0.0, top_m=900.0, cell_m=100.0, rows=9, cols=9)
    found = find_peaks(surface, grid, NOWHERE, bandwidth_m=100.0)
    assert [(p.x_m, p.y_m) for p in found.peaks] == [(450.0, 450.0)]
    assert found.left_out == 0


def test_the_place_of_a_ring_is_on_the_ring():
    surface = np.zeros((9, 9))
    surface[2:7, 2:7] = 4.0
    surface[3:6, 3:6] = 1.0
    grid = Grid(left_m=0.0, top_m=900.0, cell_m=100.0, rows=9, cols=9)
    (peak,) = find_peaks(surface, grid, NOWHERE, bandwidth_m=100.0).peaks
    assert surface[int((900 - peak.y_m) // 100), int(peak.x_m // 100)] == 4.0


def test_equal_peaks_are_ranked_the_same_way_every_time():
    xy_m = np.array([[2_025.0, 2_025.0], [8_025.0, 8_025.0], [2_025.0, 8_025.0]])
    found = peaks_of(xy_m)
    assert [(p.x_m, p.y_m) for p in found.peaks] == [
        (2_025, 8_025),
        (8_025, 8_025),
        (2_025, 2_025),
    ]
    assert {p.peak_class for p in found.peaks} == {"primary"}
    assert peaks_of(xy_m[::-1]) == found


def test_the_order_of_points_does_not_matter():
    xy_m = clusters([200, 100, 50], [(2_000, 2_000), (7_000, 3_000), (4_000, 8_000)])
    shuffled = np.random.default_rng(4).permutation(xy_m)
    for one, other in zip(peaks_of(xy_m).peaks, peaks_of(shuffled).peaks, strict=True):
        assert (one.x_m, one.y_m, one.mass) == (other.x_m, other.y_m, other.mass)


# --- awkward inputs ------------------------------------------------------------------------


def test_an_empty_surface_has_no_peak_and_no_inset():
    found = peaks_of(np.empty((0, 2)))
    assert found.peaks == ()
    assert propose_inset(found, np.empty((0, 2)), bandwidth_m=600.0) is None


def test_nan_outside_a_study_area_is_low_ground():
    xy_m = clusters([200, 100], [(2_000, 5_000), (8_000, 5_000)])
    surface = density_on_grid(xy_m, GRID, bandwidth_m=600.0)
    surface[:, 100:] = np.nan
    (peak,) = find_peaks(surface, GRID, PointIndex(xy_m), bandwidth_m=600.0).peaks
    assert (peak.mass, peak.share) == (200, pytest.approx(2 / 3))


def test_a_single_cell_can_be_a_peak():
    grid = Grid(left_m=0.0, top_m=1.0, cell_m=1.0, rows=1, cols=1)
    (peak,) = find_peaks([[2.0]], grid, NOWHERE, bandwidth_m=5.0).peaks
    assert (peak.x_m, peak.y_m, peak.share) == (0.5, 0.5, 0.0)


def test_wrong_arguments_are_named():
    surface = np.ones((200, 200))
    with pytest.raises(InvalidValuesError, match="density"):
        find_peaks(-surface, GRID, NOWHERE, bandwidth_m=1.0)
    with pytest.raises(InvalidValuesError, match="shape"):
        find_peaks(surface[1:], GRID, NOWHERE, bandwidth_m=1.0)
    with pytest.raises(InvalidBandwidthError):
        find_peaks(surface, GRID, NOWHERE, bandwidth_m=np.inf)
    with pytest.raises(InvalidParameterError, match="least_prominence"):
        find_peaks(surface, GRID, NOWHERE, bandwidth_m=1.0, least_prominence=np.nan)
    with pytest.raises(InvalidParameterError, match="max_peaks"):
        find_peaks(surface, GRID, NOWHERE, bandwidth_m=1.0, max_peaks=0)


# --- the inset -----------------------------------------------------------------------------


def test_the_inset_is_about_the_leading_peak_with_a_finer_bandwidth():
    xy_m = clusters([4_000, 500], [(3_000, 3_000), (8_000, 8_000)], spread=300.0)
    found = peaks_of(xy_m, bandwidth_m=900.0)
    inset = propose_inset(found, xy_m, bandwidth_m=900.0)
    left, bottom, right, top = inset.bounds_m
    first = found.peaks[0]
    assert ((left + right) / 2, (bottom + top) / 2) == pytest.approx((first.x_m, first.y_m))
    assert right - left == top - bottom == pytest.approx(6 * 900.0)
    assert 0 < inset.bandwidth_m <= 450.0
    assert inset.cell_m == pytest.approx(inset.bandwidth_m / 8)


def test_the_inset_shows_no_detail_below_the_location_error():
    nodes = np.argwhere(np.ones((12, 12))) * 400.0 + 1_000.0
    xy_m = nodes[np.random.default_rng(5).integers(0, 144, 4_000)]
    inset = propose_inset(peaks_of(xy_m), xy_m, bandwidth_m=600.0)
    assert inset.bandwidth_m == pytest.approx(400.0)
    assert inset.places < 144


def test_the_inset_of_one_place_has_a_bandwidth():
    xy_m = np.full((20, 2), 5_000.0)
    inset = propose_inset(peaks_of(xy_m), xy_m, bandwidth_m=600.0)
    assert inset.rule == "fallback"
    assert inset.bandwidth_m == pytest.approx(300.0)


# --- real data -----------------------------------------------------------------------------


@compiled_only
@pytest.mark.real
def test_the_leading_peaks_of_2024_are_the_two_city_centres(police_xy_m):
    grid = Grid.covering((501_000.0, 236_000.0, 572_000.0, 319_000.0), cell_m=100.0)
    surface = density_on_grid(police_xy_m, grid, bandwidth_m=800.0)
    found = find_peaks(surface, grid, PointIndex(police_xy_m), bandwidth_m=800.0)
    first, second = found.peaks[:2]
    assert np.hypot(first.x_m - 519_150, first.y_m - 298_800) < 250  # Peterborough
    assert np.hypot(second.x_m - 545_150, second.y_m - 258_400) < 250  # Cambridge
    assert {first.peak_class, second.peak_class} == {"primary"}
    assert reach_count(police_xy_m, first) == first.mass
    assert len(found.of_class("secondary")) >= 2


def reach_count(xy_m, peak) -> int:
    return int((np.hypot(xy_m[:, 0] - peak.x_m, xy_m[:, 1] - peak.y_m) <= 800.0).sum())


def test_the_reach_is_the_bandwidth_of_a_quartic():
    assert peak_reach_m(500.0) == pytest.approx(500.0)
    assert peak_reach_m(
        KERNELS["gaussian"].bandwidth_m(100.0), kernel="gaussian"
    ) == pytest.approx(KERNELS["quartic"].bandwidth_m(100.0))
