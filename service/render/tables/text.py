"""Tables as JSON, CSV and GeoJSON."""

import csv
import io
import math
from typing import Any, Final, Literal, NotRequired, TypedDict

import numpy as np
import orjson
import shapely

from boundaries.layers.layer import Geometries
from service.access.release import Released
from service.model.answers import Table
from service.model.rows import ColumnValues
from service.render import attribution
from service.render.csv_cells import harmless
from service.render.documents import (
    JSON_OPTIONS,
    digest,
    provenance_dict,
    provenance_text,
    table_rows,
)
from service.sentences.findings.tables import sentences_of
from spatial.arrays import FloatArray
from spatial.coordinates.crs import WGS84, transform_xy

LONLAT_DIGITS = 7  # about a centimetre
METRE_DIGITS = 2
# How names of columns tell units.
NAMES_OF_UNITS: Final = {"degrees": "deg", "km²": "km2", "%": "percent"}


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
        "provenance": provenance_dict(table.provenance, units=table.units(), **digest(rows)),
    }
    return orjson.dumps(content, option=JSON_OPTIONS)


def table_csv(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The rows as CSV in UTF-8, one header line; missing values are empty.

    A unit stands behind the name of its column unless the name tells it. Numbers have six
    significant digits. A byte order mark is written only if a character outside ASCII occurs:
    Excel then needs it, and other programs are not disturbed. Text that a spreadsheet would run
    begins with an apostrophe. Rows end with their period, source and licence, and those of
    synthetic data with a column `synthetic`.
    """
    table = released.answer
    units = table.units()
    columns = [_csv_cells(values, units.get(name)) for name, values in table.columns.items()]
    end_columns = further_columns(table)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(harmless, (*headings(table).values(), *end_columns)))
    constants = tuple(map(harmless, end_columns.values()))
    writer.writerows((*cells, *constants) for cells in zip(*columns, strict=True))
    content = text.getvalue()
    return content.encode("utf-8" if content.isascii() else "utf-8-sig")


def headings(table: Table) -> dict[str, str]:
    """The heading of each column, by its name: the name, with the unit where it tells none."""
    units = table.units()
    return {name: _heading(table, name, units.get(name, "")) for name in table.columns}


def further_columns(table: Table) -> dict[str, str]:
    """What stands behind the rows, alike in each: period, source, licence, and if synthetic."""
    provenance = provenance_dict(table.provenance)
    texts = {
        "period": attribution.period(provenance),
        "source": attribution.sources(provenance),
        "licence": attribution.licences(provenance),
        "synthetic": "true" if table.provenance.synthetic else "",
    }
    return {
        f"table_{name}" if name in table.columns else name: text
        for name, text in texts.items()
        if text
    }


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
        "provenance": provenance_dict(table.provenance, units=table.units(), **digest(rows)),
        "features": features,
    }
    if crs is not None:
        name = f"urn:ogc:def:crs:{crs.replace(':', '::')}"
        collection["crs"] = {"type": "name", "properties": {"name": name}}
    return orjson.dumps(collection, option=JSON_OPTIONS)


def table_provenance(released: Released[Table]) -> str:
    """The provenance with a digest of the rows, for formats that have no place for it."""
    table = released.answer
    return provenance_text(table.provenance, units=table.units(), **digest(table_rows(table)))


def _heading(table: Table, name: str, unit: str) -> str:
    """The name of a column, with its unit unless it counts incidents or the name tells it."""
    is_told = {unit, NAMES_OF_UNITS.get(unit)} & set(name.split("_"))
    is_count = table.row.columns[name].meaning.discloses.is_count
    return name if not unit or is_told or is_count else f"{name} ({unit})"


def _csv_cells(column: ColumnValues, unit: str | None) -> list[Any]:
    """A column's cells: whole floats without a point, missing values empty."""
    if column.dtype.kind == "f":
        values = column.tolist()
        return ["" if math.isnan(value) else significant(value, unit) for value in values]
    if column.dtype.kind == "b":
        return [_csv_cell(value) for value in column.tolist()]
    return [_csv_cell(value) for value in column.tolist()]


def _csv_cell(value: Any) -> Any:
    """A cell of a column that may have missing values."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else harmless(value)


def significant(value: float, unit: str | None = None) -> str:
    """A number with six significant digits and at least its whole ones; degrees with more."""
    if unit == "degrees":
        return f"{value:.{LONLAT_DIGITS}f}"
    return f"{value:.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:.6g}"


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
