"""The page and its files; a plain page for clients without script and for an unbuilt page."""

import re
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from service.analyses.catalogue.documents import PageContent
from service.analyses.catalogue.page_files import DOCUMENTATION, PAGE, PageFile
from service.http.answer_spec import AnswerSpec
from service.http.caching import names_any, names_tag
from service.http.openapi import type_schema
from service.http.responder import Responder, ResponderDep
from service.http.security_headers import CONTENT_POLICY, document_policy, page_policy
from service.http.table_routes import document_spec
from service.http.urls import JSON, responses
from service.model.answers import PageAsset
from service.model.queries import NoQuery
from service.render.html.overview import STYLE_SHA256, overview_html, undocumented_html
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

router = APIRouter(tags=["page"])

HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
NOT_BUILT = "The map is not built in this installation (pip install . builds it): the plain page."
_NOT_ACCEPTED = re.compile(r"q=0(\.0{0,3})?")
IMMUTABLE = f"public, max-age={365 * 24 * 3600}, immutable"


@router.get("/", response_class=HTMLResponse, operation_id="readPage")
async def read_page(
    query: Annotated[NoQuery, Query()], request: Request, respond: ResponderDep
) -> Response:
    """The page: a map of every answer. The plain one where it was not built."""
    page = await run_in_threadpool(respond.resources.page_files.get, PAGE)
    if page is None:
        return await _send_overview(respond, query, note=NOT_BUILT)
    return _send_file(respond, request, query, page)


@router.get("/overview", response_class=HTMLResponse, operation_id="readOverview")
async def read_overview(query: Annotated[NoQuery, Query()], respond: ResponderDep) -> Response:
    """A page without script: a heat map, what is loaded, and links to every answer."""
    return await _send_overview(respond, query)


@router.get(
    "/v1/page.json",
    responses=responses(JSON, type_schema(PageContent)),
    operation_id="readPageConfiguration",
)
async def read_page_configuration(
    query: Annotated[NoQuery, Query()], respond: ResponderDep
) -> Response:
    """What the page begins with: background, extents, datasets, layers, choices, first view."""
    configuration = respond.resources.page_configuration
    return await respond(
        document_spec(
            query,
            DataVersion.of(configuration.version),
            configuration.document,
            cost=Cost.QUICK,
        )
    )


@router.get("/page/{asset:path}", include_in_schema=False)
async def read_page_file(
    asset: str, query: Annotated[NoQuery, Query()], request: Request, respond: ResponderDep
) -> Response:
    """A file of the page; for ever where its name has a digest of its contents."""
    file = await run_in_threadpool(respond.resources.page_files.get, asset)
    if file is None or file.name in (PAGE, DOCUMENTATION):
        raise HTTPException(404)
    return _send_file(respond, request, query, file)


@router.get("/docs", include_in_schema=False)
async def read_documentation(
    query: Annotated[NoQuery, Query()], request: Request, respond: ResponderDep
) -> Response:
    """Every route with its parameters, to read and to try."""
    page = await run_in_threadpool(respond.resources.page_files.get, DOCUMENTATION)
    if page is None:
        headers = {CONTENT_POLICY: _plain_policy(respond), "Cache-Control": "no-store"}
        return Response(undocumented_html(), media_type=HTML, headers=headers)
    return _send_file(respond, request, query, page)


async def _send_overview(respond: Responder, query: NoQuery, *, note: str = "") -> Response:
    catalogue = respond.resources.catalogue
    return await respond(
        AnswerSpec(
            query=query,
            version=DataVersion.of(catalogue.everything_version),
            compute=catalogue.overview,
            render=partial(overview_html, note=note),
            media_type=HTML,
            headers={CONTENT_POLICY: _plain_policy(respond)},
            cost=Cost.QUICK,
        )
    )


def _plain_policy(respond: Responder) -> str:
    return document_policy(respond.resources.settings, style_sha256=STYLE_SHA256)


def _send_file(respond: Responder, request: Request, query: NoQuery, file: PageFile) -> Response:
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
        headers[CONTENT_POLICY] = page_policy(respond.resources.settings)
    content = file.content if encoding is None else file.encoded[encoding]
    asset = PageAsset(kind="page-file", name=file.name, content=content)
    released = respond.released(query, lambda: asset)
    if names_tag(respond.if_none_match, tag) or names_any(respond.if_none_match):
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
