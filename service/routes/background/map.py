"""The map behind the layers: its tiles, TileJSON, style, and the letters of its names."""

import re
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Response
from fastapi import Query as QueryParameters

from service.analyses.background.backgrounds import UNCHANGING_MAX_AGE_S
from service.http.answer_spec import AnswerSpec
from service.http.responder import Responder, ResponderDep, base_url
from service.http.urls import JSON, MVT, responses, versioned
from service.model.answers import Document, PageAsset
from service.model.errors import UnknownGlyphsError
from service.model.queries import NoQuery, Query, VersionQuery
from service.model.schemas import reference
from service.queries.catalogue import BackgroundStyleQuery
from service.render.documents import asset_bytes, document_json
from service.render.fonts.glyphs import LAST, RANGE, STACKS, glyph_range
from service.runtime.lanes import Cost
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/v1/background", tags=["vector tiles"])

PBF: Final = "application/x-protobuf"
_CODES: Final = re.compile(r"(\d{1,5})-(\d{1,5})", re.ASCII)


@router.get(
    "/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=responses(MVT),
    operation_id="readBackgroundTile",
)
async def read_background_tile(
    z: int,
    x: int,
    y: int,
    query: Annotated[VersionQuery, QueryParameters()],
    respond: ResponderDep,
) -> Response:
    """A tile of the background map as it was imported; empty where it has none."""
    backgrounds, tile = respond.resources.backgrounds, Tile(z, x, y)
    return await respond(
        AnswerSpec(
            query=NoQuery(),
            version=backgrounds.data_version,
            compute=lambda: backgrounds.tile(tile),
            render=asset_bytes,
            media_type=MVT,
            requested_version=query.v,
            max_age_s=UNCHANGING_MAX_AGE_S if query.v is not None else 0,
            cost=Cost.QUICK,
        )
    )


@router.get(
    "/tilejson.json",
    responses=responses(JSON, reference("TileJson")),
    operation_id="readBackgroundTileJson",
)
async def read_background_tilejson(
    query: Annotated[NoQuery, QueryParameters()], respond: ResponderDep
) -> Response:
    """TileJSON 3.0 of the background map, with the layers that are in its tiles."""
    backgrounds = respond.resources.backgrounds
    return await respond(_document(respond, query, lambda: backgrounds.tilejson(_tiles(respond))))


@router.get(
    "/style.json",
    responses=responses(JSON, reference("Style")),
    operation_id="readBackgroundStyle",
)
async def read_background_style(
    query: Annotated[BackgroundStyleQuery, QueryParameters()], respond: ResponderDep
) -> Response:
    """A MapLibre style of the background map, quiet under data, for a light or a dark ground."""
    glyphs = f"{base_url(respond)}/v1/background/glyphs/{{fontstack}}/{{range}}.pbf"
    backgrounds = respond.resources.backgrounds
    return await respond(
        _document(
            respond,
            query,
            lambda: backgrounds.style(query.theme, tiles=_tiles(respond), glyphs=glyphs),
        )
    )


@router.get(
    "/glyphs/{font}/{codes}.pbf",
    response_class=Response,
    responses=responses(PBF),
    operation_id="readBackgroundGlyphs",
)
async def read_background_glyphs(
    font: str, codes: str, query: Annotated[NoQuery, QueryParameters()], respond: ResponderDep
) -> Response:
    """The letters of 256 code points, such as 0-255, for maps that browsers draw."""

    def glyphs() -> PageAsset:
        return PageAsset("glyphs", f"{font} {codes}", glyph_range(font, _first(font, codes)))

    return await respond(
        AnswerSpec(
            query=query,
            version="glyphs",
            compute=glyphs,
            render=asset_bytes,
            media_type=PBF,
            max_age_s=UNCHANGING_MAX_AGE_S,
        )
    )


def _first(font: str, codes: str) -> int:
    """The first code point of a range, such as 256 of ``256-511``."""
    match = _CODES.fullmatch(codes)
    first, last = (int(number) for number in match.groups()) if match else (-1, -1)
    if font not in STACKS or first % RANGE or last != first + RANGE - 1 or last > LAST:
        raise UnknownGlyphsError(font, codes, tuple(STACKS))
    return first


def _document(
    respond: Responder, query: Query, compute: Callable[[], Document]
) -> AnswerSpec[Document]:
    """A document with addresses of this service in it."""
    return AnswerSpec(
        query=query,
        version=respond.resources.backgrounds.data_version,
        compute=compute,
        render=document_json,
        media_type=JSON,
        representation=base_url(respond),
        cost=Cost.QUICK,
    )


def _tiles(respond: Responder) -> str:
    """The address of the tiles with the version; may read from the disk."""
    address = f"{base_url(respond)}/v1/background/tiles/{{z}}/{{x}}/{{y}}.mvt"
    return versioned(address, respond.resources.backgrounds.version())
