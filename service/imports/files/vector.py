"""Reads files of points or lines: delimited text, or whatever vector format GDAL reads."""

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from boundaries.reading.coordinates import crs_of_source
from boundaries.reading.limits import LayerLimits
from boundaries.reading.sources import RawLayer, read_raw_layer
from service.config.settings import ImportSettings
from service.imports.files.delimited import DelimitedFile
from service.imports.files.headers import check_columns
from service.imports.files.rejects import RowCheck
from service.imports.files.sources import LIMITS, regular_file
from service.store.errors import ImportRefusedError
from service.store.source_files import SourceFile

_VECTOR = {".geojson", ".json", ".gpkg", ".shp", ".fgb", ".gml", ".kml", ".tab", ".mif"}


@dataclass(frozen=True, eq=False)
class VectorFile:
    """The features of a file.

    Attributes
    ----------
    rows : DelimitedFile
        The fields as text; the row number is that of the feature, from 1.
    geometries : (n,) object array
        Shapes as they are in the file, None for a feature without one.
    crs : str
        Of the shapes.
    """

    rows: DelimitedFile
    geometries: NDArray[Any]
    crs: str


def is_vector(path: Path) -> bool:
    """Whether a file holds shapes by its name, or by that of a member of the zip.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bool
        False for delimited text, whatever its columns hold.
    """
    if path.suffix.lower() != ".zip":
        return path.suffix.lower() in _VECTOR
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False  # what is wrong is said by who reads it
    return any(PurePosixPath(name).suffix.lower() in _VECTOR - {".json"} for name in names)


def read_vector(
    path: Path,
    *,
    fields: Sequence[str],
    other_fields: Sequence[str],
    usual_layer: str = "",
    source_layer: str | None = None,
    crs: str | None = None,
    limits: ImportSettings = LIMITS,
) -> VectorFile:
    """The features of one layer of a file, read by GDAL in its own process.

    Parameters
    ----------
    path : Path
        The file, or a zip with one in it.
    fields : sequence of str
        Fields that it must have.
    other_fields : sequence of str
        Fields that are read where it has them, whatever their case.
    usual_layer : str
        Regular expression of the layer to read where there are several and none is named.
    source_layer : str or None
        Its name.
    crs : str or None
        Of the shapes, if the file does not state it or states it wrongly.
    limits : ImportSettings
        What reading may take.

    Returns
    -------
    VectorFile
        Its fields as text.

    Raises
    ------
    ImportRefusedError
        If the path is no file, or the layer has no features or too many fields.
    UnreadableFileError
        If it cannot be read as a vector file, or lacks a field.
    CoordinatesError
        If nobody states the coordinate system.
    """
    source = regular_file(path, limits)
    if source.size_bytes > limits.file_bytes:
        raise ImportRefusedError(
            str(path), f"is larger than {limits.file_bytes:,} bytes (HOTSPOTS_IMPORTS__FILE_BYTES)"
        )
    layer = read_raw_layer(
        path,
        fields=fields,
        other_fields=other_fields,
        usual_layer=usual_layer,
        source_layer=source_layer,
        limits=LayerLimits(
            memory_bytes=limits.layer_memory_bytes,
            processor_s=limits.layer_processor_s,
            crossings=limits.crossings,
        ),
    )
    n = len(layer.geometries)
    if n == 0:
        raise ImportRefusedError(path.name, "has no features")
    check_columns(len(layer.fields), path.name, limits)
    crs_of_shapes = crs_of_source(str(path), layer.crs, crs, stated_crs=layer.stated_crs)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return VectorFile(
        rows=DelimitedFile(
            file=SourceFile(path.name, sha256),
            encoding="",
            delimiter="",
            columns=layer.fields,
            table=_as_text(layer, n),
            check=RowCheck(path.name, np.arange(1, n + 1)),
            malformed=0,
            blank=0,
            notes=(*layer.notes, *crs_of_shapes.notes),
        ),
        geometries=layer.geometries,
        crs=crs_of_shapes.crs,
    )


def _as_text(layer: RawLayer, n: int) -> pa.Table:
    """The fields that were read as trimmed text, null for blank."""
    columns = {
        name: pa.array([_text(value) for value in values], pa.string())
        for name, values in layer.columns.items()
    }
    return pa.table(columns or {"(none)": pa.nulls(n, pa.string())})


def _text(value: object) -> str | None:
    """A value as text; None for blank and for what is not a number."""
    if value is None or value != value:
        return None
    return str(value).strip() or None
