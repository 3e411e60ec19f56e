"""Emerging hot spots: the category of an area's series of hot and cold time steps."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import AnyArray, FloatArray, IntArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.local_statistics.getis_ord import two_sided_p
from spatial.local_statistics.hotspot_map import hotspot_map
from spatial.local_statistics.multiplicity import NOT_TESTED, Correction, is_testable
from spatial.over_time.cube import Window, default_window, maps_of_steps
from spatial.weights.weights import Neighbours

DEFINITIONS = "esri-3"
"""Version of the category definitions, stated in every answer because definitions have changed."""

KINDS = (
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
)
NO_PATTERN = "no pattern detected"
CATEGORIES = (
    *(f"{kind} hot spot" for kind in KINDS),
    *(f"{kind} cold spot" for kind in KINDS),
    NO_PATTERN,
)
MIN_STEPS = 8
_LETTERS = np.array(["C", ".", "H"])


@dataclass(frozen=True, eq=False)
class MannKendall:
    """Trend of each row of a table; read-only (n,) arrays.

    Attributes
    ----------
    s : int64
        Number of rising pairs of steps minus the number of falling pairs.
    variance : float64
        Variance of S without trend, corrected for ties; 0 where all steps are equal.
    z_score, p_value : float64
        With continuity correction; two-sided normal p, 1 where all steps are equal.
    """

    s: IntArray
    variance: FloatArray
    z_score: FloatArray
    p_value: FloatArray


@dataclass(frozen=True, eq=False)
class EmergingHotSpots:
    """Category of each area, with the results it is based on; read-only arrays.

    Attributes
    ----------
    category : (n,) str
        One of `CATEGORIES`; `NOT_TESTED` throughout where there are too few areas to test
        (`is_testable`).
    run : (n,) str
        Class of each step, oldest first: H hot, C cold, a full stop for neither.
    classes : (n, steps) int8
        The same as 1, -1 and 0.
    z_score : (n, steps) float64
        Gi* of each area in each step; 0 in steps that `flat_steps` names.
    trend : MannKendall
        Of the z scores.
    flat_steps : tuple of int
        Steps in which all areas had the same value (for example no incidents): no area is hot or
        cold in them.
    """

    category: AnyArray
    run: AnyArray
    classes: NDArray[np.int8]
    z_score: FloatArray
    trend: MannKendall
    flat_steps: tuple[int, ...]


def mann_kendall(series: ArrayLike) -> MannKendall:
    """Mann-Kendall test for a trend in each row.

    Parameters
    ----------
    series : (n, steps) float64
        Finite, oldest step first; at least two steps.

    Returns
    -------
    MannKendall

    Raises
    ------
    InvalidValuesError
        If the table is not finite or has fewer than two steps.

    Notes
    -----
    Null hypothesis: all orders of the steps are equally likely; alternative, two-sided: later
    steps tend to be higher, or lower. S = sum over pairs of sgn(x_j - x_k), Var = [n (n - 1) (2
    n + 5) - sum over ties of t (t - 1) (2 t + 5)] / 18, z = (S -+ 1) / sqrt(Var).
    Autocorrelated steps, which are common, make the p too small. Cost O(n steps^2).

    References
    ----------
    Mann (1945), Econometrica 13(3); Kendall (1975), Rank Correlation Methods, eq. 4.3.
    """
    table = np.asarray(series, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2 or not np.all(np.isfinite(table)):
        raise InvalidValuesError("series", "must be finite, areas by steps, two steps or more")
    areas, steps = table.shape
    s = np.zeros(areas, np.int64)
    tie_counts = np.ones(table.shape, np.int64)
    for lag in range(1, steps):
        later_values, earlier_values = table[:, lag:], table[:, :-lag]
        s += np.sign(later_values - earlier_values).astype(np.int64).sum(axis=1)
        is_tied = later_values == earlier_values
        tie_counts[:, lag:] += is_tied
        tie_counts[:, :-lag] += is_tied
    # Summing over the t members of a group of equal steps gives t (t - 1)(2 t + 5).
    ties = ((tie_counts - 1) * (2 * tie_counts + 5)).sum(axis=1)
    variance = (steps * (steps - 1) * (2 * steps + 5) - ties) / 18.0
    z_score = np.zeros(areas)
    np.divide(s - np.sign(s), np.sqrt(variance), out=z_score, where=variance > 0.0)
    return MannKendall(
        s=frozen(s),
        variance=frozen(variance),
        z_score=frozen(z_score),
        p_value=frozen(two_sided_p(z_score)),
    )


def emerging_categories(classes: ArrayLike, trend: ArrayLike) -> AnyArray:
    """The category of each series of steps, one of seventeen.

    Parameters
    ----------
    classes : (n, steps) int
        1 hot, -1 cold, 0 neither, oldest first; at least eight steps.
    trend : (n,) int
        1 where the z scores rise, -1 where they fall, 0 without a significant trend.

    Returns
    -------
    (n,) str
        One of `CATEGORIES`.

    Raises
    ------
    InvalidValuesError
        If there are fewer than eight steps, or other values.

    Notes
    -----
    The first definition that applies, in the order of `KINDS`, determines the category. Each is
    given for hot; for cold exchange hot and cold, and up and down. Percentages are of all
    steps:

    New: hot in the last step only. Consecutive: one unbroken run of two or more hot steps at
    the end, none before, under 90 % hot. Intensifying, persistent, diminishing: at least 90 %
    hot including the last step, with trend up, none, down. Sporadic: last step hot, hot on and
    off before, under 90 % hot, never cold. Oscillating: last step hot, cold before, under 90 %
    hot. Historical: last step not hot, at least 90 % hot. With fewer than ten steps no area can
    be historical, because 90 % of nine steps are all nine.

    References
    ----------
    Esri, How Emerging Hot Spot Analysis works (ArcGIS Pro 3).
    """
    table, direction = np.asarray(classes), np.asarray(trend)
    if table.ndim != 2 or direction.shape != table.shape[:1]:
        raise InvalidValuesError("classes", "must be areas by steps, with one trend per area")
    if table.shape[1] < MIN_STEPS:
        raise InvalidValuesError("classes", f"need {MIN_STEPS} steps, got {table.shape[1]}")
    if not (np.all(np.isin(table, (-1, 0, 1))) and np.all(np.isin(direction, (-1, 0, 1)))):
        raise InvalidValuesError("classes", "and trends must be -1, 0 or 1")
    result = np.full(len(table), NO_PATTERN, dtype=object)
    is_open = np.ones(len(table), np.bool_)
    matches_by_sign = {sign: _fitting(sign * table, sign * direction) for sign in (1, -1)}
    for kind in KINDS:
        for sign, name in ((1, "hot"), (-1, "cold")):
            matches = matches_by_sign[sign][kind] & is_open
            result[matches] = f"{kind} {name} spot"
            is_open &= ~matches
    return result


def _fitting(classes: AnyArray, trend: AnyArray) -> dict[str, NDArray[np.bool_]]:
    """For each kind, where its definition applies to hot (1), regardless of earlier kinds."""
    is_hot, steps = classes == 1, classes.shape[1]
    is_hot_last = is_hot[:, -1]
    hot_count = is_hot.sum(axis=1)
    is_mostly_hot = 10 * hot_count >= 9 * steps
    # Length of the unbroken hot run at the end: the steps after the last that was not hot.
    run = np.where(is_hot.all(axis=1), steps, np.argmin(is_hot[:, ::-1], axis=1))
    hot_before = hot_count > run
    has_cold = np.any(classes == -1, axis=1)
    return {
        "new": is_hot_last & (hot_count == 1),
        "consecutive": (run >= 2) & ~hot_before & ~is_mostly_hot,
        "intensifying": is_hot_last & is_mostly_hot & (trend == 1),
        "persistent": is_hot_last & is_mostly_hot & (trend == 0),
        "diminishing": is_hot_last & is_mostly_hot & (trend == -1),
        "sporadic": is_hot_last & hot_before & ~is_mostly_hot & ~has_cold,
        "oscillating": is_hot_last & has_cold & ~is_mostly_hot,
        "historical": ~is_hot_last & is_mostly_hot,
    }


def runs(classes: ArrayLike) -> AnyArray:
    """Each row of classes as letters, oldest first: H hot, C cold, a full stop for neither.

    Parameters
    ----------
    classes : (n, steps) int
        1 hot, -1 cold, 0 neither.
    """
    letters = _LETTERS[np.asarray(classes, dtype=np.int64) + 1]
    return np.array(["".join(row) for row in letters], dtype=object)


def emerging_hot_spots(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    permutations: int,
    most_permutations: int | None = None,
    seed: int = 0,
    correction: Correction = "bh",
    level: float = 0.10,
    trend_level: float = 0.10,
    earlier_steps: int = 0,
    window: Window | None = None,
    threads: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> EmergingHotSpots:
    """Gi* of each time step, the trend of its z scores, and the category of each area.

    Parameters
    ----------
    values : (n, steps) float64
        Counts or rates per area and step, oldest first; finite, at least 0; at least eight steps
        of equal length.
    neighbours : Neighbours
        Structure over the n areas.
    permutations, most_permutations, seed, correction
        As `hotspot_map`. The correction is over the areas of one step; all steps use the same
        random arrangements.
    level : float
        q up to which a step is hot or cold; 0.10 includes every hot and cold class.
    trend_level : float
        p up to which the trend is up or down.
    earlier_steps : int
        Number of earlier steps in which the area and its neighbours also count as neighbours.
    window : {'step', 'neighbourhood', 'cube'} or None
        What a step's sums are compared with, as `maps_of_steps`; None: `default_window`.
    threads : int
        As `permutation_p`.
    on_progress : callable, optional
        Called as ``on_progress(steps done, steps)``.

    Returns
    -------
    EmergingHotSpots

    Raises
    ------
    InvalidValuesError, InvalidParameterError, TooFewAreasError
        If the table, a level or the number of areas is out of range.

    References
    ----------
    As `mann_kendall`, `emerging_categories` and `gi_star`.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or len(table) != neighbours.n:
        raise InvalidValuesError("values", f"must be {neighbours.n} areas by steps")
    steps = table.shape[1]
    if steps < MIN_STEPS:
        raise InvalidValuesError(
            "steps",
            f"a pattern over time needs {MIN_STEPS} whole ones, the period has {steps}: take "
            "a longer period or shorter steps",
        )
    for name, parameter in (("level", level), ("trend_level", trend_level)):
        if not 0.0 < parameter < 1.0:
            raise InvalidParameterError(name, parameter, "above 0 and below 1")
    if not 0 <= earlier_steps < steps:
        raise InvalidParameterError("earlier_steps", earlier_steps, f"from 0 to {steps - 1}")
    make_map = partial(
        hotspot_map,
        permutations=permutations,
        most_permutations=most_permutations,
        seed=seed,
        correction=correction,
        threads=threads,
    )
    maps = maps_of_steps(
        table,
        neighbours,
        earlier_steps=earlier_steps,
        window=window or default_window(earlier_steps),
        make_map=make_map,
        correction=correction,
    )
    z_score, classes = np.zeros(table.shape), np.zeros(table.shape, np.int8)
    flat_steps = []
    for step, step_map in enumerate(maps):
        if step_map is None:
            flat_steps.append(step)
        else:
            z_score[:, step] = np.nan_to_num(step_map.z_score)
            classes[:, step] = step_map.hot(level).astype(np.int8) - step_map.cold(level)
        if on_progress is not None:
            on_progress(step + 1, steps)
    trend = mann_kendall(z_score)
    category = emerging_categories(classes, _direction(trend, trend_level))
    if not is_testable(neighbours.n):
        classes[:], category[:] = 0, NOT_TESTED
    return EmergingHotSpots(
        category=frozen(category),
        run=frozen(runs(classes)),
        classes=frozen(classes),
        z_score=frozen(z_score),
        trend=trend,
        flat_steps=tuple(flat_steps),
    )


def categories_by_step(
    classes: ArrayLike, z_score: ArrayLike, *, trend_level: float = 0.10
) -> AnyArray:
    """The categories that areas had at each step, by the steps up to it.

    Parameters
    ----------
    classes, z_score : (n, steps)
        Of each step, as `EmergingHotSpots` has them; at least eight steps.
    trend_level : float
        p up to which the trend is up or down.

    Returns
    -------
    (n, steps - 7) str
        From the eighth step on; the last column is that of all steps.
    """
    table, scores = np.asarray(classes), np.asarray(z_score, np.float64)
    columns = [
        emerging_categories(
            table[:, :steps], _direction(mann_kendall(scores[:, :steps]), trend_level)
        )
        for steps in range(MIN_STEPS, table.shape[1] + 1)
    ]
    return np.column_stack(columns)


def _direction(trend: MannKendall, level: float) -> AnyArray:
    """1 where z scores rise, -1 where they fall, 0 without a significant trend."""
    direction: AnyArray = np.where(trend.p_value <= level, np.sign(trend.s), 0)
    return direction
