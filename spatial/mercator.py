"""Web Mercator tile addresses, and where their pixels lie."""

import math
from dataclasses import dataclass

import numpy as np

from spatial.arrays import FloatArray
from spatial.crs import WGS84, transform_xy
from spatial.errors import InvalidTileError

EARTH_RADIUS_M = 6_378_137.0  # the sphere of EPSG:3857
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
MAX_ZOOM = 24
ECCENTRICITY = 0.081_819_190_842_621_49  # of the WGS 84 ellipsoid


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
        inside = 0 <= self.z <= MAX_ZOOM
        if not inside or not (0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise InvalidTileError(self.z, self.x, self.y)

    @property
    def bounds_mercator_m(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in EPSG:3857 metres (not metres on the ground)."""
        side = 2 * HALF_WORLD_M / 2**self.z
        left = self.x * side - HALF_WORLD_M
        top = HALF_WORLD_M - self.y * side
        return left, top - side, left + side, top

    def pixel_centres_mercator_m(self, size: int) -> tuple[FloatArray, FloatArray]:
        """(size,) x of the pixel columns and (size,) y of the rows, EPSG:3857 metres."""
        left, _, right, top = self.bounds_mercator_m
        pixel = (right - left) / size
        offsets = (np.arange(size, dtype=np.float64) + 0.5) * pixel
        return left + offsets, top - offsets


def longitude_deg(x_mercator_m: FloatArray) -> FloatArray:
    """Longitude of EPSG:3857 eastings, degrees."""
    return np.degrees(x_mercator_m / EARTH_RADIUS_M)


def latitude_deg(y_mercator_m: FloatArray) -> FloatArray:
    """Geodetic latitude (WGS 84) of EPSG:3857 northings, degrees."""
    return np.degrees(np.arctan(np.sinh(y_mercator_m / EARTH_RADIUS_M)))


def isometric_northing_m(latitude: FloatArray) -> FloatArray:
    """Northing of the ellipsoidal Mercator map (EPSG:3395) of geodetic latitudes, metres.

    With the easting of EPSG:3857 it makes a conformal map of the ellipsoid, which EPSG:3857
    itself is not. Snyder (1987), Map Projections: A Working Manual, eq. 7-7.
    """
    sine = np.sin(np.radians(latitude))
    return EARTH_RADIUS_M * (np.arctanh(sine) - ECCENTRICITY * np.arctanh(ECCENTRICITY * sine))


@dataclass(frozen=True, eq=False)
class MercatorPlaces:
    """Places on the conformal Mercator map of the ellipsoid.

    Attributes
    ----------
    x_m, q_m : (n,) float64
        Easting (EPSG:3857) and isometric northing (EPSG:3395), metres; NaN where a place has
        no finite position there.
    ground_scale : (n,) float64
        Metres of the working CRS per metre of this map at the place.
    """

    x_m: FloatArray
    q_m: FloatArray
    ground_scale: FloatArray


def mercator_places(xy_m: FloatArray, *, crs: str) -> MercatorPlaces:
    """Where points of a working CRS lie on the conformal Mercator map, with the scale there.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing in `crs`, metres.
    crs : str
        The working coordinate system.
    """
    x, q = _on_mercator(xy_m, crs)
    step = 50.0
    east, north = np.array([step, 0.0]), np.array([0.0, step])
    x_east, q_east = _on_mercator(xy_m + east, crs)
    x_west, q_west = _on_mercator(xy_m - east, crs)
    x_north, q_north = _on_mercator(xy_m + north, crs)
    x_south, q_south = _on_mercator(xy_m - north, crs)
    jacobian = (
        (x_east - x_west) * (q_north - q_south) - (x_north - x_south) * (q_east - q_west)
    ) / (4.0 * step * step)
    return MercatorPlaces(x, q, 1.0 / np.sqrt(np.abs(jacobian)))


def _on_mercator(xy_m: FloatArray, crs: str) -> tuple[FloatArray, FloatArray]:
    """Easting and isometric northing of points, NaN where there is none."""
    lonlat = transform_xy(xy_m, source=crs, target=WGS84)
    usable = np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat[:, 1]) < 89.9)
    longitude = np.where(usable, lonlat[:, 0], np.nan)
    latitude = np.where(usable, lonlat[:, 1], np.nan)
    return EARTH_RADIUS_M * np.radians(longitude), isometric_northing_m(latitude)
