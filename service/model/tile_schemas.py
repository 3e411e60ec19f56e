"""What the layers of vector tiles are called by those who publish maps, and what they hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Role = Literal[
    "green", "urban", "water", "waterway", "rail", "minor road", "main road", "major road",
    "street name", "suburb", "village", "town", "city",
]  # fmt: skip

Expression = Any
"""A filter or value as MapLibre styles have them."""


@dataclass(frozen=True)
class Part:
    """Features of a layer of the tiles, and the role that they have on a map.

    Attributes
    ----------
    layer : str
        In the tiles.
    only : expression or None
        Which of its features; None: all.
    name : expression
        What a feature is called, for those that are written.
    """

    role: Role
    layer: str
    only: Expression | None = None
    name: Expression = ("get", "name")


@dataclass(frozen=True)
class TileSchema:
    """Names that a publisher gives to layers and attributes.

    Attributes
    ----------
    title : str
        Names it for readers.
    credit, licence : str
        What its makers ask to be shown, where the file does not state it.
    tell_tale : tuple of str
        Layers of which one is in no other schema.
    """

    title: str
    credit: str
    licence: str
    tell_tale: tuple[str, ...]
    parts: tuple[Part, ...]


def _among(attribute: Expression, *values: str) -> Expression:
    """Whether a feature has one of some values."""
    return ["in", attribute, ["literal", list(values)]]


_CLASS: Final = ["get", "class"]
_TYPE: Final = ["get", "type"]
_KIND: Final = ["coalesce", ["get", "kind"], ["get", "pmap:kind"]]
_DETAIL: Final = ["coalesce", ["get", "kind_detail"], ["get", "pmap:kind_detail"]]
_OSM_NAME: Final = ["coalesce", ["get", "name"], ["get", "name:en"], ["get", "name:latin"]]
_OS_NAME: Final = ["get", "name1"]
_OSM: Final = ("© OpenStreetMap contributors", "Open Database License 1.0")

SCHEMAS: Final = (
    TileSchema(
        "OS Open Zoomstack",
        "Contains OS data © Crown copyright and database right",
        "Open Government Licence v3.0",
        ("surfacewater", "waterlines"),
        (
            Part("green", "greenspaces"),
            Part("green", "greenspace"),
            Part("green", "woodland"),
            Part("urban", "urban_areas"),
            Part("water", "sea"),
            Part("water", "surfacewater"),
            Part("waterway", "waterlines"),
            Part("rail", "rail"),
            Part("minor road", "roads", _among(_TYPE, "Local", "Restricted", "Guided Busway")),
            Part("main road", "roads", _among(_TYPE, "B Road", "Minor")),
            Part("major road", "roads", _among(_TYPE, "Motorway", "Primary", "A Road")),
            Part("street name", "roads"),
            Part("suburb", "names", _among(_TYPE, "Suburban Area"), _OS_NAME),
            Part(
                "village",
                "names",
                _among(_TYPE, "Village", "Hamlet", "Small Settlements"),
                _OS_NAME,
            ),
            Part("town", "names", _among(_TYPE, "Town"), _OS_NAME),
            Part("city", "names", _among(_TYPE, "City", "Capital"), _OS_NAME),
        ),
    ),
    TileSchema(
        "OpenMapTiles",
        f"© OpenMapTiles {_OSM[0]}",
        _OSM[1],
        ("transportation", "transportation_name"),
        (
            Part("green", "landcover", _among(_CLASS, "wood", "grass", "farmland")),
            Part("green", "park"),
            Part("urban", "landuse", _among(_CLASS, "residential", "commercial", "industrial")),
            Part("water", "water"),
            Part("waterway", "waterway"),
            Part("rail", "transportation", _among(_CLASS, "rail", "transit")),
            Part("minor road", "transportation", _among(_CLASS, "minor", "service")),
            Part("main road", "transportation", _among(_CLASS, "secondary", "tertiary")),
            Part("major road", "transportation", _among(_CLASS, "motorway", "trunk", "primary")),
            Part("street name", "transportation_name", None, _OSM_NAME),
            Part("suburb", "place", _among(_CLASS, "suburb", "quarter", "neighbourhood"),
                 _OSM_NAME),
            Part("village", "place", _among(_CLASS, "village", "hamlet"), _OSM_NAME),
            Part("town", "place", _among(_CLASS, "town"), _OSM_NAME),
            Part("city", "place", _among(_CLASS, "city"), _OSM_NAME),
        ),
    ),
    TileSchema(
        "Protomaps",
        f"Protomaps {_OSM[0]}",
        _OSM[1],
        ("earth",),
        (
            Part("green", "landuse", _among(_KIND, "forest", "wood", "park", "grass", "meadow",
                                            "nature_reserve", "recreation_ground")),
            Part("urban", "landuse", _among(_KIND, "residential", "commercial", "industrial")),
            Part("water", "water"),
            Part("waterway", "water", _among(_KIND, "river", "stream", "canal")),
            Part("waterway", "physical_line", _among(_KIND, "river", "stream", "canal")),
            Part("rail", "roads", _among(_KIND, "rail")),
            Part("rail", "transit", _among(_KIND, "rail")),
            Part("minor road", "roads", _among(_KIND, "minor_road")),
            Part("main road", "roads", _among(_KIND, "medium_road")),
            Part("major road", "roads", _among(_KIND, "highway", "major_road")),
            Part("street name", "roads", None, _OSM_NAME),
            Part("suburb", "places", _among(_KIND, "neighbourhood", "macrohood"), _OSM_NAME),
            Part("village", "places", _among(_DETAIL, "village", "hamlet"), _OSM_NAME),
            Part("town", "places", _among(_DETAIL, "town"), _OSM_NAME),
            Part("city", "places", _among(_DETAIL, "city"), _OSM_NAME),
        ),
    ),
)  # fmt: skip

# What a layer of another schema is taken for: the first of these words that its name has.
_WORDS: Final[tuple[tuple[str, Role], ...]] = (
    ("label", "town"), ("place", "town"), ("settlement", "town"), ("names", "town"),
    ("water", "water"), ("ocean", "water"), ("sea", "water"), ("lake", "water"),
    ("river", "waterway"), ("stream", "waterway"), ("canal", "waterway"),
    ("rail", "rail"),
    ("road", "main road"), ("street", "main road"), ("highway", "main road"),
    ("transport", "main road"),
    ("wood", "green"), ("forest", "green"), ("park", "green"), ("green", "green"),
    ("grass", "green"), ("landcover", "green"),
    ("urban", "urban"), ("built", "urban"), ("residential", "urban"),
)  # fmt: skip


def schema_of(layers: Collection[str]) -> TileSchema | None:
    """The schema that the layers of some tiles are named by.

    Parameters
    ----------
    layers : collection of str
        Their names.

    Returns
    -------
    TileSchema or None
        None for names of another.
    """
    return next((s for s in SCHEMAS if any(name in layers for name in s.tell_tale)), None)


def parts_of(layers: Mapping[str, Collection[str]]) -> list[Part]:
    """What is drawn of some tiles.

    Parameters
    ----------
    layers : mapping of str to collection of str
        Their layers, each with the names of its attributes.

    Returns
    -------
    list of Part
        Of layers that are there. A schema that is not known is read by the words in the names of
        its layers; what has none of them is not drawn.
    """
    schema = schema_of(layers)
    if schema is not None:
        return [part for part in schema.parts if part.layer in layers]
    parts = []
    for layer, attributes in layers.items():
        role = next((role for word, role in _WORDS if word in layer.lower()), None)
        if role == "town" and "name" not in attributes:
            continue
        if role == "water":
            parts.append(Part("waterway", layer))
        if role is not None:
            parts.append(Part(role, layer))
    return parts
