"""Neighbours by distance between centres: k nearest, within a band, or with decaying weights."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_points
from spatial.density.kernels import DEFAULT_KERNEL, kernel_named
from spatial.errors import InvalidNeighboursError, InvalidParameterError
from spatial.local_statistics.global_statistics import global_moran
from spatial.weights.weights import Neighbours

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

MAX_LINKS = 50_000_000
MIN_DISTANCE_M = 1.0


def knn(xy_m: ArrayLike, k: int) -> Neighbours:
    """The k nearest areas of each area, by the distance between their centres.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Centres, metres, in the working CRS.
    k : int
        1 to n - 1.

    Returns
    -------
    Neighbours
        Directed: an area can be among the nearest of another without the reverse. Of areas at
        equal distances (to a billionth), the first in order is used.

    Raises
    ------
    InvalidNeighboursError
        If k is not from 1 to n - 1.
    """
    points = checked_points(xy_m)
    n = len(points)
    if not 1 <= k <= n - 1:
        raise InvalidNeighboursError(
            f"k nearest needs k from 1 to {max(n - 1, 0)}, one less than the areas, got {k}"
        )
    _check_links(n * k)
    tree = _tree(points)
    # The area itself, k others and one more: if that one is as near as the k-th, all at this
    # distance are queried.
    query_size = min(n, k + 2)
    distance, position = map(np.asarray, tree.query(points, k=query_size))
    target = np.empty((n, k), dtype=np.int64)
    for i in range(n):
        candidate_distance, candidates = distance[i], position[i]
        if query_size < n and candidate_distance[-1] <= candidate_distance[k] * (1.0 + 1e-9):
            candidates = np.array(
                tree.query_ball_point(points[i], candidate_distance[k] * (1.0 + 1e-9))
            )
            candidate_distance = np.hypot(*(points[candidates] - points[i]).T)
        is_other = candidates != i
        candidate_distance, candidates = candidate_distance[is_other], candidates[is_other]
        # Equal distances of a lattice differ in their last digits: after rounding the position
        # decides.
        step = max(float(np.partition(candidate_distance, k - 1)[k - 1]) * 1e-9, 1e-300)
        target[i] = candidates[np.lexsort((candidates, np.round(candidate_distance / step)))[:k]]
    return Neighbours.from_pairs(
        n, np.repeat(np.arange(n), k), target.ravel(), directed=True, rule=f"knn:{k}"
    )


def distance_band(xy_m: ArrayLike, distance_m: float) -> Neighbours:
    """All areas whose centres are within a distance, each with weight 1.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Centres, metres, in the working CRS.
    distance_m : float
        Above 0; a centre at exactly this distance is a neighbour.

    Returns
    -------
    Neighbours
        Areas without another centre within the distance are islands.

    Raises
    ------
    InvalidParameterError
        If the distance is not finite and above 0.
    InvalidNeighboursError
        If there are more links than `MAX_LINKS`: the distance is far too large.
    """
    points, i, j, _ = _pairs_within(xy_m, distance_m)
    return Neighbours.from_pairs(len(points), i, j, rule=f"distance:{distance_m:g}")


def inverse_distance(xy_m: ArrayLike, distance_m: float, *, power: float = 1.0) -> Neighbours:
    """All areas whose centres are within a distance, with weights 1 / distance^power.

    Parameters
    ----------
    xy_m, distance_m
        As `distance_band`.
    power : float
        Above 0.

    Returns
    -------
    Neighbours
        Weights per metre^power. Centres closer than 1 m count as 1 m apart, because a
        shared centre would otherwise outweigh all others. The area itself weighs as much as
        its nearest neighbour.

    Raises
    ------
    InvalidParameterError, InvalidNeighboursError
        As `distance_band`.
    """
    if not (math.isfinite(power) and power > 0.0):
        raise InvalidParameterError("power", power, "finite and above 0")
    points, i, j, distances = _pairs_within(xy_m, distance_m)
    return Neighbours.from_pairs(
        len(points),
        i,
        j,
        np.maximum(distances, MIN_DISTANCE_M) ** -power,
        rule=f"inverse-distance:{distance_m:g}",
    )


def kernel_weights(
    xy_m: ArrayLike, bandwidth_m: float, *, kernel: str = DEFAULT_KERNEL
) -> Neighbours:
    """All areas whose centres are within a bandwidth, with weights of a kernel, 1 at distance 0.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Centres, metres, in the working CRS.
    bandwidth_m : float
        Radius of support, above 0.
    kernel : str
        Key in `spatial.density.kernels.KERNELS`.

    Returns
    -------
    Neighbours
        Weight shape(distance / bandwidth); the area itself weighs 1.

    Raises
    ------
    UnknownKernelError, InvalidParameterError, InvalidNeighboursError
        If there is no such kernel; as `distance_band`.
    """
    shape = kernel_named(kernel).shape
    points, i, j, distances = _pairs_within(xy_m, bandwidth_m)
    weights = np.asarray(shape(distances / bandwidth_m), dtype=np.float64)
    in_reach = weights > 0.0
    return Neighbours.from_pairs(
        len(points),
        i[in_reach],
        j[in_reach],
        weights[in_reach],
        self_weights=np.ones(len(points)),
        rule=f"kernel:{bandwidth_m:g}",
    )


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
    xy_m: ArrayLike, values: ArrayLike, *, steps: int = 12, allow_negative: bool = False
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
    nearest_distance = np.asarray(_tree(points).query(points, k=2)[0])[:, 1]
    typical_distance = nearest_distance[
        nearest_distance <= nearest_distance.mean() + 3.0 * nearest_distance.std()
    ]
    # Slightly more than the distance, so that rounding cannot exclude the area that defines it.
    first_distance, step = (
        float(typical_distance.max()) * (1.0 + 1e-9),
        float(nearest_distance.mean()),
    )
    if step <= 0.0:
        raise InvalidNeighboursError("all centres are at one place: no distance can be chosen")
    extent = float(np.hypot(*np.ptp(points, axis=0)))
    distances_m = [
        first_distance + peak * step
        for peak in range(steps)
        if peak < 3 or first_distance + peak * step < extent
    ]
    _, i, j, distances = _pairs_within(points, distances_m[-1])
    z_scores = []
    for distance in distances_m:
        in_band = distances <= distance
        band = Neighbours.from_pairs(len(points), i[in_band], j[in_band]).row_standardised()
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


def _pairs_within(
    xy_m: ArrayLike, distance_m: float
) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
    """Centres, and the two positions and distance of each pair of them within a distance."""
    points = checked_points(xy_m)
    if not (math.isfinite(distance_m) and distance_m > 0.0):
        raise InvalidParameterError("distance_m", distance_m, "a finite number of metres above 0")
    tree = _tree(points)
    # Counted before they are made, because a large distance includes all pairs of areas.
    _check_links(int(tree.count_neighbors(tree, distance_m)))
    pairs = tree.query_pairs(distance_m, output_type="ndarray").astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    i, j = pairs[:, 0], pairs[:, 1]
    return points, i, j, np.hypot(*(points[i] - points[j]).T)


def _check_links(links: int) -> None:
    """Refuse a structure that is too large for memory."""
    if links > MAX_LINKS:
        raise InvalidNeighboursError(
            f"{links:,} links are more than the {MAX_LINKS:,} allowed: ask for fewer or nearer"
        )


def _tree(points: FloatArray) -> "cKDTree":
    """A k-d tree of the centres; imported here, because scipy.spatial is slow to import."""
    from scipy.spatial import cKDTree

    return cKDTree(points)
