"""Tables as a spreadsheet made for people: cover, contents, notes, and a sheet for each table.

The layout is that of the analysis function's guidance on spreadsheets, written by its library,
`gptables`. It is loaded with the first spreadsheet: it brings pandas.
"""

import datetime
import io
import math
import re
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from service.access.release import Released, part_of
from service.model.answers import Table, TableSet
from service.model.errors import TooMuchWorkError
from service.render import attribution
from service.render.documents import digest, provenance_dict, table_rows
from service.render.tables.text import further_columns, headings, significant
from service.sentences.findings.tables import sentences_of

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS: Final = 50_000
LONG_TEXT: Final = 60  # characters beyond which the text of a column is wrapped
COVER_WIDTH: Final = 110
HEADING_HEIGHT: Final = 32  # points: a name, and the mark of its note below
NOT_AVAILABLE: Final = "[x]"
LEGEND: Final = f"{NOT_AVAILABLE} = not available: not recorded, not covered, or without a base."
# The clock must not change the bytes of an answer; a workbook has no time zone.
EPOCH: Final = datetime.datetime(2000, 1, 1)  # noqa: DTZ001
PLAIN_TEXT: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_LINK = re.compile(r"\](?=\()")  # what the library takes for a link
_WORD = re.compile("[0-9A-Za-z]")


def table_xlsx(released: Released[Table], *, crs: str | None = None) -> bytes:
    """A table as a workbook.

    Raises
    ------
    TooMuchWorkError
        If it has too many rows.
    """
    return workbook([released])


def set_xlsx(released: Released[TableSet]) -> bytes:
    """A set of tables as a workbook.

    Raises
    ------
    TooMuchWorkError
        If one has too many rows.
    """

    def table(number: int) -> Released[Table]:
        return part_of(released, lambda tables: tables.tables[number])

    numbers = range(len(released.answer.tables))
    return workbook([table(number) for number in numbers], released.answer.title)


def workbook(tables: Sequence[Released[Table]], title: str = "") -> bytes:
    """Some tables as a workbook with a cover, contents and notes.

    Text stays text: nothing of it runs as a formula. Numbers have six significant digits. A cell
    without a value says so with a mark that the sheet explains. The same tables give the same
    bytes.

    Parameters
    ----------
    tables : sequence of Released of Table
        In the order of their sheets, at least one.
    title : str
        On the cover; of one table its own by default.

    Raises
    ------
    TooMuchWorkError
        If a table has too many rows.
    """
    import pandas as pd

    gptables = _library()
    heading, software = title or _title(tables[0].answer), tables[0].answer.provenance.software
    notes: list[tuple[str, str]] = []
    sheets = {
        f"Table {number}": _sheet(released.answer, number, notes)
        for number, released in enumerate(tables, start=1)
    }
    content = io.BytesIO()
    book = gptables.produce_workbook(
        content,
        sheets,
        cover=_cover(tables, heading, software),
        notes_table=pd.DataFrame(notes, columns=["reference", "Note text"]),
        workbook_options=PLAIN_TEXT,
    )
    book.set_properties({"title": heading, "author": software, "created": EPOCH})
    for page in book.worksheets():
        page.set_landscape()
        page.fit_to_pages(1, 0)  # as wide as the paper, as long as it is
        sheet = sheets.get(page.get_name())
        if sheet is None:
            continue
        page.set_row(sheet.data_range[0], HEADING_HEIGHT)
        for part in sheet.additional_formatting:
            (number,) = part["column"]["columns"]
            page.set_column(number, number, LONG_TEXT)
    book.close()
    return content.getvalue()


def _library() -> Any:
    """The library; what it warns of are cells that its user must see to, which is done here."""
    import gptables

    warnings.filterwarnings("ignore", module=r"gptables\.")
    return gptables


def _title(table: Table) -> str:
    """What a table is of, by what method, and by what areas."""
    sources, method = table.provenance.sources, table.provenance.method
    titles = {
        name: str(source["title"])
        for name, source in sources.items()
        if isinstance(source, Mapping) and source.get("title")
    }
    axes = " by ".join(str(method[name]) for name in ("rows", "columns") if method.get(name))
    parts = (
        titles.get("dataset") or next(iter(titles.values()), ""),
        str(method.get("name") or table.kind),
        axes or titles.get("layer", ""),
    )
    return _plain(": ".join(part for part in parts if part))


def _cover(tables: Sequence[Released[Table]], title: str, software: str) -> Any:
    """What the tables say, and where they are from."""
    import gptables

    about: list[str] = []
    for number, released in enumerate(tables, start=1):
        table = released.answer
        rows = digest(table_rows(table))["rows_sha256"]
        columns = further_columns(table)
        about += [
            f"Table {number}: {_title(table)}",
            *(f"{name.capitalize().replace('_', ' ')}: {text}" for name, text in columns.items()),
            f"Digest of the rows: {rows}",
            *sentences_of(table),
        ]
    return gptables.Cover(
        title=_plain(title),
        intro=[f"Made by {software}. Each table stands on its own worksheet, with its period."],
        about=[line for text in about for line in textwrap.wrap(_plain(text), COVER_WIDTH)],
        width=COVER_WIDTH,
    )


def _sheet(table: Table, number: int, notes: list[tuple[str, str]]) -> Any:
    """The sheet of a table; its notes join those of the workbook."""
    import gptables
    import pandas as pd

    if len(table) > MAX_ROWS:
        raise TooMuchWorkError(
            "rows of a spreadsheet", len(table), MAX_ROWS, "take .csv or .parquet"
        )
    labels = _labels(table)
    units = table.units()
    columns: dict[str, list[Any]] = {
        labels[name]: [_cell(value, units.get(name)) for value in values.tolist()]
        for name, values in table.columns.items()
    }
    if not len(table):
        columns = {label: ["no rows" if k == 0 else "[z]"] for k, label in enumerate(columns)}
    references: list[str] = []
    for text in table.provenance.notes:
        references.append(f"table {number} note {len(references) + 1}")
        notes.append((references[-1], _plain(text)))
    marks = {}
    for name, label in labels.items():
        marks[label] = f"$$table {number} {name}$$"
        notes.append(
            (f"table {number} {name}", _plain(table.row.columns[name].meaning.description))
        )
    provenance = provenance_dict(table.provenance)
    period = attribution.period(provenance)
    marks_of_notes = " ".join(f"$${reference}$$" for reference in references)
    notes_line = f"Notes on this table: {marks_of_notes}" if references else ""
    wrapped = [
        {"column": {"columns": [number], "format": {"text_wrap": True}}}
        for number, cells in enumerate(columns.values())
        if any(isinstance(cell, str) and len(cell) > LONG_TEXT for cell in cells)
    ]
    return gptables.GPTable(
        pd.DataFrame(columns),
        table_name=f"table_{number}",
        title=f"Table {number}: {_title(table)}",
        subtitles=[text for text in (f"Period: {period}." if period else "", notes_line) if text],
        instructions="This worksheet contains one table. Notes stand on the worksheet Notes.",
        scope=_plain(_scope(provenance)),
        source=_plain(
            "; ".join(
                text
                for text in (attribution.sources(provenance), attribution.licences(provenance))
                if text
            )
        ),
        legend=[LEGEND],
        table_notes=marks,
        index_columns={2: 0},
        additional_formatting=wrapped,
    )


def _labels(table: Table) -> dict[str, str]:
    """The heading of each column as people read it; no two are alike."""
    labels: dict[str, str] = {}
    for name, heading in headings(table).items():
        text = _plain(heading.replace("_", " "))
        label = text[:1].upper() + text[1:]
        labels[name] = label if label not in labels.values() else f"{label} ({name})"
    return labels


def _scope(provenance: Mapping[str, Any]) -> str:
    """What was selected, in words."""
    selection = provenance.get("filter") or {}
    texts = [
        f"{name.replace('_', ' ')} {', '.join(map(str, np.atleast_1d(value)))}"
        for name, value in selection.items()
        if value and not isinstance(value, dict) and not name.endswith(("covered", "covered_days"))
    ]
    return f"Selected: {'; '.join(texts)}." if texts else "Selected: all."


def _cell(value: Any, unit: str | None) -> Any:
    """A value as a cell."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOT_AVAILABLE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return float(significant(value, unit))
    if isinstance(value, int):
        return value
    text = _plain(str(value)).strip()
    if not text:
        return NOT_AVAILABLE
    # The library refuses text without a letter or digit of English.
    return text if _WORD.search(text) else f"{text} (text)"


def _plain(text: str) -> str:
    """Text in which the library sees neither a link nor the mark of a note."""
    return _LINK.sub("] ", text).replace("$$", "$ $")
