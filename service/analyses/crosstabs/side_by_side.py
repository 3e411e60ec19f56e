"""Cells of a cross-table beside others: of another dataset, or of all areas of a layer."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from service.analyses.tables.axes import NOT_LOCATED, NOT_RECORDED, OTHER_AGES, OUTSIDE, Axis
from service.analyses.tables.cells import Cells
from spatial.arrays import IntArray

LAST = (OTHER_AGES, NOT_RECORDED, OUTSIDE, NOT_LOCATED)


def common_axis(first: Axis, second: Axis) -> Axis:
    """An axis of the keys of both.

    Parameters
    ----------
    first, second : Axis
        Of the same kind, of two selections.

    Returns
    -------
    Axis
        Steps of the calendar in their order; else the keys of the first, then those that the
        second alone has, and what has no key last. Its incidents are those of the first.
    """
    names = dict(zip(second.keys, second.names, strict=True)) | dict(
        zip(first.keys, first.names, strict=True)
    )
    keys = list(dict.fromkeys((*first.keys, *second.keys)))
    first_days = first.first_days
    if first_days is not None and second.first_days is not None:
        starts = dict(zip(second.keys, second.first_days, strict=False)) | dict(
            zip(first.keys, first_days, strict=False)
        )
        keys.sort(key=lambda key: starts[key])
        end = max(first_days[-1], second.first_days[-1])
        first_days = np.array([*(starts[key] for key in keys), end], "datetime64[D]")
    else:
        keys.sort(key=lambda key: LAST.index(key) if key in LAST else -1)
    return dataclasses.replace(
        first, keys=tuple(keys), names=tuple(names[key] for key in keys), first_days=first_days
    )


def aligned(cells: Cells, rows: Axis, columns: Axis) -> Cells:
    """Cells in the order of other axes.

    Parameters
    ----------
    cells : Cells
        Without totals.
    rows, columns : Axis
        Of the same kinds.

    Returns
    -------
    Cells
        A key that the cells do not have has no incident; a step of the calendar no day. Keys that
        the axes do not have are left out, but count in the totals.
    """
    row, column = positions(cells.rows, rows.keys), positions(cells.columns, columns.keys)
    days = np.zeros((len(cells.rows.keys) + 1, len(cells.columns.keys) + 1))
    days[:-1, :-1] = cells.days
    if cells.rows.key_of_day is None:
        days[-1] = days[:-1].max(axis=0, initial=0.0)
    if cells.columns.key_of_day is None:
        days[:, -1] = days[:, :-1].max(axis=1, initial=0.0)
    return Cells(
        rows,
        columns,
        np.pad(cells.count, ((0, 1), (0, 1)))[np.ix_(row, column)],
        days[np.ix_(row, column)],
        np.append(cells.row_total, 0)[row],
        np.append(cells.column_total, 0)[column],
        cells.total,
    )


def positions(axis: Axis, keys: Sequence[str]) -> IntArray:
    """The position of each of some keys on an axis.

    Parameters
    ----------
    axis : Axis
        With keys.
    keys : sequence of str
        In any order.

    Returns
    -------
    (keys,) int64
        -1 where the axis does not have it.
    """
    position = {key: k for k, key in enumerate(axis.keys)}
    return np.array([position.get(key, -1) for key in keys], np.int64)
