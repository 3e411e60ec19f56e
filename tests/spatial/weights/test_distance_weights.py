"""Neighbours by distance: against all pairs, ties, and limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.density.kernels import KERNELS
from spatial.errors import InvalidNeighboursError, InvalidParameterError, UnknownKernelError
from spatial.weights.distance_weights import (
    distance_band,
    expected_links,
    inverse_distance,
    kernel_weights,
    knn,
    tolerance_m,
)
from tests.spatial.lattices import dense_weights, lattice, neighbours_of
from tests.strategies import SEEDS, quantities

ORIGIN = np.array([545_000.0, 258_000.0])


def scattered(seed, n=25, *, on_a_lattice=False):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 6, (n, 2)) * 100.0 if on_a_lattice else rng.random((n, 2)) * 1_000
    return ORIGIN + xy


def apart(xy):
    return np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))


@given(seed=SEEDS, k=st.integers(1, 24), on_a_lattice=st.booleans())
def test_k_nearest_are_the_k_nearest_the_first_of_equals(seed, k, on_a_lattice):
    xy = scattered(seed, on_a_lattice=on_a_lattice)
    found = knn(xy, k)
    distance = np.round(apart(xy), 6)
    np.fill_diagonal(distance, np.inf)
    for i in range(len(xy)):
        nearest = np.lexsort((np.arange(len(xy)), distance[i]))[:k]
        assert neighbours_of(found, i).tolist() == sorted(nearest.tolist())


@given(seed=SEEDS, distance=quantities(1, 2_000))
def test_a_band_is_all_within_it(seed, distance):
    xy = scattered(seed)
    np.testing.assert_array_equal(
        dense_weights(distance_band(xy, distance)),
        ((apart(xy) <= distance + tolerance_m(distance)) & ~np.eye(25, dtype=bool)).astype(float),
    )


def test_a_centre_at_exactly_the_distance_is_a_neighbour():
    found = distance_band([[0.0, 0.0], [1_500.0, 0.0], [3_000.1, 0.0]], 1_500.0)
    assert found.counts.tolist() == [1, 1, 0]
    assert found.islands.tolist() == [2]


def grid_centres(shape, spacing, corner, turn):
    """Inner and all centres of a lattice, wherever it lies and however it is turned."""
    rows, cols = np.mgrid[0:9, 0:9].astype(float)
    if shape == "hexagons":
        cols, rows = cols + 0.5 * (rows % 2), rows * np.sqrt(0.75)
    angle = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return corner + spacing * np.column_stack([cols.ravel(), rows.ravel()]) @ angle


# Centres in rings about each: how far in spacings, and how many with those of the rings before.
RINGS = {
    "squares": [(1.0, 4), (np.sqrt(2.0), 8), (2.0, 12), (np.sqrt(5.0), 20)],
    "hexagons": [(1.0, 6), (np.sqrt(3.0), 12), (2.0, 18), (np.sqrt(7.0), 30)],
}
MIDDLE = 4 * 9 + 4


@given(
    shape=st.sampled_from(sorted(RINGS)),
    ring=st.integers(0, 3),
    spacing=quantities(2.0, 20_000.0),
    corner=st.tuples(quantities(-1e6, 1e6), quantities(-1e6, 1e7)),
    turn=quantities(0.0, 6.28),
    rounded=st.booleans(),
)
def test_a_band_of_a_lattice_is_whole_rings_whatever_its_centres_round_to(
    shape, ring, spacing, corner, turn, rounded
):
    xy = grid_centres(shape, spacing, np.array(corner), turn)
    if rounded:
        xy = np.round(xy, 4)
    share, members = RINGS[shape][ring]
    distance = share * spacing
    assert distance_band(xy, distance).counts[MIDDLE] == members
    fading = inverse_distance(xy, distance)
    assert fading.counts[MIDDLE] == members
    assert kernel_weights(xy, distance, kernel="uniform").counts[MIDDLE] == members
    inner = RINGS[shape][ring - 1][1] if ring else 0
    assert kernel_weights(xy, distance, kernel="quartic").counts[MIDDLE] == inner


def test_a_centre_meant_to_be_out_is_out():
    found = distance_band([[0.0, 0.0], [1_000.01, 0.0]], 1_000.0)
    assert found.counts.tolist() == [0, 0]


@given(seed=SEEDS, power=st.sampled_from([0.5, 1.0, 2.0]))
def test_inverse_distance_fades_with_the_power(seed, power):
    xy = scattered(seed)
    distance = apart(xy)
    expected = np.where(
        (distance <= 400) & ~np.eye(25, dtype=bool), np.maximum(distance, 1.0) ** -power, 0.0
    )
    np.testing.assert_allclose(
        dense_weights(inverse_distance(xy, 400.0, power=power)), expected, rtol=1e-12
    )


def test_centres_at_one_place_count_as_a_metre_apart():
    found = inverse_distance([[0.0, 0.0], [0.0, 0.0], [2.0, 0.0]], 10.0)
    assert dense_weights(found)[0].tolist() == [0.0, 1.0, 0.5]


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_kernel_weights_are_the_shape_of_the_kernel(kernel):
    xy = scattered(3)
    distance = apart(xy)
    expected = KERNELS[kernel].shape(distance / 400.0)
    np.fill_diagonal(expected, 0.0)
    found = kernel_weights(xy, 400.0, kernel=kernel)
    np.testing.assert_allclose(dense_weights(found), expected, rtol=1e-12)
    assert np.all(found.self_weights == 1.0)


def test_the_rule_is_named_as_a_query_names_it():
    xy = scattered(1)
    assert knn(xy, 8).rule == "knn:8"
    assert distance_band(xy, 1500.0).rule == "distance:1500"
    assert inverse_distance(xy, 1500.0).rule == "inverse-distance:1500"
    assert kernel_weights(xy, 1500.0).rule == "kernel:1500"


@pytest.mark.parametrize("k", [0, -1, 25, 100])
def test_k_beyond_the_areas_is_refused(k):
    with pytest.raises(InvalidNeighboursError):
        knn(scattered(0), k)


@pytest.mark.parametrize("distance", [0.0, -5.0, np.nan, np.inf])
def test_distances_without_meaning_are_refused(distance):
    for rule in (distance_band, inverse_distance, kernel_weights):
        with pytest.raises(InvalidParameterError):
            rule(scattered(0), distance)


def test_other_requests_without_meaning_are_refused():
    with pytest.raises(InvalidParameterError):
        inverse_distance(scattered(0), 100.0, power=0.0)
    with pytest.raises(UnknownKernelError):
        kernel_weights(scattered(0), 100.0, kernel="cubic")


def test_a_band_over_everything_is_refused_before_its_pairs_are_made():
    xy = np.random.default_rng(0).random((12_000, 2))
    with pytest.raises(InvalidNeighboursError, match="more than"):
        distance_band(xy, 2.0)


def test_eight_nearest_of_a_lattice_are_its_queen_neighbours():
    xy = np.array([(c * 250.0, -r * 250.0) for r in range(7) for c in range(9)]) + ORIGIN
    inner = [r * 9 + c for r in range(1, 6) for c in range(1, 8)]
    nearest, queen = knn(xy, 8), lattice(7, 9)
    for i in inner:
        assert neighbours_of(nearest, i).tolist() == neighbours_of(queen, i).tolist()


def test_expected_links_are_those_of_some_of_the_areas():
    xy_m = np.random.default_rng(6).uniform(0.0, 30_000.0, (200, 2))
    assert expected_links(xy_m, 2_000.0) == pytest.approx(distance_band(xy_m, 2_000.0).links)
    many = np.random.default_rng(6).uniform(0.0, 30_000.0, (3_000, 2))
    assert expected_links(many, 2_000.0) == pytest.approx(
        distance_band(many, 2_000.0).links, rel=0.1
    )
