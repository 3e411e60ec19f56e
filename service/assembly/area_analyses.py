"""Analyses of areas: hotspots, change, associations, growth."""

from service.analyses.areas.change import PeriodChanges
from service.analyses.areas.emerging import EmergingHotspots
from service.analyses.areas.hotspots import Hotspots
from service.analyses.growth.area_facts import FactsByArea
from service.analyses.growth.forecasts import Forecasts
from service.analyses.growth.inputs import GrowthInputsReader
from service.analyses.growth.overlay import Overlay
from service.analyses.growth.priorities import Priorities, read_rules
from service.analyses.neighbours.associations import Associations
from service.analyses.neighbours.tables import NeighbourTables
from service.analyses.profiles.profiles import AreaProfiles
from service.analyses.scans.scans import Scans
from service.analyses.transitions.displacement import Displacement
from service.analyses.transitions.displacement_months import DisplacementMonths
from service.analyses.transitions.similarity import Similarity
from service.analyses.transitions.transitions import ClassTransitions
from service.assembly.basis import Basis


class AreaAnalyses:
    """Hotspots and what follows from them.

    Parameters
    ----------
    basis : Basis
        What the analyses of an audience have in common.
    """

    def __init__(self, basis: Basis) -> None:
        stores, areas, measures = basis.stores, basis.areas, basis.stores.measures
        settings, neighbourhoods = stores.settings, stores.neighbourhoods
        self.hotspots = Hotspots(
            areas=areas, measures=measures, neighbourhoods=neighbourhoods, settings=settings
        )
        self.emerging_hotspots = EmergingHotspots(
            areas=areas, neighbourhoods=neighbourhoods, settings=settings
        )
        self.period_changes = PeriodChanges(
            areas=areas, neighbourhoods=neighbourhoods, settings=settings
        )
        self.class_transitions = ClassTransitions(
            areas=areas, neighbourhoods=neighbourhoods, settings=settings
        )
        self.associations = Associations(
            areas=areas, measures=measures, neighbourhoods=neighbourhoods, settings=settings
        )
        self.neighbour_tables = NeighbourTables(stores.area_layers, neighbourhoods)
        self.scans = Scans(areas=areas, measures=measures)
        self.similarity = Similarity(areas=areas)
        self.displacement = Displacement(areas=areas)
        self.displacement_months = DisplacementMonths(areas=areas)
        self.profiles = AreaProfiles(
            areas=areas,
            layers=stores.layers,
            measures=measures,
            sites=stores.sites,
            hotspots=self.hotspots,
            harm=basis.harm,
            settings=settings,
        )
        facts = FactsByArea(
            areas=areas,
            measures=measures,
            choropleths=basis.choropleths,
            hotspots=self.hotspots,
            emerging_hotspots=self.emerging_hotspots,
        )
        reader = GrowthInputsReader(
            sites=stores.sites,
            layers=stores.area_layers,
            measures=measures,
            crosswalks=stores.crosswalks,
            facts=facts,
        )
        self.overlay = Overlay(reader=reader, heatmaps=basis.heatmaps)
        self.priorities = Priorities(
            reader=reader,
            changes=self.period_changes,
            rules=read_rules(settings.priority_rules),
        )
        self.forecasts = Forecasts(
            sites=stores.sites, areas=areas, layers=stores.layers, measures=measures
        )
