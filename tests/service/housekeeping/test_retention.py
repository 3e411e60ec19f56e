"""Rows past their retention, and subjects who are forgotten: gone, provably, and staying so."""

import dataclasses
import datetime
import json

import numpy as np
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from boundaries.storage.data_folder import DataFolder
from service.assembly.app import create_app
from service.assembly.audiences import Audiences
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.housekeeping.deleting import delete
from service.housekeeping.deletions import DeletionList
from service.housekeeping.errors import RetentionNotStatedError
from service.housekeeping.inventory import all_files
from service.housekeeping.purging import dead_files
from service.housekeeping.removal import removal_of
from service.housekeeping.retention import deletion_of_subject, overdue
from service.model.incident_filter import IncidentFilter
from service.model.protection import Agreement
from service.store.incidents import IncidentStore
from tests.service import protected, world
from tests.service.housekeeping.folders import DATASET, incident_ids, run, succeed, the_file

SNAPPED = "snapped"
TODAY = datetime.date(2026, 11, 29)
SEVEN_YEARS = Agreement(retention_months=84)
FIRST_KEPT = datetime.date(2019, 11, 29)
FILE = "snapped.csv"


def snapped_rows():
    """Incidents of eight years at a few places, each the only one of its place and month."""
    months = np.arange("2017-01", "2025-01", dtype="datetime64[M]")
    count = len(months)
    return pa.table(
        {
            "incident_id": [f"snap-{number:04}" for number in range(count)],
            "occurred": pa.array(months.astype("M8[us]")),
            "precision": ["month"] * count,
            "easting_m": world.EAST_M + 1_000.25 + 500.0 * (np.arange(count) % 6),
            "northing_m": world.NORTH_M + 1_000.125 + 500.0 * (np.arange(count) % 5),
            "category": ["assault"] * count,
        }
    )


def add_snapped(data_dir, **options):
    store = IncidentStore(data_dir / "incidents", crs=world.CRS)
    store.append(SNAPPED, snapped_rows(), files=[the_file(FILE)], **options)


@pytest.fixture
def data(folder):
    add_snapped(folder)
    return DataFolder(folder)


def snapped(data):
    return IncidentStore(data.path / "incidents", crs=world.CRS).open(SNAPPED)


def retain(data):
    (deletion,) = overdue(data, {SNAPPED: SEVEN_YEARS}, TODAY)
    return delete(data, removal_of(data, deletion), purged=True, grace_s=0.0)


def test_rows_past_their_retention_leave_no_pair_of_place_and_day_in_any_file(data):
    searches = retain(data)
    assert searches.before.has_place_days
    assert searches.before.place_days == 35  # 2017-01 to 2019-11
    assert searches.after.places == {}
    assert searches.after.undecoded == ()
    assert searches.after.place_days == searches.before.place_days
    remaining = snapped(data).rows()
    assert remaining.num_rows == len(snapped_rows()) - 35
    assert min(remaining["occurred"].to_pylist()).date() == datetime.date(2019, 12, 1)


def test_days_that_were_deleted_count_as_no_data_and_never_as_zero(data, serve):
    client = serve(open_resources(Settings(data_dir=data.path)))
    retain(data)
    assert str(snapped(data).coverage) == "2019-12 to 2024-12"
    answer = client.get(f"/v1/choropleths/{SNAPPED}/{world.DISTRICTS}?from=2018-01&to=2018-12")
    assert answer.status_code == 422
    assert "2019-12" in answer.json()["detail"]


def test_an_address_of_a_version_that_is_purged_is_gone(data, serve):
    client = serve(open_resources(Settings(data_dir=data.path)))
    document = client.get(f"/v1/heatmaps/{SNAPPED}/tilejson.json").json()
    tile = document["tiles"][0].format(z=10, x=511, y=340)
    assert client.get(tile).status_code == 200
    retain(data)
    assert client.get(tile).status_code == 410


def test_what_was_computed_from_the_rows_and_kept_goes_with_them(data):
    resources = open_resources(Settings(data_dir=data.path))
    resources.areas.count(SNAPPED, world.CELLS, IncidentFilter())
    row = snapped_rows().slice(3, 1).to_pylist()[0]
    kept = f'{{"at": [{row["easting_m"]}, {row["northing_m"]}], "on": "{row["occurred"]:%Y-%m}"}}'
    jobs = data.path / "cache" / "jobs"
    jobs.mkdir(parents=True, exist_ok=True)
    (jobs / "0f3c").write_text(kept, "utf-8")
    searches = retain(data)
    assert "cache/jobs/0f3c" in searches.before.places
    assert not [path for path in all_files(data.path / "cache") if f".{SNAPPED}." in path.name]
    assert not (jobs / "0f3c").exists()


def test_only_datasets_with_a_retention_and_old_rows_are_due(data):
    agreements = {
        SNAPPED: SEVEN_YEARS,
        DATASET: SEVEN_YEARS,
        world.DATASET: Agreement(),
        "not-imported": SEVEN_YEARS,
    }
    (deletion,) = overdue(data, agreements, TODAY)
    assert (deletion.name, deletion.before, deletion.rule) == (
        SNAPPED,
        str(FIRST_KEPT),
        "retention",
    )
    (later,) = overdue(data, {DATASET: SEVEN_YEARS}, datetime.date(2031, 3, 1))
    assert later.name == DATASET
    with pytest.raises(RetentionNotStatedError, match="--retention-months"):
        overdue(data, agreements, TODAY, dataset=world.DATASET)


def test_a_restore_of_an_older_backup_deletes_the_rows_again(data, tmp_path):
    backup = tmp_path / "backup.tar"
    succeed(data.path, "backup", backup)
    retain(data)
    said = succeed(data.path, "restore", backup, "--replace", "--yes")
    assert f"deleted again: incidents {SNAPPED}, rows from before {FIRST_KEPT} (35 rows)" in said
    assert "by the rule of retention" in said
    assert len(snapped(data)) == len(snapped_rows()) - 35


def test_a_retention_is_repeated_after_an_import_that_brings_old_rows_back(data):
    retain(data)
    assert overdue(data, {SNAPPED: SEVEN_YEARS}, TODAY) == []
    add_snapped(data.path, replace=True)
    assert str(snapped(data).coverage) == "2017-01 to 2024-12"
    retain(data)
    assert str(snapped(data).coverage) == "2019-12 to 2024-12"


def test_a_forgotten_subject_is_in_no_file_and_the_others_stay(data):
    before = incident_ids(data.path)
    said = succeed(
        data.path, "forget", DATASET, "--id", "jan-0001", "--id", "feb-0002", "--yes", "--now"
    )
    assert "2 of 2 ids have rows" in said
    assert "deleted 2 rows" in said
    assert "before: searched" in said
    assert "nothing found" in said.partition("after: ")[2]
    assert "deletions.json" in said
    assert incident_ids(data.path) == before - {"jan-0001", "feb-0002"}


def test_ids_are_read_from_a_file(data, tmp_path):
    listed = tmp_path / "ids.txt"
    listed.write_text("\ufeffjan-0001\r\n\r\n  feb-0002 \nnobody\n", "utf-8")
    said = succeed(data.path, "forget", DATASET, "--ids", listed, "--yes", "--now")
    assert "2 of 3 ids have rows" in said
    assert not {"jan-0001", "feb-0002"} & incident_ids(data.path)


def test_a_forgotten_subject_who_comes_back_is_deleted_again_by_the_rule(data):
    deletion = deletion_of_subject(SNAPPED, ["snap-0050", "snap-9999"])
    delete(data, removal_of(data, deletion), purged=True, grace_s=0.0)
    assert overdue(data, {}, TODAY) == []
    add_snapped(data.path, replace=True)
    (again,) = overdue(data, {}, TODAY)
    assert again.is_of(["snap-0050", "snap-0051"]) == ["snap-0050"]
    delete(data, removal_of(data, again), purged=True, grace_s=0.0)
    assert "snap-0050" not in snapped(data).rows()["incident_id"].to_pylist()
    rules = [entry.rule for entry in DeletionList(data).entries()]
    assert rules == ["subject", "subject"]


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (("--id", "jan-0001", "--dry-run"), 0, "nothing was deleted"),
        (("--id", "jan-0001"), 2, "confirm with --yes"),
        (("--yes",), 2, "name at least one id"),
        (("--id", "nobody", "--yes"), 2, "or row of that file or id"),
        (("--ids", "no-such-file", "--yes"), 2, "no-such-file"),
    ],
)
def test_what_is_not_confirmed_or_not_there_is_not_forgotten(data, arguments, status, reason):
    before = {path: path.read_bytes() for path in all_files(data.path) if path.name != ".lock"}
    result = run(data.path, "forget", DATASET, *arguments)
    assert result.exit_code == status
    assert reason in result.output
    after = {path: path.read_bytes() for path in all_files(data.path) if path.name != ".lock"}
    assert after == before


def test_the_list_of_deletions_names_the_rule_and_no_subject(data):
    succeed(data.path, "forget", DATASET, "--id", "jan-0007", "--yes", "--now")
    (entry,) = json.loads((data.path / "deletions.json").read_text("utf-8"))["deletions"]
    assert (entry["rule"], entry["rows"], len(entry["digests"])) == ("subject", 1, 1)
    assert "jan-0007" not in json.dumps(entry)


def protect(data, agreement, *, published=False):
    """Protect the county's callouts, and publish them by year."""
    stated = dataclasses.replace(protected.protection("ons-cell-key"), agreement=agreement)
    resources = protected.opened(data.path)
    resources.protections.save(stated)
    if published:
        protected.publish(resources, stated)
    return resources


def callouts(data):
    return IncidentStore(data.path / "incidents", crs=world.CRS).open(world.DATASET)


TODAYS = ("--today", "2026-11-29", "--yes", "--now")
THIRTY_MONTHS = Agreement(retention_months=30)  # from 2024-05-29 on


def test_the_command_deletes_what_is_past_its_retention_and_takes_back_its_numbers(data):
    resources = protect(data, THIRTY_MONTHS, published=True)
    said = succeed(data.path, "retain", *TODAYS)
    assert "from before 2024-05-29" in said
    assert "what was published is taken back" in said
    assert "nothing found" in said.partition("after: ")[2]
    assert min(callouts(data).occurred) >= np.datetime64("2024-05-29")
    assert resources.published.ids() == ()
    assert succeed(data.path, "retain", *TODAYS) == "no row is past its retention\n"
    assert dead_files(data).files == []


def test_published_numbers_outlive_their_records_where_that_is_asked_for(data):
    resources = protect(data, THIRTY_MONTHS, published=True)
    digest = resources.published.cells(world.DATASET).digest
    said = succeed(data.path, "retain", world.DATASET, *TODAYS, "--keep-published")
    assert "published numbers that stay: 2023, 2024" in said
    assert resources.published.cells(world.DATASET).digest == digest
    exact = resources.published.newest(world.DATASET).read(["exact"]).column("exact")
    assert exact.null_count == len(exact)
    assert dead_files(data).files == []


def test_a_whole_dataset_goes_and_its_numbers_stay(data):
    resources = protect(data, Agreement(retention_months=1), published=True)
    succeed(data.path, "retain", *TODAYS, "--keep-published")
    assert world.DATASET not in resources.incidents.ids()
    partner = Audiences(protected.opened(data.path)).of(protected.PARTNER)
    assert partner.incidents.ids() == (world.DATASET,)


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (("--today", "2026-11-29", "--dry-run"), 0, "nothing was deleted"),
        (("--today", "2126-11-29", "--dry-run"), 0, "nothing was deleted"),
        (("--today", "2126-11-29", "--yes"), 2, "still to come"),
        (("--today", "2026-11-29"), 2, "confirm with --yes"),
        ((DATASET, "--yes"), 2, "--retention-months"),
        (("--today", "2024-05-29", "--yes"), 0, "no row is past its retention"),
    ],
)
def test_what_is_not_confirmed_or_not_due_is_not_deleted(data, arguments, status, reason):
    protect(data, THIRTY_MONTHS)
    before = {path: path.read_bytes() for path in all_files(data.path) if path.name != ".lock"}
    result = run(data.path, "retain", *arguments)
    assert result.exit_code == status
    assert reason in result.output
    after = {path: path.read_bytes() for path in all_files(data.path) if path.name != ".lock"}
    assert after == before


def test_a_dataset_past_its_days_of_grace_is_refused_until_its_rows_are_deleted(data, caplog):
    resources = protect(data, THIRTY_MONTHS)
    audiences = Audiences(resources, today=lambda: TODAY)
    address = f"http://localhost/v1/choropleths/{world.DATASET}/{world.DISTRICTS}"
    with TestClient(create_app(resources, audiences=audiences), "http://localhost") as client:
        answer = client.get(address)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/dataset-stopped")
        assert "30 months" in answer.json()["detail"]
        listed = [each["id"] for each in client.get("/v1/datasets").json()["datasets"]]
        assert world.DATASET not in listed
        assert SNAPPED in listed
        warnings = [
            r.message for r in caplog.records if f"dataset {world.DATASET} is" in r.message
        ]
        assert len(warnings) == 1
        assert f"hotspots retain {world.DATASET}" in warnings[0]
        succeed(data.path, "retain", *TODAYS)
        assert client.get(address).status_code == 200


def test_the_days_of_grace_are_stated_on_the_command_line(data):
    said = succeed(
        data.path,
        "protect",
        SNAPPED,
        "--policy",
        "open",
        "--retention-months",
        30,
        "--grace-days",
        7,
    )
    assert "grace days: 7" in said
    stated = protected.opened(data.path).protections.get(SNAPPED)
    assert stated.agreement == Agreement(retention_months=30, grace_days=7)
    assert "grace" not in succeed(data.path, "protect", DATASET, "--policy", "open")


@pytest.mark.parametrize("options", [(), ("--keep-published",)])
def test_a_restore_treats_what_is_published_as_the_retention_did(data, tmp_path, options):
    protect(data, THIRTY_MONTHS, published=True)
    backup = tmp_path / "backup.tar"
    succeed(data.path, "backup", backup)
    succeed(data.path, "retain", *TODAYS, *options)
    said = succeed(data.path, "restore", backup, "--replace", "--yes")
    resources = protected.opened(data.path)
    if not options:
        assert "what was published is taken back" in said
        assert resources.published.ids() == ()
        return
    assert "published numbers that stay: 2023, 2024" in said
    exact = resources.published.newest(world.DATASET).read(["exact"]).column("exact")
    assert exact.null_count == len(exact) > 0
    assert dead_files(data).files == []
