"""The line or point that is nearest to each of many points, within a distance."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.arrays import FloatArray, IntArray
from spatial.errors import InvalidParameterError
from spatial.networks.surroundings import runs_merged

FAR = -1
_CHUNK = 2_000  # points whose surroundings are in memory together


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest shape of each point.

    Attributes
    ----------
    shape : (n,) int64
        Its position, ``FAR`` where none is within the distance.
    distance_m : (n,) float64
        Metres; NaN where none is.
    """

    shape: IntArray
    distance_m: FloatArray


@dataclass(frozen=True, eq=False)
class Pairs:
    """Points and the shapes around them, by point and distance.

    Attributes
    ----------
    point, shape : (m,) int64
        Positions.
    distance_m : (m,) float64
        Metres.
    """

    point: IntArray
    shape: IntArray
    distance_m: FloatArray


def nearest_shapes(tree: shapely.STRtree, xy_m: FloatArray, *, distance_m: float) -> Nearest:
    """The nearest shape of each point; of several as near, the first.

    Parameters
    ----------
    tree : shapely.STRtree
        Of the shapes, in a projected CRS.
    xy_m : (n, 2) float64
        Easting and northing, metres; a point with NaN has none.
    distance_m : float
        How far it may be, metres; finite and above 0.

    Returns
    -------
    Nearest
        In the order of the points.

    Raises
    ------
    InvalidParameterError
        If the distance is not finite and above 0.
    """
    _check_distance(distance_m)
    n = len(xy_m)
    shape = np.full(n, FAR, dtype=np.int64)
    distance = np.full(n, np.nan)
    located = np.flatnonzero(np.isfinite(xy_m).all(axis=1))
    if len(located) == 0 or len(tree) == 0:
        return Nearest(shape, distance)
    places, repeats = runs_merged(xy_m[located])
    place = np.repeat(np.arange(len(places)), repeats)
    (point, line), metres = tree.query_nearest(
        shapely.points(places), max_distance=distance_m, return_distance=True
    )
    order = np.lexsort((line, point))
    point, line, metres = point[order], line[order], metres[order]
    is_first = np.diff(point, prepend=-1) != 0
    of_place = np.full(len(places), FAR, dtype=np.int64)
    metres_of_place = np.full(len(places), np.nan)
    of_place[point[is_first]] = line[is_first]
    metres_of_place[point[is_first]] = metres[is_first]
    shape[located] = of_place[place]
    distance[located] = metres_of_place[place]
    return Nearest(shape, distance)


def shapes_around(tree: shapely.STRtree, xy_m: FloatArray, *, distance_m: float) -> Pairs:
    """All shapes within a distance of each point.

    Parameters
    ----------
    tree : shapely.STRtree
        Of the shapes, in a projected CRS.
    xy_m : (n, 2) float64
        Easting and northing, metres; finite.
    distance_m : float
        Metres; finite and above 0; a shape exactly that far is within.

    Returns
    -------
    Pairs
        By point, then by distance, then by shape.

    Raises
    ------
    InvalidParameterError
        If the distance is not finite and above 0.
    """
    _check_distance(distance_m)
    shapes: NDArray[Any] = tree.geometries
    parts: list[tuple[IntArray, IntArray, FloatArray]] = []
    for start in range(0, len(xy_m), _CHUNK):
        points: NDArray[Any] = np.asarray(shapely.points(xy_m[start : start + _CHUNK]))
        point, shape = tree.query(points, predicate="dwithin", distance=distance_m)
        metres = np.asarray(shapely.distance(points[point], shapes[shape]), dtype=np.float64)
        parts.append((point + start, shape, metres))
    if not parts:
        empty = np.empty(0, dtype=np.int64)
        return Pairs(empty, empty, np.empty(0))
    point, shape, metres = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((shape, metres, point))
    return Pairs(point[order], shape[order], metres[order])


def _check_distance(distance_m: float) -> None:
    """Raise InvalidParameterError unless the distance is finite and above 0."""
    if not (math.isfinite(distance_m) and distance_m > 0.0):
        raise InvalidParameterError("distance_m", distance_m, "a finite number of metres above 0")
