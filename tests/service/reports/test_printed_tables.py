"""Tables as a report prints them: every cell is the number of the table."""

import numpy as np
import pytest

from service.model.answers import Provenance, Table
from service.model.rows import COUNT, NOTHING, Row, column
from service.reports.printed_tables import LEGEND, NOT_AVAILABLE, cell_text, printed_table
from service.reports.template import Request
from service.reports.values import LackingError


class CellRow(Row):
    """A cell of a cross-table."""

    row: str = column("Key.", NOTHING)
    row_name: str = column("Name.", NOTHING)
    column_: str = column("Key.", NOTHING)
    column_name: str = column("Name.", NOTHING)
    count: int | None = column("Incidents.", COUNT)
    part: bool = column("Whether a part.", NOTHING)


def cells(rows, columns, counts, parts=()):
    """A table of every row with every column."""
    keys = [(row, name) for row in rows for name in columns]
    return Table(
        kind="crosstab",
        row=CellRow,
        columns={
            "row": np.array([row for row, _ in keys], dtype=object),
            "row_name": np.array([f"The {row}" for row, _ in keys], dtype=object),
            "column": np.array([name for _, name in keys], dtype=object),
            "column_name": np.array([name for _, name in keys], dtype=object),
            "count": np.array(counts, dtype=object),
            "part": np.array([name in parts for _, name in keys], dtype=bool),
        },
        provenance=Provenance({}, {}, {}, {}, synthetic=False, software="test"),
    )


def printed(table, **options):
    request = Request(
        **{
            "ask": "/v1/tables/x/crosstab",
            "show": ["table"],
            "caption": "c",
            "columns": {"name": "Area"},
            "cells": "count",
            **options,
        }
    )
    return printed_table(table, request, number=1, caption="c", address="/v1")


def test_a_cross_table_has_a_row_for_each_row_and_marks_parts():
    table = printed(cells("ab", ("2023", "2024"), [1, 2_000, 0, None], parts=("2024",)))
    assert [column.label for column in table.columns] == ["Area", "2023", "2024 (part)"]
    assert table.rows == (("The a", "1", "2,000"), ("The b", "0", NOT_AVAILABLE))
    assert table.notes == (LEGEND,)


def test_a_list_has_the_columns_that_are_asked_for_and_says_what_it_leaves_out():
    table = printed(
        cells("abc", ("2024",), [3, 2, 1]),
        cells="",
        columns={"row_name": "Area", "count": "N"},
        rows=2,
    )
    assert table.rows == (("The a", "3"), ("The b", "2"))
    assert [column.is_header for column in table.columns] == [True, False]
    assert table.notes == ("The first 2 of 3 rows; the spreadsheet has all of them.",)


def test_rows_that_are_left_out_are_counted_in_a_note():
    table = printed(
        cells("abc", ("2024",), [3, 2, 1]),
        cells="",
        columns={"row_name": "Area"},
        leave_out={"row": ["b", "c"]},
    )
    assert table.rows == (("The a",),)
    assert table.notes == ("2 more of row b, c: only in the spreadsheet.",)


def test_a_column_that_no_such_table_has_is_said_with_those_there_are():
    with pytest.raises(LackingError, match="no column rate; it has row, row_name"):
        printed(cells("a", ("2024",), [1]), cells="", columns={"rate": "Rate"})


def test_a_table_without_rows_is_not_printed():
    with pytest.raises(LackingError, match="no rows"):
        printed(cells("", (), []))


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (None, "", NOT_AVAILABLE),
        (float("nan"), "", NOT_AVAILABLE),
        (float("inf"), "", NOT_AVAILABLE),
        (0, "", "0"),
        (True, "", "yes"),
        (1_234_567, "", "1,234,567"),
        (-1_234.56, "", "-1,235"),
        (12.34, "", "12.3"),
        (0.456, "", "0.46"),
        (0.0123, "", "0.012"),
        (3.0, "", "3"),
        (0.0004, "p_value", "<0.001"),
        (0.05, "q_value", "0.050"),
        (["a", "b"], "", "a, b"),
        ('<&"$', "", '<&"$'),
    ],
)
def test_a_cell_is_its_value_with_as_many_digits_as_a_reader_can_use(value, name, text):
    assert cell_text(value, name=name) == text
