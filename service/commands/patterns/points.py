"""Commands for point patterns: their centres, and the functions of their distances."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, write_table
from service.commands.options import Format, Out
from service.queries.patterns.points import CentreQuery, PatternQuery


@with_query(CentreQuery)
def centres(dataset: Dataset, query: CentreQuery, format_: Format = None, out: Out = None) -> None:
    """Where incidents centre, how widely they lie, and how far their centre moves."""
    resources = terminal.resources()
    question = Question("centres", {"dataset": dataset}, query)
    write_table(resources, question, lambda: resources.centres.table(dataset, query), format_, out)


@with_query(PatternQuery)
def pattern(
    dataset: Dataset, query: PatternQuery, format_: Format = None, out: Out = None
) -> None:
    """Whether incidents lie nearer together than chance: K, L, F, G or the pair correlation."""
    resources = terminal.resources()
    question = Question("pattern", {"dataset": dataset}, query)
    write_table(
        resources,
        question,
        lambda: resources.pattern_functions.table(dataset, query),
        format_,
        out,
    )
