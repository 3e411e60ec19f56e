"""Boundaries on a map: vector tiles for ever, TileJSON, legend and style."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.layer_routes import LegendSuffix, send_legend, send_style
from service.http.responder import Replies, RepliesDep
from service.http.urls import JSON, MVT, base_url, quoted, responses, versioned, zooms
from service.model.answers import Document
from service.model.queries import NoQuery, VersionQuery
from service.render.documents import document_json
from service.render.tiles.vector_tiles import geometry_tile
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/v1", tags=["vector tiles"])

FOR_EVER_S = 365 * 24 * 3600
GEOMETRY_FIELDS = {"code": "String", "name": "String"}


@router.get(
    "/boundaries/{layer}/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readBoundaryTile",
)
async def read_boundary_tile(
    layer: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[VersionQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a layer in a tile, with code and name: never changes for a version."""
    tiles = replies.resources.vector_tiles
    tile = Tile(z, x, y)
    return replies.send(
        version=lambda: tiles.geometry_version(layer),
        query=query,
        answer=lambda: tiles.geometry(layer, tile),
        render=partial(geometry_tile, get=replies.resources.geometry_tiles.get),
        media_type=MVT,
        asked=query.v,
        max_age_s=FOR_EVER_S if query.v is not None else 0,
        work=Work.QUICK,
    )


@router.get(
    "/boundaries/{layer}/tilejson.json",
    responses=responses(JSON),
    operation_id="readBoundaryTileJson",
)
def read_boundary_tilejson(
    layer: str, query: Annotated[NoQuery, Query()], replies: RepliesDep
) -> Response:
    """TileJSON 3.0 of a layer's geometry tiles."""
    tiles = replies.resources.vector_tiles
    template = _template(replies, layer)
    return replies.send(
        version=lambda: f"{tiles.geometry_version(layer)} {template} {zooms(replies)}",
        query=query,
        answer=lambda: _tilejson(replies, layer),
        render=document_json,
        media_type=JSON,
        work=Work.QUICK,
    )


@router.get(
    "/boundaries/{layer}/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readBoundaryLegend",
)
def read_boundary_legend(
    layer: str,
    suffix: LegendSuffix,
    query: Annotated[NoQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The legend of a layer's outlines, as JSON or as a picture."""
    tiles = replies.resources.vector_tiles
    return send_legend(
        replies,
        suffix,
        version=lambda: tiles.geometry_version(layer),
        query=query,
        legend=lambda: tiles.geometry_legend(layer),
    )


@router.get(
    "/boundaries/{layer}/style.json", responses=responses(JSON), operation_id="readBoundaryStyle"
)
def read_boundary_style(
    layer: str, query: Annotated[NoQuery, Query()], replies: RepliesDep
) -> Response:
    """A MapLibre style of a layer's outlines."""
    tiles = replies.resources.vector_tiles
    return send_style(
        replies,
        version=lambda: tiles.geometry_version(layer),
        query=query,
        legend=lambda: tiles.geometry_legend(layer),
        tiles=lambda: _tilejson(replies, layer),
    )


def _template(replies: Replies, layer: str) -> str:
    """Address of a layer's tiles without the version."""
    return f"{base_url(replies)}{quoted('/v1/boundaries', layer)}/tiles/{{z}}/{{x}}/{{y}}.mvt"


def _tilejson(replies: Replies, layer: str) -> Document:
    tiles = replies.resources.vector_tiles
    return tiles.tilejson(
        layer,
        address=versioned(_template(replies, layer), tiles.geometry_version(layer)),
        name=layer,
        fields=GEOMETRY_FIELDS,
    )
