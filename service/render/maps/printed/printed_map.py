"""Composes a map for paper, and makes its bytes: PNG, SVG, PDF."""

import threading
from typing import Final

from service.access.release import Released
from service.model.answers import PrintMap
from service.render.documents import provenance_text
from service.render.maps.printed import words
from service.render.maps.printed.colours import INK, RED, SOFT
from service.render.maps.printed.column import draw_inset, draw_legend
from service.render.maps.printed.enlarged import crowded_bounds, draw_enlarged, draw_layers
from service.render.maps.printed.furniture import (
    add_labels,
    add_outline_names,
    add_scale_bar,
    add_tag,
)
from service.render.maps.printed.layers import Ground
from service.render.maps.printed.page import MARGIN, Box, Page
from service.render.maps.printed.typesetting import lines_of
from service.render.paper.pdf import picture_pdf

# matplotlib's figures are separate, its settings and its font cache are not.
DRAWING: Final = threading.Lock()
TITLE_PT, SUBTITLE_PT, FOOT_PT = 15.0, 9.0, 6.6
_COLUMN: Final = 0.235  # of the width of a sheet that is wider than high
_BAND: Final = 0.27  # of the height of one that is not
_HIGHEST_BAND: Final = 0.45
_SMALLEST_SCALE: Final = 0.6  # of the text of a legend that would not fit otherwise
_GAP: Final = 12.0
_MOST_LINES: Final = 8  # of a paragraph at the foot


def map_png(released: Released[PrintMap]) -> bytes:
    """A map as PNG, with its title, alternative text and provenance in chunks of their own."""
    content = released.answer
    texts = {
        "Title": words.headline(content),
        "Description": words.description(content),
        "Provenance": provenance_text(content.provenance),
    }
    with DRAWING:
        return _composed(content).png(content.width, texts)


def map_svg(released: Released[PrintMap]) -> bytes:
    """A map as SVG, with its title and alternative text."""
    content = released.answer
    with DRAWING:
        page = _composed(content)
        return page.svg(words.headline(content), words.description(content))


def map_pdf(released: Released[PrintMap]) -> bytes:
    """A map as a tagged PDF of one page, with its title and alternative text."""
    content = released.answer
    return picture_pdf(
        map_svg(released), title=words.headline(content), description=words.description(content)
    )


def _composed(content: PrintMap) -> Page:
    """The sheet of a map."""
    page = Page(content.size)
    top = _header(page, content)
    bottom = _footer(page, content)
    legend_height = _legend_height(content)
    map_box, column = _boxes(page, top, bottom, legend_height)
    ground = Ground(page.axes_at(map_box), content.bounds_m, map_box)
    draw_layers(ground, content)
    scale = page.scale
    page.scale *= min(1.0, max((column[3] - column[1]) / max(legend_height, 1.0), _SMALLEST_SCALE))
    end = draw_legend(page, content, column, words.notes(content))
    page.scale = scale
    obstacles = [add_scale_bar(page, ground)]
    if content.provenance.synthetic:
        obstacles.append(add_tag(page, ground))
    foot = (column[0], column[1], column[2], end)
    if page.is_upright:
        foot = (column[2] + 2 * _GAP, column[1], page.width - MARGIN, column[3])
    hidden = None if content.surface is not None else crowded_bounds(content, ground.bounds_m)
    if content.inset is not None:
        if draw_inset(page, content, content.inset, foot):
            ground.frame(content.inset.raster.grid.bounds_m)
    elif hidden is not None and draw_enlarged(page, content, hidden, foot):
        ground.frame(hidden)
        obstacles.append(ground.box_on_paper(hidden))
    else:
        hidden = None
    for part in content.tables:
        add_labels(page, ground, part, obstacles, hidden=hidden)
    add_outline_names(page, ground, content, obstacles)
    return page


def _header(page: Page, content: PrintMap) -> float:
    """Write title and subtitle; where they end."""
    width, top = page.width - 2 * MARGIN, page.height - MARGIN
    top = page.paragraph(
        MARGIN, top, words.headline(content), TITLE_PT * page.scale, width, bold=True, most=3
    )
    subtitle = SUBTITLE_PT * page.scale
    top = page.paragraph(MARGIN, top - 1, content.subtitle, subtitle, width, colour=SOFT, most=3)
    return top - 6


def _footer(page: Page, content: PrintMap) -> float:
    """Write credits, date and digest at the foot, over each other; where they begin."""
    points, width = FOOT_PT * page.scale, page.width - 2 * MARGIN
    paragraphs = [
        (words.caveats(content), INK, False),
        (words.credit(content), SOFT, False),
        (words.made_from(content), SOFT, False),
    ]
    if content.provenance.synthetic:
        paragraphs.insert(0, (words.INVENTED, RED, True))
    lines = [
        (line, colour, bold)
        for text, colour, bold in paragraphs
        for line in lines_of(text, points, width, bold=bold, most=_MOST_LINES)
    ]
    start = MARGIN * 0.7 + len(lines) * page.line_height(points)
    for index, (line, colour, bold) in enumerate(lines):
        page.write(
            MARGIN, start - index * page.line_height(points), line, points, colour=colour,
            bold=bold,
        )  # fmt: skip
    return start + 6


def _legend_height(content: PrintMap) -> float:
    """How high the legend is, told by drawing it on a sheet that nobody sees."""
    sheet = Page(content.size)
    column = _column(sheet, 0.0, sheet.height, sheet.height)
    return sheet.height - draw_legend(sheet, content, column, words.notes(content))


def _column(page: Page, bottom: float, top: float, band_top: float) -> Box:
    """The box of the legend: a column at the right, or the left half of a band at the foot."""
    left, right = MARGIN, page.width - MARGIN
    if page.is_upright:
        return left, bottom, (left + right) / 2 - _GAP, band_top
    return right - _COLUMN * page.width, bottom, right, top


def _boxes(page: Page, top: float, bottom: float, legend_height: float) -> tuple[Box, Box]:
    """The box of the map, and that of the column or band with its legend."""
    left, right = MARGIN, page.width - MARGIN
    if page.is_upright:
        band = max(_BAND * page.height, min(legend_height, _HIGHEST_BAND * page.height))
        column = _column(page, bottom, top, bottom + band)
        return (left, column[3] + _GAP, right, top), column
    column = _column(page, bottom, top, top)
    return (left, bottom, column[0] - _GAP, top), column
