"""What stands in a document: the blocks of a report, and the section that says where from."""

import dataclasses
import math
import re
from collections.abc import Iterator
from typing import Any, Final

from service.model.report import (
    Block,
    Column,
    Figure,
    Heading,
    Items,
    Note,
    Paragraph,
    Picture,
    Report,
    ReportTable,
)

SOURCES: Final = "Sources and licences"
ADDRESSES: Final = "The request that makes each figure and table"
TABLE_SIZES_PT: Final = (9, 8, 7)
SHORT: Final = 18  # lines of a table that is not broken between pages
TEXT_WIDTH_MM: Final = 166  # between the margins of an upright A4 page
HIGHEST_MM: Final = 150  # of a picture, which leaves room for words on its page
TALLEST_MM: Final = 185  # of one that is made for an upright page
UPRIGHT: Final = 1.1  # height over width from which a picture is
LONGEST_CELL: Final = 40  # letters of a cell beyond which it takes several lines
NARROW_CELL: Final = 18  # letters of a text below which its column is not made
SHORTEST_CELL: Final = 4
LETTER_EM: Final = 0.5  # mean width of a letter, of its size
BOLD_LETTER_EM: Final = 0.58
GUTTER_PT: Final = 12  # between two columns
PAGE_PT: Final = 470  # the width of the text in points
# What XML cannot hold, and halves of characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(report: Report) -> Report:
    """A report whose texts every format can hold, with its last section.

    Parameters
    ----------
    report : Report
        Any.

    Returns
    -------
    Report
        With a replacement character for each that cannot be printed. Its credits, and the request
        that makes each figure and table, follow the blocks.
    """
    blocks = (*report.blocks, *_sources(report))
    printed: Report = _clean(dataclasses.replace(report, blocks=blocks))
    return dataclasses.replace(
        printed,
        title=printed.title.strip() or printed.kind,
        logo_text=printed.logo_text.strip() or f"Logo of {printed.author or 'the author'}",
        blocks=tuple(_described(block) for block in printed.blocks if _has_content(block)),
        provenance=report.provenance,
    )


def running_title(report: Report) -> str:
    """What stands at the head of each page."""
    return " · ".join(text for text in (report.title, report.subtitle) if text)


def picture_width_mm(picture: Picture) -> float:
    """The width of a picture on a page: as wide as the page, unless it is too high then."""
    ratio = picture.height / max(picture.width, 1)
    height_mm = TALLEST_MM if ratio > UPRIGHT else HIGHEST_MM
    return min(TEXT_WIDTH_MM, height_mm / max(ratio, 1e-6))


def column_widths(table: ReportTable, longest: int | None = None) -> list[int]:
    """How many letters each column of a table would like to have on a line.

    Parameters
    ----------
    table : ReportTable
        Any.
    longest : int or None
        Letters beyond which a text takes several lines whatever its column has; None: the more a
        column is given, the longer its texts are.
    """
    return [
        max(
            (
                SHORTEST_CELL,
                *(len(word) + 1 for word in column.label.split()),
                *(
                    len(row[number]) if column.is_number else _wished(len(row[number]), longest)
                    for row in table.rows
                ),
            )
        )
        for number, column in enumerate(table.columns)
    ]


def text_size_pt(table: ReportTable) -> int:
    """The size of letters with which a table fits on an upright page, points."""
    widths = column_widths(table, NARROW_CELL)
    *larger, smallest = TABLE_SIZES_PT
    for size in larger:
        if _width_pt(widths, size) <= PAGE_PT:
            return size
    return smallest


def is_wide(table: ReportTable) -> bool:
    """Whether the columns of a table would like more room than a page has."""
    return _width_pt(column_widths(table), text_size_pt(table)) > PAGE_PT


def is_long(table: ReportTable) -> bool:
    """Whether a table may be broken between pages: one of few rows may have many lines."""
    room = PAGE_PT / LETTER_EM / text_size_pt(table)
    widths = column_widths(table)
    share = min(room / max(sum(widths), 1), 1.0)
    lines = (
        max(
            math.ceil(len(cell) / (width * share)) for cell, width in zip(row, widths, strict=True)
        )
        for row in table.rows
    )
    return sum(lines) > SHORT


def narrow_pt(column: Column, width: int, size_pt: int) -> float:
    """The width of a column of numbers whose heading takes several lines; 0 for any other."""
    if not (column.is_number and 0 < width < len(column.label)):
        return 0.0
    return width * BOLD_LETTER_EM * size_pt + GUTTER_PT


def _width_pt(widths: list[int], size_pt: int) -> float:
    return sum(widths) * LETTER_EM * size_pt + len(widths) * GUTTER_PT


def _wished(letters: int, longest: int | None) -> int:
    """The letters on a line for a text: all of a short one, fewer of a long one."""
    if longest is not None:
        return min(letters, longest)
    return min(letters, LONGEST_CELL) + 2 * math.isqrt(max(letters - LONGEST_CELL, 0))


def _sources(report: Report) -> Iterator[Block]:
    """Where everything in a report is from."""
    yield Heading(SOURCES, 1, "sources-and-licences")
    if report.credits:
        yield Items(report.credits)
    yield Paragraph(
        f"Made by {report.provenance.software} from data to {report.date}. The same data and the "
        f"same template make the same document, with the digest {report.digest}."
    )
    labels: dict[str, list[str]] = {}
    for part in report.blocks:
        if isinstance(part, Figure | ReportTable) and part.address:
            noun = "Figure" if isinstance(part, Figure) else "Table"
            labels.setdefault(part.address, []).append(f"{noun} {part.number}")
    rows = tuple((", ".join(names), address) for address, names in labels.items())
    if rows:
        number = 1 + max((part.number for part in report.of(ReportTable)), default=0)
        columns = (Column("Figure or table", is_header=True), Column("Request"))
        yield ReportTable(number, ADDRESSES, columns, rows)


def _has_content(block: Block) -> bool:
    """Whether anything of a block would be seen."""
    match block:
        case Heading() | Paragraph() | Note():
            return bool(block.text.strip())
        case Items():
            return any(text.strip() for text in block.texts)
    return True


def _described(block: Block) -> Block:
    """A figure with an alternative text, and a table that says that it has no rows."""
    match block:
        case Figure():
            caption = block.caption.strip() or f"Figure {block.number}"
            text = block.alternative_text.strip() or caption
            return dataclasses.replace(block, caption=caption, alternative_text=text)
        case ReportTable() if not block.rows:
            return dataclasses.replace(block, notes=("The table has no rows.", *block.notes))
    return block


def _clean(value: Any) -> Any:
    """A text without what cannot be printed; parts of others likewise."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub("\ufffd", value)
    if isinstance(value, tuple):
        return tuple(_clean(part) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {
            field.name: _clean(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
        return type(value)(**parts)
    return value
