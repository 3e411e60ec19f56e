"""How well a list of places, made of the incidents before a period, catches those within it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray
from spatial.errors import InvalidParameterError
from spatial.patrols.lists import Share, share_interval, sums_by_place
from spatial.rates.rates import checked_confidence

NEIGHBOURHOOD = 7  # a hexagon and its neighbours


@dataclass(frozen=True)
class Difference:
    """The share that one list catches less the share of another, with its interval."""

    value: float
    lower: float
    upper: float


def recent_sums(
    place: IntArray,
    weight: FloatArray,
    age_days: FloatArray,
    *,
    half_life_days: float,
    places: int,
) -> FloatArray:
    """Sums of weights in which an incident counts half as much after each half-life.

    Parameters
    ----------
    place : (m,) int64
        Place of each incident.
    weight : (m,) float64
        Of each incident.
    age_days : (m,) float64
        Days from each incident to the day that is looked ahead from; at least 0.
    half_life_days : float
        Above 0.
    places : int
        Number of places.

    Returns
    -------
    (places,) float64
    """
    if not half_life_days > 0.0:
        raise InvalidParameterError("half_life_days", half_life_days, "above 0")
    recency = np.exp2(-np.asarray(age_days, np.float64) / half_life_days)
    return sums_by_place(place, weight * recency, places)


def shrunk_to_neighbours(
    counts: ArrayLike, neighbourhood: ArrayLike, squares: ArrayLike
) -> FloatArray:
    """Counts of equal hexagons, drawn to the mean of each one's neighbourhood.

    Parameters
    ----------
    counts : (n,) float64
        Incidents of each hexagon.
    neighbourhood, squares : (n,) float64
        Sums of the counts, and of their squares, over the hexagon and its six neighbours.

    Returns
    -------
    (n,) float64

    Notes
    -----
    With m the mean of the seven counts and s^2 their variance about it, a = max(0, s^2 - m) and
    the result is m + a (count - m) / (a + m): the estimator of Marshall of the seven alone, with
    equal denominators. `spatial.rates.smoothing.empirical_bayes_local` takes each neighbour's
    deviation from the mean of the neighbour's own seven instead, as `spdep::EBlocal` does.

    References
    ----------
    Marshall (1991), JRSS C 40(2), section 3.2.
    """
    count = np.asarray(counts, np.float64)
    mean = np.asarray(neighbourhood, np.float64) / NEIGHBOURHOOD
    variance = np.asarray(squares, np.float64) / NEIGHBOURHOOD - mean * mean
    between = np.maximum(variance - mean, 0.0)
    weight = between / np.where(between + mean > 0.0, between + mean, 1.0)
    return np.asarray(mean + weight * (count - mean), np.float64)


def caught(
    is_listed: FloatArray, weights: FloatArray, squares: FloatArray, *, confidence: float = 0.95
) -> Share:
    """The share of a period's incidents that a list catches.

    Parameters
    ----------
    is_listed : (n,) float64
        From `membership`.
    weights, squares : (n,) float64
        Sums of the weights of the period's incidents, and of their squares, by place.
    confidence : float
        Of the interval.

    Returns
    -------
    Share
        Of one list: its arrays have one element.
    """
    inside = np.array([is_listed @ weights])
    return share_interval(
        inside,
        np.array([is_listed @ squares]),
        total=float(weights.sum()),
        squares=float(squares.sum()),
        confidence=confidence,
    )


def difference(
    is_listed: FloatArray,
    is_listed_by_other: FloatArray,
    weights: FloatArray,
    squares: FloatArray,
    *,
    confidence: float = 0.95,
) -> Difference:
    """The share that a list catches less that of another list of the same incidents.

    Parameters
    ----------
    is_listed, is_listed_by_other : (n,) float64
        From `membership`.
    weights, squares : (n,) float64
        As `caught`.
    confidence : float
        Of the interval.

    Returns
    -------
    Difference
        NaN where there is no incident.

    Notes
    -----
    Only the incidents that one list catches and the other does not tell the two apart. With all
    weights 1 the interval is that of Bonett and Price for paired proportions, which adds one
    incident to each side. For weights the variance is
    sum w^2 (d - difference)^2 / (sum w)^2, with d the difference of the memberships, and one
    incident of the mean square is added likewise.

    References
    ----------
    Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37(4).
    """
    total = float(weights.sum())
    if not total > 0.0:
        return Difference(math.nan, math.nan, math.nan)
    apart = is_listed - is_listed_by_other
    value = float(apart @ weights) / total
    typical = float(squares.sum()) / total  # with weights of 1 it is 1
    wider = total + 2.0 * typical
    centre = float(apart @ weights) / wider
    spread = float((apart * apart) @ squares) + 2.0 * typical**2
    variance = max(spread / wider**2 - centre**2 * typical / wider, 0.0)
    from scipy.special import ndtri  # slow to import

    reach = float(ndtri((1.0 + checked_confidence(confidence)) / 2.0)) * math.sqrt(variance)
    return Difference(value, max(centre - reach, -1.0), min(centre + reach, 1.0))
