"""A null hypothesis for rates: every person has the same risk.

Rates over unequal denominators are not exchangeable: a village's rate varies more by chance than a
city's, so that permuting rates gives every area the wrong variance. Here incidents are distributed
over people at random instead.
"""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import FloatArray, IndexArray, IntArray, Progress
from spatial.compiled import compiled
from spatial.errors import InvalidValuesError
from spatial.local_statistics.arrangements import block_generator
from spatial.local_statistics.getis_ord import checked_area_values, gi_star
from spatial.local_statistics.permutation import (
    PermutationP,
    check_draws,
    run_blocks,
    to_p,
)
from spatial.weights.lags import row_sums
from spatial.weights.weights import Neighbours


def poisson_p(
    counts: ArrayLike,
    denominators: ArrayLike,
    neighbours: Neighbours,
    *,
    permutations: int,
    star: bool = True,
    seed: int = 0,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> PermutationP:
    """Monte Carlo p of Gi* (or Gi) of rates, with incidents redrawn given the denominators.

    Parameters
    ----------
    counts : (n,) float64
        Incidents per area: whole numbers, at least 0.
    denominators : (n,) float64
        Above 0 in every area; omit areas without one (`Neighbours.subset`).
    neighbours : Neighbours
        Structure over the same areas.
    permutations : int
        Redrawn maps, 1 to 999,999.
    star : bool
        Gi* or Gi.
    seed, threads, on_progress
        As `spatial.local_statistics.permutation.permutation_p`.

    Returns
    -------
    PermutationP
        NaN where z is NaN: at islands for Gi, and where its variance is zero. Unlike under
        permutation, the Gi* of an island is tested, because its own incidents are redrawn.

    Raises
    ------
    InvalidValuesError
        If a count is not a whole number, or a denominator not above 0.
    TooFewAreasError, ConstantValuesError, InvalidParameterError
        As `gi_star` and `permutation_p`.

    Notes
    -----
    Null hypothesis: each incident is equally likely in every unit of the denominator. Given
    their total, independent Poisson counts are multinomial with probabilities in proportion to
    the denominators; this is drawn, so that the overall rate need not be known and the p is
    exact. Areas are compared by z score, with the mean and variance of each redrawn map. If
    risk differs between areas for reasons that are not spatial (it nearly always does), the map
    varies more than Poisson; z accounts for that in its S, but the test is then too strict for
    areas with small denominators. Cost O(permutations x (areas + links)).

    References
    ----------
    Besag and Newell (1991), JRSS A 154(1) (Monte Carlo given the population); Davison and
    Hinkley (1997), Bootstrap Methods, eq. 4.11.
    """
    check_draws(permutations, seed, threads)
    count = checked_area_values(counts, neighbours.n, allow_constant=True)
    denominator = checked_area_values(denominators, neighbours.n, allow_constant=True)
    if np.any(count != np.round(count)):
        raise InvalidValuesError("counts", "must be whole numbers to be redrawn, not weights")
    if np.any(denominator <= 0.0):
        raise InvalidValuesError("denominators", "must be above 0 in every area")
    observed_map = gi_star(count / denominator, neighbours, star=star)
    weight_sum, weight_sq = row_sums(neighbours)
    self_weight = neighbours.self_weights if star else np.zeros(neighbours.n)
    weight_sum, weight_sq = weight_sum + self_weight, weight_sq + self_weight * self_weight
    others_count = neighbours.n if star else neighbours.n - 1.0
    leverage = np.maximum((others_count * weight_sq - weight_sum**2) / (others_count - 1.0), 0.0)
    is_tested = np.isfinite(observed_map.z_score)
    rows = int(min(max(-(-permutations // 8), 128), max(2**20 // neighbours.n, 128), 4096))
    draw = partial(
        _count_block,
        neighbours,
        (count.sum(), denominator, self_weight.copy(), weight_sum, leverage),
        observed_map.z_score.copy(),
        star,
        (permutations, rows, seed),
    )
    upper_counts, lower_counts = run_blocks(
        draw, permutations, rows, neighbours.n, threads=threads, on_progress=on_progress
    )
    return to_p(upper_counts, lower_counts, is_tested, permutations=permutations, seed=seed)


def _count_block(
    neighbours: Neighbours,
    null: tuple[float, FloatArray, FloatArray, FloatArray, FloatArray],
    z_score: FloatArray,
    star: bool,
    draws: tuple[int, int, int],
    block: int,
) -> tuple[IntArray, IntArray]:
    """Number of a block's redrawn maps with a z at least, and at most, the observed one."""
    total, denominator, self_weight, weight_sum, leverage = null
    permutations, rows_per_block, seed = draws
    rows = min(rows_per_block, permutations - block * rows_per_block)
    drawn_counts = block_generator(seed, block).multinomial(
        int(total), denominator / denominator.sum(), size=rows
    )
    upper_counts, lower_counts = (
        np.zeros(len(denominator), np.int64),
        np.zeros(len(denominator), np.int64),
    )
    _compare_maps(
        neighbours.indptr,
        neighbours.indices,
        neighbours.weights,
        self_weight,
        weight_sum,
        leverage,
        drawn_counts,
        denominator,
        z_score,
        star,
        upper_counts,
        lower_counts,
    )
    return upper_counts, lower_counts


def compile_kernels() -> None:
    """Compile the kernels, or load them from the cache, before the first request needs them."""
    line = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3])
    poisson_p([0, 1, 2, 4], [10, 10, 20, 10], line, permutations=9)


@compiled
def _compare_maps(
    indptr: IntArray,
    indices: IndexArray,
    weights: FloatArray,
    self_weight: FloatArray,
    weight_sum: FloatArray,
    leverage: FloatArray,
    drawn_counts: NDArray[np.int64],
    denominator: FloatArray,
    z_score: FloatArray,
    star: bool,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """Count the redrawn maps in which an area's z is at least, and at most, the observed one."""
    rows, n = drawn_counts.shape
    deviations = np.empty(n)
    others_count = float(n) if star else n - 1.0
    for row in range(rows):
        mean = 0.0
        for i in range(n):
            deviations[i] = drawn_counts[row, i] / denominator[i]
            mean += deviations[i]
        mean /= n
        squares = 0.0
        for i in range(n):
            deviations[i] -= mean
            squares += deviations[i] * deviations[i]
        for i in range(n):
            lag = self_weight[i] * deviations[i]
            for link in range(indptr[i], indptr[i + 1]):
                lag += weights[link] * deviations[indices[link]]
            # For Gi, mean and variance are those of the other areas.
            shift = 0.0 if star else -deviations[i] / others_count
            spread = squares / others_count
            if not star:
                spread = (squares - deviations[i] * deviations[i]) / others_count - shift * shift
            scale = spread * leverage[i]
            # A map without variance counts in both tails.
            z, is_constant = 0.0, scale <= 0.0
            if not is_constant:
                z = (lag - weight_sum[i] * shift) / np.sqrt(scale)
            slack = 1e-9 * max(1.0, abs(z_score[i]))
            upper_counts[i] += is_constant or z >= z_score[i] - slack
            lower_counts[i] += is_constant or z <= z_score[i] + slack
