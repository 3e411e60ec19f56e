"""The column beside a printed map: what its colours, circles and lines mean, and its inset."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from service.model.answers import SUPPRESSED, MapSurface, MapTable, PrintMap
from service.render.maps.colour import MISSING
from service.render.maps.printed.colours import (
    CIRCLE,
    INK,
    PAPER,
    SOFT,
    Swatch,
    even_ramp,
    swatches_of,
)
from service.render.maps.printed.layers import (
    BORDER,
    EDGE,
    LARGEST_CIRCLE,
    Ground,
    circle_radius,
    circle_steps,
    is_of_points,
)
from service.render.maps.printed.page import Box, Page
from service.render.maps.printed.typesetting import lines_of, text_width

HEADING_PT, ROW_PT, NOTE_PT = 9.0, 8.5, 7.5
_SWATCH: Final = (24.0, 11.0)
_ROW: Final = 14.2  # from class to class
# What the rows of a kind are, where they are no areas.
_NOUNS: Final = {
    "growth-overlay": "sites", "sites": "sites", "clusters": "clusters", "patrols": "places",
}  # fmt: skip
_SMALLEST_INSET: Final = 60.0


def surface_swatches(surface: MapSurface) -> list[Swatch]:
    """The classes of a density, highest first."""
    colours = even_ramp("heat", len(surface.breaks)) if surface.breaks else []
    labels = [
        *(f"{_number(low)} to {_number(high)}" for low, high in pairwise(surface.breaks)),
        *(f"{_number(low)} and more" for low in surface.breaks[-1:]),
    ]
    swatches = [Swatch(label, colour) for label, colour in zip(labels, colours, strict=True)]
    if swatches:
        swatches.insert(0, Swatch(f"less than {_number(surface.breaks[0])}", PAPER))
    return swatches[::-1]


def _number(value: float) -> str:
    """A break as the legend of the tiles has it, its thousands apart."""
    return f"{value:,.6g}"


def draw_legend(page: Page, content: PrintMap, box: Box, notes: Sequence[str]) -> float:
    """Draw the legend of everything on a map from the top of a box; where it ends."""
    left, _, right, top = box
    width = right - left
    if content.surface is not None:
        top = _classes(page, left, top, width, surface_swatches(content.surface),
                       content.surface.raster.unit)  # fmt: skip
        if not content.surface.breaks:
            words = "Nothing to show: no incident is selected."
            top = page.paragraph(left, top, words, ROW_PT * page.scale, width)
    for part in content.tables:
        if part.legend is not None:
            top = _classes(
                page,
                left,
                top,
                width,
                _present(swatches_of(part.legend), part),
                part.legend.unit,
                noun=_NOUNS.get(part.legend.kind, "areas"),
                is_points=is_of_points(part),
            )
        if part.circles:
            top = _circles(page, left, top, width, part)
    top = _line(page, left, top, width, content.outlines_of)
    for note in notes:
        top = page.paragraph(left, top, note, NOTE_PT * page.scale, width, colour=SOFT, most=6)
        top -= 3 * page.scale
    return top


def _present(swatches: list[Swatch], part: MapTable) -> list[Swatch]:
    """The classes of a legend, that of what is suppressed only where something is."""
    if part.legend is None:
        return swatches
    has_suppressed = SUPPRESSED in part.table.columns[part.legend.attribute].tolist()
    return [swatch for swatch in swatches if swatch.label != SUPPRESSED or has_suppressed]


def draw_inset(page: Page, content: PrintMap, inset: MapSurface, box: Box) -> bool:
    """Draw the enlarged part of a map at the foot of a box, if it has room for it."""
    left, bottom, right, top = box
    width = right - left
    points = NOTE_PT * page.scale
    line = page.line_height(points)
    strip = 34 * page.scale  # its classes
    grid = inset.raster.grid.bounds_m
    side = min(width, top - bottom - 2.3 * line - strip)
    if side < _SMALLEST_INSET:
        return False
    title = lines_of(f"Enlarged: {inset.title}", points, width, most=2)
    for index, text in enumerate(title):
        page.write(left, bottom + strip + side + (len(title) - index) * line + 2, text, points)
    map_box = (left, bottom + strip, left + side, bottom + strip + side)
    ground = Ground(page.axes_at(map_box, zorder=3), grid, map_box)
    ground.land(content.extent)
    ground.surface(inset)
    ground.borders(content.outlines, content.extent, linewidth=0.5)
    _strip(page, inset, (left, bottom, left + side, bottom + strip - 4))
    return True


def _strip(page: Page, surface: MapSurface, box: Box) -> None:
    """The classes of an inset as a row of colours with their lower bounds."""
    from matplotlib.patches import Rectangle

    left, _, right, top = box
    points = 6.3 * page.scale
    count = max(len(surface.breaks), 1)
    step = (right - left) / count
    height = 7 * page.scale
    unit = f"{surface.raster.unit}, from"
    page.write(left, top - height - 1.5 - page.line_height(points), unit, points, colour=SOFT)
    every = 1
    widest = max((text_width(f"{v:,.4g}", points) for v in surface.breaks), default=0.0)
    while widest + 3 > step * every:
        every += 1
    for k, colour in enumerate(even_ramp("heat", count) if surface.breaks else ()):
        x = left + k * step
        page.paper.add_patch(
            Rectangle((x, top - height), step, height, facecolor=colour, edgecolor=EDGE,
                      linewidth=0.4)
        )  # fmt: skip
        if k % every == 0:
            page.write(x, top - height - 1.5, f"{surface.breaks[k]:,.4g}", points)


def _classes(
    page: Page,
    left: float,
    top: float,
    width: float,
    swatches: Sequence[Swatch],
    unit: str,
    *,
    noun: str = "areas",
    is_points: bool = False,
) -> float:
    """A heading and a row for each class; where they end."""
    from matplotlib.patches import Rectangle

    points = ROW_PT * page.scale
    top = page.paragraph(left, top, unit, HEADING_PT * page.scale, width, bold=True, most=3)
    top -= 2 * page.scale
    swatch_width, swatch_height = (length * page.scale for length in _SWATCH)
    row = _ROW * page.scale
    has_counts = any(swatch.count is not None for swatch in swatches)
    if has_counts:
        page.write(left + width, top, noun, 6.8 * page.scale, colour=SOFT, align="right")
        top -= 9 * page.scale
    for swatch in swatches:
        if is_points:
            middle = left + swatch_width / 2, top - swatch_height / 2
            _disc(page, *middle, swatch_height / 2, swatch.colour)
        else:
            page.paper.add_patch(
                Rectangle(
                    (left, top - swatch_height), swatch_width, swatch_height,
                    facecolor=swatch.colour, edgecolor=EDGE, linewidth=0.5,
                    hatch=swatch.hatch or None,
                )
            )  # fmt: skip
        x = left + swatch_width + 6 * page.scale
        room = width - swatch_width - (30 if has_counts else 6) * page.scale
        bottom = page.paragraph(x, top - 1.2, swatch.label, points, room, most=2)
        if swatch.count is not None:
            page.write(left + width, top - 1.2, f"{swatch.count:,}", points, colour=SOFT,
                       align="right")  # fmt: skip
        top = min(top - row, bottom - 1)
    return top - 5 * page.scale


def _circles(page: Page, left: float, top: float, width: float, part: MapTable) -> float:
    """What the circles count, and three of them with their numbers; where they end."""
    values = np.asarray(part.table.columns[part.circles], dtype=np.float64)
    largest = float(np.nanmax(values, initial=0.0)) if len(values) else 0.0
    points = ROW_PT * page.scale
    heading = f"Circles: {part.circles_of}"
    top = page.paragraph(left, top, heading, HEADING_PT * page.scale, width, bold=True, most=3)
    top -= 2 * page.scale
    x = left + LARGEST_CIRCLE
    for step in circle_steps(largest):
        radius = circle_radius(step, largest)
        height = max(2 * radius, page.line_height(points))
        _disc(page, x, top - height / 2, radius, MISSING if is_of_points(part) else CIRCLE)
        page.write(left + 2 * LARGEST_CIRCLE + 6, top - height / 2 + points / 2, f"{step:,g}",
                   points)  # fmt: skip
        top -= height + 2 * page.scale
    if is_of_points(part):
        return top - 3
    missing = int(np.count_nonzero(~np.isfinite(values)))
    words = "no circle: none" if largest else "no circle: none in any area"
    if missing:
        words += f"; suppressed in {missing:,}"
    return page.paragraph(left, top, words, NOTE_PT * page.scale, width, colour=SOFT) - 5


def _disc(page: Page, x: float, y: float, radius: float, colour: str = CIRCLE) -> None:
    page.paper.plot(
        [x], [y], marker="o", markersize=2 * radius, color=colour, markeredgecolor=INK,
        markeredgewidth=0.6,
    )  # fmt: skip


def _line(page: Page, left: float, top: float, width: float, words: str) -> float:
    """What the borders are of; where it ends."""
    points = NOTE_PT * page.scale
    swatch_width = _SWATCH[0] * page.scale
    y: Any = top - 5 * page.scale
    page.paper.plot([left, left + swatch_width], [y, y], color=BORDER, linewidth=0.9)
    x = left + swatch_width + 6 * page.scale
    end = page.paragraph(x, top, words, points, width - swatch_width - 6, colour=INK, most=3)
    return end - 5 * page.scale
