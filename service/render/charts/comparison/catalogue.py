"""Charts of what is loaded: sources and their periods, quality, places and neighbours."""

import math
from collections import Counter
from typing import Final

from service.model.answers import Table
from service.render.charts.chart import Chart
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.forms.bars import Cells, ranked_bars
from service.render.charts.forms.curves import spans
from service.render.charts.forms.items import (
    Item,
    joined,
    label,
    leading,
    left_out,
    lines_of,
    names_of,
    numbers,
    spoken,
    texts,
)
from service.render.charts.forms.matrix import matrix
from service.sentences.numbers import capital, counted

MOST_MONTHS: Final = 36  # of a matrix; the last ones
MOST_SPANS: Final = 40


def sources(table: Table) -> Chart:
    """From the first to the last day of each dataset, or where there is none of each source."""
    first, last, kind = texts(table, "first"), texts(table, "last"), texts(table, "kind")
    dated = [k for k in range(len(table)) if first[k] and last[k]]
    rows = [k for k in dated if kind[k] == "dataset"] or dated
    if not rows:
        return nothing(table, measure="Period")
    titles, ids = texts(table, "title"), texts(table, "id")
    names = names_of(
        [titles[k].removesuffix(" (synthetic)") for k in rows], [ids[k] for k in rows]
    )
    records, units = numbers(table, "records"), texts(table, "unit")
    drawn = [
        {
            "name": lines_of(name),
            "first": _day(first[k], is_last=False),
            "last": _day(last[k], is_last=True),
            "text": f"{label(records[k])} {units[k]}".strip() if math.isfinite(records[k]) else "",
        }
        for k, name in zip(rows, names, strict=True)
    ][:MOST_SPANS]
    parts = [f"{row['name']} {row['first']} to {row['last']}, {row['text']}" for row in drawn[:8]]
    others = Counter(name for k, name in enumerate(kind) if k not in rows)
    amounts = [f"{name} {number:,}" for name, number in others.items()]
    return figure(
        table,
        spans(drawn, names=[str(row["name"]) for row in drawn], axis="Day"),
        measure="Period and amount of each source",
        shown=f"Spans of days. {'; '.join(parts)}.".replace("\n", " "),
        notes=[
            *left_out(len(rows) - len(drawn), "source"),
            f"In the table and not drawn, by kind: {joined(amounts)}." if amounts else "",
        ],
    )


def _day(text: str, *, is_last: bool) -> str:
    """A year, month or day as a day."""
    parts = text[:10].split("-")
    rest = ("12", "28") if is_last else ("01", "01")
    return "-".join([*parts, *rest[len(parts) - 1 :]])


def month_quality(table: Table) -> Chart:
    """The per cent of records with a place, by dataset and month: the last months."""
    share = numbers(table, "located_share")
    legend = "Per cent of records with a place"
    if not any(map(math.isfinite, share)):
        return nothing(table, measure=legend)
    datasets, months = texts(table, "dataset"), texts(table, "month")
    columns = sorted(set(months))[-MOST_MONTHS:]
    rows = list(dict.fromkeys(datasets))[:MOST_SPANS]
    items = {
        (rows.index(datasets[k]), columns.index(months[k])): Item(
            f"{datasets[k]}, {months[k]}", float(value), text=f"{value:.0f}"
        )
        for k, value in enumerate(share)
        if months[k] in columns and datasets[k] in rows and math.isfinite(value)
    }
    cells = Cells(tuple(rows), tuple(columns), items, "%")
    older = len(set(months)) - len(columns)
    means = [
        Item(name, sum(values) / len(values))
        for row, name in enumerate(rows)
        if (values := [item.value for (k, _), item in items.items() if k == row])
    ]
    return figure(
        table,
        matrix(cells, legend=legend, highest=100.0),
        measure=legend,
        shown=f"Matrix of datasets by months. Means of months: {spoken(means, '%')}",
        notes=[
            f"The last {len(columns)} of {len(set(months))} months." if older else "",
            "Without a cell: no record.",
        ],
    )


def quality(table: Table) -> Chart:
    """Each finding about a dataset as its share of the records."""
    share = numbers(table, "share")
    findings, months = texts(table, "finding"), texts(table, "month")
    reasons = texts(table, "reason")
    axis = "Per cent of the records"
    rows = [k for k, value in enumerate(share) if math.isfinite(value) and not months[k]]
    if not rows:
        return nothing(table, measure=axis)
    files, fields = texts(table, "file"), texts(table, "field")
    words = [
        ": ".join(part for part in (findings[k], fields[k], reasons[k] or files[k]) if part)
        for k in rows
    ]
    records = numbers(table, "records")
    items = [
        Item(
            name,
            100 * share[k],
            text=f"{label(100 * share[k], '%')} ({label(records[k])})",
        )
        for k, name in zip(rows, names_of(words), strict=True)
    ]
    drawn, left = leading(items, 30)
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=axis,
        shown=f"Bars. {spoken(drawn, '%')}",
        notes=["In brackets: records.", *left_out(left, "finding")],
    )


def neighbours(table: Table) -> Chart:
    """How many areas have how many neighbours."""
    codes = texts(table, "code")
    if not codes:
        return nothing(table, measure="Areas")
    number = Counter(Counter(codes).values())
    top = max(number)
    items = [
        Item(f"{counted(k, 'neighbour')}", float(number[k]), text=f"{number[k]:,}")
        for k in range(1, top + 1)
    ]
    drawn, left = leading(items, 40)
    return figure(
        table,
        ranked_bars(drawn, axis="Areas"),
        measure="Areas by their number of neighbours",
        shown=f"Bars. {spoken(drawn, 'areas')}",
        notes=[*left_out(left, "number"), "Areas without a neighbour are not in the table."],
    )


def larger_areas(table: Table) -> Chart:
    """How many areas lie in each larger area."""
    values = [text or "No larger area" for text in texts(table, "larger")]
    measure = "Areas by the larger area that they lie in"
    return _numbers(table, values, axis="Areas", measure=measure, group="larger area")


def kinds(table: Table) -> Chart:
    """How many rows are of each kind."""
    name = next((name for name in ("kind", "layer", "class") if name in table.columns), "")
    values = [capital(text) or "No kind" for text in texts(table, name)] if name else []
    return _numbers(table, values, axis="Rows", measure="Rows of each kind", group="kind")


def _numbers(table: Table, values: list[str], *, axis: str, measure: str, group: str) -> Chart:
    """How many rows have each value, most first."""
    if not values:
        return nothing(table, measure=axis)
    number = Counter(values)
    items = [Item(text, float(count), text=f"{count:,}") for text, count in number.most_common()]
    drawn, left = leading(items)
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=measure,
        shown=f"Bars. {spoken(drawn, axis.lower())}",
        notes=left_out(left, group),
    )
