"""Command ``hotspots import background``."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands import terminal
from service.commands.options import Licence, Source, Title


def background(
    file: Annotated[
        Path,
        typer.Argument(
            help="MBTiles or PMTiles of vector tiles: OS Open Zoomstack, OpenMapTiles, Protomaps "
            "or any other."
        ),
    ],
    source: Source = "",
    licence: Licence = "",
    title: Title = "",
    max_zoom: Annotated[
        int, typer.Option(min=0, max=16, help="Closest zoom that is kept; closer ones use it.")
    ] = 14,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the earlier one.")
    ] = False,
) -> None:
    """Import the map behind the layers, as far as the study area and its surroundings go."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.analyses.inputs.study_area import study_area
    from service.imports.background.importer import (
        BackgroundOptions,
        import_background,
        surroundings,
    )

    resources = terminal.resources()
    settings = resources.settings
    with terminal.report_errors(), terminal.progress_bar() as progress:
        area = study_area(resources.layers, settings.study_area)
        summary = import_background(
            resources.background,
            file,
            surroundings(area.bounds_m, crs=settings.crs),
            BackgroundOptions(
                source=source,
                licence=licence,
                title=title,
                max_zoom=max_zoom,
                replace=replace,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())
