"""The header of a delimited file: its names, its delimiter, and what is no header."""

import csv
import io
from collections.abc import Sequence

from service.config.settings import ImportSettings
from service.store.errors import ImportRefusedError

DELIMITERS = (",", ";", "\t", "|")
TITLE_LINES = 20  # how far down a header is looked for behind title lines
HEADER_BYTES = 1024**2


def read_header(text: bytes, name: str, delimiter: str | None) -> tuple[list[str], str]:
    """The names in the first record, and the delimiter.

    Parameters
    ----------
    text : bytes
        UTF-8; the first record is within `HEADER_BYTES`.
    name : str
        The file's name, for messages.
    delimiter : str or None
        One character; None: the most frequent of `DELIMITERS`.

    Returns
    -------
    names : list of str
        As they stand in the file.
    delimiter : str
        One character.

    Raises
    ------
    ImportRefusedError
        If there is no header, or its first line looks like a title.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ImportRefusedError(name, f"the delimiter must be one character, got {delimiter!r}")
    start = text[:HEADER_BYTES].decode("utf-8", errors="ignore")
    candidates = DELIMITERS if delimiter is None else (delimiter,)
    headers = [(_first_record(start, candidate), candidate) for candidate in candidates]
    # max() takes the first of equals, so that a single column is read as comma separated.
    header, best_delimiter = max(headers, key=lambda item: len(item[0]))
    if not any(cell.strip() for cell in header):
        raise ImportRefusedError(name, "the first line is blank: there is no header")
    _refuse_title(header, start, best_delimiter, name)
    return header, best_delimiter


def check_columns(count: int, name: str, limits: ImportSettings) -> None:
    """Refuse a file of more columns than the limit.

    Parameters
    ----------
    count : int
        Its columns.
    name : str
        Its name, for the message.
    limits : ImportSettings
        With the limit.

    Raises
    ------
    ImportRefusedError
        Names the setting.
    """
    if count > limits.columns:
        raise ImportRefusedError(
            name,
            f"has {count:,} columns, and the limit is {limits.columns:,} "
            "(HOTSPOTS_IMPORTS__COLUMNS)",
        )


def distinct_names(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names made distinct, and notes on those that were changed.

    Parameters
    ----------
    header : sequence of str
        As they stand in the file.

    Returns
    -------
    names : tuple of str
        Trimmed; a repeated one has its number added.
    notes : tuple of str
        One for each that was repeated.
    """
    names: dict[str, None] = {}
    notes = []
    for number, cell in enumerate(header, start=1):
        name = " ".join(cell.split()) or f"column {number}"
        if name in names:
            notes.append(
                f"column {number} repeats the name {name!r} and is called '{name} {number}'"
            )
            name = f"{name} {number}"
        names[name] = None
    return tuple(names), tuple(notes)


def _refuse_title(header: list[str], start: str, delimiter: str, name: str) -> None:
    """Raise ImportRefusedError where the first line names one column and a later one several."""
    if sum(bool(cell.strip()) for cell in header) > 1:
        return
    for number, line in enumerate(start.splitlines()[1:TITLE_LINES], start=2):
        cells = [cell.strip() for cell in _first_record(line, delimiter)]
        if len(header) in (1, len(cells)) and len(cells) > 1 and all(cells):
            raise ImportRefusedError(
                name,
                f"the first line, {header[0].strip()!r}, looks like a title; line {number} looks "
                f"like the header ({', '.join(cells)}): give --skip-lines {number - 1}",
            )


def _first_record(start: str, delimiter: str) -> list[str]:
    """The fields of the first record."""
    try:
        return next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []
