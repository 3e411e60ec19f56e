"""Tiles over HTTP: ours against TiTiler from a ready GeoTIFF, and against an empty response.

Both servers run on this machine with one process each, one after the other, on the same
surface and the same tiles; the load comes from this process over loopback, bounded in number.
"""

import asyncio
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.store import LayerStore
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from spatial.coordinates.crs import WGS84, transform_xy
from tests.benchmarks.environments import environment_of

CRS = "EPSG:27700"
SIDE_M = 30_000.0
CORNER_M = np.array([530_000.0, 243_000.0])
POINTS = 1_000_000
BANDWIDTH_M = 1_000
CONNECTIONS = 8
TILES = 400

EMPTY_APP = """
from fastapi import FastAPI, Response
app = FastAPI()
HEAT, SHAPE = b"x" * {heat_size}, b"x" * {shape_size}
@app.get("/empty/heat")
async def empty_heat() -> Response:
    return Response(HEAT, media_type="application/octet-stream")
@app.get("/empty/shape")
async def empty_shape() -> Response:
    return Response(SHAPE, media_type="application/octet-stream")
"""
TITILER_APP = """
from fastapi import FastAPI
from titiler.core.factory import TilerFactory
app = FastAPI()
app.include_router(TilerFactory().router)
"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as name:
        folder = Path(name)
        data = folder / "data"
        write_data(data)
        environ = {**os.environ, "HOTSPOTS_DATA_DIR": str(data)}
        serve = [sys.executable, "-m", "service", "serve", "--port", "0"]
        tiles = addresses(12, 16, TILES)
        with server(serve, environ, r"http://[\d.:]+") as base:
            heat = f"{base}/v1/heatmaps/points/tiles/{{}}.png?bandwidth_m={BANDWIDTH_M}"
            asyncio.run(rate([heat.format("12/2046/1350")], 1))  # the surface is prepared once
            ours = asyncio.run(rate([heat.format(t) for t in tiles], CONNECTIONS))
            raster = folder / "surface.tif"
            raster.write_bytes(
                fetch(f"{base}/v1/heatmaps/points/raster.tif?bandwidth_m={BANDWIDTH_M}&cell_m=25")
            )
            again = heat.format("12/2046/1350")  # one tile, so that the empty answer is as large
            heat_size = len(fetch(again))
            warm_heat = asyncio.run(rate([again] * 3_000, CONNECTIONS))
            shape = f"{base}/v1/boundaries/squares/tiles/10/511/337.mvt"
            shape_size = len(fetch(shape))
            warm_geometry = asyncio.run(rate([shape] * 3_000, CONNECTIONS))
        (folder / "empty_app.py").write_text(
            EMPTY_APP.format(heat_size=heat_size, shape_size=shape_size)
        )
        with server(uvicorn(sys.executable, "empty_app"), environ, URL, cwd=folder) as base:
            empty_heat, empty_shape = (
                asyncio.run(rate([f"{base}/empty/{kind}"] * 3_000, CONNECTIONS))
                for kind in ("heat", "shape")
            )
        report("uncached heat map tiles", ours, None)
        report(
            "cached heat map tiles", warm_heat, ("as large an empty FastAPI response", empty_heat)
        )
        report(
            "warm geometry tiles",
            warm_geometry,
            ("as large an empty FastAPI response", empty_shape),
        )
        peer = environment_of("titiler", ["titiler.core", "uvicorn[standard]"])
        if peer is None:
            print("TiTiler could not be installed here: not compared")
            return
        (folder / "titiler_app.py").write_text(TITILER_APP)
        with server(uvicorn(str(peer), "titiler_app"), environ, URL, cwd=folder) as base:
            tiled = f"{base}/tiles/WebMercatorQuad/{{}}.png?url={raster}&rescale=0,2000"
            asyncio.run(rate([tiled.format(t) for t in tiles[:20]], CONNECTIONS))
            theirs = asyncio.run(rate([tiled.format(t) for t in tiles], CONNECTIONS))
        report("uncached heat map tiles", ours, ("TiTiler, a ready GeoTIFF", theirs))


URL = r"http://[\d.]+:\d+"


def write_data(data: Path) -> None:
    """A million clustered points and a layer of squares, through the stores."""
    import pyarrow as pa
    import shapely

    rng = np.random.default_rng(1)
    centres = rng.uniform(0.1, 0.9, (60, 2)) * SIDE_M
    which = rng.integers(0, len(centres), POINTS)
    xy_m = CORNER_M + np.clip(centres[which] + rng.normal(0, 900, (POINTS, 2)), 0, SIDE_M)
    rows = pa.table(
        {
            "occurred": pa.array(np.full(POINTS, "2024-01-01", "datetime64[us]")),
            "precision": ["day"] * POINTS,
            "category": ["all"] * POINTS,
            "easting_m": xy_m[:, 0],
            "northing_m": xy_m[:, 1],
        }
    )
    store = IncidentStore(data / "incidents", crs=CRS)
    file = SourceFile("points", "0" * 64)
    store.append("points", rows, files=[file], title="Points", synthetic=True)
    steps = np.arange(0, SIDE_M, SIDE_M / 20)
    cells = np.array(
        [
            shapely.box(x, y, x + SIDE_M / 20, y + SIDE_M / 20)
            for x, y in itertools.product(CORNER_M[0] + steps, CORNER_M[1] + steps)
        ],
        dtype=object,
    )
    codes = tuple(f"S{at:04d}" for at in range(len(cells)))
    metadata = LayerMetadata("squares", "Squares", CRS, synthetic=True)
    LayerStore(data / "boundaries", crs=CRS).save(Layer(metadata, codes, codes, cells))


def addresses(first_zoom: int, last_zoom: int, number: int) -> list[str]:
    """Different tiles over the square, as many of each zoom."""
    rng = np.random.default_rng(2)
    found: dict[str, None] = {}
    for z in itertools.cycle(range(first_zoom, last_zoom + 1)):
        if len(found) >= number:
            return list(found)
        place = CORNER_M + rng.uniform(0.05, 0.95, 2) * SIDE_M
        lon, lat = transform_xy(place[None, :], source=CRS, target=WGS84)[0]
        x = int((lon + 180) / 360 * 2**z)
        y = int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**z)
        found[f"{z}/{x}/{y}"] = None
    return list(found)


def uvicorn(python: str, module: str) -> list[str]:
    """The command that serves an application on a free port."""
    words = ["--port", "0", "--log-level", "info", "--no-access-log"]
    return [python, "-m", "uvicorn", f"{module}:app", *words]


@contextmanager
def server(
    command: list[str], environ: dict[str, str], pattern: str, cwd: Path | None = None
) -> Iterator[str]:
    """A server of our own on a free port of loopback, stopped by its process id."""
    # To a file: a server that says much would wait for a pipe that nobody reads.
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as log:
        process = subprocess.Popen(
            command, env=environ, cwd=cwd, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield wait_for_address(process, Path(log.name), pattern)
        finally:
            process.terminate()
            process.wait(20)


def wait_for_address(process: subprocess.Popen[bytes], log: Path, pattern: str) -> str:
    """The address that a server prints once it listens."""
    for _ in range(600):
        found = re.search(pattern, log.read_text(errors="replace"))
        if found:
            return found.group(0)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"it does not serve: {log.read_text(errors='replace')[-500:]}")


def fetch(url: str) -> bytes:
    """The body of an answer."""
    import urllib.request

    with urllib.request.urlopen(url) as answer:
        body: bytes = answer.read()
        return body


async def rate(urls: list[str], connections: int, headers: str = "") -> float:
    """Answers per second: the median of three parts of one run, over kept connections.

    Further headers are lines, each with its line break.
    """
    host, port = re.match(r"http://([\d.]+):(\d+)", urls[0]).groups()  # type: ignore[union-attr]
    todo = iter(urls)
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for url in todo:
            path = url.split(f":{port}", 1)[1]
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{headers}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.split(b"\r\n")[0].decode() + " " + path)
            length = int(re.search(rb"content-length: (\d+)", head.lower()).group(1))  # type: ignore[union-attr]
            await reader.readexactly(length)
            times.append(time.perf_counter())
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(min(connections, len(urls)))))
    ends = [began, *times]
    third = max(len(times) // 3, 1)
    parts = [
        (third) / (ends[min(at + third, len(times))] - ends[at])
        for at in range(0, third * 3, third)
        if min(at + third, len(times)) > at
    ]
    return statistics.median(parts)


def report(what: str, ours: float, peer: tuple[str, float] | None) -> None:
    """One line of the table."""
    line = f"{what:28s} {ours:9,.0f}/s"
    if peer is not None:
        line += f"   {ours / peer[1]:8.2f} times {peer[0]} ({peer[1]:,.0f}/s)"
    print(line, flush=True)


if __name__ == "__main__":
    main()
