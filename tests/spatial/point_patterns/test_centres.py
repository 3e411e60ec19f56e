"""Centres: against pointpats, against a slow search, and where points share places."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import minimize

from spatial.errors import InvalidPointsError
from spatial.point_patterns.centres import centre

POINTS = hnp.arrays(np.float64, st.tuples(st.integers(3, 30), st.just(2)), elements=st.integers(-500, 500))  # fmt: skip
SCATTERED = np.random.default_rng(4).gamma(2.0, 300.0, (300, 2)) @ np.array([[1.0, 0.4], [0, 1]])


def sum_of_distances(points, place):
    return float(np.hypot(*(points - place).T).sum())


def test_centres_and_spread_equal_those_of_pointpats():
    from pointpats import centrography

    spread = centre(SCATTERED)
    major_m, minor_m, turn = centrography.ellipse(SCATTERED)
    np.testing.assert_allclose(spread.mean_m, centrography.mean_center(SCATTERED))
    np.testing.assert_allclose(
        spread.median_m, centrography.euclidean_median(SCATTERED), atol=0.01
    )
    assert spread.standard_distance_m == pytest.approx(centrography.std_distance(SCATTERED))
    assert sorted([spread.major_m, spread.minor_m]) == pytest.approx(sorted([major_m, minor_m]))
    assert np.radians(spread.bearing_deg) % (np.pi / 2) == pytest.approx(-turn % (np.pi / 2))


@given(POINTS)
def test_the_median_has_the_least_sum_of_distances(points):
    least = sum_of_distances(points, centre(points).median_m)
    search = minimize(lambda place: sum_of_distances(points, place), points.mean(axis=0), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 4_000})  # fmt: skip
    assert least <= search.fun + 1e-6 * (1.0 + search.fun)
    assert all(least <= sum_of_distances(points, place) + 1e-6 for place in points)


def test_the_median_is_a_place_that_holds_half_of_the_points():
    points = np.array([[0.0, 0.0]] * 5 + [[900.0, 30.0], [100.0, 800.0], [-50.0, 10.0]])
    assert centre(points).median_m.tolist() == [0.0, 0.0]


@given(POINTS, st.integers(-10_000, 10_000))
def test_centres_move_with_their_points(points, by):
    here, there = centre(points), centre(points + by)
    np.testing.assert_allclose(there.mean_m, here.mean_m + by, atol=1e-6)
    assert there.standard_distance_m == pytest.approx(here.standard_distance_m, abs=1e-6)
    assert there.major_m == pytest.approx(here.major_m, abs=1e-4)


def test_the_longer_axis_points_where_the_points_do():
    along = np.arange(-50.0, 51.0)
    for east, north, bearing in ((0, 1, 0), (1, 1, 45), (1, 0, 90), (1, -1, 135)):
        spread = centre(np.column_stack([along * east, along * north]))
        assert spread.bearing_deg % 180 == pytest.approx(bearing)
        assert spread.minor_m == pytest.approx(0.0, abs=1e-4)


def test_few_points_have_what_can_be_said_of_them():
    nothing, alone, two = (centre(np.zeros((n, 2)) + np.arange(n)[:, None]) for n in range(3))
    assert nothing.points == 0
    assert np.isnan(nothing.mean_m).all()
    assert (alone.median_m.tolist(), alone.standard_distance_m) == ([0.0, 0.0], 0.0)
    assert two.mean_m.tolist() == [0.5, 0.5]
    assert np.isnan(two.major_m)
    with pytest.raises(InvalidPointsError):
        centre([[0.0, np.nan]])
