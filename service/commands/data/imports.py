"""Commands ``hotspots import``."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands import terminal
from service.commands.data import (
    import_background,
    import_flags,
    import_harm,
    import_incidents,
    import_places,
    import_streets,
)
from service.commands.options import (
    Crs,
    Decimal,
    Delimiter,
    Licence,
    MaxRejected,
    Rejects,
    Replace,
    Source,
    Strict,
    Title,
)

app = typer.Typer(
    help="Import files: each import succeeds as a whole or changes nothing.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def boundaries(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="GeoJSON, GeoPackage, shapefile ...; zipped too. Several make one layer.",
        ),
    ],
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
    encoding: Annotated[
        str | None,
        typer.Option(
            help="Encoding of a shapefile's texts, such as UTF-8 [detected automatically]."
        ),
    ] = None,
    replace: Replace = False,
) -> None:
    """Import the areas of a boundary layer."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.boundaries import import_boundaries

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        result = import_boundaries(
            resources.layers,
            files,
            layer=layer,
            code_field=code_field,
            name_field=name_field,
            vintage=vintage,
            source=source,
            licence=licence,
            title=title,
            crs=crs,
            source_layer=source_layer,
            encoding=encoding,
            replace=replace,
            limits=resources.settings.imports,
            progress=progress,
        )
        progress("cutting tiles", 0.0)
        resources.geometry_tiles.prepare(result.layer, progress=progress)
    terminal.print_lines(result.lines())


app.command()(import_incidents.incidents)
app.command()(import_places.postcodes)
app.command()(import_streets.gazetteer)
app.command()(import_streets.roads)
app.command()(import_streets.places)
app.command()(import_background.background)
app.command()(import_places.lookup)
app.command()(import_places.events)
app.command()(import_places.area_groups)
app.command()(import_places.neighbours)
app.command()(import_harm.harm_index)
app.command()(import_flags.flag_rules)


@app.command()
def measures(
    file: Annotated[Path, typer.Argument(help="CSV or GeoJSON with one row per area.")],
    layer: Annotated[str, typer.Option(help="Layer whose areas the codes name.")],
    measure: Annotated[
        list[str],
        typer.Option(help="What is measured, such as residents. Repeat it for several columns."),
    ],
    code_field: Annotated[str, typer.Option(help="Column with the area codes.")],
    value_field: Annotated[
        list[str], typer.Option(help="Column with the values: one for each --measure.")
    ],
    period: Annotated[
        str | None, typer.Option(help="Period it was measured for, such as 2021.")
    ] = None,
    period_field: Annotated[
        str | None,
        typer.Option(help="Instead of --period: column with that of each row."),
    ] = None,
    unit: Annotated[str, typer.Option(help="Unit of the values.")] = "",
    source: Source = "",
    licence: Licence = "",
    allow_negative: Annotated[
        bool, typer.Option("--allow-negative", help="Accept values below 0, for scores.")
    ] = False,
    delimiter: Delimiter = None,
    replace: Replace = False,
    decimal: Decimal = None,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import measures of the areas of a layer: population, households, an index ..."""
    if len(measure) != len(value_field):
        terminal.fail(
            f"each --measure needs its --value-field: there are {len(measure)} and "
            f"{len(value_field)}"
        )
    if (period is None) == (period_field is None):
        terminal.fail("give either --period, or --period-field, the column that has it")
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.measures import MeasureOptions, MeasureValue, import_measures

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        summary = import_measures(
            resources.measures,
            file,
            [
                MeasureValue(name, period or "", column)
                for name, column in zip(measure, value_field, strict=True)
            ],
            MeasureOptions(
                layer=layer,
                code_field=code_field,
                period_field=period_field,
                codes=resources.layers.get(layer).codes,
                layers={
                    area_layer.layer_id: area_layer.codes
                    for area_layer in resources.layers.all(strict=True)
                },
                unit=unit,
                source=source,
                licence=licence,
                allow_negative=allow_negative,
                delimiter=delimiter,
                replace=replace,
                decimal=None if decimal is None else decimal.value,
                strict=strict,
                max_rejected_share=max_rejected,
                rejects_path=rejects,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())


COLUMNS = "Columns [detected by their usual names]"


@app.command()
def sites(
    file: Annotated[Path, typer.Argument(help="CSV or GeoJSON, one row per site or phase.")],
    site_id: Annotated[
        str | None, typer.Option(help="Column with the site's id.", rich_help_panel=COLUMNS)
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Column with its name.", rich_help_panel=COLUMNS)
    ] = None,
    district: Annotated[
        str | None, typer.Option(help="Column with its district.", rich_help_panel=COLUMNS)
    ] = None,
    planned: Annotated[
        str | None, typer.Option(help="Column with homes planned.", rich_help_panel=COLUMNS)
    ] = None,
    completed: Annotated[
        str | None, typer.Option(help="Column with homes completed.", rich_help_panel=COLUMNS)
    ] = None,
    completed_year: Annotated[
        str | None,
        typer.Option(help="Column with the year of completions.", rich_help_panel=COLUMNS),
    ] = None,
    phase_year: Annotated[
        str | None,
        typer.Option(help="Column with the year of a phase.", rich_help_panel=COLUMNS),
    ] = None,
    x: Annotated[
        str | None,
        typer.Option(help="Column with easting or longitude.", rich_help_panel=COLUMNS),
    ] = None,
    y: Annotated[
        str | None,
        typer.Option(help="Column with northing or latitude.", rich_help_panel=COLUMNS),
    ] = None,
    crs: Crs = None,
    source: Source = "",
    licence: Licence = "",
    delimiter: Delimiter = None,
    replace: Replace = False,
    decimal: Decimal = None,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import development sites with the homes planned and completed."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.sites.importer import SiteOptions, import_sites
    from service.imports.sites.rows import SiteColumns

    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        summary = import_sites(
            resources.sites,
            file,
            SiteColumns(
                site_id=site_id,
                name=name,
                district=district,
                homes_planned=planned,
                homes_completed=completed,
                completed_year=completed_year,
                phase_year=phase_year,
                x=x,
                y=y,
                crs=crs,
            ),
            SiteOptions(
                source=source,
                licence=licence,
                delimiter=delimiter,
                replace=replace,
                decimal=None if decimal is None else decimal.value,
                strict=strict,
                max_rejected_share=max_rejected,
                rejects_path=rejects,
                limits=resources.settings.imports,
                progress=progress,
            ),
        )
    terminal.print_lines(summary.lines())
