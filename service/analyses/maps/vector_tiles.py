"""Vector tiles of areas: their geometry alone, or with the values of a table attached."""

from collections.abc import Callable, Hashable, Mapping

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.tiles.levels import LevelCache
from boundaries.tiles.tiles import TileAreas, areas_in_tile, points_in_tile
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.maps.tilejson import WORLD, lonlat_bounds, tilejson
from service.config.settings import Settings
from service.model.answers import (
    Document,
    GeometryTile,
    Legend,
    LegendClass,
    Provenance,
    Table,
    VectorTile,
)
from service.model.provenance import SOFTWARE, credited, layer_source, provenance, short_digest
from service.model.rows import ColumnValues
from service.runtime.single_flight import SingleFlightCache
from spatial.arrays import FloatArray, IndexArray
from spatial.coordinates.crs import WEB_MERCATOR, transform_xy
from spatial.coordinates.mercator import Tile

TILES_IN_MEMORY = 2_000
TABLES_IN_MEMORY = 32
POINT_MARGIN_M = 2_000.0  # around the outermost points, for a map to open with
# What a map needs to colour, label and explain an area; a table has more.
LEFT_OUT = frozenset({"easting_m", "northing_m"})


class VectorTiles:
    """Tiles of boundary layers and grids.

    Parameters
    ----------
    layers : AreaLayers
        Boundary layers and grids.
    levels : LevelCache
        Their generalised geometry per zoom.
    settings : Settings
        Zooms.
    """

    def __init__(self, *, layers: AreaLayers, levels: LevelCache, settings: Settings) -> None:
        self._layers = layers
        self._levels = levels
        self._settings = settings
        self._tables: SingleFlightCache[Table] = SingleFlightCache(TABLES_IN_MEMORY)
        self._rows: SingleFlightCache[tuple[Table, IndexArray]] = SingleFlightCache(
            TABLES_IN_MEMORY
        )
        self._areas: SingleFlightCache[TileAreas] = SingleFlightCache(TILES_IN_MEMORY)

    def geometry_version(self, layer_id: str) -> str:
        """Everything a geometry tile depends on besides its address."""
        return short_digest(layer_id, self._layers.version(layer_id), SOFTWARE)

    def geometry(self, layer_id: str, tile: Tile) -> GeometryTile:
        """The areas of a layer in a tile, with code and name only."""
        layer = self._layers.get(layer_id)
        return GeometryTile(
            kind="geometry-tile",
            layer=layer,
            tile=tile,
            provenance=_of_geometry(layer),
        )

    def geometry_legend(self, layer_id: str) -> Legend:
        """The legend of a layer's outlines: one line."""
        layer = self._layers.get(layer_id)
        source = _of_geometry(layer)
        title = layer.metadata.title or layer_id
        return Legend(
            kind="boundaries",
            title=title,
            subtitle=layer.metadata.vintage or "",
            unit="",
            drawn_as="outline",
            palette="",
            attribute="",
            classes=(LegendClass(f"border of an area ({len(layer):,})"),),
            period=None,
            credits=credited(source.sources),
            provenance=source,
        )

    def table_of(self, key: Hashable, compute: Callable[[], Table]) -> Table:
        """The table behind the tiles of a query, computed once for all of them.

        Parameters
        ----------
        key : hashable
            Everything that the table depends on: kind, dataset, layer, version and query.
        """
        return self._tables.get(key, compute)

    def has_table(self, key: Hashable) -> bool:
        """Whether that table is there already."""
        return self._tables.has(key)

    def with_values(self, layer_id: str, tile: Tile, table: Table) -> VectorTile:
        """The areas of a tile with the values of a table by area code.

        Areas that the table has no row for (outside `within`) are left out.
        """
        layer = self._layers.get(layer_id)
        areas = self._areas_of(layer, tile)
        rows = self._rows_of(layer, table)[areas.positions]
        there = rows >= 0
        if not there.all():
            areas = TileAreas(areas.tile, areas.positions[there], areas.geometries[there])
            rows = rows[there]
        columns = {
            name: column[rows].tolist()
            for name, column in table.columns.items()
            if name not in LEFT_OUT
        }
        if table.provenance.synthetic:
            columns["synthetic"] = [True] * len(rows)
        return VectorTile(
            kind=f"{table.kind}-tile",
            layer_id=layer_id,
            areas=areas,
            row=table.row,
            columns=columns,
            provenance=table.provenance,
        )

    def points_with_values(self, name: str, tile: Tile, table: Table) -> VectorTile:
        """The rows of a table in a tile as points, each inside its shape, with their values."""
        points = points_in_tile(_on_mercator(table), tile)
        columns = {
            column: values[points.positions].tolist()
            for column, values in table.columns.items()
            if column not in LEFT_OUT
        }
        if table.provenance.synthetic:
            columns["synthetic"] = [True] * len(points)
        return VectorTile(
            kind=f"{table.kind}-tile",
            layer_id=name,
            areas=points,
            row=table.row,
            columns=columns,
            provenance=table.provenance,
        )

    def points_tilejson(self, layer: str, *, address: str, name: str, table: Table) -> Document:
        """TileJSON 3.0 of the vector tiles of a table's rows as points.

        Parameters
        ----------
        layer : str
            Name of the layer in the tiles.
        address : str
            Of the tiles, with ``{z}``, ``{x}``, ``{y}``, the query and the version.
        """
        shapes = shapely.buffer(np.asarray(table.geometries), POINT_MARGIN_M)
        left, bottom, right, top = (float(v) for v in shapely.total_bounds(shapes))
        bounds = WORLD if np.isnan(left) else lonlat_bounds((left, bottom, right, top), table.crs)
        return Document(
            kind="vector-tilejson",
            content=tilejson(
                name=name,
                description=str(table.provenance.method["name"]),
                address=address,
                bounds=bounds,
                zooms=self._settings.tiles,
                provenance=table.provenance,
                vector_layers={layer: field_types(table)},
            ),
            provenance=table.provenance,
        )

    def tilejson(
        self,
        layer_id: str,
        *,
        address: str,
        name: str,
        fields: Mapping[str, str],
        table: Table | None = None,
    ) -> Document:
        """TileJSON 3.0 of a layer's vector tiles; the addresses carry the version.

        Parameters
        ----------
        address : str
            Of the tiles, with ``{z}``, ``{x}``, ``{y}``, the query and the version.
        fields : mapping
            Type of each attribute of the areas: String, Number or Boolean.
        table : Table or None
            What the values are from; its provenance becomes the document's.
        """
        layer = self._layers.get(layer_id)
        source = table.provenance if table is not None else _of_geometry(layer)
        return Document(
            kind="vector-tilejson",
            content=tilejson(
                name=name,
                description=str(source.method["name"]),
                address=address,
                bounds=lonlat_bounds(layer.bounds_m, layer.crs),
                zooms=self._settings.tiles,
                provenance=source,
                vector_layers={layer_id: fields},
            ),
            provenance=source,
        )

    def _rows_of(self, layer: Layer, table: Table) -> IndexArray:
        """The row of each area of a layer in a table, -1 where it has none; found once a table."""
        key = (id(table), layer.version)
        # The table is kept beside its rows, so that no other one can have its id meanwhile.
        return self._rows.get(key, lambda: (table, _rows(layer, table)))[1]

    def _areas_of(self, layer: Layer, tile: Tile) -> TileAreas:
        """The areas of a tile, cut once per layer version."""
        key = (layer.layer_id, layer.version, tile)
        find: Callable[[], TileAreas] = lambda: areas_in_tile(  # noqa: E731
            self._levels.get(layer, tile.z), tile
        )
        return self._areas.get(key, find)


def _rows(layer: Layer, table: Table) -> IndexArray:
    row_of = np.full(len(layer), -1, dtype=np.int32)
    row_of[layer.positions(tuple(table.columns["code"].tolist()))] = np.arange(len(table))
    return row_of


def _on_mercator(table: Table) -> FloatArray:
    """(n, 2) a point inside each shape of a table, EPSG:3857 metres."""
    inner = shapely.point_on_surface(np.asarray(table.geometries))
    xy_m = shapely.get_coordinates(inner).reshape(-1, 2)
    return transform_xy(xy_m, source=table.crs, target=WEB_MERCATOR)


def field_types(table: Table) -> dict[str, str]:
    """The type of each attribute in the tiles of a table, by the names that readers know."""
    return {
        name: _field_type(column) for name, column in table.columns.items() if name not in LEFT_OUT
    }


def _field_type(column: ColumnValues) -> str:
    first = next((value for value in column.tolist() if value is not None), "")
    if isinstance(first, bool):
        return "Boolean"
    return "Number" if isinstance(first, int | float) else "String"


def _of_geometry(layer: Layer) -> Provenance:
    """Where tiles without values come from."""
    return provenance(
        sources={"layer": layer_source(layer)},
        filter={},
        method={"name": "boundaries, generalised per zoom with shared borders kept"},
        counts={"areas": len(layer)},
    )
