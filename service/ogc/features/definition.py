"""The definition of the OGC API in OpenAPI 3.0, made from the collections that there are."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from service.config.version import __version__
from service.http.problems import PROBLEM_JSON
from service.http.responder import ResponderDep
from service.http.urls import GEOJSON, JSON, MVT
from service.model.answers import Document
from service.model.queries import VersionQuery
from service.ogc.features.collections import Features
from service.ogc.features.landing import DESCRIPTION
from service.ogc.features.openapi30 import Components, parameters30
from service.ogc.features.queries import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    BoundaryItemsQuery,
    ChoroplethItemsQuery,
    HotspotItemsQuery,
    ItemsQuery,
    RepresentationQuery,
    SiteItemsQuery,
)
from service.ogc.features.representations import (
    HTML,
    OPENAPI,
    Site,
    document_spec,
    ogc_responses,
    quoted,
)
from service.ogc.features.tile_matrix_sets import WEB_MERCATOR_QUAD
from service.queries.tiles import ChoroplethTileQuery, HotspotTileQuery, SitesTileQuery

router = APIRouter(prefix="/ogc", tags=["OGC API"])

ITEMS: dict[str, type[ItemsQuery]] = {
    "boundaries": BoundaryItemsQuery,
    "choropleths": ChoroplethItemsQuery,
    "hotspots": HotspotItemsQuery,
    "sites": SiteItemsQuery,
}
TILES: dict[str, type[VersionQuery]] = {
    "boundaries": VersionQuery,
    "choropleths": ChoroplethTileQuery,
    "hotspots": HotspotTileQuery,
    "sites": SitesTileQuery,
}
TILE_PLACE = {
    "tileMatrix": "Zoom",
    "tileRow": "Row, from the north",
    "tileCol": "Column, from the west",
}
# As Core asks for these, in its own words where ours would not do.
CORE_SCHEMAS: dict[str, dict[str, Any]] = {
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_LIMIT,
        "default": DEFAULT_LIMIT,
    },
    "bbox": {
        "type": "array",
        "minItems": 4,
        "maxItems": 6,
        "items": {"type": "number"},
    },
    "datetime": {"type": "string"},
    "crs": {"type": "string", "format": "uri"},
    "bbox-crs": {"type": "string", "format": "uri"},
}
IN_ONE_PIECE = {"style": "form", "explode": False}


@router.get(
    "/api",
    response_class=Response,
    responses=ogc_responses(OPENAPI, HTML),
    operation_id="readOgcApi",
)
async def read_api(
    query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """What the OGC API offers, as OpenAPI 3.0 or as a page."""
    features = Features.of(respond.resources)

    def document() -> Document:
        listed = features.collections().content["collections"]
        return Document(kind="openapi", content=_definition(listed))

    return await respond(
        document_spec(
            respond,
            query,
            version=features.data_version,
            compute=document,
            link=_on_definition,
            steps=[("/api", "API")],
            media_type=OPENAPI,
        )
    )


def _on_definition(site: Site, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The definition with the address of the server; a page has links and a title besides."""
    found = {**content, "servers": [{"url": site.base}]}
    if site.representation == "html":
        found |= {
            "title": "The API",
            "description": content["info"]["description"],
            "links": site.itself("/api", media_type=OPENAPI),
        }
    return found


def _definition(collections: list[Mapping[str, Any]]) -> dict[str, Any]:
    """OpenAPI 3.0 of the landing page and of every collection."""
    shared = Components()
    plain = shared.refer("any", parameters30(RepresentationQuery))
    paths = {
        path: _operation(name, summary, plain, media_type, schema)
        for path, name, summary, media_type, schema in (
            ("/", "getLandingPage", "The landing page", JSON, "landingPage"),
            ("/api", "getApi", "This definition", OPENAPI, "definition"),
            ("/conformance", "getConformance", "Conformance classes", JSON, "conformance"),
            ("/collections", "getCollections", "The collections", JSON, "collections"),
            ("/tileMatrixSets", "getTileMatrixSets", "Matrix sets", JSON, "tileMatrixSets"),
            (
                f"/tileMatrixSets/{WEB_MERCATOR_QUAD}",
                "getTileMatrixSet",
                "The matrix set of the tiles",
                JSON,
                "tileMatrixSet",
            ),
        )
    }
    for collection in collections:
        paths |= _of_collection(collection, shared, plain)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Hotspot Atlas, OGC API",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "servers": [],
        "tags": [{"name": "capabilities"}, {"name": "data"}],
        "paths": paths,
        "components": {
            "parameters": shared.parameters,
            "schemas": SCHEMAS,
            "responses": {
                name: {
                    "description": description,
                    "content": {PROBLEM_JSON: {"schema": _schema("problem")}},
                }
                for name, description in PROBLEMS.items()
            },
        },
    }


def _of_collection(
    collection: Mapping[str, Any], shared: Components, plain: list[dict[str, str]]
) -> dict[str, Any]:
    """The paths of one collection."""
    name = str(collection["id"])
    kind = name.partition(":")[0]
    model = ITEMS[kind]
    path, title = f"/collections/{quoted(name)}", str(collection["title"])
    feature_id = {
        "name": "featureId",
        "in": "path",
        "description": "The id of a feature.",
        "required": True,
        "schema": {"type": "string"},
    }
    many = shared.refer(kind, _parameters(model))
    one = [
        *shared.refer(kind, [feature_id]),
        *shared.refer(kind, _parameters(model.one)),
    ]
    tag = "data"
    tiles = f"{path}/tiles/{WEB_MERCATOR_QUAD}"
    place = [
        {
            "name": place,
            "in": "path",
            "description": description,
            "required": True,
            "schema": {"type": "integer", "minimum": 0},
        }
        for place, description in TILE_PLACE.items()
    ]
    shown = [*shared.refer(kind, place), *shared.refer(kind, _parameters(TILES[kind]))]
    return {
        path: _operation(f"describe-{name}", title, plain, JSON, "collection", tag),
        f"{path}/items": _operation(
            f"get-{name}", f"Features: {title}", many, GEOJSON, "featureCollection", tag
        ),
        f"{path}/items/{{featureId}}": _operation(
            f"get-one-{name}", f"One feature: {title}", one, GEOJSON, "feature", tag
        ),
        f"{path}/tiles": _operation(
            f"tilesets-{name}", f"Tilesets: {title}", plain, JSON, "tilesets", tag
        ),
        tiles: _operation(f"tileset-{name}", f"Tileset: {title}", plain, JSON, "tileset", tag),
        f"{tiles}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _operation(
            f"tile-{name}", f"Tile: {title}", shown, MVT, "tile", tag, has_page=False
        ),
    }


def _parameters(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """The parameters of a query, those of Core as Core writes them."""
    for parameter in parameters30(model):
        name = parameter["name"]
        if name in CORE_SCHEMAS:
            parameter = {**parameter, "schema": CORE_SCHEMAS[name]}
        yield {**parameter, **IN_ONE_PIECE} if name in CORE_SCHEMAS else parameter


def _operation(
    operation_id: str,
    summary: str,
    parameters: list[dict[str, str]],
    media_type: str,
    schema: str,
    tag: str = "capabilities",
    *,
    has_page: bool = True,
) -> dict[str, Any]:
    """The one operation of a path."""
    content: dict[str, Any] = {media_type: {"schema": _schema(schema)}}
    if has_page:
        content[HTML] = {"schema": TEXT}
    found: dict[str, Any] = {
        "200": {"description": summary, "content": content},
        "304": {"description": "Unchanged: the client's copy is the current one"},
    }
    found |= {code: {"$ref": f"#/components/responses/{code}"} for code in PROBLEMS}
    return {
        "get": {
            "operationId": operation_id.replace(":", "-"),
            "summary": summary,
            "tags": [tag],
            "parameters": parameters,
            "responses": found,
        }
    }


def _schema(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of an object with members that must be there."""
    return {"type": "object", "required": list(required), "properties": dict(required)}


def _list_of(schema: str) -> dict[str, Any]:
    return {"type": "array", "items": _schema(schema)}


PROBLEMS = {
    "400": "A parameter that is unknown or out of range",
    "404": "Unknown collection or feature",
    "406": "No representation that the client accepts",
    "410": "A version of the data that is no longer available",
}
TEXT = {"type": "string"}
GEOMETRY = {"type": "object", "nullable": True}
FEATURE = {
    "type": {"type": "string", "enum": ["Feature"]},
    "id": TEXT,
    "geometry": GEOMETRY,
    "properties": {"type": "object"},
}
SCHEMAS: dict[str, Any] = {
    "link": _object({"href": TEXT, "rel": TEXT, "type": TEXT, "title": TEXT}),
    "landingPage": _object({"title": TEXT, "description": TEXT, "links": _list_of("link")}),
    "conformance": _object({"conformsTo": {"type": "array", "items": TEXT}}),
    "definition": {"type": "object"},
    "collection": _object(
        {
            "id": TEXT,
            "title": TEXT,
            "description": TEXT,
            "extent": {"type": "object"},
            "crs": {"type": "array", "items": TEXT},
            "links": _list_of("link"),
        }
    ),
    "collections": _object(
        {
            "links": _list_of("link"),
            "crs": {"type": "array", "items": TEXT},
            "collections": _list_of("collection"),
        }
    ),
    "feature": _object(FEATURE),
    "featureCollection": _object(
        {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": _list_of("link"),
            "features": _list_of("feature"),
        }
    ),
    "tileset": _object(
        {
            "title": TEXT,
            "dataType": {"type": "string", "enum": ["vector"]},
            "crs": TEXT,
            "tileMatrixSetURI": TEXT,
            "links": _list_of("link"),
        }
    ),
    "tilesets": _object({"tilesets": _list_of("tileset"), "links": _list_of("link")}),
    "tileMatrixSets": _object(
        {
            "tileMatrixSets": {
                "type": "array",
                "items": _object({"id": TEXT, "uri": TEXT, "links": _list_of("link")}),
            }
        }
    ),
    "tileMatrixSet": _object(
        {
            "id": TEXT,
            "crs": TEXT,
            "tileMatrices": {
                "type": "array",
                "items": _object({"id": TEXT, "scaleDenominator": {"type": "number"}}),
            },
        }
    ),
    "tile": {"type": "string", "format": "binary"},
    "problem": _object(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "instance": TEXT,
        }
    ),
}
