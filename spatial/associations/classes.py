"""Classes of areas by their local association, and the test behind them."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import AnyArray, FloatArray, Progress
from spatial.associations.associations import (
    Association,
    bivariate_moran,
    geary_statistic,
    lee_statistic,
    local_geary,
    local_lee,
)
from spatial.associations.losh import losh, losh_p
from spatial.associations.pair_sums import pair_p
from spatial.local_statistics.draws import Draws
from spatial.local_statistics.multiplicity import (
    LEVELS,
    NOT_SIGNIFICANT,
    NOT_TESTED,
    Correction,
    corrected,
)
from spatial.local_statistics.permutation import (
    LocalStatistic,
    PermutationP,
    permutation_p,
    to_p,
)
from spatial.weights.weights import Neighbours

StatisticName = Literal["local-geary", "lee", "bivariate-moran", "losh"]
BIVARIATE = ("lee", "bivariate-moran")
TITLES: dict[StatisticName, tuple[str, ...]] = {
    "local-geary": ("high among high", "low among low", "alike", "unlike"),
    "lee": ("both high", "both low", "high and low", "low and high"),
    "bivariate-moran": (
        "high among high",
        "low among low",
        "high among low",
        "low among high",
    ),
    "losh": ("uneven", "even"),
}
"""What the classes of each statistic begin with; the level follows, as in ``alike 95``."""


@dataclass(frozen=True, eq=False)
class AssociationTest:
    """A local association, tested over the whole map; (n,) each.

    Attributes
    ----------
    association : Association
        The statistic and its moments.
    permutation : PermutationP
        Its p.
    q_value : float64
        P corrected for testing every area.
    classes : str
        One of `TITLES` with 99, 95 or 90, "not significant" or "not tested".
    """

    association: Association
    permutation: PermutationP
    q_value: FloatArray
    classes: AnyArray


def association_test(
    statistic: StatisticName,
    values: ArrayLike,
    other_values: ArrayLike | None,
    neighbours: Neighbours,
    *,
    draws: Draws,
    correction: Correction = "bh",
    seed: int = 0,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> AssociationTest:
    """A local association of each area with its permutation p, q and class.

    Parameters
    ----------
    statistic : {"local-geary", "lee", "bivariate-moran", "losh"}
        Which one.
    values : (n,) float64
        Finite, not all equal.
    other_values : (n,) float64 or None
        Of the statistics in `BIVARIATE`.
    neighbours : Neighbours
        Structure over the same areas; its rows are standardised here.
    draws : Draws
        Arrangements behind each p; for LOSH the first number. 0: no p, and nothing is tested.
    correction : str
        As for `spatial.local_statistics.multiplicity.corrected`.
    seed, threads, on_progress
        As for `spatial.local_statistics.permutation.permutation_p`.

    Returns
    -------
    AssociationTest
        In the order of the areas.

    Raises
    ------
    TooFewAreasError, InvalidValuesError, ConstantValuesError, InvalidParameterError
        As the statistic and its permutation.
    """
    rows = neighbours.row_standardised()
    others = np.asarray(values if other_values is None else other_values, np.float64)
    options: dict[str, Any] = {"seed": seed, "threads": threads, "on_progress": on_progress}
    staged = {
        "permutations": draws.permutations,
        "most_permutations": draws.most_permutations,
        **options,
    }
    association = _association(statistic, values, others, rows)
    if not draws.permutations:
        nothing = np.zeros(rows.n, np.int64)
        p = to_p(nothing, nothing, nothing > 0, permutations=0, seed=seed)
    elif statistic == "losh":
        p = losh_p(values, rows, permutations=draws.permutations, **options)
    elif statistic == "local-geary":
        p = pair_p(geary_statistic(values, rows), **staged)
    elif statistic == "lee":
        p = pair_p(lee_statistic(values, others, rows), **staged)
    else:
        p = permutation_p(LocalStatistic(others, rows, slope=association.high), **staged)
    q_value = corrected(p.p_value, correction=correction)
    classes = _classes(_titles(statistic, association, p), q_value)
    return AssociationTest(association, p, q_value, classes)


def _association(
    statistic: StatisticName, values: ArrayLike, others: ArrayLike, rows: Neighbours
) -> Association:
    """The statistic with its moments."""
    if statistic == "losh":
        return losh(values, rows)
    if statistic == "local-geary":
        return local_geary(values, rows)
    if statistic == "lee":
        return local_lee(values, others, rows)
    return bivariate_moran(values, others, rows)


def _titles(statistic: StatisticName, association: Association, p: PermutationP) -> AnyArray:
    """(n,) which class of the statistic each area would be in, empty for none."""
    titles = TITLES[statistic]
    is_upper, is_lower = p.tail > 0, p.tail < 0
    high, around = association.high > 0.0, association.high_around > 0.0
    if statistic == "losh":
        conditions = [is_upper, is_lower]
    elif statistic == "local-geary":
        is_high, is_low = high & around, ~high & ~around
        conditions = [is_lower & is_high, is_lower & is_low, is_lower, is_upper]
    elif statistic == "lee":
        conditions = [
            is_upper & high & around,
            is_upper & ~high & ~around,
            is_lower & high & ~around,
            is_lower & ~high & around,
        ]
    else:
        conditions = [is_upper & high, is_upper & ~high, is_lower & high, is_lower & ~high]
    return np.select(conditions, titles, default="")


def _classes(titles: AnyArray, q_value: FloatArray) -> AnyArray:
    """(n,) the title with the level that q reaches."""
    classes = np.full(len(q_value), NOT_SIGNIFICANT, dtype="U20")
    for level in reversed(LEVELS):
        # A ratio of integers that equals the level may be rounded to slightly more.
        is_called = (q_value <= level * (1.0 + 1e-12)) & (titles != "")
        percent = f" {round(100 * (1 - level))}"
        classes[is_called] = np.char.add(titles[is_called].astype("U17"), percent)
    classes[np.isnan(q_value)] = NOT_TESTED
    return classes
