"""TileJSON 3.0: what a client must know of tiles before it asks for the first."""

import html
import math
from collections.abc import Mapping
from typing import Any

from service.config.settings import TileSettings
from service.model.answers import Provenance
from service.model.provenance import credited
from spatial.coordinates.crs import WGS84, transformer

Bounds = tuple[float, float, float, float]

WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)
SCREEN_PIXELS = 512  # a window that the area should fill when a map opens
TILE_PIXELS = 256


def tilejson(
    *,
    name: str,
    description: str,
    address: str,
    bounds: Bounds,
    zooms: TileSettings,
    provenance: Provenance,
    vector_layers: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """The document of some tiles.

    Parameters
    ----------
    address : str
        With ``{z}``, ``{x}``, ``{y}`` and the version.
    bounds : west, south, east, north
        Of what the tiles show, degrees.
    vector_layers : mapping of layer to mapping of attribute to its type, optional
        What vector tiles hold. TileJSON leaves the wording of a type open; GDAL takes numbers
        for text unless it says Number.
    """
    west, south, east, north = bounds
    made_up = provenance.synthetic
    content: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": name,
        "description": description + (". Synthetic data, about no real people" if made_up else ""),
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
    }
    if vector_layers is not None:
        content["vector_layers"] = [
            {
                "id": layer,
                "fields": {**fields, **({"synthetic": "Boolean"} if made_up else {})},
                "minzoom": zooms.min_zoom,
                "maxzoom": zooms.max_zoom,
            }
            for layer, fields in vector_layers.items()
        ]
    return {**content, "synthetic": made_up}


def attribution(provenance: Provenance) -> str:
    """Whose data these are, for the corner of a map: clients show it as HTML, so it is escaped."""
    mark = "Synthetic data" if provenance.synthetic else ""
    words = [mark, *credited(provenance.sources)]
    return html.escape("; ".join(word for word in words if word), quote=False)


def lonlat_bounds(bounds_m: Bounds, crs: str) -> Bounds:
    """West, south, east, north of an extent in a working CRS, degrees."""
    found = transformer(crs, WGS84).transform_bounds(*bounds_m)
    west, south, east, north = (round(float(v), 6) for v in found)
    # Across the antimeridian TileJSON has no bounds narrower than the world.
    return (west, south, east, north) if west <= east else (WORLD[0], south, WORLD[2], north)


def opening_zoom(bounds: Bounds, zooms: TileSettings) -> int:
    """The zoom at which the longer side of some bounds fills a small window."""
    west, south, east, north = bounds
    widest = max(east - west, (north - south) * 1.5, 1e-6)
    zoom = math.floor(math.log2(360.0 * SCREEN_PIXELS / (TILE_PIXELS * widest)))
    return min(max(zoom, zooms.min_zoom), zooms.max_zoom)
