"""Commands that import postcodes, lookups, events, groups of areas and neighbours."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands import terminal
from service.commands.data.import_incidents import DateForm
from service.commands.options import (
    Delimiter,
    Licence,
    MaxRejected,
    Rejects,
    Replace,
    Source,
    Strict,
)


def postcodes(
    files: Annotated[
        list[Path],
        typer.Argument(help="Code-Point Open, ONSPD or NSPL: the zip, its folder or its files."),
    ],
    source: Source = "",
    licence: Licence = "",
    replace: Replace = False,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import unit postcodes and their places, by which incidents can be located."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.postcodes.importer import PostcodeOptions, import_postcodes

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        summary = import_postcodes(
            resources.postcodes,
            files,
            PostcodeOptions(
                source=source,
                licence=licence,
                replace=replace,
                strict=strict,
                max_rejected_share=max_rejected,
                rejects_path=rejects,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())


def lookup(
    file: Annotated[Path, typer.Argument(help="CSV with one row per pair of areas.")],
    from_layer: Annotated[str, typer.Option(help="Layer of the codes to translate from.")],
    to_layer: Annotated[str, typer.Option(help="Layer of the codes to translate to.")],
    from_field: Annotated[str, typer.Option(help="Column with the codes of --from-layer.")],
    to_field: Annotated[str, typer.Option(help="Column with the codes of --to-layer.")],
    change_field: Annotated[
        str | None, typer.Option(help="Column with the change codes U, S, M and X, checked.")
    ] = None,
    weight: Annotated[
        str,
        typer.Option(
            help="How a split area is shared among its parts: area, or a measure of "
            "--to-layer (name or name:period)."
        ),
    ] = "area",
    source: Source = "",
    licence: Licence = "",
    delimiter: Delimiter = None,
    replace: Replace = False,
) -> None:
    """Import a lookup between layers: from one vintage to another, or from parts to wholes."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.lookups import LookupOptions, import_lookup
    from service.store.reference.lookups import LookupKey

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        result = import_lookup(
            resources.lookups,
            file,
            LookupOptions(
                key=LookupKey(from_layer, to_layer),
                from_field=from_field,
                to_field=to_field,
                change_field=change_field,
                weight=weight,
                source=source,
                licence=licence,
                codes={layer.layer_id: layer.codes for layer in resources.layers.all(strict=True)},
                delimiter=delimiter,
                replace=replace,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(result.lines())


def events(
    file: Annotated[Path, typer.Argument(help="CSV with one row per event.")],
    date_form: Annotated[DateForm, typer.Option(help="The form of its dates.")] = DateForm.ISO,
    source: Source = "",
    licence: Licence = "",
    delimiter: Delimiter = None,
    replace: Replace = False,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import events that explain a series: breaks, lockdowns, changes of recording."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.events import EventOptions, import_events

    resources = terminal.resources()

    def names(dataset: str) -> tuple[str, ...] | None:
        if dataset not in resources.incidents.ids():
            return None
        incidents = resources.incidents.open(dataset)
        return (*incidents.categories, *incidents.subcategories)

    with terminal.report_errors(), terminal.progress_bar() as progress:
        summary = import_events(
            resources.events,
            file,
            EventOptions(
                source=source,
                licence=licence,
                date_form=date_form.value,
                delimiter=delimiter,
                replace=replace,
                strict=strict,
                max_rejected_share=max_rejected,
                rejects_path=rejects,
                names=names,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())


def area_groups(
    file: Annotated[Path, typer.Argument(help="CSV with one row per area of a group.")],
    layer: Annotated[
        str, typer.Option(help="Layer of the codes, where the file has no such column.")
    ] = "",
    source: Source = "",
    licence: Licence = "",
    delimiter: Delimiter = None,
    replace: Replace = False,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import groups of areas that are compared with each other, such as the most similar ones."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.area_groups import AreaGroupOptions, import_area_groups

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        summary = import_area_groups(
            resources.area_groups,
            file,
            AreaGroupOptions(
                layer=layer,
                source=source,
                licence=licence,
                delimiter=delimiter,
                replace=replace,
                strict=strict,
                max_rejected_share=max_rejected,
                rejects_path=rejects,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())


def neighbours(
    file: Annotated[
        Path, typer.Argument(help="GAL, GWT, or CSV with columns code, neighbour and weight.")
    ],
    layer: Annotated[str, typer.Option(help="Layer of the areas.")],
    name: Annotated[
        str, typer.Option(help="What questions ask for them by: neighbours=imported:NAME.")
    ],
    source: Source = "",
    licence: Licence = "",
    delimiter: Delimiter = None,
    replace: Replace = False,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import neighbours of areas that were decided elsewhere, such as by roads or bridges."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.neighbours import NeighbourOptions, import_neighbours

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        summary = import_neighbours(
            resources.neighbours,
            file,
            resources.layers.get(layer),
            NeighbourOptions(
                name=name,
                source=source,
                licence=licence,
                delimiter=delimiter,
                replace=replace,
                strict=strict,
                max_rejected_share=max_rejected,
                rejects_path=rejects,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())
