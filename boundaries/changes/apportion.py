"""Amounts of areas, as much of them as falls into a shape: shared out by area."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from boundaries.layers.layer import Layer
from spatial.arrays import FloatArray
from spatial.errors import InvalidValuesError


def shares_inside(layer: Layer, shape: Any) -> FloatArray:
    """The share of each area that lies in a shape.

    Parameters
    ----------
    layer : Layer
        The areas.
    shape : shapely geometry
        Valid polygon or multipolygon in the CRS of the layer.

    Returns
    -------
    (n,) float64
        From 0 to 1, in the order of the layer's codes.
    """
    shapely.prepare(shape)
    touching = np.flatnonzero(shapely.intersects(shape, layer.geometries))
    share = np.zeros(len(layer))
    areas = layer.geometries[touching]
    share[touching] = shapely.area(shapely.intersection(areas, shape)) / shapely.area(areas)
    return np.clip(share, 0.0, 1.0)


def apportioned(layer: Layer, shape: Any, amounts: Mapping[str, ArrayLike]) -> dict[str, float]:
    """As much of each amount as falls into a shape.

    Parameters
    ----------
    layer : Layer
        The areas.
    shape : shapely geometry
        Valid polygon or multipolygon in the CRS of the layer.
    amounts : mapping of str to (n,) float64
        What adds up (residents, households), in the order of the layer's codes; finite.

    Returns
    -------
    dict of str to float
        Of each name. What lies beyond the shape is in no amount.

    Raises
    ------
    InvalidValuesError
        If an amount is not finite: what is missing must be counted apart, not as 0.

    Notes
    -----
    Area-weighted interpolation by `tobler`: each area's amount as if spread evenly over it. It
    sums in single precision: seven digits are good. Its ``allocate_total`` would give the whole
    of an area to a shape that holds a part of it.

    References
    ----------
    Goodchild and Lam (1980), Geo-Processing 1.
    """
    touching = np.flatnonzero(shapely.intersects(shape, layer.geometries))
    columns = {name: np.asarray(values, np.float64)[touching] for name, values in amounts.items()}
    for name, values in columns.items():
        if not np.isfinite(values).all():
            raise InvalidValuesError(name, "finite")
    if not len(touching) or not columns:
        return dict.fromkeys(amounts, 0.0)
    # Of libpysal's family, which takes more than a second to import: only a profile needs it.
    from geopandas import GeoDataFrame
    from tobler.area_weighted import area_interpolate

    table = area_interpolate(
        GeoDataFrame(columns, geometry=layer.geometries[touching], crs=layer.crs),
        GeoDataFrame(geometry=[shape], crs=layer.crs),
        extensive_variables=list(columns),
        allocate_total=False,
    )
    return {name: float(table[name].iloc[0]) for name in columns}
