"""Forecasts of the incidents that planned homes bring: tables, vector tiles, TileJSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.render.formats import TableSuffix
from service.responses import RepliesDep
from service.routers.addresses import CSV, JSON, MVT, quoted, responses
from service.routers.tables import send_table
from service.routers.vector_tiles import send_tile, send_tilejson
from service.schemas.forecasts import ForecastQuery, ForecastTileJsonQuery, ForecastTileQuery
from service.work import Work
from spatial.mercator import Tile

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
    forecasts = replies.resources.forecasts
    asked = query.part(ForecastTileJsonQuery)
    return send_tile(
        replies,
        forecasts.layer_id(asked),
        Tile(z, x, y),
        query=query,
        version=lambda: forecasts.version(dataset, asked),
        table=lambda: forecasts.table(dataset, asked),
        work=Work.ORDINARY,
    )


@router.get("/tilejson.json", responses=responses(JSON), operation_id="readGrowthForecastTileJson")
def read_growth_forecast_tilejson(
    dataset: str, query: Annotated[ForecastTileJsonQuery, Query()], replies: RepliesDep
) -> Response:
    """TileJSON 3.0 of the forecast by area at the horizon; the legend is in the provenance."""
    forecasts = replies.resources.forecasts
    return send_tilejson(
        replies,
        forecasts.layer_id(query),
        quoted("/v1/growth", dataset, "forecast"),
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
