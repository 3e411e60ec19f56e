"""The part of a layer that one map tile shows, in whole steps of the tile."""

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.layers.checks import POLYGON, simplest
from boundaries.layers.layer import Geometries
from boundaries.tiles.generalise import EXTENT, Level
from spatial.arrays import FloatArray, IndexArray, IntArray, frozen
from spatial.coordinates.mercator import Tile

BUFFER = 64  # steps beyond each edge, so that lines along the edge are drawn in full width


@dataclass(frozen=True, eq=False)
class TileAreas:
    """The areas in one tile.

    Attributes
    ----------
    tile : Tile
        Address of the tile.
    positions : (k,) int32
        Positions in `layer.codes`, ascending.
    geometries : (k,) object array
        Valid polygons and multipolygons in whole steps of the tile: 0 to 4096 from left to right
        and from top to bottom, and `BUFFER` beyond. Outer rings have a positive area in these
        axes and inner rings a negative one, as vector tiles require.
    """

    tile: Tile
    positions: IndexArray
    geometries: Geometries

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, eq=False)
class TilePoints:
    """The points in one tile.

    Attributes
    ----------
    tile : Tile
        Address of the tile.
    positions : (k,) int32
        Positions among the given points, ascending.
    xy : (k, 2) int64
        In whole steps of the tile, as in `TileAreas`.
    """

    tile: Tile
    positions: IndexArray
    xy: IntArray

    def __len__(self) -> int:
        return len(self.positions)


def points_in_tile(xy_mercator_m: FloatArray, tile: Tile) -> TilePoints:
    """The points that a tile shows, including those in its buffer.

    Parameters
    ----------
    xy_mercator_m : (n, 2) float64
        EPSG:3857, metres; points that are not finite are in no tile.
    tile : Tile
        Address of the tile.

    Returns
    -------
    TilePoints
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
        The layer, generalised for the tile's zoom.
    tile : Tile
        Address of the tile.

    Returns
    -------
    TileAreas
        Empty if the layer has no area in the tile.

    Raises
    ------
    ValueError
        If the level is for another zoom.

    Notes
    -----
    Neighbouring tiles have the same corners where both show a border. Where a border is cut at
    the outer edge of the buffer, the cut is rounded to a whole step; at the edge of the tile
    itself neighbouring tiles agree to a fraction of a step.
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


def shapes_in_tile(shapes_mercator: Geometries, tile: Tile) -> TileAreas:
    """The polygons that a tile shows, of shapes that are no layer and share no borders.

    Parameters
    ----------
    shapes_mercator : (n,) object array
        Valid polygons in EPSG:3857, metres.
    tile : Tile
        Address of the tile.

    Returns
    -------
    TileAreas
        By their positions among the shapes. A shape that is less than a step of the tile is left
        out.
    """
    left, bottom, right, top = tile.bounds_mercator_m
    scale = (EXTENT / (right - left), EXTENT / (bottom - top))
    steps = shapely.transform(shapes_mercator, lambda xy: (xy - (left, top)) * scale)
    frame = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    index = np.flatnonzero(shapely.intersects(steps, frame))
    cut_shapes = np.asarray(shapely.intersection(steps[index], frame, grid_size=1.0), dtype=object)
    is_left = ~shapely.is_empty(cut_shapes)
    index, cut_shapes = index[is_left], cut_shapes[is_left]
    shape_index, polygons = _only_polygons(cut_shapes)
    oriented_polygons = shapely.orient_polygons(polygons, exterior_cw=False)
    return TileAreas(
        tile,
        frozen(index[shape_index].astype(np.int32)),
        frozen(np.asarray(oriented_polygons, dtype=object)),
    )


def _cut(shapes: Geometries, frame: tuple[float, float, float, float]) -> Geometries:
    """The part of each shape in a frame, with corners in whole steps.

    Clipping to a rectangle takes a tenth of the time of a general overlay, but can leave a shape
    that crosses itself, especially after rounding. Those shapes are cut again by the overlay,
    which rounds while it cuts and whose result is valid.
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
    """Positions of the shapes with an area in the tile, and their polygons without lines."""
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
