"""The periods of published cells: months, quarters or years of the calendar, numbered."""

import numpy as np
from numpy.typing import NDArray

from service.coverage.coverage import Coverage
from service.model.protection import MONTHS, PeriodUnit
from spatial.arrays import IntArray


def period_numbers(occurred: NDArray[np.datetime64], unit: PeriodUnit) -> IntArray:
    """The period that each moment is in.

    Parameters
    ----------
    occurred : (n,) datetime64
        Moments.
    unit : {'month', 'quarter', 'year'}
        Length of the periods.

    Returns
    -------
    (n,) int64
        Periods since 1970.
    """
    return occurred.astype("datetime64[M]").astype(np.int64) // MONTHS[unit]


def period_label(number: int, unit: PeriodUnit) -> str:
    """A period as text.

    Parameters
    ----------
    number : int
        Periods since 1970.
    unit : {'month', 'quarter', 'year'}
        Its length.

    Returns
    -------
    str
        Such as ``2024``, ``2024-Q3`` or ``2024-09``.
    """
    year, part = divmod(number, 12 // MONTHS[unit])
    year += 1970
    if unit == "year":
        return f"{year}"
    return f"{year}-Q{part + 1}" if unit == "quarter" else f"{year}-{part + 1:02d}"


def first_days(numbers: IntArray, unit: PeriodUnit) -> NDArray[np.datetime64]:
    """The first day of periods.

    Parameters
    ----------
    numbers : (n,) int64
        Periods since 1970.
    unit : {'month', 'quarter', 'year'}
        Their length.

    Returns
    -------
    (n,) datetime64[D]
    """
    return (numbers * MONTHS[unit]).astype("datetime64[M]").astype("datetime64[D]")


def covered_periods(coverage: Coverage, unit: PeriodUnit) -> IntArray:
    """The periods of which the data cover a day at least, and none was deleted by its age.

    What is left of a period that a retention has cut is not published: what was published of the
    whole would tell how much is gone from each of its cells.

    Parameters
    ----------
    coverage : Coverage
        Of a dataset.
    unit : {'month', 'quarter', 'year'}
        Length of the periods.

    Returns
    -------
    (n,) int64
        Periods since 1970, in order.
    """
    ends = np.array([(span.first, span.last) for span in coverage.spans], "datetime64[D]")
    numbers = period_numbers(ends.reshape(-1, 2), unit)
    parts = [np.arange(first, last + 1) for first, last in numbers.tolist()]
    periods = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
    cut = cut_period(coverage, unit)
    return periods if cut is None else periods[periods != cut]


def cut_period(coverage: Coverage, unit: PeriodUnit) -> int | None:
    """The period of which a retention has deleted the earlier days only.

    Parameters
    ----------
    coverage : Coverage
        Of a dataset.
    unit : {'month', 'quarter', 'year'}
        Length of the periods.

    Returns
    -------
    int or None
        Since 1970; None where there is none.
    """
    if coverage.since is None:
        return None
    number = period_numbers(np.array([coverage.since], "datetime64[D]"), unit)
    is_whole = first_days(number, unit)[0] == np.datetime64(coverage.since)
    return None if is_whole else int(number[0])


def first_covered_days(
    numbers: IntArray, unit: PeriodUnit, coverage: Coverage
) -> NDArray[np.datetime64]:
    """The first day of each period that the data cover: records are dated to it.

    Parameters
    ----------
    numbers : (n,) int64
        Periods since 1970, each with a day that is covered.
    unit : {'month', 'quarter', 'year'}
        Their length.
    coverage : Coverage
        Of the dataset.

    Returns
    -------
    (n,) datetime64[D]
    """
    days = first_days(numbers, unit)
    starts = np.array([span.first for span in coverage.spans], "datetime64[D]")
    ends = np.array([span.last for span in coverage.spans], "datetime64[D]")
    latest: NDArray[np.datetime64] = np.maximum(days, starts[np.searchsorted(ends, days)])
    return latest
