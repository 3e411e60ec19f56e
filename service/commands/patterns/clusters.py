"""The command for clusters of incidents."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, write_table
from service.commands.options import Format, Out
from service.queries.patterns.clusters import ClustersQuery


@with_query(ClustersQuery)
def clusters(
    dataset: Dataset, query: ClustersQuery, format_: Format = None, out: Out = None
) -> None:
    """Clusters of incidents with their hulls, and whether they are more than chance."""
    resources = terminal.resources()
    question = Question("clusters", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.clusters.table(dataset, query), format_, out
    )
