"""Assignment of points to areas.

A point on a border, or where areas overlap, is assigned to the first of its areas in code order.
"""

import threading
import weakref

import numpy as np
import shapely
from numpy.typing import ArrayLike

from boundaries.layers.layer import Geometries, Layer
from boundaries.points.area_index import OUTSIDE, UNDECIDED, AreaIndex
from spatial.arrays import FloatArray, IndexArray
from spatial.errors import InvalidPointsError

FEW_POINTS = 2_000  # for fewer points it is not worth building an index

_indices: "weakref.WeakKeyDictionary[Layer, AreaIndex]" = weakref.WeakKeyDictionary()
_building = threading.Lock()


def assign_points(layer: Layer, xy_m: ArrayLike) -> IndexArray:
    """The position in `layer.codes` of the area that contains each point.

    Parameters
    ----------
    layer : Layer
        Areas in the working CRS, in the order of their codes.
    xy_m : (n, 2) float64
        Points in the working CRS, metres; NaN or infinite where a position is unknown.

    Returns
    -------
    (n,) int32
        -1 outside all areas and where a coordinate is not finite. A point on a border, or where
        areas overlap, is in the first of its areas in code order.

    Raises
    ------
    InvalidPointsError
        If the shape is not (n, 2).

    Notes
    -----
    Exact: the result is that of the ``intersects`` predicate of GEOS with every area. The first
    call with many points builds the layer's index (0.1 s for 500 areas), which is kept as long
    as the layer; after that a point takes some tens of nanoseconds.
    """
    points = np.ascontiguousarray(xy_m, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise InvalidPointsError(points.shape, 0)
    if len(points) < FEW_POINTS and layer not in _indices:
        return _by_tree(layer.geometries, points)
    area = _index_of(layer).find(points)
    undecided_points = np.flatnonzero(area == UNDECIDED)
    area[undecided_points] = _by_tree(layer.geometries, points[undecided_points])
    return area


def compile_kernels() -> None:
    """Compile the kernels of `assign_points` before the first request needs them."""
    square = np.array([shapely.box(0.0, 0.0, 1.0, 1.0)], dtype=object)
    AreaIndex.of(square, cells=4).find(np.zeros((1, 2)))


def _index_of(layer: Layer) -> AreaIndex:
    """The layer's index, built by the first thread that needs it."""
    with _building:
        index = _indices.get(layer)
        if index is None:
            index = _indices[layer] = AreaIndex.of(layer.geometries)
        return index


def _by_tree(geometries: Geometries, points: FloatArray) -> IndexArray:
    """(n,) int32 first area that each point intersects, by the exact predicate of GEOS."""
    area = np.full(len(points), OUTSIDE, dtype=np.int32)
    known_points = np.flatnonzero(np.isfinite(points).all(axis=1))
    tree = shapely.STRtree(geometries)
    point_index, area_index = tree.query(
        shapely.points(points[known_points]), predicate="intersects"
    )
    reverse_order = np.argsort(-area_index, kind="stable")  # the smallest position is written last
    area[known_points[point_index[reverse_order]]] = area_index[reverse_order]
    return area
