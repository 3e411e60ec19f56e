"""Commands ``hotspots import gazetteer``, ``roads`` and ``places``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from service.commands import terminal
from service.commands.options import (
    Crs,
    Delimiter,
    Licence,
    MaxRejected,
    Rejects,
    Source,
    Strict,
)

Replace = Annotated[
    bool, typer.Option("--replace", help="Put it in the place of the earlier one.")
]
SourceLayer = Annotated[str | None, typer.Option(help="Layer within a file that holds several.")]
NameField = Annotated[str | None, typer.Option(help="Column with the names [by usual names].")]
KindField = Annotated[str | None, typer.Option(help="Column with their kinds [by usual names].")]
LocalityField = Annotated[
    str | None, typer.Option(help="Column with the town or village [by usual names].")
]
X = Annotated[str | None, typer.Option("--x", help="Column with easting or longitude.")]
Y = Annotated[str | None, typer.Option("--y", help="Column with northing or latitude.")]


def gazetteer(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="OS Open Names (CSV zip, folder or tile; GeoPackage), or any file of names.",
        ),
    ],
    name_field: NameField = None,
    kind_field: KindField = None,
    locality_field: LocalityField = None,
    x: X = None,
    y: Y = None,
    crs: Crs = None,
    source_layer: SourceLayer = None,
    source: Source = "",
    licence: Licence = "",
    delimiter: Delimiter = None,
    replace: Replace = False,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import a gazetteer: what the places in lists are called."""
    _import_points(
        None,
        files,
        (name_field, kind_field, locality_field, x, y),
        source=source,
        licence=licence,
        crs=crs,
        source_layer=source_layer,
        delimiter=delimiter,
        replace=replace,
        strict=strict,
        max_rejected_share=max_rejected,
        rejects_path=rejects,
    )


def places(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="CSV, GeoJSON, GeoPackage or shapefile; zipped too."
        ),
    ],
    name: Annotated[str, typer.Option(help="Name of the set, such as premises or schools.")],
    name_field: NameField = None,
    kind_field: KindField = None,
    locality_field: LocalityField = None,
    x: X = None,
    y: Y = None,
    crs: Crs = None,
    source_layer: SourceLayer = None,
    source: Source = "",
    licence: Licence = "",
    delimiter: Delimiter = None,
    replace: Replace = False,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import a set of places: licensed premises, stops, schools, any points."""
    _import_points(
        name,
        files,
        (name_field, kind_field, locality_field, x, y),
        source=source,
        licence=licence,
        crs=crs,
        source_layer=source_layer,
        delimiter=delimiter,
        replace=replace,
        strict=strict,
        max_rejected_share=max_rejected,
        rejects_path=rejects,
    )


def _import_points(
    name: str | None, files: list[Path], columns: tuple[str | None, ...], **options: Any
) -> None:
    """Import a set of places with a name, or the gazetteer, and say what became of the rows."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.places.files import PlaceOptions
    from service.imports.places.importer import PlaceColumns, import_gazetteer, import_places

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        limits = resources.settings.imports
        details = PlaceColumns(*columns), PlaceOptions(limits=limits, progress=progress, **options)
        if name is None:
            summary = import_gazetteer(resources.gazetteer, files, *details)
        else:
            summary = import_places(resources.place_sets, name, files, *details)
    terminal.print_lines(summary.lines())


def roads(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="OS Open Roads (GeoPackage, shapefile), or any file of lines; zipped too.",
        ),
    ],
    name_field: Annotated[
        str | None, typer.Option(help="Field with the names [by usual names].")
    ] = None,
    class_field: Annotated[
        str | None, typer.Option(help="Field with the classes of roads [by usual names].")
    ] = None,
    crs: Crs = None,
    source_layer: SourceLayer = None,
    source: Source = "",
    licence: Licence = "",
    replace: Replace = False,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import roads as lines: street segments, and their names."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.places.files import PlaceOptions
    from service.imports.places.roads import RoadColumns, import_roads

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        summary = import_roads(
            resources.roads,
            files,
            RoadColumns(name_field, class_field),
            PlaceOptions(
                source=source,
                licence=licence,
                crs=crs,
                source_layer=source_layer,
                replace=replace,
                strict=strict,
                max_rejected_share=max_rejected,
                rejects_path=rejects,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())
