"""Reads delimited text exactly: encodings, quotes, line ends, row numbers.

All values are read as text. A row is identified by its record number in the file, the header
being record 1; blank lines count, and a record with line breaks inside quotes is one record.
"""

import codecs
import difflib
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from service.config.settings import ImportSettings
from service.imports.files.headers import check_columns, distinct_names, read_header
from service.imports.files.numbers import Decimal, Numbers, parse_numbers
from service.imports.files.quotes import disarm_quotes
from service.imports.files.rejects import LONGEST_VALUE, Reject, RowCheck
from service.imports.files.sources import LIMITS
from service.render.csv_cells import original
from service.store.errors import ImportRefusedError
from service.store.source_files import SourceFile
from spatial.arrays import IntArray

# What exports of databases and spreadsheets write where there is no value; compared without case.
NULL_WORDS = ("null", "na", "n/a", "#n/a", "nan", "-", "--")
TOTAL = r"(?i)^(grand |sub-?)?totals?\b"
LONGEST_TEXT = 200  # characters of an id, a name or a category, so that it can be asked for
MANY_LINES = 20
BLOCK_BYTES = 16 * 1024**2  # parsed at once
NOTED = 5  # values that a note is made of, for each kind of note


@dataclass(frozen=True, eq=False)
class DelimitedFile:
    """A delimited file that has been read.

    Attributes
    ----------
    columns : tuple of str
        Names from the header, trimmed; a repeated name has its number added.
    table : pyarrow.Table
        One text column per name; white space around values is removed, blank is null.
    check : RowCheck
        Record numbers of the rows and the records rejected so far. Records with a wrong number of
        fields are rejected and not in `table`.
    malformed : int
        Number of records with a wrong number of fields.
    blank : int
        Records without any value; not in `table` and not counted as read.
    """

    file: SourceFile
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    table: pa.Table
    check: RowCheck
    malformed: int
    blank: int
    notes: tuple[str, ...]

    @property
    def rows_read(self) -> int:
        """Rows with at least one value, including malformed ones."""
        return int(self.table.num_rows) + self.malformed

    def column(self, name: str, option: str) -> pa.ChunkedArray:
        """The column with a name, compared exactly and then without regard to case.

        Parameters
        ----------
        name : str
            As the user wrote it.
        option : str
            The command-line option that named it, for the error message.

        Returns
        -------
        (n,) text
            The column; null where blank.

        Raises
        ------
        ImportRefusedError
            If there is no such column; the message lists the columns and suggests the nearest.
        """
        return self.table.column(self.resolve_name(name, option))

    def numbers(self, name: str, decimal: Decimal | None) -> Numbers:
        """The numbers in a column.

        Parameters
        ----------
        name : str
            As the file spells it.
        decimal : "." or "," or None
            The decimal sign. None: a full stop, unless the file is separated by semicolons, as
            where a comma is the decimal sign, and has commas in the column.

        Returns
        -------
        Numbers
            One per row.

        Raises
        ------
        ImportRefusedError
            If the decimal sign is not stated and a comma may be meant as one.
        """
        text = self.table.column(name)
        if decimal is None and self.delimiter == ";":
            has_comma = pc.match_substring(text, ",").fill_null(False)
            if pc.any(has_comma).as_py():
                example = text.filter(has_comma)[0].as_py()
                raise ImportRefusedError(
                    self.file.name,
                    f"column {name}: is the comma in {example!r} a decimal sign? "
                    "Give --decimal , or --decimal .",
                )
        return parse_numbers(text, decimal=decimal or ".")

    def resolve_name(self, name: str, option: str) -> str:
        """The name of a column as the file spells it.

        Parameters
        ----------
        name : str
            As the user wrote it.
        option : str
            The command-line option that named it, for the error message.

        Returns
        -------
        str
            The name in the header.

        Raises
        ------
        ImportRefusedError
            If there is no such column; the message lists the columns and suggests the nearest.
        """
        if name in self.columns:
            return name
        matches = [column for column in self.columns if column.lower() == name.strip().lower()]
        if len(matches) == 1:
            return matches[0]
        close_matches = difflib.get_close_matches(name, self.columns, n=1)
        guess = f" (did you mean {close_matches[0]!r}?)" if close_matches else ""
        raise ImportRefusedError(
            self.file.name,
            f"{option} names column {name!r}, which it does not have{guess}; "
            f"its columns are: {', '.join(self.columns)}",
        )

    def usual_names(
        self, usual: Mapping[str, Collection[str]], required: Collection[str]
    ) -> dict[str, str]:
        """The column that holds each thing, by its usual names.

        Parameters
        ----------
        usual : mapping of str to collection of str
            The usual names of each thing, in lower case with ``_`` for a blank.
        required : collection of str
            What there must be a column of.

        Returns
        -------
        dict of str to str
            Names as the file spells them, of what it has.

        Raises
        ------
        ImportRefusedError
            If what is required has no column.
        """
        by_lower = {name.lower().replace(" ", "_"): name for name in self.columns}
        names = {
            field: next(by_lower[name] for name in candidates if name in by_lower)
            for field, candidates in usual.items()
            if not by_lower.keys().isdisjoint(candidates)
        }
        for field in required:
            if field not in names:
                raise ImportRefusedError(
                    self.file.name,
                    f"has no column called {' or '.join(usual[field])}; "
                    f"its columns are: {', '.join(self.columns)}",
                )
        return names

    def unused_notes(self, names: Collection[str]) -> list[str]:
        """A note on the columns that are not used.

        Parameters
        ----------
        names : collection of str
            The columns that are.

        Returns
        -------
        list of str
            Empty where all are.
        """
        unused = [name for name in self.columns if name not in names]
        return [f"columns that are not used: {', '.join(unused)}"] if unused else []

    def reject_long(self, name: str) -> None:
        """Reject rows with more than `LONGEST_TEXT` characters in a column of ids or names.

        Parameters
        ----------
        name : str
            As the file spells it.
        """
        text = self.table.column(name)
        is_long = pc.greater(pc.utf8_length(text), LONGEST_TEXT).fill_null(False).to_numpy()
        self.check.reject(is_long, name, text, f"is longer than {LONGEST_TEXT} characters")


def read_delimited(
    content: bytes,
    *,
    name: str,
    delimiter: str | None = None,
    header: Sequence[str] | None = None,
    only_columns: Collection[str] | None = None,
    skip_lines: int = 0,
    null_words: Collection[str] = (),
    on_bytes: Callable[[int], None] | None = None,
    limits: ImportSettings = LIMITS,
) -> DelimitedFile:
    """Read a delimited text file completely.

    Parameters
    ----------
    content : bytes
        UTF-8 with or without byte order mark, UTF-16 with one, or else Windows-1252.
    name : str
        The file's name, for messages.
    delimiter : str or None
        One character; None: the most frequent in the header of ``, ; tab |``.
    header : sequence of str or None
        Column names for a file without a header, whose first record is then a row.
    only_columns : collection of str or None
        The columns to keep, as the header spells them; None: all.
    skip_lines : int
        Lines before the header, such as a title; they count in the record numbers.
    null_words : collection of str
        Values that mean blank, besides `NULL_WORDS`; compared without case.
    on_bytes : callable or None
        Called from time to time with the number of bytes read.
    limits : ImportSettings
        Of which the number of columns counts here.

    Returns
    -------
    DelimitedFile
        The rows as text, and the records that were rejected.

    Raises
    ------
    ImportRefusedError
        If the file is empty, is not text, or has no header.
    """
    file = SourceFile.of(name, content)
    text, encoding, notes = _as_utf8(content, name)
    if skip_lines:
        text = _without_lines(text, skip_lines, name)
    first_row = 0 if header is not None else 1
    if header is None:
        header, delimiter = read_header(text, name, delimiter)
    check_columns(len(header), name, limits)
    columns, renamed = distinct_names(header)
    text, quote_faults, doubts = disarm_quotes(
        text, delimiter=delimiter or ",", fields=len(columns)
    )
    kept_columns = tuple(
        column for column in columns if only_columns is None or column in only_columns
    )
    malformed: list[tuple[int, int, str]] = []

    def on_malformed(row: pa.csv.InvalidRow) -> str:
        malformed.append((row.number, row.actual_columns, row.text))
        return "skip"

    table = _parse(
        text, columns, kept_columns, delimiter or ",", on_malformed, on_bytes, name, null_words
    )
    faults = {
        number: f"the record has {fields} fields, the header has {len(columns)}"
        for number, fields, _ in malformed
    }
    texts = {number: record for number, _, record in malformed}
    faults |= {fault.record: fault.reason for fault in quote_faults}
    texts |= {fault.record: fault.text for fault in quote_faults}
    all_numbers = np.arange(1, table.num_rows + len(malformed) + 1)
    numbers = np.delete(all_numbers, [number - 1 for number, _, _ in malformed])
    table, numbers = table.slice(first_row), numbers[first_row:]
    doubt_notes = [f"{name}, row {doubt.record + skip_lines} {doubt.reason}" for doubt in doubts]
    notes = (
        *notes,
        *renamed,
        *doubt_notes[:NOTED],
        *_long_values(text, table, numbers + skip_lines, name),
    )
    is_blank = _all_blank(table)
    is_row = ~is_blank & ~np.isin(numbers, list(faults))
    if not is_row.all():
        table = table.filter(pa.array(is_row))
    check = RowCheck(name, numbers[is_row] + skip_lines)
    check.rejects.extend(_rejects_of_records(name, faults, texts, skip_lines))
    _reject_totals(check, table)
    return DelimitedFile(
        file=file,
        encoding=encoding,
        delimiter=delimiter or ",",
        columns=kept_columns,
        table=table,
        check=check,
        malformed=len(faults),
        blank=int(is_blank.sum()),
        notes=notes,
    )


def _rejects_of_records(
    name: str, faults: dict[int, str], texts: dict[int, str], skip_lines: int
) -> list[Reject]:
    """Rejects of whole records: their number of fields, or their quotes."""
    return [
        Reject(
            name, number + skip_lines, "(record)", texts[number][:LONGEST_VALUE], faults[number]
        )
        for number in sorted(faults)
    ]


def _reject_totals(check: RowCheck, table: pa.Table) -> None:
    """Reject rows of totals: 'Total' in the first column that has a value, few others filled."""
    if table.num_rows == 0 or table.num_columns < 3:
        return
    first_value = pc.coalesce(*table.columns)
    is_total = pc.match_substring_regex(first_value, TOTAL).fill_null(False).to_numpy()
    if not is_total.any():
        return
    filled = np.sum([column.is_valid().to_numpy() for column in table.columns], axis=0)
    is_total &= filled * 2 <= table.num_columns
    check.reject(is_total, table.column_names[0], first_value, "looks like a row of totals")


def _without_lines(text: bytes, lines: int, name: str) -> bytes:
    """The text behind a number of lines."""
    start = 0
    for _ in range(lines):
        start = text.find(b"\n", start) + 1
        if start == 0:
            raise ImportRefusedError(name, f"has no more than the {lines} lines to be skipped")
    return text[start:]


def _as_utf8(content: bytes, name: str) -> tuple[bytes, str, tuple[str, ...]]:
    """The content as UTF-8 without byte order mark, its original encoding, and notes on it."""
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise ImportRefusedError(name, "the file is empty")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16").encode(), "UTF-16", (f"{name} was read as UTF-16",)
        except UnicodeDecodeError as error:
            raise ImportRefusedError(name, f"is not the UTF-16 it begins as: {error}") from None
    content = content.removeprefix(codecs.BOM_UTF8)
    if b"\x00" in content:
        zero_index = content.index(b"\x00")
        raise ImportRefusedError(name, f"is not text: byte {zero_index + 1} is zero")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as not_utf8:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise ImportRefusedError(
                name,
                f"is neither UTF-8 nor Windows-1252: byte 0x{content[error.start]:02x} in line "
                f"{line} is in neither",
            ) from None
        line = content.count(b"\n", 0, not_utf8.start) + 1
        note = f"{name} was read as Windows-1252: line {line} is not UTF-8"
        return text.encode(), "Windows-1252", (note,)
    marks = content.count(codecs.BOM_UTF8)
    if not marks:
        return content, "UTF-8", ()
    # As where files were joined: part of no value.
    note = f"{name}: {marks} byte order marks inside the file were left out"
    return content.replace(codecs.BOM_UTF8, b""), "UTF-8", (note,)


def _parse(
    text: bytes,
    columns: tuple[str, ...],
    kept_columns: tuple[str, ...],
    delimiter: str,
    on_malformed: Callable[[pa.csv.InvalidRow], str],
    on_bytes: Callable[[int], None] | None,
    name: str,
    null_words: Collection[str],
) -> pa.Table:
    """All records of the right width as trimmed text, the header among them as the first."""
    parse_options = pa.csv.ParseOptions(
        delimiter=delimiter,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=on_malformed,
    )
    convert_options = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()),
        include_columns=list(kept_columns),
        strings_can_be_null=False,
    )
    # One thread: with more, the reader does not report record numbers.
    read_options = pa.csv.ReadOptions(
        use_threads=False,
        column_names=list(columns),
        # A record must fit into one block.
        block_size=min(max(len(text) + 1, 1024), BLOCK_BYTES),
    )
    stream = _ProgressReader(text, on_bytes)
    try:
        # Block by block, so that the values as they stand and as they are kept are never in
        # memory together.
        with pa.csv.open_csv(stream, read_options, parse_options, convert_options) as reader:
            return pa.concat_tables(
                _trim(pa.Table.from_batches([batch]), null_words) for batch in reader
            )
    except pa.ArrowInvalid as error:
        raise ImportRefusedError(name, f"cannot be read as delimited text: {error}") from None


class _ProgressReader(io.BytesIO):
    """Bytes whose reading is reported."""

    def __init__(self, text: bytes, on_bytes: Callable[[int], None] | None) -> None:
        super().__init__(text)
        self._on_bytes = on_bytes

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        if self._on_bytes is not None:
            self._on_bytes(self.tell())
        return chunk


def _long_values(text: bytes, table: pa.Table, numbers: IntArray, name: str) -> tuple[str, ...]:
    """Notes on values of many lines, where a stray quote may have swallowed records."""
    if text.count(b"\n") < table.num_rows + MANY_LINES:
        return ()
    notes: list[str] = []
    for column, values in zip(table.column_names, table.columns, strict=True):
        line_breaks = np.nan_to_num(pc.count_substring(values, "\n").to_numpy())
        notes += [
            f"{name}, row {numbers[index]}, column {column}: the value has "
            f"{int(line_breaks[index]) + 1} lines; if it should not, a quote is missing"
            for index in np.flatnonzero(line_breaks >= MANY_LINES)[:3]
        ]
    return tuple(notes)


def _trim(table: pa.Table, null_words: Collection[str]) -> pa.Table:
    """All columns without white space around the values; blank and words for it as null."""
    blank_words = pa.array(["", *NULL_WORDS, *(word.lower() for word in null_words)])
    columns = []
    for column in table.columns:
        text = pc.utf8_trim_whitespace(_original(column))
        is_blank = pc.is_in(pc.utf8_lower(text), value_set=blank_words)
        columns.append(pc.if_else(is_blank, pa.scalar(None, pa.string()), text))
    return pa.table(columns, names=table.column_names)


def _original(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with the texts that our own CSV makes harmless as they were."""
    is_marked = pc.starts_with(column, "'")
    if not pc.any(is_marked).as_py():
        return column
    texts = [original(text) for text in column.filter(is_marked).to_pylist()]
    return pc.replace_with_mask(column.combine_chunks(), is_marked.combine_chunks(), texts)


def _all_blank(table: pa.Table) -> IntArray:
    """(n,) bool, true where every value of the record is blank."""
    blank = np.ones(table.num_rows, dtype=np.bool_)
    for column in table.columns:
        if not blank.any():
            break
        blank &= column.is_null().to_numpy()
    return blank
