"""Vector tile answers as Mapbox vector tiles."""

from collections.abc import Callable
from functools import lru_cache

from boundaries.layers.layer import Layer
from boundaries.tiles.tiles import TileAreas, TilePoints
from service.access.release import Released
from service.model.answers import GeometryTile, VectorTile
from service.render.tiles.mvt import EncodedAreas, Value, encode_areas, encode_points, encode_tile
from spatial.coordinates.mercator import Tile

ENCODED_IN_MEMORY = 2_000


def vector_tile(released: Released[VectorTile]) -> bytes:
    """The tile as MVT 2.1; empty if it has no areas."""
    answer = released.answer
    features = answer.areas
    encoded = (
        encode_points(features) if isinstance(features, TilePoints) else _encode_cached(features)
    )
    return encode_tile(encoded, name=answer.layer_id, columns=answer.columns)


def geometry_tile(
    released: Released[GeometryTile], *, get: Callable[[Layer, Tile], bytes]
) -> bytes:
    """The tile as MVT 2.1, from the stored bytes; empty if it has no areas."""
    return get(released.answer.layer, released.answer.tile)


def encode_geometry(layer: Layer, areas: TileAreas) -> bytes:
    """A layer's part of a tile: shapes, codes and names, and a mark if they are invented."""
    positions = areas.positions.tolist()
    columns: dict[str, list[Value]] = {
        "code": [layer.codes[position] for position in positions],
        "name": [layer.names[position] for position in positions],
    }
    if layer.metadata.synthetic:
        columns["synthetic"] = [True] * len(positions)
    return encode_tile(encode_areas(areas), name=layer.layer_id, columns=columns)


@lru_cache(maxsize=ENCODED_IN_MEMORY)
def _encode_cached(areas: TileAreas) -> EncodedAreas:
    """The drawing commands of a tile's areas, encoded once for all queries."""
    return encode_areas(areas)
