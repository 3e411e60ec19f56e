"""Commands that write what is loaded: the table of sources, and data quality by month."""

from typing import Annotated

import typer

from service.access.admission import Question
from service.analyses.catalogue.areas import named_areas
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import write_table
from service.commands.options import Format, Out
from service.model.queries import NoQuery
from service.queries.catalogue import MonthQualityQuery


@with_query(NoQuery)
def sources(query: NoQuery, format_: Format = None, out: Out = None) -> None:
    """The table of data sources: everything loaded, with licence and limits in words."""
    resources = terminal.resources()
    question = Question("sources", query=query)
    write_table(resources, question, resources.sources.table, format_, out)


@with_query(NoQuery)
def areas(
    layer: Annotated[str, typer.Argument(help="Id of a boundary layer.")],
    query: NoQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """The areas of a layer: what each is called, and the larger area that it lies in."""
    resources = terminal.resources()
    question = Question("areas", {"layer": layer}, query)
    write_table(resources, question, lambda: named_areas(resources.layers, layer), format_, out)


@with_query(MonthQualityQuery)
def quality(query: MonthQualityQuery, format_: Format = None, out: Out = None) -> None:
    """What is covered, located, missing and rejected, by dataset and month."""
    resources = terminal.resources()
    question = Question("quality", query=query)
    write_table(resources, question, lambda: resources.monthly_quality.table(query), format_, out)
