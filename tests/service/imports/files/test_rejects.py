"""Lists of rejected rows: bounded, and found again with the data they belong to."""

from service.imports.files import rejects as rejecting
from service.imports.files.rejects import Reject, default_path, lists_of, write_rejects
from service.store.source_files import SourceFile


def test_a_list_has_a_limit_and_counts_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(rejecting, "LISTED", 3)
    rows = [Reject("a.csv", number, "x", "?", "is not a number") for number in range(2, 1_007)]
    lines = write_rejects(tmp_path / "a.csv", rows).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 5
    assert lines[-1] == ',,,,"and 1,002 more, which are not listed"'


def test_the_lists_of_a_dataset_are_its_own_and_no_others(tmp_path):
    store = tmp_path / "incidents"
    files = [SourceFile.of("a.csv", b"1")]
    reject = Reject("a.csv", 2, "x", "?", "is not a number")
    stems = ["calls", "calls-postcodes-not-found", "calls-2024", "other", "calls-lsoa21"]
    paths = {stem: write_rejects(default_path(store, stem, files), [reject]) for stem in stems}
    unfinished = paths["calls"].with_name(f".{paths['calls'].name}.x1_y2z")
    unfinished.write_text("")
    assert set(lists_of(store, "calls")) == {
        paths["calls"],
        paths["calls-postcodes-not-found"],
        unfinished,
    }
    assert lists_of(store, "call") == ()
    assert lists_of(tmp_path / "none" / "incidents", "calls") == ()
