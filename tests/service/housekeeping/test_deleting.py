"""Deletion and purging: what is deleted is in no file, and nothing else has gone."""

import json
import shutil

import pytest

from boundaries.storage.data_folder import DataFolder
from boundaries.storage.store import LayerStore
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.housekeeping import searching
from service.housekeeping.deleting import delete, deletion_of_files, finish_interrupted
from service.housekeeping.deletions import LIST, Deletion, DeletionList
from service.housekeeping.inventory import all_files
from service.housekeeping.purging import dead_files, purge
from service.housekeeping.removal import removal_of
from service.imports.files.rejects import Reject, default_path, write_rejects
from service.model.incident_filter import IncidentFilter
from service.store.reference.measures import MeasureStore
from tests.service import world
from tests.service.housekeeping.folders import (
    DATASET,
    FILES,
    ROWS,
    Killed,
    MortalFolder,
    incident_ids,
    rows,
    run,
    search_for,
    succeed,
    the_file,
)

FIRST, SECOND = ({row["incident_id"] for row in rows(name).to_pylist()} for name in FILES)
WHAT = {
    "a dataset": Deletion("incidents", DATASET),
    "a file": Deletion.of_values(DATASET, "source_sha256", [the_file(FILES[0]).sha256]),
    "an incident": Deletion.of_values(DATASET, "incident_id", ["jan-0007"]),
    "what is old": Deletion("incidents", DATASET, before="2024-01-15", rule="retention"),
    "a layer": Deletion("boundaries", world.CELLS),
    "a measure": Deletion("measures", where={"measure": "residents", "period": "2021"}),
    "the sites": Deletion("sites"),
}


@pytest.mark.parametrize("what", WHAT)
def test_a_deletion_and_a_purge_leave_no_value_in_any_file(folder, what):
    data = DataFolder(folder)
    removal = removal_of(data, WHAT[what])
    searches = delete(data, removal, purged=True, grace_s=0.0, force=True)
    assert searches.before.places
    assert searches.before.values > 0
    assert searches.after.places == {}
    assert searches.after.undecoded == ()
    assert searches.after.values == searches.before.values


def test_without_a_purge_earlier_versions_still_hold_the_rows_and_it_is_said(folder):
    said = succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    assert incident_ids(folder) == SECOND
    assert "after: searched" in said
    assert f"incidents/{DATASET}/_delta_log" in said
    assert "hotspots purge removes them" in said
    said = succeed(folder, "purge", "--now", "--yes")
    assert "before: searched" in said
    assert said.count("nothing found") == 1
    assert incident_ids(folder) == SECOND
    assert dead_files(DataFolder(folder)).files == []


def test_only_the_incidents_that_are_named_go(folder):
    ids = ("--id", "jan-0001", "--id", "feb-0002")
    said = succeed(folder, "delete", "incidents", DATASET, *ids, "--yes", "--purge", "--now")
    assert "deleted 2 rows" in said
    assert incident_ids(folder) == (FIRST | SECOND) - {"jan-0001", "feb-0002"}


def test_a_deleted_file_may_be_imported_again(folder):
    succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    add = open_resources(Settings(data_dir=folder)).incidents.append
    add(DATASET, rows(FILES[0]), files=[the_file(FILES[0])])
    assert incident_ids(folder) == FIRST | SECOND


def test_the_rows_of_the_only_file_are_the_dataset(folder):
    for name in FILES:
        succeed(folder, "delete", "incidents", DATASET, "--file", name, "--yes")
    assert not (folder / "incidents" / DATASET).exists()


def test_lists_of_rejected_rows_go_with_their_file(folder):
    store = folder / "incidents"
    lists = [default_path(store, DATASET, [the_file(name)]) for name in FILES]
    missing = default_path(store, f"{DATASET}-postcodes-not-found", [the_file(FILES[0])])
    other = default_path(store, f"{DATASET}-2", [the_file(FILES[0])])
    for path in (*lists, missing, other):
        write_rejects(path, [Reject(FILES[0], 7, "name", "A. N. Other", "is unreadable")])
    succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    assert [path.exists() for path in (*lists, missing, other)] == [False, True, False, True]
    said = succeed(folder, "purge", "--now", "--yes")
    assert "2 lists of rejected rows" in said
    assert not list((folder / "rejected").iterdir())


def test_the_list_of_deletions_holds_no_deleted_value(folder):
    succeed(folder, "delete", "incidents", DATASET, "--id", "jan-0007", "--yes")
    text = (folder / LIST).read_text("utf-8")
    assert "jan-0007" not in text
    assert "injury" not in text
    (entry,) = DeletionList(DataFolder(folder)).entries()
    assert (entry.name, entry.rows, len(entry.digests)) == (DATASET, 1, 1)
    assert entry.is_of(["jan-0006", "jan-0007", None]) == ["jan-0007"]


def test_what_other_data_need_is_not_deleted_unless_forced(folder):
    result = run(folder, "delete", "boundaries", world.CELLS, "--yes")
    assert result.exit_code == 2
    assert "hotspots delete measures residents --layer cell" in result.stderr
    assert f"hotspots delete incidents {world.DATASET}" in result.stderr
    assert LayerStore(folder / "boundaries", crs=world.CRS).has(world.CELLS)
    assert DeletionList(DataFolder(folder)).entries() == ()
    succeed(folder, "delete", "boundaries", world.CELLS, "--yes", "--force")
    assert not LayerStore(folder / "boundaries", crs=world.CRS).has(world.CELLS)


def test_one_period_of_a_measure_goes_and_the_others_stay(folder):
    options = ("--layer", world.CELLS, "--period", "2021", "--yes", "--purge", "--now")
    succeed(folder, "delete", "measures", "residents", *options)
    measures = MeasureStore(folder / "measures").available(world.CELLS)
    assert {measure.measure: measure.periods for measure in measures} == {
        "imd-decile": ("2015", "2019"),
        "imd-rank": ("2015", "2019"),
        "residents": ("2020",),
        "tenure-owned": ("2021",),
        "tenure-rented": ("2021",),
    }


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("incidents", "nobody"), "there is no incidents nobody to delete; there is: "),
        (("incidents", DATASET, "--file", "march.csv"), ", ".join(sorted(FILES))),
        (("incidents", DATASET, "--id", "x"), "or row of that file or id"),
        (("boundaries", "ward"), "there is no layer ward to delete; there is: cell, district"),
        (("measures", "homes"), f"{world.CELLS} residents"),
        (("lookups", "a", "b"), "there is no lookups a b to delete"),
        (("postcodes",), "there is no postcodes to delete"),
        (("gazetteer",), "there is no gazetteer to delete"),
        (("roads",), "there is no roads to delete"),
        (("background",), "confirm with --yes"),
        (("places", "pubs"), "there is no set of places pubs, or row"),
        (("neighbours", "cell", "a"), "there is no neighbours cell a to delete"),
        (("sites",), "confirm with --yes"),
    ],
)
def test_what_is_not_there_or_not_confirmed_is_not_deleted(folder, arguments, reason):
    before = {p: p.read_bytes() for p in all_files(folder) if p.name != ".lock"}
    confirmed = () if reason == "confirm with --yes" else ("--yes",)
    result = run(folder, "delete", *arguments, *confirmed)
    assert result.exit_code == 2
    assert reason in result.stderr
    after = {path: path.read_bytes() for path in all_files(folder)}
    assert {path: text for path, text in after.items() if path.name != ".lock"} == before


def test_a_running_service_knows_at_the_next_request_what_is_gone(folder, serve):
    client = serve(open_resources(Settings(data_dir=folder)))
    address = f"/v1/choropleths/{DATASET}/{world.DISTRICTS}"
    other = f"/v1/choropleths/{world.DATASET}/{world.DISTRICTS}"
    total = client.get(address).json()["provenance"]["counts"]["records"]
    assert total == 2 * ROWS
    others = client.get(other).json()
    succeed(
        folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes", "--purge", "--now"
    )
    assert client.get(address).json()["provenance"]["counts"]["records"] == ROWS
    succeed(folder, "delete", "incidents", DATASET, "--yes", "--purge", "--now")
    assert client.get(address).status_code == 404
    assert DATASET not in json.dumps(client.get("/v1/datasets").json())
    succeed(folder, "delete", "sites", "--yes")
    assert client.get("/v1/growth/sites").status_code == 404
    assert client.get(other).json()["rows"] == others["rows"]


@pytest.mark.parametrize("what", ["a dataset", "a file", "what is old", "a layer"])
def test_a_deletion_killed_at_any_change_is_whole_or_not_and_finishes(folder, what):
    data, deletion = DataFolder(folder), WHAT[what]
    found = search_for(data, removal_of(data, deletion))
    before = incident_ids(folder)
    removed = removal_of(data, deletion).rows
    has_ids = "incident_id" in removed.column_names
    remaining = before - set(removed["incident_id"].to_pylist() if has_ids else ())
    for changes in range(1, 40):
        MortalFolder.changes_left = changes
        mortal = MortalFolder(folder)
        try:
            delete(mortal, removal_of(mortal, deletion), force=True)
        except Killed:
            assert incident_ids(folder) in (before, remaining)
            if incident_ids(folder) == before != remaining:
                continue
        break
    MortalFolder.changes_left = 0
    finish_interrupted(data)
    purge(data, dead_files(data))
    assert incident_ids(folder) == remaining
    if what != "a layer":
        assert changes > 1
        assert found().places == {}


def test_a_purge_killed_at_any_change_leaves_every_table_whole(folder, tmp_path):
    succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    for name in ("boundaries", "measures", "sites", f"incidents/{world.DATASET}"):
        shutil.rmtree(folder / name)
    for changes in range(1, 100):
        copy = shutil.copytree(folder, tmp_path / str(changes))
        mortal = MortalFolder(copy)
        MortalFolder.changes_left = changes
        try:
            purge(mortal, dead_files(mortal))
        except Killed:
            assert incident_ids(copy) == SECOND
            MortalFolder.changes_left = 0
            purge(mortal, dead_files(mortal))
            assert incident_ids(copy) == SECOND
            assert dead_files(mortal).files == []
        else:
            break
    assert changes > 10


def test_a_purge_keeps_the_cache_of_what_is_there(folder):
    resources = open_resources(Settings(data_dir=folder))
    for dataset in (DATASET, world.DATASET):
        resources.areas.count(dataset, world.CELLS, IncidentFilter())
    resources.geometry_tiles.prepare(resources.layers.get(world.CELLS))
    kept = {path for path in all_files(folder / "cache") if f".{DATASET}." not in path.name}
    assert len(kept) > 1
    succeed(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    succeed(folder, "purge", "--now", "--yes")
    assert set(all_files(folder / "cache")) == kept
    succeed(folder, "delete", "boundaries", world.CELLS, "--yes", "--force")
    assert not [path for path in all_files(folder / "cache") if world.CELLS in path.name]


def test_damaged_data_are_deleted_too_and_a_purge_leaves_them_alone(folder):
    log = folder / "incidents" / DATASET / "_delta_log" / f"{0:020}.json"
    log.write_text("what somebody else wrote")
    said = succeed(folder, "purge", "--now", "--yes")
    assert f"incidents/{DATASET} is damaged, and left as it is" in said
    assert log.exists()
    result = run(folder, "delete", "incidents", DATASET, "--file", FILES[0], "--yes")
    assert result.exit_code == 2
    said = succeed(folder, "delete", "incidents", DATASET, "--yes", "--purge", "--now")
    assert f"deleted {2 * ROWS} rows" in said
    assert not (folder / "incidents" / DATASET).exists()


def test_a_search_that_finds_nothing_before_stops_the_deletion(folder, monkeypatch):
    monkeypatch.setattr(searching, "parts", lambda path: iter([("bytes", b"")]))
    result = run(folder, "delete", "incidents", DATASET, "--yes")
    assert result.exit_code == 2
    assert "could prove nothing" in result.stderr
    assert incident_ids(folder) == FIRST | SECOND


def test_the_deletion_of_a_file_is_known_by_its_content(folder):
    deletion = deletion_of_files(DataFolder(folder), DATASET, FILES[1])
    assert deletion.digests == (the_file(FILES[1]).sha256,)
