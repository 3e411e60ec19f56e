"""``hotspots import events``: from a file to the store."""

import datetime

import pytest

from service.imports.events import EventOptions, import_events
from service.store.errors import ImportRefusedError
from service.store.reference.events import EventStore

DAY = datetime.date
HEADER = "id,event,kind,from,to,dataset,category,subcategory,break"
LOCKDOWN = "l1,First lockdown,lockdown,2020-03-23,2020-07-04,,,,"
NEW_CODE = "r1,Arson moved,reclassification,2019-04,,police,damage,arson,Yes"
LENIENT = EventOptions(max_rejected_share=1.0)


@pytest.fixture
def events(tmp_path):
    return EventStore(tmp_path / "data" / "events")


@pytest.fixture
def write(tmp_path):
    def write_file(*rows, header=HEADER):
        path = tmp_path / "events.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write_file


def test_a_file_with_the_usual_names_needs_no_options(events, write):
    options = EventOptions(source="A force")
    summary = import_events(events, write(LOCKDOWN, NEW_CODE), options)
    assert (summary.read, summary.written, summary.rejected) == (2, 2, 0)
    assert summary.lines()[0] == ("events imported: events of series, 1 of them breaks, version 0")
    arson, lockdown = events.all()
    assert (arson.first_day, arson.last_day) == (DAY(2019, 4, 1), None)
    assert (arson.dataset, arson.category, arson.subcategory) == ("police", "damage", "arson")
    assert arson.is_break
    assert arson.source == "A force"
    assert not lockdown.is_break
    assert lockdown.last_day == DAY(2020, 7, 4)


def test_an_event_needs_a_name_and_a_date_only_and_a_month_has_all_its_days(events, write):
    path = write("Strike,02/2024,02/2024", header="name,date,to")
    import_events(events, path, EventOptions(date_form="uk"))
    (event,) = events.all()
    assert (event.event_id, event.first_day, event.last_day) == (
        "Strike",
        DAY(2024, 2, 1),
        DAY(2024, 2, 29),
    )


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("a,,,2020-01-01,,,,,", "event", "is blank"),
        ("a,A,,,,,,,", "from", "is blank"),
        ("a,A,,01/02/2020,,,,,", "from", "is not a date"),
        ("a,A,,2020-01-02,2020-01-01,,,,", "to", "is before from"),
        ("a,A,,2020-01-02,soon,,,,", "to", "is not a date"),
        ("a,A,,2020-01-02,,,,,perhaps", "break", "is not yes or no"),
        ("l1,Again,,2020-01-02,,,,,", "id", "is that of an earlier row"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_and_listed(events, write, row, column, reason):
    summary = import_events(events, write(LOCKDOWN, row), LENIENT)
    assert summary.written == 1
    assert reason in summary.rejects_path.read_text("utf-8-sig")
    assert {group.column for group in summary.rejected_for} == {column}


def test_a_file_without_dates_is_refused_with_its_columns(events, write):
    with pytest.raises(ImportRefusedError, match="its columns are: name, when"):
        import_events(events, write("A,2020-01-01", header="name,when"))


def test_what_will_never_be_seen_is_said(events, write):
    names = {"police": ("damage", "theft")}
    path = write(NEW_CODE + ",x", "b,B,,2020-01-01,,fires,,,no,y", header=HEADER + ",colour")
    summary = import_events(events, path, EventOptions(names=names.get))
    assert summary.notes == (
        "columns that are not used: colour",
        "dataset fires is not imported",
        "dataset police has no arson",
    )
