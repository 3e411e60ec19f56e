"""Charts of points: functions with their envelopes, centres, repeats, clusters and peaks."""

import math
from typing import Final

from service.model.answers import Table
from service.render.charts.chart import Chart
from service.render.charts.comparison.areas import beside_expected, ratios
from service.render.charts.comparison.crosstabs import spoken_cells
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.forms.bars import Cells, ranked_bars
from service.render.charts.forms.curves import Curve, curves, spans
from service.render.charts.forms.dots import intervals
from service.render.charts.forms.items import (
    Item,
    label,
    leading,
    left_out,
    lines_of,
    method,
    names_of,
    numbers,
    spoken,
    texts,
)
from service.render.charts.forms.matrix import matrix
from service.sentences.numbers import amount, capital, counted, probability

# What each function counts; K is drawn as L, as its own grows with the square of the distance.
FUNCTIONS: Final = {"k": "Ripley's K", "l": "L", "f": "F", "g": "G", "pcf": "Pair correlation"}


def pattern_function(table: Table) -> Chart:
    """A function of distance with the envelope of patterns that chance gives."""
    observed = numbers(table, "observed")
    name = str(method(table).get("function") or "")
    unit = str(method(table).get("unit") or "").replace("^2", "²")
    title = FUNCTIONS.get(name, name.upper() or "Function")
    axis = f"{title} ({unit})" if unit else title
    if not any(map(math.isfinite, observed)):
        return nothing(table, measure=axis)
    distance = [float(value) for value in numbers(table, "distance_m")]
    position = texts(table, "position")
    above = [distance[k] for k, text in enumerate(position) if text == "above"]
    lines = [
        Curve("observed", "observed", [float(value) for value in observed]),
        Curve("expected", "expected", [float(v) for v in numbers(table, "expected")]),
        Curve("theory", "theoretical", [float(v) for v in numbers(table, "theoretical")]),
    ]
    lines = [line for line in lines if any(map(math.isfinite, line.values))]
    where = (
        f"above the envelope at {counted(len(above), 'distance')}, from {amount(above[0])} m to "
        f"{amount(above[-1])} m"
        if above
        else "nowhere above the envelope"
    )
    return figure(
        table,
        curves(
            distance,
            lines,
            axes=("Distance, m", axis),
            band=(numbers(table, "lower"), numbers(table, "upper")),
            marks=[text not in ("within", "") for text in position],
        ),
        measure=axis,
        shown=f"Curve over distances from {amount(distance[0])} m to {amount(distance[-1])} m: "
        f"{where}. At the largest distance observed {amount(float(observed[-1]))}.",
        notes=["Grey: what chance gives. Dots: distances at which the curve leaves it."],
    )


def centres(table: Table) -> Chart:
    """How far the centre moved in each step, with the interval of each move."""
    moved = numbers(table, "moved_m")
    axis = "Move of the mean centre since the step before, m"
    if not any(map(math.isfinite, moved)):
        return nothing(table, measure=axis)
    names = names_of(
        texts(table, "step") if "step" in table.columns else texts(table, "first_day")
    )
    p_value = numbers(table, "q_value")
    lower, upper = numbers(table, "moved_lower_m"), numbers(table, "moved_upper_m")
    items = [
        Item(
            name,
            moved[k],
            lower[k],
            upper[k],
            label(moved[k], "m") if math.isfinite(moved[k]) else "the first, or not known",
            is_hollow=not p_value[k] < 0.05,
        )
        for k, name in enumerate(names)
    ]
    drawn, left = leading(items, 36)
    return figure(
        table,
        intervals(drawn, axis=axis),
        measure=axis,
        shown=f"Dots with intervals. {spoken(drawn, 'm')}",
        notes=["Hollow: no more than chance. Lines: 95 % intervals.", *left_out(left, "step")],
    )


def knox(table: Table) -> Chart:
    """How many times as many pairs as chance has, by distance and days apart."""
    ratio, p_value = numbers(table, "ratio"), numbers(table, "p_value")
    legend = "Pairs observed per pair expected"
    if not any(map(math.isfinite, ratio)):
        return nothing(table, measure=legend)
    metres, days = numbers(table, "to_m"), numbers(table, "to_days")
    since, start = numbers(table, "from_m"), numbers(table, "from_days")
    rows = list(dict.fromkeys(zip(since, metres, strict=True)))
    columns = list(dict.fromkeys(zip(start, days, strict=True)))
    items = {}
    for k, value in enumerate(ratio):
        text = "[x]"
        if math.isfinite(value):
            text = f"{amount(float(value))}{'*' if p_value[k] < 0.05 else ''}"
        row, column = rows.index((since[k], metres[k])), columns.index((start[k], days[k]))
        name = f"{metres[k]:g} m, {days[k]:g} days"
        items[row, column] = Item(name, float(value), text=text)
    cells = Cells(
        tuple("same place" if high == 0 else f"{low:g} to {high:g} m" for low, high in rows),
        tuple(f"{low:g} to {high:g} days" for low, high in columns),
        items,
        "",
    )
    return figure(
        table,
        matrix(cells, legend=legend),
        measure=legend,
        shown=f"Matrix of distance by days. {spoken_cells(cells)}",
        notes=["*: more than chance (p below 0.05).", "[x]: no pair is expected there."],
    )


def near_repeats(table: Table) -> Chart:
    """Incidents that follow others nearby beside how many chance would have."""
    labels = [capital(text) for text in texts(table, "class")]
    observed, expected = numbers(table, "count"), numbers(table, "expected")
    if not any(map(math.isfinite, observed)):
        return nothing(table, measure="Incidents")
    lower, upper = numbers(table, "lower"), numbers(table, "upper")
    p_value = numbers(table, "p_value")
    items = [
        Item(
            labels[k],
            observed[k],
            lower[k],
            upper[k],
            f"{label(observed[k], table=table)} (p {_p(p_value[k])})",
            expected=expected[k],
            tone="main" if p_value[k] < 0.05 else "muted",
            is_hollow=not p_value[k] < 0.05,
        )
        for k in range(len(labels))
    ]
    return figure(
        table,
        intervals(items, axis="Incidents"),
        measure="Incidents beside what chance gives",
        shown=f"Dots. {spoken(items, '')}",
        notes=["Orange mark and line: expected, and the range that chance gives. Hollow: inside."],
    )


def _p(value: float) -> str:
    return probability(value).removeprefix("= ") if math.isfinite(value) else "not known"


def chains(table: Table) -> Chart:
    """Each chain from its first to its last day."""
    names = [lines_of(name) for name in names_of(texts(table, "name"))]
    first, last = texts(table, "first_day"), texts(table, "last_day")
    if not names:
        return nothing(table, measure="Days")
    incidents = numbers(table, "incidents")
    p_value = numbers(table, "p_value")
    rows = [
        {
            "name": name,
            "first": first[k],
            "last": last[k],
            "text": f"{label(float(incidents[k]), table=table)} incidents (p {_p(p_value[k])})",
        }
        for k, name in enumerate(names)
        if first[k] and last[k]
    ]
    drawn = rows[:25]
    if not drawn:
        return nothing(table, measure="Days")
    parts = [f"{r['name']}: {r['first']} to {r['last']}, {r['text']}" for r in drawn[:8]]
    return figure(
        table,
        spans(drawn, names=names[: len(drawn)], axis="Day"),
        measure="First to last day of each chain",
        shown=f"Spans of days. {'; '.join(parts)}.",
        notes=left_out(len(rows) - len(drawn), "chain"),
    )


def zones(table: Table) -> Chart:
    """How much likelier than elsewhere an incident is in each zone."""
    ratio = numbers(table, "ratio")
    axis = "Times as many incidents as chance would have"
    if not any(map(math.isfinite, ratio)):
        return nothing(table, measure=axis)
    names, expires = names_of(texts(table, "name")), texts(table, "expires")
    items = [
        Item(name, ratio[k], text=f"{label(ratio[k])} (to {expires[k]})")
        for k, name in enumerate(names)
    ]
    drawn, left = leading(items)
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=axis,
        shown=f"Bars. {spoken(drawn, '')}",
        notes=["In brackets: the day to which a zone lasts.", *left_out(left, "zone")],
    )


def clusters(table: Table) -> Chart:
    """Incidents of each cluster beside how many its ground would have."""
    return beside_expected(
        table, names_of(texts(table, "name"), (), texts(table, "place")), "cluster"
    )


def scan(table: Table) -> Chart:
    """Incidents of each cluster beside how many are expected, with how many times as many."""
    labels = names_of(texts(table, "name"), texts(table, "code"))
    risk = numbers(table, "relative_risk" if "relative_risk" in table.columns else "ratio")
    extra = {k: f"{amount(float(v))} times" for k, v in enumerate(risk) if math.isfinite(v)}
    return beside_expected(table, labels, "cluster", extra=extra)


def peaks(table: Table) -> Chart:
    """The peaks of a heat map by their density, those beyond chance coloured."""
    density = numbers(table, "density")
    unit = next(iter(texts(table, "unit")), "").replace("^2", "²")
    axis = capital(unit) or "Density"
    if not any(map(math.isfinite, density)):
        return nothing(table, measure=axis)
    places, kinds = texts(table, "place"), texts(table, "class")
    labels = names_of(
        [f"{k + 1}. {place}" if place else f"{k + 1}." for k, place in enumerate(places)]
    )
    certain = table.columns.get("is_significant")
    items = [
        Item(
            name,
            density[k],
            text=f"{label(density[k], table=table)} ({kinds[k]})",
            tone="main" if certain is None or certain[k] else "muted",
        )
        for k, name in enumerate(labels)
    ]
    drawn, left = leading(items)
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=axis,
        shown=f"Bars. {spoken(drawn, '')}",
        notes=["Grey: no more than chance." if certain is not None else "",
               *left_out(left, "peak")],
    )  # fmt: skip


def near_by_place(table: Table) -> Chart:
    """How many times as many incidents as expected lie near each place, or distance."""
    distance = [f"within {value:,.0f} m" for value in numbers(table, "distance_m")]
    names = texts(table, "name") if "place" in table.columns else [""] * len(table)
    is_one = len(set(distance)) <= 1
    labels = [
        f"{name}{'' if is_one else f', {where}'}" if name else where
        for name, where in zip(names, distance, strict=True)
    ]
    keys = texts(table, "place") if "place" in table.columns else ()
    return ratios(
        table,
        names_of(labels, [f"{key}, {where}" for key, where in zip(keys, distance, strict=True)]
                 if keys else distance),
        ("count", "ratio", "lower", "upper"),
        axis="Incidents observed per incident expected",
        noun="place",
        none="as elsewhere",
    )  # fmt: skip
