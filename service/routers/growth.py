"""Growth: development sites, and the incidents around them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.render.formats import TableSuffix
from service.responses import RepliesDep
from service.routers.addresses import CSV, JSON, responses
from service.routers.tables import send_table
from service.schemas.growth import OverlayQuery
from service.schemas.queries import LayerQuery

router = APIRouter(prefix="/v1/growth", tags=["growth"])


@router.get(
    "/sites.{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readSitesAs",
)
def read_sites_as(
    suffix: TableSuffix, query: Annotated[LayerQuery, Query()], replies: RepliesDep
) -> Response:
    """Development sites with homes planned, completed and remaining, as CSV or GeoJSON."""
    return _send_sites(replies, suffix, query)


@router.get("/sites", responses=responses(JSON), operation_id="readSites")
def read_sites(query: Annotated[LayerQuery, Query()], replies: RepliesDep) -> Response:
    """Development sites with homes planned, completed and remaining."""
    return _send_sites(replies, "json", query)


@router.get(
    "/{dataset}/overlay.{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readGrowthOverlayAs",
)
def read_growth_overlay_as(
    dataset: str,
    suffix: TableSuffix,
    query: Annotated[OverlayQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """Sites with the incidents near each and the area it lies in, as CSV or GeoJSON."""
    return _send_overlay(replies, dataset, suffix, query)


@router.get("/{dataset}/overlay", responses=responses(JSON), operation_id="readGrowthOverlay")
def read_growth_overlay(
    dataset: str, query: Annotated[OverlayQuery, Query()], replies: RepliesDep
) -> Response:
    """Sites with the incidents within a distance of each and the area it lies in."""
    return _send_overlay(replies, dataset, "json", query)


def _send_sites(replies: RepliesDep, suffix: str, query: LayerQuery) -> Response:
    growth = replies.resources.growth
    return send_table(
        replies,
        suffix,
        version=growth.sites_version,
        query=query,
        name="sites",
        answer=growth.sites,
    )


def _send_overlay(replies: RepliesDep, dataset: str, suffix: str, query: OverlayQuery) -> Response:
    growth = replies.resources.growth
    return send_table(
        replies,
        suffix,
        version=lambda: growth.overlay_version(dataset, query),
        query=query,
        name=f"{dataset}-growth-overlay",
        answer=lambda: growth.overlay(dataset, query),
    )
