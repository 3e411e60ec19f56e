"""Whole months, quarters or years within a period, and how much of each the data cover."""

import calendar
import dataclasses
import datetime
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.inputs.selection import Selection
from service.coverage.spans import listed
from service.model.errors import TooMuchWorkError
from service.sentences.numbers import counted
from spatial.arrays import BoolArray, FloatArray, IntArray

MAX_STEPS: Final = 1_200  # a hundred years of months
MOST_NAMED: Final = 12  # steps in a note
STEP_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, eq=False)
class Steps:
    """Whole steps of equal length within a period.

    Attributes
    ----------
    labels : tuple of str
        First month of each step, ISO, oldest first.
    days : (steps,) int64
        Number of days of each step that the data cover.
    length : (steps,) int64
        Number of days of each step.
    exposure : (steps,) float64
        The days covered, or where only some days of the week are selected, their weeks.
    step_of_incident : (n,) int64
        Step of each incident of the dataset, -1 outside all steps.
    omitted_count : int
        Selected incidents in the incomplete steps at either end.
    """

    labels: tuple[str, ...]
    days: IntArray
    length: IntArray
    exposure: FloatArray
    step_of_incident: NDArray[np.int64]
    omitted_count: int

    @property
    def has_data(self) -> BoolArray:
        """(steps,) Whether the data cover any of the days selected of a step."""
        return np.asarray(self.exposure > 0, np.bool_)

    def of_part(self, mask: BoolArray) -> "Steps":
        """The same steps, of some of the selected incidents.

        Parameters
        ----------
        mask : (n,) bool
            True for the incidents to keep, all of which are selected.

        Returns
        -------
        Steps
            With the incidents of the mask alone.
        """
        return dataclasses.replace(
            self,
            step_of_incident=np.where(mask, self.step_of_incident, -1),
            omitted_count=int(np.count_nonzero(mask & (self.step_of_incident < 0))),
        )

    def with_data(self) -> "Steps":
        """The steps of which the data cover a day, without those between.

        Returns
        -------
        Steps
            In the same order.
        """
        position = np.cumsum(self.has_data) - 1
        return Steps(
            labels=tuple(self._named(self.has_data)),
            days=self.days[self.has_data],
            length=self.length[self.has_data],
            exposure=self.exposure[self.has_data],
            step_of_incident=np.where(
                self.step_of_incident < 0, -1, position[self.step_of_incident]
            )
            if len(position)
            else self.step_of_incident,
            omitted_count=self.omitted_count,
        )

    def without_data_null(self, counts: IntArray) -> NDArray[Any]:
        """Counts per step, None where the data cover none of it.

        Parameters
        ----------
        counts : (steps,) int64
            Incidents of each step.

        Returns
        -------
        (steps,) int64 or object
            Whole numbers as they are where every step has data.
        """
        if self.has_data.all():
            return counts
        column: NDArray[Any] = counts.astype(object)
        column[~self.has_data] = None
        return column

    def notes(self) -> tuple[str, ...]:
        """Notes on steps without data, steps covered in part, and what was left out.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        notes = []
        if not self.has_data.all():
            gaps = listed(self._named(~self.has_data), most=MOST_NAMED)
            notes.append(f"No data, which is not zero: {gaps}.")
        is_partial = self.has_data & (self.days < self.length)
        if is_partial.any():
            partial = [
                f"{self.labels[k]} ({self.days[k]} of {self.length[k]} days)"
                for k in np.flatnonzero(is_partial)
            ]
            notes.append(f"Covered in part: {listed(partial, most=MOST_NAMED)}.")
        if self.omitted_count:
            omitted = counted(self.omitted_count, "incident is", "incidents are")
            notes.append(f"{omitted} in incomplete steps at the ends, and left out.")
        return tuple(notes)

    def _named(self, condition: BoolArray) -> list[str]:
        """The labels of the steps that meet a condition."""
        return [self.labels[k] for k in np.flatnonzero(condition)]


def whole_steps(selection: Selection, step: str) -> Steps:
    """The whole steps within the period of a selection, and the step of each incident.

    An end of the period that the filter leaves open is moved out to that of a step; a step that
    an end of the filter cuts is left out.

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
    start, end = _month_number(first_day), _month_number(last_day)
    if selection.filter.start is not None:
        # The first step that begins on that day or later.
        start = -(-(start + (first_day.day > 1)) // length) * length
    if selection.filter.end is not None:
        # Up to the last step that ends on that day or earlier.
        is_whole = last_day.day == calendar.monthrange(last_day.year, last_day.month)[1]
        end = (end + is_whole) // length * length - 1
    start = start // length * length
    count = max(end // length - start // length + 1, 0)
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
    first_days = first_months.astype("datetime64[D]")
    return Steps(
        labels=tuple(str(first_month) for first_month in first_months[:-1]),
        days=selection.incidents.coverage.days(first_days[:-1], first_days[1:] - 1),
        length=np.diff(first_days).astype(np.int64),
        exposure=selection.exposure_days(first_days[:-1], first_days[1:] - 1),
        step_of_incident=np.where(is_inside, step_index, -1),
        omitted_count=int(np.count_nonzero(selection.mask & ~is_inside)),
    )


def _month_number(day: datetime.date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1
