"""How many random arrangements are drawn, what they can tell, and what they cost."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from spatial.local_statistics.arrangements import depth_of
from spatial.weights.weights import Neighbours

MAX_PERMUTATIONS = 999_999
FEW_BEYOND = 10
"""An area with fewer arrangements than this beyond it in a tail is worth drawing further for."""
SORT_ABOVE = 64
"""A class of areas with equally many neighbours is sorted when it is larger than this; below,
comparing with every permuted sum is quicker than sorting them."""


@dataclass(frozen=True)
class Draws:
    """How many arrangements are drawn: for every area, and for those still far out after it.

    Attributes
    ----------
    permutations : int
        For every area; 0 for the analytic p alone.
    most_permutations : int
        For the areas with fewer than `FEW_BEYOND` arrangements beyond them; the same number
        where nothing is drawn further.
    """

    permutations: int
    most_permutations: int

    @classmethod
    def exactly(cls, permutations: int) -> Self:
        """The same number for every area."""
        return cls(permutations, permutations)

    @property
    def further(self) -> int:
        """Arrangements beyond the first."""
        return self.most_permutations - self.permutations


def default_permutations(areas: int) -> int:
    """Arrangements for every area by default: 99,999 up to 5,000 areas, then 9,999."""
    return 99_999 if areas <= 5_000 else 9_999


def default_draws(areas: int) -> Draws:
    """Arrangements that let the most extreme areas of a map be called.

    Parameters
    ----------
    areas : int
        Number of areas tested together.

    Returns
    -------
    Draws
        `default_permutations` for every area; for the extreme ones as many as let a single
        area be called at a false discovery rate of 0.05, at most `MAX_PERMUTATIONS`.
    """
    permutations = default_permutations(areas)
    needed = min(permutations_that_tell(areas), MAX_PERMUTATIONS)
    return Draws(permutations, max(permutations, needed))


def permutations_that_tell(areas: int, *, together: int = 1, alpha: float = 0.05) -> int:
    """Arrangements after which so many areas, beyond them all, are called.

    Parameters
    ----------
    areas : int
        Number of areas tested.
    together : int
        Areas that are extreme together.
    alpha : float
        False discovery rate, above 0 and below 1.

    Returns
    -------
    int
        The least R with ``areas * 2 / (R + 1) / together <= alpha``.
    """
    return max(1, math.ceil(2.0 * areas / (alpha * together) * (1.0 - 1e-12)) - 1)


def permutation_work(neighbours: Neighbours, permutations: int) -> int:
    """Sums and comparisons that so many arrangements cost, about one nanosecond each.

    Where the weights of every row are equal the areas with equally many neighbours share
    their sums and look themselves up; otherwise each link is weighed in each arrangement.
    """
    if not neighbours.has_equal_weights:
        return permutations * max(neighbours.n, neighbours.links)
    group_sizes = np.bincount(neighbours.counts)
    compared = int(np.minimum(group_sizes, SORT_ABOVE).sum()) + depth_of(neighbours)
    return permutations * (compared + neighbours.n // 100)
