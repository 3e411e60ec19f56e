"""Events of series at rest."""

import datetime

import pyarrow as pa
import pytest

from service.store.errors import AlreadyImportedError, EventExistsError
from service.store.reference.events import Event, EventStore
from tests.service.store.rows import a_file

DAY = datetime.date


@pytest.fixture
def store(tmp_path):
    return EventStore(tmp_path / "events")


def rows(**columns):
    table = {
        "event_id": ["new-code", "lockdown"],
        "name": ["New code of robbery", "First lockdown"],
        "first_day": [DAY(2020, 4, 1), DAY(2020, 3, 23)],
        "last_day": pa.array([None, DAY(2020, 7, 4)], pa.date32()),
        "dataset": ["police", None],
        "category": ["robbery", None],
        "is_break": [True, False],
        **columns,
    }
    return pa.table(table)


YEAR = {"first": DAY(2020, 1, 1), "last": DAY(2020, 12, 31)}


def ids(store, dataset="police", **selection):
    events = store.applying(dataset, **{**YEAR, **selection})
    return [event.event_id for event in events]


def test_without_an_import_there_are_no_events(store):
    assert store.all() == ()
    assert store.version() is None


def test_events_come_back_by_their_first_day(store):
    store.append(rows(), file=a_file("f"), source="A force")
    assert store.all() == (
        Event(
            "lockdown",
            "First lockdown",
            DAY(2020, 3, 23),
            DAY(2020, 7, 4),
            source="A force",
        ),
        Event(
            "new-code",
            "New code of robbery",
            DAY(2020, 4, 1),
            dataset="police",
            category="robbery",
            is_break=True,
            source="A force",
        ),
    )


def test_the_source_of_a_row_stands_before_that_of_the_import(store):
    store.append(rows(source=["Its own", None]), file=a_file("f"), source="A force")
    assert [event.source for event in store.all()] == ["A force", "Its own"]


def test_an_event_applies_to_its_dataset_categories_and_days(store):
    store.append(rows(), file=a_file("f"))
    assert ids(store) == ["lockdown", "new-code"]
    assert ids(store, dataset="fires") == ["lockdown"]
    assert ids(store, categories=["robbery", "theft"]) == ["lockdown", "new-code"]
    assert ids(store, categories=["theft"]) == ["lockdown"]
    assert ids(store, first=DAY(2020, 7, 4)) == ["lockdown"]
    assert ids(store, first=DAY(2020, 7, 5)) == []
    assert ids(store, last=DAY(2020, 3, 22)) == []


def test_a_break_of_some_time_ends_with_another():
    lockdown = Event("a", "A", DAY(2020, 3, 23), DAY(2020, 7, 4), is_break=True)
    assert lockdown.breaks() == (DAY(2020, 3, 23), DAY(2020, 7, 5))
    assert Event("b", "B", DAY(2020, 4, 1), is_break=True).breaks() == (DAY(2020, 4, 1),)
    assert Event("c", "C", DAY(2020, 4, 1)).breaks() == ()


def test_an_event_is_imported_once_unless_it_is_replaced(store):
    store.append(rows(), file=a_file("f"))
    with pytest.raises(AlreadyImportedError):
        store.append(rows(), file=a_file("f"))
    with pytest.raises(EventExistsError, match="lockdown, new-code"):
        store.append(rows(), file=a_file("g"))
    renamed = rows(name=["New code", "Lockdown"])
    assert store.append(renamed, file=a_file("g"), replace=True).rows_replaced == 2
    assert [event.name for event in store.all()] == ["Lockdown", "New code"]
