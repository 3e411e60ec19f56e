"""From values to classes: z, p and q of each area, and which areas are hot or cold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import AnyArray, BoolArray, FloatArray, frozen
from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.multiplicity import (
    Correction,
    confidence_classes,
    corrected,
    is_testable,
)
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.weights.weights import Neighbours


@dataclass(frozen=True, eq=False)
class HotspotMap:
    """Gi* of a map with its p, q and class; read-only (n,) arrays.

    Attributes
    ----------
    z_score, p_value, p_permutation, q_value : float64
        As in `gi_star`, `permutation_p` and `corrected`; `p_permutation` NaN throughout where
        no permutations were asked for. Over fewer areas than are tested (`is_testable`) both
        p are NaN, and q with them.
    tail : int8
        Sign of the tail that the p used for `q_value` comes from.
    classes : str
        As `confidence_classes`.
    """

    z_score: FloatArray
    p_value: FloatArray
    p_permutation: FloatArray
    q_value: FloatArray
    tail: NDArray[np.int8]
    classes: AnyArray

    def hot(self, level: float) -> BoolArray:
        """Which areas are hot at a false discovery rate, (n,) bool.

        Parameters
        ----------
        level : float
            Largest q of a hot area.
        """
        return self._called(level, 1)

    def cold(self, level: float) -> BoolArray:
        """Which areas are cold at a false discovery rate, (n,) bool.

        Parameters
        ----------
        level : float
            Largest q of a cold area.
        """
        return self._called(level, -1)

    def _called(self, level: float, sign: int) -> BoolArray:
        """Areas with q at or below the level, and z and tail of the given sign."""
        signs_agree = (np.sign(self.z_score) == sign) & (self.tail == sign)
        return np.asarray(signs_agree & (self.q_value <= level * (1.0 + 1e-12)), np.bool_)


def hotspot_map(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    star: bool = True,
    permutations: int,
    most_permutations: int | None = None,
    seed: int = 0,
    correction: Correction = "bh",
    threads: int = 1,
    allow_negative: bool = False,
) -> HotspotMap:
    """Gi* (or Gi) of a map with permutation p, q and class.

    Parameters
    ----------
    values, neighbours, star, allow_negative
        As `spatial.local_statistics.getis_ord.gi_star`.
    permutations : int
        With 0, q is from the analytic p and islands are not tested.
    most_permutations, seed, threads
        As `spatial.local_statistics.permutation.permutation_p`.
    correction : str
        As `spatial.local_statistics.multiplicity.corrected`.

    Returns
    -------
    HotspotMap

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError, InvalidParameterError
        As `gi_star`, `permutation_p` and `corrected`.
    """
    statistic = gi_star(values, neighbours, star=star, allow_negative=allow_negative)
    n = neighbours.n
    p_permutation, tail = frozen(np.full(n, np.nan)), frozen(np.zeros(n, np.int8))
    p_value = statistic.p_value
    if not is_testable(n):
        p_value, q_value = p_permutation, np.full(n, np.nan)
    elif permutations:
        permutation = permutation_p(
            LocalStatistic(values, neighbours),
            permutations=permutations,
            most_permutations=most_permutations,
            seed=seed,
            threads=threads,
        )
        p_permutation, tail = permutation.p_value, permutation.tail
        q_value = corrected(p_permutation, correction=correction)
    else:
        tail = frozen(np.sign(np.nan_to_num(statistic.z_score)).astype(np.int8))
        tested_p = np.where(statistic.is_island, np.nan, statistic.p_value)
        q_value = corrected(tested_p, correction=correction)
    return HotspotMap(
        z_score=statistic.z_score,
        p_value=p_value,
        p_permutation=p_permutation,
        q_value=frozen(q_value),
        tail=tail,
        classes=frozen(confidence_classes(statistic.z_score, q_value, tail=tail)),
    )
