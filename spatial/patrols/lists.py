"""Lists of the first places by a value: what they hold of some incidents, equal values shared out.

Only places with a value above 0 are given one by one; the others have 0 and are known by their
number alone. Where the end of a list falls among places of equal values, each of them is on it
with the probability that a random order gives.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IntArray, checked_values
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.rates.rates import checked_confidence

NEARLY_NOTHING = 1e-12  # a lower limit of a share below it is 0


@dataclass(frozen=True, eq=False)
class Share:
    """A part of a sum of weights, with its interval.

    Attributes
    ----------
    value, lower, upper : (k,) float64
        0 to 1; NaN where the whole is 0.
    """

    value: FloatArray
    lower: FloatArray
    upper: FloatArray


def membership(values: ArrayLike, length: float, *, places: int) -> tuple[FloatArray, float]:
    """With what probability each place is on a list of the places of the highest values.

    Parameters
    ----------
    values : (n,) float64
        What the places are ranked by, at least 0.
    length : float
        Number of places on the list.
    places : int
        Number of all places, at least n; the others have the value 0.

    Returns
    -------
    is_listed : (n,) float64
        1 above the value at the end of the list, 0 below, and between where it is equal.
    other : float
        The probability of each of the other places.
    """
    value = _checked(values, places)
    zeros = places - int(np.count_nonzero(value))
    above = np.sort(value[value > 0.0])[::-1]
    if length >= len(above):
        share = min((length - len(above)) / zeros, 1.0) if zeros else 0.0
        return np.where(value > 0.0, 1.0, share), share
    last = above[int(np.ceil(length)) - 1] if length > 0 else np.inf
    higher, equal = np.count_nonzero(value > last), np.count_nonzero(value == last)
    share = (length - higher) / equal if equal else 0.0
    return np.where(value > last, 1.0, np.where(value == last, share, 0.0)), 0.0


def sums_on_lists(
    values: ArrayLike, amounts: ArrayLike, lengths: ArrayLike, *, places: int, rest: float = 0.0
) -> FloatArray:
    """The sum of an amount over the lists of several lengths.

    Parameters
    ----------
    values : (n,) float64
        What the places are ranked by, at least 0.
    amounts : (n,) float64
        What is summed, such as the incidents of another period.
    lengths : (k,) float64
        Numbers of places, at most `places`.
    places : int
        Number of all places, at least n.
    rest : float
        The amount of all places that are not given.

    Returns
    -------
    (k,) float64
        As the sum of `amounts` times `membership`.
    """
    value = _checked(values, places)
    amount = checked_values(amounts, name="amounts", areas=len(value))
    levels, level = np.unique(value, return_inverse=True)
    number = np.bincount(level, minlength=len(levels)).astype(np.float64)
    total = np.bincount(level, weights=amount, minlength=len(levels))
    if not len(levels) or levels[0] > 0.0:
        number, total = np.insert(number, 0, 0.0), np.insert(total, 0, 0.0)
    number[0] += places - len(value)
    total[0] += rest
    ends = np.concatenate([[0.0], np.cumsum(number[::-1])])
    sums = np.concatenate([[0.0], np.cumsum(total[::-1])])
    return np.asarray(np.interp(np.asarray(lengths, np.float64), ends, sums), np.float64)


def share_interval(
    inside: ArrayLike,
    squares_inside: ArrayLike,
    *,
    total: float,
    squares: float,
    allowance: float = 1.0,
    confidence: float = 0.95,
) -> Share:
    """The share of a sum of weights, with an interval for what it is on average.

    Parameters
    ----------
    inside, squares_inside : (k,) float64
        Sums of the weights, and of their squares, of the incidents inside.
    total, squares : float
        The same of all incidents.
    allowance : float
        How much larger the variance is than that of the incidents inside; at least 1.
    confidence : float
        Of the interval.

    Returns
    -------
    Share

    Notes
    -----
    With share p and weights w the variance of a ratio of sums is
    [(1 - 2 p) sum_inside w^2 + p^2 sum w^2] / (sum w)^2, and n = p (1 - p) / variance is the
    number of incidents of equal weight of which a share is as uncertain; where p is 0 or 1,
    n = (sum w)^2 / sum w^2. The limits are those of Clopper and Pearson for n p of n. Where all
    weights are 1, n is the number of incidents and the interval is theirs; a lower limit below
    `NEARLY_NOTHING` is 0. Incidents that come in bursts make it too narrow.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26(4); Korn and Graubard (1998), Survey Methodology
    24(2).
    """
    from scipy.special import betaincinv

    tail = (1.0 - checked_confidence(confidence)) / 2.0
    part, part_squares = np.asarray(inside, np.float64), np.asarray(squares_inside, np.float64)
    if not total > 0.0:
        nothing = np.full(part.shape, np.nan)
        return Share(nothing, nothing, nothing)
    p = np.clip(part / total, 0.0, 1.0)
    variance = ((1.0 - 2.0 * p) * part_squares + p * p * squares) / (total * total)
    spread = p * (1.0 - p)
    is_inner = (spread > 1e-12) & (variance > 0.0)
    n = np.where(is_inner, spread / np.where(is_inner, variance, 1.0), total * total / squares)
    n = n / allowance
    x = np.clip(p * n, 0.0, n)
    lower = np.where(x > 0.0, betaincinv(np.maximum(x, 1e-9), n - x + 1.0, tail), 0.0)
    upper = np.where(x < n, betaincinv(x + 1.0, np.maximum(n - x, 1e-9), 1.0 - tail), 1.0)
    lower = np.where(lower < NEARLY_NOTHING, 0.0, lower)
    return Share(p, np.minimum(lower, p), np.maximum(upper, p))


def sums_by_place(place: IntArray, weight: FloatArray, places: int) -> FloatArray:
    """The sum of the weights of the incidents of each place.

    Parameters
    ----------
    place : (m,) int64
        Place of each incident.
    weight : (m,) float64
        Of each incident.
    places : int
        Number of places.

    Returns
    -------
    (places,) float64
    """
    return np.asarray(np.bincount(place, weights=weight, minlength=places), np.float64)


def hot_places(values: ArrayLike, length: int, *, least: float) -> BoolArray:
    """Which places are among the first, those that share the last place left out together.

    Parameters
    ----------
    values : (n,) float64
        At least 0.
    length : int
        Most places that are hot; at least 1.
    least : float
        A place with less is never hot.

    Returns
    -------
    (n,) bool
    """
    value = np.asarray(values, np.float64)
    if length < 1:
        raise InvalidParameterError("length", length, "1 or more")
    if len(value) > length:
        first_left_out = -np.partition(-value, length)[length]
        return np.asarray((value >= least) & (value > first_left_out), np.bool_)
    return np.asarray(value >= least, np.bool_)


def hot_periods(
    place: IntArray, period: IntArray, weight: FloatArray, *, places: int, periods: int,
    length: int, least: float
) -> BoolArray:  # fmt: skip
    """In which periods each place is hot.

    Parameters
    ----------
    place, period : (m,) int64
        Of each incident; a period of -1 is none.
    weight : (m,) float64
        What is summed.
    places, periods : int
        Numbers of both.
    length, least
        As `hot_places`.

    Returns
    -------
    (periods, places) bool
    """
    is_hot = np.zeros((periods, places), dtype=np.bool_)
    for number in range(periods):
        is_inside = period == number
        sums = sums_by_place(place[is_inside], weight[is_inside], places)
        is_hot[number] = hot_places(sums, length, least=least)
    return is_hot


def _checked(values: ArrayLike, places: int) -> FloatArray:
    """The values, if they are at least 0 and there are enough places for them."""
    value = checked_values(values, name="values")
    if np.any(value < 0.0):
        raise InvalidValuesError("values", "must not be negative")
    if len(value) > places:
        raise InvalidParameterError("places", places, f"{len(value)} or more, one for each value")
    return value
