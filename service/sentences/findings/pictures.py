"""A table in words, for who cannot see its picture: what its rows are, and their numbers."""

from typing import Any, Final

import numpy as np

from service.model.answers import Table
from service.model.rows import ColumnValues
from service.sentences.findings.rules import known
from service.sentences.numbers import amount, counted, listed

MOST_ROWS: Final = 8
LABELS: Final = (
    "series_name", "row_name", "flag_name", "name", "place", "ranking", "month", "step", "period",
    "domain", "class", "from_class", "key", "item", "title", "file", "band", "distance_m",
    "places", "first_day", "code",
)  # fmt: skip
VALUES: Final = (
    "value", "expected_share", "share_of_harm", "index", "observed", "rate", "count", "records",
    "incidents", "homes_remaining", "expected", "count_after", "decile", "rank", "total",
)  # fmt: skip


def picture_text(table: Table) -> str:
    """The rows of a table in words.

    Parameters
    ----------
    table : Table
        After its release.

    Returns
    -------
    str
        The first rows with their values, how many more there are, and how many have none; empty
        without rows.
    """
    if not len(table):
        return ""
    label = next((name for name in LABELS if name in table.columns), None)
    value = next((name for name in VALUES if _is_number(table, name)), None)
    if label is None or value is None:
        return f"{counted(len(table), 'row')}"
    numbers = known(table.columns[value])
    has_value = np.flatnonzero(np.isfinite(numbers))
    names = [_label(table, label, int(row)) for row in has_value[:MOST_ROWS]]
    texts = [
        f"{name} {amount(float(numbers[row]))}"
        for name, row in zip(names, has_value, strict=False)
    ]
    unit = table.units().get(value, "")
    if len(has_value) > MOST_ROWS:
        texts.append(f"{len(has_value) - MOST_ROWS:,} more")
    missing = len(table) - len(has_value)
    state = "is not shown" if missing == 1 else "are not shown"
    gaps = f"; {missing:,} {state}" if missing else ""
    return f"{value.replace('_', ' ')}{f' ({unit})' if unit else ''}: {listed(texts)}{gaps}"


def _is_number(table: Table, name: str) -> bool:
    column = table.row.columns.get(name)
    return column is not None and name in table.columns and column.value_type in (int, float)


def _label(table: Table, name: str, row: int) -> str:
    values: ColumnValues = table.columns[name]
    text: Any = values[row]
    if text is None and "code" in table.columns:
        text = table.columns["code"][row]
    return "not named" if text is None else str(text)
