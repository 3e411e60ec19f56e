"""Neighbours made of neighbours: within several steps, and islands joined to their nearest."""

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import checked_points
from spatial.errors import InvalidNeighboursError, InvalidParameterError
from spatial.weights.distance_weights import MAX_LINKS
from spatial.weights.weights import Neighbours

MAX_ORDER = 10


def within_steps(neighbours: Neighbours, order: int) -> Neighbours:
    """All areas that so many steps from neighbour to neighbour reach, lower orders included.

    Parameters
    ----------
    neighbours : Neighbours
        Neighbours of the first order; their weights are not used.
    order : int
        Number of steps, from 1 to `MAX_ORDER`.

    Returns
    -------
    Neighbours
        With weights of one; the rule is that of the first order, a colon and the number.

    Raises
    ------
    InvalidParameterError
        If the order is out of range.
    InvalidNeighboursError
        If there are more than `MAX_LINKS` links.
    """
    if not 1 <= order <= MAX_ORDER:
        raise InvalidParameterError("order", order, f"from 1 to {MAX_ORDER}")
    from scipy.sparse import csr_array  # slow to import

    shape = (neighbours.n, neighbours.n)
    step = csr_array(
        (np.ones(neighbours.links, np.int32), neighbours.indices, neighbours.indptr), shape
    )
    reach = step
    for _ in range(order - 1):
        reach = reach + reach @ step
        reach.data[:] = 1
        if reach.nnz > MAX_LINKS:
            raise InvalidNeighboursError(
                f"more than the {MAX_LINKS:,} links allowed: ask for fewer steps"
            )
    links = reach.tocoo()
    return Neighbours.from_pairs(
        neighbours.n, links.row, links.col, directed=True, rule=f"{neighbours.rule}:{order}"
    )


def with_nearest(neighbours: Neighbours, xy_m: ArrayLike) -> Neighbours:
    """The same neighbours, and each island joined in both directions to the nearest area.

    Parameters
    ----------
    neighbours : Neighbours
        With or without islands.
    xy_m : (n, 2) float64
        Centres, metres. Of areas at equal distances the first in order is used.

    Returns
    -------
    Neighbours
        Links of islands have a weight of one. A single area stays an island.

    Raises
    ------
    InvalidPointsError
        If the centres are not finite, one for each area.
    """
    points = checked_points(xy_m)
    if len(points) != neighbours.n:
        raise InvalidNeighboursError(f"{neighbours.n} areas need as many centres")
    islands = neighbours.islands if neighbours.n > 1 else neighbours.islands[:0]
    nearest = np.empty(len(islands), np.int64)
    for k, island in enumerate(islands):
        distance = np.hypot(*(points - points[island]).T)
        distance[island] = np.inf
        nearest[k] = distance.argmin()
    origin = np.repeat(np.arange(neighbours.n), neighbours.counts)
    return Neighbours.from_pairs(
        neighbours.n,
        np.concatenate([origin, islands, nearest]),
        np.concatenate([neighbours.indices, nearest, islands]),
        np.concatenate([neighbours.weights, np.ones(2 * len(islands))]),
        directed=True,
        rule=f"{neighbours.rule}+nearest",
    )
