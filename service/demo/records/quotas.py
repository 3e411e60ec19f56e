"""Whole numbers with exact totals: apportionment, and values spread evenly over rows."""

from collections.abc import Sequence

import numpy as np

from spatial.arrays import FloatArray, IntArray


def apportion(total: int, shares: FloatArray) -> IntArray:
    """(n,) whole numbers that sum to total, as nearly proportional to the shares as possible.

    References
    ----------
    The method of largest remainders (Hamilton).
    """
    exact = total * shares / shares.sum()
    counts: IntArray = np.floor(exact).astype(np.int64)
    missing = total - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:missing]] += 1
    return counts


def deal_out(counts: IntArray, *, rng: np.random.Generator) -> IntArray:
    """(sum of counts,) each index as often as its count, shuffled."""
    return rng.permutation(np.repeat(np.arange(len(counts)), counts))


def spread_evenly(
    groups: Sequence[IntArray], shares: FloatArray, n: int, *, rng: np.random.Generator
) -> IntArray:
    """(n,) choices such that each group of rows has its share of each choice, within one row.

    Independent draws would leave the share of a small group off by several per cent.
    """
    edges = np.cumsum(shares / shares.sum())
    choices = np.empty(n, dtype=np.int64)
    for rows in groups:
        quantiles = (np.arange(len(rows)) + rng.random()) / max(len(rows), 1)
        choice_index = np.searchsorted(edges, rng.permutation(quantiles), side="right")
        choices[rows] = np.minimum(choice_index, len(shares) - 1)
    return choices
