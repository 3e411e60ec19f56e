"""Published incidents on a density: spread evenly over the ground of their areas."""

from typing import Any, Final

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from service.store.incidents import Incidents
from spatial.arrays import BoolArray, FloatArray, IntArray

SPACING_M: Final = 100.0  # a quarter of the smallest bandwidth that any policy admits
MOST_POINTS: Final = 300_000  # larger layers have wider spaces
FEWEST_POINTS: Final = 50  # about so many in each area: small ones have narrower spaces
_OFFSET: Final = np.array([0.37, 0.61])  # of a space, so that no border runs along the points


def spread_evenly(
    incidents: Incidents, is_placed: BoolArray, layer: Layer
) -> tuple[FloatArray, FloatArray]:
    """Points that carry the counts of areas evenly: of an area no more is known than its count.

    Parameters
    ----------
    incidents : Incidents
        Made from published cells: each that has a place has the code of its area.
    is_placed : (n,) bool
        Which of them count.
    layer : Layer
        The areas.

    Returns
    -------
    xy_m : (m, 2) float64
        A square grid inside each area that has incidents, or one point of an area that holds none
        of its grid; working CRS, metres.
    weight : (m,) float64
        Incidents at each point; those of an area add up to its count.
    """
    counts = counts_by_area(incidents, is_placed, layer)
    spacing_m = max(SPACING_M, float(np.sqrt(shapely.area(layer.geometries).sum() / MOST_POINTS)))
    places, weights = [np.zeros((0, 2))], [np.zeros(0)]
    for index in np.flatnonzero(counts).tolist():
        geometry = layer.geometries[index]
        narrow_m = float(np.sqrt(shapely.area(geometry) / FEWEST_POINTS))
        inside_m = _grid_inside(geometry, min(spacing_m, narrow_m))
        places.append(inside_m)
        weights.append(np.full(len(inside_m), counts[index] / len(inside_m)))
    return np.concatenate(places), np.concatenate(weights)


def counts_by_area(incidents: Incidents, is_counted: BoolArray, layer: Layer) -> IntArray:
    """Incidents in each area of a layer, by the codes that published ones have.

    Parameters
    ----------
    incidents : Incidents
        Made from published cells.
    is_counted : (n,) bool
        Which of them count, of those that are in an area.
    layer : Layer
        The areas.

    Returns
    -------
    (a,) int64
        In the order of the layer.
    """
    codes = incidents.area_code[is_counted & (incidents.area_code >= 0)]
    by_code = np.bincount(codes, minlength=len(incidents.area_codes)).tolist()
    counts = dict(zip(incidents.area_codes, by_code, strict=True))
    return np.array([counts.get(code, 0) for code in layer.codes], dtype=np.int64)


def _grid_inside(geometry: Any, spacing_m: float) -> FloatArray:
    """The points of a grid that lie in an area; one where none does."""
    left, bottom, right, top = shapely.bounds(geometry) / spacing_m
    x_m = (np.arange(np.floor(left), np.ceil(right)) + _OFFSET[0]) * spacing_m
    y_m = (np.arange(np.floor(bottom), np.ceil(top)) + _OFFSET[1]) * spacing_m
    xy_m = np.column_stack([axis.ravel() for axis in np.meshgrid(x_m, y_m)])
    shapely.prepare(geometry)
    inside_m = xy_m[shapely.contains_xy(geometry, xy_m[:, 0], xy_m[:, 1])]
    if len(inside_m):
        return inside_m
    point = shapely.point_on_surface(geometry)
    return np.array([[shapely.get_x(point), shapely.get_y(point)]])
