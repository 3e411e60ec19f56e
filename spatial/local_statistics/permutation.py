"""One permutation engine for every local statistic, by one table of random areas.

A local statistic of area i that is linear in its lag, the weighted sum of its neighbours'
values, has a conditional null that depends on the lag alone: the value at i stays, the
others are dealt out at random, so that the k neighbours hold k distinct other areas. Gi,
Gi*, local Moran and local join counts are such statistics, and are injected as a
`LocalStatistic`.

One table serves all areas. A row of it is a random order of areas, as long as the largest
neighbourhood and one more; area i takes the first k that are not i, which is an exact
sample of k others without replacement. Since i itself is rarely among the first k, nearly
every area with k neighbours has the *same* permuted sums: they are summed and sorted once,
the areas look themselves up, and only the rows in which an area meets itself are put right.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import BoolArray, FloatArray, IntArray, checked_values, frozen
from spatial.errors import InvalidParameterError
from spatial.local_statistics._permutation_kernels import (
    add_lags_and_weight_sums,
    add_running_sums,
    correct_self_draws,
    correct_weighted_self_draws,
    count_against,
    count_weighted,
)
from spatial.local_statistics.arrangements import (
    block_generator,
    depth_of,
    random_areas,
    rows_per_block_of,
)
from spatial.weights.weights import Neighbours

MAX_PERMUTATIONS = 999_999
Progress = Callable[[int, int], None]
_Counts = tuple[IntArray, IntArray]

# A class of areas with equally many neighbours is sorted when it is larger than this;
# below, comparing with every permuted sum is quicker than sorting them.
_SORT_ABOVE = 64


@dataclass(frozen=True, eq=False)
class LocalStatistic:
    """A local statistic as the engine sees it: a number that rises or falls with the lag.

    Parameters
    ----------
    values : (n,) float64
        What is dealt out among the areas; finite.
    neighbours : Neighbours
        Structure over the same areas.
    slope : (n,) float64, optional
        Change of the statistic with its lag; only the sign matters. Ones by default (Gi and
        Gi* rise with their lag). Where it is 0 the statistic has one value whatever its
        neighbours, and the area is not tested.

    Raises
    ------
    InvalidValuesError
        If values or slopes are not finite, one per area.
    """

    values: FloatArray
    neighbours: Neighbours
    slope: FloatArray

    def __init__(
        self, values: ArrayLike, neighbours: Neighbours, *, slope: ArrayLike | None = None
    ) -> None:
        area_values = checked_values(values, name="values", areas=neighbours.n)
        slopes = np.ones(neighbours.n) if slope is None else slope
        object.__setattr__(self, "values", area_values)
        object.__setattr__(self, "neighbours", neighbours)
        object.__setattr__(self, "slope", checked_values(slopes, name="slope", areas=neighbours.n))


@dataclass(frozen=True, eq=False)
class PermutationP:
    """Permutation p of each area; read-only (n,) arrays.

    Attributes
    ----------
    p_value : float64
        Two-sided: min(1, 2 min(p_greater, p_less)); NaN where the area was not tested
        (no neighbours, or a statistic that no arrangement can change).
    p_greater, p_less : float64
        One-sided, (b + 1) / (permutations + 1) with b the arrangements at least as high (as
        low) as the map's.
    tail : int8
        1 where the map is in the upper tail, -1 in the lower, 0 where neither is nearer.
    permutations, seed : int
        What they were computed with; the same again gives the same again.
    """

    p_value: FloatArray
    p_greater: FloatArray
    p_less: FloatArray
    tail: NDArray[np.int8]
    permutations: int
    seed: int


def default_permutations(areas: int) -> int:
    """Arrangements that let a single area be called: 99,999 up to 5,000 areas, then 9,999."""
    return 99_999 if areas <= 5_000 else 9_999


def permutation_p(
    statistic: LocalStatistic,
    *,
    permutations: int,
    seed: int = 0,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> PermutationP:
    """Conditional permutation p of a local statistic in every area.

    Parameters
    ----------
    statistic : LocalStatistic
        Values, neighbours, and the direction of the statistic.
    permutations : int
        Random arrangements, 1 to 999,999.
    seed : int
        At least 0. The answer depends on it and on nothing else that is random: the number
        of threads changes nothing.
    threads : int
        At least 1.
    on_progress : callable, optional
        Called in this thread as ``on_progress(done, permutations)``; what it raises ends
        the work.

    Returns
    -------
    PermutationP

    Raises
    ------
    InvalidParameterError
        If `permutations`, `seed` or `threads` is out of range.

    Notes
    -----
    Null hypothesis: given the value at i, its neighbours are a random choice of the other
    areas, without replacement. Two-sided, so the smallest p is 2 / (permutations + 1).
    Arrangements that tie with the map, up to rounding, count in both tails. Each area's p
    is exact; the areas share their random numbers, so that the errors of their p values
    (about sqrt(p / permutations)) are not independent of one another. Cost
    O(permutations x largest neighbourhood + areas x log permutations) where a row's
    weights are equal, O(permutations x links) otherwise.

    References
    ----------
    Anselin (1995), Geographical Analysis 27(2), section 3 (conditional permutation);
    Davison and Hinkley (1997), Bootstrap Methods, eq. 4.11 (the 1 that is added).
    """
    check_draws(permutations, seed, threads)
    plan = _plan(statistic)
    rows = rows_per_block_of(permutations, plan.depth)
    count = partial(_count_block, plan, permutations, rows, seed)
    upper_counts, lower_counts = run_blocks(
        count, permutations, rows, plan.areas, threads=threads, on_progress=on_progress
    )
    is_rising = statistic.slope > 0.0
    greater_counts = np.where(is_rising, upper_counts, lower_counts)
    less_counts = np.where(is_rising, lower_counts, upper_counts)
    is_tested = plan.is_random & (statistic.slope != 0.0)
    return to_p(greater_counts, less_counts, is_tested, permutations=permutations, seed=seed)


def check_draws(permutations: int, seed: int, threads: int) -> None:
    """Refuse numbers of arrangements, seeds and threads that have no meaning."""
    if not 1 <= permutations <= MAX_PERMUTATIONS:
        raise InvalidParameterError("permutations", permutations, f"from 1 to {MAX_PERMUTATIONS}")
    if seed < 0:
        raise InvalidParameterError("seed", seed, "at least 0")
    if threads < 1:
        raise InvalidParameterError("threads", threads, "at least 1")


def to_p(
    greater_counts: IntArray,
    less_counts: IntArray,
    is_tested: BoolArray,
    *,
    permutations: int,
    seed: int,
) -> PermutationP:
    """The p values from the number of arrangements at least as high, and at least as low."""
    p_greater = np.where(is_tested, (greater_counts + 1.0) / (permutations + 1.0), np.nan)
    p_less = np.where(is_tested, (less_counts + 1.0) / (permutations + 1.0), np.nan)
    return PermutationP(
        p_value=frozen(np.minimum(1.0, 2.0 * np.minimum(p_greater, p_less))),
        p_greater=frozen(p_greater),
        p_less=frozen(p_less),
        tail=frozen(np.where(is_tested, np.sign(less_counts - greater_counts), 0).astype(np.int8)),
        permutations=permutations,
        seed=seed,
    )


def run_blocks(
    count: Callable[[int], _Counts],
    permutations: int,
    rows: int,
    areas: int,
    *,
    threads: int,
    on_progress: Progress | None,
) -> _Counts:
    """Sum of `count(block)` over all blocks of arrangements, in any order of threads."""
    upper_counts, lower_counts = np.zeros(areas, np.int64), np.zeros(areas, np.int64)
    blocks = -(-permutations // rows)
    with ThreadPoolExecutor(min(threads, blocks)) as pool:
        # One thread needs no pool; counts are integers, so their order is of no consequence.
        block_counts = (
            map(count, range(blocks)) if threads == 1 else pool.map(count, range(blocks))
        )
        try:
            for block, (block_upper, block_lower) in enumerate(block_counts):
                upper_counts += block_upper
                lower_counts += block_lower
                if on_progress is not None:
                    on_progress(min((block + 1) * rows, permutations), permutations)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return upper_counts, lower_counts


@dataclass(frozen=True, eq=False)
class _Plan:
    """What every block needs to know, worked out once."""

    values: FloatArray
    indptr: IntArray
    weights: FloatArray
    equal_weights: bool
    counts: IntArray
    is_random: BoolArray
    low: FloatArray  # observed lag less its rounding: at or above is as high as the map
    high: FloatArray
    groups: tuple[tuple[int, IntArray], ...]  # neighbours, areas with so many by their lag
    depth: int

    @property
    def areas(self) -> int:
        return len(self.values)


def _plan(statistic: LocalStatistic) -> _Plan:
    """Observed lags with their tolerance, and the areas grouped by number of neighbours."""
    neighbours, values = statistic.neighbours, statistic.values.copy()
    equal_weights = neighbours.has_equal_weights
    # Equal weights are taken as 1: scaling a row cannot change the p, and counts stay whole.
    weights = frozen(np.ones(neighbours.links)) if equal_weights else neighbours.weights
    lags, weight_sums = np.zeros(neighbours.n), np.zeros(neighbours.n)
    add_lags_and_weight_sums(
        neighbours.indptr, neighbours.indices, weights, values, lags, weight_sums
    )
    rounding = (
        64.0 * np.finfo(np.float64).eps * weight_sums * float(np.abs(values).max(initial=0.0))
    )
    counts = neighbours.counts
    is_random = counts > 0
    if equal_weights:
        # All others are neighbours: every arrangement has the same sum.
        is_random = is_random & (counts < neighbours.n - 1)
    groups = []
    for count in np.unique(counts[is_random]):
        members = np.flatnonzero((counts == count) & is_random)
        groups.append((int(count), members[np.argsort(lags[members], kind="stable")]))
    return _Plan(
        values=values,
        indptr=neighbours.indptr,
        weights=weights,
        equal_weights=equal_weights,
        counts=counts.copy(),
        is_random=is_random,
        low=lags - rounding,
        high=lags + rounding,
        groups=tuple(groups),
        depth=depth_of(neighbours),
    )


def _count_block(
    plan: _Plan, permutations: int, rows_per_block: int, seed: int, block: int
) -> _Counts:
    """In how many of one block's arrangements each lag is at least, at most, the map's."""
    rows = min(rows_per_block, permutations - block * rows_per_block)
    table = random_areas(plan.areas, plan.depth, rows, block_generator(seed, block))
    upper_counts, lower_counts = np.zeros(plan.areas, np.int64), np.zeros(plan.areas, np.int64)
    if not plan.groups:
        return upper_counts, lower_counts
    if plan.equal_weights:
        sums = np.empty((plan.depth, rows))
        add_running_sums(table, plan.values, sums)
        for count, members in plan.groups:
            _count_group(sums[count - 1], plan, members, upper_counts, lower_counts)
        correct_self_draws(
            table, sums, plan.values, plan.counts, plan.low, plan.high, upper_counts, lower_counts
        )
    else:
        drawn_values = plan.values[table]
        count_weighted(
            plan.indptr,
            plan.weights,
            drawn_values,
            plan.low,
            plan.high,
            upper_counts,
            lower_counts,
        )
        correct_weighted_self_draws(
            table,
            drawn_values,
            plan.indptr,
            plan.weights,
            plan.low,
            plan.high,
            upper_counts,
            lower_counts,
        )
    return upper_counts, lower_counts


def _count_group(
    sums: FloatArray,
    plan: _Plan,
    members: IntArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """Compare the areas that have equally many neighbours with the sums of as many areas."""
    low, high = plan.low[members], plan.high[members]
    if len(members) > _SORT_ABOVE:
        sorted_sums = np.sort(sums)
        upper_counts[members] = len(sums) - np.searchsorted(sorted_sums, low, side="left")
        lower_counts[members] = np.searchsorted(sorted_sums, high, side="right")
    else:
        group_upper, group_lower = (
            np.zeros(len(members), np.int64),
            np.zeros(len(members), np.int64),
        )
        count_against(sums, low, high, group_upper, group_lower)
        upper_counts[members] = group_upper
        lower_counts[members] = group_lower


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    line = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3])
    weighted_line = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3], [1.0, 0.5, 0.25])
    values = np.array([0.0, 1.0, 2.0, 4.0])
    for structure in (line, weighted_line):
        permutation_p(LocalStatistic(values, structure), permutations=9)
