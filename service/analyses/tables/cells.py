"""The cells of a cross-table: incidents and days of every pair of keys."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import Axis
from spatial.arrays import BoolArray, FloatArray, IntArray

MONTH_DAYS: Final = 365.25 / 12


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a cross-table.

    Attributes
    ----------
    rows, columns : Axis
    count : (rows, columns) int64
        Or float64, of sums of weights.
    days : (rows, columns) float64
        Days that the data cover of each cell; where only some days of the week are selected,
        their weeks.
    row_total, column_total : (rows,) and (columns,) of the same type
        Incidents of each row and of each column, each of them once.
    total : int or float
        All incidents selected.
    """

    rows: Axis
    columns: Axis
    count: NDArray[Any]
    days: FloatArray
    row_total: IntArray | FloatArray
    column_total: IntArray | FloatArray
    total: float

    @property
    def has_data(self) -> BoolArray:
        """(rows, columns) Whether the data cover any day of a cell."""
        return np.asarray(self.days > 0, np.bool_)

    def value(self, kind: str) -> FloatArray:
        """What the cells hold of one kind.

        Parameters
        ----------
        kind : str
            ``share-of-row``, ``share-of-column`` or ``share-of-table``, per cent, or
            ``per-month``, incidents per month covered.

        Returns
        -------
        (rows, columns) float64
            NaN where there is no data, and shares of nothing.
        """
        if kind == "per-month":
            days = np.where(self.has_data, self.days, np.nan)
            return np.asarray(self.count * MONTH_DAYS / days, np.float64)
        totals = {
            "share-of-row": self.row_total[:, None],
            "share-of-column": self.column_total[None, :],
            "share-of-table": np.array([[self.total]]),
        }
        total = totals[kind]
        share = 100.0 * self.count / np.where(total > 0, total, np.nan)
        return np.where(self.has_data, share, np.nan)

    def counts(self) -> NDArray[Any]:
        """The counts, None where there is no data.

        Returns
        -------
        (rows, columns) int64 or object
            Whole numbers as they are where every cell has data.
        """
        if self.has_data.all():
            return self.count
        counts: NDArray[Any] = self.count.astype(object)
        counts[~self.has_data] = None
        return counts

    def with_totals(self) -> "Cells":
        """The cells with a row and a column of all, in which each incident counts once.

        Returns
        -------
        Cells
            Their axes have one key fewer than they have rows and columns.
        """
        row_total, column_total = self.row_total[:, None], self.column_total[None, :]
        return Cells(
            self.rows,
            self.columns,
            np.block([[self.count, row_total], [column_total, np.array(self.total)]]),
            _with_total_days(self.days, self.rows, self.columns),
            np.append(self.row_total, self.total),
            np.append(self.column_total, self.total),
            self.total,
        )


def counted(selection: Selection, rows: Axis, columns: Axis, *, by_weight: bool = False) -> Cells:
    """Every pair of keys with its incidents and its days.

    Parameters
    ----------
    selection : Selection
        The incidents to count.
    rows, columns : Axis
        Of the same selection.
    by_weight : bool
        Sum the weights of the incidents in the place of their number.

    Returns
    -------
    Cells
        The counts add up to the records selected, but where an incident has several keys.
    """
    shape = len(rows.keys), len(columns.keys)
    weight = selection.incidents.weight if by_weight else None
    incident, cell = pairs_of(selection, rows, columns)
    count = _sums(cell, incident, weight, shape[0] * shape[1]).reshape(shape)
    return Cells(
        rows,
        columns,
        count,
        _days(selection, rows, columns),
        _sums(rows.key, rows.incident, weight, shape[0]),
        _sums(columns.key, columns.incident, weight, shape[1]),
        selection.records if weight is None else float(weight[selection.mask].sum()),
    )


def pairs_of(selection: Selection, rows: Axis, columns: Axis) -> tuple[IntArray, IntArray]:
    """The incidents of every cell.

    Parameters
    ----------
    selection : Selection
        The incidents.
    rows, columns : Axis
        Of the same selection.

    Returns
    -------
    incident, cell : (m,) int64
        Pairs; cells are numbered row by row.
    """
    # An incident may stand at several keys of one axis: each key of that axis is joined by itself.
    column_of = np.full(len(selection.incidents), -1, np.int64)
    incidents, cells = [], []
    for incident, key in _single(columns):
        column_of[:] = -1
        column_of[incident] = key
        column = column_of[rows.incident]
        is_pair = column >= 0
        incidents.append(rows.incident[is_pair])
        cells.append(rows.key[is_pair] * len(columns.keys) + column[is_pair])
    none = np.zeros(0, np.int64)
    return np.concatenate([none, *incidents]), np.concatenate([none, *cells])


def _sums(
    key: IntArray, incident: IntArray, weight: FloatArray | None, size: int
) -> IntArray | FloatArray:
    """The incidents of each number; with weights their sums."""
    if weight is None:
        return np.bincount(key, minlength=size)
    return np.bincount(key, weight[incident], size)


def _single(axis: Axis) -> list[tuple[IntArray, IntArray]]:
    """The pairs of an axis in parts, in each of which an incident stands once."""
    if (np.diff(axis.incident) > 0).all():
        return [(axis.incident, axis.key)]
    return [
        (axis.incident[axis.key == key], axis.key[axis.key == key])
        for key in range(len(axis.keys))
    ]


def days_with_totals(selection: Selection, rows: Axis, columns: Axis) -> FloatArray:
    """The days that the data cover of each cell, with a row and a column of all.

    Parameters
    ----------
    selection : Selection
        The incidents.
    rows, columns : Axis
        Of the same selection.

    Returns
    -------
    (rows + 1, columns + 1) float64
        Where only some days of the week are selected, their weeks.
    """
    return _with_total_days(_days(selection, rows, columns), rows, columns)


def _with_total_days(days: FloatArray, rows: Axis, columns: Axis) -> FloatArray:
    """Days of cells with those of all rows and all columns."""
    is_by_row, is_by_column = (axis.key_of_day is not None for axis in (rows, columns))
    row_days = days.sum(axis=1) if is_by_column else days.max(axis=1, initial=0.0)
    column_days = days.sum(axis=0) if is_by_row else days.max(axis=0, initial=0.0)
    total = row_days.sum() if is_by_row else row_days.max(initial=0.0)
    return np.block([[days, row_days[:, None]], [column_days[None, :], np.array(total)]])


def _days(selection: Selection, rows: Axis, columns: Axis) -> FloatArray:
    """(rows, columns) days that the data cover of each cell."""
    days = covered_days_of(selection)
    exposure = selection.exposure_days(days, days)
    shape = [1, 1]
    index = [np.zeros(len(days), np.int64), np.zeros(len(days), np.int64)]
    for k, axis in enumerate((rows, columns)):
        if axis.key_of_day is not None:
            shape[k], index[k] = len(axis.keys), axis.key_of_day(days)
    total = np.zeros(shape)
    np.add.at(total, tuple(index), exposure)
    return np.array(np.broadcast_to(total, (len(rows.keys), len(columns.keys))))


def covered_days_of(selection: Selection) -> NDArray[np.datetime64]:
    """The days of the period that the data cover.

    Parameters
    ----------
    selection : Selection
        With its period.

    Returns
    -------
    (days,) datetime64[D]
        In order.
    """
    return np.concatenate(
        [
            np.arange(np.datetime64(span.first), np.datetime64(span.last) + np.timedelta64(1, "D"))
            for span in selection.covered()
        ]
    )
