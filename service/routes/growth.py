"""Growth: development sites, and the incidents around them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.responder import RepliesDep
from service.http.table_routes import send_table
from service.http.urls import CSV, JSON, PNG, responses
from service.queries.growth import OverlayQuery, SiteMapQuery, SitesQuery
from service.render.maps.site_map import site_map_png
from service.render.tables.formats import TableSuffix
from service.runtime.lanes import Work

router = APIRouter(prefix="/v1/growth", tags=["growth"])


@router.get(
    "/sites.{suffix}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readSitesAs",
)
def read_sites_as(
    suffix: TableSuffix, query: Annotated[SitesQuery, Query()], replies: RepliesDep
) -> Response:
    """Development sites, their phases or their sums by district, in the format of the suffix."""
    return _send_sites(replies, suffix, query)


@router.get("/sites", responses=responses(JSON), operation_id="readSites")
def read_sites(query: Annotated[SitesQuery, Query()], replies: RepliesDep) -> Response:
    """Development sites with homes planned, completed and remaining; phases; district sums."""
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


@router.get(
    "/{dataset}/overlay/map.png",
    response_class=Response,
    responses=responses(PNG),
    operation_id="readGrowthOverlayMap",
)
def read_growth_overlay_map(
    dataset: str, query: Annotated[SiteMapQuery, Query()], replies: RepliesDep
) -> Response:
    """A picture: sites by size and completion over hot spots, density or priorities."""
    maps = replies.resources.site_maps
    return replies.send(
        version=lambda: maps.version(dataset, query),
        query=query,
        answer=lambda: maps.picture(dataset, query),
        render=site_map_png,
        media_type=PNG,
        filename=f"{dataset}-growth-overlay.png",
        work=Work.HEAVY,
    )


def _send_sites(replies: RepliesDep, suffix: str, query: SitesQuery) -> Response:
    sites = replies.resources.site_tables
    return send_table(
        replies,
        suffix,
        version=sites.version,
        query=query,
        name="sites" if query.by == "site" else f"sites-by-{query.by}",
        answer=lambda: sites.table(query),
    )


def _send_overlay(replies: RepliesDep, dataset: str, suffix: str, query: OverlayQuery) -> Response:
    overlay = replies.resources.overlay
    return send_table(
        replies,
        suffix,
        version=lambda: overlay.version(dataset, query),
        query=query,
        name=f"{dataset}-growth-overlay",
        answer=lambda: overlay.table(dataset, query),
        work=Work.HEAVY,
    )
