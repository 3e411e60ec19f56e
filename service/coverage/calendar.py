"""Steps of the calendar: ISO weeks, months, quarters, and years of three kinds."""

import calendar
import datetime
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import IntArray

MONTHS: Final = tuple(calendar.month_name)[1:]
WEEK_DAYS: Final = 7
_EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday; a week begins on Monday
_YEAR_MONTHS: Final = 12

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Calendar:
    """Steps of one kind, numbered without a gap.

    Attributes
    ----------
    kind : str
        ``week``, ``month``, ``quarter``, ``year``, ``financial-year`` (from April) or
        ``year-ending``.
    months : int
        Of a step; 0 for weeks.
    begin : int
        Month with which a step of a year begins, from 0 for January.
    """

    kind: str
    months: int
    begin: int = 0

    @classmethod
    def of(cls, text: str) -> Self:
        """The steps that a text names.

        Parameters
        ----------
        text : str
            A kind; ``year-ending:11`` for years that end with November.

        Returns
        -------
        Calendar
        """
        kind, _, month = text.partition(":")
        months = {"week": 0, "month": 1, "quarter": 3}.get(kind, _YEAR_MONTHS)
        begin = {"financial-year": 3, "year-ending": int(month or 0) % 12}.get(kind, 0)
        return cls(kind, months, begin)

    @property
    def noun(self) -> str:
        """What a step is called."""
        if self.kind == "year-ending":
            return f"year to {MONTHS[self.begin - 1]}"
        return self.kind.replace("-", " ")

    @property
    def plural(self) -> str:
        """What steps are called."""
        if self.kind == "year-ending":
            return self.noun.replace("year", "years", 1)
        return f"{self.noun}s"

    @property
    def per_year(self) -> int:
        """Steps in a year; 0 of weeks, which do not fill one."""
        return _YEAR_MONTHS // self.months if self.months else 0

    def number_of(self, moments: Days) -> IntArray:
        """The numbers of the steps that moments are in.

        Parameters
        ----------
        moments : (n,) datetime64
            Days or moments.

        Returns
        -------
        (n,) int64
            Ascending with time.
        """
        if not self.months:
            day = moments.astype("datetime64[D]").astype(np.int64)
            return np.asarray((day + _EPOCH_WEEKDAY) // WEEK_DAYS, np.int64)
        month = moments.astype("datetime64[M]").astype(np.int64) + 1970 * _YEAR_MONTHS
        return np.asarray((month - self.begin) // self.months, np.int64)

    def first_day_of(self, numbers: IntArray) -> Days:
        """The first days of steps.

        Parameters
        ----------
        numbers : (n,) int64
            Of the steps.

        Returns
        -------
        (n,) datetime64[D]
        """
        if not self.months:
            return (numbers * WEEK_DAYS - _EPOCH_WEEKDAY).astype("datetime64[D]")
        month = numbers * self.months + self.begin - 1970 * _YEAR_MONTHS
        return month.astype("datetime64[M]").astype("datetime64[D]")

    def key_of(self, number: int) -> str:
        """The key of a step.

        Parameters
        ----------
        number : int
            Of the step.

        Returns
        -------
        str
            Such as 2024-W05, 2024-02, 2024-Q1, 2023-24 or, of a year to November, 2024-11.
        """
        if not self.months:
            year, week, _ = self._thursday(number).isocalendar()
            return f"{year}-W{week:02d}"
        year, month = divmod(number * self.months + self.begin, _YEAR_MONTHS)
        if self.kind == "month":
            return f"{year:04d}-{month + 1:02d}"
        if self.kind == "quarter":
            return f"{year:04d}-Q{month // 3 + 1}"
        if self.kind == "financial-year":
            return f"{year:04d}-{(year + 1) % 100:02d}"
        if self.begin:
            return f"{year + 1:04d}-{self.begin:02d}"
        return f"{year:04d}"

    def name_of(self, number: int) -> str:
        """The name of a step.

        Parameters
        ----------
        number : int
            Of the step.

        Returns
        -------
        str
            Such as February 2024, or April 2023 to March 2024.
        """
        if not self.months:
            monday = self._thursday(number) - datetime.timedelta(days=_EPOCH_WEEKDAY)
            return f"Week from {monday.day} {MONTHS[monday.month - 1]} {monday.year}"
        year, month = divmod(number * self.months + self.begin, _YEAR_MONTHS)
        if self.kind == "month":
            return f"{MONTHS[month]} {year}"
        if self.kind == "quarter":
            return f"{MONTHS[month]} to {MONTHS[month + 2]} {year}"
        if self.kind == "financial-year":
            return f"April {year} to March {year + 1}"
        if self.begin:
            return f"Year to {MONTHS[self.begin - 1]} {year + 1}"
        return str(year)

    def _thursday(self, number: int) -> datetime.date:
        """The day of a week by which it belongs to a year."""
        epoch = datetime.date(1970, 1, 1)
        return epoch + datetime.timedelta(days=number * WEEK_DAYS)
