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
        First month of each, ISO, oldest first.
    days : (steps,) int64
        Days of each: the exposure of its counts.
    of_incident : (n,) int64
        Step of each incident of the dataset, -1 outside all steps.
    left_out : int
        Chosen incidents in the incomplete steps at either end.
    """

    labels: tuple[str, ...]
    days: IntArray
    of_incident: NDArray[np.int64]
    left_out: int

    def left_out_note(self) -> str:
        """What a reader must know of the incomplete steps."""
        return f"{self.left_out} incidents are in incomplete steps at the ends and were left out."


def whole_steps(selection: Selection, step: str) -> Steps:
    """The whole steps within the period of a selection, and which step each incident is in.

    Parameters
    ----------
    step : {"month", "quarter", "year"}
        Quarters and years begin where the calendar's do.

    Raises
    ------
    TooMuchWorkError
        If there are more than `MAX_STEPS`.
    """
    first, last = selection.days()
    length = STEP_MONTHS[step]
    start = _month_number(first) + (1 if first.day > 1 else 0)
    is_whole = last.day == calendar.monthrange(last.year, last.month)[1]
    end = _month_number(last) + (1 if is_whole else 0)  # the first month not whole
    start = -(-start // length) * length
    count = max((end - start) // length, 0)
    if count > MAX_STEPS:
        raise TooMuchWorkError(
            f"steps of a {step}", count, MAX_STEPS, "take longer ones or a shorter period"
        )
    occurred = selection.incidents.occurred
    months = occurred.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    which = (months - start) // length
    inside = selection.chosen & (months >= start) & (which < count)
    # In numpy, because the month after 9999-12 is none of the calendar's.
    begins = (start - 1970 * 12 + length * np.arange(count + 1)).astype("datetime64[M]")
    return Steps(
        labels=tuple(str(begin) for begin in begins[:-1]),
        days=np.diff(begins.astype("datetime64[D]")).astype(np.int64),
        of_incident=np.where(inside, which, -1),
        left_out=int(np.count_nonzero(selection.chosen & ~inside)),
    )


def _month_number(day: datetime.date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1
