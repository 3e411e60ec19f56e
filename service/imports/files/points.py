"""Points of the rows of a file: from two columns of coordinates, or from its shapes."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from service.imports.files.coordinates import Places, outside_reason, to_places
from service.imports.files.delimited import DelimitedFile
from service.imports.files.numbers import Decimal, Numbers
from service.imports.files.vector import VectorFile
from service.store.errors import DatasetSettingsError, ImportRefusedError
from spatial.arrays import BoolArray
from spatial.coordinates.crs import WGS84, parsed_crs
from spatial.errors import InvalidParameterError

_COORDINATES: Final = (
    ("longitude", "latitude", WGS84),
    ("lon", "lat", WGS84),
    ("lng", "lat", WGS84),
    ("easting_m", "northing_m", ""),
    ("easting", "northing", ""),
    ("geometry_x", "geometry_y", ""),
    ("x", "y", ""),
)
_KINDS: Final = ("Point", "MultiPoint", "Polygon", "MultiPolygon")


def coordinate_columns(
    rows: DelimitedFile, *, x: str | None, y: str | None, crs: str | None, working_crs: str
) -> tuple[str, str, str]:
    """The names of the two columns of coordinates, and their CRS.

    Parameters
    ----------
    rows : DelimitedFile
        The file.
    x, y : str or None
        Their names as the user wrote them; None: recognised by their usual names.
    crs : str or None
        As the user wrote it. None: EPSG:4326 for columns called longitude and latitude,
        otherwise the working CRS.
    working_crs : str
        That of the service.

    Returns
    -------
    tuple of str
        The names as the file spells them, and the CRS.

    Raises
    ------
    ImportRefusedError
        If the file has no such columns.
    DatasetSettingsError
        If one of the two is named without the other, or PROJ does not know the CRS.
    """
    if (x is None) != (y is None):
        raise DatasetSettingsError("--x and --y", str(x or y), "given together")
    if x is not None and y is not None:
        x_name, y_name = rows.resolve_name(x, "--x"), rows.resolve_name(y, "--y")
        return x_name, y_name, checked_crs(crs or working_crs)
    by_lower = {name.lower(): name for name in rows.columns}
    for x_name, y_name, usual_crs in _COORDINATES:
        if x_name in by_lower and y_name in by_lower:
            stated_crs = checked_crs(crs or usual_crs or working_crs)
            return by_lower[x_name], by_lower[y_name], stated_crs
    raise ImportRefusedError(
        rows.file.name,
        "has no columns longitude and latitude, or easting and northing: --x and --y must "
        f"name two of its columns, which are: {', '.join(rows.columns)}",
    )


def checked_crs(name: str) -> str:
    """The name of a CRS, if PROJ knows it.

    Parameters
    ----------
    name : str
        As the user or the file wrote it.

    Returns
    -------
    str
        Unchanged.

    Raises
    ------
    DatasetSettingsError
        Otherwise.
    """
    try:
        parsed_crs(name)
    except InvalidParameterError as error:
        raise DatasetSettingsError("--crs", name, error.allowed) from None
    return name


def points_of_columns(
    rows: DelimitedFile,
    *,
    x: str | None,
    y: str | None,
    crs: str | None,
    working_crs: str,
    decimal: Decimal | None = None,
) -> Places:
    """A point for each row from two columns; rows without one are rejected.

    Parameters
    ----------
    rows : DelimitedFile
        The file.
    x, y, crs, working_crs
        As of `coordinate_columns`.
    decimal : "." or "," or None
        The decimal sign of numbers; None: see `DelimitedFile.numbers`.

    Returns
    -------
    Places
        In the order of the rows.

    Raises
    ------
    ImportRefusedError, DatasetSettingsError
        As `coordinate_columns`.
    """
    x_name, y_name, stated_crs = coordinate_columns(
        rows, x=x, y=y, crs=crs, working_crs=working_crs
    )
    texts = [rows.table.column(name) for name in (x_name, y_name)]
    numbers = [rows.numbers(name, decimal) for name in (x_name, y_name)]
    for name, text, column in zip((x_name, y_name), texts, numbers, strict=True):
        rows.check.reject(column.bad, name, text, "is not a number")
    places = to_places(*numbers, crs=stated_crs, working_crs=working_crs)
    joined = pc.binary_join_element_wise(*(text.fill_null("") for text in texts), " ")
    is_blank = numbers[0].blank & numbers[1].blank
    names = f"{x_name}, {y_name}"
    _reject_placeless(rows, names, joined, places, is_blank, stated_crs, working_crs)
    return places


def points_of_shapes(file: VectorFile, *, working_crs: str) -> Places:
    """A point in each shape of a file; rows without one are rejected.

    Parameters
    ----------
    file : VectorFile
        Points and polygons.
    working_crs : str
        CRS of the result.

    Returns
    -------
    Places
        In the order of the rows: a point of the shape's surface where it is a polygon.
    """
    kinds = [None if shape is None else str(shape.geom_type) for shape in file.geometries]
    is_missing = shapely.is_missing(file.geometries) | shapely.is_empty(file.geometries)
    is_other = ~is_missing & ~np.isin(np.array(kinds, dtype=object), _KINDS)
    file.rows.check.reject(is_other, "geometry", kinds, "is neither a point nor a polygon")
    has_point = ~is_missing & ~is_other
    xy = np.full((len(kinds), 2), np.nan)
    points = shapely.point_on_surface(file.geometries[has_point])
    xy[has_point] = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    is_bad = np.zeros(len(xy), dtype=np.bool_)
    numbers = [Numbers(np.ascontiguousarray(column), ~has_point, is_bad) for column in xy.T]
    places = to_places(*numbers, crs=file.crs, working_crs=working_crs)
    _reject_placeless(file.rows, "geometry", kinds, places, is_missing, file.crs, working_crs)
    return places


def _reject_placeless(
    rows: DelimitedFile,
    column: str,
    values: pa.ChunkedArray | list[str | None],
    places: Places,
    is_blank: BoolArray,
    crs: str,
    working_crs: str,
) -> None:
    """Reject the rows that have no place, each for its reason."""
    check = rows.check
    check.reject(is_blank | places.placeholder, column, values, "is not a place")
    check.reject(places.half, column, values, "is half a place")
    check.reject(places.degrees, column, values, f"looks like degrees, but {crs} is in metres")
    check.reject(places.outside, column, values, outside_reason(crs, working_crs))
