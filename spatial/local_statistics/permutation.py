"""A permutation engine for local statistics, with one table of random areas.

A local statistic of area i that is linear in its lag, the weighted sum of its neighbours'
values, has a conditional null distribution that depends on the lag alone: the value at i is
fixed, and the k neighbours get the values of k distinct other areas. Gi, Gi*, local Moran and
local join counts are such statistics, described by a `LocalStatistic`.

One table is used for all areas. Each arrangement is a random order of areas, one longer than the
largest neighbourhood; area i uses the first k that are not i, which is an exact sample of k others
without replacement. Since i itself is rarely among the first k, nearly all areas with k neighbours
have the *same* permuted sums: these are computed and sorted once, each area is looked up in them,
and only the arrangements in which an area draws itself are corrected.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import BoolArray, FloatArray, IntArray, Progress, checked_values, frozen
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
from spatial.local_statistics.draws import FEW_BEYOND, MAX_PERMUTATIONS, SORT_ABOVE
from spatial.weights.weights import Neighbours

_Counts = tuple[IntArray, IntArray]


@dataclass(frozen=True, eq=False)
class LocalStatistic:
    """A local statistic for the engine: a number that rises or falls with the lag.

    Parameters
    ----------
    values : (n,) float64
        Values to permute among the areas; finite.
    neighbours : Neighbours
        Structure over the same areas.
    slope : (n,) float64, optional
        Change of the statistic with its lag; only the sign matters. Ones by default (Gi and
        Gi* rise with their lag). Where it is 0 the statistic does not depend on the neighbours
        and the area is not tested.

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
        (no neighbours, or a statistic that is equal in all arrangements).
    p_greater, p_less : float64
        One-sided: (b + 1) / (permutations + 1), where in b arrangements the statistic is at
        least as high (or low) as observed.
    tail : int8
        1 where the observed statistic is in the upper tail, -1 where in the lower, 0 where both
        tails are equal.
    permutations, seed : int
        What they were computed with; the same again gives the same again.
    most_permutations : int
        Behind the p of the areas that were drawn further; else `permutations`.
    drawn_further : bool
        Areas whose p in a tail is from `most_permutations` arrangements.
    """

    p_value: FloatArray
    p_greater: FloatArray
    p_less: FloatArray
    tail: NDArray[np.int8]
    permutations: int
    seed: int
    most_permutations: int
    drawn_further: BoolArray

    @property
    def smallest_p(self) -> float:
        """The smallest two-sided p that these arrangements can give."""
        return 2.0 / (self.most_permutations + 1.0)

    @property
    def is_beyond_all(self) -> BoolArray:
        """(n,) bool: no arrangement was as extreme as the map."""
        nearer_p = np.minimum(self.p_greater, self.p_less)
        return np.asarray(2.0 * nearer_p <= self.smallest_p * (1.0 + 1e-9), np.bool_)


def permutation_p(
    statistic: LocalStatistic,
    *,
    permutations: int,
    most_permutations: int | None = None,
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
    most_permutations : int, optional
        Where it is more, areas with fewer than `FEW_BEYOND` arrangements beyond them in a tail
        are drawn further, up to this number; at most 999,999.
    seed : int
        At least 0. It determines all random numbers; the result does not depend on the number
        of threads.
    threads : int
        At least 1.
    on_progress : callable, optional
        Called in the calling thread as ``on_progress(done, permutations)``; an exception from
        it stops the computation.

    Returns
    -------
    PermutationP

    Raises
    ------
    InvalidParameterError
        If `permutations`, `seed` or `threads` is out of range.

    Notes
    -----
    Null hypothesis: given the value at i, its neighbours are a random sample of the other
    areas, without replacement. The smallest two-sided p is 2 / (permutations + 1).
    Arrangements that equal the observed statistic, up to rounding, count in both tails. Each
    area's p is valid on its own; the areas share their random numbers, so that the Monte Carlo
    errors of their p (about sqrt(p / permutations)) are not independent. Cost
    O(permutations x largest neighbourhood + areas x log permutations) where a row's
    weights are equal, O(permutations x links) otherwise.

    Drawing further keeps every p valid. Of a tail with R arrangements at first and N in all,
    let h be `FEW_BEYOND`. A p from R alone is at least (h + 1) / (R + 1). For x below that,
    p <= x needs a p from all N, which is at most x with probability at most x; for x above,
    every area drawn further has a first p of at most x too, so that again the probability is
    at most x.

    References
    ----------
    Anselin (1995), Geographical Analysis 27(2), section 3 (conditional permutation);
    Davison and Hinkley (1997), Bootstrap Methods, eq. 4.11 (the 1 that is added); Besag and
    Clifford (1991), Biometrika 78(2) (drawing on only where few lie beyond).
    """
    check_draws(permutations, seed, threads)
    plan = _plan(statistic)
    is_rising = statistic.slope > 0.0

    def counts(extreme_areas: IntArray | None, draws: int, stage: int) -> _Counts:
        """Arrangements at least as high, and at least as low, as the map."""
        of_stage = plan if extreme_areas is None else plan.of_areas(extreme_areas)
        rows = rows_per_block_of(draws, plan.depth)
        upper_counts, lower_counts = run_blocks(
            partial(_count_block, of_stage, draws, rows, (seed, stage)),
            draws,
            rows,
            plan.areas,
            threads=threads,
            on_progress=on_progress,
        )
        return (
            np.where(is_rising, upper_counts, lower_counts),
            np.where(is_rising, lower_counts, upper_counts),
        )

    return staged_p(
        counts,
        plan.is_random & (statistic.slope != 0.0),
        permutations=permutations,
        most_permutations=most_permutations,
        seed=seed,
    )


def staged_p(
    counts: Callable[[IntArray | None, int, int], _Counts],
    is_tested: BoolArray,
    *,
    permutations: int,
    most_permutations: int | None,
    seed: int,
) -> PermutationP:
    """P from arrangements for every area, and further ones for those far out.

    Parameters
    ----------
    counts : callable
        ``counts(areas, draws, stage)``: arrangements at least as high, and as low, as observed;
        of all areas for None.
    is_tested : (n,) bool
        Areas with a p.
    permutations, most_permutations, seed
        As for `permutation_p`.
    """
    most_permutations = permutations if most_permutations is None else most_permutations
    if not permutations <= most_permutations <= MAX_PERMUTATIONS:
        raise InvalidParameterError(
            "most_permutations", most_permutations, f"from {permutations} to {MAX_PERMUTATIONS}"
        )
    first = counts(None, permutations, 0)
    is_few = [is_tested & (tail_counts < FEW_BEYOND) for tail_counts in first]
    extreme_areas = np.flatnonzero(is_few[0] | is_few[1])
    if most_permutations == permutations or not len(extreme_areas):
        return to_p(*first, is_tested, permutations=permutations, seed=seed)
    extra_counts = counts(extreme_areas, most_permutations - permutations, 1)
    greater, less = (
        (np.where(few, first[tail] + extra_counts[tail], first[tail]), few)
        for tail, few in enumerate(is_few)
    )
    return to_p(
        greater[0],
        less[0],
        is_tested,
        permutations=permutations,
        seed=seed,
        most_permutations=most_permutations,
        drawn_further=(greater[1], less[1]),
    )


def check_draws(permutations: int, seed: int, threads: int) -> None:
    """Refuse permutations, seeds and threads that are out of range.

    Parameters
    ----------
    permutations, seed, threads : int
        As for `permutation_p`.

    Raises
    ------
    InvalidParameterError
        If one of them is out of range.
    """
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
    most_permutations: int | None = None,
    drawn_further: tuple[BoolArray, BoolArray] | None = None,
) -> PermutationP:
    """The p values from the number of arrangements at least as high, and at least as low.

    `drawn_further` says of each tail where the number is out of `most_permutations`.
    """
    if most_permutations is None or drawn_further is None:
        most_permutations = permutations
        drawn_further = (np.zeros(len(is_tested), np.bool_), np.zeros(len(is_tested), np.bool_))
    p_greater, p_less = (
        np.where(
            is_tested,
            (tail_counts + 1.0) / (np.where(is_extra, most_permutations, permutations) + 1.0),
            np.nan,
        )
        for tail_counts, is_extra in zip((greater_counts, less_counts), drawn_further, strict=True)
    )
    return PermutationP(
        p_value=frozen(np.minimum(1.0, 2.0 * np.minimum(p_greater, p_less))),
        p_greater=frozen(p_greater),
        p_less=frozen(p_less),
        tail=frozen(np.where(is_tested, np.sign(p_less - p_greater), 0).astype(np.int8)),
        permutations=permutations,
        seed=seed,
        most_permutations=most_permutations,
        drawn_further=frozen(drawn_further[0] | drawn_further[1]),
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
    """Sum of `count(block)` over all blocks of arrangements, which run in parallel.

    Parameters
    ----------
    count : callable
        ``count(block)`` returns the upper and lower counts of a block, (areas,) int64 each.
    permutations, rows, areas : int
        Number of arrangements, arrangements per block, and areas.
    threads, on_progress
        As for `permutation_p`.
    """
    upper_counts, lower_counts = np.zeros(areas, np.int64), np.zeros(areas, np.int64)
    blocks = -(-permutations // rows)
    with ThreadPoolExecutor(min(threads, blocks)) as pool:
        # One thread needs no pool. Counts are integers, so the order of blocks does not matter.
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
    """The inputs of every block, prepared once."""

    values: FloatArray
    indptr: IntArray
    weights: FloatArray
    equal_weights: bool
    counts: IntArray
    is_random: BoolArray
    low: FloatArray  # observed lag minus rounding: sums from here on are at least as high
    high: FloatArray
    groups: tuple[
        tuple[int, IntArray], ...
    ]  # number of neighbours, and the areas with so many, sorted by lag
    depth: int
    is_counted: BoolArray

    @property
    def areas(self) -> int:
        return len(self.values)

    def of_areas(self, areas: IntArray) -> "_Plan":
        """The same for some of the areas alone; counts of the others mean nothing."""
        is_counted = np.zeros(self.areas, np.bool_)
        is_counted[areas] = True
        groups = ((count, members[is_counted[members]]) for count, members in self.groups)
        return replace(
            self,
            groups=tuple((count, members) for count, members in groups if len(members)),
            is_counted=is_counted,
        )


def _plan(statistic: LocalStatistic) -> _Plan:
    """Observed lags with their tolerance, and the areas grouped by number of neighbours."""
    neighbours, values = statistic.neighbours, statistic.values.copy()
    equal_weights = neighbours.has_equal_weights
    # Equal weights are replaced by 1: scaling a row does not change p, and counts stay whole.
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
        # If all others are neighbours, every arrangement has the same sum.
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
        is_counted=np.ones(neighbours.n, np.bool_),
    )


def _count_block(
    plan: _Plan, permutations: int, rows_per_block: int, stream: tuple[int, int], block: int
) -> _Counts:
    """Number of a block's arrangements with a lag at least, and at most, the observed one."""
    rows = min(rows_per_block, permutations - block * rows_per_block)
    seed, stage = stream
    table = random_areas(plan.areas, plan.depth, rows, block_generator(seed, block, stage=stage))
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
            np.flatnonzero(plan.is_counted),
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
            plan.is_counted,
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
    """Count for areas with equally many neighbours, from the sums of that many areas."""
    low, high = plan.low[members], plan.high[members]
    if len(members) > SORT_ABOVE:
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
    """Compile the kernels, or load them from the cache, before the first request needs them."""
    values = np.array([0.0, 1.0, 2.0, 4.0])
    for weights in (None, [1.0, 0.5, 0.25]):
        line = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3], weights)
        permutation_p(LocalStatistic(values, line), permutations=9)
