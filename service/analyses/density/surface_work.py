"""What the pictures and tables of a density surface cost, estimated before they are begun."""

from dataclasses import dataclass

import numpy as np

from service.analyses.density.surface import LEGEND_CELLS, TILE_PIXELS, Surface, covering_grid
from service.queries.heatmaps import HeatmapQuery
from service.runtime.budget import Work
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile
from spatial.coordinates.points import PointIndex
from spatial.density.costs import grid_seconds, pilot_seconds, tile_seconds
from spatial.density.kernels import Kernel, kernel_named
from spatial.density.tile_density import reach_bounds

RULED_BANDWIDTH_M, RULE_S = 400.0, 5e-6  # what a rule chooses about, and costs for each place
EDGE_MASS_S = 2.0
MOST_TOPS = 12  # looked at for the legend, see `highest_top`
EDGE_S = 3e-7  # for each place or cell that the kernel's mass is read at
PREPARED_BYTES, LEGEND_BYTES = 200, 80 * 2**20
CELL_BYTES, PLACE_BYTES = 40, 80  # at a time, for each cell and for each place in reach
TOP_CELLS = 17  # across a look at one top, of which most take two, see `spatial.surfaces.tops`
ADAPTIVE_PLACE_S = 5e-8  # each grid asks every place whether it reaches it


@dataclass(frozen=True)
class Use:
    """What a surface is prepared for.

    Attributes
    ----------
    tops : int
        Of its tops that are looked at more closely.
    tile : Tile or None
        That is drawn.
    size : int
        Pixels along a side of the tile.
    """

    tops: int = 0
    tile: Tile | None = None
    size: int = TILE_PIXELS


ALONE = Use()


def work_of_surface(
    points: PointIndex,
    extent_m: tuple[float, float, float, float],
    query: HeatmapQuery,
    use: Use = ALONE,
) -> Work:
    """What it costs to prepare a surface, and to use it.

    Parameters
    ----------
    points : PointIndex
        The incidents.
    extent_m : left, bottom, right, top
        Of the part shown, metres.
    query : HeatmapQuery
        Bandwidth, kernel and edge.
    use : Use
        By default it is prepared alone.

    Returns
    -------
    Work
        Estimated without computing anything.
    """
    kernel, places = kernel_named(query.kernel), len(points)
    bandwidth_m, seconds = RULED_BANDWIDTH_M, places * RULE_S
    if not isinstance(query.bandwidth_m, str):
        bandwidth_m, seconds = query.bandwidth_m, 0.0
    if query.adaptive:
        seconds += pilot_seconds(kernel, places)
    grid = covering_grid(extent_m, bandwidth_m, LEGEND_CELLS)
    reach_m = bandwidth_m * (1.5 if query.adaptive else 1.0)
    seconds += grid_seconds(kernel, places, grid, reach_m, is_fixed=not query.adaptive)
    is_fixed = not query.adaptive
    for tops in (MOST_TOPS, use.tops):
        seconds += _seconds_of_tops(
            points, extent_m, tops, kernel, bandwidth_m, reach_m, is_fixed=is_fixed
        )
    if use.tile is not None:
        seconds += _seconds_of_tile(
            points, use.tile, use.size, kernel, reach_m, reach_m, is_fixed=is_fixed
        )
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
        surface.points, (left - widest_m, bottom - widest_m, right + widest_m, top + widest_m)
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
    kernel, is_fixed = kernel_named(surface.kernel), surface.adaptive is None
    seconds = _seconds_of_tile(
        surface.points, tile, size, kernel, reach_m, widest_m, is_fixed=is_fixed
    )
    return Work(
        seconds + size * size * EDGE_S * surface.divide_by_mass,
        size * size * CELL_BYTES + len(surface.points) * PLACE_BYTES,
        f"a tile of a density of {len(surface.points):,} places",
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
    reach_m, _ = _reaches_m(surface)
    seconds = _seconds_of_tops(
        surface.points,
        surface.extent_m,
        tops,
        kernel_named(surface.kernel),
        surface.bandwidth_m,
        reach_m,
        is_fixed=surface.adaptive is None,
    )
    return Work(
        seconds,
        len(surface.points) * PLACE_BYTES,
        f"the tops of a density of {len(surface.points):,} places",
        "take a smaller bandwidth_m, fewer peaks, or the quartic kernel",
    )


def _seconds_of_tops(
    points: PointIndex,
    extent_m: tuple[float, float, float, float],
    tops: int,
    kernel: Kernel,
    bandwidth_m: float,
    reach_m: float,
    *,
    is_fixed: bool,
) -> float:
    """Seconds of so many looks at a top, or as many as there is room for."""
    left, bottom, right, top = extent_m
    room = 4 + int((right - left) * (top - bottom) / bandwidth_m**2)
    grid = Grid(left, top, bandwidth_m / 26.0, TOP_CELLS, TOP_CELLS)
    places = points.crowd(reach_m if is_fixed else 1.5 * reach_m)
    one = grid_seconds(kernel, places, grid, reach_m, is_fixed=is_fixed)
    if not is_fixed:
        tops *= 2  # about cells and about places
        one += len(points) * ADAPTIVE_PLACE_S
    return min(tops, room) * one


def _reaches_m(surface: Surface) -> tuple[float, float]:
    """A mean reach of the places that is high enough, and the widest, metres."""
    if surface.adaptive is None or not len(surface.points):
        return surface.bandwidth_m, surface.bandwidth_m
    bandwidths_m = surface.adaptive.bandwidth_m
    return float(np.sqrt(np.mean(bandwidths_m**2))), float(bandwidths_m.max())


def _seconds_of_tile(
    points: PointIndex,
    tile: Tile,
    size: int,
    kernel: Kernel,
    reach_m: float,
    widest_m: float,
    *,
    is_fixed: bool,
) -> float:
    """Seconds of a tile, by a mean reach of the places and the widest."""
    left, bottom, right, top = bounds_m = reach_bounds(tile, points.crs, widest_m)
    side_m = max(right - left, top - bottom) - 2.0 * widest_m
    places = _places_near(points, bounds_m)
    reach_pixels = reach_m / max(side_m, 1.0) * size
    return tile_seconds(kernel, places, size, reach_pixels, is_fixed=is_fixed)


def _places_near(points: PointIndex, bounds_m: tuple[float, float, float, float]) -> int:
    """The number of places in the buckets that touch an extent."""
    start, stop = points.ranges(bounds_m)
    return int((stop - start).sum())
