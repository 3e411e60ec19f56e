"""A newest commit that did not reach the disk whole: absent, said, and mended by an import."""

import logging
import os

import pytest
from deltalake import DeltaTable

from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.delta_log.head import current_head
from service.store.errors import DamagedTableError
from service.store.incidents import IncidentStore
from service.store.reference.measures import MeasureStore
from tests.service.store.reference.test_measures import measure_rows
from tests.service.store.rows import CRS, a_file, incident_rows


@pytest.fixture
def folder(tmp_path):
    """A dataset of two imports, of 10 and of 5 rows."""
    for version, n in enumerate((10, 5)):
        store = IncidentStore(tmp_path, crs=CRS)
        store.append("d", incident_rows(n, seed=n), files=[a_file(str(n))], title=f"v{version}")
    return tmp_path


def reopened(folder):
    return IncidentStore(folder, crs=CRS)


def commit_file(folder, version):
    return folder / "d" / "_delta_log" / f"{version:020d}.json"


def data_file(folder, version):
    actions = DeltaTable(folder / "d", version=version).get_add_actions().column("path")
    newest = set(actions.to_pylist())
    if version:
        before = DeltaTable(folder / "d", version=version - 1).get_add_actions().column("path")
        newest -= set(before.to_pylist())
    return folder / "d" / str(newest.pop())


def torn(folder):
    return current_head(DataFolder(folder / "d")).torn


def emptied(path):
    path.write_bytes(b"")


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = [emptied, cut, flipped]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("part", [commit_file, data_file])
def test_a_torn_newest_commit_counts_as_absent_and_is_said(folder, part, damage, caplog):
    damage(part(folder, 1))
    store = reopened(folder)
    with caplog.at_level(logging.ERROR):
        assert len(store.open("d")) == 10
        assert (store.info("d").title, store.info("d").version) == ("v0", 0)
        assert store.revision("d") == store.open("d").revision
    assert "version 1 counts as never written" in str(torn(folder))
    assert len([r for r in caplog.records if "counts as never written" in r.message]) == 1


@pytest.mark.parametrize("part", [commit_file, data_file])
def test_the_next_import_takes_its_place_with_another_revision(folder, part):
    torn_revision = reopened(folder).revision("d")
    flipped(part(folder, 1))
    store = reopened(folder)
    committed = store.append("d", incident_rows(3, seed=3), files=[a_file("3")])
    assert committed.version == 1
    assert "this import took its place" in committed.notes[0]
    assert torn(folder) is None
    assert len(store.open("d")) == len(reopened(folder).open("d")) == 13
    assert DeltaTable(folder / "d").to_pyarrow_table().num_rows == 13
    revision = store.revision("d")
    assert revision.startswith("1-")
    assert revision != torn_revision


@pytest.mark.parametrize("part", [commit_file, data_file])
def test_a_reader_of_the_torn_version_keeps_it_and_sees_the_next(folder, part):
    reader = reopened(folder)
    assert len(reader.open("d")) == 15
    flipped(part(folder, 1))  # in place: nobody looks at what is in memory already
    reopened(folder).append("d", incident_rows(3, seed=3), files=[a_file("3")])
    assert len(reader.open("d")) == 13


@pytest.mark.parametrize("part", [commit_file, data_file])
def test_a_process_that_has_read_the_torn_version_answers_from_it(folder, part):
    damage = Damage()
    reader = IncidentStore(folder, crs=CRS, damage=damage)
    revision = reader.revision("d"), reader.open("d").revision
    flipped(part(folder, 1))
    os.utime(commit_file(folder, 1), ns=(1, 1))  # looked at again
    assert (reader.revision("d"), reader.open("d").revision) == revision
    assert len(reader.open("d")) == 15
    assert [(one.name, one.is_served) for one in damage.parts()] == [("d", True)]
    reopened(folder).append("d", incident_rows(3, seed=3), files=[a_file("3")])
    assert len(reader.open("d")) == 13
    assert damage.parts() == ()


def test_a_missing_data_file_of_the_newest_commit_tears_it(folder):
    data_file(folder, 1).unlink()
    assert len(reopened(folder).open("d")) == 10


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("part", [commit_file, data_file])
def test_damage_below_the_newest_commit_is_an_error_that_names_the_file(folder, part, damage):
    path = part(folder, 0)
    damage(path)
    with pytest.raises(DamagedTableError, match=path.name):
        reopened(folder).open("d")
    with pytest.raises(DamagedTableError, match=path.name):
        reopened(folder).append("d", incident_rows(3), files=[a_file("3")])


@pytest.mark.parametrize("replace", [False, True])
def test_nothing_is_built_on_a_damaged_version_before_a_torn_one(folder, replace):
    paths = [data_file(folder, version) for version in range(2)]
    for path in paths:
        flipped(path)
    torn_commit = commit_file(folder, 1).read_bytes()
    with pytest.raises(DamagedTableError, match=paths[0].name):
        reopened(folder).open("d")
    with pytest.raises(DamagedTableError, match=paths[0].name):
        reopened(folder).append("d", incident_rows(3), files=[a_file("3")], replace=replace)
    assert commit_file(folder, 1).read_bytes() == torn_commit


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("part", [commit_file, data_file])
def test_a_table_whose_only_commit_is_torn_is_damaged_until_it_is_imported_again(
    tmp_path, part, damage
):
    store = IncidentStore(tmp_path, crs=CRS)
    store.append("d", incident_rows(10), files=[a_file("10")])
    damage(part(tmp_path, 0))
    store = reopened(tmp_path)
    with pytest.raises(DamagedTableError, match="import again"):
        store.open("d")
    assert store.ids() == ()
    assert store.revision("d") == "damaged-0"
    store.check_import("d", [a_file("10")])
    assert store.append("d", incident_rows(4), files=[a_file("10")]).version == 0
    assert len(store.open("d")) == 4
    assert DeltaTable(tmp_path / "d").to_pyarrow_table().num_rows == 4


def test_measures_whose_only_commit_is_torn_can_be_imported_again(tmp_path):
    MeasureStore(tmp_path).append(measure_rows({"a": 1}), file=a_file("f"))
    emptied(next((tmp_path / "_delta_log").iterdir()))
    store = MeasureStore(tmp_path)
    with pytest.raises(DamagedTableError):
        store.available("lsoa")
    store.check_import([])
    store.append(measure_rows({"a": 2}), file=a_file("f"))
    assert len(store.available("lsoa")) == 1


def test_two_torn_commits_on_top_are_both_absent(folder):
    reopened(folder).append("d", incident_rows(3), files=[a_file("3")])
    emptied(commit_file(folder, 1))
    emptied(commit_file(folder, 2))
    assert len(reopened(folder).open("d")) == 10
    for n, version in ((20, 1), (30, 2)):
        store = reopened(folder)
        assert store.append("d", incident_rows(n), files=[a_file(str(n))]).version == version
    assert len(reopened(folder).open("d")) == 60
