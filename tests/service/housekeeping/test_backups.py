"""Backup and restore: one version of everything, verified, without what was deleted since."""

import json
import os
import shutil
import stat
import tarfile

import pytest

from boundaries.storage.data_folder import DataFolder
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.housekeeping import restoring
from service.housekeeping.backups import MANIFEST, write_backup
from service.housekeeping.deletions import LIST, DeletionList
from service.housekeeping.errors import BackupError
from service.housekeeping.inventory import SINGLE_TABLES, all_files
from service.housekeeping.removal import removal_of
from service.housekeeping.restoring import restore
from service.store.delta import newest_version
from service.store.errors import DamagedTableError
from tests.service import world
from tests.service.housekeeping.folders import (
    DATASET,
    FILES,
    incident_ids,
    rows,
    run,
    search_for,
    succeed,
    the_file,
)
from tests.service.housekeeping.test_deleting import FIRST, SECOND, WHAT

KINDS = ("backup", "backup.tar")


def _revisions(folder):
    resources = open_resources(Settings(data_dir=folder))
    stores = [getattr(resources, name) for name in SINGLE_TABLES]
    return (
        {name: resources.incidents.revision(name) for name in resources.incidents.ids()},
        resources.layers.versions(),
        [store.revision() for store in stores],
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_restored_folder_gives_the_same_answers(folder, tmp_path, kind, serve):
    said = succeed(folder, "backup", tmp_path / kind)
    assert f"incidents/{DATASET}" in said
    again = tmp_path / "restored"
    succeed(again, "restore", tmp_path / kind)
    assert _revisions(again) == _revisions(folder)
    assert (again / "rules.toml").read_text("utf-8") == "rules of the operator"
    if kind == "backup":
        return
    address = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
    answers = [
        serve(open_resources(Settings(data_dir=data))).get(address).json()["rows"]
        for data in (folder, again)
    ]
    assert answers[0] == answers[1]


def test_events_are_backed_up_and_deleted_as_the_other_tables(folder, tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("id,name,date\nnever-seen-before,Unheard of,2024-01-02\n")
    succeed(folder, "import", "events", path)
    succeed(folder, "backup", tmp_path / "backup")
    said = succeed(folder, "delete", "events", "--yes", "--purge", "--now")
    assert "deleted 1 row" in said
    assert not (folder / "events").exists()
    succeed(tmp_path / "again", "restore", tmp_path / "backup")
    (event,) = open_resources(Settings(data_dir=tmp_path / "again")).events.all()
    assert event.event_id == "never-seen-before"


def test_groups_of_areas_are_backed_up_and_deleted_as_the_other_tables(folder, tmp_path):
    path = tmp_path / "families.csv"
    path.write_text("group,layer,code\nfamily,district,D1\n")
    succeed(folder, "import", "area-groups", path)
    succeed(folder, "backup", tmp_path / "backup")
    said = succeed(folder, "delete", "area-groups", "--yes", "--purge", "--now")
    assert f"deleted {len(world.PEERS) + 1} rows" in said
    assert not (folder / "area_groups").exists()
    succeed(tmp_path / "again", "restore", tmp_path / "backup")
    groups = open_resources(Settings(data_dir=tmp_path / "again")).area_groups
    assert list(groups.get("district", "family").areas) == ["D1"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_and_what_is_restored_are_for_their_owner(folder, tmp_path, kind):
    succeed(folder, "backup", tmp_path / kind)
    succeed(tmp_path / "restored", "restore", tmp_path / kind)
    paths = [tmp_path / kind, tmp_path / "restored"]
    paths += all_files(tmp_path / "restored") + all_files(tmp_path / kind)
    assert not [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.parametrize("what", [what for what in WHAT if what != "the sites"])
def test_what_was_deleted_after_the_backup_is_deleted_again(folder, tmp_path, what):
    kind = KINDS[len(what) % 2]
    data = DataFolder(folder)
    found = search_for(data, removal_of(data, WHAT[what]))
    write_backup(data, tmp_path / kind)
    entry = DeletionList(data).record(removal_of(data, WHAT[what]).deletion)
    restored = restore(tmp_path / kind, folder, replace=True)
    assert restored.applied == (entry,)
    assert found().places == {}
    assert any("deleted again" in line for line in restored.lines())
    assert DeletionList(data).entries() == (entry,)


def test_a_list_from_elsewhere_is_applied_too(folder, tmp_path):
    succeed(folder, "backup", tmp_path / "backup.tar")
    succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    shutil.copy(folder / LIST, tmp_path / "list.json")
    shutil.rmtree(folder)
    said = succeed(folder, "restore", tmp_path / "backup.tar")
    assert "no deletion was recorded after the backup" in said
    assert incident_ids(folder) == FIRST | SECOND
    listed = ("--deletions", tmp_path / "list.json", "--replace", "--yes")
    said = succeed(folder, "restore", tmp_path / "backup.tar", *listed)
    assert "deleted again: incidents assaults" in said
    assert incident_ids(folder) == SECOND


def test_what_was_imported_again_before_the_backup_stays(folder, tmp_path):
    succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    add = open_resources(Settings(data_dir=folder)).incidents.append
    add(DATASET, rows(FILES[0]), files=[the_file(FILES[0])])
    succeed(folder, "backup", tmp_path / "backup")
    succeed(folder, "restore", tmp_path / "backup", "--replace", "--yes")
    assert incident_ids(folder) == FIRST | SECOND


def test_the_digest_of_a_checkpoint_is_in_the_backup(folder, tmp_path):
    succeed(
        folder, "delete", "incidents", DATASET, "--id", "jan-0001", "--yes", "--purge", "--now"
    )
    write_backup(DataFolder(folder), tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    checkpoint = f"incidents/{DATASET}/_delta_log/{2:020}.checkpoint.parquet"
    _damage(tmp_path / "restored" / checkpoint)
    with pytest.raises(DamagedTableError, match="digest differs"):
        newest_version(DataFolder(tmp_path / "restored" / "incidents" / DATASET))


def test_a_running_service_serves_what_is_restored(folder, tmp_path, serve):
    client = serve(open_resources(Settings(data_dir=folder)))
    address = f"/v1/choropleths/{DATASET}/{world.DISTRICTS}"
    rows_before = client.get(address).json()["rows"]
    succeed(folder, "backup", tmp_path / "backup.tar")
    succeed(folder, "delete", "incidents", DATASET, "--yes")
    assert client.get(address).status_code == 404
    (folder / LIST).unlink()
    succeed(folder, "restore", tmp_path / "backup.tar", "--replace", "--yes")
    assert client.get(address).json()["rows"] == rows_before


def _damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _damaged_folder(backup):
    _damage(max(all_files(backup), key=lambda path: path.stat().st_size))


def _missing(backup):
    next(path for path in all_files(backup) if path.suffix == ".parquet").unlink()


def _without_manifest(backup):
    (backup / MANIFEST).unlink()


def _leading_out(backup):
    manifest = json.loads((backup / MANIFEST).read_text("utf-8"))
    manifest["files"]["../outside"] = [1, "0"]
    (backup / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def _other_tables(backup):
    manifest = json.loads((backup / MANIFEST).read_text("utf-8"))
    manifest["tables"]["measures"] = "0-0"
    (backup / MANIFEST).write_text(json.dumps(manifest), "utf-8")


DAMAGES = {
    _damaged_folder: "is damaged",
    _missing: "is missing",
    _without_manifest: "is no backup",
    _leading_out: "outside a data folder",
    _other_tables: "not those it names (measures)",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_changes_nothing(folder, tmp_path, damage):
    write_backup(DataFolder(folder), tmp_path / "backup")
    damage(tmp_path / "backup")
    before = {path: path.read_bytes() for path in all_files(folder)}
    with pytest.raises(BackupError, match=DAMAGES[damage].replace("(", r"\(").replace(")", r"\)")):
        restore(tmp_path / "backup", folder, replace=True)
    assert {path: path.read_bytes() for path in all_files(folder)} == before
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_an_archive_that_was_cut_short_is_no_backup(folder, tmp_path, share):
    path = tmp_path / "backup.tar"
    write_backup(DataFolder(folder), path)
    with tarfile.open(path) as archive:
        last = archive.getmembers()[-1].offset_data
    os.truncate(path, int(last * share))
    with pytest.raises(BackupError, match=r"cut short|cannot be read"):
        restore(path, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_neither_command_overwrites_anything_unasked(folder, tmp_path):
    succeed(folder, "backup", tmp_path / "backup")
    refused = run(folder, "backup", tmp_path / "backup")
    assert "is there already" in refused.stderr
    refused = run(folder, "restore", tmp_path / "backup")
    assert "is not empty: restore it with --replace" in refused.stderr
    refused = run(folder, "restore", tmp_path / "backup", "--replace")
    assert "confirm with --yes" in refused.stderr
    assert run(folder, "backup", tmp_path / "backup.zip").exit_code == 2
    assert run(tmp_path, "backup", tmp_path / "other").exit_code == 2


def test_what_a_killed_restore_left_beside_the_folder_goes_with_the_next(folder, tmp_path):
    write_backup(DataFolder(folder), tmp_path / "backup")
    leftover = folder.with_name(f".{folder.name}.new-1")
    shutil.copytree(tmp_path / "backup", leftover)
    assert "interrupted restore" in succeed(folder, "purge", "--now", "--yes")
    assert not leftover.exists()
    shutil.copytree(tmp_path / "backup", leftover)
    restore(tmp_path / "backup", folder, replace=True)
    assert incident_ids(folder) == FIRST | SECOND
    assert not leftover.exists()


def test_without_an_exchange_of_names_a_restore_takes_two_steps(folder, tmp_path, monkeypatch):
    write_backup(DataFolder(folder), tmp_path / "backup")
    monkeypatch.setattr(restoring, "_exchange", lambda *_: False)
    (folder / "stray").write_text("of the old folder")
    restore(tmp_path / "backup", folder, replace=True)
    assert incident_ids(folder) == FIRST | SECOND
    assert not (folder / "stray").exists()
    assert not list(folder.parent.glob(".*"))
