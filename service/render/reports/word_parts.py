"""What a Word document needs and `python-docx` does not write: fields, controls, table rules."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from service.model.report import Column, Heading
from service.render.reports.content import NARROW_CELL

CONTENTS: Final = "Contents Title"
PLACE: Final = "Place for words"
RULE: Final = "C8C8C8"
NAVY: Final = "12436D"
LETTER_MM: Final = 0.175  # width of a letter for each point of its size
GUTTER_MM: Final = 4.2  # between two columns
NARROW_MM: Final = 18  # width below which a column of texts is not made
TWIPS_PER_MM: Final = 56.7


def add_field(paragraph: Any, instruction: str, result: str) -> Any:
    """Add a field that Word computes anew, with its present result."""
    field = _element("w:fldSimple", **{"w:instr": f" {instruction} "})
    run = _element("w:r")
    run.append(_text(result))
    field.append(run)
    paragraph._p.append(field)
    return field


def caption(document: Any, label: str, number: int, text: str) -> None:
    """Add a caption with a number that Word keeps in order."""
    paragraph = add_paragraph(document, "", "Caption")
    paragraph.add_run(f"{label} ").bold = True
    field = add_field(paragraph, f"SEQ {label} \\* ARABIC", str(number))
    properties = _element("w:rPr")
    properties.append(_element("w:b"))
    field[0].insert(0, properties)
    paragraph.add_run(": ").bold = True
    paragraph.add_run(text)


def bookmark(paragraph: Any, anchor: str) -> None:
    """Give a heading a name that the contents can lead to."""
    name = _bookmark_name(anchor)
    # Numbers of bookmarks need only be distinct.
    number = str(int.from_bytes(hashlib.sha256(name.encode()).digest()[:3]))
    paragraph._p.insert(1, _element("w:bookmarkStart", **{"w:id": number, "w:name": name}))
    paragraph._p.append(_element("w:bookmarkEnd", **{"w:id": number}))


def contents(document: Any, headings: Sequence[Heading]) -> None:
    """Add a table of contents on a page of its own; Word adds the page numbers when it is updated.

    Parameters
    ----------
    document : docx.document.Document
        To be added to.
    headings : sequence of Heading
        Those of the first two levels.
    """
    from docx.enum.text import WD_BREAK

    title = add_paragraph(document, "Contents", CONTENTS)
    title.paragraph_format.page_break_before = True
    for number, heading in enumerate(headings):
        paragraph = add_paragraph(document, "", f"TOC {heading.level}")
        if number == 0:
            _add_mark(paragraph, "begin")
            run = paragraph.add_run()
            instruction = _element("w:instrText", **{"xml:space": "preserve"})
            instruction.text = ' TOC \\o "1-2" \\h \\z \\u '
            run._r.append(instruction)
            _add_mark(paragraph, "separate")
        link = _element("w:hyperlink", **{"w:anchor": _bookmark_name(heading.anchor)})
        run = _element("w:r")
        run.append(_text(heading.text))
        link.append(run)
        paragraph._p.append(link)
    end = document.add_paragraph()
    if headings:
        _add_mark(end, "end")
    end.add_run().add_break(WD_BREAK.PAGE)


def place_for_words(document: Any, key: str, prompt: str) -> None:
    """Add a place to write in, which shows what belongs there and is tagged with its key."""
    paragraph = add_paragraph(document, prompt, PLACE)
    control = _element("w:sdt")
    properties = _element("w:sdtPr")
    properties.append(_element("w:alias", **{"w:val": key}))
    properties.append(_element("w:tag", **{"w:val": key[:64]}))
    properties.append(_element("w:showingPlcHdr"))
    control.append(properties)
    content = _element("w:sdtContent")
    control.append(content)
    paragraph._p.addprevious(control)
    content.append(paragraph._p)


def lay_out(
    grid: Any, widths: Sequence[int], *, size_pt: float, page_mm: float, description: str
) -> None:
    """Give a table hairlines, its columns room for what stands in them, and a description.

    Parameters
    ----------
    grid : docx.table.Table
        To be changed.
    widths : sequence of int
        Letters that each column wants on a line.
    size_pt : float
        Of the letters, points.
    page_mm : float
        Between the margins.
    description : str
        What the table is, for those who do not see it.
    """
    from docx.shared import Mm

    grid.autofit = False
    for column, width_mm in zip(grid.columns, _widths_mm(widths, size_pt, page_mm), strict=True):
        column.width = Mm(width_mm)
    properties = grid._tbl.tblPr
    properties.remove(properties.find(_name("w:tblLook")))
    borders = _element("w:tblBorders")
    for side, color, size in (("top", NAVY, 8), ("bottom", NAVY, 4), ("insideH", RULE, 4)):
        line = {"w:val": "single", "w:sz": str(size), "w:space": "0", "w:color": color}
        borders.append(_element(f"w:{side}", **line))
    properties.find(_name("w:tblLayout")).addprevious(borders)
    margins = _element("w:tblCellMar")
    for side, twips in (("left", 0), ("right", int(GUTTER_MM * TWIPS_PER_MM))):
        margins.append(_element(f"w:{side}", **{"w:w": str(twips), "w:type": "dxa"}))
    look = {"w:firstRow": "1", "w:firstColumn": "1", "w:noHBand": "1", "w:noVBand": "1"}
    caption = _element("w:tblCaption", **{"w:val": description})
    properties.extend((margins, _element("w:tblLook", **look), caption))


def _widths_mm(widths: Sequence[int], size_pt: float, page_mm: float) -> list[float]:
    """Widths of columns: on a page that is too narrow, long texts share what the others leave."""
    wanted = [width * LETTER_MM * size_pt + GUTTER_MM for width in widths]
    long_texts = [mm for mm, width in zip(wanted, widths, strict=True) if width > NARROW_CELL]
    left_mm = page_mm - (sum(wanted) - sum(long_texts))
    if sum(wanted) <= page_mm or left_mm < NARROW_MM * len(long_texts) or not long_texts:
        shrink = min(1.0, page_mm / sum(wanted))
        return [mm * shrink for mm in wanted]
    share = left_mm / sum(long_texts)
    return [
        mm * share if width > NARROW_CELL else mm for mm, width in zip(wanted, widths, strict=True)
    ]


def fill(
    row: Any,
    columns: Sequence[Column],
    texts: Sequence[str],
    *,
    size_pt: int,
    is_header: bool,
    is_kept: bool,
) -> None:
    """Write the cells of a row, which is not broken between pages.

    Parameters
    ----------
    row : docx.table._Row
        Empty.
    columns : sequence of Column
        Of the table.
    texts : sequence of str
        One for each column.
    size_pt : int
        Of the letters, points.
    is_header : bool
        Whether the row stands on every page of the table.
    is_kept : bool
        Whether it stays on one page with what follows.
    """
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("w:cantSplit"))
    if is_header:
        properties.append(_element("w:tblHeader"))
    style = style_id(header_style(size_pt) if is_header else cell_style(size_pt))
    for cell, column, text in zip(row._tr.tc_lst, columns, texts, strict=True):
        layout = _element("w:pPr")
        layout.append(_element("w:pStyle", **{"w:val": style}))
        if is_kept:
            layout.append(_element("w:keepNext"))
        if column.is_number:
            layout.append(_element("w:jc", **{"w:val": "right"}))
        run = _element("w:r")
        run.append(_text(text))
        cell.p_lst[0].extend((layout, run))


def cell_style(size_pt: int) -> str:
    """The name of the style of a table's cells."""
    return f"Table cell {size_pt}"


def header_style(size_pt: int) -> str:
    """The name of the style of a table's header."""
    return f"Table header {size_pt}"


def style_id(name: str) -> str:
    """What a paragraph calls its style: the library looks it up anew each time, which is slow."""
    return name.replace(" ", "")


def add_paragraph(document: Any, text: str, style: str) -> Any:
    """Add a paragraph in a style."""
    paragraph = document.add_paragraph(text)
    paragraph._p.style = style_id(style)
    return paragraph


def set_language(styles: Any, language: str) -> None:
    """Say in which language everything is written, unless it says otherwise."""
    defaults = styles.find(f".//{_name('w:rPrDefault')}/{_name('w:rPr')}")
    for old in defaults.findall(_name("w:lang")):
        defaults.remove(old)
    defaults.append(_element("w:lang", **{"w:val": language, "w:eastAsia": language}))


def set_typeface(style: Any, family: str) -> None:
    """Set a style in a typeface, whatever its theme says."""
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(_name("w:rFonts")):
        properties.remove(old)
    names = {f"w:{script}": family for script in ("ascii", "hAnsi", "eastAsia", "cs")}
    properties.insert(0, _element("w:rFonts", **names))


def add_left_border(style: Any, color: str) -> None:
    """Give the paragraphs of a style a thick line at their left."""
    borders = _element("w:pBdr")
    line = {"w:val": "single", "w:sz": "20", "w:space": "8", "w:color": color}
    borders.append(_element("w:left", **line))
    _insert_early(style, borders)
    style.element.get_or_add_pPr().get_or_add_ind().set(_name("w:left"), "200")


def shade(style: Any, color: str) -> None:
    """Give the paragraphs of a style a ground."""
    shading = {"w:val": "clear", "w:color": "auto", "w:fill": color}
    _insert_early(style, _element("w:shd", **shading))


def remove_borders(style: Any) -> None:
    """Take away the lines of a style's paragraphs."""
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(_name("w:pBdr")):
        properties.remove(old)


def remove_letter_spacing(style: Any) -> None:
    """Set the letters of a style as close as any."""
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(_name("w:spacing")):
        properties.remove(old)


def set_right_tab(paragraph: Any, position_mm: float) -> None:
    """One stop for tabulators: at the right margin."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm

    stops = paragraph.paragraph_format.tab_stops
    paragraph.style.paragraph_format.tab_stops.clear_all()
    stops.add_tab_stop(Mm(position_mm), WD_TAB_ALIGNMENT.RIGHT)


def _insert_early(style: Any, element: Any) -> None:
    """Add a property of paragraphs in front of those that the schema puts behind it."""
    properties = style.element.get_or_add_pPr()
    later = [_name(f"w:{name}") for name in ("tabs", "spacing", "ind", "jc", "outlineLvl")]
    if element.tag == _name("w:pBdr"):
        later.insert(0, _name("w:shd"))
    successor = next((child for child in properties if child.tag in later), None)
    if successor is None:
        properties.append(element)
    else:
        successor.addprevious(element)


def _add_mark(paragraph: Any, kind: str) -> None:
    """Add the beginning, the middle or the end of a field."""
    paragraph.add_run()._r.append(_element("w:fldChar", **{"w:fldCharType": kind}))


def _bookmark_name(anchor: str) -> str:
    """A name as Word takes it: 40 letters, digits and underscores at most, a letter first."""
    return ("s_" + anchor.replace("-", "_"))[:40]


def _text(text: str) -> Any:
    element = _element("w:t", **{"xml:space": "preserve"})
    element.text = text
    return element


def _element(tag: str, **attributes: str) -> Any:
    """An element of WordprocessingML with its attributes, by their prefixed names."""
    from docx.oxml import OxmlElement

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(_name(name), value)
    return element


def _name(prefixed: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(prefixed))
