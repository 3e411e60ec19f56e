"""Nearest-neighbour hierarchical clusters: against the rule written out, and its threshold."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.clusters.methods import second_order
from spatial.clusters.nearest_neighbour import nearest_neighbour_labels, random_nearest_m
from spatial.errors import InvalidParameterError


def oracle(places, counts, distance_m, minimum):
    """The rule, with everything counted anew for each seed."""
    near = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) <= distance_m
    labels, cluster = np.full(len(places), -1), 0
    while True:
        left = (near * counts * (labels < 0)).sum(axis=1) * (labels < 0)
        seed = int(np.argmax(left))
        if left[seed] < minimum:
            return labels
        labels[near[seed] & (labels < 0)] = cluster
        cluster += 1


@given(st.integers(0, 2**32 - 1), st.sampled_from([10.0, 15.0, 40.0]), st.integers(2, 8))
def test_clusters_are_those_of_the_rule(seed, distance_m, minimum):
    rng = np.random.default_rng(seed)
    places = 10.0 * np.unique(rng.integers(0, 20, (int(rng.integers(1, 120)), 2)), axis=0)
    counts = rng.integers(1, 4, len(places)).astype(float)
    np.testing.assert_array_equal(
        nearest_neighbour_labels(places, counts, distance_m=distance_m, minimum=minimum),
        oracle(places, counts, distance_m, minimum),
    )


def test_the_random_distance_is_that_of_clark_and_evans():
    assert random_nearest_m(100, 1e6) == 50.0
    rng = np.random.default_rng(2)
    xy = rng.uniform(0, 1_000, (1_000, 2))
    gap = np.abs(xy[:, None] - xy[None])
    gap = np.minimum(gap, 1_000 - gap)  # on a torus, which has no edge
    distance = np.hypot(gap[..., 0], gap[..., 1]) + np.diag([math.inf] * 1_000)
    assert distance.min(axis=1).mean() == pytest.approx(random_nearest_m(1_000, 1e6), rel=0.05)


def test_clusters_of_clusters_have_a_threshold_of_their_own():
    corners = np.array([[0.0, 0.0], [300.0, 0.0], [9_000.0, 9_000.0]])
    xy_m = np.repeat(corners, 4, axis=0)
    labels, threshold_m = second_order(xy_m, np.repeat([0, 1, 2], 4), area_m2=1e8)
    assert threshold_m == pytest.approx(0.5 * math.sqrt(1e8 / 3))
    assert labels.tolist() == [0, 0, -1]


def test_one_cluster_is_none_of_the_second_order():
    labels, threshold_m = second_order(np.zeros((3, 2)), np.zeros(3, np.int64), area_m2=1e6)
    assert labels.tolist() == [-1]
    assert threshold_m == 0.0


@pytest.mark.parametrize(("distance_m", "minimum"), [(0.0, 3), (math.nan, 3), (10.0, 1)])
def test_thresholds_without_meaning_are_refused(distance_m, minimum):
    with pytest.raises(InvalidParameterError):
        nearest_neighbour_labels(
            np.zeros((3, 2)), np.ones(3), distance_m=distance_m, minimum=minimum
        )
