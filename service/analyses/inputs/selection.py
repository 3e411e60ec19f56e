"""Selects the incidents of a dataset version that pass a filter."""

import calendar
import datetime
from dataclasses import dataclass

import numpy as np

from service.model.errors import CutMonthError, UnknownCategoryError
from service.model.incident_filter import IncidentFilter, Moment
from service.store.incident_rows import PRECISIONS
from service.store.incidents import Incidents
from spatial.arrays import BoolArray
from spatial.errors import InvalidParameterError

_MONTH_ONLY = PRECISIONS.index("month")


@dataclass(frozen=True, eq=False)
class Selection:
    """Selected incidents of one dataset version.

    Attributes
    ----------
    incidents : Incidents
        The version of the dataset.
    filter : IncidentFilter
        The filter that selected them.
    mask : (n,) bool
        True for each incident that passes the filter, located or not.
    """

    incidents: Incidents
    filter: IncidentFilter
    mask: BoolArray

    @property
    def records(self) -> int:
        """Number of incidents selected."""
        return int(np.count_nonzero(self.mask))

    @property
    def located(self) -> int:
        """Number of selected incidents that have coordinates."""
        return int(np.count_nonzero(self.mask & self.incidents.located))

    @property
    def largest_weight(self) -> float:
        """The largest weight of a selected incident; 0 where none is selected."""
        return float(self.incidents.weight[self.mask].max(initial=0.0))

    def years(self) -> float:
        """Length of the period in years of 365.25 days; see `days`.

        Returns
        -------
        float
            Above 0.
        """
        return self.length_days() / 365.25

    def length_days(self) -> float:
        """Length of the period in days: the exposure of its counts.

        Returns
        -------
        float
            At least 1.
        """
        first, last = self.days()
        return float((last - first).days + 1)

    def middle_year(self) -> float:
        """The middle of the period as a decimal year: 2019.5 is the middle of 2019.

        Returns
        -------
        float
            The decimal year.
        """
        first, last = self.days()
        middle = first + (last - first + datetime.timedelta(days=1)) / 2
        start = datetime.date(middle.year, 1, 1)
        length = (datetime.date(middle.year + 1, 1, 1) - start).days
        return middle.year + (middle - start).days / length

    def days(self) -> tuple[datetime.date, datetime.date]:
        """First and last day of the period, both inclusive.

        An end that the filter leaves open is that of all records of the dataset, widened to whole
        months if any record is dated to the month only. A category that happens to start late
        therefore does not have a shorter period.

        Returns
        -------
        first_day, last_day : datetime.date
            Both inclusive.
        """
        occurred = self.incidents.occurred
        first_day, last_day = _day(occurred.min()), _day(occurred.max())
        if bool((self.incidents.precision == _MONTH_ONLY).any()):
            first_day = first_day.replace(day=1)
            last_day = last_day.replace(day=calendar.monthrange(last_day.year, last_day.month)[1])
        start, end = self.filter.start, self.filter.end
        return (start.day if start else first_day, end.day if end else last_day)


def _day(moment: np.datetime64) -> datetime.date:
    """The calendar day of a moment."""
    return datetime.date.fromisoformat(str(moment)[:10])


def select(incidents: Incidents, incident_filter: IncidentFilter) -> Selection:
    """Select the incidents that pass a filter.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    incident_filter : IncidentFilter
        Categories and period.

    Returns
    -------
    Selection
        Its mask is read-only.

    Raises
    ------
    UnknownCategoryError
        If the dataset has no such category.
    CutMonthError
        If an end of the period falls inside a month for which some of the records state the month
        only.
    InvalidParameterError
        If only one end is set and lies beyond the other end of the records.
    """
    mask = np.ones(len(incidents.occurred), dtype=np.bool_)
    if incident_filter.categories:
        mask &= _of_categories(incidents, incident_filter.categories)
    if incident_filter.start is not None:
        _refuse_cut_month(incidents, mask, incident_filter.start, end=False)
        mask &= incidents.occurred >= np.datetime64(incident_filter.start.day, "m")
    if incident_filter.end is not None:
        _refuse_cut_month(incidents, mask, incident_filter.end, end=True)
        # In numpy, because the day after 9999-12-31 is none of the calendar's.
        mask &= incidents.occurred < np.datetime64(incident_filter.end.day, "D") + np.timedelta64(
            1, "D"
        )
    mask.flags.writeable = False
    selection = Selection(incidents, incident_filter, mask)
    _refuse_reversed(selection)
    return selection


def _of_categories(incidents: Incidents, categories: tuple[str, ...]) -> BoolArray:
    """(n,) True where the category is one of the named ones."""
    lookup = np.zeros(len(incidents.categories), dtype=np.bool_)
    for category in categories:
        if category not in incidents.categories:
            raise UnknownCategoryError(incidents.dataset, category, incidents.categories)
        lookup[incidents.categories.index(category)] = True
    return lookup[incidents.category]


def _refuse_cut_month(incidents: Incidents, mask: BoolArray, moment: Moment, *, end: bool) -> None:
    """Raise CutMonthError if a date splits a month for which records state the month only."""
    day = moment.day
    last_day = calendar.monthrange(day.year, day.month)[1]
    if day.day == (last_day if end else 1):
        return
    month = np.datetime64(day, "M")
    in_month = incidents.occurred.astype("datetime64[M]") == month
    month_only_count = int(
        np.count_nonzero(mask & in_month & (incidents.precision == _MONTH_ONLY))
    )
    if month_only_count:
        month_end = day.replace(day=last_day if end else 1)
        raise CutMonthError(
            "to" if end else "from",
            moment.text,
            month_only_count,
            (day.isoformat()[:7], month_end.isoformat()),
        )


def _refuse_reversed(selection: Selection) -> None:
    """Raise InvalidParameterError if the period would end before it begins."""
    start, end = selection.filter.start, selection.filter.end
    if (start is None) == (end is None) or len(selection.incidents) == 0:
        return
    first_day, last_day = selection.days()
    if first_day <= last_day:
        return
    if start is not None:
        raise InvalidParameterError(
            "from", start.text, f"{last_day} or earlier: the records end on that day"
        )
    if end is not None:
        raise InvalidParameterError(
            "to", end.text, f"{first_day} or later: the records begin on that day"
        )
