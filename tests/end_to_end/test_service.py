"""The built program: started, asked over HTTP, ended; and its log afterwards."""

import concurrent.futures
import http.client
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, START_S, environment, start
from tests.service import world
from tests.service.answers import csv_rows, read_tif

HEATMAP = f"/v1/heatmaps/{world.DATASET}"
TILE = f"{HEATMAP}/tiles/13/4099/2697.png"
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
OVERLAY = f"/v1/growth/{world.DATASET}/overlay"
# What requests may ask of compiled kernels, beside the defaults.
QUESTIONS = [
    "/overview", "/v1/page.json", "/health/ready", "/v1/datasets", TILE, f"{HEATMAP}/raster.tif", f"{HEATMAP}/summary.json",
    f"{HEATMAP}/map.png?width=300&inset=true", f"{HEATMAP}/contours.geojson", f"{HEATMAP}/peaks",
    f"{HEATMAP}/tilejson.json", f"{TILE}?kernel=gaussian", f"{TILE}?kernel=triangular",
    f"{TILE}?adaptive=true", f"{TILE}?edge=uniform", f"{TILE}?edge=diggle",
    f"{TILE}?bandwidth_m=10", f"{TILE}?bandwidth_m=20000", f"{HEATMAP}/tiles/9/256/168.png",
    f"{HEATMAP}/raster.tif?bandwidth_m=50&cell_m=100",
    f"{HEATMAP}/raster.tif?bandwidth_m=20&cell_m=100&kernel=gaussian",
    f"{HEATMAP}/raster.tif?bandwidth_m=50&cell_m=100&kernel=triangular",
    *(f"{HEATMAP}/summary.json?bandwidth_m={rule}"
      for rule in ("auto", "arcgis", "least-squares", "berman-diggle", "cronie-van-lieshout")),
    CELLS, f"{CELLS}?scheme=natural-breaks",
    f"{CELLS}?measure=smoothed-local&denominator=residents",
    f"/v1/choropleths/{world.DATASET}/hex:500", f"{CELLS}/tiles/13/4099/2697.mvt",
    HOTSPOTS, f"{HOTSPOTS}?refine=true", f"{HOTSPOTS}?statistic=local-moran",
    f"{HOTSPOTS}?neighbours=kernel:1500", f"{HOTSPOTS}?neighbours=auto",
    f"{HOTSPOTS}?measure=rate&denominator=residents&null=poisson",
    f"{HOTSPOTS}/emerging",
    f"{HOTSPOTS}/change?from=2024-01&to=2024-12&baseline_from=2023-01&baseline_to=2023-12",
    OVERLAY,
]  # fmt: skip


def assert_clean(program, status):
    """Ended by the signal, with a log that tells of no trouble."""
    assert status in (0, -signal.SIGTERM), program.logged
    assert len(program.said) == 1, program.said
    for line in program.logged:
        for trouble in ("WARNING", "ERROR", "CRITICAL", "Traceback", "Warning:", "leaked"):
            assert trouble not in line, "\n".join(program.logged)


@pytest.fixture(scope="module")
def program(county):
    """The program over the county, for the tests that change nothing; its log is clean."""
    running = start(county)
    yield running
    assert_clean(running, running.stop())


def test_it_listens_on_loopback(program):
    assert program.address.startswith("http://127.0.0.1:")


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="/proc says who listens")
def test_it_listens_nowhere_else(program):
    table = Path(f"/proc/{program.process.pid}/net/tcp").read_text().splitlines()
    listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    port = int(program.address.rsplit(":", 1)[1])
    ours = [address for address in listening if int(address.split(":")[1], 16) == port]
    assert ours == [f"0100007F:{port:04X}"]


def test_listening_everywhere_answers_nobody_else_until_hosts_are_named(county, serve):
    running = serve(county, "--host", "0.0.0.0")
    assert any("HOTSPOTS_HOSTS" in line for line in running.logged)
    port = running.address.rpartition(":")[2]
    assert running.get("/v1/datasets")[0] == 421  # by the name 0.0.0.0
    assert running.get("/v1/datasets", {"Host": "atlas.example"})[0] == 421
    assert running.get("/v1/datasets", {"Host": f"localhost:{port}"})[0] == 200
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health/live")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert "Server" not in answer.headers


def test_it_gives_a_heat_map(program):
    status, content = program.get(f"{HEATMAP}/raster.tif?cell_m=100&bandwidth_m=800")
    assert status == 200
    raster = read_tif(content)
    assert (raster.crs, raster.unit) == ("EPSG:27700", "incidents per km^2")
    status, content = program.get(TILE)
    assert (status, content[:8]) == (200, b"\x89PNG\r\n\x1a\n")


def test_it_gives_a_choropleth(program):
    status, content = program.get(f"{CELLS}.csv")
    counts = world.cell_counts()
    assert status == 200
    assert {r["code"]: int(r["count"]) for r in csv_rows(content)} == {
        code: counts[code] for code in world.CODES
    }


def test_it_gives_hotspots(program):
    status, content = program.get(f"{HOTSPOTS}?permutations=999")
    assert status == 200
    assert {row["code"] for row in json.loads(content)["rows"]} == set(world.CODES)


def test_it_gives_the_growth_overlay(program):
    status, content = program.get(f"{OVERLAY}.geojson")
    assert status == 200
    assert len(json.loads(content)["features"]) == 3


def test_it_refuses_what_is_not_there(program):
    status, content = program.get("/v1/datasets/nonsense")
    assert (status, json.loads(content)["status"]) == (404, 404)


def test_an_address_longer_than_any_has_to_be_is_refused_as_documented(county, serve):
    """By a program of its own: the server logs a warning of what it cannot read."""
    running = serve(county)
    stated = json.loads(running.get("/openapi.json")[1])["paths"]["/v1/datasets"]["get"]
    status, _ = running.get(f"/v1/datasets?colour={'x' * 70_000}")
    assert status == 400
    assert "64 kB" in stated["responses"]["400"]["description"]


def test_it_answers_many_clients_at_once(program):
    paths = [TILE, f"{TILE}?bandwidth_m=300", CELLS, f"{CELLS}.csv", f"{HEATMAP}/summary.json"]
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(program.get, paths * 20))
    assert {status for status, _ in answers} == {200}
    assert len({content for _, content in answers}) == len(paths)


def test_it_ends_cleanly_though_a_client_keeps_its_connection(county, serve):
    running = serve(county)
    host, port = running.address.removeprefix("http://").split(":")
    client = http.client.HTTPConnection(host, int(port), timeout=30)
    client.request("GET", "/health/live")
    assert client.getresponse().read()
    assert_clean(running, running.stop())
    client.close()


def test_no_request_of_a_second_start_pays_for_compilation(program, county, serve):
    """numba says when it keeps a kernel that it had to compile."""
    second = serve(county, NUMBA_DEBUG_CACHE="1")
    for path in QUESTIONS:
        status, content = second.get(path)
        assert status == 200, (path, content[:300])
    second.stop()
    assert any("data loaded" in line for line in second.said)
    assert not any("data saved" in line for line in second.said)


ASK_AFTER_REHEARSAL = """
import sys
import service.__main__
from pathlib import Path
from starlette.testclient import TestClient
from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.runtime.warm_up import load_other_kernels

LIBRARIES = (
    "altair docx esda geopandas libpysal matplotlib rasterio scipy.spatial scipy.stats sklearn typst "
    "vl_convert service.assembly.routers"
).split()
resources = open_resources(Settings(data_dir=Path(sys.argv[1])))
app = create_app(resources, routes_late=True)
with TestClient(app, base_url="http://localhost") as client:
    assert client.get(sys.argv[2]).status_code == 200
    print("libraries of a tile:", sorted(set(LIBRARIES) & set(sys.modules)), flush=True)
    load_other_kernels()
    print("warmed up", flush=True)
    for path in sys.argv[3:]:
        assert client.get(path).status_code == 200, path
"""


def test_a_tile_waits_for_no_library_and_no_request_for_a_compiler(county):
    """A kernel that is not called beforehand would be compiled on a new machine."""
    done = subprocess.run(
        [sys.executable, "-c", ASK_AFTER_REHEARSAL, str(county), TILE, *QUESTIONS],
        cwd=ROOT,
        env=environment(NUMBA_DEBUG_CACHE="1"),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    before, _, after = done.stdout.partition("warmed up\n")
    (libraries,) = (line for line in before.splitlines() if line.startswith("libraries of"))
    assert libraries == "libraries of a tile: []"
    assert "[cache] data" in before
    assert "[cache] data" not in after, after


def test_an_import_is_seen_by_a_running_program(tmp_path, serve):
    world.build(tmp_path / "own")
    running = serve(tmp_path / "own")
    tile = json.loads(running.get(f"{HEATMAP}/tilejson.json")[1])["tiles"][0]
    tile = tile.removeprefix(running.address).format(z=13, x=4099, y=2697)
    assert running.get(tile)[0] == 200
    world.append_incidents(tmp_path / "own", world.RECORDS[:5], name="more.csv")
    counts = json.loads(running.get(CELLS)[1])["provenance"]["counts"]
    assert counts["records"] == len(world.RECORDS) + 5
    assert running.get(tile)[0] == 410
    assert_clean(running, running.stop())
