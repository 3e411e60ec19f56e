"""Schemes of classes that are asked for less often; PySAL's mapclassify has most of them.

Importing mapclassify takes seconds, so that it is imported when a scheme of it is asked for. Two
of its formulas are not taken as they are. Its maximum breaks choose among equal gaps by an order
that depends on the processor, and its Jenks-Caspall loses classes that become empty, or never
ends: here equal gaps go from the highest downwards, and there are fewer classes instead.
"""

import numpy as np

from spatial.arrays import FloatArray, IntArray

MOST_MOVES = 1_000  # of values between classes; some dozens are usual


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
    for number in range(classes, 1, -1):
        upper = np.quantile(values, np.arange(1, number + 1) / number)
        if len(np.unique(upper)) == number:
            limits = _around_medians(values, np.searchsorted(upper, values), number)
            if limits is not None:
                return limits
    return np.array([values.max()])


def _around_medians(values: FloatArray, index: IntArray, number: int) -> FloatArray | None:
    """Upper limits of classes whose values are nearest to their medians; None if one is empty.

    mapclassify goes on for ever where a class becomes empty: its median is not a number.
    """
    for _ in range(MOST_MOVES):
        if len(np.unique(index)) < number:
            return None
        medians = np.array([np.median(values[index == each]) for each in range(number)])
        nearest = np.abs(values[:, None] - medians).argmin(axis=1)
        if np.array_equal(nearest, index):
            break
        index = nearest
    if len(np.unique(index)) < number:
        return None
    return np.sort([values[index == each].max() for each in range(number)])
