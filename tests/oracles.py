"""Slow, obvious versions of every kernel: the formula, written out, with no cleverness."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray


def area_of_each_point(geometries: Sequence[Any], xy_m: NDArray[np.float64]) -> NDArray[np.int32]:
    """The first area that contains or touches each point: every area asked, one by one."""
    found = np.full(len(xy_m), -1, dtype=np.int32)
    for i, (x, y) in enumerate(xy_m):
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        for position, geometry in enumerate(geometries):
            if geometry.intersects(shapely.Point(x, y)):
                found[i] = position
                break
    return found


def getis_ord_z(
    values: NDArray[np.float64], weights: NDArray[np.float64], *, star: bool
) -> NDArray[np.float64]:
    """Ord and Getis (1995), area by area, from a matrix that has the self weights if `star`."""
    z = np.full(len(values), np.nan)
    for i in range(len(values)):
        counted = np.ones(len(values), dtype=bool)
        counted[i] = star
        x, w = values[counted], weights[i, counted]
        n, mean = len(x), x.mean()
        deviation = np.sqrt(np.mean(x**2) - mean**2)
        scale = deviation * np.sqrt((n * np.sum(w**2) - np.sum(w) ** 2) / (n - 1))
        if scale > 1e-9:
            z[i] = (np.sum(w * x) - mean * np.sum(w)) / scale
    return z


def arrangements_beyond(
    values: NDArray[np.float64], weights: NDArray[np.float64], table: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many arrangements give each area a lag at least, and at most, its own.

    `table` has a random order of areas per column; area i's neighbours become the first of
    them that are not i.
    """
    above = np.zeros(len(values), np.int64)
    below = np.zeros(len(values), np.int64)
    for i in range(len(values)):
        row = weights[i][weights[i] > 0.0]
        lag = weights[i] @ values
        for column in table.T:
            others = [area for area in column if area != i][: len(row)]
            permuted = row @ values[others]
            above[i] += permuted >= lag - 1e-9
            below[i] += permuted <= lag + 1e-9
    return above, below
