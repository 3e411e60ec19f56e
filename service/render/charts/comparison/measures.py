"""Charts of measures: values, peers, indices, deprivation, profiles of areas and risk flags."""

import math
from collections import Counter
from dataclasses import replace
from typing import Final

from service.model.answers import SUPPRESSED, Table
from service.render.charts.chart import Chart
from service.render.charts.comparison.crosstabs import cross_of
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.forms.bars import Cells, Reference, ranked_bars
from service.render.charts.forms.dots import Value, intervals, pairs
from service.render.charts.forms.items import (
    APART,
    Item,
    as_number,
    joined,
    label,
    leading,
    left_out,
    names_of,
    numbers,
    rank_interval,
    spoken,
    texts,
)
from service.render.charts.forms.matrix import OFF, ON, UNKNOWN, State, matrix, states
from service.render.charts.forms.panels import panels
from service.render.charts.theme import MUTED
from service.sentences.numbers import amount, capital, counted
from service.sentences.tables.measures import domain_name

MOST_FLAGGED: Final = 30
DECILES: Final = tuple(str(k) for k in range(1, 11))
FLAG_STATES: Final = {
    "yes": ON,
    "no": OFF,
    "not known": UNKNOWN,
    SUPPRESSED: State(MUTED, "#222222"),
}


def measures(table: Table) -> Chart:
    """The values of a measure, from the highest; of several, the first."""
    kinds, periods = texts(table, "measure"), texts(table, "period")
    if not kinds:
        return nothing(table)
    first = (kinds[0], periods[0])
    rows = [k for k in range(len(kinds)) if (kinds[k], periods[k]) == first]
    values = numbers(table, "value")
    unit = texts(table, "unit")[rows[0]]
    axis = capital(unit or kinds[0].replace("-", " "))
    if not any(math.isfinite(values[k]) for k in rows):
        return nothing(table, measure=axis)
    names, codes = texts(table, "name"), texts(table, "code")
    labels = names_of([names[k] for k in rows], [codes[k] for k in rows])
    items = [
        Item(name, values[k], text=label(values[k]))
        for k, name in zip(rows, labels, strict=True)
        if math.isfinite(values[k])
    ]
    items.sort(key=lambda item: -item.value)
    drawn, left = leading(items)
    missing = len(rows) - len(items)
    others = [
        f"{kind} {period}" for kind, period in dict.fromkeys(zip(kinds, periods, strict=True))
    ][1:]
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=f"{kinds[0].replace('-', ' ')}, {periods[0]} ({axis[:1].lower()}{axis[1:]})",
        shown=f"Ranked bars. {spoken(drawn, '')}",
        notes=[
            *left_out(left, "area"),
            f"{counted(missing, 'area')} without a value, which is not zero." if missing else "",
            f"Also in the table: {joined(others)}." if others else "",
        ],
    )


def similar(table: Table) -> Chart:
    """The rate of an area among its peers, with intervals and ranks."""
    rate = numbers(table, "rate")
    axis = "Rate"
    unit = table.provenance.method.get("unit") or table.provenance.method.get("rate_unit")
    axis = capital(str(unit)) if unit else axis
    if not any(map(math.isfinite, rate)):
        return nothing(table, measure=axis)
    labels = names_of(texts(table, "name"), texts(table, "code"))
    is_area = table.columns["is_area"]
    best, worst = numbers(table, "rank_best"), numbers(table, "rank_worst")
    lower, upper = numbers(table, "lower"), numbers(table, "upper")
    expected = numbers(table, "expected_lower"), numbers(table, "expected_upper")
    own = next((k for k in range(len(rate)) if is_area[k]), None)
    items, group, band = [], [], None
    for k, name in enumerate(labels):
        if not math.isfinite(rate[k] + best[k]):  # what sums up the group is no area of it
            if math.isfinite(rate[k]):
                group.append(f"{name.lower()} {label(rate[k])}")
            continue
        ranks = rank_interval(best[k], worst[k])
        items.append(
            Item(
                name,
                rate[k],
                lower[k],
                upper[k],
                f"{label(rate[k])}{f' ({ranks})' if ranks else ''}",
                tone="main" if is_area[k] else "muted",
            )
        )
    if not items:
        return nothing(table, measure=axis)
    if own is not None and math.isfinite(expected[0][own] + expected[1][own]):
        band = float(expected[0][own]), float(expected[1][own])
    items.sort(key=lambda item: -item.value)
    drawn, left = leading(items, 30)
    return figure(
        table,
        intervals(drawn, axis=axis, band=band),
        measure=axis,
        shown=f"Dots with intervals. {spoken(drawn, '')}",
        notes=[
            (
                "Blue: the area asked for. Lines: 95 % intervals. In brackets: the ranks that "
                "an area may have."
            ),
            "Grey band: what the others of the group lead one to expect of it." if band else "",
            f"Of the group: {', '.join(group)}." if group else "",
            *left_out(left, "area"),
        ],
    )


def index(table: Table) -> Chart:
    """Each group's share as an index of the reference's, 100 for equal."""
    values = numbers(table, "index")
    axis = "Index, 100 for the share of the reference"
    if not any(map(math.isfinite, values)):
        return nothing(table, measure=axis)
    names = texts(table, "measure") or texts(table, "group")
    labels = names_of([capital(name.replace("-", " ")) for name in names])
    share = numbers(table, "share")
    items = [
        Item(
            name,
            values[k],
            text=f"{label(values[k])} ({label(share[k], '%')})",
        )
        for k, name in enumerate(labels)
        if math.isfinite(values[k])
    ]
    items.sort(key=lambda item: -item.value)
    drawn, left = leading(items)
    return figure(
        table,
        intervals(drawn, axis=axis, reference=Reference(100.0, "equal")),
        measure=axis,
        shown=f"Dots. {spoken(drawn, '')}",
        notes=["In brackets: the share here.", *left_out(left, "group")],
    )


def deprivation(table: Table) -> Chart:
    """Areas by decile, the deciles of areas, or how many of each larger area are deprived."""
    if "row" in table.columns:
        return _deprivation_wide(table)
    if "code" not in table.columns or "areas" in table.columns:
        return _deprivation_counts(table)
    deciles, ranks = numbers(table, "decile"), numbers(table, "rank")
    domains = texts(table, "domain")
    name = "decile" if any(map(math.isfinite, deciles)) else "rank"
    values = deciles if name == "decile" else ranks
    legend = "Decile, 1 for the most deprived" if name == "decile" else "Rank"
    if not any(map(math.isfinite, values)):
        return nothing(table, measure=legend)
    codes = texts(table, "code")
    names = dict(zip(codes, texts(table, "name"), strict=True))
    larger = dict(zip(codes, texts(table, "larger_name"), strict=True))
    keys, columns = list(dict.fromkeys(codes)), list(dict.fromkeys(domains))
    labels = names_of([names[key] for key in keys], keys)
    labels = [f"{text}, {larger[key]}" if larger[key] else text
              for text, key in zip(labels, keys, strict=True)]  # fmt: skip
    drawn = keys[:MOST_FLAGGED]
    items = {
        (drawn.index(code), columns.index(domains[k])): Item(
            f"{names[code]}, {domains[k]}",
            values[k],
            text=label(values[k]) if math.isfinite(values[k]) else "[x]",
        )
        for k, code in enumerate(codes)
        if code in drawn
    }
    if len(columns) == 1:
        bars = [
            Item(labels[row], item.value, text=f"{item.text} (rank {label(float(ranks[k]))})")
            for k, ((row, _), item) in enumerate(items.items())
        ]
        view = intervals(bars, axis=legend)
    else:
        cells = Cells(tuple(labels[: len(drawn)]), tuple(map(_domain, columns)), items, "")
        view = matrix(cells, legend=legend)
    return figure(
        table,
        view,
        measure=legend,
        shown=f"{capital(name)}s of areas. "
        f"{spoken([Item(i.name, i.value) for i in items.values()], '')}",
        notes=left_out(len(keys) - len(drawn), "area"),
    )


def _deprivation_counts(table: Table) -> Chart:
    """How many areas are in each decile, or moved, by domain."""
    name = "areas" if any(map(math.isfinite, numbers(table, "areas"))) else "most_deprived"
    values = numbers(table, name)
    key = next((k for k in ("decile", "move", "comparison", "larger_name", "name", "code")
                if k in table.columns and any(texts(table, k))), "domain")  # fmt: skip
    if not any(map(math.isfinite, values)):
        return nothing(table, measure="Areas")
    rows, columns = texts(table, "domain"), texts(table, key)
    row_keys, column_keys = list(dict.fromkeys(rows)), list(dict.fromkeys(columns))
    items = {
        (row_keys.index(rows[k]), column_keys.index(columns[k])): Item(
            f"{rows[k]}, {columns[k]}", values[k], text=label(values[k])
        )
        for k in range(len(rows))
    }
    cells = Cells(
        tuple(map(_domain, names_of(row_keys))), tuple(names_of(column_keys)), items, "areas"
    )
    measure = f"Areas by {key.replace('_', ' ')}"
    if key == "decile":
        measure = "Areas in each decile, 1 for the most deprived"
    is_tall = len(column_keys) > 12
    view = matrix(cells, legend="Areas") if is_tall else panels(cells, axis="Areas")
    return figure(
        table,
        view,
        measure=measure,
        shown=f"Bars by {key}. {spoken(items.values(), 'areas', first=10)}",
    )


def _domain(domain: str) -> str:
    return capital(domain_name(domain))


def _deprivation_wide(table: Table) -> Chart:
    """The wide layout: shares of deciles by domain, or areas by domain."""
    cross = cross_of(table)
    if not any(item.is_known for item in cross.cells.items.values()):
        return nothing(table)
    names = set(cross.column_keys)
    legend = "Per cent of areas in each decile, 1 for the most deprived"
    if not names <= set(DECILES):
        legend = "Areas among the most deprived"
    elif cross.cells.unit != "%":
        legend = "Areas in each decile, 1 for the most deprived"
    left = max(len(cross.cells.rows) - MOST_FLAGGED, 0)
    drawn = cross.rows(list(range(len(cross.cells.rows) - left))).cells
    if names <= set(DECILES):
        cells = replace(drawn, rows=tuple(map(_domain, drawn.rows)))
    else:
        cells = replace(drawn, columns=tuple(map(_domain, drawn.columns)))
    return figure(
        table,
        matrix(cells, legend=legend),
        measure=legend,
        shown=f"Matrix. {spoken(cells.known(), '', first=12)}",
        notes=left_out(left, "row"),
    )


def deprived_incidents(table: Table) -> Chart:
    """Incidents, or their rate, in the areas of each decile, a panel for each domain."""
    has_rate = any(map(math.isfinite, numbers(table, "rate")))
    values = numbers(table, "rate" if has_rate else "count")
    axis = (
        capital(str(table.provenance.method.get("rate_unit") or "")) if has_rate else "Incidents"
    )
    axis = axis or "Rate of incidents"
    domains, deciles = texts(table, "domain"), texts(table, "decile")
    beside = ("elsewhere", *APART)
    rows = [k for k, decile in enumerate(deciles) if decile not in beside]
    if not any(math.isfinite(values[k]) for k in rows):
        return nothing(table, measure=axis)
    lower, upper = numbers(table, "lower"), numbers(table, "upper")
    row_keys = list(dict.fromkeys(domains[k] for k in rows))[:12]
    column_keys = list(dict.fromkeys(deciles[k] for k in rows))
    items = {
        (row_keys.index(domains[k]), column_keys.index(deciles[k])): Item(
            f"{domains[k]}, decile {deciles[k]}",
            values[k],
            lower[k] if has_rate else math.nan,
            upper[k] if has_rate else math.nan,
            label(values[k], table=table),
        )
        for k in rows
        if domains[k] in row_keys
    }
    cells = Cells(tuple(map(_domain, row_keys)), tuple(column_keys), items, "")
    counts = numbers(table, "count")
    apart = [
        f"{deciles[k]} {label(counts[k], table=table)}"
        for k in range(len(deciles))
        if deciles[k] in beside and domains[k] == domains[0]
    ]
    return figure(
        table,
        panels(cells, axis=axis),
        measure=f"{axis}, by decile of the area (1 for the most deprived)",
        shown=f"Bars by decile. {spoken(items.values(), '', first=10)}",
        notes=[f"Incidents in none of these areas: {', '.join(apart)}." if apart else "",
               "Lines: 95 % intervals." if has_rate else ""],
    )  # fmt: skip


def profile(table: Table) -> Chart:
    """What is per cent of a profile: the area beside what it is compared with."""
    units, sections, things = texts(table, "unit"), texts(table, "section"), texts(table, "item")
    value, comparison = numbers(table, "value"), numbers(table, "comparison")
    rows = [
        k
        for k, unit in enumerate(units)
        if unit == "%" and math.isfinite(value[k] + comparison[k])
    ]
    axis = "Per cent"
    if not rows:
        return nothing(table, measure=axis)
    labels = names_of([f"{capital(sections[k])}: {things[k]}" for k in rows])
    rows_drawn = sorted(range(len(rows)), key=lambda k: -abs(value[rows[k]] - comparison[rows[k]]))
    values = [
        Value(
            labels[k],
            float(comparison[rows[k]]),
            float(value[rows[k]]),
            f"{amount(float(value[rows[k]]))} beside {amount(float(comparison[rows[k]]))}",
        )
        for k in rows_drawn
    ]
    drawn = values[:MOST_FLAGGED]
    parts = [f"{v.name} {v.text} %" for v in drawn[:10]]
    return figure(
        table,
        pairs(drawn, axis=axis, names=("compared with", "here")),
        measure="Per cent here beside what it is compared with",
        shown=f"Dot plot. {'; '.join(parts)}.",
        notes=["The largest differences first; numbers that are no shares are in the table.",
               *left_out(len(values) - len(drawn), "share")],
    )  # fmt: skip


def flags(table: Table) -> Chart:
    """A matrix of areas by flags: which are raised, and how many of each area."""
    codes, names = (
        texts(table, "code"),
        dict(zip(texts(table, "code"), texts(table, "name"), strict=True)),
    )
    if not codes:
        return nothing(table, measure="Flags")
    marks: dict[tuple[str, str], str] = {}
    if "flag" in table.columns:
        columns = list(dict.fromkeys(texts(table, "flag")))
        for code, flag, status in zip(
            codes, texts(table, "flag"), texts(table, "status"), strict=True
        ):
            marks[code, flag] = status
    else:
        columns = [name for name in table.columns if f"{name}_value" in table.columns]
        for name in columns:
            for code, status in zip(codes, texts(table, name), strict=True):
                marks[code, name] = status
    total = dict(zip(codes, (as_number(v) for v in numbers(table, "total")), strict=True))
    risk = dict(zip(codes, texts(table, "risk"), strict=True))
    keys = list(dict.fromkeys(codes))
    labels = dict(zip(keys, names_of([names[key] for key in keys], keys), strict=True))
    drawn = keys[:MOST_FLAGGED]
    items = {
        (row, column): Item(
            f"{labels[code]}, {flag}",
            math.nan,
            text=marks.get((code, flag), "not known") or "not known",
            tone=_state(marks.get((code, flag), "")),
        )
        for row, code in enumerate(drawn)
        for column, flag in enumerate(columns)
    }
    ends = [f"{labels[c]}: {label(total[c])}{f', {risk[c]}' if risk[c] else ''}" for c in drawn]
    cells = Cells(tuple(ends), tuple(capital(f.replace("-", " ")) for f in columns), items, "")
    number = Counter(risk[key] for key in keys)
    summary = ", ".join(f"{name} {count:,}" for name, count in number.items() if name)
    shown = [name for name in FLAG_STATES if any(i.tone == name for i in items.values())]
    raised = [f"{labels[c]} {label(total[c])}" for c in drawn[:12]]
    return figure(
        table,
        states(cells, FLAG_STATES, order=shown),
        measure="Flags raised",
        shown=f"Matrix of areas by flags. Areas by risk: {summary}. Flags: {'; '.join(raised)}.",
        notes=[f"Areas by risk: {summary}." if summary else "",
               *left_out(len(keys) - len(drawn), "area")],
    )  # fmt: skip


def _state(status: str) -> str:
    return status if status in FLAG_STATES else "not known"
