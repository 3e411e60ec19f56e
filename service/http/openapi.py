"""The OpenAPI document: what the routes declare, with every answer and refusal described."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.http.problems import PROBLEM_JSON
from service.model.rows import Row
from service.model.schemas import row_schema
from service.queries.columns import COMPONENTS, FEATURES, schema_of, table_schema
from service.render.tables.formats import FORMATS

PROBLEMS = {
    "404": "Nothing of that name is loaded",
    "410": "A version no longer held",
    "416": "Range lies behind the end of the answer",
    "422": "A parameter that is unknown or out of range",
    "503": "As many wait for such answers as may; see Retry-After",
}
UNREADABLE = "No HTTP request, or one whose address is longer than 64 kB"
# A part is bytes: it may end in the middle of anything.
PART = {"type": "string", "format": "binary"}
KEPT_APART = frozenset({"/metrics"})  # never the same twice, so never unchanged


def describe(app: FastAPI, tables: Mapping[str, type[Row]]) -> None:
    """Have an application describe itself by `document`, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app, tables)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI, tables: Mapping[str, type[Row]]) -> dict[str, Any]:
    """The document of an application.

    Parameters
    ----------
    tables : mapping
        The rows of each table, by the operation that answers with it.
    """
    found = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        license_info=app.license_info,
        routes=app.routes,
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # ours are problems
        schemas.pop(unused, None)
    schemas |= COMPONENTS
    operations = [
        (path, operation)
        for path, methods in found["paths"].items()
        for operation in methods.values()
    ]
    for path, operation in operations:
        _complete(path, operation, tables.get(operation["operationId"]))
    return found


def _complete(path: str, operation: dict[str, Any], row: type[Row] | None) -> None:
    """Describe every answer of one operation."""
    answers = operation["responses"]
    if path not in KEPT_APART:
        answers.setdefault("304", {"description": "Unchanged: the client's copy is current"})
    for status, words in PROBLEMS.items():
        answer = answers.setdefault(status, {})
        answer.setdefault("description", words)
        if status == "422" and answer["description"] == "Validation Error":
            answer["description"] = words
        answer.setdefault("content", {}).pop("application/json", None)
        answer["content"][PROBLEM_JSON] = {}
    # From the server itself, before any route is asked.
    unreadable = answers.setdefault("400", {"description": UNREADABLE})
    unreadable.setdefault("content", {}).setdefault("text/plain", {})
    for answer in answers.values():
        if PROBLEM_JSON in answer.get("content", {}):
            answer["content"][PROBLEM_JSON]["schema"] = {"$ref": "#/components/schemas/Problem"}
    content = answers["200"].setdefault("content", {})
    for suffix in _suffixes(operation):
        if suffix in FORMATS:
            content.setdefault(FORMATS[suffix].media_type, {})
        elif suffix == "png":
            content.setdefault("image/png", {})
    schema = schema_of(operation["operationId"]) if row is None else table_schema(row_schema(row))
    if "application/json" in content:
        content["application/json"]["schema"] = schema or {"type": "object"}
    if "application/geo+json" in content:
        collection = {"$ref": "#/components/schemas/FeatureCollection"}
        is_one = operation["operationId"] in FEATURES
        content["application/geo+json"]["schema"] = schema if is_one else collection
    part = {media_type: {"schema": PART} for media_type in content}
    answers.setdefault("206", {"description": "The part that Range asks for"})["content"] = part


def _suffixes(operation: dict[str, Any]) -> list[str]:
    """The formats that an operation offers by the suffix of its address."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and parameter["name"] == "suffix":
            return [str(name) for name in parameter["schema"].get("enum", ())]
    return []
