"""What stands above and below a chart: measure, place, period, and who the data are from."""

import re
from collections.abc import Mapping
from typing import Any, Final

from service.coverage.calendar import MONTHS
from service.model.answers import Table
from service.render import attribution
from service.render.documents import digest, provenance_dict, table_rows
from service.sentences.findings.subjects import place_of

SYNTHETIC: Final = "Synthetic data: invented, about no real people"
_MINUS: Final = re.compile(r"(?<![\w/.:-])-(?=\d)")
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})(?:-(\d{2}))?\b")


def provenance_of(table: Table) -> dict[str, Any]:
    """The provenance of a table with a digest of its rows, as its JSON has it."""
    return provenance_dict(table.provenance, units=table.units(), **digest(table_rows(table)))


def subtitle_of(table: Table, measure: str) -> str:
    """Measure, what is counted, place and period of a table, in one line.

    Parameters
    ----------
    table : Table
        After its release.
    measure : str
        What the chart shows, with its unit.
    """
    provenance = provenance_dict(table.provenance)
    parts = (measure, _subject(provenance), _place(table), period_of(provenance))
    return ", ".join(part for part in parts if part)


def credit_of(table: Table, provenance: Mapping[str, Any]) -> str:
    """Source, licence, program and digest, and that the data are synthetic where they are."""
    source, licence = attribution.sources(provenance), attribution.licences(provenance)
    parts = (
        f"Source: {source}" if source else "",
        f"Licence: {licence}" if licence else "",
        SYNTHETIC if table.provenance.synthetic else "",
        f"{table.provenance.software}, rows {str(provenance['rows_sha256'])[:12]}",
    )
    return ". ".join(part for part in parts if part) + "."


def period_of(provenance: Mapping[str, Any]) -> str:
    """The period of an answer in words: ``January 2019 to March 2020``."""
    return in_words(attribution.period(provenance))


def in_words(text: str) -> str:
    """A text with its ISO months and days as people write them, and minus signs that are such."""

    def date(found: re.Match[str]) -> str:
        year, month, day = found.groups()
        if not 1 <= int(month) <= len(MONTHS):
            return found[0]
        name = f"{MONTHS[int(month) - 1]} {year}"
        return f"{int(day)} {name}" if day else name

    return _MINUS.sub("\u2212", _ISO.sub(date, text))


def _subject(provenance: Mapping[str, Any]) -> str:
    """The categories that are counted, or the title of the dataset."""
    selection = provenance.get("filter") or {}
    categories = [
        str(value)
        for name in ("categories", "subcategories")
        for value in selection.get(name) or ()
    ]
    marks = [
        str(value)
        for values in (*(selection.get("attributes") or {}).values(), selection.get("markers"))
        for value in values or ()
    ]
    title = str((provenance.get("dataset") or {}).get("title") or "")
    subject = listed_briefly(categories) or title.removesuffix(" (synthetic)")
    return ", ".join(filter(None, (subject, listed_briefly(marks))))


def _place(table: Table) -> str:
    """The area that was asked for, by its name where the table has it."""
    name = place_of(table) or str(table.provenance.filter.get("within") or "")
    return name.removesuffix(" (synthetic)")


def listed_briefly(values: list[str], most: int = 3) -> str:
    """Some values with "and", the first few and how many more where there are many."""
    if len(values) > most + 1:
        values = [*values[:most], f"{len(values) - most} more"]
    return " and ".join(filter(None, (", ".join(values[:-1]), *values[-1:])))
