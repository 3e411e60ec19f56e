"""A measure over time: every period of it, area by area."""

import datetime
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from service.analyses.measures.columns import AreaMeasure, measure_of, periods_of
from service.analyses.measures.measured_areas import MeasuredAreas
from service.analyses.measures.rows import MeasureTrendRow
from service.coverage.spans import first_day, last_day, listed
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.incident_filter import Moment
from service.model.provenance import layer_source, provenance
from service.model.rows import ColumnValues
from service.queries.tables.measures import MeasureTrendQuery
from service.sentences.numbers import counted
from service.store.errors import UnknownMeasureError
from spatial.arrays import FloatArray

MAX_ROWS: Final = 100_000
MOST_NAMED: Final = 12
COMPARISONS: Final = {"total": "All of them", "mean": "Mean of them"}
_YEAR_LETTERS: Final = 4


class MeasureTrends:
    """Measures over time.

    Parameters
    ----------
    areas : MeasuredAreas
        Layers, measures and lookups.
    """

    def __init__(self, areas: MeasuredAreas) -> None:
        self._areas = areas

    def table(self, layer_id: str, query: MeasureTrendQuery) -> Table:
        """One `MeasureTrendRow` per area and period.

        Parameters
        ----------
        layer_id : str
            Id of a layer.
        query : MeasureTrendQuery
            Measure, areas and time.

        Returns
        -------
        Table
            Area by area, the oldest period first; areas without any value are left out.

        Raises
        ------
        UnknownLayerError, UnknownAreaError, UnknownMeasureError
            If there is no such layer, area or measure, or no period of it in that time.
        TooMuchWorkError
            If there are too many rows.
        """
        layer = self._areas.layers.get(layer_id)
        inside = self._areas.inside(layer, query.within)
        measures = self._periods(layer_id, query)
        values = np.array([measure.values for measure in measures]).T
        areas = np.flatnonzero(inside & np.isfinite(values).any(axis=1))
        positions = np.array([layer.position(code) for code in query.series] or areas, np.int64)
        rows = (len(positions) + len(query.compare)) * len(measures)
        if rows > MAX_ROWS:
            raise TooMuchWorkError("rows", rows, MAX_ROWS, "name fewer areas or a shorter time")
        keys = [*(layer.codes[k] for k in positions), *query.compare]
        names = [*(layer.names[k] for k in positions), *(COMPARISONS[c] for c in query.compare)]
        lines = np.vstack([values[positions], *_compared(measures, values[areas], query)])
        return Table(
            kind="measure-trend",
            row=MeasureTrendRow,
            columns=_columns(keys, names, lines, measures),
            provenance=provenance(
                sources={
                    "layer": layer_source(layer),
                    **{
                        f"{measure.measure} of {measure.period}": measure.source()
                        for measure in measures
                    },
                    **self._areas.within_sources(within=query.within),
                },
                filter={"from": query.from_, "to": query.to, "within": query.within},
                method={
                    "name": "measure over time",
                    "measure": query.measure,
                    "periods": [measure.period for measure in measures],
                    "unit": measures[-1].unit,
                    "compare": list(query.compare),
                },
                counts={"areas": len(areas)},
                notes=_notes(measures, keys, lines, int(inside.sum()) - len(areas), query),
            ),
        )

    def _periods(self, layer_id: str, query: MeasureTrendQuery) -> list[AreaMeasure]:
        """The periods of the measure in the time asked for, the oldest first."""
        layer = self._areas.layers.get(layer_id)
        loaded = periods_of(self._areas, layer)
        name, _, period = query.measure.partition(":")
        if name not in loaded:
            raise UnknownMeasureError(layer_id, query.measure, tuple(sorted(loaded)))
        all_periods = sorted(loaded[name], key=period_days)
        allowed = tuple(f"{name} of {period}" for period in all_periods)
        if period:  # all are given: from and to say which
            raise UnknownMeasureError(layer_id, query.measure, allowed)
        start = Moment.from_text(query.from_, end=False).day if query.from_ else None
        end = Moment.from_text(query.to, end=True).day if query.to else None
        periods = []
        for period in all_periods:
            first, last = period_days(period)
            if (start is None or first >= start) and (end is None or last <= end):
                periods.append(period)
        if not periods:
            time = f"from {query.from_ or 'the first'} to {query.to or 'the last'}"
            raise UnknownMeasureError(layer_id, f"{query.measure} {time}", allowed)
        return [measure_of(self._areas, layer, query.measure, period) for period in periods]


def period_days(period: str) -> tuple[datetime.date, datetime.date]:
    """The first and last day of a period of a measure.

    Parameters
    ----------
    period : str
        A year, a month or a day, or two of them with / between.

    Returns
    -------
    first, last : datetime.date
        Both inclusive.
    """
    start, _, end = period.partition("/")
    end = end or start
    return (
        first_day(f"{start}-01" if len(start) == _YEAR_LETTERS else start),
        last_day(f"{end}-12" if len(end) == _YEAR_LETTERS else end),
    )


def _compared(
    measures: Sequence[AreaMeasure], values: FloatArray, query: MeasureTrendQuery
) -> list[FloatArray]:
    """The total and the mean of the areas, where each has a value; a sum where it has one."""
    is_additive = np.array([measure.is_additive for measure in measures])
    total = values.sum(axis=0)
    lines = {"total": np.where(is_additive, total, np.nan), "mean": total / max(len(values), 1)}
    return [lines[kind] for kind in query.compare]


def _columns(
    keys: list[str], names: list[str], lines: FloatArray, measures: Sequence[AreaMeasure]
) -> dict[str, ColumnValues]:
    """The columns of the rows."""
    days = [period_days(measure.period) for measure in measures]

    def of_areas(texts: list[str]) -> ColumnValues:
        return np.repeat(np.array(texts, dtype=object), len(measures))

    def of_periods(texts: list[Any]) -> ColumnValues:
        return np.tile(np.array(texts, dtype=object), len(keys))

    base = np.where(lines[:, :1] > 0, lines[:, :1], np.nan)
    return {
        "code": of_areas(keys),
        "name": of_areas(names),
        "period": of_periods([measure.period for measure in measures]),
        "first_day": of_periods([str(first) for first, _ in days]),
        "last_day": of_periods([str(last) for _, last in days]),
        "value": lines.ravel(),
        "change": (lines - lines[:, :1]).ravel(),
        "change_percent": (100.0 * (lines - lines[:, :1]) / base).ravel(),
    }


def _notes(
    measures: Sequence[AreaMeasure],
    keys: list[str],
    lines: FloatArray,
    without: int,
    query: MeasureTrendQuery,
) -> tuple[str, ...]:
    """Areas and periods without a value, values carried over, and sums without a meaning."""
    notes = [note for measure in measures for note in measure.carried.carrying_notes()]
    if without:
        subject = counted(without, "area has", "areas have")
        notes.append(f"{subject} no {query.measure} of any of the periods, and no rows.")
    gaps = [
        f"{key} ({counted(int(number), 'period')})"
        for key, number in zip(keys, (~np.isfinite(lines)).sum(axis=1), strict=True)
        if number and key not in COMPARISONS
    ]
    if gaps:
        notes.append(f"No value, which is not zero: {listed(gaps, most=MOST_NAMED)}.")
    units = sorted({measure.unit for measure in measures})
    if len(units) > 1:
        notes.append(f"The unit differs between periods: {', '.join(units)}.")
    if "total" in query.compare and not all(measure.is_additive for measure in measures):
        notes.append(f"There is no total of {query.measure}: it does not add up over areas.")
    return tuple(dict.fromkeys(notes))
