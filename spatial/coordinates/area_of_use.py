"""Where a coordinate system may be used, and whether its metres are metres there."""

from functools import lru_cache

import numpy as np
import pyproj

from spatial.arrays import BoolArray, FloatArray
from spatial.coordinates import british_grid
from spatial.coordinates.crs import (
    BRITISH_GRID,
    WGS84,
    Bounds,
    british_kind,
    checked_working_crs,
    parsed_crs,
    transform_xy,
)
from spatial.errors import UnsuitableCrsError

LEAST_WIDTH_DEG = 12.0
GRID_WIDTH_M = 700_000.0
MAX_STRETCH = 0.01  # share by which a metre of the working CRS may differ from one on the ground


def in_area_of_use(xy: FloatArray, *, crs: str, of: str) -> BoolArray:
    """Which places lie where the EPSG register says that a coordinate system may be used.

    Parameters
    ----------
    xy : (n, 2) float64
        Places in `crs`, x or longitude first.
    crs : str
        The system that the places are given in.
    of : str
        The system whose area is meant.

    Returns
    -------
    (n,) bool
        In its box of longitudes and latitudes, widened to `LEAST_WIDTH_DEG` where it is
        narrower, because a county on the edge of a UTM zone is mapped in one; everywhere where
        the register states none. False where a place is not finite.
    """
    lonlat_deg = transform_xy(xy, source=crs, target=WGS84)
    inside = np.asarray(np.isfinite(lonlat_deg).all(axis=1), dtype=np.bool_)
    area = parsed_crs(of).area_of_use
    if area is None:
        return inside
    width = (area.east - area.west) % 360.0 or 360.0
    beyond = max(0.0, (LEAST_WIDTH_DEG - width) / 2.0)
    # Counted eastwards from the western edge, so that the antimeridian is no special case.
    with np.errstate(invalid="ignore"):  # of a place that PROJ puts at infinity
        east_of_edge = (lonlat_deg[:, 0] - (area.west - beyond)) % 360.0
    lat = lonlat_deg[:, 1]
    inside &= (east_of_edge <= width + 2.0 * beyond) & (lat >= area.south) & (lat <= area.north)
    return inside


def takes_ostn15(source: str, target: str) -> bool:
    """Whether OSTN15 is part of the way between two systems, and its area a limit.

    Parameters
    ----------
    source, target : str
        Coordinate systems by name.
    """
    return (british_kind(source) is None) != (british_kind(target) is None)


def area_in_words(name: str, *, by_ostn15: bool) -> str:
    """Where a system may be used, in words for people.

    Parameters
    ----------
    name : str
        The system.
    by_ostn15 : bool
        Whether it is reached by OSTN15, which is good in a part of its area only.
    """
    if by_ostn15 and british_kind(name) is not None:
        return british_grid.AREA
    area = parsed_crs(name).area_of_use
    if area is None:
        return "everywhere"
    return f"longitude {area.west:g} to {area.east:g}, latitude {area.south:g} to {area.north:g}"


def check_scale(crs: str, xy_m: FloatArray) -> None:
    """Refuse a working CRS whose metres are not metres on the ground.

    Parameters
    ----------
    crs : str
        The working CRS.
    xy_m : (n, 2) float64
        Places in it that stand for the data, such as every hundredth of them.

    Raises
    ------
    UnsuitableCrsError
        If at more than half of the places a metre of it differs, in any direction, by more than
        `MAX_STRETCH` from one on the ground; it says what to take instead.

    Notes
    -----
    The scale is that of Tissot's indicatrix, the worst of all directions; areas are off by up
    to twice as much. A few places far from the rest change nothing.
    """
    if crs == BRITISH_GRID and np.all((xy_m[:, 0] >= 0.0) & (xy_m[:, 0] <= GRID_WIDTH_M)):
        return  # between 0.9996 and 1.0012, and its projection takes a tenth of a second to load
    lonlat_deg = transform_xy(xy_m, source=crs, target=WGS84)
    lonlat_deg = lonlat_deg[np.isfinite(lonlat_deg).all(axis=1)]
    if not len(lonlat_deg):
        return
    factors = _projection(crs).get_factors(*lonlat_deg.T)
    axes = np.column_stack([factors.tissot_semimajor, factors.tissot_semiminor])
    off = np.abs(axes - 1.0).max(axis=1)
    middle = int(np.argsort(off)[(len(off) - 1) // 2])
    if off[middle] > MAX_STRETCH:
        scale = float(axes[middle][np.argmax(np.abs(axes[middle] - 1.0))])
        longitude, latitude = lonlat_deg[middle].tolist()
        raise UnsuitableCrsError(crs, scale, (longitude, latitude), suggested_crs(lonlat_deg))


@lru_cache(maxsize=64)
def check_scale_in_bounds(crs: str, bounds_m: Bounds) -> None:
    """The same for an extent in the working CRS, looked at in 5 by 5 places.

    Parameters
    ----------
    crs : str
        The working CRS.
    bounds_m : (left, bottom, right, top)
        Metres.

    Raises
    ------
    UnsuitableCrsError
        As `check_scale`.
    """
    left, bottom, right, top = bounds_m
    x_m, y_m = np.meshgrid(np.linspace(left, right, 5), np.linspace(bottom, top, 5))
    check_scale(crs, np.column_stack([x_m.ravel(), y_m.ravel()]))


@lru_cache(maxsize=8)
def _projection(crs: str) -> pyproj.Proj:
    """The projection of a system."""
    return pyproj.Proj(checked_working_crs(crs))


def suggested_crs(lonlat_deg: FloatArray) -> str:
    """A system whose metres are metres at most of some places: the British grid or a UTM zone.

    Parameters
    ----------
    lonlat_deg : (n, 2) float64
        Longitudes and latitudes; at least one.
    """
    on_grid = transform_xy(lonlat_deg, source=WGS84, target=BRITISH_GRID)
    if british_grid.in_area(on_grid).mean() > 0.5:
        return BRITISH_GRID
    lon, lat = (float(v) for v in np.median(lonlat_deg, axis=0))
    zone = int((lon + 180.0) % 360.0 // 6.0) + 1
    return f"EPSG:{(32600 if lat >= 0.0 else 32700) + zone}"
