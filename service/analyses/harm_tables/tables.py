"""Harm tables: incidents and their harm along one axis or two, ranked by both."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.harm.weights import Harm, IncidentHarm
from service.analyses.harm_tables.columns import columns_of
from service.analyses.harm_tables.rows import HarmRow
from service.analyses.harm_tables.sums import (
    ALL_AREAS,
    IN_NO_AREA,
    HarmSums,
    axis_of_all,
    axis_of_offences,
)
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
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import layer_source, provenance, short_digest
from service.queries.tables.crosstabs import AxisName
from service.queries.tables.harm import OFFENCE, HarmTableQuery
from service.sentences.numbers import counted
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore
from spatial.arrays import FloatArray
from spatial.errors import InvalidParameterError

MAX_CELLS: Final = 100_000
FEW: Final = 5.0
HALF: Final = 0.5


@dataclass(frozen=True, eq=False)
class Over:
    """What the rates of a harm table are over.

    Attributes
    ----------
    measure : Denominator
    values : (rows, columns) float64
        NaN where it is not known, and of what is in no area.
    total : float
        Of all areas.
    layer : Layer
        Whose areas they are.
    """

    measure: Denominator
    values: FloatArray
    total: float
    layer: Layer


class HarmTables:
    """Tables of harm.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    measures : MeasureStore
        Denominators.
    harm : Harm
        The harm of incidents.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore, harm: Harm) -> None:
        self._areas = areas
        self._measures = measures
        self._harm = harm

    def version(self, dataset: str, query: HarmTableQuery) -> str:
        """A short digest of everything that a table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : HarmTableQuery
            Its axes.

        Returns
        -------
        str
            It changes when the dataset, a layer, a measure, a harm index or the software does.
        """
        layer_axes = () if query.layer is None else (AxisName("layer", query.layer),)
        names = (*map(AxisName.from_text, query.axes()), *layer_axes)
        return short_digest(
            version_of(self._areas, dataset, names), self._measures.revision(), "harm"
        )

    def table(self, dataset: str, query: HarmTableQuery) -> Table:
        """One `HarmRow` per row, or per row and column; most harm first, the totals last.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : HarmTableQuery
            Axes, filter, index and denominator.

        Returns
        -------
        Table
            The row ``total`` has all records selected, of known harm or not.

        Raises
        ------
        UnknownHarmIndexError, NoHarmMatchError
            If there is no such index, or it has none of the dataset's offences.
        UnknownLayerError, UnknownAttributeError, UnknownMeasureError
            If the dataset or layer has no such axis or denominator.
        TooMuchWorkError
            If there are too many cells.
        """
        layer = self._layer(query)
        names = tuple(map(AxisName.from_text, query.axes()))
        selection = selection_of(self._areas, dataset, query.incident_filter(), names)
        harm = self._harm.of(selection.incidents, query.harm_choice)
        rows = self._axis(selection, harm, query.rows)
        columns = self._axis(selection, harm, query.columns)
        cells = len(rows.keys) * len(columns.keys)
        if cells > MAX_CELLS:
            advice = "take coarser axes or fewer incidents"
            raise TooMuchWorkError("cells", cells, MAX_CELLS, advice)
        of_areas = query.rows.startswith("layer:")
        sums = HarmSums.of(selection, harm, rows, columns, of_areas=of_areas)
        over = None if layer is None else self._over(sums, layer, query)
        largest = float(np.nanmax(harm.days[selection.mask], initial=0.0))
        content = columns_of(
            sums,
            query,
            over=None if over is None else over.values,
            largest_harm=largest,
            groups=dict(zip(harm.index.names, harm.index.groups, strict=True)),
        )
        return Table(
            kind="harm table",
            row=HarmRow,
            columns=content,
            provenance=provenance(
                sources={
                    **sources_of(self._areas, selection, names),
                    "harm_index": harm.source(),
                    **_sources_of(over),
                },
                filter={**selection.provenance_filter(), "within": query.within},
                method=_method(harm, over, query),
                counts={
                    "records": selection.records,
                    "harm_known": int(np.count_nonzero(selection.mask & harm.is_known)),
                    "harm_not_known": int(np.count_nonzero(selection.mask & ~harm.is_known)),
                },
                notes=(
                    *harm.notes(selection.mask),
                    *_few_notes(sums),
                    *selection.coverage_notes(),
                    *placement_notes(self._areas, selection, names),
                    *self._rate_notes(over, selection, query),
                ),
            ),
        )

    def _axis(self, selection: Selection, harm: IncidentHarm, text: str | None) -> Axis:
        """The keys of the selected incidents on an axis."""
        if text is None:
            return axis_of_all(selection)
        if text.startswith(OFFENCE):
            return axis_of_offences(selection, harm, text)
        return axis_named(self._areas, selection, AxisName.from_text(text))

    def _layer(self, query: HarmTableQuery) -> Layer | None:
        """The layer of the denominators; None where rates are not asked for."""
        named = None if query.layer is None else self._areas.layer(query.layer)
        axis_layers = query.layers()
        if named is not None and named.layer_id not in (axis_layers or (named.layer_id,)):
            raise InvalidParameterError("layer", query.layer, f"{axis_layers[0]}, as of the axis")
        if query.denominator is None or named is not None:
            return None if query.denominator is None else named
        if axis_layers:
            return self._areas.layer(axis_layers[0])
        name, layer_ids = query.denominator.partition(":")[0], self._areas.layer_ids()
        areas_of = {
            layer_id: max(info.areas)
            for layer_id in layer_ids
            for info in self._measures.available(layer_id)
            if info.measure == name
        }
        if not areas_of:
            measures = {info.measure for k in layer_ids for info in self._measures.available(k)}
            raise UnknownMeasureError(", ".join(layer_ids), name, tuple(sorted(measures)))
        return self._areas.layer(max(areas_of, key=lambda layer_id: areas_of[layer_id]))

    def _over(self, sums: HarmSums, layer: Layer, query: HarmTableQuery) -> Over:
        """What rates are over, of every row and column."""
        measure = denominator_of(
            self._measures, layer, query.denominator or "", crosswalks=self._areas.crosswalks
        )
        in_scope = self._areas.in_scope(layer, query.within)
        total = float(measure.values[in_scope].sum())
        value_of = dict(zip(layer.codes, measure.values.tolist(), strict=True))
        nothing = dict.fromkeys(IN_NO_AREA, np.nan)

        def over(axis: Axis) -> FloatArray:
            of_keys = value_of | nothing | {ALL_AREAS: total}
            return np.array([of_keys.get(key, np.nan) for key in axis.keys])

        shape = sums.count.shape
        if query.rows.startswith("layer:"):
            values = np.repeat(over(sums.rows)[:, None], shape[1], axis=1)
        elif query.layers():
            values = np.repeat(over(sums.columns)[None, :], shape[0], axis=0)
        else:
            values = np.full(shape, total)
        return Over(measure, values, total, layer)

    def _rate_notes(
        self, over: Over | None, selection: Selection, query: HarmTableQuery
    ) -> tuple[str, ...]:
        """What rates rest on, and which records they count that are in no area."""
        if over is None:
            return ()
        notes = list(over.measure.notes())
        if not query.layers():
            area = self._areas.placement(selection.incidents, over.layer).area
            outside = int(np.count_nonzero(selection.mask & (area < 0)))
            if outside:
                notes.append(
                    f"Rates count all records selected, {counted(outside, 'record')} among them "
                    f"in no area of {over.layer.layer_id}, outside or without a place."
                )
        return tuple(notes)


def _sources_of(over: Over | None) -> dict[str, Any]:
    """The denominator, and the layer that it is of."""
    if over is None:
        return {}
    return {"layer": layer_source(over.layer), "denominator": over.measure.source()}


def _method(harm: IncidentHarm, over: Over | None, query: HarmTableQuery) -> dict[str, Any]:
    """The axes, the index, and what rates are over."""
    method: dict[str, Any] = {
        "name": "harm table",
        "rows": query.rows,
        "columns": query.columns,
        "harm_index": harm.index.index_id,
        "matched_on": harm.column,
        "unit": "days of harm",
    }
    if over is not None:
        name = over.measure.measure
        per = f"per {query.per:,g} {name} and year"
        method |= {
            "denominator": name,
            "denominator_total": over.total if np.isfinite(over.total) else None,
            "per": query.per,
            "rate_unit": f"incidents {per}",
            "harm_rate_unit": f"days of harm {per}",
            "interval": "exact Poisson (Garwood 1936), and gamma for sums of harm (Fay and "
            "Feuer 1997), 95 %",
        }
    return method


def _few_notes(sums: HarmSums) -> tuple[str, ...]:
    """That the harm of the whole table rests on few events, or on one."""
    effective = float(sums.table(sums.known.effective_number)[-1, -1])
    share = float(sums.table(sums.known.largest_share)[-1, -1])
    if not (share > HALF or 0 < effective < FEW):
        return ()
    return (
        (
            f"The harm is as uncertain as that of {effective:.1f} incidents; the most harmful one "
            f"is {share:.0%} of it."
        ),
    )
