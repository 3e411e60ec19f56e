"""The distance band at which a map's clustering is strongest, by global Moran's I."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import Progress, checked_points
from spatial.errors import InvalidNeighboursError, InvalidParameterError
from spatial.local_statistics.global_statistics import global_moran
from spatial.weights.distance_weights import centre_tree, pairs_within, tolerance_m
from spatial.weights.weights import Neighbours


@dataclass(frozen=True)
class OptimisedDistance:
    """The distance at which the map's clustering is strongest, and how it was chosen.

    Attributes
    ----------
    distance_m : float
        The distance chosen.
    reason : str
        "first peak", or "largest" if no z is above both its neighbours.
    tried_m, z_score : tuple of float
        Distances tried, ascending, and the z score of global Moran's I at each.
    """

    distance_m: float
    reason: str
    tried_m: tuple[float, ...]
    z_score: tuple[float, ...]


def optimised_distance(
    xy_m: ArrayLike,
    values: ArrayLike,
    *,
    steps: int = 12,
    allow_negative: bool = False,
    on_progress: Progress | None = None,
) -> OptimisedDistance:
    """The distance band with the first peak of global Moran's z (incremental autocorrelation).

    Parameters
    ----------
    xy_m : (n, 2) float64
        Centres, metres, in the working CRS; at least two distinct.
    values : (n,) float64
        The values to be tested; not all equal.
    steps : int
        Number of distances, 3 to 100.
    allow_negative : bool
        Accept values below 0.
    on_progress : callable, optional
        Called as ``on_progress(done, distances)``; what it raises ends the search.

    Returns
    -------
    OptimisedDistance
        The distances start at the smallest at which every area has a neighbour, without areas
        unusually far out (nearest neighbour beyond the mean plus three standard deviations),
        and grow by the mean distance to the nearest neighbour.

    Raises
    ------
    InvalidParameterError
        If `steps` is out of range.
    InvalidNeighboursError
        If all centres are at one place.
    TooFewAreasError, InvalidValuesError, ConstantValuesError
        As `global_moran`.

    Notes
    -----
    The distance is chosen from the values themselves, which the p of a statistic that uses it
    does not account for; z at the peak is slightly too large. Bands are row-standardised. Cost:
    one set of pairs at the largest distance.

    References
    ----------
    Incremental spatial autocorrelation in ArcGIS (Esri, Spatial Statistics toolbox); Getis and
    Aldstadt (2004), Geographical Analysis 36(2), on choosing by peaks.
    """
    points = checked_points(xy_m)
    if not 3 <= steps <= 100:
        raise InvalidParameterError("steps", steps, "from 3 to 100")
    if len(points) < 2:
        raise InvalidNeighboursError("a distance needs two areas or more")
    nearest_distance = np.asarray(centre_tree(points).query(points, k=2)[0])[:, 1]
    typical_distance = nearest_distance[
        nearest_distance <= nearest_distance.mean() + 3.0 * nearest_distance.std()
    ]
    first_distance, step = float(typical_distance.max()), float(nearest_distance.mean())
    if step <= 0.0:
        raise InvalidNeighboursError("all centres are at one place: no distance can be chosen")
    extent = float(np.hypot(*np.ptp(points, axis=0)))
    distances_m = [
        first_distance + peak * step
        for peak in range(steps)
        if peak < 3 or first_distance + peak * step < extent
    ]
    _, i, j, distances = pairs_within(points, distances_m[-1])
    z_scores: list[float] = []
    for distance in distances_m:
        in_band = distances <= distance + tolerance_m(distance)
        band = Neighbours.from_pairs(len(points), i[in_band], j[in_band]).row_standardised()
        if on_progress is not None:
            on_progress(len(z_scores), len(distances_m))
        z_scores.append(global_moran(values, band, allow_negative=allow_negative).z_score)
    peak, reason = _first_peak(z_scores)
    return OptimisedDistance(distances_m[peak], reason, tuple(distances_m), tuple(z_scores))


def _first_peak(z_scores: list[float]) -> tuple[int, str]:
    """Position of the first value above both its neighbours, or of the largest value."""
    for position in range(1, len(z_scores) - 1):
        if z_scores[position - 1] < z_scores[position] > z_scores[position + 1]:
            return position, "first peak"
    finite_scores = np.nan_to_num(z_scores, nan=-np.inf)
    return int(np.argmax(finite_scores)), "largest"
