"""The latest time at which an incident may have happened, as an import reads and keeps it."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.store.errors import DatasetSettingsError, ImportRefusedError
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import world

OPTIONS = ImportOptions("thefts", max_rejected_share=1.0)
COLUMNS = IncidentColumns(time="from", until="to")


@pytest.fixture
def store(tmp_path):
    return IncidentStore(tmp_path / "incidents", crs=world.CRS)


@pytest.fixture
def imported(store, tmp_path):
    """Imports a file of some rows, and gives the summary and the latest times by row."""

    def run(*rows, header="from,to", columns=COLUMNS, options=OPTIONS):
        path = tmp_path / "thefts.csv"
        path.write_text("\n".join((header, *rows)), encoding="utf-8")
        summary = import_csv(store, [path], columns, options)
        at_rest = store.open("thefts").rows().sort_by("source_row").to_pylist()
        return summary, [row.get("occurred_to") for row in at_rest]

    return run


def test_the_latest_time_is_kept_and_is_no_attribute(store, imported):
    _, latest = imported("2024-01-05 22:00,2024-01-06 07:30", "2024-01-05 10:00,")
    assert latest == [datetime.datetime(2024, 1, 6, 7, 30), None]  # noqa: DTZ001
    incidents = store.open("thefts")
    assert incidents.attributes == ()
    assert sorted(map(str, incidents.occurred_to)) == ["2024-01-06T07:30", "NaT"]


def test_what_is_odd_of_a_latest_time_is_counted_and_said(imported):
    summary, latest = imported(
        "2024-01-05 22:00,",
        "2024-01-05 22:00,2024-01-06",
        "2024-01-05,2024-01-06 10:00",
        "2024-01-05 22:00,2024-01-05 21:59",
        "2024-01-05 22:00,2024-01-12 22:01",
        "2024-01-05 22:00,2024-01-12 22:00",
        "2024-01-05 22:00,soon",
    )
    assert [moment is not None for moment in latest] == [False, False, False, True, True, True]
    notes = " ".join(summary.notes)
    for text in (
        "1 rows have no latest time", "2 rows know a time to the day or month only",
        "1 rows end before they begin", "1 rows are longer than a week",
    ):  # fmt: skip
        assert text in notes
    assert summary.rejected == 1


def test_the_latest_time_may_be_in_two_columns(imported):
    columns = IncidentColumns(
        time="day", time_of_day="clock", until="last", until_time_of_day="last_clock",
        date_form="uk",
    )  # fmt: skip
    _, latest = imported(
        "05/01/2024,22:00,06/01/2024,07:30", "05/01/2024,22:00,06/01/2024,",
        header="day,clock,last,last_clock", columns=columns,
    )  # fmt: skip
    assert latest == [datetime.datetime(2024, 1, 6, 7, 30), None]  # noqa: DTZ001


def test_latest_times_that_are_all_midnight_are_days(imported):
    rows = [f"2024-01-{day:02d} 10:07,2024-01-{day + 1:02d} 00:00" for day in range(1, 25)]
    summary, latest = imported(*rows)
    assert latest == [None] * 24
    assert any("every time in to is midnight" in note for note in summary.notes)


def test_a_column_that_is_missing_or_alone_is_refused(imported):
    with pytest.raises(ImportRefusedError, match="--until names column 'end'"):
        imported("2024-01-05,", columns=IncidentColumns(time="from", until="end"))
    alone = IncidentColumns(time="from", until_time_of_day="to")
    with pytest.raises(DatasetSettingsError, match="given with --until"):
        imported("2024-01-05,", columns=alone)
    named = IncidentColumns(time="from", attributes={"occurred_to": "to"})
    with pytest.raises(DatasetSettingsError, match="no column of the table"):
        imported("2024-01-05,", columns=named)


def test_a_dataset_without_latest_times_opens_and_takes_some_later(store, imported):
    rows = pa.table({"occurred": [datetime.datetime(2024, 1, 1)], "category": ["a"]})  # noqa: DTZ001
    store.append("thefts", rows, files=[SourceFile.of("old.csv", b"old")])
    assert np.isnat(store.open("thefts").occurred_to).all()
    imported("2024-01-05 22:00,2024-01-06 07:30")
    assert np.isnat(store.open("thefts").occurred_to).sum() == 1
