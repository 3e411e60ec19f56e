"""Local Moran: is an area like its neighbours (high among high), or an outlier?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import AnyArray, BoolArray, FloatArray, frozen
from spatial.errors import InvalidValuesError
from spatial.local_statistics.getis_ord import checked_area_values, two_sided_p
from spatial.local_statistics.multiplicity import LEVELS, NOT_SIGNIFICANT, NOT_TESTED
from spatial.local_statistics.permutation import LocalStatistic
from spatial.weights.lags import lags, row_sums
from spatial.weights.weights import Neighbours

QUADRANTS = ("none", "high-high", "low-low", "high-low", "low-high")
"""Value, then neighbours, relative to the mean; `LocalMoran.quadrant` is a position in this."""

_TITLES = {1: "hot", 2: "cold", 3: "high outlier", 4: "low outlier"}


@dataclass(frozen=True, eq=False)
class LocalMoran:
    """Local Moran of each area; read-only (n,) arrays.

    Attributes
    ----------
    i : float64
        (x_i - m) / m2 times the lag of (x - m), m2 the variance with divisor n. Above 0
        if the area and its neighbours are on the same side of the mean.
    expected, variance : float64
        Under conditional permutation.
    z_score, p_value : float64
        Analytic, two-sided. NaN at islands, where the area equals the mean, and where every
        other area is a neighbour.
    quadrant : int8
        Position in `QUADRANTS`; 0 at islands.
    is_island : bool
        Areas without neighbours.
    """

    i: FloatArray
    expected: FloatArray
    variance: FloatArray
    z_score: FloatArray
    p_value: FloatArray
    quadrant: NDArray[np.int8]
    is_island: BoolArray


def local_moran(
    values: ArrayLike, neighbours: Neighbours, *, allow_negative: bool = False
) -> LocalMoran:
    """Local Moran of each area with its quadrant and analytic two-sided p.

    Parameters
    ----------
    values : (n,) float64
        As `spatial.local_statistics.getis_ord.gi_star`.
    neighbours : Neighbours
        Structure over the same areas, usually row-standardised; z does not depend on that.
    allow_negative : bool
        Accept values below 0.

    Returns
    -------
    LocalMoran

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError
        As `gi_star`.

    Notes
    -----
    Null hypothesis: given the value at i, its neighbours have a random selection of the other
    values; alternative, two-sided: the area is more, or less, like its neighbours. With
    z = x - m, W_i and S1_i the sum of the weights and of their squares:

        E = -z_i^2 W_i / ((n - 1) m2) Var = (z_i / m2)^2 n / (n - 2) (S1_i - W_i^2 / (n - 1))
        (m2 - z_i^2 / (n - 1))

    so that its z score is that of Gi with the sign of z_i: the evidence is the same, but the
    question differs. For counts of few incidents use the permutation p
    (`permutation_p(moran_statistic(...))`).

    References
    ----------
    Anselin (1995), Geographical Analysis 27(2), eq. 7; Sokal, Oden and Thomson (1998),
    Geographical Analysis 30(4), and Sauer and others (2021), the conditional moments.
    """
    area_values = checked_area_values(values, neighbours.n, allow_negative=allow_negative)
    n = float(len(area_values))
    z = area_values - area_values.mean()
    m2 = float(z @ z) / n
    lag = lags(z, neighbours)
    weight_sum, weight_sq = row_sums(neighbours)
    leverage = weight_sq - weight_sum * weight_sum / (n - 1.0)
    leverage[leverage <= 1e-12 * weight_sq] = 0.0
    spread = m2 - z * z / (n - 1.0)
    spread[spread <= 1e-14 * n * m2] = 0.0
    i = z * lag / m2
    expected = -(z * z) * weight_sum / ((n - 1.0) * m2)
    variance = (z / m2) ** 2 * (n / (n - 2.0)) * leverage * spread
    z_score = np.full(len(z), np.nan)
    # An area at the mean, apart from rounding, has no variance either.
    has_variance = (variance > 0.0) & (np.abs(z) > 1e-12 * np.abs(z).max())
    np.divide(i - expected, np.sqrt(variance), out=z_score, where=has_variance)
    return LocalMoran(
        i=frozen(i),
        expected=frozen(expected),
        variance=frozen(variance),
        z_score=frozen(z_score),
        p_value=frozen(two_sided_p(z_score)),
        quadrant=frozen(_quadrants(z, lag, neighbours.is_island)),
        is_island=neighbours.is_island,
    )


def moran_statistic(values: ArrayLike, neighbours: Neighbours) -> LocalStatistic:
    """Local Moran for the permutation engine: it rises with the lag where the value is high.

    Parameters
    ----------
    values, neighbours
        As `local_moran`.
    """
    area_values = checked_area_values(values, neighbours.n, allow_negative=True)
    deviation = area_values - area_values.mean()
    deviation[np.abs(deviation) <= 1e-12 * np.abs(deviation).max(initial=0.0)] = 0.0
    return LocalStatistic(area_values, neighbours, slope=deviation)


def moran_classes(quadrant: ArrayLike, q_value: ArrayLike) -> AnyArray:
    """The class of each area: hot, cold or an outlier, at 99, 95 or 90 %.

    Parameters
    ----------
    quadrant : (n,) int8
        From `local_moran`.
    q_value : (n,) float64
        Adjusted p; NaN where not tested.

    Returns
    -------
    (n,) str
        "hot 99" (high among high), "cold 99" (low among low), "high outlier 99" (high among
        low), "low outlier 99" (low among high), ... "not significant", "not tested".
    """
    quadrants, q = np.asarray(quadrant), np.asarray(q_value, dtype=np.float64)
    if quadrants.shape != q.shape:
        raise InvalidValuesError("q_value", f"must have shape {quadrants.shape}, got {q.shape}")
    result = np.full(len(q), NOT_SIGNIFICANT, dtype="U16")
    for level in reversed(LEVELS):
        is_significant = q <= level * (1.0 + 1e-12)
        for position, title in _TITLES.items():
            result[is_significant & (quadrants == position)] = (
                f"{title} {round(100 * (1 - level))}"
            )
    result[np.isnan(q)] = NOT_TESTED
    return result


def _quadrants(z: FloatArray, lag: FloatArray, is_island: BoolArray) -> NDArray[np.int8]:
    """Position in `QUADRANTS` of each value and lag; both are deviations from the mean."""
    is_high, is_high_around = z > 0.0, lag > 0.0
    quadrant = np.select(
        [is_island, is_high & is_high_around, ~is_high & ~is_high_around, is_high],
        [0, 1, 2, 3],
        default=4,
    )
    return quadrant.astype(np.int8)
