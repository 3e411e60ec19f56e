"""The background as a MapLibre style: quiet in both themes, so that the data stand out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from service.model.tile_schemas import Part, Role, parts_of

Theme = Literal["light", "dark"]
Place = Literal["below", "over", "above"]

SOURCE: Final = "background"
FONTS: Final = ("SourceSans3-Regular", "SourceSans3-Bold")
PLACE: Final = "hotspot-atlas:place"
"""In the metadata of a layer: below the data, over them, or above everything as names are."""

_COLOURS: Final[Mapping[Theme, Mapping[str, str]]] = {
    "light": {
        "ground": "#f4f3f0", "green": "#e4ebdf", "urban": "#e9e6e1", "water": "#c9dbe6",
        "waterway": "#7fa8c2", "rail": "#6d6a72", "road": "#54525c", "text": "#33323a",
        "halo": "#ffffff",
    },
    "dark": {
        "ground": "#17181c", "green": "#1c241f", "urban": "#212228", "water": "#1b2a38",
        "waterway": "#4a6f8c", "rail": "#8d8a94", "road": "#b4b1bc", "text": "#e6e4ec",
        "halo": "#101114",
    },
}  # fmt: skip


@dataclass(frozen=True)
class _Line:
    """How lines of a role are drawn: widths in pixels by zoom, from which zoom on."""

    colour: str
    opacity: float
    widths: tuple[tuple[float, float], ...]
    min_zoom: float = 0.0
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True)
class _Text:
    """How names of a role are written: sizes in pixels by zoom, from which zoom on."""

    sizes: tuple[tuple[float, float], ...]
    min_zoom: float
    is_bold: bool = False
    is_along: bool = False


_FILLS: Final[tuple[Role, ...]] = ("green", "urban", "water")
_LINES: Final[Mapping[Role, _Line]] = {
    "waterway": _Line("waterway", 0.7, ((8, 0.5), (14, 1.6))),
    "minor road": _Line("road", 0.28, ((11, 0.3), (14, 1.1), (17, 3.0)), 11.5),
    "main road": _Line("road", 0.34, ((9, 0.4), (14, 1.8), (17, 4.5)), 9.0),
    "major road": _Line("road", 0.46, ((7, 0.6), (11, 1.3), (14, 2.6), (17, 6.0))),
    "rail": _Line("rail", 0.5, ((9, 0.5), (14, 1.3)), 8.5, (4.0, 2.0)),
}
_TEXTS: Final[Mapping[Role, _Text]] = {
    "street name": _Text(((13, 10.5), (17, 13)), 13.5, is_along=True),
    "suburb": _Text(((12, 11), (15, 14)), 12.0),
    "village": _Text(((10, 10.5), (14, 13)), 10.5),
    "town": _Text(((7, 11), (13, 16)), 7.0),
    "city": _Text(((6, 12.5), (13, 20)), 5.0, is_bold=True),
}


def style(
    layers: Mapping[str, Sequence[str]],
    *,
    name: str,
    theme: Theme,
    source: Mapping[str, Any],
    glyphs: str,
) -> dict[str, Any]:
    """A MapLibre style of tiles, by what their layers are called.

    Parameters
    ----------
    layers : mapping of str to sequence of str
        The layers in the tiles, each with the names of its attributes.
    name : str
        Of the style.
    theme : {"light", "dark"}
        For which ground.
    source : mapping
        Where the tiles are, as a style has it.
    glyphs : str
        Address of the letters, with ``{fontstack}`` and ``{range}``.

    Returns
    -------
    dict of str to Any
        Complete by itself. The metadata of each layer say where it stands beside data: shapes
        ``below``, roads and waterways ``over``, names ``above`` them.
    """
    colours = _COLOURS[theme]
    ground = {
        "id": "land",
        "type": "background",
        "metadata": {PLACE: "below"},
        "paint": {"background-color": colours["ground"]},
    }
    drawn = list(_layers(parts_of(layers), colours))
    return {
        "version": 8,
        "name": name,
        "glyphs": glyphs,
        "sources": {SOURCE: dict(source)},
        "layers": [ground, *drawn],
    }


def _layers(parts: Sequence[Part], colours: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The layers of a style from the ground up."""
    for role in _FILLS:
        for part, number in _of_role(parts, role):
            yield _layer(part, number, "fill", "below", "Polygon") | {
                "paint": {"fill-color": colours[role], "fill-antialias": False}
            }
    for role, line in _LINES.items():
        for part, number in _of_role(parts, role):
            paint: dict[str, Any] = {
                "line-color": colours[line.colour],
                "line-opacity": line.opacity,
                "line-width": _by_zoom(line.widths),
            }
            if line.dashes:
                paint["line-dasharray"] = list(line.dashes)
            layer = _layer(part, number, "line", "over", "LineString")
            layout = {"line-join": "round", "line-cap": "butt" if line.dashes else "round"}
            yield layer | {"minzoom": line.min_zoom, "layout": layout, "paint": paint}
    for role, text in _TEXTS.items():
        for part, number in _of_role(parts, role):
            yield _name_layer(part, number, text, colours)


def _of_role(parts: Sequence[Part], role: Role) -> Iterator[tuple[Part, int]]:
    """The parts of a role, numbered."""
    yield from ((part, k) for k, part in enumerate(p for p in parts if p.role == role))


def _name_layer(
    part: Part, number: int, text: _Text, colours: Mapping[str, str]
) -> dict[str, Any]:
    """A layer of names: beside points, or along lines."""
    shape = "LineString" if text.is_along else "Point"
    layout: dict[str, Any] = {
        "text-field": ["coalesce", part.name, ""],
        "text-font": [FONTS[text.is_bold]],
        "text-size": _by_zoom(text.sizes),
        "text-max-width": 7,
        "text-padding": 3,
    }
    if text.is_along:
        layout |= {"symbol-placement": "line", "symbol-spacing": 320, "text-max-angle": 30}
    return _layer(part, number, "symbol", "above", shape) | {
        "minzoom": text.min_zoom,
        "layout": layout,
        "paint": {
            "text-color": colours["text"],
            "text-halo-color": colours["halo"],
            "text-halo-width": 1.4,
            "text-opacity": 0.75 if text.is_along else 0.92,
        },
    }


def _layer(part: Part, number: int, kind: str, place: Place, shape: str) -> dict[str, Any]:
    """What every layer of a style has."""
    shapes = ["in", ["geometry-type"], ["literal", [shape, f"Multi{shape}"]]]
    return {
        "id": f"background-{part.role.replace(' ', '-')}{f'-{number}' if number else ''}",
        "type": kind,
        "source": SOURCE,
        "source-layer": part.layer,
        "metadata": {PLACE: place},
        "filter": shapes if part.only is None else ["all", shapes, part.only],
    }


def _by_zoom(stops: Sequence[tuple[float, float]]) -> list[Any]:
    """An expression that goes from one value to the next with the zoom."""
    return ["interpolate", ["linear"], ["zoom"], *(value for stop in stops for value in stop)]
