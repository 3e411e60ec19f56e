"""Commands that write the tables of repeats."""

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, write_table
from service.commands.options import Format, Out
from service.queries.patterns.repeats import (
    BurstsQuery,
    KnoxQuery,
    NearRepeatsQuery,
    RepeatChainsQuery,
    RepeatZonesQuery,
)


@with_query(KnoxQuery)
def knox(dataset: Dataset, query: KnoxQuery, format_: Format = None, out: Out = None) -> None:
    """Pairs of incidents by distance and days between them, against chance (Knox's test)."""
    resources = terminal.resources()
    question, analysis = Question("knox", {"dataset": dataset}, query), resources.repeats.knox
    write_table(resources, question, lambda: analysis.table(dataset, query), format_, out)


@with_query(NearRepeatsQuery)
def near_repeats(
    dataset: Dataset, query: NearRepeatsQuery, format_: Format = None, out: Out = None
) -> None:
    """Incidents that follow another nearby, that are followed, or neither, against chance."""
    resources = terminal.resources()
    question = Question("near-repeats", {"dataset": dataset}, query)
    analysis = resources.repeats.near_repeats
    write_table(resources, question, lambda: analysis.table(dataset, query), format_, out)


@with_query(RepeatChainsQuery)
def repeat_chains(
    dataset: Dataset, query: RepeatChainsQuery, format_: Format = None, out: Out = None
) -> None:
    """Chains of incidents that follow one another nearby, the longest first."""
    resources = terminal.resources()
    question = Question("repeat-chains", {"dataset": dataset}, query)
    analysis = resources.repeats.chains
    write_table(resources, question, lambda: analysis.table(dataset, query), format_, out)


@with_query(RepeatZonesQuery)
def repeat_zones(
    dataset: Dataset, query: RepeatZonesQuery, format_: Format = None, out: Out = None
) -> None:
    """Circles around recent incidents in which more are to be expected on a day."""
    resources = terminal.resources()
    question = Question("repeat-zones", {"dataset": dataset}, query)
    analysis = resources.repeats.zones
    write_table(resources, question, lambda: analysis.table(dataset, query), format_, out)


@with_query(BurstsQuery)
def bursts(dataset: Dataset, query: BurstsQuery, format_: Format = None, out: Out = None) -> None:
    """The largest number of incidents within some days, and whether that is a lot."""
    resources = terminal.resources()
    question, analysis = Question("bursts", {"dataset": dataset}, query), resources.repeats.bursts
    write_table(resources, question, lambda: analysis.table(dataset, query), format_, out)
