"""What stands on a printed map and is not to scale: bar, arrow, tag, labels."""

import math
from typing import Any, Final

import numpy as np
import shapely

from service.model.answers import MapTable
from service.render.maps.printed.colours import INK, PAPER, RED
from service.render.maps.printed.labels import Anchor, places_of
from service.render.maps.printed.layers import Ground, circle_radius
from service.render.maps.printed.page import Box, Page
from service.render.maps.printed.typesetting import lines_of, text_width

SYNTHETIC: Final = "SYNTHETIC DATA"
LABEL_PT: Final = 7.8
_LABEL_WIDTH: Final = 120.0  # a longer name goes into two lines
_MARK: Final = 1.8  # radius of the dot of a named place


def add_scale_bar(page: Page, ground: Ground) -> Box:
    """Draw a bar of a round length and an arrow to grid north at the lower left; their box."""
    from matplotlib.patches import Polygon, Rectangle

    left, bottom, right, _ = ground.box
    points = 7.5 * page.scale
    longest = (right - left) / 4 * ground.m_per_pt
    power = 10.0 ** math.floor(math.log10(longest))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= longest)
    length = length_m / ground.m_per_pt
    unit, divisor = ("km", 1000.0) if length_m >= 1000 else ("m", 1.0)
    x, y = left + 30 * page.scale, bottom + 9 * page.scale
    label_width = text_width(f"{length_m / divisor:g} {unit}", points)
    box = (left, bottom, x + length + label_width, y + 30 * page.scale)
    page.paper.add_patch(
        Rectangle(
            (box[0] + 0.8, box[1] + 0.8), box[2] - box[0] + 4, box[3] - box[1] - 6 * page.scale,
            facecolor=PAPER, alpha=0.85, edgecolor="none", zorder=1,
        )
    )  # fmt: skip
    thickness = 3.2 * page.scale
    for part, colour in ((0, INK), (1, PAPER)):
        page.paper.add_patch(
            Rectangle(
                (x + part * length / 2, y), length / 2, thickness,
                facecolor=colour, edgecolor=INK, linewidth=0.7, zorder=2,
            )
        )  # fmt: skip
    top = y + thickness + points * 1.15
    for share in (0.0, 0.5, 1.0):
        value = f"{length_m * share / divisor:g}"
        text = f"{value} {unit}" if share == 1.0 else value
        page.write(x + share * length, top, text, points, align="center")
    middle, base, tip = left + 12 * page.scale, bottom + 7 * page.scale, bottom + 18 * page.scale
    half = 4.2 * page.scale
    page.paper.add_patch(
        Polygon(
            [(middle - half, base), (middle, tip), (middle + half, base), (middle, base + half)],
            facecolor=INK, edgecolor=INK, linewidth=0.5, zorder=2,
        )
    )  # fmt: skip
    page.write(middle, tip + points, "N", points, bold=True, align="center")
    return box


def add_tag(page: Page, ground: Ground) -> Box:
    """Write on the map itself that its data are invented; the box of the tag."""
    from matplotlib.patches import Rectangle

    points = 8.5 * page.scale
    width = text_width(SYNTHETIC, points, bold=True) + 10
    _, _, right, top = ground.box
    box = (right - width - 6, top - points - 13, right - 6, top - 6)
    page.paper.add_patch(
        Rectangle(
            (box[0], box[1]), box[2] - box[0], box[3] - box[1],
            facecolor=PAPER, edgecolor=RED, linewidth=1.0, zorder=2,
        )
    )  # fmt: skip
    page.write(box[0] + 5, top - 9.5, SYNTHETIC, points, bold=True, colour=RED)
    return box


def named_rows(part: MapTable) -> list[int]:
    """The rows of a table that are named on the map, the leading one first."""
    if not part.names or not part.most_names:
        return []
    values = np.asarray(part.table.columns[part.name_by], dtype=np.float64)
    order = np.argsort(np.where(np.isfinite(values), -values, np.inf), kind="stable")
    leading = [int(k) for k in order if part.names[k].strip() and values[k] > 0]
    return leading[: part.most_names]


def add_labels(page: Page, ground: Ground, part: MapTable, obstacles: list[Box]) -> list[str]:
    """Write the names of the leading rows where none covers another; those that had room."""
    rows = named_rows(part)
    if not rows:
        return []
    points = LABEL_PT * page.scale
    shapes = np.asarray(part.table.geometries)[rows]
    is_area = bool((shapely.get_dimensions(shapes) == 2).all())
    middle_of = shapely.centroid if part.circles else shapely.point_on_surface
    middles = ground.on_paper(shapely.get_coordinates(middle_of(shapes)))
    texts = [lines_of(part.names[row], points, _LABEL_WIDTH * page.scale, most=2) for row in rows]
    line = page.line_height(points)
    anchors = [
        Anchor(
            float(x),
            float(y),
            size,
            max(text_width(text, points) for text in lines) + 2,
            len(lines) * line,
            is_area=is_area and not size,
        )
        for (x, y), size, lines in zip(middles, _mark_sizes(page, part, rows), texts, strict=True)
    ]
    is_inside = [
        ground.box[0] <= a.x <= ground.box[2] and ground.box[1] <= a.y <= ground.box[3]
        for a in anchors
    ]
    shown = [k for k, inside in enumerate(is_inside) if inside]
    places = places_of([anchors[k] for k in shown], bounds=ground.box, obstacles=obstacles)
    named = []
    for k, place in zip(shown, places, strict=True):
        if not is_area:
            _dot(page, anchors[k])
        if place is None:
            continue
        named.append(part.names[rows[k]])
        if place.leader is not None:
            x, y, end_x, end_y = place.leader
            page.paper.plot([x, end_x], [y, end_y], color=INK, linewidth=0.6, zorder=2)
        top = place.box[3]
        for text in texts[k]:
            page.write(place.middle[0], top, text, points, align="center", halo=True)
            top -= line
    return named


def _mark_sizes(page: Page, part: MapTable, rows: list[int]) -> list[float]:
    """The radius of the circle or dot of each row that is named; 0 for an area without."""
    if part.circles:
        values = np.asarray(part.table.columns[part.circles], dtype=np.float64)
        largest = max(float(np.nanmax(values, initial=0.0)), 1.0)
        return [circle_radius(value, largest) for value in np.nan_to_num(values[rows])]
    is_ground = part.legend is not None and part.legend.drawn_as == "area"
    return [0.0 if is_ground else _MARK * page.scale] * len(rows)


def _dot(page: Page, anchor: Anchor) -> None:
    """The mark of a named place."""
    page.paper.plot(
        [anchor.x], [anchor.y], marker="o", markersize=2 * anchor.radius,
        color=INK, markeredgecolor=PAPER, markeredgewidth=0.7, zorder=2,
    )  # fmt: skip


def leading_values(part: MapTable, most: int = 5) -> list[tuple[str, Any]]:
    """The leading rows with their values, for the words of a map."""
    rows = named_rows(part)[:most]
    return [(part.names[row], part.table.columns[part.name_by][row]) for row in rows]
