"""Neighbours by the triangulation of centres: Delaunay, and the Gabriel graph within it."""

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_points
from spatial.errors import InvalidNeighboursError
from spatial.weights.distance_weights import LEAST_TOLERANCE_M, MAX_LINKS
from spatial.weights.weights import Neighbours

ANGLE_TOLERANCE = 1e-6  # radians: a millionth of a distance across it


def delaunay(xy_m: ArrayLike) -> Neighbours:
    """Areas whose centres are joined by the Delaunay triangulation.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Centres, metres, in the working CRS.

    Returns
    -------
    Neighbours
        Symmetric, with weights of one.

    Raises
    ------
    InvalidPointsError
        If the centres are not finite.
    InvalidNeighboursError
        If the centres cannot be triangulated, or too many of them are at one place.

    Notes
    -----
    Two centres are joined where their Voronoi cells have a common border. Of four or more centres
    on one circle (a lattice) those across it, whose cells meet in a corner, are not: which of
    them a triangulation joins is an accident. Centres within a millimetre of each other are one
    place, and neighbours of each other as well as of the places around. Centres on one line are
    joined along it.

    References
    ----------
    Delaunay (1934), Bulletin de l'Académie des Sciences de l'URSS 6; Okabe, Boots, Sugihara and
    Chiu (2000), Spatial Tessellations, section 2.4.
    """
    return _triangulated(xy_m, rule="delaunay")


def gabriel(xy_m: ArrayLike) -> Neighbours:
    """Areas between whose centres no other lies: the Gabriel graph.

    Parameters
    ----------
    xy_m
        As for `delaunay`.

    Returns
    -------
    Neighbours
        A subset of `delaunay`; symmetric, with weights of one.

    Raises
    ------
    InvalidPointsError, InvalidNeighboursError
        As `delaunay`.

    Notes
    -----
    Two centres are joined where no other is within, or on, the circle whose diameter they are.

    References
    ----------
    Gabriel and Sokal (1969), Systematic Zoology 18(3).
    """
    return _triangulated(xy_m, rule="gabriel")


def _triangulated(xy_m: ArrayLike, *, rule: str) -> Neighbours:
    """The neighbours by one of the two rules."""
    points = checked_points(xy_m)
    lattice = np.round(points / LEAST_TOLERANCE_M).astype(np.int64)
    _, first, place = np.unique(lattice, axis=0, return_index=True, return_inverse=True)
    places = points[first] - points.mean(axis=0)
    i, j = _joined_places(places, rule)
    i, j = _members(place.ravel(), i, j)
    return Neighbours.from_pairs(len(points), i, j, rule=rule)


def _joined_places(places: FloatArray, rule: str) -> tuple[IntArray, IntArray]:
    """Pairs of places that the rule joins."""
    spread = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    if len(places) < 3 or spread[1] <= ANGLE_TOLERANCE * spread[0]:
        axis = int(np.argmax(np.ptp(places, axis=0)))
        along = np.lexsort((places[:, 1 - axis], places[:, axis]))
        return along[:-1], along[1:]
    from scipy.spatial import Delaunay, QhullError  # slow to import

    try:
        triangulation = Delaunay(places)
    except QhullError as error:
        raise InvalidNeighboursError("the centres of the areas cannot be triangulated") from error
    corners = np.asarray(triangulation.simplices, dtype=np.int64)
    beyond = np.asarray(triangulation.neighbors, dtype=np.int64)
    # The side opposite to each corner of each triangle; a side between two triangles stands
    # twice, once with the corner on either side of it.
    triangle, corner = np.divmod(np.arange(corners.size), 3)
    first, second = corners[triangle, (corner + 1) % 3], corners[triangle, (corner + 2) % 3]
    apex = corners[triangle, corner]
    other_triangle = beyond[triangle, corner]
    is_outer = other_triangle < 0
    other = corners[np.maximum(other_triangle, 0)]
    is_apex = (other != first[:, None]) & (other != second[:, None])
    other_apex = np.where(is_outer, apex, other[np.arange(len(other)), is_apex.argmax(axis=1)])
    sine, cosine = _angle(places, first, second, apex)
    other_sine, other_cosine = _angle(places, first, second, other_apex)
    if rule == "gabriel":
        is_joined = (cosine > ANGLE_TOLERANCE) & (other_cosine > ANGLE_TOLERANCE)
    else:
        # Of four centres on a circle the angles on both sides of a diagonal add up to a half turn.
        sum_sine = sine * other_cosine + cosine * other_sine
        sum_cosine = cosine * other_cosine - sine * other_sine
        is_joined = is_outer | (sum_cosine > 0.0) | (np.abs(sum_sine) > ANGLE_TOLERANCE)
    return first[is_joined], second[is_joined]


def _angle(
    places: FloatArray, first: IntArray, second: IntArray, apex: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Sine and cosine of the angle under which a side is seen from a corner."""
    to_first, to_second = places[first] - places[apex], places[second] - places[apex]
    lengths = np.hypot(*to_first.T) * np.hypot(*to_second.T)
    sine = np.abs(to_first[:, 0] * to_second[:, 1] - to_first[:, 1] * to_second[:, 0]) / lengths
    return sine, (to_first * to_second).sum(axis=1) / lengths


def _members(place: IntArray, i: IntArray, j: IntArray) -> tuple[IntArray, IntArray]:
    """Pairs of the areas at joined places, and of those at one place."""
    size = np.bincount(place)
    is_shared = np.flatnonzero(size > 1)
    i, j = np.concatenate([i, is_shared]), np.concatenate([j, is_shared])
    pairs = size[i] * size[j]
    if pairs.sum() > MAX_LINKS:
        raise InvalidNeighboursError(
            f"{pairs.sum():,} pairs of areas at the same places are more than the {MAX_LINKS:,} "
            "allowed"
        )
    area, start = np.argsort(place, kind="stable"), np.cumsum(size) - size
    edge = np.repeat(np.arange(len(pairs)), pairs)
    position = np.arange(len(edge)) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    row, column = np.divmod(position, size[j][edge])
    return area[start[i][edge] + row], area[start[j][edge] + column]
