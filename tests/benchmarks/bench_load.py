"""Many clients for half a minute: errors, rates, and whether memory stays where it is.

The program runs with two workers on this machine, over a million points; the clients are
coroutines of this process over loopback, bounded in number and time. They ask for tiles that
are kept, tiles that are not, tables, TileJSON and health, as a page full of people would.
"""

import asyncio
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.bench_http import addresses, server, write_data

CLIENTS = 200
SECONDS = float(os.environ.get("HOTSPOTS_TEST_LOAD_S", "30"))
WORKERS = 2
WARM_UP_S = 10.0


def main() -> None:
    """Print what happened, and end with 1 where a request failed."""
    with tempfile.TemporaryDirectory(prefix="hotspots-load-") as name:
        data = Path(name) / "data"
        write_data(data)
        environ = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOTS_")}
        environ |= {"HOTSPOTS_DATA_DIR": str(data), "HOTSPOTS_LOG_LEVEL": "WARNING"}
        # Small enough that it is full before memory is looked at for the first time.
        environ["HOTSPOTS_TILES__CACHE_BYTES"] = str(16 * 2**20)
        words = ["--port", "0", "--workers", str(WORKERS)]
        with server(
            [sys.executable, "-m", "service", "serve", *words],
            environ,
            r"(?<=Hotspot Atlas at )http://[\d.:]+",
        ) as base:
            asyncio.run(ask_for(base, WARM_UP_S))
            sizes = [memory_mb()]
            statuses: Counter[int] = Counter()
            times: list[float] = []
            for _ in range(2):
                found, took = asyncio.run(ask_for(base, SECONDS / 2))
                statuses += found
                times += took
                sizes.append(memory_mb())
    times.sort()
    print(f"{CLIENTS} clients, {SECONDS:.0f} s: {sum(statuses.values()):,} answers, {statuses}")
    print(
        f"median {times[len(times) // 2] * 1e3:.0f} ms, 99 % {times[-len(times) // 100] * 1e3:.0f} ms"
    )
    for moment, workers in zip(("start", "middle", "end"), sizes, strict=True):
        shown = ", ".join(f"{rss:.0f} ({pss:.0f})" for rss, pss in workers)
        print(f"memory at the {moment:6s}: {shown} MB resident (proportional) per worker")
    grown = sum(rss for rss, _ in sizes[2]) / sum(rss for rss, _ in sizes[1])
    print(f"from the middle to the end: {100 * (grown - 1):+.1f} %")
    if set(statuses) != {200}:
        sys.exit("some requests failed")


def questions(base: str) -> list[str]:
    """Addresses in a mixture; most are asked again and again, tiles of many zooms once each."""
    heat = f"{base}/v1/heatmaps/points"
    kept = [f"{heat}/tiles/{tile}.png?bandwidth_m=1000" for tile in addresses(12, 14, 40)]
    once = [f"{heat}/tiles/{tile}.png?bandwidth_m=1000" for tile in addresses(12, 17, 4_000)]
    tables = [
        f"{base}/v1/choropleths/points/squares",
        f"{base}/v1/choropleths/points/squares.csv",
        f"{base}/v1/choropleths/points/squares/tiles/10/511/337.mvt",
        f"{base}/v1/boundaries/squares/tiles/10/511/337.mvt",
        f"{heat}/tilejson.json?bandwidth_m=1000",
        f"{base}/health/live",
        f"{base}/v1/datasets",
    ]
    return [*kept * 200, *once, *tables * 400]


async def ask_for(base: str, seconds: float) -> tuple[Counter[int], list[float]]:
    """Statuses and times of what all clients asked within so many seconds."""
    host, port = re.match(r"http://([\d.]+):(\d+)", base).groups()  # type: ignore[union-attr]
    asked = questions(base)
    statuses: Counter[int] = Counter()
    times: list[float] = []
    ends = time.perf_counter() + seconds

    async def client(number: int) -> None:
        order = random.Random(number)
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() < ends:
            path = order.choice(asked).split(f":{port}", 1)[1]
            began = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"content-length: (\d+)", head.lower()).group(1))  # type: ignore[union-attr]
            await reader.readexactly(length)
            statuses[int(head.split(b" ", 2)[1])] += 1
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return statuses, times


def memory_mb() -> list[tuple[float, float]]:
    """Resident and proportional memory of each worker of ours, MB."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            mine = int(Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
            if b"spawn_main" not in command or mine != os.getpid():
                continue
            rollup = (folder / "smaps_rollup").read_text()
        except (OSError, IndexError):
            continue
        sizes = dict(re.findall(r"^(Rss|Pss):\s+(\d+) kB", rollup, re.MULTILINE))
        found.append((int(sizes["Rss"]) / 1024, int(sizes["Pss"]) / 1024))
    return found


if __name__ == "__main__":
    main()
