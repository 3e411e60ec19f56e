"""Rings of pixels that only some points of a box reach: see `spatial.density._boxes`."""

import math
from typing import NamedTuple

import numpy as np

from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.compiled import compiled, compiled_with_fma
from spatial.density._rows import rows_in_reach

# Columns of `Stencils.spans`.
INNER_START, INNER_END, OUTER_START, OUTER_END, RING_START = 0, 1, 2, 3, 4


class Stencils(NamedTuple):
    """The pixels that boxes of one size reach, shared by all such boxes of a line.

    There is one slot per size, and where rows differ also per position in the line.

    Attributes
    ----------
    row_y, stretch : (rows,) float64
        The rows that the stencils are made for.
    spans : (slots, rows + 1, 5) int64
        For each row, in columns from the left of the box: first column and end of what all
        points reach, first column and end of what some point may reach, and the position of the
        row's first pixel in `rings`.
    row_ranges : (slots, 2) int64
        First row and end of the rows that some point may reach.
    lines : (slots, rows, 2) float64
        Distance of each row from the middle of the box, and the squared half chord there.
    rings : (slots, 3, pixels) float64
        For each pixel of the ring: its offsets from the middle of the box, and the bracket of a
        point in the middle.
    is_made : (slots,) bool
        Whether the slot holds a stencil.
    """

    row_y: FloatArray
    stretch: FloatArray
    spans: IntArray
    row_ranges: IntArray
    lines: FloatArray
    rings: FloatArray
    is_made: BoolArray


@compiled
def empty_stencils(
    row_y: FloatArray, stretch: FloatArray, slots: int, reach: float, side: int
) -> Stencils:
    """Arrays for stencils of boxes of at most a side, none of them made yet."""
    rows = row_y.shape[0]
    capacity = ring_capacity(reach, side, rows)
    return Stencils(
        row_y,
        stretch,
        np.empty((slots, rows + 1, 5), np.int64),
        np.zeros((slots, 2), np.int64),
        np.empty((slots, rows, 2)),
        np.empty((slots, 3, capacity)),
        np.zeros(slots, np.bool_),
    )


@compiled
def ring_capacity(reach: float, side: int, rows: int) -> int:
    """An upper bound of the number of pixels in the ring of the largest box."""
    outer_radius, inner_radius = reach + 0.71 * side + 2.0, max(reach - 0.71 * side - 2.0, 0.0)
    area = math.pi * (outer_radius * outer_radius - inner_radius * inner_radius)
    width_limit = (2.0 * reach + side + 4.0) * rows
    return int(min(1.2 * area + 8.0 * outer_radius + 64.0, width_limit)) + 64


@compiled
def make_stencil(stencils: Stencils, slot: int, reach_sq: float, top: float, side: int) -> None:
    """Make the stencil of boxes whose top edge lies at `top`."""
    half_side = 0.5 * side
    middle = 0.5 * (side - 1)
    middle_y = top + half_side
    row_y, stretch = stencils.row_y, stencils.stretch
    spans, lines, ring = stencils.spans[slot], stencils.lines[slot], stencils.rings[slot]
    first_row, end_row = rows_in_reach(
        row_y, stretch, middle_y, (math.sqrt(reach_sq) + half_side) ** 2
    )
    pixel_count = 0
    for t in range(first_row, end_row):
        dy = row_y[t] - middle_y
        row_reach_sq = reach_sq * stretch[t]
        chord_sq = row_reach_sq - dy * dy
        lines[t, 0], lines[t, 1] = dy, chord_sq
        inner_start, inner_end, outer_start, outer_end = _columns_in_reach(row_reach_sq, dy, side)
        spans[t, INNER_START], spans[t, INNER_END] = inner_start, inner_end
        spans[t, OUTER_START], spans[t, OUTER_END] = outer_start, outer_end
        spans[t, RING_START] = pixel_count
        for start, end in ((outer_start, inner_start), (inner_end, outer_end)):
            for col in range(start, end):
                dx = col - middle
                ring[0, pixel_count], ring[1, pixel_count] = dx, dy
                ring[2, pixel_count] = chord_sq - dx * dx
                pixel_count += 1
    spans[end_row, RING_START] = pixel_count
    stencils.row_ranges[slot, 0], stencils.row_ranges[slot, 1] = first_row, end_row
    stencils.is_made[slot] = True


@compiled
def _columns_in_reach(reach_sq: float, dy: float, side: int) -> tuple[int, int, int, int]:
    """First column and end that all points of a box reach in a row, then that some reach.

    If no column is reached by all, the first pair is the end of the second, twice.
    """
    half_side = 0.5 * side
    inner_dy, outer_dy = max(abs(dy) - half_side, 0.0), abs(dy) + half_side
    outer_sq, inner_sq = reach_sq - inner_dy * inner_dy, reach_sq - outer_dy * outer_dy
    if outer_sq < 0.0:
        return 0, 0, 0, 0
    outer_half = math.sqrt(outer_sq)
    outer_start, outer_end = math.ceil(-0.5 - outer_half), math.floor(side - 0.5 + outer_half) + 1
    if inner_sq >= 0.0:
        inner_half = math.sqrt(inner_sq)
        inner_start, inner_end = (
            math.ceil(side - 0.5 - inner_half),
            math.floor(inner_half - 0.5) + 1,
        )
        if inner_start < inner_end:
            return inner_start, inner_end, outer_start, outer_end
    return outer_end, outer_end, outer_start, outer_end


@compiled
def add_ring(
    points: FloatArray,
    point_count: int,
    stencils: Stencils,
    slot: int,
    first_row: int,
    end_row: int,
    row_shift: int,
    left: int,
    scale: FloatArray,
    buffer: FloatArray,
    out: FloatArray,
) -> None:
    """Add to the raster the sum over the points at the ring pixels of some rows.

    `points` (4, n) are those of `_boxes`, padded to a multiple of four; row t of the stencil is
    row t + row_shift of the raster, column 0 its column `left`. `buffer` is (4, pixels).
    """
    cols = out.shape[1]
    spans, ring, sums = stencils.spans[slot], stencils.rings[slot], buffer[3]
    outer_start, outer_end = 0, 0
    for t in range(first_row, end_row):
        outer_start = min(outer_start, spans[t, OUTER_START])
        outer_end = max(outer_end, spans[t, OUTER_END])
    if left + outer_start < 0 or left + outer_end > cols:
        # Copy the pixels that lie on the raster, so that no time is spent on the others.
        pixel_count = _copy_on_raster(spans, ring, first_row, end_row, left, cols, buffer)
        _sum_ring(points, point_count, buffer, 0, pixel_count, sums)
    else:
        ring_start = spans[first_row, RING_START]
        pixel_count = spans[end_row, RING_START] - ring_start
        _sum_ring(points, point_count, ring, ring_start, pixel_count, sums)
    position = 0
    for t in range(first_row, end_row):
        row, factor = out[t + row_shift], scale[t + row_shift]
        for side in range(2):
            start, end = _side_of_ring(spans, t, side)
            start, end = max(start + left, 0), min(end + left, cols)
            for k in range(end - start):
                row[start + k] += factor * sums[position + k]
            position += max(end - start, 0)


@compiled
def _side_of_ring(spans: IntArray, row: int, side: int) -> tuple[int, int]:
    """First column and end of the ring's pixels left (0) or right (1) of the inner columns."""
    if side == 0:
        return spans[row, OUTER_START], spans[row, INNER_START]
    return spans[row, INNER_END], spans[row, OUTER_END]


@compiled
def _copy_on_raster(
    spans: IntArray,
    ring: FloatArray,
    first_row: int,
    end_row: int,
    left: int,
    cols: int,
    buffer: FloatArray,
) -> int:
    """Copy the pixels of a ring that lie on the raster; returns their number."""
    pixel_count = 0
    for t in range(first_row, end_row):
        ring_start = spans[t, RING_START]
        for side in range(2):
            start, end = _side_of_ring(spans, t, side)
            for col in range(max(start, -left), min(end, cols - left)):
                for k in range(3):
                    buffer[k, pixel_count] = ring[k, ring_start + col - start]
                pixel_count += 1
            ring_start += end - start
    return pixel_count


@compiled_with_fma
def _sum_ring(
    points: FloatArray,
    point_count: int,
    ring: FloatArray,
    ring_start: int,
    pixel_count: int,
    sums: FloatArray,
) -> None:
    """Sum over the points at each ring pixel; four at a time, vectorised over pixels.

    The points are multiplied by the square root of their weight, so that squaring once gives
    kernel times weight.
    """
    dx, dy, bracket = ring[0, ring_start:], ring[1, ring_start:], ring[2, ring_start:]
    for k in range(pixel_count):
        sums[k] = 0.0
    for i in range(0, point_count, 4):
        a0, b0, c0, w0 = points[0, i], points[1, i], points[2, i], points[3, i]
        a1, b1, c1, w1 = points[0, i + 1], points[1, i + 1], points[2, i + 1], points[3, i + 1]
        a2, b2, c2, w2 = points[0, i + 2], points[1, i + 2], points[2, i + 2], points[3, i + 2]
        a3, b3, c3, w3 = points[0, i + 3], points[1, i + 3], points[2, i + 3], points[3, i + 3]
        for k in range(pixel_count):
            x, y, g = dx[k], dy[k], bracket[k]
            v0 = max(a0 * x + (b0 * y + (w0 * g - c0)), 0.0)
            v1 = max(a1 * x + (b1 * y + (w1 * g - c1)), 0.0)
            v2 = max(a2 * x + (b2 * y + (w2 * g - c2)), 0.0)
            v3 = max(a3 * x + (b3 * y + (w3 * g - c3)), 0.0)
            sums[k] = v0 * v0 + (v1 * v1 + (v2 * v2 + (v3 * v3 + sums[k])))
