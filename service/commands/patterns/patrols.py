"""Commands that write places for patrols."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, write_table
from service.commands.options import Format, Out
from service.queries.patterns.patrols import CaptureQuery, PatrolForecastQuery, PatrolQuery


@with_query(PatrolQuery)
def patrols(dataset: Dataset, query: PatrolQuery, format_: Format = None, out: Out = None) -> None:
    """Equal hexagons ranked for patrols, with their persistence; --out list.gpx for a device."""
    resources = terminal.resources()
    question = Question("patrols", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.patrol_lists.table(dataset, query), format_, out
    )


@with_query(CaptureQuery)
def patrol_capture(
    dataset: Dataset, query: CaptureQuery, format_: Format = None, out: Out = None
) -> None:
    """How much of the incidents lists of several lengths hold, on how much of the ground."""
    resources = terminal.resources()
    question = Question("patrol-capture", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.patrol_capture.table(dataset, query), format_, out
    )


@with_query(PatrolForecastQuery)
def patrol_forecast(
    dataset: Dataset, query: PatrolForecastQuery, format_: Format = None, out: Out = None
) -> None:
    """How much lists caught of a period after them, against the last period's ranking alone."""
    resources = terminal.resources()
    question = Question("patrol-forecast", {"dataset": dataset}, query)
    write_table(
        resources, question, lambda: resources.patrol_forecasts.table(dataset, query), format_, out
    )
