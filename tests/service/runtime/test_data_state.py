"""Versions that are known while no data folder changes."""

import os
import time

import pytest

from boundaries.storage.damage import Damage, DamagedPart
from service.runtime.data_state import SETTLED_NS, DataState, DataVersion, VersionCache


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "incidents").mkdir()
    settle(tmp_path)
    return tmp_path


def settle(folder, seconds_ago=10.0):
    """As if all had changed some time ago."""
    then = time.time_ns() - int(seconds_ago * 1e9)
    for path in (folder, folder / "incidents"):
        os.utime(path, ns=(then, then))


class Store:
    """A store that counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def version(self, *names):
        self.asked += 1
        return f"version {self.asked}"


def test_a_version_is_read_once_while_nothing_changes(folder):
    versions, store = VersionCache(DataState(folder)), Store()
    assert {versions.get(DataVersion.of(store.version, "a")) for _ in range(5)} == {"version 1"}
    assert store.asked == 1
    assert versions.get(DataVersion.of(store.version, "b")) == "version 2"


def test_versions_are_told_apart_by_store_and_names():
    one, other = Store(), Store()
    assert DataVersion.of(one.version, "a") == DataVersion.of(one.version, "a")
    different = [
        DataVersion.of(one.version, "a"),
        DataVersion.of(one.version, "b"),
        DataVersion.of(one.version),
        DataVersion.of(other.version, "a"),
    ]
    assert len(set(different)) == len(different)


def test_a_peek_reads_nothing(folder):
    versions, store = VersionCache(DataState(folder)), Store()
    version = DataVersion.of(store.version)
    assert versions.peek(version) is None
    assert store.asked == 0
    versions.get(version)
    assert versions.peek(version) == "version 1"
    settle(folder, seconds_ago=5)
    assert versions.peek(version) is None
    assert store.asked == 1


def test_a_change_is_seen_at_the_very_next_question(folder):
    """Within the millisecond for which the response cache does not look."""
    versions, version = VersionCache(DataState(folder)), DataVersion.of(Store().version)
    versions.get(version)
    settle(folder, seconds_ago=5)
    assert versions.get(version) == "version 2"
    assert versions.get(version) == "version 2"


def test_nothing_is_kept_while_a_change_may_still_go_on(folder):
    versions, version = VersionCache(DataState(folder)), DataVersion.of(Store().version)
    versions.get(version)
    (folder / "incidents" / "new").mkdir()
    assert versions.get(version) == "version 2"
    assert versions.peek(version) is None
    assert versions.get(version) == "version 3"
    time.sleep(1.5 * SETTLED_NS / 1e9)
    assert versions.get(version) == versions.get(version) == "version 4"


def test_a_new_dataset_is_listed_in_a_thread_and_not_at_a_glance(folder):
    state = DataState(folder)
    assert state.glance() is None
    before = state.current()
    assert state.glance() == state.recent() == before
    (folder / "incidents" / "new" / "_delta_log").mkdir(parents=True)
    settle(folder, seconds_ago=5)
    assert state.glance() is None
    time.sleep(1.5 * SETTLED_NS / 1e9)
    after = state.current()
    assert state.glance() == after
    assert len(after) == len(before) + 1


def test_an_error_is_not_kept(folder):
    versions = VersionCache(DataState(folder))
    with pytest.raises(KeyError):
        versions.get(DataVersion("key", lambda: {}["missing"]))
    assert versions.get(DataVersion("key", lambda: "there")) == "there"


def test_what_changes_while_a_version_is_read_is_not_missed(folder):
    versions = VersionCache(DataState(folder))

    def importing():
        settle(folder, seconds_ago=3)
        return "of before"

    assert versions.get(DataVersion("key", importing)) == "of before"
    assert versions.get(DataVersion("key", lambda: "of after")) == "of after"


def test_no_more_is_kept_than_allowed(folder):
    versions, store = VersionCache(DataState(folder), max_entries=2), Store()
    for name in "abc":
        versions.get(DataVersion.of(store.version, name))
    assert versions.get(DataVersion.of(store.version, "c")) == "version 3"
    assert versions.get(DataVersion.of(store.version, "a")) == "version 4"


def test_a_folder_whose_time_is_ahead_is_said_once_and_its_versions_are_known_soon(folder, caplog):
    settle(folder, seconds_ago=-7_200)
    versions, store = VersionCache(DataState(folder)), Store()
    version = DataVersion.of(store.version)
    versions.get(version)
    time.sleep(2 * SETTLED_NS / 1e9)
    known = [versions.get(version) for _ in range(3)]
    assert len(set(known)) == 1
    assert versions.peek(version) == known[0]
    (folder / "incidents" / "new").mkdir()
    assert versions.peek(version) is None
    assert versions.get(version) != known[0]
    assert caplog.text.count("the clock of this machine or of its disk is wrong") == 1


def test_what_is_damaged_is_another_state(folder):
    damage = Damage()
    state = DataState(folder, damage)
    before = state.current()
    assert before == state.current()
    damage.note(DamagedPart("layer", "wards", "broken", is_served=False))
    noted = state.current()
    assert noted != before
    damage.note(DamagedPart("layer", "wards", "broken", is_served=False))
    assert state.current() == noted
    damage.mend("layer", "wards")
    assert state.current() not in (before, noted)
