"""Stray quotes: the record is named, and what stands behind it is read."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.files.delimited import read_delimited
from service.imports.files.quotes import disarm_quotes

SWALLOWED = b"""Ref,Date,Notes
1,01/03/2024,fine
2,02/03/2024,"male shouting, left
3,03/03/2024,ok
4,04/03/2024,"knife seen"
5,05/03/2024,ok
"""


def test_a_stray_quote_costs_its_own_record_and_no_other():
    contents = read_delimited(SWALLOWED, name="notes.csv")
    assert contents.rows_read == 5
    assert contents.table.column("Ref").to_pylist() == ["1", "3", "4", "5"]
    assert contents.table.column("Notes").to_pylist() == ["fine", "ok", "knife seen", "ok"]
    (reject,) = contents.check.rejects
    assert (reject.row, reject.value) == (3, '2,02/03/2024,"male shouting, left')
    assert "opens a quote" in reject.reason


def test_a_quote_that_is_never_closed_costs_its_own_record_and_no_other():
    content = b'a,b\n1,x\n2,"y\n3,z\n4,w\n'
    contents = read_delimited(content, name="open.csv")
    assert contents.table.column("a").to_pylist() == ["1", "3", "4"]
    (reject,) = contents.check.rejects
    assert (reject.row, reject.reason) == (3, "opens a quote that is never closed")


def test_text_behind_a_closing_quote_is_named_by_row():
    contents = read_delimited(b'a,b\n1,"x"y\n2,"z"\n', name="behind.csv")
    assert contents.table.column("a").to_pylist() == ["2"]
    (reject,) = contents.check.rejects
    assert (reject.row, reject.value) == (2, '1,"x"y')
    assert reject.reason == "has text after a closing quote"


def test_line_breaks_inside_honest_quotes_stay_and_count_as_one_record():
    content = b'a,b,c\n1,"two\nlines",x\n2,"three\nlines, so\nthere",y\n3,"z"z,x\n'
    contents = read_delimited(content, name="lines.csv")
    assert contents.table.column("b").to_pylist() == ["two\nlines", "three\nlines, so\nthere"]
    assert [reject.row for reject in contents.check.rejects] == [4]


CELLS = st.text(st.characters(codec="ascii", exclude_characters="\r\x00"), max_size=8)


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_a_file_that_is_written_as_it_should_be_has_no_fault(rows):
    rows = [[cell.replace(",", ";") for cell in row] for row in rows]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    content = text.getvalue().encode()
    assert disarm_quotes(content, delimiter=",", fields=5) == (content, (), ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_other_delimiters_are_seen_too(delimiter):
    content = SWALLOWED.replace(b"shouting, left", b"shouting").replace(b",", delimiter.encode())
    contents = read_delimited(content, name="notes.csv")
    assert [reject.row for reject in contents.check.rejects] == [3]
    assert contents.table.num_rows == 4


def test_a_value_with_a_line_like_a_record_is_named_even_where_its_quotes_are_paired():
    contents = read_delimited(b'a,b,c\n1,x,"left\n2,y,ok\n3,z,right"\n4,w,ok\n', name="paired.csv")
    assert [reject.row for reject in contents.check.rejects] == [2]
    assert contents.table.column("a").to_pylist() == ["2", "3", "4"]


def test_quotes_missing_in_two_neighbours_are_noted_by_row():
    content = b'a,b,c\n0,x,y\n1,"male shouting,3\n2,female running",5\n3,z,7\n'
    contents = read_delimited(content, name="two.csv")
    assert contents.table.column("a").to_pylist() == ["0", "1", "3"]
    (note,) = contents.notes
    assert note.startswith("two.csv, row 3 has a value that begins on one line")
    honest = b'a,b,c\n1,"two\nlines",5\n2,"a, b\nc",6\n3,z,7\n'
    assert read_delimited(honest, name="honest.csv").notes == ()
