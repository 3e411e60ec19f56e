"""Where points centre, how widely they lie around it, and in which direction."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, checked_points, frozen
from spatial.compiled import compiled

MEDIAN_STEPS: Final = 500
MEDIAN_M: Final = 1e-6  # a step shorter than this ends the search for the median
FEWEST_POINTS: Final = 3  # for an ellipse


@dataclass(frozen=True, eq=False)
class Centre:
    """Centre and spread of points; NaN where there are too few.

    Attributes
    ----------
    points : int
        How many.
    mean_m, median_m : (2,) float64
        The mean of the coordinates, and the place with the least sum of distances.
    standard_distance_m : float
        Root of the mean squared distance from the mean centre.
    major_m, minor_m : float
        Semi-axes of the standard deviational ellipse.
    bearing_deg : float
        Of the major axis, clockwise from north, 0 to 180.
    covariance_m2 : (2, 2) float64
        Of the coordinates, unbiased.
    """

    points: int
    mean_m: FloatArray
    median_m: FloatArray
    standard_distance_m: float
    major_m: float
    minor_m: float
    bearing_deg: float
    covariance_m2: FloatArray


def centre(xy_m: ArrayLike) -> Centre:
    """Centre and spread of points.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing of each point, metres; points at one place all count.

    Returns
    -------
    Centre
        Centres with a point or more, the ellipse with three or more.

    Raises
    ------
    InvalidPointsError
        If the points are not a finite (n, 2) array.

    Notes
    -----
    The ellipse is that of CrimeStat: its semi-axes are the root of 2 S / (n - 2), S the sum of
    squares along the principal axes. Of points that scatter normally around one centre it holds
    63 %. The median centre is found by Newton's method, with the steps of Weiszfeld (1937) where
    that does not bring it nearer, and by the condition of Vardi and Zhang (2000) where it is one
    of the points. O(n) for each of some ten steps.

    References
    ----------
    Levine (2013), CrimeStat IV, chapter 4; Vardi and Zhang (2000), PNAS 97(4), eq. 2.6.
    """
    points = checked_points(xy_m)
    n, missing = len(points), np.full(2, np.nan)
    if n == 0:
        return Centre(0, missing, missing, np.nan, np.nan, np.nan, np.nan, np.full((2, 2), np.nan))
    mean = points.mean(axis=0)
    deviation = points - mean
    squares = deviation.T @ deviation
    median = np.empty(2)
    _find_median(deviation, median)
    axes = np.full(2, np.nan)
    bearing = np.nan
    if n >= FEWEST_POINTS:
        values, vectors = np.linalg.eigh(squares)
        axes = np.sqrt(2.0 * np.maximum(values, 0.0) / (n - 2))
        east, north = vectors[:, 1]
        if values[1] > 0.0:
            bearing = float(np.degrees(np.arctan2(east, north)) % 180.0)
    return Centre(
        points=n,
        mean_m=frozen(mean),
        median_m=frozen(median + mean),
        standard_distance_m=float(np.sqrt(np.trace(squares) / n)),
        major_m=float(axes[1]),
        minor_m=float(axes[0]),
        bearing_deg=bearing,
        covariance_m2=frozen(squares / (n - 1) if n > 1 else np.full((2, 2), np.nan)),
    )


@compiled
def _find_median(points: FloatArray, median: FloatArray) -> None:
    """Write the place with the least sum of distances; the points have the mean 0."""
    x, y = 0.0, 0.0
    last_x, last_y, least = x, y, np.inf
    weiszfeld_x, weiszfeld_y = x, y
    nearest, tried = -1, -1
    for _ in range(MEDIAN_STEPS):
        total, weight, sum_x, sum_y = 0.0, 0.0, 0.0, 0.0
        pull_x, pull_y, xx, xy, yy = 0.0, 0.0, 0.0, 0.0, 0.0
        here, shortest = 0, np.inf
        for i in range(len(points)):
            dx, dy = points[i, 0] - x, points[i, 1] - y
            distance = np.sqrt(dx * dx + dy * dy)
            if distance == 0.0:
                here += 1
                continue
            if distance < shortest:
                shortest, nearest = distance, i
            inverse = 1.0 / distance
            total += distance
            weight += inverse
            sum_x += points[i, 0] * inverse
            sum_y += points[i, 1] * inverse
            dx, dy = dx * inverse, dy * inverse
            pull_x += dx
            pull_y += dy
            xx += dy * dy * inverse
            xy -= dx * dy * inverse
            yy += dx * dx * inverse
        pull = np.sqrt(pull_x * pull_x + pull_y * pull_y)
        if pull <= here or weight == 0.0:
            break  # no side pulls more than the points here hold
        if total > least:  # Newton went too far
            x, y, least = weiszfeld_x, weiszfeld_y, np.inf
            continue
        least, last_x, last_y = total, x, y
        stay = here / pull
        weiszfeld_x = (1.0 - stay) * sum_x / weight + stay * x
        weiszfeld_y = (1.0 - stay) * sum_y / weight + stay * y
        if here == 0 and nearest != tried:
            tried = nearest
            if _holds(points, points[nearest, 0], points[nearest, 1]):
                x, y = points[nearest, 0], points[nearest, 1]
                break
        determinant = xx * yy - xy * xy
        if here == 0 and determinant > 1e-9 * (xx + yy) ** 2:
            x += (yy * pull_x - xy * pull_y) / determinant
            y += (xx * pull_y - xy * pull_x) / determinant
        else:
            x, y = weiszfeld_x, weiszfeld_y
        if np.sqrt((x - last_x) ** 2 + (y - last_y) ** 2) < MEDIAN_M:
            break
    median[0], median[1] = x, y


@compiled
def _holds(points: FloatArray, x: float, y: float) -> bool:
    """Whether a place of points is the median: the others do not pull it away."""
    here, pull_x, pull_y = 0, 0.0, 0.0
    for i in range(len(points)):
        dx, dy = points[i, 0] - x, points[i, 1] - y
        distance = np.sqrt(dx * dx + dy * dy)
        if distance == 0.0:
            here += 1
        else:
            pull_x += dx / distance
            pull_y += dy / distance
    return bool(np.sqrt(pull_x * pull_x + pull_y * pull_y) <= here)
