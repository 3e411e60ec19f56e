"""The tables of reference of the demonstration county: harm, rules of flags and events."""

import datetime
from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa

from service.demo.harm import published_harm
from service.demo.places.gazetteer import read_data
from service.demo.places.geography import LICENCE
from service.demo.stores import DemoStores, source_file
from service.demo.vulnerability import shipped_rules
from service.store.source_files import SourceFile


def reference_steps(stores: DemoStores) -> Iterator[tuple[str, Callable[[], object]]]:
    """The writing steps, each with what it does in words."""
    harm = published_harm()
    append: Callable[[], object] = partial(
        stores.harm_indices.append,
        harm.index_id,
        harm.rows,
        file=source_file("harm-index", harm.rows),
        matched_on="attribute:offence",
        source=harm.source,
        licence=harm.licence,
        replace=True,
    )
    yield "writing the harm index", append
    for rules in shipped_rules():
        file = SourceFile.of(f"demo-{rules.rules_id}", rules.document.encode())
        append = partial(stores.flag_rules.append, rules, file=file, replace=True)
        yield f"writing the rules {rules.rules_id}", append
    events, source = demo_events()
    append = partial(
        stores.events.append,
        events,
        file=source_file("events", events),
        source=source,
        licence=LICENCE,
        replace=True,
    )
    yield "writing events", append


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
