"""Vector tiles: boundaries for ever, choropleths and hotspots with their values attached."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.vector_tiles import field_types
from service.answers import Document, Table
from service.render.documents import document_json
from service.render.vector_tiles import geometry_tile, vector_tile
from service.responses import Replies, RepliesDep
from service.routers.addresses import (
    JSON,
    MVT,
    base_url,
    query_string,
    quoted,
    responses,
    versioned,
    zooms,
)
from service.schemas.areas import ChoroplethQuery, HotspotQuery
from service.schemas.queries import NoQuery, VersionQuery
from service.schemas.queries import Query as AnyQuery
from service.schemas.vector_tiles import (
    ChoroplethTileJsonQuery,
    ChoroplethTileQuery,
    HotspotTileJsonQuery,
    HotspotTileQuery,
)
from service.work import Work
from spatial.mercator import Tile

router = APIRouter(prefix="/v1", tags=["vector tiles"])

FOR_EVER_S = 365 * 24 * 3600
GEOMETRY_FIELDS = {"code": "String", "name": "String"}


@router.get(
    "/boundaries/{layer}/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readBoundaryTile",
)
def read_boundary_tile(
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
    path = quoted("/v1/boundaries", layer)
    template = f"{base_url(replies)}{path}/tiles/{{z}}/{{x}}/{{y}}.mvt"
    return replies.send(
        version=lambda: f"{tiles.geometry_version(layer)} {template} {zooms(replies)}",
        query=query,
        answer=lambda: tiles.tilejson(
            layer,
            address=versioned(template, tiles.geometry_version(layer)),
            name=layer,
            fields=GEOMETRY_FIELDS,
        ),
        render=document_json,
        media_type=JSON,
        work=Work.QUICK,
    )


@router.get(
    "/choropleths/{dataset}/{layer}/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readChoroplethTile",
)
def read_choropleth_tile(
    dataset: str,
    layer: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[ChoroplethTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a tile with the values and classes of the query."""
    choropleths = replies.resources.choropleths
    return send_tile(
        replies,
        layer,
        Tile(z, x, y),
        query=query,
        version=lambda: choropleths.version(dataset, layer),
        table=lambda: choropleths.table(dataset, layer, query.part(ChoroplethQuery)),
        work=Work.QUICK,
    )


@router.get(
    "/choropleths/{dataset}/{layer}/tilejson.json",
    responses=responses(JSON),
    operation_id="readChoroplethTileJson",
)
def read_choropleth_tilejson(
    dataset: str,
    layer: str,
    query: Annotated[ChoroplethTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """TileJSON 3.0 of a choropleth's vector tiles; the legend is in the provenance."""
    choropleths = replies.resources.choropleths
    return send_tilejson(
        replies,
        layer,
        quoted("/v1/choropleths", dataset, layer),
        query=query,
        version=lambda: choropleths.version(dataset, layer),
        table=lambda: choropleths.table(dataset, layer, query),
        work=Work.QUICK,
    )


@router.get(
    "/hotspots/{dataset}/{layer}/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readHotspotTile",
)
def read_hotspot_tile(
    dataset: str,
    layer: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[HotspotTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The areas of a tile with z, p, q and class."""
    hotspots = replies.resources.hotspots
    return send_tile(
        replies,
        layer,
        Tile(z, x, y),
        query=query,
        version=lambda: hotspots.version(dataset, layer),
        table=lambda: hotspots.table(dataset, layer, query.part(HotspotQuery)),
        work=Work.HEAVY,
    )


@router.get(
    "/hotspots/{dataset}/{layer}/tilejson.json",
    responses=responses(JSON),
    operation_id="readHotspotTileJson",
)
def read_hotspot_tilejson(
    dataset: str,
    layer: str,
    query: Annotated[HotspotTileJsonQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """TileJSON 3.0 of a hotspot map's vector tiles."""
    hotspots = replies.resources.hotspots
    return send_tilejson(
        replies,
        layer,
        quoted("/v1/hotspots", dataset, layer),
        query=query,
        version=lambda: hotspots.version(dataset, layer),
        table=lambda: hotspots.table(dataset, layer, query),
        work=Work.HEAVY,
    )


def send_tile(
    replies: Replies,
    layer: str,
    tile: Tile,
    *,
    query: VersionQuery,
    version: Callable[[], str],
    table: Callable[[], Table],
    work: Work,
) -> Response:
    """The values of a table on the areas of a tile."""
    tiles = replies.resources.vector_tiles
    settings = replies.resources.settings.tiles
    route = replies.request.scope["route"].path
    named = (route, replies.request.path_params["dataset"], layer, query.canonical())
    is_ready = tiles.has_table((*named, version()))
    return replies.send(
        version=version,
        query=query,
        answer=lambda: tiles.with_values(layer, tile, tiles.table_of((*named, version()), table)),
        render=vector_tile,
        media_type=MVT,
        asked=query.v,
        max_age_s=settings.max_age_s if query.v is not None else 0,
        work=Work.QUICK if is_ready else work,
    )


def send_tilejson(
    replies: Replies,
    layer: str,
    path: str,
    *,
    query: AnyQuery,
    version: Callable[[], str],
    table: Callable[[], Table],
    work: Work,
) -> Response:
    """TileJSON of the vector tiles of a table."""
    tiles = replies.resources.vector_tiles
    template = f"{base_url(replies)}{path}/tiles/{{z}}/{{x}}/{{y}}.mvt{query_string(query)}"

    def document() -> Document:
        found = table()
        return tiles.tilejson(
            layer,
            address=versioned(template, version()),
            name=found.kind,
            fields=field_types(found),
            table=found,
        )

    return replies.send(
        version=lambda: f"{version()} {template} {zooms(replies)}",
        query=query,
        answer=document,
        render=document_json,
        media_type=JSON,
        work=work,
    )
