"""Command that examines the data folder."""

import json
from pathlib import Path
from typing import Annotated

import typer

from service.commands import terminal


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write the report to.")
    ] = None,
) -> None:
    """Examine the data folder: name each fault and its mend. Exit status 1 if there is one."""
    from service.doctor.examination import examine

    with terminal.report_errors():
        report = examine(terminal.resources())
    text = json.dumps(report.to_json(), indent=1) if as_json else "\n".join(report.lines())
    terminal.write(f"{text}\n".encode(), out)
    if report.faults:
        raise typer.Exit(1)
