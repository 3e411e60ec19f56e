"""Transformation of a file's coordinates to the working CRS, and checks of their plausibility."""

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.errors import CoordinatesError
from boundaries.layers.layer import Geometries
from spatial.arrays import BoolArray, FloatArray
from spatial.coordinates.area_of_use import area_in_words, in_area_of_use, takes_ostn15
from spatial.coordinates.british_grid import meets_area
from spatial.coordinates.crs import (
    WGS84,
    is_british_grid,
    parsed_crs,
    transform_xy,
)
from spatial.coordinates.operations import crs_label, operation, operation_in_words
from spatial.errors import InvalidParameterError

BEYOND_USE_DEG = 1.0  # distance outside its area of use within which a CRS is still accepted
TINY_AREA_M2 = 1.0  # a smaller median area suggests a wrong CRS


@dataclass(frozen=True)
class SourceCrs:
    """The CRS that coordinates are read in, its name, and notes for the report."""

    crs: str
    label: str
    notes: tuple[str, ...] = ()


def crs_of_source(
    path: str, file_crs: str, requested_crs: str | None, *, stated_crs: str = ""
) -> SourceCrs:
    """The CRS to read a file's coordinates in: the requested one, or that of the file.

    Parameters
    ----------
    path : str
        The file, for messages.
    file_crs : str
        CRS according to the file; may be empty.
    requested_crs : str or None
        CRS given by the user, which takes precedence.
    stated_crs : str
        The name that a GeoJSON file gives its CRS; GDAL takes longitude and latitude where it
        does not know the name.

    Raises
    ------
    CoordinatesError
        If neither is given, or GDAL has not read the CRS that the file names.
    InvalidParameterError
        If PROJ does not know the CRS.
    """
    if requested_crs:
        label = crs_label(requested_crs)
        if file_crs and parsed_crs(file_crs) != parsed_crs(requested_crs):
            file_label = crs_label(file_crs)
            note = f"the file says {file_label}; its coordinates were read as {label}, as asked"
            return SourceCrs(requested_crs, label, (note,))
        return SourceCrs(requested_crs, label)
    if not file_crs:
        raise CoordinatesError(
            path,
            "an unknown CRS",
            "the file does not name its CRS; state it, for example --crs EPSG:27700",
        )
    if stated_crs and not _is_same(stated_crs, file_crs):
        raise CoordinatesError(
            path,
            "an unknown CRS",
            f"the file names its CRS {stated_crs!r}, which is not known; state it, for example "
            "--crs EPSG:27700",
        )
    return SourceCrs(file_crs, crs_label(file_crs))


def _is_same(stated_crs: str, file_crs: str) -> bool:
    """Whether a file's name for its CRS means the one that GDAL read."""
    if "CRS84" in stated_crs:
        return parsed_crs(file_crs).is_geographic
    try:
        return bool(parsed_crs(stated_crs).equals(parsed_crs(file_crs), ignore_axis_order=True))
    except InvalidParameterError:
        return False


@dataclass(frozen=True, eq=False)
class ProjectedAreas:
    """Areas in the working CRS.

    Attributes
    ----------
    geometries : (n,) object array
    coordinates : str
        From which CRS to which, and by which operation.
    operation : str
        The operation with its accuracy; empty where the file is in the working CRS.
    notes : tuple of str
        Remarks, such as areas where the operation is less accurate.
    """

    geometries: Geometries
    coordinates: str
    operation: str
    notes: tuple[str, ...]


def in_working_crs(
    geometries: Geometries, codes: tuple[str, ...], *, path: str, source: SourceCrs, target: str
) -> ProjectedAreas:
    """The geometries in the working CRS.

    Parameters
    ----------
    geometries : (n,) object array
        In the CRS of `source`, x or longitude first.
    codes : tuple of str
        Code of each, for messages.
    path : str
        The file, for messages.
    source : SourceCrs
        CRS of the coordinates.
    target : str
        The working CRS.

    Raises
    ------
    CoordinatesError
        If coordinates are not finite, do not fit the unit of the CRS (degrees or metres), cannot
        be transformed, or lie outside the area of use of the working CRS, most of them at all or
        one by more than `BEYOND_USE_DEG`; if that is the British grid, and most areas of a file in
        another system have no part where OSTN15 is good.
    """
    crs = parsed_crs(source.crs)
    bounds = shapely.bounds(geometries)
    check = _Check(path, source.label, codes, bounds)
    check.refuse(~_finite(bounds), "coordinates are not finite numbers")
    if crs.is_geographic:
        is_too_far = np.abs(bounds) > [360.0, 90.0, 360.0, 90.0]
        check.refuse(
            np.asarray(is_too_far.any(axis=1)),
            "coordinates are not degrees of longitude and latitude",
        )
    elif _look_like_degrees(bounds, target):
        check.refuse(
            np.ones(len(bounds), dtype=bool),
            "coordinates look like degrees of longitude and latitude, not like "
            f"{crs.axis_info[0].unit_name}s",
        )
    if source.crs != target and crs != parsed_crs(target):
        geometries = shapely.transform(
            geometries, lambda xy: transform_xy(xy, source=source.crs, target=target)
        )
    check.refuse(
        ~_finite(shapely.bounds(geometries)), f"coordinates cannot be transformed to {target}"
    )
    _refuse_beyond_use(check, geometries, target)
    left, bottom, right, top = bounds[len(bounds) // 2].tolist()
    near = ((left + right) / 2.0, (bottom + top) / 2.0)
    return ProjectedAreas(
        geometries,
        operation_in_words(source.crs, target, near=near),
        str(operation(source.crs, target, near=near) or ""),
        _beyond_ostn15(check, geometries, source.crs, target),
    )


@dataclass(frozen=True)
class _Check:
    """The data needed to report which features are wrong."""

    path: str
    label: str
    codes: tuple[str, ...]
    bounds: FloatArray

    def refuse(self, is_wrong: BoolArray, reason: str) -> None:
        """Refuse the file if any feature is wrong; the message names the first and its bounds."""
        positions = np.flatnonzero(is_wrong)
        if len(positions) == 0:
            return
        feature = int(positions[0])
        x0, y0, x1, y1 = self.bounds[feature].tolist()
        raise CoordinatesError(
            self.path,
            self.label,
            f"{reason}: {len(positions)} of {len(self.codes)} areas, the first feature "
            f"{feature + 1} ({self.codes[feature]}) with x {x0:.10g} to {x1:.10g} "
            f"and y {y0:.10g} to {y1:.10g}",
        )


def _finite(bounds: FloatArray) -> BoolArray:
    """(n,) whether all four bounds of each area are finite."""
    return np.asarray(np.isfinite(bounds).all(axis=1), dtype=np.bool_)


def _look_like_degrees(bounds: FloatArray, target: str) -> bool:
    """Whether numbers, read as degrees, would all lie in the area of use of the working CRS."""
    use = parsed_crs(target).area_of_use
    if use is None or np.abs(bounds).max() > 360:
        return False
    return bool(
        (bounds[:, 0] >= use.west - BEYOND_USE_DEG).all()
        and (bounds[:, 2] <= use.east + BEYOND_USE_DEG).all()
        and (bounds[:, 1] >= use.south - BEYOND_USE_DEG).all()
        and (bounds[:, 3] <= use.north + BEYOND_USE_DEG).all()
    )


def _beyond_ostn15(
    check: _Check, geometries: Geometries, source: str, target: str
) -> tuple[str, ...]:
    """Refuse areas moved to the British grid from elsewhere; a remark where they are few."""
    if not is_british_grid(target) or not takes_ostn15(source, target):
        return ()
    area = area_in_words(target, by_ostn15=True)
    is_beyond = ~meets_area(geometries)
    beyond = int(is_beyond.sum())
    if beyond > len(is_beyond) / 2:
        check.refuse(
            is_beyond,
            f"coordinates lie outside the area that {target} is made for "
            f"({area}), which needs another HOTSPOTS_CRS",
        )
    if not beyond:
        return ()
    first = check.codes[int(np.argmax(is_beyond))]
    note = (
        f"{beyond:,} of {len(is_beyond):,} areas, the first {first}, lie outside the area that "
        f"{target} is made for ({area}): their places in it are good to metres "
        "only, and incidents there are not imported"
    )
    return (note,)


def _refuse_beyond_use(check: _Check, geometries: Geometries, target: str) -> None:
    """Refuse positions outside the working CRS's area of use, where its distances are wrong."""
    use = parsed_crs(target).area_of_use
    if use is None:
        return
    bounds = shapely.bounds(geometries)
    is_beyond = np.zeros(len(bounds), dtype=bool)
    for x, y in ((0, 1), (2, 1), (0, 3), (2, 3)):
        lonlat = transform_xy(np.ascontiguousarray(bounds[:, [x, y]]), source=target, target=WGS84)
        lon, lat = lonlat[:, 0], lonlat[:, 1]
        is_inside = (lon >= use.west - BEYOND_USE_DEG) & (lon <= use.east + BEYOND_USE_DEG)
        is_inside &= (lat >= use.south - BEYOND_USE_DEG) & (lat <= use.north + BEYOND_USE_DEG)
        is_beyond |= ~is_inside
    # At the edge an area may lie beyond; where most do, the layer is of another country.
    centres_m = np.column_stack([bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)])
    is_outside = ~in_area_of_use(centres_m, crs=target, of=target)
    if is_outside.mean() > 0.5:
        is_beyond |= is_outside
    check.refuse(
        is_beyond,
        f"coordinates lie outside the area that {target} is made for (longitude {use.west:g} to "
        f"{use.east:g}, latitude {use.south:g} to {use.north:g}), so that the CRS, or the order "
        "of x and y, is not what it is said to be",
    )
