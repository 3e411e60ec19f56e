"""The stores of a data folder and the analyses over them, wired together."""

from dataclasses import dataclass, replace
from typing import Any

from boundaries.neighbours.neighbour_cache import NeighbourCache
from boundaries.points.assign_cache import AssignmentCache
from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from boundaries.storage.store import LayerStore
from boundaries.tiles.geometry_tiles import GeometryTiles
from boundaries.tiles.levels import LevelCache
from service.access.audience import OWNERS, Audience
from service.analyses.areas.change import PeriodChanges
from service.analyses.areas.choropleths import Choropleths
from service.analyses.areas.emerging import EmergingHotspots
from service.analyses.areas.hotspots import Hotspots
from service.analyses.catalogue.catalogue import Catalogue
from service.analyses.catalogue.months import MonthlyQuality
from service.analyses.catalogue.page_config import PageConfiguration
from service.analyses.catalogue.page_files import PageFiles
from service.analyses.catalogue.quality import DataQuality
from service.analyses.catalogue.search import Places
from service.analyses.catalogue.sources import SourceTables
from service.analyses.clusters.clusters import Clusters
from service.analyses.crosstabs.crosstabs import Crosstabs
from service.analyses.density.heatmaps import Heatmaps
from service.analyses.flags.flags import Flags
from service.analyses.growth.area_facts import FactsByArea
from service.analyses.growth.forecasts import Forecasts
from service.analyses.growth.inputs import GrowthInputsReader
from service.analyses.growth.overlay import Overlay
from service.analyses.growth.priorities import Priorities, read_rules
from service.analyses.growth.sites import SiteTables
from service.analyses.harm.weights import Harm
from service.analyses.harm_tables.tables import HarmTables
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.crosswalks import Crosswalks
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.maps.legends import Legends
from service.analyses.maps.vector_tiles import VectorTiles
from service.analyses.measures.deprivation import Deprivation
from service.analyses.measures.deprived_incidents import DeprivedIncidents
from service.analyses.measures.indices import Indices
from service.analyses.measures.measure_tables import MeasureTables
from service.analyses.measures.measured_areas import MeasuredAreas
from service.analyses.measures.trends import MeasureTrends
from service.analyses.naming.names import PlaceNames
from service.analyses.naming.streets import StreetNetwork
from service.analyses.near.near import NearPlaces
from service.analyses.near_repeats.analyses import RepeatAnalyses
from service.analyses.neighbours.associations import Associations
from service.analyses.neighbours.tables import NeighbourTables
from service.analyses.patrols.capture import PatrolCapture
from service.analyses.patrols.forecasts import PatrolForecasts
from service.analyses.patrols.lists import PatrolLists
from service.analyses.patrols.places import PatrolPlaces
from service.analyses.point_patterns.centres import Centres
from service.analyses.point_patterns.functions import PatternFunctions
from service.analyses.point_patterns.located import LocatedReader
from service.analyses.point_patterns.nulls import Nulls
from service.analyses.process_control.control import ProcessControl
from service.analyses.process_control.step_changes import StepChangeTables
from service.analyses.profiles.profiles import AreaProfiles
from service.analyses.resources import Resources
from service.analyses.scans.scans import Scans
from service.analyses.tables.breakdowns import Breakdowns
from service.analyses.tables.comparisons import Comparisons
from service.analyses.tables.ranked import RankedLists
from service.analyses.tables.similar import SimilarAreas, SimilarMeasures
from service.analyses.transitions.displacement import Displacement
from service.analyses.transitions.displacement_months import DisplacementMonths
from service.analyses.transitions.similarity import Similarity
from service.analyses.transitions.transitions import ClassTransitions
from service.analyses.trends.trends import Trends
from service.config.settings import Settings
from service.identity.private_folder import PrivateFolder
from service.publication.audience_damage import AudienceDamage
from service.publication.audience_incidents import AudienceIncidents, PublishedIncidents
from service.publication.protections import ProtectionStore
from service.publication.published import PublishedStore
from service.publication.secret import RecordKeySecret
from service.render.tiles.vector_tiles import encode_geometry
from service.runtime.data_state import DataState, VersionCache
from service.store.incidents import IncidentStore
from service.store.reference.area_groups import AreaGroupStore
from service.store.reference.events import EventStore
from service.store.reference.flag_rules import FlagRuleStore
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.lookups import LookupStore
from service.store.reference.measures import MeasureStore
from service.store.reference.neighbours import NeighbourStore
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from service.store.reference.postcodes import PostcodeStore
from service.store.reference.roads import RoadStore
from service.store.reference.sites import SiteStore


@dataclass(frozen=True)
class _Stores:
    """What all audiences share: nothing of it tells an audience of another one's incidents."""

    settings: Settings
    cache: DataFolder
    damage: Damage
    state: DataState
    layers: LayerStore
    incidents: IncidentStore
    protections: ProtectionStore
    published: PublishedIncidents
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
    place_sets: PlaceSetStore
    imported_neighbours: NeighbourStore
    place_names: PlaceNames
    street_network: StreetNetwork
    area_layers: AreaLayers
    crosswalks: Crosswalks
    assignments: AssignmentCache
    levels: LevelCache
    geometry_tiles: GeometryTiles
    neighbourhoods: Neighbourhoods


def open_resources(settings: Settings, data: DataFolder | None = None) -> Resources:
    """The stores of the data folder, and the analyses over them; reads nothing yet.

    Parameters
    ----------
    settings : Settings
        Data folder, CRS and limits.
    data : DataFolder or None
        The data folder, by default that of the settings on a local disk.
    """
    stores = _open_stores(settings, data or DataFolder(settings.data_dir))
    return _analyses_over(stores, stores.incidents, OWNERS)


def _open_stores(settings: Settings, data: DataFolder) -> _Stores:
    """The stores of a data folder, and the caches of what depends on no incident."""
    crs, cache = settings.crs, data.subfolder("cache")
    digests = DiskCache(cache.subfolder("digests"), ".digest")
    damage = Damage()

    def table(name: str) -> dict[str, Any]:
        return {"folder": data.subfolder(name), "digests": digests, "damage": damage}

    layers = LayerStore(data.subfolder("boundaries"), crs=crs, damage=damage)
    imported_neighbours = NeighbourStore(**table("neighbours"))
    measures, lookups = MeasureStore(**table("measures")), LookupStore(**table("lookups"))
    area_layers = AreaLayers(layers=layers, settings=settings)
    gazetteer = PlaceSetStore(**table(GAZETTEER), crs=crs, name=GAZETTEER)
    roads = RoadStore(**table("roads"), crs=crs)
    levels = LevelCache(cache.subfolder("levels"))
    return _Stores(
        settings=settings,
        cache=cache,
        damage=damage,
        state=DataState(data, damage),
        layers=layers,
        incidents=IncidentStore(**table("incidents"), crs=crs),
        protections=ProtectionStore(data.subfolder("protections"), damage=damage),
        published=PublishedIncidents(PublishedStore(**table("published"), crs=crs), layers),
        record_key_secret=RecordKeySecret(PrivateFolder(settings.access_folder)),
        measures=measures,
        sites=SiteStore(**table("sites"), crs=crs),
        lookups=lookups,
        postcodes=PostcodeStore(**table("postcodes"), crs=crs),
        events=EventStore(**table("events")),
        harm_indices=HarmIndexStore(**table("harm_indices")),
        flag_rules=FlagRuleStore(**table("flag_rules")),
        area_groups=AreaGroupStore(**table("area_groups")),
        gazetteer=gazetteer,
        roads=roads,
        place_sets=PlaceSetStore(**table("place_sets"), crs=crs),
        place_names=PlaceNames(gazetteer=gazetteer, roads=roads),
        street_network=StreetNetwork(roads=roads),
        area_layers=area_layers,
        crosswalks=Crosswalks(lookups=lookups, measures=measures),
        assignments=AssignmentCache(cache.subfolder("assignments")),
        levels=levels,
        geometry_tiles=GeometryTiles(levels, cache.subfolder("tiles"), encode=encode_geometry),
        imported_neighbours=imported_neighbours,
        neighbourhoods=Neighbourhoods(
            NeighbourCache(cache.subfolder("neighbours")), imported_neighbours
        ),
    )


def _analyses_over(stores: _Stores, incidents: IncidentStore, audience: Audience) -> Resources:
    """The analyses over the incidents as an audience sees them."""
    settings, layers, measures = stores.settings, stores.layers, stores.measures
    area_layers, crosswalks = stores.area_layers, stores.crosswalks
    neighbourhoods, sites, events = stores.neighbourhoods, stores.sites, stores.events
    lookups, postcodes = stores.lookups, stores.postcodes
    is_told_all = audience.role.sees_records
    damage = stores.damage if is_told_all else AudienceDamage(stores.damage, audience)
    harm_indices, flag_rules, area_groups = (
        stores.harm_indices,
        stores.flag_rules,
        stores.area_groups,
    )
    harm = Harm(harm_indices)
    areas = Areas(
        incidents=incidents,
        layers=area_layers,
        crosswalks=crosswalks,
        assignments=stores.assignments,
        harm=harm,
    )
    measured_areas = MeasuredAreas(area_layers, measures, crosswalks)
    catalogue = Catalogue(
        incidents=incidents,
        layers=layers,
        measures=measures,
        areas=areas,
        settings=settings,
        damage=damage,
    )
    heatmaps = Heatmaps(
        incidents=incidents, layers=layers, measures=measures, harm=harm, settings=settings
    )
    choropleths = Choropleths(areas=areas, measures=measures, neighbourhoods=neighbourhoods)
    hotspots = Hotspots(
        areas=areas, measures=measures, neighbourhoods=neighbourhoods, settings=settings
    )
    emerging_hotspots = EmergingHotspots(
        areas=areas, neighbourhoods=neighbourhoods, settings=settings
    )
    period_changes = PeriodChanges(areas=areas, neighbourhoods=neighbourhoods, settings=settings)
    facts = FactsByArea(
        areas=areas,
        measures=measures,
        choropleths=choropleths,
        hotspots=hotspots,
        emerging_hotspots=emerging_hotspots,
    )
    growth_reader = GrowthInputsReader(
        sites=sites, layers=area_layers, measures=measures, crosswalks=crosswalks, facts=facts
    )
    legends = Legends(incidents=incidents)
    overlay = Overlay(reader=growth_reader, heatmaps=heatmaps)
    priorities = Priorities(
        reader=growth_reader, changes=period_changes, rules=read_rules(settings.priority_rules)
    )
    located = LocatedReader(areas=areas, layers=layers, settings=settings)
    trends = Trends(areas=areas, measures=measures, events=events, settings=settings)
    patrol_places = PatrolPlaces(
        areas=areas, layers=layers, streets=stores.street_network, settings=settings
    )
    return Resources(
        settings=settings,
        layers=layers,
        incidents=incidents,
        protections=stores.protections,
        published=stores.published.store,
        record_key_secret=stores.record_key_secret,
        measures=measures,
        sites=sites,
        lookups=lookups,
        postcodes=postcodes,
        events=events,
        harm_indices=harm_indices,
        flag_rules=flag_rules,
        area_groups=area_groups,
        gazetteer=stores.gazetteer,
        roads=stores.roads,
        place_sets=stores.place_sets,
        neighbours=stores.imported_neighbours,
        assignments=stores.assignments,
        areas=areas,
        geometry_tiles=stores.geometry_tiles,
        legends=legends,
        vector_tiles=VectorTiles(layers=area_layers, levels=stores.levels, settings=settings),
        heatmaps=heatmaps,
        choropleths=choropleths,
        hotspots=hotspots,
        emerging_hotspots=emerging_hotspots,
        period_changes=period_changes,
        displacement=Displacement(areas=areas),
        place_names=stores.place_names,
        street_network=stores.street_network,
        displacement_months=DisplacementMonths(areas=areas),
        neighbour_tables=NeighbourTables(area_layers, neighbourhoods),
        near_places=NearPlaces(
            reader=located, areas=areas, measures=measures, place_sets=stores.place_sets
        ),
        scans=Scans(areas=areas, measures=measures),
        similarity=Similarity(areas=areas),
        class_transitions=ClassTransitions(
            areas=areas, neighbourhoods=neighbourhoods, settings=settings
        ),
        associations=Associations(
            areas=areas, measures=measures, neighbourhoods=neighbourhoods, settings=settings
        ),
        places=Places(layers=layers, sites=sites, postcodes=postcodes, crs=settings.crs),
        trends=trends,
        process_control=ProcessControl(trends=trends, areas=areas, events=events),
        step_changes=StepChangeTables(trends=trends, areas=areas),
        centres=Centres(located),
        clusters=Clusters(
            incidents=incidents,
            layers=layers,
            measures=measures,
            harm=harm,
            names=stores.place_names,
            settings=settings,
        ),
        pattern_functions=PatternFunctions(
            located, Nulls(reader=located, layers=layers, measures=measures)
        ),
        breakdowns=Breakdowns(areas=areas),
        crosstabs=Crosstabs(areas=areas, measures=measures, events=events),
        ranked_lists=RankedLists(areas=areas, measures=measures),
        harm_tables=HarmTables(areas=areas, measures=measures, harm=harm),
        deprivation=Deprivation(measured_areas),
        deprived_incidents=DeprivedIncidents(areas=areas, measures=measures),
        measured_areas=measured_areas,
        profiles=AreaProfiles(
            areas=areas,
            layers=layers,
            measures=measures,
            sites=sites,
            hotspots=hotspots,
            harm=harm,
            settings=settings,
        ),
        comparisons=Comparisons(areas=areas),
        similar_areas=SimilarAreas(areas=areas, measures=measures, groups=area_groups),
        similar_measures=SimilarMeasures(
            layers=area_layers, measures=measures, groups=area_groups
        ),
        measure_tables=MeasureTables(measured_areas),
        measure_trends=MeasureTrends(measured_areas),
        indices=Indices(measured_areas),
        flags=Flags(
            rules=flag_rules, areas=areas, incidents=incidents, measures=measures, harm=harm
        ),
        patrol_lists=PatrolLists(places=patrol_places, names=stores.place_names),
        patrol_capture=PatrolCapture(places=patrol_places),
        patrol_forecasts=PatrolForecasts(places=patrol_places),
        repeats=RepeatAnalyses.of(areas, stores.place_names),
        site_tables=SiteTables(sites),
        overlay=overlay,
        priorities=priorities,
        forecasts=Forecasts(sites=sites, areas=areas, layers=layers, measures=measures),
        catalogue=catalogue,
        data_quality=DataQuality(incidents=incidents, catalogue=catalogue),
        monthly_quality=MonthlyQuality(incidents=incidents, areas=areas, catalogue=catalogue),
        sources=SourceTables(
            catalogue=catalogue,
            incidents=incidents,
            layers=layers,
            measures=measures,
            sites=sites,
            lookups=lookups,
            postcodes=postcodes,
            events=events,
            harm_indices=harm_indices,
            gazetteer=stores.gazetteer,
            roads=stores.roads,
            place_sets=stores.place_sets,
            neighbours=stores.imported_neighbours,
        ),
        page_configuration=PageConfiguration(
            catalogue=catalogue,
            layers=layers,
            sites=sites,
            postcodes=postcodes,
            harm_indices=harm_indices,
            settings=settings,
            audience=audience,
        ),
        page_files=PageFiles(),
        damage=damage,
        state=stores.state,
        versions=VersionCache(stores.state),
        audience=audience,
        seen_by=lambda other: _seen_by(stores, other),
    )


def _seen_by(stores: _Stores, audience: Audience) -> Resources:
    """The analyses over what another audience sees."""
    incidents = AudienceIncidents(stores.incidents, stores.published, audience)
    rules = stores.flag_rules.about(audience.access_of)
    return _analyses_over(replace(stores, flag_rules=rules), incidents, audience)
