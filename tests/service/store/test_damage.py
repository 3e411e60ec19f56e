"""A table that cannot be read: what was read before is served, and it heals without a restart."""

import pytest

from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store import versioned
from service.store.errors import DamagedTableError
from service.store.incidents import IncidentStore
from tests.service.store.rows import CRS, a_file, incident_rows


class LockedFolder(DataFolder):
    """A folder of which, once it is locked, this user may read no file."""

    is_locked = False

    def open(self, name):
        if LockedFolder.is_locked:
            raise PermissionError(13, "Permission denied", str(self.resolve(name)))
        return super().open(name)


@pytest.fixture
def filled(tmp_path):
    store = IncidentStore(tmp_path / "incidents", crs=CRS)
    store.append("police", incident_rows(20), files=[a_file("a.csv")])
    store.append("fires", incident_rows(30), files=[a_file("a.csv")])
    return store.folder


@pytest.fixture
def lock():
    def lock(*, is_locked=True):
        LockedFolder.is_locked = is_locked

    yield lock
    LockedFolder.is_locked = False


def test_tables_that_this_user_may_not_read_are_damaged_and_not_a_crash(filled, lock):
    damage = Damage()
    store = IncidentStore(LockedFolder(filled), crs=CRS, damage=damage)
    lock()
    assert store.ids() == ()
    assert store.all() == ()
    assert [part.name for part in damage.parts()] == ["fires", "police"]
    assert {part.is_served for part in damage.parts()} == {False}
    with pytest.raises(DamagedTableError, match="Permission denied"):
        store.open("police")
    lock(is_locked=False)
    assert store.ids() == ("fires", "police")
    assert damage.parts() == ()


def test_rows_that_are_put_back_in_place_heal_the_table(filled, monkeypatch):
    monkeypatch.setattr(versioned, "RETRY_S", -1.0)  # it is always time to look again
    (path,) = (filled / "police").glob("*.parquet")
    content = path.read_bytes()
    path.write_bytes(content[:100])
    damage = Damage()
    store = IncidentStore(filled, crs=CRS, damage=damage)
    assert [len(incidents.occurred) for incidents in store.all()] == [30]
    assert [part.name for part in damage.parts()] == ["police"]
    path.write_bytes(content)
    assert [len(incidents.occurred) for incidents in store.all()] == [30, 20]
    assert damage.parts() == ()


def test_a_newer_version_that_is_damaged_leaves_the_one_in_memory_served(filled):
    damage = Damage()
    store = IncidentStore(filled, crs=CRS, damage=damage)
    before, revision = store.open("police"), store.revision("police")
    importer = IncidentStore(filled, crs=CRS)
    importer.append("police", incident_rows(5), files=[a_file("b.csv")])
    newest = max((filled / "police").glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    newest.write_bytes(newest.read_bytes()[:-10])
    assert store.open("police") is before
    assert store.version("police") == 0
    assert store.revision("police") == revision
    assert [part.is_served for part in damage.parts()] == [True]
    importer.append("police", incident_rows(5), files=[a_file("b.csv")])
    assert len(store.open("police").occurred) == 25
    assert damage.parts() == ()
