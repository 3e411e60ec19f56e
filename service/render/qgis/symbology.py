"""How QGIS draws a layer: the legend's classes as QGIS's own renderers, which its legend lists.

The form is that of QGIS 3.22, which later releases read too.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Final

from service.model.answers import Legend
from service.render.maps.colour import OUTLINE
from service.render.maps.legend import (
    LARGEST_RADIUS,
    LARGEST_SITE,
    SMALLEST_RADIUS,
    LegendLine,
    legend_content,
)
from service.render.xml_text import xml_text

VERSION: Final = "3.22.0"
MM_PER_PIXEL: Final = 25.4 / 96
BORDER_MM: Final = 0.15
# Classes that tiles carry and tables leave to whoever reads them.
_EXPRESSIONS: Final = {
    "completion_class": "CASE WHEN \"homes_completed\" IS NULL THEN 'completions unknown' "
    "WHEN \"homes_completed\" <= 0 THEN 'not started' "
    "WHEN \"homes_completed\" < \"homes_planned\" THEN 'under way' ELSE 'complete' END",
}
_SYMBOLS: Final = {
    "area": ("fill", "SimpleFill"),
    "point": ("marker", "SimpleMarker"),
    "outline": ("fill", "SimpleFill"),
}


def add_renderer(layer: ET.Element, legend: Legend) -> None:
    """Add what draws a layer of a legend to its element.

    Parameters
    ----------
    layer : Element
        ``qgis`` of a style, ``maplayer`` of a project.
    legend : Legend
        Its classes, or the breaks of a surface.
    """
    if legend.drawn_as == "raster":
        _add_surface(layer, legend)
    else:
        _add_classes(layer, legend)


def _add_classes(layer: ET.Element, legend: Legend) -> None:
    """A symbol for each class; one for all where there are no classes."""
    lines = [] if legend.drawn_as == "outline" else legend_content(legend)["classes"]
    expression = _EXPRESSIONS.get(legend.attribute, legend.attribute)
    renderer = ET.SubElement(
        layer,
        "renderer-v2",
        {"type": "categorizedSymbol", "attr": expression} if lines else {"type": "singleSymbol"},
    )
    symbols = ET.Element("symbols")
    if lines:
        categories = ET.SubElement(renderer, "categories")
    for number, line in enumerate(lines):
        label = xml_text(line["label"])
        ET.SubElement(
            categories,
            "category",
            symbol=str(number),
            # What has no class is empty in a table.
            value="" if line["kind"] == "missing" else label,
            label=label,
            render="true",
        )
        _add_symbol(symbols, number, line, legend)
    if not lines:
        _add_symbol(symbols, 0, None, legend)
    renderer.append(symbols)


def _add_symbol(symbols: ET.Element, number: int, line: LegendLine | None, legend: Legend) -> None:
    kind, symbol_class = _SYMBOLS[legend.drawn_as]
    opacity = 1.0 if line is None else line["opacity"]
    symbol = ET.SubElement(
        symbols, "symbol", type=kind, name=str(number), alpha=f"{opacity:g}", clip_to_extent="1"
    )
    drawing = ET.SubElement(symbol, "layer", {"class": symbol_class, "enabled": "1", "pass": "0"})
    properties = {
        "color": _rgba(OUTLINE if line is None else line["colour"]),
        "style": "no" if line is None else "solid",
        "outline_color": _rgba("#ffffff" if legend.drawn_as == "point" else OUTLINE),
        "outline_style": "solid",
        "outline_width": f"{BORDER_MM:g}",
        "outline_width_unit": "MM",
    }
    if legend.drawn_as == "point":
        properties |= {
            "name": "circle",
            "size": f"{4 * SMALLEST_RADIUS * MM_PER_PIXEL:.3g}",
            "size_unit": "MM",
        }
    _add_options(drawing, properties)
    for name, value in properties.items():
        ET.SubElement(drawing, "prop", k=name, v=value)
    if legend.size_by:
        _add_size(drawing, legend.size_by)


def _add_size(drawing: ET.Element, size_by: str) -> None:
    """The diameter of a circle whose area grows with a value, as in the legend."""
    share = f'sqrt(min(max(coalesce("{size_by}", 0), 0) / {LARGEST_SITE:g}, 1))'
    radius = f"{SMALLEST_RADIUS:g} + {LARGEST_RADIUS - SMALLEST_RADIUS:g} * {share}"
    properties = ET.SubElement(drawing, "data_defined_properties")
    outer = ET.SubElement(properties, "Option", type="Map")
    ET.SubElement(outer, "Option", name="name", type="QString", value="")
    defined = ET.SubElement(outer, "Option", name="properties", type="Map")
    size = ET.SubElement(defined, "Option", name="size", type="Map")
    ET.SubElement(size, "Option", name="active", type="bool", value="true")
    text = f"{2 * MM_PER_PIXEL:.4g} * ({radius})"
    ET.SubElement(size, "Option", name="expression", type="QString", value=text)
    ET.SubElement(size, "Option", name="type", type="int", value="3")
    ET.SubElement(outer, "Option", name="type", type="QString", value="collection")


def _add_options(drawing: ET.Element, properties: Mapping[str, str]) -> None:
    """The properties as QGIS 3.22 and later write them; ``prop`` is for those before."""
    options = ET.SubElement(drawing, "Option", type="Map")
    for name, value in properties.items():
        ET.SubElement(options, "Option", name=name, type="QString", value=value)


def _add_surface(layer: ET.Element, legend: Legend) -> None:
    """The breaks of a surface as a discrete ramp; what is below the first is not drawn."""
    lines = sorted(
        (line for line in legend_content(legend)["classes"] if line["lower"] is not None),
        key=lambda line: line["lower"] or 0.0,
    )
    pipe = ET.SubElement(layer, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", type="singlebandpseudocolor", band="1", opacity="1"
    )
    shader = ET.SubElement(
        ET.SubElement(renderer, "rastershader"),
        "colorrampshader",
        colorRampType="DISCRETE",
        classificationMode="1",
        clip="0",
    )
    # Each colour holds up to its value.
    if lines:
        ET.SubElement(
            shader, "item", color="#ffffff", alpha="0", value=str(lines[0]["lower"]), label=""
        )
    for number, line in enumerate(lines):
        upper = math.inf if number == len(lines) - 1 else line["upper"]
        ET.SubElement(
            shader,
            "item",
            color=line["colour"],
            alpha=str(round(255 * line["opacity"])),
            value="inf" if upper is None else str(upper),
            label=xml_text(f"{line['label']} {legend.unit}".strip()),
        )


def _rgba(colour: str) -> str:
    """``#ff0000`` as QGIS writes it."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"{red},{green},{blue},255"
