"""WMTS 1.0.0: heat maps for GIS, asked for by query (KVP) or by path (RESTful)."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import ValidationError

from service.access.release import Released
from service.http.answer_spec import AnswerSpec
from service.http.openapi import document_schema
from service.http.responder import Responder, ResponderDep, base_url
from service.http.urls import PNG
from service.model.answers import Document, TileImage
from service.ogc.wmts.exceptions import (
    INVALID,
    MISSING,
    NO_OPERATION,
    NO_VERSION,
    OUT_OF_RANGE,
    XML,
    refused,
)
from service.ogc.wmts.layers import Wmts, dataset_of
from service.ogc.wmts.queries import ALL_TIME, WmtsCapabilitiesQuery, WmtsKvpQuery, WmtsQuery
from service.ogc.wmts.xml import (
    INFO_FORMATS,
    MATRIX_SET,
    STYLE,
    TILE_PIXELS,
    FeatureInfo,
    capabilities_xml,
    feature_info,
)
from service.queries.heatmaps import HeatmapQuery
from service.render.maps.legend import legend_png
from service.render.tiles.png import tile_png
from service.runtime.lanes import Cost
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/wmts", tags=["wmts"])

VERSION = "1.0.0"
TILES = "/1.0.0/{identifier}/{style}/{time}/{tilematrixset}/{tilematrix}/{tilerow}/{tilecol}"
OPERATIONS = ("GetCapabilities", "GetTile", "GetFeatureInfo")


def _responses(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """The responses of a route, for the OpenAPI document: errors are exception reports."""
    report: dict[str, Any] = {"content": {XML: {}}}
    return {
        200: {"content": {media_type: _content(media_type) for media_type in media_types}},
        304: {"description": "Unchanged: the client's copy is the current one"},
        400: {"description": "A parameter that is missing, unknown or out of range", **report},
        404: {"description": "Unknown layer", **report},
        503: {
            "description": "The queue is full (see Retry-After), or the data are damaged",
            **report,
        },
    }


def _content(media_type: str) -> dict[str, Any]:
    """The schema of what is JSON."""
    return {"schema": document_schema(FeatureInfo)} if media_type == INFO_FORMATS[0] else {}


@router.get(
    "",
    response_class=Response,
    responses=_responses(XML, PNG, *INFO_FORMATS),
    operation_id="askWmts",
)
async def ask_wmts(query: Annotated[WmtsKvpQuery, Query()], respond: ResponderDep) -> Response:
    """GetCapabilities, GetTile and GetFeatureInfo by key and value.

    Without either, the capabilities: so that the bare address can be pasted anywhere. Keys may be
    written in capital letters. What is not WMTS's own (`bandwidth_m`, `category`,
    `key` ...) is kept in every address that the capabilities name.
    """
    operation = _operation(query)
    if operation == "GetCapabilities":
        _refuse_other_versions(query)
        return await respond(_capabilities_spec(respond, query))
    _given(query, "service")
    _only(query, "version", VERSION)
    _only(query, "tilematrixset", MATRIX_SET)
    matrix, row, column = (_number(query, name) for name in ("tilematrix", "tilerow", "tilecol"))
    _only(query, "format", PNG)
    if query.style not in ("", STYLE):
        _only(query, "style", STYLE)
    identifier = str(_given(query, "layer"))
    time = ALL_TIME if query.time is None else query.time
    if operation == "GetTile":
        return await respond(_tile_spec(respond, identifier, time, (matrix, row, column), query))
    if query.infoformat not in INFO_FORMATS:
        _only(query, "infoformat", *INFO_FORMATS)
    pixel = _number(query, "i"), _number(query, "j")
    position = matrix, row, column
    return await respond(
        _info_spec(respond, identifier, time, position, pixel, str(query.infoformat), query)
    )


@router.get(
    "/1.0.0/WMTSCapabilities.xml",
    response_class=Response,
    responses=_responses(XML),
    operation_id="readWmtsCapabilities",
)
async def read_wmts_capabilities(
    query: Annotated[WmtsCapabilitiesQuery, Query()], respond: ResponderDep
) -> Response:
    """The capabilities: a layer per dataset, with the addresses of its tiles and its legend."""
    return await respond(_capabilities_spec(respond, query))


@router.get(
    "/1.0.0/{identifier}/{style}/legend.png",
    response_class=Response,
    responses=_responses(PNG),
    operation_id="readWmtsLegend",
)
async def read_wmts_legend(
    identifier: str,
    style: str,
    query: Annotated[WmtsQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """The legend of a layer for the whole period."""
    _one_of("style", style, STYLE)
    heatmaps, surface = respond.resources.heatmaps, _surface(query, ALL_TIME)
    return await respond(
        AnswerSpec(
            query=query.without_key(),
            version=Wmts.of(respond.resources).version_of(heatmaps, identifier),
            compute=lambda: heatmaps.legend(dataset_of(identifier), surface),
            render=legend_png,
            media_type=PNG,
            cost=Cost.QUICK,
        )
    )


@router.get(
    f"{TILES}.png",
    response_class=Response,
    responses=_responses(PNG),
    operation_id="readWmtsTile",
)
async def read_wmts_tile(
    identifier: str,
    style: str,
    time: str,
    tilematrixset: str,
    tilematrix: int,
    tilerow: int,
    tilecol: int,
    query: Annotated[WmtsQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """A tile of 256 pixels: the bytes of the XYZ tile of the same question."""
    _one_of("style", style, STYLE)
    _one_of("tilematrixset", tilematrixset, MATRIX_SET)
    return await respond(
        _tile_spec(respond, identifier, time, (tilematrix, tilerow, tilecol), query)
    )


@router.get(
    f"{TILES}/{{j}}/{{i}}.{{suffix}}",
    response_class=Response,
    responses=_responses(*INFO_FORMATS),
    operation_id="readWmtsFeatureInfo",
)
async def read_wmts_feature_info(
    identifier: str,
    style: str,
    time: str,
    tilematrixset: str,
    tilematrix: int,
    tilerow: int,
    tilecol: int,
    j: int,
    i: int,
    suffix: Literal["json", "txt"],
    query: Annotated[WmtsQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """The density at a pixel of a tile, column i and row j."""
    _one_of("style", style, STYLE)
    _one_of("tilematrixset", tilematrixset, MATRIX_SET)
    media_type = dict(zip(("json", "txt"), INFO_FORMATS, strict=True))[suffix]
    at = tilematrix, tilerow, tilecol
    return await respond(_info_spec(respond, identifier, time, at, (i, j), media_type, query))


def _capabilities_spec(respond: Responder, query: WmtsQuery) -> AnswerSpec[Document]:
    wmts, base = Wmts.of(respond.resources), base_url(respond)
    return AnswerSpec(
        query=query,
        version=wmts.data_version,
        compute=lambda: wmts.capabilities(query),
        render=partial(capabilities_xml, base=base, carried=query.carried()),
        media_type=XML,
        representation=base,
        cost=Cost.QUICK,
    )


def _tile_spec(
    respond: Responder,
    identifier: str,
    time: str,
    at: tuple[int, int, int],
    query: WmtsQuery,
    render: Callable[[Released[TileImage]], bytes] = tile_png,
    media_type: str = PNG,
) -> AnswerSpec[TileImage]:
    """A tile, or what else is rendered from one."""
    heatmaps = respond.resources.heatmaps
    tile, surface = _tile_of(respond, at), _surface(query, time)
    return AnswerSpec(
        query=query.without_key(),
        version=Wmts.of(respond.resources).version_of(heatmaps, identifier),
        compute=lambda: heatmaps.tile(dataset_of(identifier), tile, surface),
        render=render,
        media_type=media_type,
        cost=Cost.QUICK,
    )


def _info_spec(
    respond: Responder,
    identifier: str,
    time: str,
    at: tuple[int, int, int],
    pixel: tuple[int, int],
    media_type: str,
    query: WmtsQuery,
) -> AnswerSpec[TileImage]:
    """The density at a pixel of a tile."""
    for name, position in zip("ij", pixel, strict=True):
        if not 0 <= position < TILE_PIXELS:
            raise refused(INVALID, name, f"must be from 0 to {TILE_PIXELS - 1}, got {position}")
    column, row = pixel
    render = partial(feature_info, column=column, row=row, as_json=media_type == INFO_FORMATS[0])
    return _tile_spec(respond, identifier, time, at, query, render, media_type)


def _tile_of(respond: Responder, at: tuple[int, int, int]) -> Tile:
    """The tile of a matrix, a row and a column."""
    zooms = respond.resources.settings.tiles
    matrix, row, column = at
    if not zooms.min_zoom <= matrix <= zooms.max_zoom:
        raise refused(
            INVALID,
            "tilematrix",
            f"must be from {zooms.min_zoom} to {zooms.max_zoom}, got {matrix}",
        )
    for name, position in (("tilerow", row), ("tilecol", column)):
        if not 0 <= position < 2**matrix:
            reason = f"must be from 0 to {2**matrix - 1} at tilematrix {matrix}, got {position}"
            raise refused(OUT_OF_RANGE, name, reason)
    return Tile(matrix, column, row)


def _surface(query: WmtsQuery, time: str) -> HeatmapQuery:
    """The heat map of a period."""
    try:
        return query.surface(time)
    except ValidationError as error:
        # The parameters were checked before: what is wrong is the period.
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise refused(INVALID, "time", reason) from None
    except ValueError as error:
        raise refused(INVALID, "time", str(error)) from None


def _operation(query: WmtsKvpQuery) -> str:
    """The operation that is requested: the capabilities by default, but not of a layer's tile."""
    service = (query.service or "WMTS").upper()
    request = query.request
    if request is None and query.layer is None:
        request = "GetCapabilities"
    # QGIS asks whatever address is pasted for those of a WMS, and understands those of a WMTS.
    is_qgis = service == "WMS" and str(request).lower() == "getcapabilities"
    if service != "WMTS" and not is_qgis:
        raise refused(INVALID, "service", f"WMTS is answered here, not {query.service!r}")
    request = request or str(_given(query, "request"))
    operation = {name.lower(): name for name in OPERATIONS}.get(request.lower())
    if operation is None:
        allowed = ", ".join(OPERATIONS)
        raise refused(NO_OPERATION, "request", f"{allowed} are answered, not {request!r}")
    return operation


def _refuse_other_versions(query: WmtsKvpQuery) -> None:
    """Raise where a client names the versions that it knows, and ours is not among them."""
    versions = (query.acceptversions or VERSION).replace(" ", "").split(",")
    if VERSION not in versions:
        raise refused(
            NO_VERSION, "acceptversions", f"{VERSION} is answered, not {', '.join(versions)}"
        )
    if query.version not in (None, "", VERSION):
        _only(query, "version", VERSION)


def _given(query: WmtsKvpQuery, name: str) -> str:
    """The value of a parameter that the operation needs."""
    value: str | None = getattr(query, name)
    if value is None:
        raise refused(MISSING, name, "field required")
    return value


def _only(query: WmtsKvpQuery, name: str, *allowed: str) -> None:
    """Raise where a parameter is missing or none of the values allowed."""
    _one_of(name, _given(query, name), *allowed)


def _one_of(name: str, value: str, *allowed: str) -> None:
    if value not in allowed:
        reason = f"must be {' or '.join(allowed)}, got {value!r}"
        raise refused(INVALID, name, reason)


def _number(query: WmtsKvpQuery, name: str) -> int:
    """A parameter that is a whole number."""
    text = _given(query, name)
    if not (text.isascii() and text.isdigit()):
        raise refused(INVALID, name, f"must be a whole number, got {text!r}")
    return int(text)
