"""Which cluster each place is in: DBSCAN, HDBSCAN and OPTICS of scikit-learn."""

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_point_weights
from spatial.clusters.reachability import reachability_of

NOISE = -1


def dbscan_labels(
    places: FloatArray, weights: ArrayLike, *, distance: float, minimum: int
) -> IntArray:
    """Density clusters of weighted places (Ester and others 1996).

    Parameters
    ----------
    places : (n, k) float64
        Distinct places in two or three dimensions, in one unit such as metres.
    weights : (n,) float64
        Incidents or harm at each place, at least 0.
    distance : float
        Places up to this far apart are neighbours.
    minimum : int
        At least 1: a place is a core if it and its neighbours weigh at least as much.

    Returns
    -------
    (n,) int64
        Number of the cluster, from 0 in the order of its first core; -1 for none.

    Notes
    -----
    `sklearn.cluster.DBSCAN` with sample weights. A place on the border of two clusters goes to
    the one of the smaller number. It holds the neighbours of all places at a time: count them
    first (`neighbour_pairs`).
    """
    from sklearn.cluster import DBSCAN

    weight = checked_point_weights(weights, len(places))
    if not weight.any():  # nothing, which the model refuses
        return np.full(len(places), NOISE)
    model = DBSCAN(eps=distance, min_samples=minimum, algorithm="kd_tree")
    return np.asarray(model.fit(places, sample_weight=weight).labels_, np.int64)


def hdbscan_labels(points: FloatArray, *, minimum: int) -> IntArray:
    """Clusters of varying density (Campello, Moulavi and Sander 2013).

    Parameters
    ----------
    points : (n, 2) float64
        Records; equal places may repeat.
    minimum : int
        Fewest records of a cluster, and neighbours that its density is measured by; at least 2.

    Returns
    -------
    (n,) int64
        Number of the cluster; -1 for none.

    Notes
    -----
    `sklearn.cluster.HDBSCAN`, which takes no weights. Its labels depend on the order of the
    points, so that they are sorted by easting, then northing, before they go in.
    """
    if len(points) <= minimum:
        return np.full(len(points), NOISE)
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=minimum, algorithm="kd_tree", copy=True)
    return _of_sorted(points, model)


def optics_labels(points: FloatArray, *, minimum: int, distance: float) -> IntArray:
    """Clusters by steep steps of reachability (Ankerst and others 1999).

    Parameters
    ----------
    points : (n, 2) float64
        Records; equal places may repeat.
    minimum : int
        Fewest records of a cluster, and neighbours that reachability is measured by; at least 2.
    distance : float
        Neighbours are looked for up to this far away.

    Returns
    -------
    (n,) int64
        Number of the cluster; -1 for none.

    Notes
    -----
    The labels of `sklearn.cluster.OPTICS` with the xi method (0.05), which takes no weights; the
    points are sorted as for `hdbscan_labels`, and ordered by our own kernel (`reachability_of`).
    """
    if len(points) <= minimum or not _has_core(points, minimum, distance):
        return np.full(len(points), NOISE)
    from sklearn.cluster import cluster_optics_xi

    order = np.lexsort(points.T[::-1])
    ordering, reachability, predecessor = reachability_of(
        points[order], minimum=minimum, distance=distance
    )
    labels = np.empty(len(points), np.int64)
    # Of points at one place reachability is 0, and of lone ones there is none: both are meant.
    with np.errstate(divide="ignore", invalid="ignore"):
        labels[order], _ = cluster_optics_xi(
            reachability=reachability,
            predecessor=predecessor,
            ordering=ordering,
            min_samples=minimum,
            xi=0.05,
        )
    return labels


def _has_core(points: FloatArray, minimum: int, distance: float) -> bool:
    """Whether any point has so many neighbours; the model warns where none has."""
    from scipy.spatial import cKDTree

    number = cKDTree(points).query_ball_point(points, distance, return_length=True)
    return bool(number.max() >= minimum)


def _of_sorted(points: FloatArray, model: object) -> IntArray:
    """The labels of a model of the points in their order on the map."""
    order = np.lexsort(points.T[::-1])
    labels = np.empty(len(points), np.int64)
    labels[order] = model.fit_predict(points[order])  # type: ignore[attr-defined]
    return labels


def neighbour_pairs(places: FloatArray, distance: float) -> int:
    """Ordered pairs of places up to a distance apart, each with itself included.

    Parameters
    ----------
    places : (n, k) float64
        In one unit.
    distance : float
        At least 0.

    Returns
    -------
    int
        Counted in a tree, without holding them.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(places)
    return int(tree.count_neighbors(tree, distance))
