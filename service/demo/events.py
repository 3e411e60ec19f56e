"""Events that explain the series of the demonstration county."""

import datetime

import pyarrow as pa

from service.demo.places.gazetteer import read_data


def demo_events() -> tuple[pa.Table, str]:
    """Rows of the table of events, and their source, from ``events.json``."""
    content = read_data("events.json")
    events = [
        event
        | {
            name: datetime.date.fromisoformat(event[name]) if name in event else None
            for name in ("first_day", "last_day")
        }
        for event in content["events"]
    ]
    names = (
        "event_id",
        "name",
        "kind",
        "first_day",
        "last_day",
        "dataset",
        "category",
        "is_break",
    )
    columns = {name: [event.get(name) for event in events] for name in names}
    return pa.table(columns), str(content["source"])
