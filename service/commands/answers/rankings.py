"""Commands that write ranked lists, comparisons and harm tables."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, Layer, write_table
from service.commands.options import Format, Out
from service.queries.tables.comparisons import ComparisonQuery
from service.queries.tables.harm import HarmTableQuery
from service.queries.tables.rankings import RankedQuery, SimilarAreasQuery


@with_query(RankedQuery)
def ranked(
    dataset: Dataset,
    layer: Layer,
    query: RankedQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Areas by count, share or rate, with the ranks that the data leave open."""
    resources = terminal.resources()
    question = Question("ranked", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources,
        question,
        lambda: resources.ranked_lists.table(dataset, layer, query),
        format_,
        out,
    )


@with_query(ComparisonQuery)
def comparison(
    dataset: Dataset, query: ComparisonQuery, format_: Format = None, out: Out = None
) -> None:
    """Incidents of two periods along an axis, and whether they differ by more than chance."""
    resources = terminal.resources()
    question = Question("comparison", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.comparisons.table(dataset, query), format_, out
    )


@with_query(HarmTableQuery)
def harm(dataset: Dataset, query: HarmTableQuery, format_: Format = None, out: Out = None) -> None:
    """Incidents and their harm by offence, or along one axis or two (--rows, --columns)."""
    resources = terminal.resources()
    question = Question("harm", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.harm_tables.table(dataset, query), format_, out
    )


@with_query(SimilarAreasQuery)
def similar(
    dataset: Dataset,
    layer: Layer,
    query: SimilarAreasQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Rates of the areas of a group: rank, mean, and whether an area is unlike the others."""
    resources = terminal.resources()
    question = Question("similar", {"dataset": dataset, "layer": layer}, query)
    analysis = resources.similar_areas
    write_table(resources, question, lambda: analysis.table(dataset, layer, query), format_, out)
