"""The OpenAPI document: what the routes declare, with every answer and refusal described."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, NotRequired, TypedDict

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.analyses.catalogue.documents import DatasetEntry, LayerEntry, PageLayer
from service.analyses.maps.tilejson import TileJson
from service.http.definition.reading import prepare
from service.http.problems import PROBLEM_JSON, Problem
from service.model.rows import Row
from service.model.schemas import (
    UNSTATED,
    Schema,
    members_schema,
    reference,
    row_schema,
    schema_of,
)
from service.render.documents import ProvenanceContent
from service.render.maps.legend import LegendContent
from service.render.maps.style import Style
from service.render.tables.formats import FORMATS
from service.render.tables.text import Feature, FeatureCollection
from service.runtime.jobs import JobContent

PROBLEMS = {
    "401": "A key or token that opens nothing",
    "403": "More than is published to whoever asks, or a dataset whose agreement has ended",
    "404": "Nothing with that name is loaded",
    "410": "A version that is no longer available",
    "416": "The range starts beyond the end of the answer",
    "422": "A parameter that is unknown or out of range",
    "429": "Too many requests of a key, or too many new questions (see Retry-After)",
    "503": "The queue is full (see Retry-After), or the data are damaged",
}
UNREADABLE = "Not an HTTP request, or one whose address is longer than 64 kB"
TEXT = {"type": "string"}
BYTES = {"type": "string", "format": "binary"}
KEPT_APART = frozenset({"/metrics"})  # never the same twice, so never unchanged


class Link(TypedDict):
    """Where an answer leads to."""

    href: str
    rel: str
    type: NotRequired[str]
    title: NotRequired[str]
    templated: NotRequired[Annotated[bool, UNSTATED]]


NAMES: Final[Mapping[Any, str]] = {
    ProvenanceContent: "Provenance",
    Problem: "Problem",
    Style: "Style",
    FeatureCollection: "FeatureCollection",
    Feature: "Feature",
    Link: "Link",
    JobContent: "Job",
    DatasetEntry: "Dataset",
    LayerEntry: "Layer",
    PageLayer: "Layer",
}


def type_schema(annotation: Any) -> Schema:
    """The schema of a document without provenance."""
    return schema_of(annotation, NAMES)


def document_schema(typed_dict: Any) -> Schema:
    """The schema of a document with its provenance beside it."""
    schema = members_schema(typed_dict, NAMES)
    schema["properties"]["provenance"] = type_schema(ProvenanceContent)
    schema["required"].append("provenance")
    return schema


def table_schema(row: type[Row]) -> Schema:
    """The schema of a table of such rows."""
    return {
        "type": "object",
        "properties": {
            "sentences": {
                "type": "array",
                "items": {"type": "string"},
                "description": "What the rows say; a sum over gaps is a lower bound and says so.",
            },
            "rows": {"type": "array", "items": row_schema(row)},
            "provenance": type_schema(ProvenanceContent),
        },
        "required": ["sentences", "rows", "provenance"],
    }


# A key in any of these ways, or none: what there is to see differs.
SECURITY: Final[Mapping[str, Mapping[str, str]]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key, or a token."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "query": {
        "type": "apiKey",
        "in": "query",
        "name": "key",
        "description": "For clients that send no headers; /key/KEY before a path is the same.",
    },
}

COMPONENTS: Final[Mapping[str, Schema]] = {
    **{name: members_schema(model, NAMES) for model, name in NAMES.items() if model != PageLayer},
    "TileJson": document_schema(TileJson),
    "Legend": document_schema(LegendContent),
}


def describe(app: FastAPI) -> None:
    """Have an application describe itself by `document`, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application."""
    specification = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        license_info=app.license_info,
        servers=app.servers,
        routes=app.routes,
    )
    schemas = specification.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # ours are problems
        schemas.pop(unused, None)
    schemas |= COMPONENTS
    specification["components"]["securitySchemes"] = SECURITY
    specification["security"] = [{}, *({name: []} for name in SECURITY)]
    for path, methods in specification["paths"].items():
        for operation in methods.values():
            _complete(path, operation)
    prepare(specification)
    return specification


def _complete(path: str, operation: dict[str, Any]) -> None:
    """Describe every answer of one operation."""
    answers = operation["responses"]
    if path not in KEPT_APART:
        answers.setdefault("304", {"description": "Unchanged: the client's copy is current"})
    for status, description in PROBLEMS.items():
        answer = answers.setdefault(status, {})
        answer.setdefault("description", description)
        if status == "422" and answer["description"] == "Validation Error":
            answer["description"] = description
        answer.setdefault("content", {}).pop("application/json", None)
        answer["content"][PROBLEM_JSON] = {}
    # From the server itself, before any route is asked.
    unreadable = answers.setdefault("400", {"description": UNREADABLE})
    unreadable.setdefault("content", {}).setdefault("text/plain", {"schema": TEXT})
    for answer in answers.values():
        if PROBLEM_JSON in answer.get("content", {}):
            answer["content"][PROBLEM_JSON]["schema"] = reference("Problem")
    content = answers.get("200", {}).setdefault("content", {})
    for suffix in _suffixes(operation):
        if suffix in FORMATS:
            content.setdefault(FORMATS[suffix].media_type, {})
    for media_type, vague in (
        ("application/json", {"type": "object"}),
        ("application/geo+json", reference("FeatureCollection")),
    ):
        if media_type in content and not content[media_type].get("schema"):
            content[media_type]["schema"] = vague
    for media_type, medium in content.items():
        if not medium.get("schema"):
            medium["schema"] = _schema_of(media_type)
    # A part of a document is no document: only files are read in parts, by who says so.
    parts = {name: {"schema": m["schema"]} for name, m in content.items() if not _is_json(name)}
    answer = answers.setdefault("206", {"description": "The part that Range asks for"})
    answer.pop("content", None)
    if parts:
        answer["content"] = parts


def _schema_of(media_type: str) -> Schema:
    """The schema of an answer that no route describes, by its media type."""
    if _is_json(media_type):
        return {"type": "object"}
    return TEXT if media_type.startswith("text/") else BYTES


def _is_json(media_type: str) -> bool:
    return media_type.partition(";")[0].endswith("json")


def _suffixes(operation: dict[str, Any]) -> list[str]:
    """The formats that an operation offers by the suffix of its address."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and parameter["name"] == "suffix":
            return [str(name) for name in parameter["schema"].get("enum", ())]
    return []
