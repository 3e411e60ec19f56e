"""K, L and the pair correlation: against spatstat, pointpats, and the formula over all pairs."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.point_patterns.pair_distances import (
    kernel_reach_m,
    overlap_of,
    pair_correlation,
    ripley_k,
    ripley_l,
)
from spatial.point_patterns.windows import Window
from tests.spatial.point_patterns.windows import NAMES, POINTS, WINDOWS, recorded

SQUARE = Window(shapely.box(0.0, 0.0, 100.0, 100.0))
PLACES = hnp.arrays(
    np.float64, st.tuples(st.integers(2, 25), st.just(2)), elements=st.integers(20, 80)
)
DISTANCES = np.array([3.0, 10.0, 17.5, 30.0])


def overlap(window, reach_m, *, is_corrected=True):
    return overlap_of(window, reach_m, is_corrected=is_corrected)


def slow_sums(points, term):
    """A sum over ordered pairs, one by one, with the shared area of the square."""
    total = np.zeros(len(DISTANCES))
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            if i != j:
                dx, dy = np.abs(a - b)
                total += term(np.hypot(dx, dy)) / ((100.0 - dx) * (100.0 - dy))
    return total


@given(PLACES)
def test_k_is_the_sum_over_all_pairs(points):
    k = ripley_k(points, DISTANCES, overlap(SQUARE, 30.0), SQUARE.area_m2)
    n = len(points)
    slow = slow_sums(points, lambda d: (d <= DISTANCES) * 1.0) * 1e8 / (n * (n - 1))
    np.testing.assert_allclose(k, slow, rtol=1e-9)


@given(PLACES)
def test_the_pair_correlation_is_the_kernel_sum_over_all_pairs(points):
    def kernel(distance):
        u = (DISTANCES - distance) / 5.0
        return np.maximum(0.75 * (1.0 - u * u), 0.0) / 5.0

    g = pair_correlation(points, DISTANCES, overlap(SQUARE, 35.0), SQUARE.area_m2, kernel_m=5.0)
    n = len(points)
    slow = slow_sums(points, kernel) * 1e8 / (2 * np.pi * DISTANCES * n * (n - 1))
    np.testing.assert_allclose(g, slow, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_k_equals_that_of_spatstat(name):
    window, said = WINDOWS[name], recorded(name)
    distances = said["r"].astype(np.float64)
    plain = ripley_k(POINTS, distances, overlap(window, 240.0, is_corrected=False), window.area_m2)
    np.testing.assert_allclose(plain, said["k_none"].astype(float), rtol=1e-12)
    k = ripley_k(POINTS, distances, overlap(window, 240.0), window.area_m2)
    rtol = 1e-12 if name == "rectangle" else 1e-3
    np.testing.assert_allclose(k, said["k_exact"].astype(float), rtol=rtol)
    # Its own default takes the shared area from a raster of 128 cells.
    np.testing.assert_allclose(k, said["k_translate"].astype(float), rtol=2e-3)
    l_function = ripley_l(POINTS, distances, overlap(window, 240.0), window.area_m2)
    np.testing.assert_allclose(l_function, np.sqrt(k / np.pi))


@pytest.mark.parametrize("name", NAMES)
def test_the_pair_correlation_equals_that_of_spatstat(name):
    window, said = WINDOWS[name], recorded(name)
    kernel_m = kernel_reach_m(len(POINTS), window.area_m2)
    g = pair_correlation(
        POINTS, said["r"].astype(np.float64), overlap(window, 240.0 + kernel_m), window.area_m2,
        kernel_m=kernel_m,
    )  # fmt: skip
    # It takes the shared area from a raster, and sums the kernel on a grid.
    np.testing.assert_allclose(g, said["pcf"].astype(float), rtol=3e-3)


def test_without_correction_k_equals_that_of_pointpats():
    from pointpats import distance_statistics

    rng = np.random.default_rng(2)
    points = np.concatenate(
        [[[0, 0], [0, 100], [100, 0], [100, 100]], rng.uniform(0, 100, (400, 2))]
    )
    support = np.append(0.0, DISTANCES + 0.01)
    said = distance_statistics.k(points, support=support)[1][1:]
    k = ripley_k(points, support[1:], overlap(SQUARE, 31.0, is_corrected=False), SQUARE.area_m2)
    # Its hull is the square, and it divides by n where ours divides by n - 1.
    np.testing.assert_allclose(k * (len(points) - 1) / len(points), said, rtol=1e-9)


@given(PLACES, st.integers(-1_000, 1_000))
def test_k_moves_with_its_window(points, by):
    moved = Window(shapely.box(by, by, by + 100.0, by + 100.0))
    np.testing.assert_allclose(
        ripley_k(points + by, DISTANCES, overlap(moved, 30.0), moved.area_m2),
        ripley_k(points, DISTANCES, overlap(SQUARE, 30.0), SQUARE.area_m2),
        rtol=1e-9,
    )


def test_points_at_one_place_are_pairs_at_distance_nought():
    points = np.array([[50.0, 50.0]] * 3 + [[10.0, 10.0]])
    k = ripley_k(points, DISTANCES, overlap(SQUARE, 30.0), SQUARE.area_m2)
    np.testing.assert_allclose(k, 6 * 1e4 / 12)


@pytest.mark.parametrize("number", [0, 1])
def test_fewer_than_two_points_have_no_pairs(number):
    points = np.full((number, 2), 50.0)
    area = overlap(SQUARE, 35.0)
    assert np.isnan(ripley_k(points, DISTANCES, area, 1e4)).all()
    assert np.isnan(pair_correlation(points, DISTANCES, area, 1e4, kernel_m=5.0)).all()
