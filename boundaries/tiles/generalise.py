"""Areas as a map of one zoom can show them: fewer corners, the same neighbours, no gaps.

A level lies on the grid of whole numbers that vector tiles use at its zoom. All borders of a
layer are put on that grid together, so that neighbours keep one common border and every shape
stays valid; rounding each shape on its own would do neither.
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
PIXELS = 256  # along the side of a tile as it is usually drawn
TOLERANCE_PX = 0.5  # corners that change less than about this much are left out
POCKET_PX = 2.0  # enclosed ground outside all areas is shown from a square of this side on


@dataclass(frozen=True, eq=False)
class Level:
    """The areas of a layer at one zoom.

    Attributes
    ----------
    layer_id, version : str
        The layer that it is made of.
    zoom : int
    positions : (k,) int32
        Areas in `layer.codes` that are still to be seen: one that is smaller than a step of
        the grid is not.
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
        """Where the areas are."""
        return shapely.STRtree(self.geometries)


def step_m(zoom: int) -> float:
    """Side of a step of the grid at a zoom, EPSG:3857 metres."""
    return float(2 * HALF_WORLD_M / 2**zoom / EXTENT)


def generalised(layer: Layer, zoom: int) -> Level:
    """A layer as the tiles of one zoom show it.

    Parameters
    ----------
    layer : Layer
        In the working CRS; a valid coverage keeps its topology, others are made one: ground
        that belongs to two areas goes to the first by code.
    zoom : int
        0 to 24.

    Raises
    ------
    InvalidParameterError
        If the zoom is outside that range.

    Notes
    -----
    Borders are simplified by Visvalingam and Whyatt's triangles, both sides of each at once
    (`shapely.coverage_simplify`), at half a pixel; then all are rounded to the grid together
    by snap rounding (Hobby 1999), which moves nothing by more than a step, and the faces
    between them go to the areas that they lie in.
    """
    if not 0 <= zoom <= MAX_ZOOM:
        raise InvalidParameterError("zoom", zoom, f"from 0 to {MAX_ZOOM}")
    grid_geometries = shapely.transform(layer.geometries, lambda xy: _to_grid(xy, layer.crs, zoom))
    tolerance = TOLERANCE_PX * EXTENT / PIXELS
    simplified = shapely.coverage_simplify(np.asarray(grid_geometries, dtype=object), tolerance)
    positions, geometries = _on_whole_steps(np.asarray(simplified, dtype=object))
    return Level(layer.layer_id, layer.version, zoom, frozen(positions), frozen(geometries))


def _to_grid(xy: FloatArray, crs: str, zoom: int) -> FloatArray:
    """Places in the working CRS as positions on the grid, not yet whole."""
    mercator_m = transform_xy(xy, source=crs, target=WEB_MERCATOR)
    step = step_m(zoom)
    return np.column_stack(
        [(mercator_m[:, 0] + HALF_WORLD_M) / step, (HALF_WORLD_M - mercator_m[:, 1]) / step]
    )


def _on_whole_steps(geometries: Geometries) -> tuple[IndexArray, Geometries]:
    """The areas rounded to whole steps together, and the position of each that is left."""
    # Measured from a whole step near the areas: fewer digits are spent on where they are.
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
        if area >= 0:  # others are holes and the ground between areas
            faces_by_area.setdefault(area, []).append(face)
    positions = np.array(sorted(faces_by_area), dtype=np.int32)
    result = np.empty(len(positions), dtype=object)
    for i, position in enumerate(positions.tolist()):
        result[i] = simplest(shapely.coverage_union_all(faces[faces_by_area[position]]))
    return positions, np.asarray(shapely.transform(result, lambda xy: xy + origin), dtype=object)


def _area_of(faces: Geometries, areas: Geometries) -> IndexArray:
    """(faces,) int32 first area that each face lies in, -1 where there is none."""
    inner_points = shapely.point_on_surface(faces)
    face, area = shapely.STRtree(areas).query(inner_points, predicate="intersects")
    area_of_face = np.full(len(faces), -1, dtype=np.int32)
    reverse_order = np.argsort(-area, kind="stable")  # the smallest position is written last
    area_of_face[face[reverse_order]] = area[reverse_order]
    return area_of_face


def _fill_pockets(faces: Geometries, area_of: IndexArray) -> None:
    """Give each pocket too small to be seen to the neighbour with the longest common border.

    They come from inlets of the outer border whose mouth is narrower than a step.
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
