"""Points to areas, and neighbours: against shapely's tree and libpysal, in one run."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

from boundaries.layers.layer import Layer, LayerMetadata, normalised
from boundaries.neighbours.adjacency import queen
from boundaries.points.assign import assign_points, compile_kernels
from spatial.arrays import FloatArray
from spatial.coordinates.crs import WGS84, transform_xy

CRS = "EPSG:27700"
POINTS = 1_000_000
REPEATS = 3


def main() -> None:
    """Print the table."""
    compile_kernels()
    layer = real_layer() or made_layer()
    left, bottom, right, top = layer.bounds_m
    rng = np.random.default_rng(1)
    inside = rng.uniform((left, bottom), (right, top), (POINTS, 2))
    compare(f"{POINTS:,} even points in {len(layer)} areas", layer, inside)
    real = real_points()
    if real is not None:
        near = (real >= (left, bottom)).all(axis=1) & (real <= (right, top)).all(axis=1)
        county = real[near][rng.integers(0, int(near.sum()), POINTS)]
        compare(f"{POINTS:,} real points of the county", layer, county)
        country = real[rng.integers(0, len(real), POINTS)]
        compare(f"{POINTS:,} real points of the country", layer, country)
    ours = best(lambda: queen(layer))
    theirs = best(lambda: libpysal_queen(layer))
    report(f"queen neighbours of {len(layer)} areas", ours, theirs, "libpysal Graph")


def compare(what: str, layer: Layer, xy_m: FloatArray) -> None:
    """Time both, and count the points on which they differ."""
    tree = shapely.STRtree(layer.geometries)
    points = shapely.points(xy_m)

    def by_tree() -> FloatArray:
        at, area = tree.query(points, predicate="intersects")
        found = np.full(len(xy_m), len(layer))
        np.minimum.at(found, at, area)
        return np.where(found == len(layer), -1, found)

    differ = int(np.count_nonzero(assign_points(layer, xy_m) != by_tree()))
    ours = best(lambda: assign_points(layer, xy_m))
    theirs = best(lambda: tree.query(points, predicate="intersects"))
    report(f"{what} ({differ} differ)", ours, theirs, "shapely STRtree, intersects")


def libpysal_queen(layer: Layer) -> object:
    """The same by libpysal."""
    import geopandas as gpd
    from libpysal.graph import Graph

    frame = gpd.GeoSeries(layer.geometries, crs=layer.crs)
    return Graph.build_contiguity(frame, rook=False)


def best(work: Callable[[], object]) -> float:
    """The least time of a few, seconds."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def report(what: str, ours: float, theirs: float, peer: str) -> None:
    """One line of the table."""
    print(f"{what}: {ours:.4f} s, {theirs / ours:.1f} times as fast as {peer} ({theirs:.3f} s)")


def real_layer() -> Layer | None:
    """The LSOAs of 2021, where the test data are at hand."""
    from boundaries.reading.readers import read_boundaries

    folder = os.environ.get("HOTSPOTS_TEST_DATA")
    if not folder:
        return None
    layer, _ = read_boundaries(
        Path(folder) / "boundaries" / "lsoa21.geojson",
        layer_id="lsoa21",
        code_field="LSOA21CD",
        crs=CRS,
    )
    return normalised(layer, order=1)


def made_layer() -> Layer:
    """516 Voronoi cells, where they are not."""
    rng = np.random.default_rng(3)
    seeds = shapely.multipoints(rng.uniform((500_000, 236_000), (570_000, 318_000), (516, 2)))
    cells = np.asarray(shapely.get_parts(shapely.voronoi_polygons(seeds)), dtype=object)
    codes = tuple(f"V{at:03d}" for at in range(len(cells)))
    return normalised(Layer(LayerMetadata("voronoi", "", CRS), codes, codes, cells), order=1)


def real_points() -> FloatArray | None:
    """Street-level crimes of England and Wales, where the test data are at hand."""
    import pyarrow.parquet as pq

    folder = os.environ.get("HOTSPOTS_TEST_DATA")
    if not folder:
        return None
    path = Path(folder) / "benchmark" / "england_wales_2018-10_2019-02.parquet"
    table = pq.read_table(path, columns=["Longitude", "Latitude"])
    lonlat = np.column_stack([table.column(n).to_numpy() for n in ("Longitude", "Latitude")])
    xy_m = transform_xy(lonlat[np.isfinite(lonlat).all(axis=1)], source=WGS84, target=CRS)
    return xy_m[np.isfinite(xy_m).all(axis=1)]


if __name__ == "__main__":
    main()
