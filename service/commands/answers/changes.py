"""Commands for what became of hotspots: displaced, as before, or moved from class to class."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, Layer, write_table
from service.commands.options import Format, Out
from service.queries.over_time import DisplacementQuery


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
