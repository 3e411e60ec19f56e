"""Routes of tables: one answer, any of its formats. Documents too."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter

from service.analyses.inputs.answer_crs import target_crs
from service.analyses.resources import Resources
from service.analyses.table_kinds import TableAnswer
from service.http.answer_spec import AnswerSpec
from service.http.openapi import table_schema
from service.http.registration import SUFFIX, Operation, add_get, camel_case
from service.http.responder import Responder
from service.http.urls import CSV, JSON, responses
from service.model.answers import Document, Table
from service.model.queries import Query, with_version, without_version
from service.model.rows import Row
from service.render.documents import document_json
from service.render.tables.formats import FORMATS, TableSuffix
from service.render.tables.text import table_provenance
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost


@dataclass(frozen=True)
class TableKind:
    """What the routes of a table are made from.

    Attributes
    ----------
    name : str
        ``growth_overlay`` for the operations readGrowthOverlay and readGrowthOverlayAs.
    query : type of Query
        What may be asked about it.
    row : type of Row
        Its columns.
    answer : callable
        Gives the `TableAnswer` from resources and query, and from the names in the path.
    description : str
        What the plain address answers.
    description_as : str
        What the address with a suffix answers.
    suffixes : type
        The formats offered, a Literal.
    media_type : str
        The format that the document shows for the address with a suffix.
    """

    name: str
    query: type[Query]
    row: type[Row]
    answer: Callable[..., TableAnswer]
    description: str
    description_as: str
    suffixes: Any = TableSuffix
    media_type: str = CSV


# Every table by the template of its address, for what names tables by theirs.
TABLES: Final[dict[str, TableKind]] = {}


def add_table_routes(router: APIRouter, path: str, kind: TableKind) -> None:
    """Add the routes of a table to a router: ``path.{suffix}`` and ``path``, in JSON."""

    def answer(
        respond: Responder, query: Query, suffix: str = "json", **names: str
    ) -> AnswerSpec[Table]:
        plain, version = without_version(query, kind.query)
        table = kind.answer(respond.resources, plain, **names)
        spec = table_spec(respond.resources, plain, table, suffix)
        return replace(spec, requested_version=version)

    TABLES[f"{router.prefix}{path}"] = kind
    operation_id, name = f"read{camel_case(kind.name)}", f"read_{kind.name}"
    json_rows = Operation(
        operation_id, name, kind.description, responses(JSON, table_schema(kind.row))
    )
    formats = Operation(
        f"{operation_id}As", f"{name}_as", kind.description_as, responses(kind.media_type)
    )
    query = with_version(kind.query)
    add_get(router, f"{path}.{SUFFIX}", formats, answer, query=query, suffix=kind.suffixes)
    add_get(router, path, json_rows, answer, query=query)


def table_spec(
    resources: Resources, query: Query, answer: TableAnswer, suffix: str
) -> AnswerSpec[Table]:
    """A table in the format of a suffix; a file name is offered for those that are saved."""
    table_format = FORMATS[suffix]
    crs = target_crs(getattr(query, "crs", None), resources.settings.crs)
    return AnswerSpec(
        query=query,
        version=answer.version,
        compute=answer.compute,
        render=lambda released: table_format.render(released, crs=crs),
        media_type=table_format.media_type,
        describe=None if suffix == "json" else table_provenance,
        filename=None if suffix == "json" else f"{answer.file_name}.{suffix}",
        cost=answer.cost,
    )


def document_spec(
    query: Query,
    version: DataVersion | str | None,
    compute: Callable[[], Document],
    *,
    cost: Cost = Cost.ORDINARY,
    is_shared: bool = True,
) -> AnswerSpec[Document]:
    """A document as JSON; the parameters are those of `AnswerSpec`."""
    return AnswerSpec(
        query=query,
        version=version,
        compute=compute,
        render=document_json,
        media_type=JSON,
        cost=cost,
        is_shared=is_shared,
    )
