"""The tile matrix set of the tiles: WebMercatorQuad, as OGC registers it."""

from typing import Any, Final

from spatial.coordinates.mercator import HALF_WORLD_M, MAX_ZOOM

WEB_MERCATOR_QUAD: Final = "WebMercatorQuad"
REGISTERED: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{WEB_MERCATOR_QUAD}"
MERCATOR_CRS: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
TILE_PIXELS: Final = 256
PIXEL_M: Final = 0.000_28  # of a screen, as OGC defines scale


def web_mercator_quad() -> dict[str, Any]:
    """The definition (OGC 17-083r4, annex D.1): a matrix per zoom, columns from the west."""
    return {
        "id": WEB_MERCATOR_QUAD,
        "title": "Google Maps Compatible for the World",
        "uri": REGISTERED,
        "crs": MERCATOR_CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(MAX_ZOOM + 1)],
    }


def _matrix(zoom: int) -> dict[str, Any]:
    cell_m = 2 * HALF_WORLD_M / TILE_PIXELS / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell_m / PIXEL_M,
        "cellSize": cell_m,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
        "tileWidth": TILE_PIXELS,
        "tileHeight": TILE_PIXELS,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }
