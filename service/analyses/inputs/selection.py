"""The incidents that a filter selects from one version of a dataset."""

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
    """Some incidents of one dataset version.

    Attributes
    ----------
    incidents : Incidents
        The version they come from.
    filter : IncidentFilter
        What selected them.
    chosen : (n,) bool
        True for each incident that the filter lets through, located or not.
    """

    incidents: Incidents
    filter: IncidentFilter
    chosen: BoolArray

    @property
    def records(self) -> int:
        """Number of incidents selected."""
        return int(np.count_nonzero(self.chosen))

    @property
    def located(self) -> int:
        """Number of those that have coordinates."""
        return int(np.count_nonzero(self.chosen & self.incidents.located))

    def years(self) -> float:
        """Length of the period in years of 365.25 days; see `days`."""
        first, last = self.days()
        return ((last - first).days + 1) / 365.25

    def middle_year(self) -> float:
        """The middle of the period as a decimal year: 2019.5 is the middle of 2019."""
        first, last = self.days()
        middle = first + (last - first + datetime.timedelta(days=1)) / 2
        start = datetime.date(middle.year, 1, 1)
        length = (datetime.date(middle.year + 1, 1, 1) - start).days
        return middle.year + (middle - start).days / length

    def days(self) -> tuple[datetime.date, datetime.date]:
        """First and last day of the period, both inclusive.

        Ends that the filter leaves open are those of all records of the dataset, widened to
        whole months where any of them is known to the month only: a category that happens to
        begin late does not have a shorter period.
        """
        occurred = self.incidents.occurred
        first, last = _day(occurred.min()), _day(occurred.max())
        if bool((self.incidents.precision == _MONTH_ONLY).any()):
            first = first.replace(day=1)
            last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
        start, end = self.filter.start, self.filter.end
        return (start.day if start else first, end.day if end else last)


def _day(moment: np.datetime64) -> datetime.date:
    """The calendar day of a moment."""
    return datetime.date.fromisoformat(str(moment)[:10])


def select(incidents: Incidents, wanted: IncidentFilter) -> Selection:
    """The incidents that a filter lets through.

    Raises
    ------
    UnknownCategoryError
        If the dataset has no such category.
    CutMonthError
        If an end of the period falls inside a month of which records of these categories know
        the month only.
    InvalidParameterError
        If the one end given lies beyond the other end of the records, so that the period would
        end before it begins.
    """
    chosen = np.ones(len(incidents.occurred), dtype=np.bool_)
    if wanted.categories:
        chosen &= _of_categories(incidents, wanted.categories)
    if wanted.start is not None:
        _refuse_cut_month(incidents, chosen, wanted.start, end=False)
        chosen &= incidents.occurred >= np.datetime64(wanted.start.day, "m")
    if wanted.end is not None:
        _refuse_cut_month(incidents, chosen, wanted.end, end=True)
        # In numpy, because the day after 9999-12-31 is none of the calendar's.
        chosen &= incidents.occurred < np.datetime64(wanted.end.day, "D") + np.timedelta64(1, "D")
    chosen.flags.writeable = False
    selection = Selection(incidents, wanted, chosen)
    _refuse_reversed(selection)
    return selection


def _of_categories(incidents: Incidents, categories: tuple[str, ...]) -> BoolArray:
    """(n,) True where the category is one of those named."""
    lookup = np.zeros(len(incidents.categories), dtype=np.bool_)
    for category in categories:
        if category not in incidents.categories:
            raise UnknownCategoryError(incidents.dataset, category, incidents.categories)
        lookup[incidents.categories.index(category)] = True
    return lookup[incidents.category]


def _refuse_cut_month(
    incidents: Incidents, chosen: BoolArray, moment: Moment, *, end: bool
) -> None:
    """Raise where a date would split a month of which chosen records know the month only."""
    day = moment.day
    last = calendar.monthrange(day.year, day.month)[1]
    if day.day == (last if end else 1):
        return
    month = np.datetime64(day, "M")
    in_month = incidents.occurred.astype("datetime64[M]") == month
    vague = int(np.count_nonzero(chosen & in_month & (incidents.precision == _MONTH_ONLY)))
    if vague:
        whole = day.replace(day=last if end else 1)
        raise CutMonthError(
            "to" if end else "from", moment.text, vague, (day.isoformat()[:7], whole.isoformat())
        )


def _refuse_reversed(selection: Selection) -> None:
    """Raise where the records' own end comes before the beginning asked for, or the reverse."""
    start, end = selection.filter.start, selection.filter.end
    if (start is None) == (end is None) or len(selection.incidents) == 0:
        return
    first, last = selection.days()
    if first <= last:
        return
    if start is not None:
        raise InvalidParameterError("from", start.text, f"{last} or earlier: there records end")
    if end is not None:
        raise InvalidParameterError("to", end.text, f"{first} or later: there records begin")
