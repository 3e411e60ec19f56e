"""How often borders cross: the cost of repairing and comparing areas grows with it."""

import numpy as np
import shapely

from boundaries.layers.layer import Geometries
from spatial.arrays import FloatArray

PAIRS = 20_000_000  # pieces of border compared with each other, at most
LEAST_SAMPLE = 64


def estimated_crossings(geometries: Geometries) -> int:
    """About how many pairs of straight pieces of border cross each other.

    Parameters
    ----------
    geometries : (n,) object array
        Lines or polygons.

    Returns
    -------
    int
        Exact up to `PAIRS` pairs of pieces, beyond that scaled up from a sample at even distances
        along the borders. Pieces that only touch, or lie on each other, do not cross.

    Notes
    -----
    Cost is the product of pieces and sample, in time; memory is linear in the pieces.
    """
    start, end = _pieces(geometries)
    count = len(start)
    if count < 2:
        return 0
    sample = np.unique(
        np.linspace(0, count - 1, min(count, max(LEAST_SAMPLE, PAIRS // count))).astype(np.int64)
    )
    hits = sum(_crossing(start[i], end[i], start, end) for i in sample.tolist())
    return round(hits / len(sample) * count / 2)


def _pieces(geometries: Geometries) -> tuple[FloatArray, FloatArray]:
    """(m, 2) starts and ends of the straight pieces of all borders."""
    xy, line = shapely.get_coordinates(
        shapely.get_parts(shapely.boundary(geometries))
        if (shapely.get_dimensions(geometries) == 2).any()
        else shapely.get_parts(geometries),
        return_index=True,
    )
    is_piece = line[1:] == line[:-1]
    return xy[:-1][is_piece], xy[1:][is_piece]


def _crossing(a: FloatArray, b: FloatArray, start: FloatArray, end: FloatArray) -> int:
    """The number of pieces that cross the one from a to b."""
    with np.errstate(invalid="ignore", over="ignore"):
        sides = _side(a, b, start) * _side(a, b, end) < 0.0
        if not sides.any():
            return 0
        start, end = start[sides], end[sides]
        return int(np.count_nonzero(_side(start, end, a) * _side(start, end, b) < 0.0))


def _side(a: FloatArray, b: FloatArray, point: FloatArray) -> FloatArray:
    """Positive where a point lies left of the line from a to b, negative where right."""
    ab, ap = b - a, point - a
    return np.asarray(ab[..., 0] * ap[..., 1] - ab[..., 1] * ap[..., 0])
