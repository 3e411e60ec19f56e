"""A report as a Word document: a draft with real headings, captions and tables, to be edited."""

import io
import zipfile
from typing import Any, Final

from service.access.release import Released
from service.model.report import (
    Block,
    Figure,
    Heading,
    Items,
    Note,
    Paragraph,
    Picture,
    Report,
    ReportTable,
    WordsPlace,
)
from service.render.reports import word_parts as parts
from service.render.reports import word_styles as styles
from service.render.reports.content import (
    SHORT,
    TEXT_WIDTH_MM,
    column_widths,
    picture_width_mm,
    printable,
    text_size_pt,
)
from service.render.reports.pictures import as_pixels
from service.render.reports.word_fonts import embed_typeface

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# The clock must not change the bytes of a document.
FIRST_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
LOGO_MM: Final = 22


def report_docx(released: Released[Report]) -> bytes:
    """A report as a Word document; the same report gives the same bytes.

    Places that are meant for the analyst's words are content controls that show what belongs
    there, tagged with their keys.
    """
    import docx

    report = printable(released.answer)
    document = docx.Document()
    styles.prepare(document, report)
    embed_typeface(document)
    _title_page(document, report)
    parts.contents(document, [block for block in report.of(Heading) if block.level < 3])
    for block in report.blocks:
        _add(document, block)
    content = io.BytesIO()
    document.save(content)
    return _without_clock(content.getvalue())


def _title_page(document: Any, report: Report) -> None:
    if report.marking:
        parts.add_paragraph(document, report.marking, styles.MARKING)
    if report.logo is not None:
        width_mm = LOGO_MM * report.logo.width / max(report.logo.height, 1)
        paragraph = parts.add_paragraph(document, "", styles.LOGO)
        _add_picture(paragraph, report.logo, report.logo_text, width_mm=width_mm)
    parts.add_paragraph(document, report.title, "Title")
    parts.add_paragraph(document, report.subtitle, "Subtitle")
    if report.author:
        document.add_paragraph(report.author)
    document.add_paragraph(f"Data to {report.date}")


def _add(document: Any, block: Block) -> None:
    """Add a block at the end of a document."""
    match block:
        case Heading():
            heading = parts.add_paragraph(document, block.text, f"Heading {block.level}")
            parts.bookmark(heading, block.anchor)
        case Paragraph():
            style = styles.FINDING if block.style == "finding" else styles.BODY
            parts.add_paragraph(document, block.text, style)
        case Items():
            for text in block.texts:
                parts.add_paragraph(document, text, "List Bullet")
        case WordsPlace():
            parts.place_for_words(document, block.key, block.prompt)
        case Note():
            parts.add_paragraph(document, block.text, styles.NOTE)
        case Figure():
            _add_figure(document, block)
        case ReportTable():
            _add_table(document, block)


def _add_figure(document: Any, figure: Figure) -> None:
    parts.caption(document, "Figure", figure.number, figure.caption)
    paragraph = parts.add_paragraph(document, "", styles.PICTURE)
    _add_picture(paragraph, figure.picture, figure.alternative_text, title=figure.caption)
    if figure.credit:
        paragraph.paragraph_format.keep_with_next = True
        parts.add_paragraph(document, figure.credit, styles.SMALL)


def _add_picture(
    paragraph: Any,
    picture: Picture,
    alternative_text: str,
    *,
    title: str = "",
    width_mm: float | None = None,
) -> None:
    """A picture in the line, as wide as the page or as high as it may be."""
    from docx.shared import Mm

    content = as_pixels(picture, title=title, description=alternative_text)
    inline = paragraph.add_run().add_picture(
        io.BytesIO(content), width=Mm(width_mm or picture_width_mm(picture))
    )
    inline._inline.docPr.set("descr", alternative_text)
    for side in ("distL", "distR"):  # space that the library leaves beside it
        inline._inline.set(side, "0")


def _add_table(document: Any, table: ReportTable) -> None:
    parts.caption(document, "Table", table.number, table.caption)
    widths = column_widths(table)
    size_pt = text_size_pt(table)
    grid = document.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    parts.lay_out(
        grid,
        widths,
        size_pt=size_pt,
        page_mm=TEXT_WIDTH_MM,
        description=table.caption,
    )
    texts = (tuple(column.label for column in table.columns), *table.rows)
    last = len(table.rows)
    for number, (row, cells) in enumerate(zip(grid.rows, texts, strict=True)):
        parts.fill(
            row,
            table.columns,
            cells,
            size_pt=size_pt,
            is_header=number == 0,
            # A short table stays together, the ends of a long one with what is beside them.
            is_kept=last <= SHORT or number in (0, last),
        )
    for note in (*table.notes, table.credit):
        if note:
            parts.add_paragraph(document, note, styles.SMALL)
    parts.add_paragraph(document, "", styles.GAP)


def _without_clock(content: bytes) -> bytes:
    """The same archive with a fixed time on each of its files."""
    rewritten = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, FIRST_ZIP_TIME)
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return rewritten.getvalue()
