"""The OGC API: landing page, what it conforms to, its collections and its definition."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from service.http.responder import ResponderDep
from service.http.urls import GEOJSON
from service.model.answers import Document
from service.ogc.features.collections import Features
from service.ogc.features.documents import Collection, Collections, Conformance, LandingPage
from service.ogc.features.queries import RepresentationQuery
from service.ogc.features.representations import (
    OPENAPI,
    Site,
    document_responses,
    document_spec,
    quoted,
)

router = APIRouter(prefix="/ogc", tags=["OGC API"])

COLLECTIONS = ("/collections", "Collections")
RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0"
TILES_PART = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
FEATURES_PARTS = "http://www.opengis.net/spec/ogcapi-features"
CONFORMS_TO = (
    f"{FEATURES_PARTS}-1/1.0/conf/core",
    f"{FEATURES_PARTS}-1/1.0/conf/geojson",
    f"{FEATURES_PARTS}-1/1.0/conf/html",
    f"{FEATURES_PARTS}-1/1.0/conf/oas30",
    f"{FEATURES_PARTS}-2/1.0/conf/crs",
    f"{TILES_PART}/core",
    f"{TILES_PART}/tileset",
    f"{TILES_PART}/tilesets-list",
    f"{TILES_PART}/geodata-tilesets",
    f"{TILES_PART}/mvt",
)
DESCRIPTION = (
    "Where harm concentrates, whether that is more than chance, and what planned housing will "
    "meet: boundaries, choropleths, hotspots and development sites as features."
)


@router.get(
    "",
    response_class=Response,
    responses=document_responses(LandingPage),
    operation_id="readOgcLandingPage",
)
async def read_landing_page(
    query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """The landing page of the OGC API: links to everything in it."""
    features = Features.of(respond.resources)

    def document() -> Document:
        synthetic = features.collections().content["synthetic"]
        content = {"title": "Hotspot Atlas", "description": DESCRIPTION, "synthetic": synthetic}
        return Document(kind="landing-page", content=content)

    return await respond(
        document_spec(
            respond,
            query,
            version=features.data_version,
            compute=document,
            link=_on_landing,
            steps=(),
        )
    )


def _on_landing(site: Site, content: Mapping[str, Any]) -> Mapping[str, Any]:
    links = [
        *site.itself(""),
        site.link("service-desc", "/api", "The API in OpenAPI 3.0", media_type=OPENAPI),
        site.link("service-doc", "/api", "The API as a page", representation="html"),
        site.link("conformance", "/conformance", "Conformance classes of this API"),
        site.link("data", "/collections", "The collections of features"),
        site.link("data", "/collections", "The collections as a page", representation="html"),
        site.link(f"{RELATIONS}/tiling-schemes", "/tileMatrixSets", "Tile matrix sets"),
    ]
    return {**content, "links": links}


@router.get(
    "/conformance",
    response_class=Response,
    responses=document_responses(Conformance),
    operation_id="readOgcConformance",
)
async def read_conformance(
    query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """The conformance classes of the OGC API standards that this API meets."""
    path = "/conformance"
    content = {"title": "Conformance", "conformsTo": list(CONFORMS_TO)}
    return await respond(
        document_spec(
            respond,
            query,
            version="conformance",
            compute=lambda: Document(kind="conformance", content=content),
            link=lambda site, content: {**content, "links": site.itself(path)},
            steps=[(path, "Conformance")],
        )
    )


@router.get(
    "/collections",
    response_class=Response,
    responses=document_responses(Collections),
    operation_id="readOgcCollections",
)
async def read_collections(
    query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """Every collection of features, with its extent, coordinate systems and links."""
    features = Features.of(respond.resources)
    return await respond(
        document_spec(
            respond,
            query,
            version=features.data_version,
            compute=features.collections,
            link=_on_collections,
            steps=[COLLECTIONS],
        )
    )


def _on_collections(site: Site, content: Mapping[str, Any]) -> Mapping[str, Any]:
    found = [_on_collection(site, each) for each in content["collections"]]
    return {
        "title": "Collections",
        "links": site.itself("/collections"),
        **content,
        "collections": found,
    }


@router.get(
    "/collections/{collection_id}",
    response_class=Response,
    responses=document_responses(Collection),
    operation_id="readOgcCollection",
)
async def read_collection(
    collection_id: str, query: Annotated[RepresentationQuery, Query()], respond: ResponderDep
) -> Response:
    """One collection of features, with its extent, coordinate systems and links."""
    features = Features.of(respond.resources)
    return await respond(
        document_spec(
            respond,
            query,
            version=features.data_version,
            compute=lambda: features.collection(collection_id),
            link=_on_collection,
            steps=[COLLECTIONS, (f"/collections/{quoted(collection_id)}", collection_id)],
        )
    )


def _on_collection(site: Site, content: Mapping[str, Any]) -> Mapping[str, Any]:
    path = f"/collections/{quoted(content['id'])}"
    items = f"{path}/items"
    links = [
        *site.itself(path),
        site.link("items", items, "The features as GeoJSON", media_type=GEOJSON),
        site.link("items", items, "The features as pages", representation="html"),
        site.link(f"{RELATIONS}/tilesets-vector", f"{path}/tiles", "The features as tiles"),
    ]
    return {**content, "links": links}
