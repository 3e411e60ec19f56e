"""Commands that write maps for paper."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from service.access.admission import Question
from service.analyses.printed_maps.areas import choropleth_map
from service.analyses.printed_maps.composition import MapAnswer
from service.analyses.printed_maps.heat import heat_map
from service.analyses.printed_maps.results import (
    change_map,
    cluster_map,
    emerging_map,
    forecast_map,
    hotspot_map,
    patrol_map,
    priorities_map,
)
from service.analyses.resources import Resources
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.queries.heatmaps import MapQuery
from service.queries.patterns.maps import ClusterMapQuery, PatrolMapQuery
from service.queries.printed_maps import AreaMapQuery, ChoroplethMapQuery
from service.queries.result_maps import (
    ChangeMapQuery,
    EmergingMapQuery,
    ForecastMapQuery,
    HotspotMapQuery,
    PrioritiesMapQuery,
)
from service.render.maps.printed.formats import MAP_FORMATS

app = typer.Typer(
    help="Maps for paper, as .png, .svg or .pdf.", no_args_is_help=True, rich_markup_mode=None
)

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


def _add_areas(model: type[AreaMapQuery], make: Callable[..., MapAnswer], name: str) -> None:
    """Add the command of a map by the areas of a layer; the model's words describe it."""

    @with_query(model, without=("crs",))
    def command(dataset: Dataset, layer: Layer, query: AreaMapQuery, out: Picture) -> None:
        resources = terminal.resources()
        question = Question(f"map {name}", {"dataset": dataset, "layer": layer}, query)
        write_map(resources, question, make(resources, query, dataset=dataset, layer=layer), out)

    app.command(name, help=_help(model))(command)


def _add_places(model: type[AreaMapQuery], make: Callable[..., MapAnswer], name: str) -> None:
    """Add the command of another map of a dataset."""

    @with_query(model, without=("by", "years", "crs") if name == "forecast" else ("crs",))
    def command(dataset: Dataset, query: AreaMapQuery, out: Picture) -> None:
        resources = terminal.resources()
        question = Question(f"map {name}", {"dataset": dataset}, query)
        write_map(resources, question, make(resources, query, dataset=dataset), out)

    app.command(name, help=_help(model))(command)


def _help(model: type[AreaMapQuery]) -> str:
    """What a map shows, in the words of its query."""
    words = (model.__doc__ or "").removeprefix("Query of ").removesuffix(" for paper.")
    return f"{words[:1].upper()}{words[1:]}."


_add_areas(HotspotMapQuery, hotspot_map, "hotspots")
_add_areas(EmergingMapQuery, emerging_map, "emerging")
_add_areas(ChangeMapQuery, change_map, "change")
_add_places(ClusterMapQuery, cluster_map, "clusters")
_add_places(PatrolMapQuery, patrol_map, "patrols")
_add_places(ForecastMapQuery, forecast_map, "forecast")
_add_places(PrioritiesMapQuery, priorities_map, "priorities")


def write_map(resources: Resources, question: Question, answer: MapAnswer, out: Path) -> None:
    """Write a map in the format of the file's suffix."""
    suffix = out.suffix.lower().removeprefix(".")
    if suffix not in MAP_FORMATS:
        terminal.fail(f"--out must end in .{', .'.join(MAP_FORMATS)}, got {out.name!r}")
    render = MAP_FORMATS[suffix].render
    terminal.write(terminal.body_of(resources, question, answer.compute, render), out)
