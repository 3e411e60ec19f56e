"""The finding of a table: a title that states it, its sentences, and its picture in words."""

import textwrap
from dataclasses import dataclass
from typing import Final

from service.model.answers import Table
from service.sentences.findings.pictures import picture_text
from service.sentences.findings.subjects import LONGEST_TITLE, about, titled
from service.sentences.findings.tables import findings_of, sentences_of
from service.sentences.numbers import capital

NOTHING: Final = "nothing to show"
_CUTS: Final = (": ", "; ", ", beyond", " (", ", ")


@dataclass(frozen=True)
class Finding:
    """What a table finds, in the words of a picture.

    Attributes
    ----------
    headline : str
        The finding as a title, without a full stop, of about 90 letters at most.
    sentences : tuple of str
        The finding, its size, its certainty, and what cannot be said.
    alternative_text : str
        What a picture of the table shows, with its numbers.
    """

    headline: str
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
    sentences = sentences_of(table)
    findings = findings_of(table) or sentences
    headline = titled(table, shortened(findings[0]) if findings else NOTHING)
    parts = (about(table), headline, *findings[1:], picture_text(table))
    text = " ".join(f"{capital(part.rstrip('.'))}." for part in parts if part)
    return Finding(headline, sentences, text)


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
