"""Charts of trends: one series with what belongs to it, several side by side, or panels."""

from typing import Any, Final

import numpy as np

from service.model.answers import Table
from service.render.charts.chart import Chart, chart_of, message, numbers_of
from service.render.charts.over_time.lines import (
    MOST_LINES,
    Mark,
    band_layers,
    domain_of,
    leading,
    line_layers,
    mark_layers,
    mean_layers,
    panels,
    records,
    several,
    x_of,
    y_of,
)
from service.render.charts.over_time.marks import marks_of
from service.render.charts.over_time.series import (
    Series,
    Steps,
    gap_notes,
    is_of_years,
    spoken,
    steps_and_series,
    year_label,
)
from service.render.charts.plain import amount
from service.render.charts.theme import DARK_BLUE, DARK_GREY, LIGHT_PURPLE, MUTED, altair, sheet

_COMPARED: Final = ("total", "mean")
_FEW_NUMBERS: Final = 13  # steps up to which each has its number


def trend(table: Table) -> Chart:
    """A trend in any of its forms."""
    value, measure = _value(table)
    if not len(table):
        return message(table, "No step lies in the period, so nothing is drawn.", measure=measure)
    step = str(table.provenance.method.get("step") or "month")
    steps, series = _series(table, value, step)
    if not any(np.isfinite(member.values).any() for member in series):
        why = "No value of any step is known or may be shown."
        return message(table, why, measure=measure)
    firsts = _first_days(table, steps, series[0])
    marks, named = marks_of(table, steps, firsts)
    notes = [*named, *gap_notes(table, steps, series)]
    if len(series) == 1:
        view, more = _single(table, steps, series[0], value, measure, marks)
        notes += more
    elif len(series) <= MOST_LINES and "line" not in table.columns:
        view = several(steps, series, measure=measure, marks=marks)
    else:
        drawn, left = leading(series)
        notes += left
        if "line" in table.columns:
            notes.append("Lines of trend with their 95 % interval; the values are grey.")
        view = panels(steps, drawn, extra=_fitted(table, drawn))
        notes = [note for note in notes if note not in named]  # panels have no marks
    return chart_of(table, view, measure=measure, shown=spoken(steps, series), notes=notes)


def _value(table: Table) -> tuple[str, str]:
    """The column that is drawn, and what it is with its unit."""
    method, columns = table.provenance.method, table.columns
    step = str(method.get("step") or "month").partition(":")[0]
    per_step = f"per {'year' if is_of_years(step) else step}"
    unit = str(method.get("unit") or "")
    unit = unit[:1].upper() + unit[1:]
    if "share" in columns:
        return "share", "Per cent of the incidents of all series"
    if "rate_adjusted" in columns:
        return "rate_adjusted", f"{unit}, without the season"
    if "denominator" in columns or "line" in columns:
        return "rate", unit
    if "value" in columns:
        is_mean = "mean" in (method.get("compare") or ())
        return "value", f"{unit.partition(' per ')[0]} {per_step}" + (
            ", the mean per series" if is_mean else ""
        )
    if "weighted" in columns:
        return "weighted", f"{unit.partition(' per ')[0]} {per_step}"
    return "count", f"Incidents {per_step}"


def _series(table: Table, value: str, step: str) -> tuple[Steps, list[Series]]:
    """The series of a trend over all its steps."""
    columns = table.columns
    is_dated = not is_of_years(step)
    if is_dated:
        keys = [
            day if len(day) > len("2024-01") else f"{day}-01"
            for day in map(str, columns.get("first_day", columns["month"]))
        ]
    else:
        keys = [year_label(step, str(key)) for key in columns.get("step", columns["month"])]
    parts = [columns[name] for name in ("area", "series") if name in columns]
    named = [columns[f"{name}_name"] for name in ("area", "series") if name in columns]
    rows = range(len(table))
    return steps_and_series(
        table,
        value,
        keys=keys,
        is_dated=is_dated,
        names=[_joined(named, row) for row in rows],
        ids=[_joined(parts, row) for row in rows],
        is_part=columns["is_part"].tolist() if "is_part" in columns else None,
        compared=[_joined(parts, row) for row in rows if parts and parts[-1][row] in _COMPARED],
    )


def _joined(columns: list[Any], row: int) -> str:
    """An area and the series in it as one name; an area that repeats is not said twice."""
    return ", ".join(dict.fromkeys(str(column[row]) for column in columns))


def _first_days(table: Table, steps: Steps, series: Series) -> list[str]:
    """The first day of each step."""
    column = table.columns.get("first_day", table.columns["month"])
    return [
        (str(column[row]) + "-01")[: len("2024-01-01")] if row >= 0 else key
        for row, key in zip(series.rows, steps.keys, strict=True)
    ]


def _fitted(table: Table, series: list[Series]) -> dict[str, list[Any]]:
    """The line of trend of each series with its limits, where the table has one."""
    if "line" not in table.columns:
        return {}
    columns = {"line": "line", "lower": "line_lower", "upper": "line_upper"}
    return {
        name: [member.of(numbers_of(table, column)) for member in series]
        for name, column in columns.items()
    }


def _single(
    table: Table, steps: Steps, series: Series, value: str, measure: str, marks: list[Mark]
) -> tuple[Any, list[str]]:
    """One series with its means, line of trend, season, projection and events."""
    alt = altair()

    def column(name: str) -> np.ndarray[Any, Any]:
        return series.of(numbers_of(table, name))

    has = table.columns.__contains__
    notes: list[str] = []
    numbers = [series.values]
    if has("line"):
        numbers += [column("line_upper"), column("line_lower")]
    if has("mean") and value in ("count", "value", "weighted"):
        numbers.append(column("mean"))
    if has("projected") and value == "count":
        numbers += [np.where(series.is_part, column("projected_upper"), np.nan)]
    if has("last_year") and value in ("count", "value", "weighted"):
        numbers.append(column("last_year"))
    if value == "rate_adjusted":
        numbers.append(column("rate"))
    low, top = domain_of(numbers)
    x, y = x_of(steps), y_of(top, measure, low=low)
    layers = mark_layers(marks, x, sheet().height)
    if has("line"):
        layers += band_layers(steps, column("line_lower"), column("line_upper"), x, y)
        layers += _plain_line(steps, series, column("line"), x, y, DARK_GREY, [])
        notes.append("Dark grey: the line of trend with its 95 % interval.")
    if value == "rate_adjusted":
        layers += _plain_line(steps, series, column("rate"), x, y, MUTED, [])
        notes.append("Grey: the rate with the season in it.")
    if has("last_year") and len(numbers) > 1 and value in ("count", "value", "weighted"):
        layers += _plain_line(steps, series, column("last_year"), x, y, MUTED, [])
        notes.append("Grey: the same step a year before.")
    layers += line_layers(steps, series, x, y, colour=DARK_BLUE)
    if len(steps.keys) <= _FEW_NUMBERS and not has("mean") and not marks:
        layers.append(_numbered(steps, series, x, y))
    if has("mean") and value in ("count", "value", "weighted"):
        kind = str(table.provenance.method.get("mean"))
        if kind == "rolling":
            layers += _plain_line(steps, series, column("mean"), x, y, DARK_GREY, [6, 3])
            notes.append("Dashed: the mean of the year that ends with each step.")
        else:
            layers += mean_layers(steps, column("mean"), x, y, measure)
            every = "quarter" if kind == "quarter" else "year"
            notes.append(f"Dark grey levels: the mean of the steps of each {every}.")
    if has("projected") and value == "count" and series.is_part.any():
        layers += _projection(steps, series, column, x, y)
        notes.append(
            "Purple: what a step covered in part comes to at the rate of its days, with its 95 % "
            "prediction interval."
        )
    return alt.layer(*layers).properties(height=sheet().height), notes


def _plain_line(
    steps: Steps,
    series: Series,
    values: np.ndarray[Any, Any],
    x: Any,
    y: Any,
    colour: str,
    dash: list[int],
) -> list[Any]:
    """A line without points."""
    alt = altair()

    other = Series(series.name, values, series.is_part, series.rows)
    base = alt.Chart(alt.Data(values=records(steps, other)))
    style = {"strokeDash": dash} if dash else {}
    return [base.mark_line(color=colour, **style).encode(x=x, y=y)]


def _numbered(steps: Steps, series: Series, x: Any, y: Any) -> Any:
    """The values as numbers above the points."""
    alt = altair()

    rows = [
        row | {"text": amount(float(row["y"]))}
        for row in records(steps, series)
        if row["y"] is not None
    ]
    return alt.Chart(alt.Data(values=rows)).mark_text(dy=-12).encode(x=x, y=y, text="text:N")


def _projection(steps: Steps, series: Series, column: Any, x: Any, y: Any) -> list[Any]:
    """What the steps covered in part come to, with intervals."""
    alt = altair()

    names = ("projected", "projected_lower", "projected_upper")
    values, lower, upper = (column(name) for name in names)
    rows = [
        {"x": steps.keys[at], "y": values[at], "low": lower[at], "high": upper[at]}
        for at in np.flatnonzero(series.is_part & np.isfinite(values + lower + upper))
    ]
    if not rows:
        return []
    low_y, high_y = y.copy(), y.copy()
    low_y.shorthand = "low:Q"
    high_y.shorthand = "high:Q"
    base = alt.Chart(alt.Data(values=[{k: _plain(v) for k, v in row.items()} for row in rows]))
    return [
        base.mark_rule(color=LIGHT_PURPLE, strokeWidth=2).encode(x=x, y=low_y, y2="high"),
        base.mark_point(shape="diamond", size=60, color=LIGHT_PURPLE, opacity=1).encode(x=x, y=y),
    ]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, np.floating) else value
