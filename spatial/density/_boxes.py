"""Quartic sums of many points at once: the row method for boxes of points.

At a pixel that every point of a box reaches, the points add up to a polynomial whose
coefficients are nine moments of the box, whatever the number of points. So a whole box enters
its polynomial on the interval of each row that all of its points reach, like a single point in
`spatial.density._rows`. Only the ring of pixels that some points of the box reach and others do
not is summed point by point, in one vectorised loop without a branch. The result is the same
sum, in another order. The derivation is in docs/methods.md, "Boxes of points".

Sparse points are entered one by one. Units and the meaning of `row_y` and `stretch` are those
of `spatial.density._rows`; `reach_sq` belongs to a line of boxes: on a plane map it is the same
for all.
"""

import math
from typing import NamedTuple

import numpy as np

from spatial.arrays import FloatArray, IntArray
from spatial.compiled import compiled, compiled_with_fma
from spatial.density._box_order import LEVELS, SIDE, Boxes, list_tasks
from spatial.density._box_rings import (
    INNER_END,
    INNER_START,
    Stencils,
    add_ring,
    empty_stencils,
    make_stencil,
)
from spatial.density._rows import add_quartic, chords, enter_quartic, rows_in_reach


class Rows(NamedTuple):
    """The rows of a raster that are summed at once.

    Attributes
    ----------
    y, stretch : (rows,) float64
        As in `spatial.density._rows`.
    scale : (rows,) float64
        Factor of the sums in each row.
    segment : int
        Columns that share an origin.
    """

    y: FloatArray
    stretch: FloatArray
    scale: FloatArray
    segment: int


@compiled
def enter_boxes(
    boxes: Boxes,
    rows: Rows,
    first_line: int,
    end_line: int,
    differences: FloatArray,
    out: FloatArray,
) -> None:
    """Add the rings to `out`, scaled by row, and enter the rest into `differences`.

    Boxes are visited in blocks of columns, so that the differences within reach stay in the
    processor's cache from line to line.
    """
    reach = math.sqrt(boxes.line_reach_sq.max() * max(rows.stretch[0], rows.stretch[-1]))
    margin = math.ceil(reach) + 1
    stencil_y, stencil_stretch = rows.y, rows.stretch
    if boxes.is_plane:
        stencil_y = np.arange(-margin, margin + SIDE * boxes.unit).astype(np.float64)
        stencil_stretch = np.ones(stencil_y.shape[0])
    # Slots: one per level on a plane, else one per level and position in the line.
    slots = LEVELS if boxes.is_plane else 2 * SIDE
    stencils = empty_stencils(stencil_y, stencil_stretch, slots, reach, SIDE * boxes.unit)
    buffer = np.empty((4, stencils.rings.shape[2]))
    chord_columns = np.empty((2, out.shape[0]), np.int64)
    chord_sq = np.empty(out.shape[0])
    tasks = np.empty((boxes.block * SIDE * SIDE, 5), np.int64)
    points, moments = np.empty((4, 64)), np.zeros((2, 9))
    for first_box in range(0, boxes.cols, boxes.block):
        for line in range(first_line, end_line):
            task_count = list_tasks(boxes, line, first_box, tasks)
            if not boxes.is_plane:
                stencils.is_made[:] = False
            for k in range(task_count):
                if tasks[k, 0] < 0:
                    _enter_singly(
                        boxes, rows, line, tasks[k], reach, chord_columns, chord_sq, differences
                    )
                    continue
                point_count = tasks[k, 4] - tasks[k, 3]
                if point_count + 3 > points.shape[1]:
                    points = np.empty((4, 2 * point_count + 4))
                _enter_box(
                    boxes, rows, line, first_box, tasks[k], margin, stencils, points, moments,
                    buffer, differences, out,
                )  # fmt: skip


@compiled
def _enter_singly(
    boxes: Boxes,
    rows: Rows,
    line: int,
    task: IntArray,
    reach: float,
    chord_columns: IntArray,
    chord_sq: FloatArray,
    differences: FloatArray,
) -> None:
    """Enter the points of a sparse box one by one."""
    cols = differences.shape[1]
    reach_sq = boxes.line_reach_sq[line]
    start_col, end_col = chord_columns[0], chord_columns[1]
    for i in range(task[3], task[4]):
        x, y, weight = boxes.points[i, 0], boxes.points[i, 1], boxes.points[i, 2]
        first_row, end_row = rows_in_reach(rows.y, rows.stretch, y, reach_sq)
        if first_row < end_row:
            chords(
                x, y, reach_sq, rows.y, rows.stretch, first_row, end_row, start_col, end_col,
                chord_sq,
            )  # fmt: skip
            enter_quartic(
                x, weight, first_row, end_row, max(math.ceil(x - reach), 0),
                min(math.floor(x + reach) + 1, cols), start_col, end_col, chord_sq,
                rows.segment, differences,
            )  # fmt: skip


@compiled
def _enter_box(
    boxes: Boxes,
    rows: Rows,
    line: int,
    first_box: int,
    task: IntArray,
    margin: int,
    stencils: Stencils,
    points: FloatArray,
    moments: FloatArray,
    buffer: FloatArray,
    differences: FloatArray,
    out: FloatArray,
) -> None:
    """Enter the polynomial of a box where all of its points reach, and add its ring to `out`."""
    level = task[0]
    side = boxes.unit << level
    top = boxes.first_row + (line * SIDE + task[2]) * boxes.unit
    left = boxes.first_col + (first_box * SIDE + task[1]) * boxes.unit
    slot = level if boxes.is_plane else (SIDE >> level) + (task[2] >> level)
    if not stencils.is_made[slot]:
        stencil_top = -0.5 if boxes.is_plane else top - 0.5
        make_stencil(stencils, slot, boxes.line_reach_sq[line], stencil_top, side)
    row_shift = top - int(rows.y[0]) - margin if boxes.is_plane else 0
    first_row = max(stencils.row_ranges[slot, 0], -row_shift)
    end_row = min(stencils.row_ranges[slot, 1], out.shape[0] - row_shift)
    if first_row >= end_row:
        return
    middle_x, middle_y = left + 0.5 * (side - 1), top + 0.5 * (side - 1)
    padded_count = _set_moments(
        boxes.points, task[3], task[4], middle_x, middle_y, points, moments[0]
    )
    _enter_moments(
        moments, middle_x, left, first_row, end_row, row_shift, stencils.spans[slot],
        stencils.lines[slot], rows.segment, differences,
    )  # fmt: skip
    add_ring(
        points, padded_count, stencils, slot, first_row, end_row, row_shift, left, rows.scale,
        buffer, out,
    )  # fmt: skip


@compiled
def _set_moments(
    sorted_points: FloatArray,
    start: int,
    stop: int,
    middle_x: float,
    middle_y: float,
    points: FloatArray,
    moments: FloatArray,
) -> int:
    """Set the nine moments about the middle of a box, and its points as `add_ring` takes them.

    Returns the number of points, padded with points of weight zero to a multiple of four.
    """
    moments[:] = 0.0
    for i in range(start, stop):
        a, b = sorted_points[i, 0] - middle_x, sorted_points[i, 1] - middle_y
        w, r = sorted_points[i, 2], a * a + b * b
        k, root = i - start, math.sqrt(w)
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
    padded_count = (stop - start + 3) // 4 * 4
    points[:, stop - start : padded_count] = 0.0
    return padded_count


@compiled_with_fma
def _move_moments(moments: FloatArray, d: float, moved: FloatArray) -> None:
    """The moments about an origin that lies `d` columns left of the middle of the box."""
    w, a, b, aa, ab, bb, ar, br, rr = moments
    r, d_sq = aa + bb, d * d
    moved[0] = w
    moved[1] = a + d * w
    moved[2] = b
    moved[3] = aa + 2.0 * d * a + d_sq * w
    moved[4] = ab + d * b
    moved[5] = bb
    moved[6] = ar + d * (2.0 * aa + r) + 3.0 * d_sq * a + d * d_sq * w
    moved[7] = br + 2.0 * d * ab + d_sq * b
    moved[8] = rr + 4.0 * d * ar + d_sq * (4.0 * aa + 2.0 * r)
    moved[8] += d_sq * (4.0 * d * a + d_sq * w)


@compiled_with_fma
def _enter_moments(
    moments: FloatArray,
    middle_x: float,
    left: int,
    first_row: int,
    end_row: int,
    row_shift: int,
    spans: IntArray,
    lines: FloatArray,
    segment: int,
    differences: FloatArray,
) -> None:
    """Enter the polynomial of a box on the columns that all its points reach.

    Its coefficients are those of docs/methods.md, "Boxes of points", about the middle of each
    segment. `moments[1]` is overwritten.
    """
    cols = differences.shape[1]
    first_col, end_col = cols, 0
    for t in range(first_row, end_row):
        if spans[t, INNER_START] < spans[t, INNER_END]:
            first_col = min(first_col, spans[t, INNER_START] + left)
            end_col = max(end_col, spans[t, INNER_END] + left)
    first_col, end_col = max(first_col, 0), min(end_col, cols)
    moved = moments[1]
    for origin in range(first_col - first_col % segment, end_col, segment):
        segment_end = min(origin + segment, cols)
        _move_moments(moments[0], middle_x - (origin + segment // 2), moved)
        w, a, b, aa, ab, bb, ar, br, rr = moved
        # The squared offsets of the middle of the box are part of the second moment.
        r = aa + bb
        for t in range(first_row, end_row):
            start = max(spans[t, INNER_START] + left, origin)
            end = min(spans[t, INNER_END] + left, segment_end)
            if start >= end:
                continue
            y, c = lines[t, 0], lines[t, 1]
            constant = c * (c * w + 4.0 * y * b - 2.0 * r) + 4.0 * y * (y * bb - br) + rr
            linear = 4.0 * (c * a + 2.0 * y * ab - ar)
            second = 2.0 * r + 4.0 * aa - 2.0 * c * w - 4.0 * y * b
            row = differences[t + row_shift]
            add_quartic(row[start], constant, linear, second, -4.0 * a, w, 1.0)
            if end < segment_end:
                add_quartic(row[end], -constant, -linear, -second, 4.0 * a, -w, -1.0)
