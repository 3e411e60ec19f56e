"""Whole months, quarters or years within a period."""

import calendar
import datetime
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.inputs.selection import Selection
from service.model.errors import TooMuchWorkError
from spatial.arrays import IntArray

MAX_STEPS: Final = 1_200  # a hundred years of months
STEP_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, eq=False)
class Steps:
    """Whole steps of equal length within a period.

    Attributes
    ----------
    labels : tuple of str
        First month of each step, ISO, oldest first.
    days : (steps,) int64
        Number of days of each step: the exposure of its counts.
    step_of_incident : (n,) int64
        Step of each incident of the dataset, -1 outside all steps.
    omitted_count : int
        Selected incidents in the incomplete steps at either end.
    """

    labels: tuple[str, ...]
    days: IntArray
    step_of_incident: NDArray[np.int64]
    omitted_count: int

    def omission_note(self) -> str:
        """A note on the incomplete steps.

        Returns
        -------
        str
            One sentence.
        """
        return (
            f"{self.omitted_count} incidents are in incomplete steps at the ends and were left "
            "out."
        )


def whole_steps(selection: Selection, step: str) -> Steps:
    """The whole steps within the period of a selection, and the step of each incident.

    Parameters
    ----------
    selection : Selection
        The incidents and their period.
    step : {"month", "quarter", "year"}
        Quarters and years start with those of the calendar.

    Returns
    -------
    Steps
        Oldest first; possibly none.

    Raises
    ------
    TooMuchWorkError
        If there are more than `MAX_STEPS`.
    """
    first_day, last_day = selection.days()
    length = STEP_MONTHS[step]
    start = _month_number(first_day) + (1 if first_day.day > 1 else 0)
    is_whole = last_day.day == calendar.monthrange(last_day.year, last_day.month)[1]
    end = _month_number(last_day) + (1 if is_whole else 0)  # the first month not whole
    start = -(-start // length) * length
    count = max((end - start) // length, 0)
    if count > MAX_STEPS:
        raise TooMuchWorkError(
            f"steps of a {step}", count, MAX_STEPS, "take longer ones or a shorter period"
        )
    occurred = selection.incidents.occurred
    months = occurred.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    step_index = (months - start) // length
    is_inside = selection.mask & (months >= start) & (step_index < count)
    # In numpy, because the month after 9999-12 is none of the calendar's.
    first_months = (start - 1970 * 12 + length * np.arange(count + 1)).astype("datetime64[M]")
    return Steps(
        labels=tuple(str(first_month) for first_month in first_months[:-1]),
        days=np.diff(first_months.astype("datetime64[D]")).astype(np.int64),
        step_of_incident=np.where(is_inside, step_index, -1),
        omitted_count=int(np.count_nonzero(selection.mask & ~is_inside)),
    )


def _month_number(day: datetime.date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1
