"""Counts of the selected incidents per area of a layer, the basis of every table by area."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.layers.layer import Layer, is_layer_id
from boundaries.points.assign import assign_points
from boundaries.points.assign_cache import AssignmentCache
from service.analyses.harm.weights import Harm
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.crosswalks import Crosswalks
from service.analyses.inputs.placement import Placement, place
from service.analyses.inputs.selection import Selection, select
from service.analyses.inputs.within import Within, areas_inside, is_drawn, resolve
from service.analyses.naming.areas import AreaNames
from service.model.errors import InvalidWithinError
from service.model.incident_filter import IncidentFilter
from service.model.places import AreaPlaces
from service.model.provenance import (
    SOFTWARE,
    dataset_source,
    layer_source,
    layers_version,
    short_digest,
)
from service.runtime.single_flight import SingleFlightCache
from service.store.incidents import Incidents, IncidentStore
from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, frozen
from spatial.rates.weighted_counts import WeightedCounts, weighted_counts, weighted_interval


@dataclass(frozen=True, eq=False)
class AreaCounts:
    """How many of the selected incidents are in each area of a layer.

    Attributes
    ----------
    selection : Selection
        The incidents that are counted.
    layer : Layer
        The areas.
    placement : Placement
        The area of each incident.
    count : (n,) int64
        In the order of `layer.codes`.
    in_scope : (n,) bool
        Areas that the query covers: all, or those within one area.
    within : Within or None
        The area that the query is restricted to.
    places : AreaPlaces or None
        What the areas are called in sentences.
    """

    selection: Selection
    layer: Layer
    placement: Placement
    count: IntArray
    in_scope: BoolArray
    within: Within | None = None
    places: AreaPlaces | None = None

    def reconciliation(self) -> dict[str, int]:
        """Counts that add up: all selected records, by how they were placed.

        Returns
        -------
        dict of str to int
            For the provenance.
        """
        counts = {
            "records": self.selection.records,
            **self.placement.counts(self.selection.mask),
        }
        if self.selection.filter.within is not None:
            counts["in_rows"] = int(self.count[self.in_scope].sum())
            counts["in_layer_elsewhere"] = int(self.count[~self.in_scope].sum())
        return counts

    def check_scope(self) -> None:
        """Refuse a query whose area, circle or polygon holds no area of the layer.

        Raises
        ------
        InvalidWithinError
            If no area has its inner point there.
        """
        label = self.selection.filter.within
        if label is not None and not self.in_scope.any():
            raise InvalidWithinError(
                label,
                f"no area of layer {self.layer.layer_id!r} has its inner point within "
                f"{label[:80]}: take a finer layer or a larger area",
            )

    def weighted(self) -> WeightedCounts:
        """The weights of the incidents in each area.

        Returns
        -------
        WeightedCounts
            In the order of `layer.codes`.
        """
        mask = self.selection.mask
        return weighted_counts(
            self.placement.area[mask],
            self.selection.incidents.weight[mask],
            areas=len(self.layer),
        )

    def weighted_sums(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The sum of the weights of each area, with its 95 % interval.

        Returns
        -------
        total, lower, upper : (n,) float64
            In the order of `layer.codes`.
        """
        weights, largest = self.weighted(), self.selection.largest_weight
        return (
            weights.total,
            *weighted_interval(weights.total, weights.squares, largest_weight=largest),
        )

    def harm_not_known(self) -> IntArray:
        """The incidents of each area that would count if their harm were known.

        Returns
        -------
        (n,) int64
            In the order of `layer.codes`; 0 where harm is not summed.
        """
        mask = self.selection.harm_not_known
        area = self.placement.area[np.zeros(0, np.int64) if mask is None else mask]
        return np.bincount(area[area >= 0], minlength=len(self.layer)).astype(np.int64)

    def sources(self) -> dict[str, Any]:
        """The data that the counts come from, for the provenance.

        Returns
        -------
        dict of str to Any
            Dataset and layer, and lookups and the restricting area if used.
        """
        sources: dict[str, Any] = {
            "dataset": dataset_source(self.selection.incidents),
            "layer": layer_source(self.layer),
            **self.selection.harm_source(),
        }
        crosswalks = [crosswalk.source() for crosswalk in self.placement.crosswalks]
        if crosswalks:
            sources["lookups"] = crosswalks
        return sources if self.within is None else {**sources, "within": self.within.source()}

    def notes(self) -> tuple[str, ...]:
        """Notes on the period covered, and on how the incidents were assigned to areas.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        return (*self.selection.coverage_notes(), *self.placement.notes)

    def filter(self) -> Mapping[str, Any]:
        """The filter in canonical form, for the provenance.

        Returns
        -------
        mapping of str to Any
            Only the parts of the filter that are set.
        """
        return self.selection.provenance_filter()


MEMORY_BYTES = 128 * 2**20  # for the counts of recent questions, and as much for placements


class Areas:
    """Placements and counts, computed once per dataset version, layer version and filter.

    Parameters
    ----------
    incidents : IncidentStore
        The incidents.
    layers : AreaLayers
        The layers and grids.
    crosswalks : Crosswalks
        The lookups between layers.
    assignments : AssignmentCache
        Areas of points, stored on disk.
    harm : Harm
        What incidents weigh where their harm is summed.
    """

    def __init__(
        self,
        *,
        incidents: IncidentStore,
        layers: AreaLayers,
        crosswalks: Crosswalks,
        assignments: AssignmentCache,
        harm: Harm,
    ) -> None:
        self._incidents = incidents
        self._assignments = assignments
        self._harm = harm
        self._layers = layers
        self._crosswalks = crosswalks
        self._names = AreaNames(layers.imported)
        self._placements: SingleFlightCache[Placement] = SingleFlightCache(
            MEMORY_BYTES,
            weigh=lambda placement: 4_096 + placement.area.nbytes + placement.method.nbytes,
        )
        self._counts: SingleFlightCache[AreaCounts] = SingleFlightCache(
            MEMORY_BYTES, weigh=lambda area_counts: area_counts.selection.mask.nbytes + 4_096
        )

    @property
    def crosswalks(self) -> Crosswalks:
        """The lookups between layers."""
        return self._crosswalks

    def layer_ids(self) -> tuple[str, ...]:
        """The ids of the boundary layers, in the order of their import.

        Returns
        -------
        tuple of str
            Without grids.
        """
        return self._layers.imported.ids()

    def within(self, label: str) -> Within:
        """The area, circle or polygon that a query is restricted to.

        Parameters
        ----------
        label : str
            As in `resolve`, which says what is raised.

        Returns
        -------
        Within
            In the working CRS.
        """
        return resolve(self._layers.imported, label)

    def in_scope(self, layer: Layer, label: str | None) -> BoolArray:
        """The areas of a layer that a query covers: all, or those whose inner point is within.

        Parameters
        ----------
        layer : Layer
            The areas.
        label : str or None
            As in `resolve`, which says what is raised; None: all of them.

        Returns
        -------
        (areas,) bool
            In the order of the layer's codes.
        """
        if label is None:
            return np.ones(len(layer), dtype=np.bool_)
        return areas_inside(layer, self.within(label))

    def inside(self, incidents: Incidents, label: str) -> BoolArray:
        """Which incidents are in an area, as tables count them, or located in a drawn shape.

        Parameters
        ----------
        incidents : Incidents
            One version of a dataset.
        label : str
            As in `resolve`, which says what is raised.

        Returns
        -------
        (n,) bool
            In the order of the incidents.
        """
        within = self.within(label)
        if is_drawn(label):
            x_m, y_m = incidents.xy_m.T
            return np.asarray(shapely.intersects_xy(within.geometry, x_m, y_m), np.bool_)
        layer_id, _, code = within.label.partition(":")
        layer = self.layer(layer_id)
        return np.asarray(self.placement(incidents, layer).area == layer.position(code), np.bool_)

    def layer(self, layer_id: str) -> Layer:
        """A boundary layer or a grid.

        Parameters
        ----------
        layer_id : str
            Its id.

        Returns
        -------
        Layer
            The areas.
        """
        return self._layers.get(layer_id)

    def named_denominator(self, dataset: str) -> str:
        """The denominator that a dataset names for its rates.

        Parameters
        ----------
        dataset : str
            Id of the dataset.

        Returns
        -------
        str
            Name of a measure; empty where none is named.
        """
        facts = self._incidents.facts(dataset)
        return "" if facts is None else facts.denominator

    def version(self, dataset: str, layer_id: str | None) -> str:
        """A short digest of everything that counts depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str or None
            Id of a layer or grid; None for whichever layer is taken by default.

        Returns
        -------
        str
            It changes when the dataset, the layer, a lookup, a harm index or the software does.
        """
        layer_version = None if layer_id is None else self._layers.version(layer_id)
        table_version = self._incidents.revision(dataset)
        context_version = short_digest(self._around(), self._harm.revision())
        return short_digest(
            dataset, table_version, layer_id, layer_version, context_version, SOFTWARE
        )

    def count(self, dataset: str, layer_id: str, incident_filter: IncidentFilter) -> AreaCounts:
        """The incidents that a filter selects, counted per area of a layer.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        incident_filter : IncidentFilter
            Selects the incidents.

        Returns
        -------
        AreaCounts
            Shared; its arrays are read-only.
        """
        incidents = self._incidents.open(dataset)
        layer = self._layers.get(layer_id)
        key = (
            dataset,
            incidents.revision,
            layer_id,
            layer.version,
            self._around(),
            incident_filter,
            incident_filter.harm and self._harm.revision(),
        )
        return self._counts.get(key, lambda: self._count(incidents, layer, incident_filter))

    def select(self, dataset: str, incident_filter: IncidentFilter) -> Selection:
        """The incidents that a filter selects.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        incident_filter : IncidentFilter
            Selects the incidents.

        Returns
        -------
        Selection
            Of the latest version of the dataset.
        """
        return self._select(self._incidents.open(dataset), incident_filter)

    def _select(self, incidents: Incidents, incident_filter: IncidentFilter) -> Selection:
        """The incidents that a filter selects, with their harm where it asks for that."""
        choice = incident_filter.harm
        harm = None if choice is None else self._harm.of(incidents, choice)
        return select(incidents, incident_filter, harm)

    def placement(self, incidents: Incidents, layer: Layer) -> Placement:
        """The area of a layer that each incident of a dataset version is in.

        Parameters
        ----------
        incidents : Incidents
            One version of a dataset.
        layer : Layer
            The areas.

        Returns
        -------
        Placement
            Shared; its arrays are read-only.
        """
        layers = self._layers.imported
        context_version = self._around()
        key = (
            incidents.dataset,
            incidents.revision,
            layer.layer_id,
            layer.version,
            context_version,
        )

        def compute() -> Placement:
            return place(
                incidents,
                layer,
                by_place=self._by_place(incidents, layer),
                crosswalks=self._crosswalks.into(layer),
                layer_codes=lambda: {
                    layer.layer_id: layer.code_index for layer in layers.all(strict=True)
                },
            )

        return self._placements.get(key, compute)

    def _by_place(self, incidents: Incidents, layer: Layer) -> IndexArray:
        """The area at each incident's place; for a boundary layer from disk once computed."""
        if not is_layer_id(layer.layer_id):  # a grid: as many as there are sizes
            return assign_points(layer, incidents.xy_m)
        return self._assignments.get(
            layer, incidents.xy_m, dataset=incidents.dataset, version=incidents.revision
        )

    def _around(self) -> str:
        """The other layers and the lookups between them, as a short digest."""
        return short_digest(layers_version(self._layers.imported), self._crosswalks.version())

    def _count(
        self, incidents: Incidents, layer: Layer, incident_filter: IncidentFilter
    ) -> AreaCounts:
        selection = self._select(incidents, incident_filter)
        placement = self.placement(incidents, layer)
        area = placement.area[selection.mask]
        count = np.bincount(area[area >= 0], minlength=len(layer)).astype(np.int64)
        label = incident_filter.within
        within, in_scope = (
            None if label is None else self.within(label),
            self.in_scope(layer, label),
        )
        places = self._names.of(layer)
        return AreaCounts(
            selection, layer, placement, frozen(count), frozen(in_scope), within, places
        )
