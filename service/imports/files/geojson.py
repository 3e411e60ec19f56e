"""Reads rows from CSV or GeoJSON: text columns, with a shape per row where there is one."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError
from shapely.geometry import shape

from service.config.settings import ImportSettings
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.headers import check_columns
from service.imports.files.rejects import RowCheck
from service.imports.files.sources import LIMITS, Source, find_sources
from service.store.errors import ImportRefusedError
from service.store.source_files import SourceFile
from spatial.coordinates.crs import WGS84


@dataclass(frozen=True, eq=False)
class Features:
    """The rows of a file.

    Attributes
    ----------
    rows : DelimitedFile
        The columns as text. For GeoJSON, the row number is that of the feature, from 1.
    geometries : (n,) object array or None
        Shapes as they are in the file, None for a feature without one. None for CSV.
    crs : str
        The CRS that the GeoJSON file states, or the default of GeoJSON; empty for CSV.
    path : Path
        The file that was read.
    """

    rows: DelimitedFile
    geometries: NDArray[Any] | None
    crs: str
    path: Path


def read_features(
    path: Path, *, delimiter: str | None = None, limits: ImportSettings = LIMITS
) -> Features:
    """The rows of a CSV or GeoJSON file, or of the only such file in a zip.

    Parameters
    ----------
    path : Path
        A CSV or GeoJSON file, or a zip with exactly one of them.
    delimiter : str or None
        Delimiter of a CSV file; None: detected in its header.
    limits : ImportSettings
        What reading the file may take.

    Returns
    -------
    Features
        The rows, with their shapes if the file is GeoJSON.

    Raises
    ------
    ImportRefusedError
        If the path has several such files, or the file cannot be read as either.
    """
    sources, _ = find_sources([path], skip_reason=_why_passed_over, limits=limits)
    if len(sources) > 1:
        names = ", ".join(source.name for source in sources[:5])
        raise ImportRefusedError(str(path), f"has {len(sources)} candidate files: {names}")
    return _read(sources[0], delimiter)


def _why_passed_over(name: str) -> str | None:
    """None for a file that can be read, otherwise why not."""
    if name.lower().endswith((".csv", ".tsv", ".txt", ".geojson", ".json")):
        return None
    return "it is neither CSV nor GeoJSON by its name"


def _read(source: Source, delimiter: str | None) -> Features:
    """Read one file as the format that its name and first character indicate."""
    content = source.read_bytes()
    is_json = source.name.lower().endswith((".geojson", ".json"))
    if is_json or content.lstrip()[:1] == b"{":
        return _read_geojson(content, source)
    return Features(
        rows=read_delimited(content, name=source.name, delimiter=delimiter, limits=source.limits),
        geometries=None,
        crs="",
        path=source.path,
    )


def _read_geojson(content: bytes, source: Source) -> Features:
    """The features of a GeoJSON file."""
    name = source.name
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ImportRefusedError(name, f"is not JSON: {error}") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(
        isinstance(feature, dict) for feature in features
    ):
        raise ImportRefusedError(name, "is not a GeoJSON feature collection")
    if not features:
        raise ImportRefusedError(name, "has no features")
    properties = [feature.get("properties") or {} for feature in features]
    columns = tuple(dict.fromkeys(key for members in properties for key in members))
    check_columns(len(columns), name, source.limits)
    table = pa.table(
        {key: pa.array([_text(members.get(key)) for members in properties]) for key in columns}
        or {"(none)": pa.nulls(len(features), pa.string())}
    )
    geometries, problems = _shapes(features)
    numbers = np.arange(1, len(features) + 1)
    check = RowCheck(name, numbers)
    is_broken = np.array([bool(problem) for problem in problems])
    check.reject(is_broken, "geometry", problems, lambda _: "cannot be read as a shape")
    return Features(
        rows=DelimitedFile(
            file=SourceFile.of(name, content),
            encoding="UTF-8",
            delimiter="",
            columns=columns,
            table=table,
            check=check,
            malformed=0,
            blank=0,
            notes=(),
        ),
        geometries=geometries,
        crs=_stated_crs(document, name),
        path=source.path,
    )


def _shapes(features: list[dict[str, Any]]) -> tuple[NDArray[Any], list[str]]:
    """The shape of each feature, None where it has none, and any fault of it."""
    shapes = np.full(len(features), None, dtype=object)
    problems = [""] * len(features)
    for index, feature in enumerate(features):
        geometry = feature.get("geometry")
        if not geometry:
            continue
        try:
            geometry_shape = shape(geometry)
            if not np.isfinite(shapely.get_coordinates(geometry_shape)).all():
                raise ValueError("a coordinate is not finite")
            shapes[index] = shapely.force_2d(geometry_shape)
        except (
            ShapelyError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            IndexError,
        ) as error:
            problems[index] = str(error) or type(error).__name__
    return shapes, problems


def _text(value: object) -> str | None:
    """A property as text; blank as None."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool | dict | list):
        return json.dumps(value)
    return repr(value)


def _stated_crs(document: dict[str, Any], name: str) -> str:
    """The CRS that the file states, or the default of GeoJSON."""
    crs = document.get("crs")
    if crs is None:
        return WGS84
    crs_name = _member(_member(crs, "properties"), "name")
    if not isinstance(crs_name, str):
        raise ImportRefusedError(name, "states a coordinate system without a name: give --crs")
    return WGS84 if "CRS84" in crs_name else crs_name


def _member(item: object, key: str) -> object:
    """A member of a JSON object; None if it is missing or `item` is not an object."""
    return item.get(key) if isinstance(item, dict) else None
