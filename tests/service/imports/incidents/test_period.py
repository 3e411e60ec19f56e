"""What an import finds out about its period, says of it, and keeps."""

import datetime
from pathlib import Path

import pytest

from service.coverage.spans import Span
from service.imports.files.summary import ImportSummary
from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.imports.incidents.period import ImportPeriod
from service.store.incidents import IncidentStore

COLUMNS = IncidentColumns(time="when")
TODAY = datetime.date(2025, 1, 31)


@pytest.fixture
def bring(tmp_path: Path, incidents: IncidentStore):
    """Imports dates, each with a number of records, from a file of their own."""

    def import_dates(*counts: tuple[str, int], name: str = "a.csv", **options) -> ImportSummary:
        path = tmp_path / name
        lines = [text for text, count in counts for _ in range(count)]
        path.write_text("\n".join(["when", *lines]) + "\n")
        replace = options.pop("replace", False)
        period = ImportPeriod(**{"today": TODAY, **options})
        return import_csv(
            incidents, [path], COLUMNS, ImportOptions("calls", period=period, replace=replace)
        )

    return import_dates


def covered(incidents: IncidentStore) -> str:
    return str(incidents.open("calls").coverage)


def months(*, without: tuple[int, ...] = (), count: int = 20) -> list[tuple[str, int]]:
    return [(f"2024-{m:02}-15", count) for m in range(1, 13) if m not in without]


def span(text: str) -> Span:
    return Span.from_text(text)


def test_a_placeholder_date_and_one_in_the_future_are_named_and_stretch_nothing(bring, incidents):
    summary = bring(*months(), ("1900-01-01", 1), ("2042-03-05", 1), ("2025-02-01", 2))
    assert covered(incidents).startswith("2024-01")
    assert incidents.open("calls").coverage.whole.last.year == 2024
    text = "\n".join(summary.lines())
    assert "3 records are dated after today" in text
    assert "2042-03-05 (a.csv row 243)" in text
    assert "1 record is dated to days not covered" in text
    assert "1900-01-01 (a.csv row 242)" in text


def test_months_without_a_record_are_no_data_until_they_are_stated(bring, incidents):
    summary = bring(*months(without=(5, 6)))
    assert "NO DATA for 2024-05 to 2024-06" in "\n".join(summary.lines())
    assert incidents.open("calls").coverage.basis == "records"
    assert not incidents.open("calls").coverage.within(span("2024-05..2024-06"))
    bring(*months(without=(5, 6)), covers=(span("2024-01..2024-12"),), replace=True)
    assert covered(incidents) == "2024-01 to 2024-12"
    assert incidents.open("calls").coverage.basis == "stated"


def test_what_is_stated_may_be_less_than_the_records(bring, incidents):
    summary = bring(*months(), covers=(span("2024-01..2024-02"), span("2024-11")))
    assert covered(incidents) == "2024-01 to 2024-02, 2024-11"
    assert "180 records are dated to days not covered" in "\n".join(summary.lines())


def test_later_files_add_what_they_cover(bring, incidents):
    bring(("2024-01-15", 20), covers=(span("2024-01"),))
    bring(("2024-03-15", 20), name="b.csv", covers=(span("2024-03"),))
    assert covered(incidents) == "2024-01, 2024-03"


def test_rows_outside_the_bounds_are_left_out_and_counted(bring, incidents):
    summary = bring(*months(), bounds=span("2024-03..2024-06"))
    assert (summary.read, summary.written, summary.rejected) == (240, 80, 0)
    assert summary.files[0].left_out == 160
    assert "160 rows before --from or after --to left out" in summary.lines()
    assert len(incidents.open("calls")) == 80


def test_a_month_counts_as_inside_only_where_all_of_it_is(bring):
    summary = bring(("2024-03", 5), ("2024-04", 7), bounds=span("2024-03-02..2024-04-30"))
    assert summary.written == 7


def test_the_day_of_the_latest_import_tells_which_records_are_in_the_future(bring, incidents):
    bring(*months(), ("2042-03-05", 1))
    later = datetime.date(2025, 7, 31)
    bring(*((f"2025-{m:02}-15", 20) for m in range(1, 7)), name="b.csv", today=later)
    assert incidents.open("calls").coverage.whole.last.isoformat()[:7] == "2025-06"
