"""Bars of the first number of a table, by its first name: what any table can be drawn as."""

from typing import Final

import numpy as np

from service.model.answers import Table
from service.render.charts.chart import Chart, chart_of, message, numbers_of, plain_value
from service.render.charts.theme import altair

MOST_BARS: Final = 25
_BAR: Final = 22  # units of SVG from one bar to the next
_AXIS: Final = 70  # and what the axis takes, with what is above the bars
_IDS: Final = frozenset({"code", "series", "row", "area", "site_id", "id"})


def plain(table: Table) -> Chart:
    """One bar per row, in the order of the table."""
    value = number_column(table)
    if value is None or not len(table):
        why = "The table has no rows." if not len(table) else "The table has no numbers to draw."
        return message(table, why)
    return bars(table, labels_of(table), value)


def bars(table: Table, labels: list[str], value: str) -> Chart:
    """A bar for each row, the first ones where there are many.

    Parameters
    ----------
    table : Table
        With rows.
    labels : list of str
        Of the rows, each once.
    value : str
        Column of the lengths.
    """
    alt = altair()

    numbers = numbers_of(table, value)
    count = min(len(table), MOST_BARS)
    measure = measure_of(table, value)
    if np.isnan(numbers[:count]).all():
        return message(table, "No value is known or may be shown.", measure=measure)
    rows = [
        {"label": label, "value": plain_value(number), "text": amount(number)}
        for label, number in zip(labels[:count], numbers[:count], strict=True)
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
        x=alt.X("value:Q", title=measure, axis=alt.Axis(tickCount=5, format=",~r")),
    )
    view = alt.layer(
        base.mark_bar(height={"band": 0.7}),
        base.mark_text(align="left", dx=4).encode(text="text:N"),
    ).properties(height=_BAR * count + _AXIS)
    shown = "; ".join(f"{row['label']}: {row['text']}" for row in rows)
    return chart_of(
        table, view, measure=measure, shown=f"Bars. {shown}.", notes=notes(table, value)
    )


def notes(table: Table, value: str) -> list[str]:
    """How many rows are not drawn, and how many of those drawn have no value."""
    count = min(len(table), MOST_BARS)
    missing = int(np.isnan(numbers_of(table, value)[:count]).sum())
    sentences = [f"The first {count} of {len(table):,} rows."] if count < len(table) else []
    if missing:
        why = "suppressed or not known" if table.is_suppressed else "not known"
        number = "1 value is" if missing == 1 else f"{missing} values are"
        sentences.append(f"{number} {why}, which is not zero: no bar.")
    return sentences


def labels_of(table: Table) -> list[str]:
    """A label for each row, each once: the name, with the code where two are alike."""
    texts = [
        name
        for name, column in table.row.columns.items()
        if name in table.columns and column.value_type is str and not column.discloses
    ]
    names = [name for name in texts if name.endswith("name")] or [
        name for name in texts if name not in _IDS
    ]
    first = (names or texts or [""])[0]
    if not first:
        return [str(number) for number in range(1, len(table) + 1)]
    codes = table.columns.get("code", table.columns[first])
    return distinct(list(map(str, table.columns[first])), list(map(str, codes)))


def distinct(labels: list[str], codes: list[str]) -> list[str]:
    """Labels that differ: those that repeat get their code, and then a number."""
    seen: dict[str, int] = {}
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
    unlike, used = [], set()
    for label, code in zip(labels, codes, strict=True):
        text = f"{label} ({code})" if seen[label] > 1 and code != label else label
        plain_text, number = text, 1
        while text in used:
            number += 1
            text = f"{plain_text} ({number})"
        used.add(text)
        unlike.append(text)
    return unlike


def number_column(table: Table) -> str | None:
    """The column that bars show: the first count, or the first number."""
    numbers = [
        name
        for name, column in table.row.columns.items()
        if name in table.columns and column.value_type in (int, float)
    ]
    counts = [n for n in numbers if table.row.columns[n].meaning.discloses.is_count]
    return next(iter((*counts, *numbers)), None)


def measure_of(table: Table, name: str) -> str:
    """A column and its unit as the title of an axis."""
    unit = table.units().get(name, "").replace("km^2", "km²")
    words = name.replace("_", " ")
    if not unit or unit == words:
        return words.capitalize()
    return unit.capitalize() if name == "count" else f"{words.capitalize()} ({unit})"


def amount(value: float) -> str:
    """A number as a label: thousands apart, three significant digits below ten."""
    if not np.isfinite(value):
        return "no value"
    size = abs(value)
    if size >= 1e15:
        return f"{value:.3g}"
    if value == int(value) or size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.3g}"
