"""Charts of measures over their periods, and of forecasts of growth."""

import re

import numpy as np

from service.model.answers import Table
from service.render.charts.chart import Chart, chart_of, message, numbers_of
from service.render.charts.over_time.lines import MOST_LINES, leading, panels, several
from service.render.charts.over_time.series import gap_notes, spoken, steps_and_series
from service.render.charts.plain import bars, labels_of

_YEAR = re.compile(r"\d{4}(/\d{2}|-\d{2})?")


def measure_trend(table: Table) -> Chart:
    """A measure of areas over its periods."""
    unit = str(table.provenance.method.get("unit") or table.provenance.method.get("measure") or "")
    measure = (unit[:1].upper() + unit[1:]).replace("-", " ") or "Value"
    if not len(table) or np.isnan(numbers_of(table, "value")).all():
        return message(table, "No value of the measure is known.", measure=measure)
    periods = list(map(str, table.columns["period"]))
    is_dated = not all(_YEAR.fullmatch(period) for period in periods)
    keys = list(map(str, table.columns["first_day"])) if is_dated else periods
    steps, series = steps_and_series(
        table,
        "value",
        keys=keys,
        is_dated=is_dated,
        names=[str(name or "") for name in table.columns["name"]],
        ids=list(map(str, table.columns["code"])),
        compared=("total", "mean"),
    )
    notes = gap_notes(table, steps, series)
    if len(series) <= MOST_LINES:
        view = several(steps, series, measure=measure)
    else:
        drawn, left = leading(series)
        notes += left
        view = panels(steps, drawn)
    return chart_of(table, view, measure=measure, shown=spoken(steps, series), notes=notes)


def forecast(table: Table) -> Chart:
    """Incidents expected in years to come, with their 90 % intervals."""
    measure = "Incidents expected per year"
    if not len(table) or np.isnan(numbers_of(table, "expected")).all():
        return message(table, "No expectation is known or may be shown.", measure=measure)
    years = list(map(str, table.columns["year"].tolist()))
    if len(set(years)) == 1:
        return bars(table, labels_of(table), "expected")
    ids = list(map(str, table.columns["site_id" if "site_id" in table.columns else "code"]))
    steps, series = steps_and_series(
        table,
        "expected",
        keys=years,
        is_dated=False,
        names=[str(name or "") for name in table.columns["name"]],
        ids=ids,
    )
    series = sorted(series, key=lambda member: -np.nan_to_num(member.last))
    drawn = series[:9]
    limits = {
        name: [member.of(numbers_of(table, name)) for member in drawn]
        for name in ("lower", "upper")
    }
    notes = ["Bands: 90 % intervals.", *gap_notes(table, steps, series)]
    if len(drawn) < len(series):
        notes.insert(0, f"The {len(drawn)} highest of {len(series)}; the table has all.")
    view = panels(steps, drawn, extra=limits)
    return chart_of(table, view, measure=measure, shown=spoken(steps, series), notes=notes)
