"""Areas generalised for one zoom: fewer corners, the same neighbours, no gaps.

Coordinates of a level are whole numbers, those of vector tiles at its zoom. All borders of a layer
are rounded together, so that neighbours keep a common border and every shape stays valid; rounding
the shapes one by one would preserve neither.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from boundaries.layers.checks import simplest
from boundaries.layers.layer import Geometries, Layer
from spatial.arrays import FloatArray, IndexArray, frozen
from spatial.coordinates.crs import WEB_MERCATOR, transform_xy
from spatial.coordinates.mercator import HALF_WORLD_M, MAX_ZOOM
from spatial.errors import InvalidParameterError

EXTENT = 4096  # steps of the grid along the side of a tile
PIXELS = 256  # along the side of a tile as usually drawn
TOLERANCE_PX = 0.5  # corners that change the border by less than about this are removed
POCKET_PX = 2.0  # smaller enclosed gaps between areas (side of a square) are filled
MAP_VERSION = "2"  # another one when the same areas come to lie elsewhere on the map


@dataclass(frozen=True, eq=False)
class Level:
    """The areas of a layer at one zoom.

    Attributes
    ----------
    layer_id, version : str
        The layer that it is made of.
    zoom : int
        The zoom.
    positions : (k,) int32
        Positions in `layer.codes` of the areas that are visible; those smaller than a step of
        the grid are not.
    geometries : (k,) object array
        Valid polygons and multipolygons in whole steps of the grid, x from the west edge of
        the Web Mercator world to the right, y from its north edge down.
    """

    layer_id: str
    version: str
    zoom: int
    positions: IndexArray
    geometries: Geometries

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Spatial index of the geometries."""
        return shapely.STRtree(self.geometries)


def step_m(zoom: int) -> float:
    """Side of a step of the grid, EPSG:3857 metres.

    Parameters
    ----------
    zoom : int
        0 to 24.
    """
    return float(2 * HALF_WORLD_M / 2**zoom / EXTENT)


def generalised(layer: Layer, zoom: int) -> Level:
    """A layer generalised for the tiles of one zoom.

    Parameters
    ----------
    layer : Layer
        In the working CRS. A valid coverage keeps its topology; otherwise, overlaps are assigned
        to the first area by code.
    zoom : int
        0 to 24.

    Raises
    ------
    InvalidParameterError
        If the zoom is outside that range.

    Notes
    -----
    Borders are simplified by the method of Visvalingam and Whyatt, for both neighbours at once
    (`shapely.coverage_simplify`), at half a pixel. All borders are then rounded to the grid
    together by snap rounding (Hobby 1999), which moves no point by more than a step, and the
    faces between them are assigned to the areas in which they lie.
    """
    if not 0 <= zoom <= MAX_ZOOM:
        raise InvalidParameterError("zoom", zoom, f"from 0 to {MAX_ZOOM}")
    grid_geometries = shapely.transform(layer.geometries, lambda xy: _to_grid(xy, layer.crs, zoom))
    tolerance = TOLERANCE_PX * EXTENT / PIXELS
    simplified = shapely.coverage_simplify(np.asarray(grid_geometries, dtype=object), tolerance)
    positions, geometries = _on_whole_steps(np.asarray(simplified, dtype=object))
    return Level(layer.layer_id, layer.version, zoom, frozen(positions), frozen(geometries))


def _to_grid(xy: FloatArray, crs: str, zoom: int) -> FloatArray:
    """Coordinates in the working CRS as coordinates of the grid, not yet rounded."""
    mercator_m = transform_xy(xy, source=crs, target=WEB_MERCATOR)
    step = step_m(zoom)
    return np.column_stack(
        [(mercator_m[:, 0] + HALF_WORLD_M) / step, (HALF_WORLD_M - mercator_m[:, 1]) / step]
    )


def _on_whole_steps(geometries: Geometries) -> tuple[IndexArray, Geometries]:
    """The areas rounded to whole steps together, after the position of each that remains."""
    # Relative to a whole step near the areas, which keeps more digits.
    left, top, _, _ = shapely.total_bounds(geometries)
    origin = np.array([math.floor(left), math.floor(top)], dtype=np.float64)
    shifted_areas = shapely.transform(geometries, lambda xy: xy - origin)
    shifted_areas = shapely.make_valid(shifted_areas, method="structure", keep_collapsed=False)
    border_union = shapely.union_all(shapely.boundary(shifted_areas), grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize([border_union]))
    area_of = _area_of(faces, shifted_areas)
    _fill_pockets(faces, area_of)
    faces_by_area: dict[int, list[int]] = {}
    for face, area in enumerate(area_of.tolist()):
        if area >= 0:  # the others are holes and gaps between areas
            faces_by_area.setdefault(area, []).append(face)
    positions = np.array(sorted(faces_by_area), dtype=np.int32)
    result = np.empty(len(positions), dtype=object)
    for i, position in enumerate(positions.tolist()):
        result[i] = simplest(shapely.coverage_union_all(faces[faces_by_area[position]]))
    return positions, np.asarray(shapely.transform(result, lambda xy: xy + origin), dtype=object)


def _area_of(faces: Geometries, areas: Geometries) -> IndexArray:
    """(faces,) int32 first area in which each face lies; -1 if there is none."""
    inner_points = shapely.point_on_surface(faces)
    face, area = shapely.STRtree(areas).query(inner_points, predicate="intersects")
    area_of_face = np.full(len(faces), -1, dtype=np.int32)
    reverse_order = np.argsort(-area, kind="stable")  # the smallest position is written last
    area_of_face[face[reverse_order]] = area[reverse_order]
    return area_of_face


def _fill_pockets(faces: Geometries, area_of: IndexArray) -> None:
    """Assign each gap that is too small to see to the neighbour with the longest common border.

    Such gaps come from inlets of the outer border with a mouth narrower than a step.
    """
    area_limit = (POCKET_PX * EXTENT / PIXELS) ** 2
    border = shapely.boundary(faces)
    open_pockets = np.flatnonzero((area_of < 0) & (shapely.area(faces) < area_limit))
    while len(open_pockets):
        pocket, neighbour = shapely.STRtree(faces).query(
            faces[open_pockets], predicate="intersects"
        )
        has_area = area_of[neighbour] >= 0
        pocket, neighbour = open_pockets[pocket[has_area]], neighbour[has_area]
        common_length = shapely.length(shapely.intersection(border[pocket], border[neighbour]))
        length_order = np.argsort(common_length, kind="stable")
        length_order = length_order[common_length[length_order] > 0]
        pocket_count = len(open_pockets)
        area_of[pocket[length_order]] = area_of[neighbour[length_order]]
        open_pockets = open_pockets[area_of[open_pockets] < 0]
        if len(open_pockets) == pocket_count:
            return
