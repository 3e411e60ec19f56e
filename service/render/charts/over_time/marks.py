"""Events and breaks of a series, from the provenance of its table."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.model.answers import Table
from service.render.charts.captions import in_words
from service.render.charts.over_time.lines import Mark
from service.render.charts.over_time.series import Steps


def marks_of(table: Table, steps: Steps, ends: Sequence[str]) -> tuple[list[Mark], list[str]]:
    """The events within the steps, numbered, and what each number is.

    Parameters
    ----------
    table : Table
        Whose provenance names events.
    steps : Steps
        In their order.
    ends : sequence of str
        The first day (ISO) of each step.

    Returns
    -------
    (list of Mark, list of str)
        In the order of their days; and a sentence with all of them, or none.
    """
    events = table.provenance.sources.get("events")
    if not isinstance(events, Sequence) or not steps.keys:
        return [], []
    marks: list[Mark] = []
    names: list[str] = []
    for event in sorted(filter(_is_event, events), key=lambda event: str(event["first_day"])):
        first, last = str(event["first_day"]), str(event.get("last_day") or event["first_day"])
        begin, end = _step_of(first, ends), _step_of(last, ends)
        if end is None:
            continue
        keys = steps.keys[begin or 0], steps.keys[end]
        if steps.is_dated:  # days have places of their own on an axis of time
            keys = max(first, steps.keys[0]), last if last > first else max(first, steps.keys[0])
        number = len(marks) + 1
        is_break = bool(event.get("is_break"))
        marks.append(Mark(*keys, number, is_break))
        days = first if last == first else f"{first} to {last}"
        broken = "; counts before and after are not alike" if is_break else ""
        name = event.get("name") or event.get("kind")
        names.append(f"{number} {name} ({in_words(days)}){broken}")
    return marks, [f"{'. '.join(names)}."] if names else []


def _is_event(event: Any) -> bool:
    return isinstance(event, Mapping) and bool(event.get("first_day"))


def _step_of(day: str, ends: Sequence[str]) -> int | None:
    """The step that a day is in or after; None before the first."""
    steps = [at for at, first in enumerate(ends) if first <= day]
    return steps[-1] if steps else None
