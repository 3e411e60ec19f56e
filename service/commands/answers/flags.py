"""Command ``hotspots flags``: areas by rules of risk flags."""

from typing import Annotated

import typer

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import write_table
from service.commands.options import Format, Out
from service.queries.flags.query import FlagsQuery


@with_query(FlagsQuery)
def flags(
    rules: Annotated[str, typer.Argument(help="Rules, as listed by `hotspots flag-rules`.")],
    query: FlagsQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Areas by rules: flags with their probabilities, totals and risk; or an index."""
    resources = terminal.resources()
    question = Question("flags", {"rules": rules}, query)
    write_table(resources, question, lambda: resources.flags.table(rules, query), format_, out)
