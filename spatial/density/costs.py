"""What a density costs, estimated from numbers that are at hand before it is begun.

Rates are measured on one core of an ordinary machine, for a million places; they are upper
bounds rather than means. Estimates decide what is computed at once, and what is refused.
"""

import math

from spatial.coordinates.grid import Grid
from spatial.density._mesh import SPACINGS
from spatial.density.kernels import Kernel

_PER_PLACE_NS = 150.0
_PER_CELL_NS = 40.0
_MESH_S = 0.15  # of a tile, whatever the bandwidth
_CHORD = math.pi / 4.0  # mean share of the diameter that a row of a disc has


def row_ns(
    kernel: Kernel, pixels: float, *, is_plane: bool = True, is_fixed: bool = False
) -> float:
    """Nanoseconds that a place costs in a row of which it reaches so many pixels.

    Parameters
    ----------
    kernel : Kernel
        Polynomial kernels cost the same however many pixels they reach.
    pixels : float
        In reach along the row.
    is_plane : bool
        False for a tile, whose rows differ in scale.
    is_fixed : bool
        Whether all places have one bandwidth.
    """
    if kernel.power == 2:
        return 12.0 if is_fixed else 20.0
    if kernel.power is not None:
        return 28.0
    if kernel.name == "gaussian":
        return 30.0 + pixels * (1.3 if is_plane else 3.6)
    return 30.0 + pixels * 3.0


def grid_seconds(
    kernel: Kernel, places: float, grid: Grid, reach_m: float, *, is_fixed: bool = True
) -> float:
    """Seconds that a raster takes.

    Parameters
    ----------
    kernel : Kernel
        Of the density.
    places : float
        Distinct places in reach of the raster.
    grid : Grid
        Its cells.
    reach_m : float
        The bandwidth, or a mean of it that is high enough, metres.
    is_fixed : bool
        Whether all places have one bandwidth.
    """
    across = max(2.0 * reach_m / grid.cell_m, 1.0)
    rows, pixels = min(across, grid.rows), min(_CHORD * across, grid.cols)
    per_place = _PER_PLACE_NS + rows * row_ns(kernel, pixels, is_fixed=is_fixed)
    return 1e-9 * (places * per_place + grid.rows * grid.cols * _PER_CELL_NS)


def tile_seconds(
    kernel: Kernel, places: float, size: int, reach_pixels: float, *, is_fixed: bool = True
) -> float:
    """Seconds that a Web Mercator tile takes.

    Parameters
    ----------
    kernel : Kernel
        Of the density.
    places : float
        Distinct places in reach of the tile.
    size : int
        Pixels along a side.
    reach_pixels : float
        The bandwidth, or a mean of it that is high enough, in pixels.
    is_fixed : bool
        Whether all places have one bandwidth.
    """
    across = max(2.0 * reach_pixels, 1.0)
    rows, pixels = min(across, size), min(_CHORD * across, size)
    per_row = row_ns(kernel, pixels, is_plane=False, is_fixed=is_fixed)
    seconds = 1e-9 * (places * (_PER_PLACE_NS + rows * per_row) + size * size * _PER_CELL_NS)
    if is_fixed and kernel.name in SPACINGS and reach_pixels >= 1.0:
        seconds = min(seconds, 1e-9 * places * _PER_PLACE_NS + _MESH_S)
    return seconds


def pilot_seconds(kernel: Kernel, places: float) -> float:
    """Seconds that a density at each place takes: see `spatial.density.pilot`.

    Parameters
    ----------
    kernel : Kernel
        Of the density.
    places : float
        Distinct places.
    """
    return places * (5e-6 if kernel.power is None else 1.5e-6)
