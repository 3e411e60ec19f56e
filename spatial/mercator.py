"""Web Mercator tile addresses, and where their pixels lie."""

import math
from dataclasses import dataclass

import numpy as np

from spatial.arrays import FloatArray
from spatial.errors import InvalidTileError

EARTH_RADIUS_M = 6_378_137.0  # the sphere of EPSG:3857
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
MAX_ZOOM = 24


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
        offsets = (np.arange(size) + 0.5) * pixel
        return left + offsets, top - offsets


def longitude_deg(x_mercator_m: FloatArray) -> FloatArray:
    """Longitude of EPSG:3857 eastings, degrees."""
    return np.degrees(x_mercator_m / EARTH_RADIUS_M)


def latitude_deg(y_mercator_m: FloatArray) -> FloatArray:
    """Geodetic latitude (WGS 84) of EPSG:3857 northings, degrees."""
    return np.degrees(np.arctan(np.sinh(y_mercator_m / EARTH_RADIUS_M)))
