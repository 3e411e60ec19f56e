"""Whether the service lives and can answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from service.analyses.catalogue.documents import Liveness, Readiness
from service.http.answer_spec import AnswerSpec
from service.http.metrics import Metrics
from service.http.openapi import type_schema
from service.http.responder import ResponderDep
from service.http.table_routes import document_spec
from service.http.urls import JSON
from service.model.answers import Document
from service.model.queries import NoQuery
from service.runtime.lanes import Cost

router = APIRouter(prefix="/health", tags=["health"])
metrics_router = APIRouter(tags=["health"])


def _responses(document: Any) -> dict[int | str, dict[str, Any]]:
    """The answer of a route, for the OpenAPI document; what it refuses is added there."""
    return {200: {"content": {JSON: {"schema": type_schema(document)}}}}


@router.get("/live", responses=_responses(Liveness), operation_id="readLiveness")
async def read_liveness(query: Annotated[NoQuery, Query()], respond: ResponderDep) -> Response:
    """The process answers; asks nothing of any disk or thread that others may hold."""
    alive = respond.resources.catalogue.alive
    return await respond(document_spec(query, "live", alive, cost=Cost.QUICK, is_shared=False))


@router.get("/ready", responses=_responses(Readiness), operation_id="readReadiness")
async def read_readiness(query: Annotated[NoQuery, Query()], respond: ResponderDep) -> Response:
    """The service answers; names what is loaded, and what of the data is damaged.

    The status is 200 without data too, and with damaged ones: who has just installed the service
    can import while it runs, and what is sound is served. `has_data`, `damaged` and `note` say it.
    """
    resources = respond.resources

    def compute() -> Document:
        resources.note_damage()
        return resources.catalogue.ready()

    # Asked anew each time: files can be damaged without any folder changing.
    return await respond(document_spec(query, None, compute, cost=Cost.QUICK, is_shared=False))


@metrics_router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
    operation_id="readMetrics",
)
async def read_metrics(
    request: Request, query: Annotated[NoQuery, Query()], respond: ResponderDep
) -> Response:
    """Request counts and times by route, cache uses and data versions, for Prometheus."""
    metrics: Metrics = request.app.state.metrics
    return await respond(
        AnswerSpec(
            query=query,
            version=None,
            compute=respond.resources.catalogue.alive,
            render=lambda _: metrics.text(respond.resources),
            media_type="text/plain; version=0.0.4; charset=utf-8",
        )
    )
