"""Command ``hotspots import flag-rules``."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands import terminal
from service.commands.options import Replace


def flag_rules(
    file: Annotated[Path, typer.Argument(help="JSON of one set of rules, with judgements.")],
    replace: Replace = False,
) -> None:
    """Import rules of risk flags, or of an index of vulnerability."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.flag_rules import import_flag_rules

    resources = terminal.resources()
    with terminal.report_errors():
        summary = import_flag_rules(
            resources.flag_rules, file, replace=replace, limits=resources.settings.imports
        )
    terminal.print_lines(summary.lines())
