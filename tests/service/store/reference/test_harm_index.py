"""Harm indices at rest: kept whole, one of each id, and one meaning per code and wording."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.store.errors import (
    DatasetSettingsError,
    HarmIndexExistsError,
    ImportRefusedError,
    UnknownHarmIndexError,
)
from service.store.reference.harm_index import HarmIndexStore, checked_column, normalised
from service.store.source_files import SourceFile

FILE = SourceFile.of("index.csv", b"i")


def rows(*offences, **columns):
    names, days = zip(*offences, strict=True)
    return pa.table({"offence": list(names), "days": [float(n) for n in days], **columns})


@pytest.fixture
def store(tmp_path):
    return HarmIndexStore(tmp_path / "harm_indices")


def test_without_an_index_it_says_how_to_import_one(store):
    assert (store.ids(), store.version()) == ((), None)
    with pytest.raises(UnknownHarmIndexError, match="hotspots import harm-index FILE"):
        store.open()


def test_an_index_is_kept_as_it_was_given(store):
    table = rows(("Arson", 18.75), ("Assault, ABH", 10), code=[None, "8N"])
    store.append(
        "chi", table, file=FILE, matched_on="attribute:code", source="Cambridge", licence="OGL"
    )
    index = HarmIndexStore(store.folder).open()
    assert index.names == ("Arson", "Assault, ABH")
    assert index.codes == ("", "8N")
    assert index.days.tolist() == [18.75, 10.0]
    assert index.position == {"arson": 0, "assault abh": 1, "8n": 1}
    source = index.as_source()
    assert (source["id"], source["offences"], source["source"]) == ("chi", 2, "Cambridge")
    assert (index.matched_on, index.loaded_from) == ("attribute:code", "index.csv")


def test_one_of_several_must_be_named(store):
    store.append("a", rows(("x", 1)), file=FILE)
    store.append("b", rows(("x", 2)), file=FILE)
    assert store.open("b").days.tolist() == [2.0]
    with pytest.raises(UnknownHarmIndexError, match="harm_index, of a, b"):
        store.open()
    with pytest.raises(UnknownHarmIndexError, match="'c' is not one of those imported: a, b"):
        store.open("c")


def test_a_second_import_is_refused_unless_it_replaces(store):
    store.append("a", rows(("x", 1)), file=FILE)
    revision = store.revision()
    with pytest.raises(HarmIndexExistsError, match=r"from index.csv.*--replace"):
        store.append("a", rows(("y", 1)), file=FILE)
    done = store.append("a", rows(("x", 3)), file=FILE, replace=True)
    assert (done.rows, done.rows_replaced) == (1, 1)
    assert store.open().days.tolist() == [3.0]
    assert store.revision() != revision


@pytest.mark.parametrize(
    ("table", "error"),
    [
        (rows(("Arson", 1), ("ARSON.", 2)), ImportRefusedError),
        (rows(("Arson", 1), ("b", 2), code=["x", "arson"]), ImportRefusedError),
        (rows(("--", 1)), ImportRefusedError),
        (rows(("Arson", -1)), DatasetSettingsError),
        (rows(("Arson", float("inf"))), DatasetSettingsError),
    ],
)
def test_what_has_no_one_meaning_is_refused(store, table, error):
    with pytest.raises(error):
        store.append("a", table, file=FILE)
    assert store.version() is None


def test_a_column_that_no_dataset_can_have_is_refused(store):
    with pytest.raises(DatasetSettingsError, match="attribute:NAME"):
        store.append("a", rows(("x", 1)), file=FILE, matched_on="offence")
    assert checked_column("attribute:ho_code") == "attribute:ho_code"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Assault - GBH (incl. attempts)", "assault gbh incl attempts"),
        ("  Owner\u2019s  DOG ", "owners dog"),
        ("8/6", "8 6"),
        ("008N", "008n"),
        ("\uff21rson", "arson"),
        ("...", ""),
    ],
)
def test_wordings_are_compared_without_case_blanks_and_punctuation(text, plain):
    assert normalised(text) == plain


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    assert normalised(normalised(text)) == normalised(text)
