"""What keys and a policy cost: cached tiles and warm tables, with both and without either.

Two servers with one process each serve the same million incidents: one as it is, the other with
keys and the dataset under a policy, asked with a key. They are asked in turn, bounded in number,
so that whatever else the machine does meets both.
"""

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.bench_http import CONNECTIONS, rate, server, write_data

DATASET, LAYER, POLICY = "points", "squares", "ons-cell-key"
ASKED = 1_500  # of each address in each turn
TURNS = 5
LEAST_RATIO = 0.8
ADDRESSES = {
    "cached heat map tile": f"/v1/heatmaps/{DATASET}/tiles/12/2046/1350.png?bandwidth_m=1000",
    "warm table of areas": f"/v1/choropleths/{DATASET}/{LAYER}?from=2024-01&to=2024-12",
    "warm table as a file": f"/v1/choropleths/{DATASET}/{LAYER}.csv?from=2024-01&to=2024-12",
}
COMMAND = [sys.executable, "-m", "service"]
URL = r"http://[\d.:]+"


def main() -> None:
    """Print the table; ends with an error where a ratio is too small."""
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as name:
        plain, guarded = Path(name) / "plain", Path(name) / "guarded"
        write_data(plain)
        shutil.copytree(plain, guarded)
        keys = {role: _protect(guarded, role) for role in ("analyst", "partner")}
        serve = [*COMMAND, "serve", "--port", "0"]
        with (
            server(serve, _environ(plain), URL) as bare,
            server(serve, _environ(guarded), URL) as keyed,
        ):
            ratios = [
                _compare(f"{what}, {role}", bare + path, keyed + path, key)
                for what, path in ADDRESSES.items()
                for role, key in keys.items()
            ]
    if min(ratios) < LEAST_RATIO:
        sys.exit(f"a rate fell below {LEAST_RATIO} of that without keys and policy")


def _environ(data: Path) -> dict[str, str]:
    return {**os.environ, "HOTSPOTS_DATA_DIR": str(data)}


def _protect(data: Path, role: str) -> str:
    """A key of a role, for data of which counts by square and year are published."""
    cells = ["--policy", POLICY, "--cells", LAYER, "--period", "year"]
    _run(data, "protect", DATASET, *cells)
    _run(data, "publish", DATASET)
    options = ["--title", f"bench {role}", "--requests-per-minute", "100000000"]
    output = _run(data, "keys", "make", "--role", role, *options)
    return re.search(r"hsa_[\w-]+", output).group(0)  # type: ignore[union-attr]


def _run(data: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments], env=_environ(data), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr}")
    return done.stdout


def _compare(what: str, bare: str, keyed: str, key: str) -> float:
    """One line of the table: the medians of both rates, asked in turn, and their ratio."""
    header = f"X-API-Key: {key}\r\n"
    rates: dict[str, list[float]] = {"bare": [], "keyed": []}
    for _ in range(TURNS):
        rates["bare"].append(asyncio.run(rate([bare] * ASKED, CONNECTIONS)))
        rates["keyed"].append(asyncio.run(rate([keyed] * ASKED, CONNECTIONS, header)))
    without, with_both = (statistics.median(rates[name]) for name in ("bare", "keyed"))
    ratio = with_both / without
    print(f"{what:36s} {with_both:7,.0f}/s   {ratio:5.2f} times without ({without:,.0f}/s)")
    return ratio


if __name__ == "__main__":
    main()
