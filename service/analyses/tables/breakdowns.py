"""Breakdowns: the parts of the incidents along an axis, with what is missing stated."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import NOT_LOCATED, NOT_RECORDED, Axis
from service.analyses.tables.axis_inputs import (
    axis_named,
    placement_notes,
    selection_of,
    sources_of,
    version_of,
)
from service.analyses.tables.breakdown_rows import BreakdownRow
from service.analyses.tables.cells import covered_days_of
from service.analyses.tables.clock_times import SharedTimes, days_of_weekdays, week_matrix
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import provenance, short_digest
from service.model.rows import ColumnValues, Row
from service.queries.tables.comparisons import HOUR_BY_WEEKDAY, BreakdownQuery
from service.queries.tables.crosstabs import AxisName
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.over_time.change import count_changes
from spatial.rates.rates import shares

MAX_ROWS: Final = 100_000
MISSING: Final = (NOT_RECORDED, NOT_LOCATED)


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of one axis.

    Attributes
    ----------
    name : AxisName
    axis : Axis
        With the keys of the period and of the baseline.
    count, baseline : (keys,) int64
        Incidents; of the baseline zeros where there is none.
    value : (keys,) float64
        What shares are of: the counts, or aoristic weights.
    days : (keys,) float64
        Days covered.
    is_recorded : (keys,) bool
    missing : int
        Incidents of the period that record none.
    """

    name: AxisName
    axis: Axis
    count: IntArray
    baseline: IntArray
    value: FloatArray
    days: FloatArray
    is_recorded: BoolArray
    missing: int


class Breakdowns:
    """Breakdowns of incidents.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    """

    def __init__(self, *, areas: Areas) -> None:
        self._areas = areas

    def version(self, dataset: str, query: BreakdownQuery) -> str:
        """A short digest of everything that a breakdown depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : BreakdownQuery
            Its axes.

        Returns
        -------
        str
            It changes when the dataset, a layer or the software does.
        """
        return short_digest(version_of(self._areas, dataset, _axes(query)), "breakdown")

    def table(self, dataset: str, query: BreakdownQuery) -> Table:
        """One `BreakdownRow` per key of each axis, or one row per hour of a matrix.

        The counts of an axis add up to the records selected; of markers, of which an incident
        may have several, to more.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : BreakdownQuery
            Axes and filter, and perhaps a baseline period.

        Returns
        -------
        Table
            The axes in the order in which they are asked for.

        Raises
        ------
        UnknownLayerError, UnknownAttributeError
            If the dataset or layer has no such axis.
        TooMuchWorkError
            If there are too many rows.
        """
        names = _axes(query)
        selection = selection_of(self._areas, dataset, query.incident_filter(), names)
        times = SharedTimes.of(selection) if query.timing == "aoristic" else None
        if query.by == (HOUR_BY_WEEKDAY,):
            row, columns = week_matrix(selection, times)
            days = {"days": days_of_weekdays(selection)}
            return self._answer(row, columns, selection, query, days, times)
        baseline_filter = query.baseline_filter()
        baseline = (
            None
            if baseline_filter is None
            else selection_of(self._areas, dataset, baseline_filter, names)
        )
        parts = [self._part(selection, baseline, name, times) for name in names]
        rows = sum(len(part.count) for part in parts)
        if rows > MAX_ROWS:
            raise TooMuchWorkError("rows", rows, MAX_ROWS, "take coarser axes or fewer incidents")
        blocks = [_block(part, selection, baseline, query) for part in parts]
        content = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
        method = {
            "interval": "exact binomial (Clopper and Pearson), 95 %",
            "summary": {
                **_total(selection, baseline),
                "missing": {
                    str(part.name): {
                        "count": part.missing,
                        "percent": 100.0 * part.missing / max(selection.records, 1),
                    }
                    for part in parts
                },
            },
        }
        return self._answer(
            BreakdownRow, content, selection, query, method, times, baseline, parts
        )

    def _part(
        self,
        selection: Selection,
        baseline: Selection | None,
        name: AxisName,
        times: SharedTimes | None,
    ) -> Part:
        """The rows of one axis; its keys are those of both periods."""
        both = selection
        if baseline is not None:
            both = dataclasses.replace(selection, mask=selection.mask | baseline.mask)
        axis = axis_named(self._areas, both, name)
        count = _counts(axis, selection.mask)
        is_recorded = np.array([key not in MISSING for key in axis.keys], np.bool_)
        value = count.astype(np.float64)
        if times is not None:
            by_key = times.week.sum(axis=0 if name.kind == "hour" else 1)
            value[: len(by_key)] = by_key
            if name.kind == "weekday":  # what is known to the day alone has one
                value[: len(by_key)] += (
                    count[: len(by_key)]
                    - _counts(axis, selection.mask & (selection.incidents.precision == 0))[
                        : len(by_key)
                    ]
                )
        return Part(
            name,
            axis,
            count,
            np.zeros(len(count), np.int64) if baseline is None else _counts(axis, baseline.mask),
            value,
            _days(selection, axis, name),
            is_recorded,
            int(count[~is_recorded].sum()),
        )

    def _answer(
        self,
        row: type[Row],
        columns: dict[str, ColumnValues],
        selection: Selection,
        query: BreakdownQuery,
        method: dict[str, Any],
        times: SharedTimes | None,
        baseline: Selection | None = None,
        parts: list[Part] | None = None,
    ) -> Table:
        """The table with its provenance."""
        names = _axes(query)
        return Table(
            kind="breakdown",
            row=row,
            columns=columns,
            provenance=provenance(
                sources=sources_of(self._areas, selection, names),
                filter={
                    **selection.provenance_filter(),
                    "within": query.within,
                    **({} if baseline is None else {"baseline": baseline.provenance_filter()}),
                },
                method={
                    "name": "breakdown",
                    "by": list(query.by),
                    "timing": query.timing,
                    **method,
                },
                counts={"records": selection.records},
                notes=(
                    *selection.coverage_notes(),
                    *(
                        ()
                        if baseline is None
                        else (f"Baseline: {note}" for note in baseline.coverage_notes())
                    ),
                    *placement_notes(self._areas, selection, names),
                    *(() if times is None else times.notes()),
                    *_notes(selection, parts or []),
                ),
            ),
        )


def _axes(query: BreakdownQuery) -> tuple[AxisName, ...]:
    """The axes of a breakdown; none of the matrix."""
    return tuple(AxisName.from_text(text) for text in query.by if text != HOUR_BY_WEEKDAY)


def _counts(axis: Axis, mask: BoolArray) -> IntArray:
    """(keys,) incidents of a mask at each key."""
    return np.bincount(axis.key[mask[axis.incident]], minlength=len(axis.keys)).astype(np.int64)


def _days(selection: Selection, axis: Axis, name: AxisName) -> FloatArray:
    """(keys,) days of the period that the data cover of each key."""
    days = covered_days_of(selection)
    if name.kind == "weekday":
        of_weekday = days_of_weekdays(selection)
        return np.array([of_weekday.get(key, len(days)) for key in axis.keys], np.float64)
    exposure = selection.exposure_days(days, days)
    if axis.key_of_day is None:
        return np.full(len(axis.keys), exposure.sum())
    covered = np.bincount(axis.key_of_day(days), exposure, minlength=len(axis.keys))
    return np.asarray(covered, np.float64)


def _total(selection: Selection, baseline: Selection | None) -> dict[str, Any]:
    """All incidents, and how they have changed."""
    if baseline is None:
        return {"records": selection.records}
    records = np.array([baseline.records]), np.array([selection.records])
    changes = _changes(*records, baseline, selection)
    return {
        "records": selection.records,
        "baseline_records": baseline.records,
        **{
            name: None if np.isnan(values[0]) else float(values[0])
            for name, values in changes.items()
            if name != "q_value"
        },
    }


def _changes(
    first: IntArray, second: IntArray, baseline: Selection, selection: Selection
) -> dict[str, ColumnValues]:
    """The change of each count against the baseline, days covered as exposure."""
    changes = count_changes(
        first,
        second,
        first_exposure=baseline.length_days(),
        second_exposure=selection.length_days(),
    )
    return {
        "change": changes.difference,
        "change_percent": changes.percent,
        "p_value": changes.p_value,
        "q_value": changes.q_value,
    }


def _block(
    part: Part, selection: Selection, baseline: Selection | None, query: BreakdownQuery
) -> dict[str, ColumnValues]:
    """The columns of the rows of one axis."""
    size, has_data = len(part.count), part.days > 0
    recorded = float(selection.records - part.missing)
    share = shares(np.minimum(part.value, recorded), recorded)
    is_share = part.is_recorded & has_data
    counts: ColumnValues = part.count
    if not has_data.all():
        counts = part.count.astype(object)
        counts[~has_data] = None
    columns: dict[str, ColumnValues] = {
        "by": np.full(size, str(part.name), dtype=object),
        "key": np.array(part.axis.keys, dtype=object),
        "name": np.array(part.axis.names, dtype=object),
        "is_recorded": part.is_recorded,
        "days": part.days,
        "count": counts,
        **({"aoristic": part.value} if query.timing == "aoristic" else {}),
        "share": np.where(is_share, share.value, np.nan),
        "lower": np.where(is_share, share.lower, np.nan),
        "upper": np.where(is_share, share.upper, np.nan),
        "share_of_all": np.where(
            has_data, 100.0 * part.value / (selection.records or np.nan), np.nan
        ),
    }
    if baseline is not None:
        missing = part.baseline[~part.is_recorded].sum()
        of_baseline = 100.0 * part.baseline / ((baseline.records - missing) or np.nan)
        columns |= {
            "baseline_count": part.baseline,
            "baseline_share": np.where(part.is_recorded, of_baseline, np.nan),
            **_changes(part.baseline, part.count, baseline, selection),
        }
    if query.sort == "count":
        order = np.lexsort((-part.value, ~part.is_recorded))
        columns = {name: values[order] for name, values in columns.items()}
    return columns


def _notes(selection: Selection, parts: list[Part]) -> tuple[str, ...]:
    """What is missing, and of what several stand at one incident."""
    notes = []
    for part in parts:
        if part.missing:
            percent = 100.0 * part.missing / selection.records
            notes.append(
                f"{part.missing:,} of {selection.records:,} records ({percent:.1f} %) have no "
                f"{part.name}: `share` leaves them out."
            )
        if part.name.kind == "marker":
            notes.append(
                "An incident stands at each of its markers, so that shares may add up to more "
                "than 100 %."
            )
    return tuple(notes)
