"""The inner loops of the permutation engine: see `spatial.local_statistics.permutation`."""

import numpy as np

from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray
from spatial.compiled import compiled


@compiled
def add_lags_and_weight_sums(
    indptr: IntArray,
    indices: IndexArray,
    weights: FloatArray,
    values: FloatArray,
    lags: FloatArray,
    weight_sums: FloatArray,
) -> None:
    """Add to each area its lag and the sum of its weights."""
    for i in range(len(lags)):
        for link in range(indptr[i], indptr[i + 1]):
            lags[i] += weights[link] * values[indices[link]]
            weight_sums[i] += weights[link]


@compiled
def add_running_sums(table: IndexArray, values: FloatArray, sums: FloatArray) -> None:
    """Sum of the first 1, 2, 3 ... values of each arrangement."""
    depth, rows = table.shape
    for row in range(rows):
        sums[0, row] = values[table[0, row]]
    for position in range(1, depth):
        for row in range(rows):
            sums[position, row] = sums[position - 1, row] + values[table[position, row]]


@compiled
def count_against(
    sums: FloatArray,
    low: FloatArray,
    high: FloatArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """How many sums are at or above each low, and at or below each high."""
    for i in range(len(low)):
        upper_count, lower_count = 0, 0
        for row in range(len(sums)):
            upper_count += sums[row] >= low[i]
            lower_count += sums[row] <= high[i]
        upper_counts[i] += upper_count
        lower_counts[i] += lower_count


@compiled
def correct_self_draws(
    table: IndexArray,
    sums: FloatArray,
    values: FloatArray,
    counts: IntArray,
    low: FloatArray,
    high: FloatArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """Where an area is among its own drawn neighbours, use the next area instead."""
    depth, rows = table.shape
    others_count = len(values) - 1
    for position in range(depth):
        for row in range(rows):
            area = table[position, row]
            count = counts[area]
            if position < count < others_count:
                counted_sum = sums[count - 1, row]
                corrected_sum = sums[count, row] - values[area]
                upper_counts[area] += int(corrected_sum >= low[area]) - int(
                    counted_sum >= low[area]
                )
                lower_counts[area] += int(corrected_sum <= high[area]) - int(
                    counted_sum <= high[area]
                )


@compiled
def count_weighted(
    areas: IntArray,
    indptr: IntArray,
    weights: FloatArray,
    drawn_values: FloatArray,
    low: FloatArray,
    high: FloatArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """Compare the lags of some areas with their weights times every arrangement's values."""
    rows = drawn_values.shape[1]
    tile = 512  # a tile of lags and of drawn values stays in the processor's cache
    lag = np.empty(tile)
    for first_row in range(0, rows, tile):
        size = min(tile, rows - first_row)
        for i in areas:
            start, stop = indptr[i], indptr[i + 1]
            if start == stop:
                continue
            for row in range(size):
                lag[row] = 0.0
            for position in range(stop - start):
                weight = weights[start + position]
                for row in range(size):
                    lag[row] += weight * drawn_values[position, first_row + row]
            upper_count, lower_count = 0, 0
            for row in range(size):
                upper_count += lag[row] >= low[i]
                lower_count += lag[row] <= high[i]
            upper_counts[i] += upper_count
            lower_counts[i] += lower_count


@compiled
def correct_weighted_self_draws(
    table: IndexArray,
    is_counted: BoolArray,
    drawn_values: FloatArray,
    indptr: IntArray,
    weights: FloatArray,
    low: FloatArray,
    high: FloatArray,
    upper_counts: IntArray,
    lower_counts: IntArray,
) -> None:
    """As `correct_self_draws`, for weights that differ: sum again without the area itself."""
    depth, rows = table.shape
    column = np.empty(depth)
    for row in range(rows):
        for position in range(depth):
            column[position] = drawn_values[position, row]
        for position in range(depth):
            area = table[position, row]
            start = indptr[area]
            count = indptr[area + 1] - start
            if position >= count or not is_counted[area]:
                continue
            # Summed in the same order as in `count_weighted`, to subtract exactly what it counted.
            counted_sum = 0.0
            for place in range(position):
                counted_sum += weights[start + place] * column[place]
            corrected_sum = counted_sum
            for place in range(position, count):
                weight = weights[start + place]
                counted_sum += weight * column[place]
                corrected_sum += weight * column[place + 1]
            upper_counts[area] += int(corrected_sum >= low[area]) - int(counted_sum >= low[area])
            lower_counts[area] += int(corrected_sum <= high[area]) - int(counted_sum <= high[area])
