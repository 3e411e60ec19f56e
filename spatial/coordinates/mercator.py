"""Web Mercator tile addresses, and the positions of their pixels."""

import math
from dataclasses import dataclass, replace

import numpy as np

from spatial.arrays import FloatArray
from spatial.compiled import compiled
from spatial.coordinates.crs import WGS84, mean_stretch, smooth_crs, transform_xy
from spatial.coordinates.map_shifts import unshift_in_place
from spatial.errors import InvalidTileError

EARTH_RADIUS_M = 6_378_137.0  # the sphere of EPSG:3857
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
MAX_ZOOM = 24
ECCENTRICITY = 0.081_819_190_842_621_49  # of the WGS 84 ellipsoid
MAX_LATITUDE_DEG = 89.9  # a Mercator map is useless beyond it
LATTICE_M = 5_000.0
LATTICE_FROM = 5_000  # points; fewer are quicker to transform one by one


@dataclass(frozen=True)
class Tile:
    """An XYZ tile address, y counted from the north.

    Raises
    ------
    InvalidTileError
        If the zoom is not from 0 to 24, or x or y lies outside the world at that zoom.
    """

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        is_zoom = 0 <= self.z <= MAX_ZOOM
        if not is_zoom or not (0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise InvalidTileError(self.z, self.x, self.y)

    @property
    def bounds_mercator_m(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in EPSG:3857 metres (not metres on the ground)."""
        side = 2 * HALF_WORLD_M / 2**self.z
        left = self.x * side - HALF_WORLD_M
        top = HALF_WORLD_M - self.y * side
        return left, top - side, left + side, top

    def pixel_centres_mercator_m(self, size: int) -> tuple[FloatArray, FloatArray]:
        """(size,) x of the pixel columns and (size,) y of the rows, EPSG:3857 metres.

        Parameters
        ----------
        size : int
            Pixels along a side.
        """
        left, _, right, top = self.bounds_mercator_m
        pixel = (right - left) / size
        offsets = (np.arange(size, dtype=np.float64) + 0.5) * pixel
        return left + offsets, top - offsets


def longitude_deg(x_mercator_m: FloatArray) -> FloatArray:
    """Longitude of EPSG:3857 eastings, degrees.

    Parameters
    ----------
    x_mercator_m : (n,) float64
        EPSG:3857, metres.
    """
    return np.degrees(x_mercator_m / EARTH_RADIUS_M)


def latitude_deg(y_mercator_m: FloatArray) -> FloatArray:
    """Geodetic latitude (WGS 84) of EPSG:3857 northings, degrees.

    Parameters
    ----------
    y_mercator_m : (n,) float64
        EPSG:3857, metres.
    """
    return np.degrees(np.arctan(np.sinh(y_mercator_m / EARTH_RADIUS_M)))


def isometric_northing_m(latitude: FloatArray) -> FloatArray:
    """Northing of the ellipsoidal Mercator map (EPSG:3395) of geodetic latitudes, metres.

    With the easting of EPSG:3857 it gives a conformal map of the ellipsoid; EPSG:3857 itself
    is not conformal. Snyder (1987), Map Projections: A Working Manual, eq. 7-7.

    Parameters
    ----------
    latitude : (n,) float64
        Geodetic latitude (WGS 84), degrees.
    """
    sine = np.sin(np.radians(latitude))
    return EARTH_RADIUS_M * (np.arctanh(sine) - ECCENTRICITY * np.arctanh(ECCENTRICITY * sine))


@dataclass(frozen=True, eq=False)
class MercatorPlaces:
    """Positions on the conformal Mercator map of the ellipsoid.

    Attributes
    ----------
    x_m, q_m : (n,) float64
        Easting (EPSG:3857) and isometric northing (EPSG:3395), metres; NaN where a point has
        no finite position there.
    ground_scale : (n,) float64
        Metres of the working CRS per metre of this map at the point; NaN likewise.
    """

    x_m: FloatArray
    q_m: FloatArray
    ground_scale: FloatArray


def mercator_places(xy_m: FloatArray, *, crs: str) -> MercatorPlaces:
    """Positions of points of a working CRS on the conformal Mercator map, with the scale there.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing in `crs`, metres.
    crs : str
        The working coordinate system.

    Notes
    -----
    The scale is the geometric mean over the directions, 1 / sqrt(|Jacobian|), from central
    differences over 100 m. Many points are interpolated with cubics from a lattice of
    `LATTICE_M`, which moves them by less than a hundredth of a millimetre and is a hundred
    times faster than PROJ.

    On the British grid the scale is that of the map before OSTN15 times the mean stretch of its
    shifts: they add up to 5e-5 to it, change from one kilometre to the next, and are not the
    same in all directions. The positions are exact.
    """
    smooth = smooth_crs(crs)
    if smooth == crs:
        return _smooth_places(xy_m, crs)
    columns = np.array(xy_m.T, order="C")
    unshift_in_place(*columns)
    places = _smooth_places(np.ascontiguousarray(columns.T), smooth)
    return replace(places, ground_scale=places.ground_scale * mean_stretch(crs))


def _smooth_places(xy_m: FloatArray, crs: str) -> MercatorPlaces:
    """`mercator_places` of a system with derivatives everywhere."""
    if len(xy_m) < LATTICE_FROM:
        return _transformed(xy_m, crs)
    (left, bottom), (right, top) = xy_m.min(axis=0), xy_m.max(axis=0)
    cols = math.ceil((right - left) / LATTICE_M) + 4
    rows = math.ceil((top - bottom) / LATTICE_M) + 4
    if rows * cols * 4 > len(xy_m):
        return _transformed(xy_m, crs)
    origin = np.array([left - 1.5 * LATTICE_M, bottom - 1.5 * LATTICE_M])
    row, col = np.divmod(np.arange(rows * cols), cols)
    nodes = _transformed(origin + LATTICE_M * np.column_stack([col, row]), crs)
    values = np.stack([nodes.x_m, nodes.q_m, nodes.ground_scale], axis=-1)
    out = np.empty((3, len(xy_m)))
    _interpolate(
        np.ascontiguousarray(xy_m), origin[0], origin[1], 1.0 / LATTICE_M,
        np.ascontiguousarray(values.reshape(rows, cols, 3)), out,
    )  # fmt: skip
    missing_positions = np.flatnonzero(~np.isfinite(out).all(axis=0))
    if len(missing_positions):
        # Near the limit of what the CRS can transform a point may be valid where a node is not.
        transforms = _transformed(xy_m[missing_positions], crs)
        out[:, missing_positions] = (
            transforms.x_m,
            transforms.q_m,
            transforms.ground_scale,
        )
    return MercatorPlaces(*out)


def _transformed(xy_m: FloatArray, crs: str) -> MercatorPlaces:
    """`mercator_places` by PROJ, point by point; eastings continue across the antimeridian."""
    step = 50.0
    east, north = np.array([step, 0.0]), np.array([0.0, step])
    x, q = _on_mercator(xy_m, crs)
    shifted_positions = [_on_mercator(xy_m + shift, crs) for shift in (east, -east, north, -north)]
    (x_east, q_east), (x_west, q_west), (x_north, q_north), (x_south, q_south) = shifted_positions
    jacobian = (
        _shorter_way_round(x_east - x_west) * (q_north - q_south)
        - _shorter_way_round(x_north - x_south) * (q_east - q_west)
    ) / (4.0 * step * step)
    is_finite = np.isfinite(x)
    if is_finite.any():
        middle = float(x[is_finite][len(x[is_finite]) // 2])
        x = middle + _shorter_way_round(x - middle)
    scale = 1.0 / np.sqrt(np.where(np.abs(jacobian) > 0.0, np.abs(jacobian), np.nan))
    return MercatorPlaces(x, q, scale)


def _shorter_way_round(dx_m: FloatArray) -> FloatArray:
    """Differences of eastings, the shorter way round the world."""
    return dx_m - 2.0 * HALF_WORLD_M * np.round(dx_m / (2.0 * HALF_WORLD_M))


def _on_mercator(xy_m: FloatArray, crs: str) -> tuple[FloatArray, FloatArray]:
    """Easting and isometric northing of points; NaN where they are not finite."""
    lonlat = transform_xy(xy_m, source=crs, target=WGS84)
    is_usable = np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat[:, 1]) < MAX_LATITUDE_DEG)
    longitude = np.where(is_usable, lonlat[:, 0], np.nan)
    latitude = np.where(is_usable, lonlat[:, 1], np.nan)
    return EARTH_RADIUS_M * np.radians(longitude), isometric_northing_m(latitude)


@compiled
def _interpolate(
    xy_m: FloatArray,
    left_m: float,
    bottom_m: float,
    cells_per_m: float,
    values: FloatArray,
    out: FloatArray,
) -> None:
    """Cubic Lagrange interpolation of `values` (rows, cols, 3) at points inside the lattice."""
    col_weights, row_weights = np.empty(4), np.empty(4)
    for i in range(xy_m.shape[0]):
        col_position, row_position = (
            (xy_m[i, 0] - left_m) * cells_per_m,
            (xy_m[i, 1] - bottom_m) * cells_per_m,
        )
        col, row = int(col_position), int(row_position)
        for position, node, weights in (
            (col_position, col, col_weights),
            (row_position, row, row_weights),
        ):
            f = position - node
            weights[0] = -f * (f - 1.0) * (f - 2.0) / 6.0
            weights[1] = (f + 1.0) * (f - 1.0) * (f - 2.0) / 2.0
            weights[2] = -(f + 1.0) * f * (f - 2.0) / 2.0
            weights[3] = (f + 1.0) * f * (f - 1.0) / 6.0
        for c in range(3):
            total = 0.0
            for k in range(4):
                line = 0.0
                for m in range(4):
                    line += col_weights[m] * values[row + k - 1, col + m - 1, c]
                total += row_weights[k] * line
            out[c, i] = total
