"""The methods by which records are clustered, over their distinct places where that is right."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from spatial.arrays import FloatArray, IntArray
from spatial.clusters.kernels import fast_dbscan_labels
from spatial.clusters.labels import dbscan_labels, hdbscan_labels, optics_labels
from spatial.clusters.nearest_neighbour import nearest_neighbour_labels, random_nearest_m
from spatial.clusters.reachability import reachability_of

MethodName = Literal["dbscan", "hdbscan", "optics", "nearest-neighbour"]
OVER_RECORDS: Final = ("hdbscan", "optics")


@dataclass(frozen=True)
class Method:
    """How clusters are made.

    Attributes
    ----------
    name : str
        One of `MethodName`.
    distance_m : float
        Within which places are neighbours, or the threshold; not used by HDBSCAN.
    minimum : int
        Fewest incidents, or harm where that is clustered, about a core or in a cluster.
    metres_per_day : float or None
        What a day counts as, where clusters are in space and time; of DBSCAN alone.
    """

    name: MethodName
    distance_m: float
    minimum: int
    metres_per_day: float | None = None

    def labels(
        self, xy_m: FloatArray, weights: FloatArray, days: FloatArray, *, is_redrawn: bool = False
    ) -> IntArray:
        """The cluster of each record.

        Parameters
        ----------
        xy_m : (n, 2) float64
            Places of the records, metres.
        weights : (n,) float64
            Of the records; used by DBSCAN alone.
        days : (n,) float64
            When they were, in days; used in space and time alone.
        is_redrawn : bool
            One of many patterns: DBSCAN is then by our kernel, which gives the same clusters.

        Returns
        -------
        (n,) int64
            From 0; -1 for none. Records of one place and day are in one cluster, except by
            HDBSCAN and OPTICS, which see single records.
        """
        if self.name == "hdbscan":
            return hdbscan_labels(xy_m, minimum=self.minimum)
        if self.name == "optics":
            return optics_labels(xy_m, minimum=self.minimum, distance=self.distance_m)
        points = xy_m
        if self.metres_per_day is not None:
            points = np.column_stack([xy_m, days * self.metres_per_day])
        places, place_of, records = distinct(points)
        if self.name == "nearest-neighbour":
            counts = records.astype(np.float64)
            of_places = nearest_neighbour_labels(
                places, counts, distance_m=self.distance_m, minimum=self.minimum
            )
            return of_places[place_of]
        weight = np.bincount(place_of, weights, minlength=len(places))
        cluster: Callable[..., IntArray] = fast_dbscan_labels if is_redrawn else dbscan_labels
        labels = cluster(places, weight, distance=self.distance_m, minimum=self.minimum)
        return np.asarray(labels[place_of], np.int64)


def distinct(points: FloatArray) -> tuple[FloatArray, IntArray, IntArray]:
    """The distinct points, in the order of their coordinates.

    Parameters
    ----------
    points : (n, k) float64
        In any order.

    Returns
    -------
    places : (m, k) float64
        Each once.
    place_of : (n,) int64
        The place of each point.
    records : (m,) int64
        Points of each place.
    """
    order = np.lexsort(points.T[::-1])
    in_order = points[order]
    is_first = np.ones(len(points), np.bool_)
    is_first[1:] = np.any(in_order[1:] != in_order[:-1], axis=1)
    place_of = np.empty(len(points), np.int64)
    place_of[order] = np.cumsum(is_first) - 1
    return in_order[is_first], place_of, np.bincount(place_of, minlength=int(is_first.sum()))


def second_order(
    xy_m: FloatArray, labels: IntArray, *, area_m2: float, minimum: int = 2
) -> tuple[IntArray, float]:
    """Clusters of clusters: of their mean centres, by a threshold of their own.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Places of the records, metres.
    labels : (n,) int64
        Their clusters of the first order; -1 for none.
    area_m2 : float
        The ground over which centres would fall by chance.
    minimum : int
        Fewest clusters of the first order in one of the second.

    Returns
    -------
    labels : (k,) int64
        The cluster of the second order of each of the first; -1 for none.
    threshold_m : float
        The mean distance of a random centre to the nearest; 0 without clusters.
    """
    clusters = int(labels.max(initial=-1)) + 1
    if clusters < minimum:
        return np.full(clusters, -1), 0.0
    is_member = labels >= 0
    number = np.bincount(labels[is_member])
    centres = np.column_stack(
        [np.bincount(labels[is_member], xy_m[is_member, k]) / number for k in range(2)]
    )
    threshold_m = random_nearest_m(clusters, area_m2)
    places, place_of, counts = distinct(centres)
    of_places = nearest_neighbour_labels(
        places, counts.astype(np.float64), distance_m=threshold_m, minimum=minimum
    )
    return of_places[place_of], threshold_m


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    xy_m, ones = np.zeros((3, 2)), np.ones(3)
    for name in ("dbscan", "nearest-neighbour"):
        Method(name, 1.0, 2).labels(xy_m, ones, ones, is_redrawn=True)
    reachability_of(xy_m, minimum=2, distance=1.0)
