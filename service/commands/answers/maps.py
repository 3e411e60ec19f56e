"""Commands that write maps for paper."""

from pathlib import Path
from typing import Annotated

import typer

from service.access.admission import Question
from service.analyses.printed_maps.areas import choropleth_map
from service.analyses.printed_maps.composition import MapAnswer
from service.analyses.printed_maps.heat import heat_map
from service.analyses.resources import Resources
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.queries.heatmaps import MapQuery
from service.queries.printed_maps import ChoroplethMapQuery
from service.render.maps.printed.formats import MAP_FORMATS

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Dataset = Annotated[str, typer.Argument(help="Dataset, as listed by `hotspots datasets`.")]
Layer = Annotated[str, typer.Argument(help="Boundary layer, as listed by `hotspots boundaries`.")]
Picture = Annotated[Path, typer.Option("--out", "-o", help="File to write: .png, .svg or .pdf.")]


@app.command()
@with_query(MapQuery)
def heatmap(dataset: Dataset, query: MapQuery, out: Picture) -> None:
    """The density of incidents, its leading peak enlarged and its hotspots named."""
    resources = terminal.resources()
    question = Question("map heatmap", {"dataset": dataset}, query)
    write_map(resources, question, heat_map(resources, query, dataset=dataset), out)


@app.command()
@with_query(ChoroplethMapQuery, without=("crs",))
def choropleth(dataset: Dataset, layer: Layer, query: ChoroplethMapQuery, out: Picture) -> None:
    """One value per area, and the counts of a later period as circles (--overlay-from)."""
    resources = terminal.resources()
    question = Question("map choropleth", {"dataset": dataset, "layer": layer}, query)
    write_map(
        resources, question, choropleth_map(resources, query, dataset=dataset, layer=layer), out
    )


def write_map(resources: Resources, question: Question, answer: MapAnswer, out: Path) -> None:
    """Write a map in the format of the file's suffix."""
    suffix = out.suffix.lower().removeprefix(".")
    if suffix not in MAP_FORMATS:
        terminal.fail(f"--out must end in .{', .'.join(MAP_FORMATS)}, got {out.name!r}")
    render = MAP_FORMATS[suffix].render
    terminal.write(terminal.body_of(resources, question, answer.compute, render), out)
