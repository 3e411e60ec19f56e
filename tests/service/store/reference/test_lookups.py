"""Lookups at rest: once unless told otherwise, whole, and read in both directions."""

import pytest

from boundaries.errors import LookupMismatchError
from service.store.errors import DatasetSettingsError, ImportRefusedError, LookupExistsError
from service.store.reference.lookups import LookupKey, LookupStore
from service.store.source_files import SourceFile
from tests.service.vintages import KEY, PAIRS, pair_rows

FILE = SourceFile.of("lookup.csv", b"l")
UNCHANGED = tuple((f"a{i}", f"a{i}", "U") for i in range(9))


def pairs_of(lookup):
    changes = lookup.changes
    ends = zip(changes.old.tolist(), changes.new.tolist(), strict=True)
    return {(changes.old_codes[old], changes.new_codes[new]) for old, new in ends}


@pytest.fixture
def store(tmp_path):
    return LookupStore(tmp_path / "lookups")


def test_nothing_is_there_before_an_import(store):
    assert store.version() is None
    assert (store.available(), store.into("new"), dict(store.codes())) == ((), (), {})
    assert not store.folder.exists()


def test_a_lookup_is_kept_with_its_words(store):
    done = store.append(
        KEY, pair_rows(), file=FILE, weight="homes:2021", source="ONS", licence="OGL"
    )
    assert (done.version, done.rows, done.rows_replaced) == (0, 6, 0)
    (found,) = LookupStore(store.folder).available()
    assert found.key == KEY
    assert (found.weight, found.source, found.licence) == ("homes:2021", "ONS", "OGL")
    assert pairs_of(found) == {pair[:2] for pair in PAIRS}
    assert store.codes() == {
        "old": ("m", "n", "s", "u", "v"),
        "new": ("t1", "t2", "u", "v", "w"),
    }


def test_a_second_import_is_refused_unless_it_replaces(store):
    store.append(KEY, pair_rows(), file=FILE)
    with pytest.raises(LookupExistsError, match=r"from old to new.*--replace"):
        store.append(KEY, pair_rows(), file=FILE)
    with pytest.raises(LookupExistsError):
        store.check_import(KEY)
    store.check_import(KEY, replace=True)
    done = store.append(KEY, pair_rows(PAIRS[:2]), file=FILE, replace=True)
    assert (done.rows, done.rows_replaced) == (2, 6)
    assert len(store.available()[0].changes.old) == 2


def test_several_lookups_are_kept_apart(store):
    other = LookupKey("older", "new")
    store.append(KEY, pair_rows(), file=FILE)
    store.append(other, pair_rows(PAIRS[:1]), file=FILE)
    store.append(other, pair_rows(PAIRS[:2]), file=FILE, replace=True)
    assert [len(one.changes.old) for one in store.into("new")] == [6, 2]
    assert [one.key.from_layer for one in store.into("new")] == ["old", "older"]


def test_a_change_of_vintage_is_read_backwards_and_parts_and_wholes_are_not(store):
    store.append(KEY, pair_rows((*PAIRS, *UNCHANGED)), file=FILE)
    store.append(LookupKey("old", "ward"), pair_rows(PAIRS[4:]), file=FILE)
    (back,) = store.into("old")
    assert back.key == LookupKey("new", "old")
    assert pairs_of(back) == {(new, old) for old, new, _ in (*PAIRS, *UNCHANGED)}
    assert [one.key.to_layer for one in store.available()] == ["new", "ward"]


def test_a_lookup_of_its_own_comes_before_one_turned_round(store):
    store.append(KEY, pair_rows(UNCHANGED), file=FILE)
    store.append(LookupKey("new", "old"), pair_rows(UNCHANGED[:3]), file=FILE)
    (found,) = store.into("old")
    assert len(found.changes.old) == 3


def test_two_lookups_one_after_the_other_are_one(store):
    wards = (("u", "west", ""), ("v", "west", ""), ("t1", "west", ""), ("t2", "east", ""))
    store.append(KEY, pair_rows(), file=FILE)
    store.append(LookupKey("new", "ward"), pair_rows(wards), file=FILE)
    direct, chain = store.into("ward")
    assert (direct.key.from_layer, chain.key.from_layer) == ("new", "old")
    assert (direct.is_chain, chain.is_chain) == (False, True)
    # The lookup to the wards lacks w: what leads there leads to no ward, and is not left out.
    assert pairs_of(chain) == {
        ("u", "west"), ("v", "west"), ("s", "west"), ("s", "east"),
        ("m", "w of new"), ("n", "w of new"),
    }  # fmt: skip
    assert [one.key for one in store.available()] == [LookupKey("new", "ward"), KEY]
    store.append(LookupKey("old", "ward"), pair_rows(wards[:1]), file=FILE)
    assert [one.is_chain for one in store.into("ward")] == [False, False]


def test_the_revision_tells_content_apart(store):
    store.append(KEY, pair_rows(), file=FILE)
    before = store.revision()
    assert LookupStore(store.folder).revision() == before
    store.append(KEY, pair_rows(), file=FILE, weight="homes", replace=True)
    assert store.revision() != before


def test_rows_that_contradict_themselves_leave_the_table_as_it_was(store):
    store.append(KEY, pair_rows(), file=FILE)
    with pytest.raises(LookupMismatchError, match="row 2"):
        store.append(KEY, pair_rows((("u", "u", "S"),)), file=FILE, replace=True)
    with pytest.raises(ImportRefusedError):
        store.append(KEY, pair_rows().slice(0, 0), file=FILE, replace=True)
    assert store.version() == 0


@pytest.mark.parametrize(
    "key", [LookupKey("Old", "new"), LookupKey("old", ""), LookupKey("old", "old")]
)
def test_names_that_cannot_be_layers_are_refused(store, key):
    with pytest.raises(DatasetSettingsError):
        store.append(key, pair_rows(), file=FILE)
