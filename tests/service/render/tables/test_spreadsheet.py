"""Spreadsheets, read back by other software than wrote them."""

import dataclasses
import io

import numpy as np
import openpyxl
import pytest

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import release
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.queries.areas import ChoroplethQuery
from service.render.tables import spreadsheet
from tests.service import world

HEADING_ROW = 8  # below title, period, notes, instructions, legend, source and scope


@pytest.fixture(scope="module")
def table(county) -> Table:
    query = ChoroplethQuery(measure="rate", denominator="residents")
    return open_resources(Settings(data_dir=county)).choropleths.table(
        world.DATASET, world.CELLS, query
    )


def book_of(*tables: Table) -> openpyxl.Workbook:
    released = [release(table, Question("tables"), OWNERS) for table in tables]
    return openpyxl.load_workbook(io.BytesIO(spreadsheet.workbook(released)))


def texts(sheet) -> list[str]:
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]


def body(sheet) -> tuple[list[str], list[tuple]]:
    """The headings without the marks of notes, and the rows."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(k for k, row in enumerate(rows) if str(row[0]).startswith(("Code", "Code\n")))
    return [str(cell).partition("\n")[0] for cell in rows[start]], rows[start + 1 :]


def test_a_workbook_has_cover_contents_notes_and_a_sheet_for_each_table(table):
    book = book_of(table, table)
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Table 1", "Table 2"]
    contents = texts(book["Contents"])
    assert {"Table 1", "Table 2"} <= set(contents)


def test_the_rows_are_those_of_the_table_with_units_in_the_headings(table):
    headings, rows = body(book_of(table)["Table 1"])
    unit = table.provenance.method["unit"]
    assert {"Code", "Name", "Count", f"Value ({unit})"} <= set(headings)
    value = headings.index(f"Value ({unit})")
    assert len(rows) == len(table)
    for row, code, count, expected in zip(
        rows, *(table.columns[name].tolist() for name in ("code", "count", "value")), strict=True
    ):
        assert (row[0], row[headings.index("Count")]) == (code, count)
        if np.isnan(expected):
            assert row[value] == "[x]"
        else:
            assert row[value] == pytest.approx(expected, rel=5.1e-6)


def test_each_sheet_says_its_period_source_licence_and_marks(table):
    book = book_of(table)
    source = table.provenance.sources["dataset"]
    sheet, cover, notes = (" ".join(texts(book[name])) for name in ("Table 1", "Cover", "Notes"))
    assert "Period: 2" in sheet
    assert source["source"] in sheet
    assert source["licence"] in sheet
    assert "[x] = not available" in sheet
    assert source["licence"] in cover
    assert "Digest of the rows: " in cover
    assert "Incidents in the area." in notes
    for note in table.provenance.notes:
        assert note in notes


def test_the_same_table_gives_the_same_bytes(table):
    released = release(table, Question("tables"), OWNERS)
    assert spreadsheet.table_xlsx(released) == spreadsheet.table_xlsx(released)


def test_text_stays_text(table):
    """Formulas, links, marks of notes, and text without a letter or digit of English."""
    names = ["=1+1", "[a](http://localhost)", "$$x$$", "…", "", None, "Łódź", "+1"]
    count = len(names)
    columns = {name: values[:count] for name, values in table.columns.items()}
    columns["name"] = np.array(names, dtype=object)
    few = dataclasses.replace(table, columns=columns, geometries=None)
    headings, rows = body(book_of(few)["Table 1"])
    sheet = [row[headings.index("Name")] for row in rows]
    expected = [
        "=1+1",
        "[a] (http://localhost)",
        "$ $x$ $",
        "… (text)",
        "[x]",
        "[x]",
        "Łódź",
        "+1",
    ]
    assert sheet == expected
    cells = book_of(few)["Table 1"]["B"]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}


def test_a_table_without_rows_says_so(table):
    columns = {name: values[:0] for name, values in table.columns.items()}
    empty = dataclasses.replace(table, columns=columns, geometries=None)
    _, rows = body(book_of(empty)["Table 1"])
    assert rows[0][0] == "no rows"


def test_a_table_that_is_too_long_is_refused_with_advice(table):
    reps = spreadsheet.MAX_ROWS // len(table) + 1
    columns = {name: np.tile(values, reps) for name, values in table.columns.items()}
    long = dataclasses.replace(table, columns=columns, geometries=None)
    with pytest.raises(TooMuchWorkError, match=r"csv"):
        book_of(long)
