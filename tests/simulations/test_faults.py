"""Faults of the store, briefly and as documented; and that the simulation would notice."""

import itertools

import numpy as np
import pytest

from tests.simulations.disks import Journal, JournalFolder, after_power_cut, files_of
from tests.simulations.faults import Faults, Tally, run_faults
from tests.simulations.tables import DOCS, documented


def number(text: str) -> int:
    return int(text.replace(",", ""))


def written(root, *, durable: bool):
    """What writing a file in a new folder does to a disk that has another file."""
    journal = Journal(root)
    folder = JournalFolder(root / "a" / "b", journal)
    folder.write("file", lambda file: file.write(b"content"), durable=durable)
    return journal.operations


@pytest.mark.parametrize("kept", [0.0, 0.5, 1.0])
def test_a_power_cut_leaves_what_was_synced(tmp_path, kept):
    operations = written(tmp_path, durable=True)
    for seed in range(20):
        left = after_power_cut({"other": b"1"}, operations, np.random.default_rng(seed), kept=kept)
        assert left == {"other": b"1", "a/b/file": b"content"}


def test_a_power_cut_may_take_what_was_not_synced(tmp_path):
    operations = written(tmp_path, durable=False)
    results = [
        after_power_cut({}, operations, np.random.default_rng(seed), kept=0.7)
        for seed in range(60)
    ]
    found = {result.get("a/b/file") for result in results}
    assert {None, b"content", b"", bytes(7)} <= found
    assert any(name.endswith(".unfinished") for result in results for name in result)
    assert files_of(tmp_path) == {"a/b/file": b"content"}


def test_what_is_read_after_a_fault_is_one_committed_version_or_a_named_error():
    tallies = run_faults(130)
    assert [wrong for tally in tallies.values() for wrong in tally.wrong] == []
    assert min(tally.faults for kind, tally in tallies.items() if kind != "process killed") > 0


def test_a_store_that_does_not_sync_would_be_noticed(tmp_path):
    faults, tally = Faults(tmp_path), Tally()
    faults.steps = [step.on_a_disk_without_syncs() for step in faults.steps]
    for fault in itertools.islice(faults.power_cuts(honest=True), 40):
        fault(tally)
    assert tally.wrong


def test_ten_thousand_faults_and_three_hundred_killed_imports_are_documented():
    table = documented("faults of the store", document=DOCS / "operations.md")
    injected = dict(zip(table.column("fault"), map(number, table.column("injected")), strict=True))
    assert injected.pop("process killed") >= 300
    assert sum(injected.values()) >= 10_000
    assert {number(text) for text in table.column("wrong")} == {0}
