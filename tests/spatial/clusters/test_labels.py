"""Labels of clusters: those of scikit-learn, whatever the order of the points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN, HDBSCAN, OPTICS, compute_optics_graph

from spatial.clusters.kernels import fast_dbscan_labels
from spatial.clusters.labels import (
    dbscan_labels,
    hdbscan_labels,
    neighbour_pairs,
    optics_labels,
)
from spatial.clusters.methods import Method, distinct
from spatial.clusters.reachability import reachability_of
from tests.spatial.clusters.patterns import towns

SEEDS = st.integers(0, 2**32 - 1)


def snapped(seed: int, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Places on a lattice, so that many distances are equal, with whole weights."""
    rng = np.random.default_rng(seed)
    lattice = rng.integers(0, 25, (int(rng.integers(1, 150)), dimensions))
    places = 10.0 * np.unique(lattice, axis=0)
    return places, rng.integers(0, 4, len(places)).astype(float)


@given(SEEDS, st.sampled_from([2, 3]), st.sampled_from([10.0, 15.0, 20.0]), st.integers(1, 9))
def test_the_kernel_gives_the_labels_of_scikit_learn(seed, dimensions, distance, minimum):
    places, weights = snapped(seed, dimensions)
    np.testing.assert_array_equal(
        fast_dbscan_labels(places, weights, distance=distance, minimum=minimum),
        dbscan_labels(places, weights, distance=distance, minimum=minimum),
    )


@pytest.mark.compiled
def test_the_kernel_gives_the_labels_of_scikit_learn_of_many_points():
    xy_m = np.unique(towns(4_000, seed=3), axis=0)
    ones = np.ones(len(xy_m))
    labels = dbscan_labels(xy_m, ones, distance=180.0, minimum=8)
    assert labels.max() > 3
    np.testing.assert_array_equal(
        fast_dbscan_labels(xy_m, ones, distance=180.0, minimum=8), labels
    )


@given(SEEDS)
def test_weights_are_repeated_records(seed):
    places, weights = snapped(seed, 2)
    records = np.repeat(places, weights.astype(int), axis=0)
    if not len(records):
        return
    expected = DBSCAN(eps=15.0, min_samples=5, algorithm="kd_tree").fit(records).labels_
    method = Method("dbscan", 15.0, 5)
    none = np.zeros(len(records))
    np.testing.assert_array_equal(method.labels(records, none + 1.0, none), expected)


def test_places_without_weight_have_no_cluster():
    places = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert dbscan_labels(places, [0.0, 0.0], distance=5.0, minimum=1).tolist() == [-1, -1]


@pytest.mark.parametrize("minimum", [5, 12])
def test_hdbscan_and_optics_are_those_of_scikit_learn_on_sorted_records(minimum):
    xy_m = towns(400, seed=5)
    by_x = np.lexsort((xy_m[:, 1], xy_m[:, 0]))
    hdbscan = HDBSCAN(min_cluster_size=minimum, algorithm="kd_tree", copy=True)
    np.testing.assert_array_equal(
        hdbscan_labels(xy_m, minimum=minimum)[by_x], hdbscan.fit_predict(xy_m[by_x])
    )
    optics = OPTICS(min_samples=minimum, max_eps=800.0)
    np.testing.assert_array_equal(
        optics_labels(xy_m, minimum=minimum, distance=800.0)[by_x],
        optics.fit_predict(xy_m[by_x]),
    )


@pytest.mark.parametrize(("grid_m", "distance"), [(0.01, 800.0), (100.0, 300.0)])
def test_points_are_reached_in_the_order_of_scikit_learn(grid_m, distance):
    xy_m = (towns(300, seed=9) / grid_m).round() * grid_m
    options = {"metric": "minkowski", "p": 2, "metric_params": None, "algorithm": "kd_tree"}
    ordering, _, reachability, predecessor = compute_optics_graph(
        xy_m, min_samples=6, max_eps=distance, leaf_size=30, n_jobs=None, **options
    )
    graph = reachability_of(xy_m, minimum=6, distance=distance)
    for ours, theirs in zip(graph, (ordering, reachability, predecessor), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["dbscan", "hdbscan", "optics", "nearest-neighbour"])
def test_the_order_of_records_does_not_matter(name):
    xy_m = towns(300, seed=6).round(-2)
    method, ones = Method(name, 250.0, 6), np.ones(len(xy_m))
    labels = method.labels(xy_m, ones, ones)
    assert labels.max() > 0
    order = np.random.default_rng(1).permutation(len(xy_m))
    shuffled = method.labels(xy_m[order], ones, ones)
    if name in ("hdbscan", "optics"):  # equal records are told apart by nothing but their order
        first = [sorted(map(tuple, xy_m[labels == k])) for k in range(labels.max() + 1)]
        second = [
            sorted(map(tuple, xy_m[order][shuffled == k])) for k in range(shuffled.max() + 1)
        ]
        assert first == second
    else:
        np.testing.assert_array_equal(shuffled, labels[order])


def test_records_of_one_place_do_not_disturb_optics():
    xy_m = np.repeat(towns(40, seed=7), 8, axis=0)
    assert optics_labels(xy_m, minimum=6, distance=500.0).max() >= 0
    assert optics_labels(xy_m[::8] * 1e3, minimum=6, distance=1.0).max() == -1


def test_a_day_counts_as_its_metres():
    xy_m = np.zeros((6, 2))
    days = np.array([0.0, 1.0, 2.0, 40.0, 41.0, 42.0])
    method = Method("dbscan", 100.0, 3, metres_per_day=50.0)
    labels = method.labels(xy_m, np.ones(6), days)
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]
    slower = Method("dbscan", 100.0, 3, metres_per_day=100.1)
    assert slower.labels(xy_m, np.ones(6), days).tolist() == [-1] * 6


def test_pairs_are_counted_with_each_place_itself():
    places = np.array([[0.0, 0.0], [3.0, 4.0], [100.0, 0.0]])
    assert neighbour_pairs(places, 5.0) == 5


def test_distinct_places_keep_their_records():
    places, place_of, records = distinct(np.array([[2.0, 1.0], [1.0, 5.0], [2.0, 1.0]]))
    assert places.tolist() == [[1.0, 5.0], [2.0, 1.0]]
    assert place_of.tolist() == [1, 0, 1]
    assert records.tolist() == [1, 2]
