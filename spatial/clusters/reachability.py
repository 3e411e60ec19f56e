"""The order and reachability of points by which OPTICS makes clusters."""

import math

import numpy as np

from spatial.arrays import FloatArray, IntArray
from spatial.compiled import compiled

DECIMALS, SCALE = 15, 1e15  # to which scikit-learn rounds: its last digit decides ties


def reachability_of(
    points: FloatArray, *, minimum: int, distance: float
) -> tuple[IntArray, FloatArray, IntArray]:
    """What `sklearn.cluster.compute_optics_graph` gives, without a search for each point.

    Parameters
    ----------
    points : (n, 2) float64
        More than the minimum.
    minimum : int
        Neighbours, the point itself included, within which the core distance reaches.
    distance : float
        Neighbours are looked for up to this far away.

    Returns
    -------
    ordering : (n,) int64
        The points as they are reached.
    reachability : (n,) float64
        Of each point; infinite of one that none reaches.
    predecessor : (n,) int64
        The point from which each is reached; -1 for none.
    """
    from scipy.spatial import cKDTree

    near_m, _ = cKDTree(points).query(points, k=[minimum])
    core = np.asarray(near_m, np.float64).reshape(-1)
    core[core > distance] = np.inf
    np.around(core, DECIMALS, out=core)
    return _reached(points, core, distance)


@compiled
def _reached(
    points: FloatArray, core: FloatArray, distance: float
) -> tuple[IntArray, FloatArray, IntArray]:
    """The points one by one, always the one that is reached most easily."""
    number = len(points)
    reachability = np.full(number, np.inf)
    predecessor = np.full(number, -1)
    ordering = np.empty(number, np.int64)
    is_done = np.zeros(number, np.bool_)
    for step in range(number):
        point = -1
        for i in range(number):
            if not is_done[i] and (point < 0 or reachability[i] < reachability[point]):
                point = i
        is_done[point] = True
        ordering[step] = point
        if core[point] == np.inf:
            continue
        for i in range(number):
            if is_done[i]:
                continue
            x_m = points[i, 0] - points[point, 0]
            y_m = points[i, 1] - points[point, 1]
            away_m = math.sqrt(x_m * x_m + y_m * y_m)
            if away_m > distance:
                continue
            reach_m = np.rint(max(away_m, core[point]) * SCALE) / SCALE
            if reach_m < reachability[i]:
                reachability[i] = reach_m
                predecessor[i] = point
    return ordering, reachability, predecessor
