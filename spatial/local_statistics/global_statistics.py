"""Statistics of the whole map: is there any spatial pattern at all?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray
from spatial.errors import InvalidNeighboursError, InvalidValuesError, TooFewAreasError
from spatial.local_statistics.getis_ord import checked_area_values
from spatial.weights.lags import lags
from spatial.weights.weights import Neighbours

_MIN_AREAS = 4


@dataclass(frozen=True)
class GlobalStatistic:
    """A statistic of the whole map with its moments under random arrangement.

    Attributes
    ----------
    value, expected, variance : float
        The statistic, and its mean and variance under random arrangement of the values.
    z_score, p_value : float
        (value - expected) / sqrt(variance), and its two-sided normal p.
    areas, islands, links : int
        Number of areas, of those without neighbours, and of directed links.
    """

    value: float
    expected: float
    variance: float
    z_score: float
    p_value: float
    areas: int
    islands: int
    links: int


def global_moran(
    values: ArrayLike, neighbours: Neighbours, *, allow_negative: bool = False
) -> GlobalStatistic:
    """Moran's I of the map: are neighbouring areas alike?

    Parameters
    ----------
    values : (n,) float64
        Finite, not all equal; at least four areas.
    neighbours : Neighbours
        Structure over the same areas. Islands are part of the map, with a lag of 0, as in
        `moran.test(..., adjust.n = FALSE)`.
    allow_negative : bool
        Accept values below 0.

    Returns
    -------
    GlobalStatistic
        With randomisation moments. The expectation is -1 / (n - 1); above it neighbours are
        alike.

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError, InvalidNeighboursError
        As `gi_star`; or if there are no links.

    Notes
    -----
    Rates over unequal denominators are not exchangeable: for them this is a descriptive index,
    not a test.

    References
    ----------
    Cliff and Ord (1981), Spatial Processes, eq. 1.44 and 2.26.
    """
    z, n, s0, s1, s2 = _prepared(values, neighbours, allow_negative=allow_negative)
    squares = float(z @ z)
    value = n / s0 * float(z @ lags(z, neighbours)) / squares
    expected = -1.0 / (n - 1.0)
    kurtosis = n * float(np.sum(z**4)) / squares**2
    square_mean = (
        n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0 * s0)
        - kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0 * s0)
    ) / ((n - 1.0) * (n - 2.0) * (n - 3.0) * s0 * s0)
    return _summary(value, expected, square_mean - expected**2, neighbours)


def global_g(values: ArrayLike, neighbours: Neighbours) -> GlobalStatistic:
    """Getis-Ord general G of the map: are high values near high values, or low near low?

    Parameters
    ----------
    values : (n,) float64
        At least 0, not all equal; at least four areas. G is meaningful only for quantities with
        a natural zero.
    neighbours : Neighbours
        Structure over the same areas; weights are usually binary.

    Returns
    -------
    GlobalStatistic
        Above its expectation if high values cluster, below if low values do. Value and moments
        are NaN if only one area has a value above 0, because no pair has a product.

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError, InvalidNeighboursError
        As `global_moran`.

    References
    ----------
    Getis and Ord (1992), Geographical Analysis 24(3), eq. 5 to 7.
    """
    _, n, s0, s1, s2 = _prepared(values, neighbours, allow_negative=False)
    # Value and moments are ratios of powers; in units of the mean no power overflows.
    x = np.asarray(values, dtype=np.float64)
    x = x / x.mean()
    if np.count_nonzero(x) < 2:
        return _summary(math.nan, math.nan, math.nan, neighbours)
    m1, m2, m3, m4 = (float(np.sum(x**power)) for power in (1, 2, 3, 4))
    pairs = m1 * m1 - m2
    value = float(x @ lags(x, neighbours)) / pairs
    expected = s0 / (n * (n - 1.0))
    b0 = (n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0 * s0
    b1 = -((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0 * s0)
    b2 = -(2.0 * n * s1 - (n + 3.0) * s2 + 6.0 * s0 * s0)
    b3 = 4.0 * (n - 1.0) * s1 - 2.0 * (n + 1.0) * s2 + 8.0 * s0 * s0
    b4 = s1 - s2 + s0 * s0
    square_mean = (b0 * m2 * m2 + b1 * m4 + b2 * m1 * m1 * m2 + b3 * m1 * m3 + b4 * m1**4) / (
        pairs * pairs * n * (n - 1.0) * (n - 2.0) * (n - 3.0)
    )
    return _summary(value, expected, square_mean - expected**2, neighbours)


def _prepared(
    values: ArrayLike, neighbours: Neighbours, *, allow_negative: bool
) -> tuple[FloatArray, float, float, float, float]:
    """Deviations from the mean, n, and the sums S0, S1, S2 of the weights."""
    if neighbours.n < _MIN_AREAS:
        raise TooFewAreasError(neighbours.n, _MIN_AREAS)
    area_values = checked_area_values(values, neighbours.n, allow_negative=allow_negative)
    if not neighbours.links:
        raise InvalidNeighboursError("no area has a neighbour: the map has no pattern to test")
    if np.abs(area_values).max() > 1e75:
        raise InvalidValuesError("values", "must be below 1e75, or their powers overflow")
    origin = np.repeat(np.arange(neighbours.n), neighbours.counts)
    row_totals = np.bincount(origin, neighbours.weights, neighbours.n)
    column_totals = np.bincount(neighbours.indices, neighbours.weights, neighbours.n)
    # S1 is half the sum over pairs of (w_ij + w_ji)^2 = sum of w_ij^2 + w_ij w_ji.
    keys = origin * neighbours.n + neighbours.indices
    reverse_keys = neighbours.indices.astype(np.int64) * neighbours.n + origin
    position = np.minimum(np.searchsorted(keys, reverse_keys), len(keys) - 1)
    reverse_weights = np.where(keys[position] == reverse_keys, neighbours.weights[position], 0.0)
    s1 = float(np.sum(neighbours.weights**2 + neighbours.weights * reverse_weights))
    return (
        area_values - area_values.mean(),
        float(neighbours.n),
        float(neighbours.weights.sum()),
        s1,
        float(np.sum((row_totals + column_totals) ** 2)),
    )


def _summary(
    value: float, expected: float, variance: float, neighbours: Neighbours
) -> GlobalStatistic:
    """The z score and p from the moments; NaN if the variance is not above 0."""
    z_score = (value - expected) / math.sqrt(variance) if variance > 0.0 else math.nan
    return GlobalStatistic(
        value=value,
        expected=expected,
        variance=variance,
        z_score=z_score,
        p_value=math.erfc(abs(z_score) * math.sqrt(0.5)),
        areas=neighbours.n,
        islands=len(neighbours.islands),
        links=neighbours.links,
    )
