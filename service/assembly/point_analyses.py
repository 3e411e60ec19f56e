"""Analyses of places: clusters, patterns, patrols, repeats."""

from service.analyses.clusters.clusters import Clusters
from service.analyses.near.near import NearPlaces
from service.analyses.near_repeats.analyses import RepeatAnalyses
from service.analyses.patrols.capture import PatrolCapture
from service.analyses.patrols.forecasts import PatrolForecasts
from service.analyses.patrols.lists import PatrolLists
from service.analyses.patrols.places import PatrolPlaces
from service.analyses.point_patterns.centres import Centres
from service.analyses.point_patterns.functions import PatternFunctions
from service.analyses.point_patterns.located import LocatedReader
from service.analyses.point_patterns.nulls import Nulls
from service.assembly.basis import Basis


class PointAnalyses:
    """Clusters, patterns, patrols and repeats.

    Parameters
    ----------
    basis : Basis
        What the analyses of an audience have in common.
    """

    def __init__(self, basis: Basis) -> None:
        stores, areas, measures = basis.stores, basis.areas, basis.stores.measures
        layers, settings, names = stores.layers, stores.settings, stores.place_names
        located = LocatedReader(areas=areas, layers=layers, settings=settings)
        self.centres = Centres(located)
        self.clusters = Clusters(
            incidents=basis.incidents,
            layers=layers,
            measures=measures,
            harm=basis.harm,
            names=names,
            settings=settings,
        )
        self.pattern_functions = PatternFunctions(
            located, Nulls(reader=located, layers=layers, measures=measures)
        )
        self.near_places = NearPlaces(
            reader=located, areas=areas, measures=measures, place_sets=stores.place_sets
        )
        places = PatrolPlaces(
            areas=areas, layers=layers, streets=stores.street_network, settings=settings
        )
        self.patrol_lists = PatrolLists(places=places, names=names)
        self.patrol_capture = PatrolCapture(places=places)
        self.patrol_forecasts = PatrolForecasts(places=places)
        self.repeats = RepeatAnalyses.of(areas, names)
