"""One local test over the areas: statistic, null, p, q and class in the same order of areas."""

import os
from dataclasses import dataclass

import numpy as np

from service.queries.areas import HotspotQuery
from service.runtime.cancellation import check_cancelled
from spatial.arrays import AnyArray, FloatArray
from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.join_counts import local_join_counts
from spatial.local_statistics.local_moran import (
    QUADRANTS,
    local_moran,
    moran_classes,
    moran_statistic,
)
from spatial.local_statistics.multiplicity import confidence_classes, corrected
from spatial.local_statistics.permutation import LocalStatistic, PermutationP, permutation_p
from spatial.local_statistics.poisson_null import poisson_p
from spatial.local_statistics.tail import refined_p
from spatial.weights.weights import Neighbours

THREADS = os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class LocalTest:
    """The statistic of the areas that could be tested, (n,) each.

    Attributes
    ----------
    z_score, p_value : float64
        Analytic.
    p_permutation : float64
        From the null that was drawn; NaN without one.
    q_value, classes
        Corrected p, and the class by it.
    quadrant : (n,) object or None
        For local Moran: value and surroundings, high or low.
    refined : int or None
        Areas whose small p was refined by a fitted tail.
    """

    z_score: FloatArray
    p_value: FloatArray
    p_permutation: FloatArray
    q_value: FloatArray
    classes: AnyArray
    quadrant: AnyArray | None
    refined: int | None


def run_local_test(
    value: FloatArray,
    count: FloatArray,
    base: FloatArray | None,
    neighbours: Neighbours,
    query: HotspotQuery,
    permutations: int,
) -> LocalTest:
    """The local statistic that a query asks for, tested against its null.

    Parameters
    ----------
    value, count : (n,) float64
        What is tested, and the incidents behind it.
    base : (n,) float64 or None
        The denominator, for the Poisson null.
    neighbours : Neighbours
        Over the same areas.
    permutations : int
        Maps drawn from the null; 0 for the analytic p alone.
    """
    if query.statistic == "join-count":
        return _joins(value, neighbours, query)
    if query.statistic == "local-moran":
        return _moran(value, neighbours, query, permutations)
    star = query.statistic == "gi-star"
    local = gi_star(value, neighbours, star=star)
    statistic = LocalStatistic(value, neighbours)
    drawn, refined = _drawn(statistic, count, base, neighbours, query, permutations, star=star)
    p_drawn = np.full(len(value), np.nan) if drawn is None else drawn.p_value
    # An island's analytic z is about itself alone: no statement about a neighbourhood.
    analytic = np.where(local.is_island, np.nan, local.p_value)
    q_value = corrected(analytic if drawn is None else p_drawn, correction=query.correction)
    tail = None if drawn is None else drawn.tail
    return LocalTest(
        z_score=local.z_score,
        p_value=local.p_value,
        p_permutation=p_drawn,
        q_value=q_value,
        classes=confidence_classes(local.z_score, q_value, tail=tail),
        quadrant=None,
        refined=refined,
    )


def _moran(
    value: FloatArray, neighbours: Neighbours, query: HotspotQuery, permutations: int
) -> LocalTest:
    local = local_moran(value, neighbours.row_standardised())
    statistic = moran_statistic(value, neighbours.row_standardised())
    drawn, refined = _drawn(statistic, value, None, neighbours, query, permutations, star=False)
    p_drawn = np.full(len(value), np.nan) if drawn is None else drawn.p_value
    # An island's analytic z is about itself alone: no statement about a neighbourhood.
    analytic = np.where(local.is_island, np.nan, local.p_value)
    q_value = corrected(analytic if drawn is None else p_drawn, correction=query.correction)
    return LocalTest(
        z_score=local.z_score,
        p_value=local.p_value,
        p_permutation=p_drawn,
        q_value=q_value,
        classes=moran_classes(local.quadrant, q_value),
        quadrant=np.array(QUADRANTS, dtype=object)[local.quadrant],
        refined=refined,
    )


def _joins(value: FloatArray, neighbours: Neighbours, query: HotspotQuery) -> LocalTest:
    """Flagged areas among flagged ones: exact, so that nothing is drawn."""
    local = local_join_counts(value > 0.0, neighbours)
    spread = np.sqrt(local.variance)
    z_score = np.full(len(value), np.nan)
    np.divide(local.joins - local.expected, spread, out=z_score, where=spread > 0.0)
    q_value = corrected(local.p_value, correction=query.correction)
    return LocalTest(
        z_score=z_score,
        p_value=local.p_value,
        p_permutation=np.full(len(value), np.nan),
        q_value=q_value,
        classes=confidence_classes(z_score, q_value),
        quadrant=None,
        refined=None,
    )


def _drawn(
    statistic: LocalStatistic,
    count: FloatArray,
    base: FloatArray | None,
    neighbours: Neighbours,
    query: HotspotQuery,
    permutations: int,
    *,
    star: bool,
) -> tuple[PermutationP | None, int | None]:
    """P from the null that the query names, and how many were refined beyond it."""
    if not permutations:
        return None, None
    if query.null == "poisson" and base is not None:
        return (
            poisson_p(
                count,
                base,
                neighbours,
                permutations=permutations,
                star=star,
                seed=query.seed,
                threads=THREADS,
                on_progress=check_cancelled,
            ),
            None,
        )
    drawn = permutation_p(
        statistic,
        permutations=permutations,
        seed=query.seed,
        threads=THREADS,
        on_progress=check_cancelled,
    )
    if not query.refine:
        return drawn, None
    finer = refined_p(statistic, drawn)
    refined = PermutationP(
        finer.p_value,
        drawn.p_greater,
        drawn.p_less,
        drawn.tail,
        drawn.permutations,
        drawn.seed,
    )
    return refined, int(finer.is_refined.sum())
