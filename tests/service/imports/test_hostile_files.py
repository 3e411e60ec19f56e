"""Files made to exhaust who imports them: all refused by one small process.

The bounds are of memory and processor time, which do not depend on what else the machine does.
"""

import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import mapping

from tests.boundaries.areas import EAST, NORTH, write_geojson

ROOT = Path(__file__).parents[3]
MEMORY_BYTES = 800 * 1024**2
PROCESSOR_S = 60
IMPORT_ALL = """
import sys
from pathlib import Path
from tests.fuzzing.importers import IMPORTERS, Nowhere
for argument in sys.argv[1:]:
    path = Path(argument)
    importer = path.name.split("-")[0]
    try:
        IMPORTERS[importer].read(Nowhere(path.parent), path)
    except Exception as error:
        print(path.name, type(error).__name__, str(error)[:300].replace("\\n", " "), sep="\\t")
    else:
        print(path.name, "accepted", "", sep="\\t")
"""


def _zip(path: Path, members: int, mebibytes: int, block: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for number in range(members):
            with archive.open(f"{number}.csv", "w") as stream:
                for _ in range(mebibytes):
                    stream.write(block)


def _areas(path: Path, shape: object) -> None:
    write_geojson(path, [({"code": "a"}, shape)])


def _random_ring(path: Path) -> None:
    xy_m = np.random.default_rng(1).random((20_000, 2)) * 10_000.0 + [EAST, NORTH]
    _areas(path, mapping(shapely.Polygon(xy_m)))


def _large_value(path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(b"ref,when,x,y,kind\n1,")
        stream.truncate(500_000_000)


HEADER = "ref,when,at,x,y,kind,weight,area,note"
ROWS = (b"1,01/01/2024,545000,258000,fire\n" * 32_768)[: 2**20]
FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "zip-zeros.zip": (lambda path: _zip(path, 2, 35, bytes(2**20)), "UNPACKED_RATIO"),
    "zip-rows.zip": (lambda path: _zip(path, 1, 70, ROWS), "UNPACKED_RATIO"),
    "csv-value.csv": (_large_value, "LINE_BYTES"),
    "csv-header.csv": (
        lambda path: path.write_text(",".join(f"c{n}" for n in range(100_000))), "COLUMNS"
    ),
    "csv-fields.csv": (
        lambda path: path.write_text(f"{HEADER}\n" + "1,2\n" * 60_000), "unusable"
    ),
    "csv-quotes.csv": (
        lambda path: path.write_text(f"{HEADER}\n" + '1,"a"b,3\n' * 60_000), "unusable"
    ),
    "csv-quoted.csv": (
        lambda path: path.write_text(f"{HEADER}\n" + '"a"b,' * 200_000 + "\n"), "unusable"
    ),
    "csv-pipe.csv": (os.mkfifo, "is a folder, a device or a pipe"),
    "csv-zero.csv": (lambda path: path.symlink_to("/dev/zero"), "is a folder, a device or a pipe"),
    "csv-digits.csv": (
        lambda path: path.write_text(f"{HEADER}\n1,01/01/2024,,{'9' * 900_000},1,,,,\n"), "not a number"
    ),
    "measures-deep.geojson": (lambda path: path.write_text("[" * 1_000_000), "is not JSON"),
    "areas-ring.geojson": (_random_ring, "crosses itself too often"),
    "areas-deep.geojson": (lambda path: path.write_text('{"a":' * 100_000), "cannot be read"),
    "areas-nested.geojson": (
        lambda path: path.write_text('{"type":"GeometryCollection","geometries":[' * 10_000),
        "cannot be read",
    ),
    "areas-fields.geojson": (
        lambda path: path.write_text(json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": None, "properties": dict.fromkeys(
                (f"f{number}" for number in range(20_000)), 1)}
        ]})),
        "20,000 fields",
    ),
    "areas-pipe.geojson": (os.mkfifo, "a device or a pipe"),
}  # fmt: skip


@pytest.fixture(scope="module")
def refusals(tmp_path_factory) -> dict[str, tuple[str, str]]:
    """The kind of error and its text, by the name of the file."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (make, _) in FILES.items():
        make(folder / name)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S))

    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *(folder / name for name in FILES)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return {name: (kind, text) for name, kind, text in lines}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_within_the_bounds(refusals, name):
    kind, text = refusals[name]
    assert kind in ("ImportRefusedError", "UnreadableFileError", "InvalidLayerError")
    assert FILES[name][1] in text
