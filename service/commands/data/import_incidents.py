"""Command ``hotspots import incidents``: files of incidents in one of the known formats."""

import datetime
import enum
from pathlib import Path
from typing import Annotated

import typer

from service.analyses.resources import Resources
from service.commands import terminal
from service.commands.options import (
    Decimal,
    Licence,
    MaxRejected,
    Rejects,
    Replace,
    Source,
    Strict,
    Title,
)
from service.coverage.spans import Span
from service.imports.incidents.layout import IncidentLayout, read_layout
from service.model.incident_filter import IncidentFilter


class IncidentFormat(enum.StrEnum):
    """The layouts of incident files."""

    POLICE_UK = "police-uk"
    CSV = "csv"


class DateForm(enum.StrEnum):
    """How dates are written; told, never guessed."""

    ISO = "iso"
    UK = "uk"
    US = "us"


class Repeats(enum.StrEnum):
    """What is done with rows whose id another row has."""

    REFUSE = "refuse"
    KEEP = "keep"
    REPLACE = "replace"


CSV_ONLY = "Columns of --format csv"
LAYOUT = "service.layout"  # where a command's context keeps the layout of --layout


def _use_layout(ctx: typer.Context, path: Path | None) -> Path | None:
    """Use the entries of a layout file as defaults of the options they name."""
    if path is not None:
        with terminal.report_errors():
            ctx.meta[LAYOUT] = read_layout(path)
        ctx.default_map = ctx.meta[LAYOUT].options()
    return path


def incidents(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files, zips or folders.")],
    dataset: Annotated[str, typer.Option(help="Name of the dataset; made if it is new.")],
    format_: Annotated[IncidentFormat, typer.Option("--format", help="Layout of the files.")],
    layout: Annotated[
        Path | None,
        typer.Option(
            help="TOML file with these options, for deliveries of one system; options given "
            "beside it replace its entries.",
            callback=_use_layout,
            is_eager=True,
        ),
    ] = None,
    save_layout: Annotated[
        Path | None,
        typer.Option(help="TOML file to write the options to, for the next --layout."),
    ] = None,
    title: Title = "",
    source: Source = "",
    licence: Licence = "",
    denominator: Annotated[
        str,
        typer.Option(
            help="Measure that rates of these incidents are over, such as residents; hotspots are "
            "then tested by it where nothing else is asked for."
        ),
    ] = "",
    description: Annotated[
        str,
        typer.Option(help="What the records are and are useful for, for the table of sources."),
    ] = "",
    limitations: Annotated[
        str, typer.Option(help="What the records cannot show, for the table of sources.")
    ] = "",
    area_layer: Annotated[
        str | None,
        typer.Option(
            help="Layer that the supplied area codes belong to [detected automatically]."
        ),
    ] = None,
    covers: Annotated[
        list[str] | None,
        typer.Option(
            help="Months or days that these files cover, such as 2024-01..2024-12 or 2024-11; "
            "repeat for several [as the names of police.uk files say, else by the dates of the "
            "records].",
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", help="First month or day to import; earlier rows are left out."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Last month or day to import; later rows are left out.")
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(help="Column with the date, with or without time.", rich_help_panel=CSV_ONLY),
    ] = None,
    date_form: Annotated[
        DateForm,
        typer.Option(
            help="iso: 2024-12-31; uk: 31/12/2024; us: 12/31/2024.", rich_help_panel=CSV_ONLY
        ),
    ] = DateForm.ISO,
    time_of_day: Annotated[
        str | None, typer.Option(help="Column with the time of day.", rich_help_panel=CSV_ONLY)
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="Column with the latest time at which it may have happened, as --time.",
            rich_help_panel=CSV_ONLY,
        ),
    ] = None,
    until_time_of_day: Annotated[
        str | None,
        typer.Option(help="Column with its time of day.", rich_help_panel=CSV_ONLY),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            help="Time zone in which times that state their offset from UTC are stored.",
            rich_help_panel=CSV_ONLY,
        ),
    ] = None,
    x: Annotated[
        str | None,
        typer.Option(help="Column with easting or longitude.", rich_help_panel=CSV_ONLY),
    ] = None,
    y: Annotated[
        str | None,
        typer.Option(help="Column with northing or latitude.", rich_help_panel=CSV_ONLY),
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(
            help="Coordinate system of x and y, such as EPSG:4326 or EPSG:27700.",
            rich_help_panel=CSV_ONLY,
        ),
    ] = None,
    postcode: Annotated[
        str | None,
        typer.Option(
            help="Column with a postcode, by which rows without coordinates are located "
            "(hotspots import postcodes).",
            rich_help_panel=CSV_ONLY,
        ),
    ] = None,
    category: Annotated[
        str | None, typer.Option(help="Column with the category.", rich_help_panel=CSV_ONLY)
    ] = None,
    category_value: Annotated[
        str,
        typer.Option(
            help="Category of every row, where no column has it.", rich_help_panel=CSV_ONLY
        ),
    ] = "incident",
    subcategory: Annotated[
        str | None, typer.Option(help="Column with the subcategory.", rich_help_panel=CSV_ONLY)
    ] = None,
    id_: Annotated[
        str | None,
        typer.Option("--id", help="Column with the incident's id.", rich_help_panel=CSV_ONLY),
    ] = None,
    weight: Annotated[
        str | None, typer.Option(help="Column with a weight.", rich_help_panel=CSV_ONLY)
    ] = None,
    area_code: Annotated[
        str | None, typer.Option(help="Column with an area code.", rich_help_panel=CSV_ONLY)
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(
            help="Another attribute, written name=column; repeat for several.",
            rich_help_panel=CSV_ONLY,
        ),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(help="One character [detected automatically].", rich_help_panel=CSV_ONLY),
    ] = None,
    skip_lines: Annotated[
        int,
        typer.Option(min=0, help="Lines before the header.", rich_help_panel=CSV_ONLY),
    ] = 0,
    null_word: Annotated[
        list[str] | None,
        typer.Option(
            help="Value that means blank, besides NULL, NA, N/A, #N/A, nan and -; repeat for "
            "several.",
            rich_help_panel=CSV_ONLY,
        ),
    ] = None,
    replace: Replace = False,
    on_repeat: Annotated[
        Repeats,
        typer.Option(
            help="Rows with an id that another has: refuse the import, keep all, or replace them "
            "by the last, as deliveries of the year to date need."
        ),
    ] = Repeats.KEEP,
    decimal: Decimal = None,
    strict: Strict = False,
    max_rejected: MaxRejected = 0.1,
    rejects: Rejects = None,
) -> None:
    """Import incidents from files, all or nothing."""
    # Imported here: what imports need takes time that serving must not wait for.
    from service.imports.incidents.csv import IncidentColumns, import_csv
    from service.imports.incidents.importer import ImportOptions
    from service.imports.incidents.period import ImportPeriod
    from service.imports.incidents.police_uk import import_police_uk

    file_attributes = ctx.meta[LAYOUT].attribute if layout is not None else {}
    attributes = {**file_attributes, **_attributes(attribute or [])}
    if save_layout is not None and not save_layout.parent.is_dir():
        terminal.fail(f"{save_layout} cannot be written: its folder does not exist")
    period = ImportPeriod(
        bounds=_bounds(from_, to),
        covers=tuple(_span(text, "--covers") for text in covers or ()),
    )
    resources = terminal.resources()
    with terminal.report_errors(), terminal.progress_bar() as progress:
        options = ImportOptions(
            dataset=dataset,
            title=title,
            source=source,
            licence=licence,
            denominator=denominator,
            description=description,
            limitations=limitations,
            area_layer=area_layer,
            layers=_codes_of_layers(resources),
            period=period,
            areas={layer.layer_id: layer for layer in resources.layers.all(strict=True)},
            replace=replace,
            on_repeat=on_repeat.value,
            strict=strict,
            max_rejected_share=max_rejected,
            study_box_m=_study_box_m(resources),
            rejects_path=rejects,
            limits=resources.settings.imports,
            progress=progress,
        )
        if format_ is IncidentFormat.POLICE_UK:
            summary = import_police_uk(resources.incidents, files, options)
        else:
            if time is None:
                terminal.fail("--format csv needs --time, the column with the date")
            columns = IncidentColumns(
                time=time,
                date_form=date_form.value,
                time_of_day=time_of_day,
                until=until,
                until_time_of_day=until_time_of_day,
                time_zone=time_zone,
                x=x,
                y=y,
                crs=crs,
                postcode=postcode,
                category=category,
                category_value=category_value,
                incident_id=id_,
                subcategory=subcategory,
                weight=weight,
                area_code=area_code,
                attributes=attributes,
                delimiter=delimiter,
                skip_lines=skip_lines,
                null_words=tuple(null_word or ()),
                decimal=None if decimal is None else decimal.value,
            )
            summary = import_csv(
                resources.incidents, files, columns, options, postcodes=resources.postcodes
            )
    terminal.print_lines(summary.lines())
    if save_layout is not None:
        saved = IncidentLayout.from_options(ctx.params, attributes)
        terminal.write(saved.to_toml().encode(), save_layout)
    with terminal.report_errors():
        terminal.print_lines(_placement(resources, dataset))
        if dataset in resources.published.ids():
            terminal.print_lines(
                [f"what is published of {dataset} is as before: hotspots publish {dataset}"]
            )


def _bounds(first: str | None, last: str | None) -> Span | None:
    """The days between two options; None where neither is used."""
    if first is None and last is None:
        return None
    start = datetime.date.min if first is None else _span(first, "--from").first
    end = datetime.date.max if last is None else _span(last, "--to").last
    if start > end:
        terminal.fail(f"--from ({first}) is after --to ({last})")
    return Span(start, end)


def _span(text: str, option: str) -> Span:
    """The days that the value of an option means."""
    try:
        return Span.from_text(text)
    except ValueError as error:
        terminal.fail(f"{option} {error}")


def _study_box_m(resources: Resources) -> tuple[float, float, float, float] | None:
    """The bounding box of the study area's layer, if there is one."""
    layer_id = resources.catalogue.study_layer()
    return None if layer_id is None else resources.layers.get(layer_id).bounds_m


def _placement(resources: Resources, dataset: str) -> list[str]:
    """How the dataset's records fall into the study area's layer, if there is one."""
    layer_id = resources.catalogue.study_layer()
    if layer_id is None:
        return ["no boundary layer is imported yet, so incidents outside it are not counted"]
    area_counts = resources.areas.count(dataset, layer_id, IncidentFilter())
    reconciliation = area_counts.reconciliation()
    descriptions = {
        "in_layer_by_code": "in the layer by supplied code",
        "in_layer_by_lookup": "by a code of another layer, through a lookup",
        "in_layer_by_lookup_and_location": "by such a code and the location",
        "in_layer_by_lookup_and_share": "by such a code, shared among areas",
        "in_layer_by_location": "by location",
        "outside": "outside",
        "not_located": "not located",
    }
    parts = [
        f"{reconciliation[name]:,} {description}"
        for name, description in descriptions.items()
        if name in reconciliation
    ]
    total = reconciliation["records"]
    line = f"the dataset in layer {layer_id}: {total:,} records = {' + '.join(parts)}"
    return [line, *area_counts.notes()]


def _codes_of_layers(resources: Resources) -> dict[str, frozenset[str]]:
    """The codes of the imported layers, and of layers that only a lookup names."""
    codes = {layer.layer_id: frozenset(layer.codes) for layer in resources.layers.all(strict=True)}
    for name, lookup_codes in resources.lookups.codes().items():
        codes.setdefault(name, frozenset(lookup_codes))
    return codes


def _attributes(pairs: list[str]) -> dict[str, str]:
    """Attributes from texts ``name=column``."""
    attributes = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not (name and equals and column):
            terminal.fail(f"--attribute must be written name=column, got {pair!r}")
        attributes[name] = column
    return attributes
