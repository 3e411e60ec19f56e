"""Charts of process control and of step changes."""

import itertools
from typing import Any, Final

import numpy as np

from service.model.answers import Table
from service.render.charts.chart import Chart, chart_of, message, numbers_of
from service.render.charts.over_time.lines import (
    band_layers,
    domain_of,
    mark_layers,
    records,
    x_of,
    y_of,
)
from service.render.charts.over_time.marks import marks_of
from service.render.charts.over_time.series import (
    Series,
    Steps,
    gap_notes,
    spoken,
    steps_and_series,
)
from service.render.charts.plain import amount
from service.render.charts.theme import (
    COLOURS,
    DARK_BLUE,
    DARK_GREY,
    LIGHT_PURPLE,
    MUTED,
    ORANGE,
    QUIET_INK,
    altair,
    sheet,
)

# By what a step is called: its colour and its shape, so that it is told without colour too.
VARIATIONS = {
    "common cause": (MUTED, "circle"),
    "concern high": (ORANGE, "triangle-up"),
    "concern low": (ORANGE, "triangle-down"),
    "improvement high": (DARK_BLUE, "triangle-up"),
    "improvement low": (DARK_BLUE, "triangle-down"),
    "unusually high": (LIGHT_PURPLE, "triangle-up"),
    "unusually low": (LIGHT_PURPLE, "triangle-down"),
}

_RULES: Final = (
    "Grey band: the process limits about the mean; a step outside, or one that meets another "
    "rule, has a special cause."
)


def process_control(table: Table) -> Chart:
    """The rates with their mean and limits, and the steps with a special cause."""
    alt = altair()

    value = "rate_adjusted" if "rate_adjusted" in table.columns else "rate"
    unit = str(table.provenance.method.get("unit") or "rate")
    measure = unit[:1].upper() + unit[1:]
    if not len(table) or np.isnan(numbers_of(table, value)).all():
        return message(table, "No step has a rate that limits could be of.", measure=measure)
    steps, series = _dated(table, value)
    limits = {
        name: series.of(numbers_of(table, name))
        for name in ("mean", "lower", "upper", "lower_near", "upper_near")
    }
    low, top = domain_of([series.values, limits["upper"], limits["lower"]])
    x, y = x_of(steps), y_of(top, measure, low=low)
    marks, named = marks_of(table, steps, steps.keys)
    layers = mark_layers(marks, x, sheet().height)
    segments = series.of(numbers_of(table, "segment"))
    for segment in np.unique(segments[np.isfinite(segments)]):
        inside = segments == segment
        lower, upper, mean = (
            np.where(inside, limits[name], np.nan) for name in ("lower", "upper", "mean")
        )
        layers += band_layers(steps, lower, upper, x, y, colour=QUIET_INK)
        for values, dash in ((lower, [5, 3]), (upper, [5, 3]), (mean, [])):
            layers.append(_line(steps, values, x, y, DARK_GREY if not dash else QUIET_INK, dash))
    layers.append(_line(steps, series.values, x, y, DARK_BLUE, []))
    variation = [
        str(table.columns["variation"][row] or "").replace("neither", "unusually")
        if row >= 0
        else ""
        for row in series.rows
    ]
    special = sorted({name for name in variation if name in VARIATIONS})
    if special:
        rows = [
            row | {"variation": name}
            for row, name in zip(records(steps, series), variation, strict=True)
            if name in VARIATIONS
        ]
        colours, shapes = zip(*(VARIATIONS[name] for name in special), strict=True)

        def scale(values: tuple[str, ...]) -> Any:
            return alt.Scale(domain=special, range=list(values))

        layers.append(
            alt.Chart(alt.Data(values=rows))
            .mark_point(size=46, opacity=1, filled=True)
            .encode(
                x=x,
                y=y,
                color=alt.Color("variation:N", title=None, scale=scale(colours)),
                shape=alt.Shape("variation:N", title=None, scale=scale(shapes)),
            )
        )
    notes = [
        _RULES,
        *named,
        *gap_notes(table, steps, [series]),
    ]
    numbers = {name: variation.count(name) for name in special}
    counts = ", ".join(f"{number} {name}" for name, number in numbers.items())
    shown = f"{spoken(steps, [series])} Steps by cause: {counts or 'none is judged'}."
    view = alt.layer(*layers).properties(height=sheet().height)
    return chart_of(table, view, measure=measure, shown=shown, notes=notes)


def step_changes(table: Table) -> Chart:
    """The levels of a series from one change to the next."""
    alt = altair()

    unit = str(table.provenance.method.get("unit") or "rate")
    measure = unit[:1].upper() + unit[1:]
    rates = numbers_of(table, "rate") if len(table) else np.zeros(0)
    if not np.isfinite(rates).any():
        return message(table, "No level of the series is known.", measure=measure)
    first, last = (list(map(str, table.columns[name])) for name in ("first_day", "last_day"))
    steps = Steps((*first, last[-1]), is_dated=True)
    low, top = domain_of([rates])
    x, y = x_of(steps), y_of(top * 1.08, measure, low=low)
    levels = [
        {
            "x": begin,
            "x2": end,
            "middle": _middle(begin, end),
            "y": float(rate),
            "text": amount(float(rate)),
        }
        for begin, end, rate in zip(first, last, rates, strict=True)
        if np.isfinite(rate)
    ]
    changes = [
        {"x": level["x"], "y": before["y"], "y2": level["y"]}
        for before, level in itertools.pairwise(levels)
    ]
    middle = x_of(steps, field="middle")
    base = alt.Chart(alt.Data(values=levels)).encode(x=x, y=y)
    layers = [
        base.mark_rule(color=COLOURS[0], strokeWidth=4).encode(x2="x2"),
        base.mark_text(dy=-11, fontWeight="bold").encode(x=middle, text="text:N"),
    ]
    if changes:
        layers.insert(
            0,
            alt.Chart(alt.Data(values=changes))
            .mark_rule(color=QUIET_INK, strokeDash=[2, 2])
            .encode(x=x, y=y, y2="y2"),
        )
    words = [
        f"{amount(float(rate))} from {steps.word(begin)} to {steps.word(end)}"
        for begin, end, rate in zip(first, last, rates, strict=True)
    ]
    view = alt.layer(*layers).properties(height=sheet().height - 80)
    return chart_of(table, view, measure=measure, shown=f"Levels: {'; '.join(words)}.")


def _middle(first: str, last: str) -> str:
    """The day in the middle of two (ISO)."""
    days = np.datetime64(first), np.datetime64(last)
    return str(days[0] + (days[1] - days[0]) // 2)


def _dated(table: Table, value: str) -> tuple[Steps, Series]:
    """The one series of a table of steps."""
    column = table.columns.get("first_day", table.columns["month"])
    keys = [(f"{day}-01")[: len("2024-01-01")] for day in map(str, column)]
    names = [""] * len(table)
    steps, series = steps_and_series(
        table, value, keys=keys, is_dated=True, names=names, ids=names
    )
    return steps, series[0]


def _line(
    steps: Steps, values: np.ndarray[Any, Any], x: Any, y: Any, colour: str, dash: list[int]
) -> Any:
    alt = altair()

    nothing = np.zeros(len(values), bool)
    rows = records(steps, Series("", values, nothing, np.full(len(values), -1)))
    style = {"strokeDash": dash, "strokeWidth": 1.2} if dash else {}
    return alt.Chart(alt.Data(values=rows)).mark_line(color=colour, **style).encode(x=x, y=y)
