"""Hotspots: which areas are hot together beyond chance (Getis-Ord)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.responder import RepliesDep
from service.http.table_routes import send_table
from service.http.urls import CSV, JSON, responses
from service.queries.areas import HotspotQuery
from service.queries.over_time import ChangeQuery, DisplacementQuery, EmergingQuery
from service.render.documents import document_json
from service.render.tables.formats import TableSuffix
from service.runtime.lanes import Work

router = APIRouter(prefix="/v1/hotspots/{dataset}", tags=["hotspots"])


@router.get(
    "/{layer}/emerging.{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readEmergingAs",
)
def read_emerging_as(
    dataset: str,
    layer: str,
    suffix: TableSuffix,
    query: Annotated[EmergingQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """One row per area with its emerging category, in the format of the suffix."""
    return _send_emerging(replies, dataset, layer, suffix, query)


@router.get("/{layer}/emerging", responses=responses(JSON), operation_id="readEmerging")
def read_emerging(
    dataset: str,
    layer: str,
    query: Annotated[EmergingQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """Emerging hot spots: one row per area, with the run of classes it was decided from."""
    return _send_emerging(replies, dataset, layer, "json", query)


@router.get(
    "/{layer}/change.{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readChangeAs",
)
def read_change_as(
    dataset: str,
    layer: str,
    suffix: TableSuffix,
    query: Annotated[ChangeQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """Change between two periods, one row per area, in the format of the suffix."""
    return _send_change(replies, dataset, layer, suffix, query)


@router.get("/{layer}/change", responses=responses(JSON), operation_id="readChange")
def read_change(
    dataset: str,
    layer: str,
    query: Annotated[ChangeQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """Change between two periods: per area, and for the map as a whole."""
    return _send_change(replies, dataset, layer, "json", query)


@router.get("/{layer}/displacement", responses=responses(JSON), operation_id="readDisplacement")
def read_displacement(
    dataset: str,
    layer: str,
    query: Annotated[DisplacementQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """Weighted displacement difference of an intervention in named areas."""
    over_time = replies.resources.over_time
    return replies.send(
        version=lambda: over_time.version(dataset, layer),
        query=query,
        answer=lambda: over_time.displacement(dataset, layer, query),
        render=document_json,
        media_type=JSON,
    )


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
        version=lambda: hotspots.version(dataset, layer),
        query=query,
        name=f"{dataset}-{layer}-{query.statistic}",
        answer=lambda: hotspots.table(dataset, layer, query),
        work=Work.HEAVY,
    )


def _send_emerging(
    replies: RepliesDep, dataset: str, layer: str, suffix: str, query: EmergingQuery
) -> Response:
    over_time = replies.resources.over_time
    return send_table(
        replies,
        suffix,
        version=lambda: over_time.version(dataset, layer),
        query=query,
        name=f"{dataset}-{layer}-emerging",
        answer=lambda: over_time.emerging(dataset, layer, query),
        work=Work.HEAVY,
    )


def _send_change(
    replies: RepliesDep, dataset: str, layer: str, suffix: str, query: ChangeQuery
) -> Response:
    over_time = replies.resources.over_time
    return send_table(
        replies,
        suffix,
        version=lambda: over_time.version(dataset, layer),
        query=query,
        name=f"{dataset}-{layer}-change",
        answer=lambda: over_time.change(dataset, layer, query),
        work=Work.HEAVY,
    )
