"""Cross-tables: incidents counted along two axes, with shares, monthly means and rates."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import Axis
from service.analyses.tables.axis_inputs import (
    axis_named,
    placement_notes,
    selection_of,
    sources_of,
    version_of,
)
from service.analyses.tables.cells import Cells, counted, covered_days_of
from service.analyses.tables.rows import CrosstabRow, wide_row
from service.coverage.spans import listed
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import provenance, short_digest
from service.model.rows import ColumnValues
from service.queries.tables.crosstabs import AxisName, CrosstabQuery
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray
from spatial.rates.rates import rates

MAX_CELLS: Final = 100_000
MAX_COLUMNS: Final = 1_200  # of the wide layout
MOST_NAMED: Final = 12
RESERVED: Final = frozenset({"row", "row_name", "total"})
UNITS: Final = {
    "count": "incidents",
    "per-month": "incidents per month",
    "harm": "days of harm",
}


@dataclass(frozen=True, eq=False)
class Exposure:
    """What rates are over.

    Attributes
    ----------
    measure : Denominator
    over : (rows,) float64
        Of each row; NaN where it is not known, and of what is in no area.
    is_area : (rows,) bool
        False for the rows of what is in no area.
    numerator : str
        What rates are of.
    """

    measure: Denominator
    over: FloatArray
    is_area: BoolArray
    numerator: str = "incidents"

    def method(self, per: float) -> dict[str, Any]:
        """What rates are over, for the method of an answer.

        Parameters
        ----------
        per : float
            Rates are per this many.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        name = self.measure.measure
        return {
            "denominator": name,
            "per": per,
            "unit": f"{self.numerator} per {per:g} {name} and year",
        }


class Crosstabs:
    """Cross-tables of incidents.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    measures : MeasureStore
        Denominators.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore) -> None:
        self._areas = areas
        self._measures = measures

    def version(self, dataset: str, query: CrosstabQuery) -> str:
        """A short digest of everything that a cross-table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : CrosstabQuery
            Its axes.

        Returns
        -------
        str
            It changes when the dataset, a layer, a measure or the software does.
        """
        counts_version = version_of(self._areas, dataset, _axes(query))
        return short_digest(counts_version, self._measures.revision(), "crosstab")

    def table(self, dataset: str, query: CrosstabQuery) -> Table:
        """One `CrosstabRow` per cell, or a row and column for each of the cross-table's own.

        The counts of all cells add up to the records selected; of markers, of which an incident
        may have several, to more.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : CrosstabQuery
            Axes, filter and layout.

        Returns
        -------
        Table
            In the order of the axes.

        Raises
        ------
        UnknownLayerError, UnknownAttributeError, UnknownMeasureError
            If the dataset or layer has no such axis or denominator.
        TooMuchWorkError
            If there are too many cells.
        """
        names = _axes(query)
        selection = selection_of(self._areas, dataset, query.incident_filter(), names)
        rows, columns = (axis_named(self._areas, selection, name) for name in names)
        most_columns = MAX_CELLS if query.layout == "long" else MAX_COLUMNS
        for asked, allowed, what in (
            (len(rows.keys) * len(columns.keys), MAX_CELLS, "cells"),
            (len(columns.keys), most_columns, "columns"),
        ):
            if asked > allowed:
                advice = "take coarser axes or fewer incidents"
                raise TooMuchWorkError(what, asked, allowed, advice)
        cells = counted(selection, rows, columns, by_weight=query.sums_harm)
        denominator = self._denominator(names[0], rows, query)
        row, content = (
            (CrosstabRow, _long(cells, denominator, query.per))
            if query.layout == "long"
            else _wide(cells, denominator, query)
        )
        return Table(
            kind="crosstab",
            row=row,
            columns=content,
            provenance=provenance(
                sources={
                    **sources_of(self._areas, selection, names),
                    **(
                        {}
                        if denominator is None
                        else {"denominator": denominator.measure.source()}
                    ),
                },
                filter={**selection.provenance_filter(), "within": query.within},
                method={
                    "name": "cross-table",
                    "rows": query.rows,
                    "columns": query.columns,
                    "cells": "all" if query.layout == "long" else query.cells,
                    **({} if denominator is None else denominator.method(query.per)),
                },
                counts={
                    "records": selection.records,
                    **({} if query.sums_harm else {"in_cells": int(cells.count.sum())}),
                },
                notes=(
                    *selection.coverage_notes(),
                    *placement_notes(self._areas, selection, names),
                    *(() if denominator is None else denominator.measure.notes()),
                    *_notes(selection, cells, names),
                ),
            ),
        )

    def _denominator(self, name: AxisName, rows: Axis, query: CrosstabQuery) -> Exposure | None:
        """What rates are over, where that is asked for."""
        if query.denominator is None:
            return None
        layer = self._areas.layer(name.argument)
        measure = denominator_of(
            self._measures, layer, query.denominator, crosswalks=self._areas.crosswalks
        )
        value_of = dict(zip(layer.codes, measure.values.tolist(), strict=True))
        over = np.array([value_of.get(key, math.nan) for key in rows.keys])
        is_area = np.array([key in value_of for key in rows.keys])
        numerator = "days of harm" if query.sums_harm else "incidents"
        return Exposure(measure, over, is_area, numerator)


def _axes(query: CrosstabQuery) -> tuple[AxisName, AxisName]:
    return AxisName.from_text(query.rows), AxisName.from_text(query.columns)


def _long(cells: Cells, denominator: Exposure | None, per: float) -> dict[str, ColumnValues]:
    """The columns of the long layout."""
    shape = cells.count.shape
    row, column = (index.ravel() for index in np.indices(shape))
    content: dict[str, ColumnValues] = {
        "row": np.array(cells.rows.keys, dtype=object)[row],
        "row_name": np.array(cells.rows.names, dtype=object)[row],
        "column": np.array(cells.columns.keys, dtype=object)[column],
        "column_name": np.array(cells.columns.names, dtype=object)[column],
        "days": cells.days.ravel(),
        "count": cells.counts().ravel(),
        "share_of_row": cells.value("share-of-row").ravel(),
        "share_of_column": cells.value("share-of-column").ravel(),
        "share_of_table": cells.value("share-of-table").ravel(),
        "per_month": cells.value("per-month").ravel(),
    }
    if denominator is None:
        return content
    over = denominator.over
    exposure = (over[:, None] * np.where(cells.has_data, cells.days, np.nan) / 365.25).ravel()
    result = rates(cells.count.ravel().astype(np.float64), exposure, per=per)
    return {
        **content,
        "denominator": np.repeat(over, shape[1]),
        "rate": result.value,
        "lower": result.lower,
        "upper": result.upper,
    }


def _wide(
    cells: Cells, denominator: Exposure | None, query: CrosstabQuery
) -> tuple[Any, dict[str, ColumnValues]]:
    """The row model and the columns of the wide layout, with a total of rows and of columns."""
    whole = cells.with_totals()
    names = [_column_name(key) for key in cells.columns.keys]
    is_count = query.cells == "count"
    unit = UNITS.get(query.cells, "%")
    if query.cells.endswith("rate") and denominator is not None:
        # The total is that of the areas; not known where one of them has no denominator.
        over = np.append(denominator.over, denominator.over[denominator.is_area].sum())
        whole.count[-1] = whole.count[:-1][denominator.is_area].sum(axis=0)
        exposure = over[:, None] * np.where(whole.has_data, whole.days, np.nan) / 365.25
        values = whole.count * query.per / np.where(exposure > 0, exposure, np.nan)
        unit = str(denominator.method(query.per)["unit"])
    elif query.sums_harm:
        values = np.where(whole.has_data, whole.count, np.nan)
    else:
        values = np.zeros(0) if is_count else whole.value(query.cells)
    row = wide_row(names, is_count=is_count, unit=unit)
    content: dict[str, ColumnValues] = {
        "row": np.array([*cells.rows.keys, "total"], dtype=object),
        "row_name": np.array([*cells.rows.names, "Total"], dtype=object),
    }
    counts = whole.counts()
    for k, name in enumerate((*names, "total")):
        content[name] = counts[:, k] if is_count else values[:, k]
    return row, content


def _column_name(key: str) -> str:
    """The name of a column of the wide layout: the key, told apart from our own."""
    return f"{key} (value)" if key in RESERVED else key.rstrip("_") or "_"


def _notes(selection: Selection, cells: Cells, names: tuple[AxisName, ...]) -> tuple[str, ...]:
    """What a reader must know of steps without data or covered in part, and of markers."""
    notes = []
    covered_days = covered_days_of(selection)
    for axis in (cells.rows, cells.columns):
        if axis.key_of_day is None or axis.length is None:
            continue
        covered = np.bincount(axis.key_of_day(covered_days), minlength=len(axis.keys))
        steps = list(zip(axis.keys, covered.tolist(), axis.length.tolist(), strict=True))
        empty = [key for key, number, _ in steps if not number]
        partial = [f"{key} ({n} of {days} days)" for key, n, days in steps if 0 < n < days]
        if empty:
            notes.append(f"No data, which is not zero: {listed(empty, most=MOST_NAMED)}.")
        if partial:
            notes.append(f"Covered in part: {listed(partial, most=MOST_NAMED)}.")
    if any(name.kind == "marker" for name in names):
        notes.append("An incident stands at each of its markers; totals count it once.")
    return tuple(notes)
