"""Places for patrols: 59,000 incidents on 145,000 hexagons, beside a spatial join by geopandas."""

import datetime
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.store import LayerStore
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.queries.patterns.patrols import CaptureQuery, PatrolForecastQuery, PatrolQuery
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from spatial.patrols.hexagons import hexagon_km2
from spatial.weights.tessellation import tessellate

CRS = "EPSG:27700"
INCIDENTS, HEXAGONS, SIZE_M = 59_000, 145_000, 200.0
DATASET, REPEATS = "violence", 3
FIRST_DAY, DAYS = datetime.date(2021, 1, 1), 4 * 365


def main() -> None:
    """Print the table."""
    side_m = 1e3 * (HEXAGONS * hexagon_km2(SIZE_M)) ** 0.5
    ground = shapely.box(4e5, 4e5, 4e5 + side_m, 4e5 + side_m)
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as folder:
        xy_m = fill(Path(folder), ground)
        resources = open_resources(Settings(data_dir=Path(folder)))
        cells = gpd.GeoDataFrame(geometry=whole_hexagons(ground), crs=CRS)
        points = gpd.GeoDataFrame(geometry=shapely.points(xy_m), crs=CRS)
        peer = median(lambda: gpd.sjoin(points, cells, predicate="within").groupby("index_right"))
        print(f"{len(cells):,} hexagons, {len(xy_m):,} incidents; sjoin {1000 * peer:.0f} ms")
        for name, compute in questions(resources).items():
            compute()  # loads what it reads
            took = median(compute)
            print(f"{name}: {1000 * took:.0f} ms, {took / peer:.2f} of the join alone")


def questions(resources: Resources) -> dict[str, Callable[[], object]]:
    """What is asked, by name."""
    size = {"size_m": SIZE_M}
    halves = PatrolQuery(halves="07-19", top=200, **size)
    by_day = PatrolQuery(top=200, **size)
    capture, forecast = CaptureQuery(**size), PatrolForecastQuery(**size)
    return {
        "two halves of the day, top 200, persistence, rank sets": lambda: (
            resources.patrol_lists.table(DATASET, halves)
        ),
        "one list": lambda: resources.patrol_lists.table(DATASET, by_day),
        "capture": lambda: resources.patrol_capture.table(DATASET, capture),
        "forecast": lambda: resources.patrol_forecasts.table(DATASET, forecast),
    }


def whole_hexagons(ground: shapely.Geometry) -> np.ndarray:
    """The hexagons of the ground, in two parts where one has too many."""
    left, bottom, right, top = ground.bounds
    middle = (left + right) / 2.0
    parts = (shapely.box(left, bottom, middle, top), shapely.box(middle, bottom, right, top))
    return np.concatenate(
        [tessellate(part, shape="hex", size_m=SIZE_M).geometries for part in parts]
    )


def fill(folder: Path, ground: shapely.Geometry) -> np.ndarray:
    """Write the study area and incidents around a few hundred towns; their places."""
    rng = np.random.default_rng(18)
    left, bottom, right, top = ground.bounds
    towns = rng.uniform((left, bottom), (right, top), (300, 2))
    town = rng.choice(300, INCIDENTS, p=rng.dirichlet(np.full(300, 0.3)))
    xy_m = towns[town] + rng.laplace(0.0, 900.0, (INCIDENTS, 2))
    xy_m = np.clip(xy_m, (left + 1.0, bottom + 1.0), (right - 1.0, top - 1.0))
    metadata = LayerMetadata(
        layer_id="force", title="Force", crs=CRS, source="made", synthetic=True,
        coordinates="as made", version="1",
    )  # fmt: skip
    geometries = np.array([ground], dtype=object)
    layer = Layer(metadata=metadata, codes=("F",), names=("Force",), geometries=geometries)
    LayerStore(folder / "boundaries", crs=CRS).save(layer)
    minutes = rng.integers(0, DAYS * 24 * 60, INCIDENTS)
    rows = pa.table(
        {
            "incident_id": [str(k) for k in range(INCIDENTS)],
            "occurred": pa.array(
                (np.datetime64(FIRST_DAY, "m") + minutes).astype("datetime64[us]")
            ),
            "precision": ["minute"] * INCIDENTS,
            "easting_m": xy_m[:, 0],
            "northing_m": xy_m[:, 1],
            "category": ["violence"] * INCIDENTS,
        }
    )
    IncidentStore(folder / "incidents", crs=CRS).append(
        DATASET, rows, files=[SourceFile.of("made.csv", b"made")], title="Violence", synthetic=True
    )
    return xy_m


def median(work: Callable[[], object]) -> float:
    """The median time of a few, seconds."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
