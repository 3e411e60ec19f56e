"""schemathesis over the OpenAPI document: no 5xx, no undocumented status, no wrong answer.

It runs in an environment of its own, against the built program over the small county of the
tests. In the places where a path or a query names something that must be loaded, the document
it reads offers what is (and some that is not): otherwise every answer would be a 404.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_http import fetch, server
from tests.benchmarks.environments import environment_of
from tests.service import world

REQUIREMENTS = ["schemathesis==4.32.5"]
SECONDS = int(os.environ.get("HOTSPOTS_TEST_SCHEMATHESIS_S", "300"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
LOADED: dict[str, list[Any]] = {
    "dataset": [world.DATASET, world.DATASET, "nonsense"],
    "layer": [world.CELLS, world.DISTRICTS, "hex:500", "square:0", "nonsense"],
    "denominator": ["residents", "residents:2020", "nonsense"],
    "within": [f"{world.DISTRICTS}:D1", f"{world.CELLS}:C11", "nonsense"],
    "from": ["2023-01", "2023-06", "2024-01", "2024-02-30"],
    "to": ["2024-06", "2024-12", "2025-06", "2022-01"],
    "baseline_from": ["2023-01", "2022-01"],
    "baseline_to": ["2023-12", "2022-12"],
    "outlines": [world.CELLS, "nonsense"],
    "crs": ["4326", "27700", "3857"],
    "neighbours": ["queen", "rook", "knn:4", "distance:1500", "kernel:1500", "auto"],
    "target": ["C00", "C11"],
    "control": ["C33", "C22"],
    "q": ["cell", "north", "wes", "C1", "ü", "zzz"],
    "code": ["C11", "D1", "nonsense"],
    "site_id": ["s1", "nonsense"],
    "collection_id": [
        "sites",
        f"boundaries:{world.CELLS}",
        f"choropleths:{world.DATASET}:{world.CELLS}",
        f"hotspots:{world.DATASET}:{world.CELLS}",
        "nonsense",
    ],
    "identifier": [f"heatmaps.{world.DATASET}", f"heatmaps:{world.DATASET}", "nonsense"],
    "tilematrixset": ["WebMercatorQuad", "nonsense"],
    "tilematrix": ["13", "10", "99"],
    "tilecol": [4099, 512, 0],
    "tilerow": [2697, 337, 0],
    "z": [13, 10, 0, 25],
    "x": [4099, 512, 0],
    "y": [2697, 337, 0],
}


def main() -> None:
    """Run it, and end with its status."""
    sys.exit(run(SECONDS))


def run(seconds: int, *, seed: int = 1) -> int:
    """The exit status of a run of about so many seconds, its findings on standard output."""
    python = environment_of("schemathesis", REQUIREMENTS)
    if python is None:
        return 1
    with tempfile.TemporaryDirectory(prefix="hotspots-schemathesis-") as name:
        folder = Path(name)
        world.build(folder / "data")
        environ = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOTS_")}
        environ["HOTSPOTS_DATA_DIR"] = str(folder / "data")
        serve = [sys.executable, "-m", "service", "serve", "--port", "0", "--workers", "2"]
        # The log must not be mistaken for the address: it names none before all is ready.
        with server(serve, environ, r"(?<=Hotspot Atlas at )http://[\d.:]+") as base:
            document = offering_what_is_loaded(json.loads(fetch(f"{base}/openapi.json")))
            (folder / "openapi.json").write_text(json.dumps(document))
            done = subprocess.run(
                [
                    str(python.parent / "schemathesis"),
                    "run",
                    str(folder / "openapi.json"),
                    "--url",
                    base,
                    "--checks",
                    ",".join(CHECKS),
                    "--max-time",
                    str(seconds),
                    "--continue-on-failure",
                    "--seed",
                    str(seed),
                    "--no-color",
                    "--request-timeout",
                    "60",
                    "--warnings",
                    "off",
                    "--workers",
                    "2",
                ],
                cwd=folder,
                check=False,
                capture_output=True,
                text=True,
                timeout=seconds + 300,
            )
    print(re.sub(r"\n{3,}", "\n\n", done.stdout[-30_000:]), done.stderr[-3_000:], flush=True)
    return done.returncode


def offering_what_is_loaded(document: dict[str, Any]) -> dict[str, Any]:
    """The document with values of the county where a parameter names something loaded."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                offered = LOADED.get(parameter["name"])
                if offered is None:
                    continue
                if parameter["schema"].get("type") == "array":
                    parameter["schema"]["items"] = {"enum": offered}
                else:
                    parameter["schema"] = {"enum": offered}
    return document


if __name__ == "__main__":
    main()
