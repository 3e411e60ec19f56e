"""The finding of a table: a title that states it, its sentences, and its picture in words."""

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from service.model.answers import Table
from service.sentences.findings.choropleths import choropleth_headline
from service.sentences.findings.headlines import (
    association_headline,
    centre_headline,
    change_headline,
    cluster_headline,
    hotspot_headline,
    index_headline,
    near_headline,
    pattern_headline,
    repeat_headline,
)
from service.sentences.findings.pictures import picture_text
from service.sentences.findings.subjects import LONGEST_TITLE, about, place_of, titled
from service.sentences.findings.tables import HIDDEN, findings_of
from service.sentences.numbers import capital, counted
from service.sentences.selections import selection_sentences
from service.sentences.tables.breakdowns import breakdown_headline
from service.sentences.tables.comparisons import comparison_headline
from service.sentences.tables.control import control_headline, step_headline
from service.sentences.tables.crosstabs import crosstab_headline
from service.sentences.tables.harm import harm_headline
from service.sentences.tables.measures import deprivation_headline
from service.sentences.tables.rankings import ranked_headline, similar_headline
from service.sentences.tables.trends import trend_headline

HEADLINES: Final[Mapping[str, Callable[[Table], str]]] = {
    "hotspots": hotspot_headline,
    "associations": association_headline,
    "change": change_headline,
    "choropleth": choropleth_headline,
    "clusters": cluster_headline,
    "pattern-centre": centre_headline,
    "pattern-function": pattern_headline,
    "near-repeats": repeat_headline,
    "repeat-chains": repeat_headline,
    "bursts": repeat_headline,
    "near-by-set": near_headline,
    "near-by-place": near_headline,
    "index": index_headline,
    "deprivation": deprivation_headline,
    "trend": trend_headline,
    "crosstab": crosstab_headline,
    "breakdown": breakdown_headline,
    "comparison": comparison_headline,
    "ranked list": ranked_headline,
    "similar areas": similar_headline,
    "harm table": harm_headline,
    "process-control": control_headline,
    "step-changes": step_headline,
}
"""Titles by the kind of table; others have their first finding."""
_CUTS: Final = (": ", "; ", ", beyond", " (", ", ")


@dataclass(frozen=True)
class Finding:
    """What a table finds, in the words of a picture.

    Attributes
    ----------
    headline : str
        The finding as a title, without a full stop, of about 90 letters at most.
    findings : tuple of str
        The finding, its size, its certainty, and what cannot be said, in sentences.
    sentences : tuple of str
        These, and before them how many incidents were selected.
    alternative_text : str
        What a picture of the table shows, with its numbers.
    """

    headline: str
    findings: tuple[str, ...]
    sentences: tuple[str, ...]
    alternative_text: str


def finding_of(table: Table) -> Finding:
    """What a table finds.

    Parameters
    ----------
    table : Table
        After its release: nothing is said that its rows do not show.

    Returns
    -------
    Finding
        Of every kind of table, also of one without rows.
    """
    findings = findings_of(table)
    sentences = (*selection_sentences(table.provenance.counts, place_of(table)), *findings)
    stated = findings or sentences
    headline = HEADLINES.get(table.kind)
    if headline is not None and len(table) and stated != (HIDDEN,):
        title = shortened(headline(table))
    else:
        title = shortened(stated[0]) if stated else counted(len(table), "row")
    title = titled(table, title)
    parts = (about(table), title, *stated[1:], picture_text(table))
    text = " ".join(f"{capital(part.rstrip('.'))}." for part in parts if part)
    return Finding(title, findings, sentences, text)


def shortened(sentence: str) -> str:
    """A sentence as a title: without its full stop, cut where a thought ends.

    Parameters
    ----------
    sentence : str
        A finding.

    Returns
    -------
    str
        Of at most `LONGEST_TITLE` letters.
    """
    title = sentence.rstrip(".")
    for cut in _CUTS:
        if len(title) <= LONGEST_TITLE:
            break
        title = title.partition(cut)[0]
    return title if len(title) <= LONGEST_TITLE else textwrap.shorten(title, 89, placeholder="…")
