"""Boxes of points: sorting points into them, and choosing how each box is summed.

See `spatial.density._boxes`. Boxes are squares of 1, 2, 4 or 8 units of pixels; those that hold
many points are split, and points of boxes that hold few are entered one by one.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from spatial.arrays import FloatArray, IndexArray, IntArray
from spatial.compiled import compiled

SIDE_BITS = 3
SIDE = 1 << SIDE_BITS  # units along the side of the largest box
LEVELS = 4
SPLIT, BOX, SINGLY = 2, 1, 0
COUNT_LIMIT = 2048
BOX_LIMIT = 16_000_000  # of the smallest, four bytes each

# Costs in nanoseconds, measured on one core. They choose between ways that give equal sums.
_PER_POINT_ROW = 12.0
_PER_BOX = 200.0
_PER_BOX_ROW = 21.0
_PER_RING_PIXEL = 1.0
_PER_POINT_RING_PIXEL = 0.10
_PER_BOXED_POINT = 6.0


def unit_for(reach: float, pixels: int) -> int:
    """Pixels along the side of the smallest box, so that there are never too many boxes."""
    unit = 1 << max(0, math.floor(math.log2(max(reach, 1.0) / 96.0)))
    while pixels > BOX_LIMIT * unit * unit:
        unit *= 2
    return unit


@lru_cache(maxsize=64)
def actions(reach: float, unit: int) -> IntArray:
    """(levels, counts) the cheapest action for a box of a level that holds a number of points."""
    counts = np.arange(COUNT_LIMIT, dtype=np.float64)
    padded_counts = np.ceil(counts / 4.0) * 4.0
    single_cost = counts * 2.0 * reach * _PER_POINT_ROW
    table = np.empty((LEVELS, COUNT_LIMIT), dtype=np.int64)
    quarter_cost = np.full(COUNT_LIMIT, np.inf)
    for level in range(LEVELS):
        side = unit * 2.0**level
        outer_radius, inner_radius = reach + 0.64 * side, max(reach - 0.64 * side, 0.0)
        ring_pixels = math.pi * (outer_radius * outer_radius - inner_radius * inner_radius)
        box_cost = _PER_BOX + (2.0 * reach + side) * _PER_BOX_ROW + counts * _PER_BOXED_POINT
        box_cost += ring_pixels * (_PER_RING_PIXEL + padded_counts * _PER_POINT_RING_PIXEL)
        split_cost = 4.0 * quarter_cost[np.ceil(counts / 4.0).astype(np.int64)]
        split_cost[counts < 8] = np.inf
        costs = np.stack([single_cost, box_cost, split_cost])
        table[level] = np.argmin(costs, axis=0)
        quarter_cost = costs.min(axis=0)
    return table


@compiled
def sort_into_boxes(
    x: FloatArray,
    y: FloatArray,
    weight: FloatArray,
    first_col: int,
    first_row: int,
    box_cols: int,
    box_rows: int,
    unit: int,
    sorted_points: FloatArray,
) -> IndexArray:
    """Counting sort into smallest boxes, nested in Z order inside each largest box.

    `sorted_points` (n, 3) receives x, y and weight. Returns where each smallest box starts;
    points outside the largest boxes are left out.
    """
    n = x.shape[0]
    scale = 1.0 / unit
    # Counted one place further on, so that filling the boxes leaves their starts.
    start = np.zeros((box_cols * box_rows << 2 * SIDE_BITS) + 2, np.int32)
    key = np.empty(n, np.int32)
    for i in range(n):
        u, v = (x[i] + 0.5 - first_col) * scale, (y[i] + 0.5 - first_row) * scale
        key[i] = -1
        if 0.0 <= u < box_cols * SIDE and 0.0 <= v < box_rows * SIDE:
            col, row = int(u), int(v)
            box = (row >> SIDE_BITS) * box_cols + (col >> SIDE_BITS)
            code = _spread(col & (SIDE - 1)) + 2 * _spread(row & (SIDE - 1))
            key[i] = (box << 2 * SIDE_BITS) + code
            start[key[i] + 2] += 1
    for k in range(2, start.shape[0]):
        start[k] += start[k - 1]
    for i in range(n):
        if key[i] >= 0:
            position = start[key[i] + 1]
            sorted_points[position, 0] = x[i]
            sorted_points[position, 1] = y[i]
            sorted_points[position, 2] = weight[i]
            start[key[i] + 1] = position + 1
    return start[:-1]


@compiled
def _spread(number: int) -> int:
    """The three bits of a number with a zero between each, for the Z order."""
    return (number & 1) | (number & 2) << 1 | (number & 4) << 2


@compiled
def _gathered(code: int) -> int:
    """The inverse of `_spread`."""
    return (code & 1) | (code & 4) >> 1 | (code & 16) >> 2


class Boxes(NamedTuple):
    """Points sorted into boxes, and the table of actions for each box.

    Attributes
    ----------
    points : (n, 3) float64
        x, y and weight, sorted by smallest box.
    start : (boxes + 1,) int32
        Where each smallest box starts in `points`; nested in Z order in each largest box.
    first_col, first_row : int
        Column and row of the pixel in the corner of the first box.
    cols : int
        Largest boxes in a line.
    unit : int
        Pixels along the side of the smallest box.
    actions : (levels, counts) int64
        From `actions`.
    line_reach_sq : (lines,) float64
        Squared bandwidth of each line of largest boxes.
    is_plane : bool
        Whether rows are one column apart and every line has one reach: then four stencils do
        for all boxes.
    block : int
        Largest boxes visited together, from line to line.
    """

    points: FloatArray
    start: IndexArray
    first_col: int
    first_row: int
    cols: int
    unit: int
    actions: IntArray
    line_reach_sq: FloatArray
    is_plane: bool
    block: int


@compiled
def list_tasks(boxes: Boxes, line: int, first_box: int, tasks: IntArray) -> int:
    """List the boxes to enter in a run of largest boxes, in rows of `tasks`; returns their number.

    A row holds level (-1: point by point), column, row, and start and stop of the points;
    column and row are in units from the left and top of the first of the largest boxes.
    """
    per_box = SIDE * SIDE
    levels, codes = np.empty(4 * LEVELS, np.int64), np.empty(4 * LEVELS, np.int64)
    start_box = line * boxes.cols + first_box
    stop_box = line * boxes.cols + min(first_box + boxes.block, boxes.cols)
    task_count = 0
    for box in range(start_box, stop_box):
        base = box * per_box
        if boxes.start[base] == boxes.start[base + per_box]:
            continue
        levels[0], codes[0] = LEVELS - 1, 0
        stack_size = 1
        while stack_size:
            stack_size -= 1
            level, code = levels[stack_size], codes[stack_size]
            smallest_boxes = 1 << (2 * level)
            start, stop = boxes.start[base + code], boxes.start[base + code + smallest_boxes]
            if start == stop:
                continue
            action = boxes.actions[level, min(stop - start, COUNT_LIMIT - 1)]
            if action == SPLIT:
                for child in range(4):
                    levels[stack_size] = level - 1
                    codes[stack_size] = code + child * (smallest_boxes >> 2)
                    stack_size += 1
                continue
            tasks[task_count, 0] = level if action == BOX else -1
            tasks[task_count, 1] = (box - start_box) * SIDE + _gathered(code)
            tasks[task_count, 2] = _gathered(code >> 1)
            tasks[task_count, 3], tasks[task_count, 4] = start, stop
            task_count += 1
    return task_count
