"""A table as people read it on a terminal: its sentences, its first rows, aligned."""

from typing import Any

import numpy as np

from service.access.release import Released
from service.model.answers import Table
from service.render.tables.text import significant
from service.sentences.findings.tables import sentences_of

GAP = "  "
LONGEST_CELL = 40  # characters


def table_for_people(released: Released[Table], *, rows: int, width: int) -> str:
    """The first rows of a table with as many of its columns as fit.

    Parameters
    ----------
    released : Released of Table
        The table.
    rows : int
        How many rows to show.
    width : int
        Of the terminal, in characters.

    Returns
    -------
    str
        Lines. What is left out is said below: rows by their number, columns by their names.
    """
    table = released.answer
    length = len(next(iter(table.columns.values()), ()))
    columns = [
        _column(name, values[:rows], table.row.columns[name].meaning.unit)
        for name, values in table.columns.items()
    ]
    shown = _fitting(columns, width)
    lines = list(sentences_of(table))
    lines += [""] if lines else []
    lines += [GAP.join(cells).rstrip() for cells in zip(*shown, strict=True)]
    omitted = list(table.columns)[len(shown) :]
    remarks = []
    if length > rows:
        remarks.append(f"{length - rows:,} more rows (--top {length})")
    if omitted:
        remarks.append(f"columns that do not fit: {', '.join(omitted)} (--format csv has them)")
    return "\n".join([*lines, *(["", *remarks] if remarks else [])]) + "\n"


def _fitting(columns: list[list[str]], width: int) -> list[list[str]]:
    """The first columns, as many as fit; always one."""
    shown, used = columns[:1], len(columns[0][0]) if columns else 0
    for column in columns[1:]:
        used += len(GAP) + len(column[0])
        if used > width:
            break
        shown.append(column)
    return shown


def _column(name: str, values: Any, unit: str) -> list[str]:
    """The heading and the cells of a column, all of one width; numbers to the right."""
    cells = [_cell(value, unit) for value in list(values)]
    is_number = any(isinstance(value, int | float | np.number) for value in list(values))
    width = max(len(cell) for cell in [name, *cells])
    return [cell.rjust(width) if is_number else cell.ljust(width) for cell in [name, *cells]]


def _cell(value: Any, unit: str) -> str:
    """A value in words; what is missing is a dash, and never a zero."""
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return "-"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return str(value) if unit in ("", "year") else f"{value:,}"
    if isinstance(value, float | np.floating):
        number = float(value)
        if unit == "degrees":
            return significant(number, unit)
        return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
