"""Local Geary, Lee's L and the bivariate local Moran: do values go together in space?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, frozen
from spatial.associations.pair_sums import PairStatistic
from spatial.local_statistics.getis_ord import checked_area_values
from spatial.weights.lags import lags, row_sums
from spatial.weights.weights import Neighbours


@dataclass(frozen=True, eq=False)
class Association:
    """A local statistic of each area; read-only (n,) arrays.

    Attributes
    ----------
    value : float64
        NaN at islands.
    expected, variance : float64
        Under conditional permutation; NaN at islands, and the variance where it is not known.
    high, high_around : float64
        What the classes of an area are by: above 0 where it, or its neighbours, are high.
    """

    value: FloatArray
    expected: FloatArray
    variance: FloatArray
    high: FloatArray
    high_around: FloatArray

    @property
    def z_score(self) -> FloatArray:
        """(n,) standard score by the moments of the null; NaN where there is no variance."""
        z_score = np.full(len(self.value), np.nan)
        has_variance = self.variance > 1e-12 * np.nanmax(self.variance, initial=0.0)
        deviation = np.sqrt(self.variance, out=np.ones(len(z_score)), where=has_variance)
        np.divide(self.value - self.expected, deviation, out=z_score, where=has_variance)
        return z_score


def geary_statistic(values: ArrayLike, neighbours: Neighbours) -> PairStatistic:
    """Local Geary for the permutation of `pair_p`.

    Parameters
    ----------
    values, neighbours
        As `local_geary`.
    """
    z = _standard(values, neighbours)
    weight_sum, _ = row_sums(neighbours)
    terms = np.column_stack([weight_sum * z * z, -2.0 * z, np.ones(len(z)), np.zeros(len(z))])
    return PairStatistic(z, z * z, neighbours, terms)


def local_geary(values: ArrayLike, neighbours: Neighbours) -> Association:
    """Local Geary c of each area: how much it differs from its neighbours.

    Parameters
    ----------
    values : (n,) float64
        Finite, not all equal.
    neighbours : Neighbours
        Structure over the same areas, usually row-standardised.

    Returns
    -------
    Association
        Low where an area is like its neighbours, whether they are high, low or between.

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError
        As `spatial.local_statistics.getis_ord.gi_star`.

    Notes
    -----
    c_i = sum_j w_ij (z_i - z_j)^2, with z = (x - m) / s and s^2 the variance with divisor n. Under
    conditional permutation its neighbours are a sample of the N = n - 1 others, whose squared
    differences d from i have the mean m_i and the variance s_i^2 (divisor N):

        E = W_i m_i    Var = s_i^2 N / (N - 1) (S1_i - W_i^2 / N)

    with W_i and S1_i the sum of the weights and of their squares.

    References
    ----------
    Anselin (1995), Geographical Analysis 27(2); Sokal, Oden and Thomson (1998),
    Geographical Analysis 30(4); Anselin (2019), Geographical Analysis 51(2).
    """
    statistic = geary_statistic(values, neighbours)
    z = statistic.u
    n, others = len(z), len(z) - 1.0
    cube, fourth = float((z**3).mean()), float((z**4).mean())
    mean = n * (z * z + 1.0) / others
    mean_square = n * (z**4 + 6.0 * z * z - 4.0 * z * cube + fourth) / others
    weight_sum, spread = _spread(neighbours)
    variance = (mean_square - mean * mean) * spread
    return _association(statistic, weight_sum * mean, variance, z, lags(z, neighbours))


def lee_statistic(
    values: ArrayLike, other_values: ArrayLike, neighbours: Neighbours
) -> PairStatistic:
    """Lee's L for the permutation of `pair_p`.

    Parameters
    ----------
    values, other_values, neighbours
        As `local_lee`.
    """
    z, other_z = _standard(values, neighbours), _standard(other_values, neighbours)
    return PairStatistic(z, other_z, neighbours, np.tile([0.0, 0.0, 0.0, 1.0], (len(z), 1)))


def local_lee(values: ArrayLike, other_values: ArrayLike, neighbours: Neighbours) -> Association:
    """Lee's L of each area: do the surroundings' two values deviate the same way?

    Parameters
    ----------
    values, other_values : (n,) float64
        Finite, neither all equal.
    neighbours : Neighbours
        Structure over the same areas, usually row-standardised. The area itself is not counted.

    Returns
    -------
    Association
        Above 0 where the neighbours' means of both values are high, or both are low. The variance
        under the null is not known: p is by permutation.

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError
        As `spatial.local_statistics.getis_ord.gi_star`.

    Notes
    -----
    L_i = (sum_j w_ij zx_j) (sum_j w_ij zy_j), divisor n in the standard deviations. Under
    conditional permutation of both values together, with mx, my and mxy the means of zx, zy and
    their product over the N = n - 1 others:

        E = S1_i mxy + (W_i^2 - S1_i) (N mx my - mxy) / (N - 1)

    References
    ----------
    Lee (2001), Journal of Geographical Systems 3(4), eq. 22.
    """
    statistic = lee_statistic(values, other_values, neighbours)
    z, other_z = statistic.u, statistic.v
    others = len(z) - 1.0
    weight_sum, square_sum = row_sums(neighbours)
    mean_product = (len(z) * float((z * other_z).mean()) - z * other_z) / others
    product_of_means = z * other_z / (others * others)
    expected = square_sum * mean_product + (weight_sum**2 - square_sum) * (
        others * product_of_means - mean_product
    ) / (others - 1.0)
    unknown = np.full(len(z), np.nan)
    return _association(
        statistic, expected, unknown, lags(z, neighbours), lags(other_z, neighbours)
    )


def bivariate_moran_statistic(
    values: ArrayLike, other_values: ArrayLike, neighbours: Neighbours
) -> PairStatistic:
    """The bivariate local Moran as a statistic of sums.

    Parameters
    ----------
    values, other_values, neighbours
        As `bivariate_moran`.
    """
    z, other_z = _standard(values, neighbours), _standard(other_values, neighbours)
    terms = np.zeros((len(z), 4))
    terms[:, 1] = z * (len(z) - 1.0) / len(z)
    return PairStatistic(other_z, np.zeros(len(z)), neighbours, terms)


def bivariate_moran(
    values: ArrayLike, other_values: ArrayLike, neighbours: Neighbours
) -> Association:
    """Bivariate local Moran of each area: one value in it, and another around it.

    Parameters
    ----------
    values : (n,) float64
        In the areas; finite, not all equal.
    other_values : (n,) float64
        Around them.
    neighbours : Neighbours
        Structure over the same areas, usually row-standardised.

    Returns
    -------
    Association
        Above 0 where a high value has high other values around it, or a low one low ones.

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError
        As `spatial.local_statistics.getis_ord.gi_star`.

    Notes
    -----
    I_i = zx_i sum_j w_ij zy_j, divisor n - 1 in the standard deviations, as in esda and spdep.
    It says nothing about both values in one area: where they go together there, and each is
    clustered, it is high as well. The permutation keeps both values at i:

        E = -zx_i W_i zy_i / N    Var = zx_i^2 s_i^2 N / (N - 1) (S1_i - W_i^2 / N)

    with s_i^2 the variance of zy over the N = n - 1 others, divisor N.

    References
    ----------
    Anselin, Syabri and Smirnov (2002), in New Tools for Spatial Data Analysis; Lee (2001),
    Journal of Geographical Systems 3(4), on what it confounds.
    """
    statistic = bivariate_moran_statistic(values, other_values, neighbours)
    scale, other_z = statistic.terms[:, 1], statistic.u
    n, others = len(other_z), len(other_z) - 1.0
    mean = -other_z / others
    mean_square = (n - other_z * other_z) / others
    weight_sum, spread = _spread(neighbours)
    return _association(
        statistic,
        scale * weight_sum * mean,
        scale * scale * (mean_square - mean * mean) * spread,
        scale,
        lags(other_z, neighbours),
    )


def _standard(values: ArrayLike, neighbours: Neighbours) -> FloatArray:
    """Values as standard scores, divisor n; 0 for one that is the mean but for rounding."""
    checked = checked_area_values(values, neighbours.n, allow_negative=True)
    z: FloatArray = (checked - checked.mean()) / checked.std()
    z[np.abs(z) <= 1e-12 * np.abs(z).max()] = 0.0
    return z


def _spread(neighbours: Neighbours) -> tuple[FloatArray, FloatArray]:
    """(n,) W_i, and what the variance of a sum over drawn neighbours is that of one times."""
    others = neighbours.n - 1.0
    weight_sum, square_sum = row_sums(neighbours)
    spread = np.maximum(square_sum - weight_sum * weight_sum / others, 0.0)
    spread[spread <= 1e-12 * square_sum] = 0.0
    return weight_sum, spread * others / (others - 1.0)


def _association(
    statistic: PairStatistic,
    expected: FloatArray,
    variance: FloatArray,
    high: FloatArray,
    high_around: FloatArray,
) -> Association:
    """The statistic with its moments, which islands do not have."""
    is_island = statistic.neighbours.is_island
    return Association(
        value=frozen(statistic.value()),
        expected=frozen(np.where(is_island, np.nan, expected)),
        variance=frozen(np.where(is_island, np.nan, variance)),
        high=frozen(high.copy()),
        high_around=frozen(high_around.copy()),
    )
