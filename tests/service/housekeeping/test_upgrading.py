"""A data folder as commit 63cc000 wrote it: read as it is, and brought to the layout of today.

The fixture was written by that commit: the small county, a dataset whose file was imported twice,
one with area codes and a rejected row, and a layer with its lookup.
"""

import os
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from deltalake import CommitProperties, write_deltalake

from boundaries.storage.data_folder import DataFolder
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.housekeeping import upgrading
from service.housekeeping.backups import write_backup
from service.housekeeping.errors import UpgradeError
from service.housekeeping.inventory import all_files, newest_tables
from service.housekeeping.purging import dead_files
from service.housekeeping.restoring import restore
from service.housekeeping.upgrading import outdated, upgrade
from service.store.commits import Plan, commit
from service.store.contents import committed_content
from service.store.delta import newest_version
from tests.service import world
from tests.service.housekeeping.folders import run, succeed

FIXTURE = Path(__file__).with_name("layout_of_63cc000.zip")
ADDRESSES = (
    "/v1/choropleths/callouts/cell?measure=rate&denominator=residents",
    "/v1/choropleths/coded/half",
    "/v1/choropleths/fires/district",
    "/v1/tables/callouts/trend",
    "/v1/growth/sites",
    "/v1/growth/callouts/overlay",
    "/v1/heatmaps/callouts/peaks",
)


@pytest.fixture
def folder(tmp_path):
    with zipfile.ZipFile(FIXTURE) as archive:
        archive.extractall(tmp_path / "old")
    return tmp_path / "old"


def _answers(client):
    """The rows of answers, and counts; not the versions, which the upgrade counts up."""
    answers = {}
    for address in ADDRESSES:
        response = client.get(address)
        assert response.status_code == 200, response.text
        answers[address] = response.json()["rows"]
    datasets = client.get("/v1/datasets").json()["datasets"]
    keys = ("id", "records", "located", "categories", "from", "to", "covered", "title", "source")
    return answers, [[dataset[key] for key in keys] for dataset in datasets]


def test_an_old_folder_is_read_as_it_is_and_answers_the_same_when_upgraded(
    folder, tmp_path, serve
):
    client = serve(open_resources(Settings(data_dir=folder)))
    before = _answers(client)
    backup = ("--backup", tmp_path / "backup.tar")
    succeed(folder, "upgrade", "--apply", *backup)
    assert _answers(client) == before
    assert succeed(folder, "upgrade") == "the data folder has the layout of today\n"
    succeed(tmp_path / "again", "restore", tmp_path / "backup.tar")
    assert _answers(serve(open_resources(Settings(data_dir=tmp_path / "again")))) == before


def test_after_the_upgrade_every_table_states_its_content_and_nothing_is_dead(folder):
    data = DataFolder(folder)
    assert len(outdated(data).tables) == 6
    assert outdated(data).layers == ("cell", "district", "half")
    upgrade(folder, crs=world.CRS)
    assert not outdated(data)
    for _, table in newest_tables(data):
        assert committed_content(table.folder, table.version) == table.content
    dead = dead_files(data)
    assert (dead.rows, dead.logs, dead.leftovers) == ([], [], [])
    assert (folder / "rejected" / "coded.csv").exists()
    parts = {"boundaries", "incidents", "lookups", "measures", "rejected", "sites"}
    assert {path.name for path in folder.iterdir()} == parts
    orders = [
        h.metadata.layer_id for h in open_resources(Settings(data_dir=folder)).layers.headers()
    ]
    assert orders == ["district", "cell", "half"]


def test_data_files_without_digests_are_of_an_earlier_layout_too(own_county):
    folder = own_county / "measures"
    table = newest_version(DataFolder(folder))
    metadata = table.content.to_metadata(table.imports)
    rows = table.read()
    shutil.rmtree(folder)
    write_deltalake(
        folder,
        rows,
        description=table.description,
        commit_properties=CommitProperties(custom_metadata=metadata),
    )
    assert outdated(DataFolder(own_county)).tables == ("measures",)
    upgrade(own_county, crs=world.CRS)
    assert not outdated(DataFolder(own_county))
    assert newest_version(DataFolder(folder)).content == table.content


def test_what_would_change_answers_is_named_and_left(folder):
    shutil.rmtree(folder / "lookups")
    said = succeed(folder, "upgrade")
    assert "hotspots derive boundaries --from cell --layer half --replace" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder to any group")
def test_a_folder_that_a_group_shares_stays_shared(folder, tmp_path):
    os.chown(folder, -1, 1)
    folder.chmod(0o2750)
    before = os.umask(0o027)
    try:
        upgrade(folder, crs=world.CRS)
        write_backup(DataFolder(folder), tmp_path / "backup")
        restore(tmp_path / "backup", folder, replace=True)
    finally:
        os.umask(before)
    for path in (folder, folder / "measures", *all_files(folder)):
        status = path.stat()
        assert (status.st_gid, stat.S_IMODE(status.st_mode) & 0o7) == (1, 0), path
        assert status.st_mode & stat.S_IRGRP, path


def test_by_default_nothing_is_changed_but_everything_is_said(folder):
    before = {path: path.read_bytes() for path in all_files(folder)}
    said = succeed(folder, "upgrade")
    assert "incidents/coded: written anew" in said
    assert "nothing was changed" in said
    assert {path: path.read_bytes() for path in all_files(folder)} == before
    refused = run(folder, "upgrade", "--apply")
    assert "--no-backup" in refused.stderr
    assert {path: path.read_bytes() for path in all_files(folder)} == before


def test_an_upgrade_that_would_change_a_row_changes_nothing(folder, monkeypatch):
    before = {path: path.read_bytes() for path in all_files(folder)}

    def lossy(table, name):
        def plan(current):
            return Plan(remaining=current.read().slice(1))

        empty = newest_version(table).schema.empty_table()
        commit(table, empty, name=name, facts={}, plan=plan)

    monkeypatch.setattr(upgrading, "_write_anew", lossy)
    with pytest.raises(UpgradeError, match="other ones"):
        upgrade(folder, crs=world.CRS)
    after = {path: path.read_bytes() for path in all_files(folder) if path.name != ".lock"}
    assert after == {path: text for path, text in before.items() if path.name != ".lock"}
    assert not list(folder.parent.glob(".*"))
