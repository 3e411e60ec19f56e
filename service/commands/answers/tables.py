"""Commands that write the answers of the HTTP API to a file or to standard output."""

from pathlib import Path
from typing import Annotated

import typer

from service.analyses.inputs.answer_crs import target_crs
from service.analyses.resources import Resources
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.options import Format, Out, TableFormatName
from service.model.answers import Table
from service.model.queries import Query
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
from service.queries.trends import TrendQuery
from service.render.documents import document_json
from service.render.maps.heat_map import map_png
from service.render.tables.formats import FORMATS
from service.render.tables.text import table_json
from service.render.tiles.geotiff import raster_tif
from service.render.tiles.png import tile_png
from spatial.coordinates.mercator import Tile

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
    """Kernel density of incidents: .tif raster, .png map or tile, .json summary."""
    resources = terminal.resources()
    suffix = out.suffix.lower() if out is not None else ".json"
    with terminal.report_errors():
        if tile is not None:
            if out is not None and suffix != ".png":
                terminal.fail(f"a tile is written as .png, got {out.name!r}")
            tile_image = resources.heatmaps.tile(
                dataset, _tile_of(tile), query.part(HeatmapTileQuery)
            )
            body = tile_png(terminal.release(resources, tile_image))
        elif suffix in {".tif", ".tiff"}:
            raster = resources.heatmaps.raster(dataset, query.part(RasterQuery))
            body = raster_tif(terminal.release(resources, raster))
        elif suffix == ".png":
            picture = resources.heatmaps.map_image(dataset, query.part(MapQuery))
            body = map_png(terminal.release(resources, picture))
        elif suffix == ".json":
            summary = resources.heatmaps.summary(dataset, query.part(HeatmapQuery))
            body = document_json(terminal.release(resources, summary))
        else:
            terminal.fail(f"--out must end in .tif, .png or .json, got {suffix!r}")
    terminal.write(body, out)


@with_query(PeakQuery)
def peaks(dataset: Dataset, query: PeakQuery, format_: Format = None, out: Out = None) -> None:
    """The peaks of a heat map, highest first, each with its place, mass and class."""
    resources = terminal.resources()
    with terminal.report_errors():
        write_table(resources, resources.heatmaps.peaks(dataset, query), query, format_, out)


@with_query(ContourQuery)
def contours(
    dataset: Dataset, query: ContourQuery, format_: Format = None, out: Out = None
) -> None:
    """The smallest areas that hold given shares of a heat map's mass."""
    resources = terminal.resources()
    with terminal.report_errors():
        write_table(resources, resources.heatmaps.contours(dataset, query), query, format_, out)


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
    with terminal.report_errors():
        answer = resources.choropleths.table(dataset, layer, query)
        write_table(resources, answer, query, format_, out)


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
    with terminal.report_errors():
        answer = resources.hotspots.table(dataset, layer, query)
        write_table(resources, answer, query, format_, out)


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
    with terminal.report_errors():
        answer = resources.over_time.emerging(dataset, layer, query)
        write_table(resources, answer, query, format_, out)


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
    with terminal.report_errors():
        answer = resources.over_time.change(dataset, layer, query)
        write_table(resources, answer, query, format_, out)


@with_query(TrendQuery)
def trend(dataset: Dataset, query: TrendQuery, format_: Format = None, out: Out = None) -> None:
    """Incidents of one area, or of the study area, per whole month, quarter or year."""
    resources = terminal.resources()
    with terminal.report_errors():
        write_table(resources, resources.trends.trend(dataset, query), query, format_, out)


def places(
    q: Annotated[str, typer.Argument(help="The beginning of a name, a code or a postcode.")],
    limit: Annotated[str | None, typer.Option(metavar="NUMBER", help="At most this many.")] = None,
    out: Out = None,
) -> None:
    """Where a place is, by what it is called, as JSON: areas, development sites, postcodes."""
    query = terminal.query_of(PlacesQuery, q=q, limit=limit)
    resources = terminal.resources()
    with terminal.report_errors():
        body = table_json(terminal.release(resources, resources.places.search(query)))
    terminal.write(body, out)


def write_table(
    resources: Resources,
    answer: Table,
    query: Query,
    format_name: TableFormatName | None,
    out: Path | None,
) -> None:
    """Write a table in the named format, or in that of the file's suffix, or as CSV."""
    suffix = format_name.value if format_name is not None else ""
    if not suffix and out is not None:
        suffix = out.suffix.lower().removeprefix(".")
        if suffix not in FORMATS:
            terminal.fail(f"--out must end in .{', .'.join(FORMATS)}, got {out.name!r}")
    table_format = FORMATS[suffix or "csv"]
    if table_format.needs_shapes and answer.geometries is None:
        shapeless_formats = [name for name, entry in FORMATS.items() if not entry.needs_shapes]
        terminal.fail(f"a {answer.kind} has no shapes: ask for {', '.join(shapeless_formats)}")
    if out is None and not table_format.is_text:
        terminal.fail(f"{suffix} is not text: name a file with --out")
    crs = target_crs(getattr(query, "crs", None), resources.settings.crs)
    released = terminal.release(resources, answer)
    terminal.write(table_format.render(released, crs=crs), out)
    if out is not None and table_format.describe is not None:
        provenance_path = out.with_name(f"{out.name}.provenance.json")
        terminal.write(table_format.describe(released).encode(), provenance_path)


def _tile_of(text: str) -> Tile:
    """The tile with address z/x/y."""
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        terminal.fail(f"--tile must be written z/x/y, such as 12/2049/1347, got {text!r}")
    z, x, y = (int(part) for part in parts)
    return Tile(z, x, y)
