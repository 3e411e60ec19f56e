"""What an import found stays: a list of rejects for each, and a record with the dataset."""

import stat

import pytest

from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions

COLUMNS = IncidentColumns(
    time="when", date_form="uk", x="e", y="n", crs="EPSG:27700", weight="harm"
)


@pytest.fixture
def deliver(incidents, tmp_path):
    """Imports a delivery of rows into one dataset."""

    def import_rows(name, *rows, **options):
        path = tmp_path / name
        path.write_text("\n".join(["when,e,n,harm", *rows]) + "\n", encoding="utf-8")
        settings = {"max_rejected_share": 1.0, **options}
        return import_csv(incidents, [path], COLUMNS, ImportOptions("calls", **settings))

    return import_rows


def test_every_import_has_a_list_of_rejects_of_its_own(deliver):
    january = deliver("january.csv", "01/01/2024,,,", "99/01/2024,,,").rejects_path
    february = deliver("february.csv", "01/02/2024,,,", "99/02/2024,,,").rejects_path
    assert january != february
    assert "99/01/2024" in january.read_text(encoding="utf-8-sig")
    assert "99/02/2024" in february.read_text(encoding="utf-8-sig")


def test_a_list_of_rejects_is_for_its_owner_alone(deliver):
    path = deliver("january.csv", "01/01/2024,,,", "99/01/2024,,,").rejects_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_file_again_has_the_same_list(deliver):
    rows = ("01/01/2024,,,", "99/01/2024,,,")
    first = deliver("january.csv", *rows).rejects_path
    assert deliver("january.csv", *rows, replace=True).rejects_path == first


def test_the_record_of_an_import_has_what_was_read_rejected_and_noted(incidents, deliver):
    deliver(
        "january.csv",
        "03/01/2024,545000,258000,2",
        "05/01/2024,999999,999999,",
        "04/01/2024,,,",
        "99/01/2024,,,1",
        "45292,,,1",
        "45293,,,1",
        "03/01/2024,,,-1",
    )
    [record] = incidents.imports("calls")
    [file] = record["files"]
    counts = ("read", "written", "rejected", "superseded", "not_located", "blank")
    assert [file[name] for name in counts] == [7, 3, 4, 0, 2, 0]
    assert (file["first"], file["last"]) == ("2024-01-03", "2024-01-05")
    reasons = {(group["column"], group["reason"][:30]): group["rows"]
               for group in record["rejected_for"]}  # fmt: skip
    assert reasons == {
        ("when", "names day 99 of a month of 31 "): 1,
        ("when", "looks like an Excel day number"): 2,
        ("harm", "is below 0"): 1,
    }
    assert "45292" not in str(record)
    assert record["findings"] == {
        "have a placeholder such as 0 or 999999 as both coordinates: counted as not located": 1,
        "have no weight: it is 1": 2,
    }
    assert record["repeated_ids"] == 0


def test_records_of_earlier_imports_stay_through_later_ones_and_new_titles(incidents, deliver):
    deliver("january.csv", "03/01/2024,,,")
    deliver("february.csv", "03/02/2024,,,", title="Calls of the year")
    deliver("february.csv", "04/02/2024,,,", replace=True)
    names = [file["name"] for record in incidents.imports("calls") for file in record["files"]]
    assert names == ["january.csv", "february.csv", "february.csv"]


def test_a_weight_of_0_counts_0_and_a_blank_one_1(incidents, deliver):
    summary = deliver("a.csv", "01/01/2024,,,0", "01/01/2024,,,", "01/01/2024,,,2.5")
    assert sorted(incidents.open("calls").weight.tolist()) == [0.0, 1.0, 2.5]
    assert any("1 rows have no weight: it is 1" in note for note in summary.notes)
