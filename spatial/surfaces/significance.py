"""Do the peaks of a surface stand out more than chance would have them?

The surface of the incidents is compared with surfaces of as many incidents that fell by chance,
all on one grid tied to the bandwidth. Each surface is standardised cell by cell with what is
expected there, and of each only the maximum counts: a peak that the maxima of the chance
surfaces seldom reach would be a surprise anywhere on the map.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from queue import SimpleQueue

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_points, frozen
from spatial.compiled import compiled
from spatial.coordinates.grid import Grid
from spatial.density.kernels import DEFAULT_KERNEL, checked_bandwidth, kernel_named
from spatial.errors import InvalidParameterError, InvalidValuesError

DRAWS = 999
FEWER_DRAWS = 199
MANY_POINTS = 200_000
MANY_CELLS = 500_000
"""Above so many points or cells `FEWER_DRAWS` surfaces are drawn by default: each takes long."""
CELLS_PER_BANDWIDTH = 2.5
FEWEST_CELLS_PER_BANDWIDTH = 2.0
MAX_CELLS = 4_000_000
SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class SurfaceTest:
    """A surface held against chance; read-only arrays.

    Attributes
    ----------
    grid : Grid
        On which all surfaces were made.
    standardised : (rows, cols) float64
        How far each cell lies above its expectation, in standard deviations where many
        incidents are expected; 0 at or below it and outside the area.
    maxima : (draws,) float64
        The largest standardised cell of each chance surface, ascending.
    points : int
        Incidents in the area, as many as were drawn each time.
    """

    grid: Grid
    standardised: FloatArray
    maxima: FloatArray
    points: int

    @cached_property
    def p_value(self) -> float:
        """P that chance gives any place as surprising as the most surprising one."""
        return self._p_of(float(self.standardised.max(initial=0.0)))

    def p_at(self, x_m: float, y_m: float) -> float:
        """P that chance gives any place as surprising as this one.

        Parameters
        ----------
        x_m, y_m : float
            A place, metres; the largest of the cell it lies in and of the eight around counts.

        Returns
        -------
        float
            (surfaces whose maximum is at least as large + 1) / (surfaces + 1); 1 outside.
        """
        row = math.floor((self.grid.top_m - y_m) / self.grid.cell_m)
        col = math.floor((x_m - self.grid.left_m) / self.grid.cell_m)
        window = self.standardised[max(row - 1, 0) : row + 2, max(col - 1, 0) : col + 2]
        return self._p_of(float(window.max(initial=0.0)))

    def _p_of(self, height: float) -> float:
        """The share of surfaces, this one among them, whose maximum is at least as large."""
        slack = 1e-9 * max(1.0, height)
        draws = len(self.maxima)
        beyond = draws - int(np.searchsorted(self.maxima, height - slack, side="left"))
        return (beyond + 1.0) / (draws + 1.0)


def null_grid(bounds_m: tuple[float, float, float, float], *, bandwidth_m: float) -> Grid | None:
    """The grid on which surfaces of a bandwidth are held against chance.

    Parameters
    ----------
    bounds_m : left, bottom, right, top
        Of the area, metres.
    bandwidth_m : float
        Radius of support, metres.

    Returns
    -------
    Grid or None
        Cells of two fifths of the bandwidth, or up to half of it where those would be more than
        `MAX_CELLS`; None where these would be too many as well.
    """
    left, bottom, right, top = bounds_m
    area = max(right - left, 1.0) * max(top - bottom, 1.0)
    cell_m = max(bandwidth_m / CELLS_PER_BANDWIDTH, math.sqrt(area / MAX_CELLS))
    if cell_m > bandwidth_m / FEWEST_CELLS_PER_BANDWIDTH:
        return None
    return Grid.covering(bounds_m, cell_m=cell_m)


def seconds_of_test(points: int, grid: Grid) -> float:
    """About the seconds of one processor that `surface_test` takes with its default draws.

    Parameters
    ----------
    points : int
        Number of points.
    grid : Grid
        From `null_grid`.
    """
    cells = grid.rows * grid.cols
    kernel_cells = math.pi * CELLS_PER_BANDWIDTH**2
    return (
        1e-9
        * default_draws(points, cells)
        * (8.0 * points + min(points, cells) * kernel_cells * 1.5 + cells)
    )


def default_draws(points: int, cells: int) -> int:
    """Chance surfaces that a test draws unless told otherwise.

    Parameters
    ----------
    points, cells : int
        Their numbers: with many of either, each surface takes long.
    """
    return DRAWS if points <= MANY_POINTS and cells <= MANY_CELLS else FEWER_DRAWS


def surface_test(
    xy_m: ArrayLike,
    null_mass: ArrayLike,
    grid: Grid,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
    draws: int | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> SurfaceTest:
    """Hold the surface of points against surfaces of as many points that fell by chance.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Points, metres; those in cells without null mass are left aside.
    null_mass : (rows, cols) float64
        Where points fall under the null, in proportion; at least 0, above 0 somewhere.
    grid : Grid
        From `null_grid`.
    bandwidth_m, kernel : float, str
        Of the surface.
    draws : int, optional
        Chance surfaces, at least 19; by default 999, or 199 for more than 200,000 points or
        500,000 cells.
    seed : int
        At least 0; one seed, one answer, whatever the number of threads.
    threads : int
        At least 1.
    on_progress : callable, optional
        Called in this thread as ``on_progress(done, draws)``; what it raises ends the work.

    Returns
    -------
    SurfaceTest

    Raises
    ------
    InvalidPointsError, InvalidBandwidthError, UnknownKernelError
        As `spatial.density.density_on_grid`.
    InvalidValuesError, InvalidParameterError
        If the null mass has another shape or no mass, or a number is out of range.

    Notes
    -----
    Null hypothesis: given their number, points fall independently of one another in
    proportion to the null mass; alternative: somewhere there are more. With E and V mean and
    variance of a cell under the null and m = E^2 / V, the incidents expected in reach in
    effect, a cell of height f = r E above its expectation is standardised by the signed root
    of the Poisson deviance, sqrt(2 m (r ln r - r + 1)): (f - E) / sqrt(V) where m is large,
    but where it is small not driven to the sky by one incident, so that open country does
    not decide the test. The p holds for any standardisation, since the surface and the chance
    surfaces are made alike and only their maxima are compared; over the whole map: with no
    pattern, some place has p <= 0.05 in at most 5 % of maps. Points of one event, or snapped
    to one place, are not independent: then a peak is more than chance for that reason too.
    Cost O(draws x (points + min(points, cells) x cells of the kernel)).

    References
    ----------
    Besag and Diggle (1977), Applied Statistics 26(3) (Monte Carlo tests); Kulldorff (1997),
    Communications in Statistics 26(6) (the maximum of a likelihood ratio over a map).
    """
    points = checked_points(xy_m)
    bandwidth_m = checked_bandwidth(bandwidth_m)
    mass = np.asarray(null_mass, dtype=np.float64)
    if mass.shape != (grid.rows, grid.cols) or not np.all(np.isfinite(mass)) or mass.min() < 0.0:
        raise InvalidValuesError("null_mass", "must be finite and at least 0 in every cell")
    if not mass.sum() > 0.0:
        raise InvalidValuesError("null_mass", "must be above 0 somewhere")
    if draws is None:
        draws = default_draws(len(points), mass.size)
    for name, number, least in (("draws", draws, 19), ("seed", seed, 0), ("threads", threads, 1)):
        if number < least:
            raise InvalidParameterError(name, number, f"at least {least}")
    mesh = _Mesh.of(grid, mass / mass.sum(), bandwidth_m, kernel)
    cells = mesh.cells_of(points)
    expected, effective = mesh.moments(len(cells))
    field = np.zeros(mesh.size)
    counts = np.bincount(cells, minlength=mesh.size)
    _add_stamps(np.unique(cells), counts, mesh.offsets, mesh.weights, field)
    standardised = _standardised(field, expected, effective)
    maxima = np.empty(draws)
    if len(cells):
        _draw_maxima(mesh, len(cells), (expected, effective), maxima, seed, threads, on_progress)
    else:
        maxima[:] = 0.0
    return SurfaceTest(
        grid, frozen(mesh.unpadded(standardised)), frozen(np.sort(maxima)), len(cells)
    )


@dataclass(frozen=True, eq=False)
class _Mesh:
    """The grid with a rim as wide as the kernel, flat; and where chance lets points fall."""

    grid: Grid
    rim: int
    probability: FloatArray  # of each cell of the padded mesh
    offsets: IntArray  # of the kernel's cells from its middle
    weights: FloatArray
    cells: IntArray  # those with null mass
    cumulative: FloatArray  # of their probabilities, up to 1

    @classmethod
    def of(cls, grid: Grid, share: FloatArray, bandwidth_m: float, kernel: str) -> "_Mesh":
        """The mesh of a null, and the kernel on it."""
        reach = bandwidth_m / grid.cell_m
        rim = math.ceil(reach)
        steps = np.arange(-rim, rim + 1)
        distance = np.hypot(steps[:, None], steps[None, :]) / reach
        stamp = np.asarray(kernel_named(kernel).shape(distance), np.float64)
        rows, cols = np.nonzero(stamp > 0.0)
        probability = np.pad(share, rim).ravel()
        offsets = (rows - rim) * (grid.cols + 2 * rim) + (cols - rim)
        cells = np.flatnonzero(probability > 0.0)
        cumulative = np.cumsum(probability[cells])
        cumulative /= cumulative[-1]
        return cls(grid, rim, probability, offsets, stamp[rows, cols], cells, cumulative)

    @property
    def size(self) -> int:
        """Number of cells, the rim included."""
        return len(self.probability)

    def cells_of(self, points: FloatArray) -> IntArray:
        """The cells of the points that lie in cells with null mass."""
        cols = np.floor((points[:, 0] - self.grid.left_m) / self.grid.cell_m).astype(np.int64)
        rows = np.floor((self.grid.top_m - points[:, 1]) / self.grid.cell_m).astype(np.int64)
        is_inside = (rows >= 0) & (rows < self.grid.rows) & (cols >= 0) & (cols < self.grid.cols)
        width = self.grid.cols + 2 * self.rim
        cells = (rows[is_inside] + self.rim) * width + cols[is_inside] + self.rim
        return np.asarray(cells[self.probability[cells] > 0.0], np.int64)

    def moments(self, points: int) -> tuple[FloatArray, FloatArray]:
        """Expectation of each cell, and the incidents expected in reach in effect.

        Outside the null's cells the expectation is infinite, so that none stands out there.
        """
        mean, square = np.zeros(self.size), np.zeros(self.size)
        _add_shares(self.cells, self.probability, self.offsets, self.weights, mean, square)
        is_null_cell = self.probability > 0.0
        variance = np.maximum(square - mean * mean, 1e-12 * square)
        effective = np.zeros(self.size)
        np.divide(points * mean * mean, variance, out=effective, where=variance > 0.0)
        return np.where(is_null_cell, points * mean, np.inf), effective

    def unpadded(self, values: FloatArray) -> FloatArray:
        """(rows, cols) of a flat array with the rim."""
        width = self.grid.cols + 2 * self.rim
        rim = self.rim
        return values.reshape(-1, width)[
            rim : rim + self.grid.rows, rim : rim + self.grid.cols
        ].copy()


def _draw_maxima(
    mesh: _Mesh,
    points: int,
    moments: tuple[FloatArray, FloatArray],
    maxima: FloatArray,
    seed: int,
    threads: int,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    """Fill in the maximum of each chance surface."""
    draws = len(maxima)
    buffers: SimpleQueue[FloatArray] = SimpleQueue()
    for _ in range(threads):
        buffers.put(np.zeros(mesh.size))

    def draw(number: int) -> None:
        """One surface, with random numbers of its own."""
        stream = np.random.SeedSequence(seed, spawn_key=(number,))
        # Sums of exponential gaps are uniforms in ascending order.
        gaps = np.random.Generator(np.random.PCG64(stream)).standard_exponential(points + 1)
        field = buffers.get()
        try:
            maxima[number] = _largest_of_chance(
                gaps, mesh.cells, mesh.cumulative, mesh.offsets, mesh.weights, *moments, field
            )
        finally:
            buffers.put(field)

    with ThreadPoolExecutor(threads) as pool:
        done = map(draw, range(draws)) if threads == 1 else pool.map(draw, range(draws))
        try:
            for number, _ in enumerate(done, start=1):
                if on_progress is not None and (number % 20 == 0 or number == draws):
                    on_progress(number, draws)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@compiled
def _add_shares(
    cells: IntArray,
    probability: FloatArray,
    offsets: IntArray,
    weights: FloatArray,
    mean: FloatArray,
    square: FloatArray,
) -> None:
    """Mean and mean square, per point, of the kernel sum at each cell."""
    for cell in cells:
        for k in range(len(offsets)):
            part = probability[cell] * weights[k]
            mean[cell + offsets[k]] += part
            square[cell + offsets[k]] += part * weights[k]


@compiled
def _add_stamps(
    cells: IntArray, counts: IntArray, offsets: IntArray, weights: FloatArray, field: FloatArray
) -> None:
    """Add the kernel of each cell's points to the field."""
    for cell in cells:
        number = float(counts[cell])
        for k in range(len(offsets)):
            field[cell + offsets[k]] += number * weights[k]


def _standardised(field: FloatArray, expected: FloatArray, effective: FloatArray) -> FloatArray:
    """The signed root of the deviance of each cell above its expectation, 0 elsewhere."""
    ratio = np.zeros(len(field))
    np.divide(field, expected, out=ratio, where=expected > 0.0)
    is_above = ratio > 1.0
    standardised = np.zeros(len(field))
    r = ratio[is_above]
    standardised[is_above] = np.sqrt(2.0 * effective[is_above] * (r * np.log(r) - r + 1.0))
    return standardised


@compiled
def _largest_of_chance(
    gaps: FloatArray,
    cells: IntArray,
    cumulative: FloatArray,
    offsets: IntArray,
    weights: FloatArray,
    expected: FloatArray,
    effective: FloatArray,
    field: FloatArray,
) -> float:
    """The largest standardised cell of points that fell by chance; leaves the field empty."""
    points, last = len(gaps) - 1, len(cells) - 1
    hit = np.empty(min(points, len(cells)), np.int64)
    hit_count, position = 0, 0
    scale = 1.0 / gaps.sum()
    uniform, number = 0.0, 0.0
    for i in range(points):
        uniform += gaps[i] * scale
        if uniform > cumulative[position] and position < last:
            if number > 0.0:
                for k in range(len(offsets)):
                    field[cells[position] + offsets[k]] += number * weights[k]
                hit[hit_count] = cells[position]
                hit_count += 1
                number = 0.0
            position = _first_at_least(cumulative, uniform, position, last)
        number += 1.0
    for k in range(len(offsets)):
        field[cells[position] + offsets[k]] += number * weights[k]
    hit[hit_count] = cells[position]
    hit = hit[: hit_count + 1]
    is_dense = len(hit) * len(offsets) > len(field) // 4
    largest_sq = 0.0
    if is_dense:
        for cell in cells:
            if field[cell] > expected[cell]:
                largest_sq = _larger_sq(field[cell], expected[cell], effective[cell], largest_sq)
        field[:] = 0.0
        return math.sqrt(largest_sq)
    for cell in hit:
        for k in range(len(offsets)):
            neighbour = cell + offsets[k]
            height = field[neighbour]
            field[neighbour] = 0.0
            if height > expected[neighbour]:
                largest_sq = _larger_sq(
                    height, expected[neighbour], effective[neighbour], largest_sq
                )
    return math.sqrt(largest_sq)


@compiled
def _first_at_least(cumulative: FloatArray, uniform: float, position: int, last: int) -> int:
    """The first position from one on whose cumulative share is not below a uniform."""
    low, step = position, 1
    while low + step < last and cumulative[low + step] < uniform:
        low += step
        step *= 2
    high = min(low + step, last)
    while low + 1 < high:
        middle = (low + high) // 2
        if cumulative[middle] < uniform:
            low = middle
        else:
            high = middle
    return high


@compiled
def _larger_sq(height: float, mean: float, effective: float, largest_sq: float) -> float:
    """Twice the deviance of a cell above its expectation, or the largest before it."""
    if mean == 0.0:
        return largest_sq
    excess = height / mean - 1.0
    # r ln r - r + 1 is at most half the square of r - 1: most cells need no logarithm.
    if effective * excess * excess <= largest_sq:
        return largest_sq
    deviance = (excess + 1.0) * math.log1p(excess) - excess
    return max(largest_sq, 2.0 * effective * deviance)


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    grid = Grid(0.0, 400.0, 100.0, 4, 4)
    surface_test([[150.0, 150.0]], np.ones((4, 4)), grid, bandwidth_m=200.0, draws=19)
