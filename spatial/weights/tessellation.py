"""Square and hexagonal grids as areas, anchored to the CRS and cut to a study area.

A cell is identified by its column and row in a lattice that starts at the origin of the CRS, so
that the same cell has the same identity in every study area, year and installation.
"""

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import IntArray, frozen
from spatial.errors import InvalidGridError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CellShape = Literal["square", "hex"]
MAX_CELLS = 250_000
MIN_SIZE_M, MAX_SIZE_M = 10.0, 100_000.0
_SPECIFICATION = re.compile(r"^(square|hex):(\d{1,6}(?:\.\d{1,3})?)$")


@dataclass(frozen=True, eq=False)
class Tessellation:
    """The cells of a lattice that intersect a study area, in order of row and column.

    Attributes
    ----------
    shape : {"square", "hex"}
        Hexagons have a corner at the top; odd rows are shifted half a cell east.
    size_m : float
        Side of a square; width of a hexagon across the flats; metres.
    column, row : (n,) int64
        Column and row in the lattice, counted east and north from the origin of the CRS.
    geometries : (n,) of shapely geometries
        Each cell cut to the study area; never empty.
    """

    shape: CellShape
    size_m: float
    column: IntArray
    row: IntArray
    geometries: NDArray[Any]

    @property
    def specification(self) -> str:
        """The grid in writing: ``square:250``, ``hex:500``."""
        return specification_of(self.shape, self.size_m)

    def __len__(self) -> int:
        return len(self.column)


def parse_tessellation(text: str) -> tuple[CellShape, float]:
    """Shape and size of a grid written as ``square:250`` or ``hex:500``.

    Parameters
    ----------
    text : str
        Shape, a colon, and the size in metres.

    Raises
    ------
    InvalidGridError
        If the text is not of that form, or the size is not from 10 m to 100 km.
    """
    match = _SPECIFICATION.match(text)
    if match is None:
        raise InvalidGridError(f"{text!r} is not written like square:250 or hex:500")
    shape: CellShape = "square" if match[1] == "square" else "hex"
    return shape, _checked_size(float(match[2]))


def specification_of(shape: CellShape, size_m: float) -> str:
    """The canonical form of a grid in writing: ``square:250``.

    Parameters
    ----------
    shape : {"square", "hex"}
        Shape of the cells.
    size_m : float
        Size of the cells, metres.
    """
    return f"{shape}:{size_m:g}"


def tessellate(study_area: "BaseGeometry", *, shape: CellShape, size_m: float) -> Tessellation:
    """The cells of a lattice that intersect a study area, cut to it.

    Parameters
    ----------
    study_area : shapely polygon or multipolygon
        Valid, in the working CRS, metres.
    shape : {"square", "hex"}
        All neighbours of a hexagon are at the same distance; squares match rasters.
    size_m : float
        Side of a square, width of a hexagon across the flats; 10 m to 100 km.

    Returns
    -------
    Tessellation
        Without cells that only touch the study area or lie outside it. A cell that is mostly
        outside has few incidents because it is small; use densities rather than counts to
        compare it.

    Raises
    ------
    InvalidGridError
        If the size is out of range, the extent has more than 250,000 cells, or the study area is
        empty.
    """
    import shapely

    size = _checked_size(size_m)
    if study_area.is_empty or not study_area.area > 0.0:
        raise InvalidGridError("the study area is empty")
    column, row = _lattice_over(study_area.bounds, shape, size)
    whole_cells = lattice_polygons(shape, size, column, row)
    shapely.prepare(study_area)
    is_reached = np.asarray(shapely.intersects(study_area, whole_cells))
    column, row, whole_cells = column[is_reached], row[is_reached], whole_cells[is_reached]
    is_inside = np.asarray(shapely.contains_properly(study_area, whole_cells))
    geometries = whole_cells.copy()
    geometries[~is_inside] = shapely.intersection(whole_cells[~is_inside], study_area)
    area_m2 = np.asarray(shapely.area(geometries))
    cell_m2 = size * size * (1.0 if shape == "square" else math.sqrt(3.0) / 2.0)
    # Where a side runs along the edge of the study area, rounding leaves slivers.
    has_area = area_m2 > 1e-9 * cell_m2
    return Tessellation(
        shape=shape,
        size_m=size,
        column=frozen(column[has_area]),
        row=frozen(row[has_area]),
        geometries=frozen(_areal(geometries[has_area])),
    )


def _checked_size(size_m: float) -> float:
    """The cell size, if it is within its range."""
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
    """Columns and rows of every cell that may intersect an extent, row by row."""
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


def lattice_polygons(
    shape: CellShape, size_m: float, column: IntArray, row: IntArray
) -> NDArray[Any]:
    """The whole cells of a lattice; a side of two cells has identical end points in both.

    Parameters
    ----------
    shape : {"square", "hex"}
        Of the cells.
    size_m : float
        Side of a square, width of a hexagon across the flats, metres.
    column, row : (n,) int64
        Their places in the lattice.

    Returns
    -------
    (n,) of shapely polygons
    """
    import shapely

    height = _row_height(shape, size_m)
    if shape == "square":
        # Corners are whole numbers times the size, hence identical for all cells that meet there.
        east = np.array([0, 1, 1, 0, 0])
        north = np.array([0, 0, 1, 1, 0])
        x = (column[:, None] + east) * size_m
        y = (row[:, None] + north) * height
    else:
        # The corners of hexagons are whole numbers of half columns and of sixths of a row.
        half = 2 * column[:, None] + (row[:, None] % 2) + np.array([1, 2, 2, 1, 0, 0, 1])
        sixth = 6 * row[:, None] + 3 + np.array([-4, -2, 2, 4, 2, -2, -4])
        x, y = half * (size_m / 2.0), sixth * (height / 6.0)
    return np.asarray(shapely.polygons(np.stack([x, y], axis=-1)))


def _areal(geometries: NDArray[Any]) -> NDArray[Any]:
    """Only the polygons of each geometry; cutting along an edge can leave lines and points."""
    import shapely

    collections = np.flatnonzero(
        shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION
    )
    polygons = geometries.copy()
    for position in collections:
        parts = shapely.get_parts(geometries[position])
        polygons[position] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return polygons
