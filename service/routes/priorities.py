"""Priorities where homes are planned: tables, tiles, legend and style."""

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
from service.http.table_routes import send_table
from service.http.urls import CSV, JSON, MVT, quoted, responses
from service.queries.growth import PrioritiesQuery
from service.queries.tiles import PrioritiesTileJsonQuery, PrioritiesTileQuery
from service.render.tables.formats import TableSuffix
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/v1/growth/{dataset}/priorities", tags=["growth"])


@router.get(
    ".{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readPrioritiesAs",
)
def read_priorities_as(
    dataset: str,
    suffix: TableSuffix,
    query: Annotated[PrioritiesQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """Areas with their priority and its reasons, in the format of the suffix."""
    return _send(replies, dataset, suffix, query)


@router.get("", responses=responses(JSON), operation_id="readPriorities")
def read_priorities(
    dataset: str, query: Annotated[PrioritiesQuery, Query()], replies: RepliesDep
) -> Response:
    """Areas sorted into emerging, preventing, sustaining and none by rules over hotspot class,
    emerging class, change and planned growth, each with its reasons in words.
    """
    return _send(replies, dataset, "json", query)


@router.get(
    "/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readPrioritiesTile",
)
def read_priorities_tile(
    dataset: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[PrioritiesTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a tile with their priority, its reasons and the facts behind them."""
    shown = _layer(replies, dataset, query.part(PrioritiesTileJsonQuery))
    return send_tile(replies, shown, Tile(z, x, y), asked=query.v)


@router.get("/tilejson.json", responses=responses(JSON), operation_id="readPrioritiesTileJson")
def read_priorities_tilejson(
    dataset: str, query: Annotated[PrioritiesTileJsonQuery, Query()], replies: RepliesDep
) -> Response:
    """TileJSON 3.0 of the priorities."""
    return send_layer_tilejson(replies, _layer(replies, dataset, query))


@router.get(
    "/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readPrioritiesLegend",
)
def read_priorities_legend(
    dataset: str,
    suffix: LegendSuffix,
    query: Annotated[PrioritiesTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """What the colours of the priorities mean, as JSON or as a picture."""
    return send_layer_legend(replies, _layer(replies, dataset, query), suffix)


@router.get("/style.json", responses=responses(JSON), operation_id="readPrioritiesStyle")
def read_priorities_style(
    dataset: str, query: Annotated[PrioritiesTileJsonQuery, Query()], replies: RepliesDep
) -> Response:
    """A MapLibre style of the priorities."""
    return send_layer_style(replies, _layer(replies, dataset, query))


def _layer(replies: Replies, dataset: str, query: PrioritiesTileJsonQuery) -> MapLayer:
    priorities = replies.resources.priorities
    return MapLayer(
        path=quoted("/v1/growth", dataset, "priorities"),
        layer_id=priorities.layer_id(query),
        query=query,
        version=lambda: priorities.version(dataset, query),
        table=lambda: priorities.table(dataset, query),
        work=Work.HEAVY,
    )


def _send(replies: RepliesDep, dataset: str, suffix: str, query: PrioritiesQuery) -> Response:
    priorities = replies.resources.priorities
    return send_table(
        replies,
        suffix,
        version=lambda: priorities.version(dataset, query),
        query=query,
        name=f"{dataset}-growth-priorities",
        answer=lambda: priorities.table(dataset, query),
        work=Work.HEAVY,
    )
