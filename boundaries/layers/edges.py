"""Edges of areas, and the pairs of areas with common corners and edges."""

import numpy as np
import pyarrow as pa
import shapely

from boundaries.layers.layer import Geometries
from spatial.arrays import AnyArray, FloatArray, IntArray


def edges_of(geometries: Geometries) -> tuple[FloatArray, IntArray]:
    """All edges of all rings, and the area that each belongs to.

    Parameters
    ----------
    geometries : (n,) object array
        Polygons and multipolygons.

    Returns
    -------
    edges : (m, 4) float64
        x and y of the start, x and y of the end.
    owner : (m,) int64
        Position of the area of each edge, ascending.
    """
    parts, area = shapely.get_parts(geometries, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    segment_starts = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.hstack([xy[segment_starts], xy[segment_starts + 1]])
    return ends, np.asarray(area[part[ring[segment_starts]]], dtype=np.int64)


def pairs_in_contact(geometries: Geometries) -> tuple[IntArray, IntArray]:
    """Pairs of areas with a common corner, and with a common edge, in exact coordinates.

    Parameters
    ----------
    geometries : (n,) object array
        Polygons and multipolygons.

    Returns
    -------
    corners, edges : (pairs,) int64
        Each pair once, as first * n + second with first < second; ascending.

    Notes
    -----
    In a valid coverage these are all pairs that touch at a point, and along a line. Otherwise
    some may be missing, because borders can touch without a common corner.
    """
    ends, owner = edges_of(geometries)
    x, y = _numbered(ends[:, [0, 2]].T.ravel()), _numbered(ends[:, [1, 3]].T.ravel())
    start, end = _numbered(x * len(y) + y).reshape(2, -1)
    edge = np.minimum(start, end) * len(x) + np.maximum(start, end)
    n = len(geometries)
    # Every corner is the start of one edge of its ring.
    return _pairs_with_a_common(start, owner, n), _pairs_with_a_common(edge, owner, n)


def _numbered(values: AnyArray) -> IntArray:
    """A number from 0 for each distinct value; by hashing, which is faster than sorting."""
    contiguous_values = np.ascontiguousarray(values + 0)  # adding 0 makes -0.0 0.0
    # Buffers in both directions, because pa.array and to_numpy import pandas.
    kind = pa.int64() if contiguous_values.dtype == np.int64 else pa.float64()
    array = pa.Array.from_buffers(
        kind, len(contiguous_values), [None, pa.py_buffer(contiguous_values)]
    )
    numbers = array.dictionary_encode().indices.buffers()[1]
    return np.frombuffer(numbers, dtype=np.int32, count=len(contiguous_values)).astype(np.int64)


def distinct(values: IntArray) -> IntArray:
    """The distinct values, ascending; faster here than the hashing of `np.unique` since numpy 2.3.

    Parameters
    ----------
    values : (n,) int64
        In any order.
    """
    sorted_values = np.sort(values)
    is_first = np.append(True, sorted_values[1:] != sorted_values[:-1])[: len(sorted_values)]
    return np.asarray(sorted_values[is_first], dtype=np.int64)


def _pairs_with_a_common(things: IntArray, owner: IntArray, areas: int) -> IntArray:
    """Pairs of areas with equal values in `things`, as first * areas + second, ascending."""
    thing_keys = distinct(_numbered(things) * areas + owner)  # sorted by thing, then area
    thing_numbers, owners = thing_keys // areas, thing_keys % areas
    pair_parts = [np.empty(0, dtype=np.int64)]
    for shift in range(1, len(thing_keys)):
        matches = np.flatnonzero(thing_numbers[shift:] == thing_numbers[:-shift])
        if len(matches) == 0:
            break
        pair_parts.append(owners[matches] * areas + owners[matches + shift])
    return distinct(np.concatenate(pair_parts))
