"""The stores of a data folder, and what depends on no incident."""

from dataclasses import dataclass
from typing import Any

from boundaries.neighbours.neighbour_cache import NeighbourCache
from boundaries.points.assign_cache import AssignmentCache
from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from boundaries.storage.store import LayerStore
from boundaries.tiles.geometry_tiles import GeometryTiles
from boundaries.tiles.levels import LevelCache
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.crosswalks import Crosswalks
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.naming.names import PlaceNames
from service.analyses.naming.streets import StreetNetwork
from service.config.settings import Settings
from service.identity.private_folder import PrivateFolder
from service.publication.audience_incidents import PublishedIncidents
from service.publication.protections import ProtectionStore
from service.publication.published import PublishedStore
from service.publication.secret import RecordKeySecret
from service.render.tiles.vector_tiles import encode_geometry
from service.runtime.data_state import DataState
from service.store.incidents import IncidentStore
from service.store.reference.area_groups import AreaGroupStore
from service.store.reference.backgrounds import BACKGROUND, BackgroundStore
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
class Stores:
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
    background: BackgroundStore
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


def open_stores(settings: Settings, data: DataFolder) -> Stores:
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
    return Stores(
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
        background=BackgroundStore(**table(BACKGROUND)),
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
