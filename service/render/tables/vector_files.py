"""Tables with shapes as GIS files: GeoPackage, GeoParquet, FlatGeobuf."""

import io
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from service.access.release import Released
from service.model.answers import Table
from service.render.tables.text import table_provenance, transform_shapes

# GDAL's options are those of the process; the date inside a GeoPackage is one of them.
_WRITING = threading.Lock()
FIXED_DATE = "2000-01-01T00:00:00.000Z"  # the clock must not change the bytes of an answer


def table_gpkg(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The rows as a GeoPackage layer, in the working CRS unless another is named."""
    return _gdal_bytes(released, "GPKG", ".gpkg", crs)


def table_fgb(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The rows as FlatGeobuf, in the working CRS unless another is named."""
    return _gdal_bytes(released, "FlatGeobuf", ".fgb", crs)


def table_parquet(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The rows as GeoParquet, or as plain Parquet if the table has no shapes.

    The provenance is in the schema metadata under ``provenance``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = released.answer
    provenance = table_provenance(released)
    if table.geometries is None:
        arrow = pa.table({name: _plain(column) for name, column in _columns(table).items()})
    else:
        arrow = pa.table(_frame(table, crs).to_arrow(index=False, geometry_encoding="WKB"))
    metadata = {**(arrow.schema.metadata or {}), b"provenance": provenance.encode()}
    if table.geometries is not None:
        metadata[b"geo"] = _geo_metadata(table, crs or table.crs).encode()
    body = io.BytesIO()
    pq.write_table(arrow.replace_schema_metadata(metadata), body, compression="zstd")
    return body.getvalue()


def _geo_metadata(table: Table, crs: str) -> str:
    """The GeoParquet 1.1 description of the geometry column."""
    import json

    from spatial.coordinates.crs import parsed_crs

    kinds = sorted(
        {shape.geom_type for shape in table.geometries} if table.geometries is not None else []
    )
    column = {"encoding": "WKB", "geometry_types": kinds, "crs": parsed_crs(crs).to_json_dict()}
    return json.dumps(
        {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    )


def _gdal_bytes(released: Released[Table], driver: str, suffix: str, crs: str | None) -> bytes:
    """The bytes of a file written by GDAL; they do not depend on the clock."""
    import pyogrio

    frame = _frame(released.answer, crs)
    with tempfile.TemporaryDirectory(prefix="hotspots-") as folder, _WRITING:
        path = Path(folder) / f"{released.answer.kind}{suffix}"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
        options: dict[str, Any] = {}
        if driver == "GPKG":
            options["layer_metadata"] = {"provenance": table_provenance(released)}
        pyogrio.write_dataframe(frame, path, driver=driver, layer=released.answer.kind, **options)
        return path.read_bytes()


def _frame(table: Table, crs: str | None) -> Any:
    """The table as a GeoDataFrame."""
    import geopandas as gpd

    target = crs or table.crs
    shapes = None if table.geometries is None else _promote(transform_shapes(table, target))
    return gpd.GeoDataFrame(
        {name: _plain(column) for name, column in _columns(table).items()},
        geometry=shapes,
        crs=target,
    )


def _columns(table: Table) -> dict[str, NDArray[Any]]:
    """The columns, with one more that marks synthetic data."""
    columns = dict(table.columns)
    if table.provenance.synthetic:
        columns["synthetic"] = np.ones(len(table), dtype=np.bool_)
    return columns


def _plain(column: NDArray[Any]) -> Any:
    """A column as a type that files can hold: text as Python strings, numbers unchanged."""
    return list(column) if column.dtype.kind == "O" else column


def _promote(shapes: NDArray[Any]) -> NDArray[Any]:
    """Shapes of one type: polygons become multipolygons if there are both."""
    kinds = set(shapely.get_type_id(shapes))
    if kinds == {3, 6}:
        return np.array(
            [
                shapely.MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape
                for shape in shapes
            ],
            dtype=object,
        )
    return shapes
