"""Commands ``hotspots derive``: new layers from imported ones."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands import terminal
from service.commands.options import Replace, Source, Title

app = typer.Typer(
    help="Derive new layers and tables from imported data.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _derive() -> None:
    """Derive new layers and tables from imported data."""


@app.command()
def boundaries(
    from_: Annotated[str, typer.Option("--from", help="Layer of the smaller areas.")],
    lookup: Annotated[Path, typer.Option(help="CSV with one row per smaller area.")],
    layer: Annotated[str, typer.Option(help="Name of the new layer.")],
    from_field: Annotated[str, typer.Option(help="Column with the smaller areas' codes.")],
    to_field: Annotated[str, typer.Option(help="Column with the larger areas' codes.")],
    name_field: Annotated[
        str | None, typer.Option(help="Column with the larger areas' names.")
    ] = None,
    vintage: Annotated[str, typer.Option(help="Year of the boundaries.")] = "",
    source: Source = "",
    title: Title = "",
    replace: Replace = False,
) -> None:
    """Larger areas as unions of smaller ones: wards, MSOAs or districts from LSOAs."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.derive import derive_boundaries

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        derivation = derive_boundaries(
            resources.layers,
            lookup,
            lookups=resources.lookups,
            from_layer=from_,
            layer=layer,
            from_field=from_field,
            to_field=to_field,
            name_field=name_field,
            vintage=vintage,
            source=source,
            title=title,
            replace=replace,
            limits=resources.settings.imports,
            progress=progress,
        )
    terminal.print_lines(derivation.lines())
