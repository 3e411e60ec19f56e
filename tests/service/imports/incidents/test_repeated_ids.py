"""Ids that more than one row has: kept and counted, refused, or left to the last row."""

import pyarrow as pa
import pytest

from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.store.errors import AlreadyImportedError, DatasetSettingsError, ImportRefusedError
from service.store.source_files import SourceFile

COLUMNS = IncidentColumns(time="when", incident_id="ref", attributes={"status": "status"})
HEADER = "ref,when,status"


@pytest.fixture
def deliver(incidents, tmp_path):
    """Imports a delivery of rows into one dataset."""

    def import_rows(name, *rows, header=HEADER, columns=COLUMNS, **options):
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return import_csv(incidents, [path], columns, ImportOptions("calls", **options))

    return import_rows


def year_to_date(months, status):
    return [f"C{m}-{k},2024-{m:02d}-{k + 1:02d},{status}" for m in months for k in range(5)]


def rows_by_id(incidents):
    return {row["incident_id"]: row for row in incidents.open("calls").rows().to_pylist()}


def test_deliveries_of_the_year_to_date_count_each_incident_once_if_they_replace(
    incidents, deliver
):
    deliver("march.csv", *year_to_date([1, 2, 3], "open"), on_repeat="replace")
    summary = deliver("april.csv", *year_to_date([1, 2, 3, 4], "closed"), on_repeat="replace")
    assert (summary.written, summary.replaced) == (20, 15)
    stored = incidents.open("calls")
    assert len(stored) == 20
    assert stored.repeated_ids == 0
    assert {row["status"] for row in rows_by_id(incidents).values()} == {"closed"}


def test_by_default_all_are_kept_and_the_number_stays_with_the_dataset(incidents, deliver):
    deliver("march.csv", *year_to_date([1, 2, 3], "open"))
    summary = deliver("april.csv", *year_to_date([1, 2, 3, 4], "closed"))
    assert summary.written == 20
    assert any("15 incident ids occur more than once" in line for line in summary.lines())
    stored = incidents.open("calls")
    assert (len(stored), stored.repeated_ids) == (35, 15)
    deliver("may.csv", "C5-1,2024-05-01,open")
    assert incidents.open("calls").repeated_ids == 15


def test_a_delivery_imported_again_repeats_nothing(incidents, deliver):
    rows = year_to_date([1], "open")
    deliver("january.csv", *rows)
    deliver("january.csv", *rows, replace=True)
    assert incidents.open("calls").repeated_ids == 0


def test_a_corrected_delivery_replaces_its_rows_and_those_with_its_ids(incidents, deliver):
    deliver("march.csv", *year_to_date([1, 2, 3], "open"), on_repeat="replace")
    deliver("april.csv", *year_to_date([3, 4], "open"), on_repeat="replace")
    corrected = year_to_date([2, 3], "closed")
    summary = deliver("april.csv", *corrected, replace=True, on_repeat="replace")
    assert summary.replaced == 15  # ten of the first April, five of February
    statuses = {key[:2]: row["status"] for key, row in rows_by_id(incidents).items()}
    assert statuses == {"C1": "open", "C2": "closed", "C3": "closed"}


def test_a_file_whose_rows_have_all_been_replaced_is_still_one_that_was_imported(deliver):
    march = year_to_date([1, 2, 3], "open")
    deliver("march.csv", *march, on_repeat="replace")
    deliver("april.csv", *year_to_date([1, 2, 3, 4], "closed"), on_repeat="replace")
    with pytest.raises(AlreadyImportedError, match=r"march\.csv"):
        deliver("march.csv", *march, on_repeat="replace")


def test_within_one_file_the_last_row_of_an_id_replaces_the_others(incidents, deliver):
    summary = deliver(
        "a.csv", "1,2024-01-01,open", "2,2024-01-02,open", ",2024-01-03,open",
        "1,2024-01-04,closed", ",2024-01-05,open", on_repeat="replace",
    )  # fmt: skip
    assert (summary.read, summary.written, summary.files[0].superseded) == (5, 4, 1)
    assert "1 rows left out for a later one with the same id" in summary.lines()
    assert rows_by_id(incidents)["1"]["status"] == "closed"
    assert len(incidents.open("calls")) == 4  # both rows without an id


def test_rows_with_and_without_an_attribute_replace_each_other(incidents, deliver):
    deliver("a.csv", "1,2024-01-01,open", "2,2024-01-02,open")
    plain = IncidentColumns(time="when", incident_id="ref")
    deliver("b.csv", "2,2024-02-02", header="ref,when", columns=plain, on_repeat="replace")
    assert {key: row["status"] for key, row in rows_by_id(incidents).items()} == {
        "1": "open", "2": None,
    }  # fmt: skip


def test_an_import_with_repeated_ids_can_be_refused(incidents, deliver):
    deliver("a.csv", "1,2024-01-01,open")
    with pytest.raises(ImportRefusedError, match=r"1 incident ids occur more than once.*refuse"):
        deliver("b.csv", "1,2024-01-02,open", "2,2024-01-03,open", on_repeat="refuse")
    assert len(incidents.open("calls")) == 1
    deliver("c.csv", "3,2024-01-02,open", on_repeat="refuse")
    assert len(incidents.open("calls")) == 2


@pytest.mark.parametrize("on_repeat", ["refuse", "replace"])
def test_rows_without_ids_cannot_be_told_apart_by_them(deliver, on_repeat):
    with pytest.raises(DatasetSettingsError, match="--id"):
        deliver(
            "a.csv", "1,2024-01-01,open", columns=IncidentColumns(time="when"),
            on_repeat=on_repeat,
        )  # fmt: skip


def test_rows_that_came_without_a_record_are_counted_too(incidents):
    rows = pa.table(
        {
            "incident_id": ["1", "1", "2", None, None],
            "occurred": pa.array([1_700_000_000] * 5, pa.timestamp("s")),
            "category": ["theft"] * 5,
        }
    )
    incidents.append("calls", rows, files=[SourceFile.of("a.csv", b"a")])
    assert incidents.open("calls").repeated_ids == 1
