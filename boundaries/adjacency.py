"""Which areas are neighbours: by a common point (queen) or a common border (rook)."""

import math

import numpy as np
import shapely

from boundaries.layer import Geometries, Layer
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.errors import InvalidParameterError
from spatial.weights import Neighbours

SNAP_M = 0.25  # gaps up to this are slivers, not ground between two areas
SNAP_SHARE = 0.001  # and never more than this share of the side of a middling area
ROOK_SNAPS = 10.0  # a border has to run together for this many times the tolerance


def queen(layer: Layer, *, snap_m: float | None = None) -> Neighbours:
    """Areas that come within a tolerance of each other, if only at one point.

    Parameters
    ----------
    layer : Layer
        Areas in the working CRS; they need not be a valid coverage.
    snap_m : float, optional
        Width of the gaps that do not count, metres, at least 0. By default `SNAP_M`, or
        `SNAP_SHARE` of the square root of the median area where that is less.

    Returns
    -------
    Neighbours
        Symmetric, weights of one, in the order of the layer; areas without are its islands.

    Raises
    ------
    InvalidParameterError
        If `snap_m` is negative or not finite.

    Notes
    -----
    With a tolerance of 0 this is contiguity as in ``spdep::poly2nb`` on exact borders. The
    tolerance can only add pairs; overlapping areas are neighbours too.
    """
    snap = _checked_snap(layer, snap_m)
    i, j = _within(layer, snap)
    return Neighbours.from_pairs(len(layer), i, j, rule="queen")


def rook(layer: Layer, *, snap_m: float | None = None) -> Neighbours:
    """Areas that have a piece of border in common, not only a point.

    Two areas are neighbours if their borders share a line exactly, or run within the tolerance
    of each other for at least `ROOK_SNAPS` tolerances (slivers).

    Parameters
    ----------
    layer, snap_m
        As for `queen`.

    Returns
    -------
    Neighbours
        A subset of `queen`; symmetric, weights of one.

    Raises
    ------
    InvalidParameterError
        If `snap_m` is negative or not finite.
    """
    snap = _checked_snap(layer, snap_m)
    i, j = _within(layer, snap)
    border = shapely.boundary(layer.geometries)
    shared = _share_a_line(border, i, j)
    rest = np.flatnonzero(~shared)
    if snap > 0.0 and len(rest):
        together_m = np.minimum(
            _near_length_m(border, i[rest], j[rest], snap),
            _near_length_m(border, j[rest], i[rest], snap),
        )
        shared[rest] = together_m >= ROOK_SNAPS * snap
    return Neighbours.from_pairs(len(layer), i[shared], j[shared], rule="rook")


def default_snap_m(layer: Layer) -> float:
    """Width of the gaps that do not count for this layer, metres."""
    side_m = math.sqrt(float(np.median(layer.areas_km2)) * 1e6)
    return min(SNAP_M, SNAP_SHARE * side_m)


def _checked_snap(layer: Layer, snap_m: float | None) -> float:
    if snap_m is None:
        return default_snap_m(layer)
    if not (math.isfinite(snap_m) and snap_m >= 0.0):
        raise InvalidParameterError("snap_m", snap_m, "a finite number of metres of at least 0")
    return snap_m


def _within(layer: Layer, snap_m: float) -> tuple[IntArray, IntArray]:
    """Pairs of areas, first before second, that touch, overlap or are within the tolerance."""
    tree = shapely.STRtree(layer.geometries)
    if snap_m > 0.0:
        i, j = tree.query(layer.geometries, predicate="dwithin", distance=snap_m)
    else:
        i, j = tree.query(layer.geometries, predicate="intersects")
    once = i < j
    return np.asarray(i[once], dtype=np.int64), np.asarray(j[once], dtype=np.int64)


def _share_a_line(border: Geometries, i: IntArray, j: IntArray) -> BoolArray:
    """Whether two borders have a line in common, exactly (DE-9IM: dimension 1)."""
    return np.asarray(shapely.relate_pattern(border[i], border[j], "1********"), dtype=bool)


def _near_length_m(border: Geometries, i: IntArray, j: IntArray, snap_m: float) -> FloatArray:
    """Length of the border of each i that lies within the tolerance of the border of j."""
    reach = shapely.buffer(border[j], snap_m, quad_segs=2)
    return np.asarray(shapely.length(shapely.intersection(border[i], reach)))
