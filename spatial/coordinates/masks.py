"""Masks of areas on a grid, and values interpolated between its cells."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from spatial.arrays import AnyArray, BoolArray, FloatArray, IntArray, checked_points
from spatial.coordinates.grid import Grid
from spatial.errors import InvalidValuesError

SUBCELLS = 4


def inside_mask(geometry: Any, grid: Grid) -> BoolArray:
    """Which cells have their centre inside a geometry.

    Parameters
    ----------
    geometry : shapely Polygon or MultiPolygon
        Valid, in the CRS of the grid; may be empty or have several parts and holes.
    grid : Grid
        The cells.

    Returns
    -------
    (rows, cols) bool
        Row 0 is north. A centre exactly on a border is assigned to one of its two sides, so that
        areas with a common border neither share nor omit cells.

    Notes
    -----
    Even-odd rule along every row of centres: O(segments times rows crossed + cells).
    """
    edges = _segments(geometry)
    # In units of cells, from the centre of cell (0, 0); rows count southwards.
    x = (edges[:, [0, 2]] - grid.left_m) / grid.cell_m - 0.5
    y = (grid.top_m - edges[:, [1, 3]]) / grid.cell_m - 0.5
    first_row = np.clip(np.ceil(y.min(axis=1, initial=np.inf)), 0, grid.rows).astype(np.int64)
    end_row = np.clip(np.ceil(y.max(axis=1, initial=-np.inf)), 0, grid.rows).astype(np.int64)
    spans = end_row - first_row
    edge = np.repeat(np.arange(len(edges)), spans)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(spans) - spans, spans) + first_row[edge]
    share = (row - y[edge, 0]) / (y[edge, 1] - y[edge, 0])
    crossing_x = x[edge, 0] + share * (x[edge, 1] - x[edge, 0])
    col = np.clip(np.ceil(crossing_x), 0, grid.cols).astype(np.int64)
    width = grid.cols + 1
    toggles = np.bincount(row * width + col, minlength=grid.rows * width)
    crossings = np.cumsum(toggles.reshape(grid.rows, width), axis=1)[:, : grid.cols]
    mask: BoolArray = crossings % 2 == 1
    return mask


def inside_share(geometry: Any, grid: Grid, *, subcells: int = SUBCELLS) -> FloatArray:
    """The share of each cell that lies inside a geometry.

    Parameters
    ----------
    geometry : shapely Polygon or MultiPolygon
        As for `inside_mask`.
    grid : Grid
        The cells.
    subcells : int
        Samples along each side of a cell; for a straight border the error of the share is about
        1 / (2 subcells^2).

    Returns
    -------
    (rows, cols) float64
        0 to 1.
    """
    share = np.zeros((grid.rows, grid.cols))
    # One sample per cell at a time needs only the memory of one mask.
    offsets = ((np.arange(subcells) + 0.5) / subcells - 0.5) * grid.cell_m
    for dx in offsets:
        for dy in offsets:
            shifted_grid = Grid(
                grid.left_m + dx, grid.top_m + dy, grid.cell_m, grid.rows, grid.cols
            )
            share += inside_mask(geometry, shifted_grid)
    return share / subcells**2


def border_mask(geometry: Any, grid: Grid) -> BoolArray:
    """Which cells the border of a geometry may cross; all others are wholly inside or outside.

    Parameters
    ----------
    geometry : shapely Polygon or MultiPolygon
        As for `inside_mask`.
    grid : Grid
        The cells.

    Returns
    -------
    (rows, cols) bool
        True for every cell that the border crosses, and for some adjacent cells.
    """
    lines = shapely.segmentize(shapely.boundary(geometry), grid.cell_m)
    points = shapely.get_coordinates(lines)
    # A segment no longer than a cell lies in the cells around its ends.
    col = np.floor((points[:, 0] - grid.left_m) / grid.cell_m)
    row = np.floor((grid.top_m - points[:, 1]) / grid.cell_m)
    is_near = (row >= -1) & (row <= grid.rows) & (col >= -1) & (col <= grid.cols)
    padded_mask = np.zeros((grid.rows + 4, grid.cols + 4), dtype=np.bool_)
    padded_row, padded_col = row[is_near].astype(np.int64) + 2, col[is_near].astype(np.int64) + 2
    for row_step in (-1, 0, 1):
        for col_step in (-1, 0, 1):
            padded_mask[padded_row + row_step, padded_col + col_step] = True
    return np.ascontiguousarray(padded_mask[2:-2, 2:-2])


def checked_on_grid(values: ArrayLike, grid: Grid, *, name: str) -> AnyArray:
    """The values as an array of the shape of the grid.

    Parameters
    ----------
    values : (rows, cols) array-like
        Values of the cells.
    grid : Grid
        The grid.
    name : str
        Name of the values in messages.

    Raises
    ------
    InvalidValuesError
        If the shape is not that of the grid.
    """
    array = np.asarray(values)
    if array.shape != (grid.rows, grid.cols):
        requirement = f"must have the shape {(grid.rows, grid.cols)} of the grid"
        raise InvalidValuesError(name, f"{requirement}, got {array.shape}")
    return array


def bilinear(values: ArrayLike, grid: Grid, xy_m: ArrayLike) -> FloatArray:
    """Values interpolated bilinearly between the cell centres of a grid.

    Parameters
    ----------
    values : (rows, cols) float64
        Values at the cell centres.
    grid : Grid
        The grid of the values.
    xy_m : (n, 2) float64
        Positions to interpolate at, metres.

    Returns
    -------
    (n,) float64
        Within half a cell of the grid's border the value of the nearest centre line; NaN outside
        the grid.

    Raises
    ------
    InvalidValuesError, InvalidPointsError
        If an array is not as described.
    """
    table = checked_on_grid(values, grid, name="values").astype(np.float64, copy=False)
    points = checked_points(xy_m)
    x = np.clip((points[:, 0] - grid.left_m) / grid.cell_m - 0.5, 0.0, grid.cols - 1.0)
    y = np.clip((grid.top_m - points[:, 1]) / grid.cell_m - 0.5, 0.0, grid.rows - 1.0)
    col = np.minimum(x.astype(np.int64), max(grid.cols - 2, 0))
    row = np.minimum(y.astype(np.int64), max(grid.rows - 2, 0))
    east_col, south_row = np.minimum(col + 1, grid.cols - 1), np.minimum(row + 1, grid.rows - 1)
    col_share, row_share = x - col, y - row
    upper = table[row, col] * (1.0 - col_share) + table[row, east_col] * col_share
    lower = table[south_row, col] * (1.0 - col_share) + table[south_row, east_col] * col_share
    interpolation = upper * (1.0 - row_share) + lower * row_share
    return np.where(cell_of(points, grid)[2], interpolation, np.nan)


def cell_of(points: FloatArray, grid: Grid) -> tuple[IntArray, IntArray, BoolArray]:
    """(n,) row and column of each point, clipped to the grid, and whether it lies on the grid.

    Parameters
    ----------
    points : (n, 2) float64
        Easting and northing, metres.
    grid : Grid
        The grid.
    """
    row = np.floor((grid.top_m - points[:, 1]) / grid.cell_m)
    col = np.floor((points[:, 0] - grid.left_m) / grid.cell_m)
    is_on_grid = (row >= 0) & (row < grid.rows) & (col >= 0) & (col < grid.cols)
    return (
        np.clip(row, 0, grid.rows - 1).astype(np.int64),
        np.clip(col, 0, grid.cols - 1).astype(np.int64),
        is_on_grid,
    )


def _segments(geometry: Any) -> FloatArray:
    """(m, 4) x, y, x, y of every border segment that is not horizontal."""
    rings = shapely.get_rings(shapely.get_parts(geometry))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    segments = np.hstack([coordinates[:-1], coordinates[1:]])
    has_slope = (ring[:-1] == ring[1:]) & (coordinates[:-1, 1] != coordinates[1:, 1])
    return np.asarray(segments[has_slope], dtype=np.float64)
