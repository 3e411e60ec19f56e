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
