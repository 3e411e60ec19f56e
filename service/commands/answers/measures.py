"""Commands for tables of measures of areas alone."""

import typer

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Layer, write_table
from service.commands.options import Format, Out
from service.queries.tables.measures import (
    DeprivationQuery,
    IndexQuery,
    MeasuresQuery,
    MeasureTrendQuery,
)
from service.queries.tables.rankings import SimilarMeasuresQuery

app = typer.Typer(
    help="Tables of measures of areas, no incidents.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
@with_query(DeprivationQuery)
def deprivation(
    layer: Layer, query: DeprivationQuery, format_: Format = None, out: Out = None
) -> None:
    """Areas by domain, most deprived first; areas per decile; moves; or by larger area."""
    resources = terminal.resources()
    question = Question("measures deprivation", {"layer": layer}, query)
    write_table(
        resources, question, lambda: resources.deprivation.table(layer, query), format_, out
    )


@app.command()
@with_query(MeasuresQuery)
def table(layer: Layer, query: MeasuresQuery, format_: Format = None, out: Out = None) -> None:
    """Measures of areas side by side, by period, with shares of one in another."""
    resources = terminal.resources()
    question = Question("measures table", {"layer": layer}, query)
    write_table(
        resources, question, lambda: resources.measure_tables.table(layer, query), format_, out
    )


@app.command()
@with_query(MeasureTrendQuery)
def trend(layer: Layer, query: MeasureTrendQuery, format_: Format = None, out: Out = None) -> None:
    """A measure of areas over time, with the change since the first period."""
    resources = terminal.resources()
    question = Question("measures trend", {"layer": layer}, query)
    write_table(
        resources, question, lambda: resources.measure_trends.table(layer, query), format_, out
    )


@app.command()
@with_query(IndexQuery)
def index(layer: Layer, query: IndexQuery, format_: Format = None, out: Out = None) -> None:
    """The make-up of an area by classes as an index against a reference: 100 is equal."""
    resources = terminal.resources()
    question = Question("measures index", {"layer": layer}, query)
    write_table(resources, question, lambda: resources.indices.table(layer, query), format_, out)


@app.command()
@with_query(SimilarMeasuresQuery)
def similar(
    layer: Layer, query: SimilarMeasuresQuery, format_: Format = None, out: Out = None
) -> None:
    """A measure of the areas of a group: rank, mean, and whether an area is unlike the others."""
    resources = terminal.resources()
    question = Question("measures similar", {"layer": layer}, query)
    write_table(
        resources, question, lambda: resources.similar_measures.table(layer, query), format_, out
    )
