"""Whether the service lives and can answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from service.analyses.catalogue.documents import Liveness, Readiness
from service.http.metrics import Metrics
from service.http.openapi import type_schema
from service.http.responder import RepliesDep
from service.http.table_routes import send_document
from service.http.urls import JSON
from service.model.queries import NoQuery
from service.runtime.lanes import Work

router = APIRouter(prefix="/health", tags=["health"])
metrics_router = APIRouter(tags=["health"])


def _responses(document: Any) -> dict[int | str, dict[str, Any]]:
    """The answer of a route, for the OpenAPI document; what it refuses is added there."""
    return {200: {"content": {JSON: {"schema": type_schema(document)}}}}


@router.get("/live", responses=_responses(Liveness), operation_id="readLiveness")
async def read_liveness(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """The process answers; asks nothing of any disk or thread that others may hold."""
    return send_document(
        replies,
        query,
        version=lambda: "live",
        compute=replies.resources.catalogue.alive,
        work=Work.QUICK,
        is_shared=False,
    )


@router.get("/ready", responses=_responses(Readiness), operation_id="readReadiness")
def read_readiness(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """The data can be read; names what is loaded."""
    catalogue = replies.resources.catalogue
    return send_document(
        replies,
        query,
        version=catalogue.datasets_version,
        compute=catalogue.ready,
        work=Work.QUICK,
        is_shared=False,
    )


@metrics_router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
    operation_id="readMetrics",
)
def read_metrics(
    request: Request, query: Annotated[NoQuery, Query()], replies: RepliesDep
) -> Response:
    """Request counts and times by route, cache uses and data versions, for Prometheus."""
    metrics: Metrics = request.app.state.metrics
    return replies.send_fresh(
        query=query,
        answer=replies.resources.catalogue.alive,
        render=lambda _: metrics.text(),
        media_type="text/plain; version=0.0.4; charset=utf-8",
    )
