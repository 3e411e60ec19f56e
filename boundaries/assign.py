"""Points to areas: which area each point lies in.

The rule for a point on a border: it belongs to every area it touches, and is given to the
first of them in code order. The same holds where areas overlap.
"""

import numpy as np
import shapely
from numpy.typing import ArrayLike

from boundaries.layer import Layer
from spatial.arrays import IndexArray
from spatial.errors import InvalidPointsError

OUTSIDE = -1


def assign_points(layer: Layer, xy_m: ArrayLike) -> IndexArray:
    """The position in `layer.codes` of the area that each point lies in.

    Parameters
    ----------
    layer : Layer
        Areas in the working CRS, in the order of their codes.
    xy_m : (n, 2) float64
        Places in the working CRS, metres; NaN or infinite where a place is not known.

    Returns
    -------
    (n,) int32
        -1 outside all areas and where a coordinate is not finite. A point on a border, or
        where areas overlap, is in the first of its areas in code order.

    Raises
    ------
    InvalidPointsError
        If the shape is not (n, 2).
    """
    points = np.ascontiguousarray(xy_m, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise InvalidPointsError(points.shape, 0)
    area = np.full(len(points), OUTSIDE, dtype=np.int32)
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    tree = shapely.STRtree(layer.geometries)
    at, found = tree.query(shapely.points(points[known]), predicate="intersects")
    last_first = np.argsort(-found, kind="stable")  # the smallest position is written last
    area[known[at[last_first]]] = found[last_first]
    return area
