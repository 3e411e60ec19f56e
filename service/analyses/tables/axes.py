"""What the rows and columns of a cross-table are of: the key of each incident, and of each day."""

import calendar
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.inputs.conditions import AGE, MARKER, hour, markers_of, numbers, weekday
from service.analyses.inputs.placement import Placement
from service.analyses.inputs.selection import Selection
from service.coverage.calendar import MONTHS, Calendar, Days
from service.model.incident_filter import WEEKDAYS, Ages
from service.queries.tables.crosstabs import AxisName
from service.store.incident_rows import PRECISIONS
from service.store.loaded_incidents import Attribute
from spatial.arrays import BoolArray, IntArray

NOT_RECORDED: Final = "not recorded"
OTHER_AGES: Final = "other ages"
OUTSIDE: Final = "outside"
NOT_LOCATED: Final = "not located"
DAY_NAMES: Final = tuple(calendar.day_name)

KeyOfDay = Callable[[Days], IntArray]


@dataclass(frozen=True, eq=False)
class Axis:
    """The keys of an axis, and which incident has which.

    Attributes
    ----------
    keys, names : tuple of str
        In their order.
    incident, key : (m,) int64
        Pairs of a selected incident and the position of its key. An incident has one key; of
        markers it may have several.
    key_of_day : callable or None
        The position of the key of each of some days; None where every key has all days.
    first_days : (keys + 1,) datetime64[D] or None
        First day of each step of the calendar, and of the step after the last.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    incident: IntArray
    key: IntArray
    key_of_day: KeyOfDay | None = None
    first_days: Days | None = None

    @property
    def length(self) -> IntArray | None:
        """(keys,) days of each step of the calendar."""
        return None if self.first_days is None else np.diff(self.first_days).astype(np.int64)


def axis_of(selection: Selection, name: AxisName) -> Axis:
    """An axis of what the incidents themselves state.

    Parameters
    ----------
    selection : Selection
        The incidents to count.
    name : AxisName
        Any but a layer.

    Returns
    -------
    Axis
        With a key for what is not recorded, where that is of any incident.

    Raises
    ------
    UnknownAttributeError
        If the dataset has no such attribute, no markers or no ages.
    """
    incidents = selection.incidents
    if name.kind == "category":
        return _of_codes(selection, incidents.category, incidents.categories)
    if name.kind == "subcategory":
        return _of_codes(selection, incidents.subcategory, incidents.subcategories)
    if name.kind == "attribute":
        column = incidents.attribute(name.argument)
        return _of_codes(selection, column.codes, tuple(str(value) for value in column.values))
    if name.kind == "marker":
        return _of_markers(selection, incidents.attribute(MARKER))
    if name.kind == "age":
        return _of_ages(selection, incidents.attribute(AGE), name.bands)
    if name.kind in ("weekday", "hour"):
        return _of_the_clock(selection, name.kind)
    return _of_the_calendar(selection, name)


def axis_of_areas(
    selection: Selection, placement: Placement, layer: Layer, in_scope: BoolArray
) -> Axis:
    """An axis of the areas of a layer, with what is outside it and what has no place.

    Parameters
    ----------
    selection : Selection
        The incidents to count.
    placement : Placement
        The area of each incident.
    layer : Layer
        The areas.
    in_scope : (areas,) bool
        Those that have a key whether they have incidents or not.

    Returns
    -------
    Axis
        The areas in the order of their codes.
    """
    area = placement.area.astype(np.int64)
    outside = np.where(selection.incidents.located, len(layer), len(layer) + 1)
    position = np.where(area >= 0, area, outside)
    keys, names = (*layer.codes, OUTSIDE, NOT_LOCATED), (*layer.names, "Outside", "Not located")
    return _used(selection, keys, names, position, always=in_scope)


def _of_codes(selection: Selection, codes: NDArray[np.int32], values: tuple[str, ...]) -> Axis:
    """An axis of a column's values, in their order."""
    position = np.where(codes < 0, len(values), codes).astype(np.int64)
    keys = (*values, NOT_RECORDED)
    return _used(selection, keys, keys, position, always=np.zeros(0, np.bool_))


def _of_markers(selection: Selection, column: Attribute) -> Axis:
    """An axis of markers: an incident stands at each that it has."""
    markers = [markers_of(value) for value in column.values]
    keys = sorted(set().union(*markers)) if markers else []
    incident = np.flatnonzero(selection.mask)
    codes = column.codes[incident]
    has_key = [[k for k, parts in enumerate(markers) if key in parts] for key in keys]
    pairs = [(incident[np.isin(codes, values)], k) for k, values in enumerate(has_key)]
    pairs.append((incident[codes < 0], len(keys)))
    used = [(rows, position) for rows, position in pairs if len(rows)]
    names = tuple((*keys, NOT_RECORDED)[position] for _, position in used)
    return Axis(
        names,
        names,
        np.concatenate([rows for rows, _ in used]) if used else np.zeros(0, np.int64),
        np.concatenate([np.full(len(rows), k) for k, (rows, _) in enumerate(used)])
        if used
        else np.zeros(0, np.int64),
    )


def _of_ages(selection: Selection, column: Attribute, bands: tuple[Ages, ...]) -> Axis:
    """An axis of bands of ages."""
    ages = np.floor(numbers(column))
    position = np.full(len(ages), len(bands), np.int64)
    position[~np.isfinite(ages)] = len(bands) + 1
    for k, band in enumerate(bands):
        last = math.inf if band.last is None else band.last
        position[(ages >= band.first) & (ages <= last)] = k
    keys = (*map(str, bands), OTHER_AGES, NOT_RECORDED)
    return _used(selection, keys, keys, position, always=np.ones(len(bands), np.bool_))


def _of_the_clock(selection: Selection, kind: str) -> Axis:
    """An axis of the days of the week or the hours of the day."""
    incidents = selection.incidents
    if kind == "hour":
        keys = tuple(f"{k:02d}" for k in range(24))
        names = tuple(f"{k:02d}:00 to {k + 1:02d}:00" for k in range(24))
        position, is_stated = hour(incidents), incidents.precision == PRECISIONS.index("minute")
    else:
        keys, names = WEEKDAYS, DAY_NAMES
        position = weekday(incidents, selection.filter)
        is_stated = incidents.precision != PRECISIONS.index("month")
    position = np.where(is_stated, position, len(keys))
    all_keys, all_names = (*keys, NOT_RECORDED), (*names, NOT_RECORDED)
    return _used(selection, all_keys, all_names, position, always=np.ones(len(keys), np.bool_))


def _of_the_calendar(selection: Selection, name: AxisName) -> Axis:
    """An axis of years, quarters or months of the period, those without an incident too."""
    first_days = None
    if name.kind == "month-of-year":
        keys, names, key_of_day = tuple(f"{k:02d}" for k in range(1, 13)), MONTHS, _month_of_year
    else:
        first_day, last_day = selection.days()
        steps = Calendar.of(str(name))
        ends = steps.number_of(np.array([first_day, last_day], "datetime64[D]"))
        numbers = np.arange(ends[0], ends[1] + 2)
        first_days = steps.first_day_of(numbers)
        keys = tuple(steps.key_of(number) for number in numbers[:-1].tolist())
        names = tuple(steps.name_of(number) for number in numbers[:-1].tolist())

        def key_of_day(days: Days) -> IntArray:
            return steps.number_of(days) - int(ends[0])

    incident = np.flatnonzero(selection.mask)
    days = selection.incidents.occurred[incident].astype("datetime64[D]")
    return Axis(keys, names, incident, key_of_day(days), key_of_day, first_days)


def _month_of_year(days: Days) -> IntArray:
    return days.astype("datetime64[M]").astype(np.int64) % 12


def _used(
    selection: Selection,
    keys: Sequence[str],
    names: Sequence[str],
    position: IntArray,
    *,
    always: BoolArray,
) -> Axis:
    """An axis of the keys that an incident has, and of the first ones those marked."""
    incident = np.flatnonzero(selection.mask)
    used = np.bincount(position[incident], minlength=len(keys)) > 0
    used[: len(always)] |= always
    number = np.cumsum(used) - 1
    axis_keys = tuple(key for key, is_used in zip(keys, used, strict=True) if is_used)
    axis_names = tuple(name for name, is_used in zip(names, used, strict=True) if is_used)
    return Axis(axis_keys, axis_names, incident, number[position[incident]])
