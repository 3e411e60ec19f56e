"""What stands on a printed map and is not to scale: bar, arrow, tag, labels."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely

from service.model.answers import MapTable, PrintMap
from service.render.maps.printed.colours import INK, PAPER, RED, SOFT
from service.render.maps.printed.labels import Anchor, Place, overlap, places_of
from service.render.maps.printed.layers import Ground, radii_of
from service.render.maps.printed.page import Box, Page
from service.render.maps.printed.typesetting import lines_of, printable, text_width
from spatial.arrays import BoolArray, FloatArray

SYNTHETIC: Final = "SYNTHETIC DATA"
LABEL_PT: Final = 7.8
OUTLINE_PT: Final = 6.8
_LABEL_WIDTH: Final = 120.0  # a longer name goes into two lines
_SPECK: Final = 4.0  # radius of an area that a dot would hide
_LARGEST_MARK: Final = 12.0  # of an area that is named beside it
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


def named_rows(part: MapTable, is_shown: BoolArray | None = None) -> list[int]:
    """The rows of a table that are named on the map, or on a part of it, the leading one first."""
    if not part.names or not part.most_names:
        return []
    seen = {""}  # cells of a grid share the names of their places
    leading = []
    for row in leading_rows(part):
        if part.names[row].strip() not in seen and (is_shown is None or is_shown[row]):
            seen.add(part.names[row].strip())
            leading.append(row)
    return leading[: part.most_names]


def leading_rows(part: MapTable) -> list[int]:
    """The rows of a table that may be named on the map, the leading one first."""
    rows = np.arange(len(part.table))
    if part.name_by:
        values = np.asarray(part.table.columns[part.name_by], dtype=np.float64)
        rows = np.argsort(np.where(np.isfinite(values), -values, np.inf), kind="stable")
        rows = rows[values[rows] > 0]
    if part.name_classes and part.legend is not None:
        number = {label: k for k, label in enumerate(part.name_classes)}
        labels = part.table.columns[part.legend.attribute]
        classes = np.array([number.get(str(labels[k]), len(number)) for k in rows], np.int64)
        order = np.argsort(classes, kind="stable")
        rows = rows[order][classes[order] < len(number)]
    return [int(row) for row in rows]


def add_labels(
    page: Page,
    ground: Ground,
    part: MapTable,
    obstacles: list[Box],
    *,
    hidden: Sequence[float] | None = None,
    points: float = LABEL_PT,
) -> None:
    """Write the names of the leading rows where none covers another, or an obstacle.

    Their boxes are obstacles to what comes after.

    What is `hidden` (left, bottom, right, top in metres) is enlarged elsewhere, and named there.
    """
    if part.table.geometries is None or not len(part.table):
        return
    xy_m = middles_of(part)
    is_shown = _is_inside(xy_m, ground.bounds_m)
    if hidden is not None:
        is_shown &= ~_is_inside(xy_m, hidden)
    rows = named_rows(part, is_shown)
    if not rows:
        return
    points *= page.scale
    is_ground = part.legend is not None and part.legend.drawn_as == "area" and not part.circles
    middles = ground.on_paper(xy_m[rows])
    texts = [lines_of(part.names[row], points, _LABEL_WIDTH * page.scale, most=2) for row in rows]
    line = page.line_height(points)
    sizes = [(max(text_width(t, points) for t in lines) + 2, len(lines) * line) for lines in texts]
    radii = _mark_sizes(page, ground, part, rows, sizes)
    anchors = [
        Anchor(float(x), float(y), radius, *size, is_area=not radius)
        for (x, y), radius, size in zip(middles, radii, sizes, strict=True)
    ]
    places = places_of(anchors, bounds=ground.box, obstacles=obstacles)
    for anchor, place, lines in zip(anchors, places, texts, strict=True):
        if part.legend is None:
            _dot(page, anchor)
        if place is None:
            continue
        obstacles.append(place.box)
        if place.leader is not None or (is_ground and anchor.radius):
            _leader(page, anchor, place, is_ground=is_ground)
        top = place.box[3]
        for text in lines:
            page.write(place.middle[0], top, text, points, align="center", halo=True)
            top -= line


def add_outline_names(
    page: Page, ground: Ground, content: PrintMap, obstacles: list[Box], points: float = OUTLINE_PT
) -> None:
    """Write the names of the areas with borders where nothing else is, in grey."""
    if not content.outline_names:
        return
    marks = [box for part in content.tables for box in _marks(ground, part)]
    shapes = np.asarray(content.outlines)
    xy_m = shapely.get_coordinates(shapely.point_on_surface(shapes))
    is_shown = _is_inside(xy_m, ground.bounds_m)
    is_shown &= shapely.covers(shapely.union_all(content.extent), shapely.points(xy_m))
    points *= page.scale
    height = page.line_height(points)
    for row in np.flatnonzero(is_shown):
        (x, y), name = ground.on_paper(xy_m[row]), content.outline_names[row]
        width = text_width(printable(name), points)
        left, bottom, right, top = shapely.bounds(shapes[row]) / ground.m_per_pt
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        is_free = not any(overlap(box, other) for other in (*obstacles, *marks))
        if is_free and right - left > width and top - bottom > 2 * height:
            page.write(x, box[3], name, points, colour=SOFT, align="center", halo=True)
            obstacles.append(box)


def _marks(ground: Ground, part: MapTable) -> list[Box]:
    """The boxes of what lies apart on the ground, or stands on it."""
    if part.table.geometries is None or not len(part.table):
        return []
    if part.circles:
        sizes = radii_of(part)
        middles = ground.on_paper(middles_of(part))
        pairs = zip(middles.tolist(), sizes.tolist(), strict=True)
        return [(x - size, y - size, x + size, y + size) for (x, y), size in pairs if size > 0]
    if not part.is_loose:
        return []
    bounds = shapely.bounds(np.asarray(part.table.geometries))
    return [ground.box_on_paper(box) for box in bounds.tolist()]


def _leader(page: Page, anchor: Anchor, place: Place, *, is_ground: bool) -> None:
    """A line from a label to what it names; on an area it begins at a dot."""
    left, bottom, right, top = place.box
    end_x, end_y = min(max(anchor.x, left), right), min(max(anchor.y, bottom), top)
    start = (anchor.x, anchor.y) if is_ground or not place.leader else place.leader[:2]
    page.paper.plot([start[0], end_x], [start[1], end_y], color=INK, linewidth=0.6, zorder=2)
    if is_ground and anchor.radius > _SPECK:
        page.paper.plot([start[0]], [start[1]], marker="o", markersize=1.9, color=INK, zorder=2)


def middles_of(part: MapTable) -> FloatArray:
    """Where each row of a table is named, metres."""
    middle = shapely.centroid if part.circles else shapely.point_on_surface
    middles: FloatArray = shapely.get_coordinates(middle(np.asarray(part.table.geometries)))
    return middles


def _is_inside(xy_m: FloatArray, bounds_m: Sequence[float]) -> BoolArray:
    left, bottom, right, top = bounds_m
    inside: BoolArray = (
        (xy_m[:, 0] >= left) & (xy_m[:, 0] <= right) & (xy_m[:, 1] >= bottom) & (xy_m[:, 1] <= top)
    )
    return inside


def _mark_sizes(
    page: Page,
    ground: Ground,
    part: MapTable,
    rows: list[int],
    labels: Sequence[tuple[float, float]],
) -> list[float]:
    """The radius of what a label must not cover of each row; 0 where it may lie on its area."""
    if part.circles:
        return [float(radius) for radius in radii_of(part)[rows]]
    if part.legend is None:
        return [_MARK * page.scale] * len(rows)
    radii = []
    for (left, bottom, right, top), (width, height) in zip(
        shapely.bounds(np.asarray(part.table.geometries)[rows]) / ground.m_per_pt,
        labels,
        strict=True,
    ):
        has_room = right - left > width and top - bottom > height
        radius = max(right - left, top - bottom) / 2
        radii.append(0.0 if has_room else float(min(max(radius, _MARK), _LARGEST_MARK)))
    return radii


def _dot(page: Page, anchor: Anchor) -> None:
    """The mark of a named place."""
    page.paper.plot(
        [anchor.x], [anchor.y], marker="o", markersize=2 * anchor.radius,
        color=INK, markeredgecolor=PAPER, markeredgewidth=0.7, zorder=2,
    )  # fmt: skip


def leading_values(part: MapTable, most: int = 5) -> list[tuple[str, Any]]:
    """The leading rows with their values, for the words of a map."""
    rows = named_rows(part)[:most]
    if not part.name_by:
        return [(part.names[row], None) for row in rows]
    values = part.table.columns[part.name_by]
    return [(part.names[row], values[row]) for row in rows]
