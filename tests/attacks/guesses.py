"""Guesses that need no attack, to compare attacks with: from margins, and from residents."""

import math

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

ROUNDS = 50
DRAWS = 20


def guesses_from_margins(cells: pd.DataFrame) -> np.ndarray:
    """The likeliest count of each cell that is hidden, from what is published of all others.

    Parameters
    ----------
    cells : DataFrame
        Area, period, category, released (NaN: hidden), low and high of every cell.

    Returns
    -------
    (n,) int64
        Of a cell that is not hidden its released count. The rate of an area times the level of
        its period and category, Poisson between the bounds.
    """
    area = pd.factorize(cells["area"])[0]
    column = pd.factorize(cells["period"].astype(str) + " " + cells["category"])[0]
    low, high = cells["low"].to_numpy(np.int64), cells["high"].to_numpy(np.int64)
    is_hidden = cells["released"].isna().to_numpy()
    counts = np.where(is_hidden, (low + high) / 2.0, cells["released"].to_numpy())
    means = counts
    for _ in range(ROUNDS):
        of_area, of_column = np.bincount(area, counts), np.bincount(column, counts)
        means = of_area[area] * of_column[column] / max(counts.sum(), 1e-9)
        counts = np.where(is_hidden, _mean_between(means, low, high), counts)
    likeliest = np.clip(np.floor(means), low, high)  # the mode of Poisson
    return np.where(is_hidden, likeliest, counts).astype(np.int64)


def _mean_between(means: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The mean of a Poisson count that lies between bounds."""
    steps = low[:, None] + np.arange(int((high - low).max()) + 1)
    log_factorial = np.array([math.lgamma(k + 1.0) for k in range(int(steps.max()) + 1)])
    log_chance = steps * np.log(np.maximum(means, 1e-12))[:, None] - log_factorial[steps]
    chance = np.exp(log_chance - log_chance.max(axis=1, keepdims=True)) * (steps <= high[:, None])
    return np.asarray((chance * steps).sum(axis=1) / chance.sum(axis=1))


def drawn_places(
    shapes: np.ndarray, weights: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Places drawn anywhere in areas that are drawn by weight, metres."""
    chosen = rng.choice(len(shapes), count, p=weights / weights.sum())
    places = np.empty((count, 2))
    for area, rows in pd.Series(np.arange(count)).groupby(chosen):
        places[rows] = _inside(shapes[area], len(rows), rng)
    return places


def _inside(shape: object, count: int, rng: np.random.Generator) -> np.ndarray:
    left, bottom, right, top = shape.bounds  # type: ignore[attr-defined]
    places = np.empty((0, 2))
    while len(places) < count:
        xy_m = rng.uniform((left, bottom), (right, top), (4 * count + 8, 2))
        places = np.concatenate([places, xy_m[shapely.contains_xy(shape, *xy_m.T)]])
    return places[:count]


def share_found(guesses_m: np.ndarray, places_m: np.ndarray, within_m: float) -> float:
    """Share of the guesses that have a true place within a distance."""
    if not len(guesses_m):
        return 0.0
    distance_m, _ = cKDTree(places_m).query(guesses_m)
    return float(np.mean(distance_m <= within_m))


def share_of_draws(
    shapes: np.ndarray, weights: np.ndarray, count: int, places_m: np.ndarray, within_m: float
) -> float:
    """The same of places drawn by weight, the mean of many draws."""
    rng = np.random.default_rng(3)
    return float(
        np.mean(
            [
                share_found(drawn_places(shapes, weights, count, rng), places_m, within_m)
                for _ in range(DRAWS)
            ]
        )
    )


def standard_error(share: float, count: int) -> float:
    """Of a share of so many."""
    return math.sqrt(max(share * (1.0 - share), 1e-9) / max(count, 1))
