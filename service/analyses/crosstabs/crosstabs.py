"""Cross-tables: incidents counted along two axes, with shares, monthly means and rates."""

import dataclasses
import math
from typing import Any, Final

import numpy as np

from service.analyses.crosstabs.layouts import Layout
from service.analyses.crosstabs.projections import step_shares
from service.analyses.crosstabs.sheets import Exposure, Part, WholeLayer
from service.analyses.crosstabs.side_by_side import aligned, common_axis, positions
from service.analyses.crosstabs.step_marks import StepMarks, event_notes, events_of, step_marks
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.denominators import denominator_of
from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import Axis
from service.analyses.tables.axis_inputs import (
    axis_named,
    placement_notes,
    selection_of,
    sources_of,
    version_of,
)
from service.analyses.tables.cells import Cells, counted
from service.analyses.tables.rows import CrosstabRow
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.incident_filter import IncidentFilter
from service.model.provenance import dataset_source, provenance, short_digest
from service.queries.tables.crosstabs import AxisName, CrosstabQuery
from service.store.reference.events import EventStore
from service.store.reference.measures import MeasureStore

MAX_CELLS: Final = 100_000
MAX_COLUMNS: Final = 1_200  # of the wide layout


@dataclasses.dataclass(frozen=True, eq=False)
class Counted:
    """One dataset counted along the axes.

    Attributes
    ----------
    selection : Selection
        The incidents.
    cells : Cells
        On its own axes.
    """

    selection: Selection
    cells: Cells

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Rows and columns."""
        return self.cells.rows, self.cells.columns


class Crosstabs:
    """Cross-tables of incidents.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    measures : MeasureStore
        Denominators.
    events : EventStore
        Events that explain a series.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore, events: EventStore) -> None:
        self._areas = areas
        self._measures = measures
        self._events = events

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
            It changes when a dataset, a layer, a measure, an event or the software does.
        """
        datasets = [dataset] if query.beside_dataset is None else [dataset, query.beside_dataset]
        counts_versions = [version_of(self._areas, name, _axes(query)) for name in datasets]
        return short_digest(
            *counts_versions, self._measures.revision(), self._events.revision(), "crosstab"
        )

    def table(self, dataset: str, query: CrosstabQuery) -> Table:
        """One `CrosstabRow` per cell, or a row and column for each of the cross-table's own.

        The counts of all cells add up to the records selected; of markers, of which an incident
        may have several, to more. Rows to compare with come behind them, and do not count.

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
            If a dataset or layer has no such axis or denominator.
        TooMuchWorkError
            If there are too many cells.
        """
        names = _axes(query)
        main = self._counted(dataset, query.incident_filter(), query)
        companion = None
        rows, columns = main.axes
        if query.beside_dataset is not None:
            companion = self._counted(query.beside_dataset, query.beside_filter, query)
            rows, columns = (
                common_axis(*pair) for pair in zip(main.axes, companion.axes, strict=True)
            )
        _refuse_large(rows, columns, query)
        events = events_of(self._events, main.selection)
        marks = self._marks(main, rows, columns, events)
        parts = [
            None if counts is None else self._part(counts, rows, columns, query)
            for counts in (main, companion)
        ]
        part = parts[0] or Part(main.cells)
        layout = Layout(query, rows, columns, marks, part, parts[1], _title(dataset, query))
        row, content = (CrosstabRow, layout.long()) if query.layout == "long" else layout.wide()
        selection, exposure = main.selection, part.exposure
        has_steps = any(mark.has_steps for mark in marks)
        return Table(
            kind="crosstab",
            row=row,
            columns=content,
            provenance=provenance(
                sources={
                    **sources_of(self._areas, selection, names),
                    **({} if exposure is None else {"denominator": exposure.measure.source()}),
                    **(
                        {}
                        if companion is None
                        else {"beside": dataset_source(companion.selection.incidents)}
                    ),
                },
                filter={**selection.provenance_filter(), "within": query.within},
                method=_method(query, part, companion, events if has_steps else ()),
                counts={
                    "records": selection.records,
                    **({} if query.sums_harm else {"in_cells": int(main.cells.count.sum())}),
                    **(
                        {}
                        if companion is None
                        else {"records_beside": companion.selection.records}
                    ),
                },
                notes=(
                    *selection.coverage_notes(),
                    *placement_notes(self._areas, selection, names),
                    *(() if exposure is None else exposure.measure.notes()),
                    *(note for mark in marks for note in mark.notes()),
                    *(event_notes(events) if has_steps else ()),
                    *_notes(query, names, part),
                    *(() if companion is None else self._beside_notes(companion, query)),
                ),
            ),
        )

    def _counted(
        self, dataset: str, incident_filter: IncidentFilter, query: CrosstabQuery
    ) -> Counted:
        """A dataset counted along the axes of a query."""
        names = _axes(query)
        selection = selection_of(self._areas, dataset, incident_filter, names)
        rows, columns = (axis_named(self._areas, selection, name) for name in names)
        _refuse_large(rows, columns, query)
        return Counted(selection, counted(selection, rows, columns, by_weight=query.sums_harm))

    def _part(self, data: Counted, rows: Axis, columns: Axis, query: CrosstabQuery) -> Part:
        """The numbers of a dataset on the axes of the table."""
        cells = data.cells if query.beside_dataset is None else aligned(data.cells, rows, columns)
        exposure = self._exposure(rows, query)
        all_areas = self._whole(data, columns, query) if query.compare else None
        steps = next((k for k, axis in enumerate(data.axes) if axis.first_days is not None), None)
        if query.part_steps != "projected" or steps is None:
            return Part(cells, exposure, all_areas)
        axis, series_axis = data.axes[steps], data.axes[1 - steps]
        shares = step_shares(
            data.selection, axis, series_axis, step_marks(data.selection, axis, ()).is_part
        )
        position = positions((rows, columns)[steps], axis.keys).tolist()
        step_days = (rows, columns)[steps].length
        shares = {position[step]: share for step, share in shares.items()}
        return Part(cells, exposure, all_areas, shares, steps, step_days)

    def _whole(self, data: Counted, columns: Axis, query: CrosstabQuery) -> WholeLayer:
        """All areas of the layer of the rows, with the columns of the table."""
        every = data
        if data.selection.filter.within is not None:
            everywhere = dataclasses.replace(data.selection.filter, within=None)
            every = self._counted(data.selection.incidents.dataset, everywhere, query)
        cells = aligned(every.cells, every.cells.rows, columns)
        exposure = self._exposure(cells.rows, query)
        layer = self._areas.layer(_axes(query)[0].argument)
        is_area = np.isin(np.array(cells.rows.keys, dtype=object), layer.codes)
        over = np.full(len(is_area), math.nan) if exposure is None else exposure.over
        return WholeLayer(cells, is_area, over)

    def _exposure(self, rows: Axis, query: CrosstabQuery) -> Exposure | None:
        """What rates are over, where that is asked for."""
        if query.denominator is None:
            return None
        layer = self._areas.layer(_axes(query)[0].argument)
        measure = denominator_of(
            self._measures, layer, query.denominator, crosswalks=self._areas.crosswalks
        )
        value_of = dict(zip(layer.codes, measure.values.tolist(), strict=True))
        over = np.array([value_of.get(key, math.nan) for key in rows.keys])
        is_area = np.array([key in value_of for key in rows.keys])
        numerator = "days of harm" if query.sums_harm else "incidents"
        return Exposure(measure, over, is_area, numerator)

    def _marks(
        self, main: Counted, rows: Axis, columns: Axis, events: Any
    ) -> tuple[StepMarks, StepMarks]:
        """What is to be known of the steps of the first dataset, on the axes of the table."""
        marks = [step_marks(main.selection, axis, events) for axis in main.axes]
        first, second = (mark.on(axis) for mark, axis in zip(marks, (rows, columns), strict=True))
        return first, second

    def _beside_notes(self, companion: Counted, query: CrosstabQuery) -> tuple[str, ...]:
        """What the data beside do not cover."""
        name = companion.selection.incidents.dataset
        notes = list(companion.selection.coverage_notes())
        for axis in companion.axes:
            notes += step_marks(companion.selection, axis, ()).notes()
        return tuple(f"Beside, {name}: {note[0].lower()}{note[1:]}" for note in notes)


def _axes(query: CrosstabQuery) -> tuple[AxisName, AxisName]:
    return AxisName.from_text(query.rows), AxisName.from_text(query.columns)


def _title(dataset: str, query: CrosstabQuery) -> str:
    """What the columns of the dataset beside are named by."""
    return "beside" if query.beside_dataset in (None, dataset) else str(query.beside_dataset)


def _refuse_large(rows: Axis, columns: Axis, query: CrosstabQuery) -> None:
    """Raise TooMuchWorkError if there are too many cells or columns."""
    most_columns = MAX_CELLS if query.layout == "long" else MAX_COLUMNS
    for number, allowed, what in (
        (len(rows.keys) * len(columns.keys), MAX_CELLS, "cells"),
        (len(columns.keys), most_columns, "columns"),
    ):
        if number > allowed:
            advice = "take coarser axes or fewer incidents"
            raise TooMuchWorkError(what, number, allowed, advice)


def _method(
    query: CrosstabQuery, part: Part, companion: Counted | None, events: Any
) -> dict[str, Any]:
    """The method of a cross-table."""
    method: dict[str, Any] = {
        "name": "cross-table",
        "rows": query.rows,
        "columns": query.columns,
        "cells": "all" if query.layout == "long" else query.cells,
        **({} if part.exposure is None else part.exposure.method(query.per)),
        **({"weights": "summed"} if query.sums_harm else {}),
    }
    if query.small is not None:
        method["small"] = f"counts above 0 and below {query.small}"
    if query.compare:
        method["compare"] = list(query.compare)
    if query.part_steps == "projected" and part.steps is not None:
        keys = (part.cells.rows, part.cells.columns)[part.steps].keys
        method["projected"] = {keys[k]: share.method() for k, share in part.shares.items()}
    if companion is not None:
        method["beside"] = companion.selection.provenance_filter()
    if events:
        method["events"] = [event.label() for event in events]
    return method


def _notes(query: CrosstabQuery, names: tuple[AxisName, ...], part: Part) -> tuple[str, ...]:
    """What a reader must know of markers, comparisons and projections."""
    notes = []
    if any(name.kind == "marker" for name in names):
        notes.append("An incident stands at each of its markers; totals count it once.")
    if "all" in query.compare:
        notes.append(
            "The row of all areas counts what is in an area of the layer, whatever within says."
        )
    if "mean" in query.compare:
        notes.append(
            "The mean is that of the areas of the layer, each counting alike; of rates that of "
            "those that have one."
        )
    if query.small is not None:
        notes.append(
            f"Counts above 0 and below {query.small} are shown as <{query.small}. This is a rule "
            "of display, not disclosure control: totals and differences may give them away."
        )
    if part.shares:
        ways = {share.basis is None for share in part.shares.values()}
        how = " or ".join(
            "the share of its days"
            if by_days
            else "the share of the same months in other whole steps of the table"
            for by_days in sorted(ways)
        )
        notes.append(
            f"A step covered in part is projected by {how}; the interval is predictive (95 %), "
            "and supposes that nothing changes in the rest of the step."
        )
    return tuple(notes)
