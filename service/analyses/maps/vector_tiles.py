"""Vector tiles of areas: the geometry alone, or with the values of a table."""

from collections.abc import Callable, Hashable, Mapping

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.tiles.levels import LevelCache
from boundaries.tiles.tiles import (
    TileAreas,
    TilePoints,
    areas_in_tile,
    points_in_tile,
    shapes_in_tile,
)
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

# For recent tables, as much for their rows, and for the areas of recent tiles.
TABLES_BYTES, VALUE_BYTES = 128 * 2**20, 32
TILES_BYTES, AREA_BYTES = 128 * 2**20, 1_000
POINT_MARGIN_M = 2_000.0  # around the outermost points, for a map to open with
# What a map needs to colour, label and explain an area; a table has more.
OMITTED_COLUMNS = frozenset({"easting_m", "northing_m"})


class VectorTiles:
    """Tiles of boundary layers and grids.

    Parameters
    ----------
    layers : AreaLayers
        Boundary layers and grids.
    levels : LevelCache
        Their generalised geometry per zoom.
    settings : Settings
        The range of zooms.
    """

    def __init__(self, *, layers: AreaLayers, levels: LevelCache, settings: Settings) -> None:
        self._layers = layers
        self._levels = levels
        self._settings = settings
        self._tables: SingleFlightCache[Table] = SingleFlightCache(
            TABLES_BYTES, weigh=lambda table: 4_096 + VALUE_BYTES * len(table) * len(table.columns)
        )
        self._rows: SingleFlightCache[tuple[Table, IndexArray]] = SingleFlightCache(
            TABLES_BYTES,
            weigh=lambda rows: 4_096 + VALUE_BYTES * len(rows[0]) * len(rows[0].columns),
        )
        self._areas: SingleFlightCache[TileAreas] = SingleFlightCache(
            TILES_BYTES, weigh=lambda areas: 1_024 + AREA_BYTES * len(areas)
        )

    def geometry_version(self, layer_id: str) -> str:
        """A short digest of everything that a geometry tile depends on, apart from its address.

        Parameters
        ----------
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        str
            It changes when the layer or the software does.
        """
        return short_digest(layer_id, self._layers.version(layer_id), SOFTWARE)

    def geometry(self, layer_id: str, tile: Tile) -> GeometryTile:
        """The areas of a layer in a tile, with code and name only.

        Parameters
        ----------
        layer_id : str
            Id of a layer or grid.
        tile : Tile
            Its address.

        Returns
        -------
        GeometryTile
            The bytes are made when it is rendered.
        """
        layer = self._layers.get(layer_id)
        return GeometryTile(
            kind="geometry-tile",
            layer=layer,
            tile=tile,
            provenance=_geometry_provenance(layer),
        )

    def geometry_legend(self, layer_id: str) -> Legend:
        """The legend of a layer's outlines: a single line.

        Parameters
        ----------
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        Legend
            Drawn as outlines.
        """
        layer = self._layers.get(layer_id)
        source = _geometry_provenance(layer)
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
        compute : callable
            Makes the table.

        Returns
        -------
        Table
            The same object while it is cached.
        """
        return self._tables.get(key, compute)

    def has_table(self, key: Hashable) -> bool:
        """Whether a table is cached.

        Parameters
        ----------
        key : hashable
            As for `table_of`.

        Returns
        -------
        bool
            False also while the table is being computed.
        """
        return self._tables.has(key)

    def with_values(self, layer_id: str, tile: Tile, table: Table) -> VectorTile:
        """The areas of a tile with the values of a table, joined by area code.

        Areas without a row in the table (outside `within`) are omitted.

        Parameters
        ----------
        layer_id : str
            Id of a layer or grid.
        tile : Tile
            Its address.
        table : Table
            With a column ``code``.

        Returns
        -------
        VectorTile
            Possibly without areas.
        """
        layer = self._layers.get(layer_id)
        areas = self._areas_of(layer, tile)
        rows = self._rows_of(layer, table)[areas.positions]
        has_row = rows >= 0
        if not has_row.all():
            areas = TileAreas(areas.tile, areas.positions[has_row], areas.geometries[has_row])
            rows = rows[has_row]
        columns = {
            name: column[rows].tolist()
            for name, column in table.columns.items()
            if name not in OMITTED_COLUMNS
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
        """The rows of a table in a tile as points, each inside its shape, with their values.

        Parameters
        ----------
        name : str
            Name of the layer in the tiles.
        tile : Tile
            Its address.
        table : Table
            With shapes.

        Returns
        -------
        VectorTile
            Possibly without points.
        """
        return _rows_in_tile(name, points_in_tile(_on_mercator(table), tile), table)

    def shapes_with_values(self, name: str, tile: Tile, table: Table) -> VectorTile:
        """The rows of a table in a tile as their own polygons, with their values.

        Parameters
        ----------
        name : str
            Name of the layer in the tiles.
        tile : Tile
            Its address.
        table : Table
            With polygons.

        Returns
        -------
        VectorTile
            Possibly without polygons; one that is less than a step of the tile is left out.
        """
        shapes = shapely.transform(
            np.asarray(table.geometries),
            lambda xy: transform_xy(xy, source=table.crs, target=WEB_MERCATOR),
        )
        return _rows_in_tile(name, shapes_in_tile(shapes, tile), table)

    def points_tilejson(self, layer: str, *, address: str, name: str, table: Table) -> Document:
        """TileJSON 3.0 of the vector tiles of a table's rows as points.

        Parameters
        ----------
        layer : str
            Name of the layer in the tiles.
        address : str
            URL template with ``{z}``, ``{x}``, ``{y}``, the query and the version.
        name : str
            Title of the layer.
        table : Table
            With shapes.

        Returns
        -------
        Document
            With the provenance of the table.
        """
        bounds = WORLD
        if len(table):
            shapes = shapely.buffer(np.asarray(table.geometries), POINT_MARGIN_M)
            left, bottom, right, top = (float(value) for value in shapely.total_bounds(shapes))
            bounds = lonlat_bounds((left, bottom, right, top), table.crs)
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
        layer_id : str
            Id of a layer or grid.
        address : str
            URL template with ``{z}``, ``{x}``, ``{y}``, the query and the version.
        name : str
            Title of the layer.
        fields : mapping
            Type of each attribute of the areas: String, Number or Boolean.
        table : Table or None
            The source of the values; its provenance becomes the document's.

        Returns
        -------
        Document
            With the provenance of the table, or of the layer.
        """
        layer = self._layers.get(layer_id)
        source = table.provenance if table is not None else _geometry_provenance(layer)
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
        """The row of each area of a layer in a table, -1 if it has none; cached per table."""
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


def _rows_in_tile(name: str, shapes: TileAreas | TilePoints, table: Table) -> VectorTile:
    """Shapes of a tile with the values of their rows."""
    columns = {
        column: values[shapes.positions].tolist()
        for column, values in table.columns.items()
        if column not in OMITTED_COLUMNS
    }
    if table.provenance.synthetic:
        columns["synthetic"] = [True] * len(shapes)
    return VectorTile(
        kind=f"{table.kind}-tile",
        layer_id=name,
        areas=shapes,
        row=table.row,
        columns=columns,
        provenance=table.provenance,
    )


def _rows(layer: Layer, table: Table) -> IndexArray:
    row_of = np.full(len(layer), -1, dtype=np.int32)
    row_of[layer.positions(tuple(table.columns["code"].tolist()))] = np.arange(len(table))
    return row_of


def _on_mercator(table: Table) -> FloatArray:
    """(n, 2) a point inside each shape of a table, EPSG:3857 metres."""
    inner_points = shapely.point_on_surface(np.asarray(table.geometries))
    xy_m = shapely.get_coordinates(inner_points).reshape(-1, 2)
    return transform_xy(xy_m, source=table.crs, target=WEB_MERCATOR)


def field_types(table: Table) -> dict[str, str]:
    """The type of each attribute in the tiles of a table, by the names that readers recognise.

    Parameters
    ----------
    table : Table
        With the columns that become attributes.

    Returns
    -------
    dict of str to str
        String, Number or Boolean.
    """
    return {
        name: _field_type(column)
        for name, column in table.columns.items()
        if name not in OMITTED_COLUMNS
    }


def _field_type(column: ColumnValues) -> str:
    first_value = next((value for value in column.tolist() if value is not None), "")
    if isinstance(first_value, bool):
        return "Boolean"
    return "Number" if isinstance(first_value, int | float) else "String"


def _geometry_provenance(layer: Layer) -> Provenance:
    """The provenance of tiles without values."""
    return provenance(
        sources={"layer": layer_source(layer)},
        filter={},
        method={"name": "boundaries, generalised per zoom with shared borders kept"},
        counts={"areas": len(layer)},
    )
