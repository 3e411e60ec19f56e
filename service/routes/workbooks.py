"""Several tables in one spreadsheet, each named by its own address."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.table_kinds import TableAnswer
from service.http.answer_spec import AnswerSpec
from service.http.responder import ResponderDep
from service.http.urls import responses
from service.model.answers import TableSet
from service.model.provenance import short_digest
from service.queries.tables.workbooks import WorkbookQuery
from service.render.attribution import file_name
from service.render.tables.spreadsheet import MEDIA_TYPE, set_xlsx
from service.reports.addresses import table_of
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


def _version(versions: tuple[DataVersion, ...]) -> str:
    return short_digest(*(version.read() for version in versions))
