"""The part of a layer that one map tile shows, in the whole steps of the tile."""

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.layers.checks import POLYGON, simplest
from boundaries.layers.layer import Geometries
from boundaries.tiles.generalise import EXTENT, Level
from spatial.arrays import FloatArray, IndexArray, IntArray, frozen
from spatial.coordinates.mercator import Tile

BUFFER = 64  # steps beyond each edge, so that a line drawn along a border is not cut at it


@dataclass(frozen=True, eq=False)
class TileAreas:
    """Areas in one tile.

    Attributes
    ----------
    tile : Tile
    positions : (k,) int32
        Positions in `layer.codes`, ascending.
    geometries : (k,) object array
        Valid polygons and multipolygons in whole steps of the tile: 0 to 4096 from left to
        right and from top to bottom, and `BUFFER` beyond. Outer rings have their area
        positive in these axes, inner rings negative, as vector tiles ask for.
    """

    tile: Tile
    positions: IndexArray
    geometries: Geometries

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, eq=False)
class TilePoints:
    """Points in one tile.

    Attributes
    ----------
    tile : Tile
    positions : (k,) int32
        Positions among the points that were asked for, ascending.
    xy : (k, 2) int64
        In whole steps of the tile, as in `TileAreas`.
    """

    tile: Tile
    positions: IndexArray
    xy: IntArray

    def __len__(self) -> int:
        return len(self.positions)


def points_in_tile(xy_mercator_m: FloatArray, tile: Tile) -> TilePoints:
    """The points that a tile shows, those in its buffer included.

    Parameters
    ----------
    xy_mercator_m : (n, 2) float64
        EPSG:3857, metres; those that are not finite are in no tile.
    tile : Tile
        Its address.
    """
    left, bottom, right, top = tile.bounds_mercator_m
    steps = (xy_mercator_m - (left, top)) * (EXTENT / (right - left), EXTENT / (bottom - top))
    is_inside = (steps >= -BUFFER) & (steps <= EXTENT + BUFFER)  # False where not finite
    positions = np.flatnonzero(is_inside.all(axis=1))
    xy = np.round(steps[positions]).astype(np.int64)
    return TilePoints(tile, frozen(positions.astype(np.int32)), frozen(xy))


def areas_in_tile(level: Level, tile: Tile) -> TileAreas:
    """The areas of a layer that a tile shows, cut to the tile and its buffer.

    Parameters
    ----------
    level : Level
        Of the tile's zoom.
    tile : Tile
        Its address.

    Returns
    -------
    TileAreas
        Empty where the layer is not.

    Raises
    ------
    ValueError
        If the level is of another zoom.

    Notes
    -----
    Two neighbouring tiles hold the same corners where both show a border. Only where a border
    is cut at the far edge of the buffer is the cut rounded to a whole step; along the edge of
    the tile itself the two agree to a fraction of a step.
    """
    if level.zoom != tile.z:
        raise ValueError(f"the level is of zoom {level.zoom}, the tile of {tile.z}")
    left, top = tile.x * float(EXTENT), tile.y * float(EXTENT)
    frame = (left - BUFFER, top - BUFFER, left + EXTENT + BUFFER, top + EXTENT + BUFFER)
    level_index = np.sort(level.tree.query(shapely.box(*frame), predicate="intersects"))
    cut_shapes = _cut(level.geometries[level_index], frame)
    origin = np.array([left, top])
    tile_shapes = shapely.transform(cut_shapes, lambda xy: xy - origin)
    shape_index, polygons = _only_polygons(np.asarray(tile_shapes, dtype=object))
    oriented_polygons = shapely.orient_polygons(polygons, exterior_cw=False)
    return TileAreas(
        tile,
        frozen(level.positions[level_index[shape_index]]),
        frozen(np.asarray(oriented_polygons, dtype=object)),
    )


def _cut(shapes: Geometries, frame: tuple[float, float, float, float]) -> Geometries:
    """The part of each shape in a frame, corners in whole steps.

    Cutting along the sides of a rectangle takes a tenth of the time of a general overlay. It
    may leave a shape that crosses itself, above all once corners are rounded; the overlay,
    which rounds as it cuts and stays valid, does those again.
    """
    bounds = shapely.bounds(shapes)
    west, north, east, south = frame
    is_inside = (bounds[:, :2] >= (west, north)).all(axis=1)
    is_inside &= (bounds[:, 2:] <= (east, south)).all(axis=1)
    if is_inside.all():
        return shapes
    crossing_shapes = shapes[~is_inside]
    parts = shapely.transform(shapely.clip_by_rect(crossing_shapes, *frame), np.rint)
    is_invalid = ~shapely.is_valid(parts)
    if is_invalid.any():
        box = shapely.box(*frame)
        parts[is_invalid] = shapely.intersection(crossing_shapes[is_invalid], box, grid_size=1.0)
    result = shapes.copy()
    result[~is_inside] = parts
    return result


def _only_polygons(shapes: Geometries) -> tuple[IndexArray, Geometries]:
    """Which shapes have ground in the tile, and that ground without the lines they touch in."""
    if (shapely.get_type_id(shapes) == POLYGON).all() and not shapely.is_empty(shapes).any():
        return np.arange(len(shapes), dtype=np.int32), shapes
    parts, owner = shapely.get_parts(shapes, return_index=True)
    is_ground = shapely.get_type_id(parts) == POLYGON
    parts, owner = parts[is_ground], owner[is_ground]
    shape_index, starts = np.unique(owner, return_index=True)
    polygons = np.empty(len(shape_index), dtype=object)
    for i, ground in enumerate(np.split(parts, starts[1:])[: len(shape_index)]):
        polygons[i] = simplest(shapely.multipolygons(ground))
    return shape_index.astype(np.int32), polygons
