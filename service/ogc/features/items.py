"""The features of the OGC API: pages of them, and one by one."""

import urllib.parse
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from service.access.release import Released, part_of
from service.analyses.inputs.answer_crs import crs_address, crs_of_address, is_north_first
from service.http.answer_spec import AnswerSpec
from service.http.openapi import Link
from service.http.responder import Responder, ResponderDep
from service.http.urls import GEOJSON, JSON, query_string
from service.model.answers import FeaturePage, Table
from service.ogc.features.collections import Features, FeatureSource
from service.ogc.features.filters import box_from_text, interval_from_text
from service.ogc.features.geojson import feature_geojson, page_geojson
from service.ogc.features.html import item_page, items_page
from service.ogc.features.landing import COLLECTIONS
from service.ogc.features.paging import Wanted, feature_of, page_of
from service.ogc.features.queries import (
    MAX_LIMIT,
    BoundaryItemsQuery,
    ChoroplethFeatureQuery,
    ChoroplethItemsQuery,
    FeatureQuery,
    HotspotFeatureQuery,
    HotspotItemsQuery,
    ItemsQuery,
    Representation,
    SiteItemsQuery,
)
from service.ogc.features.representations import (
    FEATURE,
    FEATURES,
    HTML,
    HTML_UTF8,
    Site,
    quoted,
    site_of,
)

router = APIRouter(prefix="/ogc/collections", tags=["OGC API"])


@router.get(
    "/boundaries:{layer}/items",
    response_class=Response,
    responses=FEATURES,
    operation_id="readOgcBoundaries",
)
async def read_boundaries(
    layer: str, query: Annotated[BoundaryItemsQuery, Query()], respond: ResponderDep
) -> Response:
    """The areas of a layer as features."""
    return await respond(
        _page_spec(respond, query, Features.of(respond.resources).boundaries(layer))
    )


@router.get(
    "/boundaries:{layer}/items/{code}",
    response_class=Response,
    responses=FEATURE,
    operation_id="readOgcBoundary",
)
async def read_boundary(
    layer: str, code: str, query: Annotated[FeatureQuery, Query()], respond: ResponderDep
) -> Response:
    """One area of a layer by its code."""
    return await respond(
        _feature_spec(respond, query, Features.of(respond.resources).boundaries(layer), code)
    )


@router.get(
    "/choropleths:{dataset}:{layer}/items",
    response_class=Response,
    responses=FEATURES,
    operation_id="readOgcChoropleth",
)
async def read_choropleth(
    dataset: str,
    layer: str,
    query: Annotated[ChoroplethItemsQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """The areas of a choropleth as features, highest value first."""
    features = Features.of(respond.resources)
    return await respond(
        _page_spec(respond, query, features.choropleths(dataset, layer, query.question()))
    )


@router.get(
    "/choropleths:{dataset}:{layer}/items/{code}",
    response_class=Response,
    responses=FEATURE,
    operation_id="readOgcChoroplethArea",
)
async def read_choropleth_area(
    dataset: str,
    layer: str,
    code: str,
    query: Annotated[ChoroplethFeatureQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """One area of a choropleth by its code."""
    features = Features.of(respond.resources)
    source = features.choropleths(dataset, layer, query.question())
    return await respond(_feature_spec(respond, query, source, code))


@router.get(
    "/hotspots:{dataset}:{layer}/items",
    response_class=Response,
    responses=FEATURES,
    operation_id="readOgcHotspots",
)
async def read_hotspots(
    dataset: str,
    layer: str,
    query: Annotated[HotspotItemsQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """The areas of a hotspot map as features, highest z score first."""
    features = Features.of(respond.resources)
    return await respond(
        _page_spec(respond, query, features.hotspots(dataset, layer, query.question()))
    )


@router.get(
    "/hotspots:{dataset}:{layer}/items/{code}",
    response_class=Response,
    responses=FEATURE,
    operation_id="readOgcHotspotArea",
)
async def read_hotspot_area(
    dataset: str,
    layer: str,
    code: str,
    query: Annotated[HotspotFeatureQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """One area of a hotspot map by its code."""
    features = Features.of(respond.resources)
    source = features.hotspots(dataset, layer, query.question())
    return await respond(_feature_spec(respond, query, source, code))


@router.get(
    "/sites/items",
    response_class=Response,
    responses=FEATURES,
    operation_id="readOgcSites",
)
async def read_sites(query: Annotated[SiteItemsQuery, Query()], respond: ResponderDep) -> Response:
    """The development sites as features."""
    return await respond(_page_spec(respond, query, Features.of(respond.resources).sites()))


@router.get(
    "/sites/items/{site_id}",
    response_class=Response,
    responses=FEATURE,
    operation_id="readOgcSite",
)
async def read_site(
    site_id: str, query: Annotated[FeatureQuery, Query()], respond: ResponderDep
) -> Response:
    """One development site by its id."""
    return await respond(
        _feature_spec(respond, query, Features.of(respond.resources).sites(), site_id)
    )


def _page_spec(respond: Responder, query: ItemsQuery, source: FeatureSource) -> AnswerSpec[Table]:
    """A page of the features of a source."""
    working = respond.resources.settings.crs
    crs = crs_of_address("crs", query.crs, working)
    box_crs = crs_of_address("bbox-crs", query.bbox_crs, working)
    site = site_of(respond, query, (GEOJSON, JSON))

    def page(table: Table) -> FeaturePage:
        wanted = Wanted(
            limit=min(query.limit, MAX_LIMIT),
            offset=query.offset,
            box=None if query.bbox is None else box_from_text(query.bbox),
            box_crs=box_crs,
            moments=None if query.datetime is None else interval_from_text(query.datetime),
            period=None if query.datetime is None else source.period(),
            equal=query.equal(),
        )
        return page_of(table, source.id_column, wanted)

    path = _path_of(source)
    version = partial(respond.resources.versions.get, source.version)
    links = partial(_page_links, site, path, query, version)
    steps = (COLLECTIONS, (path, source.collection))
    if site.representation == "html":
        asked = query.model_copy(update={"f": "html"})

        def render(released: Released[Table]) -> bytes:
            return items_page(
                part_of(released, page),
                links=links,
                trail=site.trail(*steps),
                title=source.collection,
                item=f"{site.base}{path}/items/",
                query=query_string(asked.of_feature()),
            )
    else:

        def render(released: Released[Table]) -> bytes:
            return page_geojson(
                part_of(released, page), links=links, crs=crs, northing_first=is_north_first(crs)
            )

    return _spec(query, source, site, crs, render, requested_version=query.v)


def _feature_spec(
    respond: Responder, query: FeatureQuery, source: FeatureSource, feature_id: str
) -> AnswerSpec[Table]:
    """One feature of a source; its id is the last part of the path, as it was sent."""
    feature_id = urllib.parse.unquote(feature_id)
    crs = crs_of_address("crs", query.crs, respond.resources.settings.crs)
    site = site_of(respond, query, (GEOJSON, JSON))
    path = _path_of(source)
    links = partial(_feature_links, site, f"{path}/items/{quoted(feature_id)}", path, query)
    steps = (COLLECTIONS, (path, source.collection), (f"{path}/items", "features"))

    def render(released: Released[Table]) -> bytes:
        found = part_of(
            released,
            lambda table: feature_of(
                table, source.id_column, feature_id, collection=source.collection
            ),
        )
        if site.representation == "html":
            return item_page(found, links=links, trail=site.trail(*steps))
        return feature_geojson(found, links=links, crs=crs, northing_first=is_north_first(crs))

    return _spec(query, source, site, crs, render)


def _spec(
    query: FeatureQuery,
    source: FeatureSource,
    site: Site,
    crs: str,
    render: Callable[[Released[Table]], bytes],
    *,
    requested_version: str | None = None,
) -> AnswerSpec[Table]:
    """What is rendered from the table of a source, with the coordinate system it is in."""
    return AnswerSpec(
        query=query,
        version=source.version,
        compute=source.table,
        render=render,
        media_type=HTML_UTF8 if site.representation == "html" else GEOJSON,
        requested_version=requested_version,
        representation=f"{site.base} {site.representation} {requested_version}",
        headers={"Content-Crs": f"<{crs_address(crs)}>", **site.headers},
        cost=source.cost_at,
    )


def _path_of(source: FeatureSource) -> str:
    return f"/collections/{quoted(source.collection)}"


def _page_links(
    site: Site, path: str, query: ItemsQuery, version: Callable[[], str], page: FeaturePage
) -> list[Link]:
    """Links of a page: to itself, to the pages around it, and to its collection.

    The pages around it are those of the same version of the data: after an import they are
    gone, so that no feature is missed or met twice.
    """

    def to(rel: str, title: str, form: Representation, **changes: Any) -> Link:
        asked = query.model_copy(update={"f": form, **changes})
        href = f"{site.base}{path}/items{query_string(asked)}"
        return {
            "rel": rel,
            "href": href,
            "type": HTML if form == "html" else GEOJSON,
            "title": title,
        }

    this = site.representation
    other: Representation = "html" if this == "json" else "json"
    links = [
        to("self", "This page", this),
        to("alternate", f"This page as {'a page' if other == 'html' else 'GeoJSON'}", other),
    ]
    reached = page.offset + len(page.table)
    if len(page.table) and reached < page.matched:
        links.append(to("next", "The next page", this, offset=reached, v=version()))
    if page.offset:
        before = max(0, min(page.offset, page.matched) - min(query.limit, MAX_LIMIT))
        links.append(to("prev", "The previous page", this, offset=before, v=version()))
    return [*links, *_to_collection(site, path)]


def _feature_links(
    site: Site, item: str, path: str, query: FeatureQuery, page: FeaturePage
) -> list[Link]:
    """Links of a feature: to itself and to its collection."""
    this = site.representation
    other: Representation = "html" if this == "json" else "json"
    links: list[Link] = [
        {
            "rel": rel,
            "href": f"{site.base}{item}{query_string(query.model_copy(update={'f': form}))}",
            "type": HTML if form == "html" else GEOJSON,
            "title": f"{page.ids[0]} as {'a page' if form == 'html' else 'GeoJSON'}",
        }
        for rel, form in (("self", this), ("alternate", other))
    ]
    return [*links, *_to_collection(site, path)]


def _to_collection(site: Site, path: str) -> list[Link]:
    return [
        site.link("collection", path, "The collection"),
        site.link("collection", path, "The collection as a page", representation="html"),
    ]
