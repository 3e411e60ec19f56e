"""DelimitedFile text: whatever it is written like, the same rows with the same numbers."""

import codecs
import csv
import io

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.imports.files.delimited import DelimitedFile, read_delimited
from service.store.errors import ImportRefusedError

PLAIN = 'a,b\n1,x\n2,"y, z"\n'
EXPECTED = {"a": ["1", "2"], "b": ["x", "y, z"]}


def _read(text: str | bytes, **options: object) -> DelimitedFile:
    content = text if isinstance(text, bytes) else text.encode()
    return read_delimited(content, name="f.csv", **options)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.rstrip("\n").encode(),
        PLAIN.replace(",", ";").replace("y; z", "y, z").encode(),
        PLAIN.replace(",", "\t").replace("y\t z", "y, z").encode(),
        b' a ,"b"\n 1, x \n2 ,"y, z "\n',
        b'a,b\n\n1,x\n,\n \n2,"y, z"\n\n',
    ],
)
def test_the_same_rows_however_they_are_written(content):
    assert _read(content).table.to_pydict() == EXPECTED


def test_row_numbers_are_record_numbers():
    read = _read('a,b\n1,"two\nlines"\n\n2,x\n3,y,z\n4,z\n')
    assert read.table.column("a").to_pylist() == ["1", "2", "4"]
    assert read.check.row_numbers.tolist() == [2, 4, 6]
    (reject,) = read.check.rejects
    assert (reject.row, reject.value) == (5, "3,y,z")
    assert "3 fields, the header has 2" in reject.reason
    assert (read.rows_read, read.malformed, read.blank) == (4, 1, 1)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("a\nCafé\n", "utf-8"), ("a\nCafé – “ok” €\n", "cp1252"), ("a\nplain\n", "ascii")],
)
def test_utf8_is_read_strictly_and_anything_else_as_windows_1252(text, encoding):
    read = _read(text.encode(encoding))
    assert read.table.column("a").to_pylist() == [text.splitlines()[1]]
    assert read.encoding == ("Windows-1252" if encoding == "cp1252" else "UTF-8")
    assert bool(read.notes) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"PK\x03\x04\x00\x00", "is not text"),
        (b"a,b\n\x81,1\n", "neither UTF-8 nor Windows-1252: byte 0x81 in line 2"),
        (b"\n1,2\n", "no header"),
        (b",,\n1,2,3\n", "no header"),
    ],
)
def test_what_is_no_table_is_refused(content, reason):
    with pytest.raises(ImportRefusedError, match=reason):
        _read(content)


@pytest.mark.parametrize("place", ["last", "first"])
def test_a_quote_that_is_never_closed_is_named(place):
    row = '"1,2' if place == "first" else '1,"2'
    read = _read(f"a,b\n0,0\n{row}\n3,4\n5,6\n")
    (reject,) = read.check.rejects
    assert (reject.row, reject.value, reject.reason) == (
        3,
        row,
        "opens a quote that is never closed",
    )
    assert read.table.column("a").to_pylist() == ["0", "3", "5"]


def test_a_quoted_last_value_with_line_breaks_is_no_open_quote():
    assert _read('a,b\n1,"x\ny"\n').table.column("b").to_pylist() == ["x\ny"]
    assert _read('a,b\n"x\ny",5"\n').table.column("b").to_pylist() == ['5"']


def test_records_that_a_stray_quote_swallowed_are_read():
    swallowed = "".join(f"{i},y\n" for i in range(30))
    read = _read(f'a,b\n1,"x\n{swallowed}2,"y"\n3,z\n')
    assert read.table.column("a").to_pylist() == [*map(str, range(30)), "2", "3"]
    assert [reject.row for reject in read.check.rejects] == [2]


def test_a_value_of_many_lines_is_noted():
    lines = "line\n" * 30
    read = _read(f'a,b\n1,"x\n{lines}"\n3,z\n')
    assert read.table.column("a").to_pylist() == ["1", "3"]
    (note,) = read.notes
    assert "row 2, column b" in note
    assert "a quote is missing" in note


def test_a_missing_column_names_the_nearest_and_all():
    with pytest.raises(ImportRefusedError, match=r"--x names column 'Longitud'.*'Longitude'.*Lat"):
        _read("Longitude,Lat\n1,2\n").column("Longitud", "--x")


def test_case_does_not_matter_where_it_is_unambiguous():
    assert _read("Lon,lat\n1,2\n").column("LON", "--x").to_pylist() == ["1"]
    with pytest.raises(ImportRefusedError):
        _read("Lon,LON\n1,2\n").column("lon", "--x")


def test_repeated_and_missing_names_are_made_distinct():
    read = _read("a,a,,b\n1,2,3,4\n")
    assert read.columns == ("a", "a 2", "column 3", "b")
    assert any("repeats" in note for note in read.notes)


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n"])
def test_a_delimiter_that_is_none_is_refused(delimiter):
    with pytest.raises(ImportRefusedError, match="one character"):
        _read("a,b\n1,2\n", delimiter=delimiter)


def test_bytes_read_are_told():
    told: list[int] = []
    text = "a,b\n" + "1,2\n" * 1_000
    _read(text, on_bytes=told.append)
    assert told
    assert max(told) == len(text)


_CELL = st.text(alphabet=st.sampled_from('ab ,;"\n\r\té€x'), max_size=6).map(
    lambda text: text.replace("\r\n", "\n").replace("\r", "\n")
)


@given(
    rows=st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(("\n", "\r\n")),
    bom=st.booleans(),
)
def test_what_the_standard_library_writes_is_read(rows, delimiter, line_end, bom):
    # A value that holds a line like a record is named instead: see test_quotes.
    lines_inside = [line for row in rows for cell in row for line in cell.splitlines()[1:]]
    assume(all(line.count(delimiter) < 2 for line in lines_inside))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(["first", "second", "third"])
    writer.writerows(rows)
    read = _read(stream.getvalue().encode("utf-8-sig" if bom else "utf-8"))
    kept = [
        (number, row) for number, row in enumerate(rows, start=2) if any(c.strip() for c in row)
    ]
    assert read.check.row_numbers.tolist() == [number for number, _ in kept]
    for place, name in enumerate(read.columns):
        expected = [row[place].strip() or None for _, row in kept]
        assert read.table.column(name).to_pylist() == expected
    assert not read.check.rejects
    assert np.all(read.check.usable)


def test_a_file_without_a_header_is_read_by_the_names_given():
    read = read_delimited(b"1,2\n3,4,5\n6,7\n", name="x.csv", header=["a", "b"])
    assert read.table.to_pydict() == {"a": ["1", "6"], "b": ["2", "7"]}
    assert read.check.row_numbers.tolist() == [1, 3]
    assert [(one.row, one.reason) for one in read.check.rejects] == [
        (2, "the record has 3 fields, the header has 2")
    ]


def test_only_the_columns_asked_for_are_kept():
    read = read_delimited(b"a,b,c\n1,,3\n,2,\n", name="x.csv", only_columns={"c", "a"})
    assert read.columns == ("a", "c")
    assert read.table.to_pydict() == {"a": ["1"], "c": ["3"]}
    assert read.blank == 1


def test_byte_order_marks_inside_a_file_are_part_of_no_value():
    mark = codecs.BOM_UTF8
    contents = read_delimited(mark * 2 + b"a,b\n1,x\n" + mark + b"2,y\n", name="joined.csv")
    assert contents.columns == ("a", "b")
    assert contents.table.column("a").to_pylist() == ["1", "2"]
    assert contents.notes == ("joined.csv: 2 byte order marks inside the file were left out",)
