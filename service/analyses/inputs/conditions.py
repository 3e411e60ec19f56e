"""What a filter asks of each incident besides period and category: who, what, at what hour."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.model.errors import UnknownValueError
from service.model.incident_filter import IncidentFilter
from service.store.incident_rows import PRECISIONS
from service.store.incidents import Incidents
from service.store.loaded_incidents import Attribute
from spatial.arrays import BoolArray, FloatArray, IntArray

AGE: Final = "age"
MARKER: Final = "marker"
_EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday; Monday is 0


@dataclass(frozen=True, eq=False)
class Condition:
    """One condition of a filter.

    Attributes
    ----------
    subject : str
        What it is about, as a noun.
    is_met : (n,) bool
        False for an incident of which it is not known.
    is_stated : (n,) bool
        Whether it is known of an incident.
    """

    subject: str
    is_met: BoolArray
    is_stated: BoolArray


def conditions_of(incidents: Incidents, incident_filter: IncidentFilter) -> Iterator[Condition]:
    """The conditions of a filter on further columns.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    incident_filter : IncidentFilter
        What is asked for.

    Yields
    ------
    Condition
        One for each column that the filter names.

    Raises
    ------
    UnknownAttributeError
        If the dataset has no such attribute, markers or ages.
    UnknownValueError
        If no incident has a value that is named; it lists those that there are.
    """
    if incident_filter.subcategories:
        column = Attribute("subcategory", incidents.subcategory, incidents.subcategories)
        yield _any_of(incidents, column, incident_filter.subcategories)
    for name, values in incident_filter.values_of_attributes().items():
        yield _any_of(incidents, incidents.attribute(name), tuple(values))
    if incident_filter.markers:
        yield _marked(incidents, incident_filter.markers)
    if incident_filter.ages is not None:
        first, last = incident_filter.ages.first, incident_filter.ages.last
        ages = np.floor(numbers(incidents.attribute(AGE)))
        is_met = (ages >= first) & (ages <= (math.inf if last is None else last))
        yield Condition("age", is_met, np.isfinite(ages))
    if incident_filter.hours is not None:
        hours = hour(incidents)
        first, last = incident_filter.hours.first, incident_filter.hours.last
        is_met = (hours >= first) & (hours < last)
        if incident_filter.hours.is_past_midnight:
            is_met = (hours >= first) | (hours < last)
        is_stated = incidents.precision == PRECISIONS.index("minute")
        yield Condition("time of day", is_met & is_stated, is_stated)
    if incident_filter.weekdays:
        is_stated = incidents.precision != PRECISIONS.index("month")
        is_met = np.isin(weekday(incidents, incident_filter), incident_filter.weekdays)
        yield Condition("day", is_met & is_stated, is_stated)


def covered_day(incidents: Incidents, incident_filter: IncidentFilter) -> IntArray:
    """The day of each incident; of hours past midnight that on which they begin.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    incident_filter : IncidentFilter
        Its hours say whether a day goes on after midnight.

    Returns
    -------
    (n,) int64
        Days since 1970; of a month alone it means nothing.
    """
    day = incidents.occurred.astype("datetime64[D]").astype(np.int64)
    hours = incident_filter.hours
    if hours is not None and hours.is_past_midnight:
        day = day - (hour(incidents) < hours.last)
    return np.asarray(day, np.int64)


def weekday(incidents: Incidents, incident_filter: IncidentFilter) -> IntArray:
    """The day of the week of each incident; of hours past midnight that on which they begin.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    incident_filter : IncidentFilter
        Its hours say whether a day goes on after midnight.

    Returns
    -------
    (n,) int64
        From 0 for Monday; of a month alone it means nothing.
    """
    return np.asarray((covered_day(incidents, incident_filter) + _EPOCH_WEEKDAY) % 7, np.int64)


def hour(incidents: Incidents) -> IntArray:
    """The hour of the day of each incident.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.

    Returns
    -------
    (n,) int64
        From 0 to 23; of what is known to the day or month it means nothing.
    """
    return incidents.occurred.astype("datetime64[h]").astype(np.int64) % 24


def _any_of(incidents: Incidents, column: Attribute, texts: tuple[str, ...]) -> Condition:
    """Whether a column has one of some values."""
    for text in texts:
        if not any(_is_written(value, text) for value in column.values):
            values = tuple(str(value) for value in column.values)
            raise UnknownValueError(incidents.dataset, column.name, text, values)
    return _condition(
        column.name, column, lambda value: any(_is_written(value, text) for text in texts)
    )


def _marked(incidents: Incidents, markers: tuple[str, ...]) -> Condition:
    """Whether an incident has one of some markers, of which a value may hold several."""
    column = incidents.attribute(MARKER)
    known = sorted({part for value in column.values for part in markers_of(value)})
    unknown = [marker for marker in markers if marker not in known]
    if unknown:
        raise UnknownValueError(incidents.dataset, MARKER, unknown[0], tuple(known))
    return _condition(MARKER, column, lambda value: not markers_of(value).isdisjoint(markers))


def _condition(subject: str, column: Attribute, is_met: Callable[[Any], bool]) -> Condition:
    """A condition on the values of a column."""
    of_value = np.array([*(is_met(value) for value in column.values), False], dtype=np.bool_)
    return Condition(subject, of_value[column.codes], column.codes >= 0)


def markers_of(value: object) -> set[str]:
    """The markers that stand in one value.

    Parameters
    ----------
    value : object
        Text with semicolons between markers.

    Returns
    -------
    set of str
        Without spaces around them.
    """
    return {part.strip() for part in str(value).split(";")} - {""}


def _is_written(value: Any, text: str) -> bool:
    """Whether a text is a value: numbers may be written in several ways, text in one."""
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    return _number(text) == value if isinstance(value, int | float) else text == value


def _number(value: Any) -> float:
    """The number that a value is; NaN where it is none."""
    try:
        number = float(value)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def numbers(column: Attribute) -> FloatArray:
    """The numbers of a column.

    Parameters
    ----------
    column : Attribute
        Of numbers, or of text that may be some.

    Returns
    -------
    (n,) float64
        NaN where it has none.
    """
    return np.array([*(_number(value) for value in column.values), math.nan])[column.codes]
