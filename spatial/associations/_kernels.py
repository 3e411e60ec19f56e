"""The inner loops of local associations: see `pair_sums` and `losh`."""

import numpy as np

from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray
from spatial.compiled import compiled


@compiled
def count_equal(
    sums: FloatArray,
    other_sums: FloatArray,
    areas: IntArray,
    counts: IntArray,
    terms: FloatArray,
    low: FloatArray,
    high: FloatArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """Arrangements in which a statistic of two sums is at least as high, and as low.

    `sums` and `other_sums` have the sums of the first 1, 2, 3 ... areas of each arrangement;
    `terms` is what the statistic adds, and what it multiplies the sums and their product by.
    """
    for area in areas:
        constant, first, second, product = terms[area]
        u, v = sums[counts[area] - 1], other_sums[counts[area] - 1]
        upper_count, lower_count = 0, 0
        for row in range(len(u)):
            value = constant + first * u[row] + second * v[row] + product * u[row] * v[row]
            upper_count += value >= low[area]
            lower_count += value <= high[area]
        upper_counts[area] += upper_count
        lower_counts[area] += lower_count


@compiled
def correct_equal(
    table: IndexArray,
    sums: FloatArray,
    other_sums: FloatArray,
    values: FloatArray,
    other_values: FloatArray,
    is_counted: BoolArray,
    counts: IntArray,
    terms: FloatArray,
    low: FloatArray,
    high: FloatArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """Where an area is among its own drawn neighbours, use the next area instead."""
    depth, rows = table.shape
    for position in range(depth):
        for row in range(rows):
            area = table[position, row]
            count = counts[area]
            if position >= count or not is_counted[area]:
                continue
            constant, first, second, product = terms[area]
            u, v = sums[count - 1, row], other_sums[count - 1, row]
            value = constant + first * u + second * v + product * u * v
            u, v = sums[count, row] - values[area], other_sums[count, row] - other_values[area]
            corrected = constant + first * u + second * v + product * u * v
            upper_counts[area] += int(corrected >= low[area]) - int(value >= low[area])
            lower_counts[area] += int(corrected <= high[area]) - int(value <= high[area])


@compiled
def count_weighted(
    table: IndexArray,
    values: FloatArray,
    other_values: FloatArray,
    areas: IntArray,
    indptr: IntArray,
    weights: FloatArray,
    terms: FloatArray,
    low: FloatArray,
    high: FloatArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """As `count_equal` for weights that differ; an area that is drawn for itself is left out."""
    rows = table.shape[1]
    for area in areas:
        constant, first, second, product = terms[area]
        start, end = indptr[area], indptr[area + 1]
        upper_count, lower_count = 0, 0
        for row in range(rows):
            u, v, position = 0.0, 0.0, 0
            for link in range(start, end):
                if table[position, row] == area:
                    position += 1
                drawn = table[position, row]
                u += weights[link] * values[drawn]
                v += weights[link] * other_values[drawn]
                position += 1
            value = constant + first * u + second * v + product * u * v
            upper_count += value >= low[area]
            lower_count += value <= high[area]
        upper_counts[area] += upper_count
        lower_counts[area] += lower_count


@compiled
def add_losh(
    values: FloatArray, indptr: IntArray, indices: IndexArray, weights: FloatArray, out: FloatArray
) -> None:
    """Fill `out` with the mean squared residual around each area over that of the map.

    Weights of each row add up to 1; NaN where an area has no neighbour.
    """
    n = len(values)
    residuals = np.empty(n)
    total, tested = 0.0, 0
    for i in range(n):
        if indptr[i] == indptr[i + 1]:
            residuals[i] = 0.0
            continue
        mean = 0.0
        for link in range(indptr[i], indptr[i + 1]):
            mean += weights[link] * values[indices[link]]
        residuals[i] = (values[i] - mean) ** 2
        total += residuals[i]
        tested += 1
    for i in range(n):
        out[i] = np.nan
        if indptr[i] < indptr[i + 1] and total > 0.0:
            around = 0.0
            for link in range(indptr[i], indptr[i + 1]):
                around += weights[link] * residuals[indices[link]]
            out[i] = around * tested / total


@compiled
def count_losh(
    table: IndexArray,
    values: FloatArray,
    indptr: IntArray,
    indices: IndexArray,
    weights: FloatArray,
    low: FloatArray,
    high: FloatArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """Maps of dealt values in which the statistic is at least as high, and as low."""
    n, rows = table.shape
    dealt, statistic = np.empty(n), np.empty(n)
    for row in range(rows):
        for i in range(n):
            dealt[i] = values[table[i, row]]
        add_losh(dealt, indptr, indices, weights, statistic)
        for i in range(n):
            upper_counts[i] += statistic[i] >= low[i]
            lower_counts[i] += statistic[i] <= high[i]
