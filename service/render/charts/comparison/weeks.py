"""Charts of the hours of the week: a cell for each hour and day, as dark as it has incidents."""

import math
from typing import Final

from service.model.answers import Table
from service.render.charts.chart import Chart
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.forms.bars import Cells
from service.render.charts.forms.items import (
    APART,
    SUMS,
    Item,
    gap,
    method,
    numbers,
    spoken,
    texts,
)
from service.render.charts.forms.matrix import matrix
from service.sentences.numbers import amount, capital, counted

_MEASURE: Final = "Incidents"


def week(table: Table) -> Chart:
    """The hours of the day by the days of the week; what records no hour is said and not drawn."""
    keys, names = texts(table, "row"), texts(table, "row_name")
    hours = [k for k, key in enumerate(keys) if key not in (*APART, *SUMS)]
    days = [str(day) for day in method(table)["days"]]
    items = {}
    for column, day in enumerate(days):
        values = numbers(table, day)
        for row, k in enumerate(hours):
            text = amount(values[k]) if math.isfinite(values[k]) else ""
            items[row, column] = Item(f"{capital(day)} {names[k]}", values[k], text=text)
    known = [item for item in items.values() if item.is_known]
    if not any(item.value for item in known):
        return nothing(table, measure=_MEASURE)
    cells = Cells(
        tuple(keys[k].zfill(2) for k in hours), tuple(map(capital, days)), items, "incidents"
    )
    missing = len(items) - len(known)
    lost = sum(
        value
        for key, value in zip(keys, numbers(table, "total"), strict=True)
        if key in APART and math.isfinite(value)
    )
    return figure(
        table,
        matrix(cells, legend=_MEASURE),
        measure="Incidents by the hour at which it begins and the day of the week",
        shown=f"Heat matrix. {spoken(sorted(known, key=lambda item: -item.value), '')}",
        notes=[
            f"{counted(missing, 'grey cell is', 'grey cells are')} {gap(table)}, which is not "
            "zero."
            if missing
            else "",
            f"Not drawn: {counted(lost, 'incident')} without an hour." if lost else "",
        ],
    )
