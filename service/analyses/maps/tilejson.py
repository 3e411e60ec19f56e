"""TileJSON 3.0, the description of tiles that clients read first."""

import html
import math
from collections.abc import Mapping
from typing import Annotated, TypedDict

from service.config.settings import TileSettings
from service.model.answers import Provenance
from service.model.provenance import credited
from service.model.schemas import UNSTATED, Box, Length
from spatial.coordinates.crs import WGS84, transform_bounds

Bounds = tuple[float, float, float, float]

WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)
SCREEN_PIXELS = 512  # a window that the area should fill when a map opens
TILE_PIXELS = 256


class VectorLayer(TypedDict):
    """A layer in vector tiles, with the type of each attribute."""

    id: str
    fields: dict[str, str]
    minzoom: int
    maxzoom: int


class VectorLayers(TypedDict, total=False):
    """What the document of vector tiles has besides."""

    vector_layers: Annotated[list[VectorLayer], UNSTATED]


class TileJson(VectorLayers):
    """TileJSON 3.0: where tiles are, and what they show."""

    tilejson: str
    name: str
    description: str
    attribution: str
    version: str
    scheme: str
    minzoom: int
    maxzoom: int
    synthetic: bool
    tiles: Annotated[list[str], Length(1)]
    bounds: Box
    center: list[float]


def tilejson(
    *,
    name: str,
    description: str,
    address: str,
    bounds: Bounds,
    zooms: TileSettings,
    provenance: Provenance,
    vector_layers: Mapping[str, Mapping[str, str]] | None = None,
) -> TileJson:
    """The TileJSON document of some tiles.

    Parameters
    ----------
    name : str
        Title of the layer.
    description : str
        What the tiles show.
    address : str
        URL template with ``{z}``, ``{x}``, ``{y}`` and the version.
    bounds : west, south, east, north
        Extent of the tiles, degrees.
    zooms : TileSettings
        The range of zooms.
    provenance : Provenance
        Sources, and whether the data are invented.
    vector_layers : mapping of layer to mapping of attribute to its type, optional
        The attributes of vector tiles. TileJSON leaves the wording of a type open; GDAL treats
        numbers as text unless the type is Number.

    Returns
    -------
    TileJson
        JSON members.
    """
    west, south, east, north = bounds
    synthetic = provenance.synthetic
    return {
        "tilejson": "3.0.0",
        "name": name,
        "description": description
        + (". Synthetic data, about no real people" if synthetic else ""),
        "attribution": attribution(provenance),
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [address],
        "minzoom": zooms.min_zoom,
        "maxzoom": zooms.max_zoom,
        "bounds": [west, south, east, north],
        "center": [
            round((west + east) / 2, 6),
            round((south + north) / 2, 6),
            opening_zoom(bounds, zooms),
        ],
        **_in_vector_tiles(vector_layers, zooms, synthetic=synthetic),
        "synthetic": synthetic,
    }


def _in_vector_tiles(
    layers: Mapping[str, Mapping[str, str]] | None, zooms: TileSettings, *, synthetic: bool
) -> VectorLayers:
    """What the document of vector tiles says of their layers; nothing of pictures."""
    if layers is None:
        return {}
    mark = {"synthetic": "Boolean"} if synthetic else {}
    return {
        "vector_layers": [
            {
                "id": layer,
                "fields": {**fields, **mark},
                "minzoom": zooms.min_zoom,
                "maxzoom": zooms.max_zoom,
            }
            for layer, fields in layers.items()
        ]
    }


def attribution(provenance: Provenance) -> str:
    """Credits for the corner of a map, escaped because clients show them as HTML.

    Parameters
    ----------
    provenance : Provenance
        Sources, and whether the data are invented.

    Returns
    -------
    str
        HTML.
    """
    mark = "Synthetic data" if provenance.synthetic else ""
    parts = [mark, *credited(provenance.sources)]
    return html.escape("; ".join(part for part in parts if part), quote=False)


def lonlat_bounds(bounds_m: Bounds, crs: str) -> Bounds:
    """The extent in degrees of an extent in a working CRS.

    Parameters
    ----------
    bounds_m : left, bottom, right, top
        Metres.
    crs : str
        The working CRS.

    Returns
    -------
    west, south, east, north : float
        Degrees; all longitudes if the extent crosses the antimeridian.
    """
    bounds = transform_bounds(bounds_m, source=crs, target=WGS84)
    west, south, east, north = (round(float(value), 6) for value in bounds)
    # Across the antimeridian TileJSON has no bounds narrower than the world.
    return (west, south, east, north) if west <= east else (WORLD[0], south, WORLD[2], north)


def opening_zoom(bounds: Bounds, zooms: TileSettings) -> int:
    """The zoom at which the longer side of an extent fills a small window.

    Parameters
    ----------
    bounds : west, south, east, north
        Degrees.
    zooms : TileSettings
        The range of zooms.

    Returns
    -------
    int
        Within the range.
    """
    west, south, east, north = bounds
    widest = max(east - west, (north - south) * 1.5, 1e-6)
    zoom = math.floor(math.log2(360.0 * SCREEN_PIXELS / (TILE_PIXELS * widest)))
    return min(max(zoom, zooms.min_zoom), zooms.max_zoom)
