"""Forecasts of the incidents that planned homes bring: tables, tiles, legend and style."""

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
from service.queries.forecasts import ForecastQuery, ForecastTileJsonQuery, ForecastTileQuery
from service.render.tables.formats import TableSuffix
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/v1/growth/{dataset}/forecast", tags=["growth"])


@router.get(
    ".{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readGrowthForecastAs",
)
def read_growth_forecast_as(
    dataset: str,
    suffix: TableSuffix,
    query: Annotated[ForecastQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """Expected incidents per year with their 90 % interval, as CSV, GeoJSON and others."""
    return _send(replies, dataset, suffix, query)


@router.get("", responses=responses(JSON), operation_id="readGrowthForecast")
def read_growth_forecast(
    dataset: str, query: Annotated[ForecastQuery, Query()], replies: RepliesDep
) -> Response:
    """Expected incidents per year to a horizon, by site, area or district, each with a
    90 % interval from rate, count and build-out; every assumption is in the notes.
    """
    return _send(replies, dataset, "json", query)


@router.get(
    "/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readGrowthForecastTile",
)
def read_growth_forecast_tile(
    dataset: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[ForecastTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a tile with their forecast at the horizon and its class."""
    shown = _layer(replies, dataset, query.part(ForecastTileJsonQuery))
    return send_tile(replies, shown, Tile(z, x, y), asked=query.v)


@router.get("/tilejson.json", responses=responses(JSON), operation_id="readGrowthForecastTileJson")
def read_growth_forecast_tilejson(
    dataset: str, query: Annotated[ForecastTileJsonQuery, Query()], replies: RepliesDep
) -> Response:
    """TileJSON 3.0 of the forecast by area at the horizon."""
    return send_layer_tilejson(replies, _layer(replies, dataset, query))


@router.get(
    "/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readGrowthForecastLegend",
)
def read_growth_forecast_legend(
    dataset: str,
    suffix: LegendSuffix,
    query: Annotated[ForecastTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """What the colours of the forecast by area mean, as JSON or as a picture."""
    return send_layer_legend(replies, _layer(replies, dataset, query), suffix)


@router.get("/style.json", responses=responses(JSON), operation_id="readGrowthForecastStyle")
def read_growth_forecast_style(
    dataset: str, query: Annotated[ForecastTileJsonQuery, Query()], replies: RepliesDep
) -> Response:
    """A MapLibre style of the forecast by area at the horizon."""
    return send_layer_style(replies, _layer(replies, dataset, query))


def _layer(replies: Replies, dataset: str, query: ForecastTileJsonQuery) -> MapLayer:
    forecasts = replies.resources.forecasts
    return MapLayer(
        path=quoted("/v1/growth", dataset, "forecast"),
        layer_id=forecasts.layer_id(query),
        query=query,
        version=lambda: forecasts.version(dataset, query),
        table=lambda: forecasts.table(dataset, query),
        work=Work.ORDINARY,
    )


def _send(replies: RepliesDep, dataset: str, suffix: str, query: ForecastQuery) -> Response:
    forecasts = replies.resources.forecasts
    return send_table(
        replies,
        suffix,
        version=lambda: forecasts.version(dataset, query),
        query=query,
        name=f"{dataset}-growth-forecast-{query.by}",
        answer=lambda: forecasts.table(dataset, query),
    )
