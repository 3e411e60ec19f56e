"""Ranks of areas with the ranks that chance cannot exclude."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import FloatArray, frozen
from spatial.errors import InvalidValuesError
from spatial.rates.rates import checked_confidence, checked_pair

MAX_DISTINCT = 2_500
"""Most distinct pairs of count and exposure: their square is compared."""

Ranks = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RankSets:
    """The rank of each area, 1 for the highest rate; read-only (n,) arrays.

    Attributes
    ----------
    rank : int64
        One more than the number of areas with a higher rate, so that equal rates share a rank;
        0 where the rate is missing.
    best, worst : int64
        The ranks that pairwise tests cannot exclude, from the best to the worst; 0 where the
        rate is missing.
    """

    rank: Ranks
    best: Ranks
    worst: Ranks


def rank_sets(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    multiplicity: ArrayLike | None = None,
    confidence: float = 0.95,
) -> RankSets:
    """Ranks of Poisson rates, each with the set of ranks that the data leave open.

    Parameters
    ----------
    counts : (n,) float64
        Incidents per area, whole numbers from 0; NaN where not known.
    exposures : (n,) float64
        What the rate is over, such as residents, area or expected incidents, or 1 for ranks of
        counts. An area without a positive exposure has no rank.
    multiplicity : (n,) int64 or None
        How many areas with this count and exposure there are; None: one of each.
    confidence : float
        With at least this probability the sets of all areas hold their true ranks at once.

    Returns
    -------
    RankSets

    Raises
    ------
    InvalidValuesError
        If a value is negative or a count not whole, or if more than `MAX_DISTINCT` distinct
        pairs of count and exposure would have to be compared.

    Notes
    -----
    Of two areas with counts a and b and exposures s and t, the first rate is higher beyond
    chance where P(X >= a) is small for X binomial with a + b trials and probability
    s / (s + t): the exact conditional test (Przyborowski and Wilenski 1940). The n (n - 1)
    one-sided tests are judged together by Holm's method. The best rank of an area is one more
    than the number of areas higher than it beyond chance, the worst is n less the number of
    those lower beyond chance: if no test errs, the true rank lies between them (Mogstad,
    Romano, Shaikh and Wilhelm 2024). Areas with the same count and exposure are compared once.
    As of every Poisson method, the sets are too narrow where incidents come in bursts.

    References
    ----------
    Ash (1965), Information Theory; Holm (1979), Scandinavian Journal of Statistics 6(2);
    Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91(1); Przyborowski and
    Wilenski (1940), Biometrika 31(3/4).
    """
    alpha = 1.0 - checked_confidence(confidence)
    count, exposure, reason = checked_pair(counts, exposures)
    is_ranked = reason == 0
    if np.any(count[is_ranked] != np.round(count[is_ranked])):
        raise InvalidValuesError("counts", "must be whole numbers to be ranked by a test")
    pairs, area_pair = np.unique(
        np.column_stack([count[is_ranked], exposure[is_ranked]]), axis=0, return_inverse=True
    )
    area_pair = area_pair.ravel()
    number = np.ones(len(count)) if multiplicity is None else np.asarray(multiplicity)
    areas = np.bincount(area_pair, number[is_ranked], len(pairs)).astype(np.int64)
    if len(pairs) > MAX_DISTINCT:
        raise InvalidValuesError(
            "areas", f"must have at most {MAX_DISTINCT:,} distinct rates to be ranked by tests"
        )
    is_higher = _higher_beyond_chance(pairs, areas, alpha)
    rate = pairs[:, 0] / pairs[:, 1]
    total = int(areas.sum())
    sets = np.zeros((3, len(count)), dtype=np.int64)
    sets[:, is_ranked] = np.array(
        [
            1 + areas @ (rate[:, np.newaxis] > rate),
            1 + areas @ is_higher,
            total - is_higher @ areas,
        ]
    )[:, area_pair]
    return RankSets(*(frozen(row.copy()) for row in sets))


def _higher_beyond_chance(
    pairs: FloatArray, areas: NDArray[np.int64], alpha: float
) -> NDArray[np.bool_]:
    """(k, k) bool, true where the rate of the row's pair is higher than that of the column's.

    `areas` counts the areas of each pair: each test stands for as many as it has areas.
    """
    from scipy.special import betainc, xlogy

    count, exposure = pairs.T
    rate = count / exposure
    total = int(areas.sum())
    row, column = np.nonzero(rate[:, np.newaxis] > rate)  # else p is about a half, or more
    trials, together = count[row] + count[column], exposure[row] + exposure[column]
    # p is at most exp(d), and at least that over the root of 2 (a + b) (Ash 1965, lemma 4.7.2).
    # Of the two tests of a pair one at most is rejected, so that half of all remain to the end:
    # most p are so far from what decides that they need not be known; 1 stands for those above.
    own_part = xlogy(count, exposure) - xlogy(count, count)
    d = own_part[row] + own_part[column] + trials * np.log(trials / together)
    bound = total * (total - 1) * np.exp(d)
    p_value = np.where(bound <= alpha, 0.0, 1.0)
    is_open = (bound > alpha) & (bound <= 2.0 * alpha * np.sqrt(2.0 * trials))
    row_open, column_open = row[is_open], column[is_open]
    # P(X >= a) of a binomial is a regularised incomplete beta function; a > 0 here.
    p_value[is_open] = betainc(
        count[row_open], count[column_open] + 1.0, exposure[row_open] / together[is_open]
    )
    candidates = np.flatnonzero(p_value < 1.0)
    order = candidates[np.argsort(p_value[candidates], kind="stable")]
    tests = areas[row[order]] * areas[column[order]]
    remaining = total * (total - 1) - np.concatenate([[0], np.cumsum(tests)[:-1]])
    is_accepted = p_value[order] * remaining > alpha
    rejected = order[: int(np.argmax(is_accepted)) if is_accepted.any() else len(order)]
    is_higher = np.zeros((len(pairs), len(pairs)), dtype=np.bool_)
    is_higher[row[rejected], column[rejected]] = True
    return is_higher
