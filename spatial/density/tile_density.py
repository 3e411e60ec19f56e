"""Kernel density on the pixels of a Web Mercator tile, at the ground scale of each row.

Three methods give the same surface. The exact one is the row method of the raster in conformal
Mercator coordinates, where d^2 = s_i s_j ((x_i - x_j)^2 + (q_i - q_j)^2) with the ground scale
s at the point and at the pixel. For display, the points of a line of boxes may share one scale,
or the surface may be read from a mesh in the working CRS (`spatial.density._mesh`); the quicker
of the two is used.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from spatial.arrays import FloatArray, IntArray, Progress
from spatial.coordinates.crs import WGS84, smooth_crs, transform_xy
from spatial.coordinates.grid import Grid
from spatial.coordinates.map_shifts import shift_in_place
from spatial.coordinates.mercator import (
    HALF_WORLD_M,
    LATTICE_FROM,
    Tile,
    isometric_northing_m,
    latitude_deg,
    longitude_deg,
    mercator_places,
)
from spatial.coordinates.points import PointIndex
from spatial.density._cells import add_cell_masses
from spatial.density._mesh import NODE_LIMIT, SPACINGS, mesh_nodes, surface_from_mesh
from spatial.density._sums import sum_in_boxes, sum_on_rows
from spatial.density.density import density_at, density_on_grid, index_density_on_grid
from spatial.density.kernels import DEFAULT_KERNEL, Kernel, checked_bandwidth, kernel_named
from spatial.errors import InvalidParameterError

MAX_SIZE = 2048
SMOOTH_FROM_ZOOM = 6  # from here on a polynomial describes the ground scale of a tile


def density_on_tile(
    points: PointIndex,
    tile: Tile,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
    size: int = 256,
    exact: bool = False,
    on_progress: Progress | None = None,
) -> FloatArray:
    """Density at the pixel centres of a tile, in points per km^2 of the working CRS.

    Parameters
    ----------
    points : PointIndex
        The points; only those within a bandwidth of the tile are read.
    tile : Tile
        Address of the tile.
    bandwidth_m : float
        Radius of support, metres of the working CRS, the same at every zoom.
    kernel : str
        Key of `spatial.density.kernels.KERNELS`.
    size : int
        Pixels along a side, from 1 to `MAX_SIZE`.
    exact : bool
        True: the row method, point by point. False: a quicker method may be used, with an error
        below 0.1 % of the maximum of the surface.
    on_progress : callable, optional
        Called as ``on_progress(done, bands)`` by the row method; what it raises ends the sum.

    Returns
    -------
    (size, size) float64
        Sum of weights per km^2; row 0 is north. Zero where no point is in reach (with the
        quicker method, to within a fifth of the bandwidth).

    Raises
    ------
    InvalidBandwidthError, UnknownKernelError, InvalidParameterError
        If the bandwidth, the kernel or the size is not allowed.

    Notes
    -----
    The value at a place does not depend on the zoom. If the bandwidth is below the ground size
    of a pixel, the kernel is averaged over the pixel, so that no mass is lost at small scales.
    Agrees with `density_on_grid` at the same places to 1e-5 of the maximum from zoom 10 on and
    1e-4 at zoom 8 (5e-5 on the British grid, whose scale changes from one kilometre to the
    next). The ground scale is taken along one column of the tile, so that at zoom 5
    and below the error of a wide dataset is some tenths of a per cent.

    References
    ----------
    Snyder (1987), Map Projections: A Working Manual, eq. 7-7 and 7-8.
    """
    bandwidth_m = checked_bandwidth(bandwidth_m)
    shape = kernel_named(kernel)
    if not 1 <= size <= MAX_SIZE:
        raise InvalidParameterError("size", size, f"from 1 to {MAX_SIZE} pixels")
    out = np.zeros((size, size))
    bounds_m = reach_bounds(tile, points.crs, bandwidth_m)
    start, stop = points.ranges(bounds_m)
    point_count = int((stop - start).sum())
    if point_count == 0:
        return out
    if not exact and _prefers_mesh(tile, bounds_m, point_count, bandwidth_m, shape, size):
        places = _pixel_places(tile, points.crs, size)
        if np.isfinite(places).all():
            surface = surface_from_mesh(
                *points.columns, start, stop, *places, bandwidth_m=bandwidth_m, kernel=shape
            )
            surface *= 1e6
            return surface
    positions = points.near(bounds_m)
    _add_rows(points, positions, tile, bandwidth_m, shape, exact, out, on_progress)
    return out


def _add_rows(
    points: PointIndex,
    positions: IntArray,
    tile: Tile,
    bandwidth_m: float,
    kernel: Kernel,
    exact: bool,
    out: FloatArray,
    on_progress: Progress | None,
) -> None:
    """Add the density to `out` by rows (point by point or in boxes), or averaged over pixels."""
    size = len(out)
    places = points.mercator
    positions = positions[np.isfinite(places.ground_scale[positions])]
    if not len(positions):
        return
    left, _, right, _ = tile.bounds_mercator_m
    x_m = places.x_m[positions]
    x_m -= 2.0 * HALF_WORLD_M * np.round((x_m - 0.5 * (left + right)) / (2.0 * HALF_WORLD_M))
    pixels = tile_pixels(tile, points.crs, size, along_x_m=float(np.clip(x_m.mean(), left, right)))
    if pixels is None:
        return
    x = (x_m - pixels.left_m) / pixels.pixel_m
    y = (pixels.top_q_m - places.q_m[positions]) / pixels.pixel_m
    scale = places.ground_scale[positions]
    weight = points.weight[positions]
    ground_m = pixels.pixel_m / pixels.row_stretch  # ground size of a pixel in each row
    if bandwidth_m < float(ground_m[size // 2]):
        reach = np.minimum(bandwidth_m / (scale * pixels.pixel_m), 1.0)
        add_cell_masses(x, y, reach, weight, pixels.row_edges, kernel, out)
        height = np.diff(pixels.row_edges)[:, None]
        out *= 1e6 / (height * (ground_m * ground_m)[:, None])
        return
    reach_sq = bandwidth_m**2 / (scale * pixels.pixel_m**2)
    sum_kernels = sum_on_rows if exact else sum_in_boxes
    sum_kernels(
        x, y, reach_sq, weight, pixels.row_y, pixels.row_stretch, kernel, out,
        on_progress=on_progress,
    )  # fmt: skip
    out *= kernel.peak_per_km2(bandwidth_m)


def _prefers_mesh(
    tile: Tile,
    bounds_m: tuple[float, float, float, float],
    point_count: int,
    bandwidth_m: float,
    kernel: Kernel,
    size: int,
) -> bool:
    """Whether the mesh should be quicker than rows; costs in ns, measured on one core."""
    if kernel.name not in SPACINGS:
        return False
    side_m = max(bounds_m[2] - bounds_m[0], bounds_m[3] - bounds_m[1]) - 2.0 * bandwidth_m
    nodes = mesh_nodes(side_m, bandwidth_m, kernel)
    reach = bandwidth_m / side_m * size
    if nodes > NODE_LIMIT or reach < 1.0:
        return False
    mesh_cost_ns = (
        15.0 * size * size + point_count * 10.0 + nodes * nodes * (15.0 if nodes < 450 else 45.0)
    )
    rows_cost_ns = 40.0 * size * size
    if kernel.power is None:
        rows_cost_ns += point_count * min(4.0 * reach * reach, float(size * size))
    elif kernel.power == 2:
        rows_cost_ns += point_count * (60.0 + 14.0 * min(reach, float(size)))
    else:
        rows_cost_ns += point_count * 30.0 * min(reach, float(size))
    return mesh_cost_ns < rows_cost_ns


class TilePixels(NamedTuple):
    """Positions of a tile's pixels in conformal coordinates; rows from north to south.

    Attributes
    ----------
    left_m, top_q_m : float
        EPSG:3857 easting of the first column, isometric northing of the first row, metres.
    pixel_m : float
        Side of a pixel, EPSG:3857 metres.
    row_y : (size,) float64
        Distance of each row below the first, in pixels; not quite evenly spaced.
    row_edges : (size + 1,) float64
        Upper edge of each row, and the lower edge of the last, in the same unit.
    row_stretch : (size,) float64
        Mercator metres per metre of the working CRS in each row.
    """

    left_m: float
    top_q_m: float
    pixel_m: float
    row_y: FloatArray
    row_edges: FloatArray
    row_stretch: FloatArray


def tile_pixels(
    tile: Tile, crs: str, size: int, *, along_x_m: float | None = None
) -> TilePixels | None:
    """Positions of a tile's pixels; None if the working CRS does not reach the tile.

    Parameters
    ----------
    tile : Tile
        Address of the tile.
    crs : str
        The working coordinate system.
    size : int
        Pixels along a side.
    along_x_m : float, optional
        EPSG:3857 easting along which the ground scale is taken; the middle of the tile by
        default. Rows that the working CRS does not reach get the scale of the nearest row that
        it does: no point is near them.
    """
    left, _, right, top = tile.bounds_mercator_m
    pixel_m = (right - left) / size
    y_edges = top - np.arange(size + 1, dtype=np.float64) * pixel_m
    latitude = latitude_deg(y_edges[:-1] - 0.5 * pixel_m)
    middle = 0.5 * (left + right) if along_x_m is None else along_x_m
    nodes, weights = _pixel_weights(size)
    scale = None
    if tile.z >= SMOOTH_FROM_ZOOM:
        scale = weights @ _ground_scale(middle, top + nodes * size * -pixel_m, crs)
    if scale is None or not np.isfinite(scale).all():
        scale = _ground_scale(middle, y_edges[:-1] - 0.5 * pixel_m, crs)
        known_rows = np.flatnonzero(np.isfinite(scale))
        if not len(known_rows):
            return None
        scale = np.interp(np.arange(size), known_rows, scale[known_rows])
    q_rows, q_edges = isometric_northing_m(latitude), isometric_northing_m(latitude_deg(y_edges))
    return TilePixels(
        left_m=left + 0.5 * pixel_m,
        top_q_m=float(q_rows[0]),
        pixel_m=pixel_m,
        row_y=(q_rows[0] - q_rows) / pixel_m,
        row_edges=(q_rows[0] - q_edges) / pixel_m,
        row_stretch=1.0 / scale,
    )


def _ground_scale(x_m: float, y_m: FloatArray, crs: str) -> FloatArray:
    """Ground scale along a meridian at EPSG:3857 northings; NaN where it is undefined."""
    places = _ground_places(np.array([x_m]), y_m, crs)
    is_usable = np.isfinite(places).all(axis=1)
    scale = np.full(len(y_m), np.nan)
    if is_usable.any():
        scale[is_usable] = mercator_places(places[is_usable], crs=crs).ground_scale
    return scale


@lru_cache(maxsize=64)  # a tile is first estimated, and then computed
def reach_bounds(tile: Tile, crs: str, bandwidth_m: float) -> tuple[float, float, float, float]:
    """An extent in the working CRS that contains every point within a bandwidth of the tile.

    Parameters
    ----------
    tile : Tile
        Address of the tile.
    crs : str
        The working coordinate system.
    bandwidth_m : float
        Radius of support, metres.
    """
    x_m, y_m = (np.concatenate([c[:1], c, c[-1:]]) for c in tile.pixel_centres_mercator_m(8))
    left, bottom, right, top = tile.bounds_mercator_m
    x_m[0], x_m[-1], y_m[0], y_m[-1] = left, right, top, bottom
    places = _ground_places(x_m, y_m, crs)
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return (0.0, 0.0, -1.0, -1.0)
    low, high = places.min(axis=0), places.max(axis=0)
    margin = bandwidth_m * 1.001 + 0.01 * float((high - low).max())
    return (low[0] - margin, low[1] - margin, high[0] + margin, high[1] + margin)


def _ground_places(x_m: FloatArray, y_m: FloatArray, crs: str) -> FloatArray:
    """(rows * cols, 2) positions in the working CRS of a grid of EPSG:3857 positions."""
    longitude, latitude = np.meshgrid(longitude_deg(x_m), latitude_deg(y_m))
    lonlat = np.column_stack([longitude.ravel(), latitude.ravel()])
    return transform_xy(lonlat, source=WGS84, target=crs)


_TILE_NODES = 7


@lru_cache(maxsize=8)
def _pixel_weights(size: int) -> tuple[FloatArray, FloatArray]:
    """Chebyshev nodes in (0, 1), and the (size, nodes) weights that interpolate to the pixels."""
    nodes = 0.5 - 0.5 * np.cos((np.arange(_TILE_NODES) + 0.5) * math.pi / _TILE_NODES)
    pixel_positions = (np.arange(size) + 0.5) / size
    weights = np.ones((size, _TILE_NODES))
    for k in range(_TILE_NODES):
        for m in range(_TILE_NODES):
            if m != k:
                weights[:, k] *= (pixel_positions - nodes[m]) / (nodes[k] - nodes[m])
    return nodes, weights


def _pixel_places(tile: Tile, crs: str, size: int) -> FloatArray:
    """(2, size, size) easting and northing of the pixel centres, from a few transformed nodes.

    Polynomials of degree 6 in either direction: within a micrometre of `transform_xy` from zoom
    10 on. On the British grid they lead to the map before OSTN15, and each pixel is then moved.
    """
    left, bottom, right, top = tile.bounds_mercator_m
    nodes, weights = _pixel_weights(size)
    smooth = smooth_crs(crs)
    places = _ground_places(left + nodes * (right - left), top + nodes * (bottom - top), smooth)
    grid = places.T.reshape(2, _TILE_NODES, _TILE_NODES)
    pixels: FloatArray = weights @ grid @ weights.T
    if smooth != crs:
        shift_in_place(*pixels.reshape(2, -1))
    return pixels


def compile_kernels() -> None:
    """Compile, or load from numba's cache, the kernels that nearly every tile needs."""
    index = PointIndex(_places_m()[:200])
    index_density_on_grid(index, _grid(), bandwidth_m=200.0)
    density_on_tile(index, _TILE, bandwidth_m=100.0, size=16)


def compile_other_kernels() -> None:
    """Those of rasters, of other tiles and of densities at points."""
    xy_m = _places_m()
    large_index, small_index = PointIndex(xy_m), PointIndex(xy_m[:200])
    for kernel in ("quartic", "epanechnikov", "gaussian"):
        for bandwidth_m in (200.0, 50.0):
            index_density_on_grid(small_index, _grid(), bandwidth_m=bandwidth_m, kernel=kernel)
    density_on_grid(xy_m[:4], _grid(), bandwidth_m=200.0)
    density_at(small_index, xy_m[:2], bandwidth_m=100.0)
    density_on_tile(large_index, _TILE, bandwidth_m=2_000.0)
    density_on_tile(small_index, _TILE, bandwidth_m=500.0, size=16, exact=True)
    mercator_places(xy_m, crs=large_index.crs)


_TILE = Tile(12, 2049, 1349)


def _places_m() -> FloatArray:
    """Places about the south-western corner of a tile."""
    corner_m = np.array([544_000.0, 257_000.0])
    return np.random.default_rng(0).uniform(corner_m, corner_m + 2_000.0, (8 * LATTICE_FROM, 2))


def _grid() -> Grid:
    """A few cells among the places."""
    return Grid(left_m=544_000.0, top_m=258_000.0, cell_m=100.0, rows=8, cols=8)
