"""Areas made for the tests, and files of them in the formats that people send."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from shapely import Polygon, box
from shapely.geometry import mapping

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.reading.readers import read_boundaries

BNG = "EPSG:27700"
EAST, NORTH = 545_000.0, 258_000.0  # a place in Cambridge, so that the CRS is believable


def layer_of(
    areas: Mapping[str, shapely.Geometry], *, layer_id: str = "test", crs: str = BNG, **words: Any
) -> Layer:
    """A layer of the given areas, named by their codes, in the order given."""
    geometries = np.empty(len(areas), dtype=object)
    geometries[:] = list(areas.values())
    names = tuple(f"Area {code}" for code in areas)
    metadata = LayerMetadata(layer_id=layer_id, title=layer_id, crs=crs, **words)
    return Layer(metadata, tuple(areas), names, geometries)


def square(col: float, row: float, side_m: float = 1_000.0) -> Polygon:
    """One cell of a chessboard laid over Cambridge."""
    x, y = EAST + col * side_m, NORTH + row * side_m
    return box(x, y, x + side_m, y + side_m)


def chessboard(cols: int, rows: int, side_m: float = 1_000.0) -> dict[str, Polygon]:
    """cols x rows squares with codes such as ``A0201`` (column 2, row 1)."""
    return {f"A{c:02d}{r:02d}": square(c, r, side_m) for c in range(cols) for r in range(rows)}


def write_geojson(
    path: Path,
    features: Sequence[tuple[Mapping[str, Any], Any]],
    *,
    crs: str | None = BNG,
) -> Path:
    """A GeoJSON file of (properties, geometry or None), with the old ``crs`` member if asked."""
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": dict(properties),
                "geometry": geometry
                if geometry is None or isinstance(geometry, dict)
                else mapping(geometry),
            }
            for properties, geometry in features
        ],
    }
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(document))
    return path


def write_vector(
    path: Path,
    areas: Mapping[str, Any],
    *,
    crs: str | None = BNG,
    driver: str | None = None,
    layer: str | None = None,
    append: bool = False,
    geometry_type: str = "Unknown",
) -> Path:
    """A file of areas with fields ``code`` and ``name``, in any format GDAL writes."""
    geometries = np.empty(len(areas), dtype=object)
    geometries[:] = list(areas.values())
    columns = [
        np.array(list(areas), dtype=object),
        np.array([f"Area {c}" for c in areas], dtype=object),
    ]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(geometries),
        columns,
        ["code", "name"],
        crs=crs,
        driver=driver,
        layer=layer,
        append=append,
        geometry_type=geometry_type,
    )
    return path


REAL_FIELDS = {
    "lsoa11": ("LSOA11CD", "LSOA11NM"),
    "lsoa21": ("LSOA21CD", "LSOA21NM"),
    "msoa21": ("msoa21_code", "msoa21_name"),
    "wards22": ("ward22_code", "ward22_name"),
    "districts24": ("ltla24_code", "ltla24_name"),
    "postcode_districts_cb": ("name", None),
    "postcode_districts_pe": ("name", None),
}


@lru_cache
def real_layer(test_data: Path, name: str) -> Layer:
    """One of the real layers as an import keeps it; read once for all tests."""
    code, label = REAL_FIELDS[name]
    path = test_data / "boundaries" / f"{name}.geojson"
    return read_boundaries(path, layer_id=name, code_field=code, name_field=label, crs=BNG)[0]
