"""Which sums of weights give away one of their parts, by dominance and by p-ratio."""

import numpy as np
from numpy.typing import ArrayLike

from service.disclosure.policies import DisclosurePolicy
from spatial.arrays import BoolArray, FloatArray, IntArray, checked_point_weights


def hidden_sums(
    cells: IntArray, weights: ArrayLike, policy: DisclosurePolicy, *, size: int
) -> BoolArray:
    """Whether the sum of weights of each cell is hidden, apart from what hides its count.

    Parameters
    ----------
    cells : (n,) int64
        The cell of each record, from 0; below 0: of none.
    weights : (n,) array-like
        At least 0.
    policy : DisclosurePolicy
        Without `dominance_n` and `p_ratio` nothing is hidden.
    size : int
        Number of cells.

    Notes
    -----
    Dominance (n, k): the n largest weights are at least the share k of the sum. p-ratio: all but
    the two largest together are less than p of the largest, so that the second could estimate it
    too well; with weights of 0 only it is hidden too, because they would all be known. A cell
    without records has no sum to give away.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, section 4.2.
    """
    is_hidden = np.zeros(size, dtype=bool)
    is_counted = np.asarray(cells) >= 0
    cells = np.asarray(cells)[is_counted]
    values = checked_point_weights(weights, len(is_counted))[is_counted]
    order = np.lexsort((-values, cells))
    cells, values = cells[order], values[order]
    records = np.bincount(cells, minlength=size)
    rank = np.arange(len(cells)) - (np.cumsum(records) - records)[cells]

    def sums(is_part: BoolArray) -> FloatArray:
        return np.bincount(cells, np.where(is_part, values, 0.0), size).astype(np.float64)

    total = sums(rank >= 0)
    if policy.dominance_n is not None and policy.dominance_share is not None:
        largest = sums(rank < policy.dominance_n)
        is_hidden |= (total > 0) & (largest >= policy.dominance_share * total)
    if policy.p_ratio is not None:
        rest = sums(rank >= 2)
        first = sums(rank == 0)
        is_hidden |= (records > 0) & ((rest < policy.p_ratio * first) | (first == 0))
    return is_hidden
