"""Comparisons of two periods along an axis: numeric change, per cent, and whether it is chance."""

import dataclasses
from typing import Any, Final

import numpy as np

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.located_shares import LEVEL, LocatedShares
from service.analyses.inputs.placement import NOT_PLACED
from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import NOT_LOCATED, NOT_RECORDED, OUTSIDE, Axis
from service.analyses.tables.axis_inputs import (
    axis_named,
    placement_notes,
    selection_of,
    sources_of,
    version_of,
)
from service.analyses.tables.cells import covered_days_of
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.model.rows import COUNT, NOTHING, ColumnValues, Discloses, Row, column, whole_numbers
from service.queries.tables.comparisons import ComparisonQuery
from service.queries.tables.crosstabs import AxisName
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.local_statistics.multiplicity import corrected
from spatial.over_time.change import count_changes

NO_CALCULATION: Final = "no calculation"
NO_CHANGE: Final = "no change"
NO_DATA: Final = "no data"
_OF_COUNTS: Final = Discloses.of("count_before", "count_after")


class ComparisonRow(Row):
    """What is compared, in both periods; the last row is the total."""

    row: str = column("Key of the row, such as a category or an area's code.", NOTHING)
    row_name: str = column("Name of the row.", NOTHING)
    days_before: float = column(
        "Days that the data cover in the baseline period; of a month or weekday its own.",
        NOTHING,
        "days",
    )
    days_after: float = column("The same of the later period.", NOTHING, "days")
    count_before: int | None = column(
        "Incidents in the baseline period; null without a day covered.", COUNT, "incidents"
    )
    count_after: int | None = column("Incidents in the later period.", COUNT, "incidents")
    numeric_change: int | None = column("Later count less the earlier.", _OF_COUNTS, "incidents")
    percent_change: float | None = column(
        "The same in per cent of the earlier count; null from zero.", _OF_COUNTS, "%"
    )
    change: str = column(
        "The same in words: up or down, no change, no calculation from zero, or no data in a "
        "period.",
        _OF_COUNTS,
    )
    percent_per_day: float | None = column(
        "Change of the incidents per day covered, in per cent.", _OF_COUNTS, "%"
    )
    ratio: float | None = column("Later incidents per day over earlier ones.", _OF_COUNTS)
    lower: float | None = column(
        "Lower end of the ratio's 95 % interval; null where it is open.", _OF_COUNTS
    )
    upper: float | None = column("Upper end of it.", _OF_COUNTS)
    p_value: float | None = column(
        "E-test that the incidents per day are the same, two-sided; null for what is not recorded "
        "or in no area.",
        _OF_COUNTS,
    )
    q_value: float | None = column(
        "The same adjusted for the number of rows (Benjamini-Hochberg); null for the total.",
        _OF_COUNTS,
    )


class Comparisons:
    """Comparisons of two periods.

    Parameters
    ----------
    areas : Areas
        Selects incidents and places them in areas.
    """

    def __init__(self, *, areas: Areas) -> None:
        self._areas = areas

    def version(self, dataset: str, query: ComparisonQuery) -> str:
        """A short digest of everything that a comparison depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ComparisonQuery
            Its axis.

        Returns
        -------
        str
            It changes when the dataset, a layer or the software does.
        """
        name = AxisName.from_text(query.by)
        return short_digest(version_of(self._areas, dataset, (name,)), "comparison")

    def table(self, dataset: str, query: ComparisonQuery) -> Table:
        """One `ComparisonRow` per key of the axis that has an incident, and the total.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ComparisonQuery
            Axis, filter and the two periods.

        Returns
        -------
        Table
            In the order of the axis.

        Raises
        ------
        UnknownLayerError, UnknownAttributeError
            If the dataset or layer has no such axis.
        """
        name = AxisName.from_text(query.by)
        before, after = (
            selection_of(self._areas, dataset, incident_filter, (name,))
            for incident_filter in (query.baseline_filter(), query.incident_filter())
        )
        both_periods = dataclasses.replace(after, mask=before.mask | after.mask)
        axis = axis_named(self._areas, both_periods, name)
        columns = _columns(before, after, axis, name)
        days = before.length_days(), after.length_days()
        shares = self._shares(before, after, axis, name)
        return Table(
            kind="comparison",
            row=ComparisonRow,
            columns=columns,
            provenance=provenance(
                sources=sources_of(self._areas, after, (name,)),
                filter={
                    **after.provenance_filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                    "baseline_covered": before.provenance_filter()["covered"],
                },
                method={
                    "name": "comparison of two periods",
                    "by": query.by,
                    "test": "E-test (Krishnamoorthy and Thomson 2004), variance pooled under the "
                    "null, two-sided",
                    "exposure": "days covered",
                    "days_before": days[0],
                    "days_after": days[1],
                    "correction": "bh",
                    **(shares.method() if name.kind == "layer" else {}),
                },
                counts={"before_records": before.records, "records": after.records},
                leading_notes=shares.notes() if name.kind == "layer" else _recorded(shares, query),
                notes=(
                    *before.coverage_notes(),
                    *after.coverage_notes(),
                    *placement_notes(self._areas, after, (name,)),
                    *_notes(days, columns, name),
                ),
            ),
        )

    def _shares(
        self, before: Selection, after: Selection, axis: Axis, name: AxisName
    ) -> LocatedShares:
        """The records of each period, and how many of them are placed, or have a key recorded."""
        is_known = np.ones(len(after.incidents), np.bool_)
        if name.kind == "layer":
            layer = self._areas.layer(name.argument)
            placement = self._areas.placement(after.incidents, layer)
            is_known = placement.method != NOT_PLACED
        elif NOT_RECORDED in axis.keys:
            is_known[axis.incident[axis.key == axis.keys.index(NOT_RECORDED)]] = False
        periods = (before, after)
        return LocatedShares(
            ("the baseline period", "the later period"),
            np.array([period.records for period in periods], np.int64),
            np.array([np.count_nonzero(period.mask & is_known) for period in periods], np.int64),
        )


def _columns(
    before: Selection, after: Selection, axis: Axis, name: AxisName
) -> dict[str, ColumnValues]:
    """The rows of the axis, and the total."""
    periods, size = (before, after), len(axis.keys)
    count = np.array(
        [
            np.append(
                np.bincount(axis.key[period.mask[axis.incident]], minlength=size), period.records
            )
            for period in periods
        ],
        np.int64,
    )
    days = np.array([np.append(_days(p, axis, name), p.length_days()) for p in periods])
    has_data = np.asarray((days > 0).all(axis=0), np.bool_)
    untested_keys = (OUTSIDE, NOT_LOCATED) if name.kind == "layer" else (NOT_RECORDED,)
    is_tested = has_data & ~np.append(
        np.isin(np.array(axis.keys, dtype=str), untested_keys), False
    )
    tests = _tests(count, days, has_data)
    p_value = np.where(is_tested, tests["p_value"], np.nan)
    q_value = corrected(np.append(p_value[:-1], np.nan))
    difference = count[1] - count[0]
    percent = np.full(size + 1, np.nan)
    np.divide(100.0 * difference, count[0], out=percent, where=has_data & (count[0] > 0))
    return {
        "row": np.array([*axis.keys, "total"], dtype=object),
        "row_name": np.array([*axis.names, "Total"], dtype=object),
        "days_before": days[0],
        "days_after": days[1],
        "count_before": whole_numbers(count[0], days[0] > 0),
        "count_after": whole_numbers(count[1], days[1] > 0),
        "numeric_change": whole_numbers(difference, has_data),
        "percent_change": percent,
        "change": _words(difference, percent, has_data),
        **{key: tests[key] for key in ("percent_per_day", "ratio", "lower", "upper")},
        "p_value": p_value,
        "q_value": q_value,
    }


def _tests(count: IntArray, days: FloatArray, has_data: BoolArray) -> dict[str, FloatArray]:
    """Ratio of the rates with interval and p of each row; NaN where there is none.

    Rows with the same days are tested together: most tables have one pair of exposures.
    """
    names = {"percent_per_day": "percent", "ratio": "ratio", "lower": "lower", "upper": "upper"}
    names["p_value"] = "p_value"
    tests = {name: np.full(count.shape[1], np.nan) for name in names}
    for exposure in np.unique(days[:, has_data], axis=1).T:
        rows = np.flatnonzero((days == exposure[:, np.newaxis]).all(axis=0))
        changes = count_changes(
            *count[:, rows].astype(np.float64),
            first_exposure=float(exposure[0]),
            second_exposure=float(exposure[1]),
        )
        for name, attribute in names.items():
            values = getattr(changes, attribute)
            tests[name][rows] = np.where(np.isfinite(values), values, np.nan)
    return tests


def _days(selection: Selection, axis: Axis, name: AxisName) -> FloatArray:
    """(keys,) The days of a period that the data cover of each key."""
    key_of_day = axis.key_of_day
    days = covered_days_of(selection)
    exposure = selection.exposure_days(days, days)
    if name.kind == "weekday":
        # 1970-01-01 was a Thursday.
        of_week = np.bincount((days.astype(np.int64) + 3) % 7, minlength=7)
        selected = selection.filter.weekdays or range(7)
        of_week[[day not in selected for day in range(7)]] = 0
        return np.append(of_week, np.full(len(axis.keys) - 7, exposure.sum()))
    if key_of_day is None:
        return np.full(len(axis.keys), exposure.sum())
    of_keys = np.bincount(key_of_day(days), weights=exposure, minlength=len(axis.keys))
    return np.asarray(of_keys, np.float64)


def _words(difference: IntArray, percent: FloatArray, has_data: BoolArray) -> ColumnValues:
    """Each change in words."""
    directions = np.where(difference > 0, "up", "down").tolist()
    sizes = np.abs(percent).tolist()
    texts = np.array(
        [f"{way} {size:.1f} %" for way, size in zip(directions, sizes, strict=True)], dtype=object
    )
    texts[np.isnan(percent)] = NO_CALCULATION
    texts[difference == 0] = NO_CHANGE
    texts[~has_data] = NO_DATA
    return texts


def _recorded(shares: LocatedShares, query: ComparisonQuery) -> tuple[str, ...]:
    """That what the rows are of is recorded more often in one period, if it is."""
    if not shares.differ:
        return ()
    before, after = shares.share.tolist()
    note = (
        f"Whether {query.by} is recorded differs: of {before:.1%} of the records in the baseline "
        f"period, and of {after:.1%} in the later one, more than chance (p {shares.p_value:.2g}, "
        f"level {LEVEL}). The rows change for that alone."
    )
    return (note,)


def _notes(days: tuple[float, float], columns: dict[str, Any], name: AxisName) -> tuple[str, ...]:
    """What a reader must know of unequal days, of zeros and of markers."""
    notes = []
    if (columns["days_before"] != columns["days_after"]).any():
        lengths = (
            f"The data cover {days[0]:,g} days of the baseline period and {days[1]:,g} of the "
            "later one"
            if days[0] != days[1]
            else "The two periods have different numbers of days in some rows"
        )
        notes.append(
            f"{lengths}: percent_change is of the counts; percent_per_day, ratio, p and q are of "
            "the counts per day covered."
        )
    if NO_CALCULATION in columns["change"].tolist():
        notes.append("A change from zero has no percentage: no calculation.")
    if name.kind == "marker":
        notes.append("An incident stands at each of its markers; the total counts it once.")
    return tuple(notes)
