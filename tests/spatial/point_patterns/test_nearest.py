"""F and G: against spatstat, pointpats, and counted one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.point_patterns.nearest import empty_space_m, nearest_neighbours_m, share_within
from tests.spatial.point_patterns.windows import NAMES, POINTS, WINDOWS, recorded

DISTANCES = np.array([1.0, 3.0, 5.0, 9.0])
LENGTHS = hnp.arrays(np.float64, 12, elements=st.integers(0, 12))


@given(LENGTHS, LENGTHS)
def test_shares_are_of_places_as_far_from_the_border(nearest, border):
    shares = share_within(nearest, border, DISTANCES)
    for share, r in zip(shares, DISTANCES, strict=True):
        at_risk = border >= r
        if not at_risk.any():
            assert np.isnan(share)
        else:
            assert share == np.mean(nearest[at_risk] <= r)


@pytest.mark.parametrize("name", NAMES)
def test_f_and_g_equal_those_of_spatstat(name):
    window, said = WINDOWS[name], recorded(name)
    distances = said["r"].astype(np.float64)
    g = share_within(
        nearest_neighbours_m(POINTS), window.border_distance(POINTS, 240.0), distances
    )
    # Its distances are counted in steps of half a metre.
    np.testing.assert_allclose(g, said["G"].astype(float), atol=0.011)
    places = np.stack(np.meshgrid(np.arange(12.5, 1_200, 25), np.arange(12.5, 1_000, 25)), -1)
    places = places.reshape(-1, 2)[window.contains(places.reshape(-1, 2))]
    f = share_within(
        empty_space_m(places, POINTS), window.border_distance(places, 240.0), distances
    )
    np.testing.assert_allclose(f, said["F"].astype(float), atol=1e-12)


def test_without_correction_they_equal_those_of_pointpats():
    from pointpats import distance_statistics

    support = np.array([0.0, 20.0, 40.0, 80.0, 500.0])
    nearest, infinite = nearest_neighbours_m(POINTS), np.full(len(POINTS), np.inf)
    np.testing.assert_allclose(
        share_within(nearest, infinite, support[1:]),
        distance_statistics.g(POINTS, support=support)[1][1:],
    )
    places = WINDOWS["polygon"].locations_m
    empty = empty_space_m(places, POINTS)
    np.testing.assert_allclose(
        share_within(empty, np.full(len(places), np.inf), support[1:]),
        distance_statistics.f(POINTS, support=support, distances=empty)[1][1:],
    )


def test_what_is_alone_has_no_neighbour():
    assert nearest_neighbours_m(np.zeros((0, 2))).tolist() == []
    assert nearest_neighbours_m(np.zeros((1, 2))).tolist() == [np.inf]
    assert nearest_neighbours_m(np.zeros((2, 2))).tolist() == [0.0, 0.0]
    assert empty_space_m(np.zeros((1, 2)), np.zeros((0, 2))).tolist() == [np.inf]
