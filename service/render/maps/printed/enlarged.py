"""What of a printed map is shown enlarged in a corner."""

from typing import Final

import numpy as np
import shapely

from service.model.answers import PrintMap
from service.render.maps.printed.furniture import (
    add_labels,
    add_outline_names,
    leading_rows,
    middles_of,
)
from service.render.maps.printed.layers import Ground
from service.render.maps.printed.page import Box, Page
from spatial.arrays import FloatArray

Bounds = tuple[float, float, float, float]

REACH: Final = 0.08  # of the longer side of the map: how far apart the places of a group are
FEWEST: Final = 3  # places that make a group
MOST_COMPARED: Final = 1_000
WORTH: Final = 0.28  # of the longer side: what is wider is large enough on the map itself
NARROWEST: Final = 0.025
TITLE_PT, LABEL_PT = 7.5, 7.0
SMALLEST: Final = 90.0  # points across, below which nothing is gained


def enlarged_bounds(xy_m: FloatArray, extents_m: FloatArray, bounds_m: Bounds) -> Bounds | None:
    """The square around the largest group of places that lie close together.

    Parameters
    ----------
    xy_m : (n, 2) float64
        The places that matter, metres, the leading first; the first thousand are compared.
    extents_m : (n, 4) float64
        Left, bottom, right and top of each.
    bounds_m : left, bottom, right, top
        Of the map, metres.

    Returns
    -------
    left, bottom, right, top, or None
        None where there is no such group, or it has room on the map itself.
    """
    left, bottom, right, top = bounds_m
    longer = max(right - left, top - bottom)
    is_on_map = (xy_m[:, 0] >= left) & (xy_m[:, 0] <= right)
    is_on_map &= (xy_m[:, 1] >= bottom) & (xy_m[:, 1] <= top)
    places, extents = xy_m[is_on_map][:MOST_COMPARED], extents_m[is_on_map][:MOST_COMPARED]
    if len(places) < FEWEST:
        return None
    separation = np.abs(places[:, None, :] - places[None, :, :]).max(axis=2)
    is_near = separation <= REACH * longer
    numbers = is_near.sum(axis=1)
    if numbers.max() < FEWEST:
        return None
    group = np.flatnonzero(is_near[int(numbers.argmax())])
    # All of each, unless one reaches far beyond the others.
    low = np.maximum(extents[group, :2], places[group] - REACH * longer / 2).min(axis=0)
    high = np.minimum(extents[group, 2:], places[group] + REACH * longer / 2).max(axis=0)
    middle = (low + high) / 2
    side = max(1.1 * float((high - low).max()), NARROWEST * longer)
    if side > WORTH * longer:
        return None
    x, y = float(middle[0]), float(middle[1])
    return x - side / 2, y - side / 2, x + side / 2, y + side / 2


def crowded_bounds(content: PrintMap, bounds_m: Bounds) -> Bounds | None:
    """The part of a map in which its leading places lie close together.

    Parameters
    ----------
    content : PrintMap
        What is on the map.
    bounds_m : left, bottom, right, top
        What is seen of the ground, metres.

    Returns
    -------
    left, bottom, right, top, or None
        None where they have room.
    """
    for part in content.tables:
        if part.names and part.table.geometries is not None and len(part.table):
            rows = leading_rows(part)
            rows = rows[: MOST_COMPARED if part.name_classes else part.most_names]
            extents = shapely.bounds(np.asarray(part.table.geometries)[rows])
            return enlarged_bounds(middles_of(part)[rows], extents, bounds_m)
    return None


def draw_enlarged(page: Page, content: PrintMap, bounds_m: Bounds, box: Box) -> bool:
    """Draw a part of a map enlarged at the foot of a box, if it has room for it.

    Parameters
    ----------
    page : Page
        The sheet.
    content : PrintMap
        What is on the map.
    bounds_m : left, bottom, right, top
        The part, metres.
    box : left, bottom, right, top
        Points of the page.

    Returns
    -------
    bool
        Whether it is drawn.
    """
    left, bottom, right, top = box
    points = TITLE_PT * page.scale
    side = min(right - left, top - bottom - 1.4 * page.line_height(points))
    if side < SMALLEST:
        return False
    map_box = (left, bottom, left + side, bottom + side)
    ground = Ground(page.axes_at(map_box, zorder=3), bounds_m, map_box)
    draw_layers(ground, content, linewidth=0.6)
    title = f"Enlarged: {(bounds_m[2] - bounds_m[0]) / 1000:,.1f} km across"
    page.write(left, bottom + side + page.line_height(points), title, points)
    labels: list[Box] = []
    for part in content.tables:
        add_labels(page, ground, part, labels, points=LABEL_PT)
    add_outline_names(page, ground, content, labels, points=0.9 * LABEL_PT)
    return True


def draw_layers(ground: Ground, content: PrintMap, *, linewidth: float = 0.7) -> None:
    """Draw everything that lies on the ground, from below.

    Parameters
    ----------
    ground : Ground
        Where it is drawn.
    content : PrintMap
        What is on the map.
    linewidth : float
        Of borders, points.
    """
    ground.land(content.extent)
    for part in content.tables:
        ground.areas(part)
    if content.surface is not None:
        ground.surface(content.surface)
    ground.borders(content.outlines, content.extent, linewidth=linewidth)
    for part in content.tables:
        if part.circles:
            ground.circles(part)
