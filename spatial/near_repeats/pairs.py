"""Pairs of points that are near each other, by bands of distance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import FloatArray, IndexArray, IntArray, checked_points, frozen
from spatial.compiled import compiled
from spatial.errors import InvalidParameterError

MAX_BANDS: Final = 50


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of points, each once; read-only arrays.

    Attributes
    ----------
    order : (n,) int64
        Position of each point in the order of the pairs, in which near points are near.
    start : (n + 1,) int64
        Where the pairs of each of the ordered points begin, as the first of the two.
    second : (pairs,) int32
        The other of the two, as a position in `order`.
    band : (pairs,) uint8
        Band of their distance.
    """

    order: IntArray
    start: IntArray
    second: IndexArray
    band: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.second)

    def per_band(self, bands: int) -> IntArray:
        """Number of pairs in each band.

        Parameters
        ----------
        bands : int
            How many there are.

        Returns
        -------
        (bands,) int64
        """
        return np.bincount(self.band, minlength=bands).astype(np.int64)


def checked_edges(name: str, edges: ArrayLike) -> FloatArray:
    """Upper bounds of bands, ascending and above 0.

    Parameters
    ----------
    name : str
        Of the parameter, for the error.
    edges : (bands,) float64
        Finite.

    Returns
    -------
    (bands,) float64

    Raises
    ------
    InvalidParameterError
        If they are not.
    """
    upper = np.asarray(edges, dtype=np.float64)
    if (
        upper.ndim != 1
        or not 1 <= len(upper) <= MAX_BANDS
        or not np.isfinite(upper).all()
        or not np.all(np.diff(upper, prepend=0.0) > 0.0)
    ):
        raise InvalidParameterError(
            name, np.array2string(upper), f"1 to {MAX_BANDS} numbers above 0 that ascend"
        )
    return upper


def estimated_pairs(xy_m: ArrayLike, reach_m: float) -> float:
    """About how many pairs are nearer than a distance; cheap, whatever their number.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Points, metres.
    reach_m : float
        Above 0.

    Returns
    -------
    float
        Of squares of that side and their neighbours, the share that a circle covers; points
        at one place are exact.
    """
    points = checked_points(xy_m)
    if not len(points):
        return 0.0
    cell = np.floor((points - points.min(axis=0)) / reach_m) + 1.0
    columns = int(cell[:, 0].max()) + 2
    keys, counts = np.unique(
        (cell[:, 1] * columns + cell[:, 0]).astype(np.int64), return_counts=True
    )
    around, weight = 0.0, np.append(counts, 0).astype(np.float64)
    for step in (
        -columns - 1,
        -columns,
        -columns + 1,
        -1,
        0,
        1,
        columns - 1,
        columns,
        columns + 1,
    ):
        position = np.searchsorted(keys, keys + step)
        is_there = np.append(keys, -1)[position] == keys + step
        around += float(counts @ np.where(is_there, weight[position], 0.0))
    places = np.unique(points[:, 0] + 1j * points[:, 1], return_counts=True)[1]
    same = float((places.astype(np.float64) ** 2).sum())
    return float((around - same) * np.pi / 9.0 + same - len(points)) / 2.0


def close_pairs(xy_m: ArrayLike, upper_m: ArrayLike, *, same_place: bool = False) -> Pairs:
    """The pairs of points that are nearer than the last of some distances.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Points, metres.
    upper_m : (bands,) float64
        Upper bounds of the bands, metres, ascending: a pair belongs to the first band whose
        bound is above its distance, so that bands are half-open, [lower, upper).
    same_place : bool
        Pairs with equal coordinates have a band of their own, before the others.

    Returns
    -------
    Pairs
        Each once.

    Raises
    ------
    InvalidPointsError, InvalidParameterError
        If the arrays are not as described.

    Notes
    -----
    Points are sorted into squares of the last distance; cost O(n log n + pairs), memory 5 bytes
    for each pair.
    """
    points = checked_points(xy_m)
    upper = checked_edges("upper_m", upper_m)
    reach = float(upper[-1])
    cell = np.floor((points - points.min(axis=0)) / reach) if len(points) else points
    columns = int(cell[:, 0].max()) + 3 if len(points) else 1
    key = ((cell[:, 1] + 1.0) * columns + cell[:, 0] + 1.0).astype(np.int64)
    order = np.argsort(key, kind="stable").astype(np.int64)
    key, ordered = key[order], points[order]
    ranges = np.column_stack(
        [
            np.searchsorted(key, key + 1, side="right"),
            np.searchsorted(key, key + columns - 1, side="left"),
            np.searchsorted(key, key + columns + 1, side="right"),
        ]
    ).astype(np.int64)
    squares = np.append(0.0 if same_place else -1.0, upper * upper)
    start = np.zeros(len(points) + 1, np.int64)
    _count_pairs(ordered, ranges, float(squares[-1]), start)
    np.cumsum(start, out=start)
    second = np.empty(start[-1], np.int32)
    band = np.empty(start[-1], np.uint8)
    _fill_pairs(ordered, ranges, squares, start, second, band)
    if not same_place:
        band -= np.uint8(1)
    return Pairs(*map(frozen, (order, start, second, band)))


@compiled
def _count_pairs(xy_m: FloatArray, ranges: IntArray, reach_sq: float, start: IntArray) -> None:
    """Number of pairs that each point is the first of, behind its position."""
    for i in range(len(xy_m)):
        count = 0
        for part in range(2):
            low, high = (i + 1, ranges[i, 0]) if part == 0 else (ranges[i, 1], ranges[i, 2])
            for j in range(low, high):
                dx, dy = xy_m[j, 0] - xy_m[i, 0], xy_m[j, 1] - xy_m[i, 1]
                count += dx * dx + dy * dy < reach_sq
        start[i + 1] = count


@compiled
def _fill_pairs(
    xy_m: FloatArray,
    ranges: IntArray,
    squares: FloatArray,
    start: IntArray,
    second: IndexArray,
    band: NDArray[np.uint8],
) -> None:
    """The other point of each pair, and the band: 0 where the first square is not exceeded."""
    bands = len(squares)
    for i in range(len(xy_m)):
        position = start[i]
        for part in range(2):
            low, high = (i + 1, ranges[i, 0]) if part == 0 else (ranges[i, 1], ranges[i, 2])
            for j in range(low, high):
                dx, dy = xy_m[j, 0] - xy_m[i, 0], xy_m[j, 1] - xy_m[i, 1]
                square = dx * dx + dy * dy
                if square >= squares[bands - 1]:
                    continue
                index = 0
                if square > squares[0]:
                    index = 1
                    while square >= squares[index]:
                        index += 1
                second[position] = j
                band[position] = index
                position += 1
