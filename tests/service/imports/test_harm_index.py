"""Harm indices read from files: what is not usable is rejected by row, and contradictions too."""

import csv

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.demo.harm import published_harm
from service.imports.harm_index import HarmIndexOptions, import_harm_index
from service.store.errors import DatasetSettingsError, ImportRefusedError
from service.store.reference.harm_index import HarmIndexStore

HEADER = "Code,Offence,Days,Group\n"


@pytest.fixture
def store(tmp_path):
    return HarmIndexStore(tmp_path / "data" / "harm_indices")


def bring(store, text, **options):
    path = store.folder.parent.parent / "index.csv"
    path.write_text(HEADER + text)
    settings = {"code_field": "Code", "offence_field": "Offence", "group_field": "Group"}
    return import_harm_index(
        store,
        path,
        HarmIndexOptions("chi", "Days", **{**settings, "max_rejected_share": 0.9, **options}),
    )


def test_offences_are_read_with_codes_wordings_and_groups(store):
    summary = bring(store, '8N,"Assault, ABH","1,010.5",violence\n,Arson,18.75,\n', source="C")
    assert (summary.read, summary.written, summary.rejected) == (2, 2, 0)
    index = store.open("chi")
    assert index.days.tolist() == [1010.5, 18.75]
    assert (index.codes, index.groups) == (("8N", ""), ("violence", ""))
    assert "harm index imported: chi, version 0" in summary.lines()


def test_rows_that_are_not_usable_are_listed(store):
    summary = bring(store, ",Arson,,\n,Theft,two,\n,Fraud,-1,\n..,,3,\n,Rape,1825,\n")
    assert (summary.written, summary.rejected) == (1, 4)
    reasons = {group.reason for group in summary.rejected_for}
    assert reasons == {"is blank", "is not a number", "is below 0", "has no code and no wording"}
    assert summary.rejects_path.read_text().count("index.csv") == 4


def test_an_offence_with_two_values_counts_with_neither(store):
    summary = bring(store, ",Arson,1,\n,Theft,2,\n9,ARSON.,3,\n,Fraud,5,\n,fraud,5,\n")
    assert store.open().names == ("Theft", "Fraud", "fraud")
    (group,) = summary.rejected_for
    assert group.rows == 2
    assert "index.csv, row 2" in group.first[0]
    assert ",4," in summary.rejects_path.read_text()


def test_strict_and_the_share_of_unusable_rows_refuse(store):
    with pytest.raises(ImportRefusedError, match="--strict"):
        bring(store, ",Arson,1,\n,Theft,,\n", strict=True)
    with pytest.raises(ImportRefusedError):
        bring(store, ",Arson,1,\n,Theft,,\n", max_rejected_share=0.1)
    assert store.version() is None


def test_a_code_or_a_wording_must_be_named(store):
    with pytest.raises(DatasetSettingsError, match="--code-field"):
        bring(store, ",Arson,1,\n", code_field=None, offence_field=None)


def test_the_demonstration_ships_what_was_printed(test_data):
    with (test_data.parent / "published" / "harm_index_huntingdonshire.csv").open(
        newline=""
    ) as file:
        printed = list(csv.DictReader(file))
    rows = published_harm().rows.to_pylist()
    assert [row["offence"] for row in rows] == [row["offence"] for row in printed]
    assert [row["offence_group"] for row in rows] == [row["group"] for row in printed]
    assert [row["days"] for row in rows] == [float(row["cambridge_chi_days"]) for row in printed]


def run(folder, *words):
    env = {"HOTSPOTS_DATA_DIR": str(folder), "COLUMNS": "200"}
    return CliRunner().invoke(app, [str(word) for word in words], env=env)


def test_an_index_is_imported_and_deleted_by_command(tmp_path):
    folder, file = tmp_path / "data", tmp_path / "index.csv"
    file.write_text(HEADER + "8N,Assault,10,violence\n,Arson,18.75,\n,Arson,19,\n")
    options = ("--index", "chi", "--days-field", "days", "--offence-field", "offence")
    done = run(folder, "import", "harm-index", file, *options, "--max-rejected", "0.9")
    assert done.exit_code == 0, done.output
    assert "3 rows read from 1 file, 1 written, 2 rejected" in done.output
    store = HarmIndexStore(folder / "harm_indices")
    assert store.open().names == ("Assault",)
    again = run(folder, "import", "harm-index", file, *options)
    assert again.exit_code == 2
    assert "--replace" in again.stderr
    gone = run(folder, "delete", "harm-index", "chi", "--yes", "--purge", "--now")
    assert gone.exit_code == 0, gone.output
    assert HarmIndexStore(folder / "harm_indices").ids() == ()
