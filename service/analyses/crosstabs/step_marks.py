"""What a reader must know of the steps of a cross-table: no data, a part of it, events."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from service.analyses.crosstabs.side_by_side import positions
from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import Axis
from service.analyses.tables.cells import covered_days_of
from service.coverage.spans import listed
from service.model.incident_filter import IncidentFilter
from service.store.reference.events import Event, EventStore
from spatial.arrays import AnyArray

MOST_NAMED: Final = 12


@dataclass(frozen=True, eq=False)
class StepMarks:
    """The steps of an axis.

    Attributes
    ----------
    axis : Axis
        With steps of the calendar, or none.
    covered : (keys,) int64
        Days that the data cover of each step; empty without steps.
    events : tuple of Event
        Those of the period.
    selected : IncidentFilter
        The filter of the incidents.
    """

    axis: Axis
    covered: AnyArray
    events: tuple[Event, ...]
    selected: IncidentFilter

    def on(self, axis: Axis) -> "StepMarks":
        """The marks on an axis with further steps.

        Parameters
        ----------
        axis : Axis
            Of the table.

        Returns
        -------
        StepMarks
            Of a step that the dataset does not have: no day is covered.
        """
        if not self.has_steps or axis.keys == self.axis.keys:
            return replace(self, axis=axis)
        covered = np.append(self.covered, 0)[positions(self.axis, axis.keys)]
        return replace(self, axis=axis, covered=covered)

    @property
    def has_steps(self) -> bool:
        """Whether the axis is of the calendar."""
        return self.axis.first_days is not None

    @property
    def is_part(self) -> AnyArray:
        """(keys,) Whether the data cover a step in part."""
        length = self.axis.length
        if length is None:
            return np.zeros(len(self.axis.keys), np.bool_)
        return (self.covered > 0) & (self.covered < length)

    @property
    def event_texts(self) -> AnyArray:
        """(keys,) The events of each step; None where there is none."""
        texts: AnyArray = np.full(len(self.axis.keys), None, dtype=object)
        first_days = self.axis.first_days
        if first_days is None:
            return texts
        days = first_days.tolist()
        for k in range(len(texts)):
            last = (first_days[k + 1] - 1).tolist()
            names = [_text(event) for event in self.events if event.overlaps(days[k], last)]
            texts[k] = "; ".join(names) or None
        return texts

    @property
    def has_break(self) -> AnyArray:
        """(keys,) Whether a step, or a part of it, cannot be compared with the one before.

        An event of one category breaks no series of several.
        """
        marks = np.zeros(len(self.axis.keys), np.bool_)
        if self.axis.first_days is not None:
            for event in self.events:
                for day in event.breaks() if _is_of(event, self.selected) else ():
                    step = np.searchsorted(self.axis.first_days, np.datetime64(day), "right") - 1
                    if 0 <= step < len(marks):
                        marks[step] = True
        return marks

    def labels(self, *, is_projected: bool) -> list[str]:
        """The keys, with what is to be known of each.

        Parameters
        ----------
        is_projected : bool
            Whether the steps covered in part are projected.

        Returns
        -------
        list of str
            Such as ``2019-20 (part)``.
        """
        part = "projected" if is_projected else "part"
        labels = []
        for key, in_part, breaks in zip(
            self.axis.keys, self.is_part.tolist(), self.has_break.tolist(), strict=True
        ):
            marks = [mark for mark, is_so in ((part, in_part), ("break", breaks)) if is_so]
            labels.append(f"{key} ({', '.join(marks)})" if marks else key)
        return labels

    def notes(self) -> tuple[str, ...]:
        """Steps without data and in part.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        length = self.axis.length
        if length is None:
            return ()
        steps = list(zip(self.axis.keys, self.covered.tolist(), length.tolist(), strict=True))
        empty = [key for key, number, _ in steps if not number]
        partial = [f"{key} ({n} of {days} days)" for key, n, days in steps if 0 < n < days]
        notes = []
        if empty:
            notes.append(f"No data, which is not zero: {listed(empty, most=MOST_NAMED)}.")
        if partial:
            notes.append(f"Covered in part: {listed(partial, most=MOST_NAMED)}.")
        return tuple(notes)


def step_marks(selection: Selection, axis: Axis, events: Sequence[Event]) -> StepMarks:
    """The marks of the steps of an axis.

    Parameters
    ----------
    selection : Selection
        The incidents.
    axis : Axis
        Of the same selection.
    events : sequence of Event
        Of the period.

    Returns
    -------
    StepMarks
        Of an axis without steps: none.
    """
    if axis.key_of_day is None or axis.first_days is None:
        return StepMarks(axis, np.zeros(0, np.int64), (), selection.filter)
    days = axis.key_of_day(covered_days_of(selection))
    covered = np.bincount(days, minlength=len(axis.keys))
    return StepMarks(axis, covered, tuple(events), selection.filter)


def events_of(store: EventStore, selection: Selection) -> tuple[Event, ...]:
    """The events of the incidents and the period of a selection.

    Parameters
    ----------
    store : EventStore
        The imported events.
    selection : Selection
        The incidents.

    Returns
    -------
    tuple of Event
        By first day.
    """
    first, last = selection.days()
    return store.applying(
        selection.incidents.dataset,
        first=first,
        last=last,
        categories=selection.filter.categories,
        subcategories=selection.filter.subcategories,
    )


def event_notes(events: Sequence[Event]) -> tuple[str, ...]:
    """What the events of a period are.

    Parameters
    ----------
    events : sequence of Event
        In order.

    Returns
    -------
    tuple of str
        Full sentences.
    """
    return tuple(
        f"{event.label()}: a break, before and after which counts cannot be compared."
        if event.is_break
        else f"{event.label()}."
        for event in events
    )


def _is_of(event: Event, selected: IncidentFilter) -> bool:
    """Whether an event is of all that is selected."""
    pairs = (
        (event.category, selected.categories),
        (event.subcategory, selected.subcategories),
    )
    return all(not name or names == (name,) for name, names in pairs)


def _text(event: Event) -> str:
    """An event for the cell of a table: whether it is a break, and of what."""
    subject = " ".join(filter(None, (event.category, event.subcategory)))
    marks = ", ".join(filter(None, ("break" if event.is_break else "", subject)))
    return f"{event.name} ({marks})" if marks else event.name
