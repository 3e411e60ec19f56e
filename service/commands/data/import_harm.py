"""Command ``hotspots import harm-index``."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands import terminal
from service.commands.options import (
    Decimal,
    Delimiter,
    Licence,
    MaxRejected,
    Rejects,
    Replace,
    Source,
    Strict,
)


def harm_index(
    file: Annotated[Path, typer.Argument(help="CSV with one row per offence.")],
    index: Annotated[str, typer.Option(help="Id of the index, such as cambridge-2020.")],
    days_field: Annotated[str, typer.Option(help="Column with the days of harm of an offence.")],
    offence_field: Annotated[
        str | None, typer.Option(help="Column with the wording of the offence.")
    ] = None,
    code_field: Annotated[
        str | None, typer.Option(help="Column with the code of the offence.")
    ] = None,
    group_field: Annotated[
        str | None, typer.Option(help="Column with the group of the offence.")
    ] = None,
    matched_on: Annotated[
        str,
        typer.Option(
            help="Column of datasets with the codes or wordings: category, subcategory or "
            "attribute:NAME."
        ),
    ] = "subcategory",
    source: Source = "",
    licence: Licence = "",
    delimiter: Delimiter = None,
    replace: Replace = False,
    decimal: Decimal = None,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import a harm index: what weight each offence has, in days of sentence."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.harm_index import HarmIndexOptions, import_harm_index

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        summary = import_harm_index(
            resources.harm_indices,
            file,
            HarmIndexOptions(
                index_id=index,
                days_field=days_field,
                offence_field=offence_field,
                code_field=code_field,
                group_field=group_field,
                matched_on=matched_on,
                source=source,
                licence=licence,
                delimiter=delimiter,
                decimal=None if decimal is None else decimal.value,
                replace=replace,
                strict=strict,
                max_rejected_share=max_rejected,
                rejects_path=rejects,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())
