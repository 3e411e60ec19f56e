"""Media types, documented responses and addresses that the routers share."""

import urllib.parse
from collections.abc import Mapping
from typing import Any

from service.http.openapi import type_schema
from service.http.problems import PROBLEM_JSON
from service.http.responder import Responder
from service.model.queries import Query
from service.runtime.jobs import JobContent

JSON = "application/json"
GEOJSON = "application/geo+json"
CSV = "text/csv; charset=utf-8"
PNG = "image/png"
MVT = "application/vnd.mapbox-vector-tile"
QML = "application/x-qgis-layer-settings"
QGZ = "application/x-qgis-project"
TIFF = "image/tiff; application=geotiff; profile=cloud-optimized"


def responses(
    media_type: str, schema: Mapping[str, Any] | None = None
) -> dict[int | str, dict[str, Any]]:
    """The responses of a route, for the OpenAPI document.

    Parameters
    ----------
    media_type : str
        Media type of the answer.
    schema : mapping or None
        Of the answer, where it is JSON.
    """
    problem: dict[str, Any] = {"content": {PROBLEM_JSON: {}}}
    return {
        200: {"content": {media_type: {} if schema is None else {"schema": schema}}},
        202: {
            "description": "The answer takes long: a job, whose address is in Location",
            "content": {JSON: {"schema": type_schema(JobContent)}},
        },
        206: {"description": "The part that Range asks for", "content": {media_type: {}}},
        304: {"description": "Unchanged: the client's copy is the current one"},
        404: {"description": "Unknown dataset, layer or tile", **problem},
        410: {"description": "A version that is no longer available", **problem},
        416: {"description": "The range starts beyond the end of the answer", **problem},
        422: {"description": "A parameter that is unknown or out of range", **problem},
        503: {
            "description": "The queue is full (see Retry-After), or the data are damaged",
            **problem,
        },
    }


def address_of(template: str, names: Mapping[str, str]) -> str:
    """A path whose names in braces are replaced by others, as they stand in an address."""
    return template.format(
        **{name: urllib.parse.quote(value, safe=":") for name, value in names.items()}
    )


def zooms(respond: Responder) -> str:
    """The zooms that a TileJSON states, as a part of its key."""
    tiles = respond.resources.settings.tiles
    return f"{tiles.min_zoom} {tiles.max_zoom}"


def versioned(template: str, version: str) -> str:
    """A tile address that carries the version of the data."""
    return f"{template}{'&' if '?' in template else '?'}v={version}"


def query_string(query: Query) -> str:
    """The parameters of a query that differ from the defaults, as ``?a=b&c=d`` or nothing."""
    given = query.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    pairs = [
        (name, part)
        for name, value in sorted(given.items())
        for part in (value if isinstance(value, list) else [value])
    ]
    return f"?{urllib.parse.urlencode(pairs)}" if pairs else ""
