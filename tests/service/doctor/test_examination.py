"""Each fault that is planted in a data folder is found, and its mend is named."""

import datetime
import os
import tempfile
import time

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.doctor.examination import examine
from service.model.protection import Agreement, Protection
from tests.service import world

ROOM = 10**12
AGO_S = 7_200


@pytest.fixture
def folder(own_county, monkeypatch, tmp_path):
    """A sound data folder as the program leaves it, with something in its caches."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    resources = open_resources(Settings(data_dir=own_county))
    resources.areas.placement(
        resources.incidents.open(world.DATASET), resources.layers.get(world.CELLS)
    )
    private(own_county)
    return own_county


def private(folder):
    """As the program makes files, which the tests do not."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def findings(folder, free=ROOM, **settings):
    resources = open_resources(Settings(data_dir=folder, **settings))
    return examine(resources, free=lambda _: free).findings


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def flip(path, place=0.5):
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 0x10
    path.write_bytes(content)


def garbage_in_a_log(folder):
    (folder / f"incidents/{world.DATASET}/_delta_log/{0:020d}.json").write_bytes(b"garbage")
    return (
        "dataset",
        world.DATASET,
        f"hotspots import incidents FILE ... --dataset {world.DATASET}",
    )


def a_torn_import(folder):
    world.append_incidents(folder, world.RECORDS[:5], name="more.csv")
    commit = folder / f"incidents/{world.DATASET}/_delta_log/{1:020d}.json"
    commit.write_bytes(commit.read_bytes()[:-100])
    private(folder)
    return "dataset", world.DATASET, "import again what the newest import brought: hotspots import"


def a_changed_row(folder):
    flip(next((folder / f"incidents/{world.DATASET}").glob("*.parquet")))
    return "dataset", world.DATASET, "hotspots import incidents FILE"


def missing_rows(folder):
    next((folder / "measures").glob("*.parquet")).unlink()
    return "measures", "measures", "hotspots import measures"


def short_rows(folder):
    path = next((folder / "sites").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:100])
    return "sites", "sites", "hotspots import sites"


def a_changed_layer(folder):
    path = folder / f"boundaries/{world.CELLS}.parquet"
    header = int.from_bytes(path.read_bytes()[-8:-4], "little") + 8
    flip(path, 0.5 * (1 - header / path.stat().st_size))
    return "layer", world.CELLS, f"hotspots import boundaries FILE --layer {world.CELLS} --replace"


def a_changed_cache_entry(folder):
    flip(next((folder / "cache/assignments").iterdir()))
    return "cache", "assignments", f"rm -r {folder}/cache/assignments"


def a_file_for_all(folder):
    (folder / f"boundaries/{world.CELLS}.parquet").chmod(0o644)
    return "permissions", f"{world.CELLS}.parquet", f"chmod -R go= {folder}"


def a_folder_for_a_group(folder):
    (folder / "measures").chmod(0o750)
    return "permissions", "measures", f"chmod -R go= {folder}"


def an_unfinished_file(folder):
    path = folder / "boundaries/.cell.parquet.1-2.unfinished"
    path.touch(0o600)
    age(path, AGO_S)
    return "leftover", path.name, f"rm {path}"


def an_unfinished_first_import(folder):
    (folder / "incidents/fires").mkdir(0o700)
    (folder / "incidents/fires/part-0.parquet").touch(0o600)
    return "leftover", "incidents/fires", "import again"


def an_interrupted_deletion(folder):
    path = folder / "incidents/.fires.0123abcd.deleted"
    path.mkdir(0o700)
    return "leftover", path.name, "hotspots purge"


def a_time_ahead(folder):
    age(folder / "incidents", -AGO_S)
    return "time", "incidents", "set the clock right"


FAULTS = [
    garbage_in_a_log, a_torn_import, a_changed_row, missing_rows, short_rows, a_changed_layer, a_changed_cache_entry,
    a_file_for_all, a_folder_for_a_group, an_unfinished_file, an_unfinished_first_import,
    an_interrupted_deletion, a_time_ahead,
]  # fmt: skip


@pytest.mark.parametrize("plant", FAULTS)
def test_a_fault_that_is_planted_is_found_with_its_mend(folder, plant):
    part, name, mend = plant(folder)
    (finding,) = findings(folder)
    assert finding.is_fault
    assert finding.part == part
    assert name in finding.name
    assert finding.problem
    assert mend in finding.mend


def test_a_sound_folder_has_no_finding(folder):
    assert findings(folder) == []


def test_an_examination_changes_nothing(folder):
    def state():
        return {
            path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in folder.rglob("*")
        }

    before = state()
    findings(folder)
    assert state() == before


def test_a_disk_without_room_for_an_import_is_a_fault(folder):
    (finding,) = findings(folder, free=10 * 2**20)
    assert (finding.part, finding.is_fault) == ("space", True)
    assert "10 MB are free" in finding.problem


def test_lists_of_rejected_rows_are_noted(folder):
    (folder / "rejected").mkdir(0o700)
    rejects = folder / "rejected/calls.csv"
    rejects.write_text("row")
    rejects.chmod(0o600)
    (finding,) = findings(folder)
    assert (finding.part, finding.is_fault) == ("rejects", False)


def test_the_temporary_folder_of_a_killed_service_is_noted_and_that_of_a_running_one_is_not(
    folder,
):
    path = folder.parent / "temporary/hotspots-metrics-abc"
    path.mkdir(parents=True)
    age(path, AGO_S)
    (finding,) = findings(folder)
    assert (finding.part, finding.is_fault) == ("leftover", False)
    assert f"rm -r {path}" in finding.mend
    (path / f"counter_{os.getpid()}.db").touch()
    age(path, AGO_S)
    assert findings(folder) == []


def test_a_group_that_is_named_may_read(folder):
    folder.chmod(0o2750)
    assert findings(folder, data_group="hotspots") == []
    (finding,) = findings(folder)
    assert finding.part == "permissions"
    folder.chmod(0o2770)
    (finding,) = findings(folder, data_group="hotspots")
    assert f"chmod -R g-w,o= {folder}" in finding.mend


def test_a_folder_that_is_not_there_is_a_fault(tmp_path):
    (finding,) = findings(tmp_path / "none")
    assert (finding.part, finding.is_fault) == ("folder", True)


def test_several_faults_are_all_found(folder):
    planted = [plant(folder)[0] for plant in FAULTS[3:10]]
    assert {finding.part for finding in findings(folder)} == set(planted)


@pytest.mark.parametrize(
    ("agreement", "problem", "is_fault"),
    [
        (Agreement(expires=datetime.date(2026, 11, 28)), "ended on 2026-11-28", True),
        (Agreement(retention_months=12), "31 days", True),
        (Agreement(retention_months=46), "records from 2023-01", False),
        (Agreement(review=datetime.date(2026, 11, 29)), "reviewed by 2026-11-29", False),
    ],
)
def test_what_an_agreement_asks_for_is_said(folder, agreement, problem, is_fault):
    resources = open_resources(Settings(data_dir=folder))
    protection = Protection(dataset=world.DATASET, policy="open", agreement=agreement)
    resources.protections.save(protection)
    private(folder)
    report = examine(resources, free=lambda _: ROOM, today=datetime.date(2026, 11, 29))
    (finding,) = [each for each in report.findings if each.part == "agreement"]
    assert (finding.name, finding.is_fault) == (world.DATASET, is_fault)
    assert problem in finding.problem
    assert world.DATASET in finding.mend
