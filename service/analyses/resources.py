"""What a running service holds: settings, stores, analyses and the two gates."""

import contextlib
import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from boundaries.points.assign_cache import AssignmentCache
from boundaries.storage.damage import Damage
from boundaries.storage.store import LayerStore
from boundaries.tiles.geometry_tiles import GeometryTiles
from service.access.audience import OWNERS, Audience
from service.access.gates import Gates
from service.analyses.areas.choropleths import Choropleths
from service.analyses.background.backgrounds import Backgrounds
from service.analyses.catalogue.catalogue import Catalogue
from service.analyses.catalogue.page_config import PageConfiguration
from service.analyses.catalogue.page_files import PageFiles
from service.analyses.catalogue.search import Places
from service.analyses.density.heatmaps import Heatmaps
from service.analyses.inputs.area_counts import Areas
from service.analyses.maps.legends import Legends
from service.analyses.maps.vector_tiles import VectorTiles
from service.analyses.measures.measured_areas import MeasuredAreas
from service.analyses.naming.names import PlaceNames
from service.analyses.naming.streets import StreetNetwork
from service.analyses.tables.similar import SimilarAreas, SimilarMeasures
from service.config.settings import Settings
from service.publication.protections import ProtectionStore
from service.publication.published import PublishedStore
from service.publication.secret import RecordKeySecret
from service.runtime.data_state import DataState, VersionCache
from service.runtime.warm_up import warm_up
from service.store.errors import StoreError
from service.store.incidents import IncidentStore
from service.store.reference.area_groups import AreaGroupStore
from service.store.reference.backgrounds import BackgroundStore
from service.store.reference.events import EventStore
from service.store.reference.flag_rules import FlagRuleStore
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.lookups import LookupStore
from service.store.reference.measures import MeasureStore
from service.store.reference.neighbours import NeighbourStore
from service.store.reference.place_sets import PlaceSetStore
from service.store.reference.postcodes import PostcodeStore
from service.store.reference.roads import RoadStore
from service.store.reference.sites import SiteStore
from service.store.table_store import TableStore

if TYPE_CHECKING:
    from service.analyses.areas.change import PeriodChanges
    from service.analyses.areas.emerging import EmergingHotspots
    from service.analyses.areas.hotspots import Hotspots
    from service.analyses.catalogue.months import MonthlyQuality
    from service.analyses.catalogue.quality import DataQuality
    from service.analyses.catalogue.sources import SourceTables
    from service.analyses.clusters.clusters import Clusters
    from service.analyses.crosstabs.crosstabs import Crosstabs
    from service.analyses.flags.flags import Flags
    from service.analyses.growth.forecasts import Forecasts
    from service.analyses.growth.overlay import Overlay
    from service.analyses.growth.priorities import Priorities
    from service.analyses.growth.sites import SiteTables
    from service.analyses.harm_tables.tables import HarmTables
    from service.analyses.measures.deprivation import Deprivation
    from service.analyses.measures.deprived_incidents import DeprivedIncidents
    from service.analyses.measures.indices import Indices
    from service.analyses.measures.measure_tables import MeasureTables
    from service.analyses.measures.trends import MeasureTrends
    from service.analyses.near.near import NearPlaces
    from service.analyses.near_repeats.analyses import RepeatAnalyses
    from service.analyses.neighbours.associations import Associations
    from service.analyses.neighbours.tables import NeighbourTables
    from service.analyses.patrols.capture import PatrolCapture
    from service.analyses.patrols.forecasts import PatrolForecasts
    from service.analyses.patrols.lists import PatrolLists
    from service.analyses.point_patterns.centres import Centres
    from service.analyses.point_patterns.functions import PatternFunctions
    from service.analyses.process_control.control import ProcessControl
    from service.analyses.process_control.step_changes import StepChangeTables
    from service.analyses.profiles.profiles import AreaProfiles
    from service.analyses.scans.scans import Scans
    from service.analyses.tables.breakdowns import Breakdowns
    from service.analyses.tables.comparisons import Comparisons
    from service.analyses.tables.ranked import RankedLists
    from service.analyses.transitions.displacement import Displacement
    from service.analyses.transitions.displacement_months import DisplacementMonths
    from service.analyses.transitions.similarity import Similarity
    from service.analyses.transitions.transitions import ClassTransitions
    from service.analyses.trends.trends import Trends


@dataclass(frozen=True)
class Resources:
    """Everything a request or a command needs; tests pass stand-ins.

    Attributes
    ----------
    gates : Gates
        What every question and every answer passes.
    audience : Audience
        Who sees what these stores and analyses give.
    damage : Damage
        Which parts of the data cannot be read.
    state : DataState
        Whether the data have changed.
    versions : VersionCache
        The versions of the data.
    seen_by : callable
        Makes the resources of another audience, which share all that is no incident.
    """

    settings: Settings
    layers: LayerStore
    incidents: IncidentStore
    protections: ProtectionStore
    published: PublishedStore
    record_key_secret: RecordKeySecret
    measures: MeasureStore
    sites: SiteStore
    lookups: LookupStore
    postcodes: PostcodeStore
    events: EventStore
    harm_indices: HarmIndexStore
    flag_rules: FlagRuleStore
    area_groups: AreaGroupStore
    gazetteer: PlaceSetStore
    roads: RoadStore
    background: BackgroundStore
    backgrounds: Backgrounds
    place_sets: PlaceSetStore
    neighbours: NeighbourStore
    assignments: AssignmentCache
    areas: Areas
    vector_tiles: VectorTiles
    geometry_tiles: GeometryTiles
    legends: Legends
    heatmaps: Heatmaps
    choropleths: Choropleths
    hotspots: "Hotspots"
    emerging_hotspots: "EmergingHotspots"
    period_changes: "PeriodChanges"
    displacement: "Displacement"
    displacement_months: "DisplacementMonths"
    neighbour_tables: "NeighbourTables"
    scans: "Scans"
    similarity: "Similarity"
    class_transitions: "ClassTransitions"
    associations: "Associations"
    site_tables: "SiteTables"
    overlay: "Overlay"
    priorities: "Priorities"
    forecasts: "Forecasts"
    trends: "Trends"
    process_control: "ProcessControl"
    step_changes: "StepChangeTables"
    centres: "Centres"
    clusters: "Clusters"
    pattern_functions: "PatternFunctions"
    breakdowns: "Breakdowns"
    crosstabs: "Crosstabs"
    ranked_lists: "RankedLists"
    harm_tables: "HarmTables"
    deprivation: "Deprivation"
    deprived_incidents: "DeprivedIncidents"
    measured_areas: MeasuredAreas
    profiles: "AreaProfiles"
    comparisons: "Comparisons"
    similar_areas: "SimilarAreas"
    similar_measures: "SimilarMeasures"
    measure_tables: "MeasureTables"
    measure_trends: "MeasureTrends"
    indices: "Indices"
    flags: "Flags"
    patrol_lists: "PatrolLists"
    patrol_capture: "PatrolCapture"
    patrol_forecasts: "PatrolForecasts"
    repeats: "RepeatAnalyses"
    places: Places
    place_names: PlaceNames
    street_network: StreetNetwork
    near_places: "NearPlaces"
    catalogue: Catalogue
    data_quality: "DataQuality"
    monthly_quality: "MonthlyQuality"
    sources: "SourceTables"
    page_configuration: PageConfiguration
    page_files: PageFiles
    damage: Damage
    state: DataState
    versions: VersionCache
    seen_by: "Callable[[Audience], Resources]"
    gates: Gates = field(default_factory=Gates)
    audience: Audience = OWNERS

    def prepare(self) -> None:
        """Load the data and the compiled kernels of tiles, so that no tile pays for either.

        Versions too: that of a table from before digests were kept in commits reads all of it.
        What cannot be read is noted as damaged, and the rest served.
        """
        warm_up()
        self.state.current()
        self.layers.all()
        for incidents in self.incidents.all():
            self.incidents.revision(incidents.dataset)
        for dataset in self.published.ids():
            with contextlib.suppress(StoreError):
                self.published.cells(dataset)
        for table in self._tables():
            with contextlib.suppress(StoreError):  # said by the answers that need the table
                table.load()
        self.note_damage()

    def first_day(self, dataset: str) -> datetime.date | None:
        """The day of the earliest record of a dataset.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        date or None
            None where no record can be read.
        """
        with contextlib.suppress(StoreError):
            return self.incidents.first_day(dataset)
        return None

    def note_damage(self) -> None:
        """Note which tables besides the datasets are damaged, as far as their logs say."""
        large = (self.postcodes, self.gazetteer, self.roads, self.background)
        for table in (*self._tables(), *large):
            with contextlib.suppress(StoreError):
                table.revision()

    def _tables(self) -> tuple[TableStore[Any], ...]:
        """The tables that are small enough to be read at the start."""
        return (
            self.measures,
            self.sites,
            self.lookups,
            self.events,
            self.harm_indices,
            self.flag_rules,
            self.area_groups,
            self.place_sets,
            self.neighbours,
        )
