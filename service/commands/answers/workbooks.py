"""The command that writes several tables into one spreadsheet."""

from pathlib import Path
from typing import Annotated

import typer

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.queries.tables.workbooks import WorkbookQuery


@with_query(WorkbookQuery)
def workbook(
    query: WorkbookQuery,
    out: Annotated[Path, typer.Option(help="File to write, .xlsx.")],
) -> None:
    """Several tables as one spreadsheet, each by its address, such as /v1/tables/x/trend."""
    import service.assembly.app  # noqa: F401 - its routes say which tables there are
    from service.render.tables.spreadsheet import set_xlsx
    from service.reports.addresses import table_of
    from service.routes.workbooks import table_set

    if out.suffix.lower() != ".xlsx":
        terminal.fail(f"--out must end in .xlsx, got {out.name!r}")
    resources = terminal.resources()
    with terminal.report_errors():
        tables = [table_of(address) for address in query.table]
        for table in tables:
            resources.gates.admit(table.question, resources.audience)
    body = terminal.body_of(
        resources,
        Question("workbook", {}, query),
        lambda: table_set(query.title, [table.answer(resources) for table in tables]),
        set_xlsx,
    )
    terminal.write(body, out)
