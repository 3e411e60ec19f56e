"""Adaptive kernel density: narrow kernels where points are dense, wide where they are sparse."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, Progress, frozen
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile
from spatial.coordinates.points import PointIndex
from spatial.density._sums import sum_on_rows
from spatial.density.kernels import DEFAULT_KERNEL, checked_bandwidth, kernel_named
from spatial.density.pilot import EXACT_VISITS, density_at_places
from spatial.density.tile_density import reach_bounds, tile_pixels
from spatial.errors import InvalidBandwidthError, InvalidParameterError, InvalidValuesError

CAP = 5.0


@dataclass(frozen=True, eq=False)
class AdaptivePoints:
    """Points with a bandwidth each, built once and shared.

    Attributes
    ----------
    points : PointIndex
        The places and their weights.
    bandwidth_m : (m,) float64
        Radius of support at each place, metres, in the order of `points.x_m`; read-only.
    kernel : str
        Key in `KERNELS`.
    global_bandwidth_m, pilot_bandwidth_m : float
        h0 and the bandwidth of the pilot density, metres.
    cap : float
        Largest allowed multiple of h0.
    capped_weight : float
        Weight of the places whose bandwidth was reduced to that.
    """

    points: PointIndex
    bandwidth_m: FloatArray
    kernel: str
    global_bandwidth_m: float
    pilot_bandwidth_m: float
    cap: float
    capped_weight: float


def abramson(
    points: PointIndex,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
    pilot_bandwidth_m: float | None = None,
    cap: float = CAP,
    exact_visits: int = EXACT_VISITS,
    on_progress: Progress | None = None,
) -> AdaptivePoints:
    """Abramson's bandwidths, in proportion to the inverse square root of a pilot density.

    h_i = h0 min(f(x_i)^(-1/2) / g, cap), where f is the pilot density at the point (itself
    included, no edge correction) and g the geometric mean of f(x_j)^(-1/2) over all points,
    each counted with its weight; so that h0 is the geometric mean of the bandwidths before
    the cap.

    Parameters
    ----------
    points : PointIndex
        The points.
    bandwidth_m : float
        h0, the geometric mean of the radii of support, metres.
    kernel : str
        Key in `KERNELS`; also used for the pilot density.
    pilot_bandwidth_m : float, optional
        Radius of support of the pilot density, metres; h0 by default.
    cap : float
        Cap on h_i / h0, at least 1: without it an isolated point would be spread over the county.
    exact_visits, on_progress
        As for `density_at_places`, which the pilot density is.

    Returns
    -------
    AdaptivePoints

    Raises
    ------
    InvalidBandwidthError, UnknownKernelError
        If a bandwidth or the kernel is not as described.
    InvalidParameterError
        If `cap` is not a finite number of at least 1.

    Notes
    -----
    With snapped records the density at a place is high because many records share it: the
    bandwidths become small exactly where the location error matters, in town centres. Compare
    them with the location error. Cost: one density at the places, exact where few are in reach
    and otherwise within some tenths of a per cent, so that the bandwidths are within half that.

    References
    ----------
    Abramson (1982), Ann. Stat. 10, 1217-1223; Silverman (1986), section 5.3; Davies and
    Hazelton (2010), Stat. Med. 29, 2423-2437 (the cap).
    """
    if not (math.isfinite(cap) and cap >= 1.0):
        raise InvalidParameterError("cap", cap, "finite and at least 1")
    h0 = checked_bandwidth(bandwidth_m)
    pilot_m = h0 if pilot_bandwidth_m is None else checked_bandwidth(pilot_bandwidth_m)
    pilot = density_at_places(
        points,
        bandwidth_m=pilot_m,
        kernel=kernel,
        exact_visits=exact_visits,
        on_progress=on_progress,
    )
    if len(points):
        log_inverse = -0.5 * np.log(pilot)
        mean = float(points.weight @ log_inverse) / points.total_weight
        ratio = np.exp(log_inverse - mean)
    else:
        ratio = np.zeros(0)
    return AdaptivePoints(
        points=points,
        bandwidth_m=frozen(h0 * np.minimum(ratio, cap)),
        kernel=kernel,
        global_bandwidth_m=h0,
        pilot_bandwidth_m=pilot_m,
        cap=cap,
        capped_weight=float(points.weight[ratio > cap].sum()),
    )


def adaptive_density_on_grid(
    points: PointIndex,
    bandwidths_m: ArrayLike,
    grid: Grid,
    *,
    kernel: str = DEFAULT_KERNEL,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> FloatArray:
    """Density at the cell centres of a grid, with a bandwidth for each point.

    Parameters
    ----------
    points : PointIndex
        The places and their weights.
    bandwidths_m : (m,) float64
        Radius of support at each place, metres, in the order of `points.x_m`.
    grid : Grid
        Where to evaluate. Points outside it count if they reach into it.
    kernel : str
        Key in `KERNELS`.
    threads : int
        Threads over bands of rows, at least 1.
    on_progress : callable, optional
        Called as ``on_progress(done, bands)``; what it raises ends the sum.

    Returns
    -------
    (rows, cols) float64
        Sum of weights per km^2; row 0 is north; exactly zero where no point is in reach.

    Raises
    ------
    InvalidValuesError
        If there is not one bandwidth per place.
    InvalidBandwidthError
        If one is not finite and above 0.
    UnknownKernelError
        If the registry does not have the kernel.

    Notes
    -----
    The row method of `density_on_grid`, exact; its cost per point and row does not depend on
    the bandwidth.
    """
    shape = kernel_named(kernel)
    bandwidth = checked_bandwidths(points, bandwidths_m)
    out = np.zeros((grid.rows, grid.cols))
    left, bottom, right, top = grid.bounds_m
    # Only points whose kernel touches the grid.
    touches_grid = (points.x_m + bandwidth >= left) & (points.x_m - bandwidth <= right)
    touches_grid &= (points.y_m + bandwidth >= bottom) & (points.y_m - bandwidth <= top)
    reach_m = bandwidth[touches_grid]
    sum_on_rows(
        (points.x_m[touches_grid] - grid.left_m) / grid.cell_m - 0.5,
        (grid.top_m - points.y_m[touches_grid]) / grid.cell_m - 0.5,
        (reach_m / grid.cell_m) ** 2,
        points.weight[touches_grid] / (reach_m * reach_m),
        np.arange(grid.rows, dtype=np.float64),
        np.ones(grid.rows),
        shape,
        out,
        threads=threads,
        on_progress=on_progress,
    )
    out *= shape.peak_per_km2(1.0)
    return out


def adaptive_density_on_tile(
    points: PointIndex,
    bandwidths_m: ArrayLike,
    tile: Tile,
    *,
    kernel: str = DEFAULT_KERNEL,
    size: int = 256,
    on_progress: Progress | None = None,
) -> FloatArray:
    """Density at the pixel centres of a Web Mercator tile, with a bandwidth for each point.

    Parameters
    ----------
    points, bandwidths_m, kernel, on_progress
        As for `adaptive_density_on_grid`.
    tile : Tile
        Address of the tile.
    size : int
        Pixels along a side.

    Returns
    -------
    (size, size) float64
        Sum of weights per km^2; row 0 is north; exactly zero where no point is in reach.

    Raises
    ------
    InvalidValuesError, InvalidBandwidthError, UnknownKernelError
        As `adaptive_density_on_grid`.
    """
    shape = kernel_named(kernel)
    bandwidth = checked_bandwidths(points, bandwidths_m)
    out = np.zeros((size, size))
    widest_m = float(bandwidth.max(initial=0.0))
    pixels = tile_pixels(tile, points.crs, size) if widest_m > 0.0 else None
    if pixels is None:
        return out
    positions = points.near(reach_bounds(tile, points.crs, widest_m))
    places = points.mercator
    positions = positions[np.isfinite(places.ground_scale[positions])]
    reach_m = bandwidth[positions]
    sum_on_rows(
        (places.x_m[positions] - pixels.left_m) / pixels.pixel_m,
        (pixels.top_q_m - places.q_m[positions]) / pixels.pixel_m,
        reach_m * reach_m / (places.ground_scale[positions] * pixels.pixel_m**2),
        points.weight[positions] / (reach_m * reach_m),
        pixels.row_y,
        pixels.row_stretch,
        shape,
        out,
        on_progress=on_progress,
    )
    out *= shape.peak_per_km2(1.0)
    return out


def checked_bandwidths(points: PointIndex, bandwidths_m: ArrayLike) -> FloatArray:
    """One finite bandwidth above 0 for each place, metres.

    Parameters
    ----------
    points : PointIndex
        The places.
    bandwidths_m : (m,) array-like
        Radius of support at each place, metres.

    Raises
    ------
    InvalidValuesError, InvalidBandwidthError
        If there is not one per place, or one is not finite and above 0.
    """
    bandwidth = np.ascontiguousarray(bandwidths_m, dtype=np.float64)
    if bandwidth.shape != (len(points),):
        requirement = f"must be {len(points)}, one per place, got shape {bandwidth.shape}"
        raise InvalidValuesError("bandwidths", requirement)
    is_invalid = ~(np.isfinite(bandwidth) & (bandwidth > 0.0))
    if is_invalid.any():
        raise InvalidBandwidthError(float(bandwidth[is_invalid][0]))
    return bandwidth
