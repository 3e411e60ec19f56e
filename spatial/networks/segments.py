"""Street segments: lines cut where they meet, and joined where nothing else does."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.arrays import FloatArray, IntArray, frozen
from spatial.errors import InvalidParameterError

VERTEX_M = 0.001  # vertices nearer than this, by rounding, are one


@dataclass(frozen=True, eq=False)
class Segments:
    """Contiguous pieces of lines, by the northing and easting of their middles.

    Attributes
    ----------
    lines : (n,) object array
        One shapely LineString each.
    first_line : (n,) int64
        Position of the first of the lines that a segment is made of.
    """

    lines: NDArray[Any]
    first_line: IntArray

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def lengths_m(self) -> FloatArray:
        """(n,) float64 length of each, metres."""
        return np.asarray(shapely.length(self.lines), dtype=np.float64)

    @property
    def middles_m(self) -> FloatArray:
        """(n, 2) float64 the point half way along each, metres."""
        return np.asarray(
            shapely.get_coordinates(
                shapely.line_interpolate_point(self.lines, 0.5, normalized=True)
            ),
            dtype=np.float64,
        )


def street_segments(
    lines: NDArray[Any], labels: IntArray, *, longest_m: float | None = None
) -> Segments:
    """The segments of a network of lines, from junction to junction.

    Parameters
    ----------
    lines : (m,) object array
        Shapely LineStrings or MultiLineStrings in a projected CRS, metres.
    labels : (m,) int64
        Lines with the same label may be joined: those of one name and class.
    longest_m : float or None
        A longer segment is cut into equal parts, metres above 0; None: none is cut.

    Returns
    -------
    Segments
        Every metre of the lines is in exactly one of them.

    Raises
    ------
    InvalidParameterError
        If `longest_m` is not finite and above 0.

    Notes
    -----
    Lines meet where they share a vertex to the millimetre; lines that cross without one, as at a
    bridge, do not. Two pieces become one where they alone meet and have the same label, so that
    the segments do not depend on how the file cuts its lines. O(v log v) in the vertices.
    """
    if longest_m is not None and not (math.isfinite(longest_m) and longest_m > 0.0):
        raise InvalidParameterError("longest_m", longest_m, "a finite number of metres above 0")
    parts, line = shapely.get_parts(lines, return_index=True)
    parts = shapely.remove_repeated_points(parts, VERTEX_M)
    has_length = shapely.length(parts) > 0.0
    pieces, part, ends = _cut_where_they_meet(parts[has_length])
    line = line[has_length][part]
    group = _joined(ends, np.asarray(labels)[line])
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    joined = shapely.multilinestrings(pieces[order], indices=group[order])
    merged = np.asarray(shapely.line_merge(joined), dtype=object)
    first_line = np.minimum.reduceat(line[order], starts) if len(starts) else line
    if longest_m is not None:
        merged, index = _cut_to_length(merged, longest_m)
        first_line = first_line[index]
    unordered = Segments(merged, first_line)
    middles = unordered.middles_m
    by_place = np.lexsort((first_line, middles[:, 0], middles[:, 1]))
    return Segments(frozen(merged[by_place]), frozen(first_line[by_place].astype(np.int64)))


def _cut_where_they_meet(parts: NDArray[Any]) -> tuple[NDArray[Any], IntArray, IntArray]:
    """The parts cut at vertices that others share, the part of each, and (n, 2) its end nodes."""
    xy_m, part = shapely.get_coordinates(parts, return_index=True)
    _, first, node = np.unique(
        np.round(xy_m / VERTEX_M).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    node = node.ravel()
    xy_m = xy_m[first[node]]  # what is one vertex has the very same coordinates
    is_start = np.diff(part, prepend=-1) != 0
    is_end = np.append(is_start[1:], True)
    is_shared = np.bincount(node)[node] > 1
    breaks = np.flatnonzero(is_start | is_end | is_shared)
    left, right = breaks[:-1], breaks[1:]
    is_piece = part[left] == part[right]
    left, right = left[is_piece], right[is_piece]
    sizes = right - left + 1
    piece = np.repeat(np.arange(len(left)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    pieces = shapely.linestrings(xy_m[left[piece] + within], indices=piece)
    return pieces, part[left], np.column_stack([node[left], node[right]])


def _joined(ends: IntArray, labels: IntArray) -> IntArray:
    """(n,) the number of the segment that each piece is part of."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(ends)
    order = np.argsort(ends.ravel(), kind="stable")
    node, piece = ends.ravel()[order], order // 2
    starts = np.flatnonzero(np.diff(node, prepend=-1))
    pairs = starts[np.diff(starts, append=len(node)) == 2]  # nodes where two ends meet
    a, b = piece[pairs], piece[pairs + 1]
    is_one = labels[a] == labels[b]
    graph = coo_array((np.ones(is_one.sum()), (a[is_one], b[is_one])), shape=(n, n))
    _, group = connected_components(graph, directed=False)
    return np.asarray(group, dtype=np.int64)


def _cut_to_length(lines: NDArray[Any], longest_m: float) -> tuple[NDArray[Any], IntArray]:
    """The lines in equal parts of at most a length, and the line of each part."""
    from shapely.ops import substring

    numbers = np.maximum(np.ceil(shapely.length(lines) / longest_m - 1e-9), 1.0).astype(np.int64)
    index = np.repeat(np.arange(len(lines)), numbers)
    cut = np.empty(len(index), dtype=object)
    position = 0
    for line, number in zip(lines, numbers.tolist(), strict=True):
        for part in range(number):
            cut[position] = (
                line
                if number == 1
                else substring(line, part / number, (part + 1) / number, normalized=True)
            )
            position += 1
    return cut, index
