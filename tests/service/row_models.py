"""Every row model of the service, and which operation answers with which."""

import sys
from collections.abc import Iterator

from fastapi import FastAPI

import service.assembly.routers  # noqa: F401 - with it every module that has a row model
from service.model.rows import Row
from tests.service.addresses import operations


def row_models() -> dict[str, type[Row]]:
    """The row models by name."""
    return {
        row.__name__: row
        for row in _subclasses(Row)
        if row.__module__.startswith("service.") and not _is_made_for_an_answer(row)
    }


def _is_made_for_an_answer(row: type[Row]) -> bool:
    return not hasattr(sys.modules[row.__module__], row.__name__)


def rows_by_path(app: FastAPI) -> dict[str, type[Row]]:
    """The row model of every table in JSON, by its path template."""
    models = row_models()
    components = app.openapi()["components"]["schemas"]
    schemas = {
        path: operation["responses"]["200"]["content"]
        .get("application/json", {})
        .get("schema", {})
        for path, operation in operations(app).items()
    }
    names = {path: schema.get("$ref", "").rpartition("/")[2] for path, schema in schemas.items()}
    return {
        path: models[f"{name.removesuffix('Table')}Row"]
        for path, name in names.items()
        if "rows" in components.get(name, {}).get("properties", {})
    }


def _subclasses(base: type[Row]) -> Iterator[type[Row]]:
    for row in base.__subclasses__():
        yield row
        yield from _subclasses(row)
