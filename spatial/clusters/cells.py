"""Points in the order of square cells, in which neighbours are found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import FloatArray, IntArray
from spatial.compiled import compiled


@dataclass(frozen=True, eq=False)
class Cells:
    """Points sorted by cells as wide as a distance.

    Attributes
    ----------
    points : (n, 3) float64
        In the order of the cells; the third coordinate is 0 in the plane.
    order : (n,) int64
        Position of each among the points as they were.
    starts, ends : (n, 3) int64
        Of the points in the three cells of each of three columns around a point.
    """

    points: FloatArray
    order: IntArray
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, places: FloatArray, distance: float) -> "Cells":
        """Sort points into cells.

        Parameters
        ----------
        places : (n, k) float64
            In two or three dimensions, in one unit; at least one.
        distance : float
            Above 0.

        Returns
        -------
        Cells
            All points within the distance of one are among those of its starts and ends.
        """
        least = places[:, :2].min(axis=0)
        column, row = np.floor((places[:, :2] - least) / distance).astype(np.int64).T
        height = int(row.max()) + 3
        key = (column + 1) * height + row + 1
        order = np.argsort(key, kind="stable")
        points = np.zeros((len(places), 3))
        points[:, : places.shape[1]] = places[order]
        starts, ends = np.empty((len(places), 3), np.int64), np.empty((len(places), 3), np.int64)
        _spans(key[order], height, starts, ends)
        return cls(points, order, starts, ends)


@compiled
def _spans(key: IntArray, height: int, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
    """Where the cells around each point begin and end; keys ascend, and so do these."""
    for k in range(3):
        shift = (k - 1) * height
        start = end = 0
        for i in range(len(key)):
            low, high = key[i] + shift - 1, key[i] + shift + 1
            while start < len(key) and key[start] < low:
                start += 1
            end = max(end, start)
            while end < len(key) and key[end] <= high:
                end += 1
            starts[i, k], ends[i, k] = start, end


@compiled
def squared(points: FloatArray, i: int, j: int) -> float:
    """The square of the distance of two points, in the order in which a tree sums it."""
    dx, dy = points[i, 0] - points[j, 0], points[i, 1] - points[j, 1]
    dz = points[i, 2] - points[j, 2]
    return float(dx * dx + dy * dy + dz * dz)


@compiled
def weights_around(
    points: FloatArray,
    weight: FloatArray,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    distance_sq: float,
    around: FloatArray,
) -> None:
    """Fill in the weight of each point and its neighbours."""
    for i in range(len(points)):
        total = 0.0
        for k in range(3):
            for j in range(starts[i, k], ends[i, k]):
                if squared(points, i, j) <= distance_sq:
                    total += weight[j]
        around[i] = total
