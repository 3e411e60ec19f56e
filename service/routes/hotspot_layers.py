"""Hotspots, emerging hotspots and change on a map: vector tiles, TileJSON, legend and style."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.layer_routes import (
    LegendSuffix,
    MapLayer,
    send_layer_legend,
    send_layer_style,
    send_layer_tilejson,
    send_tile,
)
from service.http.responder import Replies, RepliesDep
from service.http.urls import JSON, MVT, quoted, responses
from service.queries.areas import HotspotQuery
from service.queries.over_time import ChangeQuery, EmergingQuery
from service.queries.tiles import (
    ChangeTileJsonQuery,
    ChangeTileQuery,
    EmergingTileJsonQuery,
    EmergingTileQuery,
    HotspotTileJsonQuery,
    HotspotTileQuery,
)
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/v1/hotspots/{dataset}", tags=["vector tiles"])


@router.get(
    "/{layer}/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readHotspotTile",
)
async def read_hotspot_tile(
    dataset: str,
    layer: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[HotspotTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a tile with z, p, q and class."""
    shown = _hotspot(replies, dataset, layer, query)
    return send_tile(replies, shown, Tile(z, x, y), asked=query.v)


@router.get(
    "/{layer}/tilejson.json",
    responses=responses(JSON),
    operation_id="readHotspotTileJson",
)
def read_hotspot_tilejson(
    dataset: str,
    layer: str,
    query: Annotated[HotspotTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """TileJSON 3.0 of a hotspot map's vector tiles."""
    return send_layer_tilejson(replies, _hotspot(replies, dataset, layer, query))


@router.get(
    "/{layer}/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readHotspotLegend",
)
def read_hotspot_legend(
    dataset: str,
    layer: str,
    suffix: LegendSuffix,
    query: Annotated[HotspotTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """What the colours of a hotspot map mean, as JSON or as a picture."""
    return send_layer_legend(replies, _hotspot(replies, dataset, layer, query), suffix)


@router.get("/{layer}/style.json", responses=responses(JSON), operation_id="readHotspotStyle")
def read_hotspot_style(
    dataset: str,
    layer: str,
    query: Annotated[HotspotTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """A MapLibre style of a hotspot map."""
    return send_layer_style(replies, _hotspot(replies, dataset, layer, query))


@router.get(
    "/{layer}/emerging/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readEmergingTile",
)
def read_emerging_tile(
    dataset: str,
    layer: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[EmergingTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a tile with their emerging category and the run it was decided from."""
    shown = _emerging(replies, dataset, layer, query)
    return send_tile(replies, shown, Tile(z, x, y), asked=query.v)


@router.get(
    "/{layer}/emerging/tilejson.json",
    responses=responses(JSON),
    operation_id="readEmergingTileJson",
)
def read_emerging_tilejson(
    dataset: str,
    layer: str,
    query: Annotated[EmergingTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """TileJSON 3.0 of the vector tiles of emerging hot spots."""
    return send_layer_tilejson(replies, _emerging(replies, dataset, layer, query))


@router.get(
    "/{layer}/emerging/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readEmergingLegend",
)
def read_emerging_legend(
    dataset: str,
    layer: str,
    suffix: LegendSuffix,
    query: Annotated[EmergingTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """What the colours of emerging hot spots mean, as JSON or as a picture."""
    return send_layer_legend(replies, _emerging(replies, dataset, layer, query), suffix)


@router.get(
    "/{layer}/emerging/style.json", responses=responses(JSON), operation_id="readEmergingStyle"
)
def read_emerging_style(
    dataset: str,
    layer: str,
    query: Annotated[EmergingTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """A MapLibre style of emerging hot spots."""
    return send_layer_style(replies, _emerging(replies, dataset, layer, query))


@router.get(
    "/{layer}/change/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readChangeTile",
)
def read_change_tile(
    dataset: str,
    layer: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[ChangeTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a tile with the counts of two periods and what became of their class."""
    shown = _change(replies, dataset, layer, query)
    return send_tile(replies, shown, Tile(z, x, y), asked=query.v)


@router.get(
    "/{layer}/change/tilejson.json",
    responses=responses(JSON),
    operation_id="readChangeTileJson",
)
def read_change_tilejson(
    dataset: str,
    layer: str,
    query: Annotated[ChangeTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """TileJSON 3.0 of the vector tiles of a change."""
    return send_layer_tilejson(replies, _change(replies, dataset, layer, query))


@router.get(
    "/{layer}/change/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readChangeLegend",
)
def read_change_legend(
    dataset: str,
    layer: str,
    suffix: LegendSuffix,
    query: Annotated[ChangeTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """What the colours of a change mean, as JSON or as a picture."""
    return send_layer_legend(replies, _change(replies, dataset, layer, query), suffix)


@router.get(
    "/{layer}/change/style.json", responses=responses(JSON), operation_id="readChangeStyle"
)
def read_change_style(
    dataset: str,
    layer: str,
    query: Annotated[ChangeTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """A MapLibre style of a change."""
    return send_layer_style(replies, _change(replies, dataset, layer, query))


def _hotspot(replies: Replies, dataset: str, layer: str, query: HotspotTileJsonQuery) -> MapLayer:
    hotspots = replies.resources.hotspots
    return MapLayer(
        path=quoted("/v1/hotspots", dataset, layer),
        layer_id=layer,
        query=query,
        version=lambda: hotspots.version(dataset, layer),
        table=lambda: hotspots.table(dataset, layer, query.part(HotspotQuery)),
        work=Work.HEAVY,
    )


def _emerging(
    replies: Replies, dataset: str, layer: str, query: EmergingTileJsonQuery
) -> MapLayer:
    over_time = replies.resources.over_time
    return MapLayer(
        path=quoted("/v1/hotspots", dataset, layer, "emerging"),
        layer_id=layer,
        query=query,
        version=lambda: over_time.version(dataset, layer),
        table=lambda: over_time.emerging(dataset, layer, query.part(EmergingQuery)),
        work=Work.HEAVY,
    )


def _change(replies: Replies, dataset: str, layer: str, query: ChangeTileJsonQuery) -> MapLayer:
    over_time = replies.resources.over_time
    return MapLayer(
        path=quoted("/v1/hotspots", dataset, layer, "change"),
        layer_id=layer,
        query=query,
        version=lambda: over_time.version(dataset, layer),
        table=lambda: over_time.change(dataset, layer, query.part(ChangeQuery)),
        work=Work.HEAVY,
    )
