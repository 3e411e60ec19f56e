"""Natural breaks: the exact optimum of Fisher (1958) and Jenks (1977), in O(classes x n log n)."""

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import FloatArray
from spatial.compiled import compiled


def natural_breaks(values: FloatArray, classes: int) -> FloatArray:
    """Breaks with the least sum of squared deviations from the means of the classes.

    Parameters
    ----------
    values : (n,) float64
        Finite, with more distinct values than classes.
    classes : int
        At least 2.

    Returns
    -------
    (classes,) float64
        Upper limits, each of them a value.
    """
    distinct_values, times = np.unique(values, return_counts=True)
    count = np.concatenate([[0.0], np.cumsum(times)])
    # Deviations from the mean, so that the squares are precise for values far from 0.
    deviations = distinct_values - values.mean()
    total = np.concatenate([[0.0], np.cumsum(times * deviations)])
    squares = np.concatenate([[0.0], np.cumsum(times * deviations * deviations)])
    ends = np.empty(classes, np.int64)
    _best_partition(count, total, squares, ends)
    return np.asarray(distinct_values[ends], np.float64)


def compile_kernels() -> None:
    """Compile the kernels, or load them from the cache, before the first request needs them."""
    natural_breaks(np.array([1.0, 2.0, 4.0, 8.0]), 2)


@compiled
def _best_partition(
    count: FloatArray, total: FloatArray, squares: FloatArray, ends: NDArray[np.int64]
) -> None:
    """Last position of each class of the best partition of ascending values.

    The best start of the last class never decreases as values are added, so that the best start
    for the middle value bounds those of both halves (divide and conquer).
    """
    n, classes = len(count) - 1, len(ends)
    cost = np.empty((classes, n))
    start = np.zeros((classes, n), np.int64)
    for position in range(n):
        cost[0, position] = squares[position + 1] - total[position + 1] ** 2 / count[position + 1]
    stack = np.empty((2 * n + 4, 4), np.int64)
    for level in range(1, classes):
        cost[level, :level] = 0.0
        for position in range(level):
            start[level, position] = position
        stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = level, n - 1, level, n - 1
        stack_size = 1
        while stack_size > 0:
            stack_size -= 1
            low_end, high_end, start_from, start_to = stack[stack_size]
            if low_end > high_end:
                continue
            middle_end = (low_end + high_end) // 2
            least_cost, best_start = np.inf, start_from
            for class_start in range(start_from, min(middle_end, start_to) + 1):
                members = count[middle_end + 1] - count[class_start]
                class_total = total[middle_end + 1] - total[class_start]
                class_cost = (
                    squares[middle_end + 1]
                    - squares[class_start]
                    - class_total * class_total / members
                )
                partition_cost = cost[level - 1, class_start - 1] + class_cost
                if partition_cost < least_cost:
                    least_cost, best_start = partition_cost, class_start
            cost[level, middle_end] = least_cost
            start[level, middle_end] = best_start
            stack[stack_size, 0], stack[stack_size, 1] = low_end, middle_end - 1
            stack[stack_size, 2], stack[stack_size, 3] = start_from, best_start
            stack[stack_size + 1, 0], stack[stack_size + 1, 1] = middle_end + 1, high_end
            stack[stack_size + 1, 2], stack[stack_size + 1, 3] = best_start, start_to
            stack_size += 2
    position = n - 1
    for level in range(classes - 1, -1, -1):
        ends[level] = position
        position = start[level, position] - 1
