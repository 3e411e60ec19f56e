"""Permutation p of local statistics that are made of two sums over the neighbours.

Local Geary is one of its neighbours' values and their squares, Lee's L the product of the sums of
two values: neither rises or falls with one lag, as `spatial.local_statistics.permutation` asks.
The arrangements of areas are the same as there.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from spatial.arrays import FloatArray, IntArray, Progress
from spatial.associations._kernels import correct_equal, count_equal, count_weighted
from spatial.local_statistics._permutation_kernels import add_running_sums
from spatial.local_statistics.arrangements import (
    block_generator,
    depth_of,
    random_areas,
    rows_per_block_of,
)
from spatial.local_statistics.permutation import PermutationP, check_draws, run_blocks, staged_p
from spatial.weights.lags import lags, row_sums
from spatial.weights.weights import Neighbours

_Counts = tuple[IntArray, IntArray]
ROUNDING = 1e-11  # of the largest value that a statistic could have


@dataclass(frozen=True, eq=False)
class PairStatistic:
    """A local statistic of two weighted sums over the neighbours, U and V.

    Attributes
    ----------
    u, v : (n,) float64
        Values that are summed, each with the weights of the neighbours; finite. They are dealt
        out together.
    neighbours : Neighbours
        Structure over the same areas.
    terms : (n, 4) float64
        The statistic is ``terms[:, 0] + terms[:, 1] U + terms[:, 2] V + terms[:, 3] U V``.
    """

    u: FloatArray
    v: FloatArray
    neighbours: Neighbours
    terms: FloatArray

    def value(self) -> FloatArray:
        """(n,) the statistic of the map as it is; NaN at islands."""
        u, v = lags(self.u, self.neighbours), lags(self.v, self.neighbours)
        constant, first, second, product = self.terms.T
        value = constant + first * u + second * v + product * u * v
        return np.where(self.neighbours.is_island, np.nan, value)


def pair_p(
    statistic: PairStatistic,
    *,
    permutations: int,
    most_permutations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> PermutationP:
    """Conditional permutation p of a statistic of two sums in every area.

    Parameters
    ----------
    statistic : PairStatistic
        Values, neighbours and terms.
    permutations, most_permutations, seed, threads, on_progress
        As for `spatial.local_statistics.permutation.permutation_p`.

    Returns
    -------
    PermutationP
        NaN at islands, and where all others are neighbours of equal weight.

    Raises
    ------
    InvalidParameterError
        If `permutations`, `seed` or `threads` is out of range.

    Notes
    -----
    Null hypothesis: given the values at i, its neighbours are a random sample of the other areas,
    without replacement. Cost O(permutations x areas) where a row's weights are equal,
    O(permutations x links) otherwise.
    """
    check_draws(permutations, seed, threads)
    neighbours = statistic.neighbours
    is_random = neighbours.counts > 0
    if neighbours.has_equal_weights:
        is_random = is_random & (neighbours.counts < neighbours.n - 1)
    observed = np.nan_to_num(statistic.value())
    rounding = ROUNDING * _largest(statistic)
    limits = observed - rounding, observed + rounding
    depth = depth_of(neighbours)

    def counts(extreme_areas: IntArray | None, draws: int, stage: int) -> _Counts:
        """Arrangements at least as high, and at least as low, as the map."""
        areas = np.flatnonzero(is_random) if extreme_areas is None else extreme_areas
        rows = rows_per_block_of(draws, depth)
        count = partial(_count_block, statistic, areas, limits, (draws, rows, seed, stage))
        return run_blocks(
            count, draws, rows, neighbours.n, threads=threads, on_progress=on_progress
        )

    return staged_p(
        counts,
        is_random,
        permutations=permutations,
        most_permutations=most_permutations,
        seed=seed,
    )


def _largest(statistic: PairStatistic) -> FloatArray:
    """(n,) a bound of the terms of the statistic, which its rounding is a share of."""
    weight_sum, _ = row_sums(statistic.neighbours)
    u, v = (weight_sum * np.abs(values).max() for values in (statistic.u, statistic.v))
    constant, first, second, product = np.abs(statistic.terms).T
    return np.asarray(constant + first * u + second * v + product * u * v, np.float64)


def _count_block(
    statistic: PairStatistic,
    areas: IntArray,
    limits: tuple[FloatArray, FloatArray],
    stream: tuple[int, int, int, int],
    block: int,
) -> _Counts:
    """Number of a block's arrangements at least as high, and at least as low."""
    draws, rows_per_block, seed, stage = stream
    neighbours, terms = statistic.neighbours, statistic.terms.copy()
    rows = min(rows_per_block, draws - block * rows_per_block)
    depth = depth_of(neighbours)
    table = random_areas(neighbours.n, depth, rows, block_generator(seed, block, stage=stage))
    upper_counts, lower_counts = np.zeros(neighbours.n, np.int64), np.zeros(neighbours.n, np.int64)
    u, v = statistic.u.copy(), statistic.v.copy()
    if neighbours.has_equal_weights:
        # A row's weight goes into its terms, and the sums are of values.
        weight, _ = row_sums(neighbours)
        weight /= np.maximum(neighbours.counts, 1)
        terms[:, 1:3] *= weight[:, None]
        terms[:, 3] *= weight * weight
        sums, other_sums = np.empty((depth, rows)), np.empty((depth, rows))
        add_running_sums(table, u, sums)
        add_running_sums(table, v, other_sums)
        counts, is_counted = neighbours.counts.copy(), np.zeros(neighbours.n, np.bool_)
        is_counted[areas] = True
        count_equal(sums, other_sums, areas, counts, terms, *limits, upper_counts, lower_counts)
        correct_equal(
            table, sums, other_sums, u, v, is_counted, counts, terms, *limits, upper_counts,
            lower_counts,
        )  # fmt: skip
    else:
        count_weighted(
            table, u, v, areas, neighbours.indptr, neighbours.weights, terms, *limits,
            upper_counts, lower_counts,
        )  # fmt: skip
    return upper_counts, lower_counts


def compile_kernels() -> None:
    """Compile the kernels, or load them from the cache, before the first request needs them."""
    values = np.array([0.0, 1.0, 2.0, 4.0])
    for weights in (None, [1.0, 0.5, 0.25]):
        line = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3], weights)
        pair_p(PairStatistic(values, values, line, np.ones((4, 4))), permutations=9)
