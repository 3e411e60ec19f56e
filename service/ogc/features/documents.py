"""What the documents of the OGC API are made of, in the spelling of its standards."""

from typing import NotRequired, TypedDict

from service.http.openapi import Link


class LandingPage(TypedDict):
    """Links to everything in the API."""

    title: str
    description: str
    links: list[Link]


class Conformance(TypedDict):
    """The standards that the API conforms to."""

    conformsTo: list[str]


class Collection(TypedDict):
    """A collection of features."""

    id: str
    title: str
    description: NotRequired[str]
    links: list[Link]
    crs: list[str]


class Collections(TypedDict):
    """Every collection of features."""

    links: list[Link]
    collections: list[Collection]


class TileMatrixSetItem(TypedDict):
    """A tile matrix set as it is listed."""

    id: str
    uri: str
    crs: str
    links: list[Link]


class TileMatrixSets(TypedDict):
    """The tile matrix sets of the tiles."""

    title: str
    links: list[Link]
    tileMatrixSets: list[TileMatrixSetItem]


class TileMatrix(TypedDict):
    """The grid of tiles of one zoom."""

    id: str
    scaleDenominator: float
    cellSize: float
    cornerOfOrigin: str
    tileWidth: int
    tileHeight: int
    matrixWidth: int
    matrixHeight: int
    pointOfOrigin: list[float]


class TileMatrixSet(TypedDict):
    """A grid of tiles per zoom."""

    id: str
    title: str
    uri: str
    crs: str
    wellKnownScaleSet: str
    orderedAxes: list[str]
    tileMatrices: list[TileMatrix]


class BoundingBox(TypedDict):
    """Two corners."""

    crs: str
    lowerLeft: list[float]
    upperRight: list[float]


class TilesetLayer(TypedDict):
    """A layer in vector tiles."""

    id: str
    dataType: str


class Tileset(TypedDict):
    """The vector tiles of a collection."""

    title: str
    dataType: str
    crs: str
    tileMatrixSetURI: str
    synthetic: NotRequired[bool]
    links: list[Link]
    boundingBox: BoundingBox
    layers: list[TilesetLayer]


class Tilesets(TypedDict):
    """The tilesets of a collection."""

    title: str
    links: list[Link]
    tilesets: list[Tileset]
