"""Counts of the selected incidents per area of a layer; the ground of every table by area."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer, is_layer_id
from boundaries.points.assign import assign_points
from boundaries.points.assign_cache import AssignmentCache
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.crosswalks import Crosswalks
from service.analyses.inputs.placement import Placement, place
from service.analyses.inputs.selection import Selection, select
from service.analyses.inputs.within import Within, areas_inside, resolve
from service.model.incident_filter import IncidentFilter
from service.model.provenance import (
    SOFTWARE,
    dataset_source,
    layer_source,
    layers_version,
    short_digest,
)
from service.runtime.single_flight import SingleFlightCache
from service.store.incidents import Incidents, IncidentStore
from spatial.arrays import BoolArray, IndexArray, IntArray, frozen


@dataclass(frozen=True, eq=False)
class AreaCounts:
    """How many of the selected incidents are in each area of a layer.

    Attributes
    ----------
    count : (n,) int64
        In the order of `layer.codes`.
    kept : (n,) bool
        Areas that the question is about: all of them, or those within one area.
    """

    selection: Selection
    layer: Layer
    placement: Placement
    count: IntArray
    kept: BoolArray
    within: Within | None = None

    def reconciliation(self) -> dict[str, int]:
        """Numbers that add up: all records selected, and where each of them went."""
        found = {
            "records": self.selection.records,
            **self.placement.counts(self.selection.chosen),
        }
        if self.selection.filter.within is not None:
            found["in_rows"] = int(self.count[self.kept].sum())
            found["in_layer_elsewhere"] = int(self.count[~self.kept].sum())
        return found

    def sources(self) -> dict[str, Any]:
        """What was read, for the provenance."""
        found: dict[str, Any] = {
            "dataset": dataset_source(self.selection.incidents),
            "layer": layer_source(self.layer),
        }
        used = [one.source() for one in self.placement.crosswalks]
        if used:
            found["lookups"] = used
        return found if self.within is None else {**found, "within": self.within.source()}

    def notes(self) -> tuple[str, ...]:
        """What a reader must know of how the incidents got their areas."""
        return self.placement.notes

    def filter(self) -> Mapping[str, Any]:
        """The filter in canonical form, for the provenance."""
        return self.selection.filter.as_provenance()


MEMORY_BYTES = 128 * 2**20  # for the counts of recent questions


class Areas:
    """Placements and counts, computed once per dataset version, layer version and filter."""

    def __init__(
        self,
        *,
        incidents: IncidentStore,
        layers: AreaLayers,
        crosswalks: Crosswalks,
        assignments: AssignmentCache,
    ) -> None:
        self._incidents = incidents
        self._assignments = assignments
        self._layers = layers
        self._crosswalks = crosswalks
        self._placements: SingleFlightCache[Placement] = SingleFlightCache(16)
        self._counts: SingleFlightCache[AreaCounts] = SingleFlightCache(
            MEMORY_BYTES, weigh=lambda counted: counted.selection.chosen.nbytes + 4_096
        )

    @property
    def crosswalks(self) -> Crosswalks:
        """The lookups between layers."""
        return self._crosswalks

    def layer_ids(self) -> tuple[str, ...]:
        """The boundary layers, in the order of their import."""
        return self._layers.imported.ids()

    def version(self, dataset: str, layer_id: str) -> str:
        """Everything that counts depend on besides the query, as a short digest."""
        version = self._layers.version(layer_id)
        table = self._incidents.revision(dataset)
        around = self._around()
        return short_digest(dataset, table, layer_id, version, around, SOFTWARE)

    def count(self, dataset: str, layer_id: str, wanted: IncidentFilter) -> AreaCounts:
        """The incidents that a filter selects, counted per area of a layer."""
        incidents = self._incidents.open(dataset)
        layer = self._layers.get(layer_id)
        key = (dataset, incidents.revision, layer_id, layer.version, self._around(), wanted)
        return self._counts.get(key, lambda: self._count(incidents, layer, wanted))

    def select(self, dataset: str, wanted: IncidentFilter) -> Selection:
        """The incidents that a filter selects."""
        return select(self._incidents.open(dataset), wanted)

    def placement(self, incidents: Incidents, layer: Layer) -> Placement:
        """Where each incident of a dataset version is in a layer."""
        layers = self._layers.imported
        around = self._around()
        key = (incidents.dataset, incidents.revision, layer.layer_id, layer.version, around)

        def placed() -> Placement:
            others = {name: layers.get(name).codes for name in layers.ids()}
            crosswalks = self._crosswalks.into(layer)
            return place(
                incidents,
                layer,
                by_place=self._by_place(incidents, layer),
                crosswalks=crosswalks,
                others=others,
            )

        return self._placements.get(key, placed)

    def _by_place(self, incidents: Incidents, layer: Layer) -> IndexArray:
        """The area at each incident's place; of a boundary layer from disk once it is known."""
        if not is_layer_id(layer.layer_id):  # a grid: as many as there are sizes
            return assign_points(layer, incidents.xy_m)
        return self._assignments.get(
            layer, incidents.xy_m, dataset=incidents.dataset, version=str(incidents.version)
        )

    def _around(self) -> str:
        """The other layers and the lookups between them, as a short digest."""
        return short_digest(layers_version(self._layers.imported), self._crosswalks.version())

    def _count(self, incidents: Incidents, layer: Layer, wanted: IncidentFilter) -> AreaCounts:
        selection = select(incidents, wanted)
        placement = self.placement(incidents, layer)
        area = placement.area[selection.chosen]
        count = np.bincount(area[area >= 0], minlength=len(layer)).astype(np.int64)
        within, kept = None, np.ones(len(layer), dtype=np.bool_)
        if wanted.within is not None:
            within = resolve(self._layers.imported, wanted.within)
            kept = areas_inside(layer, within)
        return AreaCounts(selection, layer, placement, frozen(count), frozen(kept), within)
