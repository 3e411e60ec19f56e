"""Renders legends as JSON and as a picture."""

import io
import math
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, TypedDict

import orjson
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from service.access.release import Released
from service.coverage.spans import words_of_gaps
from service.model.answers import Legend
from service.model.schemas import UNSTATED
from service.render.documents import JSON_OPTIONS, provenance_dict, provenance_text
from service.render.maps.colour import (
    AREA_OPACITY,
    OUTLINE,
    POINT_OPACITY,
    colours_of,
    opacities_of,
)

SYNTHETIC: Final = "Synthetic data: about no real people"
OPACITY: Final = {"area": AREA_OPACITY, "point": POINT_OPACITY, "outline": 1.0, "raster": 1.0}
LARGEST_SITE: Final = 10_000.0
SMALLEST_RADIUS, LARGEST_RADIUS = 3.0, 18.0  # pixels, of no homes and of the largest site

_PAPER, _INK, _SOFT, _RED, _FRAME = "#ffffff", "#222222", "#555555", "#b00000", "#999999"
_LETTERS = 46  # a line of the title or of the small print has about so many
_MARGIN, _SWATCH, _ROW = 12, (30, 16), 21


class LegendLine(TypedDict):
    """A class of a legend."""

    label: str
    colour: str
    lower: float | None
    upper: float | None
    count: float | None
    kind: Annotated[str, UNSTATED]
    opacity: Annotated[float, UNSTATED]


class LegendSize(TypedDict):
    """A size that circles have."""

    value: float
    radius_px: float


Period = TypedDict("Period", {"from": str, "to": str})


class LegendContent(TypedDict):
    """What the colours of a layer mean."""

    kind: str
    title: str
    subtitle: str
    unit: str
    drawn_as: str
    attribute: str | None
    attribution: str
    synthetic: bool
    classes: list[LegendLine]
    no_data: Annotated[LegendLine | None, UNSTATED]
    size_by: Annotated[str | None, UNSTATED]
    sizes: Annotated[list[LegendSize], UNSTATED]
    period: Annotated[Period | None, UNSTATED]
    mark: Annotated[str | None, UNSTATED]


def radius_px(value: float) -> float:
    """Radius of a point's circle, whose area grows with the value."""
    share = math.sqrt(min(max(value, 0.0) / LARGEST_SITE, 1.0))
    return SMALLEST_RADIUS + (LARGEST_RADIUS - SMALLEST_RADIUS) * share


def legend_content(legend: Legend) -> LegendContent:
    """A legend with its colours as JSON members, without the provenance."""
    colours = colours_of(legend.palette, legend.classes, legend.theme)
    opacities = opacities_of(
        legend.palette, legend.classes, OPACITY[legend.drawn_as], legend.theme
    )
    lines: list[LegendLine] = [
        {
            "label": legend_class.label,
            "kind": legend_class.kind,
            "lower": legend_class.lower,
            "upper": legend_class.upper,
            "count": legend_class.count,
            "colour": colour,
            "opacity": opacity,
        }
        for legend_class, colour, opacity in zip(legend.classes, colours, opacities, strict=True)
    ]
    sizes: list[LegendSize] = [
        {"value": value, "radius_px": round(radius_px(value), 2)} for value in legend.sizes
    ]
    return {
        "kind": legend.kind,
        "title": legend.title,
        "subtitle": legend.subtitle,
        "unit": legend.unit,
        "drawn_as": legend.drawn_as,
        "attribute": legend.attribute or None,
        "classes": lines,
        "no_data": next((line for line in lines if line["kind"] == "missing"), None),
        "size_by": legend.size_by or None,
        "sizes": sizes,
        "period": {"from": legend.period[0], "to": legend.period[1]} if legend.period else None,
        "synthetic": legend.provenance.synthetic,
        "mark": SYNTHETIC if legend.provenance.synthetic else None,
        "attribution": "; ".join(legend.credits),
    }


def legend_json(released: Released[Legend]) -> bytes:
    """Title, unit, classes with their ranges and colours, period, credits and provenance."""
    legend = released.answer
    content = {**legend_content(legend), "provenance": provenance_dict(legend.provenance)}
    return orjson.dumps(content, option=JSON_OPTIONS)


def legend_png(released: Released[Legend]) -> bytes:
    """The legend as a picture of the size it needs."""
    legend = released.answer
    size = _draw_legend(legend, None)
    image = Image.new("RGB", size, _PAPER)
    _draw_legend(legend, ImageDraw.Draw(image))
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Description", f"legend of {legend.kind}")
    notes.add_text("Provenance", provenance_text(legend.provenance))
    body = io.BytesIO()
    image.save(body, format="PNG", optimize=True, pnginfo=notes)
    return body.getvalue()


def _draw_legend(legend: Legend, draw: ImageDraw.ImageDraw | None) -> tuple[int, int]:
    """Draw a legend, or only measure it; width and height, pixels."""
    content = legend_content(legend)
    y, width = _MARGIN, 0.0

    def write(text: str, *, size: int, colour: str = _INK, bold: bool = False, x: int = 0) -> None:
        nonlocal y, width
        font = _font(size, bold=bold)
        for line in textwrap.wrap(text, _LETTERS * 13 // size) or [""]:
            if draw is not None:
                draw.text((_MARGIN + x, y), line, fill=colour, font=font)
            width = max(width, x + font.getlength(line))
            y += round(size * 1.35)

    write(content["title"], size=14, bold=True)
    period = content["period"]
    subtitles = [content["subtitle"], f"{period['from']} to {period['to']}" if period else ""]
    source = legend.provenance.filter
    subtitles.append(
        words_of_gaps(legend.period, source.get("covered", ()), source.get("covered_days", 0))
    )
    for text in filter(None, subtitles):
        write(text, size=11, colour=_SOFT)
    if content["unit"]:
        y += 4
        write(content["unit"], size=12, bold=True)
    y += 3
    for line in content["classes"]:
        top = y
        if draw is not None:
            _swatch(draw, top, line, legend.drawn_as)
        y = top + 1
        # One line each, however long: a class in two lines would read as two classes.
        font = _font(12)
        if draw is not None:
            draw.text((_MARGIN + _SWATCH[0] + 8, y), line["label"], fill=_INK, font=font)
        width = max(width, _SWATCH[0] + 8 + font.getlength(line["label"]))
        y = top + _ROW
    if not content["classes"]:
        write("nothing to show: no incident is selected", size=12)
    for symbol in content["sizes"]:
        radius = symbol["radius_px"]
        middle = y + max(radius, 8) + 2
        if draw is not None:
            x = _MARGIN + LARGEST_RADIUS
            box = (x - radius, middle - radius, x + radius, middle + radius)
            draw.ellipse(box, outline=_INK)
        label = f"{symbol['value']:,g} {str(content['size_by']).replace('_', ' ')}"
        y = round(middle - 8)
        write(label, size=12, x=round(2 * LARGEST_RADIUS) + 8)
        y = round(middle + max(radius, 8) + 2)
    if content["synthetic"]:
        y += 4
        write(SYNTHETIC, size=11, colour=_RED, bold=True)
    if content["attribution"]:
        y += 4
        write(content["attribution"], size=10, colour=_SOFT)
    return round(width) + 2 * _MARGIN, y + _MARGIN


def _swatch(draw: ImageDraw.ImageDraw, top: int, line: LegendLine, drawn_as: str) -> None:
    """Draw the colour of a class as it appears on white paper."""
    left, right, bottom = _MARGIN, _MARGIN + _SWATCH[0], top + _SWATCH[1]
    if drawn_as == "outline":
        middle = top + _SWATCH[1] // 2
        draw.line((left, middle, right, middle), fill=OUTLINE, width=2)
        return
    opacity = line["opacity"]
    red, green, blue = (int(line["colour"][start : start + 2], 16) for start in (1, 3, 5))
    colour = tuple(round(255 + (part - 255) * opacity) for part in (red, green, blue))
    if drawn_as == "point":
        radius, x = _SWATCH[1] / 2, _MARGIN + _SWATCH[0] / 2
        box = (x - radius, top, x + radius, top + 2 * radius)
        draw.ellipse(box, fill=colour, outline=_FRAME)
    else:
        draw.rectangle((left, top, right, bottom), fill=colour, outline=_FRAME)


@lru_cache(maxsize=16)
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans from matplotlib's fonts; it covers nearly every script."""
    import matplotlib

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, size)
