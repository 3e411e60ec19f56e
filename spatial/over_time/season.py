"""The season of a series: how much each month or quarter is above or below its year."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray
from spatial.errors import InvalidValuesError

LEAST_RATIOS: Final = 2  # of each position, which three whole years give


def season_factors(values: ArrayLike, position: IntArray, *, seasons: int) -> FloatArray | None:
    """The factor of each position of the season, by ratios to a centred moving average.

    Parameters
    ----------
    values : (n,) float64
        Rates (per day, so that a short month is no season) at every step in order; at least 0,
        NaN where not known.
    position : (n,) int64
        Position of each step in its year, from 0.
    seasons : int
        Positions in a year, even: 12 or 4.

    Returns
    -------
    (seasons,) float64 or None
        Their mean is 1. None where a position has fewer than two ratios, for which three whole
        years are needed, or where there is nothing in the year around it.

    Raises
    ------
    InvalidValuesError
        If a position is none of the season.

    Notes
    -----
    Classical multiplicative decomposition: the moving average is over one year with half a step
    at both ends; the factor is the mean of the ratios of a position, divided by the mean of all
    factors. A gap takes with it the ratios of the half year before and after. The season is
    taken to be the same every year; a year that is unlike the others moves the factors.

    References
    ----------
    Kendall, Stuart and Ord (1983), The Advanced Theory of Statistics 3, 46.
    """
    value = np.asarray(values, np.float64)
    if (
        len(position) != len(value)
        or seasons < 2
        or np.any((position < 0) | (position >= seasons))
    ):
        raise InvalidValuesError("position", f"must be 0 to {seasons - 1}, one per value")
    if len(value) <= seasons:
        return None
    window = np.ones(seasons + 1)
    window[[0, -1]] = 0.5
    average = np.full(len(value), np.nan)
    half = seasons // 2
    average[half:-half] = np.convolve(value, window / seasons, mode="valid")
    has_ratio = np.isfinite(average) & np.isfinite(value) & (average > 0.0)
    ratio = value[has_ratio] / average[has_ratio]
    numbers = np.bincount(position[has_ratio], minlength=seasons)
    if numbers.min() < LEAST_RATIOS:
        return None
    factor = np.bincount(position[has_ratio], weights=ratio, minlength=seasons) / numbers
    return np.asarray(factor / factor.mean(), np.float64)
