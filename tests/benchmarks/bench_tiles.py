"""Uncached choropleth vector tiles: ours against tipg with PostGIS on the same layer.

Both servers run on this machine, one process each (PostgreSQL's own processes, one for each of
tipg's ten connections, come on top of tipg's one), and are asked in turn, part by part. Both
hold the same areas with the same columns; the same tiles are asked for over the same number of
kept connections, and of us every address once, so that no answer can come from a cache.

What is ready on our side, as it is on any running service: the layer, its generalised levels,
and the table of values, which is computed at the first tile of a query for all of them. Asked
are (1) tiles of areas that nobody has asked for yet: cut, encoded, joined; (2) the same tiles
of another query: their outlines are kept encoded, joined with the other values. tipg has a
table with a spatial index, in EPSG:3857 so that it need not be transformed, and has answered
every tile once before, so that its pages are in memory; it keeps no answers.
"""

import asyncio
import itertools
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import shapely

from boundaries.tiles.tiles import BUFFER
from service.demo.write import ensure_demo
from spatial.coordinates.crs import WEB_MERCATOR, WGS84, transform_xy
from spatial.coordinates.mercator import HALF_WORLD_M
from tests.benchmarks.bench_http import URL, fetch, rate, report, server, uvicorn
from tests.benchmarks.environments import environment_of
from tests.benchmarks.postgis import Cluster, binaries, cluster

DATASET, LAYER = "callouts", "lsoa"
ZOOMS = range(8, 15)
PER_ZOOM = 60
CONNECTIONS = 8
PARTS = 9
CHOROPLETH = f"/v1/choropleths/{DATASET}/{LAYER}"
Address = tuple[int, int, int]
Area = tuple[dict[str, Any], shapely.Geometry]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as name:
        data = Path(name) / "data"
        ensure_demo(data)
        environ = {**os.environ, "HOTSPOTS_DATA_DIR": str(data)}
        serve = [sys.executable, "-m", "service", "serve", "--port", "0"]
        with server(serve, environ, r"http://[\d.:]+") as base:
            shapes = areas(f"{base}{CHOROPLETH}.geojson")
            tiles, before = addresses(shapes)
            first = f"{base}{CHOROPLETH}/tiles/{{}}/{{}}/{{}}.mvt"
            again = f"{first}?to=2018-12"
            for template in (first, again):
                ask(template, before)  # levels and table
            with tipg(shapes, environ) as theirs:
                if theirs is not None:
                    ask(theirs, before)
                    ask(theirs, tiles)
                found = measure({"first": first, "again": again, "theirs": theirs}, tiles)
                for what, key in (("never asked", "first"), ("new query", "again")):
                    peer = ("tipg with PostGIS", statistics.median(found["theirs"]))
                    report(
                        f"choropleth tiles, {what}",
                        statistics.median(found[key]),
                        peer if theirs is not None else None,
                    )
                if theirs is not None:
                    compare(first, theirs, tiles[:: len(tiles) // 40])


def measure(templates: dict[str, str | None], tiles: list[Address]) -> dict[str, list[float]]:
    """Rates of each on every part of the tiles, in turn: what else the machine does hits all."""
    found: dict[str, list[float]] = {name: [0.0] for name in templates}
    # Every part has tiles of all zooms.
    for part in (tiles[at::PARTS] for at in range(PARTS)):
        for name, template in templates.items():
            if template is not None:
                found[name].append(ask(template, part))
    return {name: rates[1:] or rates for name, rates in found.items()}


@contextmanager
def tipg(shapes: list[Area], environ: dict[str, str]) -> Iterator[str | None]:
    """The template of tipg's tiles while it serves; None where it cannot be installed."""
    python = environment_of("tipg", ["tipg", "uvicorn[standard]"])
    programs = binaries()
    if python is None or programs is None:
        print("tipg or PostGIS could not be installed here: not compared")
        yield None
        return
    with cluster(programs) as database:
        load(database, shapes)
        settings = {
            **{k: v for k, v in environ.items() if k != "PYTHONPATH"},
            "DATABASE_URL": database.url,
            "TIPG_TILE_BUFFER": str(BUFFER),
        }
        with server(uvicorn(str(python), "tipg.main"), settings, URL) as base:
            yield f"{base}/collections/public.{LAYER}/tiles/WebMercatorQuad/{{}}/{{}}/{{}}"


def areas(url: str) -> list[Area]:
    """The columns of every area of a table, and its shape in EPSG:3857."""
    return [
        (
            feature["properties"],
            shapely.transform(
                shapely.from_geojson(json.dumps(feature)),
                lambda lonlat: transform_xy(lonlat, source=WGS84, target=WEB_MERCATOR),
            ),
        )
        for feature in json.loads(fetch(url))["features"]
    ]


def ask(template: str, tiles: list[Address]) -> float:
    """Answers per second."""
    return asyncio.run(rate([template.format(*tile) for tile in tiles], CONNECTIONS))


def addresses(shapes: list[Area]) -> tuple[list[Address], list[Address]]:
    """Tiles that hold areas, some of each zoom, and one more of each to begin with."""
    county = shapely.union_all([shape for _, shape in shapes])
    shapely.prepare(county)
    left, bottom, right, top = county.bounds
    asked, before = [], []
    for z in ZOOMS:
        side = 2 * HALF_WORLD_M / 2**z
        found = []
        for x, y in itertools.product(
            range(int((left + HALF_WORLD_M) / side), int((right + HALF_WORLD_M) / side) + 1),
            range(int((HALF_WORLD_M - top) / side), int((HALF_WORLD_M - bottom) / side) + 1),
        ):
            west, north = x * side - HALF_WORLD_M, HALF_WORLD_M - y * side
            if county.intersects(shapely.box(west, north - side, west + side, north)):
                found.append((z, x, y))
        before.append(found[0])
        rest = found[1:]
        asked += rest[:: max(len(rest) // PER_ZOOM, 1)][:PER_ZOOM]
    return asked, before


def load(database: Cluster, shapes: list[Area]) -> None:
    """The layer with its values as a table, its columns those of our tiles."""
    names = [name for name in shapes[0][0] if name != "code"]
    kinds = {name: _kind(row[name] for row, _ in shapes) for name in names}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    rows = "\n".join(
        "\t".join(
            [
                str(row["code"]),
                *(_cell(row[name]) for name in names),
                shapely.to_wkb(shapely.set_srid(shape, 3857), hex=True, include_srid=True),
            ]
        )
        for row, shape in shapes
    )
    database.run(
        f"CREATE TABLE {LAYER} (code text PRIMARY KEY, {columns}, geom geometry(Geometry, 3857));\n"
        f"COPY {LAYER} FROM STDIN;\n{rows}\n\\.\n"
        f"CREATE INDEX ON {LAYER} USING gist (geom);\n"
        f"VACUUM ANALYZE {LAYER};\nSELECT sum(ST_NPoints(geom)) FROM {LAYER};"
    )


def _kind(values: Any) -> str:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return "boolean"
    if known and all(isinstance(value, int | float) for value in known):
        return "double precision"
    return "text"


def _cell(value: Any) -> str:
    return r"\N" if value is None else str(value).replace("\\", "\\\\").replace("\t", " ")


def compare(ours: str, theirs: str, tiles: list[Address]) -> None:
    """Say how alike the two are: areas and bytes of some tiles."""
    for who, template in (("ours", ours), ("theirs", theirs)):
        bodies = [fetch(template.format(*tile)) for tile in tiles]
        held = [len(_codes(body)) for body in bodies]
        print(
            f"{who}: {sum(held) / len(tiles):.1f} areas and "
            f"{sum(map(len, bodies)) / len(tiles):,.0f} bytes in a tile on average, "
            f"of {len(tiles)} compared"
        )


def _codes(tile: bytes) -> set[str]:
    layers = mapbox_vector_tile.decode(tile) if tile else {}
    return {
        feature["properties"]["code"] for layer in layers.values() for feature in layer["features"]
    }


if __name__ == "__main__":
    main()
