"""Coordinate systems: which can be the working CRS, and transforms between two of them."""

from functools import lru_cache

import numpy as np
import pyproj

from spatial.arrays import FloatArray
from spatial.errors import InvalidParameterError

WGS84 = "EPSG:4326"
WEB_MERCATOR = "EPSG:3857"


@lru_cache(maxsize=32)
def parsed_crs(name: str) -> pyproj.CRS:
    """The coordinate system with a name such as ``EPSG:27700``.

    Parameters
    ----------
    name : str
        Any text that PROJ accepts.

    Raises
    ------
    InvalidParameterError
        If PROJ does not know the name.
    """
    try:
        return pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise InvalidParameterError(
            "crs", name, "a coordinate system that PROJ knows, such as EPSG:27700"
        ) from None


def checked_working_crs(name: str) -> pyproj.CRS:
    """The coordinate system, if distances in it are metres.

    Parameters
    ----------
    name : str
        As for `parsed_crs`.

    Raises
    ------
    InvalidParameterError
        If it is unknown, not projected, or not in metres.
    """
    crs = parsed_crs(name)
    is_metric = crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])
    if not is_metric:
        raise InvalidParameterError("working crs", name, "projected and in metres")
    return crs


@lru_cache(maxsize=32)
def transformer(source: str, target: str) -> pyproj.Transformer:
    """A transformer between two systems, always x (or longitude) first.

    Parameters
    ----------
    source, target : str
        Coordinate systems by name.
    """
    return pyproj.Transformer.from_crs(parsed_crs(source), parsed_crs(target), always_xy=True)


def transform_xy(xy: FloatArray, *, source: str, target: str) -> FloatArray:
    """Coordinates transformed to another coordinate system.

    Parameters
    ----------
    xy : (n, 2) float64
        x then y, or longitude then latitude, in `source`.
    source, target : str
        Coordinate systems by name.

    Returns
    -------
    (n, 2) float64
        Infinite where PROJ cannot transform a coordinate.
    """
    if source == target or len(xy) == 0:
        return xy
    x, y = transformer(source, target).transform(xy[:, 0], xy[:, 1], errcheck=False)
    return np.column_stack([x, y])
