"""Coordinate systems: which are usable as the working CRS, and transforms between two.

Every transform goes through `transform_xy` and `transform_bounds`. Between the British National
Grid and anything that is not on its datum they take OSTN15 (`british_grid`); everything else is
PROJ's, with its network off, so that no grid is fetched behind our back.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import numpy as np
import pyproj
from pyproj.crs import ProjectedCRS

from spatial.arrays import FloatArray
from spatial.coordinates import british_grid
from spatial.errors import InvalidParameterError

WGS84 = "EPSG:4326"
WEB_MERCATOR = "EPSG:3857"
BRITISH_GRID = "EPSG:27700"
ETRS89 = "EPSG:4258"
_GRID_CODE = 27700
_OSGB36 = 4277  # longitude and latitude on the datum of the British grid
_CONFIDENCE = 70  # per cent, of PROJ that a description means a code
_EDGE_POINTS = 21  # along each side of an extent

pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]

Transform = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
Bounds = tuple[float, float, float, float]


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


def is_british_grid(name: str) -> bool:
    """Whether a system is EPSG:27700, however it is described.

    Parameters
    ----------
    name : str
        A code, WKT or PROJ string; with heights or stated shifts to WGS 84 too.
    """
    return british_kind(name) == "grid"


def smooth_crs(name: str) -> str:
    """A system that lies within 140 m of another and has derivatives everywhere.

    OSTN15 is linear between nodes and has a bend at each: what is to be interpolated over more
    than a kilometre is interpolated in the map before it is moved, and then moved. Any other
    system is smooth itself.

    Parameters
    ----------
    name : str
        The coordinate system.
    """
    return british_grid.UNSHIFTED_GRID if is_british_grid(name) else name


def mean_stretch(name: str) -> float:
    """Metres of a system per metre of its `smooth_crs`, on average.

    Parameters
    ----------
    name : str
        The coordinate system.
    """
    return british_grid.MEAN_STRETCH if is_british_grid(name) else 1.0


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
        Infinite where PROJ cannot transform a place. Places outside the area of a system are
        transformed too, as maps and boxes need: `in_area_of_use` tells them apart.
    """
    if source == target or len(xy) == 0 or not _steps(source, target):
        return xy
    x, y = xy[:, 0], xy[:, 1]
    for step in _steps(source, target):
        x, y = step(x, y)
    return np.column_stack([x, y])


def transform_bounds(bounds: Bounds, *, source: str, target: str) -> Bounds:
    """The extent in another system of all that lies in an extent.

    Parameters
    ----------
    bounds : (left, bottom, right, top)
        In `source`.
    source, target : str
        Coordinate systems by name.

    Returns
    -------
    (left, bottom, right, top)
        In `target`; left is greater than right across the antimeridian. Infinite where nothing
        of the outline can be transformed.
    """
    if british_kind(source) is None and british_kind(target) is None:
        return proj_transformer(source, target).transform_bounds(*bounds, densify_pts=_EDGE_POINTS)
    left, bottom, right, top = bounds
    x, y = (np.linspace(*ends, _EDGE_POINTS + 2) for ends in ((left, right), (bottom, top)))
    edges = [(x, np.full_like(x, end)) for end in (bottom, top)]
    edges += [(np.full_like(y, end), y) for end in (left, right)]
    outline = np.concatenate([np.column_stack(edge) for edge in edges])
    xy = transform_xy(outline, source=source, target=target)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return math.inf, math.inf, math.inf, math.inf
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    return float(west), float(south), float(east), float(north)


@lru_cache(maxsize=64)
def _steps(source: str, target: str) -> tuple[Transform, ...]:
    """What to do one after the other to get from one system to another."""
    a, b = british_kind(source), british_kind(target)
    if a is not None and b is not None:
        return () if a == b == "grid" else (_by_proj(_plain(source), _plain(target)),)
    if a is None and b is None:
        return (_by_proj(source, target),)
    if b is not None:
        # From anything to the map of ETRS89, from there to the grid by OSTN15.
        unshifted = _unshifted_for(source)
        first = () if source == unshifted else (_by_proj(source, unshifted),)
        last = () if b == "grid" else (_by_proj(BRITISH_GRID, _plain(target)),)
        return (*first, british_grid.shifted, *last)
    unshifted = _unshifted_for(target)
    first = () if a == "grid" else (_by_proj(_plain(source), BRITISH_GRID),)
    last = () if target == unshifted else (_by_proj(unshifted, target),)
    return (*first, british_grid.unshifted, *last)


def _by_proj(source: str, target: str) -> Transform:
    """A transform by PROJ, x or longitude first on both sides."""

    def transformed(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        x, y = proj_transformer(source, target).transform(x, y, errcheck=False)
        return x, y

    return transformed


@lru_cache(maxsize=64)
def proj_transformer(source: str, target: str) -> pyproj.Transformer:
    """PROJ's transformer between two systems, always x (or longitude) first.

    Parameters
    ----------
    source, target : str
        Coordinate systems by name. For names only: between places go `transform_xy` and
        `transform_bounds`.
    """
    return pyproj.Transformer.from_crs(parsed_crs(source), parsed_crs(target), always_xy=True)


@lru_cache(maxsize=64)
def british_kind(name: str) -> Literal["grid", "datum"] | None:
    """Whether a system is the British grid, or another on its datum (OSGB36), or neither.

    Parameters
    ----------
    name : str
        The coordinate system.
    """
    if name == british_grid.UNSHIFTED_GRID:
        return None  # without a fifth of a second in which PROJ looks for a code of its own
    crs = _plane(parsed_crs(name))
    geodetic = crs.geodetic_crs
    if crs.to_epsg(min_confidence=_CONFIDENCE) == _GRID_CODE:
        return "grid"
    if geodetic is None or geodetic.is_geocentric:
        return None
    on_osgb36 = _OSGB36 in (
        crs.to_epsg(min_confidence=_CONFIDENCE),
        geodetic.to_epsg(min_confidence=_CONFIDENCE),
    )
    return "datum" if on_osgb36 else None


def _plane(crs: pyproj.CRS) -> pyproj.CRS:
    """A system without its heights, and without the shift to WGS 84 that a file states."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    return crs


def _plain(name: str) -> str:
    """The name of a system on OSGB36, without heights and stated shifts."""
    crs = parsed_crs(name)
    plane = _plane(crs)
    return name if plane is crs else str(plane.to_wkt())


def is_on_wgs84(name: str) -> bool:
    """Whether a system's datum is WGS 84.

    Parameters
    ----------
    name : str
        The coordinate system.
    """
    geodetic = _plane(parsed_crs(name)).geodetic_crs
    datum = None if geodetic is None else geodetic.datum
    return datum is not None and datum.name.startswith("World Geodetic System 1984")


@lru_cache(maxsize=64)
def _unshifted_for(name: str) -> str:
    """The map of ETRS89 that PROJ knows how to reach from a system.

    WGS 84 is taken for ETRS89 as Ordnance Survey does: the coordinates stay the same, and the
    map needs no datum. To every other datum PROJ goes from ETRS89, if it knows a way.
    """
    plain = british_grid.UNSHIFTED_GRID
    return plain if name == plain or is_on_wgs84(name) else _unshifted_on_etrs89()


@lru_cache(maxsize=1)
def _unshifted_on_etrs89() -> str:
    """`british_grid.UNSHIFTED_GRID` with its datum."""
    conversion = parsed_crs(british_grid.UNSHIFTED_GRID).coordinate_operation
    crs = ProjectedCRS(conversion, geodetic_crs=parsed_crs(ETRS89))
    return str(crs.to_wkt())
