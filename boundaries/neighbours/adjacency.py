"""Contiguity: areas with a common point (queen) or a common border (rook)."""

import math

import numpy as np
import shapely

from boundaries.layers.edges import distinct, pairs_in_contact
from boundaries.layers.layer import Geometries, Layer
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.errors import InvalidParameterError
from spatial.weights.weights import Neighbours

SNAP_M = 0.25  # wider gaps separate areas; narrower ones are slivers
SNAP_SHARE = 0.001  # but at most this share of the side of an area of median size
ROOK_SNAPS = 10.0  # least length of a common border, as a multiple of the tolerance


def queen(layer: Layer, *, snap_m: float | None = None) -> Neighbours:
    """Queen contiguity: areas within a tolerance of each other, at one point or more.

    Parameters
    ----------
    layer : Layer
        Areas in the working CRS; they need not be a valid coverage.
    snap_m : float, optional
        Width of gaps to ignore, metres, at least 0. By default `SNAP_M`, or `SNAP_SHARE` of the
        square root of the median area if that is less.

    Returns
    -------
    Neighbours
        Symmetric, with weights of one, in the order of the layer.

    Raises
    ------
    InvalidParameterError
        If `snap_m` is negative or not finite.

    Notes
    -----
    With a tolerance of 0 the result is that of ``spdep::poly2nb`` on exact borders. A larger
    tolerance can only add pairs. Overlapping areas are neighbours.
    """
    snap = _checked_snap(layer, snap_m)
    corners, _ = pairs_in_contact(layer.geometries)
    i, j = _within(layer, snap, corners)
    return Neighbours.from_pairs(len(layer), i, j, rule="queen")


def rook(layer: Layer, *, snap_m: float | None = None) -> Neighbours:
    """Rook contiguity: areas with a common piece of border, not only a point.

    Two areas are neighbours if their borders share a line exactly, or run within the tolerance
    of each other for at least `ROOK_SNAPS` tolerances (slivers).

    Parameters
    ----------
    layer, snap_m
        As for `queen`.

    Returns
    -------
    Neighbours
        A subset of `queen`; symmetric, with weights of one.

    Raises
    ------
    InvalidParameterError
        If `snap_m` is negative or not finite.
    """
    snap = _checked_snap(layer, snap_m)
    corners, edges = pairs_in_contact(layer.geometries)
    i, j = _within(layer, snap, corners)
    has_border = np.isin(i * len(layer) + j, edges, assume_unique=True, kind="sort")
    undecided_pairs = np.flatnonzero(~has_border)
    if len(undecided_pairs):
        border = shapely.boundary(layer.geometries)
        has_border[undecided_pairs] = _share_a_line(border, i[undecided_pairs], j[undecided_pairs])
        undecided_pairs = np.flatnonzero(~has_border)
    if snap > 0.0 and len(undecided_pairs):
        common_m = np.minimum(
            _near_length_m(border, i[undecided_pairs], j[undecided_pairs], snap),
            _near_length_m(border, j[undecided_pairs], i[undecided_pairs], snap),
        )
        has_border[undecided_pairs] = common_m >= ROOK_SNAPS * snap
    return Neighbours.from_pairs(len(layer), i[has_border], j[has_border], rule="rook")


def default_snap_m(layer: Layer) -> float:
    """The default width of gaps to ignore, metres.

    Parameters
    ----------
    layer : Layer
        The areas; the width depends on their median size.
    """
    side_m = math.sqrt(float(np.median(layer.areas_km2)) * 1e6)
    return min(SNAP_M, SNAP_SHARE * side_m)


def _checked_snap(layer: Layer, snap_m: float | None) -> float:
    """The tolerance given, if it is finite and at least 0, or the default."""
    if snap_m is None:
        return default_snap_m(layer)
    if not (math.isfinite(snap_m) and snap_m >= 0.0):
        raise InvalidParameterError("snap_m", snap_m, "a finite number of metres of at least 0")
    return snap_m


def _within(layer: Layer, snap_m: float, known_pairs: IntArray) -> tuple[IntArray, IntArray]:
    """Pairs of areas, first before second, that touch, overlap or are within the tolerance.

    `known_pairs` have a common corner and need no test; of the other pairs, those whose bounding
    boxes meet are tested.
    """
    areas = len(layer)
    bounds = shapely.bounds(layer.geometries) + np.array([-1.0, -1.0, 1.0, 1.0]) * snap_m
    i, j = shapely.STRtree(layer.geometries).query(shapely.box(*bounds.T))
    box_pairs = distinct((i * areas + j)[i < j])
    box_pairs = box_pairs[~np.isin(box_pairs, known_pairs, assume_unique=True, kind="sort")]
    prepared_areas = layer.geometries.copy()
    shapely.prepare(prepared_areas)
    first_area, second_area = prepared_areas[box_pairs // areas], prepared_areas[box_pairs % areas]
    is_near = (
        shapely.dwithin(first_area, second_area, snap_m)
        if snap_m
        else shapely.intersects(first_area, second_area)
    )
    pairs = np.sort(np.concatenate([known_pairs, box_pairs[is_near]]))
    return pairs // areas, pairs % areas


def _share_a_line(border: Geometries, i: IntArray, j: IntArray) -> BoolArray:
    """Whether two borders have a common line, exactly (dimension 1 in DE-9IM)."""
    return np.asarray(shapely.relate_pattern(border[i], border[j], "1********"), dtype=bool)


def _near_length_m(border: Geometries, i: IntArray, j: IntArray, snap_m: float) -> FloatArray:
    """Length of the part of border i within the tolerance of border j, for each pair."""
    reach = shapely.buffer(border[j], snap_m, quad_segs=2)
    return np.asarray(shapely.length(shapely.intersection(border[i], reach)))
