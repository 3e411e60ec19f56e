"""The program as a process of its own: its output, its errors, and a reader that stops."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.service import world
from tests.service.answers import read_tif
from tests.service.commands.test_commands import ANSWERS

ROOT = Path(__file__).parents[3]


def program(*args, **variables):
    """The program itself, in a process of its own."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOTS_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *map(str, args)],
        cwd=ROOT,
        env={**environ, **variables},
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_the_program_writes_its_answer_to_standard_output(county, client):
    args, address = ANSWERS["choropleth"]
    done = program(*args, HOTSPOTS_DATA_DIR=str(county))
    assert done.returncode == 0, done.stderr
    assert done.stdout == client.get(f"{address}.csv").content
    notes = client.get(address).json()["provenance"]["notes"]
    assert done.stderr.decode().splitlines() == [f"note: {note}" for note in notes]


def test_the_program_says_what_is_wrong_in_one_line(county):
    done = program("choropleth", "nonsense", "cell", HOTSPOTS_DATA_DIR=str(county))
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert b"callouts" in done.stderr


def test_the_program_writes_a_raster(county, tmp_path):
    out = tmp_path / "density.tif"
    done = program(
        "heatmap", world.DATASET, "--cell-m", "100", "--out", out, HOTSPOTS_DATA_DIR=str(county)
    )
    assert done.returncode == 0, done.stderr
    raster = read_tif(out.read_bytes())
    assert np.isfinite(raster.values).all()
    assert raster.values.max() > 0


def test_the_program_does_not_break_where_its_reader_stops_reading(county):
    """As `hotspots choropleth ... | head -1` does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service", *ANSWERS["choropleth"][0], "--format", "geojson"],
        cwd=ROOT,
        env={**os.environ, "HOTSPOTS_DATA_DIR": str(county)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    _, stderr = process.communicate(timeout=120)
    assert b"Traceback" not in stderr
