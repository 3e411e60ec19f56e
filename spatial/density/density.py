"""Kernel density of points: on a raster, and at given positions."""

import math

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import (
    FloatArray,
    IntArray,
    Progress,
    checked_point_weights,
    checked_points,
)
from spatial.compiled import compiled
from spatial.coordinates.grid import Grid
from spatial.coordinates.points import PointIndex
from spatial.density._cells import add_cell_masses
from spatial.density._sums import GAUSSIAN_RATE, sum_in_boxes
from spatial.density.kernels import DEFAULT_KERNEL, checked_bandwidth, kernel_named
from spatial.errors import InvalidParameterError


def density_on_grid(
    xy_m: ArrayLike,
    grid: Grid,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
    weights: ArrayLike | None = None,
    threads: int = 1,
) -> FloatArray:
    """Density of points at the cell centres of a grid, in points per km^2.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing of each point, metres, in the CRS of the grid.
    grid : Grid
        Where to evaluate. Points outside it count if they are within one bandwidth.
    bandwidth_m : float
        Radius beyond which a point has no effect, metres; finite and above 0.
    kernel : str
        Key of `spatial.density.kernels.KERNELS`.
    weights : (n,) float64 or None
        At least 0; ones if None.
    threads : int
        Threads over bands of rows, at least 1.

    Returns
    -------
    (rows, cols) float64
        Sum of weights per km^2; row 0 is north; exactly zero where no point is in reach.

    Raises
    ------
    InvalidBandwidthError, UnknownKernelError, InvalidPointsError, InvalidPointWeightsError
        If the argument of that name is not as described.
    InvalidParameterError
        If `threads` is below 1.

    Notes
    -----
    Evaluated at the cell centres or, if the bandwidth is below the size of a cell, averaged
    over each cell, so that no mass is lost. The sum over the cells times their area is the
    sum of the weights to 1.4 %, 0.4 % and 0.06 % at a bandwidth of 2, 3 and 5 cells.

    Exact: rounding stays below 1e-9 of the maximum for a million points. Cost grows with the
    points in reach and with bandwidth / cell, not with its square. No edge correction: near
    the edge of the data the estimate is low (see `spatial.density.edge`).

    References
    ----------
    Silverman (1986), Density Estimation, section 4.2 (eq. 4.5 is the quartic).
    """
    points = checked_points(xy_m)
    if not points.flags.writeable:
        points = points.copy()  # numba compiles separately for read-only arrays
    weight = checked_point_weights(weights, len(points))
    bandwidth_m = checked_bandwidth(bandwidth_m)
    x, y = np.empty(len(points)), np.empty(len(points))
    _place(points, grid.left_m, grid.top_m, 1.0 / grid.cell_m, x, y)
    return _on_grid(x, y, weight, grid, bandwidth_m, kernel, threads)


def index_density_on_grid(
    points: PointIndex,
    grid: Grid,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> FloatArray:
    """Density of indexed points at the cell centres of a grid, in points per km^2.

    Parameters
    ----------
    points : PointIndex
        The points. Only the places within a bandwidth of the grid are read, each once however
        many points share it.
    grid, bandwidth_m, kernel, threads
        As for `density_on_grid`.
    on_progress : callable, optional
        Called as ``on_progress(done, bands)``; what it raises ends the sum.

    Returns
    -------
    (rows, cols) float64
        As for `density_on_grid`.
    """
    bandwidth_m = checked_bandwidth(bandwidth_m)
    left, bottom, right, top = grid.bounds_m
    positions = points.near(
        (left - bandwidth_m, bottom - bandwidth_m, right + bandwidth_m, top + bandwidth_m)
    )
    x = (points.x_m[positions] - grid.left_m) * (1.0 / grid.cell_m) - 0.5
    y = (grid.top_m - points.y_m[positions]) * (1.0 / grid.cell_m) - 0.5
    weight = points.weight[positions]
    return _on_grid(x, y, weight, grid, bandwidth_m, kernel, threads, on_progress)


@compiled
def _place(
    points: FloatArray,
    left_m: float,
    top_m: float,
    cells_per_m: float,
    x: FloatArray,
    y: FloatArray,
) -> None:
    """Positions in columns and rows, from the centre of the first cell."""
    for i in range(points.shape[0]):
        x[i] = (points[i, 0] - left_m) * cells_per_m - 0.5
        y[i] = (top_m - points[i, 1]) * cells_per_m - 0.5


def _on_grid(
    x: FloatArray,
    y: FloatArray,
    weight: FloatArray,
    grid: Grid,
    bandwidth_m: float,
    kernel: str,
    threads: int,
    on_progress: Progress | None = None,
) -> FloatArray:
    """Density at the cell centres, or averaged over the cells if the bandwidth is smaller.

    x and y are in cells, from the centre of the first.
    """
    shape = kernel_named(kernel)
    if not weight.flags.writeable:
        weight = weight.copy()
    if threads < 1:
        raise InvalidParameterError("threads", threads, "at least 1")
    out = np.zeros((grid.rows, grid.cols))
    reach = bandwidth_m / grid.cell_m
    if reach < 1.0:
        edges = np.arange(grid.rows + 1, dtype=np.float64) - 0.5
        add_cell_masses(x, y, np.full(len(x), reach), weight, edges, shape, out)
        out /= grid.cell_area_km2
        return out
    rows = np.arange(grid.rows, dtype=np.float64)
    stretch = np.ones(grid.rows)
    sum_in_boxes(
        x, y, reach * reach, weight, rows, stretch, shape, out,
        threads=threads, on_progress=on_progress,
    )  # fmt: skip
    out *= shape.peak_per_km2(bandwidth_m)
    return out


def density_at(
    points: PointIndex,
    query_xy_m: ArrayLike,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
) -> FloatArray:
    """Density at arbitrary positions, in points per km^2.

    Parameters
    ----------
    points : PointIndex
        The points, with their weights.
    query_xy_m : (m, 2) float64
        Positions to evaluate at, metres in the CRS of the points.
    bandwidth_m : float
        Radius of support, metres.
    kernel : str
        Key of `spatial.density.kernels.KERNELS`.

    Returns
    -------
    (m,) float64
        Sum of weights per km^2; a point at a query position counts there.
    """
    bandwidth_m = checked_bandwidth(bandwidth_m)
    shape = kernel_named(kernel)
    query = checked_points(
        query_xy_m
    ).copy()  # writable: numba compiles separately for read-only arrays
    out = np.zeros(len(query))
    b = points.buckets
    _add_at(
        query, *points.columns, b.left_m, b.bottom_m, b.side_m, b.rows, b.cols, b.start,
        bandwidth_m, shape.code, GAUSSIAN_RATE, out,
    )  # fmt: skip
    out *= shape.peak_per_km2(bandwidth_m)
    return out


@compiled
def _add_at(
    query: FloatArray,
    x_m: FloatArray,
    y_m: FloatArray,
    weight: FloatArray,
    left_m: float,
    bottom_m: float,
    side_m: float,
    rows: int,
    cols: int,
    start: IntArray,
    bandwidth_m: float,
    code: int,
    gaussian_rate: float,
    out: FloatArray,
) -> None:
    """Sum the kernels (1 at their centre) of the points in reach of each query position."""
    reach_sq = bandwidth_m * bandwidth_m
    for k in range(query.shape[0]):
        qx, qy = query[k, 0], query[k, 1]
        col_lo = max(math.floor((qx - bandwidth_m - left_m) / side_m), 0)
        col_hi = min(math.floor((qx + bandwidth_m - left_m) / side_m), cols - 1)
        row_lo = max(math.floor((qy - bandwidth_m - bottom_m) / side_m), 0)
        row_hi = min(math.floor((qy + bandwidth_m - bottom_m) / side_m), rows - 1)
        if col_lo > col_hi:
            continue
        total = 0.0
        for row in range(row_lo, row_hi + 1):
            for i in range(start[row * cols + col_lo], start[row * cols + col_hi + 1]):
                dx, dy = x_m[i] - qx, y_m[i] - qy
                u_sq = (dx * dx + dy * dy) / reach_sq
                if u_sq <= 1.0:
                    if code == 4:
                        value = max(1.0 - math.sqrt(u_sq), 0.0)
                    elif code == 5:
                        value = math.exp(-gaussian_rate * u_sq)
                    else:
                        value = (1.0 - u_sq) ** code
                    total += weight[i] * value
        out[k] = total
