"""The page and its files; a plain page for clients without script and for an unbuilt page."""

import re
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from service.analyses.catalogue.documents import PageContent
from service.analyses.catalogue.page_files import DOCUMENTATION, PAGE, PageFile
from service.http.caching import names
from service.http.openapi import type_schema
from service.http.responder import Replies, RepliesDep
from service.http.security_headers import CONTENT_POLICY, document_policy, page_policy
from service.http.table_routes import send_document
from service.http.urls import JSON, responses
from service.model.answers import PageAsset
from service.model.queries import NoQuery
from service.render.html.overview import STYLE_SHA256, overview_html, undocumented_html
from service.runtime.lanes import Work

router = APIRouter(tags=["page"])

HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
NOT_BUILT = "The map is not built in this installation (pip install . builds it): the plain page."
_NOT_ACCEPTED = re.compile(r"q=0(\.0{0,3})?")
IMMUTABLE = f"public, max-age={365 * 24 * 3600}, immutable"


@router.get("/", response_class=HTMLResponse, operation_id="readPage")
def read_page(
    query: Annotated[NoQuery, Query()], request: Request, replies: RepliesDep
) -> Response:
    """The page: a map of every answer. The plain one where it was not built."""
    page = replies.resources.page_files.get(PAGE)
    if page is None:
        return _send_overview(replies, query, note=NOT_BUILT)
    return _send_file(replies, request, query, page)


@router.get("/overview", response_class=HTMLResponse, operation_id="readOverview")
def read_overview(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """A page without script: a heat map, what is loaded, and links to every answer."""
    return _send_overview(replies, query)


@router.get(
    "/v1/page.json",
    responses=responses(JSON, type_schema(PageContent)),
    operation_id="readPageConfiguration",
)
def read_page_configuration(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """What the page begins with: background, extents, datasets, layers, choices, first view."""
    configuration = replies.resources.page_configuration
    return send_document(
        replies,
        query,
        version=configuration.version,
        compute=configuration.document,
        work=Work.QUICK,
    )


@router.get("/page/{asset:path}", include_in_schema=False)
def read_page_file(
    asset: str, query: Annotated[NoQuery, Query()], request: Request, replies: RepliesDep
) -> Response:
    """A file of the page; for ever where its name has a digest of its contents."""
    file = replies.resources.page_files.get(asset)
    if file is None or file.name in (PAGE, DOCUMENTATION):
        raise HTTPException(404)
    return _send_file(replies, request, query, file)


@router.get("/docs", include_in_schema=False)
def read_documentation(
    query: Annotated[NoQuery, Query()], request: Request, replies: RepliesDep
) -> Response:
    """Every route with its parameters, to read and to try."""
    page = replies.resources.page_files.get(DOCUMENTATION)
    if page is None:
        headers = {CONTENT_POLICY: _plain_policy(replies), "Cache-Control": "no-store"}
        return Response(undocumented_html(), media_type=HTML, headers=headers)
    return _send_file(replies, request, query, page)


def _send_overview(replies: Replies, query: NoQuery, *, note: str = "") -> Response:
    catalogue = replies.resources.catalogue
    answer = replies.send(
        version=catalogue.everything_version,
        query=query,
        answer=catalogue.overview,
        render=partial(overview_html, note=note),
        media_type=HTML,
        work=Work.QUICK,
    )
    answer.headers[CONTENT_POLICY] = _plain_policy(replies)
    return answer


def _plain_policy(replies: Replies) -> str:
    return document_policy(replies.resources.settings, style_sha256=STYLE_SHA256)


def _send_file(replies: Replies, request: Request, query: NoQuery, file: PageFile) -> Response:
    """A file as it was built, compressed for clients that accept that."""
    accepted = _accepted_encodings(request)
    encoding = next((name for name in file.encoded if name in accepted), None)
    tag = f'"{file.digest}{f"-{encoding}" if encoding else ""}"'
    headers = {
        "ETag": tag,
        "Cache-Control": IMMUTABLE if file.is_immutable else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if file.media_type in (HTML, SCRIPT):  # a worker's requests follow the policy of its own file
        headers[CONTENT_POLICY] = page_policy(replies.resources.settings)
    content = file.content if encoding is None else file.encoded[encoding]
    asset = PageAsset(kind="page-file", name=file.name, content=content)
    released = replies.released(query, lambda: asset)
    if names(replies.if_none_match, tag) or (replies.if_none_match or "").strip() == "*":
        return Response(status_code=304, headers=headers)
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return Response(released.answer.content, media_type=file.media_type, headers=headers)


def _accepted_encodings(request: Request) -> set[str]:
    """The content encodings that a client accepts."""
    parts = [part.partition(";") for part in request.headers.get("Accept-Encoding", "").split(",")]
    return {
        name.strip().lower()
        for name, _, quality in parts
        if not _NOT_ACCEPTED.fullmatch(quality.replace(" ", "").lower())
    }
