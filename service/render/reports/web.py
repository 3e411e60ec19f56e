"""A report as one HTML file: no scripts, nothing loaded, to be read on a screen or printed."""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from service.access.release import Released
from service.model.report import (
    Block,
    Figure,
    Heading,
    Items,
    Note,
    Paragraph,
    Report,
    ReportTable,
)
from service.render.reports.content import SHORT, printable
from service.render.reports.pictures import standing_alone
from service.render.reports.web_fonts import font_faces

MEDIA_TYPE: Final = "text/html; charset=utf-8"
SHEET: Final = Path(__file__).with_name("report.css")
EMPTY: Final = "<span>(no name)</span>"  # a header cell must not be empty


def report_html(released: Released[Report]) -> bytes:
    """A report as a document that stands alone; the same report gives the same bytes."""
    report = printable(released.answer)
    language, title = escape(report.language), escape(report.title)
    lines = [
        "<!doctype html>",
        f'<html lang="{language}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}: {escape(report.subtitle)}</title>",
        f'<meta name="description" content="{escape(report.summary)}">',
        f"<style>{style()}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#main">Skip to the content</a>',
        *_head(report),
        *_contents(report),
        '<main id="main">',
        *_sections(report),
        "</main>",
        f"<footer><p>Digest {escape(report.digest)}. {escape(report.marking)}</p></footer>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines).encode()


@cache
def style() -> str:
    """The style sheet of every document, with the typeface."""
    return f"\n{font_faces()}\n{SHEET.read_text()}"


@cache
def style_sha256() -> str:
    """Its digest, which a Content-Security-Policy names."""
    return base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()


def _head(report: Report) -> Iterator[str]:
    yield "<header>"
    if report.marking:
        yield f'<p class="marking">{escape(report.marking)}</p>'
    if report.logo is not None:
        source, text = standing_alone(report.logo), escape(report.logo_text)
        yield f'<img class="logo" src="{source}" alt="{text}">'
    yield f"<h1>{escape(report.title)}</h1>"
    yield f'<p class="subtitle">{escape(report.subtitle)}</p>'
    if report.author:
        yield f"<p>{escape(report.author)}</p>"
    yield f"<p>Data to {escape(report.date)}</p>"
    yield "</header>"


def _contents(report: Report) -> Iterator[str]:
    """The sections, each with its parts."""
    yield '<nav aria-labelledby="nav"><h2 id="nav">Contents</h2><ol>'
    has_parts = False
    level = 0
    for heading in report.of(Heading):
        if heading.level > 2:
            continue
        if heading.level == 1:
            yield ("</ol>" if has_parts else "") + ("</li>" if level else "")
            has_parts = False
        elif not has_parts:
            has_parts = True
            yield "<ol>"
        level = heading.level
        link = f'<a href="#section-{escape(heading.anchor)}">{escape(heading.text)}</a>'
        yield f"<li>{link}" + ("</li>" if level == 2 else "")
    yield ("</ol>" if has_parts else "") + ("</li>" if level else "") + "</ol></nav>"


def _sections(report: Report) -> Iterator[str]:
    """The blocks, those of each section within an element."""
    is_open = False
    for block in report.blocks:
        if isinstance(block, Heading) and block.level == 1:
            if is_open:
                yield "</section>"
            is_open = True
            yield f'<section aria-labelledby="section-{escape(block.anchor)}">'
        yield from _lines(block)
    if is_open:
        yield "</section>"


def _lines(block: Block) -> Iterator[str]:
    """A block as lines of HTML; none for what a finished document does not show."""
    match block:
        case Heading():
            level = block.level + 1  # the title of the document is the first
            yield f'<h{level} id="section-{escape(block.anchor)}">{escape(block.text)}</h{level}>'
        case Paragraph():
            name = ' class="finding"' if block.style == "finding" else ""
            yield f"<p{name}>{escape(block.text)}</p>"
        case Items():
            yield "<ul>"
            yield from (f"<li>{escape(text)}</li>" for text in block.texts)
            yield "</ul>"
        case Note():
            yield f'<p class="note">{escape(block.text)}</p>'
        case Figure():
            yield from _figure(block)
        case ReportTable():
            yield from _table(block)


def _figure(figure: Figure) -> Iterator[str]:
    picture = figure.picture
    source = standing_alone(picture, title=figure.caption, description=figure.alternative_text)
    yield f'<figure id="figure-{figure.number}">'
    yield f"<figcaption><b>Figure {figure.number}:</b> {escape(figure.caption)}</figcaption>"
    yield (
        f'<img src="{source}" alt="{escape(figure.alternative_text)}" '
        f'width="{picture.width}" height="{picture.height}">'
    )
    if figure.credit:
        yield f'<p class="small">{escape(figure.credit)}</p>'
    yield "</figure>"


def _table(table: ReportTable) -> Iterator[str]:
    """A table in a region of its own, which can be scrolled where it is wider than the screen."""
    name = f"table-{table.number}"
    kind = "table short" if len(table.rows) <= SHORT else "table"
    yield f'<div class="{kind}" role="region" aria-labelledby="{name}" tabindex="0">'
    yield "<table>"
    yield f'<caption id="{name}"><b>Table {table.number}:</b> {escape(table.caption)}</caption>'
    names = [' class="number"' if column.is_number else "" for column in table.columns]
    cells = (
        f'<th scope="col"{name}>{escape(column.label) or EMPTY}</th>'
        for name, column in zip(names, table.columns, strict=True)
    )
    yield f"<thead><tr>{''.join(cells)}</tr></thead>"
    yield "<tbody>"
    for row in table.rows:
        cells = (
            f'<th scope="row"{name}>{escape(text)}</th>'
            if column.is_header and text
            else f"<td{name}>{escape(text)}</td>"
            for name, column, text in zip(names, table.columns, row, strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"
    for text in (*table.notes, table.credit):
        if text:
            yield f'<p class="small">{escape(text)}</p>'
