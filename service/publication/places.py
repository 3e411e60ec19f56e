"""Where published records are put inside their areas: points that no record has a part in."""

from typing import Any, Final

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from spatial.arrays import FloatArray, IntArray

MOST: Final = 1_024  # distinct points of one area; further records take them again
BATCHES: Final = 40  # an area that fills less of its bounds than this finds is taken as a point

# The plastic constant's powers: the additive sequence whose points lie apart in the plane.
_STEPS: Final = np.array([0.7548776662466927, 0.5698402909980532])


def points_inside(geometry: Any, count: int) -> FloatArray:
    """Points spread inside an area, the same ones for every question.

    Parameters
    ----------
    geometry : shapely geometry
        A polygon or several, metres.
    count : int
        How many; at least 1.

    Returns
    -------
    (count, 2) float64
        Of an additive low-discrepancy sequence over the bounds, those inside; the first k of
        more points are the k points of fewer.
    """
    left, bottom, right, top = geometry.bounds
    size, points, first = max(64, 4 * count), np.zeros((0, 2)), 1
    shapely.prepare(geometry)
    for _ in range(BATCHES):
        unit = (0.5 + np.arange(first, first + size)[:, None] * _STEPS) % 1.0
        xy_m = unit * (right - left, top - bottom) + (left, bottom)
        points = np.concatenate([points, xy_m[shapely.contains_xy(geometry, *xy_m.T)]])
        if len(points) >= count:
            return points[:count]
        first += size
    if len(points) == 0:
        inner = geometry.representative_point()
        points = np.array([[inner.x, inner.y]])
    return points[np.arange(count) % len(points)]


def places_of(layer: Layer, area: IntArray, number: IntArray) -> FloatArray:
    """A place for each of some records.

    Parameters
    ----------
    layer : Layer
        The areas.
    area : (n,) int64
        Position of each record's area in the layer; -1 for a record without a place.
    number : (n,) int64
        Its number among those of its area, from 0.

    Returns
    -------
    (n, 2) float64
        Metres; NaN without a place.
    """
    xy_m = np.full((len(area), 2), np.nan)
    if len(area) == 0:
        return xy_m
    number = number % MOST
    order = np.argsort(area, kind="stable")
    areas, starts = np.unique(area[order], return_index=True)
    for index, rows in zip(areas.tolist(), np.split(order, starts[1:]), strict=True):
        if index >= 0:
            points = points_inside(layer.geometries[index], int(number[rows].max()) + 1)
            xy_m[rows] = points[number[rows]]
    return xy_m
