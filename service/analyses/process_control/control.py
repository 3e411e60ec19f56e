"""Process control charts (XmR): which months of a series are more than its usual ups and downs."""

import datetime
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from service.analyses.inputs.area_counts import Areas
from service.analyses.process_control.rows import ProcessControlRow
from service.analyses.process_control.series import Series, dependence_notes, series_of
from service.analyses.trends.trends import Trends
from service.coverage.spans import listed
from service.model.answers import Table
from service.model.incident_filter import Moment
from service.model.provenance import short_digest
from service.model.rows import ColumnValues
from service.queries.tables.process_control import ProcessControlQuery
from service.sentences.numbers import counted
from service.store.reference.events import EventStore
from spatial.arrays import IntArray
from spatial.errors import InvalidParameterError
from spatial.process_control.limits import ENOUGH, ProcessLimits, process_limits
from spatial.process_control.special_causes import SpecialCauses, special_causes

FEW: Final = 10.0  # incidents per step below which counts are too skewed for the limits
COPIED: Final = frozenset({"month", "step", "first_day", "days", "count", "rate"})
SIGNS: Final = {"increase": 1, "decrease": -1, "neutral": 0}


class ProcessControl:
    """Process limits and special causes of counts over time.

    Parameters
    ----------
    trends : Trends
        Counts the steps.
    areas : Areas
        Selects the incidents.
    events : EventStore
        Says where a series breaks.
    """

    def __init__(self, *, trends: Trends, areas: Areas, events: EventStore) -> None:
        self._trends = trends
        self._areas = areas
        self._events = events

    def version(self, dataset: str, query: ProcessControlQuery) -> str:
        """A short digest of everything that a chart depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ProcessControlQuery
            Names the area.

        Returns
        -------
        str
            It changes when the dataset, the layer or the software does.
        """
        trend_version = self._trends.version(dataset, query.trend())
        return short_digest(trend_version, self._events.revision(), "xmr")

    def table(self, dataset: str, query: ProcessControlQuery) -> Table:
        """One `ProcessControlRow` per whole step of the trend.

        Steps that the data cover in part or not at all have their count and no judgement: they
        are not part of the limits, and neither moving ranges nor runs go across them. Limits begin
        anew where the query says so, and where an event breaks the series.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ProcessControlQuery
            Filter, area, step, direction, target and breaks.

        Returns
        -------
        Table
            In the order of the steps.

        Raises
        ------
        InvalidParameterError
            If limits are to begin anew where there is no step.
        InvalidWithinError, UnknownLayerError, UnknownAreaError, NoStudyAreaError, TooMuchWorkError
            As a trend.
        """
        series = series_of(self._trends, self._areas, dataset, query)
        breaks = self._breaks(dataset, series, query)
        segment = _segments(series, query.rebase, [day for day, _ in breaks])
        rate = np.where(series.is_whole, series.rate, np.nan)
        limits = process_limits(rate, segment)
        causes = special_causes(limits)
        variation = _variation(limits, causes, query.direction)
        columns: dict[str, ColumnValues] = {
            **{name: values for name, values in series.trend.columns.items() if name in COPIED},
            **({"rate_adjusted": series.rate} if query.season else {}),
            "segment": segment + 1,
            "moving_range": limits.moving_range,
            "mean": limits.mean,
            "lower": np.maximum(limits.lower, 0.0),
            "lower_near": np.maximum(limits.lower_near, 0.0),
            "upper_near": limits.upper_near,
            "upper": limits.upper,
            "rules": np.array(causes.names(), dtype=object),
            "variation": variation,
        }
        return Table(
            kind="process-control",
            row=ProcessControlRow,
            columns=columns,
            provenance=series.provenance(
                {
                    "name": "process control (XmR)",
                    "limits": "mean +/- 2.66 mean moving ranges, those of 3.267 means or more "
                    "left out",
                    "direction": query.direction,
                    "target_rate": query.target_rate,
                    "rebase": list(query.rebase) or None,
                    "breaks": [f"{day}: {name}" for day, name in breaks] or None,
                    "summary": _summary(series, limits, causes, variation, query),
                },
                (
                    *(f"Limits begin anew on {day}: {name}." for day, name in breaks),
                    *_notes(series, limits, segment, query),
                ),
            ),
        )

    def _breaks(
        self, dataset: str, series: Series, query: ProcessControlQuery
    ) -> list[tuple[datetime.date, str]]:
        """The days on which an event breaks the series, after its first step, and what it is."""
        if len(series.labels) == 0:
            return []
        first, last = series.last_day[0].item(), series.last_day[-1].item()
        events = self._events.applying(
            dataset,
            first=series.first_day[0].item(),
            last=last,
            categories=query.category,
            subcategories=query.subcategory,
        )
        return sorted(
            (day, event.label())
            for event in events
            for day in event.breaks()
            if first < day <= last
        )


def _segments(
    series: Series, rebase: tuple[str, ...], breaks: Sequence[datetime.date]
) -> IntArray:
    """The number of the segment of each step, from 0."""
    begins = np.zeros(len(series.labels), np.int64)
    for text in rebase:
        day = np.datetime64(Moment.from_text(text, end=False).day)
        is_there = (series.first_day <= day) & (day <= series.last_day)
        if not is_there.any():
            ends = "a day of a whole step, of which there is none"
            if len(series.labels):
                ends = f"from {series.first_day[0]} to {series.last_day[-1]}"
            raise InvalidParameterError("rebase", text, ends)
        begins[is_there] = 1
    begins[np.searchsorted(series.last_day, np.array(breaks, "datetime64[D]"))] = 1
    begins[:1] = 0
    return np.cumsum(begins)


def _variation(limits: ProcessLimits, causes: SpecialCauses, direction: str) -> ColumnValues:
    """What each step says; None where it is not judged."""
    words = {0: "common cause"}
    for sign, side in ((1, "high"), (-1, "low")):
        meaning = {1: "improvement", -1: "concern", 0: "neither"}[sign * SIGNS[direction]]
        words[sign] = f"{meaning} {side}"
    is_judged = np.isfinite(limits.value) & np.isfinite(limits.upper)
    values = [
        words[int(sign)] if judged else None
        for sign, judged in zip(causes.direction, is_judged, strict=True)
    ]
    return np.array(values, dtype=object)


def _assurance(lower: float, upper: float, query: ProcessControlQuery) -> str | None:
    """Whether the process, as it is, will meet the target: pass, fail, or hit and miss."""
    if query.target_rate is None or not np.isfinite(upper):
        return None
    sign = SIGNS[query.direction]
    if query.target_rate > upper:
        return "fail" if sign > 0 else "pass"
    if query.target_rate < lower:
        return "pass" if sign > 0 else "fail"
    return "hit and miss"


def _summary(
    series: Series,
    limits: ProcessLimits,
    causes: SpecialCauses,
    variation: ColumnValues,
    query: ProcessControlQuery,
) -> dict[str, Any] | None:
    """The two icons of the chart, which are those of the last step that is judged."""
    judged = [k for k, word in enumerate(variation) if word is not None]
    if not judged:
        return None
    last = judged[-1]
    return {
        "step": series.labels[last],
        "variation": variation[last],
        "rules": causes.names()[last],
        "assurance": _assurance(limits.lower[last], limits.upper[last], query),
        "special_causes": sum(variation[k] != "common cause" for k in judged),
        "judged": len(judged),
    }


def _notes(
    series: Series, limits: ProcessLimits, segment: IntArray, query: ProcessControlQuery
) -> tuple[str, ...]:
    """What a reader must know of the limits."""
    notes = []
    count = np.where(series.is_whole, series.trend.columns["count"], 0).astype(np.float64)
    left_out = series.labels[~series.is_whole].tolist()
    if left_out:
        notes.append(
            f"Not judged, and a break of moving ranges and runs: {listed(left_out, most=12)}."
        )
    for number in np.unique(segment):
        is_inside = (segment == number) & series.is_whole
        values, name = int(is_inside.sum()), f"from {series.labels[segment == number][0]}"
        if values < ENOUGH:
            notes.append(
                f"The limits {name} rest on {counted(values, 'step')}, fewer than {ENOUGH}: "
                "they are not reliable yet."
            )
        if values and count[is_inside].mean() < FEW:
            notes.append(
                f"Counts {name} are few, {count[is_inside].mean():.3g} a step: they are "
                "skewed, and more of them are above the upper limit by chance."
            )
    notes += dependence_notes(limits.value - limits.mean, limits.starts, query.step)
    if np.any(limits.lower < 0.0):
        notes.append("A lower limit below 0 is shown as 0: no count can be below it.")
    return tuple(notes)
