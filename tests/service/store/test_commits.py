"""Tables at rest: whole before and after whatever happens while they are written."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from boundaries.storage.data_folder import DataFolder
from service.delta_log.head import current_head
from service.store import commits
from service.store.commits import Committed, Plan, commit, remove_orphans
from service.store.contents import rows_digest
from service.store.delta import newest_version
from service.store.errors import (
    AlreadyImportedError,
    ConcurrentImportError,
    DamagedTableError,
    ReadOnlyDataError,
    UnknownDatasetError,
)
from service.store.incidents import IncidentStore
from service.store.row_conditions import RowCondition
from tests.service.store.rows import CRS, a_file, incident_rows

ROWS = pa.table({"a": [1, 2], "source_file": ["f", "f"], "source_sha256": ["0", "0"]})

CHILD = """
import sys
from pathlib import Path
from service.store.incidents import IncidentStore
from tests.service.store.rows import CRS, a_file, incident_rows

folder, file, content, n, replace = sys.argv[1:]
rows = incident_rows(int(n), seed=int(content))
print("ready", flush=True)
IncidentStore(Path(folder), crs=CRS).append(
    "d", rows, files=[a_file(file, content.encode())], replace=replace == "replace"
)
print("done", flush=True)
"""


def _child(folder: Path, file: str, content: int, n: int, how: str) -> subprocess.Popen[str]:
    """Another process that imports n rows, as soon as it has said that it is ready."""
    command = [sys.executable, "-c", CHILD, str(folder), file, str(content), str(n), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _write(folder: DataFolder, plan: object = lambda _: Plan()) -> Committed:
    """Two more rows."""
    return commit(folder, ROWS, name="t", facts={}, plan=plan)


@pytest.fixture
def table(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "t")


def _records(folder: Path) -> int:
    """How many rows the dataset has; 0 where there is none."""
    try:
        return len(IncidentStore(folder, crs=CRS).open("d"))
    except UnknownDatasetError:
        return 0


def _contents_per_file(folder: Path) -> int:
    """The largest number of different contents that the rows of one file come from."""
    if _records(folder) == 0:
        return 0
    rows = IncidentStore(folder, crs=CRS).open("d").rows().select(["source_file", "incident_id"])
    seeds: dict[str, set[str]] = {}
    for row in rows.to_pylist():
        seeds.setdefault(row["source_file"], set()).add(row["incident_id"].split("-")[0])
    return max(len(one) for one in seeds.values())


@pytest.mark.parametrize("wait_s", [None, 0.0, 0.05])
def test_an_import_killed_at_any_moment_leaves_the_version_before(tmp_path, wait_s):
    """SIGKILL while the rows are being written (None), or some time after the start."""
    n = 60_000
    for trial, (file, how, adds) in enumerate(
        [("a", "add", n), ("b", "add", n), ("a", "replace", 0)], start=1
    ):
        before = _records(tmp_path)
        files_before = set(tmp_path.rglob("*.parquet"))
        child = _child(tmp_path, file, trial, n, how)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        if wait_s is None:
            while set(tmp_path.rglob("*.parquet")) == files_before and child.poll() is None:
                time.sleep(0.0005)
        else:
            time.sleep(wait_s)
        child.kill()
        finished = "done" in child.stdout.read()
        child.wait()
        child.stdout.close()

        after = _records(tmp_path)
        assert after in (before, before + adds)
        assert _contents_per_file(tmp_path) <= 1
        if finished:
            assert after == before + adds
        if after == before and not (how == "replace" and finished):
            again = IncidentStore(tmp_path, crs=CRS).append(
                "d",
                incident_rows(n, seed=trial),
                files=[a_file(file, str(trial).encode())],
                replace=True,
            )
            assert again.rows == n
        assert _records(tmp_path) == before + adds


def test_two_processes_lose_nothing(tmp_path):
    children = [_child(tmp_path, f"f{i}", i, 2_000, "add") for i in range(3)]
    for child in children:
        child.communicate()
        assert child.returncode == 0
    store = IncidentStore(tmp_path, crs=CRS)
    assert {file.name: rows for file, rows in store.imported_files("d").items()} == {
        f"f{i}": 2_000 for i in range(3)
    }


def test_many_threads_of_one_file_import_it_once(tmp_path):
    def add(_: int) -> str:
        store = IncidentStore(tmp_path, crs=CRS)
        try:
            store.append("d", incident_rows(500), files=[a_file("same")])
        except AlreadyImportedError:
            return "refused"
        return "imported"

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(add, range(6)))
    assert outcomes == ["imported"] + ["refused"] * 5
    assert _records(tmp_path) == 500


def test_readers_see_whole_versions_while_imports_run(tmp_path):
    store = IncidentStore(tmp_path, crs=CRS)
    store.append("d", incident_rows(1_000), files=[a_file("0")])
    seen: set[int] = set()
    done = False

    def read() -> None:
        reader = IncidentStore(tmp_path, crs=CRS)
        while not done:
            seen.add(len(reader.open("d")))

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for i in range(1, 8):
            store.append("d", incident_rows(1_000, seed=i), files=[a_file(str(i))])
        done = True
        for reader in readers:
            reader.result()
    assert seen <= {1_000 * i for i in range(1, 9)}


def test_a_plan_is_made_for_the_version_it_is_committed_on(table):
    _write(table)
    asked: list[int] = []

    def plan(current: object) -> Plan:
        asked.append(current.version)
        if len(asked) < 3:
            _write(table)  # somebody else gets in first
        return Plan()

    assert _write(table, plan).version == 3
    assert asked == [0, 1, 2]


def test_giving_up_is_said(table, monkeypatch):
    monkeypatch.setattr(commits, "ATTEMPTS", 2)
    _write(table)

    def plan(current: object) -> Plan:
        write_deltalake(table.path, ROWS, mode="append")  # a rival that is always first
        return Plan()

    with pytest.raises(ConcurrentImportError, match="2 times"):
        _write(table, plan)


@pytest.mark.parametrize("files_before", range(2))
def test_a_disk_that_cannot_be_written_is_no_rival(table, files_before):
    class Full(DataFolder):
        created = 0

        def create(self, name: str) -> IO[bytes]:
            Full.created += 1
            if Full.created > files_before:
                raise OSError("No space left on device")
            return super().create(name)

    _write(table)
    before = sorted(table.path.rglob("*"))
    with pytest.raises(ReadOnlyDataError, match="No space left"):
        _write(Full(table.path))
    assert sorted(table.path.rglob("*")) == before


def test_what_killed_imports_left_is_removed_once_it_is_old(table):
    _write(table)
    long_ago = time.time() - (commits.RETENTION_HOURS + 1) * 3600
    log = table.path / "_delta_log"
    old = [table.path / "part-old.parquet", log / "_commit_old.json.tmp"]
    recent = [table.path / "part-recent.parquet", log / "_commit_recent.json.tmp"]
    for path in old + recent:
        path.write_bytes(b"x")
    for path in old:
        os.utime(path, (long_ago, long_ago))
    version = current_head(table).stamp
    assert remove_orphans(table) == 2
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in recent)
    assert current_head(table).stamp == version
    assert newest_version(table).read().num_rows == 2


def test_files_in_use_are_never_removed(table):
    _write(table)
    long_ago = time.time() - 1e8
    for part in table.path.glob("*.parquet"):
        os.utime(part, (long_ago, long_ago))
    assert remove_orphans(table, retention_hours=0) == 0
    assert newest_version(table).read().num_rows == 2


def test_replaced_rows_stay_on_disk_for_readers_of_the_old_version(table):
    _write(table)
    old = newest_version(table)
    done = _write(table, lambda _: Plan(RowCondition(({"source_file": ["f"]},))))
    assert (done.rows, done.rows_replaced) == (2, 2)
    remove_orphans(table)
    assert old.read().num_rows == 2
    assert remove_orphans(table, retention_hours=0) == 1
    with pytest.raises(DamagedTableError):
        old.read()


def test_rows_that_replace_none_are_added(table):
    _write(table)
    done = _write(table, lambda _: Plan(RowCondition(({"source_file": ["g"]},))))
    assert done.rows_replaced == 0
    assert newest_version(table).read().num_rows == 4


def test_rows_are_taken_out_without_adding_any(table):
    _write(table)
    others = pa.table({"a": [3], "source_file": ["g"], "source_sha256": ["1"]})
    commit(table, others, name="t", facts={}, plan=lambda _: Plan())
    for file, number, left in (("f", 2, [3]), ("g", 1, [])):
        plan = Plan(RowCondition(({"source_file": [file]},)))
        done = commit(table, ROWS.slice(0, 0), name="t", facts={}, plan=lambda _, p=plan: p)
        assert (done.rows, done.rows_replaced) == (0, number)
        current = newest_version(table)
        assert current.read(coded=["source_file"]).column("a").to_pylist() == left
        assert current.content.rows == rows_digest(current.batches())
        assert DeltaTable(table.path).to_pyarrow_table().num_rows == len(left)
    _write(table)
    assert newest_version(table).read().num_rows == 2


def test_a_table_written_again_has_the_rows_that_stay_and_the_new_ones(table):
    _write(table)
    done = _write(table, lambda current: Plan(remaining=current.read().slice(1)))
    assert (done.rows, done.rows_replaced) == (2, 1)
    assert sorted(newest_version(table).read().column("a").to_pylist()) == [1, 2, 2]


def test_a_first_import_that_was_killed_leaves_no_table(table):
    log = table.path / "_delta_log"
    log.mkdir(parents=True)
    (table.path / "part-0.parquet").write_bytes(b"half")
    (log / "_commit_1234.json.tmp").write_text("{")
    assert current_head(table).stamp is None
    assert newest_version(table) is None
    assert _write(table).version == 0
    assert newest_version(table).read().num_rows == 2


def test_the_stamp_is_found_by_checkpoint_when_the_log_is_cleaned(table):
    for _ in range(3):
        _write(table)
    DeltaTable(table.path).create_checkpoint()
    for path in (table.path / "_delta_log").glob("0*.json"):
        path.unlink()
    head = current_head(table)
    assert head.stamp.version == 2
    assert current_head(table, head) is head
    assert newest_version(table).read().num_rows == 6
    assert _write(table).version == 3
    assert newest_version(table).read().num_rows == 8
