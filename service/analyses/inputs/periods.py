"""Steps of the calendar within a period, and how much of each the data cover."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.inputs.selection import Selection
from service.coverage.calendar import Calendar, Days
from service.coverage.spans import listed
from service.model.errors import TooMuchWorkError
from service.sentences.numbers import counted
from spatial.arrays import BoolArray, FloatArray, IntArray

MAX_STEPS: Final = 1_200  # a hundred years of months
MOST_NAMED: Final = 12  # steps in a note


@dataclass(frozen=True, eq=False)
class Steps:
    """Steps within a period.

    Attributes
    ----------
    keys : tuple of str
        Key of each step, as `Calendar.key_of` has it, oldest first.
    labels : tuple of str
        First month of each step, ISO; the key of a week and of a year of another kind.
    first_days : (steps,) datetime64[D]
        First day of each step, whether it is in the period or not.
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

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    first_days: Days
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
            keys=tuple(self.keys[k] for k in np.flatnonzero(self.has_data)),
            labels=tuple(self._named(self.has_data)),
            first_days=self.first_days[self.has_data],
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


def whole_steps(selection: Selection, step: str, *, with_parts: bool = False) -> Steps:
    """The whole steps within the period of a selection, and the step of each incident.

    An end of the period that the filter leaves open is moved out to that of a step; a step that
    an end of the filter cuts is left out, or has the days of the period alone.

    Parameters
    ----------
    selection : Selection
        The incidents and their period.
    step : str
        As in `Calendar.of`.
    with_parts : bool
        Whether the steps that the period cuts are among them.

    Returns
    -------
    Steps
        Oldest first; possibly none.

    Raises
    ------
    TooMuchWorkError
        If there are more than `MAX_STEPS`.
    """
    days = np.array(selection.days(), "datetime64[D]")
    calendar = Calendar.of(step)
    start, end = calendar.number_of(days).tolist()
    # In numpy, because the day after 9999-12-31 is none of the calendar's.
    begins, ends = calendar.first_day_of(np.array([start, end + 1]))
    is_cut = (
        selection.filter.start is not None and bool(begins < days[0]),
        selection.filter.end is not None and bool(ends - 1 > days[1]),
    )
    if not with_parts:
        start, end = start + is_cut[0], end - is_cut[1]
    count = max(end - start + 1, 0)
    if count > MAX_STEPS:
        raise TooMuchWorkError(
            f"steps of a {calendar.noun}", count, MAX_STEPS, "take longer ones or a shorter period"
        )
    numbers = start + np.arange(count + 1)
    step_index = calendar.number_of(selection.incidents.occurred) - start
    is_inside = selection.mask & (step_index >= 0) & (step_index < count)
    first_days = calendar.first_day_of(numbers)
    first, last = first_days[:-1], first_days[1:] - 1
    if with_parts and is_cut[0]:
        first = np.maximum(first, days[0])
    if with_parts and is_cut[1]:
        last = np.minimum(last, days[1])
    keys = tuple(calendar.key_of(number) for number in numbers[:-1].tolist())
    is_named_by_month = calendar.months and not calendar.begin
    return Steps(
        keys=keys,
        labels=tuple(first_days[:-1].astype("datetime64[M]").astype(str).tolist())
        if is_named_by_month
        else keys,
        first_days=first_days[:-1],
        days=selection.incidents.coverage.days(first, last),
        length=np.diff(first_days).astype(np.int64),
        exposure=selection.exposure_days(first, last),
        step_of_incident=np.where(is_inside, step_index, -1),
        omitted_count=int(np.count_nonzero(selection.mask & ~is_inside)),
    )
