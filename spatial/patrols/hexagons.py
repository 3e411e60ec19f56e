"""Hexagons of the lattice of `spatial.weights.tessellation`, of which only some are looked at."""

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import FloatArray, IntArray, checked_points, frozen
from spatial.weights.tessellation import lattice_polygons

# Columns and rows of the six neighbours, of an even and of an odd row.
_STEPS = (
    ((-1, 0), (1, 0), (-1, -1), (0, -1), (-1, 1), (0, 1)),
    ((-1, 0), (1, 0), (0, -1), (1, -1), (0, 1), (1, 1)),
)
_SPAN = 1 << 31  # more than any row


@dataclass(frozen=True, eq=False)
class Hexagons:
    """Hexagons of one size that hold a point, in order of column and row.

    Attributes
    ----------
    size_m : float
        Width across the flats, metres.
    column, row : (n,) int64
        Their places in the lattice, counted east and north from the origin of the CRS.
    """

    size_m: float
    column: IntArray
    row: IntArray

    @classmethod
    def holding(cls, xy_m: ArrayLike, size_m: float) -> tuple[Self, IntArray]:
        """The hexagons that hold some points, and the hexagon of each point.

        Parameters
        ----------
        xy_m : (n, 2) float64
            Eastings and northings, metres; finite.
        size_m : float
            Width across the flats, metres.

        Returns
        -------
        hexagons : Hexagons
            Each once.
        position : (n,) int64
            Which of them holds each point: that with the nearest centre, on a border the one of
            the lower column, then row.

        Raises
        ------
        InvalidPointsError
            If the points are not a finite (n, 2) array.
        """
        column, row = _hexagon_of(checked_points(xy_m), size_m)
        keys, position = np.unique(column * _SPAN + row, return_inverse=True)
        column, row = _column_and_row(keys)
        return cls(size_m, frozen(column), frozen(row)), position.ravel()

    def __len__(self) -> int:
        return len(self.column)

    @property
    def centres_m(self) -> FloatArray:
        """(n, 2) Easting and northing of each centre, metres."""
        east = (self.column + 0.5 + 0.5 * (self.row % 2)) * self.size_m
        return np.column_stack([east, (self.row + 0.5) * row_height_m(self.size_m)])

    def polygons(self) -> NDArray[Any]:
        """(n,) The whole hexagons; a border of two of them has the same end points in both."""
        return lattice_polygons("hex", self.size_m, self.column, self.row)

    def neighbourhood_sums(self, values: ArrayLike) -> FloatArray:
        """The sum of a value over each hexagon and its six neighbours.

        Parameters
        ----------
        values : (n,) float64
            Of these hexagons; all others have 0.

        Returns
        -------
        (n,) float64
        """
        value = np.asarray(values, dtype=np.float64)
        keys = self.column * _SPAN + self.row
        padded_keys, padded = np.append(keys, np.iinfo(np.int64).max), np.append(value, 0.0)
        sums = value.copy()
        is_odd = self.row % 2 == 1
        for even, odd in zip(*_STEPS, strict=True):
            column = self.column + np.where(is_odd, odd[0], even[0])
            wanted = column * _SPAN + self.row + even[1]
            position = np.searchsorted(padded_keys, wanted)
            sums += np.where(padded_keys[position] == wanted, padded[position], 0.0)
        return sums


def row_height_m(size_m: float) -> float:
    """Distance between the centres of two rows of hexagons, metres."""
    return size_m * math.sqrt(3.0) / 2.0


def hexagon_km2(size_m: float) -> float:
    """The area of a whole hexagon, km^2."""
    return size_m * row_height_m(size_m) / 1e6


def centres_over(bounds_m: tuple[float, float, float, float], size_m: float) -> FloatArray:
    """The centres of all hexagons whose centre lies in an extent.

    Parameters
    ----------
    bounds_m : left, bottom, right, top
        Metres.
    size_m : float
        Width across the flats, metres.

    Returns
    -------
    (n, 2) float64
        Row by row from the south.
    """
    left, bottom, right, top = bounds_m
    height = row_height_m(size_m)
    rows = np.arange(math.floor(bottom / height) - 1, math.floor(top / height) + 2)
    columns = np.arange(math.floor(left / size_m) - 1, math.floor(right / size_m) + 2)
    row, column = np.meshgrid(rows, columns, indexing="ij")
    centres = Hexagons(size_m, column.ravel(), row.ravel()).centres_m
    is_inside = np.all((centres >= (left, bottom)) & (centres <= (right, top)), axis=1)
    return np.asarray(centres[is_inside], np.float64)


def _hexagon_of(points: FloatArray, size_m: float) -> tuple[IntArray, IntArray]:
    """Column and row of the hexagon with the nearest centre."""
    height = row_height_m(size_m)
    lower_row = np.floor(points[:, 1] / height - 0.5).astype(np.int64)
    candidates = []
    for row in (lower_row, lower_row + 1):
        shift = 0.5 * (row % 2)
        column = np.ceil(points[:, 0] / size_m - shift).astype(np.int64) - 1
        east = points[:, 0] - (column + 0.5 + shift) * size_m
        north = points[:, 1] - (row + 0.5) * height
        candidates.append((east * east + north * north, column, row))
    (lower_sq, lower_column, _), (upper_sq, upper_column, _) = candidates
    is_upper = (upper_sq < lower_sq) | ((upper_sq == lower_sq) & (upper_column < lower_column))
    return np.where(is_upper, upper_column, lower_column), lower_row + is_upper


def _column_and_row(keys: IntArray) -> tuple[IntArray, IntArray]:
    """What a key was made of; rows may be negative."""
    column = (keys + _SPAN // 2) // _SPAN
    return column, keys - column * _SPAN
