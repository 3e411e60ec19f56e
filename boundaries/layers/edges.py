"""Borders as numbers: the edges of areas, and which areas have corners and edges in common."""

import numpy as np
import pyarrow as pa
import shapely

from boundaries.layers.layer import Geometries
from spatial.arrays import AnyArray, FloatArray, IntArray


def edges_of(geometries: Geometries) -> tuple[FloatArray, IntArray]:
    """Every edge of every ring, and the area it belongs to.

    Parameters
    ----------
    geometries : (n,) object array
        Polygons and multipolygons.

    Returns
    -------
    edges : (m, 4) float64
        x and y of both ends.
    owner : (m,) int64
        Position of its area, ascending.
    """
    parts, area = shapely.get_parts(geometries, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    segment_starts = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.hstack([xy[segment_starts], xy[segment_starts + 1]])
    return ends, np.asarray(area[part[ring[segment_starts]]], dtype=np.int64)


def pairs_in_contact(geometries: Geometries) -> tuple[IntArray, IntArray]:
    """Pairs of areas with a corner in common, and with an edge in common, to the last digit.

    Returns
    -------
    corners, edges : (pairs,) int64
        Each pair once, as first * n + second with first < second; ascending.

    Notes
    -----
    In a valid coverage these are all pairs that touch at a point and along a line. Elsewhere
    they are some of them: borders may touch without a common corner.
    """
    ends, owner = edges_of(geometries)
    x, y = _numbered(ends[:, [0, 2]].T.ravel()), _numbered(ends[:, [1, 3]].T.ravel())
    start, end = _numbered(x * len(y) + y).reshape(2, -1)
    edge = np.minimum(start, end) * len(x) + np.maximum(start, end)
    n = len(geometries)
    # Every corner is the start of one edge of its ring.
    return _pairs_with_a_common(start, owner, n), _pairs_with_a_common(edge, owner, n)


def _numbered(values: AnyArray) -> IntArray:
    """A number from 0 for each distinct value; found by hashing, which is faster than sorting."""
    contiguous_values = np.ascontiguousarray(values + 0)  # adding 0 makes -0.0 0.0
    # Buffers there and back: pa.array and to_numpy import pandas.
    kind = pa.int64() if contiguous_values.dtype == np.int64 else pa.float64()
    array = pa.Array.from_buffers(
        kind, len(contiguous_values), [None, pa.py_buffer(contiguous_values)]
    )
    numbers = array.dictionary_encode().indices.buffers()[1]
    return np.frombuffer(numbers, dtype=np.int32, count=len(contiguous_values)).astype(np.int64)


def distinct(values: IntArray) -> IntArray:
    """The distinct values, ascending; `np.unique` hashes since numpy 2.3, which is slower here."""
    sorted_values = np.sort(values)
    is_first = np.append(True, sorted_values[1:] != sorted_values[:-1])[: len(sorted_values)]
    return np.asarray(sorted_values[is_first], dtype=np.int64)


def _pairs_with_a_common(things: IntArray, owner: IntArray, areas: int) -> IntArray:
    """Pairs of areas that have the same thing, as first * areas + second, ascending."""
    thing_keys = distinct(_numbered(things) * areas + owner)  # who holds what, by thing
    thing_numbers, owners = thing_keys // areas, thing_keys % areas
    pair_parts = [np.empty(0, dtype=np.int64)]
    for shift in range(1, len(thing_keys)):
        matches = np.flatnonzero(thing_numbers[shift:] == thing_numbers[:-shift])
        if len(matches) == 0:
            break
        pair_parts.append(owners[matches] * areas + owners[matches + shift])
    return distinct(np.concatenate(pair_parts))
