"""Boundary files as areas: read by GDAL, geometries parsed."""

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from boundaries.errors import UnreadableFileError
from boundaries.layers.layer import Geometries
from boundaries.reading.gdal_process import read_in_own_process
from boundaries.reading.limits import LIMITS, LayerLimits
from spatial.arrays import AnyArray


@dataclass(frozen=True)
class RawAreas:
    """The features of a source, unchanged and in their order.

    Attributes
    ----------
    codes, names : (n,) object arrays
        Values of the two fields; `names` is None if no field was given.
    geometries : (n,) object array
        Shapely geometries, None where a feature has none.
    crs : str
        CRS according to the file; empty if it states none.
    stated_crs : str
        CRS that the file names where GDAL may have read another; mostly empty.
    source_layer : str
        Name of the layer in the file.
    notes : tuple of str
        Warnings of GDAL while reading.
    """

    codes: AnyArray
    names: AnyArray | None
    geometries: Geometries
    crs: str
    stated_crs: str
    source_layer: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RawLayer:
    """The features of a source with some of their fields, unchanged and in their order.

    Attributes
    ----------
    columns : mapping of str to (n,) object array
        Values of the fields that were read, by their names in the file.
    fields : tuple of str
        Names of all fields.
    geometries, crs, stated_crs, source_layer, notes
        As of `RawAreas`.
    """

    columns: Mapping[str, AnyArray]
    fields: tuple[str, ...]
    geometries: Geometries
    crs: str
    stated_crs: str
    source_layer: str
    notes: tuple[str, ...]


def read_raw_areas(
    path: Path,
    *,
    code_field: str,
    name_field: str | None,
    source_layer: str | None,
    encoding: str | None = None,
    limits: LayerLimits = LIMITS,
) -> RawAreas:
    """The features of one layer of a file.

    Parameters
    ----------
    path : Path
        The file.
    code_field, name_field : str
        Fields with the codes and names; `name_field` may be None.
    source_layer : str or None
        Name of the layer, if the file has several.
    encoding : str, optional
        Encoding of a shapefile's texts; None: UTF-8 if they are valid UTF-8, else what the file
        states.
    limits : LayerLimits
        What reading may take.

    Raises
    ------
    UnreadableFileError
        If the file is missing or no regular file, cannot be read, has several layers and no name
        is given, or lacks a field.
    """
    layer = read_raw_layer(
        path,
        fields=(code_field, *(() if name_field is None else (name_field,))),
        source_layer=source_layer,
        encoding=encoding,
        limits=limits,
    )
    return RawAreas(
        codes=layer.columns[code_field],
        names=None if name_field is None else layer.columns[name_field],
        geometries=layer.geometries,
        crs=layer.crs,
        stated_crs=layer.stated_crs,
        source_layer=layer.source_layer,
        notes=layer.notes,
    )


def read_raw_layer(
    path: Path,
    *,
    fields: Sequence[str] = (),
    other_fields: Sequence[str] = (),
    usual_layer: str = "",
    source_layer: str | None = None,
    encoding: str | None = None,
    limits: LayerLimits = LIMITS,
) -> RawLayer:
    """The features of one layer of a file, of any kind of geometry.

    Parameters
    ----------
    path : Path
        The file.
    fields : sequence of str
        Fields that it must have.
    other_fields : sequence of str
        Fields that are read where it has them; compared without case.
    usual_layer : str
        Regular expression of the layer to read where the file has several and none is named.
    source_layer, encoding, limits
        As of `read_raw_areas`.

    Returns
    -------
    RawLayer
        The fields and the geometries, unchanged.

    Raises
    ------
    UnreadableFileError
        As `read_raw_areas`.
    """
    check_regular(path)
    answer = read_in_own_process(
        path,
        {
            "fields": list(fields),
            "other_fields": list(other_fields),
            "usual_layer": usual_layer,
            "source_layer": source_layer,
            "encoding": encoding,
        },
        limits,
    )
    return RawLayer(
        columns={name: _column(values) for name, values in answer["columns"].items()},
        fields=tuple(answer["fields"]),
        geometries=_parsed(path, _column(answer["wkb"])),
        crs=answer["crs"],
        stated_crs=answer["stated_crs"],
        source_layer=answer["source_layer"],
        notes=tuple(answer["notes"]),
    )


def check_regular(path: Path) -> None:
    """Refuse what is neither a file on disk nor a folder of such files.

    Parameters
    ----------
    path : Path
        A link to a file is one; a pipe or a device, which may never end, is not.

    Raises
    ------
    UnreadableFileError
        Names the path.
    """
    if not path.exists():
        raise UnreadableFileError(str(path), "there is no such file")
    for entry in (path, *(path.iterdir() if path.is_dir() else ())):
        mode = entry.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise UnreadableFileError(str(entry), "it is a device or a pipe, not a file")


def _column(values: list[object]) -> AnyArray:
    """(n,) object array of the values of a field."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _parsed(path: Path, wkb: AnyArray) -> Geometries:
    """Shapely geometries without Z and M; the error names the first that cannot be parsed."""
    try:
        geometries = shapely.from_wkb(wkb)
    except shapely.GEOSException as error:
        for number, geometry_wkb in enumerate(wkb, start=1):
            if (
                shapely.from_wkb(geometry_wkb, on_invalid="ignore") is None
                and geometry_wkb is not None
            ):
                raise UnreadableFileError(
                    str(path), f"the geometry of feature {number} cannot be read: {error}"
                ) from error
        raise UnreadableFileError(str(path), f"its geometries cannot be read: {error}") from error
    return np.asarray(shapely.force_2d(geometries), dtype=object)
