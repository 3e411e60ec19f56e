"""``hotspots import lookup``: checked against itself and the layers, then kept whole."""

import csv

import pytest

from boundaries.errors import LookupMismatchError
from service.imports.lookups import LookupOptions, import_lookup
from service.store.errors import DatasetSettingsError, ImportRefusedError, LookupExistsError
from service.store.reference.lookups import LookupKey, LookupStore
from tests.service.vintages import KEY, NEW_M, OLD_M, PAIRS

COLUMNS = {"from_field": "o", "to_field": "n"}
CODES = {"old": list(OLD_M), "new": list(NEW_M)}


@pytest.fixture
def store(tmp_path):
    return LookupStore(tmp_path / "data" / "lookups")


@pytest.fixture
def write(tmp_path):
    def write(rows, header=("o", "n", "c")):
        path = tmp_path / "lookup.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


def options(**change):
    return LookupOptions(**{"key": KEY, **COLUMNS, "change_field": "c", "codes": CODES, **change})


def test_the_summary_says_what_became_of_the_areas(store, write):
    done = import_lookup(store, write([*PAIRS, PAIRS[0]]), options())
    assert done.lines() == (
        "lookup imported: old to new, version 0",
        "7 rows read, 6 pairs written: 5 areas of old, 5 of new",
        "2 unchanged; 1 split into 2; 2 merged to 1",
        "what belongs to an area that was split is shared by area",
        "it is used from old to new only",
        "all 5 areas of old are in it",
        "all 5 areas of new are in it",
    )
    assert len(store.available()[0].changes.old) == 6


def test_areas_that_the_lookup_or_the_layer_lacks_are_named(store, write):
    codes = {"old": [*OLD_M, "q"], "new": [code for code in NEW_M if code != "w"]}
    lines = import_lookup(store, write(PAIRS), options(codes=codes)).lines()
    assert "1 of the 6 areas of old are not in it: q" in lines
    assert "1 of its codes for new are not in that layer" in lines


def test_layers_that_are_not_imported_are_not_compared(store, write):
    lines = import_lookup(store, write(PAIRS), options(codes={})).lines()
    assert "layer old is not imported: its codes were not compared" in lines


def test_a_second_import_is_refused_before_the_file_is_read(store, write, tmp_path):
    import_lookup(store, write(PAIRS), options())
    with pytest.raises(LookupExistsError):
        import_lookup(store, tmp_path / "missing.csv", options())
    done = import_lookup(store, write(PAIRS), options(replace=True))
    assert "6 pairs imported before were replaced" in done.lines()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"from_field": "old"}, "--from-field names column 'old', which it does not have"),
        ({"key": LookupKey("new", "old")}, "are --from-field and --to-field swapped"),
        ({"codes": {"new": ["z9"]}}, "none of its codes for new is a code of that layer"),
    ],
)
def test_what_does_not_fit_is_refused(store, write, change, words):
    with pytest.raises(ImportRefusedError, match=words):
        import_lookup(store, write(PAIRS), options(**change))
    assert store.version() is None


def test_change_codes_are_checked_where_they_are_named(store, write):
    wrong = [("u", "u", "S"), *PAIRS[1:]]
    with pytest.raises(LookupMismatchError, match=r"u to u says 'S' and is 'U' \(row 2\)"):
        import_lookup(store, write(wrong), options())
    import_lookup(store, write(wrong), options(change_field=None))


def test_a_record_that_is_not_whole_is_refused(store, write):
    path = write(PAIRS)
    path.write_text(path.read_text() + "a,b,c,d\n")
    with pytest.raises(ImportRefusedError, match="4 fields"):
        import_lookup(store, path, options())


@pytest.mark.parametrize("weight", ["", ":2021", "homes:"])
def test_a_weight_that_names_nothing_is_refused(store, write, weight):
    with pytest.raises(DatasetSettingsError):
        import_lookup(store, write(PAIRS), options(weight=weight))


def test_progress_goes_from_nothing_to_done(store, write):
    told = []
    import_lookup(store, write(PAIRS), options(progress=lambda doing, share: told.append(share)))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_codes_are_stored_as_the_layers_spell_them(store, write):
    rows = [(old.upper(), f" {new}", change) for old, new, change in PAIRS]
    done = import_lookup(store, write([*rows, *PAIRS]), options())
    assert len(done.changes.old) == 6
    assert "all 5 areas of old are in it" in done.lines()
    assert set(store.available()[0].changes.old_codes) == set(OLD_M)
