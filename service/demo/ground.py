"""The background map of the demonstration county: an archive of tiles, imported like any other."""

import contextlib
import gzip
import json
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.tiles.generalise import EXTENT
from boundaries.tiles.tiles import BUFFER, TileAreas, points_in_tile
from service.demo.places.geography import CRS, LICENCE, SOURCE
from service.demo.places.ground import Features
from service.imports.background.importer import (
    BackgroundOptions,
    import_background,
    surroundings,
)
from service.render.tiles.mvt import (
    EncodedAreas,
    encode_areas,
    encode_lines,
    encode_points,
    encode_tile,
)
from service.store.reference.backgrounds import BackgroundStore
from spatial.coordinates.crs import transform_xy
from spatial.coordinates.mercator import HALF_WORLD_M, Tile

MIN_ZOOM, MAX_ZOOM = 6, 12
NAME: Final = "Demonstration county (synthetic)"
_MERCATOR: Final = "EPSG:3857"
_POINT, _LINES, _POLYGONS = 0, (1, 5), (3, 6)  # types of shapely


def write_background(store: BackgroundStore, layers: Mapping[str, Features]) -> None:
    """Keep the county's map in its store, in the place of an earlier one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo-background.mbtiles"
        write_mbtiles(path, layers)
        shapes = np.concatenate([features.geometries for features in layers.values()])
        left, bottom, right, top = shapely.total_bounds(shapes).tolist()
        import_background(
            store,
            path,
            surroundings((left, bottom, right, top), crs=CRS),
            BackgroundOptions(source=SOURCE, licence=LICENCE, synthetic=True, replace=True),
        )


def write_mbtiles(path: Path, layers: Mapping[str, Features]) -> None:
    """Write an archive of vector tiles with some layers."""
    projected = {name: _on_mercator(features) for name, features in layers.items()}
    trees = {name: shapely.STRtree(shapes) for name, shapes in projected.items()}
    bounds = shapely.total_bounds(np.concatenate(list(projected.values())))
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, "
            "tile_data BLOB)"
        )
        fields = {name: dict.fromkeys(part.columns, "String") for name, part in layers.items()}
        vector_layers = [{"id": name, "fields": field} for name, field in fields.items()]
        metadata = {
            "name": NAME,
            "format": "pbf",
            "attribution": SOURCE,
            "json": json.dumps({"vector_layers": vector_layers}),
        }
        database.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
        for tile in _cover(bounds):
            content = b"".join(
                _encoded(name, features, projected[name], trees[name], tile)
                for name, features in layers.items()
            )
            if content:
                row = (tile.z, tile.x, 2**tile.z - 1 - tile.y, gzip.compress(content, 6, mtime=0))
                database.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", row)
        database.commit()


def _on_mercator(features: Features) -> NDArray[Any]:
    """The shapes of a layer in the CRS of tiles."""
    return np.asarray(
        shapely.transform(
            features.geometries, lambda xy: transform_xy(xy, source=CRS, target=_MERCATOR)
        ),
        dtype=object,
    )


def _cover(bounds: NDArray[np.float64]) -> list[Tile]:
    """The tiles of all zooms that touch some bounds."""
    left, bottom, right, top = bounds.tolist()
    tiles = []
    for z in range(MIN_ZOOM, MAX_ZOOM + 1):
        side = 2.0 * HALF_WORLD_M / 2**z
        columns = range(
            int((left + HALF_WORLD_M) // side), int((right + HALF_WORLD_M) // side) + 1
        )
        rows = range(int((HALF_WORLD_M - top) // side), int((HALF_WORLD_M - bottom) // side) + 1)
        tiles += [Tile(z, x, y) for x in columns for y in rows]
    return tiles


def _encoded(
    name: str, features: Features, shapes: NDArray[Any], tree: shapely.STRtree, tile: Tile
) -> bytes:
    """The part of a layer that a tile shows."""
    left, bottom, right, top = tile.bounds_mercator_m
    step = (right - left) / EXTENT
    margin = BUFFER * step
    frame = (left - margin, bottom - margin, right + margin, top + margin)
    inside = np.sort(tree.query(shapely.box(*frame)))
    inside = inside[features.min_zoom[inside] <= tile.z]
    if len(inside) == 0:
        return b""
    drawn = _commands(shapes[inside], tile, frame, step)
    positions = inside[drawn.positions]
    columns = {
        column: [values[position] for position in positions.tolist()]
        for column, values in features.columns.items()
    }
    return encode_tile(
        EncodedAreas(positions.astype(np.int32), drawn.commands, drawn.geometry_type),
        name=name,
        columns=columns,
    )


def _commands(
    shapes: NDArray[Any], tile: Tile, frame: tuple[float, float, float, float], step: float
) -> EncodedAreas:
    """Shapes as drawing commands; positions are those among the shapes."""
    kind = int(shapely.get_type_id(shapes[0]))
    if kind == _POINT:
        return encode_points(points_in_tile(shapely.get_coordinates(shapes), tile))
    left, _, _, top = tile.bounds_mercator_m
    cut = shapely.clip_by_rect(shapes, *frame)
    scaled = shapely.transform(cut, lambda xy: (xy - (left, top)) / (step, -step))
    whole = np.asarray(shapely.set_precision(shapely.simplify(scaled, 1.0), 1.0), dtype=object)
    kinds = _LINES if kind in _LINES else _POLYGONS
    fits = np.isin(shapely.get_type_id(whole), kinds) & ~shapely.is_empty(whole)
    kept = np.flatnonzero(fits).astype(np.int32)
    if kinds is _LINES:
        drawn = encode_lines(whole[kept])
        return EncodedAreas(kept[drawn.positions], drawn.commands, drawn.geometry_type)
    oriented = np.asarray(shapely.orient_polygons(whole[kept], exterior_cw=False), dtype=object)
    return encode_areas(TileAreas(tile, kept.astype(np.int32), oriented))
