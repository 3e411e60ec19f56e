"""Commands for what became of hotspots: displaced, as before, or moved from class to class."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, Layer, write_table
from service.commands.options import Format, Out
from service.queries.over_time import DisplacementQuery, SimilarityQuery, TransitionsQuery


@with_query(DisplacementQuery)
def displacement(
    dataset: Dataset,
    layer: Layer,
    query: DisplacementQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Displacement difference of an intervention, month by month and cumulative."""
    resources = terminal.resources()
    question = Question("displacement", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources,
        question,
        lambda: resources.displacement_months.table(dataset, layer, query),
        format_,
        out,
    )


@with_query(SimilarityQuery)
def similarity(
    dataset: Dataset,
    layer: Layer,
    query: SimilarityQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """Whether incidents lie where they lay before: shares by area, and the index S."""
    resources = terminal.resources()
    question = Question("similarity", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources,
        question,
        lambda: resources.similarity.table(dataset, layer, query),
        format_,
        out,
    )


@with_query(TransitionsQuery)
def transitions(
    dataset: Dataset,
    layer: Layer,
    query: TransitionsQuery,
    format_: Format = None,
    out: Out = None,
) -> None:
    """How likely hot stays hot: moves between classes from step to step."""
    resources = terminal.resources()
    question = Question("transitions", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources,
        question,
        lambda: resources.class_transitions.table(dataset, layer, query),
        format_,
        out,
    )
