"""The plain page at the root: a heat map, and links to everything."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from service.render.page import overview_html
from service.responses import RepliesDep
from service.schemas.queries import NoQuery

router = APIRouter(tags=["page"])


@router.get("/", response_class=HTMLResponse, operation_id="readPage")
def read_page(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """A heat map of the first dataset, what is loaded, and links to every answer."""
    catalogue = replies.resources.catalogue
    return replies.send(
        version=catalogue.everything_version,
        query=query,
        answer=catalogue.overview,
        render=overview_html,
        media_type="text/html; charset=utf-8",
    )
