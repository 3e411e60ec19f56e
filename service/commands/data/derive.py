"""``hotspots derive``: new data at rest from what is there."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands import terminal as output
from service.commands.options import Replace, Source, Title

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _derive() -> None:
    """New data at rest from what is there."""


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

    held = output.resources()
    with output.errors_in_words(), output.progress_bar() as progress:
        done = derive_boundaries(
            held.layers,
            lookup,
            from_layer=from_,
            layer=layer,
            from_field=from_field,
            to_field=to_field,
            name_field=name_field,
            vintage=vintage,
            source=source,
            title=title,
            replace=replace,
            progress=progress,
        )
    output.say(done.lines())
