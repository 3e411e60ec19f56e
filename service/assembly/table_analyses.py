"""Tables of incidents and of measures, and what the data are."""

from service.analyses.catalogue.months import MonthlyQuality
from service.analyses.catalogue.quality import DataQuality
from service.analyses.catalogue.sources import SourceTables
from service.analyses.crosstabs.crosstabs import Crosstabs
from service.analyses.flags.flags import Flags
from service.analyses.growth.sites import SiteTables
from service.analyses.harm_tables.tables import HarmTables
from service.analyses.measures.deprivation import Deprivation
from service.analyses.measures.deprived_incidents import DeprivedIncidents
from service.analyses.measures.indices import Indices
from service.analyses.measures.measure_tables import MeasureTables
from service.analyses.measures.trends import MeasureTrends
from service.analyses.process_control.control import ProcessControl
from service.analyses.process_control.step_changes import StepChangeTables
from service.analyses.tables.breakdowns import Breakdowns
from service.analyses.tables.comparisons import Comparisons
from service.analyses.tables.ranked import RankedLists
from service.analyses.tables.similar import SimilarAreas, SimilarMeasures
from service.analyses.trends.trends import Trends
from service.assembly.basis import Basis


class TableAnalyses:
    """Tables of incidents and of measures, and of the data themselves.

    Parameters
    ----------
    basis : Basis
        What the analyses of an audience have in common.
    """

    def __init__(self, basis: Basis) -> None:
        self._add_incidents(basis)
        self._add_measures(basis)
        self._add_data(basis)

    def _add_incidents(self, basis: Basis) -> None:
        stores, areas, measures = basis.stores, basis.areas, basis.stores.measures
        events = stores.events
        self.trends = Trends(
            areas=areas, measures=measures, events=events, settings=stores.settings
        )
        self.process_control = ProcessControl(trends=self.trends, areas=areas, events=events)
        self.step_changes = StepChangeTables(trends=self.trends, areas=areas)
        self.breakdowns = Breakdowns(areas=areas)
        self.crosstabs = Crosstabs(areas=areas, measures=measures, events=events)
        self.ranked_lists = RankedLists(areas=areas, measures=measures)
        self.harm_tables = HarmTables(areas=areas, measures=measures, harm=basis.harm)
        self.comparisons = Comparisons(areas=areas)
        self.similar_areas = SimilarAreas(
            areas=areas, measures=measures, groups=stores.area_groups
        )
        self.deprived_incidents = DeprivedIncidents(areas=areas, measures=measures)
        self.flags = Flags(
            rules=stores.flag_rules,
            areas=areas,
            incidents=basis.incidents,
            measures=measures,
            harm=basis.harm,
        )

    def _add_measures(self, basis: Basis) -> None:
        stores, measured_areas = basis.stores, basis.measured_areas
        self.deprivation = Deprivation(measured_areas)
        self.similar_measures = SimilarMeasures(
            layers=stores.area_layers, measures=stores.measures, groups=stores.area_groups
        )
        self.measure_tables = MeasureTables(measured_areas)
        self.measure_trends = MeasureTrends(measured_areas)
        self.indices = Indices(measured_areas)
        self.site_tables = SiteTables(stores.sites)

    def _add_data(self, basis: Basis) -> None:
        stores, incidents, catalogue = basis.stores, basis.incidents, basis.catalogue
        self.data_quality = DataQuality(incidents=incidents, catalogue=catalogue)
        self.monthly_quality = MonthlyQuality(
            incidents=incidents, areas=basis.areas, catalogue=catalogue
        )
        self.sources = SourceTables(
            catalogue=catalogue,
            incidents=incidents,
            layers=stores.layers,
            measures=stores.measures,
            sites=stores.sites,
            lookups=stores.lookups,
            postcodes=stores.postcodes,
            events=stores.events,
            harm_indices=stores.harm_indices,
            gazetteer=stores.gazetteer,
            roads=stores.roads,
            background=stores.background,
            place_sets=stores.place_sets,
            neighbours=stores.imported_neighbours,
        )
