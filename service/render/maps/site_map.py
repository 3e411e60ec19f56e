"""Draws development sites over classified areas for a report."""

import io
import math
from typing import Any

import numpy as np
import shapely

from service.access.release import Released
from service.model.answers import Legend, SiteMap, Table
from service.render.documents import provenance_text
from service.render.maps.colour import MISSING, OUTLINE, colours_of
from service.render.maps.drawing import (
    DPI,
    DRAWING,
    add_labels,
    add_scale_bar,
    rings_of,
    shorten,
)

MANY_AREAS = 150
LARGEST_HOMES, LARGEST_PT = 10_000.0, 13.0  # radius of the largest symbol, points
LABEL_PT = 7.5
INSET_M, FEWEST = 6_000.0, 4  # half the side of the inset, and sites that make it worth having


def site_map_png(released: Released[SiteMap]) -> bytes:
    """The map as PNG: areas by class, sites by size and completion, legends, scale bar, source."""
    with DRAWING:
        return _draw(released.answer)


def _draw(site_map: SiteMap) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    left, bottom, right, top = site_map.bounds_m
    width_in = site_map.width / DPI
    height_in = width_in * (0.74 * (top - bottom) / (right - left)) / 0.88
    figure = Figure(figsize=(width_in, min(height_in, 2.2 * width_in)), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.015, 0.04, 0.74, 0.86))
    _draw_areas(axes, site_map.areas, site_map.areas_legend)
    axes.add_collection(
        LineCollection(rings_of(site_map.outlines), colors="#333", linewidths=0.9, zorder=2)
    )
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.set_axis_off()
    axes.apply_aspect()
    _draw_sites(axes, site_map, label_from=site_map.label_from)
    _add_inset(figure, axes, site_map)
    add_scale_bar(axes, site_map.bounds_m)
    title_font = {"fontsize": 14, "weight": "bold", "va": "top"}
    figure.text(
        0.025, 0.975, shorten(site_map.title, site_map.width // 14), title_font, parse_math=False
    )
    subtitle_font = {"fontsize": 8.5, "color": "#444", "va": "top"}
    figure.text(
        0.025,
        0.935,
        shorten(site_map.subtitle, site_map.width // 8),
        subtitle_font,
        parse_math=False,
    )
    _add_legends(figure, site_map)
    add_labels(figure, shorten(site_map.attribution, site_map.width // 11), site_map.provenance)
    body = io.BytesIO()
    notes = {
        "Software": None,
        "Description": site_map.title,
        "Provenance": provenance_text(site_map.provenance),
    }
    figure.savefig(body, format="png", metadata=notes)
    return body.getvalue()


def _add_inset(figure: Any, axes: Any, site_map: SiteMap) -> None:
    """Draw the densest group of sites enlarged, and its frame on the map."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Rectangle

    points = shapely.point_on_surface(np.asarray(site_map.sites.geometries))
    xy_m = shapely.get_coordinates(points)
    width_m = site_map.bounds_m[2] - site_map.bounds_m[0]
    if len(xy_m) < FEWEST or width_m < 6 * INSET_M:
        return
    separation_m = np.abs(xy_m[:, None, :] - xy_m[None, :, :]).max(axis=2)
    is_near = separation_m <= INSET_M
    centre_index = int(np.argmax(is_near.sum(axis=1)))
    if is_near[centre_index].sum() < FEWEST:
        return
    x, y = (xy_m[is_near[centre_index]].min(axis=0) + xy_m[is_near[centre_index]].max(axis=0)) / 2
    inset_axes = figure.add_axes(
        (0.762, 0.055, 0.225, 0.225 * site_map.width / DPI / figure.get_figheight())
    )
    _draw_areas(inset_axes, site_map.areas, site_map.areas_legend)
    outlines = LineCollection(rings_of(site_map.outlines), colors="#333", linewidths=0.9, zorder=2)
    inset_axes.add_collection(outlines)
    half = INSET_M * 1.1
    inset_axes.set(xlim=(x - half, x + half), ylim=(y - half, y + half), xticks=[], yticks=[])
    _draw_sites(inset_axes, site_map, label_from=math.inf)
    title = f"enlarged: {is_near[centre_index].sum()} sites, {2 * half / 1000:.0f} km across"
    inset_axes.set_title(title, fontsize=7.5, loc="left", color="#444")
    frame = Rectangle((x - half, y - half), 2 * half, 2 * half, fill=False, color="#555", zorder=3)
    axes.add_patch(frame)


def _colours(legend: Legend) -> dict[str, str]:
    """Colour of each class by its label."""
    pairs = zip(legend.classes, colours_of(legend.palette, legend.classes), strict=True)
    return {legend_class.label: colour for legend_class, colour in pairs}


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
            facecolors=[colours.get(str(class_label), MISSING) for class_label in classes],
            edgecolors=OUTLINE,
            linewidths=0.4 if len(areas) < MANY_AREAS else 0.12,
            zorder=1,
        )
    )


def _draw_sites(axes: Any, site_map: SiteMap, *, label_from: float) -> None:
    """Draw the sites as circles, small ones on top of large ones, and their names."""
    from matplotlib.patheffects import withStroke

    columns, colours = site_map.sites.columns, _colours(site_map.sites_legend)
    homes = np.nan_to_num(columns["homes_planned"])
    points = shapely.point_on_surface(np.asarray(site_map.sites.geometries))
    xy_m = shapely.get_coordinates(points)
    order = np.argsort(-homes, kind="stable")
    axes.scatter(
        xy_m[order, 0],
        xy_m[order, 1],
        s=[_symbol_area(homes[index]) for index in order],
        c=[
            colours.get(str(columns[site_map.sites_legend.attribute][index]), MISSING)
            for index in order
        ],
        edgecolors="white",
        linewidths=1.1,
        zorder=4,
    )
    if not label_from < math.inf:
        return
    pixels = axes.transData.transform(xy_m)
    radius = np.array([_radius_px(planned) for planned in homes])
    occupied = [
        (x - size, y - size, x + size, y + size)
        for (x, y), size in zip(pixels, radius, strict=True)
    ]
    for index in order:
        if homes[index] < label_from:
            continue
        name = shorten(str(columns["name"][index]), 32)
        dx, dy, side = _free_place(
            pixels[index], radius[index], len(name), occupied, own_index=index
        )
        axes.annotate(
            name,
            xy_m[index],
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
    occupied: list[tuple[float, float, float, float]],
    *,
    own_index: int,
) -> tuple[float, float, str]:
    """Offset in pixels and alignment of the label that covers least; occupies its place."""
    width, height = letters * LABEL_PT * 0.8, LABEL_PT * 1.9
    gap = radius + 6
    placements = [
        (gap, 0.0, "left"),
        (-gap, 0.0, "right"),
        (0.0, gap + height / 2, "center"),
        (0.0, -gap - height / 2, "center"),
    ]
    start = {"left": 0.0, "right": -width, "center": -width / 2}

    def box(placement: tuple[float, float, str]) -> tuple[float, float, float, float]:
        left = float(xy[0]) + placement[0] + start[placement[2]]
        bottom = float(xy[1]) + placement[1] - height / 2
        return left, bottom, left + width, bottom + height

    other_boxes = occupied[:own_index] + occupied[own_index + 1 :]

    def cost(placement: tuple[float, float, str]) -> float:
        label_box = box(placement)
        cut_off = max(-label_box[0], 0.0) * height  # what the paper's edge would cut off
        return cut_off + sum(_covered(label_box, other_box) for other_box in other_boxes)

    best = min(placements, key=cost)
    occupied.append(box(best))
    return best


def _covered(
    box_a: tuple[float, float, float, float], box_b: tuple[float, float, float, float]
) -> float:
    """Area that two boxes share, square pixels."""
    width = min(box_a[2], box_b[2]) - max(box_a[0], box_b[0])
    height = min(box_a[3], box_b[3]) - max(box_a[1], box_b[1])
    return max(width, 0.0) * max(height, 0.0)


def _radius_px(homes: float) -> float:
    """Radius of a symbol in pixels."""
    return math.sqrt(_symbol_area(homes)) / 2 * DPI / 72


def _symbol_area(homes: float) -> float:
    """Area of a circle in square points, proportional to the homes."""
    share = min(max(homes, 0.0) / LARGEST_HOMES, 1.0)
    return (2.0 * max(LARGEST_PT * math.sqrt(share), 2.5)) ** 2


def _add_legends(figure: Any, site_map: SiteMap) -> None:
    """Explain colours and sizes at the right."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    style = {
        "loc": "upper left",
        "frameon": False,
        "fontsize": 8.5,
        "title_fontsize": 9,
        "alignment": "left",
    }
    area_handles = [
        Patch(facecolor=colour, edgecolor="#999", label=label)
        for label, colour in _colours(site_map.areas_legend).items()
    ]
    row = 0.185 / figure.get_figheight()  # of a line of a legend, as a share of the height
    areas_bottom = 0.86 - row * (len(site_map.areas_legend.classes) + 1)
    sizes_top = areas_bottom - row * (len(site_map.sites_legend.classes) + 1) - 0.03
    unit = site_map.areas_legend.unit.replace("km^2", "km²")
    figure.add_artist(
        figure.legend(handles=area_handles, title=unit, bbox_to_anchor=(0.755, 0.9), **style)
    )

    def circle(homes: float, colour: str, label: str) -> Line2D:
        return Line2D(
            [], [], linestyle="", marker="o", markersize=math.sqrt(_symbol_area(homes)),
            markerfacecolor=colour, markeredgecolor="white", label=label,
        )  # fmt: skip

    completion_handles = [
        circle(1_500.0, colour, label) for label, colour in _colours(site_map.sites_legend).items()
    ]
    figure.add_artist(
        figure.legend(
            handles=completion_handles,
            title="homes at sites",
            bbox_to_anchor=(0.755, 0.86 - row * (len(area_handles) + 1)),
            **style,
        )
    )
    size_handles = [
        circle(homes, "#888888", f"{homes:,.0f} homes planned")
        for homes in (500.0, 2_000.0, 5_000.0, 10_000.0)
    ]
    figure.legend(
        handles=size_handles,
        bbox_to_anchor=(0.755, sizes_top),
        labelspacing=1.3,
        handletextpad=1.2,
        **style,
    )
