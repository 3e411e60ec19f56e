"""Ground and points within a distance: against circles worked by hand, and as properties."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.errors import InvalidParameterError
from spatial.networks.surroundings import (
    circles,
    distance_to_nearest,
    ground_of_each,
    ground_together,
    points_around,
    poisson_p_value,
    runs_merged,
)
from tests.strategies import metres

XY = hnp.arrays(np.float64, st.tuples(st.integers(1, 8), st.just(2)), elements=st.integers(0, 9))
HALVES = np.array([shapely.box(0, 0, 5_000, 10_000), shapely.box(5_000, 0, 10_000, 10_000)])


def lens_m2(apart_m, radius_m):
    """The ground that two circles share."""
    if apart_m >= 2 * radius_m:
        return 0.0
    half = apart_m / 2
    return 2 * radius_m**2 * math.acos(half / radius_m) - apart_m * math.sqrt(
        radius_m**2 - half**2
    )


@given(apart_m=metres(0, 1_500), radius_m=metres(100, 600))
def test_two_circles_have_the_ground_of_both_without_what_they_share(apart_m, radius_m):
    places = np.array([[2_000.0, 5_000.0], [2_000.0 + apart_m, 5_000.0]])
    km2, ground = ground_together(circles(places, radius_m), HALVES)
    expected = 2 * math.pi * radius_m**2 - lens_m2(apart_m, radius_m)
    assert km2.sum() * 1e6 == pytest.approx(expected, rel=2e-3)
    assert ground.area == pytest.approx(km2.sum() * 1e6)


def test_a_circle_over_a_border_is_shared_and_what_lies_outside_is_left_out():
    km2, _ = ground_together(circles(np.array([[5_000.0, 0.0]]), 400.0), HALVES)
    np.testing.assert_allclose(km2 * 1e6, math.pi * 400.0**2 / 4, rtol=1e-3)
    place, area, each = ground_of_each(circles(np.array([[5_000.0, 0.0]]), 400.0), HALVES)
    assert sorted(zip(place.tolist(), area.tolist(), strict=True)) == [(0, 0), (0, 1)]
    np.testing.assert_allclose(each * 1e6, math.pi * 400.0**2 / 4, rtol=1e-3)


def test_the_area_of_a_circle_is_exact_and_places_far_away_have_no_ground():
    (inside,) = circles(np.array([[2_500.0, 5_000.0]]), 1_000.0)
    assert inside.area == pytest.approx(math.pi * 1e6, rel=1e-9)
    place, area, km2 = ground_of_each(
        circles(np.array([[2_500.0, 5_000.0], [90_000.0, 0.0]]), 1_000.0), HALVES
    )
    assert (place.tolist(), area.tolist()) == ([0], [0])
    np.testing.assert_allclose(km2, math.pi, rtol=1e-9)


@given(xy_m=XY, places_m=XY, distance_m=st.sampled_from([0.5, 1.0, 2.0, 5.0]))
def test_points_and_distances_are_those_of_every_pair(xy_m, places_m, distance_m):
    pairs = np.hypot(*(xy_m[:, None, :] - places_m[None, :, :]).transpose(2, 0, 1))
    np.testing.assert_allclose(distance_to_nearest(xy_m, places_m), pairs.min(axis=1))
    found = points_around(xy_m, places_m, distance_m)
    np.testing.assert_array_equal(found, (pairs <= distance_m).sum(axis=0))
    merged, repeats = runs_merged(xy_m)
    np.testing.assert_array_equal(np.repeat(merged, repeats, axis=0), xy_m)
    again = points_around(merged, places_m, distance_m, repeats=repeats)
    np.testing.assert_array_equal(again, found)


def test_without_points_or_places_nothing_is_near():
    none, one = np.empty((0, 2)), np.zeros((1, 2))
    assert np.isinf(distance_to_nearest(one, none)).all()
    assert points_around(none, one, 1.0).tolist() == [0]
    assert points_around(one, none, 1.0).tolist() == []


def test_p_is_twice_the_smaller_tail_and_rejects_no_more_than_its_level():
    # P(X >= 4 | 1) = 1 - e^-1 (1 + 1 + 1/2 + 1/6)
    upper = 1 - math.exp(-1) * (1 + 1 + 0.5 + 1 / 6)
    found = poisson_p_value([4, 0, 1, 3], [1.0, 3.0, 1.0, np.nan])
    np.testing.assert_allclose(found, [2 * upper, 2 * math.exp(-3), 1.0, np.nan])
    rng = np.random.default_rng(1)
    for mean in (3.0, 400.0):
        p_value = poisson_p_value(rng.poisson(mean, 5_000), np.full(5_000, mean))
        assert 0.005 < (p_value <= 0.05).mean() <= 0.06


@pytest.mark.parametrize("distance_m", [0.0, -1.0, math.nan, math.inf])
def test_a_distance_without_meaning_is_refused(distance_m):
    with pytest.raises(InvalidParameterError, match="distance_m must be"):
        circles(np.zeros((1, 2)), distance_m)
