"""Whole numbers that add up: totals shared out, and values spread evenly over rows."""

from collections.abc import Sequence

import numpy as np

from spatial.arrays import FloatArray, IntArray


def shared_out(total: int, shares: FloatArray) -> IntArray:
    """(n,) whole numbers in proportion to the shares, as near as they can be, that sum to total.

    References
    ----------
    The method of largest remainders (Hamilton).
    """
    exact = total * shares / shares.sum()
    counts: IntArray = np.floor(exact).astype(np.int64)
    missing = total - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:missing]] += 1
    return counts


def dealt(counts: IntArray, *, rng: np.random.Generator) -> IntArray:
    """(sum of counts,) each number as often as it counts, shuffled."""
    return rng.permutation(np.repeat(np.arange(len(counts)), counts))


def spread_evenly(
    groups: Sequence[IntArray], shares: FloatArray, n: int, *, rng: np.random.Generator
) -> IntArray:
    """(n,) choices such that each group of rows has its share of each choice, within one row.

    Independent draws would leave the share of a small group off by several per cent.
    """
    edges = np.cumsum(shares / shares.sum())
    chosen = np.empty(n, dtype=np.int64)
    for rows in groups:
        places = (np.arange(len(rows)) + rng.random()) / max(len(rows), 1)
        picked = np.searchsorted(edges, rng.permutation(places), side="right")
        chosen[rows] = np.minimum(picked, len(shares) - 1)
    return chosen
