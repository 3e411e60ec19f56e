"""Limits of classes with few digits: what a legend prints is where values are divided."""

import math

import numpy as np

from spatial.arrays import FloatArray

_FEWEST = 2  # significant digits, where they leave every value in its class
_MOST = 15  # that a float64 has


def rounded_breaks(values: FloatArray, upper: FloatArray, digits: int) -> FloatArray:
    """Upper limits of classes, those between two classes rounded to significant digits.

    Parameters
    ----------
    values : (n,) float64
        What is divided; finite.
    upper : (k,) float64
        Ascending upper limits; the last, at least the largest value, stays as it is.
    digits : int
        At least 2. Fewer where no value changes its class, more where a class would be empty.

    Returns
    -------
    (k,) float64
        Ascending. A value that is as near to a limit as its rounding may be in the next class.
    """
    if len(upper) < 2:
        return upper
    classes = np.searchsorted(upper, values, side="left")
    has_values = np.bincount(classes, minlength=len(upper)) > 0
    for number in range(_FEWEST, _MOST + 1):
        nearest = [float(f"{limit:.{number}g}") for limit in upper[:-1]]
        upwards = [round_outwards(limit, number, up=True) for limit in upper[:-1]]
        for limits in (nearest, upwards):  # a limit that is a value holds it rounded up alone
            shorter = np.append(limits, upper[-1])
            if np.all(np.diff(shorter) > 0.0) and np.array_equal(
                np.searchsorted(shorter, values, side="left"), classes
            ):
                return shorter
        shorter = np.append(nearest, upper[-1])
        if number >= digits and np.all(np.diff(shorter) > 0.0):
            members = np.searchsorted(shorter, values, side="left")
            if np.all(np.bincount(members, minlength=len(upper))[has_values] > 0):
                return shorter
    return upper


def round_outwards(value: float, digits: int, *, up: bool) -> float:
    """The nearest number of so many significant digits that is not below, or not above, a value.

    Parameters
    ----------
    value : float
        Finite.
    digits : int
        At least 1.
    up : bool
        Whether upwards.

    Returns
    -------
    float
        The value itself where it has no more digits.
    """
    nearest = float(f"{value:.{digits}g}")
    if nearest == value or (nearest > value) == up:
        return nearest
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    return float(f"{nearest + step if up else nearest - step:.{digits}g}")


def number_text(number: float) -> str:
    """A number as a legend has it: "1,940", "0.0102".

    Parameters
    ----------
    number : float
        Finite.

    Returns
    -------
    str
        With commas between thousands, and without digits that say nothing.
    """
    return f"{number:,.12g}"
