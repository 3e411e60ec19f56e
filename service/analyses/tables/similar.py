"""Most similar areas: rates of the areas of a group, from incidents or from measures."""

from typing import Final

import numpy as np

from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.denominators import denominator_of
from service.analyses.tables.peers import (
    Peers,
    SimilarAreaRow,
    SimilarMeasureRow,
    method,
    peers_of_counts,
    peers_of_rates,
)
from service.model.answers import Table
from service.model.errors import UnknownStatisticError
from service.model.provenance import (
    SOFTWARE,
    layer_source,
    layers_version,
    provenance,
    short_digest,
)
from service.queries.tables.rankings import SimilarAreasQuery, SimilarMeasuresQuery
from service.sentences.numbers import counted
from service.sentences.units import scale_of, unit_of
from service.store.errors import UnknownAreaGroupError
from service.store.reference.area_groups import AreaGroup, AreaGroupStore
from service.store.reference.measures import MeasureColumn, MeasureStore
from spatial.arrays import BoolArray, FloatArray, IndexArray

OF_RATES: Final = (
    "Rates as they were published: without their counts ranks have no limits, and what chance "
    "does to one area is part of the variation between areas."
)


class SimilarAreas:
    """Rates of incidents in the areas of a group.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        Denominators.
    groups : AreaGroupStore
        The groups.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore, groups: AreaGroupStore) -> None:
        self._areas = areas
        self._measures = measures
        self._groups = groups

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that a table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer.

        Returns
        -------
        str
            It changes when the dataset, a layer, a measure, a group or the software does.
        """
        counts = self._areas.version(dataset, layer_id)
        return short_digest(counts, self._measures.revision(), self._groups.revision(), "similar")

    def table(self, dataset: str, layer_id: str, query: SimilarAreasQuery) -> Table:
        """One `SimilarAreaRow` per area of a group, the highest rate first, then their summary.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer.
        query : SimilarAreasQuery
            Group, area, filter and denominator.

        Returns
        -------
        Table
            What is said of the area comes first among the notes.

        Raises
        ------
        UnknownLayerError, UnknownAreaGroupError, UnknownMeasureError, UnknownStatisticError
            If there is no such layer, group or denominator, or the area is none of the group.
        """
        layer = self._areas.layer(layer_id)
        group = self._groups.get(layer_id, query.area_group)
        _check_code(group, query.code)
        area_counts = self._areas.count(dataset, layer_id, query.incident_filter())
        denominator = denominator_of(
            self._measures, layer, query.denominator, crosswalks=self._areas.crosswalks
        )
        position = layer.code_index.positions(tuple(group.areas))
        has_data = _has_data(area_counts, position)
        count = np.where(has_data, area_counts.count[position], np.nan)
        over = np.where(position >= 0, denominator.values[position], np.nan)
        names = tuple(
            name or (str(layer.names[k] or "") if k >= 0 else "")
            for name, k in zip(group.areas.values(), position.tolist(), strict=True)
        )
        years = area_counts.selection.years()
        scale = scale_of("rate", rate_per=query.rate_per, years=years)
        peers = peers_of_counts(group, names, count, over, per=query.per / scale)
        unit = unit_of(
            "rate",
            per=query.per,
            denominator=denominator.measure,
            rate_per=query.rate_per,
            covered=area_counts.selection.covered(),
        )
        return Table(
            kind="similar areas",
            row=SimilarAreaRow,
            columns=peers.columns(query.code, "count"),
            provenance=provenance(
                sources={
                    **area_counts.sources(),
                    "denominator": denominator.source(),
                    "area_group": group.source_members(),
                },
                filter=area_counts.filter(),
                method=method(query, unit),
                counts=area_counts.reconciliation(),
                leading_notes=peers.notes(query.code, unit),
                notes=(*area_counts.notes(), *_absent(peers, position, has_data)),
            ),
        )


class SimilarMeasures:
    """A measure of the areas of a group, whether their layer is imported or not.

    Parameters
    ----------
    layers : AreaLayers
        For the names of areas.
    measures : MeasureStore
        The measures.
    groups : AreaGroupStore
        The groups.
    """

    def __init__(
        self, *, layers: AreaLayers, measures: MeasureStore, groups: AreaGroupStore
    ) -> None:
        self._layers = layers
        self._measures = measures
        self._groups = groups

    def version(self) -> str:
        """A short digest of everything that a table depends on, apart from the query.

        Returns
        -------
        str
            It changes when a layer, a measure, a group or the software does.
        """
        layers = layers_version(self._layers.imported)
        return short_digest(layers, self._measures.revision(), self._groups.revision(), SOFTWARE)

    def table(self, layer_id: str, query: SimilarMeasuresQuery) -> Table:
        """One `SimilarMeasureRow` per area of a group, the highest rate first, then their summary.

        Parameters
        ----------
        layer_id : str
            Id of a layer, which need not be imported.
        query : SimilarMeasuresQuery
            Group, area, measure and denominator.

        Returns
        -------
        Table
            What is said of the area comes first among the notes.

        Raises
        ------
        UnknownLayerError, UnknownAreaGroupError, UnknownMeasureError, UnknownStatisticError
            If there is no such layer, group or measure, the area is none of the group, or the
            measure has values that are no rates or counts.
        """
        group = self._group(layer_id, query.area_group)
        _check_code(group, query.code)
        measure = self._column(layer_id, query.measure)
        value = measure.values_for(tuple(group.areas))
        if np.any(value < 0):
            raise UnknownStatisticError(
                "measure", query.measure, ("a measure without values below 0",)
            )
        names = self._names(layer_id, group)
        denominator = None
        unit = measure.unit or f"{measure.measure} of {measure.period}"
        if query.denominator is None:
            peers = peers_of_rates(group, names, value)
        else:
            denominator = self._column(layer_id, query.denominator)
            _check_whole(value, query.measure)
            over = denominator.values_for(tuple(group.areas))
            peers = peers_of_counts(group, names, value, over, per=query.per)
            unit = f"{measure.measure} per {query.per:,g} {denominator.measure}"
        sources = {"measure": _measure_source(measure), "area_group": group.source_members()}
        if denominator is not None:
            sources["denominator"] = _measure_source(denominator)
        if layer_id in self._layers.imported.ids():
            sources["layer"] = layer_source(self._layers.get(layer_id))
        return Table(
            kind="similar areas",
            row=SimilarMeasureRow,
            columns=peers.columns(query.code, "amount"),
            provenance=provenance(
                sources=sources,
                filter={},
                method={**method(query, unit), "measure": query.measure},
                counts={"areas": len(group.areas)},
                leading_notes=peers.notes(query.code, unit),
                notes=() if denominator is not None else (OF_RATES,),
            ),
        )

    def _group(self, layer_id: str, name: str) -> AreaGroup:
        """The group; a layer that nobody knows is told from a group that it does not have."""
        try:
            return self._groups.get(layer_id, name)
        except UnknownAreaGroupError as error:
            if not error.allowed:
                self._layers.get(layer_id)
            raise

    def _column(self, layer_id: str, name: str) -> MeasureColumn:
        """The measure of a layer named ``measure`` or ``measure:period``."""
        measure, _, period = name.partition(":")
        return self._measures.column(layer_id, measure, period or None)

    def _names(self, layer_id: str, group: AreaGroup) -> tuple[str, ...]:
        """The name of each area: that of the group, else that of the layer."""
        by_code: dict[str, str | None] = {}
        if layer_id in self._layers.imported.ids():
            layer = self._layers.get(layer_id)
            by_code = dict(zip(layer.codes, layer.names, strict=True))
        return tuple(name or by_code.get(code) or "" for code, name in group.areas.items())


def _check_code(group: AreaGroup, code: str | None) -> None:
    """Refuse an area that is none of the group."""
    if code is not None and code not in group.areas:
        raise UnknownStatisticError("code", code, tuple(group.areas))


def _check_whole(value: FloatArray, name: str) -> None:
    """Refuse a measure that is no count where it is put over a denominator."""
    numbers = value[np.isfinite(value)]
    if np.any(numbers != np.round(numbers)):
        raise UnknownStatisticError(
            "measure", name, ("whole numbers over a denominator, or a rate without one",)
        )


def _has_data(area_counts: AreaCounts, position: IndexArray) -> BoolArray:
    """(n,) Whether an area is in scope and the dataset has any record in it, of whichever time.

    A dataset of one county has none in the areas of another: that is no data, not zero.
    """
    area = area_counts.placement.area
    records = np.bincount(area[area >= 0], minlength=len(area_counts.layer))
    is_in_layer = position >= 0
    has_data = is_in_layer & (records[position] > 0) & area_counts.in_scope[position]
    return np.asarray(has_data, np.bool_)


def _absent(peers: Peers, position: IndexArray, has_data: BoolArray) -> tuple[str, ...]:
    """Why areas have no data."""
    notes = []
    layer = peers.group.layer
    outside, empty = int((position < 0).sum()), int(((position >= 0) & ~has_data).sum())
    if outside:
        notes.append(f"{counted(outside, 'area is', 'areas are')} not in layer {layer}.")
    if empty:
        notes.append(
            f"In {counted(empty, 'area', 'areas')} the dataset has no record of any time: that is "
            "no data, not zero."
        )
    return tuple(notes)


def _measure_source(measure: MeasureColumn) -> dict[str, object]:
    """A measure, for the provenance."""
    return {
        "measure": measure.measure,
        "period": measure.period,
        "period_chosen": "latest loaded" if measure.chosen_by_default else "asked for",
        "table_version": measure.version,
        "synthetic": measure.synthetic,
    }
