"""MapLibre styles: a complete layer with its source, colours, credits and legend.

Version 8 of https://maplibre.org/maplibre-style-spec/. Tile URLs carry the version of the data, so
that one screen never mixes two versions.
"""

from typing import Any, TypedDict

import orjson

from service.access.release import Released
from service.model.answers import Legend, MapStyle
from service.render.documents import JSON_OPTIONS, provenance_dict
from service.render.maps.colour import AREA_OPACITY, MISSING, OUTLINE, POINT_OPACITY
from service.render.maps.legend import (
    LARGEST_RADIUS,
    LARGEST_SITE,
    SMALLEST_RADIUS,
    legend_content,
)

METADATA = "hotspot-atlas"
THIN_LINE = ["interpolate", ["linear"], ["zoom"], 7, 0.2, 12, 0.8, 16, 1.5]


class StyleLayer(TypedDict):
    """A drawing layer."""

    id: str
    type: str


class Style(TypedDict):
    """A MapLibre style of a layer."""

    version: int
    name: str
    sources: dict[str, dict[str, Any]]
    layers: list[StyleLayer]


def style_json(released: Released[MapStyle]) -> bytes:
    """The style of one layer; it needs no fonts and no sprites."""
    answer = released.answer
    tiles, legend = answer.tiles, answer.legend
    name = answer.kind
    content = {
        "version": 8,
        "name": legend.title,
        "metadata": {
            f"{METADATA}:legend": legend_content(legend),
            f"{METADATA}:synthetic": legend.provenance.synthetic,
            f"{METADATA}:provenance": provenance_dict(legend.provenance),
        },
        "center": tiles["center"][:2],
        "zoom": tiles["center"][2],
        "sources": {name: _source(answer)},
        "layers": _layers(name, answer),
    }
    return orjson.dumps(content, option=JSON_OPTIONS)


def _source(answer: MapStyle) -> dict[str, Any]:
    """The tile source; for pictures with a ratio, so that MapLibre asks for dense tiles."""
    tiles = answer.tiles
    shared = {
        "minzoom": tiles["minzoom"],
        "maxzoom": tiles["maxzoom"],
        "bounds": tiles["bounds"],
        "attribution": tiles["attribution"],
    }
    if answer.legend.drawn_as != "raster":
        return {"type": "vector", "tiles": list(tiles["tiles"]), **shared}
    addresses = [template.replace("{y}.png", "{y}{ratio}.png") for template in tiles["tiles"]]
    return {"type": "raster", "tiles": addresses, "tileSize": 256, **shared}


def _layers(name: str, answer: MapStyle) -> list[dict[str, Any]]:
    """The drawing layers from the bottom up."""
    legend = answer.legend
    if legend.drawn_as == "raster":
        paint: dict[str, Any] = {"raster-resampling": "nearest", "raster-fade-duration": 0}
        return [{"id": name, "type": "raster", "source": name, "paint": paint}]
    source = {"source": name, "source-layer": answer.tiles["vector_layers"][0]["id"]}
    outline = {
        "id": f"{name}-outline",
        "type": "line",
        **source,
        "paint": {"line-color": OUTLINE, "line-width": THIN_LINE},
    }
    if legend.drawn_as == "outline":
        return [outline]
    colour = _colour(legend)
    if legend.drawn_as == "point":
        paint = {
            "circle-color": colour,
            "circle-opacity": POINT_OPACITY,
            "circle-radius": _radius(legend),
            "circle-stroke-color": "#ffffff",
            "circle-stroke-width": 1,
        }
        # Large sites first, so that small ones lie on top of them.
        layout = {"circle-sort-key": ["-", 0, ["to-number", ["get", legend.size_by], 0]]}
        drawing = {"paint": paint, **({"layout": layout} if legend.size_by else {})}
        return [{"id": f"{name}-points", "type": "circle", **source, **drawing}]
    paint = {"fill-color": colour, "fill-opacity": AREA_OPACITY}
    return [{"id": f"{name}-fill", "type": "fill", **source, "paint": paint}, outline]


def _colour(legend: Legend) -> Any:
    """The colour of a feature by its class.

    Each label is a list of one, because QGIS 3.22 ignores a plain label and draws all areas alike.
    """
    lines = legend_content(legend)["classes"]
    pairs = [part for line in lines for part in ([line["label"]], line["colour"])]
    return ["match", ["get", legend.attribute], *pairs, MISSING] if pairs else MISSING


def _radius(legend: Legend) -> Any:
    """The radius of a point by its size, as in the legend."""
    if not legend.size_by:
        return SMALLEST_RADIUS * 2
    value = ["sqrt", ["max", 0, ["to-number", ["get", legend.size_by], 0]]]
    stops = [0, SMALLEST_RADIUS, LARGEST_SITE**0.5, LARGEST_RADIUS]
    return ["interpolate", ["linear"], value, *stops]
