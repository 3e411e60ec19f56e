"""Nearest-neighbour hierarchical clusters of two orders (Levine, CrimeStat)."""

import heapq
import math

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import FloatArray, IntArray, checked_points
from spatial.clusters.cells import Cells, squared, weights_around
from spatial.compiled import compiled
from spatial.errors import InvalidParameterError


def random_nearest_m(points: int, area_m2: float) -> float:
    """The mean distance to the nearest of points that fell independently over an area.

    Parameters
    ----------
    points : int
        Their number, at least 1.
    area_m2 : float
        Above 0.

    Returns
    -------
    float
        Half the root of the area of one, metres.

    References
    ----------
    Clark and Evans (1954), Ecology 35(4), p. 447.
    """
    return 0.5 * math.sqrt(area_m2 / points)


def nearest_neighbour_labels(
    places_m: FloatArray, counts: FloatArray, *, distance_m: float, minimum: int
) -> IntArray:
    """Clusters of places within a distance of a seed, that with most around it first.

    Parameters
    ----------
    places_m : (n, 2) float64
        Distinct places, metres; of equal ones the first in this order is the seed.
    counts : (n,) float64
        Incidents at each.
    distance_m : float
        The threshold: places up to this far from a seed are in its cluster.
    minimum : int
        Fewest incidents of a cluster, at least 2.

    Returns
    -------
    (n,) int64
        Number of the cluster, from 0 for the first; -1 for none.

    Raises
    ------
    InvalidParameterError
        If the distance is not above 0, or the minimum below 2.

    Notes
    -----
    The place with most incidents within the threshold is a seed, and all of them its cluster.
    They are taken out, and the next seed is that with most of what is left, until none has the
    minimum. Numbers only fall, so that each is counted anew when it would be the next.

    References
    ----------
    Levine (2013), CrimeStat IV, chapter 7 (nearest neighbour hierarchical clustering).
    """
    points = checked_points(places_m)
    if not (math.isfinite(distance_m) and distance_m > 0.0):
        raise InvalidParameterError("distance_m", distance_m, "above 0")
    if minimum < 2:
        raise InvalidParameterError("minimum", minimum, "at least 2")
    labels = np.full(len(points), -1)
    if not len(points):
        return labels
    cells = Cells.of(points, distance_m)
    weight, around = counts[cells.order].astype(np.float64), np.empty(len(points))
    spans, distance_sq = (cells.starts, cells.ends), distance_m * distance_m
    weights_around(cells.points, weight, *spans, distance_sq, around)
    sorted_labels = np.full(len(points), -1)
    seeds = np.flatnonzero(around >= minimum)
    seeds = seeds[np.lexsort((cells.order[seeds], -around[seeds]))]
    if len(seeds):
        _take_seeds(
            cells.points, weight, cells.order, seeds, around, *spans, distance_sq, minimum,
            sorted_labels,
        )  # fmt: skip
    labels[cells.order] = sorted_labels
    return labels


@compiled
def _take_seeds(
    points: FloatArray,
    weight: FloatArray,
    order: IntArray,
    seeds: IntArray,
    around: FloatArray,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    distance_sq: float,
    minimum: float,
    labels: IntArray,
) -> None:
    """Number the clusters; what is around a place is counted anew when it is the next seed."""
    heap = [(-around[i], order[i], i) for i in seeds]
    cluster = 0
    while len(heap):
        number, first, i = heapq.heappop(heap)
        if labels[i] >= 0:
            continue
        left = 0.0
        for k in range(3):
            for j in range(starts[i, k], ends[i, k]):
                if labels[j] < 0 and squared(points, i, j) <= distance_sq:
                    left += weight[j]
        if left < minimum:
            continue
        if left < -number:
            heapq.heappush(heap, (-left, first, i))
            continue
        for k in range(3):
            for j in range(starts[i, k], ends[i, k]):
                if labels[j] < 0 and squared(points, i, j) <= distance_sq:
                    labels[j] = cluster
        cluster += 1
