"""Tables of one dataset: so far its trend."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.responder import RepliesDep
from service.http.table_routes import send_table
from service.http.urls import CSV, JSON, responses
from service.queries.trends import TrendQuery
from service.render.tables.formats import PlainSuffix

router = APIRouter(prefix="/v1/tables/{dataset}", tags=["tables"])


@router.get(
    "/trend.{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readTrendAs",
)
def read_trend_as(
    dataset: str,
    suffix: PlainSuffix,
    query: Annotated[TrendQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """One row per month, quarter or year, as CSV or Parquet."""
    return _send_trend(replies, dataset, suffix, query)


@router.get("/trend", responses=responses(JSON), operation_id="readTrend")
def read_trend(
    dataset: str, query: Annotated[TrendQuery, Query()], replies: RepliesDep
) -> Response:
    """Incidents of one area, or of the study area, per whole month, quarter or year."""
    return _send_trend(replies, dataset, "json", query)


def _send_trend(replies: RepliesDep, dataset: str, suffix: str, query: TrendQuery) -> Response:
    trends = replies.resources.trends
    return send_table(
        replies,
        suffix,
        version=lambda: trends.version(dataset, query),
        query=query,
        name=f"{dataset}-trend",
        answer=lambda: trends.trend(dataset, query),
    )
