"""The same answers as over HTTP, to a file or to standard output."""

from pathlib import Path
from typing import Annotated, Any

import typer

from service.answers import Table
from service.commands import output
from service.commands.options import (
    Category,
    Denominator,
    Format,
    From,
    Out,
    Per,
    TableFormatName,
    To,
)
from service.render.documents import document_json
from service.render.formats import FORMATS
from service.render.geotiff import raster_tif
from service.render.map_image import map_png
from service.render.png import tile_png
from service.resources import Resources
from service.schemas.queries import (
    ChoroplethQuery,
    HeatmapQuery,
    HeatmapTileQuery,
    HotspotQuery,
    MapQuery,
    OverlayQuery,
    RasterQuery,
)
from spatial.mercator import Tile

Dataset = Annotated[str, typer.Argument(help="Dataset, as listed by `hotspots datasets`.")]
Layer = Annotated[str, typer.Argument(help="Boundary layer, as listed by `hotspots boundaries`.")]


def heatmap(
    dataset: Dataset,
    bandwidth_m: Annotated[
        float | None, typer.Option(help="Radius of the kernel, metres on the ground [400].")
    ] = None,
    from_: From = None,
    to: To = None,
    category: Category = None,
    per: Annotated[str | None, typer.Option(help="period or year [period].")] = None,
    cell_m: Annotated[
        float | None, typer.Option(help="Side of a raster cell, metres [bandwidth / 8].")
    ] = None,
    bbox: Annotated[
        str | None, typer.Option(help="left,bottom,right,top of the raster, working CRS.")
    ] = None,
    tile: Annotated[
        str | None, typer.Option(help="z/x/y: this Web Mercator tile instead, as .png.")
    ] = None,
    width: Annotated[int | None, typer.Option(help="Width of a map image, pixels [1000].")] = None,
    out: Out = None,
) -> None:
    """Kernel density of incidents: .tif raster, .png map or tile, .json summary."""
    common = {
        "bandwidth_m": bandwidth_m,
        "from": from_,
        "to": to,
        "category": category,
        "per": per,
    }
    held = output.resources()
    suffix = out.suffix.lower() if out is not None else ".json"
    with output.errors_in_words():
        if tile is not None:
            _only(out, suffix, ".png", what="a tile")
            tile_query = output.query_of(HeatmapTileQuery, **common)
            drawn = held.heatmaps.tile(dataset, _tile_of(tile), tile_query)
            body = tile_png(output.release(held, drawn))
        elif suffix in {".tif", ".tiff"}:
            raster_query = output.query_of(RasterQuery, **common, cell_m=cell_m, bbox=bbox)
            raster = held.heatmaps.raster(dataset, raster_query)
            body = raster_tif(output.release(held, raster))
        elif suffix == ".png":
            map_query = output.query_of(MapQuery, **common, width=width)
            picture = held.heatmaps.map_image(dataset, map_query)
            body = map_png(output.release(held, picture))
        elif suffix == ".json":
            summary = held.heatmaps.summary(dataset, output.query_of(HeatmapQuery, **common))
            body = document_json(output.release(held, summary))
        else:
            output.fail(f"--out must end in .tif, .png or .json, got {suffix!r}")
    output.write(body, out)


def choropleth(
    dataset: Dataset,
    layer: Layer,
    measure: Annotated[str | None, typer.Option(help="count or rate [count].")] = None,
    denominator: Denominator = None,
    per: Per = None,
    from_: From = None,
    to: To = None,
    category: Category = None,
    scheme: Annotated[
        str | None, typer.Option(help="quantiles, equal-intervals or natural-breaks.")
    ] = None,
    classes: Annotated[int | None, typer.Option(help="Number of classes [5].")] = None,
    format_: Format = None,
    out: Out = None,
) -> None:
    """One value per area, highest first: counts, or rates over a measure."""
    query = output.query_of(
        ChoroplethQuery,
        **{"from": from_},
        to=to,
        category=category,
        measure=measure,
        denominator=denominator,
        per=per,
        scheme=scheme,
        classes=classes,
    )
    held = output.resources()
    with output.errors_in_words():
        _write_table(held, held.choropleths.table(dataset, layer, query), format_, out)


def hotspots(
    dataset: Dataset,
    layer: Layer,
    statistic: Annotated[str | None, typer.Option(help="gi-star or gi [gi-star].")] = None,
    neighbours: Annotated[str | None, typer.Option(help="queen or rook [queen].")] = None,
    measure: Annotated[str | None, typer.Option(help="count or rate [count].")] = None,
    denominator: Denominator = None,
    per: Per = None,
    permutations: Annotated[
        int | None, typer.Option(help="0 for the analytic p alone [99999, or 9999].")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the permutations [1].")] = None,
    correction: Annotated[
        str | None, typer.Option(help="bh, by, bonferroni or none [bh].")
    ] = None,
    from_: From = None,
    to: To = None,
    category: Category = None,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Getis-Ord hotspots: which areas are hot together beyond chance."""
    query = output.query_of(
        HotspotQuery,
        **{"from": from_},
        to=to,
        category=category,
        statistic=statistic,
        neighbours=neighbours,
        measure=measure,
        denominator=denominator,
        per=per,
        permutations=permutations,
        seed=seed,
        correction=correction,
    )
    held = output.resources()
    with output.errors_in_words():
        _write_table(held, held.hotspots.table(dataset, layer, query), format_, out)


def growth(
    dataset: Annotated[
        str | None, typer.Argument(help="Dataset to count around the sites; none: sites alone.")
    ] = None,
    distance_m: Annotated[
        float | None, typer.Option(help="Incidents within this distance, metres [1000].")
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Layer to look the sites up in [the first imported].")
    ] = None,
    from_: From = None,
    to: To = None,
    category: Category = None,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Development sites, the homes to come, and the incidents around each."""
    query = output.query_of(
        OverlayQuery,
        **{"from": from_},
        to=to,
        category=category,
        distance_m=distance_m,
        layer=layer,
    )
    held = output.resources()
    with output.errors_in_words():
        answer = held.growth.sites() if dataset is None else held.growth.overlay(dataset, query)
        _write_table(held, answer, format_, out)


def _write_table(
    held: Resources, answer: Table, chosen: TableFormatName | None, out: Path | None
) -> None:
    """A table in the format asked for, or that the file's suffix says, or CSV."""
    suffix = chosen.value if chosen is not None else ""
    if not suffix and out is not None:
        suffix = out.suffix.lower().removeprefix(".")
        if suffix not in FORMATS:
            output.fail(f"--out must end in .{', .'.join(FORMATS)}, got {out.name!r}")
    wanted = FORMATS[suffix or "csv"]
    released = output.release(held, answer)
    output.write(wanted.render(released), out)
    if out is not None and wanted.describe is not None:
        beside = out.with_name(f"{out.name}.provenance.json")
        output.write(wanted.describe(released).encode(), beside)


def _tile_of(text: str) -> Tile:
    """The tile address of its text z/x/y."""
    parts: list[Any] = text.split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        output.fail(f"--tile must be written z/x/y, such as 12/2049/1347, got {text!r}")
    z, x, y = (int(part) for part in parts)
    return Tile(z, x, y)


def _only(out: Path | None, suffix: str, wanted: str, *, what: str) -> None:
    if out is not None and suffix != wanted:
        output.fail(f"{what} is written as {wanted}, got {out.name!r}")
