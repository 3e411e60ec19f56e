"""Several tables in one spreadsheet, each named by its own address."""

import re
import typing
import urllib.parse
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ValidationError

from service.access.admission import Question
from service.analyses.resources import Resources
from service.analyses.table_kinds import TableAnswer
from service.http.answer_spec import AnswerSpec
from service.http.responder import ResponderDep
from service.http.table_routes import TABLES, TableKind
from service.http.urls import responses
from service.model.answers import TableSet
from service.model.errors import UnknownTableError
from service.model.provenance import short_digest
from service.queries.tables.workbooks import WorkbookQuery
from service.render.attribution import file_name
from service.render.tables.spreadsheet import MEDIA_TYPE, set_xlsx
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

router = APIRouter(prefix="/v1", tags=["tables"])


@router.get(
    "/workbook.xlsx",
    response_class=Response,
    responses=responses(MEDIA_TYPE),
    operation_id="readWorkbook",
)
async def read_workbook(
    query: Annotated[WorkbookQuery, Query()], respond: ResponderDep
) -> Response:
    """A set of tables as one spreadsheet: cover, contents, notes, and a sheet for each."""
    tables = [table_of(address) for address in query.table]
    for table in tables:
        respond.admit_question(table.question)
    answers = [table.answer(respond.resources) for table in tables]
    return await respond(
        AnswerSpec(
            query=query,
            version=DataVersion.of(_version, tuple(answer.version for answer in answers)),
            compute=lambda: table_set(query.title, answers),
            render=set_xlsx,
            media_type=MEDIA_TYPE,
            filename=file_name(query.title, "xlsx", {}),
            cost=Cost.HEAVY,
        )
    )


def table_set(title: str, answers: list[TableAnswer]) -> TableSet:
    """The tables of a workbook, computed one after the other."""
    return TableSet("workbook", title, tuple(answer.compute() for answer in answers))


@dataclass(frozen=True)
class AddressedTable:
    """A table by its address, of which nothing has been looked up.

    Attributes
    ----------
    kind : TableKind
        What it is made from.
    question : Question
        What the address asks.
    """

    kind: TableKind
    question: Question

    def answer(self, resources: Resources) -> TableAnswer:
        """The table, computed when it is needed."""
        return self.kind.answer(resources, self.question.query, **self.question.names)


def table_of(address: str) -> AddressedTable:
    """The table that an address names.

    Parameters
    ----------
    address : str
        Path and query of a table, with or without a host before or a format behind the path.

    Raises
    ------
    UnknownTableError
        If no table has that address, or its parameters are not those of the table.
    """
    parts = urllib.parse.urlsplit(address)
    for template, kind in TABLES.items():
        names = _names(template, parts.path)
        if names is None:
            continue
        parameters: dict[str, list[str]] = {}
        for name, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True):
            parameters.setdefault(name.lower(), []).append(value)
        try:
            query = kind.query.model_validate(
                {
                    name: tuple(v) if len(v) > 1 or name in _repeatable(kind.query) else v[0]
                    for name, v in parameters.items()
                }
            )
        except ValidationError as error:
            faults = [
                ".".join(map(str, fault["loc"]))
                + (": " if fault["loc"] else "")
                + fault["msg"].removeprefix("Value error, ")
                for fault in error.errors()
            ]
            raise UnknownTableError(address, "; ".join(faults), ()) from None
        return AddressedTable(kind, Question(template, names, query))
    raise UnknownTableError(address, "no table has this path", tuple(TABLES))


def _repeatable(query: type[BaseModel]) -> set[str]:
    """The parameters of a query that hold several values, so that one is a tuple too."""
    return {
        field.alias or name
        for name, field in query.model_fields.items()
        if typing.get_origin(field.annotation) is tuple
    }


def _names(template: str, path: str) -> dict[str, str] | None:
    """The names in a path, None where it is not one of a template."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+?)", re.escape(template))
    match = re.fullmatch(rf"{pattern}(\.(json|csv|xlsx|parquet))?", path)
    if match is None:
        return None
    return {name: urllib.parse.unquote(text) for name, text in match.groupdict().items()}


def _version(versions: tuple[DataVersion, ...]) -> str:
    return short_digest(*(version.read() for version in versions))
