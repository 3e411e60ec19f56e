"""Incidents coded to an area that was split since: which part each of them is in."""

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from service.analyses.inputs.code_recognition import Split
from service.store.incidents import Incidents
from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray


def decide_split(
    incidents: Incidents,
    layer: Layer,
    split: Split,
    rows: IntArray,
    *,
    by_place: IndexArray,
) -> tuple[IndexArray, BoolArray]:
    """The part of a split area that each incident with its code is in.

    Parameters
    ----------
    incidents : Incidents
    layer : Layer
        The areas asked.
    split : Split
    rows : (k,) int64
        The incidents that carry the code.
    by_place : (n,) int32
        Area that every incident's coordinates lie in, -1 where in none.

    Returns
    -------
    area : (k,) int32
        Position in the layer, -1 where nothing tells.
    located : (k,) bool
        True where coordinates decided, False where the incident was shared out.

    Notes
    -----
    With coordinates: the part they lie in, else the nearest part (ties to the first code); if
    the layer lacks a part and they lie in none of the others, outside. Without: incidents in
    order of category, then time, are dealt to the parts as seats by the method of
    Sainte-Lague, so that the totals, and any stretch of time of one category, keep to the
    weights as closely as whole incidents can; not at all if the layer lacks a part.
    """
    located = incidents.located[rows]
    area = np.full(len(rows), -1, dtype=np.int32)
    placed = np.where(np.isin(by_place[rows], split.parts), by_place[rows], -1)
    area[located] = placed[located]
    if not split.is_complete:
        return area, located
    astray = np.flatnonzero(located & (placed < 0))
    area[astray] = _nearest(layer, split.parts, incidents.xy_m[rows[astray]])
    homeless = np.flatnonzero(~located)
    in_order = homeless[
        np.lexsort((incidents.occurred[rows[homeless]], incidents.category[rows[homeless]]))
    ]
    area[in_order] = split.parts[dealt(len(in_order), split.weights)]
    return area, located


def _nearest(layer: Layer, parts: IndexArray, xy_m: FloatArray) -> IndexArray:
    """(n,) the part nearest to each point, the first of equals."""
    if len(xy_m) == 0:
        return np.empty(0, dtype=np.int32)
    points = np.asarray(shapely.points(xy_m), dtype=object)
    distance_m = shapely.distance(points[:, None], layer.geometries[parts][None, :])
    nearest: IndexArray = parts[np.argmin(distance_m, axis=1)]
    return nearest


def dealt(n: int, weights: FloatArray) -> IntArray:
    """Which part the first, second ... of n incidents goes to, in proportion to the weights.

    Parameters
    ----------
    n : int
    weights : (k,) float64
        At least 0, not all 0.

    Returns
    -------
    (n,) int64
        Position of the part. The m-th incident of a part with share s is due at (m - 1/2) / s
        (the divisor method of Sainte-Lague); ties to the first part.

    References
    ----------
    Balinski and Young (1982), Fair Representation: the method of Webster, which is the same.
    """
    shares = weights / weights.sum()
    # More turns than any part can get: the last is due before n + k by the sum of all.
    takes = np.where(shares > 0, np.ceil((n + len(shares)) * shares) + 1, 0).astype(np.int64)
    part = np.repeat(np.arange(len(weights)), takes)
    starts = np.cumsum(takes) - takes
    turn = np.arange(len(part)) - starts[part]
    with np.errstate(over="ignore"):  # a part of next to nothing is due at infinity
        due = (turn + 0.5) / shares[part]
    return part[np.lexsort((part, due))][:n]
