"""What the pictures and tables of a density surface cost, estimated before they are begun."""

import numpy as np

from service.analyses.density.surface import LEGEND_CELLS, TILE_PIXELS, Surface, covering_grid
from service.queries.heatmaps import HeatmapQuery
from service.runtime.budget import Work
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile
from spatial.density.costs import grid_seconds, pilot_seconds, tile_seconds
from spatial.density.kernels import kernel_named
from spatial.density.tile_density import reach_bounds

RULED_BANDWIDTH_M, RULE_S = 400.0, 5e-6  # what a rule chooses about, and costs for each place
EDGE_MASS_S = 2.0
EDGE_S = 3e-7  # for each place or cell that the kernel's mass is read at
PREPARED_BYTES, LEGEND_BYTES = 200, 80 * 2**20
CELL_BYTES, PLACE_BYTES = 40, 80  # at a time, for each cell and for each place in reach
TOP_CELLS = 17  # across a look at one top, of which most take two, see `spatial.surfaces.tops`
ADAPTIVE_PLACE_S = 5e-8  # each grid asks every place whether it reaches it


def work_of_surface(
    places: int, extent_m: tuple[float, float, float, float], query: HeatmapQuery
) -> Work:
    """What it costs to prepare a surface, apart from a closer look at its tops.

    Parameters
    ----------
    places : int
        Distinct places of the incidents.
    extent_m : left, bottom, right, top
        Of the part shown, metres.
    query : HeatmapQuery
        Bandwidth, kernel and edge.

    Returns
    -------
    Work
        Estimated without computing anything.
    """
    kernel = kernel_named(query.kernel)
    bandwidth_m, seconds = RULED_BANDWIDTH_M, places * RULE_S
    if not isinstance(query.bandwidth_m, str):
        bandwidth_m, seconds = query.bandwidth_m, 0.0
    if query.adaptive:
        seconds += pilot_seconds(kernel, places)
    grid = covering_grid(extent_m, bandwidth_m, LEGEND_CELLS)
    reach_m = bandwidth_m * (1.5 if query.adaptive else 1.0)
    seconds += grid_seconds(kernel, places, grid, reach_m, is_fixed=not query.adaptive)
    if query.edge != "none":
        seconds += EDGE_MASS_S + places * EDGE_S
    return Work(
        seconds,
        places * PREPARED_BYTES + LEGEND_BYTES,
        f"a density surface of {places:,} places",
        "give bandwidth_m in metres, adaptive=false, a shorter period or fewer categories",
    )


def work_on_grid(surface: Surface, grid: Grid) -> Work:
    """What `Surface.on_grid` costs.

    Parameters
    ----------
    surface : Surface
        Prepared.
    grid : Grid
        In the working CRS.

    Returns
    -------
    Work
        Estimated without computing anything.
    """
    cells = grid.rows * grid.cols
    reach_m, widest_m = _reaches_m(surface)
    left, bottom, right, top = grid.bounds_m
    places = _places_near(
        surface, (left - widest_m, bottom - widest_m, right + widest_m, top + widest_m)
    )
    kernel, is_fixed = kernel_named(surface.kernel), surface.adaptive is None
    return Work(
        grid_seconds(kernel, places, grid, reach_m, is_fixed=is_fixed)
        + cells * EDGE_S * surface.divide_by_mass,
        cells * CELL_BYTES + places * PLACE_BYTES,
        f"a density of {places:,} places on {cells:,} cells",
        "take a larger cell_m, a smaller bandwidth_m or bbox, or the quartic kernel",
    )


def work_on_tile(surface: Surface, tile: Tile, size: int = TILE_PIXELS) -> Work:
    """What `Surface.on_tile` costs.

    Parameters
    ----------
    surface : Surface
        Prepared.
    tile : Tile
        Its address.
    size : int
        Pixels on a side.

    Returns
    -------
    Work
        Estimated without computing anything.
    """
    reach_m, widest_m = _reaches_m(surface)
    left, bottom, right, top = bounds_m = reach_bounds(tile, surface.crs, widest_m)
    places = _places_near(surface, bounds_m)
    side_m = max(right - left, top - bottom) - 2.0 * widest_m
    kernel, is_fixed = kernel_named(surface.kernel), surface.adaptive is None
    reach_pixels = reach_m / max(side_m, 1.0) * size
    return Work(
        tile_seconds(kernel, places, size, reach_pixels, is_fixed=is_fixed)
        + size * size * EDGE_S * surface.divide_by_mass,
        size * size * CELL_BYTES + places * PLACE_BYTES,
        f"a tile of {places:,} places",
        "take a smaller bandwidth_m, the quartic kernel, or a plain tile for a dense one",
    )


def work_of_tops(surface: Surface, tops: int) -> Work:
    """What it costs to look more closely at so many tops of a surface.

    Parameters
    ----------
    surface : Surface
        Prepared.
    tops : int
        At most so many; a surface has no more than its bandwidth leaves room for.

    Returns
    -------
    Work
        Estimated without computing anything.
    """
    reach_m, widest_m = _reaches_m(surface)
    left, bottom, right, top = surface.extent_m
    room = 4 + int((right - left) * (top - bottom) / surface.bandwidth_m**2)
    grid = Grid(left, top, surface.bandwidth_m / 26.0, TOP_CELLS, TOP_CELLS)
    places = surface.points.crowd(min(widest_m, 1.5 * reach_m))
    kernel, is_fixed = kernel_named(surface.kernel), surface.adaptive is None
    one = grid_seconds(kernel, places, grid, reach_m, is_fixed=is_fixed)
    if not is_fixed:
        tops *= 2  # about cells and about places
        one += len(surface.points) * ADAPTIVE_PLACE_S
    return Work(
        min(tops, room) * one,
        places * PLACE_BYTES,
        f"the tops of a density of {len(surface.points):,} places",
        "take a smaller bandwidth_m, fewer peaks, or the quartic kernel",
    )


def _reaches_m(surface: Surface) -> tuple[float, float]:
    """A mean reach of the places that is high enough, and the widest, metres."""
    if surface.adaptive is None or not len(surface.points):
        return surface.bandwidth_m, surface.bandwidth_m
    bandwidths_m = surface.adaptive.bandwidth_m
    return float(np.sqrt(np.mean(bandwidths_m**2))), float(bandwidths_m.max())


def _places_near(surface: Surface, bounds_m: tuple[float, float, float, float]) -> int:
    """The number of places in the buckets that touch an extent."""
    start, stop = surface.points.ranges(bounds_m)
    return int((stop - start).sum())
