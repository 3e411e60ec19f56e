"""Extents, cells and grids of a surface that is drawn."""

import math

from spatial.coordinates.grid import Grid

Bounds = tuple[float, float, float, float]


def widened(bounds_m: Bounds, by_m: float) -> Bounds:
    """An extent with a margin around it.

    Parameters
    ----------
    bounds_m : left, bottom, right, top
        Metres.
    by_m : float
        Width of the margin, metres.

    Returns
    -------
    left, bottom, right, top
        Metres.
    """
    left, bottom, right, top = bounds_m
    return (left - by_m, bottom - by_m, right + by_m, top + by_m)


def rounded_down(value: float) -> float:
    """The largest of 1, 2, 2.5 or 5 times a power of ten that is not above a value.

    Parameters
    ----------
    value : float
        Above 0.

    Returns
    -------
    float
        Above 0.
    """
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1.0, 2.0, 2.5, 5.0) if step * power <= value * (1 + 1e-9))


def grid_of(bounds_m: Bounds, cell_m: float) -> Grid:
    """The grid that covers an extent, from its top left corner.

    Parameters
    ----------
    bounds_m : left, bottom, right, top
        Metres.
    cell_m : float
        Side of a cell, metres.

    Returns
    -------
    Grid
        At least one cell.
    """
    left, bottom, right, top = bounds_m
    return Grid(
        left_m=left,
        top_m=top,
        cell_m=cell_m,
        rows=max(1, math.ceil((top - bottom) / cell_m - 1e-9)),
        cols=max(1, math.ceil((right - left) / cell_m - 1e-9)),
    )
