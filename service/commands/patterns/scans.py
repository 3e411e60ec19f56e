"""Commands of scan statistics."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, Layer, write_table
from service.commands.options import Format, Out
from service.queries.patterns.scans import ScanAreasQuery, ScanQuery


@with_query(ScanQuery)
def scan(
    dataset: Dataset, layer: Layer, query: ScanQuery, format_: Format = None, out: Out = None
) -> None:
    """Clusters in space, or in space and time, by Kulldorff's scan statistic."""
    resources = terminal.resources()
    question = Question("scan", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources, question, lambda: resources.scans.table(dataset, layer, query), format_, out
    )


@with_query(ScanAreasQuery)
def scan_areas(
    dataset: Dataset, layer: Layer, query: ScanAreasQuery, format_: Format = None, out: Out = None
) -> None:
    """The areas of a layer by the clusters of a scan that they are in."""
    resources = terminal.resources()
    question = Question("scan-areas", {"dataset": dataset, "layer": layer}, query)
    write_table(
        resources, question, lambda: resources.scans.areas(dataset, layer, query), format_, out
    )
