"""The tables of reference of the demonstration county: harm, flags, events, peers."""

import datetime
from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa

from service.demo.harm import published_harm
from service.demo.measures import peer_codes
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
    groups, source = demo_area_groups()
    append = partial(
        stores.area_groups.append,
        groups,
        file=source_file("area-groups", groups),
        source=source,
        licence=LICENCE,
        replace=True,
    )
    yield "writing groups of areas", append


def demo_area_groups() -> tuple[pa.Table, str]:
    """Rows of the table of groups, and their source, from ``area_groups.json``."""
    content = read_data("area_groups.json")
    names = content["areas"]
    columns = {
        "area_group": pa.repeat(content["group"], len(names)),
        "layer": pa.repeat(content["layer"], len(names)),
        "code": pa.array(peer_codes(len(names))),
        "name": pa.array(names),
    }
    return pa.table(columns), str(content["source"])


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
