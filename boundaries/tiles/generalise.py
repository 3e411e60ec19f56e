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
    on_grid = shapely.transform(layer.geometries, lambda xy: _to_grid(xy, layer.crs, zoom))
    tolerance = TOLERANCE_PX * EXTENT / PIXELS
    simple = shapely.coverage_simplify(np.asarray(on_grid, dtype=object), tolerance)
    positions, geometries = _on_whole_steps(np.asarray(simple, dtype=object))
    return Level(layer.layer_id, layer.version, zoom, frozen(positions), frozen(geometries))


def _to_grid(xy: FloatArray, crs: str, zoom: int) -> FloatArray:
    """Places in the working CRS as positions on the grid, not yet whole."""
    mercator = transform_xy(xy, source=crs, target=WEB_MERCATOR)
    step = step_m(zoom)
    return np.column_stack(
        [(mercator[:, 0] + HALF_WORLD_M) / step, (HALF_WORLD_M - mercator[:, 1]) / step]
    )


def _on_whole_steps(geometries: Geometries) -> tuple[IndexArray, Geometries]:
    """The areas rounded to whole steps together, and the position of each that is left."""
    # Measured from a whole step near the areas: fewer digits are spent on where they are.
    left, top, _, _ = shapely.total_bounds(geometries)
    origin = np.array([math.floor(left), math.floor(top)], dtype=np.float64)
    near = shapely.transform(geometries, lambda xy: xy - origin)
    near = shapely.make_valid(near, method="structure", keep_collapsed=False)
    borders = shapely.union_all(shapely.boundary(near), grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize([borders]))
    area_of = _area_of(faces, near)
    _fill_pockets(faces, area_of)
    kept: dict[int, list[int]] = {}
    for face, area in enumerate(area_of.tolist()):
        if area >= 0:  # others are holes and the ground between areas
            kept.setdefault(area, []).append(face)
    positions = np.array(sorted(kept), dtype=np.int32)
    result = np.empty(len(positions), dtype=object)
    for i, position in enumerate(positions.tolist()):
        result[i] = simplest(shapely.coverage_union_all(faces[kept[position]]))
    return positions, np.asarray(shapely.transform(result, lambda xy: xy + origin), dtype=object)


def _area_of(faces: Geometries, areas: Geometries) -> IndexArray:
    """(faces,) int32 first area that each face lies in, -1 where there is none."""
    inside = shapely.point_on_surface(faces)
    face, area = shapely.STRtree(areas).query(inside, predicate="intersects")
    found = np.full(len(faces), -1, dtype=np.int32)
    last_first = np.argsort(-area, kind="stable")  # the smallest position is written last
    found[face[last_first]] = area[last_first]
    return found


def _fill_pockets(faces: Geometries, area_of: IndexArray) -> None:
    """Give each pocket too small to be seen to the neighbour with the longest common border.

    They come from inlets of the outer border whose mouth is narrower than a step.
    """
    largest = (POCKET_PX * EXTENT / PIXELS) ** 2
    border = shapely.boundary(faces)
    open_still = np.flatnonzero((area_of < 0) & (shapely.area(faces) < largest))
    while len(open_still):
        pocket, other = shapely.STRtree(faces).query(faces[open_still], predicate="intersects")
        taken = area_of[other] >= 0
        pocket, other = open_still[pocket[taken]], other[taken]
        common = shapely.length(shapely.intersection(border[pocket], border[other]))
        longest_last = np.argsort(common, kind="stable")
        longest_last = longest_last[common[longest_last] > 0]
        before = len(open_still)
        area_of[pocket[longest_last]] = area_of[other[longest_last]]
        open_still = open_still[area_of[open_still] < 0]
        if len(open_still) == before:
            return
