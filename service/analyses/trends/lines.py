"""Lines of trend and seasons of the series of a trend, on each side of a break by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from service.analyses.inputs.periods import Steps
from service.analyses.trends.series import Series
from service.coverage.calendar import Calendar
from service.model.incident_filter import IncidentFilter
from service.model.rows import ColumnValues
from service.store.reference.events import Event
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.over_time.season import season_factors
from spatial.over_time.trend_line import trend_line

LINE_COLUMNS: Final = (
    "line", "line_lower", "line_upper", "line_change", "line_change_lower", "line_change_upper",
)  # fmt: skip
YEARS_OF_A_SEASON: Final = 3


@dataclass(frozen=True, eq=False)
class StepEvents:
    """The events of a trend, and the steps that they fall in.

    Attributes
    ----------
    events : tuple of Event
        That apply to what is selected.
    by : str
        What the series are by: ``category`` or ``subcategory`` select events too.
    incident_filter : IncidentFilter
        What is selected.
    first, last : (steps,) datetime64[D]
        First and last day of each step.
    """

    events: tuple[Event, ...]
    by: str
    incident_filter: IncidentFilter
    first: Any
    last: Any

    def of(self, series: Series) -> tuple[Event, ...]:
        """The events that apply to a series.

        Parameters
        ----------
        series : Series
            Of the trend.

        Returns
        -------
        tuple of Event
        """
        return tuple(
            event
            for event in self.events
            if series.parts
            or self.by not in ("category", "subcategory")
            or getattr(event, self.by) in ("", series.key)
        )

    def names(self, series: Series) -> list[str]:
        """(steps,) The names of the events in each step of a series, with semicolons between.

        Parameters
        ----------
        series : Series
            Of the trend.

        Returns
        -------
        list of str
            Empty text where there is none.
        """
        names = [""] * len(self.first)
        for event in self.of(series):
            begin = np.datetime64(event.first_day, "D")
            end = np.datetime64(event.last_day or event.first_day, "D")
            for k in np.flatnonzero((self.first <= end) & (self.last >= begin)):
                names[k] = f"{names[k]}; {event.name}" if names[k] else event.name
        return names

    def segments(self, series: Series) -> IntArray:
        """The parts of a series between breaks of all of it.

        Parameters
        ----------
        series : Series
            Of the trend.

        Returns
        -------
        (steps,) int64
            From 0; -1 where a break falls within the step.
        """
        days = {
            day
            for event in self.of(series)
            if self._is_of_all(event, series)
            for day in event.breaks()
        }
        segment = np.zeros(len(self.first), np.int64)
        is_within = np.zeros(len(self.first), np.bool_)
        for day in sorted(np.datetime64(day, "D") for day in days):
            segment += self.first >= day
            is_within |= (self.first < day) & (day <= self.last)
        return np.where(is_within, -1, segment)

    def _is_of_all(self, event: Event, series: Series) -> bool:
        """Whether an event is of all incidents of a series, not of some of its categories."""
        own = {
            "category": set(self.incident_filter.categories),
            "subcategory": set(self.incident_filter.subcategories),
        }
        if self.by in own and not series.parts:
            own[self.by] = {series.key}
        return all(
            not value or own[name] == {value}
            for name, value in (("category", event.category), ("subcategory", event.subcategory))
        )

    def notes(self, series: Sequence[Series]) -> tuple[str, ...]:
        """The events, and what breaks mean.

        Parameters
        ----------
        series : sequence of Series
            Those that have rows.

        Returns
        -------
        tuple of str
            Full sentences; none without an event.
        """
        if not self.events:
            return ()
        notes = [f"Events: {'; '.join(event.label() for event in self.events)}."]
        whole: list[str] = []
        partial: list[str] = []
        for event in (event for event in self.events if event.is_break):
            members = [member for member in series if event in self.of(member)]
            is_whole = any(self._is_of_all(event, member) for member in members)
            (whole if is_whole else partial).append(event.label())
        if whole:
            notes.append(
                f"The series breaks: {'; '.join(whole)}. Counts before and after are not alike: "
                "lines of trend and seasons are of each side by itself; means, changes and years "
                "to date are across it."
            )
        if partial:
            notes.append(
                f"Some of what is counted breaks: {'; '.join(partial)}. Everything here is across "
                "it."
            )
        return tuple(notes)


@dataclass(frozen=True, eq=False)
class Fits:
    """Lines and seasons of several series.

    Attributes
    ----------
    columns : dict of str to (series, steps) float64
    dispersion : dict of int to float
        By series, of its last line: how many times the variance of Poisson its counts have.
    autocorrelated : tuple of str
        Names of the series whose residuals follow on from one another.
    has_season : bool
        Whether a line has the season in its model.
    """

    columns: dict[str, ColumnValues] = field(default_factory=dict)
    dispersion: dict[int, float] = field(default_factory=dict)
    autocorrelated: tuple[str, ...] = ()
    has_season: bool = False


@dataclass(frozen=True, eq=False)
class Fitting:
    """What lines and seasons are fitted to.

    Attributes
    ----------
    amount : (series, steps) float64
        Incidents, or sums of weights; NaN where there is no data.
    exposure : (series, steps) float64
        What rates are over, in their unit.
    is_weighted : bool
        Whether the amounts are sums of weights.
    """

    series: Sequence[Series]
    steps: Steps
    calendar: Calendar
    events: StepEvents
    amount: FloatArray
    exposure: FloatArray
    is_weighted: bool = False

    @property
    def position(self) -> IntArray:
        """(steps,) Position of each step in its calendar year; of months and quarters."""
        number = self.calendar.number_of(self.steps.first_days)
        return np.asarray(number % max(self.calendar.per_year, 1), np.int64)

    def lines(self) -> Fits:
        """The line of trend of each series.

        Returns
        -------
        Fits
            `LINE_COLUMNS`: NaN where there are too few steps for an interval.
        """
        columns = {name: np.full(self.amount.shape, np.nan) for name in LINE_COLUMNS}
        middle = self.steps.first_days.astype(np.int64) + 0.5 * self.steps.length
        dispersion, autocorrelated, has_season = {}, [], False
        seasons = self.calendar.per_year
        for index, part in self._parts():
            line = trend_line(
                self.amount[index, part],
                np.nan_to_num(self.exposure[index, part]),
                (middle / 365.25)[part],
                position=self.position[part] if seasons > 1 else None,
                seasons=seasons,
                least_dispersion=0.0 if self.is_weighted else 1.0,
            )
            if line is None:
                continue
            values = (
                line.value, line.lower, line.upper,
                line.change, line.change_lower, line.change_upper,
            )  # fmt: skip
            for name, value in zip(LINE_COLUMNS, values, strict=True):
                columns[name][index, part] = value
            dispersion[index] = line.dispersion
            has_season |= line.has_season
            if line.is_autocorrelated:
                autocorrelated.append(self.series[index].name or self.series[index].place_name)
        return Fits(dict(columns), dispersion, tuple(dict.fromkeys(autocorrelated)), has_season)

    def seasons(self) -> dict[str, ColumnValues]:
        """The season of each series, and its rates without it.

        Returns
        -------
        dict of str to (series, steps) float64
            `season` and `rate_adjusted`; NaN where there are not three whole years.
        """
        season = np.full(self.amount.shape, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = np.where(self.exposure > 0, self.amount / self.exposure, np.nan)
        for index, part in self._parts():
            factors = season_factors(
                rate[index, part], self.position[part], seasons=self.calendar.per_year
            )
            if factors is not None:
                season[index, part] = factors[self.position[part]]
        adjusted = rate / np.where(season > 0, season, np.nan)
        return {"season": season, "rate_adjusted": adjusted}

    def _parts(self) -> list[tuple[int, BoolArray]]:
        """Each series with the steps of each of its segments."""
        parts = []
        for index, series in enumerate(self.series):
            segment = self.events.segments(series)
            parts += [(index, segment == k) for k in np.unique(segment[segment >= 0])]
        return parts
