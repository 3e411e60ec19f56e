"""The ground and the points within a distance of places."""

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import FloatArray, IntArray, checked_points
from spatial.errors import InvalidParameterError

QUARTER: int = 16  # segments of a quarter of a circle
M2_PER_KM2 = 1e6


def circles(xy_m: FloatArray, distance_m: float) -> NDArray[Any]:
    """A polygon around each point with the area of the circle.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing, metres; finite.
    distance_m : float
        The circle's radius, metres; finite and above 0.

    Returns
    -------
    (n,) object array
        Of 64 corners, which lie 0.08 % outside the circle so that the area is the circle's.

    Raises
    ------
    InvalidParameterError
        If the distance is not finite and above 0.
    """
    if not (math.isfinite(distance_m) and distance_m > 0.0):
        raise InvalidParameterError("distance_m", distance_m, "a finite number of metres above 0")
    step = math.tau / (4 * QUARTER)
    radius_m = distance_m * math.sqrt(step / math.sin(step))
    return np.asarray(
        shapely.buffer(shapely.points(checked_points(xy_m)), radius_m, quad_segs=QUARTER),
        dtype=object,
    )


def ground_together(shapes: NDArray[Any], areas: NDArray[Any]) -> tuple[FloatArray, Any]:
    """The ground of each area within any of some shapes, where they overlap counted once.

    Parameters
    ----------
    shapes : (n,) object array
        Polygons, as of `circles`.
    areas : (k,) object array
        Polygons or multipolygons.

    Returns
    -------
    km2 : (k,) float64
        Square kilometres.
    ground : shapely geometry
        All of it, as one shape.
    """
    tree = shapely.STRtree(shapes)
    area, shape = tree.query(areas, predicate="intersects")
    order = np.argsort(area, kind="stable")
    bounds = np.searchsorted(area[order], np.arange(len(areas) + 1))
    parts = np.full(len(areas), None, dtype=object)
    for k in range(len(areas)):
        near = shapes[shape[order[bounds[k] : bounds[k + 1]]]]
        if len(near):
            parts[k] = shapely.intersection(shapely.union_all(near), areas[k])
    km2 = np.nan_to_num(shapely.area(parts)) / M2_PER_KM2
    return np.asarray(km2, dtype=np.float64), shapely.union_all(parts[shapely.area(parts) > 0.0])


def ground_of_each(
    shapes: NDArray[Any], areas: NDArray[Any]
) -> tuple[IntArray, IntArray, FloatArray]:
    """The ground of areas within each of some shapes, wherever that is more than nothing.

    Parameters
    ----------
    shapes : (n,) object array
        Polygons, as of `circles`.
    areas : (k,) object array
        Polygons or multipolygons.

    Returns
    -------
    shape, area : (m,) int64
        Positions of a shape and an area that share ground.
    km2 : (m,) float64
        How much, square kilometres.
    """
    tree = shapely.STRtree(shapes)
    area, shape = tree.query(areas, predicate="intersects")
    inner_area, inner_shape = tree.query(areas, predicate="covers")
    is_inside = np.isin(area * len(shapes) + shape, inner_area * len(shapes) + inner_shape)
    m2 = np.asarray(shapely.area(shapes[shape]), dtype=np.float64)
    cut = shapely.intersection(shapes[shape[~is_inside]], areas[area[~is_inside]])
    m2[~is_inside] = shapely.area(cut)
    is_ground = m2 > 0.0
    return shape[is_ground], area[is_ground], m2[is_ground] / M2_PER_KM2


def distance_to_nearest(xy_m: ArrayLike, places_m: ArrayLike) -> FloatArray:
    """The distance of each point from the nearest place.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing, metres; finite.
    places_m : (k, 2) float64
        The places; finite.

    Returns
    -------
    (n,) float64
        Metres; infinite where there is no place.
    """
    from scipy.spatial import cKDTree

    points, places = checked_points(xy_m), checked_points(places_m)
    if not (len(points) and len(places)):
        return np.full(len(points), np.inf)
    distance_m, _ = cKDTree(places).query(points)
    return np.asarray(distance_m, dtype=np.float64)


def points_around(
    xy_m: ArrayLike, places_m: ArrayLike, distance_m: float, *, repeats: ArrayLike | None = None
) -> IntArray:
    """The number of points within a distance of each place.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing, metres; finite.
    places_m : (k, 2) float64
        The places; finite.
    distance_m : float
        Metres; a point exactly that far counts.
    repeats : (n,) int64 or None
        As how many each point counts; None: as one.

    Returns
    -------
    (k,) int64
        Points within the distances of several places count for each of them.
    """
    from scipy.spatial import cKDTree

    points, places = checked_points(xy_m), checked_points(places_m)
    if not (len(points) and len(places)):
        return np.zeros(len(places), dtype=np.int64)
    tree = cKDTree(points)
    if repeats is None:
        number = tree.query_ball_point(places, distance_m, return_length=True)
        return np.asarray(number, dtype=np.int64)
    times = np.asarray(repeats, dtype=np.int64)
    near = tree.query_ball_point(places, distance_m)
    return np.array([int(times[indices].sum()) for indices in near], dtype=np.int64)


def runs_merged(xy_m: FloatArray) -> tuple[FloatArray, IntArray]:
    """Points of which those at one place that follow each other are one.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Sorted in space, as records are at rest: then hardly a place remains twice.

    Returns
    -------
    xy_m : (m, 2) float64
        In the same order.
    repeats : (m,) int64
        How many each stands for.
    """
    is_start = np.ones(len(xy_m), dtype=np.bool_)
    is_start[1:] = (xy_m[1:] != xy_m[:-1]).any(axis=1)
    starts = np.flatnonzero(is_start)
    return xy_m[starts], np.diff(np.append(starts, len(xy_m)))


def poisson_p_value(counts: ArrayLike, expected: ArrayLike) -> FloatArray:
    """P of a Poisson count as far from what is expected, two-sided and exact.

    Parameters
    ----------
    counts : (n,) int
        At least 0.
    expected : (n,) float64
        At least 0; NaN gives NaN.

    Returns
    -------
    (n,) float64
        Twice the smaller tail, at most 1.

    Notes
    -----
    The null: the count is Poisson with the mean that is expected, which is taken as known. Being
    discrete the test is conservative: it rejects at most as often as its level says.
    """
    from scipy.special import pdtr

    k = np.asarray(counts, dtype=np.float64)
    mean = np.asarray(expected, dtype=np.float64)
    at_most = pdtr(k, mean)
    at_least = np.where(k > 0, 1.0 - pdtr(np.maximum(k - 1.0, 0.0), mean), 1.0)
    p_value = np.minimum(1.0, 2.0 * np.minimum(at_most, at_least))
    return np.asarray(np.where(np.isnan(mean), np.nan, p_value), dtype=np.float64)
