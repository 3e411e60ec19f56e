"""Reads when incidents happened, or between which times, from columns of a delimited file."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from service.imports.files.dates import (
    DateForm,
    Times,
    parse_dates,
    parse_times_of_day,
    why_bad,
)
from service.imports.files.delimited import DelimitedFile
from service.store.errors import ImportRefusedError
from service.store.incident_rows import PRECISIONS

MIDNIGHTS = 20
MINUTES_OF_A_WEEK = 7 * 24 * 60


@dataclass(frozen=True)
class TimeReader:
    """Reads columns of times of one file.

    Attributes
    ----------
    contents : DelimitedFile
        The file.
    form : "iso", "uk" or "us"
        Of every date.
    time_zone : str or None
        Whose local time is kept of times that state their offset.
    notes : list of str
        What is noted of the file as a whole.
    note : callable
        Notes something of a number of rows.
    """

    contents: DelimitedFile
    form: DateForm
    time_zone: str | None
    notes: list[str]
    note: Callable[[int, str], None]

    def times(
        self, column: str, time_of_day: str | None
    ) -> tuple[NDArray[np.datetime64], NDArray[np.int8]]:
        """The times of a column; rows with a blank or a bad one are rejected.

        Parameters
        ----------
        column : str
            With the date, with or without a time.
        time_of_day : str or None
            A second column.

        Returns
        -------
        occurred : (n,) datetime64[m]
            The start of each minute, day or month.
        precision : (n,) int8
            Position in ``PRECISIONS``.

        Raises
        ------
        ImportRefusedError
            If a column is missing, or a time states an offset and no zone is named.
        """
        name = self.contents.resolve_name(column, "--time")
        times = self._dates(name)
        self.contents.check.reject(times.blank, name, self.contents.table.column(name), "is blank")
        if time_of_day is None:
            return times.occurred, self._without_midnights(times, name)
        return self._with_time_of_day(times, time_of_day, "--time-of-day")

    def latest_times(
        self,
        column: str,
        time_of_day: str | None,
        earliest: NDArray[np.datetime64],
        precision: NDArray[np.int8],
    ) -> pa.Array:
        """The latest time at which each row may have happened; what is odd of it is noted.

        Parameters
        ----------
        column : str
            With the date, with or without a time.
        time_of_day : str or None
            A second column.
        earliest : (n,) datetime64[m]
            As `times` gives it.
        precision : (n,) int8
            Likewise.

        Returns
        -------
        pyarrow.Array
            Null where it or the earliest is not known to the minute.

        Raises
        ------
        ImportRefusedError
            As `times`.
        """
        name = self.contents.resolve_name(column, "--until")
        times = self._dates(name)
        if time_of_day is None:
            latest, latest_precision = times.occurred, self._without_midnights(times, name)
        else:
            latest, latest_precision = self._with_time_of_day(
                times, time_of_day, "--until-time-of-day"
            )
        is_stated = ~times.blank & ~times.bad
        is_known = is_stated & (latest_precision == 0) & (precision == 0)
        length = np.where(is_known, (latest - earliest).astype(np.int64), 0)
        for rows, text in (
            (times.blank, "have no latest time: each counts whole in its first hour"),
            (
                is_stated & ~is_known,
                "know a time to the day or month only: no latest time is kept",
            ),
            (length < 0, "end before they begin: each counts whole in its first hour"),
            (length > MINUTES_OF_A_WEEK, "are longer than a week"),
        ):
            self.note(int(np.count_nonzero(rows)), text)
        return pa.array(latest.astype("datetime64[s]"), mask=~is_known)

    def _dates(self, name: str) -> Times:
        """The dates in a column; rows with one that is bad are rejected."""
        check, form = self.contents.check, self.form
        text = self.contents.table.column(name)
        times = parse_dates(text, form=form, time_zone=self.time_zone)
        check.reject(times.bad, name, text, lambda value: why_bad(value, form))
        if self.time_zone is None and times.has_zone.any():
            first_row = int(np.flatnonzero(times.has_zone)[0])
            raise ImportRefusedError(
                self.contents.file.name,
                f"row {check.row_numbers[first_row]}, column {name}: {text[first_row].as_py()!r} "
                "states its offset from UTC: --time-zone must say whose local time to keep, "
                "such as Europe/London",
            )
        return times

    def _without_midnights(self, times: Times, name: str) -> NDArray[np.int8]:
        """The precision, reduced to days in a file whose times are all midnight."""
        has_time = (times.precision == 0) & ~times.blank & ~times.bad
        occurred = times.occurred[has_time]
        is_midnight = occurred == occurred.astype("datetime64[D]")
        if len(occurred) < MIDNIGHTS or not is_midnight.all():
            return times.precision
        self.notes.append(
            f"{self.contents.file.name}: every time in {name} is midnight: only the day is "
            "taken as known"
        )
        return np.where(has_time, np.int8(PRECISIONS.index("day")), times.precision)

    def _with_time_of_day(
        self, times: Times, column: str, option: str
    ) -> tuple[NDArray[np.datetime64], NDArray[np.int8]]:
        """Dates with the times of day of a second column."""
        check = self.contents.check
        name = self.contents.resolve_name(column, option)
        text = self.contents.table.column(name)
        minutes, blank, bad = parse_times_of_day(text)
        check.reject(bad, name, text, "is not a time of day (23:59, 23:59:59, 11:59 PM or 2359)")
        day = PRECISIONS.index("day")
        has_time_of_day = ~blank & ~bad
        not_a_day = has_time_of_day & ~times.blank & ~times.bad & (times.precision != day)
        check.reject(
            not_a_day, name, text, "is a time of day, but the other column has no plain date"
        )
        occurred = times.occurred + np.where(has_time_of_day, minutes, 0).astype("timedelta64[m]")
        precision = np.where(has_time_of_day, np.int8(PRECISIONS.index("minute")), times.precision)
        return occurred, precision
