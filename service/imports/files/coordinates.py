"""Converts supplied coordinates to the working coordinate system."""

from dataclasses import dataclass

import numpy as np

from service.imports.files.numbers import Numbers
from spatial.arrays import BoolArray, FloatArray
from spatial.coordinates.area_of_use import (
    area_in_words,
    check_scale,
    in_area_of_use,
    suggested_crs,
    takes_ostn15,
)
from spatial.coordinates.british_grid import in_area
from spatial.coordinates.crs import (
    BRITISH_GRID,
    WGS84,
    british_kind,
    parsed_crs,
    transform_xy,
)
from spatial.coordinates.operations import operation_in_words

NINES = tuple(10.0**digits - 1.0 for digits in range(3, 10))
_MOST = 0.9
_SCALE_PLACES = 1_000  # at most so many places show the scale of the working CRS


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
    coordinates : str
        From which CRS to which, and by which operation; empty where no row has a place.
    hint : str
        A likely cause if most coordinates are unusable; otherwise empty.
    """

    xy_m: FloatArray
    located: BoolArray
    placeholder: BoolArray
    half: BoolArray
    degrees: BoolArray
    outside: BoolArray
    coordinates: str
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

    Raises
    ------
    UnsuitableCrsError
        If a metre of the working CRS is no metre on the ground at most of the places.

    Notes
    -----
    `outside` means outside the box of longitudes and latitudes for which the EPSG register says
    that either system may be used, or, where OSTN15 lies between the two, outside Great Britain:
    it has values in Ireland, France and the North Sea that look right and are not. Coordinates
    that are supplied on the British grid are not transformed to it, and kept in its whole box.
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
    is_inside[is_inside] = _in_areas_of_use(xy[is_inside], xy_m[is_inside], crs, working_crs)
    xy_m[~is_inside] = np.nan
    usable = xy_m[is_inside]
    check_scale(working_crs, usable[:: len(usable) // _SCALE_PLACES + 1])
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
        coordinates=_operation(xy[is_inside], crs, working_crs),
        hint=hint,
    )


def _is_placeholder(x: FloatArray, y: FloatArray) -> BoolArray:
    """(n,) bool, true where x and y are one number that stands for no place.

    Those are numbers from -1 to 1, and nines such as 9999 and 999999.
    """
    is_small = np.abs(x) <= 1.0
    return np.asarray((x == y) & (is_small | np.isin(x, NINES)), dtype=np.bool_)


def _operation(xy: FloatArray, crs: str, working_crs: str) -> str:
    """From which CRS to which, and by which operation, at the places of the rows."""
    if not len(xy):
        return ""
    x, y = xy[len(xy) // 2].tolist()
    return operation_in_words(crs, working_crs, near=(x, y))


def _is_finite(xy: FloatArray) -> BoolArray:
    """(n,) bool, true where both coordinates are finite."""
    return np.asarray(np.isfinite(xy).all(axis=1), dtype=np.bool_)


def _in_areas_of_use(xy: FloatArray, xy_m: FloatArray, crs: str, working_crs: str) -> BoolArray:
    """(n,) bool, true where both systems, and what lies between them, may be used."""
    inside = in_area_of_use(xy, crs=crs, of=crs)
    if crs != working_crs:
        inside &= in_area_of_use(xy, crs=crs, of=working_crs)
    if takes_ostn15(crs, working_crs):
        # On whichever side the British grid is, the places are already in it.
        places, system = (xy_m, working_crs) if british_kind(working_crs) else (xy, crs)
        inside &= in_area(transform_xy(places, source=system, target=BRITISH_GRID))
    return inside


def outside_reason(crs: str, working_crs: str) -> str:
    """Why a row that is `outside` is rejected.

    Parameters
    ----------
    crs, working_crs : str
        CRS of the supplied coordinates, and the working one.

    Returns
    -------
    str
        To follow the coordinates; names the areas of both.
    """
    by_ostn15 = takes_ostn15(crs, working_crs)
    made_for = "; ".join(
        f"{name}: {area_in_words(name, by_ostn15=by_ostn15)}"
        for name in dict.fromkeys((crs, working_crs))
    )
    either = "it" if crs == working_crs else f"it or {working_crs}"
    return f"in {crs} is outside the area that {either} is made for ({made_for})"


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
    fits[fits] = _in_areas_of_use(
        np.ascontiguousarray(xy_outside[:, ::-1])[fits], swapped[fits], crs, working_crs
    )
    if fits.mean() > _MOST:
        return "Are --x and --y the right way round? Swapped, the values would fit"
    if not parsed_crs(crs).is_projected and (np.abs(xy_outside[:, 1]) > 90.0).mean() > _MOST:
        return f"Is --crs right? The values look like metres, but {crs} is in degrees"
    lonlat_deg = transform_xy(xy_outside, source=crs, target=WGS84)
    lonlat_deg = lonlat_deg[_is_finite(lonlat_deg)]
    instead = (
        f", but {suggested_crs(lonlat_deg)} would be (HOTSPOTS_CRS)" if len(lonlat_deg) else ""
    )
    return f"Is --crs right? In {crs} the values lie where {working_crs} is not made for{instead}"
