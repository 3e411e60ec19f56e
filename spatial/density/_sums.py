"""How each kernel is summed over the rows of a raster or a tile, and in which bands of rows."""

import itertools
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np

from spatial.arrays import FloatArray, IntArray, Progress
from spatial.density import _box_order, _boxes, _rows
from spatial.density.costs import row_ns
from spatial.density.kernels import GAUSSIAN_RADIUS_PER_SD, Kernel

GAUSSIAN_RATE = 0.5 * GAUSSIAN_RADIUS_PER_SD**2
BAND_BYTES = 16 * 2**20
"""Size of the differences of a band of rows, which are reused: memory is bounded."""
BLOCK_COLS = 128
"""Width of the blocks of boxes visited together, so that their columns stay in the cache."""
TASKS_PER_THREAD = 2
LINE_ROWS = 8.0
DIRECT_BELOW_COLS = 2.0
"""Bandwidth in columns below which a kernel's few pixels are visited one by one."""
BOXES_TO_COLS = 1024.0
"""Bandwidth in columns above which the rings would need too much memory."""
PIECE_NS = 5e8
"""Work of a band between two looks at whether anybody still waits, nanoseconds."""
OCTAVES = 2
"""Points whose bandwidths differ by more than this many factors of two are summed separately."""


def sum_on_rows(
    x: FloatArray,
    y: FloatArray,
    reach_sq: FloatArray,
    weight: FloatArray,
    row_y: FloatArray,
    row_stretch: FloatArray,
    kernel: Kernel,
    out: FloatArray,
    *,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> None:
    """Add to `out` (rows, cols) the kernels, 1 at their centre, of points, one by one.

    Units are columns, as in `spatial.density._rows`: `reach_sq` (n,) is the squared bandwidth
    at each point, `row_y` (rows,) ascends, `row_stretch` multiplies the squared bandwidth on
    its row.
    """
    if not len(x):
        return
    for members in _classes(reach_sq):
        points = (x[members], y[members], reach_sq[members], weight[members])
        reach = math.sqrt(float(points[2].max()) * float(row_stretch.max()))
        work = _rows_band(points, row_y, row_stretch, kernel, out, reach)
        _in_bands(work, points[1], row_y, reach, kernel, out, threads, on_progress)


def sum_in_boxes(
    x: FloatArray,
    y: FloatArray,
    reach_sq: FloatArray | float,
    weight: FloatArray,
    row_y: FloatArray,
    row_stretch: FloatArray,
    kernel: Kernel,
    out: FloatArray,
    *,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> None:
    """As `sum_on_rows` for points of (nearly) one bandwidth; quartic points are summed in boxes.

    If `reach_sq` is an array, the points in one line of boxes share its mean. For a single
    number, and for every kernel but the quartic, the result is that of `sum_on_rows`.
    """
    if not len(x):
        return
    reach = math.sqrt(float(np.max(reach_sq)) * float(row_stretch.max()))
    reach_limit = BOXES_TO_COLS if isinstance(reach_sq, float) else BOXES_TO_COLS / 4.0
    if kernel.power != 2 or reach > reach_limit:
        point_reach_sq = np.broadcast_to(reach_sq, x.shape).copy()
        sum_on_rows(
            x, y, point_reach_sq, weight, row_y, row_stretch, kernel, out,
            threads=threads, on_progress=on_progress,
        )  # fmt: skip
        return
    work = _boxes_band((x, y, reach_sq, weight), row_y, row_stretch, out, reach)
    _in_bands(work, y, row_y, reach, kernel, out, threads, on_progress)


def _classes(reach_sq: FloatArray) -> list[IntArray | slice]:
    """Positions of the points in classes of similar bandwidth.

    All points of a class have one segment length; too long for a bandwidth, it would lose
    digits.
    """
    minimum, maximum = float(reach_sq.min()), float(reach_sq.max())
    width = 4.0**OCTAVES
    if maximum <= minimum * width:
        return [slice(None)]
    class_of_point = np.floor(np.log(reach_sq / minimum) / math.log(width))
    return [np.flatnonzero(class_of_point == k) for k in np.unique(class_of_point)]


def _in_bands(
    work: Callable[[int, int, FloatArray], None],
    y: FloatArray,
    row_y: FloatArray,
    reach: float,
    kernel: Kernel,
    out: FloatArray,
    threads: int,
    on_progress: Progress | None,
) -> None:
    """Call `work` for bands of rows of about equal cost, each with differences of zero.

    `work` must leave the differences at zero, so that they can be used for other bands. Between
    bands `on_progress` is called in the calling thread; what it raises ends the sums.
    """
    rows, cols = out.shape
    channels = 0 if kernel.power is None else _rows.channels(kernel.power)
    rows_limit = max(1, BAND_BYTES // (8 * cols * channels)) if channels else rows
    sample = np.sort(y[:: max(1, len(y) // 4096)])
    # The cost of a row is the number of points in reach of it, plus a constant.
    points_in_reach = np.searchsorted(sample, row_y + reach) - np.searchsorted(
        sample, row_y - reach
    )
    cumulative_work = np.concatenate([[0.0], np.cumsum(points_in_reach + 0.01 * len(sample))])
    point_rows = float(points_in_reach.sum()) * len(y) / len(sample)
    ns = point_rows * row_ns(kernel, min(2.0 * reach, cols))
    tasks = max(
        1 if threads == 1 else threads * TASKS_PER_THREAD, min(math.ceil(ns / PIECE_NS), rows)
    )
    cuts = [
        0,
        *np.searchsorted(
            cumulative_work, np.linspace(0.0, cumulative_work[-1], tasks + 1)[1:-1]
        ).tolist(),
        rows,
    ]
    bands = [
        (first_row, min(first_row + rows_limit, stop))
        for start, stop in itertools.pairwise(cuts)
        for first_row in range(start, stop, rows_limit)
    ]
    height = max(end_row - first_row for first_row, end_row in bands)
    buffers: SimpleQueue[FloatArray] = SimpleQueue()
    for _ in range(min(threads, len(bands))):
        buffers.put(np.zeros((height, cols, channels)))

    def with_differences(first_row: int, end_row: int) -> None:
        differences = buffers.get()
        work(first_row, end_row, differences[: end_row - first_row])
        buffers.put(differences)

    if threads == 1 or len(bands) == 1:
        for k, (first_row, end_row) in enumerate(bands):
            with_differences(first_row, end_row)
            if on_progress is not None:
                on_progress(k + 1, len(bands))
        return
    with ThreadPoolExecutor(threads) as pool:
        futures = [
            pool.submit(with_differences, first_row, end_row) for first_row, end_row in bands
        ]
        try:
            for k, band in enumerate(futures):
                band.result()
                if on_progress is not None:
                    on_progress(k + 1, len(bands))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _rows_band(
    points: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    row_y: FloatArray,
    row_stretch: FloatArray,
    kernel: Kernel,
    out: FloatArray,
    reach: float,
) -> Callable[[int, int, FloatArray], None]:
    """The function that sums a band of rows point by point."""
    power = kernel.power
    top, left = float(row_y[0]) - reach - 1.0, -reach - 1.0
    side = max(LINE_ROWS, reach / LINE_ROWS)
    lines = math.floor((float(row_y[-1]) + reach + 1.0 - top) / side) + 1
    blocks = math.floor((out.shape[1] + reach + 1.0 - left) / side) + 1
    order, line_start = _rows.order_by_blocks(points[0], points[1], top, lines, left, blocks, side)
    x, y, reach_sq, weight = (column[order] for column in points)
    uses_differences = power is not None and reach >= DIRECT_BELOW_COLS
    scaled_weight = weight / reach_sq**power if power is not None and uses_differences else weight
    segment = _rows.segment_for(math.sqrt(float(points[2].min())), power or 0)

    def one_band(first_row: int, end_row: int, differences: FloatArray) -> None:
        stretch = row_stretch[first_row:end_row]
        first_line = max(math.floor((row_y[first_row] - reach - top) / side), 0)
        last_line = min(math.floor((row_y[end_row - 1] + reach - top) / side) + 1, lines)
        selection = slice(line_start[first_line], line_start[last_line])
        arguments = (
            x[selection],
            y[selection],
            reach_sq[selection],
            scaled_weight[selection],
            row_y[first_row:end_row],
            stretch,
        )
        if power is None or not uses_differences:
            _rows.add_directly(*arguments, kernel.code, GAUSSIAN_RATE, out[first_row:end_row])
            return
        _rows.enter_points(*arguments, power, segment, differences)
        scale = stretch ** -float(power)
        _rows.sum_along_rows(differences, power, segment, scale, out[first_row:end_row])

    return one_band


def _boxes_band(
    points: tuple[FloatArray, FloatArray, FloatArray | float, FloatArray],
    row_y: FloatArray,
    row_stretch: FloatArray,
    out: FloatArray,
    reach: float,
) -> Callable[[int, int, FloatArray], None]:
    """The function that sums a band of rows by boxes of points."""
    x, y, reach_sq, weight = points
    largest_reach_sq = float(np.max(reach_sq))
    rows, cols = out.shape
    segment = _rows.segment_for(reach, 2)
    margin = math.ceil(reach) + 1
    unit = _box_order.unit_for(reach, (rows + 2 * margin) * (cols + 2 * margin))
    side = _box_order.SIDE * unit
    first_row = math.floor(row_y[0]) - margin
    lines = (math.ceil(row_y[-1]) + margin - first_row) // side + 1
    box_cols = (cols + 2 * margin) // side + 1
    is_plane = isinstance(reach_sq, float)
    line_reach_sq, scaled_weight = _by_line(y, reach_sq, weight, first_row - 0.5, side, lines)
    sorted_points = np.empty((len(x), 3))
    start = _box_order.sort_into_boxes(
        x, y, scaled_weight, -margin, first_row, box_cols, lines, unit, sorted_points
    )
    boxes = _box_order.Boxes(
        points=sorted_points,
        start=start,
        first_col=-margin,
        first_row=first_row,
        cols=box_cols,
        unit=unit,
        actions=_box_order.actions(round(reach, 2), unit),
        line_reach_sq=line_reach_sq,
        is_plane=is_plane,
        block=max(BLOCK_COLS // side, 1) if is_plane else box_cols,
    )

    def by_boxes(start_row: int, end_row: int, differences: FloatArray) -> None:
        stretch = row_stretch[start_row:end_row]
        scale = 1.0 / (largest_reach_sq * stretch) ** 2
        first_line = max(math.floor((row_y[start_row] - margin - first_row) / side), 0)
        end_line = min(math.floor((row_y[end_row - 1] + margin - first_row) / side) + 1, lines)
        band = _boxes.Rows(row_y[start_row:end_row], stretch, scale, segment)
        _boxes.enter_boxes(boxes, band, first_line, end_line, differences, out[start_row:end_row])
        _rows.sum_along_rows(differences, 2, segment, scale, out[start_row:end_row])

    return by_boxes


def _by_line(
    y: FloatArray,
    reach_sq: FloatArray | float,
    weight: FloatArray,
    top: float,
    side: int,
    lines: int,
) -> tuple[FloatArray, FloatArray]:
    """The squared bandwidth of each line of boxes, and the weights corrected for it.

    The bracket of the quartic is divided by the largest squared bandwidth everywhere, so points
    of a line with a smaller one get larger weights.
    """
    if isinstance(reach_sq, float):
        return np.full(lines, reach_sq), weight
    largest_reach_sq = float(reach_sq.max())
    line = np.clip(np.floor((y - top) / side).astype(np.int64), 0, lines - 1)
    count = np.bincount(line, minlength=lines)
    total = np.bincount(line, weights=reach_sq, minlength=lines)
    mean = np.where(count > 0, total / np.maximum(count, 1), largest_reach_sq)
    return mean, weight * (largest_reach_sq / mean[line]) ** 2
