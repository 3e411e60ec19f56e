"""What the routers of the OGC API share: representations, addresses and links."""

import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import HTTPException

from service.http.answer_spec import AnswerSpec
from service.http.openapi import Link, type_schema
from service.http.responder import Responder, base_url
from service.http.security_headers import CONTENT_POLICY, document_policy
from service.http.urls import GEOJSON, JSON, responses
from service.model.answers import Document
from service.model.schemas import Schema
from service.ogc.features.html import STYLE_SHA256, document_page, linked_json
from service.ogc.features.negotiation import best_of
from service.ogc.features.queries import Representation, RepresentationQuery
from service.render.tables.text import Feature, FeatureCollection
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

HTML = "text/html"
HTML_UTF8 = "text/html; charset=utf-8"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

Addressed = Callable[["Site", Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Site:
    """Where the API stands, and in which representation an answer goes out.

    Attributes
    ----------
    base : str
        Address of the landing page.
    representation : str
        json or html.
    negotiated : bool
        Whether the header Accept chose it.
    page_policy : str
        What a browser may do with a page.
    """

    base: str
    representation: Representation
    negotiated: bool
    page_policy: str

    def link(
        self,
        rel: str,
        path: str,
        title: str,
        *,
        representation: Representation = "json",
        media_type: str = JSON,
    ) -> Link:
        """A link to a path below the landing page, in one representation."""
        kind = HTML if representation == "html" else media_type
        href = f"{self.base}{path}?f={representation}"
        return {"rel": rel, "href": href, "type": kind, "title": title}

    def itself(self, path: str, *, media_type: str = JSON) -> list[Link]:
        """Links of an answer to itself and to its other representation."""
        other: Representation = "html" if self.representation == "json" else "json"
        return [
            self.link(
                rel,
                path,
                f"This document as {'a page' if form == 'html' else 'JSON'}",
                representation=form,
                media_type=media_type,
            )
            for rel, form in (("self", self.representation), ("alternate", other))
        ]

    def trail(self, *steps: tuple[str, str]) -> list[Link]:
        """Links from the landing page over some paths, each with its title."""
        return [
            self.link("up", path, title, representation="html")
            for path, title in (("", "Hotspot Atlas"), *steps)
        ]

    @property
    def headers(self) -> dict[str, str]:
        """What an answer says of how it was chosen and of what it may do."""
        headers = {"Vary": "Accept"} if self.negotiated else {}
        if self.representation == "html":
            headers[CONTENT_POLICY] = self.page_policy
        return headers


def site_of(
    respond: Responder, query: RepresentationQuery, json_types: Sequence[str] = (JSON,)
) -> Site:
    """Where the API stands, and the representation that a request wants.

    Raises
    ------
    HTTPException
        406 where the client takes none of those there are.
    """
    base = f"{base_url(respond)}/ogc"
    policy = document_policy(respond.resources.settings, style_sha256=STYLE_SHA256)
    if query.f is not None:
        return Site(base, query.f, negotiated=False, page_policy=policy)
    offered = [media_type.partition(";")[0] for media_type in (*json_types, HTML)]
    best = best_of(", ".join(respond.request.headers.getlist("accept")), offered)
    if best is None:
        allowed = f"there is {', '.join(offered)}; f=json and f=html choose by address"
        raise HTTPException(406, f"none of them is allowed by the header Accept: {allowed}")
    return Site(base, "html" if best == HTML else "json", negotiated=True, page_policy=policy)


def document_spec(
    respond: Responder,
    query: RepresentationQuery,
    *,
    version: DataVersion | str,
    compute: Callable[[], Document],
    link: Addressed,
    steps: Sequence[tuple[str, str]],
    media_type: str = JSON,
) -> AnswerSpec[Document]:
    """A document in the representation that the request wants.

    Parameters
    ----------
    respond : Responder
        Answers the request.
    query : RepresentationQuery
        May name a representation.
    version : DataVersion or str
        Everything that the document depends on.
    compute : callable
        Makes the document.
    link : callable
        Adds its links to what the document says.
    steps : sequence of (path, title)
        From the landing page to the document.
    media_type : str
        Media type of the JSON representation.
    """
    site = site_of(respond, query, (media_type, JSON))
    add = partial(link, site)
    is_page = site.representation == "html"
    trail = site.trail(*steps)
    return AnswerSpec(
        query=query,
        version=version,
        compute=compute,
        render=partial(document_page, link=add, trail=trail)
        if is_page
        else partial(linked_json, link=add),
        media_type=HTML_UTF8 if is_page else media_type,
        representation=f"{site.base} {site.representation}",
        headers=site.headers,
        cost=Cost.QUICK,
    )


def ogc_responses(
    media_type: str, *others: str, schema: Schema | None = None
) -> dict[int | str, dict[str, Any]]:
    """The responses of a route of the OGC API, for the OpenAPI document.

    Parameters
    ----------
    media_type, others : str
        Of its answers.
    schema : dict or None
        Of those of the first media type.
    """
    found = responses(media_type, schema)
    wrong = found.pop(422)
    refused = {"description": "No representation that the client accepts"}
    found[200]["content"] |= {other: {} for other in others}
    return found | {
        400: wrong,
        406: {**wrong, **refused},
    }


def quoted(text: str) -> str:
    """A name as it stands in a path."""
    return urllib.parse.quote(text, safe=":")


def document_responses(document: Any) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that answers with a document of some type."""
    return ogc_responses(JSON, HTML, schema=type_schema(document))


FEATURES = ogc_responses(GEOJSON, HTML, schema=type_schema(FeatureCollection))
FEATURE = ogc_responses(GEOJSON, HTML, schema=type_schema(Feature))
