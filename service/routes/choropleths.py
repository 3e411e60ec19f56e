"""Choropleths: counts and rates per area of a boundary layer."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.responder import RepliesDep
from service.http.table_routes import send_table
from service.http.urls import CSV, JSON, responses
from service.queries.areas import ChoroplethQuery
from service.render.tables.formats import TableSuffix

router = APIRouter(prefix="/v1/choropleths/{dataset}", tags=["choropleths"])


@router.get(
    "/{layer}.{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readChoroplethAs",
)
def read_choropleth_as(
    dataset: str,
    layer: str,
    suffix: TableSuffix,
    query: Annotated[ChoroplethQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """One row per area, highest value first, as CSV or GeoJSON."""
    return _send(replies, dataset, layer, suffix, query)


@router.get("/{layer}", responses=responses(JSON), operation_id="readChoropleth")
def read_choropleth(
    dataset: str,
    layer: str,
    query: Annotated[ChoroplethQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """One row per area, highest value first: count, denominator, value, interval, class."""
    return _send(replies, dataset, layer, "json", query)


def _send(
    replies: RepliesDep, dataset: str, layer: str, suffix: str, query: ChoroplethQuery
) -> Response:
    choropleths = replies.resources.choropleths
    return send_table(
        replies,
        suffix,
        version=lambda: choropleths.version(dataset, layer),
        query=query,
        name=f"{dataset}-{layer}-{query.measure}",
        answer=lambda: choropleths.table(dataset, layer, query),
    )
