"""The series of a trend, as what follows from it needs it: whole steps alone."""

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.analyses.inputs.area_counts import Areas
from service.analyses.trends.trends import Trends
from service.coverage.calendar import Calendar
from service.model.answers import Provenance, Table
from service.queries.tables.process_control import SeriesQuery
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.process_control.limits import serial_correlation


@dataclass(frozen=True, eq=False)
class Series:
    """A trend, and which of its steps the data cover.

    Attributes
    ----------
    trend : Table
        Its answer: columns ``month``, ``days``, ``count`` and ``rate``, and of other steps than
        months, quarters and calendar years ``step`` and ``first_day``.
    first_day, last_day : (steps,) datetime64[D]
        Of each step.
    rate : (steps,) float64
        Of each step; without the season where that is taken out.
    exposure : (steps,) float64
        Days that the data cover, or where only some days of the week are selected, their weeks.
    season : (steps,) float64
        How many times its usual rate each step has; 1 where the season is not taken out.
    position : (steps,) int64 or None
        Position of each step in its year where the season is taken out.
    is_whole : (steps,) bool
        Whether the data cover all of it.
    """

    trend: Table
    first_day: NDArray[np.datetime64]
    last_day: NDArray[np.datetime64]
    rate: FloatArray
    exposure: FloatArray
    season: FloatArray
    position: IntArray | None
    is_whole: BoolArray

    @property
    def labels(self) -> NDArray[np.object_]:
        """(steps,) The key of each step."""
        return self.trend.columns.get("step", self.trend.columns["month"])

    def provenance(self, method: dict[str, object], notes: tuple[str, ...]) -> Provenance:
        """The provenance of an answer made from the trend.

        Parameters
        ----------
        method : dict of str to object
            Members in the place of the trend's own, or besides them.
        notes : tuple of str
            Notes after the trend's.

        Returns
        -------
        Provenance
            With the sources, filter and counts of the trend.
        """
        of_trend = self.trend.provenance
        method_parts = {k: v for k, v in of_trend.method.items() if k != "interval"}
        return dataclasses.replace(
            of_trend, method={**method_parts, **method}, notes=(*of_trend.notes, *notes)
        )


def dependence_notes(deviations: FloatArray, starts: BoolArray, step: str) -> tuple[str, ...]:
    """A note where each step goes with the one before, as limits and levels suppose it does not.

    Parameters
    ----------
    deviations : (n,) float64
        Rates less the mean of their segment or level.
    starts : (n,) bool
        True for one that does not follow on the one before.
    step : str
        Length of a step.

    Returns
    -------
    tuple of str
        One at most.
    """
    correlation, is_clear = serial_correlation(deviations, starts)
    if not is_clear:
        return ()
    noun = Calendar.of(step).noun
    note = (
        f"Each {noun} goes with the one before (correlation {correlation:.2f}), as with a season "
        "or a slow drift: more is called than chance alone would have called."
    )
    return (note,)


def series_of(trends: Trends, areas: Areas, dataset: str, query: SeriesQuery) -> Series:
    """The series that a trend with the same parameters has.

    Parameters
    ----------
    trends : Trends
        Counts its steps.
    areas : Areas
        Selects the incidents, whose coverage says which steps are whole.
    dataset : str
        Id of the dataset.
    query : SeriesQuery
        Filter, area and step.

    Returns
    -------
    Series
        Possibly without steps.

    Raises
    ------
    InvalidWithinError, UnknownLayerError, UnknownAreaError, NoStudyAreaError, TooMuchWorkError
        As a trend.
    """
    trend = trends.table(dataset, query.trend())
    first_day = trend.columns.get("first_day", trend.columns["month"]).astype("datetime64[D]")
    calendar = Calendar.of(query.step)
    last_day = calendar.first_day_of(calendar.number_of(first_day) + 1) - 1
    selection = areas.select(dataset, query.incident_filter())
    length = (last_day - first_day).astype(np.int64) + 1
    exposure = selection.exposure_days(first_day, last_day)
    is_whole = (trend.columns["days"] == length) & (exposure > 0)
    season, position = np.ones(len(length)), None
    if "season" in trend.columns:
        factor = trend.columns["season"].astype(np.float64)
        season = np.where(factor > 0, factor, 1.0)
        if np.isfinite(factor).any():  # three whole years
            position = calendar.number_of(first_day) % calendar.per_year
    rate = trend.columns["rate"].astype(np.float64) / season
    return Series(trend, first_day, last_day, rate, exposure, season, position, is_whole)
