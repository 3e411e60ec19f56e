"""Data folders for the tests of housekeeping, and commands on them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from typer.testing import CliRunner

from boundaries.storage.data_folder import DataFolder
from service.__main__ import app
from service.housekeeping.removal import Removal, remaining_parts
from service.housekeeping.searching import SearchResult, search, traces_of
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import world

DATASET = "assaults"
FILES = ("january.csv", "february.csv")
ROWS = 40
REJECTED = "A. N. Other, unreadable"


class Killed(BaseException):
    """The process ends here."""


class MortalFolder(DataFolder):
    """A data folder whose process is killed before one of its changes."""

    changes_left = 0

    @classmethod
    def _change(cls) -> None:
        cls.changes_left -= 1
        if cls.changes_left == 0:
            raise Killed

    def create(self, name: str):
        self._change()
        return super().create(name)

    def rename(self, name: str, new_name: str) -> None:
        self._change()
        super().rename(name, new_name)

    def remove(self, name: str) -> None:
        self._change()
        super().remove(name)

    def remove_tree(self, name: str) -> None:
        self._change()
        super().remove_tree(name)

    def sync_folder(self) -> None:
        self._change()
        super().sync_folder()


def the_file(name: str) -> SourceFile:
    return SourceFile.of(name, name.encode())


def rows(name: str) -> pa.Table:
    """Incidents of a file, each told from all others by id, place, time and text."""
    rng = np.random.default_rng(len(name))
    return pa.table(
        {
            "incident_id": [f"{name[:3]}-{i:04}" for i in range(ROWS)],
            "occurred": pa.array(
                np.datetime64("2024-01-01T00:01", "us")
                + np.timedelta64(1, "m") * rng.choice(40_000, ROWS, replace=False)
            ),
            "easting_m": world.EAST_M + rng.uniform(0, 3_900, ROWS),
            "northing_m": world.NORTH_M + rng.uniform(0, 3_900, ROWS),
            "category": ["assault"] * ROWS,
            "injury": [f"{name[:3]} injury number {i}" for i in range(ROWS)],
        }
    )


def add_assaults(data_dir: Path) -> Path:
    """A dataset of two files, with a list of rejected rows of each."""
    store = IncidentStore(data_dir / "incidents", crs=world.CRS)
    for name in FILES:
        found = {"files": [{"name": name, "sha256": the_file(name).sha256}]}
        store.append(DATASET, rows(name), files=[the_file(name)], found=found)
    return data_dir


def incident_ids(data_dir: Path) -> set[str]:
    """The ids in the newest version."""
    store = IncidentStore(data_dir / "incidents", crs=world.CRS)
    if DATASET not in store.ids():
        return set()
    return set(store.open(DATASET).rows()["incident_id"].to_pylist())


def search_for(data: DataFolder, removal: Removal) -> Callable[[], SearchResult]:
    """The search for what a removal removes, to be made before and after."""
    traces = traces_of([removal.rows], list(remaining_parts(data, removal)))
    return lambda: search(data, traces)


def run(data_dir: Path, *arguments: object):
    """A command on a data folder; the result has exit_code, stdout and stderr."""
    environment = {"HOTSPOTS_DATA_DIR": str(data_dir), "COLUMNS": "200"}
    return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)


def succeed(data_dir: Path, *arguments: object) -> str:
    """The standard output of a command that must succeed."""
    result = run(data_dir, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout
