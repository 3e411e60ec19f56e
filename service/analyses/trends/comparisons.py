"""Each step beside others: the mean of its year, the same step a year before, the year so far."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from service.analyses.inputs.periods import Steps
from service.coverage.calendar import WEEK_DAYS, Calendar
from service.model.rows import ColumnValues
from spatial.arrays import BoolArray, FloatArray, IntArray

_WEEKS_OF_A_YEAR: Final = 52
_THURSDAY: Final = 3  # days after Monday: by it a week belongs to a year


@dataclass(frozen=True, eq=False)
class Amounts:
    """What is compared: an amount of each series and step.

    Attributes
    ----------
    steps : Steps
    calendar : Calendar
        Of the steps.
    value : (series, steps) float64
        NaN where there is no data.
    """

    steps: Steps
    calendar: Calendar
    value: FloatArray

    @property
    def is_whole(self) -> BoolArray:
        """(steps,) Whether the data cover every day."""
        return np.asarray(self.steps.days == self.steps.length, np.bool_)

    def mean(self, period: str) -> dict[str, ColumnValues]:
        """The mean of the steps of each quarter or year, or of the year that ends with a step.

        Parameters
        ----------
        period : str
            ``rolling``, or as in `Calendar.of`.

        Returns
        -------
        dict of str to (series, steps) array
            `mean` and `mean_steps`, the number of steps with data that it is of. Where a step is
            covered in part, the mean is that of its days covered, for steps of mean length.
        """
        days, length = self.steps.days[None, :], self.steps.length[None, :]
        has_data = days > 0
        parts = [
            np.asarray(part, np.float64)
            for part in (np.nan_to_num(self.value), days, length * has_data, has_data)
        ]
        if period == "rolling":
            size = self.calendar.per_year or _WEEKS_OF_A_YEAR
            amount, covered, full_length, numbers = (_rolling(part, size) for part in parts)
            amount[:, : size - 1] = np.nan
        else:
            group = self._positions(period)[0]
            is_of = (group[:, None] == group[None, :]).astype(np.float64)
            amount, covered, full_length, numbers = (part @ is_of for part in parts)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(covered > 0, amount / covered * (full_length / numbers), np.nan)
        mean_steps = np.broadcast_to(numbers, mean.shape).astype(np.int64)
        return {"mean": mean, "mean_steps": mean_steps}

    def last_year(self) -> dict[str, ColumnValues]:
        """The same step a year before, and the change.

        Returns
        -------
        dict of str to (series, steps) array
            `last_year`, `change` and `change_percent`; NaN where one of the two is not covered as
            a whole, and per cent of nothing.
        """
        earlier = np.full(self.value.shape, np.nan)
        before = self._a_year_before()
        is_comparable = (before >= 0) & self.is_whole
        is_comparable &= self.is_whole[np.where(before >= 0, before, 0)]
        earlier[:, is_comparable] = self.value[:, before[is_comparable]]
        return _with_change("", self.value, earlier, "last_year", "change")

    def to_date(self, period: str) -> dict[str, ColumnValues]:
        """The year so far, the same part of the year before, and the change.

        Parameters
        ----------
        period : str
            Which years, as in `Calendar.of`.

        Returns
        -------
        dict of str to (series, steps) array
            `to_date`, `to_date_last_year`, `to_date_change` and `to_date_change_percent`; NaN
            where a step of it is not covered as a whole.
        """
        year, position = self._positions(period)
        value = np.where(self.is_whole, self.value, np.nan)
        so_far = np.full(value.shape, np.nan)
        index_of: dict[tuple[int, int], int] = {}
        for k, key in enumerate(zip(year.tolist(), position.tolist(), strict=True)):
            index_of[key] = k
            if key[1] == 0:
                so_far[:, k] = value[:, k]
            elif k and (key[0], key[1] - 1) in index_of:
                so_far[:, k] = so_far[:, k - 1] + value[:, k]
        before = [index_of.get((y - 1, p), -1) for y, p in zip(year, position, strict=True)]
        earlier = np.full(value.shape, np.nan)
        has_earlier = np.array(before) >= 0
        earlier[:, has_earlier] = so_far[:, np.array(before)[has_earlier]]
        return _with_change("to_date", so_far, earlier, "to_date_last_year", "to_date_change")

    def _a_year_before(self) -> IntArray:
        """(steps,) Position of the same step a year before, -1 where there is none."""
        if self.calendar.per_year:
            before = np.arange(len(self.steps.keys)) - self.calendar.per_year
            return np.where(before >= 0, before, -1)
        year, position = self._positions("year")
        pairs = list(zip(year.tolist(), position.tolist(), strict=True))
        index_of = {pair: k for k, pair in enumerate(pairs)}
        return np.array([index_of.get((y - 1, p), -1) for y, p in pairs], np.int64)

    def _positions(self, period: str) -> tuple[IntArray, IntArray]:
        """(steps,) Number of the longer period that a step is in, and its position there."""
        longer = Calendar.of(period)
        day = self.steps.first_days
        if self.calendar.kind == "week":
            day = day + _THURSDAY
        number = longer.number_of(day)
        start = longer.first_day_of(number)
        if self.calendar.kind == "week":
            # The first week of a year is that of its first Thursday.
            days = (day - start).astype(np.int64)
            return number, days // WEEK_DAYS
        first = self.calendar.number_of(start)
        return number, self.calendar.number_of(self.steps.first_days) - first


def _with_change(
    name: str, later: FloatArray, earlier: FloatArray, earlier_name: str, change_name: str
) -> dict[str, ColumnValues]:
    """An amount, an earlier one and the change between them; no per cent of nothing."""
    change = later - earlier
    percent = 100.0 * change / np.where(earlier > 0, earlier, np.nan)
    later_column = {name: later} if name else {}
    return {
        **later_column,
        earlier_name: earlier,
        change_name: change,
        f"{change_name}_percent": percent,
    }


def _rolling(values: FloatArray, size: int) -> FloatArray:
    """The sum of so many steps up to each."""
    sums: FloatArray = np.cumsum(values, axis=1)
    sums[:, size:] -= sums[:, :-size].copy()
    return sums
