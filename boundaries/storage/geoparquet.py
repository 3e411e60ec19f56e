"""The file of a layer: GeoParquet, with what we know of the layer in the file's metadata.

Only pyarrow and shapely are used to read: a service starts with them long before geopandas
would have been imported.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from boundaries.errors import DamagedLayerError, InvalidLayerError
from boundaries.layers.layer import Layer, LayerMetadata, version_of

GEO_KEY = b"geo"
OWN_KEY = b"hotspot_atlas"
FORMAT = 1
CHECKSUM = "checksum"  # of all else that our key says; not in files of before 2026-12
GEOPARQUET_VERSION = "1.1.0"


@dataclass(frozen=True)
class LayerHeader:
    """What a layer's file says of it without its areas.

    Attributes
    ----------
    metadata : LayerMetadata
    areas : int
        Number of areas.
    area_km2 : float
        Sum of their areas, km^2.
    bounds_m : tuple of float
        Left, bottom, right, top of all, metres in the working CRS.
    states_coordinates : bool
        False for a file of before 2026-12.
    """

    metadata: LayerMetadata
    areas: int
    area_km2: float
    bounds_m: tuple[float, float, float, float]
    states_coordinates: bool = True


def write_layer(layer: Layer, file: IO[bytes]) -> None:
    """Write a layer as GeoParquet 1.1: columns ``code``, ``name`` and ``geometry`` (WKB).

    Parameters
    ----------
    layer : Layer
        With its version set.
    file : binary file
        Open for writing.
    """
    facts = {
        "format": FORMAT,
        **asdict(layer.metadata),
        "areas": len(layer),
        "area_km2": float(layer.areas_km2.sum()),
        "bounds_m": layer.bounds_m,
    }
    facts[CHECKSUM] = _checksum(facts)
    table = pa.table(
        {
            "code": pa.array(layer.codes, pa.string()),
            "name": pa.array(layer.names, pa.string()),
            "geometry": pa.array(shapely.to_wkb(layer.geometries).tolist(), pa.binary()),
        }
    ).replace_schema_metadata(
        {GEO_KEY: json.dumps(_geo_metadata(layer)), OWN_KEY: json.dumps(facts)}
    )
    pq.write_table(table, file, compression="zstd")


def read_header(file: IO[bytes], path: Path) -> LayerHeader:
    """What an open file says of its layer.

    Raises
    ------
    DamagedLayerError
        If it is not a file that `write_layer` wrote.
    """
    with _reading(path):
        file.seek(0)
        return _header(pq.ParquetFile(file).schema_arrow.metadata or {}, path)


def read_layer(file: IO[bytes], path: Path) -> Layer:
    """The layer in an open file.

    Raises
    ------
    DamagedLayerError
        If it is not a file that `write_layer` wrote.
    """
    with _reading(path):
        file.seek(0)
        # Not pq.read_table and to_numpy, which import pandas: that takes longer than to read.
        table = pq.ParquetFile(file).read(columns=["code", "name", "geometry"])
        codes, names, wkb_of_areas = (column.to_pylist() for column in table.columns)
        header = _header(table.schema.metadata or {}, path)
        version = version_of(
            header.metadata,
            codes,
            names,
            wkb_of_areas,
            states_coordinates=header.states_coordinates,
        )
        if version != header.metadata.version:
            reason = f"its content is not that of version {header.metadata.version}"
            raise DamagedLayerError(str(path), reason)
        geometries = np.asarray(shapely.from_wkb(wkb_of_areas), dtype=object)
        return Layer(header.metadata, tuple(codes), tuple(names), geometries)


def _header(schema_metadata: dict[bytes, bytes], path: Path) -> LayerHeader:
    """Parse our own key of the file's metadata."""
    if OWN_KEY not in schema_metadata:
        raise DamagedLayerError(str(path), "its metadata do not describe a layer")
    facts = json.loads(schema_metadata[OWN_KEY])
    if facts["format"] != FORMAT:
        reason = f"it is of format {facts['format']}, this program reads {FORMAT}"
        raise DamagedLayerError(str(path), reason)
    if facts.pop(CHECKSUM, None) not in (None, _checksum(facts)):
        raise DamagedLayerError(str(path), "its metadata are not as they were written")
    states_coordinates = "coordinates" in facts
    facts.setdefault("coordinates", "")  # files of before 2026-12 do not say
    fields = {name: facts[name] for name in LayerMetadata.__dataclass_fields__}
    left, bottom, right, top = facts["bounds_m"]
    return LayerHeader(
        LayerMetadata(**fields),
        int(facts["areas"]),
        float(facts["area_km2"]),
        (left, bottom, right, top),
        states_coordinates=states_coordinates,
    )


def _checksum(facts: Mapping[str, Any]) -> str:
    """A checksum of what the metadata say, as JSON writes it."""
    return f"{zlib.crc32(json.dumps(facts, sort_keys=True).encode()):08x}"


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file makes its readers raise into an error of ours."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise DamagedLayerError(str(path), f"its metadata are incomplete: {error!r}") from error
    except (OSError, ValueError, pa.ArrowException, shapely.GEOSException) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DamagedLayerError(str(path), reason) from error
    except InvalidLayerError as error:
        raise DamagedLayerError(str(path), error.reason) from error


def _geo_metadata(layer: Layer) -> dict[str, Any]:
    """The ``geo`` key that GeoParquet asks for."""
    kinds = sorted({str(kind) for kind in shapely.get_type_id(layer.geometries).tolist()})
    names = {"3": "Polygon", "6": "MultiPolygon"}
    return {
        "version": GEOPARQUET_VERSION,
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": [names[kind] for kind in kinds],
                "crs": _projjson(layer.crs),
                "edges": "planar",
                "bbox": list(layer.bounds_m),
            }
        },
    }


@lru_cache(maxsize=8)
def _projjson(crs: str) -> Any:
    """The coordinate system as PROJJSON."""
    from spatial.coordinates.crs import parsed_crs

    return parsed_crs(crs).to_json_dict()
