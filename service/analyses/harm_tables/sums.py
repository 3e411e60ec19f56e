"""The numbers of a harm table: incidents, and the sums of their harm, of every row and column."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from service.analyses.harm.weights import IncidentHarm
from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import NOT_LOCATED, NOT_RECORDED, OUTSIDE, Axis
from service.analyses.tables.cells import days_with_totals, pairs_of
from service.queries.tables.harm import OFFENCE
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.rates.weighted_counts import WeightedCounts, weighted_counts

ALL: Final = "total"
ALL_AREAS: Final = "areas"
NOT_IN_INDEX: Final = "not in the index"
NO_GROUP: Final = "no group"
IN_NO_AREA: Final = (OUTSIDE, NOT_LOCATED)


@dataclass(frozen=True, eq=False)
class HarmSums:
    """Incidents and harm along two axes, each with its totals; (rows, columns) arrays.

    Attributes
    ----------
    rows, columns : Axis
        With the keys of the totals behind their own.
    totals : int
        How many keys of the rows are totals.
    count : int64
        Incidents, of known harm or not.
    days : float64
        Days that the data cover.
    known : WeightedCounts
        Incidents of known harm and their sums, row by row in one array.
    """

    rows: Axis
    columns: Axis
    totals: int
    count: IntArray
    days: FloatArray
    known: WeightedCounts

    @classmethod
    def of(
        cls, selection: Selection, harm: IncidentHarm, rows: Axis, columns: Axis, *, of_areas: bool
    ) -> Self:
        """The numbers of every row and column.

        Parameters
        ----------
        selection : Selection
            The incidents.
        harm : IncidentHarm
            Their harm.
        rows, columns : Axis
            Of the selection.
        of_areas : bool
            Whether the rows are areas: all areas have a total of their own then.

        Returns
        -------
        HarmSums
            With their totals.
        """
        days = days_with_totals(selection, rows, columns)
        ends = [(ALL, "Total", np.flatnonzero(selection.mask))]
        if of_areas:
            in_no_area = [k for k, key in enumerate(rows.keys) if key in IN_NO_AREA]
            in_areas = rows.incident[~np.isin(rows.key, in_no_area)]
            ends.insert(0, (ALL_AREAS, "All areas", in_areas))
        all_rows = _with_ends(rows, ends)
        all_columns = _with_ends(columns, ends[-1:]) if len(columns.keys) > 1 else columns
        shape = len(all_rows.keys), len(all_columns.keys)
        incident, cell = pairs_of(selection, all_rows, columns)
        if all_columns is not columns:
            column_count = len(columns.keys)
            cell = np.append(
                cell // column_count * shape[1] + cell % column_count,
                all_rows.key * shape[1] + column_count,
            )
            incident = np.append(incident, all_rows.incident)
        is_known = harm.is_known[incident]
        day_row = np.minimum(np.arange(shape[0]), len(rows.keys))
        return cls(
            all_rows,
            all_columns,
            len(ends),
            np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape),
            days[np.ix_(day_row, np.arange(shape[1]))],
            weighted_counts(
                cell[is_known], harm.days[incident[is_known]], areas=shape[0] * shape[1]
            ),
        )

    def table(self, values: NDArray[Any]) -> NDArray[Any]:
        """One of the arrays of `known` by rows and columns.

        Parameters
        ----------
        values : (cells,) array
            Row by row.

        Returns
        -------
        (rows, columns) array
            The same values.
        """
        return values.reshape(self.count.shape)

    @property
    def has_data(self) -> BoolArray:
        """(rows, columns) whether the data cover any day of a cell."""
        return np.asarray(self.days > 0, np.bool_)

    @property
    def not_known(self) -> IntArray:
        """(rows, columns) incidents of unknown harm."""
        return np.asarray(self.count - self.table(self.known.count), np.int64)

    @property
    def harm(self) -> FloatArray:
        """(rows, columns) days of harm; NaN without data, and where no harm is known."""
        is_told = self.has_data & ((self.count == 0) | (self.table(self.known.count) > 0))
        return np.where(is_told, self.table(self.known.total), np.nan)

    @property
    def is_ranked(self) -> BoolArray:
        """(rows,) whether a row is compared with others: no total, and no lack of a place."""
        keys = self.rows.keys
        row_count = len(keys) - self.totals
        return np.array(
            [k < row_count and key not in IN_NO_AREA for k, key in enumerate(keys)], np.bool_
        )


def _with_ends(axis: Axis, ends: list[tuple[str, str, IntArray]]) -> Axis:
    """An axis with further keys behind its own, each of some incidents."""
    first = len(axis.keys)
    return dataclasses.replace(
        axis,
        keys=(*axis.keys, *(key for key, _, _ in ends)),
        names=(*axis.names, *(name for _, name, _ in ends)),
        incident=np.concatenate([axis.incident, *(incident for *_, incident in ends)]),
        key=np.concatenate(
            [axis.key, *(np.full(len(rows), first + k) for k, (*_, rows) in enumerate(ends))]
        ),
    )


def axis_of_offences(selection: Selection, harm: IncidentHarm, kind: str) -> Axis:
    """An axis of the offences of the index or of their groups, and of what it does not have.

    Parameters
    ----------
    selection : Selection
        The incidents to count.
    harm : IncidentHarm
        Their harm.
    kind : str
        ``offence`` or ``offence-group``.

    Returns
    -------
    Axis
        Those that an incident has.
    """
    if kind == OFFENCE:
        names = [
            harm.index.names[offence] if offence >= 0 else value
            for offence, value in zip(harm.offence.tolist(), harm.values, strict=True)
        ]
    else:
        names = [
            (harm.index.groups[offence] or NO_GROUP) if offence >= 0 else NOT_IN_INDEX
            for offence in harm.offence.tolist()
        ]
    incident = np.flatnonzero(selection.mask)
    keys, key_of_value = np.unique([*names, NOT_RECORDED], return_inverse=True)
    key = key_of_value[harm.value[incident]]
    used = np.bincount(key, minlength=len(keys)) > 0
    number = np.cumsum(used) - 1
    texts = tuple(str(text) for text in keys[used])
    return Axis(texts, texts, incident, number[key])


def axis_of_all(selection: Selection) -> Axis:
    """An axis of one key, that of every incident.

    Parameters
    ----------
    selection : Selection
        The incidents.

    Returns
    -------
    Axis
        Of the selection.
    """
    incident = np.flatnonzero(selection.mask)
    return Axis((ALL,), ("Total",), incident, np.zeros(len(incident), np.int64))
