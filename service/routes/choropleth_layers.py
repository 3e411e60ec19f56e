"""Choropleths on a map: vector tiles, TileJSON, legend and style."""

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
from service.queries.areas import ChoroplethQuery
from service.queries.tiles import ChoroplethTileJsonQuery, ChoroplethTileQuery
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/v1/choropleths/{dataset}", tags=["vector tiles"])


@router.get(
    "/{layer}/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readChoroplethTile",
)
async def read_choropleth_tile(
    dataset: str,
    layer: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[ChoroplethTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a tile with the values and classes of the query."""
    shown = _choropleth(replies, dataset, layer, query)
    return send_tile(replies, shown, Tile(z, x, y), asked=query.v)


@router.get(
    "/{layer}/tilejson.json",
    responses=responses(JSON),
    operation_id="readChoroplethTileJson",
)
def read_choropleth_tilejson(
    dataset: str,
    layer: str,
    query: Annotated[ChoroplethTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """TileJSON 3.0 of a choropleth's vector tiles."""
    return send_layer_tilejson(replies, _choropleth(replies, dataset, layer, query))


@router.get(
    "/{layer}/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readChoroplethLegend",
)
def read_choropleth_legend(
    dataset: str,
    layer: str,
    suffix: LegendSuffix,
    query: Annotated[ChoroplethTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """What the colours of a choropleth mean, as JSON or as a picture."""
    return send_layer_legend(replies, _choropleth(replies, dataset, layer, query), suffix)


@router.get("/{layer}/style.json", responses=responses(JSON), operation_id="readChoroplethStyle")
def read_choropleth_style(
    dataset: str,
    layer: str,
    query: Annotated[ChoroplethTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """A MapLibre style of a choropleth."""
    return send_layer_style(replies, _choropleth(replies, dataset, layer, query))


def _choropleth(
    replies: Replies, dataset: str, layer: str, query: ChoroplethTileJsonQuery
) -> MapLayer:
    choropleths = replies.resources.choropleths
    return MapLayer(
        path=quoted("/v1/choropleths", dataset, layer),
        layer_id=layer,
        query=query,
        version=lambda: choropleths.version(dataset, layer),
        table=lambda: choropleths.table(dataset, layer, query.part(ChoroplethQuery)),
        work=Work.QUICK,
    )
