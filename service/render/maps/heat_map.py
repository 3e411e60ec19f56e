"""Draws a heat map for a report: surface, outlines, legend, scale bar, labels."""

import io
import math
import threading

import numpy as np
import shapely

from boundaries.layers.layer import Geometries
from service.access.release import Released
from service.model.answers import MapImage, Provenance, Raster
from service.render.documents import provenance_text
from service.render.maps.colour import classify, heat_palette, hex_colours
from spatial.rates.classes import break_labels

# matplotlib's figures are separate, its font cache is not.
MANY_OUTLINES = 150
DRAWING = threading.Lock()
DPI = 100


def map_png(released: Released[MapImage]) -> bytes:
    """The map as PNG: density classes, outlines, legend with units, scale bar, source."""
    with DRAWING:
        return _draw(released.answer)


def _draw(map_image: MapImage) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    grid = map_image.raster.grid
    left, bottom, right, top = grid.bounds_m
    width_in = map_image.width / DPI
    height_in = width_in * (0.78 * (top - bottom) / (right - left)) + 1.1
    figure = Figure(figsize=(width_in, min(height_in, 2.2 * width_in)), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.06, 0.74, 0.83))
    _draw_surface(axes, map_image.raster, map_image.breaks)
    outline_width = 0.6 if len(map_image.outlines) < MANY_OUTLINES else 0.25
    axes.add_collection(
        LineCollection(rings_of(map_image.outlines), colors="#555", linewidths=outline_width)
    )
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.set_axis_off()
    add_scale_bar(axes, grid.bounds_m)
    title_font = {"fontsize": 14, "weight": "bold", "va": "top"}
    subtitle_font = {"fontsize": 8.5, "color": "#444", "va": "top"}
    # What importers wrote is no formula, whatever dollar signs it has.
    figure.text(0.03, 0.965, map_image.title, title_font, parse_math=False)
    figure.text(0.03, 0.925, map_image.subtitle, subtitle_font, parse_math=False)
    figure.legend(
        handles=[
            Patch(facecolor=colour, edgecolor="#999", label=label)
            for colour, label in zip(
                reversed(hex_colours(len(map_image.breaks))),
                reversed(break_labels(map_image.breaks)),
                strict=True,
            )
        ],
        title=map_image.raster.unit.replace("km^2", "km²"),
        loc="upper left",
        bbox_to_anchor=(0.77, 0.88),
        frameon=False,
        fontsize=9,
        title_fontsize=9,
        alignment="left",
    )
    if map_image.inset is not None:
        _add_inset(figure, axes, map_image, map_image.inset)
    add_labels(figure, map_image.attribution, map_image.raster.provenance)
    body = io.BytesIO()
    notes = {
        "Software": None,
        "Description": f"density in {map_image.raster.unit}",
        "Provenance": provenance_text(map_image.raster.provenance),
    }
    figure.savefig(body, format="png", metadata=notes)
    return body.getvalue()


def _draw_surface(axes: object, raster: Raster, breaks: tuple[float, ...]) -> None:
    """Draw the classes of a surface, opaque."""
    left, bottom, right, top = raster.grid.bounds_m
    colours = np.array(heat_palette(len(breaks)), dtype=np.uint8)
    picture = colours[classify(raster.values, breaks)]
    picture[..., 3] = np.where(picture[..., 3] > 0, 255, 0)
    axes.imshow(picture, extent=(left, right, bottom, top), interpolation="nearest", zorder=1)  # type: ignore[attr-defined]


def _add_inset(figure: object, axes: object, map_image: MapImage, inset: Raster) -> None:
    """Draw the highest peak enlarged, with its own classes, and its frame on the map."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Rectangle

    left, bottom, right, top = inset.grid.bounds_m
    inset_axes = figure.add_axes((0.765, 0.12, 0.22, 0.3))  # type: ignore[attr-defined]
    _draw_surface(inset_axes, inset, map_image.inset_breaks)
    inset_axes.add_collection(
        LineCollection(rings_of(map_image.outlines), colors="#555", linewidths=0.5)
    )
    inset_axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal", xticks=[], yticks=[])
    inset_axes.set_title(
        f"{shorten(map_image.inset_title, 34)}\n{(right - left) / 1000:.1f} km across; darkest: "
        f"{map_image.inset_breaks[-1] if map_image.inset_breaks else 0:,.0f} and more",
        fontsize=7,
        loc="left",
        parse_math=False,
    )
    frame = Rectangle((left, bottom), right - left, top - bottom, fill=False, color="#06c")
    axes.add_patch(frame)  # type: ignore[attr-defined]


def shorten(text: str, max_letters: int) -> str:
    """The text, cut with dots if it is longer than `max_letters`."""
    return text if len(text) <= max_letters else f"{text[: max_letters - 3].rstrip()}..."


def rings_of(geometries: Geometries) -> list[np.ndarray]:
    """Every ring of every shape as (n, 2) coordinates."""
    rings = shapely.get_rings(shapely.get_parts(geometries))
    return [shapely.get_coordinates(ring) for ring in rings]


def add_scale_bar(axes: object, bounds_m: tuple[float, float, float, float]) -> None:
    """Draw a bar of a round length in the lower left corner."""
    left, bottom, right, top = bounds_m
    width = right - left
    length = 10.0 ** math.floor(math.log10(width / 4))
    length *= max((step for step in (1, 2, 5) if step * length <= width / 4), default=1)
    x, y = left + 0.03 * width, bottom + 0.03 * (top - bottom)
    axes.plot([x, x + length], [y, y], color="#222", linewidth=2.5)  # type: ignore[attr-defined]
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    axes.text(x + length / 2, y + 0.012 * (top - bottom), label, ha="center", fontsize=8)  # type: ignore[attr-defined]


def add_labels(figure: object, attribution: str, provenance: Provenance) -> None:
    """Write the source of the data, and a mark if they are invented."""
    text = figure.text  # type: ignore[attr-defined]
    source = f"{attribution}  {provenance.software}".strip()
    text(0.03, 0.02, source, fontsize=7, color="#555", parse_math=False)
    if provenance.synthetic:
        text(
            0.39, 0.45, "SYNTHETIC DATA", fontsize=30, color="#222", alpha=0.16,
            ha="center", va="center", rotation=30, weight="bold",
        )  # fmt: skip
        text(
            0.97,
            0.02,
            "Synthetic data: about no real people",
            fontsize=8,
            ha="right",
            color="#b00",
        )
