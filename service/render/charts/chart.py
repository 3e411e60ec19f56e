"""A chart of a table: its words, and its specification in Vega-Lite."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from service.model.answers import Table
from service.model.rows import ColumnValues
from service.render.charts.captions import (
    SYNTHETIC,
    credit_of,
    in_words,
    provenance_of,
    subtitle_of,
)
from service.render.charts.lettering import wrapped
from service.render.charts.theme import (
    LABEL_SIZE,
    QUIET_INK,
    altair,
    config_of,
    sheet,
)
from service.render.xml_text import xml_text
from service.sentences.findings.finding import finding_of

# Views in views, which a specification cannot be fitted into a width of.
_COMPOSED: Final = frozenset({"facet", "hconcat", "vconcat", "concat", "repeat"})
_LINE: Final = 1.25  # of a line of letters, in their size
LONGEST_DESCRIPTION: Final = 1_500  # letters; the table holds the rest


@dataclass(frozen=True)
class Chart:
    """What a chart shows.

    Attributes
    ----------
    title : str
        The finding.
    subtitle : str
        Measure, place, period and unit.
    description : str
        Alternative text, with the numbers.
    notes : tuple of str
        What is not shown, and how marks are to be read; under the chart.
    credit : str
        Source, licence, synthetic mark and digest; the last line.
    specification : mapping
        Vega-Lite, with title, description, credit and data.
    provenance : mapping
        Of the table, with the digest of its rows.
    """

    title: str
    subtitle: str
    description: str
    notes: tuple[str, ...]
    credit: str
    specification: Mapping[str, Any] = field(repr=False)
    provenance: Mapping[str, Any] = field(repr=False)


def chart_of(
    table: Table,
    view: Any,
    *,
    measure: str,
    shown: str,
    notes: Sequence[str] = (),
    width: int | None = None,
) -> Chart:
    """A chart with its title, subtitle, alternative text, notes and credit.

    Parameters
    ----------
    table : Table
        What it is of, after its release.
    view : altair chart or mapping
        The marks, without titles. A single or layered view without a width gets it from here, and
        its height too where it has none; one of several views has them in its parts.
    measure : str
        What the axis of values shows, with its unit.
    shown : str
        What is drawn, with its numbers, for those who do not see it.
    notes : sequence of str
        Sentences under the chart; that values are suppressed or missing belongs here.
    width : int or None
        Of everything but the padding; None: that of the sheet.
    """
    on = sheet()
    width = width or on.width
    finding = finding_of(table)
    title = in_words(finding.headline)
    subtitle = subtitle_of(table, measure)
    provenance = provenance_of(table)
    credit = credit_of(table, provenance)
    text = " ".join(
        dict.fromkeys((_sentence(title), _sentence(subtitle), shown, *finding.sentences))
    )
    mark = f" {SYNTHETIC}." if table.provenance.synthetic else ""
    description = in_words(_shortened(" ".join((text, *notes)).replace("\n", " "))) + mark
    body = dict(view if isinstance(view, Mapping) else view.to_dict(validate=False))
    body.pop("config", None)
    titles = wrapped(title, width - on.padding, on.title, is_bold=True) or [""]
    subtitles = wrapped(subtitle, width, on.subtitle)
    if table.provenance.synthetic:
        subtitles.append(SYNTHETIC)
    sizes: dict[str, Any] = {}
    if not (_COMPOSED | {"width"}) & body.keys():
        # What is fitted includes the lines above: they take nothing of the height asked for.
        above = _LINE * (len(titles) * on.title + len(subtitles) * on.subtitle)
        height = body.get("height", on.height) + math.ceil(above)
        autosize = {"type": "fit", "contains": "padding"}
        sizes = {"width": width, "height": height, "autosize": autosize}
    specification = {
        **body,
        **sizes,
        "title": {"text": titles, "subtitle": subtitles},
        "description": description,
        "config": {**config_of(on), "locale": {"number": _NUMBERS}},
        "usermeta": {"notes": list(notes), "credit": credit, "provenance": provenance},
    }
    parts = (title, subtitle, description, tuple(notes), credit, specification, provenance)
    return Chart(*map(printable, parts))


_NUMBERS: Final = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["£", ""]}


def message(table: Table, text: str, *, measure: str = "", notes: Sequence[str] = ()) -> Chart:
    """A chart of nothing, which says why there is nothing to draw."""
    alt = altair()

    lines = wrapped(text, sheet().width - 4 * sheet().padding, LABEL_SIZE + 2)
    view = (
        alt.Chart(alt.Data(values=[{}]))
        .mark_text(text=lines, fontSize=LABEL_SIZE + 2, color=QUIET_INK, align="center")
        .properties(height=120)
    )
    return chart_of(table, view, measure=measure, shown=text, notes=notes)


def numbers_of(table: Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(n,) float64 a column of numbers, NaN where it is null."""
    return _floats(table.columns[name])


def missing_notes(table: Table, names: Sequence[str], of: str = "value") -> list[str]:
    """A sentence that says how many rows have no value in any of some columns, if there are any.

    Parameters
    ----------
    table : Table
        After its release.
    names : sequence of str
        Columns of numbers.
    of : str
        What a row is in words.
    """
    missing = int(sum(np.isnan(numbers_of(table, names[0])))) if names else 0
    for name in names[1:]:
        missing = max(missing, int(np.isnan(numbers_of(table, name)).sum()))
    if not missing:
        return []
    number = f"{missing:,} {of}{'' if missing == 1 else 's'}"
    verb = "is" if missing == 1 else "are"
    why = "suppressed or not known" if table.is_suppressed else "not known"
    return [f"{number} {verb} {why}, which is not zero, and {verb} not drawn."]


def printable(value: Any) -> Any:
    """A value, and all that it holds, without letters that no XML can hold.

    They are in names that were imported. The library that draws ends the process at one.
    """
    if isinstance(value, str):
        return xml_text(value, " ")
    if isinstance(value, Mapping):
        return {printable(name): printable(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(printable, value))
    return value


def plain_value(value: Any) -> Any:
    """A number or text for the data of a chart; null where it is not known."""
    if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _floats(values: ColumnValues) -> np.ndarray[Any, np.dtype[np.float64]]:
    if values.dtype.kind == "O":
        return np.array([np.nan if v is None else float(v) for v in values.tolist()], np.float64)
    return values.astype(np.float64)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) or not text else f"{text}."


def _shortened(text: str) -> str:
    """A description, cut at the end of a word where it is too long to be heard."""
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    return f"{text[:LONGEST_DESCRIPTION].rpartition(' ')[0]} ... (the table has the rest)."
