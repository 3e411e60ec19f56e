"""Local spatial heteroscedasticity: where do values vary much, or little, among neighbours?"""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, Progress, frozen
from spatial.associations._kernels import add_losh, count_losh
from spatial.associations.associations import Association
from spatial.local_statistics.arrangements import (
    block_generator,
    random_areas,
    rows_per_block_of,
)
from spatial.local_statistics.getis_ord import checked_area_values
from spatial.local_statistics.permutation import PermutationP, check_draws, run_blocks, to_p
from spatial.weights.lags import lags, row_sums
from spatial.weights.weights import Neighbours

ROUNDING = 1e-10


def losh(values: ArrayLike, neighbours: Neighbours) -> Association:
    """LOSH of each area: the variance around it over that of the map.

    Parameters
    ----------
    values : (n,) float64
        Finite, not all equal.
    neighbours : Neighbours
        Structure over the same areas; the statistic does not change if a row is scaled.

    Returns
    -------
    Association
        Above 1 where values among the neighbours vary more than elsewhere; NaN at islands, which
        the means leave out, and everywhere if no area differs from the mean around it.

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError
        As `spatial.local_statistics.getis_ord.gi_star`.

    Notes
    -----
    H_i = sum_j w_ij e_j / (W_i m), with e_j = (x_j - mean around j)^2 and m its mean. The
    variance, which takes the residuals as given, is

        Var = (mean(e^2) - m^2) (n S1_i - W_i^2) / ((n - 1) m^2 W_i^2)

    References
    ----------
    Ord and Getis (2012), Annals of Regional Science 48(2); Xu, Mei and Yan (2014),
    Annals of Regional Science 52(3), on p by simulation.
    """
    checked = checked_area_values(values, neighbours.n, allow_negative=True)
    rows = neighbours.row_standardised()
    has_value = ~rows.is_island
    tested = int(has_value.sum())
    value = _losh(checked, rows)
    residual = np.where(has_value, (checked - lags(checked, rows)) ** 2, 0.0)
    mean = residual.sum() / max(tested, 1)
    weight_sum, square_sum = row_sums(rows)
    variance = np.full(len(checked), np.nan)
    if mean > 0.0 and tested > 1:
        spread = float((residual**2).sum()) / tested / mean**2 - 1.0
        of_rows = (tested * square_sum - weight_sum**2) / (tested - 1.0)
        variance[has_value] = (spread * of_rows)[has_value]
    return Association(
        value=frozen(value),
        expected=frozen(np.where(np.isnan(value), np.nan, 1.0)),
        variance=frozen(variance),
        high=frozen(value - 1.0),
        high_around=frozen(value - 1.0),
    )


def losh_p(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    permutations: int,
    seed: int = 0,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> PermutationP:
    """P of LOSH in every area: all values of the map are dealt out anew each time.

    Parameters
    ----------
    values, neighbours
        As `losh`.
    permutations, seed, threads, on_progress
        As for `spatial.local_statistics.permutation.permutation_p`.

    Returns
    -------
    PermutationP
        NaN where `losh` is.

    Raises
    ------
    InvalidParameterError
        If `permutations`, `seed` or `threads` is out of range.

    Notes
    -----
    Null hypothesis: any arrangement of the values is as likely as any other. The residuals of
    neighbours have values in common, so that dealing out the residuals themselves, as the
    chi-squared approximation does in effect, calls too many areas; here the residuals of each
    drawn map are computed. Cost O(permutations x (areas + links)).
    """
    check_draws(permutations, seed, threads)
    checked = checked_area_values(values, neighbours.n, allow_negative=True)
    rows = neighbours.row_standardised()
    observed = _losh(checked, rows)
    is_tested = np.isfinite(observed)
    limits = observed * (1.0 - ROUNDING), observed * (1.0 + ROUNDING)
    per_block = rows_per_block_of(permutations, len(checked))
    counts = run_blocks(
        partial(_count_block, checked, rows, limits, (permutations, per_block, seed)),
        permutations,
        per_block,
        len(checked),
        threads=threads,
        on_progress=on_progress,
    )
    return to_p(*counts, is_tested, permutations=permutations, seed=seed)


def _losh(values: FloatArray, rows: Neighbours) -> FloatArray:
    """The statistic, over neighbours whose weights add up to 1."""
    value = np.empty(len(values))
    add_losh(values.copy(), rows.indptr, rows.indices, rows.weights, value)
    return value


def _count_block(
    values: FloatArray,
    rows: Neighbours,
    limits: tuple[FloatArray, FloatArray],
    stream: tuple[int, int, int],
    block: int,
) -> tuple[IntArray, IntArray]:
    """Number of a block's maps with a statistic at least as high, and at least as low."""
    draws, per_block, seed = stream
    n = len(values)
    size = min(per_block, draws - block * per_block)
    table = random_areas(n, n, size, block_generator(seed, block))
    upper_counts, lower_counts = np.zeros(n, np.int64), np.zeros(n, np.int64)
    count_losh(
        table, values.copy(), rows.indptr, rows.indices, rows.weights, *limits, upper_counts,
        lower_counts,
    )  # fmt: skip
    return upper_counts, lower_counts


def compile_kernels() -> None:
    """Compile the kernels, or load them from the cache, before the first request needs them."""
    line = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3])
    losh_p(np.array([0.0, 1.0, 2.0, 4.0]), line, permutations=9)
