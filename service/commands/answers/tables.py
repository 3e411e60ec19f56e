"""Commands that write the answers of the HTTP API to a file or to standard output."""

import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from service.access.admission import Question
from service.analyses.inputs.answer_crs import target_crs
from service.analyses.printed_maps.heat import heat_map
from service.analyses.resources import Resources
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.options import Format, Leading, Out, TableFormatName
from service.model.answers import Table
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.catalogue import PlacesQuery
from service.queries.heatmaps import (
    ContourQuery,
    HeatmapCommandQuery,
    HeatmapQuery,
    HeatmapTileQuery,
    MapQuery,
    PeakQuery,
    RasterQuery,
)
from service.queries.over_time import ChangeQuery, EmergingQuery
from service.queries.tables.comparisons import BreakdownQuery
from service.queries.tables.crosstabs import CrosstabQuery
from service.queries.tables.measures import DeprivedIncidentsQuery
from service.queries.tables.process_control import ProcessControlQuery, StepChangesQuery
from service.queries.tables.trends import TrendQuery
from service.render.documents import document_json
from service.render.maps.printed.formats import MAP_FORMATS
from service.render.tables.formats import FORMATS, split_suffix
from service.render.tables.people import table_for_people
from service.render.tables.text import table_provenance
from service.render.tiles.geotiff import raster_tif
from service.render.tiles.png import tile_png
from spatial.coordinates.mercator import Tile

ROWS_TO_READ = 20  # on a terminal, unless --top says how many

Dataset = Annotated[str, typer.Argument(help="Dataset, as listed by `hotspots datasets`.")]
Layer = Annotated[str, typer.Argument(help="Boundary layer, as listed by `hotspots boundaries`.")]


@with_query(HeatmapCommandQuery)
def heatmap(
    dataset: Dataset,
    query: HeatmapCommandQuery,
    tile: Annotated[
        str | None, typer.Option(help="z/x/y: this Web Mercator tile instead, as .png.")
    ] = None,
    out: Out = None,
) -> None:
    """Kernel density of incidents: raster (.tif), map (.png, .svg, .pdf), tile, .json summary."""
    resources = terminal.resources()
    heatmaps = resources.heatmaps
    question = Question("heatmap", {"dataset": dataset}, query)
    suffix = out.suffix.lower() if out is not None else ".json"
    if tile is not None:
        if out is not None and suffix != ".png":
            terminal.fail(f"a tile is written as .png, got {out.name!r}")
        body = terminal.body_of(
            resources,
            question,
            lambda: heatmaps.tile(dataset, _tile_of(tile), query.part(HeatmapTileQuery)),
            tile_png,
        )
    elif suffix in {".tif", ".tiff"}:
        body = terminal.body_of(
            resources,
            question,
            lambda: heatmaps.raster(dataset, query.part(RasterQuery)),
            raster_tif,
        )
    elif suffix[1:] in MAP_FORMATS:
        printed = heat_map(resources, query.part(MapQuery), dataset=dataset)
        render = MAP_FORMATS[suffix[1:]].render
        body = terminal.body_of(resources, question, printed.compute, render)
    elif suffix == ".json":
        body = terminal.body_of(
            resources,
            question,
            lambda: heatmaps.summary(dataset, query.part(HeatmapQuery)),
            document_json,
        )
    else:
        terminal.fail(f"--out must end in .tif, .json, .{', .'.join(MAP_FORMATS)}, got {suffix!r}")
    terminal.write(body, out)


@with_query(PeakQuery)
def peaks(dataset: Dataset, query: PeakQuery, format_: Format = None, out: Out = None) -> None:
    """The peaks of a heat map, highest first, each with its place, mass and class."""
    resources = terminal.resources()
    question = Question("peaks", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.heatmaps.peaks(dataset, query), format_, out
    )


@with_query(ContourQuery)
def contours(
    dataset: Dataset, query: ContourQuery, format_: Format = None, out: Out = None
) -> None:
    """The smallest areas that hold given shares of a heat map's mass."""
    resources = terminal.resources()
    question = Question("contours", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.heatmaps.contours(dataset, query), format_, out
    )


@with_query(ChoroplethQuery)
def choropleth(
    dataset: Dataset,
    layer: Layer,
    query: ChoroplethQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """One value per area, highest first: counts, or rates over a measure."""
    resources = terminal.resources()
    question = Question("choropleth", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources,
        question,
        lambda: resources.choropleths.table(dataset, layer, query),
        format_,
        out,
    )


@with_query(HotspotQuery)
def hotspots(
    dataset: Dataset,
    layer: Layer,
    query: HotspotQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Local statistics: which areas are hot together beyond chance."""
    resources = terminal.resources()
    question = Question("hotspots", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources, question, lambda: resources.hotspots.table(dataset, layer, query), format_, out
    )


@with_query(EmergingQuery)
def emerging(
    dataset: Dataset,
    layer: Layer,
    query: EmergingQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Emerging hot spots: which areas are newly, steadily or no longer hot."""
    resources = terminal.resources()
    question = Question("emerging", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources,
        question,
        lambda: resources.emerging_hotspots.table(dataset, layer, query),
        format_,
        out,
    )


@with_query(ChangeQuery)
def change(
    dataset: Dataset,
    layer: Layer,
    query: ChangeQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Change between a baseline period and another, area by area and as a whole."""
    resources = terminal.resources()
    question = Question("change", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources,
        question,
        lambda: resources.period_changes.table(dataset, layer, query),
        format_,
        out,
    )


@with_query(TrendQuery)
def trend(dataset: Dataset, query: TrendQuery, format_: Format = None, out: Out = None) -> None:
    """Incidents of one area, or of the study area, per whole month, quarter or year."""
    resources = terminal.resources()
    question = Question("trend", {"dataset": dataset}, query)
    write_table(resources, question, lambda: resources.trends.table(dataset, query), format_, out)


@with_query(ProcessControlQuery)
def process_control(
    dataset: Dataset, query: ProcessControlQuery, format_: Format = None, out: Out = None
) -> None:
    """Process limits of a trend (XmR), and the steps with a special cause."""
    resources = terminal.resources()
    question = Question("process-control", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.process_control.table(dataset, query), format_, out
    )


@with_query(StepChangesQuery)
def step_changes(
    dataset: Dataset, query: StepChangesQuery, format_: Format = None, out: Out = None
) -> None:
    """Where the level of a trend changes by more than chance."""
    resources = terminal.resources()
    question = Question("step-changes", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.step_changes.table(dataset, query), format_, out
    )


@with_query(BreakdownQuery)
def breakdown(
    dataset: Dataset, query: BreakdownQuery, format_: Format = None, out: Out = None
) -> None:
    """Incidents along one axis or several (--by), with shares and what is missing."""
    resources = terminal.resources()
    question = Question("breakdown", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.breakdowns.table(dataset, query), format_, out
    )


@with_query(CrosstabQuery)
def crosstab(
    dataset: Dataset, query: CrosstabQuery, format_: Format = None, out: Out = None
) -> None:
    """Incidents by two axes: --rows and --columns."""
    resources = terminal.resources()
    question = Question("crosstab", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.crosstabs.table(dataset, query), format_, out
    )


@with_query(DeprivedIncidentsQuery)
def deprivation(
    dataset: Dataset, query: DeprivedIncidentsQuery, format_: Format = None, out: Out = None
) -> None:
    """Incidents by the decile of deprivation of their areas, by domain."""
    resources = terminal.resources()
    question = Question("deprivation", {"dataset": dataset}, query)
    write_table(
        resources,
        question,
        lambda: resources.deprived_incidents.table(dataset, query),
        format_,
        out,
    )


def places(
    q: Annotated[str, typer.Argument(help="The beginning of a name, a code or a postcode.")],
    limit: Annotated[
        str | None, typer.Option(metavar="<number>", help="Maximum number of results.")
    ] = None,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Where a place is, by what it is called: areas, development sites, postcodes."""
    query = terminal.query_of(PlacesQuery, q=q, limit=limit)
    resources = terminal.resources()
    question = Question("places", query=query)
    is_piped = format_ is None and not sys.stdout.isatty() and out is None
    write_table(
        resources,
        question,
        lambda: resources.places.search(query),
        TableFormatName.JSON if is_piped else format_,
        out,
    )


def write_table(
    resources: Resources,
    question: Question,
    compute: Callable[[], Table],
    format_name: TableFormatName | Leading | None,
    out: Path | None,
) -> None:
    """Write a table in the named format, in that of the file's suffix, as CSV, or to be read."""
    if format_name is None and out is None and sys.stdout.isatty():
        format_name = Leading(ROWS_TO_READ)
    if isinstance(format_name, Leading):
        _show(resources, question, compute, format_name)
        return
    suffix = format_name.value if format_name is not None else ""
    if not suffix and out is not None:
        _, suffix = split_suffix(out.name)
        if suffix not in FORMATS:
            terminal.fail(f"--out must end in .{', .'.join(FORMATS)}, got {out.name!r}")
    table_format = FORMATS[suffix or "csv"]
    if out is None and not table_format.is_text:
        terminal.fail(f"{suffix} is not text: name a file with --out")
    with terminal.report_errors():
        released = resources.gates.answer(question, resources.audience, compute)
        table = released.answer
        if table_format.needs_shapes and table.geometries is None:
            shapeless_formats = [
                name
                for name, entry in FORMATS.items()
                if not entry.needs_shapes and entry.kind in ("", table.kind)
            ]
            terminal.fail(f"a {table.kind} has no shapes: ask for {', '.join(shapeless_formats)}")
        if table_format.kind not in ("", table.kind):
            terminal.fail(f"{suffix} holds {table_format.kind}, not {table.kind}")
        crs = target_crs(getattr(question.query, "crs", None), resources.settings.crs)
        body = table_format.render(released, crs=crs)
    terminal.write(body, out)
    if table_format.has_provenance:
        return
    terminal.print_notes(table.provenance.notes)
    if out is not None:
        provenance_path = out.with_name(f"{out.name}.provenance.json")
        terminal.write(table_provenance(released).encode(), provenance_path)


def _show(
    resources: Resources, question: Question, compute: Callable[[], Table], leading: Leading
) -> None:
    """Show the first rows of a table, and its notes."""
    width = shutil.get_terminal_size((100, 24)).columns
    render = partial(table_for_people, rows=leading.rows, width=width)
    with terminal.report_errors():
        released = resources.gates.answer(question, resources.audience, compute)
        text = render(released)
    terminal.print_lines([text.rstrip("\n")])
    terminal.print_notes(released.answer.provenance.notes)


def _tile_of(text: str) -> Tile:
    """The tile with address z/x/y."""
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        terminal.fail(f"--tile must be written z/x/y, such as 12/2049/1347, got {text!r}")
    z, x, y = (int(part) for part in parts)
    return Tile(z, x, y)
