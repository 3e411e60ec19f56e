"""Tables as a report prints them: some columns, few rows, cells as words."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from service.model.answers import Table
from service.model.report import Column, ReportTable
from service.reports.template import Request
from service.reports.values import LackingError

NOT_AVAILABLE: Final = "[x]"
LEGEND: Final = f"{NOT_AVAILABLE} is not available: not recorded, not covered, or without a base."
HIDDEN_LEGEND: Final = f"{NOT_AVAILABLE} is not available, or not published."
SMALLEST_P: Final = 0.001
PART: Final = "part"  # column that says which cells are of a part of a step


def printed_table(
    table: Table, request: Request, *, number: int, caption: str, address: str
) -> ReportTable:
    """A table as it is printed.

    Parameters
    ----------
    table : Table
        After its release.
    request : Request
        Which columns, and how many rows.
    number, caption, address : int, str, str
        Of the table in the report.

    Raises
    ------
    LackingError
        If it has no rows, or none of the columns.
    """
    if not len(table):
        raise LackingError("there are no rows")
    columns, rows = _crossed(table, request) if request.cells else _listed(table, request)
    printed = tuple(rows[: request.rows])
    notes = []
    if len(printed) < len(rows):
        notes.append(
            f"The first {len(printed):,} of {len(rows):,} rows; the spreadsheet has all of them."
        )
    for name, values in request.leave_out.items():
        omitted = int(np.isin(table.columns[name].astype(str), values).sum())
        if omitted:
            notes.append(
                f"{omitted:,} more of {name} {', '.join(values)}: only in the spreadsheet."
            )
    if any(NOT_AVAILABLE in row for row in printed):
        notes.append(HIDDEN_LEGEND if table.is_suppressed else LEGEND)
    return ReportTable(number, caption, columns, printed, tuple(notes), address=address)


def cell_text(value: Any, unit: str = "", name: str = "") -> str:
    """A value as it is printed.

    Parameters
    ----------
    value : object
        Of a cell; None and NaN are not available.
    unit : str
        Of the column.
    name : str
        Of the column: probabilities are recognised by it.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOT_AVAILABLE
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{int(value):,}"
    if isinstance(value, float | np.floating):
        return _number_text(float(value), name)
    if isinstance(value, list | tuple):
        return ", ".join(cell_text(part, unit, name) for part in value)
    return str(value)


def _number_text(value: float, name: str) -> str:
    """A number with as many digits as a reader can use."""
    if name.startswith(("p_", "q_")):
        return f"<{SMALLEST_P}" if value < SMALLEST_P else f"{value:.3f}"
    if value.is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 1 else 2 if size >= 0.1 else 3
    return f"{value:,.{digits}f}"


def _listed(table: Table, request: Request) -> tuple[tuple[Column, ...], list[tuple[str, ...]]]:
    """The columns that are asked for; those that only some of such tables have may be missing."""
    asked = (*request.columns, *request.leave_out)
    unknown = [name for name in asked if name not in table.row.columns]
    names = [name for name in request.columns if name in table.columns]
    if unknown or not names:
        known = ", ".join(table.columns)
        raise LackingError(f"the table has no column {', '.join(unknown)}; it has {known}")
    units = table.units()
    texts = [
        [cell_text(value, units.get(name, ""), name) for value in table.columns[name].tolist()]
        for name in names
    ]
    columns = tuple(
        Column(request.columns[name], _is_number(table, name), is_header=position == 0)
        for position, name in enumerate(names)
    )
    is_shown = np.ones(len(table), dtype=bool)
    for name, values in request.leave_out.items():
        is_shown &= ~np.isin(table.columns[name].astype(str), values)
    rows = zip(*texts, strict=True)
    return columns, [cells for cells, shown in zip(rows, is_shown, strict=True) if shown]


def _crossed(table: Table, request: Request) -> tuple[tuple[Column, ...], list[tuple[str, ...]]]:
    """A row for each row of a cross-table and a column for each of its columns."""
    if request.cells not in table.columns or "column_name" not in table.columns:
        raise LackingError(f"the table has no {request.cells}")
    rows, columns = _keys(table, "row"), _keys(table, "column")
    values = table.columns[request.cells].tolist()
    row_keys, column_keys = table.columns["row"].tolist(), table.columns["column"].tolist()
    cells = {
        key: cell_text(value, name=request.cells)
        for key, value in zip(zip(row_keys, column_keys, strict=True), values, strict=True)
    }
    is_part = {key for key, part in zip(column_keys, _parts(table), strict=True) if part}
    heading = next(iter(request.columns.values()), "")
    header = (
        Column(heading, is_header=True),
        *(Column(f"{text} (part)" if key in is_part else text, True) for key, text in columns),
    )
    printed = [
        (text, *(cells.get((row, column), NOT_AVAILABLE) for column, _ in columns))
        for row, text in rows
    ]
    return header, printed


def _keys(table: Table, axis: str) -> list[tuple[Any, str]]:
    """The rows or columns of a cross-table in their order, with their names."""
    keys = table.columns[axis].tolist()
    names = table.columns[f"{axis}_name"].tolist()
    texts = {key: str(name or key) for key, name in zip(keys, names, strict=True)}
    return list(texts.items())


def _parts(table: Table) -> Sequence[bool]:
    column = table.columns.get(PART)
    return [False] * len(table) if column is None else [bool(part) for part in column.tolist()]


def _is_number(table: Table, name: str) -> bool:
    return table.row.columns[name].value_type in (int, float)
