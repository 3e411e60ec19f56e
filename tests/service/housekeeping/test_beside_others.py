"""Deletion and purging beside imports, readers and Redis."""

import asyncio
import fcntl
import shutil
import threading
import time

import pytest

from boundaries.storage.data_folder import DataFolder
from service.assembly.resources import open_resources
from service.config.redis import RedisSettings
from service.config.settings import Settings
from service.housekeeping.deletions import Deletion
from service.housekeeping.inventory import damaged_tables, data_files
from service.housekeeping.purging import dead_files, purge, wait_for_readers
from service.housekeeping.removal import removal_of, remove
from service.runtime.redis_cache import redis_cache
from service.store.commits import Plan, commit
from service.store.delta import newest_version
from service.store.incidents import IncidentStore
from tests.service import world
from tests.service.housekeeping.folders import (
    DATASET,
    FILES,
    incident_ids,
    rows,
    run,
    succeed,
    the_file,
)
from tests.service.runtime.test_redis_cache import Server, needs_server

WAIT_S = 60.0


def _is_locked(folder):
    """Whether somebody holds the lock of a folder."""
    with folder.resolve(".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_a_table_is_locked_while_a_data_file_is_in_no_commit_yet(folder):
    seen = []

    class Watched(DataFolder):
        def write(self, name, write, **options):
            super().write(name, write, **options)
            seen.append((name.partition(".")[2], _is_locked(table)))

    table = DataFolder(folder / "incidents" / DATASET)
    store = IncidentStore(Watched(folder / "incidents"), crs=world.CRS)
    store.append(DATASET, rows("march.csv"), files=[the_file("march.csv")])
    assert seen == [("snappy.parquet", True), ("json", True)]
    assert not _is_locked(table)


def test_a_purge_waits_for_who_holds_the_lock_of_a_table(folder):
    data, table = DataFolder(folder), DataFolder(folder / "incidents" / DATASET)
    orphan = table.resolve("part-of-an-import.parquet")
    orphan.write_bytes(b"rows that no commit names yet")
    with table.locked():
        thread = threading.Thread(target=lambda: purge(data, dead_files(data)))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        assert orphan.exists()
    thread.join(WAIT_S)
    assert not thread.is_alive()
    assert not orphan.exists()


def test_what_a_killed_first_import_has_left_is_purged(folder):
    shutil.move(folder / "incidents" / DATASET, folder / "incidents" / "killed")
    shutil.rmtree(folder / "incidents" / "killed" / "_delta_log")
    data = DataFolder(folder)
    assert damaged_tables(data) == []
    said = succeed(folder, "purge", "--now", "--yes")
    assert "2 data files of earlier versions" in said
    assert "found in 2 files" in said
    assert "nothing found" in said
    assert dead_files(data).files == []


def test_an_import_into_a_dataset_that_is_deleted_meanwhile_makes_it_anew(folder):
    data, table = DataFolder(folder), DataFolder(folder / "incidents" / DATASET)
    added = newest_version(table).read().slice(0, 3)

    def plan(_):
        remove(data, removal_of(data, Deletion("incidents", DATASET)))
        return Plan()

    facts = newest_version(table).facts
    assert commit(table, added, name=DATASET, facts=facts, plan=plan).version == 0
    assert incident_ids(folder) == set(added["incident_id"].to_pylist())


def test_a_purge_waits_until_the_last_change_is_old_enough(folder):
    succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    data = DataFolder(folder)
    log = folder / "incidents" / DATASET / "_delta_log"
    said = []
    dead = wait_for_readers(data, grace_s=1.5, progress=lambda task, _: said.append(task))
    assert time.time() >= log.stat().st_mtime + 1.5
    assert set(said) <= {"waiting for readers of earlier versions"}
    assert len(dead.rows) == 1
    assert wait_for_readers(data, grace_s=0.0).files == dead.files


def test_a_reader_with_an_opened_version_keeps_its_files_until_the_purge(folder):
    table = newest_version(DataFolder(folder / "incidents" / DATASET))
    succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    assert table.read().num_rows == 2 * len(incident_ids(folder))
    assert all(table.folder.status(name) for name in data_files(table))


def test_a_service_lets_go_of_a_dataset_that_is_gone(folder):
    incidents = open_resources(Settings(data_dir=folder)).incidents
    opened = incidents.open(DATASET)
    succeed(folder, "delete", "incidents", DATASET, "--yes")
    assert DATASET not in incidents.ids()
    assert DATASET not in incidents._tables
    assert len(opened) == 80  # who has it keeps it


@needs_server
def test_answers_in_redis_go_with_a_purge_and_nothing_else_does(folder, tmp_path, monkeypatch):
    server = Server(tmp_path)
    try:
        settings = Settings(data_dir=folder, redis=RedisSettings(url=server.url))

        async def put():
            cache = redis_cache(settings)
            cache.put('"tag"', b"an answer")
            await cache.close()

        asyncio.run(put())
        server.ask(b"SET somebody-elses value")
        assert server.keys() == 2
        monkeypatch.setenv("HOTSPOTS_REDIS__URL", server.url)
        assert "removed 1 answers from Redis" in succeed(folder, "purge", "--now", "--yes")
        assert server.ask(b"EXISTS somebody-elses") == b":1\r\n"
    finally:
        server.stop()
    result = run(folder, "purge", "--now", "--yes")
    assert result.exit_code == 2
    assert "answers in Redis were not deleted" in result.stderr


@pytest.mark.parametrize("name", [f".{DATASET}.0a1b2c3d.deleted", ".measures.0a1b2c3d.deleted"])
def test_an_interrupted_deletion_is_named_by_the_doctor_and_finished_by_a_purge(folder, name):
    parent = folder if "measures" in name else folder / "incidents"
    (parent / DATASET if parent != folder else folder / "measures").rename(parent / name)
    assert "hotspots purge" in run(folder, "doctor").output
    said = succeed(folder, "purge", "--now", "--yes")
    assert "leftovers of interrupted programs" in said
    assert "nothing found" in said
    assert not (parent / name).exists()
    assert "its deletion did not come" not in run(folder, "doctor").output
