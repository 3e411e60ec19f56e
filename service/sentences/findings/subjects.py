"""What a table is about: the incidents, the place and the period, in a few letters."""

import re
from collections.abc import Mapping
from typing import Any, Final

from service.model.answers import Table
from service.sentences.numbers import capital, listed

LONGEST_TITLE: Final = 90
_MOST_CATEGORIES: Final = 2


def titled(table: Table, finding: str) -> str:
    """A finding as a title: with what and where it is of, as far as there is room.

    Parameters
    ----------
    table : Table
        Whose finding it is.
    finding : str
        Without a full stop.

    Returns
    -------
    str
        At most `LONGEST_TITLE` letters, unless the finding alone is longer.
    """
    subject, place = subject_of(table), place_of(table)
    if place and finding.startswith(f"{place}: "):
        place = ""
    both = f"{subject}, {place}" if subject and place else ""
    first = finding.partition("; ")[0]
    for name, text in (
        (both, finding), (subject, finding), (both, first), (subject, first), (place, finding),
    ):  # fmt: skip
        if name and len(name) + 2 + len(text) <= LONGEST_TITLE:
            return capital(f"{name}: {text}")
    return capital(finding if len(finding) <= LONGEST_TITLE else first)


def subject_of(table: Table) -> str:
    """What is counted: its categories or markers, or the title of the dataset; else empty."""
    selected = table.provenance.filter
    for name in ("subcategories", "categories"):
        values: list[str] = selected.get(name) or []
        if 0 < len(values) <= _MOST_CATEGORIES:
            return capital(listed([values[0], *(value.lower() for value in values[1:])]))
    dataset = table.provenance.sources.get("dataset")
    title = dataset.get("title") or dataset.get("id") if isinstance(dataset, Mapping) else ""
    title = re.sub(r"\s*\(synthetic\)\s*$", "", str(title or ""))
    markers: list[str] = selected.get("markers") or []
    return f"{title}, {listed(list(markers))}" if markers and title else title


def place_of(table: Table) -> str:
    """The place that is asked for, empty where it is everything."""
    within = table.provenance.sources.get("within")
    if isinstance(within, Mapping) and within.get("name"):
        return str(within["name"])
    area: Any = table.provenance.method.get("area")
    if isinstance(area, str) and ":" in area:
        return str(table.provenance.method.get("area_name") or "")
    return ""


def period_of(table: Table) -> str:
    """The part of the period that the data cover; empty where none is stated."""
    covered = table.provenance.filter.get("covered") or ()
    return listed([str(span) for span in covered])


def about(table: Table) -> str:
    """What, where and when, as the beginning of a description."""
    parts = (subject_of(table), place_of(table), period_of(table))
    return ", ".join(part for part in parts if part)
