"""Sums of kernels along rows of evenly spaced columns: the one method under raster and tile.

A row of pixels crosses a kernel (1 - u^2)^p on one interval of columns, and there it is a
polynomial of degree 2 p in the column. So a point enters its coefficients where the interval
begins and takes them out where it ends; one running sum along the row then gives every pixel.
The cost per point and row does not depend on the bandwidth.

Rounding: coefficients refer to the middle of a short segment of columns, and are carried from
segment to segment; where the number of points in reach falls to zero the sums are set to
zero, so that what is empty is exactly zero and no error travels across a gap.

Everything here is in units of columns. A pixel of row t and column j has the value

    sum_i w_i (1 - u^2)^p
    u^2 = ((j - x_i)^2 + (row_y[t] - y_i)^2) / (reach_sq_i row_stretch[t])

with reach_sq the squared bandwidth at the point and row_stretch 1 on a plane map.
"""

import math

import numpy as np

from spatial.arrays import FloatArray
from spatial.compiled import compiled

SEGMENT = 64
"""Columns that share an origin."""


@compiled
def add_coefficients(
    x: FloatArray,
    y: FloatArray,
    reach_sq: FloatArray,
    weight: FloatArray,
    row_y: FloatArray,
    row_stretch: FloatArray,
    power: int,
    cols: int,
    differences: FloatArray,
) -> None:
    """Enter the polynomials of all points into `differences` (rows, cols + 1, 2 power + 2)."""
    rows = row_y.shape[0]
    for i in range(x.shape[0]):
        scale = weight[i] / reach_sq[i] ** power
        for t in range(rows):
            dy = row_y[t] - y[i]
            chord_sq = reach_sq[i] * row_stretch[t] - dy * dy
            if chord_sq < 0.0:
                continue
            chord = math.sqrt(chord_sq)
            first = math.ceil(x[i] - chord)
            last = math.floor(x[i] + chord)
            if first > last or first >= cols or last < 0:
                continue
            first = max(first, 0.0)
            w = scale / row_stretch[t] ** power
            _enter(differences[t], int(first), x[i], chord_sq, w, power, 1.0)
            if last + 1 < cols:
                _enter(differences[t], int(last) + 1, x[i], chord_sq, -w, power, -1.0)


@compiled
def _enter(
    row: FloatArray, col: int, x: float, chord_sq: float, w: float, power: int, count: float
) -> None:
    """Add w (chord_sq - (j - x)^2)^power, as a polynomial of j about its segment's middle."""
    at = x - ((col // SEGMENT) * SEGMENT + SEGMENT // 2)
    g = chord_sq - at * at
    cell = row[col]
    cell[2 * power + 1] += count
    if power == 0:
        cell[0] += w
    elif power == 1:
        cell[0] += w * g
        cell[1] += 2.0 * w * at
        cell[2] -= w
    elif power == 2:
        cell[0] += w * g * g
        cell[1] += 4.0 * w * at * g
        cell[2] += w * (4.0 * at * at - 2.0 * g)
        cell[3] -= 4.0 * w * at
        cell[4] += w
    else:
        cell[0] += w * g * g * g
        cell[1] += 6.0 * w * at * g * g
        cell[2] += w * g * (12.0 * at * at - 3.0 * g)
        cell[3] += w * at * (8.0 * at * at - 12.0 * g)
        cell[4] += w * (3.0 * g - 12.0 * at * at)
        cell[5] += 6.0 * w * at
        cell[6] -= w


@compiled
def sum_along_rows(differences: FloatArray, power: int, out: FloatArray) -> None:
    """Running sums of the coefficients, evaluated at every column of `out` (rows, cols)."""
    terms = 2 * power + 1
    sums = np.zeros(terms)
    for t in range(out.shape[0]):
        sums[:] = 0.0
        in_reach = 0.0
        for j in range(out.shape[1]):
            offset = j % SEGMENT - SEGMENT // 2
            if j % SEGMENT == 0:
                # Taylor shift by one segment, by repeated synthetic division.
                for k in range(terms - 1):
                    for m in range(terms - 2, k - 1, -1):
                        sums[m] += SEGMENT * sums[m + 1]
            in_reach += differences[t, j, terms]
            if in_reach == 0.0:
                sums[:] = 0.0
                continue
            value = 0.0
            for k in range(terms - 1, -1, -1):
                sums[k] += differences[t, j, k]
                value = value * offset + sums[k]
            out[t, j] += max(value, 0.0)


@compiled
def add_directly(
    x: FloatArray,
    y: FloatArray,
    reach_sq: FloatArray,
    weight: FloatArray,
    row_y: FloatArray,
    row_stretch: FloatArray,
    code: int,
    gaussian_rate: float,
    out: FloatArray,
) -> None:
    """Add each point's kernel to `out` pixel by pixel: for kernels that are no polynomial."""
    rows, cols = out.shape
    for i in range(x.shape[0]):
        for t in range(rows):
            dy = row_y[t] - y[i]
            here_sq = reach_sq[i] * row_stretch[t]
            chord_sq = here_sq - dy * dy
            if chord_sq < 0.0:
                continue
            chord = math.sqrt(chord_sq)
            first = max(math.ceil(x[i] - chord), 0)
            last = min(math.floor(x[i] + chord), cols - 1)
            for j in range(first, last + 1):
                dx = j - x[i]
                out[t, j] += weight[i] * shape_at(
                    (dx * dx + dy * dy) / here_sq, code, gaussian_rate
                )


@compiled
def shape_at(u_sq: float, code: int, gaussian_rate: float) -> float:
    """Value at the squared distance u^2 <= 1 of the kernel with a code, 1 at the centre."""
    if code == 4:
        return max(1.0 - math.sqrt(u_sq), 0.0)
    if code == 5:
        return math.exp(-gaussian_rate * u_sq)
    return max(1.0 - u_sq, 0.0) ** code
