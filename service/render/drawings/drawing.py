"""Draws charts: the formats of a table that are pictures, and the specification of one."""

import hashlib
import math
import re
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr, unescape

import orjson

from service.access.release import Released
from service.model.answers import Table
from service.render.charts.chart import Chart
from service.render.charts.lettering import length_of, wrapped
from service.render.charts.theme import NARROW, NOTE_SIZE, QUIET_INK, drawn_on, sheet
from service.render.documents import JSON_OPTIONS, text_json
from service.render.drawings.registry import chart_of_table
from service.render.fonts.typeface import CSS_FAMILIES, FOLDER, fallback_folder
from service.render.paper.pdf import picture_pdf, picture_png, size_of

_LINE: Final = NOTE_SIZE * 1.35
_ROOT: Final = re.compile(r"<svg\b[^>]*>")
_PART: Final = re.compile(r'(id="|url\(#)(clip|gradient_)(\d+)')
_TEXT: Final = re.compile(r'<text\b((?:[^>"]|"[^"]*")*)(?<!/)>(.*?)</text>', re.DOTALL)
_LINE_OF_TEXT: Final = re.compile(r"<tspan([^>]*)>([^<]*)</tspan>")
_SIZE: Final = re.compile(r'font-size="([\d.]+)px"')
_QUOTES: Final = {"&quot;": '"', "&apos;": "'"}
_DRAWING: Final = threading.Lock()
# Letters are measured in this typeface of matplotlib's, whose letters are as wide as ours within
# 2 %: the library that draws cannot find one whose name has a number in it.
_MEASURED: Final = "STIXGeneral"


def table_svg(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The chart of a table as SVG, with title, description and provenance inside."""
    return svg_of(chart_of_table(released.answer))


def table_narrow_svg(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The same chart made for a panel or a telephone, whose page names the sources itself."""
    with drawn_on(NARROW):
        return table_svg(released)


def table_png(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The chart of a table as PNG at twice its size, with description and provenance inside."""
    chart = chart_of_table(released.answer)
    texts = {"Provenance": text_json(chart.provenance)}
    return picture_png(
        svg_of(chart), title=chart.title, description=chart.description, texts=texts
    )


def table_pdf(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The chart of a table as tagged PDF."""
    chart = chart_of_table(released.answer)
    return picture_pdf(svg_of(chart), title=chart.title, description=chart.description)


def table_vega_lite(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The chart of a table as a Vega-Lite specification with its data."""
    specification = chart_of_table(released.answer).specification
    return orjson.dumps(specification, option=JSON_OPTIONS)


def svg_of(chart: Chart) -> bytes:
    """A chart as SVG: the drawing, below it notes and credit, and alternative text around it."""
    drawing = _drawn(chart)
    width, height = size_of(drawing.encode())
    width = max(width, _room_of_title(chart))
    lines = [
        line
        for text in (*chart.notes, *((chart.credit,) if sheet().is_credited else ()))
        for line in wrapped(text, width - 2 * sheet().padding, NOTE_SIZE)
    ]
    digest = hashlib.sha256(drawing.encode()).hexdigest()[:12]
    whole = math.ceil(height + _LINE * len(lines) + sheet().padding / 2)
    # Pictures that stand in one page must not share names.
    inner = _PART.sub(rf"\1c{digest}-\2\3", _ROOT.sub("", drawing, count=1).removesuffix("</svg>"))
    names = f"t{digest}", f"d{digest}"
    title, description, provenance = (
        escape(text) for text in (chart.title, chart.description, text_json(chart.provenance))
    )
    letters = _lettered(lines, height)
    if sheet().is_fitted:
        inner, letters = _fitted(inner), _fitted(letters)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{whole:g}" '
        f'viewBox="0 0 {width:g} {whole:g}" role="img" aria-labelledby="{" ".join(names)}" '
        f'xml:lang="en-GB"><title id="{names[0]}">{title}</title>'
        f'<desc id="{names[1]}">{description}</desc><metadata>{provenance}</metadata>'
        f'<rect width="{width:g}" height="{whole:g}" fill="white"/>{inner}'
        f"{letters}</svg>"
    )
    return svg.encode()


def _room_of_title(chart: Chart) -> float:
    """The width that title and subtitle take in our typeface."""
    lines = chart.specification["title"]
    sizes = (("text", sheet().title, True), ("subtitle", sheet().subtitle, False))
    lengths = [
        length_of(line, size, is_bold=is_bold)
        for name, size, is_bold in sizes
        for line in lines[name]
    ]
    return math.ceil(max(lengths, default=0.0)) + 2 * sheet().padding


def _lettered(lines: Sequence[str], top: float) -> str:
    """Lines of small letters below a drawing."""
    letters = "".join(
        f'<text x="{sheet().padding}" y="{top + _LINE * (number + 0.5):.1f}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    families = quoteattr(CSS_FAMILIES)
    return f'<g font-family={families} font-size="{NOTE_SIZE}" fill="{QUIET_INK}">{letters}</g>'


def _fitted(drawing: str) -> str:
    """A drawing whose lines of letters are as long as they were measured, in any typeface."""

    def fitted(element: re.Match[str]) -> str:
        attributes, content = element[1], element[2]
        stated = _SIZE.search(attributes)
        size = float(stated[1]) if stated else float(NOTE_SIZE)
        is_bold = 'font-weight="bold"' in attributes

        def stretched(line: re.Match[str]) -> str:
            length = _stretch(line[2], size=size, is_bold=is_bold)
            return f"<tspan{line[1]}{length}>{line[2]}</tspan>"

        if "<tspan" in content:
            return f"<text{attributes}>{_LINE_OF_TEXT.sub(stretched, content)}</text>"
        return f"<text{attributes}{_stretch(content, size=size, is_bold=is_bold)}>{content}</text>"

    return _TEXT.sub(fitted, drawing)


def _stretch(text: str, *, size: float, is_bold: bool) -> str:
    """The attributes that give a line of letters its length; none for what has no length."""
    length = length_of(unescape(text, _QUOTES), size, is_bold=is_bold)
    return f' textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"' if length >= 1 else ""


def _drawn(chart: Chart) -> str:
    """The specification of a chart drawn as SVG, without a network."""
    with _DRAWING:
        plain = orjson.loads(orjson.dumps(chart.specification, option=JSON_OPTIONS))
        plain["config"]["font"] = _MEASURED
        drawing = str(_painter().vegalite_to_svg(plain, allowed_base_urls=[]))
    # The library counts its gradients through all pictures that a process draws.
    numbers: dict[tuple[str, str], int] = {}

    def numbered(part: re.Match[str]) -> str:
        number = numbers.setdefault((part[2], part[3]), len(numbers))
        return f"{part[1]}{part[2]}{number}"

    drawing = _PART.sub(numbered, drawing)
    return drawing.replace(f'font-family="{_MEASURED}"', f"font-family={quoteattr(CSS_FAMILIES)}")


@cache
def _painter() -> Any:
    """The library that draws, which knows the typefaces."""
    import vl_convert

    vl_convert.register_font_directory(str(FOLDER))
    vl_convert.register_font_directory(str(fallback_folder()))
    return vl_convert
