"""Assigns incidents whose area was split since to one of its parts."""

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
    """The part of a split area for each incident with its code.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    layer : Layer
        The requested areas.
    split : Split
        The code and the parts.
    rows : (k,) int64
        The incidents with the code.
    by_place : (n,) int32
        Area that every incident's coordinates lie in, -1 if in none.

    Returns
    -------
    area : (k,) int32
        Position in the layer, -1 if it cannot be decided.
    located : (k,) bool
        True if coordinates decided, False if the incident was shared out.

    Notes
    -----
    With coordinates: the part they lie in, else the nearest part (ties to the first code); if
    the layer lacks a part and they lie in none of the others, outside. Without: incidents in
    order of category, then time, are dealt to the parts as seats by the method of
    Sainte-Lague, so that the totals, and any stretch of time of one category, keep to the
    weights as closely as whole incidents can; not at all if the layer lacks a part or nothing
    says how to share.
    """
    located = incidents.located[rows]
    area = np.full(len(rows), -1, dtype=np.int32)
    located_part = np.where(np.isin(by_place[rows], split.parts), by_place[rows], -1)
    area[located] = located_part[located]
    if not split.is_complete:
        return area, located
    outside_rows = np.flatnonzero(located & (located_part < 0))
    area[outside_rows] = _nearest(layer, split.parts, incidents.xy_m[rows[outside_rows]])
    if not split.weights.any():
        return area, located
    unlocated_rows = np.flatnonzero(~located)
    ordered_rows = unlocated_rows[
        np.lexsort(
            (incidents.occurred[rows[unlocated_rows]], incidents.category[rows[unlocated_rows]])
        )
    ]
    area[ordered_rows] = split.parts[deal_seats(len(ordered_rows), split.weights)]
    return area, located


def _nearest(layer: Layer, parts: IndexArray, xy_m: FloatArray) -> IndexArray:
    """(n,) the part nearest to each point, the first among equals."""
    if len(xy_m) == 0:
        return np.empty(0, dtype=np.int32)
    points = np.asarray(shapely.points(xy_m), dtype=object)
    distance_m = shapely.distance(points[:, None], layer.geometries[parts][None, :])
    nearest: IndexArray = parts[np.argmin(distance_m, axis=1)]
    return nearest


def deal_seats(n: int, weights: FloatArray) -> IntArray:
    """The part that each of n incidents goes to, in proportion to the weights.

    Parameters
    ----------
    n : int
        Number of incidents.
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
    turns = np.where(shares > 0, np.ceil((n + len(shares)) * shares) + 1, 0).astype(np.int64)
    part = np.repeat(np.arange(len(weights)), turns)
    first_turn = np.cumsum(turns) - turns
    turn_index = np.arange(len(part)) - first_turn[part]
    with np.errstate(over="ignore"):  # a part of next to nothing is due at infinity
        due = (turn_index + 0.5) / shares[part]
    return part[np.lexsort((part, due))][:n]
