"""Converts supplied coordinates to the working coordinate system."""

from dataclasses import dataclass

import numpy as np

from service.imports.files.numbers import Numbers
from spatial.arrays import BoolArray, FloatArray
from spatial.coordinates.crs import WGS84, parsed_crs, transform_xy

LEAST_WIDTH_DEG = 12.0
NINES = tuple(10.0**digits - 1.0 for digits in range(3, 10))
_MOST = 0.9


@dataclass(frozen=True, eq=False)
class Places:
    """One place per row, or the reason why the row has none.

    Attributes
    ----------
    xy_m : (n, 2) float64
        In the working CRS; NaN where the row has no place.
    located : (n,) bool
        Rows with a place.
    placeholder : (n,) bool
        Both coordinates are one number that registers write for "not known", such as 0, -1 or
        999999: not located.
    half : (n,) bool
        One coordinate is present and the other blank.
    degrees : (n,) bool
        Values that can only be degrees, although the CRS is in metres.
    outside : (n,) bool
        Outside the area of use of the supplied or the working CRS.
    hint : str
        A likely cause if most coordinates are unusable; otherwise empty.
    """

    xy_m: FloatArray
    located: BoolArray
    placeholder: BoolArray
    half: BoolArray
    degrees: BoolArray
    outside: BoolArray
    hint: str


def to_places(x: Numbers, y: Numbers, *, crs: str, working_crs: str) -> Places:
    """Places from two columns of coordinates.

    Parameters
    ----------
    x, y : Numbers
        Easting and northing, or longitude and latitude; (n,) each. A row with a value that is not
        a number has no place and none of the flags.
    crs, working_crs : str
        CRS of the values and of the result.

    Returns
    -------
    Places
        In the order of the rows.

    Notes
    -----
    `outside` means outside the box of longitudes and latitudes for which the EPSG register says
    the system may be used; a system without such a box is used everywhere. A box narrower than
    ``LEAST_WIDTH_DEG`` is widened to that: a county on the edge of a UTM zone is mapped in one.
    """
    is_half = x.blank ^ y.blank
    stated = ~x.blank & ~y.blank & ~x.bad & ~y.bad
    placeholder = stated & _is_placeholder(x.values, y.values)
    nonzero = stated & ~placeholder
    xy = np.column_stack([x.values, y.values])
    in_metres = parsed_crs(crs).is_projected
    is_degrees = nonzero & in_metres & (np.abs(xy[:, 0]) <= 180.0) & (np.abs(xy[:, 1]) <= 90.0)
    in_system = nonzero & ~is_degrees
    xy_m = np.full_like(xy, np.nan)
    xy_m[in_system] = transform_xy(xy[in_system], source=crs, target=working_crs)
    is_inside = np.zeros(len(xy), dtype=np.bool_)
    is_inside[in_system] = _is_finite(xy_m[in_system])
    is_inside[is_inside] = _in_area_of_use(xy[is_inside], crs, working_crs)
    xy_m[~is_inside] = np.nan
    is_outside = in_system & ~is_inside
    hint = ""
    if (is_outside | is_degrees).sum() > 0.5 * max(int(nonzero.sum()), 1):
        hint = _hint(xy, is_degrees, is_outside, crs, working_crs)
    return Places(
        xy_m=xy_m,
        located=is_inside,
        placeholder=placeholder,
        half=is_half,
        degrees=is_degrees,
        outside=is_outside,
        hint=hint,
    )


def _is_placeholder(x: FloatArray, y: FloatArray) -> BoolArray:
    """(n,) bool, true where x and y are one number that stands for no place.

    Those are numbers from -1 to 1, and nines such as 9999 and 999999.
    """
    is_small = np.abs(x) <= 1.0
    return np.asarray((x == y) & (is_small | np.isin(x, NINES)), dtype=np.bool_)


def _is_finite(xy: FloatArray) -> BoolArray:
    """(n,) bool, true where both coordinates are finite."""
    return np.asarray(np.isfinite(xy).all(axis=1), dtype=np.bool_)


def _in_area_of_use(xy: FloatArray, crs: str, working_crs: str) -> BoolArray:
    """(n,) bool, true where both systems may be used."""
    if len(xy) == 0:
        return np.ones(0, dtype=np.bool_)
    lonlat_deg = transform_xy(xy, source=crs, target=WGS84)
    is_inside = _is_finite(lonlat_deg)
    for name in {crs, working_crs}:
        area = parsed_crs(name).area_of_use
        if area is None:
            continue
        width = (area.east - area.west) % 360.0 or 360.0
        beyond = max(0.0, (LEAST_WIDTH_DEG - width) / 2.0)
        # Counted eastwards from the western edge, so that the antimeridian is no special case.
        with np.errstate(invalid="ignore"):  # of a place that PROJ puts at infinity
            east_of_edge = (lonlat_deg[:, 0] - (area.west - beyond)) % 360.0
        lat = lonlat_deg[:, 1]
        is_inside &= (
            (east_of_edge <= width + 2.0 * beyond) & (lat >= area.south) & (lat <= area.north)
        )
    return is_inside


def _hint(
    xy: FloatArray, is_degrees: BoolArray, is_outside: BoolArray, crs: str, working_crs: str
) -> str:
    """The likely cause if so many coordinates are unusable."""
    if is_degrees.sum() > is_outside.sum():
        return f"Is --crs right? The values look like degrees, but {crs} is in metres"
    xy_outside = xy[is_outside]
    swapped = transform_xy(
        np.ascontiguousarray(xy_outside[:, ::-1]), source=crs, target=working_crs
    )
    fits = _is_finite(swapped)
    fits[fits] = _in_area_of_use(np.ascontiguousarray(xy_outside[:, ::-1])[fits], crs, working_crs)
    if fits.mean() > _MOST:
        return "Are --x and --y the right way round? Swapped, the values would fit"
    if not parsed_crs(crs).is_projected and (np.abs(xy_outside[:, 1]) > 90.0).mean() > _MOST:
        return f"Is --crs right? The values look like metres, but {crs} is in degrees"
    return f"Is --crs right? In {crs} the values lie where {working_crs} is not made for"
