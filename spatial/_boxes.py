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

from spatial._rows import chords, rows_in_reach
from spatial.arrays import FloatArray, IndexArray, IntArray
from spatial.compiled import compiled

SIDE = 8  # units along the side of the largest box
LEVELS = 4
SPLIT, BOX, SINGLY = 2, 1, 0
MOST_COUNTED = 2048

# Costs in nanoseconds, measured on one core; they choose between ways that give equal sums.
_PER_POINT_ROW = 9.0
_PER_BOX = 200.0
_PER_BOX_ROW = 12.0
_PER_RING_PIXEL = 1.0
_PER_POINT_RING_PIXEL = 0.23
_PER_BOXED_POINT = 6.0


def unit_for(reach: float) -> int:
    """Pixels along the smallest box, so that the boxes in reach stay few at any bandwidth."""
    return 1 << max(0, math.floor(math.log2(max(reach, 1.0) / 48.0)))


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
def _leaves(start: IndexArray, line: int, box_cols: int, table: IntArray, out: IntArray) -> int:
    """Write the boxes to treat in one line of largest boxes: level or -1, column, row, points.

    Column and row are in units from the left and top of the line.
    """
    per_box = SIDE * SIDE
    levels, codes = np.empty(4 * LEVELS, np.int64), np.empty(4 * LEVELS, np.int64)
    found = 0
    for box in range(box_cols):
        base = (line * box_cols + box) * per_box
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
            out[found, 1] = box * SIDE + _gathered(code)
            out[found, 2] = _gathered(code >> 1)
            out[found, 3], out[found, 4] = first, last
            found += 1
    return found


@compiled
def _stencil(
    row_y: FloatArray,
    stretch: FloatArray,
    reach_sq: float,
    top: float,
    side: int,
    begin: IntArray,
    end: IntArray,
    offset_y: FloatArray,
    chord_sq: FloatArray,
    ring: FloatArray,
    runs: IntArray,
) -> tuple[int, int, int, int]:
    """What every box of one size and line shares: the columns that all points reach, the ring.

    Columns count from the left column of the box. `ring` (3, m) receives the offsets from the
    middle of the box and the bracket for a point there; `runs` (k, 3) row, first column and
    length of each run of ring pixels. Returns first row, last row, ring pixels, runs.
    """
    half = 0.5 * side
    middle = 0.5 * (side - 1)
    first, last = rows_in_reach(row_y, stretch, top + half, (math.sqrt(reach_sq) + half) ** 2)
    pixels, count = 0, 0
    for t in range(first, last):
        dy = row_y[t] - (top + half)
        here_sq = reach_sq * stretch[t]
        offset_y[t], chord_sq[t] = dy, here_sq - dy * dy
        nearest, farthest = max(abs(dy) - half, 0.0), abs(dy) + half
        begin[t], end[t] = 0, 0
        outer_sq = here_sq - nearest * nearest
        if outer_sq < 0.0:
            continue
        outer = math.sqrt(outer_sq)
        ring_begin = math.ceil(-0.5 - outer)
        ring_end = math.floor(side - 0.5 + outer) + 1
        inner_sq = here_sq - farthest * farthest
        begin[t], end[t] = ring_end, ring_end
        if inner_sq >= 0.0:
            inner = math.sqrt(inner_sq)
            inner_begin = math.ceil(side - 0.5 - inner)
            inner_end = math.floor(inner - 0.5) + 1
            if inner_begin < inner_end:
                begin[t], end[t] = inner_begin, inner_end
        for b, e in ((ring_begin, begin[t]), (end[t], ring_end)):
            if b < e:
                runs[count, 0], runs[count, 1], runs[count, 2] = t, b, e - b
                count += 1
            for j in range(b, e):
                dx = j - middle
                ring[0, pixels], ring[1, pixels] = dx, dy
                ring[2, pixels] = chord_sq[t] - dx * dx
                pixels += 1
    return first, last, pixels, count


@compiled
def _clipped(
    ring: FloatArray,
    runs: IntArray,
    count: int,
    left: int,
    cols: int,
    ring_out: FloatArray,
    runs_out: IntArray,
) -> tuple[int, int]:
    """Copy the part of a ring that lies on the raster; returns its pixels and its runs."""
    read, pixels, kept = 0, 0, 0
    for k in range(count):
        b = max(runs[k, 1], -left)
        e = min(runs[k, 1] + runs[k, 2], cols - left)
        if b < e:
            runs_out[kept, 0], runs_out[kept, 1], runs_out[kept, 2] = runs[k, 0], b, e - b
            kept += 1
            for m in range(read + b - runs[k, 1], read + e - runs[k, 1]):
                for c in range(3):
                    ring_out[c, pixels] = ring[c, m]
                pixels += 1
        read += runs[k, 2]
    return pixels, kept


@compiled
def _sum_ring(points: FloatArray, padded: int, ring: FloatArray, pixels: int) -> None:
    """Row 3 of `ring` becomes the sum over the points; four at a time, vectorised over pixels."""
    dx, dy, bracket, total = ring[0], ring[1], ring[2], ring[3]
    for k in range(pixels):
        total[k] = 0.0
    for i in range(0, padded, 4):
        a0, b0, c0, w0 = points[0, i], points[1, i], points[2, i], points[3, i]
        a1, b1, c1, w1 = points[0, i + 1], points[1, i + 1], points[2, i + 1], points[3, i + 1]
        a2, b2, c2, w2 = points[0, i + 2], points[1, i + 2], points[2, i + 2], points[3, i + 2]
        a3, b3, c3, w3 = points[0, i + 3], points[1, i + 3], points[2, i + 3], points[3, i + 3]
        for k in range(pixels):
            v0 = max(bracket[k] + a0 * dx[k] + b0 * dy[k] - c0, 0.0)
            v1 = max(bracket[k] + a1 * dx[k] + b1 * dy[k] - c1, 0.0)
            v2 = max(bracket[k] + a2 * dx[k] + b2 * dy[k] - c2, 0.0)
            v3 = max(bracket[k] + a3 * dx[k] + b3 * dy[k] - c3, 0.0)
            total[k] += (w0 * (v0 * v0) + w1 * (v1 * v1)) + (w2 * (v2 * v2) + w3 * (v3 * v3))


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
    """The nine moments about the middle of a box, and its points as `_sum_ring` wants them."""
    moments[:] = 0.0
    for i in range(first, last):
        a, b = sorted_points[0, i] - middle_x, sorted_points[1, i] - middle_y
        w, r = sorted_points[2, i], a * a + b * b
        k = i - first
        points[0, k], points[1, k], points[2, k], points[3, k] = 2.0 * a, 2.0 * b, r, w
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


@compiled
def _enter_box(
    moments: FloatArray,
    middle_x: float,
    left: int,
    first: int,
    last: int,
    begin: IntArray,
    end: IntArray,
    offset_y: FloatArray,
    chord_sq: FloatArray,
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
        if begin[t] < end[t]:
            leftmost = min(leftmost, begin[t] + left)
            rightmost = max(rightmost, end[t] + left)
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
            b_t, e_t = max(begin[t] + left, origin), min(end[t] + left, stop)
            if b_t >= e_t:
                continue
            c, y = chord_sq[t], offset_y[t]
            second = fixed_2 - 2.0 * c * w - 4.0 * y * b
            linear = 4.0 * (c * a_d + 2.0 * y * ab_d - ar_d)
            constant = c * (c * w + 4.0 * y * b - 2.0 * r_d) + 4.0 * y * (y * bb - br_d) + rr_d
            pixel = differences[t, b_t]
            pixel[0] += constant
            pixel[1] += linear
            pixel[2] += second
            pixel[3] += third
            pixel[4] += w
            pixel[5] += 1.0
            if e_t < stop:
                pixel = differences[t, e_t]
                pixel[0] -= constant
                pixel[1] -= linear
                pixel[2] -= second
                pixel[3] -= third
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
    row_y: FloatArray,
    stretch: FloatArray,
    segment: int,
    scale: FloatArray,
    differences: FloatArray,
    out: FloatArray,
) -> None:
    """Add the rings to `out`, scaled by row, and enter the rest into `differences`."""
    rows, cols = out.shape
    begin, end = np.empty(rows, np.int64), np.empty(rows, np.int64)
    offset_y, chord_sq = np.empty(rows), np.empty(rows)
    widest = math.sqrt(line_reach_sq.max() * max(stretch[0], stretch[-1]))
    largest = _ring_capacity(widest, unit * SIDE, rows)
    ring, clipped = np.empty((4, largest)), np.empty((4, largest))
    runs, runs_clipped = np.empty((2 * rows, 3), np.int64), np.empty((2 * rows, 3), np.int64)
    leaves = np.empty((box_cols * SIDE * SIDE, 5), np.int64)
    points, moments = np.empty((4, 64)), np.zeros(9)
    for line in range(line_reach_sq.shape[0]):
        count = _leaves(start, line, box_cols, table, leaves)
        reach_sq = line_reach_sq[line]
        top_row = first_row + line * SIDE * unit
        for k in range(count):
            if leaves[k, 0] < 0:
                for i in range(leaves[k, 3], leaves[k, 4]):
                    x, y = sorted_points[0, i], sorted_points[1, i]
                    first, last = rows_in_reach(row_y, stretch, y, reach_sq)
                    if first < last:
                        chords(
                            x, y, reach_sq, row_y, stretch, first, last, begin, end, chord_sq
                        )  # fmt: skip
                        _enter_single(
                            x, sorted_points[2, i], first, last, begin, end, chord_sq,
                            segment, differences,
                        )  # fmt: skip
        for level in range(LEVELS):
            side = unit << level
            for row in range(0, SIDE, 1 << level):
                first, last, pixels, run_count = -1, -1, 0, 0
                top = float(top_row + row * unit) - 0.5
                for k in range(count):
                    if leaves[k, 0] != level or leaves[k, 2] != row:
                        continue
                    if first < 0:
                        first, last, pixels, run_count = _stencil(
                            row_y, stretch, reach_sq, top, side, begin, end, offset_y,
                            chord_sq, ring, runs,
                        )  # fmt: skip
                    if first >= last:
                        break
                    n = leaves[k, 4] - leaves[k, 3]
                    if n + 3 > points.shape[1]:
                        points = np.empty((4, 2 * n + 4))
                    left = first_col + leaves[k, 1] * unit
                    middle_x = left + 0.5 * (side - 1)
                    padded = _moments(
                        sorted_points, leaves[k, 3], leaves[k, 4], middle_x,
                        top + 0.5 * side, points, moments,
                    )  # fmt: skip
                    _enter_box(
                        moments, middle_x, left, first, last, begin, end, offset_y,
                        chord_sq, segment, differences,
                    )  # fmt: skip
                    if left - widest - side < 0 or left + widest + 2 * side >= cols:
                        some, some_runs = _clipped(
                            ring, runs, run_count, left, cols, clipped, runs_clipped
                        )
                        _sum_ring(points, padded, clipped, some)
                        _scatter(clipped, runs_clipped, some_runs, left, scale, out)
                    else:
                        _sum_ring(points, padded, ring, pixels)
                        _scatter(ring, runs, run_count, left, scale, out)


@compiled
def _ring_capacity(reach: float, side: int, rows: int) -> int:
    """At least the pixels that the ring of the largest box can have."""
    outer, inner = reach + 0.71 * side + 2.0, max(reach - 0.71 * side - 2.0, 0.0)
    area = math.pi * (outer * outer - inner * inner)
    across = (2.0 * reach + side + 4.0) * rows
    return int(min(1.2 * area + 8.0 * outer + 64.0, across)) + 64


@compiled
def _scatter(
    ring: FloatArray,
    runs: IntArray,
    count: int,
    left: int,
    scale: FloatArray,
    out: FloatArray,
) -> None:
    """Add the sums of a ring to the raster, run by run."""
    read = 0
    for k in range(count):
        t, at = runs[k, 0], runs[k, 1] + left
        for j in range(runs[k, 2]):
            out[t, at + j] += scale[t] * ring[3, read + j]
        read += runs[k, 2]


@compiled
def _enter_single(
    x: float,
    w: float,
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
    leftmost, rightmost = cols, 0
    for t in range(first, last):
        leftmost, rightmost = min(leftmost, begin[t]), max(rightmost, end[t])
    leftmost, rightmost = max(leftmost, 0), min(rightmost, cols)
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
