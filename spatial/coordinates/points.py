"""Weighted points, merged and sorted into buckets, so that a window reads only nearby points."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import (
    FloatArray,
    IntArray,
    checked_point_weights,
    checked_points,
    frozen,
)
from spatial.compiled import compiled
from spatial.coordinates.crs import checked_working_crs
from spatial.coordinates.mercator import MercatorPlaces, mercator_places

POINTS_PER_BUCKET = 24
MAX_BUCKETS = 4_000_000


@dataclass(frozen=True, eq=False)
class Buckets:
    """Square buckets over the extent of the points: bucket b holds start[b] to start[b + 1]."""

    left_m: float
    bottom_m: float
    side_m: float
    rows: int
    cols: int
    start: IntArray


class PointIndex:
    """The points of one dataset version and filter, built once and shared between threads.

    Points with equal coordinates are merged and their weights added, which changes no density:
    a snapped dataset of 80,000 rows has about 10,000 places.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing, metres in `crs`; finite.
    weights : (n,) float64 or None
        At least 0; ones if None.
    crs : str
        The working coordinate system, projected and in metres.

    Attributes
    ----------
    x_m, y_m, weight : (m,) float64, read-only
        The distinct places in bucket order, and the sum of the weights at each.
    total_weight : float
        Sum of all weights.
    rows_merged : int
        Number of points before merging.
    columns, buckets
        The same for compiled code, whose types are those of writable arrays; never write to them.

    Raises
    ------
    InvalidPointsError
        If `xy_m` is not a finite (n, 2) array.
    InvalidPointWeightsError
        If there is not one finite weight of at least 0 per point.
    InvalidParameterError
        If `crs` is unknown, not projected or not in metres.
    """

    def __init__(
        self, xy_m: ArrayLike, *, weights: ArrayLike | None = None, crs: str = "EPSG:27700"
    ) -> None:
        points = checked_points(xy_m)
        point_weights = checked_point_weights(weights, len(points))
        checked_working_crs(crs)
        self.crs = crs
        self.rows_merged = len(points)
        if not (point_weights > 0.0).all():
            points, point_weights = points[point_weights > 0.0], point_weights[point_weights > 0.0]
        self.columns, self.buckets = _built(_writable(points), _writable(point_weights))
        self.x_m, self.y_m, self.weight = (frozen(column[:]) for column in self.columns)
        self.total_weight = float(self.weight.sum())

    def __len__(self) -> int:
        """Number of distinct places."""
        return len(self.x_m)

    @property
    def bounds_m(self) -> tuple[float, float, float, float] | None:
        """Left, bottom, right and top of the points, metres; None if there are no points."""
        if not len(self):
            return None
        return (
            float(self.x_m.min()),
            float(self.y_m.min()),
            float(self.x_m.max()),
            float(self.y_m.max()),
        )

    @cached_property
    def mercator(self) -> MercatorPlaces:
        """The places on the conformal Mercator map, transformed on first use."""
        return mercator_places(np.column_stack([self.x_m, self.y_m]), crs=self.crs)

    def ranges(self, bounds_m: tuple[float, float, float, float]) -> tuple[IntArray, IntArray]:
        """Start and stop position of each run of places in the buckets that touch an extent.

        Every place within the extent is in a run; so are other places of these buckets.

        Parameters
        ----------
        bounds_m : left, bottom, right, top
            The extent, metres.
        """
        b = self.buckets
        left, bottom, right, top = bounds_m
        col_lo = max(math.floor((left - b.left_m) / b.side_m), 0)
        col_hi = min(math.floor((right - b.left_m) / b.side_m), b.cols - 1)
        row_lo = max(math.floor((bottom - b.bottom_m) / b.side_m), 0)
        row_hi = min(math.floor((top - b.bottom_m) / b.side_m), b.rows - 1)
        if col_lo > col_hi or row_lo > row_hi or not len(self):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        row_bucket = np.arange(row_lo, row_hi + 1) * b.cols
        return b.start[row_bucket + col_lo], b.start[row_bucket + col_hi + 1]

    def visits(self, query_xy_m: FloatArray, reach_m: float) -> IntArray:
        """The places in the buckets that touch a square about each position.

        Parameters
        ----------
        query_xy_m : (n, 2) float64
            Positions, metres.
        reach_m : float
            Half the side of the squares, metres.

        Returns
        -------
        (n,) int64
            At least the places within the reach: those that a sum would have to visit.
        """
        b = self.buckets
        sums = np.zeros((b.rows + 1, b.cols + 1), dtype=np.int64)
        np.cumsum(np.diff(b.start).reshape(b.rows, b.cols), axis=0, out=sums[1:, 1:])
        np.cumsum(sums, axis=1, out=sums)
        x, y = query_xy_m[:, 0] - b.left_m, query_xy_m[:, 1] - b.bottom_m

        def line(metres: FloatArray, lines: int, beyond: int) -> IntArray:
            return np.clip(np.floor(metres / b.side_m).astype(np.int64) + beyond, 0, lines)

        left, right = line(x - reach_m, b.cols, 0), line(x + reach_m, b.cols, 1)
        bottom, top = line(y - reach_m, b.rows, 0), line(y + reach_m, b.rows, 1)
        return np.asarray(
            sums[top, right] - sums[top, left] - sums[bottom, right] + sums[bottom, left]
        )

    def crowd(self, reach_m: float) -> int:
        """At least the number of places within a reach of any place.

        Parameters
        ----------
        reach_m : float
            Metres.
        """
        b = self.buckets
        row, col = np.divmod(np.flatnonzero(np.diff(b.start)), b.cols)
        middles_m = np.column_stack(
            [b.left_m + (col + 0.5) * b.side_m, b.bottom_m + (row + 0.5) * b.side_m]
        )
        return int(self.visits(middles_m, reach_m + 0.5 * b.side_m).max(initial=0))

    def near(self, bounds_m: tuple[float, float, float, float]) -> IntArray:
        """Positions of the places in every bucket that touches an extent.

        Parameters
        ----------
        bounds_m : left, bottom, right, top
            The extent, metres.
        """
        start, stop = self.ranges(bounds_m)
        lengths = stop - start
        offsets = np.cumsum(lengths) - lengths
        positions: IntArray = np.arange(int(lengths.sum())) + np.repeat(start - offsets, lengths)
        return positions


def _writable(array: FloatArray) -> FloatArray:
    """The array, or a copy if it is read-only: numba compiles separately for the two."""
    return array if array.flags.writeable else array.copy()


def _built(
    points: FloatArray, weight: FloatArray
) -> tuple[tuple[FloatArray, FloatArray, FloatArray], Buckets]:
    """The distinct places in bucket order with the sum of the weights at each."""
    if not len(points):
        no_columns = (np.empty(0), np.empty(0), np.empty(0))
        return no_columns, Buckets(0.0, 0.0, 1.0, 1, 1, np.zeros(2, dtype=np.int64))
    left, bottom, side, rows, cols = _extent(points)
    start = np.zeros(rows * cols + 1, dtype=np.int64)
    x_m, y_m, place_weight = (np.empty(len(points)) for _ in range(3))
    _sort_into_buckets(points, weight, left, bottom, side, cols, start, x_m, y_m, place_weight)
    place_count = _merge_in_buckets(start, x_m, y_m, place_weight)
    columns = x_m[:place_count].copy(), y_m[:place_count].copy(), place_weight[:place_count].copy()
    return columns, Buckets(left, bottom, side, rows, cols, start)


def _extent(points: FloatArray) -> tuple[float, float, float, int, int]:
    """Left, bottom and side of square buckets with about two dozen points each; rows, columns."""
    left, bottom = (float(v) for v in points.min(axis=0))
    width, height = (float(v) for v in points.max(axis=0) - (left, bottom))
    bucket_count = min(max(len(points) // POINTS_PER_BUCKET, 1), MAX_BUCKETS)
    side = max(math.sqrt(width * height / bucket_count), max(width, height) / bucket_count, 1.0)
    return left, bottom, side, int(height / side) + 1, int(width / side) + 1


@compiled
def _sort_into_buckets(
    points: FloatArray,
    weight: FloatArray,
    left_m: float,
    bottom_m: float,
    side_m: float,
    cols: int,
    start: IntArray,
    x_m: FloatArray,
    y_m: FloatArray,
    weight_sum: FloatArray,
) -> None:
    """Counting sort by bucket; the order of the points within a bucket is kept."""
    n = points.shape[0]
    bucket = np.empty(n, np.int32)
    for i in range(n):
        col = int((points[i, 0] - left_m) / side_m)
        row = int((points[i, 1] - bottom_m) / side_m)
        bucket[i] = row * cols + col
        start[bucket[i] + 1] += 1
    for k in range(1, start.shape[0]):
        start[k] += start[k - 1]
    for i in range(n):
        position = start[bucket[i]]
        x_m[position], y_m[position], weight_sum[position] = points[i, 0], points[i, 1], weight[i]
        start[bucket[i]] = position + 1
    for k in range(start.shape[0] - 1, 0, -1):
        start[k] = start[k - 1]
    start[0] = 0


@compiled
def _merge_in_buckets(
    bucket_start: IntArray, x_m: FloatArray, y_m: FloatArray, weight: FloatArray
) -> int:
    """Merge points with equal coordinates and close the gaps; returns the number of places.

    A small hash table per bucket finds a place again, so that no sorting is needed.
    """
    slots = 64
    table = np.empty(slots, np.int64)
    place_count = 0
    start_position = 0
    for bucket in range(bucket_start.shape[0] - 1):
        end = bucket_start[bucket + 1]
        first_place = place_count
        while slots < 2 * (end - start_position):
            slots *= 2
            table = np.empty(slots, np.int64)
        slots_used = 64
        while slots_used < 2 * (end - start_position):
            slots_used *= 2
        table[:slots_used] = -1
        for i in range(start_position, end):
            # A hash of both coordinates: equal places get equal slots.
            hash_value = x_m[i] * 12.9898 + y_m[i] * 78.233
            slot = int((hash_value - math.floor(hash_value)) * slots_used) % slots_used
            while True:
                position = table[slot]
                if position < 0:
                    table[slot] = place_count
                    x_m[place_count], y_m[place_count], weight[place_count] = (
                        x_m[i],
                        y_m[i],
                        weight[i],
                    )
                    place_count += 1
                    break
                if x_m[position] == x_m[i] and y_m[position] == y_m[i]:
                    weight[position] += weight[i]
                    break
                slot = (slot + 1) % slots_used
        start_position = end
        bucket_start[bucket] = first_place
    bucket_start[bucket_start.shape[0] - 1] = place_count
    return place_count
