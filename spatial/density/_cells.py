"""Kernels averaged over the cells of a raster, for bandwidths below the size of a cell.

A kernel narrower than a cell, evaluated at the cells' centres, would vanish or tower depending on
where exactly a point lies. Here each cell receives the mass of the kernel inside it, so that the
sum over the cells is the number of points.

In units of the bandwidth, with c(y)^2 = 1 - y^2, the mass of (1 - x^2 - y^2)^p left of the line
x = u between two heights has a closed form. Where the line cuts the circle, c(y) > |u|, the
integral over x from 0 to u is a polynomial in y; elsewhere it is the integral over half the chord,
a multiple of c^(2 p + 1), whose integral over y is one of cos^(2 p + 2) over an angle. Cone and
Gaussian have no closed form; they are integrated over the angle by Gauss-Legendre quadrature, in
smooth pieces between the points where the circle crosses an edge.
"""

import math

import numpy as np

from spatial.arrays import FloatArray
from spatial.compiled import compiled
from spatial.density._rows import CONE
from spatial.density._sums import GAUSSIAN_RATE
from spatial.density.kernels import Kernel

LARGEST_POWER = 3
_ROUNDING = 1e-14  # of the mass of a kernel, which is about 1 in these units
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(12)


def add_cell_masses(
    x: FloatArray,
    y: FloatArray,
    reach: FloatArray,
    weight: FloatArray,
    row_edges: FloatArray,
    kernel: Kernel,
    out: FloatArray,
) -> None:
    """Add to `out` (rows, cols) the mass of each kernel in each cell, in columns of width 1.

    Column j reaches from j - 1/2 to j + 1/2, row t from row_edges[t] to row_edges[t + 1], and
    `reach` (n,) is below 1.
    """
    volume = 1.0 / kernel.peak  # integral of the shape over the plane, including the part cut off
    _add_masses(
        x, y, reach, weight, row_edges, kernel.code, GAUSSIAN_RATE, volume,
        1.0 - kernel.lost_mass, _NODES.copy(), _NODE_WEIGHTS.copy(), out,
    )  # fmt: skip


@compiled
def _add_masses(
    x: FloatArray,
    y: FloatArray,
    reach: FloatArray,
    weight: FloatArray,
    row_edges: FloatArray,
    code: int,
    gaussian_rate: float,
    volume: float,
    full_mass: float,
    nodes: FloatArray,
    node_weights: FloatArray,
    out: FloatArray,
) -> None:
    """`add_cell_masses`, with the nodes of the quadrature."""
    rows, cols = out.shape
    cuts = np.empty(12)
    for i in range(x.shape[0]):
        radius = reach[i]
        first_col = math.floor(x[i] - radius + 0.5)
        last_col = math.floor(x[i] + radius + 0.5)
        first_row = np.searchsorted(row_edges, y[i] - radius, side="right") - 1
        last_row = np.searchsorted(row_edges, y[i] + radius, side="right") - 1
        if last_col < 0 or first_col >= cols or last_row < 0 or first_row >= rows:
            continue
        if first_col == last_col and first_row == last_row:
            out[first_row, first_col] += weight[i] * full_mass
            continue
        for t in range(max(first_row, 0), min(last_row, rows - 1) + 1):
            low = max((row_edges[t] - y[i]) / radius, -1.0)
            high = min((row_edges[t + 1] - y[i]) / radius, 1.0)
            if low >= high:
                continue
            if code <= LARGEST_POWER:
                share = weight[i] / volume
                _add_polynomial(x[i], radius, low, high, share, first_col, last_col, code, out[t])
            else:
                share = weight[i] / volume
                count = _cut_angles(low, high, x[i], radius, first_col, last_col, cuts)
                for k in range(count - 1):
                    _add_by_quadrature(
                        x[i], radius, cuts[k], cuts[k + 1], share, first_col, last_col, code,
                        gaussian_rate, nodes, node_weights, out[t],
                    )  # fmt: skip


@compiled
def _add_polynomial(
    x: float,
    radius: float,
    low: float,
    high: float,
    share: float,
    first_col: int,
    last_col: int,
    power: int,
    row: FloatArray,
) -> None:
    """Add the mass between two heights to the cells of a row, from left to right."""
    half_mass = _half_chords(high, power) - _half_chords(low, power)
    mass_before = 0.0
    for j in range(first_col, last_col + 1):
        edge = (j + 0.5 - x) / radius
        mass = 2.0 * half_mass
        if j < last_col and abs(edge) < 1.0:
            height_limit = math.sqrt(1.0 - edge * edge)
            a, b = (
                min(max(low, -height_limit), height_limit),
                min(max(high, -height_limit), height_limit),
            )
            strip_mass = _strip_integral(abs(edge), b, power) - _strip_integral(
                abs(edge), a, power
            )
            cap_mass = half_mass - (_half_chords(b, power) - _half_chords(a, power))
            mass = half_mass + math.copysign(strip_mass + cap_mass, edge)
        elif edge <= -1.0:
            mass = 0.0
        # What is left of rounding is no mass, and must not go below 0.
        if 0 <= j < row.shape[0] and mass - mass_before > _ROUNDING:
            row[j] += share * (mass - mass_before)
        mass_before = mass


@compiled
def _half_chords(y: float, power: int) -> float:
    """Integral from 0 to y of the integral over x from 0 to c(y)."""
    chord_sq = max(1.0 - y * y, 0.0)
    strip, angle = y * math.sqrt(chord_sq), math.asin(y)
    if power == 0:
        return 0.5 * (strip + angle)
    if power == 1:
        return (strip * (2.0 * chord_sq + 3.0) + 3.0 * angle) / 12.0
    if power == 2:
        return (strip * (chord_sq * (8.0 * chord_sq + 10.0) + 15.0) + 15.0 * angle) / 90.0
    return (
        strip * (chord_sq * (chord_sq * (48.0 * chord_sq + 56.0) + 70.0) + 105.0) + 105.0 * angle
    ) / 840.0  # fmt: skip


@compiled
def _strip_integral(u: float, y: float, power: int) -> float:
    """Integral from 0 to y of the integral over x from 0 to u, for u < c(y)."""
    height_sq, u_sq = y * y, u * u
    if power == 0:
        return u * y
    g = y * (1.0 - height_sq / 3.0)  # integral of c^2
    if power == 1:
        return u * (g - u_sq * y / 3.0)
    gg = y * (1.0 - height_sq * (2.0 / 3.0 - height_sq / 5.0))  # of c^4
    if power == 2:
        return u * (gg - u_sq * (2.0 * g / 3.0 - u_sq * y / 5.0))
    ggg = y * (1.0 - height_sq * (1.0 - height_sq * (0.6 - height_sq / 7.0)))  # of c^6
    return u * (ggg - u_sq * (gg - u_sq * (0.6 * g - u_sq * y / 7.0)))


@compiled
def _add_by_quadrature(
    x: float,
    radius: float,
    start_angle: float,
    end_angle: float,
    share: float,
    first_col: int,
    last_col: int,
    code: int,
    gaussian_rate: float,
    nodes: FloatArray,
    node_weights: FloatArray,
    row: FloatArray,
) -> None:
    """Add the mass between two angles, with no edge crossed between them, to a row's cells."""
    middle, half = 0.5 * (start_angle + end_angle), 0.5 * (end_angle - start_angle)
    for m in range(nodes.shape[0]):
        angle = middle + half * nodes[m]
        v, chord = math.sin(angle), math.cos(angle)
        factor = share * half * node_weights[m] * chord
        left = -chord
        for j in range(first_col, last_col + 1):
            edge = (j + 0.5 - x) / radius
            right = chord if j == last_col else min(max(edge, -chord), chord)
            if right > left and 0 <= j < row.shape[0]:
                integral = _line_integral(right, v, code, gaussian_rate) - _line_integral(
                    left, v, code, gaussian_rate
                )
                row[j] += factor * integral
            left = right


@compiled
def _cut_angles(
    low: float,
    high: float,
    x: float,
    radius: float,
    first_col: int,
    last_col: int,
    cuts: FloatArray,
) -> int:
    """The ends of a row's range of angles, and the angles at which the circle cuts an edge."""
    cuts[0], cuts[1] = math.asin(low), math.asin(high)
    count = 2
    for j in range(first_col, last_col):
        edge = (j + 0.5 - x) / radius
        if abs(edge) < 1.0:
            crossing = math.acos(abs(edge))
            for angle in (-crossing, crossing):
                if cuts[0] < angle < cuts[1]:
                    cuts[count] = angle
                    count += 1
    if cuts[0] < 0.0 < cuts[1]:
        cuts[count] = 0.0
        count += 1
    cuts[:count].sort()
    return count


@compiled
def _line_integral(s: float, v: float, code: int, gaussian_rate: float) -> float:
    """Integral of the cone or the Gaussian from (0, v) to (s, v), in units of the bandwidth."""
    if code == CONE:
        distance = math.sqrt(s * s + v * v)
        bend = v * v * math.asinh(s / abs(v)) if v != 0.0 else 0.0
        return s - 0.5 * (s * distance + bend)
    root = math.sqrt(gaussian_rate)
    factor = 0.5 * math.sqrt(math.pi) / root * math.exp(-gaussian_rate * v * v)
    return factor * math.erf(root * s)
