"""What the routers of mapped layers share: tiles, TileJSON, legend and style of one layer.

A table by area becomes a layer by a `MapLayer`; `send_legend` and `send_style` serve any other
layer that has a `Legend` and a TileJSON.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastapi import Response

from service.analyses.maps.vector_tiles import field_types
from service.http.responder import Replies
from service.http.urls import JSON, MVT, PNG, base_url, query_string, versioned, zooms
from service.model.answers import Document, Legend, MapStyle, Table, VectorTile
from service.model.queries import Query
from service.render.documents import document_json
from service.render.maps.legend import legend_json, legend_png
from service.render.maps.style import style_json
from service.render.tiles.vector_tiles import vector_tile
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

LegendSuffix = Literal["json", "png"]


@dataclass(frozen=True)
class MapLayer:
    """A table with one row per area, as a layer of a map.

    Attributes
    ----------
    path : str
        Of its routes, with the names in it as they stand in an address.
    layer_id : str
        The boundary layer or grid that has the shapes.
    query : Query
        Without a version, as the TileJSON repeats it.
    version : callable
        Everything the table depends on besides the query.
    table : callable
        Makes the table; asked once for all tiles of a version.
    work : Work
        What making it costs.
    """

    path: str
    layer_id: str
    query: Query
    version: Callable[[], str]
    table: Callable[[], Table]
    work: Work = Work.QUICK

    def cached_table(self, replies: Replies) -> Table:
        """The table, made once for tiles, TileJSON, legend and style alike."""
        return replies.resources.vector_tiles.table_of(self._key(replies), self.table)

    def work_now(self, replies: Replies) -> Work:
        """What an answer costs: little where the table is there already."""
        has_table = replies.resources.vector_tiles.has_table(self._key(replies))
        return Work.QUICK if has_table else self.work

    def version_now(self, replies: Replies) -> str:
        """The version, asked of the stores only when something in the data folder has changed."""
        key = (self.path, self.query.canonical())
        return replies.resources.standing.get(key, self.version)

    def _key(self, replies: Replies) -> tuple[str, str, str]:
        return self.path, self.query.canonical(), self.version_now(replies)

    def template(self, replies: Replies) -> str:
        """Address of the tiles without the version."""
        return (
            f"{base_url(replies)}{self.path}/tiles/{{z}}/{{x}}/{{y}}.mvt{query_string(self.query)}"
        )

    def tilejson(self, replies: Replies) -> Document:
        """TileJSON of the tiles."""
        table = self.cached_table(replies)
        legend = replies.resources.legends.of(table)
        return replies.resources.vector_tiles.tilejson(
            self.layer_id,
            address=versioned(self.template(replies), self.version_now(replies)),
            name=legend.title,
            fields=field_types(table),
            table=table,
        )

    def tile(self, replies: Replies, tile: Tile) -> VectorTile:
        """What a tile shows."""
        tiles = replies.resources.vector_tiles
        return tiles.with_values(self.layer_id, tile, self.cached_table(replies))

    def legend(self, replies: Replies) -> Legend:
        """What the colours mean."""
        return replies.resources.legends.of(self.cached_table(replies))


class PointLayer(MapLayer):
    """A table as points; `layer_id` names the layer in the tiles."""

    def tilejson(self, replies: Replies) -> Document:
        """TileJSON of the tiles."""
        table = self.cached_table(replies)
        return replies.resources.vector_tiles.points_tilejson(
            self.layer_id,
            address=versioned(self.template(replies), self.version_now(replies)),
            name=replies.resources.legends.of(table).title,
            table=table,
        )

    def tile(self, replies: Replies, tile: Tile) -> VectorTile:
        """What a tile shows."""
        tiles = replies.resources.vector_tiles
        return tiles.points_with_values(self.layer_id, tile, self.cached_table(replies))


def send_tile(replies: Replies, layer: MapLayer, tile: Tile, *, asked: str | None) -> Response:
    """The values of a layer on the areas or points of a tile."""
    max_age_s = replies.resources.settings.tiles.max_age_s
    return replies.send(
        version=lambda: layer.version_now(replies),
        query=layer.query,
        answer=lambda: layer.tile(replies, tile),
        render=vector_tile,
        media_type=MVT,
        asked=asked,
        max_age_s=max_age_s if asked is not None else 0,
        work=layer.work_now(replies),
    )


def send_layer_tilejson(replies: Replies, layer: MapLayer) -> Response:
    """TileJSON of a layer's tiles."""
    template = layer.template(replies)
    return replies.send(
        version=lambda: f"{layer.version_now(replies)} {template} {zooms(replies)}",
        query=layer.query,
        answer=lambda: layer.tilejson(replies),
        render=document_json,
        media_type=JSON,
        work=layer.work_now(replies),
    )


def send_layer_legend(replies: Replies, layer: MapLayer, suffix: LegendSuffix) -> Response:
    """The legend of a layer as JSON or as a picture."""
    return send_legend(
        replies,
        suffix,
        version=lambda: layer.version_now(replies),
        query=layer.query,
        legend=lambda: layer.legend(replies),
        work=layer.work_now(replies),
    )


def send_layer_style(replies: Replies, layer: MapLayer) -> Response:
    """A MapLibre style of a layer."""
    return send_style(
        replies,
        version=lambda: layer.version_now(replies),
        query=layer.query,
        legend=lambda: layer.legend(replies),
        tiles=lambda: layer.tilejson(replies),
        work=layer.work_now(replies),
    )


def send_legend(
    replies: Replies,
    suffix: LegendSuffix,
    *,
    version: Callable[[], str],
    query: Query,
    legend: Callable[[], Legend],
    work: Work = Work.QUICK,
) -> Response:
    """A legend as JSON or as a picture."""
    is_picture = suffix == "png"
    return replies.send(
        version=version,
        query=query,
        answer=legend,
        render=legend_png if is_picture else legend_json,
        media_type=PNG if is_picture else JSON,
        work=work,
    )


def send_style(
    replies: Replies,
    *,
    version: Callable[[], str],
    query: Query,
    legend: Callable[[], Legend],
    tiles: Callable[[], Document],
    work: Work = Work.QUICK,
) -> Response:
    """A MapLibre style of a layer, from its legend and its TileJSON."""

    def style() -> MapStyle:
        meaning = legend()
        return MapStyle(meaning.kind, meaning, tiles().content, meaning.provenance)

    return replies.send(
        version=lambda: f"{version()} {base_url(replies)} {zooms(replies)}",
        query=query,
        answer=style,
        render=style_json,
        media_type=JSON,
        work=work,
    )
