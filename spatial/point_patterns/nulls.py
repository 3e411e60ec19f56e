"""Where points fall by chance: evenly, by a mass, around places, or at the places of others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from spatial.arrays import FloatArray, Progress
from spatial.density.edge import kernel_mass_inside
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.point_patterns.windows import Window

Draw = Callable[[np.random.Generator], FloatArray]
"""Points that fell by chance, from random numbers."""
MOST_TRIES: Final = 400
LEAST_MASS: Final = 0.1


def by_mass(window: Window, mass: FloatArray | None, points: int) -> Draw:
    """Points that fall independently in proportion to a mass.

    Parameters
    ----------
    window : Window
        In which they fall.
    mass : (rows, cols) float64 or None
        Per area of each cell of the window's grid, at least 0; None: evenly.
    points : int
        How many.

    Returns
    -------
    callable
        Draws them.

    Raises
    ------
    InvalidValuesError
        If there is no mass in the window.
    """
    grid = window.grid
    density = np.where(window.mask | window.cut, 1.0 if mass is None else mass, 0.0).ravel()
    cells = np.flatnonzero(density > 0.0)
    if not len(cells):
        raise InvalidValuesError("mass", "must be above 0 somewhere in the window")
    cumulative = np.cumsum(density[cells])
    cumulative /= cumulative[-1]

    def propose(rng: np.random.Generator, number: int) -> FloatArray:
        """Places anywhere in cells by their mass."""
        position = np.searchsorted(cumulative, rng.random(number), side="right")
        row, col = np.divmod(cells[np.minimum(position, len(cells) - 1)], grid.cols)
        inside = rng.random((number, 2))
        return np.column_stack(
            [
                grid.left_m + (col + inside[:, 0]) * grid.cell_m,
                grid.top_m - (row + inside[:, 1]) * grid.cell_m,
            ]
        )

    return _accepted(window, propose, points)


def around(window: Window, places_m: FloatArray, bandwidth_m: float, points: int) -> Draw:
    """Points that fall independently in proportion to a quartic density of places.

    Towards the edge the density is divided by the share of the kernel that is inside, e(x), as
    that of heat maps is: else the draws thin out there, and even points lie further apart than
    by chance. Where e(x) is less than `LEAST_MASS` of its largest, it counts as that.

    Parameters
    ----------
    window : Window
        In which they fall.
    places_m : (k, 2) float64
        Whose density it is, those of them that are in the window: one place at least.
    bandwidth_m : float
        Radius of its kernel; above 0.
    points : int
        How many.

    Returns
    -------
    callable
        Draws them.

    Raises
    ------
    InvalidValuesError, InvalidParameterError
        If there is no place in the window, or the bandwidth is not above 0.
    """
    if not 0.0 < bandwidth_m < np.inf:
        raise InvalidParameterError("bandwidth_m", bandwidth_m, "above 0")
    origins_m = places_m[window.contains(places_m)] if len(places_m) else places_m
    if not len(origins_m):
        raise InvalidValuesError("places", "must be one or more in the window")
    grid = window.grid
    mass = kernel_mass_inside(window.mask | window.cut, grid, bandwidth_m=bandwidth_m)
    mass = np.maximum(mass, LEAST_MASS * mass.max())
    least = mass[window.mask | window.cut].min()

    def propose(rng: np.random.Generator, number: int) -> FloatArray:
        """Places around others, by the kernel: 1 - (1 - u^2)^3 of it lies within u."""
        origin = origins_m[rng.integers(0, len(origins_m), number)]
        radius = bandwidth_m * np.sqrt(1.0 - np.cbrt(1.0 - rng.random(number)))
        angle = 2.0 * np.pi * rng.random(number)
        step = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
        xy_m = origin + step
        row = np.clip((grid.top_m - xy_m[:, 1]) // grid.cell_m, 0, grid.rows - 1).astype(np.int64)
        col = np.clip((xy_m[:, 0] - grid.left_m) // grid.cell_m, 0, grid.cols - 1).astype(np.int64)
        return np.asarray(xy_m[rng.random(number) * mass[row, col] < least], np.float64)

    return _accepted(window, propose, points)


def of_others(places_m: FloatArray, points: int) -> Draw:
    """Some of the places of others, each at most once: random labels.

    Parameters
    ----------
    places_m : (k, 2) float64
        One for each record, `points` or more.
    points : int
        How many.

    Returns
    -------
    callable
        Draws them.

    Raises
    ------
    InvalidParameterError
        If there are fewer others.
    """
    if len(places_m) < points:
        raise InvalidParameterError("points", points, f"at most the {len(places_m)} of others")

    def draw(rng: np.random.Generator) -> FloatArray:
        return places_m[rng.choice(len(places_m), points, replace=False, shuffle=False)]

    return draw


def snapped(draw: Draw, places_m: FloatArray) -> Draw:
    """Points that are moved to the nearest of some places, as the records were.

    Parameters
    ----------
    draw : callable
        Draws the points.
    places_m : (k, 2) float64
        One place or more.

    Returns
    -------
    callable
        Draws and moves them.
    """
    from scipy.spatial import KDTree  # slow to import, and few answers need it

    tree = KDTree(places_m)
    return lambda rng: places_m[tree.query(draw(rng))[1]]


def chance_curves(
    draw: Draw,
    curve: Callable[[FloatArray], FloatArray],
    *,
    draws: int,
    seed: int = 0,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> FloatArray:
    """The curves of patterns that fell by chance.

    Parameters
    ----------
    draw : callable
        Draws a pattern.
    curve : callable
        Its curve.
    draws : int
        At least 19.
    seed : int
        At least 0; one seed, one answer, whatever the number of threads.
    threads : int
        At least 1.
    on_progress : callable, optional
        Called in this thread; what it raises ends the work.

    Returns
    -------
    (draws, m) float64
        In the order of the draws.

    Raises
    ------
    InvalidParameterError
        If a number is out of range.
    """
    for name, number, least in (("draws", draws, 19), ("seed", seed, 0), ("threads", threads, 1)):
        if number < least:
            raise InvalidParameterError(name, number, f"at least {least}")

    def one(number: int) -> FloatArray:
        """The curve of one pattern, with random numbers of its own."""
        stream = np.random.SeedSequence(seed, spawn_key=(number,))
        return curve(draw(np.random.Generator(np.random.PCG64(stream))))

    curves = []
    with ThreadPoolExecutor(threads) as pool:
        done = map(one, range(draws)) if threads == 1 else pool.map(one, range(draws))
        try:
            for number, values in enumerate(done, start=1):
                curves.append(values)
                if on_progress is not None:
                    on_progress(number, draws)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return np.array(curves)


def _accepted(
    window: Window, propose: Callable[[np.random.Generator, int], FloatArray], points: int
) -> Draw:
    """Those of proposed points that lie in the window, as many as are wanted."""

    def draw(rng: np.random.Generator) -> FloatArray:
        parts, missing = [np.empty((0, 2))], points
        for _ in range(MOST_TRIES):
            if not missing:
                break
            places = propose(rng, points + points // 8 + 8)
            places = places[window.contains(places)][:missing]
            parts.append(places)
            missing -= len(places)
        if missing:
            raise InvalidValuesError("mass", "must lie in the window, not beside it")
        return np.concatenate(parts)

    return draw
