"""Quartic sums of many points at once: the row method for boxes of points instead of points.

All points of a box whose reach certainly includes a pixel add to it a polynomial whose
coefficients are moments of the box: nine numbers for the quartic, exact for any number of
points. So a whole box enters its polynomial on the interval of each row that every one of its
points reaches, like a single point in `spatial._rows`, and only the ring of pixels that some
points of the box reach and others do not is summed point by point, in one vectorised loop
without a branch. The result is the same sum, in another order.

Boxes are squares of 1, 2, 4 or 8 units of pixels, split where they hold many points; sparse
points enter one by one. Units and the meaning of `row_y` and `stretch` are those of
`spatial._rows`; `reach_sq` belongs to a line of boxes: on a plane map it is the same for all.
"""

import math
from functools import lru_cache

import numpy as np

from spatial.arrays import FloatArray, IndexArray, IntArray
from spatial.compiled import compiled, compiled_with_fma
from spatial.density._box_rings import add_ring, add_whole_ring, quarter_of, ring_capacity, stencil
from spatial.density._rows import chords, rows_in_reach

SIDE = 8  # units along the side of the largest box
LEVELS = 4
SPLIT, BOX, SINGLY = 2, 1, 0
MOST_COUNTED = 2048
MOST_BOXES = 16_000_000  # of the smallest, four bytes each

# Costs in nanoseconds, measured on one core; they choose between ways that give equal sums.
_PER_POINT_ROW = 12.0
_PER_BOX = 200.0
_PER_BOX_ROW = 21.0
_PER_RING_PIXEL = 1.0
_PER_POINT_RING_PIXEL = 0.10
_PER_BOXED_POINT = 6.0


def unit_for(reach: float, pixels: int) -> int:
    """Pixels along the smallest box, so that boxes stay few at any bandwidth and raster."""
    unit = 1 << max(0, math.floor(math.log2(max(reach, 1.0) / 96.0)))
    while pixels > MOST_BOXES * unit * unit:
        unit *= 2
    return unit


@lru_cache(maxsize=64)
def actions(reach: float, unit: int) -> IntArray:
    """(levels, counts) what to do with a box of a level that holds a number of points."""
    counts = np.arange(MOST_COUNTED, dtype=np.float64)
    padded = np.ceil(counts / 4.0) * 4.0
    singly = counts * 2.0 * reach * _PER_POINT_ROW
    table = np.empty((LEVELS, MOST_COUNTED), dtype=np.int64)
    smaller = np.full(MOST_COUNTED, np.inf)
    for level in range(LEVELS):
        side = unit * 2.0**level
        outer, inner = reach + 0.64 * side, max(reach - 0.64 * side, 0.0)
        ring = math.pi * (outer * outer - inner * inner)
        boxed = _PER_BOX + (2.0 * reach + side) * _PER_BOX_ROW + counts * _PER_BOXED_POINT
        boxed += ring * (_PER_RING_PIXEL + padded * _PER_POINT_RING_PIXEL)
        split = 4.0 * smaller[np.ceil(counts / 4.0).astype(np.int64)]
        split[counts < 8] = np.inf
        costs = np.stack([singly, boxed, split])
        table[level] = np.argmin(costs, axis=0)
        smaller = costs.min(axis=0)
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

    Rows 0, 1, 2 of `sorted_points` (3, n) receive x, y and weight. Returns where each smallest
    box starts; points outside the largest boxes are left out.
    """
    n = x.shape[0]
    per_box = SIDE * SIDE
    start = np.zeros(box_cols * box_rows * per_box + 1, np.int32)
    key = np.empty(n, np.int32)
    scale = 1.0 / unit
    for i in range(n):
        col = math.floor((x[i] + 0.5 - first_col) * scale)
        row = math.floor((y[i] + 0.5 - first_row) * scale)
        key[i] = -1
        if 0 <= col < box_cols * SIDE and 0 <= row < box_rows * SIDE:
            box = (row // SIDE) * box_cols + col // SIDE
            key[i] = box * per_box + _spread(col % SIDE) + 2 * _spread(row % SIDE)
            start[key[i] + 1] += 1
    for k in range(1, start.shape[0]):
        start[k] += start[k - 1]
    for i in range(n):
        k = key[i]
        if k >= 0:
            at = start[k]
            sorted_points[0, at] = x[i]
            sorted_points[1, at] = y[i]
            sorted_points[2, at] = weight[i]
            start[k] = at + 1
    for k in range(start.shape[0] - 1, 0, -1):
        start[k] = start[k - 1]
    start[0] = 0
    return start


@compiled
def _spread(number: int) -> int:
    """The three bits of a number with a zero between each, for the Z order."""
    return (number & 1) | (number & 2) << 1 | (number & 4) << 2


@compiled
def _gathered(code: int) -> int:
    """The number whose bits `_spread` set apart."""
    return (code & 1) | (code & 4) >> 1 | (code & 16) >> 2


@compiled
def _leaves(
    start: IndexArray,
    boxes: int,
    stop: int,
    table: IntArray,
    out: IntArray,
) -> int:
    """Write what to treat in a run of largest boxes: level or -1, column, row, first, last point.

    Column and row are in units from the left and top of the first of them.
    """
    per_box = SIDE * SIDE
    levels, codes = np.empty(4 * LEVELS, np.int64), np.empty(4 * LEVELS, np.int64)
    found = 0
    for box in range(boxes, stop):
        base = box * per_box
        if start[base] == start[base + per_box]:
            continue
        levels[0], codes[0] = LEVELS - 1, 0
        waiting = 1
        while waiting:
            waiting -= 1
            level, code = levels[waiting], codes[waiting]
            quarter = 1 << (2 * level)
            first, last = start[base + code], start[base + code + quarter]
            if first == last:
                continue
            action = table[level, min(last - first, MOST_COUNTED - 1)]
            if action == SPLIT:
                for child in range(4):
                    levels[waiting] = level - 1
                    codes[waiting] = code + child * (quarter >> 2)
                    waiting += 1
                continue
            out[found, 0] = level if action == BOX else -1
            out[found, 1] = (box - boxes) * SIDE + _gathered(code)
            out[found, 2] = _gathered(code >> 1)
            out[found, 3], out[found, 4] = first, last
            found += 1
    return found


@compiled
def _moments(
    sorted_points: FloatArray,
    first: int,
    last: int,
    middle_x: float,
    middle_y: float,
    points: FloatArray,
    moments: FloatArray,
) -> int:
    """The nine moments about the middle of a box, and its points as sums of rings want them."""
    moments[:] = 0.0
    for i in range(first, last):
        a, b = sorted_points[0, i] - middle_x, sorted_points[1, i] - middle_y
        w, r = sorted_points[2, i], a * a + b * b
        k, root = i - first, math.sqrt(w)
        points[0, k], points[1, k] = 2.0 * a * root, 2.0 * b * root
        points[2, k], points[3, k] = r * root, root
        moments[0] += w
        moments[1] += w * a
        moments[2] += w * b
        moments[3] += w * a * a
        moments[4] += w * a * b
        moments[5] += w * b * b
        moments[6] += w * a * r
        moments[7] += w * b * r
        moments[8] += w * r * r
    padded = (last - first + 3) // 4 * 4
    for k in range(last - first, padded):
        points[0, k], points[1, k], points[2, k], points[3, k] = 0.0, 0.0, 0.0, 0.0
    return padded


@compiled_with_fma
def _enter_box(
    moments: FloatArray,
    middle_x: float,
    left: int,
    first: int,
    last: int,
    shift: int,
    stencil_rows: IntArray,
    lines: FloatArray,
    segment: int,
    differences: FloatArray,
) -> None:
    """Enter the polynomial of a box on the columns that all its points reach.

    With B = chord_sq - o^2 at the offset (o, y) from the middle and l_i = 2 a_i o + 2 b_i y - r_i,
    the sum of w_i (B + l_i)^2 is a polynomial in o whose coefficients are moments. It is moved
    to the middle of each segment by moving the moments there first.
    """
    cols = differences.shape[1]
    leftmost, rightmost = cols, 0
    for t in range(first, last):
        if stencil_rows[t, 0] < stencil_rows[t, 1]:
            leftmost = min(leftmost, stencil_rows[t, 0] + left)
            rightmost = max(rightmost, stencil_rows[t, 1] + left)
    leftmost, rightmost = max(leftmost, 0), min(rightmost, cols)
    w, b, ab, bb, br = moments[0], moments[2], moments[4], moments[5], moments[7]
    for origin in range(leftmost - leftmost % segment, rightmost, segment):
        stop = min(origin + segment, cols)
        d = middle_x - (origin + segment // 2)
        dd = d * d
        r = moments[3] + moments[5]
        a_d = moments[1] + d * w
        aa_d = moments[3] + 2.0 * d * moments[1] + dd * w
        ab_d = ab + d * b
        r_d = r + 2.0 * d * moments[1] + dd * w
        ar_d = moments[6] + d * (2.0 * moments[3] + r) + 3.0 * dd * moments[1] + d * dd * w
        br_d = br + 2.0 * d * ab + dd * b
        rr_d = (
            moments[8]
            + 4.0 * d * moments[6]
            + dd * (4.0 * moments[3] + 2.0 * r)
            + 4.0 * d * dd * moments[1]
            + dd * dd * w
        )
        fixed_2, third = 2.0 * r_d + 4.0 * aa_d, -4.0 * a_d
        for t in range(first, last):
            begin = max(stencil_rows[t, 0] + left, origin)
            end = min(stencil_rows[t, 1] + left, stop)
            if begin >= end:
                continue
            y, c = lines[t, 0], lines[t, 1]
            second = fixed_2 - 2.0 * c * w - 4.0 * y * b
            linear = 4.0 * (c * a_d + 2.0 * y * ab_d - ar_d)
            constant = c * (c * w + 4.0 * y * b - 2.0 * r_d) + 4.0 * y * (y * bb - br_d) + rr_d
            row = differences[t + shift]
            pixel = row[begin]
            pixel[0] += constant
            pixel[1] += linear
            pixel[2] += second
            pixel[3] += third
            pixel[4] += w
            pixel[5] += 1.0
            if end < stop:
                pixel = row[end]
                pixel[0] -= constant
                pixel[1] -= linear
                pixel[2] -= second
                pixel[3] -= third
                pixel[4] -= w
                pixel[5] -= 1.0


@compiled_with_fma
def _enter_single(
    x: float,
    w: float,
    reach: float,
    first: int,
    last: int,
    begin: IntArray,
    end: IntArray,
    chord_sq: FloatArray,
    segment: int,
    differences: FloatArray,
) -> None:
    """Enter the quartic of one point: `spatial._rows.enter_points` with its power known."""
    cols = differences.shape[1]
    leftmost = max(math.ceil(x - reach), 0)
    rightmost = min(math.floor(x + reach) + 1, cols)
    for origin in range(leftmost - leftmost % segment, rightmost, segment):
        stop = min(origin + segment, cols)
        at = x - (origin + segment // 2)
        at_sq, third = at * at, 4.0 * w * at
        for t in range(first, last):
            b, e = max(begin[t], origin), min(end[t], stop)
            if b >= e:
                continue
            g = chord_sq[t] - at_sq
            constant, linear, second = w * g * g, third * g, w * (4.0 * at_sq - 2.0 * g)
            pixel = differences[t, b]
            pixel[0] += constant
            pixel[1] += linear
            pixel[2] += second
            pixel[3] -= third
            pixel[4] += w
            pixel[5] += 1.0
            if e < stop:
                pixel = differences[t, e]
                pixel[0] -= constant
                pixel[1] -= linear
                pixel[2] -= second
                pixel[3] += third
                pixel[4] -= w
                pixel[5] -= 1.0


@compiled
def enter_boxes(
    sorted_points: FloatArray,
    start: IndexArray,
    first_col: int,
    first_row: int,
    box_cols: int,
    unit: int,
    table: IntArray,
    line_reach_sq: FloatArray,
    first_line: int,
    last_line: int,
    plane: bool,
    block: int,
    row_y: FloatArray,
    stretch: FloatArray,
    segment: int,
    scale: FloatArray,
    differences: FloatArray,
    out: FloatArray,
) -> None:
    """Add the rings to `out`, scaled by row, and enter the rest into `differences`.

    `plane` says that rows are one column apart and every line has one reach: then four
    stencils do for all. Boxes are visited in blocks of columns, `block` largest boxes wide,
    so that the differences within reach stay in the processor's cache from line to line.
    """
    rows, cols = out.shape
    reach = math.sqrt(line_reach_sq.max() * max(stretch[0], stretch[-1]))
    margin = math.ceil(reach) + 1
    stencil_y, stencil_stretch = row_y, stretch
    if plane:
        stencil_y = np.arange(-margin, margin + SIDE * unit).astype(np.float64)
        stencil_stretch = np.ones(stencil_y.shape[0])
    slots = LEVELS if plane else 2 * SIDE
    capacity = ring_capacity(reach, unit * SIDE, stencil_y.shape[0])
    stencil_rows = np.empty((slots, stencil_y.shape[0] + 2, 6), np.int64)
    lines = np.empty((slots, stencil_y.shape[0], 2))
    rings, part = np.empty((slots, 3, capacity)), np.empty((4, capacity))
    quarter_rows = np.zeros((slots, stencil_y.shape[0] + 1, 3), np.int64)
    quarters = np.empty((slots, 3, capacity // 3 + 64 if plane else 0))
    made = np.zeros(slots, np.bool_)
    begin, end, chord_sq = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows)
    leaves = np.empty((block * SIDE * SIDE, 5), np.int64)
    points, moments = np.empty((4, 64)), np.zeros(9)
    for left_box in range(0, box_cols, block):
        for line in range(first_line, last_line):
            boxes = line * box_cols + left_box
            stop = line * box_cols + min(left_box + block, box_cols)
            count = _leaves(start, boxes, stop, table, leaves)
            reach_sq = line_reach_sq[line]
            if not plane:
                made[:] = False
            for k in range(count):
                level = leaves[k, 0]
                if level < 0:
                    for i in range(leaves[k, 3], leaves[k, 4]):
                        x, y = sorted_points[0, i], sorted_points[1, i]
                        first, last = rows_in_reach(row_y, stretch, y, reach_sq)
                        if first < last:
                            chords(
                                x, y, reach_sq, row_y, stretch, first, last, begin, end, chord_sq
                            )
                            _enter_single(
                                x, sorted_points[2, i], reach, first, last, begin, end,
                                chord_sq, segment, differences,
                            )  # fmt: skip
                    continue
                side = unit << level
                top = first_row + (line * SIDE + leaves[k, 2]) * unit
                # Slots: one per level on a plane, else one per level and position in the line.
                slot = level if plane else (SIDE >> level) + (leaves[k, 2] >> level)
                if not made[slot]:
                    made[slot] = True
                    stencil(
                        stencil_y, stencil_stretch, reach_sq, -0.5 if plane else top - 0.5,
                        side, stencil_rows[slot], lines[slot], rings[slot],
                    )  # fmt: skip
                    if plane and side % 2 == 0:
                        quarter_of(
                            stencil_rows[slot], lines[slot], side, quarter_rows[slot],
                            quarters[slot],
                        )  # fmt: skip
                shift = top - int(row_y[0]) - margin if plane else 0
                first = max(stencil_rows[slot, 0, 5], -shift)
                last = min(stencil_rows[slot, 1, 5], rows - shift)
                if first >= last:
                    continue
                n = leaves[k, 4] - leaves[k, 3]
                if n + 3 > points.shape[1]:
                    points = np.empty((4, 2 * n + 4))
                left = first_col + (left_box * SIDE + leaves[k, 1]) * unit
                middle_x, middle_y = left + 0.5 * (side - 1), top + 0.5 * (side - 1)
                padded = _moments(
                    sorted_points, leaves[k, 3], leaves[k, 4], middle_x, middle_y, points, moments
                )
                _enter_box(
                    moments, middle_x, left, first, last, shift, stencil_rows[slot],
                    lines[slot], segment, differences,
                )  # fmt: skip
                whole = last - first == stencil_rows[slot, 1, 5] - stencil_rows[slot, 0, 5]
                inside = left >= margin and left + side + margin <= cols
                if plane and whole and inside and side % 2 == 0:
                    add_whole_ring(
                        points, n, quarter_rows[slot], quarters[slot], 2 * margin + side - 1,
                        side, shift, left, scale, part, out,
                    )  # fmt: skip
                    continue
                add_ring(
                    points, padded, stencil_rows[slot], rings[slot], first, last, shift, left,
                    scale, part, out,
                )  # fmt: skip
