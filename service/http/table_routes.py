"""Routes of tables: one answer, any of its formats. Documents are sent from here too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from service.analyses.inputs.answer_crs import target_crs
from service.analyses.tables import TableAnswer
from service.http.openapi import table_schema
from service.http.registration import Operation, add_get, camel_case
from service.http.responder import Replies
from service.http.urls import CSV, JSON, responses
from service.model.answers import Document
from service.model.queries import Query
from service.model.rows import Row
from service.render.documents import document_json
from service.render.tables.formats import FORMATS, TableSuffix
from service.runtime.lanes import Work


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


def add_table_routes(router: APIRouter, path: str, kind: TableKind) -> None:
    """Add the routes of a table to a router: ``path.{suffix}`` and ``path``, in JSON."""

    def answer(replies: Replies, query: Query, suffix: str = "json", **names: str) -> Response:
        return send_table(replies, query, kind.answer(replies.resources, query, **names), suffix)

    operation_id, name = f"read{camel_case(kind.name)}", f"read_{kind.name}"
    json_rows = Operation(
        operation_id, name, kind.description, responses(JSON, table_schema(kind.row))
    )
    formats = Operation(
        f"{operation_id}As", f"{name}_as", kind.description_as, responses(kind.media_type)
    )
    add_get(router, f"{path}.{{suffix}}", formats, answer, query=kind.query, suffix=kind.suffixes)
    add_get(router, path, json_rows, answer, query=kind.query)


def send_table(replies: Replies, query: Query, answer: TableAnswer, suffix: str) -> Response:
    """A table in the format of a suffix; a file name is offered for those that are saved."""
    table_format = FORMATS[suffix]
    crs = target_crs(getattr(query, "crs", None), replies.resources.settings.crs)
    return replies.send(
        version=answer.version,
        query=query,
        answer=answer.compute,
        render=lambda released: table_format.render(released, crs=crs),
        media_type=table_format.media_type,
        describe=table_format.describe,
        filename=None if suffix == "json" else f"{answer.file_name}.{suffix}",
        work=answer.work,
    )


def send_document(
    replies: Replies,
    query: Query,
    *,
    version: Callable[[], str],
    compute: Callable[[], Document],
    work: Work = Work.ORDINARY,
    is_shared: bool = True,
) -> Response:
    """A document as JSON; the parameters are those of `Replies.send`."""
    return replies.send(
        version=version,
        query=query,
        answer=compute,
        render=document_json,
        media_type=JSON,
        work=work,
        is_shared=is_shared,
    )
