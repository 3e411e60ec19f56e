"""The optimised distance: the first peak, the largest value, and requests that are refused."""

import numpy as np
import pytest

from spatial.errors import InvalidNeighboursError, InvalidParameterError
from spatial.local_statistics.global_statistics import global_moran
from spatial.local_statistics.optimised_distance import optimised_distance
from spatial.weights.distance_weights import distance_band

ORIGIN = np.array([545_000.0, 258_000.0])


def test_the_optimised_distance_is_the_first_peak_of_moran():
    side = 20
    xy = np.array([(c * 100.0, r * 100.0) for r in range(side) for c in range(side)]) + ORIGIN
    rng = np.random.default_rng(0)
    values = np.zeros((side, side))
    for r, c in rng.integers(2, side - 2, (9, 2)):
        values[r - 2 : r + 3, c - 2 : c + 3] += 5.0
    values = values.ravel() + rng.random(side * side)
    found = optimised_distance(xy, values)
    assert found.reason == "first peak"
    assert len(found.tried_m) == len(found.z_score)
    at = found.tried_m.index(found.distance_m)
    assert found.z_score[at - 1] < found.z_score[at] > found.z_score[at + 1]
    assert not any(
        a < b > c
        for a, b, c in zip(found.z_score, found.z_score[1:at], found.z_score[2:], strict=False)
    )
    band = distance_band(xy, found.distance_m).row_standardised()
    assert global_moran(values, band).z_score == pytest.approx(found.z_score[at])


def test_without_a_peak_the_largest_is_taken_and_said():
    xy = np.array([(c * 100.0, 0.0) for c in range(300)])
    found = optimised_distance(xy, np.arange(300.0), steps=4)
    assert found.reason == "largest"
    assert found.distance_m == found.tried_m[int(np.argmax(found.z_score))]


def test_every_area_but_outliers_has_a_neighbour_at_the_first_distance():
    xy = np.vstack([ORIGIN + np.random.default_rng(2).random((60, 2)) * 1_000, ORIGIN + 50_000.0])
    found = optimised_distance(xy, np.random.default_rng(0).poisson(5, 61))
    assert distance_band(xy, found.tried_m[0]).islands.tolist() == [60]


def test_requests_without_meaning_are_refused():
    with pytest.raises(InvalidNeighboursError):
        optimised_distance(np.zeros((9, 2)), np.arange(9.0))
    with pytest.raises(InvalidParameterError):
        optimised_distance(np.random.default_rng(0).random((25, 2)), np.arange(25.0), steps=2)


@pytest.mark.parametrize("is_hexagonal", [False, True])
@pytest.mark.parametrize("corner", [(0.0, 0.0), (545_123.4, 258_987.6), (-3e5, 9e5)])
def test_the_first_distances_of_a_lattice_reach_whole_rings(is_hexagonal, corner):
    rows, cols = np.mgrid[0:9, 0:9].astype(float)
    if is_hexagonal:
        cols, rows = cols + 0.5 * (rows % 2), rows * np.sqrt(0.75)
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    xy = np.array(corner) + 1_000.0 * np.column_stack([cols.ravel(), rows.ravel()]) @ turn
    found = optimised_distance(xy, np.random.default_rng(0).poisson(5, len(xy)), steps=3)
    assert found.tried_m == pytest.approx((1_000.0, 2_000.0, 3_000.0))
    counts = [distance_band(xy, distance).counts[40] for distance in found.tried_m]
    assert counts == ([6, 18, 36] if is_hexagonal else [4, 12, 28])
