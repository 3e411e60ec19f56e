"""Sites and the growth overlay on a map: vector tiles, TileJSON, legend and style."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.maps.site_classes import with_classes
from service.http.layer_routes import (
    LegendSuffix,
    MapLayer,
    PointLayer,
    send_layer_legend,
    send_layer_style,
    send_layer_tilejson,
    send_tile,
)
from service.http.responder import Replies, RepliesDep
from service.http.urls import JSON, MVT, quoted, responses
from service.model.queries import NoQuery
from service.queries.growth import SitesQuery
from service.queries.tiles import OverlayTileJsonQuery, OverlayTileQuery, SitesTileQuery
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/v1/growth", tags=["growth"])

SITES = "sites"  # the layer in the tiles


@router.get(
    "/sites/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readSitesTile",
)
def read_sites_tile(
    z: int, x: int, y: int, query: Annotated[SitesTileQuery, Query()], replies: RepliesDep
) -> Response:
    """The sites of a tile as points, with homes and their classes of size and completion.

    A site with an outline is a point too, inside it: a symbol has one place, whatever the zoom.
    """
    return send_tile(replies, _sites(replies), Tile(z, x, y), asked=query.v)


@router.get("/sites/tilejson.json", responses=responses(JSON), operation_id="readSitesTileJson")
def read_sites_tilejson(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """TileJSON 3.0 of the sites."""
    return send_layer_tilejson(replies, _sites(replies))


@router.get(
    "/sites/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readSitesLegend",
)
def read_sites_legend(
    suffix: LegendSuffix, query: Annotated[NoQuery, Query()], replies: RepliesDep
) -> Response:
    """What colours and sizes of the sites mean, as JSON or as a picture."""
    return send_layer_legend(replies, _sites(replies), suffix)


@router.get("/sites/style.json", responses=responses(JSON), operation_id="readSitesStyle")
def read_sites_style(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """A MapLibre style of the sites: circles by homes planned, coloured by completion."""
    return send_layer_style(replies, _sites(replies))


@router.get(
    "/{dataset}/overlay/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readGrowthOverlayTile",
)
def read_growth_overlay_tile(
    dataset: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[OverlayTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The sites of a tile as points, or its areas, with all that the overlay says of them."""
    shown = _overlay(replies, dataset, query.part(OverlayTileJsonQuery))
    return send_tile(replies, shown, Tile(z, x, y), asked=query.v)


@router.get(
    "/{dataset}/overlay/tilejson.json",
    responses=responses(JSON),
    operation_id="readGrowthOverlayTileJson",
)
def read_growth_overlay_tilejson(
    dataset: str, query: Annotated[OverlayTileJsonQuery, Query()], replies: RepliesDep
) -> Response:
    """TileJSON 3.0 of the overlay."""
    return send_layer_tilejson(replies, _overlay(replies, dataset, query))


@router.get(
    "/{dataset}/overlay/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readGrowthOverlayLegend",
)
def read_growth_overlay_legend(
    dataset: str,
    suffix: LegendSuffix,
    query: Annotated[OverlayTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """What the colours of the overlay mean, as JSON or as a picture."""
    return send_layer_legend(replies, _overlay(replies, dataset, query), suffix)


@router.get(
    "/{dataset}/overlay/style.json",
    responses=responses(JSON),
    operation_id="readGrowthOverlayStyle",
)
def read_growth_overlay_style(
    dataset: str, query: Annotated[OverlayTileJsonQuery, Query()], replies: RepliesDep
) -> Response:
    """A MapLibre style of the overlay."""
    return send_layer_style(replies, _overlay(replies, dataset, query))


def _sites(replies: Replies) -> MapLayer:
    sites = replies.resources.site_tables
    return PointLayer(
        path="/v1/growth/sites",
        layer_id=SITES,
        query=NoQuery(),
        version=sites.version,
        table=lambda: with_classes(sites.table(SitesQuery())),
    )


def _overlay(replies: Replies, dataset: str, query: OverlayTileJsonQuery) -> MapLayer:
    overlay = replies.resources.overlay
    by_site = query.by == "site"
    kind = PointLayer if by_site else MapLayer
    return kind(
        path=quoted("/v1/growth", dataset, "overlay"),
        layer_id=SITES if by_site else overlay.layer_id(query),
        query=query,
        version=lambda: overlay.version(dataset, query),
        table=lambda: (
            with_classes(overlay.table(dataset, query))
            if by_site
            else overlay.table(dataset, query)
        ),
        work=Work.HEAVY,
    )
