"""Local join counts: does a flagged area have more flagged neighbours than by chance?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, frozen
from spatial.errors import (
    ConstantValuesError,
    InvalidNeighboursError,
    InvalidValuesError,
    TooFewAreasError,
)
from spatial.local_statistics.getis_ord import MIN_AREAS
from spatial.weights.lags import lags
from spatial.weights.weights import Neighbours


@dataclass(frozen=True, eq=False)
class LocalJoinCounts:
    """Number of flagged neighbours of each flagged area; read-only (n,) arrays.

    Attributes
    ----------
    joins : float64
        Number of flagged neighbours of a flagged area; 0 where the area is not flagged.
    expected, variance : float64
        Under the null hypothesis; 0 where the area is not flagged.
    p_value : float64
        Exact, one-sided: the probability of at least as many flagged neighbours. NaN where the
        area is not flagged or has no neighbours, because there is no join to count.
    is_island : bool
        Areas without neighbours.
    """

    joins: FloatArray
    expected: FloatArray
    variance: FloatArray
    p_value: FloatArray
    is_island: BoolArray


def local_join_counts(flags: ArrayLike, neighbours: Neighbours) -> LocalJoinCounts:
    """Local join count of each flagged area, with its exact p.

    Parameters
    ----------
    flags : (n,) bool
        Which areas are flagged: at least one, and not all.
    neighbours : Neighbours
        Links with equal weights in each row (contiguity, k nearest, a band).

    Returns
    -------
    LocalJoinCounts

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError
        If there are fewer than 3 areas, not one flag per area, or all flags are equal.
    InvalidNeighboursError
        If weights differ within a row, because a join either exists or not.

    Notes
    -----
    Null hypothesis: given that area i is flagged, the other P - 1 flags are distributed over
    the n - 1 other areas at random. The number among its k neighbours is then hypergeometric,
    which gives the p without random numbers. The statistic is discrete: with few neighbours
    only few values of p are possible.

    References
    ----------
    Anselin and Li (2019), Journal of Geographical Systems 21(2), eq. 4 and section 3.2.
    """
    flag_values = _checked_flags(flags, neighbours)
    # scipy.stats is slow to import, and only this function needs it.
    from scipy.stats import hypergeom

    links = neighbours.binary()
    n, other_flags = len(flag_values), int(flag_values.sum()) - 1
    flagged_neighbours = lags(flag_values, links)
    counts = neighbours.counts.astype(np.float64)
    share = other_flags / (n - 1.0)
    thinning = (n - 1.0 - counts) / (n - 2.0)
    p_value = np.full(n, np.nan)
    is_tested = (flag_values > 0.0) & (counts > 0.0)
    p_value[is_tested] = hypergeom.sf(
        flagged_neighbours[is_tested] - 1.0, n - 1, other_flags, counts[is_tested]
    )
    return LocalJoinCounts(
        joins=frozen(flag_values * flagged_neighbours),
        expected=frozen(flag_values * counts * share),
        variance=frozen(flag_values * counts * share * (1.0 - share) * thinning),
        p_value=frozen(p_value),
        is_island=neighbours.is_island,
    )


def _checked_flags(flags: ArrayLike, neighbours: Neighbours) -> FloatArray:
    """The flags as 0.0 and 1.0, checked against the structure."""
    flag_array = np.asarray(flags)
    if flag_array.shape != (neighbours.n,):
        raise InvalidValuesError("flags", f"must be {neighbours.n}, one per area")
    if neighbours.n < MIN_AREAS:
        raise TooFewAreasError(neighbours.n, MIN_AREAS)
    if not np.all((flag_array == 0) | (flag_array == 1)):
        raise InvalidValuesError("flags", "must be true or false")
    if not neighbours.has_equal_weights:
        raise InvalidNeighboursError("a join is there or not: weights may not differ in a row")
    flag_values = flag_array.astype(np.float64)
    if flag_values.min() == flag_values.max():
        raise ConstantValuesError(float(flag_values[0]), neighbours.n)
    return flag_values
