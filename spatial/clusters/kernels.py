"""DBSCAN as `spatial.clusters.labels` has it, for many redrawn patterns."""

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.clusters.cells import Cells, squared, weights_around
from spatial.compiled import compiled


def fast_dbscan_labels(
    places: FloatArray, weights: FloatArray, *, distance: float, minimum: float
) -> IntArray:
    """The labels of `dbscan_labels`, without holding neighbours.

    Parameters
    ----------
    places, weights, distance, minimum
        As there.

    Returns
    -------
    (n,) int64
        The same numbers.
    """
    labels = np.full(len(places), -1)
    if not len(places):
        return labels
    cells = Cells.of(places, distance)
    weight, around = weights[cells.order], np.empty(len(places))
    spans = cells.starts, cells.ends
    weights_around(cells.points, weight, *spans, distance * distance, around)
    root = np.empty(len(places), np.int64)
    is_core = around >= minimum
    _join_cores(cells.points, is_core, cells.order, *spans, distance * distance, root)
    labels[cells.order] = root
    of_core = labels >= 0
    _, labels[of_core] = np.unique(labels[of_core], return_inverse=True)
    return labels


@compiled
def _root_of(parent: IntArray, i: int) -> int:
    """The root of a point's tree, whose branches are halved on the way."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@compiled
def _join_cores(
    points: FloatArray,
    is_core: BoolArray,
    order: IntArray,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    distance_sq: float,
    root: IntArray,
) -> None:
    """Fill in for each point the first core of its cluster, by its number; -1 for none."""
    parent = np.arange(len(points))
    for i in range(len(points)):
        if not is_core[i]:
            continue
        for k in range(3):
            for j in range(starts[i, k], min(ends[i, k], i)):
                if not is_core[j] or squared(points, i, j) > distance_sq:
                    continue
                first, second = _root_of(parent, i), _root_of(parent, j)
                if order[first] < order[second]:
                    parent[second] = first
                else:
                    parent[first] = second
    for i in range(len(points)):
        root[i] = -1
        if is_core[i]:
            root[i] = order[_root_of(parent, i)]
            continue
        for k in range(3):
            for j in range(starts[i, k], ends[i, k]):
                if not is_core[j] or squared(points, i, j) > distance_sq:
                    continue
                number = order[_root_of(parent, j)]
                if root[i] < 0 or number < root[i]:
                    root[i] = number
