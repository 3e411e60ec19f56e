"""The layers of a map: what tiles, TileJSON, legend and style of each are made of.

MapLayer
├── OutlineLayer       the areas of a boundary layer, without values
├── SurfaceLayer       a heat map
└── TableLayer         a table with one row per area, in `service.analyses.table_layers`
    └── PointLayer     a table as points
"""

import dataclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass

from service.analyses.resources import Resources
from service.model.answers import Document, GeometryTile, Legend, TileImage, VectorTile
from service.model.queries import Query
from service.queries.heatmaps import ColouredHeatmapQuery, HeatmapTileJsonQuery
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost
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
        The query about it; a version in it is ignored.
    """

    resources: Resources
    query: Query

    @property
    @abstractmethod
    def data_version(self) -> DataVersion:
        """Everything that an answer depends on, apart from the query."""

    def version(self) -> str:
        """The data version as it is now; may read from the disk.

        Returns
        -------
        str
            It changes when an answer may.
        """
        return self.resources.versions.get(self.data_version)

    def cost_at(self, version: str) -> Cost:
        """What an answer costs at a version of the data; reads nothing.

        Parameters
        ----------
        version : str
            The data version.

        Returns
        -------
        Cost
            Little, unless a layer says otherwise.
        """
        return Cost.QUICK

    @property
    def tile_max_age_s(self) -> int:
        """How long a client may keep a tile whose address has a version, seconds."""
        return self.resources.settings.tiles.max_age_s

    @property
    def tile_ending(self) -> str:
        """The end of a tile's URL, after its column and row."""
        return ".mvt"

    @property
    def tile_query(self) -> Query:
        """The query that the tiles' URLs repeat; may read from the disk."""
        return self.query

    @abstractmethod
    def tile(self, tile: Tile, *, scale: int = 1) -> TileAnswer:
        """The content of a tile.

        Parameters
        ----------
        tile : Tile
            Its address.
        scale : int
            Pixels of the picture per pixel of the map; ignored by vector tiles.

        Returns
        -------
        TileAnswer
            Not yet rendered.
        """

    @abstractmethod
    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles.

        Parameters
        ----------
        address : str
            URL template with ``{z}``, ``{x}``, ``{y}``, the query and the version.

        Returns
        -------
        Document
            For clients that read tiles.
        """

    @abstractmethod
    def legend(self) -> Legend:
        """The meaning of the colours.

        Returns
        -------
        Legend
            In the order of the classes.
        """


@dataclass(frozen=True)
class OutlineLayer(MapLayer):
    """The areas of a boundary layer with code and name; a version of it never changes."""

    layer: str

    @property
    def tile_max_age_s(self) -> int:
        """A version of a layer stays as it is."""
        return UNCHANGING_MAX_AGE_S

    @property
    def data_version(self) -> DataVersion:
        """The version of the geometry."""
        return DataVersion.of(self.resources.vector_tiles.geometry_version, self.layer)

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

    query: ColouredHeatmapQuery
    dataset: str

    @property
    def tile_ending(self) -> str:
        """Dense tiles where the TileJSON is asked for them."""
        query = self.query
        is_dense = isinstance(query, HeatmapTileJsonQuery) and query.scale == 2
        return "@2x.png" if is_dense else ".png"

    @property
    def tile_query(self) -> ColouredHeatmapQuery:
        """The query of the surface: the density of the screen is in the address."""
        return self.query.part(ColouredHeatmapQuery)

    @property
    def data_version(self) -> DataVersion:
        """The version of the dataset's heat maps."""
        return DataVersion.of(self.resources.heatmaps.version, self.dataset)

    def tile(self, tile: Tile, *, scale: int = 1) -> TileImage:
        """The density of a tile."""
        image = self.resources.heatmaps.tile(self.dataset, tile, self.query, scale=scale)
        return dataclasses.replace(image, theme=self.query.theme)

    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles."""
        return self.resources.heatmaps.tilejson(self.dataset, self.query, address=address)

    def legend(self) -> Legend:
        """The colour classes."""
        legend = self.resources.heatmaps.legend(self.dataset, self.query)
        return dataclasses.replace(legend, theme=self.query.theme)
