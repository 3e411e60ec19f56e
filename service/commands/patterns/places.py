"""Command for what is near places."""

from typing import Annotated

import typer

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, write_table
from service.commands.options import Format, Out
from service.queries.patterns.places import NearQuery


@with_query(NearQuery)
def near(
    dataset: Dataset,
    places: Annotated[str, typer.Argument(help="Set of places, as listed by `hotspots sources`.")],
    query: NearQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """How many incidents are near places such as premises, and whether more than expected."""
    resources = terminal.resources()
    question = Question("near", {"dataset": dataset, "places": places}, query)
    write_table(
        resources,
        question,
        lambda: resources.near_places.table(dataset, places, query),
        format_,
        out,
    )
