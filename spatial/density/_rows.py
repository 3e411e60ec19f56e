"""Sums of kernels along rows of evenly spaced columns: the method behind rasters and tiles.

A row of pixels crosses a kernel (1 - u^2)^p on one interval of columns, and there it is a
polynomial of degree 2 p in the column. So the coefficients of a point are added where the interval
begins and subtracted where it ends; one running sum along the row then gives every pixel.
The cost per point and row does not depend on the number of columns in reach.

Rounding: the row is cut into segments about four bandwidths long. Coefficients refer to the
middle of their segment and nothing is carried from one segment to the next, so that powers
of the column stay small compared with powers of the bandwidth. Where the number of kernels in
reach falls to zero the sums are set to zero: empty pixels are exactly zero, and rounding errors
do not spread.

Everything here is in units of columns. Row t and column j get

    sum_i w_i (reach_sq_i stretch[t] - d^2)^p,    d^2 = (j - x_i)^2 + (row_y[t] - y_i)^2

over the points for which the bracket is not negative. reach_sq is the squared bandwidth at
the point, stretch is 1 on a plane map, and row_y ascends.
"""

import math

import numpy as np

from spatial.arrays import FloatArray, IntArray
from spatial.compiled import compiled, compiled_with_fma

MIN_SEGMENT = 8
CONE, GAUSSIAN = 4, 5  # codes of the kernels that are not polynomials


def segment_for(reach: float, power: int) -> int:
    """Columns that share an origin: a power of two, a few bandwidths long."""
    least_columns = reach * (4.0 if power < 3 else 2.0)
    return max(MIN_SEGMENT, 1 << math.ceil(math.log2(max(least_columns, 1.0))))


def channels(power: int) -> int:
    """Numbers per pixel: the coefficients, and the kernels that begin minus those that end."""
    return 2 * power + 2


@compiled
def order_by_blocks(
    x: FloatArray, y: FloatArray, top: float, lines: int, left: float, blocks: int, side: float
) -> tuple[IntArray, IntArray]:
    """The order that sorts points by square blocks, line by line, and where each line starts.

    Consecutive points then write to the same pixels while these are still in the cache. Points
    outside the lines and blocks are omitted.
    """
    n = x.shape[0]
    block_of = np.full(n, -1, np.int64)
    start = np.zeros(lines * blocks + 1, np.int64)
    for i in range(n):
        line, block = math.floor((y[i] - top) / side), math.floor((x[i] - left) / side)
        if 0 <= line < lines and 0 <= block < blocks:
            block_of[i] = line * blocks + block
            start[block_of[i] + 1] += 1
    for k in range(1, start.shape[0]):
        start[k] += start[k - 1]
    line_start = start[::blocks].copy()
    order = np.empty(start[-1], np.int64)
    for i in range(n):
        if block_of[i] >= 0:
            order[start[block_of[i]]] = i
            start[block_of[i]] += 1
    return order, line_start


@compiled
def rows_in_reach(
    row_y: FloatArray, stretch: FloatArray, y: float, reach_sq: float
) -> tuple[int, int]:
    """First and end row that a point at y can reach; rows ascend."""
    rows = row_y.shape[0]
    reach = math.sqrt(reach_sq * max(stretch[0], stretch[-1]))
    top, bottom = y - reach, y + reach
    if top > row_y[-1] or bottom < row_y[0]:
        return 0, 0
    # Rows are nearly evenly spaced, so that the estimate is off by a row or two at most.
    per_unit = (rows - 1) / (row_y[-1] - row_y[0]) if rows > 1 else 0.0
    first_row = min(max(int((top - row_y[0]) * per_unit), 0), rows - 1)
    while first_row > 0 and row_y[first_row - 1] >= top:
        first_row -= 1
    while row_y[first_row] < top:
        first_row += 1
    end_row = min(max(int((bottom - row_y[0]) * per_unit) + 1, 0), rows)
    while end_row < rows and row_y[end_row] <= bottom:
        end_row += 1
    while end_row > 0 and row_y[end_row - 1] > bottom:
        end_row -= 1
    return first_row, end_row


@compiled
def chords(
    x: float,
    y: float,
    reach_sq: float,
    row_y: FloatArray,
    stretch: FloatArray,
    first_row: int,
    end_row: int,
    start_col: IntArray,
    end_col: IntArray,
    chord_sq: FloatArray,
) -> None:
    """Set the columns in reach of a point in each row, and its squared half chord there."""
    for t in range(first_row, end_row):
        dy = row_y[t] - y
        square = reach_sq * stretch[t] - dy * dy
        half = math.sqrt(max(square, 0.0))
        chord_sq[t] = square
        start_col[t] = math.ceil(x - half)
        end_col[t] = math.floor(x + half) + 1 if square >= 0.0 else start_col[t]


@compiled
def enter_points(
    x: FloatArray,
    y: FloatArray,
    reach_sq: FloatArray,
    weight: FloatArray,
    row_y: FloatArray,
    stretch: FloatArray,
    power: int,
    segment: int,
    differences: FloatArray,
) -> None:
    """Add the polynomials of all points to `differences` (rows, cols, channels)."""
    rows, cols = differences.shape[0], differences.shape[1]
    start_col, end_col = np.empty(rows, np.int64), np.empty(rows, np.int64)
    chord_sq = np.empty(rows)
    for i in range(x.shape[0]):
        first_row, end_row = rows_in_reach(row_y, stretch, y[i], reach_sq[i])
        if first_row >= end_row:
            continue
        chords(
            x[i], y[i], reach_sq[i], row_y, stretch, first_row, end_row, start_col, end_col,
            chord_sq,
        )  # fmt: skip
        first_col, stop_col = cols, 0
        for t in range(first_row, end_row):
            first_col = min(first_col, start_col[t])
            stop_col = max(stop_col, end_col[t])
        first_col, stop_col = max(first_col, 0), min(stop_col, cols)
        if power == 2:
            enter_quartic(
                x[i], weight[i], first_row, end_row, first_col, stop_col, start_col, end_col,
                chord_sq, segment, differences,
            )  # fmt: skip
        else:
            _enter_power(
                x[i], weight[i], first_row, end_row, first_col, stop_col, start_col, end_col,
                chord_sq, power, segment, differences,
            )  # fmt: skip


@compiled
def _enter_power(
    x: float,
    w: float,
    first_row: int,
    end_row: int,
    first_col: int,
    stop_col: int,
    start_col: IntArray,
    end_col: IntArray,
    chord_sq: FloatArray,
    power: int,
    segment: int,
    differences: FloatArray,
) -> None:
    """`enter_quartic` for power 0, 1 and 3."""
    cols = differences.shape[1]
    for origin in range(first_col - first_col % segment, stop_col, segment):
        segment_end = min(origin + segment, cols)
        offset = x - (origin + segment // 2)
        for t in range(first_row, end_row):
            start, end = max(start_col[t], origin), min(end_col[t], segment_end)
            if start < end:
                _enter(differences, t, start, offset, chord_sq[t], w, power, 1.0)
                if end < segment_end:
                    _enter(differences, t, end, offset, chord_sq[t], -w, power, -1.0)


@compiled_with_fma
def enter_quartic(
    x: float,
    w: float,
    first_row: int,
    end_row: int,
    first_col: int,
    stop_col: int,
    start_col: IntArray,
    end_col: IntArray,
    chord_sq: FloatArray,
    segment: int,
    differences: FloatArray,
) -> None:
    """Add the quartic of one point on its chords to `differences`.

    `first_col` and `stop_col` limit the columns of all chords.
    """
    cols = differences.shape[1]
    for origin in range(first_col - first_col % segment, stop_col, segment):
        segment_end = min(origin + segment, cols)
        offset = x - (origin + segment // 2)
        offset_sq, third = offset * offset, 4.0 * w * offset
        for t in range(first_row, end_row):
            start, end = max(start_col[t], origin), min(end_col[t], segment_end)
            if start >= end:
                continue
            g = chord_sq[t] - offset_sq
            constant, linear, second = w * g * g, third * g, w * (4.0 * offset_sq - 2.0 * g)
            add_quartic(differences[t, start], constant, linear, second, -third, w, 1.0)
            if end < segment_end:
                add_quartic(differences[t, end], -constant, -linear, -second, third, -w, -1.0)


@compiled
def add_quartic(
    pixel: FloatArray,
    constant: float,
    linear: float,
    second: float,
    third: float,
    fourth: float,
    count: float,
) -> None:
    """Add to the coefficients of a pixel, and to its number of kernels."""
    pixel[0] += constant
    pixel[1] += linear
    pixel[2] += second
    pixel[3] += third
    pixel[4] += fourth
    pixel[5] += count


@compiled
def _enter(
    differences: FloatArray,
    row: int,
    col: int,
    offset: float,
    chord_sq: float,
    w: float,
    power: int,
    count: float,
) -> None:
    """Add w (chord_sq - (o - offset)^2)^power as a polynomial in o; power 0, 1 or 3."""
    pixel = differences[row, col]
    g = chord_sq - offset * offset
    pixel[2 * power + 1] += count
    if power == 0:
        pixel[0] += w
    elif power == 1:
        pixel[0] += w * g
        pixel[1] += 2.0 * w * offset
        pixel[2] -= w
    else:
        pixel[0] += w * g * g * g
        pixel[1] += 6.0 * w * offset * g * g
        pixel[2] += w * g * (12.0 * offset * offset - 3.0 * g)
        pixel[3] += w * offset * (8.0 * offset * offset - 12.0 * g)
        pixel[4] += w * (3.0 * g - 12.0 * offset * offset)
        pixel[5] += 6.0 * w * offset
        pixel[6] -= w


@compiled
def sum_along_rows(
    differences: FloatArray, power: int, segment: int, scale: FloatArray, out: FloatArray
) -> None:
    """Add scale[t] times the running sums to `out` (rows, cols); clears `differences`."""
    terms = 2 * power + 1
    sums = np.zeros(terms)
    for t in range(out.shape[0]):
        for left in range(0, out.shape[1], segment):
            sums[:] = 0.0
            kernel_count = 0.0
            for j in range(left, min(left + segment, out.shape[1])):
                pixel = differences[t, j]
                kernel_count += pixel[terms]
                if kernel_count == 0.0:
                    sums[:] = 0.0
                else:
                    offset = float(j - left - segment // 2)
                    value = 0.0
                    for k in range(terms - 1, -1, -1):
                        sums[k] += pixel[k]
                        value = value * offset + sums[k]
                    out[t, j] += scale[t] * max(value, 0.0)
                pixel[:] = 0.0


@compiled
def shape_at(u_sq: float, code: int, gaussian_rate: float) -> float:
    """Value of a kernel, 1 at its centre, at the squared distance u^2 <= 1."""
    if code == CONE:
        return max(1.0 - math.sqrt(u_sq), 0.0)
    if code == GAUSSIAN:
        return math.exp(-gaussian_rate * u_sq)
    return max(1.0 - u_sq, 0.0) ** code


@compiled
def add_directly(
    x: FloatArray,
    y: FloatArray,
    reach_sq: FloatArray,
    weight: FloatArray,
    row_y: FloatArray,
    stretch: FloatArray,
    code: int,
    gaussian_rate: float,
    out: FloatArray,
) -> None:
    """Add each kernel, 1 at its centre, to `out` (rows, cols) pixel by pixel."""
    rows, cols = out.shape
    start_col, end_col = np.empty(rows, np.int64), np.empty(rows, np.int64)
    chord_sq, col_factor = np.empty(rows), np.empty(cols)
    for i in range(x.shape[0]):
        first_row, end_row = rows_in_reach(row_y, stretch, y[i], reach_sq[i])
        if first_row >= end_row:
            continue
        chords(
            x[i], y[i], reach_sq[i], row_y, stretch, first_row, end_row, start_col, end_col,
            chord_sq,
        )  # fmt: skip
        factor_stretch = -1.0
        for t in range(first_row, end_row):
            start, stop = max(start_col[t], 0), min(end_col[t], cols)
            if start >= stop:
                continue
            dy = row_y[t] - y[i]
            dy_sq = dy * dy
            here_sq = reach_sq[i] * stretch[t]
            if code == GAUSSIAN:
                # The Gaussian is a product of a factor per axis. On a plane map the factor
                # along the row is the same for every row: one product per pixel.
                if stretch[t] != factor_stretch:
                    factor_stretch = stretch[t]
                    _gaussian_along_row(x[i], here_sq, gaussian_rate, col_factor)
                row_factor = weight[i] * math.exp(-gaussian_rate * dy_sq / here_sq)
                for j in range(start, stop):
                    out[t, j] += row_factor * col_factor[j]
            elif code == CONE:
                _add_cone(x[i], weight[i], dy_sq, here_sq, start, stop, out[t])
            else:
                for j in range(start, stop):
                    dx = j - x[i]
                    u_sq = (dx * dx + dy_sq) / here_sq
                    out[t, j] += weight[i] * shape_at(u_sq, code, gaussian_rate)


@compiled
def _add_cone(
    x: float, w: float, dy_sq: float, reach_sq: float, start: int, stop: int, row: FloatArray
) -> None:
    """Add a cone, w at its centre, to the columns of a row."""
    slope = w / math.sqrt(reach_sq)
    for j in range(start, stop):
        dx = j - x
        row[j] += max(w - slope * math.sqrt(dx * dx + dy_sq), 0.0)


@compiled
def _gaussian_along_row(
    x: float, reach_sq: float, gaussian_rate: float, col_factor: FloatArray
) -> None:
    """The Gaussian's factor along a row, at the columns that it can reach."""
    reach = math.sqrt(reach_sq)
    rate = gaussian_rate / reach_sq
    first_col = max(math.ceil(x - reach), 0)
    end_col = min(math.floor(x + reach) + 1, col_factor.shape[0])
    for j in range(first_col, end_col):
        col_factor[j] = math.exp(-rate * (j - x) * (j - x))
