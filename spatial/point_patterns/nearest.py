"""F and G: how far from a place, or from a point, the nearest point lies."""

import numpy as np

from spatial.arrays import FloatArray


def nearest_neighbours_m(xy_m: FloatArray) -> FloatArray:
    """The distance of each point from the nearest other.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Points, metres.

    Returns
    -------
    (n,) float64
        0 where two share a place; infinite for a point that is alone.
    """
    from scipy.spatial import KDTree  # slow to import, and few answers need it

    if len(xy_m) < 2:
        return np.full(len(xy_m), np.inf)
    return np.asarray(KDTree(xy_m).query(xy_m, k=[2])[0], np.float64)[:, 0]


def empty_space_m(locations_m: FloatArray, xy_m: FloatArray) -> FloatArray:
    """The distance from places to the nearest point.

    Parameters
    ----------
    locations_m : (k, 2) float64
        Places, metres.
    xy_m : (n, 2) float64
        Points, metres.

    Returns
    -------
    (k,) float64
        Infinite where there is no point.
    """
    from scipy.spatial import KDTree  # slow to import, and few answers need it

    if not len(xy_m):
        return np.full(len(locations_m), np.inf)
    return np.asarray(KDTree(xy_m).query(locations_m)[0], np.float64)


def share_within(
    nearest_m: FloatArray, border_m: FloatArray, distances_m: FloatArray
) -> FloatArray:
    """The share of places with a point within each distance, of those as far from the border.

    Parameters
    ----------
    nearest_m : (n,) float64
        Distance to the nearest point.
    border_m : (n,) float64
        Distance to the border of the window; infinite: no correction.
    distances_m : (m,) float64
        Ascending.

    Returns
    -------
    (m,) float64
        0 to 1; NaN where no place is as far from the border.

    Notes
    -----
    The border (reduced sample) estimator, as spatstat's ``rs`` of ``Fest`` and ``Gest``: #{nearest
    <= r and border >= r} / #{border >= r}.

    References
    ----------
    Baddeley, Rubak and Turner (2015), Spatial Point Patterns, section 8.11.
    """
    steps = len(distances_m)
    last = np.searchsorted(distances_m, border_m, side="right")  # distances up to the border
    first = np.searchsorted(distances_m, nearest_m, side="left")
    is_seen = first < last
    at_risk = np.cumsum(np.bincount(last, minlength=steps + 1)[::-1])[::-1][1:]
    begins = np.bincount(first[is_seen], minlength=steps + 1)
    ends = np.bincount(last[is_seen], minlength=steps + 1)
    seen = np.cumsum(begins - ends)[:steps]
    share = np.full(steps, np.nan)
    np.divide(seen, at_risk, out=share, where=at_risk > 0)
    return share
