"""Kernel density on the pixels of a Web Mercator tile, at the ground scale of each row."""

from typing import NamedTuple

import numpy as np

from spatial._sums import sum_on_rows
from spatial.arrays import FloatArray
from spatial.crs import WGS84, transform_xy
from spatial.kernels import DEFAULT_KERNEL, checked_bandwidth, kernel_named
from spatial.mercator import (
    Tile,
    isometric_northing_m,
    latitude_deg,
    longitude_deg,
    mercator_places,
)
from spatial.points import PointIndex


def density_on_tile(
    points: PointIndex,
    tile: Tile,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
    size: int = 256,
    exact: bool = False,
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
        Key of `spatial.kernels.KERNELS`.
    size : int
        Pixels along a side.
    exact : bool
        True for the row method always; False lets a faster method with an error below 0.1 %
        of the maximum take its place.

    Returns
    -------
    (size, size) float64
        Sum of weights per km^2; row 0 is north; exactly zero where no point is in reach.
    """
    bandwidth_m = checked_bandwidth(bandwidth_m)
    shape = kernel_named(kernel)
    out = np.zeros((size, size))
    pixels = tile_pixels(tile, points.crs, size)
    if pixels is None:
        return out
    at = points.near(reach_bounds(tile, points.crs, bandwidth_m))
    places = points.mercator
    at = at[np.isfinite(places.ground_scale[at])]
    sum_on_rows(
        (places.x_m[at] - pixels.left_m) / pixels.pixel_m,
        (pixels.top_q_m - places.q_m[at]) / pixels.pixel_m,
        bandwidth_m**2 / (places.ground_scale[at] * pixels.pixel_m**2),
        points.weight[at],
        pixels.row_y,
        pixels.row_stretch,
        shape,
        out,
    )
    out *= shape.peak_per_km2(bandwidth_m)
    return out


class TilePixels(NamedTuple):
    """Where the pixels of a tile lie in conformal coordinates; rows from north to south.

    Attributes
    ----------
    left_m, top_q_m : float
        EPSG:3857 easting of the first column, isometric northing of the first row, metres.
    pixel_m : float
        Side of a pixel, EPSG:3857 metres.
    row_y : (size,) float64
        Rows below the first, in pixels; not quite evenly spaced.
    row_stretch : (size,) float64
        Mercator metres per metre of the working CRS in each row.
    """

    left_m: float
    top_q_m: float
    pixel_m: float
    row_y: FloatArray
    row_stretch: FloatArray


def tile_pixels(tile: Tile, crs: str, size: int) -> TilePixels | None:
    """Where a tile's pixels lie; None where the working CRS does not reach the tile."""
    x_m, y_m = tile.pixel_centres_mercator_m(size)
    latitude = latitude_deg(y_m)
    middle = np.full(size, longitude_deg(x_m[[0, -1]]).mean())
    row_places = transform_xy(np.column_stack([middle, latitude]), source=WGS84, target=crs)
    if not np.isfinite(row_places).all():
        return None
    row_scale = mercator_places(row_places, crs=crs).ground_scale
    if not np.isfinite(row_scale).all():
        return None
    pixel_m = float(x_m[1] - x_m[0])
    q_rows = isometric_northing_m(latitude)
    row_y = (q_rows[0] - q_rows) / pixel_m
    return TilePixels(float(x_m[0]), float(q_rows[0]), pixel_m, row_y, 1.0 / row_scale)


def reach_bounds(tile: Tile, crs: str, bandwidth_m: float) -> tuple[float, float, float, float]:
    """An extent in the working CRS that holds every point within a bandwidth of the tile."""
    x_m, y_m = (np.concatenate([c[:1], c, c[-1:]]) for c in tile.pixel_centres_mercator_m(16))
    left, bottom, right, top = tile.bounds_mercator_m
    x_m[0], x_m[-1], y_m[0], y_m[-1] = left, right, top, bottom
    lon, lat = np.meshgrid(longitude_deg(x_m), latitude_deg(y_m))
    places = transform_xy(np.column_stack([lon.ravel(), lat.ravel()]), source=WGS84, target=crs)
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return (0.0, 0.0, -1.0, -1.0)
    low, high = places.min(axis=0), places.max(axis=0)
    margin = bandwidth_m * 1.001 + 0.01 * float((high - low).max())
    return (low[0] - margin, low[1] - margin, high[0] + margin, high[1] + margin)
