"""Sums over the neighbours of each area: spatial lags, and sums of weights."""

import numpy as np

from spatial.arrays import FloatArray, IndexArray, IntArray
from spatial.compiled import compiled
from spatial.weights.weights import Neighbours


def lags(values: FloatArray, neighbours: Neighbours) -> FloatArray:
    """(n,) weighted sum of the neighbours' values, without the area itself.

    Parameters
    ----------
    values : (n,) float64
        One value per area.
    neighbours : Neighbours
        Structure over the same areas.
    """
    out = np.zeros(neighbours.n)
    # A copy, because the kernel is compiled for writable values and a read-only structure.
    _add_lags(neighbours.indptr, neighbours.indices, neighbours.weights, values.copy(), out)
    return out


def row_sums(neighbours: Neighbours) -> tuple[FloatArray, FloatArray]:
    """(n,) sum and sum of squares of each row's weights, without the area itself.

    Parameters
    ----------
    neighbours : Neighbours
        Structure over n areas.
    """
    sums, squares = np.zeros(neighbours.n), np.zeros(neighbours.n)
    _add_row_sums(neighbours.indptr, neighbours.weights, sums, squares)
    return sums, squares


@compiled
def _add_lags(
    indptr: IntArray, indices: IndexArray, weights: FloatArray, values: FloatArray, out: FloatArray
) -> None:
    """Add to each area the weighted values of its neighbours."""
    for i in range(len(out)):
        total = 0.0
        for link in range(indptr[i], indptr[i + 1]):
            total += weights[link] * values[indices[link]]
        out[i] += total


@compiled
def _add_row_sums(
    indptr: IntArray, weights: FloatArray, sums: FloatArray, squares: FloatArray
) -> None:
    """Add to each area the sum, and the sum of squares, of its weights."""
    for i in range(len(sums)):
        for link in range(indptr[i], indptr[i + 1]):
            sums[i] += weights[link]
            squares[i] += weights[link] * weights[link]
