"""Composes a map for paper, and makes its bytes: PNG, SVG, PDF."""

from typing import Final

from service.access.release import Released
from service.model.answers import PrintMap
from service.render.documents import provenance_text
from service.render.maps.drawing import DRAWING
from service.render.maps.printed import words
from service.render.maps.printed.colours import INK, RED, SOFT
from service.render.maps.printed.column import draw_inset, draw_legend, legend_height
from service.render.maps.printed.furniture import add_labels, add_scale_bar, add_tag
from service.render.maps.printed.layers import Ground
from service.render.maps.printed.page import MARGIN, Box, Page
from service.render.maps.printed.typesetting import lines_of
from service.render.paper.pdf import picture_pdf

TITLE_PT, SUBTITLE_PT, FOOT_PT = 15.0, 9.0, 6.6
_COLUMN: Final = 0.235  # of the width of a sheet that is wider than high
_BAND: Final = 0.27  # of the height of one that is not, where there is an inset
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
    map_box, column = _boxes(page, content, top, bottom)
    ground = Ground(page.axes_at(map_box), content.bounds_m, map_box)
    ground.land(content.extent)
    for part in content.tables:
        ground.areas(part)
    if content.surface is not None:
        ground.surface(content.surface)
    ground.borders(content.outlines, content.extent)
    for part in content.tables:
        if part.circles:
            ground.circles(part)
    end = draw_legend(page, content, column, words.notes(content))
    obstacles = [add_scale_bar(page, ground)]
    if content.provenance.synthetic:
        obstacles.append(add_tag(page, ground))
    if content.inset is not None:
        foot = (column[0], column[1], column[2], end)
        if page.is_upright:
            foot = (page.width / 2 + _GAP, column[1], page.width - MARGIN, column[3])
        if draw_inset(page, content, content.inset, foot):
            ground.frame(content.inset.raster.grid.bounds_m)
    for part in content.tables:
        add_labels(page, ground, part, obstacles)
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


def _boxes(page: Page, content: PrintMap, top: float, bottom: float) -> tuple[Box, Box]:
    """The box of the map, and that of its legend: beside it, or below it at the left."""
    left, right = MARGIN, page.width - MARGIN
    if page.is_upright:
        least = 0.0 if content.inset is None else _BAND * page.height
        band = bottom + max(least, legend_height(page, content))
        return (left, band + _GAP, right, top), (left, bottom, page.width / 2 - _GAP, band)
    middle = right - _COLUMN * page.width
    return (left, bottom, middle - _GAP, top), (middle, bottom, right, top)
