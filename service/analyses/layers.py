"""The layers of a map: what tiles, TileJSON, legend and style of each are made of.

MapLayer
├── TableLayer     a table with one row per area
│   └── PointLayer     a table as points
├── OutlineLayer   the areas of a boundary layer, without values
└── SurfaceLayer   a heat map

A function below makes the layer of each kind from the names in its address and its query.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from service.analyses.maps.site_classes import with_classes
from service.analyses.maps.vector_tiles import field_types
from service.analyses.resources import Resources
from service.model.answers import Document, GeometryTile, Legend, Table, TileImage, VectorTile
from service.model.queries import NoQuery, Query
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.forecasts import ForecastTileJsonQuery
from service.queries.growth import SitesQuery
from service.queries.heatmaps import HeatmapQuery, HeatmapTileJsonQuery
from service.queries.over_time import ChangeQuery, EmergingQuery
from service.queries.tiles import (
    ChangeTileJsonQuery,
    ChoroplethTileJsonQuery,
    EmergingTileJsonQuery,
    HotspotTileJsonQuery,
    OverlayTileJsonQuery,
    PrioritiesTileJsonQuery,
)
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

FOR_EVER_S = 365 * 24 * 3600
OUTLINE_FIELDS = {"code": "String", "name": "String"}
SITES = "sites"  # the layer in the tiles

TileAnswer = VectorTile | GeometryTile | TileImage


@dataclass(frozen=True)
class MapLayer(ABC):
    """A layer of a map.

    Attributes
    ----------
    resources : Resources
        The stores and analyses that it is made with.
    query : Query
        What is asked about it; a version in it does not matter here.
    """

    resources: Resources
    query: Query

    @property
    def work(self) -> Work:
        """What an answer costs now."""
        return Work.QUICK

    @property
    def tile_max_age_s(self) -> int:
        """How long a client may keep a tile whose address has a version, seconds."""
        return self.resources.settings.tiles.max_age_s

    @property
    def tile_ending(self) -> str:
        """How the address of a tile ends, after its column and row."""
        return ".mvt"

    @property
    def tile_query(self) -> Query:
        """The query that the addresses of the tiles repeat."""
        return self.query

    @abstractmethod
    def version(self) -> str:
        """Everything that an answer depends on besides the query."""

    @abstractmethod
    def tile(self, tile: Tile, *, scale: int = 1) -> TileAnswer:
        """What a tile shows.

        Parameters
        ----------
        scale : int
            Pixels of the picture per pixel of the map; shapes have none.
        """

    @abstractmethod
    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles.

        Parameters
        ----------
        address : str
            Of the tiles, with ``{z}``, ``{x}``, ``{y}``, the query and the version.
        """

    @abstractmethod
    def legend(self) -> Legend:
        """What the colours mean."""


@dataclass(frozen=True)
class TableLayer(MapLayer):
    """A table with one row per area.

    Attributes
    ----------
    key : tuple of str
        The kind of the layer and the names in its address.
    layer_id : str
        The boundary layer or grid that has the shapes.
    table_version : callable
        Everything the table depends on besides the query.
    compute : callable
        Makes the table; called once for tiles, TileJSON, legend and style of a version.
    cost : Work
        What making the table costs.
    """

    key: tuple[str, ...]
    layer_id: str
    table_version: Callable[[], str]
    compute: Callable[[], Table]
    cost: Work

    @property
    def work(self) -> Work:
        """Little where the table is there already."""
        has_table = self.resources.vector_tiles.has_table(self._table_key())
        return Work.QUICK if has_table else self.cost

    def version(self) -> str:
        """The version, asked of the stores only when something in the data folder has changed."""
        key = (self.key, self.query.canonical())
        return self.resources.standing.get(key, self.table_version)

    def table(self) -> Table:
        """The table, made once for tiles, TileJSON, legend and style alike."""
        return self.resources.vector_tiles.table_of(self._table_key(), self.compute)

    def tile(self, tile: Tile, *, scale: int = 1) -> VectorTile:
        """The areas of a tile with their values."""
        return self.resources.vector_tiles.with_values(self.layer_id, tile, self.table())

    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles."""
        table = self.table()
        return self.resources.vector_tiles.tilejson(
            self.layer_id,
            address=address,
            name=self.resources.legends.of(table).title,
            fields=field_types(table),
            table=table,
        )

    def legend(self) -> Legend:
        """What the colours mean."""
        return self.resources.legends.of(self.table())

    def _table_key(self) -> tuple[tuple[str, ...], str, str]:
        return self.key, self.query.canonical(), self.version()


class PointLayer(TableLayer):
    """A table as points; `layer_id` names the layer in the tiles."""

    def tile(self, tile: Tile, *, scale: int = 1) -> VectorTile:
        """The points of a tile with their values."""
        return self.resources.vector_tiles.points_with_values(self.layer_id, tile, self.table())

    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles."""
        table = self.table()
        return self.resources.vector_tiles.points_tilejson(
            self.layer_id,
            address=address,
            name=self.resources.legends.of(table).title,
            table=table,
        )


@dataclass(frozen=True)
class OutlineLayer(MapLayer):
    """The areas of a boundary layer with code and name; a version of it never changes."""

    layer: str

    @property
    def tile_max_age_s(self) -> int:
        """A version of a layer stays as it is."""
        return FOR_EVER_S

    def version(self) -> str:
        """The version of the geometry."""
        return self.resources.vector_tiles.geometry_version(self.layer)

    def tile(self, tile: Tile, *, scale: int = 1) -> GeometryTile:
        """The areas of a tile."""
        return self.resources.vector_tiles.geometry(self.layer, tile)

    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles."""
        return self.resources.vector_tiles.tilejson(
            self.layer, address=address, name=self.layer, fields=OUTLINE_FIELDS
        )

    def legend(self) -> Legend:
        """The legend of the outlines."""
        return self.resources.vector_tiles.geometry_legend(self.layer)


@dataclass(frozen=True)
class SurfaceLayer(MapLayer):
    """The heat map of a dataset, as tiles of pixels."""

    query: HeatmapQuery
    dataset: str

    @property
    def tile_ending(self) -> str:
        """Dense tiles where the TileJSON is asked for them."""
        query = self.query
        is_dense = isinstance(query, HeatmapTileJsonQuery) and query.scale == 2
        return "@2x.png" if is_dense else ".png"

    @property
    def tile_query(self) -> HeatmapQuery:
        """The query of the surface: the density of the screen is in the address."""
        return self.query.part(HeatmapQuery)

    def version(self) -> str:
        """The version of the dataset's heat maps, found out once while the data stand."""
        key = ("heatmaps", self.dataset)
        return self.resources.standing.get(
            key, lambda: self.resources.heatmaps.version(self.dataset)
        )

    def tile(self, tile: Tile, *, scale: int = 1) -> TileImage:
        """The density of a tile."""
        return self.resources.heatmaps.tile(self.dataset, tile, self.query, scale=scale)

    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles."""
        return self.resources.heatmaps.tilejson(self.dataset, self.query, address=address)

    def legend(self) -> Legend:
        """The colour classes."""
        return self.resources.heatmaps.legend(self.dataset, self.query)


def choropleth_layer(
    resources: Resources, query: ChoroplethTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """A choropleth."""
    choropleths = resources.choropleths
    return TableLayer(
        resources,
        query,
        key=("choropleth", dataset, layer),
        layer_id=layer,
        table_version=lambda: choropleths.version(dataset, layer),
        compute=lambda: choropleths.table(dataset, layer, query.part(ChoroplethQuery)),
        cost=Work.QUICK,
    )


def hotspot_layer(
    resources: Resources, query: HotspotTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """A hotspot map."""
    hotspots = resources.hotspots
    return TableLayer(
        resources,
        query,
        key=("hotspot", dataset, layer),
        layer_id=layer,
        table_version=lambda: hotspots.version(dataset, layer),
        compute=lambda: hotspots.table(dataset, layer, query.part(HotspotQuery)),
        cost=Work.HEAVY,
    )


def emerging_layer(
    resources: Resources, query: EmergingTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """Emerging hot spots."""
    over_time = resources.over_time
    return TableLayer(
        resources,
        query,
        key=("emerging", dataset, layer),
        layer_id=layer,
        table_version=lambda: over_time.version(dataset, layer),
        compute=lambda: over_time.emerging(dataset, layer, query.part(EmergingQuery)),
        cost=Work.HEAVY,
    )


def change_layer(
    resources: Resources, query: ChangeTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """The change between two periods."""
    over_time = resources.over_time
    return TableLayer(
        resources,
        query,
        key=("change", dataset, layer),
        layer_id=layer,
        table_version=lambda: over_time.version(dataset, layer),
        compute=lambda: over_time.change(dataset, layer, query.part(ChangeQuery)),
        cost=Work.HEAVY,
    )


def sites_layer(resources: Resources, query: Query) -> PointLayer:
    """The development sites, all of them, whatever the query."""
    sites = resources.site_tables
    return PointLayer(
        resources,
        NoQuery(),
        key=("sites",),
        layer_id=SITES,
        table_version=sites.version,
        compute=lambda: with_classes(sites.table(SitesQuery())),
        cost=Work.QUICK,
    )


def overlay_layer(
    resources: Resources, query: OverlayTileJsonQuery, *, dataset: str
) -> TableLayer:
    """The growth overlay: its sites as points, or its areas."""
    overlay = resources.overlay
    is_by_site = query.by == "site"

    def compute() -> Table:
        table = overlay.table(dataset, query.part(OverlayTileJsonQuery))
        return with_classes(table) if is_by_site else table

    kind = PointLayer if is_by_site else TableLayer
    return kind(
        resources,
        query,
        key=("overlay", dataset),
        layer_id=SITES if is_by_site else overlay.layer_id(query),
        table_version=lambda: overlay.version(dataset, query),
        compute=compute,
        cost=Work.HEAVY,
    )


def forecast_layer(
    resources: Resources, query: ForecastTileJsonQuery, *, dataset: str
) -> TableLayer:
    """The forecast by area, at its horizon."""
    forecasts = resources.forecasts
    return TableLayer(
        resources,
        query,
        key=("forecast", dataset),
        layer_id=forecasts.layer_id(query),
        table_version=lambda: forecasts.version(dataset, query),
        compute=lambda: forecasts.table(dataset, query.part(ForecastTileJsonQuery)),
        cost=Work.ORDINARY,
    )


def priorities_layer(
    resources: Resources, query: PrioritiesTileJsonQuery, *, dataset: str
) -> TableLayer:
    """The priorities by area."""
    priorities = resources.priorities
    return TableLayer(
        resources,
        query,
        key=("priorities", dataset),
        layer_id=priorities.layer_id(query),
        table_version=lambda: priorities.version(dataset, query),
        compute=lambda: priorities.table(dataset, query.part(PrioritiesTileJsonQuery)),
        cost=Work.HEAVY,
    )
