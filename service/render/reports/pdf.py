"""A report as PDF/UA-1, set by typst."""

import json
from pathlib import Path
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
)
from service.render.paper.pdf import typeset
from service.render.reports.content import (
    NARROW_CELL,
    column_widths,
    is_long,
    is_wide,
    narrow_pt,
    picture_width_mm,
    printable,
    running_title,
    text_size_pt,
)
from service.render.reports.pictures import as_svg

MEDIA_TYPE: Final = "application/pdf"
TEMPLATE: Final = Path(__file__).with_name("report.typ")


def report_pdf(released: Released[Report]) -> bytes:
    """A report as a tagged PDF; the same report gives the same bytes."""
    report = printable(released.answer)
    language, _, region = report.language.partition("-")
    content = {
        "title": report.title,
        "running": running_title(report),
        "subtitle": report.subtitle,
        "author": report.author,
        "summary": report.summary,
        "date": report.date,
        "marking": report.marking,
        "digest": report.digest,
        "lang": language,
        "region": region or None,
        "logo": None if report.logo is None else _picture(report.logo),
        "logo_text": report.logo_text,
        "blocks": [part for block in report.blocks if (part := _part(block))],
    }
    inputs = {"report": json.dumps(content)}
    return typeset(TEMPLATE.read_bytes(), inputs, format="pdf", pdf_standards="ua-1", timestamp=0)


def _part(block: Block) -> dict[str, Any] | None:
    """A block as the template reads it; None for what a finished document does not show."""
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": block.text}
        case Paragraph():
            return {"kind": "paragraph", "style": block.style, "text": block.text}
        case Items():
            return {"kind": "items", "texts": block.texts}
        case Note():
            return {"kind": "note", "text": block.text}
        case Figure():
            return {
                "kind": "figure",
                "number": block.number,
                "caption": block.caption,
                "alternative_text": block.alternative_text,
                "credit": block.credit,
                "picture": _picture(block.picture),
            }
        case ReportTable():
            widths = column_widths(block) if is_wide(block) else [0] * len(block.columns)
            return {
                "kind": "table",
                "number": block.number,
                "caption": block.caption,
                "columns": [
                    {
                        "label": column.label,
                        "is_number": column.is_number,
                        "share": 0 if column.is_number or width <= NARROW_CELL else width,
                        "points": narrow_pt(column, width, text_size_pt(block)),
                    }
                    for column, width in zip(block.columns, widths, strict=True)
                ],
                "rows": block.rows,
                "is_long": is_long(block),
                "size": text_size_pt(block),
                "notes": block.notes,
                "credit": block.credit,
            }
    return None


def _picture(picture: Picture) -> dict[str, Any]:
    return {"svg": as_svg(picture), "width_mm": picture_width_mm(picture)}
