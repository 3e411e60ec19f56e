"""The layers of a map: what tiles, TileJSON, legend and style of each are made of.

MapLayer
├── OutlineLayer       the areas of a boundary layer, without values
├── SurfaceLayer       a heat map
└── TableLayer         a table with one row per area, in `service.analyses.table_layers`
    └── PointLayer     a table as points
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from service.analyses.resources import Resources
from service.model.answers import Document, GeometryTile, Legend, TileImage, VectorTile
from service.model.queries import Query
from service.queries.heatmaps import HeatmapQuery, HeatmapTileJsonQuery
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

UNCHANGING_MAX_AGE_S = 365 * 24 * 3600
OUTLINE_FIELDS = {"code": "String", "name": "String"}

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
class OutlineLayer(MapLayer):
    """The areas of a boundary layer with code and name; a version of it never changes."""

    layer: str

    @property
    def tile_max_age_s(self) -> int:
        """A version of a layer stays as it is."""
        return UNCHANGING_MAX_AGE_S

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
