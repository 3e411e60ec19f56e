"""The inputs of queries about growth: sites, areas, and what is known of both."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.growth.area_facts import AreaFacts, FactsByArea
from service.analyses.growth.household_sizes import HouseholdSizes, household_sizes
from service.analyses.growth.site_areas import SiteShares, site_shares
from service.analyses.growth.sites import (
    phase_notes,
    site_notes,
    sites_inside,
    sites_source,
)
from service.analyses.inputs.area_counts import AreaCounts
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.crosswalks import Crosswalks
from service.model.errors import NoStudyAreaError
from service.model.provenance import layers_version, short_digest
from service.model.queries import IncidentQuery
from service.queries.growth import GrowthQuery
from service.sentences.numbers import counted
from service.store.reference.measures import MeasureStore
from service.store.reference.sites import NO_YEAR, Sites, SiteStore
from spatial.arrays import BoolArray


@dataclass(frozen=True, eq=False)
class GrowthInputs:
    """Sites and areas, and what is known of both, for one query about growth.

    Attributes
    ----------
    sites : Sites
        The imported development sites.
    in_scope : (sites,) bool
        Sites in the area of `within`, or all.
    layer : Layer
        The areas.
    facts : AreaFacts
        Counts, rates and classes of the areas.
    sizes : HouseholdSizes
        Residents per household of the areas.
    shares : SiteShares
        How the sites are shared among the areas.
    """

    sites: Sites
    in_scope: BoolArray
    layer: Layer
    facts: AreaFacts
    sizes: HouseholdSizes
    shares: SiteShares

    def sources(self) -> dict[str, Any]:
        """The data that the answer comes from, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        population = self.facts.population
        return {
            **self.facts.area_counts.sources(),
            "sites": sites_source(self.sites),
            "household_size": self.sizes.source(),
            **({} if population is None else {"residents": population.source()}),
        }

    def notes(self) -> tuple[str, ...]:
        """Notes that apply to every answer about growth.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        outside_layer = self.in_scope.copy()
        outside_layer[self.shares.site] = False
        notes = [
            *self.facts.area_counts.notes(),
            *site_notes(self.sites),
            *phase_notes(self.sites),
        ]
        layer_id = self.layer.layer_id
        if outside_layer.any():
            site_counts = (
                f"{np.count_nonzero(outside_layer)} of {np.count_nonzero(self.in_scope)} sites"
            )
            notes.append(f"{site_counts} lie outside layer {layer_id}.")
        if not self.in_scope.all():
            within = self.facts.area_counts.selection.filter.within
            sites = counted(int(np.count_nonzero(~self.in_scope)), "site lies", "sites lie")
            notes.append(f"{sites} outside {within}.")
        notes += [*self._completions_note(), *self.sizes.notes(), *self.facts.notes]
        return tuple(notes)

    def _completions_note(self) -> list[str]:
        """A note if completions are older than the incidents."""
        years = self.sites.completed_year[self.sites.completed_year != NO_YEAR]
        last_year = self.facts.area_counts.selection.covered()[-1].last.year
        if not len(years) or years.max() >= last_year:
            return []
        return [f"Completions are of {years.max()}: homes built since count as to come."]


class GrowthInputsReader:
    """Reads the inputs of queries about growth.

    Parameters
    ----------
    sites : SiteStore
        The development sites.
    layers : AreaLayers
        Boundary layers and grids.
    measures : MeasureStore
        Population and households.
    crosswalks : Crosswalks
        Lookups between layers.
    facts : FactsByArea
        What is known of areas.
    """

    def __init__(
        self,
        *,
        sites: SiteStore,
        layers: AreaLayers,
        measures: MeasureStore,
        crosswalks: Crosswalks,
        facts: FactsByArea,
    ) -> None:
        self._sites = sites
        self._layers = layers
        self._measures = measures
        self._crosswalks = crosswalks
        self._facts = facts

    @property
    def layers(self) -> LayerStore:
        """The boundary layers."""
        return self._layers.imported

    def layer_id(self, query: GrowthQuery) -> str:
        """The requested layer, or the first one imported.

        Parameters
        ----------
        query : GrowthQuery
            May name a layer.

        Returns
        -------
        str
            Id of a layer or grid.

        Raises
        ------
        NoStudyAreaError
            If none is named and none is imported.
        """
        first = self.layers.first()
        if not first:
            raise NoStudyAreaError
        return query.layer or first

    def layer(self, query: GrowthQuery) -> Layer:
        """The layer of a query.

        Parameters
        ----------
        query : GrowthQuery
            May name a layer.

        Returns
        -------
        Layer
            A boundary layer or a grid.
        """
        return self._layers.get(self.layer_id(query))

    def version(self, dataset: str, query: GrowthQuery) -> str:
        """A short digest of everything that an answer depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : GrowthQuery
            Names the layer.

        Returns
        -------
        str
            It changes when the sites, the dataset, a layer or a measure does.
        """
        facts_version = self._facts.version(dataset, self.layer_id(query))
        return short_digest(self._sites.revision(), facts_version, layers_version(self.layers))

    def area_counts(self, dataset: str, query: GrowthQuery) -> AreaCounts:
        """The incidents of a query, counted per area, which is little of its inputs.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : GrowthQuery
            Filter and layer.

        Returns
        -------
        AreaCounts
            Cached; its arrays are read-only.
        """
        return self._facts.area_counts(dataset, self.layer_id(query), query.part(IncidentQuery))

    def of(self, dataset: str, query: GrowthQuery) -> GrowthInputs:
        """The inputs of a query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : GrowthQuery
            Filter, layer and household size.

        Returns
        -------
        GrowthInputs
            Of the current versions.
        """
        sites = self._sites.open()
        layer = self.layer(query)
        incident_query = query.part(IncidentQuery)
        facts = self._facts.of(
            dataset, layer.layer_id, incident_query, population=query.population
        )
        sizes = household_sizes(
            self._measures, self.layers, layer, query, crosswalks=self._crosswalks
        )
        in_scope = sites_inside(sites, facts.area_counts.within)
        return GrowthInputs(
            sites, in_scope, layer, facts, sizes, site_shares(sites, layer, in_scope)
        )
