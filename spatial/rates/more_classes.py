"""Schemes of classes that are asked for less often; PySAL's mapclassify has most of them.

Importing mapclassify takes seconds, so that it is imported when a scheme of it is asked for. Two
of its formulas are not taken as they are. Its maximum breaks choose among equal gaps by an order
that depends on the processor, and its Jenks-Caspall loses classes that become empty: here equal
gaps go from the highest downwards, and there are fewer classes instead.
"""

import math
import warnings

import numpy as np

from spatial.arrays import FloatArray


def maximum_breaks(values: FloatArray, classes: int) -> FloatArray:
    """The middles of the widest gaps between neighbouring values, and the largest value.

    Parameters
    ----------
    values : (n,) float64
        Finite, not all equal.
    classes : int
        One more than the gaps that divide.

    Returns
    -------
    (k,) float64
        Upper limits; of equal gaps the higher ones divide.
    """
    distinct_values = np.unique(values)
    widest = np.argsort(np.diff(distinct_values), kind="stable")[len(distinct_values) - classes :]
    middles = 0.5 * (distinct_values[widest] + distinct_values[widest + 1])
    return np.append(np.sort(middles), distinct_values[-1])


def box_plot(values: FloatArray, classes: int) -> FloatArray:
    """The quartiles, and the fences 1.5 interquartile ranges beyond them (Tukey 1977).

    Parameters
    ----------
    values : (n,) float64
        Finite.
    classes : int
        Not used: there are up to six.

    Returns
    -------
    (k,) float64
        Upper limits: lower fence, quartiles, upper fence, largest value.
    """
    import mapclassify

    upper: FloatArray = np.minimum(mapclassify.BoxPlot(values).bins, values.max())
    return upper


def percentiles(values: FloatArray, classes: int) -> FloatArray:
    """The percentiles 1, 10, 50, 90 and 99, by linear interpolation, and the largest value.

    Parameters
    ----------
    values : (n,) float64
        Finite.
    classes : int
        Not used: there are up to six.

    Returns
    -------
    (6,) float64
        Upper limits.
    """
    import mapclassify

    return np.asarray(mapclassify.Percentiles(values).bins, np.float64)


def jenks_caspall(values: FloatArray, classes: int) -> FloatArray:
    """Quantiles moved until each value is nearest to the median of its class.

    Parameters
    ----------
    values : (n,) float64
        Finite, not all equal.
    classes : int
        At most so many: fewer where quantiles coincide or a class becomes empty.

    Returns
    -------
    (k,) float64
        Upper limits.

    References
    ----------
    Jenks and Caspall (1971), Annals of the Association of American Geographers 61(2).
    """
    import mapclassify

    for number in range(classes, 1, -1):
        if len(np.unique(np.quantile(values, np.arange(1, number + 1) / number))) < number:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # the median of an empty class
            upper = np.asarray(mapclassify.JenksCaspall(values, k=number).bins, np.float64)
        if len(upper) == number and math.isfinite(upper.sum()):
            return np.sort(upper)
    return np.array([values.max()])
