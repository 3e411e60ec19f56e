"""OGC API - Tiles: the collections as vector tiles, in rows and columns of WebMercatorQuad."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from service.analyses.inputs.answer_crs import CRS84
from service.analyses.layers import MapLayer, OutlineLayer
from service.analyses.table_layers import choropleth_layer, hotspot_layer, site_layer
from service.http.layer_routes import OUTLINES, VECTORS, TileForm, add_tile_route
from service.http.openapi import Link
from service.http.registration import Operation
from service.http.responder import ResponderDep
from service.http.urls import MVT
from service.model.answers import Document
from service.model.queries import VersionQuery
from service.ogc.features.collections import Features
from service.ogc.features.documents import TileMatrixSet, TileMatrixSets, Tileset, Tilesets
from service.ogc.features.landing import COLLECTIONS
from service.ogc.features.queries import RepresentationQuery
from service.ogc.features.representations import (
    Site,
    document_responses,
    document_spec,
    ogc_responses,
    quoted,
)
from service.ogc.features.tile_matrix_sets import (
    MERCATOR_CRS,
    REGISTERED,
    WEB_MERCATOR_QUAD,
    web_mercator_quad,
)
from service.queries.tiles import ChoroplethTileQuery, HotspotTileQuery, SitesTileQuery

router = APIRouter(prefix="/ogc", tags=["OGC API"])

SCHEMES = ("/tileMatrixSets", "Tile matrix sets")
SCHEME = f"/tileMatrixSets/{WEB_MERCATOR_QUAD}"
TILES = ogc_responses(MVT)


@router.get(
    "/tileMatrixSets",
    response_class=Response,
    responses=document_responses(TileMatrixSets),
    operation_id="readOgcTileMatrixSets",
)
async def read_tile_matrix_sets(
    query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """The tile matrix sets of the tiles."""
    content = {
        "title": SCHEMES[1],
        "tileMatrixSets": [{"id": WEB_MERCATOR_QUAD, "uri": REGISTERED, "crs": MERCATOR_CRS}],
    }

    def linked(site: Site, content: Mapping[str, Any]) -> Mapping[str, Any]:
        links = [site.link("self", SCHEME, "The definition")]
        sets = [{**each, "links": links} for each in content["tileMatrixSets"]]
        return {**content, "tileMatrixSets": sets, "links": site.itself(SCHEMES[0])}

    return await respond(
        document_spec(
            respond,
            query,
            version="tile-matrix-sets",
            compute=lambda: Document(kind="tile-matrix-sets", content=content),
            link=linked,
            steps=[SCHEMES],
        )
    )


@router.get(
    SCHEME,
    response_class=Response,
    responses=document_responses(TileMatrixSet),
    operation_id="readOgcTileMatrixSet",
)
async def read_tile_matrix_set(
    query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """The definition of WebMercatorQuad: a matrix per zoom."""
    return await respond(
        document_spec(
            respond,
            query,
            version="tile-matrix-set",
            compute=lambda: Document(kind="tile-matrix-set", content=web_mercator_quad()),
            link=lambda site, content: {**content, "links": site.itself(SCHEME)},
            steps=[SCHEMES, (SCHEME, WEB_MERCATOR_QUAD)],
        )
    )


@router.get(
    "/collections/{collection_id}/tiles",
    response_class=Response,
    responses=document_responses(Tilesets),
    operation_id="readOgcTilesets",
)
async def read_tilesets(
    collection_id: str, query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """The tilesets of a collection: one of vector tiles."""
    features = Features.of(respond.resources)

    def document() -> Document:
        described = features.collection(collection_id).content
        return Document(
            kind="tilesets",
            content={
                "title": f"Tiles: {described['title']}",
                "tilesets": [_tileset(described)],
                "synthetic": described["synthetic"],
            },
        )

    path = _path(collection_id)

    def linked(site: Site, content: Mapping[str, Any]) -> Mapping[str, Any]:
        links = _tileset_links(site, path, itself=[site.link("self", _set(path), "The tileset")])
        sets = [{**each, "links": links} for each in content["tilesets"]]
        return {**content, "tilesets": sets, "links": site.itself(f"{path}/tiles")}

    return await respond(
        document_spec(
            respond,
            query,
            version=features.data_version,
            compute=document,
            link=linked,
            steps=[COLLECTIONS, (path, collection_id), (f"{path}/tiles", "tiles")],
        )
    )


@router.get(
    f"/collections/{{collection_id}}/tiles/{WEB_MERCATOR_QUAD}",
    response_class=Response,
    responses=document_responses(Tileset),
    operation_id="readOgcTileset",
)
async def read_tileset(
    collection_id: str, query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """The vector tiles of a collection: extent, layer and the template of their addresses."""
    features = Features.of(respond.resources)
    path = _path(collection_id)
    return await respond(
        document_spec(
            respond,
            query,
            version=features.data_version,
            compute=lambda: Document(
                kind="tileset", content=_tileset(features.collection(collection_id).content)
            ),
            link=lambda site, content: {
                **content,
                "links": _tileset_links(site, path, itself=site.itself(_set(path))),
            },
            steps=[COLLECTIONS, (path, collection_id), (f"{path}/tiles", "tiles")],
        )
    )


def _add_tiles(
    collection: str,
    operation: Operation,
    layer: Callable[..., MapLayer],
    query: type[VersionQuery],
    *,
    form: TileForm = VECTORS,
) -> None:
    """The tiles of a kind of collection: the bytes of the XYZ tiles, by row and column."""
    path = f"/collections/{collection}/tiles/{WEB_MERCATOR_QUAD}/{{z}}/{{y}}/{{x}}"
    add_tile_route(router, path, operation, layer, query=query, form=form)


_add_tiles(
    "boundaries:{layer}",
    Operation(
        "readOgcBoundaryTile",
        "read_boundaries",
        "The areas of a layer in a tile, with code and name.",
        TILES,
    ),
    OutlineLayer,
    VersionQuery,
    form=OUTLINES,
)
_add_tiles(
    "choropleths:{dataset}:{layer}",
    Operation(
        "readOgcChoroplethTile",
        "read_choropleth",
        "The areas of a tile with the values and classes of the query.",
        TILES,
    ),
    choropleth_layer,
    ChoroplethTileQuery,
)
_add_tiles(
    "hotspots:{dataset}:{layer}",
    Operation(
        "readOgcHotspotTile",
        "read_hotspots",
        "The areas of a tile with z, p, q and class.",
        TILES,
    ),
    hotspot_layer,
    HotspotTileQuery,
)
_add_tiles(
    "sites",
    Operation(
        "readOgcSitesTile",
        "read_sites",
        "The development sites of a tile as points.",
        TILES,
    ),
    site_layer,
    SitesTileQuery,
)


def _path(collection_id: str) -> str:
    return f"/collections/{quoted(collection_id)}"


def _set(path: str) -> str:
    return f"{path}/tiles/{WEB_MERCATOR_QUAD}"


def _tileset(described: Mapping[str, Any]) -> dict[str, Any]:
    """A tileset as it is listed, without its links."""
    ((west, south, east, north),) = described["extent"]["spatial"]["bbox"]
    return {
        "title": described["title"],
        "dataType": "vector",
        "crs": MERCATOR_CRS,
        "tileMatrixSetURI": REGISTERED,
        "boundingBox": {
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": CRS84,
        },
        "layers": [{"id": str(described["id"]).rpartition(":")[2], "dataType": "vector"}],
        "synthetic": described["synthetic"],
    }


def _tileset_links(site: Site, path: str, *, itself: list[Link]) -> list[Link]:
    """Links of a tileset: to itself, to its tiles by a template, and to how they are counted."""
    return [
        *itself,
        {
            "rel": "item",
            "href": f"{site.base}{_set(path)}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
            "type": MVT,
            "title": "The tiles",
            "templated": True,
        },
        site.link(
            "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", SCHEME, "The tile matrix set"
        ),
    ]
