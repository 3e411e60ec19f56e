"""Slow, obvious versions of every kernel: the formula, written out, with no cleverness."""

import math
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.stats import poisson


def area_of_each_point(geometries: Sequence[Any], xy_m: NDArray[np.float64]) -> NDArray[np.int32]:
    """The first area that contains or touches each point: every area asked, one by one."""
    area_of_point = np.full(len(xy_m), -1, dtype=np.int32)
    for i, (x, y) in enumerate(xy_m):
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        for position, geometry in enumerate(geometries):
            if geometry.intersects(shapely.Point(x, y)):
                area_of_point[i] = position
                break
    return area_of_point


def getis_ord_z(
    values: NDArray[np.float64], weights: NDArray[np.float64], *, star: bool
) -> NDArray[np.float64]:
    """Ord and Getis (1995), area by area, from a matrix that has the self weights if `star`."""
    z = np.full(len(values), np.nan)
    for i in range(len(values)):
        counted = np.ones(len(values), dtype=bool)
        counted[i] = star
        x, w = values[counted], weights[i, counted]
        n, mean = len(x), x.mean()
        deviation = np.sqrt(np.mean(x**2) - mean**2)
        scale = deviation * np.sqrt((n * np.sum(w**2) - np.sum(w) ** 2) / (n - 1))
        if scale > 1e-9:
            z[i] = (np.sum(w * x) - mean * np.sum(w)) / scale
    return z


def arrangements_beyond(
    values: NDArray[np.float64], weights: NDArray[np.float64], table: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many arrangements give each area a lag at least, and at most, its own.

    `table` has a random order of areas per column; area i's neighbours become the first of
    them that are not i.
    """
    n_above = np.zeros(len(values), np.int64)
    n_below = np.zeros(len(values), np.int64)
    for i in range(len(values)):
        row = weights[i][weights[i] > 0.0]
        lag = weights[i] @ values
        for column in table.T:
            others = [area for area in column if area != i][: len(row)]
            permuted = row @ values[others]
            n_above[i] += permuted >= lag - 1e-9
            n_below[i] += permuted <= lag + 1e-9
    return n_above, n_below


def gaussian(distance_m: NDArray[np.float64], sd_m: float) -> NDArray[np.float64]:
    """The isotropic normal density in the plane, per m^2."""
    return np.exp(-((distance_m / sd_m) ** 2) / 2) / (2 * np.pi * sd_m**2)


def distances(xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every distance between every two points."""
    return np.hypot(xy_m[:, None, 0] - xy_m[None, :, 0], xy_m[:, None, 1] - xy_m[None, :, 1])


def least_squares_criterion(
    xy_m: NDArray[np.float64], weight: NDArray[np.float64], sd_m: float
) -> float:
    """Integral of f^2 less twice the mean of the left-out densities; distinct places."""
    away, total = distances(xy_m), weight.sum()
    squared = weight @ gaussian(away, sd_m * np.sqrt(2)) @ weight / total**2
    fitted = 0.0
    for i in range(len(xy_m)):
        others = np.arange(len(xy_m)) != i
        left_out = weight[others] @ gaussian(away[i, others], sd_m) / weight[others].sum()
        fitted += weight[i] * left_out / total
    return float(squared - 2 * fitted)


def likelihood_criterion(
    xy_m: NDArray[np.float64], weight: NDArray[np.float64], sd_m: float, background: float
) -> float:
    """Mean log of the left-out density mixed with an even one; distinct places."""
    away, total = distances(xy_m), weight.sum()
    width, height = np.ptp(xy_m, axis=0)
    summed = 0.0
    for i in range(len(xy_m)):
        others = np.arange(len(xy_m)) != i
        left_out = weight[others] @ gaussian(away[i, others], sd_m) / weight[others].sum()
        summed += weight[i] * np.log(
            (1 - background) * left_out + max(background / (width * height), 1e-300)
        )
    return float(summed / total)


def inverse_intensity_sum(
    xy_m: NDArray[np.float64], weight: NDArray[np.float64], sd_m: float
) -> float:
    """Sum of the inverse intensities at the points, themselves included, m^2."""
    return float(weight @ (1 / (gaussian(distances(xy_m), sd_m) @ weight)))


def berman_diggle_criterion(
    xy_m: NDArray[np.float64], weight: NDArray[np.float64], sd_m: float
) -> float:
    """M(R) for R = 2 sd from every pair, per unit of area; distinct places."""
    radius, total = 2 * sd_m, weight.sum()
    pairs = np.outer(weight, weight)[~np.eye(len(weight), dtype=bool)] / (
        total**2 - (weight**2).sum()
    )
    away = distances(xy_m)[~np.eye(len(weight), dtype=bool)]
    half = np.minimum(away / (2 * radius), 1)
    lens = 2 * radius**2 * (np.arccos(half) - half * np.sqrt(1 - half**2))
    disc = np.pi * radius**2
    ripley, shared = pairs[away <= radius].sum(), (pairs * lens).sum()
    return float(((weight**2).sum() / total**2 - 2 * ripley) / disc + shared / disc**2)


def prominences(surface: NDArray[np.float64]) -> dict[tuple[int, int], float]:
    """Prominence of every plateau of local maxima, by its first cell, level by level."""
    from scipy import ndimage

    everywhere = np.ones((3, 3))
    prominence_of: dict[tuple[int, int], float] = {}
    levels = np.unique(surface[surface > 0])[::-1]
    alive: dict[tuple[int, int], float] = {}
    for level in levels:
        label, count = ndimage.label(surface >= level, structure=everywhere)
        for k in range(1, count + 1):
            inside = sorted(
                (peak for peak in alive if label[peak] == k), key=lambda p: (-alive[p], p)
            )
            if not inside:
                first = np.argwhere((label == k) & (surface == level))[0]
                alive[int(first[0]), int(first[1])] = float(level)
            for lower in inside[1:]:
                prominence_of[lower] = alive.pop(lower) - float(level)
    return prominence_of | alive


def kernel_mass_by_sampling(
    geometry: Any, x_m: float, y_m: float, shape: Any, bandwidth_m: float, samples: int = 400
) -> float:
    """Share of a kernel's volume inside a geometry, from a fine lattice over its support."""
    offset = ((np.arange(samples) + 0.5) / samples * 2 - 1) * bandwidth_m
    dx, dy = (part.ravel() for part in np.meshgrid(offset, offset))
    value = shape(np.hypot(dx, dy) / bandwidth_m)
    shapely.prepare(geometry)
    inside = shapely.contains_xy(geometry, x_m + dx, y_m + dy)
    return float(value[inside].sum() / value.sum())


def moran_by_all_arrangements(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Moran's I, and its mean and variance over every order of the values."""
    z = values - values.mean()
    scale = len(z) / weights.sum() / (z @ z)
    every = np.array([scale * (y @ weights @ y) for y in map(np.array, permutations(z))])
    return float(scale * (z @ weights @ z)), float(every.mean()), float(every.var())


def general_g_by_all_arrangements(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, float, float]:
    """General G, and its mean and variance over every order of the values."""
    scale = 1.0 / (values.sum() ** 2 - values @ values)
    every = np.array([scale * (y @ weights @ y) for y in map(np.array, permutations(values))])
    return float(scale * (values @ weights @ values)), float(every.mean()), float(every.var())


def kernel_value(name: str, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unit-volume kernel of radius 1, as the table of formulas has it."""
    inside = np.where(u <= 1.0, 1.0 - u * u, 0.0)
    formulas = {
        "quartic": lambda: 3 / np.pi * inside**2,
        "epanechnikov": lambda: 2 / np.pi * inside,
        "triweight": lambda: 4 / np.pi * inside**3,
        "uniform": lambda: np.where(u <= 1.0, 1 / np.pi, 0.0),
        "triangular": lambda: 3 / np.pi * np.where(u <= 1.0, 1.0 - u, 0.0),
        "gaussian": lambda: np.where(u <= 1.0, gaussian(u, 1 / 4), 0.0),
    }
    return formulas[name]()


def kernel_density(
    xy_m: NDArray[np.float64],
    at_m: NDArray[np.float64],
    bandwidth_m: float,
    kernel: str = "quartic",
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Density per km^2 at places (..., 2): the formula over every point, in metres."""
    density = np.zeros(at_m.shape[:-1])
    for point, weight in zip(
        xy_m, np.ones(len(xy_m)) if weights is None else weights, strict=True
    ):
        away = np.hypot(at_m[..., 0] - point[0], at_m[..., 1] - point[1])
        density += weight * kernel_value(kernel, away / bandwidth_m) / bandwidth_m**2
    return density * 1e6


def e_test_p(first: int, second: int, first_days: float, second_days: float) -> float:
    """The E-test by direct summation over both counts, the variance pooled under the null."""
    if first == second == 0:
        return 1.0
    rate = (first + second) / (first_days + second_days)
    counts, masses = [], []
    for days in (first_days, second_days):
        mean = rate * days
        x = np.arange(
            max(0, int(mean - 9 * math.sqrt(mean) - 5)), int(mean + 9 * math.sqrt(mean) + 45)
        )
        counts.append(x)
        masses.append(poisson.pmf(x, mean))
    x1, x2 = counts[0][:, np.newaxis], counts[1][np.newaxis, :]

    def distance(a: Any, b: Any) -> Any:
        variance = np.maximum(a + b, 1) / (first_days * second_days)
        return np.abs(a / first_days - b / second_days) / np.sqrt(variance)

    is_as_far = distance(x1, x2) >= distance(first, second) - 1e-9
    return float(min(1.0, masses[0] @ is_as_far @ masses[1]))
