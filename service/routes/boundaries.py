"""Boundaries on a map: vector tiles that never change, TileJSON, legend and style."""

from fastapi import APIRouter

from service.analyses.layers import OutlineLayer
from service.http.layer_routes import OUTLINES, LayerKind, TileKind, add_layer_routes
from service.model.queries import NoQuery, VersionQuery

router = APIRouter(prefix="/v1", tags=["vector tiles"])

add_layer_routes(
    router,
    "/boundaries/{layer}",
    LayerKind(
        name="boundary",
        layer=OutlineLayer,
        query=NoQuery,
        tile_query=VersionQuery,
        tiles=(
            TileKind(
                "The areas of a layer in a tile, with code and name: never changes for a version.",
                OUTLINES,
            ),
        ),
        tilejson="TileJSON 3.0 of a layer's geometry tiles.",
        legend="The legend of a layer's outlines, as JSON or as a picture.",
        style="A MapLibre style of a layer's outlines.",
    ),
)
