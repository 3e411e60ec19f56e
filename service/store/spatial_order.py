"""The order of incidents in memory: neighbours in space are near each other."""

import numpy as np
from numpy.typing import NDArray

from service.store.contents import mixed
from spatial.arrays import FloatArray, IntArray


def spatial_order(xy_m: FloatArray, weight: FloatArray) -> tuple[IntArray, int]:
    """The order along a Z-order curve, the rows without a place last, and how many have one.

    Rows in the same cell of the curve are in an order that depends on place and weight alone,
    and not on the files they come from: sums over them have the same last digit wherever the
    same rows have been imported.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Metres; NaN without a place.
    weight : (n,) float64
        Of each row.

    Returns
    -------
    order : (n,) int64
        Positions of the rows.
    located_count : int
        How many have a place.
    """
    has_place = np.isfinite(xy_m).all(axis=1)
    located, unlocated = np.flatnonzero(has_place), np.flatnonzero(~has_place)
    tie = mixed(weight.view(np.uint64))
    unlocated = unlocated[np.argsort(tie[unlocated], kind="stable")]
    if len(located) == 0:
        return unlocated, 0
    xy = np.ascontiguousarray(xy_m[located])
    x_bits, y_bits = xy.view(np.uint64).T
    tie = mixed(x_bits + mixed(y_bits + tie[located]))
    low = xy.min(axis=0)
    span = float((xy.max(axis=0) - low).max()) or 1.0
    cells = ((xy - low) * (65_535.0 / span)).astype(np.uint32)
    code = _spread(cells[:, 0]) | (_spread(cells[:, 1]) << np.uint32(1))
    place = (code.astype(np.uint64) << np.uint64(32)) | (tie >> np.uint64(32))
    return np.concatenate([located[np.argsort(place, kind="stable")], unlocated]), len(located)


def _spread(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The 16 low bits of each value moved to the even places (Morton order)."""
    spread = values & np.uint32(0xFFFF)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        spread = (spread | (spread << np.uint32(shift))) & np.uint32(mask)
    return spread
