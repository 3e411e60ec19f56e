"""What lists of places capture of incidents that did not make them."""

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray
from spatial.patrols.lists import Share, share_interval, sums_by_place, sums_on_lists

DEALS = 5
ROUNDING = 1e-9
ALLOWANCE = 2.0
"""How many times the variance of a share of incidents the choice of the list may make it.

In simulations (`tests/simulations/patrols.py`) it is 0.9 to 1.4 times where a few places have
most incidents, and up to 1.9 times where no place differs from the others.
"""


def expected_capture(
    place: IntArray,
    ranked_by: FloatArray,
    weight: FloatArray,
    lengths: ArrayLike,
    *,
    places: int,
    parts: int,
    seed: int,
    confidence: float = 0.95,
) -> Share:
    """The share of incidents that lists capture which were made of other incidents.

    Parameters
    ----------
    place : (m,) int64
        Place of each incident, from 0.
    ranked_by, weight : (m,) float64
        What is summed to rank the places, and what is captured; ones for both are counts.
    lengths : (k,) float64
        Lengths of the lists.
    places : int
        Number of all places, with those that have no incident.
    parts : int
        Into how many parts the incidents are dealt at random, `DEALS` times; at least 2.
    seed : int
        One seed, one answer.
    confidence : float
        Of the interval.

    Returns
    -------
    Share
        Of each length; NaN with fewer incidents than parts, where a part has none to hold against
        the list. Of unequal weights n counts as (sum w)^2 / sum w^2.

    Notes
    -----
    Each part of the incidents is held against the list of all others, the parts are added up, and
    the mean of all deals is taken.
    Incidents of a Poisson process dealt out at random are independent of each other, so that none
    is counted by a list that it helped to make (Neufeld and others 2024). A list of all incidents
    rests on one part more: the share is a little low rather than high. The variance of the
    interval is that of `share_interval` times `ALLOWANCE`.

    References
    ----------
    Neufeld, Dharamshi, Gao and Witten (2024), Journal of Machine Learning Research 25(57).
    """
    total, squares = float(weight.sum()), float((weight * weight).sum())
    if not total * total >= parts * squares * (1.0 - ROUNDING) > 0.0:
        nothing = np.full(np.shape(lengths), np.nan)
        return Share(nothing, nothing, nothing)
    occupied = int(place.max(initial=-1)) + 1
    # A key of its own: data may have been made with the same seed.
    rng = np.random.default_rng([seed, parts, DEALS])
    inside = np.zeros(np.shape(lengths))
    squares_inside = np.zeros(np.shape(lengths))
    for _ in range(DEALS):
        part = rng.integers(parts, size=len(place))
        for number in range(parts):
            is_part = part == number
            values = sums_by_place(place[~is_part], ranked_by[~is_part], occupied)
            for power, sums_inside in ((1, inside), (2, squares_inside)):
                sums = sums_by_place(place[is_part], weight[is_part] ** power, occupied)
                sums_inside += sums_on_lists(values, sums, lengths, places=places) / DEALS
    return share_interval(
        inside,
        squares_inside,
        total=total,
        squares=squares,
        allowance=ALLOWANCE,
        confidence=confidence,
    )
