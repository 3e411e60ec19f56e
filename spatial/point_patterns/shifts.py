"""How far a mean centre has moved, and how surely."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_points
from spatial.compiled import compiled
from spatial.errors import InvalidParameterError
from spatial.point_patterns.centres import FEWEST_POINTS, centre

DIRECTIONS: Final = 1_440  # in which the region around a shift is measured
FEW_POINTS: Final = 500  # in one of the patterns: below, its p is drawn
DRAWS: Final = 1_999


@dataclass(frozen=True)
class Shift:
    """From one mean centre to another; NaN where one has too few points.

    Attributes
    ----------
    distance_m : float
        Between the two.
    bearing_deg : float
        From the first to the second, clockwise from north, 0 to 360.
    lower_m, upper_m : float
        Least and greatest distance in the confidence region of the shift; the greatest is NaN
        where points are too few to bound it.
    p_value : float
        Of a shift as large if points of both patterns fell alike.
    """

    distance_m: float
    bearing_deg: float
    lower_m: float
    upper_m: float
    p_value: float


@dataclass(frozen=True, eq=False)
class _Spread:
    """Number, mean and covariance of the mean of points."""

    points: int
    mean_m: FloatArray
    covariance_m2: FloatArray

    @classmethod
    def of(cls, points: FloatArray) -> "_Spread":
        mean = points.mean(axis=0)
        deviation = points - mean
        n = len(points)
        return cls(n, mean, deviation.T @ deviation / max(n - 1, 1) / n)


def shift(
    before_m: ArrayLike,
    after_m: ArrayLike,
    *,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Shift:
    """The way from the mean centre of points to that of others.

    Parameters
    ----------
    before_m, after_m : (n, 2) float64
        Points, metres, one or more of each; independent of one another.
    confidence : float
        Of the region around the shift; above 0, below 1.
    draws : int
        Random divisions of the points behind p where a pattern is of fewer than `FEW_POINTS`; at
        least 19.
    seed : int
        Of these; at least 0.

    Returns
    -------
    Shift
        Without an interval and a p where a pattern has fewer than three points, or all points
        lie on a line.

    Raises
    ------
    InvalidPointsError, InvalidParameterError
        If the points are not finite, one has none, or a number is out of range.

    Notes
    -----
    Null hypothesis: points of both patterns fall alike. Hotelling's T^2 with a covariance for
    each pattern, S = S1 / n1 + S2 / n2, so that with many points only the centres matter.
    With few points in one of them, T^2 is held against that of random divisions of all points
    into two patterns of the same sizes, p = (b + 1) / (draws + 1); otherwise against F with the
    degrees of freedom of Krishnamoorthy and Yu. The interval is of the distances within the
    ellipse of all shifts that the test does not reject: it covers the true distance at least as
    often as the confidence says.

    References
    ----------
    Krishnamoorthy and Yu (2004), Statistics and Probability Letters 66(2), 161-169; Janssen
    (1997), Statistics and Probability Letters 36(1), 9-21 (permutation of studentised means).
    """
    before, after = checked_points(before_m), checked_points(after_m)
    for name, number, least in (
        ("points", min(len(before), len(after)), 1), ("draws", draws, 19), ("seed", seed, 0)
    ):  # fmt: skip
        if number < least:
            raise InvalidParameterError(name, number, f"at least {least}")
    if not 0.0 < confidence < 1.0:
        raise InvalidParameterError("confidence", confidence, "above 0 and below 1")
    spreads = _Spread.of(before), _Spread.of(after)
    step = spreads[1].mean_m - spreads[0].mean_m
    covariance = spreads[0].covariance_m2 + spreads[1].covariance_m2
    distance = float(np.hypot(*step))
    bearing = math.degrees(math.atan2(step[0], step[1])) % 360.0 if distance > 0.0 else math.nan
    scale = float(np.trace(covariance))
    is_flat = not np.linalg.det(covariance) > 1e-12 * scale * scale
    if min(len(before), len(after)) < FEWEST_POINTS or is_flat:
        return Shift(distance, bearing, math.nan, math.nan, math.nan)
    t_squared = float(step @ np.linalg.inv(covariance) @ step)
    if min(len(before), len(after)) < FEW_POINTS:
        chance = np.sort(_t_squared_of_chance(before, after, draws, seed))
        slack = 1e-9 * max(t_squared, 1.0)
        beyond = draws - int(np.searchsorted(chance, t_squared - slack, side="left"))
        p_value = (beyond + 1) / (draws + 1)
        rank = min(math.ceil((draws + 1) * confidence), draws)
        reach = math.sqrt(float(chance[rank - 1]))
    else:
        p_value, reach = _by_f(spreads, covariance, t_squared, confidence)
    if not math.isfinite(reach):  # so few points that chance divides them into lines
        return Shift(distance, bearing, 0.0, math.nan, p_value)
    angle = np.linspace(0.0, 2.0 * np.pi, DIRECTIONS, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    rim = step[:, None] + reach * np.linalg.cholesky(covariance) @ circle
    distances = np.hypot(rim[0], rim[1])
    lower = float(distances.min()) if t_squared > reach * reach else 0.0
    return Shift(distance, bearing, lower, float(distances.max()), p_value)


def _by_f(
    spreads: tuple[_Spread, _Spread], covariance: FloatArray, t_squared: float, confidence: float
) -> tuple[float, float]:
    """P of T^2, and its root that chance exceeds in 1 - confidence."""
    from scipy.stats import f as f_distribution  # slow to import, and few answers need it

    inverse = np.linalg.inv(covariance)
    terms = 0.0
    for spread in spreads:
        share = spread.covariance_m2 @ inverse
        terms += (np.trace(share @ share) + np.trace(share) ** 2) / (spread.points - 1)
    freedom = 6.0 / terms
    factor = 2.0 * freedom / (freedom - 1.0)
    p_value = float(f_distribution.sf(t_squared / factor, 2.0, freedom - 1.0))
    quantile = float(f_distribution.isf(1.0 - confidence, 2.0, freedom - 1.0))
    return p_value, math.sqrt(factor * quantile)


def _t_squared_of_chance(
    before: FloatArray, after: FloatArray, draws: int, seed: int
) -> FloatArray:
    """T^2 of random divisions of all points into patterns of the same sizes."""
    points = np.concatenate([before, after])
    points = points - points.mean(axis=0)
    part = min(len(before), len(after))
    uniforms = np.random.default_rng(seed).random((draws, part))
    t_squared = np.empty(draws)
    _divide(points, uniforms, np.arange(len(points)), t_squared)
    return t_squared


@compiled
def _divide(
    points: FloatArray, uniforms: FloatArray, order: IntArray, t_squared: FloatArray
) -> None:
    """Fill in T^2 of each division: the first points of a shuffle against the others."""
    n, part = len(points), uniforms.shape[1]
    rest = n - part
    all_xx, all_xy, all_yy = 0.0, 0.0, 0.0
    for i in range(n):
        all_xx += points[i, 0] * points[i, 0]
        all_xy += points[i, 0] * points[i, 1]
        all_yy += points[i, 1] * points[i, 1]
    for draw in range(len(t_squared)):
        x, y, xx, xy, yy = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(part):
            other = i + min(int(uniforms[draw, i] * (n - i)), n - i - 1)
            order[i], order[other] = order[other], order[i]
            px, py = points[order[i], 0], points[order[i], 1]
            x += px
            y += py
            xx += px * px
            xy += px * py
            yy += py * py
        # The points have the mean 0: the sums of the others are those of all less these.
        one, two = 1.0 / (part * (part - 1.0)), 1.0 / (rest * (rest - 1.0))
        cov_xx = (xx - x * x / part) * one + (all_xx - xx - x * x / rest) * two
        cov_xy = (xy - x * y / part) * one + (all_xy - xy - x * y / rest) * two
        cov_yy = (yy - y * y / part) * one + (all_yy - yy - y * y / rest) * two
        dx, dy = x / part + x / rest, y / part + y / rest
        determinant = cov_xx * cov_yy - cov_xy * cov_xy
        if determinant > 0.0:
            squares = cov_yy * dx * dx - 2.0 * cov_xy * dx * dy + cov_xx * dy * dy
            t_squared[draw] = squares / determinant
        else:
            t_squared[draw] = np.inf


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    centre(points)
    shift(points, points, draws=19)
