"""The tops of a surface, finer than the grid on which they were first seen."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spatial.arrays import FloatArray
from spatial.coordinates.grid import Grid

FINEST = 0.01
"""Side of the last cells about a top, as a share of the bandwidth: a quartic is flat to 2e-4."""
_ACROSS = 17
_ZOOM = 1.5

OnGrid = Callable[[Grid], FloatArray]


@dataclass(frozen=True)
class Top:
    """The highest place of a surface, or of a part of it.

    Attributes
    ----------
    x_m, y_m : float
        Metres in the CRS of the surface.
    density_per_km2 : float
        Height of the surface there.
    """

    x_m: float
    y_m: float
    density_per_km2: float


def top_near(
    on_grid: OnGrid, x_m: float, y_m: float, *, half_m: float, bandwidth_m: float
) -> Top | None:
    """The highest place within a square, by grids that become finer about their highest cell.

    Parameters
    ----------
    on_grid : callable
        The surface at the cell centres of a grid, NaN where it is cut off.
    x_m, y_m, half_m : float
        Middle of the square and half its side, metres.
    bandwidth_m : float
        With which the surface was made; the last cells are `FINEST` of it.

    Returns
    -------
    Top or None
        None where the surface is cut off all over the square.

    Notes
    -----
    A square of a bandwidth or less to each side has few tops; of several the one that is
    highest on the first grid, an eighth of `half_m` wide, is followed. Cost: two to four
    surfaces of 17 x 17 cells.
    """
    top: Top | None = None
    while True:
        cell_m = 2.0 * half_m / (_ACROSS - 1)
        side_m = 0.5 * _ACROSS * cell_m
        grid = Grid(x_m - side_m, y_m + side_m, cell_m, _ACROSS, _ACROSS)
        heights = on_grid(grid)
        if not np.isfinite(heights).any():
            return top
        row, col = divmod(int(np.nanargmax(heights)), _ACROSS)
        height = float(heights[row, col])
        if top is None or height >= top.density_per_km2:
            top = Top(float(grid.x_centres_m[col]), float(grid.y_centres_m[row]), height)
        x_m, y_m = top.x_m, top.y_m
        if cell_m <= FINEST * bandwidth_m:
            return top
        half_m = _ZOOM * cell_m


def highest_top(
    on_grid: OnGrid,
    density: FloatArray,
    grid: Grid,
    places_m: FloatArray,
    *,
    bandwidth_m: float,
    most: int = 12,
) -> Top | None:
    """The highest place of a whole surface.

    Parameters
    ----------
    on_grid : callable
        As `top_near`.
    density : (rows, cols) float64
        The surface on a grid over all of it, NaN where it is cut off.
    grid : Grid
        Of `density`; where its cells are wider than a third of the bandwidth the surface has
        tops that it does not show.
    places_m : (m, 2) float64
        Further places at which the surface may be highest, the likeliest first.
    bandwidth_m : float
        With which the surface was made.
    most : int
        So many cells, and so many places, are looked about.

    Returns
    -------
    Top or None
        None where the surface is nowhere above 0.
    """
    heights = np.nan_to_num(density, nan=0.0)
    if not heights.max(initial=0.0) > 0.0:
        return None
    count = min(heights.size, 64 * most)
    cells = np.argpartition(-heights.ravel(), count - 1)[:count]
    cells = cells[np.argsort(-heights.ravel()[cells], kind="stable")]
    rows, cols = np.divmod(cells, grid.cols)
    cells_m = np.column_stack([grid.x_centres_m[cols], grid.y_centres_m[rows]])
    reach_m = max(grid.cell_m, 0.5 * bandwidth_m)
    tops = []
    for starts_m, half_m in (
        (cells_m[heights.ravel()[cells] > 0.0], _ZOOM * grid.cell_m),
        (places_m, min(bandwidth_m, _ZOOM * grid.cell_m)),
    ):
        for x_m, y_m in _spread_out(starts_m, reach_m, most):
            tops.append(
                top_near(on_grid, float(x_m), float(y_m), half_m=half_m, bandwidth_m=bandwidth_m)
            )
    summits = [top for top in tops if top is not None]
    return max(summits, key=lambda top: top.density_per_km2, default=None)


def refined_tops(
    xy_m: FloatArray,
    heights: FloatArray,
    prominence: FloatArray,
    on_grid: OnGrid,
    grid: Grid,
    bandwidth_m: float,
    most: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The first peaks moved to their tops, with the heights and prominences there.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Peaks as a grid shows them, highest first, metres.
    heights, prominence : (n,) float64
        Per km^2.
    on_grid : callable
        As `top_near`.
    grid : Grid
        That showed them.
    bandwidth_m : float
        With which the surface was made.
    most : int
        So many are looked at.

    Returns
    -------
    xy_m, heights, prominence : float64
        Of the peaks looked at.
    """
    xy_m, heights, prominence = xy_m[:most].copy(), heights[:most].copy(), prominence[:most].copy()
    for k, (x_m, y_m) in enumerate(xy_m):
        half_m = 1.5 * grid.cell_m
        top = top_near(on_grid, float(x_m), float(y_m), half_m=half_m, bandwidth_m=bandwidth_m)
        if top is not None:
            xy_m[k] = top.x_m, top.y_m
            prominence[k] += top.density_per_km2 - heights[k]
            heights[k] = top.density_per_km2
    # The highest has no higher ground to reach: all its height is prominence.
    prominence[np.argmax(heights)] = heights.max()
    return xy_m, heights, np.clip(prominence, 0.0, heights)


def _spread_out(xy_m: FloatArray, reach_m: float, most: int) -> FloatArray:
    """The first places, each a reach or more from those before."""
    places_m = np.empty((0, 2))
    for place in xy_m:
        if len(places_m) == most:
            break
        distances = np.hypot(*(places_m - place).T) if len(places_m) else np.array([math.inf])
        if np.all(distances >= reach_m):
            places_m = np.vstack([places_m, place])
    return places_m
