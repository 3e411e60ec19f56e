"""Commands for growth: sites, and what is around them."""

from typing import Annotated

import typer

from service.access.admission import Question
from service.analyses.printed_maps.growth import site_map
from service.commands import terminal
from service.commands.answers.maps import Picture, write_map
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import write_table
from service.commands.options import Format, Out
from service.queries.forecasts import ForecastQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery, SitesQuery
from service.queries.result_maps import SiteMapQuery

app = typer.Typer(
    help="Planned homes and the incidents around them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Dataset = Annotated[str, typer.Argument(help="Dataset, as listed by `hotspots datasets`.")]


@app.command()
@with_query(SitesQuery)
def sites(query: SitesQuery, format_: Format = None, out: Out = None) -> None:
    """Development sites and the homes to come; their phases; or sums by district."""
    resources = terminal.resources()
    question = Question("growth sites", {}, query)
    write_table(resources, question, lambda: resources.site_tables.table(query), format_, out)


@app.command()
@with_query(OverlayQuery)
def overlay(
    dataset: Dataset, query: OverlayQuery, format_: Format = None, out: Out = None
) -> None:
    """Development sites, the homes to come, and what is around each today."""
    resources = terminal.resources()
    question = Question("growth overlay", {"dataset": dataset}, query)
    write_table(resources, question, lambda: resources.overlay.table(dataset, query), format_, out)


@app.command()
@with_query(ForecastQuery)
def forecast(
    dataset: Dataset, query: ForecastQuery, format_: Format = None, out: Out = None
) -> None:
    """Expected incidents per year as homes are built, each with its 90 % interval."""
    resources = terminal.resources()
    question = Question("growth forecast", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.forecasts.table(dataset, query), format_, out
    )


@app.command()
@with_query(PrioritiesQuery)
def priorities(
    dataset: Dataset, query: PrioritiesQuery, format_: Format = None, out: Out = None
) -> None:
    """Areas that are emerging, to be prevented or to be sustained, with the reasons."""
    resources = terminal.resources()
    question = Question("growth priorities", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.priorities.table(dataset, query), format_, out
    )


@app.command("map")
@with_query(SiteMapQuery, without=("by", "crs"))
def map_(dataset: Dataset, query: SiteMapQuery, out: Picture) -> None:
    """A map for paper: sites by size and completion over hot spots, density or priorities."""
    resources = terminal.resources()
    question = Question("growth map", {"dataset": dataset}, query)
    write_map(resources, question, site_map(resources, query, dataset=dataset), out)
