"""Commands that write the neighbours of areas, and their associations."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, Layer, write_table
from service.commands.options import Format, Out
from service.queries.patterns.associations import AssociationQuery
from service.queries.patterns.neighbours import NeighboursQuery


@with_query(NeighboursQuery)
def neighbours(
    layer: Layer, query: NeighboursQuery, format_: Format = None, out: Out = None
) -> None:
    """The neighbours of areas under a rule, a row for each area and neighbour."""
    resources = terminal.resources()
    question = Question("neighbours", {"layer": layer}, query)
    write_table(
        resources, question, lambda: resources.neighbour_tables.table(layer, query), format_, out
    )


@with_query(AssociationQuery)
def associations(
    dataset: Dataset,
    layer: Layer,
    query: AssociationQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Where areas are like their neighbours, or two values go together."""
    resources = terminal.resources()
    question = Question("associations", {"dataset": dataset, "layer": layer}, query)
    analysis = resources.associations
    write_table(resources, question, lambda: analysis.table(dataset, layer, query), format_, out)
