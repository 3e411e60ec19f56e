"""A table in words, for who cannot see its picture: what its rows are, and their numbers."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from service.model.answers import SUPPRESSED, Table
from service.model.rows import ColumnValues
from service.sentences.numbers import amount, counted, listed
from service.sentences.tables.crosstabs import grid_of
from service.sentences.tables.rules import known
from service.sentences.tables.trends import step_name, steps_of

MOST_ROWS: Final = 8
MOST_SERIES: Final = 5
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
    if table.kind in PICTURES:
        return PICTURES[table.kind](table)
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


def _course(table: Table) -> str:
    """Of each series where it begins, ends and is least and most, over the whole steps."""
    steps = steps_of(table)
    texts = []
    names = list(dict.fromkeys(steps.names[steps.is_series].tolist()))
    for name in names[:MOST_SERIES]:
        rows = np.flatnonzero((steps.names == name) & steps.is_series & steps.is_covered)
        if not len(rows):
            texts.append(f"{name or 'the series'} without a whole {steps.calendar.noun}")
            continue
        count = steps.count[rows]
        keys = [step_name(steps.calendar, int(steps.number[row])) for row in rows]
        least, most = int(np.argmin(count)), int(np.argmax(count))
        text = (
            f"{count[0]:,.0f} in {keys[0]}, {count[-1]:,.0f} in {keys[-1]}, least "
            f"{count[least]:,.0f} in {keys[least]}, most {count[most]:,.0f} in {keys[most]}"
        )
        texts.append(f"{name}: {text}" if name else text)
    if len(names) > MOST_SERIES:
        texts.append(f"and {len(names) - MOST_SERIES:,} more series")
    missing = len(np.unique(steps.number[steps.is_series & ~steps.has_count]))
    state = "is no count shown" if table.is_suppressed else "is nothing known"
    if missing:
        texts.append(f"of {counted(missing, steps.calendar.noun, steps.calendar.plural)} {state}")
    return f"Incidents by {steps.calendar.noun}: {'; '.join(texts)}"


def _cells(table: Table) -> str:
    """The cells of a cross-table, row by row."""
    grid = grid_of(table)
    if grid is None:
        return f"{counted(len(table), 'row')}"
    texts = []
    for k, name in enumerate(grid.row_names[:MOST_SERIES]):
        cells = [
            f"{title} {_cell(grid.count[k, j])}{' (in part)' if grid.is_part[k, j] else ''}"
            for j, title in enumerate(grid.column_names[:MOST_ROWS])
        ]
        texts.append(f"{name}: {', '.join(cells)}")
    for number, shown, word in (
        (len(grid.rows), MOST_SERIES, "row"), (len(grid.columns), MOST_ROWS, "column"),
    ):  # fmt: skip
        if number > shown:
            texts.append(f"and {counted(number - shown, f'more {word}')}")
    return f"Incidents: {'; '.join(texts)}"


def _cell(count: float) -> str:
    return f"{count:,.0f}" if np.isfinite(count) else "not shown"


def _classes(table: Table) -> str:
    """How many areas are in each class."""
    column = "category" if "category" in table.columns else "class"
    names = [SUPPRESSED if name is None else str(name) for name in table.columns[column].tolist()]
    classes, numbers = np.unique(names, return_counts=True)
    texts = [f"{name} {number:,}" for name, number in zip(classes, numbers, strict=True)]
    return f"Areas by class: {listed(texts)}"


PICTURES: Final[Mapping[str, Callable[[Table], str]]] = {
    "trend": _course,
    "crosstab": _cells,
    "hotspots": _classes,
    "associations": _classes,
    "emerging": _classes,
    "scan-areas": _classes,
}
"""Words of the kinds whose rows alone would not be read."""
