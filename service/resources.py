"""What a running service holds: settings, stores, analyses and the door out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from boundaries.assign_cache import AssignmentCache
from boundaries.geometry_tiles import GeometryTiles
from boundaries.levels import LevelCache
from boundaries.neighbour_cache import NeighbourCache
from boundaries.store import LayerStore
from service import release as door
from service.analyses.area_facts import FactsByArea
from service.analyses.area_layers import AreaLayers
from service.analyses.areas import Areas
from service.analyses.catalogue import Catalogue
from service.analyses.choropleths import Choropleths
from service.analyses.crosswalks import Crosswalks
from service.analyses.features import Features
from service.analyses.forecasts import Forecasts
from service.analyses.heatmaps import Heatmaps
from service.analyses.hotspots import Hotspots
from service.analyses.legends import Legends
from service.analyses.neighbourhoods import Neighbourhoods
from service.analyses.over_time import OverTime
from service.analyses.overlay import Grounds, Overlay
from service.analyses.page_config import PageConfiguration
from service.analyses.places import Places
from service.analyses.priorities import Priorities, read_rules
from service.analyses.site_maps import SiteMaps
from service.analyses.sites import SiteTables
from service.analyses.trends import Trends
from service.analyses.vector_tiles import VectorTiles
from service.analyses.wmts import Wmts
from service.flights import Bodies
from service.page_files import PageFiles
from service.rehearsal import rehearse
from service.release import OPEN, Policy, Released
from service.render.vector_tiles import encode_geometry
from service.settings import Settings
from service.shared import SharedCache, shared_cache
from service.store.incidents import IncidentStore
from service.store.lookups import LookupStore
from service.store.measures import MeasureStore
from service.store.postcodes import PostcodeStore
from service.store.sites import SiteStore
from service.store.state import DataState, Standing


@dataclass(frozen=True)
class Resources:
    """Everything a request or a command needs; tests pass stand-ins.

    Attributes
    ----------
    release : callable
        The one door out, `service.release.release`.
    standing : Standing
        Versions, which tiles ask for several times each.
    bodies : Bodies
        Rendered answers by entity tag, kept or on their way.
    shared : SharedCache or None
        The same in Redis, for several processes.
    """

    settings: Settings
    layers: LayerStore
    incidents: IncidentStore
    measures: MeasureStore
    sites: SiteStore
    lookups: LookupStore
    postcodes: PostcodeStore
    assignments: AssignmentCache
    areas: Areas
    vector_tiles: VectorTiles
    geometry_tiles: GeometryTiles
    legends: Legends
    wmts: Wmts
    heatmaps: Heatmaps
    choropleths: Choropleths
    hotspots: Hotspots
    over_time: OverTime
    site_tables: SiteTables
    overlay: Overlay
    priorities: Priorities
    site_maps: SiteMaps
    forecasts: Forecasts
    trends: Trends
    places: Places
    catalogue: Catalogue
    page_configuration: PageConfiguration
    page_files: PageFiles
    state: DataState
    standing: Standing[str]
    bodies: Bodies
    shared: SharedCache | None = None
    policy: Policy = OPEN
    release: Callable[..., Released[Any]] = field(default=door.release)

    @property
    def features(self) -> Features:
        """Collections of features over these stores and analyses; keeps nothing of its own."""
        return Features(
            catalogue=self.catalogue,
            layers=self.layers,
            incidents=self.incidents,
            choropleths=self.choropleths,
            hotspots=self.hotspots,
            sites=self.site_tables,
            tables=self.vector_tiles,
            settings=self.settings,
        )

    def prepare(self) -> None:
        """Load the data and the compiled kernels, so that no request pays for either."""
        rehearse()
        for layer_id in self.layers.ids():
            self.layers.get(layer_id)
        for dataset in self.incidents.ids():
            self.incidents.open(dataset)


def open_resources(settings: Settings) -> Resources:
    """The stores of the data folder, and the analyses over them; reads nothing yet."""
    layers = LayerStore(settings.data_dir / "boundaries", crs=settings.crs)
    incidents = IncidentStore(settings.data_dir / "incidents", crs=settings.crs)
    measures = MeasureStore(settings.data_dir / "measures")
    sites = SiteStore(settings.data_dir / "sites", crs=settings.crs)
    area_layers = AreaLayers(layers=layers, settings=settings)
    lookups = LookupStore(settings.data_dir / "lookups")
    postcodes = PostcodeStore(settings.data_dir / "postcodes", crs=settings.crs)
    crosswalks = Crosswalks(lookups=lookups, measures=measures)
    cache = settings.data_dir / "cache"
    state = DataState(settings.data_dir)
    assignments = AssignmentCache(cache / "assignments")
    areas = Areas(
        incidents=incidents, layers=area_layers, crosswalks=crosswalks, assignments=assignments
    )
    levels = LevelCache(cache / "levels")
    neighbourhoods = Neighbourhoods(NeighbourCache(cache / "neighbours"))
    catalogue = Catalogue(
        incidents=incidents, layers=layers, measures=measures, areas=areas, settings=settings
    )
    heatmaps = Heatmaps(incidents=incidents, layers=layers, settings=settings)
    choropleths = Choropleths(areas=areas, measures=measures, neighbourhoods=neighbourhoods)
    hotspots = Hotspots(
        areas=areas, measures=measures, neighbourhoods=neighbourhoods, settings=settings
    )
    over_time = OverTime(areas=areas, neighbourhoods=neighbourhoods, settings=settings)
    facts = FactsByArea(
        areas=areas,
        measures=measures,
        choropleths=choropleths,
        hotspots=hotspots,
        over_time=over_time,
    )
    grounds = Grounds(
        sites=sites, layers=area_layers, measures=measures, crosswalks=crosswalks, facts=facts
    )
    legends = Legends(incidents=incidents)
    overlay = Overlay(grounds=grounds, heatmaps=heatmaps)
    priorities = Priorities(
        grounds=grounds, over_time=over_time, rules=read_rules(settings.priority_rules)
    )
    return Resources(
        settings=settings,
        layers=layers,
        incidents=incidents,
        measures=measures,
        sites=sites,
        lookups=lookups,
        postcodes=postcodes,
        assignments=assignments,
        areas=areas,
        geometry_tiles=GeometryTiles(levels, cache / "tiles", encode=encode_geometry),
        legends=legends,
        wmts=Wmts(incidents=incidents, layers=layers, settings=settings),
        vector_tiles=VectorTiles(layers=area_layers, levels=levels, settings=settings),
        heatmaps=heatmaps,
        choropleths=choropleths,
        hotspots=hotspots,
        over_time=over_time,
        places=Places(layers=layers, sites=sites, postcodes=postcodes, crs=settings.crs),
        trends=Trends(areas=areas, settings=settings),
        site_tables=SiteTables(sites),
        overlay=overlay,
        priorities=priorities,
        site_maps=SiteMaps(
            overlay=overlay,
            choropleths=choropleths,
            priorities=priorities,
            legends=legends,
        ),
        forecasts=Forecasts(sites=sites, areas=areas, layers=layers, measures=measures),
        catalogue=catalogue,
        page_configuration=PageConfiguration(
            catalogue=catalogue,
            layers=layers,
            sites=sites,
            postcodes=postcodes,
            settings=settings,
        ),
        page_files=PageFiles(),
        state=state,
        standing=Standing(state),
        bodies=Bodies(settings.tiles.cache_bytes),
        shared=shared_cache(settings),
    )
