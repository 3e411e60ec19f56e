"""Rings of pixels that some points of a box reach and others do not: see `spatial._boxes`."""

import math

from spatial.arrays import FloatArray, IntArray
from spatial.compiled import compiled, compiled_with_fma
from spatial.density._rows import rows_in_reach


@compiled
def stencil(
    row_y: FloatArray,
    stretch: FloatArray,
    reach_sq: float,
    top: float,
    side: int,
    rows: IntArray,
    lines: FloatArray,
    ring: FloatArray,
) -> None:
    """What all boxes of one size in one line share: the columns all points reach, and the ring.

    `rows` (rows + 1, 6) receives for each row: first column and end of what all points reach,
    first column and end of what some point may reach, where its ring pixels start, and, in
    row 0 of the last column only, the first row and, in row 1, the end of the rows; columns
    count from the left of the box. `lines` (rows, 2): the height above the middle of the box
    and the squared half chord there. `ring` (3, m): offsets of the pixels from the middle, and
    the bracket of a point there.
    """
    half = 0.5 * side
    middle = 0.5 * (side - 1)
    first, last = rows_in_reach(row_y, stretch, top + half, (math.sqrt(reach_sq) + half) ** 2)
    rows[0, 5], rows[1, 5] = first, last
    pixels = 0
    for t in range(first, last):
        dy = row_y[t] - (top + half)
        here_sq = reach_sq * stretch[t]
        chord_sq = here_sq - dy * dy
        lines[t, 0], lines[t, 1] = dy, chord_sq
        nearest, farthest = max(abs(dy) - half, 0.0), abs(dy) + half
        outer_sq, inner_sq = here_sq - nearest * nearest, here_sq - farthest * farthest
        outer_begin, outer_end = 0, 0
        if outer_sq >= 0.0:
            outer = math.sqrt(outer_sq)
            outer_begin, outer_end = math.ceil(-0.5 - outer), math.floor(side - 0.5 + outer) + 1
        begin, end = outer_end, outer_end
        if inner_sq >= 0.0:
            inner = math.sqrt(inner_sq)
            inner_begin, inner_end = math.ceil(side - 0.5 - inner), math.floor(inner - 0.5) + 1
            if inner_begin < inner_end:
                begin, end = inner_begin, inner_end
        rows[t, 0], rows[t, 1], rows[t, 2], rows[t, 3] = begin, end, outer_begin, outer_end
        rows[t, 4] = pixels
        for from_col, to_col in ((outer_begin, begin), (end, outer_end)):
            for j in range(from_col, to_col):
                dx = j - middle
                ring[0, pixels], ring[1, pixels] = dx, dy
                ring[2, pixels] = chord_sq - dx * dx
                pixels += 1
    rows[last, 4] = pixels


@compiled
def add_ring(
    points: FloatArray,
    padded: int,
    stencil_rows: IntArray,
    ring: FloatArray,
    first: int,
    last: int,
    shift: int,
    left: int,
    scale: FloatArray,
    part: FloatArray,
    out: FloatArray,
) -> None:
    """Add to the raster the sum over the points at the ring pixels of some rows."""
    cols = out.shape[1]
    pixels = stencil_rows[last, 4] - stencil_rows[first, 4]
    leftmost, rightmost = 0, 0
    for t in range(first, last):
        leftmost = min(leftmost, stencil_rows[t, 2])
        rightmost = max(rightmost, stencil_rows[t, 3])
    cut = left + leftmost < 0 or left + rightmost > cols
    if cut:
        # Copy what lies on the raster, so that no time is spent on the rest.
        pixels = 0
        for t in range(first, last):
            read = stencil_rows[t, 4]
            for side in range(2):
                from_col = stencil_rows[t, 2] if side == 0 else stencil_rows[t, 1]
                to_col = stencil_rows[t, 0] if side == 0 else stencil_rows[t, 3]
                for j in range(max(from_col, -left), min(to_col, cols - left)):
                    for c in range(3):
                        part[c, pixels] = ring[c, read + j - from_col]
                    pixels += 1
                read += to_col - from_col
        _sum_ring(points, padded, part, 0, pixels, part[3])
    else:
        _sum_ring(points, padded, ring, stencil_rows[first, 4], pixels, part[3])
    total, read = part[3], 0
    for t in range(first, last):
        row = out[t + shift]
        for side in range(2):
            from_col = stencil_rows[t, 2] if side == 0 else stencil_rows[t, 1]
            to_col = stencil_rows[t, 0] if side == 0 else stencil_rows[t, 3]
            from_col, to_col = max(from_col + left, 0), min(to_col + left, cols)
            factor = scale[t + shift]
            for j in range(to_col - from_col):
                row[from_col + j] += factor * total[read + j]
            read += max(to_col - from_col, 0)


@compiled_with_fma
def _sum_ring(
    points: FloatArray,
    padded: int,
    ring: FloatArray,
    skipped: int,
    pixels: int,
    total: FloatArray,
) -> None:
    """Sum over the points at each ring pixel; four at a time, vectorised over pixels.

    The square root of the weight is in the points, so that one square does for both.
    """
    dx, dy, bracket = ring[0, skipped:], ring[1, skipped:], ring[2, skipped:]
    for k in range(pixels):
        total[k] = 0.0
    for i in range(0, padded, 4):
        a0, b0, c0, w0 = points[0, i], points[1, i], points[2, i], points[3, i]
        a1, b1, c1, w1 = points[0, i + 1], points[1, i + 1], points[2, i + 1], points[3, i + 1]
        a2, b2, c2, w2 = points[0, i + 2], points[1, i + 2], points[2, i + 2], points[3, i + 2]
        a3, b3, c3, w3 = points[0, i + 3], points[1, i + 3], points[2, i + 3], points[3, i + 3]
        for k in range(pixels):
            x, y, g = dx[k], dy[k], bracket[k]
            v0 = max(a0 * x + (b0 * y + (w0 * g - c0)), 0.0)
            v1 = max(a1 * x + (b1 * y + (w1 * g - c1)), 0.0)
            v2 = max(a2 * x + (b2 * y + (w2 * g - c2)), 0.0)
            v3 = max(a3 * x + (b3 * y + (w3 * g - c3)), 0.0)
            total[k] = v0 * v0 + (v1 * v1 + (v2 * v2 + (v3 * v3 + total[k])))


@compiled
def quarter_of(
    stencil_rows: IntArray,
    lines: FloatArray,
    side: int,
    quarter_rows: IntArray,
    quarter: FloatArray,
) -> None:
    """The ring's pixels right of and below the middle, which by symmetry stand for all.

    `quarter_rows` (rows, 3) receives row, first column and end; its last row their number and
    the number of pixels. `quarter` is laid out like the ring.
    """
    found, pixels = 0, 0
    middle = 0.5 * (side - 1)
    for t in range(stencil_rows[0, 5], stencil_rows[1, 5]):
        if lines[t, 0] <= 0.0:
            continue
        whole = stencil_rows[t, 0] == stencil_rows[t, 1]  # no column that all points reach
        from_col = side // 2 if whole else stencil_rows[t, 1]
        to_col = stencil_rows[t, 3]
        if from_col >= to_col:
            continue
        quarter_rows[found, 0], quarter_rows[found, 1], quarter_rows[found, 2] = (
            t,
            from_col,
            to_col,
        )
        found += 1
        for j in range(from_col, to_col):
            dx = j - middle
            quarter[0, pixels], quarter[1, pixels] = dx, lines[t, 0]
            quarter[2, pixels] = lines[t, 1] - dx * dx
            pixels += 1
    quarter_rows[-1, 0], quarter_rows[-1, 1] = found, pixels


@compiled
def add_whole_ring(
    points: FloatArray,
    count: int,
    quarter_rows: IntArray,
    quarter: FloatArray,
    rows_mirrored: int,
    side: int,
    shift: int,
    left: int,
    scale: FloatArray,
    part: FloatArray,
    out: FloatArray,
) -> None:
    """`_add_ring` for a ring that lies on the raster as a whole, four mirrored pixels at once.

    Row t is mirrored to `rows_mirrored` - t, column j to side - 1 - j.
    """
    found, pixels = quarter_rows[-1, 0], quarter_rows[-1, 1]
    _sum_quarter(points, count, quarter, pixels, part)
    read = 0
    for k in range(found):
        t, from_col = quarter_rows[k, 0], quarter_rows[k, 1]
        length = quarter_rows[k, 2] - from_col
        right, mirrored = left + from_col, left + side - 1 - from_col
        below, above = t + shift, rows_mirrored - t + shift
        row, factor = out[below], scale[below]
        for j in range(length):
            row[right + j] += factor * part[0, read + j]
        for j in range(length):
            row[mirrored - j] += factor * part[1, read + j]
        row, factor = out[above], scale[above]
        for j in range(length):
            row[right + j] += factor * part[2, read + j]
        for j in range(length):
            row[mirrored - j] += factor * part[3, read + j]
        read += length


@compiled_with_fma
def _sum_quarter(
    points: FloatArray, count: int, quarter: FloatArray, pixels: int, total: FloatArray
) -> None:
    """Sums over the points at (x, y), (-x, y), (x, -y), (-x, -y) of each pixel of a quarter."""
    dx, dy, bracket = quarter[0], quarter[1], quarter[2]
    right_below, left_below, right_above, left_above = total[0], total[1], total[2], total[3]
    for k in range(pixels):
        right_below[k] = 0.0
        left_below[k] = 0.0
        right_above[k] = 0.0
        left_above[k] = 0.0
    for i in range(0, count, 2):
        a0, b0, c0, w0 = points[0, i], points[1, i], points[2, i], points[3, i]
        a1, b1, c1, w1 = points[0, i + 1], points[1, i + 1], points[2, i + 1], points[3, i + 1]
        for k in range(pixels):
            x, y, g = dx[k], dy[k], bracket[k]
            u0, u1 = w0 * g - c0, w1 * g - c1
            r0, l0, r1, l1 = u0 + a0 * x, u0 - a0 * x, u1 + a1 * x, u1 - a1 * x
            v0, v1 = max(r0 + b0 * y, 0.0), max(r1 + b1 * y, 0.0)
            right_below[k] = v0 * v0 + (v1 * v1 + right_below[k])
            v0, v1 = max(l0 + b0 * y, 0.0), max(l1 + b1 * y, 0.0)
            left_below[k] = v0 * v0 + (v1 * v1 + left_below[k])
            v0, v1 = max(r0 - b0 * y, 0.0), max(r1 - b1 * y, 0.0)
            right_above[k] = v0 * v0 + (v1 * v1 + right_above[k])
            v0, v1 = max(l0 - b0 * y, 0.0), max(l1 - b1 * y, 0.0)
            left_above[k] = v0 * v0 + (v1 * v1 + left_above[k])


@compiled
def ring_capacity(reach: float, side: int, rows: int) -> int:
    """At least the pixels that the ring of the largest box can have."""
    outer, inner = reach + 0.71 * side + 2.0, max(reach - 0.71 * side - 2.0, 0.0)
    area = math.pi * (outer * outer - inner * inner)
    across = (2.0 * reach + side + 4.0) * rows
    return int(min(1.2 * area + 8.0 * outer + 64.0, across)) + 64
