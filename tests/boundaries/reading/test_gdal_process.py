"""The process that GDAL runs in: shared by readers, replaced after a fault, never left behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from boundaries.errors import UnreadableFileError
from boundaries.reading import gdal_process
from boundaries.reading.readers import read_boundaries
from tests.boundaries.areas import BNG, chessboard, write_vector

ROOT = Path(__file__).parents[3]
READ_AND_WAIT = """
import sys, time
from pathlib import Path
from boundaries.reading import gdal_process
from boundaries.reading.sources import read_raw_areas
read_raw_areas(Path(sys.argv[1]), code_field="code", name_field=None, source_layer=None)
print(gdal_process._servers[0].process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def areas(tmp_path) -> Path:
    return write_vector(tmp_path / "a.gpkg", chessboard(2, 2), geometry_type="Polygon")


def read(path: Path) -> tuple[str, ...]:
    return read_boundaries(path, layer_id="x", code_field="code", crs=BNG)[0].codes


def test_several_threads_have_their_answers(areas):
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(read, [areas] * 8)) == {tuple(sorted(chessboard(2, 2)))}


def test_a_process_that_has_ended_is_an_error_and_the_next_file_is_read(areas):
    codes = read(areas)
    (server,) = gdal_process._servers
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    with pytest.raises(UnreadableFileError, match=r"a\.gpkg: .*process|crashed"):
        read(areas)
    assert read(areas) == codes


def test_a_kill_leaves_no_process_behind(areas):
    with subprocess.Popen(
        [sys.executable, "-c", READ_AND_WAIT, areas],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as importer:
        assert importer.stdout is not None
        server = int(importer.stdout.readline())
        assert is_running(server)
        importer.kill()
    patience = time.monotonic() + 60
    while is_running(server) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not is_running(server)


def is_running(process: int) -> bool:
    """Whether there is such a process, and not its end waiting to be noticed."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
