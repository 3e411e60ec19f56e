"""The look of a Word document: its page, letters, styles, header and footer."""

import datetime
from typing import Any, Final

from service.model.report import Report
from service.render.fonts.typeface import FAMILY
from service.render.reports import word_parts as parts
from service.render.reports.content import TABLE_SIZES_PT, TEXT_WIDTH_MM, running_title

BODY: Final = "Body Text"
FINDING: Final = "Finding"
NOTE: Final = "Note"
SMALL: Final = "Source"
PICTURE: Final = "Picture"
MARKING: Final = "Marking"
LOGO: Final = "Logo"
GAP: Final = "Gap"
NAVY: Final = "12436D"
TURQUOISE: Final = "28A197"
PINK: Final = "801650"
GREY: Final = "555555"
# A property of documents has no time zone here.
EPOCH: Final = datetime.datetime(2000, 1, 1)  # noqa: DTZ001
HEADINGS: Final = {1: (19, 24), 2: (13.5, 16), 3: (11, 12)}  # size and space before, points


def prepare(document: Any, report: Report) -> None:
    """Make an empty document look like ours, with its properties.

    Parameters
    ----------
    document : docx.document.Document
        New, of the library's own template.
    report : Report
        What will stand in it.
    """
    _set_properties(document.core_properties, report)
    _set_page(document.sections[0], report)
    styles = document.styles
    parts.set_language(styles.element, report.language)
    _set_letters(styles["Normal"], size_pt=10.5, after_pt=6)
    styles["Normal"].paragraph_format.line_spacing = 1.0
    for level, (size_pt, before_pt) in HEADINGS.items():
        _set_letters(styles[f"Heading {level}"], size_pt=size_pt, color=NAVY, is_bold=True)
        _space(styles[f"Heading {level}"], before_pt, 6, is_kept=True)
    _set_letters(styles["Title"], size_pt=30, color=NAVY, is_bold=True)
    _space(styles["Title"], 90, 12)
    parts.remove_borders(styles["Title"])
    _set_letters(styles["Subtitle"], size_pt=16, color="000000")
    parts.remove_letter_spacing(styles["Subtitle"])
    _space(styles["Subtitle"], 0, 36)
    _set_letters(styles["Caption"], size_pt=10, color="000000")
    styles["Caption"].font.bold = False
    _space(styles["Caption"], 14, 4, is_kept=True)
    _set_letters(styles[BODY], size_pt=10.5, after_pt=6)
    _set_letters(styles["List Bullet"], size_pt=10.5, after_pt=3)
    for name in ("Header", "Footer"):
        _set_letters(styles[name], size_pt=8.5, color=GREY)
    _add_styles(styles)


def _add_styles(styles: Any) -> None:
    """The styles that the template lacks."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    def add(name: str, **letters: Any) -> Any:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        style.quick_style = True
        _set_letters(style, **letters)
        return style

    finding = add(FINDING, size_pt=11, after_pt=8)
    finding.paragraph_format.keep_with_next = True
    parts.add_left_border(finding, NAVY)
    note = add(NOTE, size_pt=9.5, after_pt=8)
    parts.add_left_border(note, TURQUOISE)
    _space(add(SMALL, size_pt=8.5, color=GREY), 3, 2)
    add(PICTURE, size_pt=10.5, after_pt=4)
    add(LOGO, size_pt=10.5, after_pt=12)
    parts.shade(add(MARKING, size_pt=10.5, color="FFFFFF", is_bold=True, after_pt=12), PINK)
    place = add(parts.PLACE, size_pt=10.5, color=GREY, after_pt=8)
    place.paragraph_format.keep_with_next = True
    parts.shade(place, "EEF3F8")
    for letters_pt in TABLE_SIZES_PT:
        add(parts.cell_style(letters_pt), size_pt=letters_pt, after_pt=0)
        add(parts.header_style(letters_pt), size_pt=letters_pt, is_bold=True, after_pt=0)
    gap = add(GAP, size_pt=4, after_pt=0)
    gap.paragraph_format.line_spacing = Pt(6)
    for level in (1, 2):
        contents = add(f"TOC {level}", size_pt=10, after_pt=1)
        contents.paragraph_format.left_indent = Pt(14 * (level - 1))
    add(parts.CONTENTS, size_pt=19, color=NAVY, is_bold=True, after_pt=8)


def _set_properties(properties: Any, report: Report) -> None:
    properties.title = report.title[:255]
    properties.subject = report.subtitle[:255]
    properties.author = report.author[:255]
    properties.last_modified_by = ""
    properties.comments = report.summary[:255]
    properties.keywords = f"digest {report.digest}"[:255]
    properties.language = report.language
    properties.created = properties.modified = EPOCH
    properties.revision = 1


def _set_page(section: Any, report: Report) -> None:
    """A4 upright; title and marking above, digest and number below, but not on the first page."""
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - TEXT_WIDTH_MM) / 2)
    section.top_margin, section.bottom_margin = Mm(25), Mm(24)
    section.different_first_page_header_footer = True
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    parts.set_right_tab(footer, TEXT_WIDTH_MM)
    header.add_run(running_title(report))
    if report.marking:
        marking = section.header.add_paragraph(style="Header").add_run(report.marking)
        marking.bold = True
    footer.add_run(f"Digest {report.digest}\tPage ")
    parts.add_field(footer, "PAGE", "2")
    footer.add_run(" of ")
    parts.add_field(footer, "NUMPAGES", "2")


def _set_letters(
    style: Any,
    *,
    size_pt: float,
    color: str | None = None,
    is_bold: bool | None = None,
    after_pt: float | None = None,
) -> None:
    from docx.shared import Pt, RGBColor

    style.font.size = Pt(size_pt)
    parts.set_typeface(style, FAMILY)
    if color is not None:
        style.font.color.rgb = RGBColor.from_string(color)
    if is_bold is not None:
        style.font.bold = is_bold
    style.font.italic = False
    if after_pt is not None:
        _space(style, 0, after_pt)


def _space(style: Any, before_pt: float, after_pt: float, *, is_kept: bool = False) -> None:
    from docx.shared import Pt

    style.paragraph_format.space_before = Pt(before_pt)
    style.paragraph_format.space_after = Pt(after_pt)
    style.paragraph_format.keep_with_next = is_kept
