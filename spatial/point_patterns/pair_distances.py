"""Ripley's K, L, and the pair correlation: how many others lie within, or at, a distance."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from spatial.arrays import FloatArray, IntArray, frozen
from spatial.compiled import compiled
from spatial.point_patterns.windows import Overlap, Window

STOYAN: Final = 0.15  # of the root of the area per point: half the width of the kernel


@dataclass(frozen=True, eq=False)
class Buckets:
    """Points sorted into square buckets at least as wide as a reach.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Bucket by bucket.
    start : (rows * cols + 1,) int64
        Where each bucket begins.
    rows, cols : int
        Of buckets.
    """

    xy_m: FloatArray
    start: IntArray
    rows: int
    cols: int

    @classmethod
    def of(cls, xy_m: FloatArray, reach_m: float) -> "Buckets":
        """The points in buckets; about as many buckets as points at most."""
        least = xy_m.min(axis=0)
        sides = np.maximum(xy_m.max(axis=0) - least, 1e-9)
        side_m = max(reach_m, float(np.sqrt(sides[0] * sides[1] / len(xy_m))), sides.max() / 4096)
        cols, rows = (sides / side_m).astype(np.int64) + 1
        cell = ((xy_m - least) / side_m).astype(np.int64)
        bucket = cell[:, 1] * cols + cell[:, 0]
        order = np.argsort(bucket, kind="stable")
        start = np.searchsorted(bucket[order], np.arange(rows * cols + 1))
        return cls(np.ascontiguousarray(xy_m[order]), start, int(rows), int(cols))

    def pairs(self) -> float:
        """Pairs in the same or in neighbouring buckets, about: what a sum over pairs costs."""
        number = np.diff(self.start).reshape(self.rows, self.cols).astype(np.float64)
        padded = np.pad(number, 1)
        around = sum(
            padded[1 + down : 1 + down + self.rows, 1 + right : 1 + right + self.cols]
            for down in (-1, 0, 1)
            for right in (-1, 0, 1)
        )
        return float((number * around).sum()) / 2.0


def overlap_of(window: Window, reach_m: float, *, is_corrected: bool) -> Overlap:
    """What pairs are weighed by: the shared area of a window, or all of it without correction.

    Parameters
    ----------
    window : Window
        The window.
    reach_m : float
        The largest distance of a pair.
    is_corrected : bool
        Whether the edge is corrected for.

    Returns
    -------
    Overlap
        For `ripley_k` and `pair_correlation`.
    """
    if is_corrected:
        return window.overlap(reach_m)
    step = np.full(2, 2.0 * reach_m + 1.0)
    return Overlap(frozen(np.full((2, 3), window.area_m2)), frozen(step))


def ripley_k(
    xy_m: FloatArray, distances_m: FloatArray, overlap: Overlap, area_m2: float
) -> FloatArray:
    """Ripley's K: the points within a distance of another, divided by their density.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Points in the window, metres.
    distances_m : (m,) float64
        Ascending, above 0.
    overlap : Overlap
        Of the window, to the largest distance.
    area_m2 : float
        Of the window.

    Returns
    -------
    (m,) float64
        Square metres; pi r^2 where points fall by chance. NaN with fewer than two points.

    Notes
    -----
    K(r) = |W|^2 / (n (n - 1)) sum over ordered pairs at most r apart of 1 / |W and W moved by
    their difference|: the translation correction, as spatstat's ``Kest``. Pairs at distance 0
    count. O(pairs in reach).

    References
    ----------
    Ripley (1977), JRSS B 39(2); Ohser (1983), Mathematische Operationsforschung 14(1).
    """
    n = len(xy_m)
    sums = np.zeros(len(distances_m) + 1)
    if n < 2:
        return np.full(len(distances_m), np.nan)
    buckets = Buckets.of(xy_m, float(distances_m[-1]))
    _add_pairs(
        buckets.xy_m, buckets.start, buckets.rows, buckets.cols, overlap.area_m2, overlap.step_m,
        distances_m, 0.0, sums,
    )  # fmt: skip
    return np.asarray(np.cumsum(sums[:-1]) * 2.0 * area_m2**2 / (n * (n - 1.0)), np.float64)


def ripley_l(
    xy_m: FloatArray, distances_m: FloatArray, overlap: Overlap, area_m2: float
) -> FloatArray:
    """Besag's L: root(K / pi), which is the distance itself where points fall by chance.

    The parameters are those of `ripley_k`.

    Returns
    -------
    (m,) float64
        Metres.
    """
    return np.asarray(np.sqrt(ripley_k(xy_m, distances_m, overlap, area_m2) / np.pi), np.float64)


def kernel_reach_m(points: int, area_m2: float) -> float:
    """Half the width of the kernel of a pair correlation, by the rule of Stoyan and Stoyan.

    Parameters
    ----------
    points : int
        How many, one at least.
    area_m2 : float
        Of the window.

    Returns
    -------
    float
        Metres.
    """
    return float(STOYAN * np.sqrt(area_m2 / max(points, 1)))


def pair_correlation(
    xy_m: FloatArray,
    distances_m: FloatArray,
    overlap: Overlap,
    area_m2: float,
    *,
    kernel_m: float,
) -> FloatArray:
    """The pair correlation: the density of others at a distance, over that of all points.

    Parameters
    ----------
    xy_m, distances_m, overlap, area_m2
        As of `ripley_k`; the overlap to the largest distance and the kernel.
    kernel_m : float
        Half the width of the kernel, such as `kernel_reach_m`; above 0.

    Returns
    -------
    (m,) float64
        1 where points fall by chance; NaN with fewer than two points.

    Notes
    -----
    g(r) = |W|^2 / (2 pi r n (n - 1)) sum of k(r - d) / |W and W moved|, k of Epanechnikov, as
    spatstat's ``pcf`` with the translation correction and ``divisor="r"``. Too high where r is
    less than the kernel and points share places.

    References
    ----------
    Stoyan and Stoyan (1994), Fractals, Random Shapes and Point Fields, chapter 15.
    """
    n = len(xy_m)
    sums = np.zeros(len(distances_m) + 1)
    if n < 2:
        return np.full(len(distances_m), np.nan)
    buckets = Buckets.of(xy_m, float(distances_m[-1]) + kernel_m)
    _add_pairs(
        buckets.xy_m, buckets.start, buckets.rows, buckets.cols, overlap.area_m2, overlap.step_m,
        distances_m, kernel_m, sums,
    )  # fmt: skip
    scale = area_m2**2 / (np.pi * distances_m * n * (n - 1.0))
    return np.asarray(sums[:-1] * scale, np.float64)


@compiled
def _add_pairs(
    xy_m: FloatArray,
    start: IntArray,
    rows: int,
    cols: int,
    overlap: FloatArray,
    step_m: FloatArray,
    distances_m: FloatArray,
    kernel_m: float,
    sums: FloatArray,
) -> None:
    """Add 1 / overlap of each pair at its distance, or by the kernel at those around it."""
    reach = distances_m[-1] + kernel_m
    reach_sq = reach * reach
    middle = (overlap.shape[1] - 1) // 2
    for row in range(rows):
        for col in range(cols):
            here = row * cols + col
            for other_row in range(row, min(row + 2, rows)):
                first = col if other_row == row else max(col - 1, 0)
                there = other_row * cols
                begin, end = start[there + first], start[there + min(col + 1, cols - 1) + 1]
                for i in range(start[here], start[here + 1]):
                    for j in range(max(begin, i + 1) if other_row == row else begin, end):
                        dx, dy = xy_m[j, 0] - xy_m[i, 0], xy_m[j, 1] - xy_m[i, 1]
                        distance_sq = dx * dx + dy * dy
                        if distance_sq > reach_sq:
                            continue
                        if dy < 0.0:
                            dx, dy = -dx, -dy
                        weight = 1.0 / _between(overlap, dx / step_m[0] + middle, dy / step_m[1])
                        distance = np.sqrt(distance_sq)
                        k = _first_not_below(distances_m, distance - kernel_m)
                        if kernel_m == 0.0:
                            sums[k] += weight
                            continue
                        while k < len(distances_m) and distances_m[k] < distance + kernel_m:
                            u = (distances_m[k] - distance) / kernel_m
                            sums[k] += weight * 0.75 * (1.0 - u * u) / kernel_m
                            k += 1


@compiled
def _first_not_below(distances_m: FloatArray, least: float) -> int:
    """Position of the first distance that is not below a number; quick where they are even."""
    steps = len(distances_m)
    k = min(max(int(least / distances_m[-1] * steps), 0), steps)
    while k < steps and distances_m[k] < least:
        k += 1
    while k > 0 and distances_m[k - 1] >= least:
        k -= 1
    return k


@compiled
def _between(values: FloatArray, x: float, y: float) -> float:
    """The value between the four around a position; y is the row."""
    col, row = min(int(x), values.shape[1] - 2), min(int(y), values.shape[0] - 2)
    right, down = x - col, y - row
    return float(
        (1.0 - down) * ((1.0 - right) * values[row, col] + right * values[row, col + 1])
        + down * ((1.0 - right) * values[row + 1, col] + right * values[row + 1, col + 1])
    )


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    overlap = Overlap(frozen(np.full((2, 3), 1.0)), frozen(np.full(2, 3.0)))
    ripley_k(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([1.0]), overlap, 1.0)
