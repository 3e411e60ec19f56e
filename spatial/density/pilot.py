"""Density at the points themselves, in a time that does not grow with their square.

A density at each of n places from all of them is n times the places in reach. Where few are in
reach it is summed exactly. In a block of ground that holds so many that a raster of it costs
less, the surface is computed at cells a 24th of the bandwidth wide and read between them.
"""

import numpy as np

from spatial.arrays import FloatArray, IntArray, Progress
from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import bilinear
from spatial.coordinates.points import PointIndex
from spatial.density.density import density_at, index_density_on_grid
from spatial.density.kernels import DEFAULT_KERNEL, checked_bandwidth, kernel_named

EXACT_VISITS = 200_000_000
"""Up to so many visits to a place by another, all are summed exactly: half a second."""
CELLS_PER_BANDWIDTH = 24
BLOCK_CELLS = 256
_BLOCK_VISITS = 1_000_000  # what the cells of a block cost, in visits
_VISITS_PER_PLACE = {False: 200, True: 800}  # by whether the kernel has no polynomial


def density_at_places(
    points: PointIndex,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
    exact_visits: int = EXACT_VISITS,
    on_progress: Progress | None = None,
) -> FloatArray:
    """Density at each distinct place, itself included, in points per km^2.

    Parameters
    ----------
    points : PointIndex
        The points, with their weights.
    bandwidth_m : float
        Radius of support, metres.
    kernel : str
        Key of `spatial.density.kernels.KERNELS`.
    exact_visits : int
        Up to so many visits to a place by another, all are summed exactly.
    on_progress : callable
        Called between parts as ``on_progress(done, parts)``; what it raises ends the sum.

    Returns
    -------
    (m,) float64
        In the order of `points.x_m`.

    Notes
    -----
    Between cells the surface of one point is off by at most 1 / 24^2 = 0.17 % of its height,
    and the errors of many points cancel: over a million places of a county 0.5 % of the density
    at a place at most, and 0.1 % in the mean. Where a crowd is only just in reach of a place
    the share can be some per cent of the little that it adds. The uniform kernel has an edge,
    and is off by the points within a cell of it: 0.5 % in the mean. Whatever
    the points and the bandwidth, a block costs no more than the cheaper of the two ways.
    """
    bandwidth_m = checked_bandwidth(bandwidth_m)
    places_m = np.column_stack([points.x_m, points.y_m])
    visits = points.visits(places_m, bandwidth_m)
    out = np.empty(len(points))
    is_exact = np.ones(len(points), dtype=np.bool_)
    blocks: list[IntArray] = []
    if int(visits.sum()) > exact_visits:
        side_m = BLOCK_CELLS * bandwidth_m / CELLS_PER_BANDWIDTH
        blocks = _dear_blocks(points, places_m, visits, side_m, bandwidth_m, kernel)
        for members in blocks:
            is_exact[members] = False
    parts = _in_parts(np.flatnonzero(is_exact), visits[is_exact], EXACT_VISITS)
    for k, members in enumerate([*parts, *blocks]):
        if on_progress is not None:
            on_progress(k, len(parts) + len(blocks))
        if k < len(parts):
            out[members] = density_at(
                points, places_m[members], bandwidth_m=bandwidth_m, kernel=kernel
            )
        else:
            out[members] = _from_raster(points, places_m[members], bandwidth_m, kernel)
    return out


def _dear_blocks(
    points: PointIndex,
    places_m: FloatArray,
    visits: IntArray,
    side_m: float,
    bandwidth_m: float,
    kernel: str,
) -> list[IntArray]:
    """The places of each square block of ground whose raster costs less than its visits."""
    block = np.floor((places_m - places_m.min(axis=0)) / side_m).astype(np.int64)
    key = block[:, 0] * (int(block[:, 1].max()) + 1) + block[:, 1]
    order = np.argsort(key, kind="stable")
    _, start = np.unique(key[order], return_index=True)
    visits_of_block = np.add.reduceat(visits[order], start)
    middle_m = (block[order[start]] + 0.5) * side_m + places_m.min(axis=0)
    in_reach = points.visits(middle_m, 0.5 * side_m + bandwidth_m)
    per_place = _VISITS_PER_PLACE[kernel_named(kernel).power is None]
    is_dear = visits_of_block > _BLOCK_VISITS + per_place * in_reach
    stop = np.append(start[1:], len(order))
    return [order[start[k] : stop[k]] for k in np.flatnonzero(is_dear)]


def _in_parts(members: IntArray, visits: IntArray, most: int) -> list[IntArray]:
    """Positions in runs of about so many visits."""
    part = np.cumsum(visits) // most
    cuts = np.flatnonzero(np.diff(part)) + 1
    return np.split(members, cuts) if len(members) else []


def _from_raster(
    points: PointIndex, places_m: FloatArray, bandwidth_m: float, kernel: str
) -> FloatArray:
    """Density at places of one block, read between the cells of a raster of it."""
    cell_m = bandwidth_m / CELLS_PER_BANDWIDTH
    left, bottom = places_m.min(axis=0)
    right, top = places_m.max(axis=0)
    grid = Grid.covering((left, bottom, right, top), cell_m=cell_m, margin_m=cell_m)
    surface = index_density_on_grid(points, grid, bandwidth_m=bandwidth_m, kernel=kernel)
    return bilinear(surface, grid, places_m)
