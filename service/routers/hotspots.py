"""Hotspots: which areas are hot together beyond chance (Getis-Ord)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.render.formats import TableSuffix
from service.responses import RepliesDep
from service.routers.addresses import CSV, JSON, responses
from service.routers.tables import send_table
from service.schemas.areas import HotspotQuery

router = APIRouter(prefix="/v1/hotspots/{dataset}", tags=["hotspots"])


@router.get(
    "/{layer}.{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readHotspotsAs",
)
def read_hotspots_as(
    dataset: str,
    layer: str,
    suffix: TableSuffix,
    query: Annotated[HotspotQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """One row per area, highest z score first, as CSV or GeoJSON."""
    return _send(replies, dataset, layer, suffix, query)


@router.get("/{layer}", responses=responses(JSON), operation_id="readHotspots")
def read_hotspots(
    dataset: str,
    layer: str,
    query: Annotated[HotspotQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """One row per area, highest z score first: z, analytic and permutation p, q and class."""
    return _send(replies, dataset, layer, "json", query)


def _send(
    replies: RepliesDep, dataset: str, layer: str, suffix: str, query: HotspotQuery
) -> Response:
    hotspots = replies.resources.hotspots
    return send_table(
        replies,
        suffix,
        version=hotspots.version(dataset, layer),
        query=query,
        name=f"{dataset}-{layer}-{query.statistic}",
        answer=lambda: hotspots.table(dataset, layer, query),
    )
