"""At which hour of the week incidents happened, where only an interval is known of many."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import NOT_RECORDED
from service.analyses.tables.cells import covered_days_of
from service.analyses.tables.rows import wide_row
from service.model.incident_filter import WEEKDAYS
from service.model.rows import ColumnValues, Row
from service.sentences.numbers import counted
from service.store.incident_rows import PRECISIONS
from spatial.arrays import FloatArray
from spatial.over_time.aoristic import DAY, HOUR, WEEK, aoristic_week

HOURS: Final = tuple(f"{k:02d}:00 to {k + 1:02d}:00" for k in range(24))
EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday; Monday is 0


@dataclass(frozen=True, eq=False)
class SharedTimes:
    """The selected incidents known to the minute, shared out over the hours of the week.

    Attributes
    ----------
    week : (7, 24) float64
        Days from Monday, hours from midnight.
    intervals, moments, reversed_count, long_count : int
        Incidents with a latest time, without one, with one before the beginning (counted whole in
        its hour), and with one more than a week after it.
    """

    week: FloatArray
    intervals: int
    moments: int
    reversed_count: int
    long_count: int

    @classmethod
    def of(cls, selection: Selection) -> "SharedTimes":
        """The shares of the incidents of a selection.

        Parameters
        ----------
        selection : Selection
            The incidents.

        Returns
        -------
        SharedTimes
            They add up to the incidents that are known to the minute.
        """
        incidents = selection.incidents
        is_known = selection.mask & (incidents.precision == PRECISIONS.index("minute"))
        first = incidents.occurred[is_known].view(np.int64)
        latest = incidents.occurred_to[is_known]
        has_end = ~np.isnat(latest)
        length = np.where(has_end, latest.view(np.int64) - first, 0)
        return cls(
            aoristic_week(first, first + np.maximum(length, 0)),
            int(np.count_nonzero(length >= 0) - np.count_nonzero(~has_end)),
            int(np.count_nonzero(~has_end)),
            int(np.count_nonzero(length < 0)),
            int(np.count_nonzero(length > WEEK)),
        )

    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the intervals.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        shared = counted(self.intervals, "record is", "records are")
        notes = [f"{shared} shared out by minutes of the clock between earliest and latest time."]
        for number, text in (
            (self.moments, "no latest time: each counts whole in the hour at which it begins"),
            (self.reversed_count, "a latest time before the earliest: each counts in that hour"),
            (self.long_count, "an interval longer than a week, which says little of the hour"),
        ):
            if number:
                notes.append(f"{counted(number, 'record has', 'records have')} {text}.")
        return tuple(notes)


def days_of_weekdays(selection: Selection) -> dict[str, int]:
    """How many days of each day of the week the data cover.

    Parameters
    ----------
    selection : Selection
        With its period.

    Returns
    -------
    dict of str to int
        From Monday.
    """
    days = (covered_days_of(selection).astype(np.int64) + EPOCH_WEEKDAY) % 7
    return dict(zip(WEEKDAYS, np.bincount(days, minlength=7).tolist(), strict=True))


def week_matrix(
    selection: Selection, times: SharedTimes | None
) -> tuple[type[Row], dict[str, ColumnValues]]:
    """The hours of the day by the days of the week, with what is not recorded and totals.

    Parameters
    ----------
    selection : Selection
        The incidents.
    times : SharedTimes or None
        Their shares; None: each counts in the hour at which it begins.

    Returns
    -------
    row : type of Row
        The model of the rows.
    columns : dict of str to array
        Null where the data cover no such day of the week.
    """
    incidents = selection.incidents
    table = np.zeros((26, 9))
    table[:24, :7] = _week_of_starts(selection).T if times is None else times.week.T
    is_of_day = selection.mask & (incidents.precision == PRECISIONS.index("day"))
    days = incidents.occurred[is_of_day].astype("datetime64[D]").astype(np.int64)
    table[24, :7] = np.bincount((days + EPOCH_WEEKDAY) % 7, minlength=7)
    is_of_month = selection.mask & (incidents.precision == PRECISIONS.index("month"))
    table[24, 7] = np.count_nonzero(is_of_month)
    table[:25, 8] = table[:25, :8].sum(axis=1)
    table[25] = table[:25].sum(axis=0)
    values: ColumnValues = table if times is not None else table.astype(np.int64).astype(object)
    no_data = [number == 0 for number in days_of_weekdays(selection).values()]
    values[:, [*no_data, False, False]] = None
    names = (*WEEKDAYS, "not recorded")
    row = wide_row(names, is_count=times is None, unit="incidents")
    columns: dict[str, ColumnValues] = {
        "row": np.array([*(f"{k:02d}" for k in range(24)), NOT_RECORDED, "total"], dtype=object),
        "row_name": np.array([*HOURS, NOT_RECORDED, "Total"], dtype=object),
    }
    return row, {**columns, **{name: values[:, k] for k, name in enumerate((*names, "total"))}}


def _week_of_starts(selection: Selection) -> FloatArray:
    """(7, 24) incidents known to the minute, each where it begins; nights of the filter whole."""
    incidents, hours = selection.incidents, selection.filter.hours
    is_known = selection.mask & (incidents.precision == PRECISIONS.index("minute"))
    minute = incidents.occurred[is_known].view(np.int64)
    if hours is not None and hours.is_past_midnight:
        minute = minute - DAY * (minute % DAY < hours.last * HOUR)
    return aoristic_week(minute, minute)
