"""Commands for tables of measures of areas alone."""

import typer

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Layer, write_table
from service.commands.options import Format, Out
from service.queries.measures import DeprivationQuery

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


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
