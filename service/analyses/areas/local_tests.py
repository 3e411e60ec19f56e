"""One local test over the areas: statistic, null, p, q and class, in the order of the areas."""

import dataclasses
import os
from dataclasses import dataclass

import numpy as np

from service.queries.areas import HotspotQuery
from service.runtime.cancellation import check_cancelled
from spatial.arrays import AnyArray, BoolArray, FloatArray
from spatial.local_statistics.draws import Draws
from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.join_counts import local_join_counts
from spatial.local_statistics.local_moran import (
    QUADRANTS,
    local_moran,
    moran_classes,
    moran_statistic,
)
from spatial.local_statistics.multiplicity import (
    NOT_TESTED,
    confidence_classes,
    corrected,
    is_testable,
)
from spatial.local_statistics.permutation import LocalStatistic, PermutationP, permutation_p
from spatial.local_statistics.poisson_null import poisson_p
from spatial.local_statistics.tail import refined_p
from spatial.weights.weights import Neighbours

THREADS = os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class LocalTest:
    """The results for the tested areas, (n,) each.

    Attributes
    ----------
    z_score, p_value : float64
        Analytic.
    p_permutation : float64
        From the simulated null; NaN without one.
    q_value, classes
        Corrected p, and the class it implies.
    quadrant : (n,) object or None
        For local Moran: value and surroundings, high or low.
    draws : Draws
        Maps simulated from the null behind `p_permutation`.
    is_beyond_all : (n,) bool
        No simulated map was as extreme as this one.
    refined_count : int or None
        Number of areas whose small p was refined by a fitted tail.
    """

    z_score: FloatArray
    p_value: FloatArray
    p_permutation: FloatArray
    q_value: FloatArray
    classes: AnyArray
    quadrant: AnyArray | None
    draws: Draws
    is_beyond_all: BoolArray
    refined_count: int | None


def run_local_test(
    value: FloatArray,
    count: FloatArray,
    exposure: FloatArray | None,
    neighbours: Neighbours,
    query: HotspotQuery,
    draws: Draws,
) -> LocalTest:
    """The local statistic of a query, tested against its null.

    Parameters
    ----------
    value, count : (n,) float64
        The tested values, and the incidents behind them.
    exposure : (n,) float64 or None
        The denominator, for the Poisson null.
    neighbours : Neighbours
        Over the same areas.
    query : HotspotQuery
        Statistic, null, correction, seed and refinement.
    draws : Draws
        Maps simulated from the null; none for the analytic p alone.

    Returns
    -------
    LocalTest
        In the order of the areas. Where the null deals values among fewer areas than are
        tested (`is_testable`), p and q are NaN and every class is "not tested".
    """
    test = _statistic_and_test(value, count, exposure, neighbours, query, draws)
    if is_testable(len(value)) or not deals_values(query):
        return test
    unknown = np.full(len(value), np.nan)
    return dataclasses.replace(
        test,
        p_value=unknown,
        p_permutation=unknown,
        q_value=unknown,
        classes=np.full(len(value), NOT_TESTED),
    )


def deals_values(query: HotspotQuery) -> bool:
    """Whether the null of a query deals values out among the areas.

    Parameters
    ----------
    query : HotspotQuery
        Statistic and null.

    Returns
    -------
    bool
        False where incidents are drawn anew instead.
    """
    return query.null != "poisson"


def _statistic_and_test(
    value: FloatArray,
    count: FloatArray,
    exposure: FloatArray | None,
    neighbours: Neighbours,
    query: HotspotQuery,
    draws: Draws,
) -> LocalTest:
    """The local test, however few the areas."""
    if query.statistic == "join-count":
        return _joins(value, neighbours, query)
    if query.statistic == "local-moran":
        return _moran(value, neighbours, query, draws)
    includes_self = query.statistic == "gi-star"
    local_statistic = gi_star(value, neighbours, star=includes_self)
    statistic = LocalStatistic(value, neighbours)
    simulated, refined_count = _simulate(
        statistic, count, exposure, neighbours, query, draws, includes_self=includes_self
    )
    p_permutation = np.full(len(value), np.nan) if simulated is None else simulated.p_value
    # An island's analytic z is about itself alone: no statement about a neighbourhood.
    p_analytic = np.where(local_statistic.is_island, np.nan, local_statistic.p_value)
    q_value = corrected(
        p_analytic if simulated is None else p_permutation, correction=query.correction
    )
    tail = None if simulated is None else simulated.tail
    return LocalTest(
        z_score=local_statistic.z_score,
        p_value=local_statistic.p_value,
        p_permutation=p_permutation,
        q_value=q_value,
        classes=confidence_classes(local_statistic.z_score, q_value, tail=tail),
        quadrant=None,
        draws=draws,
        is_beyond_all=_is_beyond_all(simulated, len(value)),
        refined_count=refined_count,
    )


def _moran(
    value: FloatArray, neighbours: Neighbours, query: HotspotQuery, draws: Draws
) -> LocalTest:
    local_statistic = local_moran(value, neighbours.row_standardised())
    statistic = moran_statistic(value, neighbours.row_standardised())
    simulated, refined_count = _simulate(
        statistic, value, None, neighbours, query, draws, includes_self=False
    )
    p_permutation = np.full(len(value), np.nan) if simulated is None else simulated.p_value
    # An island's analytic z is about itself alone: no statement about a neighbourhood.
    p_analytic = np.where(local_statistic.is_island, np.nan, local_statistic.p_value)
    q_value = corrected(
        p_analytic if simulated is None else p_permutation, correction=query.correction
    )
    return LocalTest(
        z_score=local_statistic.z_score,
        p_value=local_statistic.p_value,
        p_permutation=p_permutation,
        q_value=q_value,
        classes=moran_classes(local_statistic.quadrant, q_value),
        quadrant=np.array(QUADRANTS, dtype=object)[local_statistic.quadrant],
        draws=draws,
        is_beyond_all=_is_beyond_all(simulated, len(value)),
        refined_count=refined_count,
    )


def _joins(value: FloatArray, neighbours: Neighbours, query: HotspotQuery) -> LocalTest:
    """Joins of flagged areas; their p is exact, so nothing is simulated."""
    local_statistic = local_join_counts(value > 0.0, neighbours)
    standard_deviation = np.sqrt(local_statistic.variance)
    z_score = np.full(len(value), np.nan)
    np.divide(
        local_statistic.joins - local_statistic.expected,
        standard_deviation,
        out=z_score,
        where=standard_deviation > 0.0,
    )
    q_value = corrected(local_statistic.p_value, correction=query.correction)
    return LocalTest(
        z_score=z_score,
        p_value=local_statistic.p_value,
        p_permutation=np.full(len(value), np.nan),
        q_value=q_value,
        classes=confidence_classes(z_score, q_value),
        quadrant=None,
        draws=Draws.exactly(0),
        is_beyond_all=_is_beyond_all(None, len(value)),
        refined_count=None,
    )


def _is_beyond_all(simulated: PermutationP | None, areas: int) -> BoolArray:
    """Areas that no simulated map reaches; none where nothing was simulated."""
    return np.zeros(areas, np.bool_) if simulated is None else simulated.is_beyond_all


def _simulate(
    statistic: LocalStatistic,
    count: FloatArray,
    exposure: FloatArray | None,
    neighbours: Neighbours,
    query: HotspotQuery,
    draws: Draws,
    *,
    includes_self: bool,
) -> tuple[PermutationP | None, int | None]:
    """P under the null of the query, and the number of areas whose p was refined."""
    if not draws.permutations:
        return None, None
    if query.null == "poisson" and exposure is not None:
        return (
            poisson_p(
                count,
                exposure,
                neighbours,
                permutations=draws.permutations,
                star=includes_self,
                seed=query.seed,
                threads=THREADS,
                on_progress=check_cancelled,
            ),
            None,
        )
    simulated = permutation_p(
        statistic,
        permutations=draws.permutations,
        most_permutations=draws.most_permutations,
        seed=query.seed,
        threads=THREADS,
        on_progress=check_cancelled,
    )
    if not query.refine:
        return simulated, None
    tail = refined_p(statistic, simulated)
    refined = dataclasses.replace(simulated, p_value=tail.p_value)
    return refined, int(tail.is_refined.sum())
