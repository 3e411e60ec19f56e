"""The costliest requests that parameters allow: each alone, all at once, and after all have left.

The program serves the demonstration county and a dataset of distinct places, on this machine and
over loopback. Numbers are upper bounds: whatever else runs here is in them.
"""

import contextlib
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa

from service.demo.county import build_county
from service.demo.stores import DemoStores, source_file
from service.demo.write import write_county
from tests.benchmarks.bench_http import server
from tests.simulations.tables import SimulationTable

HEAT = "/v1/heatmaps/crowd"
HOT = "/v1/hotspots/crowd"
OVERLAY = "/v1/growth/crowd/overlay"
TILE = "/tiles/10/512/337@2x.png?bandwidth_m=20000"
QUESTIONS = (
    f"{HEAT}{TILE}&adaptive=true",
    f"{HEAT}{TILE}&adaptive=true&kernel=gaussian",
    f"{HEAT}{TILE}&kernel=triangular",
    f"{HEAT}{TILE}&kernel=epanechnikov",
    f"{HEAT}/summary.json?bandwidth_m=20000&adaptive=true",
    f"{HEAT}/summary.json?bandwidth_m=10&adaptive=true",
    f"{HEAT}/summary.json?bandwidth_m=20000&kernel=gaussian",
    f"{HEAT}/summary.json?bandwidth_m=least-squares",
    f"{HEAT}/peaks?bandwidth_m=20000&kernel=triangular&peaks=100",
    f"{HEAT}/contours.geojson?bandwidth_m=2000&adaptive=true",
    f"{HEAT}/raster.tif?bandwidth_m=20000&kernel=gaussian&edge=diggle&cell_m=30",
    f"{HEAT}/raster.tif?bandwidth_m=2000&adaptive=true&cell_m=25",
    f"{HEAT}/raster.tif?cell_m=1&bbox=530000,260000,534000,264000",
    f"{HOT}/hex:500?neighbours=knn:1000",
    f"{HOT}/hex:1000?neighbours=distance:100000&permutations=0",
    f"{HOT}/hex:500?neighbours=auto",
    f"{HOT}/hex:200/emerging?step=month",
    f"{OVERLAY}?layer=hex:500&by=area&distance_m=5000",
    f"{OVERLAY}?layer=hex:1000&by=area&distance_m=50000",
    f"{OVERLAY}/map.png?layer=hex:500&width=4000",
)
JOB_S = 10.0  # a job is watched for so long, and then ended
LOAD_S = 20.0
IDLE_SHARE = 0.1  # of one processor
MOST_WAIT_S = 120.0


def each_alone(places: int) -> SimulationTable:
    """Seconds and memory of each request, or how soon it is refused or made a job.

    Seconds of a processor, of which there may be two at work, are those of the answer alone,
    whatever else runs on the machine; memory is that of the job too.
    """
    rows = []
    with service(places) as (base, pid):
        for question in QUESTIONS:
            before_mb, before_s = reset_peak_mb(pid), processor_s(pid)
            status, took_s, body = ask(base, question)
            worked_s = processor_s(pid) - before_s
            words = {200: "answered", 202: "job", 422: "refused"}.get(status, str(status))
            if status == 202:
                job = json.loads(body)
                words = f"job of about {job['estimate_s']:.0f} s, {end_of(base, job['id'])}"
            grown_mb = max(peak_mb(pid) - before_mb, 0.0)
            numbers = (f"{took_s:.2f}", f"{worked_s:.2f}", f"{grown_mb:.0f}")
            rows.append((f"`{question}`", words, *numbers))
            print(rows[-1], flush=True)
    columns = ("request", "what became of it", "seconds", "of a processor", "MB more")
    return SimulationTable(columns, tuple(rows))


def twenty_at_once(places: int) -> SimulationTable:
    """What cheap requests meet while all of the costliest are asked, and once nobody asks."""
    with service(places) as (base, pid):
        cheap = f"{HEAT}/tiles/14/8200/5400.png"
        ask(base, cheap)
        alone = rate(base, cheap, 5.0)
        jobs: list[str] = []
        clients = [Client(base, question, jobs) for question in QUESTIONS]
        for client in clients:
            client.start()
        live_s: list[float] = []
        fresh_s: list[float] = []
        watching = threading.Thread(target=watch, args=(base, live_s, fresh_s))
        watching.start()
        loaded = rate(base, cheap, LOAD_S)
        watching.join()
        for client in clients:
            client.leave()
        for job in jobs:
            ask(base, f"/v1/jobs/{job}", method="DELETE")
        idle_s = seconds_until_idle(pid)
    rows = (
        ("`/health/live`, 95th percentile", f"{1e3 * float(np.quantile(live_s, 0.95)):.0f} ms"),
        ("uncached cheap tile, slowest of " + str(len(fresh_s)), f"{max(fresh_s):.2f} s"),
        ("cached tiles, share of their rate alone", f"{loaded / alone:.2f}"),
        ("until the processor is idle after all have left", f"{idle_s:.1f} s"),
    )
    return SimulationTable(("what", "measured"), rows)


@contextlib.contextmanager
def service(places: int) -> Iterator[tuple[str, int]]:
    """The program over a county and so many places: its address and process."""
    with tempfile.TemporaryDirectory(prefix="hotspots-costliest-") as name:
        data = Path(name) / "data"
        write_crowd(data, places)
        environ = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOTS_")}
        environ |= {"HOTSPOTS_DATA_DIR": str(data), "HOTSPOTS_LOG_LEVEL": "WARNING"}
        words = [sys.executable, "-m", "service", "serve", "--port", "0"]
        with server(words, environ, r"(?<=Hotspot Atlas at )http://[\d.:]+") as base:
            for cheap in ("tiles/12/2048/1349.png", "tiles/10/512/337@2x.png"):
                ask(base, f"{HEAT}/{cheap}")
            for cells in ("hex:500", "hex:1000"):  # grids are cut once
                ask(base, f"/v1/choropleths/crowd/{cells}")
            yield base, own_child()


def write_crowd(data: Path, places: int) -> None:
    """The demonstration county, and distinct places strewn about those of its crimes."""
    county = build_county()
    write_county(county, data)
    crimes = county.incidents["police-crime"]
    xy_m = np.column_stack(
        [crimes[name].to_numpy(zero_copy_only=False) for name in ("easting_m", "northing_m")]
    )
    rng = np.random.default_rng(1)
    chosen = rng.choice(np.flatnonzero(np.isfinite(xy_m).all(axis=1)), places)
    strewn_m = xy_m[chosen] + rng.normal(0.0, 150.0, (places, 2))
    rows = pa.table(
        {
            "occurred": crimes["occurred"].take(pa.array(chosen)),
            "category": crimes["category"].take(pa.array(chosen)),
            "easting_m": strewn_m[:, 0],
            "northing_m": strewn_m[:, 1],
        }
    )
    stores = DemoStores.of(data, crs="EPSG:27700")
    stores.incidents.append(
        "crowd", rows, files=[source_file("crowd", rows)], title="Crowd", synthetic=True
    )


class Client(threading.Thread):
    """Asks one question, and can leave before it is answered."""

    def __init__(self, base: str, question: str, jobs: list[str]) -> None:
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc)
        self.question, self.jobs = question, jobs

    def run(self) -> None:
        """Wait for the answer; note the job that it may be."""
        with contextlib.suppress(OSError, http.client.HTTPException, AttributeError, ValueError):
            self.connection.request("GET", self.question)
            answer = self.connection.getresponse()
            body = answer.read()
            if answer.status == 202:
                self.jobs.append(json.loads(body)["id"])

    def leave(self) -> None:
        """Close the connection."""
        if self.connection.sock is not None:
            with contextlib.suppress(OSError):
                self.connection.sock.shutdown(2)


def ask(base: str, path: str, method: str = "GET") -> tuple[int, float, bytes]:
    """Status, seconds and body of one answer."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=600)
    began = time.perf_counter()
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    took_s = time.perf_counter() - began
    connection.close()
    return answer.status, took_s, body


def end_of(base: str, job: str) -> str:
    """How a job ended, within the time that it is watched for."""
    began = time.perf_counter()
    status = "running"
    while time.perf_counter() - began < JOB_S:
        status = json.loads(ask(base, f"/v1/jobs/{job}")[2])["status"]
        if status not in ("waiting", "running"):
            break
        time.sleep(0.2)
    took_s = time.perf_counter() - began
    ask(base, f"/v1/jobs/{job}", method="DELETE")
    return f"{status} after {took_s:.0f} s"


def rate(base: str, path: str, seconds: float) -> float:
    """Answers per second to one client that asks again and again."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        connection.request("GET", path)
        connection.getresponse().read()
        count += 1
    return count / (time.perf_counter() - began)


def watch(base: str, live_s: list[float], fresh_s: list[float]) -> None:
    """Ask for a sign of life twenty times a second, and for another cheap tile each second."""
    began, number = time.perf_counter(), 0
    while time.perf_counter() - began < LOAD_S:
        live_s.append(ask(base, "/health/live")[1])
        if number % 20 == 0:
            tile = f"16/{32_760 + number // 20}/21590"
            fresh_s.append(ask(base, f"{HEAT}/tiles/{tile}.png")[1])
        number += 1
        time.sleep(0.05)


def seconds_until_idle(pid: int) -> float:
    """Seconds until a process uses next to none of a processor."""
    began = time.perf_counter()
    while time.perf_counter() - began < MOST_WAIT_S:
        at, used_s = time.perf_counter(), processor_s(pid)
        time.sleep(0.5)
        if processor_s(pid) - used_s < 0.5 * IDLE_SHARE:
            return at - began
    return MOST_WAIT_S


def processor_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def own_child() -> int:
    """The process that this one has started last."""
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    return int(children[-1])


def reset_peak_mb(pid: int) -> float:
    """Set the peak of a process's memory to what it has now, MB."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return peak_mb(pid)


def peak_mb(pid: int) -> float:
    """Peak of a process's resident memory, MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024.0
