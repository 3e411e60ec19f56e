"""Selects the incidents of a dataset version that pass a filter."""

import calendar
import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from service.analyses.harm.weights import IncidentHarm
from service.analyses.inputs.conditions import conditions_of
from service.coverage.spans import Span, length, listed
from service.model.errors import (
    CutMonthError,
    NotCoveredError,
    NotStatedError,
    UnknownCategoryError,
)
from service.model.incident_filter import WEEKDAYS, IncidentFilter, Moment
from service.sentences.numbers import counted
from service.store.incident_rows import PRECISIONS
from service.store.incidents import Incidents
from spatial.arrays import BoolArray, FloatArray
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
        True for each incident that passes the filter, located or not, and is dated to a day that
        the data cover.
    not_covered : int
        Incidents that pass the filter, but are dated to a day that the data do not cover.
    not_stated : mapping of str to int
        Incidents of the period and categories of which it is not known whether they meet a
        condition, by its subject.
    harm : IncidentHarm or None
        What the weights are, where the filter is of known harm.
    harm_not_known : (n,) bool or None
        Incidents that would be selected if their harm were known.
    """

    incidents: Incidents
    filter: IncidentFilter
    mask: BoolArray
    not_covered: int = 0
    not_stated: Mapping[str, int] = field(default_factory=dict)
    harm: IncidentHarm | None = None
    harm_not_known: BoolArray | None = None

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

    def inside(self, is_inside: BoolArray) -> "Selection":
        """The incidents of some place.

        Parameters
        ----------
        is_inside : (n,) bool
            Which incidents are there, selected or not.

        Returns
        -------
        Selection
            Of the same period.
        """
        unknown = self.harm_not_known
        return dataclasses.replace(
            self,
            mask=self.mask & is_inside,
            harm_not_known=None if unknown is None else unknown & is_inside,
        )

    def years(self) -> float:
        """Length of the covered part of the period in years of 365.25 days.

        Returns
        -------
        float
            Above 0.
        """
        return self.length_days() / 365.25

    def length_days(self) -> float:
        """The days of the period that the data cover: the exposure of its counts.

        Where only some days of the week are selected these count for the whole week: a month
        with five Saturdays has more of them than one with four.

        Returns
        -------
        float
            Above 0.
        """
        spans = self.covered()
        return float(
            self.exposure_days(
                np.array([span.first for span in spans], "datetime64[D]"),
                np.array([span.last for span in spans], "datetime64[D]"),
            ).sum()
        )

    def exposure_days(self, first: ArrayLike, last: ArrayLike) -> FloatArray:
        """The days covered of each of several periods; of some days of the week, their weeks.

        Parameters
        ----------
        first, last : (n,) datetime64[D]
            First and last day of each.

        Returns
        -------
        (n,) float64
            Days: the number of such days times 7, by how many of a week are selected.
        """
        coverage, days = self.incidents.coverage, self.filter.weekdays
        if not days:
            return coverage.days(first, last).astype(np.float64)
        mask = [day in days for day in range(7)]
        weeks = coverage.days(first, last, weekdays=mask) / len(days)
        return np.asarray(7.0 * weeks, np.float64)

    def middle_year(self) -> float:
        """The mean of the days covered as a decimal year: 2019.5 is the middle of 2019.

        Returns
        -------
        float
            The decimal year.
        """
        spans = self.covered()
        lengths = [length([span]) for span in spans]
        middles = [
            span.first.toordinal() + days / 2 for span, days in zip(spans, lengths, strict=True)
        ]
        mean = np.average(middles, weights=lengths)
        middle = datetime.date.fromordinal(int(mean))
        start = datetime.date(middle.year, 1, 1)
        year_days = (datetime.date(middle.year + 1, 1, 1) - start).days
        return middle.year + (middle - start).days / year_days

    def days(self) -> tuple[datetime.date, datetime.date]:
        """First and last day of the period, both inclusive.

        An end that the filter leaves open is that of the days which the dataset covers. A category
        that happens to start late therefore does not have a shorter period.

        Returns
        -------
        first_day, last_day : datetime.date
            Both inclusive.

        Raises
        ------
        NotCoveredError
            If the dataset covers no day at all.
        """
        span = self.incidents.coverage.whole
        start, end = self.filter.start, self.filter.end
        if span is None:
            raise NotCoveredError(self.incidents.dataset, "any day", "nothing")
        return (start.day if start else span.first, end.day if end else span.last)

    def covered(self) -> tuple[Span, ...]:
        """The parts of the period that the data cover.

        Returns
        -------
        tuple of Span
            In order; at least one.
        """
        return self.incidents.coverage.within(Span(*self.days()))

    def provenance_filter(self) -> Mapping[str, Any]:
        """The filter in canonical form, with the part of the period that the data cover.

        Returns
        -------
        mapping of str to Any
            For the provenance.
        """
        not_stated = dict(self.not_stated)
        if self.harm_not_known is not None:
            not_stated["harm"] = int(np.count_nonzero(self.harm_not_known))
        return {
            **self.filter.as_provenance(),
            "covered": [str(span) for span in self.covered()],
            "covered_days": length(self.covered()),
            **({"not_stated": not_stated} if any(not_stated.values()) else {}),
        }

    def coverage_notes(self) -> tuple[str, ...]:
        """What the data do not cover of the period, in words.

        Returns
        -------
        tuple of str
            Full sentences; none where everything is covered.
        """
        period, coverage = Span(*self.days()), self.incidents.coverage
        covered, notes = self.covered(), []
        if length(covered) < length([period]):
            notes.append(
                f"Of {period} the data cover {listed(covered)}: {length(covered):,} of "
                f"{length([period]):,} days. The rest is no data, not zero."
            )
        for source, gaps in coverage.gaps_of_sources(period):
            notes.append(
                f"There is no data of {source.name} for {listed(gaps)}: about "
                f"{coverage.share_of(source):.0%} of the records are missing there."
            )
        if self.not_covered:
            notes.append(
                f"{self.not_covered:,} records are left out: they are dated to days that the data "
                "do not cover."
            )
        notes += [
            f"{counted(number, 'record is', 'records are')} left out: their {subject} is not "
            "known."
            for subject, number in self.not_stated.items()
            if number
        ]
        if self.harm is not None and self.harm_not_known is not None:
            notes += self.harm.notes(self.harm_not_known)
        return tuple(notes)

    def harm_source(self) -> dict[str, Any]:
        """The harm index, for the sources of the provenance.

        Returns
        -------
        dict of str to Any
            Empty where harm is not summed.
        """
        return {} if self.harm is None else {"harm_index": self.harm.source()}


def select(
    incidents: Incidents, incident_filter: IncidentFilter, harm: IncidentHarm | None = None
) -> Selection:
    """Select the incidents that pass a filter, wherever they are.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    incident_filter : IncidentFilter
        Its place is not looked at.
    harm : IncidentHarm or None
        Of the incidents, where the filter is of known harm: their weights.

    Returns
    -------
    Selection
        Its mask is read-only.

    Raises
    ------
    UnknownCategoryError, UnknownAttributeError, UnknownValueError
        If the dataset has no such category, attribute or value.
    NotStatedError
        If no record says what a condition asks.
    CutMonthError
        If an end of the period falls inside a month for which some of the records state the month
        only.
    NotCoveredError
        If the data cover no day of the period, or none of the days of the week.
    InvalidParameterError
        If only one end is set and lies beyond the other end of the records.
    """
    mask = np.ones(len(incidents.occurred), dtype=np.bool_)
    is_met, conditions = mask.copy(), tuple(conditions_of(incidents, incident_filter))
    for condition in conditions:
        is_met &= condition.is_met
    if incident_filter.categories:
        mask &= _of_categories(incidents, incident_filter.categories)
    if incident_filter.start is not None:
        _refuse_cut_month(incidents, mask & is_met, incident_filter.start, end=False)
        mask &= incidents.occurred >= np.datetime64(incident_filter.start.day, "m")
    if incident_filter.end is not None:
        _refuse_cut_month(incidents, mask & is_met, incident_filter.end, end=True)
        # In numpy, because the day after 9999-12-31 is none of the calendar's.
        mask &= incidents.occurred < np.datetime64(incident_filter.end.day, "D") + np.timedelta64(
            1, "D"
        )
    not_covered = int(np.count_nonzero(mask & is_met & ~incidents.covered))
    mask &= incidents.covered
    not_stated = {
        condition.subject: int(np.count_nonzero(mask & ~condition.is_stated))
        for condition in conditions
    }
    records = int(np.count_nonzero(mask))
    for subject, number in not_stated.items():
        if number == records > 0:
            raise NotStatedError(incidents.dataset, subject, records)
    mask &= is_met
    harm_not_known = None
    if harm is not None:
        incidents, harm_not_known = harm.weigh(incidents), mask & ~harm.is_known
        mask &= harm.is_known
        unknown = int(np.count_nonzero(harm_not_known))
        if unknown and not mask.any():
            raise NotStatedError(incidents.dataset, "harm", unknown)
    mask.flags.writeable = False
    selection = Selection(
        incidents, incident_filter, mask, not_covered, not_stated, harm, harm_not_known
    )
    _refuse_reversed(selection)
    if len(incidents):
        _refuse_without_days(selection)
    return selection


def _refuse_without_days(selection: Selection) -> None:
    """Raise NotCoveredError if the data cover no day of the period, or none of those selected."""
    if selection.length_days() > 0:
        return
    incidents, period = selection.incidents, str(Span(*selection.days()))
    if selection.covered():
        period = f"{listed([WEEKDAYS[day] for day in selection.filter.weekdays])} in {period}"
    raise NotCoveredError(incidents.dataset, period, str(incidents.coverage))


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
