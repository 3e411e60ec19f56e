"""``hotspots import``: from files that somebody sent to data at rest."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands import output
from service.imports.boundaries import import_boundaries

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Replace = Annotated[
    bool, typer.Option("--replace", help="Put it in the place of what was imported before.")
]
Source = Annotated[str, typer.Option(help="Who published it, as it will be named in answers.")]
Licence = Annotated[str, typer.Option(help="Its licence, as it will be named in answers.")]
Title = Annotated[str, typer.Option(help="What to call it where people read.")]
Crs = Annotated[
    str | None,
    typer.Option("--crs", help="Coordinate system of the file, where it does not say its own."),
]


@app.command()
def boundaries(
    file: Annotated[Path, typer.Argument(help="Any vector file GDAL reads; zipped too.")],
    layer: Annotated[str, typer.Option(help="Name of the layer: lower case, digits, - and _.")],
    code_field: Annotated[str, typer.Option(help="Field with the area codes.")],
    name_field: Annotated[str | None, typer.Option(help="Field with the area names.")] = None,
    vintage: Annotated[str, typer.Option(help="Year of the boundaries.")] = "",
    source: Source = "",
    licence: Licence = "",
    title: Title = "",
    crs: Crs = None,
    source_layer: Annotated[
        str | None, typer.Option(help="Layer within a file that holds several.")
    ] = None,
    replace: Replace = False,
) -> None:
    """Import the areas of a boundary layer."""
    held = output.resources()
    with output.errors_in_words(), output.progress_bar() as progress:
        done = import_boundaries(
            held.layers,
            file,
            layer=layer,
            code_field=code_field,
            name_field=name_field,
            vintage=vintage,
            source=source,
            licence=licence,
            title=title,
            crs=crs,
            source_layer=source_layer,
            replace=replace,
            progress=progress,
        )
    output.say(done.lines())
