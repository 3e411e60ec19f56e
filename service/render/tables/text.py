"""Tables as JSON, CSV and GeoJSON."""

import csv
import hashlib
import io
from typing import Any, Literal, NotRequired, TypedDict

import numpy as np
import orjson
import shapely

from boundaries.layers.layer import Geometries
from service.access.release import Released
from service.model.answers import Table
from service.model.rows import ColumnValues
from service.render.csv_cells import harmless
from service.render.documents import JSON_OPTIONS, provenance_dict, provenance_text, table_rows
from service.sentences.tables import sentences_of
from spatial.arrays import FloatArray
from spatial.coordinates.crs import WGS84, transform_xy

LONLAT_DIGITS = 7  # about a centimetre
METRE_DIGITS = 2


class Feature(TypedDict):
    """A GeoJSON feature."""

    id: NotRequired[str]
    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: dict[str, Any] | None


class FeatureCollection(TypedDict):
    """A GeoJSON feature collection."""

    type: Literal["FeatureCollection"]
    features: list[Feature]


def table_json(released: Released[Table], *, crs: str | None = None) -> bytes:
    """``{"sentences": [...], "rows": [...], "provenance": {...}}``.

    The provenance carries a digest of the rows.
    """
    table, rows = released.answer, table_rows(released.answer)
    content = {
        "sentences": sentences_of(table),
        "rows": rows,
        "provenance": provenance_dict(table.provenance, **digest(rows)),
    }
    return orjson.dumps(content, option=JSON_OPTIONS)


def table_csv(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The rows as CSV in UTF-8, one header line; missing values are empty.

    A byte order mark is written only if a character outside ASCII occurs: Excel then needs it, and
    other programs are not disturbed. Text that a spreadsheet would run begins with an apostrophe.
    Rows of synthetic data end with a column `synthetic`.
    """
    table = released.answer
    columns = {name: _csv_cells(column) for name, column in table.columns.items()}
    if table.provenance.synthetic:
        columns["synthetic"] = ["true"] * len(table)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(harmless, columns))
    writer.writerows(zip(*columns.values(), strict=True))
    content = text.getvalue()
    return content.encode("utf-8" if content.isascii() else "utf-8-sig")


def table_geojson(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The rows as a GeoJSON FeatureCollection, provenance included.

    Parameters
    ----------
    released : Released of Table
        The rows.
    crs : str or None
        Coordinate system of the shapes: longitude and latitude (RFC 7946) by default. Any other is
        named in a ``crs`` member, as in GeoJSON before RFC 7946.
    """
    table = released.answer
    rows = table_rows(table)
    target = crs or WGS84
    geometries = _geometries_in(table, target)
    features = [
        {"type": "Feature", "properties": row, "geometry": geometry}
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    collection: dict[str, Any] = {
        "type": "FeatureCollection",
        "sentences": sentences_of(table),
        "provenance": provenance_dict(table.provenance, **digest(rows)),
        "features": features,
    }
    if crs is not None:
        name = f"urn:ogc:def:crs:{crs.replace(':', '::')}"
        collection["crs"] = {"type": "name", "properties": {"name": name}}
    return orjson.dumps(collection, option=JSON_OPTIONS)


def table_provenance_header(released: Released[Table]) -> str:
    """The provenance with a digest of the rows, for formats that have no place for it."""
    rows = table_rows(released.answer)
    return provenance_text(released.answer.provenance, **digest(rows))


def digest(rows: list[dict[str, Any]]) -> dict[str, str]:
    """A digest of the released rows: equal digests mean equal rows."""
    return {"rows_sha256": hashlib.sha256(orjson.dumps(rows, option=JSON_OPTIONS)).hexdigest()}


def _csv_cells(column: ColumnValues) -> list[Any]:
    """A column's cells: numbers in full, whole floats without a point, missing values empty."""
    if column.dtype.kind == "f":
        return ["" if np.isnan(value) else _number(float(value)) for value in column]
    if column.dtype.kind == "b":
        return ["true" if value else "false" for value in column]
    return ["" if value is None else harmless(value) for value in column.tolist()]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def transform_shapes(table: Table, target: str) -> Geometries:
    """(n,) a table's shapes in another coordinate system, outer rings anticlockwise."""
    digits = LONLAT_DIGITS if target == WGS84 else METRE_DIGITS

    def transform(xy: FloatArray) -> FloatArray:
        return transform_xy(xy, source=table.crs, target=target).round(digits)

    shapes: Geometries = shapely.orient_polygons(
        shapely.transform(np.asarray(table.geometries), transform)
    )
    return shapes


def _geometries_in(table: Table, target: str) -> list[orjson.Fragment]:
    """Each shape as GeoJSON text."""
    if table.geometries is None:
        return [orjson.Fragment("null")] * len(table)
    return [orjson.Fragment(text) for text in shapely.to_geojson(transform_shapes(table, target))]
