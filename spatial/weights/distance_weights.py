"""Neighbours by distance between centres: k nearest, within a band, or with decaying weights."""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_points
from spatial.density.kernels import DEFAULT_KERNEL, kernel_named
from spatial.errors import InvalidNeighboursError, InvalidParameterError
from spatial.weights.weights import Neighbours

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

MAX_LINKS = 50_000_000
LINKS_SAMPLE = 256  # centres whose links are counted for an estimate
MIN_DISTANCE_M = 1.0
LEAST_TOLERANCE_M = 1e-3
TOLERANCE = 1e-6


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
            f"k nearest neighbours needs k from 1 to {max(n - 1, 0)}, one less than the areas, "
            f"got {k}"
        )
    _check_links(n * k)
    tree = centre_tree(points)
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


def tolerance_m(distance_m: float) -> float:
    """How far beyond a distance a centre still counts as at that distance, metres.

    Parameters
    ----------
    distance_m : float
        Above 0.

    Returns
    -------
    float
        A millionth of the distance, at least 1 mm.

    Notes
    -----
    Centres of a lattice that are exactly a distance apart differ from it by the rounding of
    their coordinates: about 1e-10 m where they were computed, up to 1 mm where a file holds
    them to the millimetre. Without a tolerance each of them is in or out by accident. No
    centre that somebody means to leave out lies a millionth of the distance beyond it.
    """
    return max(LEAST_TOLERANCE_M, TOLERANCE * distance_m)


def distance_band(xy_m: ArrayLike, distance_m: float) -> Neighbours:
    """All areas whose centres are within a distance, each with weight 1.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Centres, metres, in the working CRS.
    distance_m : float
        Above 0; a centre at this distance, up to `tolerance_m`, is a neighbour.

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
    points, i, j, _ = pairs_within(xy_m, distance_m)
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
    points, i, j, distances = pairs_within(xy_m, distance_m)
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
        Weight shape(distance / bandwidth); the area itself weighs 1. Centres at the bandwidth,
        up to `tolerance_m`, weigh what the shape is there: neighbours for the kernels that end
        above 0, none for those that fade to 0.

    Raises
    ------
    UnknownKernelError, InvalidParameterError, InvalidNeighboursError
        If there is no such kernel; as `distance_band`.
    """
    shape = kernel_named(kernel).shape
    points, i, j, distances = pairs_within(xy_m, bandwidth_m)
    at_the_rim = distances >= bandwidth_m - tolerance_m(bandwidth_m)
    shares = np.where(at_the_rim, 1.0, distances / bandwidth_m)
    weights = np.asarray(shape(shares), dtype=np.float64)
    in_reach = weights > 0.0
    return Neighbours.from_pairs(
        len(points),
        i[in_reach],
        j[in_reach],
        weights[in_reach],
        self_weights=np.ones(len(points)),
        rule=f"kernel:{bandwidth_m:g}",
    )


def pairs_within(
    xy_m: ArrayLike, distance_m: float
) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
    """Pairs of centres within a distance, or beyond it by no more than `tolerance_m`.

    Parameters
    ----------
    xy_m, distance_m
        As `distance_band`.

    Returns
    -------
    points : (n, 2) float64
        The centres.
    i, j : (pairs,) int64
        Positions of the two centres of each pair, i < j.
    distances : (pairs,) float64
        Their distances, metres.

    Raises
    ------
    InvalidParameterError, InvalidNeighboursError
        As `distance_band`.
    """
    points = checked_points(xy_m)
    if not (math.isfinite(distance_m) and distance_m > 0.0):
        raise InvalidParameterError("distance_m", distance_m, "a finite number of metres above 0")
    tree, reach_m = centre_tree(points), distance_m + tolerance_m(distance_m)
    # Counted before they are made, because a large distance includes all pairs of areas.
    _check_links(int(tree.count_neighbors(tree, reach_m)))
    pairs = tree.query_pairs(reach_m, output_type="ndarray").astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    i, j = pairs[:, 0], pairs[:, 1]
    return points, i, j, np.hypot(*(points[i] - points[j]).T)


def expected_links(xy_m: ArrayLike, distance_m: float) -> float:
    """About the number of links within a distance, from those of some of the centres.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Centres, metres.
    distance_m : float
        Above 0.
    """
    points = checked_points(xy_m)
    sample = points[:: max(1, len(points) // LINKS_SAMPLE)]
    neighbours = centre_tree(points).query_ball_point(sample, distance_m, return_length=True)
    return float(np.mean(neighbours - 1.0)) * len(points)


def _check_links(links: int) -> None:
    """Refuse a structure that is too large for memory."""
    if links > MAX_LINKS:
        raise InvalidNeighboursError(
            f"{links:,} links are more than the {MAX_LINKS:,} allowed: ask for fewer or closer "
            "neighbours"
        )


def centre_tree(points: FloatArray) -> "cKDTree":
    """A k-d tree of the centres.

    Parameters
    ----------
    points : (n, 2) float64
        Centres, metres.
    """
    from scipy.spatial import cKDTree  # slow to import

    return cKDTree(points)
