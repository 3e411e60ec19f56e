"""Development sites over areas in classes, as a picture for a report."""

import io
import math
from typing import Any

import numpy as np
import shapely

from service.model.answers import Legend, SiteMap, Table
from service.model.release import Released
from service.render.documents import provenance_text
from service.render.maps.colour import MISSING, OUTLINE, colours_of
from service.render.maps.heat_map import (
    DPI,
    DRAWING,
    add_labels,
    add_scale_bar,
    rings_of,
    shortened,
)

MANY_AREAS = 150
LARGEST_HOMES, LARGEST_PT = 10_000.0, 13.0  # radius of the largest symbol, points
LABEL_PT = 7.5
INSET_M, FEWEST = 6_000.0, 4  # half the side of the inset, and sites that make it worth having


def site_map_png(released: Released[SiteMap]) -> bytes:
    """The map as PNG: areas by class, sites by size and completion, legends, scale bar, source."""
    with DRAWING:
        return _draw(released.answer)


def _draw(drawn: SiteMap) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    left, bottom, right, top = drawn.bounds_m
    width_in = drawn.width / DPI
    height_in = width_in * (0.74 * (top - bottom) / (right - left)) / 0.88
    figure = Figure(figsize=(width_in, min(height_in, 2.2 * width_in)), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.015, 0.04, 0.74, 0.86))
    _draw_areas(axes, drawn.areas, drawn.areas_legend)
    axes.add_collection(
        LineCollection(rings_of(drawn.outlines), colors="#333", linewidths=0.9, zorder=2)
    )
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.set_axis_off()
    axes.apply_aspect()
    _draw_sites(axes, drawn, label_from=drawn.label_from)
    _add_inset(figure, axes, drawn)
    add_scale_bar(axes, drawn.bounds_m)
    heading = {"fontsize": 14, "weight": "bold", "va": "top"}
    figure.text(0.025, 0.975, shortened(drawn.title, drawn.width // 14), heading, parse_math=False)
    below = {"fontsize": 8.5, "color": "#444", "va": "top"}
    figure.text(0.025, 0.935, shortened(drawn.subtitle, drawn.width // 8), below, parse_math=False)
    _add_legends(figure, drawn)
    add_labels(figure, shortened(drawn.attribution, drawn.width // 11), drawn.provenance)
    body = io.BytesIO()
    notes = {
        "Software": None,
        "Description": drawn.title,
        "Provenance": provenance_text(drawn.provenance),
    }
    figure.savefig(body, format="png", metadata=notes)
    return body.getvalue()


def _add_inset(figure: Any, axes: Any, drawn: SiteMap) -> None:
    """Where most sites are close together, enlarged, and where that lies on the map."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Rectangle

    inner = shapely.point_on_surface(np.asarray(drawn.sites.geometries))
    xy_m = shapely.get_coordinates(inner)
    wide_m = drawn.bounds_m[2] - drawn.bounds_m[0]
    if len(xy_m) < FEWEST or wide_m < 6 * INSET_M:
        return
    apart = np.abs(xy_m[:, None, :] - xy_m[None, :, :]).max(axis=2)
    crowd = apart <= INSET_M
    at = int(np.argmax(crowd.sum(axis=1)))
    if crowd[at].sum() < FEWEST:
        return
    x, y = (xy_m[crowd[at]].min(axis=0) + xy_m[crowd[at]].max(axis=0)) / 2
    small = figure.add_axes(
        (0.762, 0.055, 0.225, 0.225 * drawn.width / DPI / figure.get_figheight())
    )
    _draw_areas(small, drawn.areas, drawn.areas_legend)
    outlines = LineCollection(rings_of(drawn.outlines), colors="#333", linewidths=0.9, zorder=2)
    small.add_collection(outlines)
    half = INSET_M * 1.1
    small.set(xlim=(x - half, x + half), ylim=(y - half, y + half), xticks=[], yticks=[])
    _draw_sites(small, drawn, label_from=math.inf)
    words = f"enlarged: {crowd[at].sum()} sites, {2 * half / 1000:.0f} km across"
    small.set_title(words, fontsize=7.5, loc="left", color="#444")
    frame = Rectangle((x - half, y - half), 2 * half, 2 * half, fill=False, color="#555", zorder=3)
    axes.add_patch(frame)


def _colours(legend: Legend) -> dict[str, str]:
    """Colour of each class by its label."""
    found = zip(legend.classes, colours_of(legend.palette, legend.classes), strict=True)
    return {each.label: colour for each, colour in found}


def _draw_areas(axes: Any, areas: Table, legend: Legend) -> None:
    """The areas in the colours of their classes."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    colours = _colours(legend)
    paths = []
    for shape in np.asarray(areas.geometries):
        rings = [Path(ring, closed=True) for ring in rings_of(np.array([shape]))]
        paths.append(PathPatch(Path.make_compound_path(*rings)))
    classes = areas.columns[legend.attribute].tolist()
    axes.add_collection(
        PatchCollection(
            paths,
            facecolors=[colours.get(str(each), MISSING) for each in classes],
            edgecolors=OUTLINE,
            linewidths=0.4 if len(areas) < MANY_AREAS else 0.12,
            zorder=1,
        )
    )


def _draw_sites(axes: Any, drawn: SiteMap, *, label_from: float) -> None:
    """The sites as circles, large ones first so that small ones lie on top, and their names."""
    from matplotlib.patheffects import withStroke

    columns, colours = drawn.sites.columns, _colours(drawn.sites_legend)
    homes = np.nan_to_num(columns["homes_planned"])
    inner = shapely.point_on_surface(np.asarray(drawn.sites.geometries))
    xy_m = shapely.get_coordinates(inner)
    order = np.argsort(-homes, kind="stable")
    axes.scatter(
        xy_m[order, 0],
        xy_m[order, 1],
        s=[_symbol_area(homes[at]) for at in order],
        c=[colours.get(str(columns[drawn.sites_legend.attribute][at]), MISSING) for at in order],
        edgecolors="white",
        linewidths=1.1,
        zorder=4,
    )
    if not label_from < math.inf:
        return
    pixels = axes.transData.transform(xy_m)
    radius = np.array([_radius_px(h) for h in homes])
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(pixels, radius, strict=True)]
    for at in order:
        if homes[at] < label_from:
            continue
        name = shortened(str(columns["name"][at]), 32)
        dx, dy, side = _free_place(pixels[at], radius[at], len(name), taken, own=at)
        axes.annotate(
            name,
            xy_m[at],
            xytext=(dx * 72 / DPI, dy * 72 / DPI),
            textcoords="offset points",
            fontsize=LABEL_PT,
            ha=side,
            va="center",
            zorder=5,
            annotation_clip=True,
            parse_math=False,
            path_effects=[withStroke(linewidth=2.4, foreground="white")],
        )


def _free_place(
    xy: Any,
    radius: float,
    letters: int,
    taken: list[tuple[float, float, float, float]],
    *,
    own: int,
) -> tuple[float, float, str]:
    """Offset in pixels and alignment of a label that covers least of what is there; takes it."""
    width, height = letters * LABEL_PT * 0.8, LABEL_PT * 1.9
    gap = radius + 6
    places = [
        (gap, 0.0, "left"),
        (-gap, 0.0, "right"),
        (0.0, gap + height / 2, "center"),
        (0.0, -gap - height / 2, "center"),
    ]
    start = {"left": 0.0, "right": -width, "center": -width / 2}

    def box(place: tuple[float, float, str]) -> tuple[float, float, float, float]:
        left = float(xy[0]) + place[0] + start[place[2]]
        bottom = float(xy[1]) + place[1] - height / 2
        return left, bottom, left + width, bottom + height

    others = taken[:own] + taken[own + 1 :]

    def cost(place: tuple[float, float, str]) -> float:
        mine = box(place)
        beyond = max(-mine[0], 0.0) * height  # what the paper's edge would cut off
        return beyond + sum(_covered(mine, other) for other in others)

    best = min(places, key=cost)
    taken.append(box(best))
    return best


def _covered(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    """Area that two boxes share, square pixels."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def _radius_px(homes: float) -> float:
    """Radius of a symbol in pixels."""
    return math.sqrt(_symbol_area(homes)) / 2 * DPI / 72


def _symbol_area(homes: float) -> float:
    """Area of a circle in square points, so that ground on paper stands for homes."""
    share = min(max(homes, 0.0) / LARGEST_HOMES, 1.0)
    return (2.0 * max(LARGEST_PT * math.sqrt(share), 2.5)) ** 2


def _add_legends(figure: Any, drawn: SiteMap) -> None:
    """What colours and sizes mean, at the right."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    style = {
        "loc": "upper left",
        "frameon": False,
        "fontsize": 8.5,
        "title_fontsize": 9,
        "alignment": "left",
    }
    areas = [
        Patch(facecolor=colour, edgecolor="#999", label=label)
        for label, colour in _colours(drawn.areas_legend).items()
    ]
    row = 0.185 / figure.get_figheight()  # of a line of a legend, as a share of the height
    below_areas = 0.86 - row * (len(drawn.areas_legend.classes) + 1)
    below_done = below_areas - row * (len(drawn.sites_legend.classes) + 1) - 0.03
    unit = drawn.areas_legend.unit.replace("km^2", "km²")
    figure.add_artist(
        figure.legend(handles=areas, title=unit, bbox_to_anchor=(0.755, 0.9), **style)
    )

    def circle(homes: float, colour: str, label: str) -> Line2D:
        return Line2D(
            [], [], linestyle="", marker="o", markersize=math.sqrt(_symbol_area(homes)),
            markerfacecolor=colour, markeredgecolor="white", label=label,
        )  # fmt: skip

    done = [
        circle(1_500.0, colour, label) for label, colour in _colours(drawn.sites_legend).items()
    ]
    figure.add_artist(
        figure.legend(
            handles=done,
            title="homes at sites",
            bbox_to_anchor=(0.755, 0.86 - row * (len(areas) + 1)),
            **style,
        )
    )
    sizes = [
        circle(homes, "#888888", f"{homes:,.0f} homes planned")
        for homes in (500.0, 2_000.0, 5_000.0, 10_000.0)
    ]
    figure.legend(
        handles=sizes,
        bbox_to_anchor=(0.755, below_done),
        labelspacing=1.3,
        handletextpad=1.2,
        **style,
    )
