"""Two vintages of a strip of squares, and a lookup between them, worked by hand.

Old: u, v, s (two squares wide), m, n. New: u and v as they were, t1 and t2 the halves of s,
w the union of m and n. A third half, t1, is narrower: s is 2,000 m wide, t1 500 m of it.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from boundaries.layers.layer import Layer, LayerMetadata, normalised
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.reference.lookups import LookupKey, LookupStore
from service.store.reference.measures import MeasureStore
from service.store.source_files import SourceFile

CRS = "EPSG:27700"
EAST_M, NORTH_M = 545_000.0, 258_000.0
OLD_M = {
    "u": (0, 1_000),
    "v": (1_000, 2_000),
    "s": (2_000, 4_000),
    "m": (4_000, 5_000),
    "n": (5_000, 6_000),
}
NEW_M = {
    "u": (0, 1_000),
    "v": (1_000, 2_000),
    "t1": (2_000, 2_500),
    "t2": (2_500, 4_000),
    "w": (4_000, 6_000),
}
PAIRS = (
    ("u", "u", "U"), ("v", "v", "U"), ("s", "t1", "S"), ("s", "t2", "S"), ("m", "w", "M"), ("n", "w", "M"),
)  # fmt: skip
KEY = LookupKey("old", "new")


def layer(layer_id: str, extent_m: dict[str, tuple[int, int]]) -> Layer:
    shapes = np.empty(len(extent_m), dtype=object)
    shapes[:] = [
        shapely.box(EAST_M + left, NORTH_M, EAST_M + right, NORTH_M + 1_000)
        for left, right in extent_m.values()
    ]
    metadata = LayerMetadata(layer_id=layer_id, title=layer_id, crs=CRS)
    return normalised(Layer(metadata, tuple(extent_m), tuple(extent_m), shapes))


def pair_rows(pairs=PAIRS) -> pa.Table:
    old, new, change = zip(*pairs, strict=True)
    return pa.table(
        {
            "from_code": list(old),
            "to_code": list(new),
            "change": list(change),
            "source_row": list(range(2, len(old) + 2)),
        }
    )


def save_lookup(
    data_dir: Path, *, pairs=PAIRS, key: LookupKey = KEY, weight: str = "area"
) -> None:
    LookupStore(data_dir / "lookups").append(
        key, pair_rows(pairs), file=SourceFile.of("lookup.csv", b"l"), weight=weight, replace=True
    )


def save_measure(
    data_dir: Path,
    layer_id: str,
    values: dict[str, float],
    *,
    period: str,
    measure: str = "residents",
) -> None:
    n = len(values)
    rows = {
        "layer": [layer_id] * n, "area_code": list(values), "measure": [measure] * n,
        "period": [period] * n, "value": list(values.values()),
    }  # fmt: skip
    file = SourceFile.of(f"{measure}-{period}-{layer_id}", b"x")
    MeasureStore(data_dir / "measures").append(pa.table(rows), file=file, replace=True)


def save_incidents(
    data_dir: Path,
    records: list[tuple[str | None, float | None]],
    *,
    area_layer: str | None = None,
    categories: list[str] | None = None,
    months: list[int] | None = None,
    file: str = "calls.csv",
) -> None:
    """Incidents of (code, metres east of the strip's left edge); None where not known."""
    n = len(records)
    codes = [code for code, _ in records]
    days = [np.datetime64("2018-01-01") + 31 * (m - 1) for m in months or [1] * n]
    rows = pa.table(
        {
            "occurred": pa.array(np.array(days, dtype="datetime64[s]")),
            "category": categories or ["assault"] * n,
            "easting_m": pa.array(
                [None if x is None else EAST_M + x for _, x in records], pa.float64()
            ),
            "northing_m": pa.array(
                [None if x is None else NORTH_M + 500.0 for _, x in records], pa.float64()
            ),
            "area_code": pa.array(codes, pa.string()),
            "area_layer": pa.array([area_layer if c else None for c in codes], pa.string()),
        }
    )
    IncidentStore(data_dir / "incidents", crs=CRS).append(
        "calls", rows, files=[SourceFile.of(file, file.encode())], replace=True
    )


def opened(data_dir: Path, *layers: Layer) -> Resources:
    """The resources over a folder, with some layers imported first."""
    resources = open_resources(Settings(data_dir=data_dir))
    for layer in layers:
        resources.layers.save(layer)
    return resources
