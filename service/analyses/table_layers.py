"""Tables as layers of a map: a function makes the layer of each kind.

It is called with the resources, the query and the names in the layer's address.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from service.analyses.layers import MapLayer
from service.analyses.maps.site_classes import with_classes
from service.analyses.maps.vector_tiles import field_types
from service.analyses.resources import Resources
from service.analyses.table_answers import (
    change_table,
    choropleth_table,
    cluster_table,
    emerging_table,
    forecast_table,
    hotspot_table,
    overlay_table,
    priorities_table,
    scan_area_table,
    site_table,
)
from service.analyses.table_kinds import TableAnswer
from service.model.answers import Document, Legend, Table, VectorTile
from service.model.queries import NoQuery, Query
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.forecasts import ForecastTileJsonQuery
from service.queries.growth import SitesQuery
from service.queries.over_time import ChangeQuery, EmergingQuery
from service.queries.patterns.clusters import ClustersQuery, ClustersTileJsonQuery
from service.queries.patterns.scans import ScanAreasQuery, ScanTileJsonQuery
from service.queries.tiles import (
    ChangeTileJsonQuery,
    ChoroplethTileJsonQuery,
    EmergingTileJsonQuery,
    HotspotTileJsonQuery,
    OverlayTileJsonQuery,
    PrioritiesTileJsonQuery,
)
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost
from spatial.coordinates.mercator import Tile

SITES = "sites"  # the layer in the tiles


@dataclass(frozen=True)
class TableLayer(MapLayer):
    """A table with one row per area.

    Attributes
    ----------
    key : tuple of str
        The kind of the layer and the names in its address.
    layer_id : callable
        Gives the boundary layer or grid that has the shapes; may read which is the default.
    source : callable
        Gives the table, which is computed once for tiles, TileJSON, legend and style of a
        version.
    table_cost : Cost
        What making the table costs.
    """

    key: tuple[str, ...]
    layer_id: Callable[[], str]
    source: Callable[[], TableAnswer]
    table_cost: Cost

    @property
    def data_version(self) -> DataVersion:
        """The version of the table."""
        return self.source().version

    def cost_at(self, version: str) -> Cost:
        """What an answer costs at a version: little once the table has been computed.

        Parameters
        ----------
        version : str
            The data version.

        Returns
        -------
        Cost
            That of the table until it is there.
        """
        has_table = self.resources.vector_tiles.has_table(self._table_key(version))
        return Cost.QUICK if has_table else self.table_cost

    def table(self) -> Table:
        """The table, made once for tiles, TileJSON, legend and style alike.

        Returns
        -------
        Table
            Cached while tiles, TileJSON, legend or style of it are requested.
        """
        return self.resources.vector_tiles.table_of(
            self._table_key(self.version()), lambda: self.source().compute()
        )

    def tile(self, tile: Tile, *, scale: int = 1) -> VectorTile:
        """The areas of a tile with their values."""
        return self.resources.vector_tiles.with_values(self.layer_id(), tile, self.table())

    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles."""
        table = self.table()
        return self.resources.vector_tiles.tilejson(
            self.layer_id(),
            address=address,
            name=self.resources.legends.of(table).title,
            fields=field_types(table),
            table=table,
        )

    def legend(self) -> Legend:
        """What the colours mean."""
        return self.resources.legends.of(self.table())

    def _table_key(self, version: str) -> tuple[tuple[str, ...], str, str]:
        return self.key, self.query.canonical(), version


@dataclass(frozen=True)
class HotspotLayer(TableLayer):
    """Hotspots; `names` are the dataset and the layer."""

    names: tuple[str, str]

    @property
    def tile_query(self) -> Query:
        """With the measure of the test, so that an import does not change what tiles show."""
        query = self.query.part(HotspotTileJsonQuery)
        return self.resources.hotspots.resolved(*self.names, query)


class PointLayer(TableLayer):
    """A table as points; `layer_id` gives the name of the layer in the tiles."""

    def tile(self, tile: Tile, *, scale: int = 1) -> VectorTile:
        """The points of a tile with their values."""
        return self.resources.vector_tiles.points_with_values(self.layer_id(), tile, self.table())

    def tilejson(self, address: str) -> Document:
        """TileJSON of the tiles."""
        table = self.table()
        return self.resources.vector_tiles.points_tilejson(
            self.layer_id(),
            address=address,
            name=self.resources.legends.of(table).title,
            table=table,
        )


class ShapeLayer(PointLayer):
    """A table as its own polygons; `layer_id` gives the name of the layer in the tiles."""

    def tile(self, tile: Tile, *, scale: int = 1) -> VectorTile:
        """The polygons of a tile with their values."""
        return self.resources.vector_tiles.shapes_with_values(self.layer_id(), tile, self.table())


def cluster_layer(
    resources: Resources, query: ClustersTileJsonQuery, *, dataset: str
) -> TableLayer:
    """Clusters of incidents by their hulls or ellipses.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ClustersTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableLayer
        Polygons with values.
    """
    return ShapeLayer(
        resources,
        query,
        key=("clusters", dataset),
        layer_id=lambda: "clusters",
        source=lambda: cluster_table(resources, query.part(ClustersQuery), dataset=dataset),
        table_cost=Cost.HEAVY,
    )


def choropleth_layer(
    resources: Resources, query: ChoroplethTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """A choropleth.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ChoroplethTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableLayer
        Areas with values.
    """
    return TableLayer(
        resources,
        query,
        key=("choropleth", dataset, layer),
        layer_id=lambda: layer,
        source=lambda: choropleth_table(
            resources, query.part(ChoroplethQuery), dataset=dataset, layer=layer
        ),
        table_cost=Cost.QUICK,
    )


def hotspot_layer(
    resources: Resources, query: HotspotTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """A hotspot map.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : HotspotTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableLayer
        Areas with values.
    """
    return HotspotLayer(
        resources,
        query,
        names=(dataset, layer),
        key=("hotspot", dataset, layer),
        layer_id=lambda: layer,
        source=lambda: hotspot_table(
            resources, query.part(HotspotQuery), dataset=dataset, layer=layer
        ),
        table_cost=Cost.HEAVY,
    )


def emerging_layer(
    resources: Resources, query: EmergingTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """Emerging hot spots.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : EmergingTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableLayer
        Areas with values.
    """
    return TableLayer(
        resources,
        query,
        key=("emerging", dataset, layer),
        layer_id=lambda: layer,
        source=lambda: emerging_table(
            resources, query.part(EmergingQuery), dataset=dataset, layer=layer
        ),
        table_cost=Cost.HEAVY,
    )


def change_layer(
    resources: Resources, query: ChangeTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """The change between two periods.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ChangeTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableLayer
        Areas with values.
    """
    return TableLayer(
        resources,
        query,
        key=("change", dataset, layer),
        layer_id=lambda: layer,
        source=lambda: change_table(
            resources, query.part(ChangeQuery), dataset=dataset, layer=layer
        ),
        table_cost=Cost.HEAVY,
    )


def scan_layer(
    resources: Resources, query: ScanTileJsonQuery, *, dataset: str, layer: str
) -> TableLayer:
    """The areas of a scan.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ScanTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableLayer
        Areas with values.
    """
    return TableLayer(
        resources,
        query,
        key=("scan", dataset, layer),
        layer_id=lambda: layer,
        source=lambda: scan_area_table(
            resources, query.part(ScanAreasQuery), dataset=dataset, layer=layer
        ),
        table_cost=Cost.HEAVY,
    )


def site_layer(resources: Resources, query: Query) -> PointLayer:
    """The development sites, all of them, whatever the query.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : Query
        The query.

    Returns
    -------
    PointLayer
        Points with values.
    """
    return PointLayer(
        resources,
        NoQuery(),
        key=("sites",),
        layer_id=lambda: SITES,
        source=lambda: _with_classes(site_table(resources, SitesQuery())),
        table_cost=Cost.QUICK,
    )


def overlay_layer(
    resources: Resources, query: OverlayTileJsonQuery, *, dataset: str
) -> TableLayer:
    """The growth overlay: its sites as points, or its areas.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : OverlayTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableLayer
        Areas with values.
    """

    def source() -> TableAnswer:
        return overlay_table(resources, query.part(OverlayTileJsonQuery), dataset=dataset)

    key = ("overlay", dataset)
    if query.by == "site":
        return PointLayer(
            resources,
            query,
            key=key,
            layer_id=lambda: SITES,
            source=lambda: _with_classes(source()),
            table_cost=Cost.HEAVY,
        )
    return TableLayer(
        resources,
        query,
        key=key,
        layer_id=lambda: resources.overlay.layer_id(query),
        source=source,
        table_cost=Cost.HEAVY,
    )


def forecast_layer(
    resources: Resources, query: ForecastTileJsonQuery, *, dataset: str
) -> TableLayer:
    """The forecast by area, at its horizon.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ForecastTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableLayer
        Areas with values.
    """
    return TableLayer(
        resources,
        query,
        key=("forecast", dataset),
        layer_id=lambda: resources.forecasts.layer_id(query),
        source=lambda: forecast_table(
            resources, query.part(ForecastTileJsonQuery), dataset=dataset
        ),
        table_cost=Cost.ORDINARY,
    )


def priorities_layer(
    resources: Resources, query: PrioritiesTileJsonQuery, *, dataset: str
) -> TableLayer:
    """The priorities by area.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : PrioritiesTileJsonQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableLayer
        Areas with values.
    """
    return TableLayer(
        resources,
        query,
        key=("priorities", dataset),
        layer_id=lambda: resources.priorities.layer_id(query),
        source=lambda: priorities_table(
            resources, query.part(PrioritiesTileJsonQuery), dataset=dataset
        ),
        table_cost=Cost.HEAVY,
    )


def _with_classes(answer: TableAnswer) -> TableAnswer:
    """A table of sites with their classes of size and completion."""
    return replace(answer, compute=lambda: with_classes(answer.compute()))
