"""What lies on the ground of a printed map: areas, surfaces, borders, circles."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely

from boundaries.layers.layer import Geometries
from service.model.answers import MapSurface, MapTable
from service.render.maps.colour import MISSING, classify
from service.render.maps.printed.colours import (
    CIRCLE,
    INK,
    OUTSIDE,
    PAPER,
    Swatch,
    colours_by_label,
    even_ramp,
    swatches_of,
)
from service.render.maps.printed.page import Box
from spatial.arrays import FloatArray

EDGE: Final = "#6f6f6f"
BORDER: Final = "#2b2b2b"
PALE: Final = "#a8a8a8"
LARGEST_CIRCLE: Final = 11.0  # radius in points, of the largest number
MANY_AREAS: Final = 150
_SMALLEST: Final = 3.0  # points across, of a shape that lies apart
_SMALLEST_POINT: Final = 2.4  # radius in points
_DETAIL: Final = 0.35  # of a point: what is smaller cannot be seen on paper
_POLYGONS: Final = (3, 6)  # polygons and multipolygons


class Ground:
    """The part of a map that is drawn to scale.

    Parameters
    ----------
    axes : matplotlib axes
        That fill a box of the page.
    bounds_m : left, bottom, right, top
        What must be seen, metres; more is seen where the box has another shape.
    box : Box
        The box, points.
    """

    def __init__(self, axes: Any, bounds_m: Sequence[float], box: Box) -> None:
        self.axes, self.box = axes, box
        width, height = box[2] - box[0], box[3] - box[1]
        left, bottom, right, top = bounds_m
        self.m_per_pt = max((right - left) / width, (top - bottom) / height)
        x, y = (left + right) / 2, (bottom + top) / 2
        half_width, half_height = self.m_per_pt * width / 2, self.m_per_pt * height / 2
        self.bounds_m = (x - half_width, y - half_height, x + half_width, y + half_height)
        axes.set(
            xlim=(self.bounds_m[0], self.bounds_m[2]), ylim=(self.bounds_m[1], self.bounds_m[3])
        )
        axes.set_facecolor(OUTSIDE)
        for spine in axes.spines.values():
            spine.set(color="#9a9a9a", linewidth=0.6)

    def on_paper(self, xy_m: np.ndarray) -> np.ndarray:
        """Places on the ground as points of the page."""
        origin = np.array(self.bounds_m[:2])
        corner = np.array(self.box[:2])
        return np.asarray(corner + (xy_m - origin) / self.m_per_pt)

    def box_on_paper(self, bounds_m: Sequence[float]) -> Box:
        """A rectangle of the ground as a box of the page, points."""
        (left, bottom), (right, top) = self.on_paper(np.array(bounds_m).reshape(2, 2)).tolist()
        return left, bottom, right, top

    def land(self, shapes: Geometries) -> None:
        """Make what was asked for white; what is outside of it stays grey."""
        self._fill(self._in_view(shapes), Swatch("", PAPER), edge="none", zorder=0.5)

    def areas(self, part: MapTable) -> None:
        """Areas in the colours and hatches of their classes."""
        if part.legend is None or is_of_points(part):
            return
        swatches = swatches_of(part.legend)
        missing = next((s for s in swatches if s.hatch), Swatch("", "#e4e4e4", "...."))
        by_label = colours_by_label(swatches)
        shapes = np.asarray(part.table.geometries)
        shapes = self._visible(shapes) if part.is_loose else self._simplified(shapes)
        labels = np.array([str(v) for v in part.table.columns[part.legend.attribute]])
        width = 0.45 if len(labels) < MANY_AREAS else 0.18
        for label in np.unique(labels):
            swatch = by_label.get(str(label), missing)
            if part.is_loose:
                self._fill(shapes[labels == label], swatch, edge=INK, linewidth=0.7, zorder=2.5)
            else:
                self._fill(shapes[labels == label], swatch, edge=EDGE, linewidth=width, zorder=1)

    def surface(self, surface: MapSurface) -> None:
        """The classes of a density, from its lowest break upwards."""
        raster = surface.raster
        if not surface.breaks or not np.isfinite(raster.values).any():
            return
        grid = raster.grid
        if not surface.is_smooth or min(raster.values.shape) < 2:
            self._cells(surface)
            return
        left, _, _, top = grid.bounds_m
        x = left + (np.arange(grid.cols) + 0.5) * grid.cell_m
        y = top - (np.arange(grid.rows) + 0.5) * grid.cell_m
        self.axes.contourf(
            x,
            y,
            np.ma.masked_invalid(raster.values),
            levels=[*surface.breaks, math.inf],
            colors=even_ramp("heat", len(surface.breaks)),
            extend="neither",
            zorder=1,
        )

    def _cells(self, surface: MapSurface) -> None:
        """The classes of a density, cell by cell."""
        left, bottom, right, top = surface.raster.grid.bounds_m
        palette = [(0, 0, 0, 0), *map(_rgba, even_ramp("heat", len(surface.breaks)))]
        classes = classify(surface.raster.values, surface.breaks)
        self.axes.imshow(
            np.array(palette, dtype=np.uint8)[classes],
            extent=(left, right, bottom, top),
            aspect="auto",
            interpolation="none",
            zorder=1,
        )

    def borders(self, shapes: Geometries, extent: Geometries, *, linewidth: float = 0.7) -> None:
        """The borders of areas, pale outside an extent, and a stronger one around that."""
        shapes = self._simplified(self._in_view(shapes))
        whole = shapely.union_all(extent)
        is_inside = shapely.covers(whole, shapely.point_on_surface(shapes))
        self._lines(shapes[~is_inside], PALE, 0.6 * linewidth, zorder=1.9)
        for colour, extra, zorder in ((PAPER, 1.0, 2.0), (BORDER, 0.0, 2.1)):
            self._lines(shapes[is_inside], colour, linewidth + extra, zorder=zorder)
            outer = self._simplified(self._in_view(extent))
            self._lines(outer, colour, 1.8 * linewidth + extra, zorder=zorder)

    def circles(self, part: MapTable) -> None:
        """A column of numbers as circles at the middle of each shape, large ones below."""
        radius = radii_of(part)
        shown = np.flatnonzero(radius > 0)
        shown = shown[np.argsort(-radius[shown], kind="stable")]
        if not len(shown):
            return
        shapes = np.asarray(part.table.geometries)[shown]
        xy_m = shapely.get_coordinates(shapely.centroid(shapes))
        colours = [CIRCLE] * len(shown)
        if part.legend is not None and is_of_points(part):
            by_label = colours_by_label(swatches_of(part.legend))
            labels = part.table.columns[part.legend.attribute][shown]
            colours = [by_label.get(str(label), Swatch("", MISSING)).colour for label in labels]
        # A halo tells the discs from dark ground, an edge from light ground and from each other.
        sizes = 2 * radius[shown]
        for k, (x, y) in enumerate(xy_m.tolist()):
            halo = {"c": PAPER, "edgecolors": "none", "s": (sizes[k] + 2.6) ** 2}
            disc = {"c": colours[k], "edgecolors": INK, "linewidths": 0.6, "s": sizes[k] ** 2}
            for style in (halo, disc):
                self.axes.scatter([x], [y], zorder=3, **style)

    def frame(self, bounds_m: Sequence[float]) -> None:
        """The frame of what is enlarged elsewhere."""
        from matplotlib.patches import Rectangle

        left, bottom, right, top = bounds_m
        for colour, linewidth in (("#ffffff", 2.6), (INK, 1.1)):
            self.axes.add_artist(
                Rectangle(
                    (left, bottom),
                    right - left,
                    top - bottom,
                    fill=False,
                    edgecolor=colour,
                    linewidth=linewidth,
                    zorder=3.5,
                )
            )

    def _lines(self, shapes: Any, colour: str, linewidth: float, *, zorder: float) -> None:
        from matplotlib.collections import LineCollection

        rings = shapely.get_rings(shapely.get_parts(shapes))
        lines = [shapely.get_coordinates(ring) for ring in rings]
        self.axes.add_collection(
            LineCollection(lines, colors=colour, linewidths=linewidth, zorder=zorder)
        )

    def _in_view(self, shapes: Geometries) -> Any:
        shapes = np.asarray(shapes)
        return shapes[shapely.intersects(shapes, shapely.box(*self.bounds_m))]

    def _simplified(self, shapes: Any) -> Any:
        """Shapes without what cannot be seen; neighbours keep their common border."""
        if not len(shapes) or not np.isin(shapely.get_type_id(shapes), _POLYGONS).all():
            return shapes
        simple = shapely.coverage_simplify(shapes, _DETAIL * self.m_per_pt)
        return np.where(shapely.is_empty(simple), shapes, simple)

    def _visible(self, shapes: Any) -> Any:
        """Shapes, those that are lines or too small to be seen widened."""
        left, bottom, right, top = shapely.bounds(shapes).T
        size_m = np.fmin(right - left, top - bottom)
        size_m = np.where(shapely.get_dimensions(shapes) < 2, 0.0, np.nan_to_num(size_m))
        short_m = np.maximum(_SMALLEST * self.m_per_pt - size_m, 0.0)
        return np.where(short_m > 0, shapely.buffer(shapes, short_m / 2, quad_segs=4), shapes)

    def _fill(
        self, shapes: Any, swatch: Swatch, *, edge: str, zorder: float, linewidth: float = 0.0
    ) -> None:
        """Fill shapes as one path, so that no seam shows between them."""
        from matplotlib.patches import PathPatch

        path = _compound(shapes)
        if path is None:
            return
        self.axes.add_artist(
            PathPatch(
                path,
                facecolor=swatch.colour,
                edgecolor=edge,
                linewidth=linewidth,
                hatch=swatch.hatch or None,
                zorder=zorder,
            )
        )


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue, 255


def circle_radius(value: float, largest: float) -> float:
    """The radius of a circle whose area grows with its value, points."""
    return LARGEST_CIRCLE * math.sqrt(max(value, 0.0) / largest)


def radii_of(part: MapTable) -> FloatArray:
    """The radius of the circle of each row, points; a point has one whatever its number."""
    values = np.nan_to_num(part.table.columns[part.circles].astype(np.float64))
    largest = max(float(values.max(initial=0.0)), 1.0)
    radii = np.array([circle_radius(value, largest) for value in values])
    return np.maximum(radii, _SMALLEST_POINT) if is_of_points(part) else radii


def is_of_points(part: MapTable) -> bool:
    """Whether the rows of a table are points in the colours of their classes."""
    return part.legend is not None and part.legend.drawn_as == "point"


def circle_steps(largest: float) -> list[float]:
    """Up to three round numbers for the legend of circles, the largest first."""
    if largest < 1:
        return [largest] if largest > 0 else []
    steps: list[float] = []
    for share in (1.0, 0.4, 0.1):
        target = largest * share
        power = 10.0 ** math.floor(math.log10(max(target, 1.0)))
        step = max(
            (f * power for f in (1.0, 2.0, 5.0) if f * power <= max(target, 1.0)), default=1.0
        )
        if not steps or step < steps[-1]:
            steps.append(step)
    return steps


def _compound(shapes: Any) -> Any:
    """All rings of some polygons as one path; None without any."""
    from matplotlib.path import Path

    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(shapes)))
    if not len(rings):
        return None
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(xy), Path.LINETO, dtype=np.uint8)
    starts = np.flatnonzero(np.diff(ring_of, prepend=-1))
    codes[starts] = Path.MOVETO
    codes[np.append(starts[1:], len(xy)) - 1] = Path.CLOSEPOLY
    return Path(xy, codes)
