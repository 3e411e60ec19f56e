"""Square and hexagonal grids as areas: anchored to the CRS, cut to a study area.

A cell's code is its place in a lattice that begins at the origin of the CRS, so that the
same cell has the same code in every study area, year and installation.
"""

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import AnyArray, FloatArray, IndexArray, IntArray, checked_points, frozen
from spatial.errors import InvalidGridError
from spatial.weights.weights import Neighbours

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CellShape = Literal["square", "hex"]
MAX_CELLS = 250_000
MIN_SIZE_M, MAX_SIZE_M = 10.0, 100_000.0
_SPECIFICATION = re.compile(r"^(square|hex):(\d{1,6}(?:\.\d{1,3})?)$")


@dataclass(frozen=True, eq=False)
class Tessellation:
    """The cells of a lattice that reach into a study area, in order of row and column.

    Attributes
    ----------
    shape : {"square", "hex"}
        Hexagons stand on a point: rows run east to west, every other row half a cell east.
    size_m : float
        Side of a square; width of a hexagon across the flats; metres.
    column, row : (n,) int64
        Place in the lattice, from the origin of the CRS, east and north.
    geometries : (n,) of shapely geometries
        Each cell cut to the study area; never empty.
    area_km2 : (n,) float64
        Area inside the study area.
    share_inside : (n,) float64
        That area as a share of the whole cell, above 0 and at most 1.
    """

    shape: CellShape
    size_m: float
    column: IntArray
    row: IntArray
    geometries: NDArray[Any]
    area_km2: FloatArray
    share_inside: FloatArray

    @property
    def specification(self) -> str:
        """As it was asked for: ``square:250``, ``hex:500``."""
        return specification_of(self.shape, self.size_m)

    def __len__(self) -> int:
        return len(self.column)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Code of each cell: shape and size, column and row, as in ``hex500_1042_614``."""
        prefix = f"{self.shape}{self.size_m:g}"
        return tuple(
            f"{prefix}_{column}_{row}" for column, row in zip(self.column, self.row, strict=True)
        )

    @cached_property
    def centres_m(self) -> FloatArray:
        """Centre of each whole cell, (n, 2) metres; it may lie outside the study area."""
        return frozen(_centres(self.shape, self.size_m, self.column, self.row))

    def assign_points(self, xy_m: ArrayLike) -> IndexArray:
        """The cell of each point by arithmetic, without asking a polygon.

        Parameters
        ----------
        xy_m : (points, 2) float64
            Metres, in the working CRS.

        Returns
        -------
        (points,) int32
            Position of the cell, -1 where the lattice's cell does not reach into the study
            area. A point outside the study area in a cell that is partly inside gets that
            cell: leave it out beforehand where that matters. Points on a side belong to the
            cell east or north of it (squares), or to one of the nearest centres (hexagons).
        """
        points = checked_points(xy_m)
        column, row = _cell_of(self.shape, self.size_m, points)
        return self._position(column, row).astype(np.int32)

    def queen(self) -> Neighbours:
        """Cells that touch: eight around a square, six around a hexagon."""
        return self._neighbours(corners=True, rule="queen")

    def rook(self) -> Neighbours:
        """Cells that share a side: four around a square, six around a hexagon."""
        return self._neighbours(corners=False, rule="rook")

    def _neighbours(self, *, corners: bool, rule: str) -> Neighbours:
        """Neighbours from the lattice; no polygon is asked, and none can be missed."""
        steps: list[tuple[IntArray | int, int]]
        if self.shape == "square":
            steps = [(1, 0), (0, 1), *([(1, 1), (-1, 1)] if corners else [])]
        else:
            shifted = self.row % 2
            steps = [(1, 0), (shifted, 1), (shifted - 1, 1)]
        origin, target = [], []
        for east, north in steps:
            position = self._position(self.column + east, self.row + north)
            there = np.flatnonzero(position >= 0)
            origin.append(there)
            target.append(position[there])
        return Neighbours.from_pairs(
            len(self), np.concatenate(origin), np.concatenate(target), rule=rule
        )

    def _position(self, column: IntArray, row: IntArray) -> IntArray:
        """Position of lattice places among the cells, -1 where there is none."""
        if not len(self):
            return np.full(len(column), -1)
        west, south, width = self._frame
        inside = (column >= west) & (column < west + width) & (row >= south)
        inside &= row <= self.row[-1]
        key = np.where(inside, (row - south) * width + (column - west), -1)
        place = np.minimum(np.searchsorted(self._keys, key), len(self) - 1)
        return np.where(self._keys[place] == key, place, -1)

    @cached_property
    def _frame(self) -> tuple[int, int, int]:
        """First column, first row and number of columns."""
        west = int(self.column.min())
        return west, int(self.row.min()), int(self.column.max()) - west + 1

    @cached_property
    def _keys(self) -> IntArray:
        """One ascending number per cell."""
        west, south, width = self._frame
        return (self.row - south) * width + (self.column - west)


def parse_tessellation(text: str) -> tuple[CellShape, float]:
    """Shape and size of a grid written ``square:250`` or ``hex:500``.

    Raises
    ------
    InvalidGridError
        If it is not written so, or the size is not from 10 m to 100 km.
    """
    match = _SPECIFICATION.match(text)
    if match is None:
        raise InvalidGridError(f"{text!r} is not written like square:250 or hex:500")
    shape: CellShape = "square" if match[1] == "square" else "hex"
    return shape, _checked_size(float(match[2]))


def specification_of(shape: CellShape, size_m: float) -> str:
    """How a grid is written, so that each is written in one way only: ``square:250``."""
    return f"{shape}:{size_m:g}"


def tessellate(study_area: "BaseGeometry", *, shape: CellShape, size_m: float) -> Tessellation:
    """The cells of a lattice that reach into a study area, cut to it.

    Parameters
    ----------
    study_area : shapely polygon or multipolygon
        Valid, in the working CRS, metres.
    shape : {"square", "hex"}
        Hexagons have all neighbours at one distance; squares match rasters.
    size_m : float
        Side of a square, width of a hexagon across the flats; 10 m to 100 km.

    Returns
    -------
    Tessellation
        Cells that merely touch the study area, or lie outside it, do not exist: they are not
        zeros. A cell that is mostly outside has few incidents because it is small, which
        `share_inside` says and a density allows for, and a count does not.

    Raises
    ------
    InvalidGridError
        If the size is out of range, there would be more than 250,000 cells in the extent, or
        the study area is empty.
    """
    import shapely

    size = _checked_size(size_m)
    if study_area.is_empty or not study_area.area > 0.0:
        raise InvalidGridError("the study area is empty")
    column, row = _lattice_over(study_area.bounds, shape, size)
    whole_cells = _polygons(shape, size, column, row)
    shapely.prepare(study_area)
    is_reached = np.asarray(shapely.intersects(study_area, whole_cells))
    column, row, whole_cells = column[is_reached], row[is_reached], whole_cells[is_reached]
    is_inside = np.asarray(shapely.contains_properly(study_area, whole_cells))
    geometries = whole_cells.copy()
    geometries[~is_inside] = shapely.intersection(whole_cells[~is_inside], study_area)
    area_m2 = np.asarray(shapely.area(geometries))
    cell_m2 = size * size * (1.0 if shape == "square" else math.sqrt(3.0) / 2.0)
    # A side that runs along the study area's edge leaves slivers of rounding, not of land.
    has_area = area_m2 > 1e-9 * cell_m2
    return Tessellation(
        shape=shape,
        size_m=size,
        column=frozen(column[has_area]),
        row=frozen(row[has_area]),
        geometries=frozen(_areal(geometries[has_area])),
        area_km2=frozen(area_m2[has_area] / 1e6),
        share_inside=frozen(np.minimum(area_m2[has_area] / cell_m2, 1.0)),
    )


def _checked_size(size_m: float) -> float:
    """A cell size within its range."""
    if not MIN_SIZE_M <= size_m <= MAX_SIZE_M:
        raise InvalidGridError(
            f"cells must be from {MIN_SIZE_M:g} to {MAX_SIZE_M:g} metres wide, got {size_m:g}"
        )
    return float(size_m)


def _row_height(shape: CellShape, size_m: float) -> float:
    """Distance between the centres of two rows."""
    return size_m if shape == "square" else size_m * math.sqrt(3.0) / 2.0


def _lattice_over(
    bounds: tuple[float, float, float, float], shape: CellShape, size_m: float
) -> tuple[IntArray, IntArray]:
    """Columns and rows of every cell that may reach into an extent, row by row."""
    left, bottom, right, top = bounds
    height = _row_height(shape, size_m)
    columns = np.arange(math.floor(left / size_m) - 1, math.floor(right / size_m) + 2)
    rows = np.arange(math.floor(bottom / height) - 1, math.floor(top / height) + 2)
    if len(columns) * len(rows) > MAX_CELLS:
        raise InvalidGridError(
            f"{shape}:{size_m:g} has {len(columns) * len(rows):,} cells over the study area's "
            f"extent, more than the {MAX_CELLS:,} allowed"
        )
    row, column = np.meshgrid(rows, columns, indexing="ij")
    return column.ravel().astype(np.int64), row.ravel().astype(np.int64)


def _centres(shape: CellShape, size_m: float, column: IntArray, row: IntArray) -> FloatArray:
    """Centre of each cell: half a cell from the lattice's origin, odd hexagon rows half east."""
    shift = 0.5 + (0.5 * (row % 2) if shape == "hex" else 0.0)
    easting = (column + shift) * size_m
    return np.column_stack([easting, (row + 0.5) * _row_height(shape, size_m)])


def _cell_of(shape: CellShape, size_m: float, points: FloatArray) -> tuple[IntArray, IntArray]:
    """Column and row of the cell each point is in."""
    height = _row_height(shape, size_m)
    row = np.floor(points[:, 1] / height).astype(np.int64)
    if shape == "square":
        return np.floor(points[:, 0] / size_m).astype(np.int64), row
    best = np.full(len(points), np.inf)
    best_column, best_row = np.zeros_like(row), row.copy()
    # A hexagon is what is nearest its centre, in its own row or one above or below.
    for step in (-1, 0, 1):
        at = row + step
        column = np.floor(points[:, 0] / size_m - 0.5 * (at % 2)).astype(np.int64)
        apart = np.sum((points - _centres(shape, size_m, column, at)) ** 2, axis=1)
        nearer = apart < best
        best = np.where(nearer, apart, best)
        best_column, best_row = (
            np.where(nearer, column, best_column),
            np.where(nearer, at, best_row),
        )
    return best_column, best_row


def _polygons(shape: CellShape, size_m: float, column: IntArray, row: IntArray) -> AnyArray:
    """The whole cells; sides shared by two cells have the very same end points."""
    import shapely

    height = _row_height(shape, size_m)
    if shape == "square":
        # Corners are lattice points times the size: equal for all cells that meet there.
        east = np.array([0, 1, 1, 0, 0])
        north = np.array([0, 0, 1, 1, 0])
        x = (column[:, None] + east) * size_m
        y = (row[:, None] + north) * height
    else:
        # In half columns and sixths of a row: the corners of hexagons are such points too.
        half = 2 * column[:, None] + (row[:, None] % 2) + np.array([1, 2, 2, 1, 0, 0, 1])
        sixth = 6 * row[:, None] + 3 + np.array([-4, -2, 2, 4, 2, -2, -4])
        x, y = half * (size_m / 2.0), sixth * (height / 6.0)
    return np.asarray(shapely.polygons(np.stack([x, y], axis=-1)))


def _areal(geometries: NDArray[Any]) -> NDArray[Any]:
    """Only the polygons of each geometry: a cut along an edge can leave lines and points."""
    import shapely

    collections = np.flatnonzero(
        shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION
    )
    polygons = geometries.copy()
    for position in collections:
        parts = shapely.get_parts(geometries[position])
        polygons[position] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return polygons
