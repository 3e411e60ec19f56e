"""Quotes that swallow records: found in the text before it is parsed.

A stray quote, as in ``2,"male shouting, left``, opens a value that runs on to the next quote of
the file. What stands between are records, and no error betrays that they are gone.
"""

import re
from dataclasses import dataclass

LARGEST_RECORD_BYTES = 1024**2
_DOUBT = (
    "has a value that begins on one line and ends on another, and each has the delimiters of a "
    "record: if they are two records, a quote is missing in both"
)


@dataclass(frozen=True)
class QuoteFault:
    """A record whose quotes cannot be right.

    Attributes
    ----------
    record : int
        Record number in the file, 1 for the first.
    text : str
        The record's line.
    reason : str
        What is wrong, as the end of a sentence about the record.
    """

    record: int
    text: str
    reason: str


def disarm_quotes(
    text: bytes, *, delimiter: str, fields: int
) -> tuple[bytes, tuple[QuoteFault, ...], tuple[QuoteFault, ...]]:
    """The text with stray quotes made plain characters, and the records that had them.

    Parameters
    ----------
    text : bytes
        UTF-8.
    delimiter : str
        One character.
    fields : int
        Number of fields of the header.

    Returns
    -------
    text : bytes
        As given where there is no fault; otherwise the opening quote of each faulty value is an
        apostrophe, so that the records behind it are records again. Same length, same records.
    faults : tuple of QuoteFault
        In the order of the file.
    doubts : tuple of QuoteFault
        Records that are read as they are, of whose values one may be two: it runs over lines of
        which the first and the last would both be records without its quotes.

    Notes
    -----
    A quote is stray where its value holds a line with at least as many delimiters as the header,
    where it is never closed, or where text follows the closing quote. Cost: one pass over the
    quoted values; a text without quotes costs nothing.
    """
    if b'"' not in text:
        return text, (), ()
    separator = re.escape(delimiter.encode())
    # A quoted value from its opening quote to its closing one, or to the end of the text.
    quoted = re.compile(rb"(?:(?<=[\r\n])|(?<=" + separator + rb')|\A)"[^"]*+(?:""[^"]*+)*+("?)')
    ends = {delimiter.encode(), b"\n", b"\r", b""}
    stray: list[tuple[int, str]] = []
    doubtful: list[tuple[int, str]] = []
    position = 0
    while (match := quoted.search(text, position)) is not None:
        reason = _fault(text, match, delimiter.encode(), fields, ends)
        if reason:
            stray.append((match.start(), reason))
            position = match.start() + 1
        else:
            if b"\n" in match.group() and _is_doubtful(text, match, delimiter.encode(), fields):
                doubtful.append((match.start(), _DOUBT))
            position = match.end()
    mended = bytearray(text)
    for start, _ in stray:
        mended[start : start + 1] = b"'"
    mended_text = bytes(mended)
    faults, doubts = (
        _named(text, mended_text, marks, quoted) if marks else () for marks in (stray, doubtful)
    )
    return mended_text, faults, doubts


def _fault(
    text: bytes, match: re.Match[bytes], delimiter: bytes, fields: int, ends: set[bytes]
) -> str:
    """Why the opening quote of a value is stray, empty where it is not."""
    lines = match.group().splitlines()
    swallowed = sum(line.count(delimiter) >= fields - 1 for line in lines[1:]) if fields > 1 else 0
    if not match.group(1) or len(match.group()) > LARGEST_RECORD_BYTES:
        return "opens a quote that is never closed"
    if swallowed:
        return (
            f"opens a quote that is not closed on its line: {swallowed} lines behind it look like "
            "records of their own"
        )
    following = text[match.end() : match.end() + 1]
    return "" if following in ends else "has text after a closing quote"


def _is_doubtful(text: bytes, match: re.Match[bytes], delimiter: bytes, fields: int) -> bool:
    """Whether the lines where a value begins and ends have the delimiters of a record each."""
    start, end = match.span()
    first_line = (text.rfind(b"\n", 0, start) + 1, text.find(b"\n", start))
    line_end = text.find(b"\n", end)
    last_line = (text.rfind(b"\n", start, end) + 1, line_end if line_end >= 0 else len(text))
    return fields > 1 and all(
        text.count(delimiter, *line) >= fields - 1 for line in (first_line, last_line)
    )


def _named(
    text: bytes, mended_text: bytes, stray: list[tuple[int, str]], quoted: re.Pattern[bytes]
) -> tuple[QuoteFault, ...]:
    """The faults with the numbers of their records in the mended text."""
    values = (match for match in quoted.finditer(mended_text) if b"\n" in match.group())
    value = next(values, None)
    faults: list[QuoteFault] = []
    record, position = 1, 0
    for start, reason in stray:  # in the order of the file, so that each line is counted once
        record += text.count(b"\n", position, start)
        position = start
        while value is not None and value.start() < start:
            record -= value.group().count(b"\n")
            value = next(values, None)
        if faults and faults[-1].record == record:
            continue
        first = text.rfind(b"\n", 0, start) + 1
        last = text.find(b"\n", start)
        line = text[first : last if last >= 0 else len(text)].rstrip(b"\r")
        faults.append(QuoteFault(record, line.decode("utf-8", errors="replace"), reason))
    return tuple(faults)
