"""Charts of growth: homes of sites, incidents near them, and the priorities of areas."""

import math
from typing import Final

from service.model.answers import Table
from service.render.charts.chart import Chart, message
from service.render.charts.comparison.areas import ratios
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.forms.bars import Cells, ranked_bars, stacked_bars
from service.render.charts.forms.items import (
    Item,
    label,
    leading,
    left_out,
    names_of,
    numbers,
    spoken,
    texts,
)
from service.sentences.numbers import capital

HOMES: Final = (
    ("homes_completed", "Completed"),
    ("homes_remaining", "To come"),
    ("rest", "Completed or to come: not published"),
)


def sites(table: Table) -> Chart:
    """Homes of each site or district: completed, to come, and those whose state is not known."""
    planned = numbers(table, "homes_planned")
    if not any(map(math.isfinite, planned)):
        return nothing(table, measure="Homes planned")
    by_district = "site_id" not in table.columns
    names = texts(table, "district" if by_district else "name")
    phases = texts(table, "phase") if "phase" in table.columns else [""] * len(table)
    labels = names_of(
        [f"{name}, {phase}" if phase else name for name, phase in zip(names, phases, strict=True)],
        texts(table, "site_id") if not by_district else (),
    )
    done, left_to_build = numbers(table, "homes_completed"), numbers(table, "homes_remaining")
    rows = [k for k, value in enumerate(planned) if math.isfinite(value) and value > 0]
    rows.sort(key=lambda k: -planned[k])
    drawn = rows[:25]
    items = {}
    for column, k in enumerate(drawn):
        known = [value if math.isfinite(value) else 0.0 for value in (done[k], left_to_build[k])]
        rest = max(planned[k] - sum(known), 0.0)
        for part, value in enumerate((*known, rest)):
            if value > 0:
                items[part, column] = Item(
                    f"{labels[k]}: {HOMES[part][1]}", float(value), text=label(float(value))
                )
    parts = sorted({part for part, _ in items})
    cells = Cells(
        tuple(HOMES[part][1] for part in parts),
        tuple(labels[k] for k in drawn),
        {(parts.index(part), column): item for (part, column), item in items.items()},
        "homes",
    )
    spoken_sites = [Item(labels[k], planned[k]) for k in drawn]
    missing = sum(not math.isfinite(value) for value in planned)
    return figure(
        table,
        stacked_bars(cells, axis="Homes planned"),
        measure="Homes planned",
        shown=f"Stacked bars. {spoken(spoken_sites, 'homes')}",
        notes=[
            *left_out(len(rows) - len(drawn), "site"),
            f"{missing:,} without a number of homes planned." if missing else "",
        ],
    )


def overlay(table: Table) -> Chart:
    """How many times as many incidents as expected lie near sites, or in areas with sites."""
    is_area = "ratio_count" in table.columns and any(
        map(math.isfinite, numbers(table, "ratio_count"))
    )
    columns = (
        ("count", "ratio_count", "ratio_count_lower", "ratio_count_upper")
        if is_area
        else ("incidents_within", "ratio_within", "ratio_within_lower", "ratio_within_upper")
    )
    keys = texts(table, "site_id") if "site_id" in table.columns else texts(table, "code")
    where = "in the area" if is_area else "near"
    return ratios(
        table,
        names_of(texts(table, "name"), keys),
        columns,
        axis=f"Incidents {where} per incident expected",
        noun="row",
        q_name="none",
    )


def priorities(table: Table) -> Chart:
    """Areas of each priority, with the residents who are to come."""
    kinds = ["" if text == "none" else text for text in texts(table, "priority")]
    names = texts(table, "name")
    labels = names_of(names, texts(table, "code"))
    added = numbers(table, "added_residents_at_most")
    axis = "Residents to come, at most"
    if not any(kinds):
        return nothing(table, measure=axis) if not kinds else message(
            table, "No rule makes an area a priority.", measure="Areas of each priority"
        )  # fmt: skip
    groups = list(dict.fromkeys(kind for kind in kinds if kind))
    items = [
        Item(
            labels[k],
            added[k],
            text=f"{label(added[k])} ({kinds[k]})",
            tone="main" if kinds[k] == groups[0] else "muted",
        )
        for k in range(len(kinds))
        if kinds[k] and math.isfinite(added[k])
    ]
    number = [(kind, kinds.count(kind)) for kind in groups]
    summary = ", ".join(f"{capital(kind)} {count:,}" for kind, count in number)
    if not items:
        totals = [Item(capital(kind), float(count), text=f"{count:,}") for kind, count in number]
        view = ranked_bars(totals, axis="Areas")
        return figure(table, view, measure="Areas of each priority", shown=f"Bars. {summary}.")
    drawn, left = leading(items)
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=axis,
        shown=f"Bars. {summary}. {spoken(drawn, 'residents')}",
        notes=[
            f"Areas by priority: {summary}. Blue: {groups[0]}.",
            *left_out(left, "area"),
        ],
    )
