"""Charts of areas: values with intervals, classes, changes, and areas beside what is expected."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.model.answers import SUPPRESSED, Table
from service.render.charts.chart import Chart
from service.render.charts.comparison.counts import Change, changed
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.forms.bars import Cells, Reference, ranked_bars
from service.render.charts.forms.curves import Curve, curves
from service.render.charts.forms.dots import intervals
from service.render.charts.forms.items import (
    Item,
    gap,
    label,
    leading,
    left_out,
    method,
    names_of,
    numbers,
    spoken,
    texts,
)
from service.render.charts.forms.matrix import matrix
from service.sentences.numbers import amount, capital, probability

CALLED: Final = 0.1  # q from which a change of an area is no more than chance
NO_CLASS: Final = ("not significant", "not tested", "no pattern detected", "none", SUPPRESSED)


def choropleth(table: Table) -> Chart:
    """The values of the areas with their intervals, the highest first."""
    values = numbers(table, "value")
    unit = str(method(table).get("unit") or "")
    axis = capital(unit)
    if not any(map(math.isfinite, values)):
        return nothing(table, measure=axis)
    items = _area_items(table, values, numbers(table, "lower"), numbers(table, "upper"))
    drawn, left = leading(_known_first(items), 25)
    has_limits = any(math.isfinite(item.lower) for item in items)
    view = intervals(drawn, axis=axis) if has_limits else ranked_bars(drawn, axis=axis)
    return figure(
        table,
        view,
        measure=axis,
        shown=f"Areas from the highest. {spoken(drawn, '')}",
        notes=[
            "Lines: 95 % intervals; areas whose lines overlap may not differ."
            if has_limits
            else "",
            *left_out(left, "area"),
            *_gaps(table, values),
        ],
    )


def _area_items(
    table: Table, values: Sequence[float], lower: Sequence[float], upper: Sequence[float]
) -> list[Item]:
    """An item for each area."""
    labels = names_of(texts(table, "name"), texts(table, "code"))
    return [
        Item(name, float(value), float(low), float(high), label(float(value), table=table))
        for name, value, low, high in zip(labels, values, lower, upper, strict=True)
    ]


def _known_first(items: Sequence[Item]) -> list[Item]:
    """Those with a value from the highest; those without one are said in a note."""
    return sorted((item for item in items if item.is_known), key=lambda item: -item.value)


def _gaps(table: Table, values: Sequence[float], noun: str = "area") -> list[str]:
    missing = sum(not math.isfinite(value) for value in values)
    if not missing:
        return []
    plural = f"{noun}s" if missing != 1 else noun
    return [f"{missing:,} {plural} without a value ({gap(table)}), which is not zero: not drawn."]


def hotspots(table: Table) -> Chart:
    """The z of the areas, those whose class is beyond chance coloured."""
    values = numbers(table, "z_score")
    axis = "z of the statistic"
    if not any(map(math.isfinite, values)):
        return nothing(table, measure=axis)
    classes = texts(table, "class")
    labels = names_of(texts(table, "name"), texts(table, "code"))
    items = [
        Item(
            labels[k],
            float(value),
            text=f"{label(float(value))} ({classes[k]})",
            tone=_tone(classes[k]),
        )
        for k, value in enumerate(values)
        if math.isfinite(value)
    ]
    items.sort(key=lambda item: -item.value)
    drawn, left = _ends(items, 24)
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=axis,
        shown=f"Bars of z. {_numbers_of(classes)}. {spoken(drawn, '')}",
        notes=[
            "Blue: hot beyond chance; orange: cold beyond chance; grey: not significant.",
            *left_out(left, "area"),
            *_gaps(table, values),
        ],
    )


def _tone(name: str) -> str:
    """How the class of an area is coloured."""
    if name in NO_CLASS:
        return "muted"
    return "second" if name.startswith(("cold", "low")) else "main"


def _ends(items: Sequence[Item], most: int) -> tuple[list[Item], int]:
    """The first and the last of ordered items, the last where they are called."""
    if len(items) <= most:
        return list(items), 0
    called = [item for item in items[most:] if item.tone == "second"][-most // 4 :]
    kept = [*items[: most - len(called)], *called]
    return kept, len(items) - len(kept)


def _numbers_of(classes: Sequence[str]) -> str:
    """How many areas are in each class."""
    number = Counter(classes)
    return "; ".join(f"{name}: {count:,}" for name, count in sorted(number.items()))


def classes(table: Table) -> Chart:
    """How many areas are in each class, those that chance may explain in grey."""
    name = "category" if "category" in table.columns else "class"
    values = texts(table, name)
    if not values:
        return nothing(table, measure="Areas")
    number = Counter(values)
    order = sorted(number, key=lambda text: (text in NO_CLASS, -number[text], text))
    items = [
        Item(
            capital(text or "no class"),
            float(number[text]),
            text=f"{number[text]:,}",
            tone="muted" if text in NO_CLASS else _tone(text),
        )
        for text in order
    ]
    drawn, left = leading(items)
    return figure(
        table,
        ranked_bars(drawn, axis="Areas"),
        measure="Areas in each class",
        shown=f"Bars. {spoken(drawn, 'areas')}",
        notes=["Grey: no more than chance, or not tested.", *left_out(left, "class")],
    )


def change(table: Table) -> Chart:
    """The areas that changed, from the most incidents, hollow where chance may explain it."""
    labels = names_of(texts(table, "name"), texts(table, "code"))
    end = "_shared_out" if "q_value_shared_out" in table.columns else ""
    columns = ("count_before", "count_after", f"ratio{end}", f"lower{end}", f"upper{end}")
    before, after, ratio, lower, upper = (numbers(table, name) for name in columns)
    q_value = numbers(table, f"q_value{end}")
    own_q = numbers(table, "q_value")
    items = [
        Change(
            name,
            before[k],
            after[k],
            ratio[k],
            lower[k],
            upper[k],
            is_certain=q_value[k] <= CALLED and own_q[k] <= CALLED,
        )
        for k, name in enumerate(labels)
    ]
    return changed(
        table,
        sorted(items, key=lambda item: not item.is_certain),
        measure="Change in incidents",
        noun="area",
        notes=["Allowing for the share that is located." if end else ""],
    )


def similarity(table: Table) -> Chart:
    """The share of incidents of each area in the later period with what is alike."""
    after, before = numbers(table, "share_after"), numbers(table, "share_before")
    axis = "Per cent of all incidents"
    if not any(map(math.isfinite, after)):
        return nothing(table, measure=axis)
    labels = names_of(texts(table, "name"), texts(table, "code"))
    lower, upper = numbers(table, "lower"), numbers(table, "upper")
    directions = texts(table, "direction")
    items = [
        Item(
            name,
            100 * before[k],
            100 * lower[k],
            100 * upper[k],
            f"{label(100 * after[k], '%', table=table)} ({directions[k]})",
            tone="muted" if directions[k] == "similar" else "main",
            expected=100 * after[k],
            is_hollow=directions[k] == "similar",
        )
        for k, name in enumerate(labels)
        if math.isfinite(before[k] + after[k])
    ]
    items.sort(key=lambda item: -max(item.value, item.expected))
    drawn, left = leading(items, 25)
    return figure(
        table,
        intervals(drawn, axis=axis),
        measure=axis,
        shown=f"Dots with intervals. {_numbers_of(directions)}. {spoken(drawn, '%')}",
        notes=[
            (
                "Dot: the earlier period; orange mark: the later one; lines: the later resampled; "
                "grey and hollow: similar."
            ),
            *left_out(left, "area"),
        ],
    )


def transitions(table: Table) -> Chart:
    """The probability of each class to follow each, of all areas."""
    contexts = texts(table, "context")
    first = contexts[0] if contexts else ""
    rows = [k for k, context in enumerate(contexts) if context == first]
    values = numbers(table, "probability")
    legend = "Probability of the next step"
    if not any(math.isfinite(values[k]) for k in rows):
        return nothing(table, measure=legend)
    before, after = texts(table, "from_class"), texts(table, "to_class")
    moves = numbers(table, "moves_from")
    row_keys = list(dict.fromkeys(before[k] for k in rows))
    column_keys = list(dict.fromkeys(after[k] for k in rows))
    items = {
        (row_keys.index(before[k]), column_keys.index(after[k])): Item(
            f"{before[k]} to {after[k]}",
            values[k],
            text=f"{values[k]:.1%}" if math.isfinite(values[k]) else "[x]",
        )
        for k in rows
    }
    totals = {before[k]: moves[k] for k in rows}
    cells = Cells(
        tuple(f"from {key} ({amount(float(totals[key]))} steps)" for key in row_keys),
        tuple(f"to {key}" for key in column_keys),
        items,
        "",
    )
    parts = [f"{item.name} {item.text}" for item in items.values() if item.is_known]
    missing = any(not item.is_known for item in items.values())
    return figure(
        table,
        matrix(cells, legend=legend, highest=1.0),
        measure=legend,
        shown=f"Matrix of {first or 'all'}. {'; '.join(parts)}.",
        notes=[
            f"Of {len(dict.fromkeys(contexts))} contexts: {first}; the table has the others."
            if len(set(contexts)) > 1
            else "",
            "[x]: no area was in the class." if missing else "",
        ],
    )


def displacement_months(table: Table) -> Chart:
    """The difference that has gathered since the start, with its interval."""
    value = numbers(table, "cumulative_difference")
    axis = capital(table.units().get("cumulative_difference") or "difference, cumulative")
    if not any(map(math.isfinite, value)):
        return nothing(table, measure=axis)
    months = texts(table, "month")
    known = [k for k, number in enumerate(value) if math.isfinite(number)]
    first, last = known[0], known[-1]
    return figure(
        table,
        curves(
            months,
            [Curve("cumulative", "observed", [float(number) for number in value])],
            axes=("Month", axis),
            band=(numbers(table, "cumulative_lower"), numbers(table, "cumulative_upper")),
            zero=True,
        ),
        measure=f"{axis}, cumulative",
        shown=f"Line over {len(months)} months: {amount(float(value[first]))} in {months[first]}, "
        f"{amount(float(value[last]))} in {months[last]}.",
        notes=["Grey: 95 % interval. A band that holds the line of 0 is no more than chance."],
    )


def scan_areas(table: Table) -> Chart:
    """Areas in clusters: what was observed beside what was expected."""
    return beside_expected(table, names_of(texts(table, "name"), texts(table, "code")), "area")


def beside_expected(
    table: Table,
    labels: Sequence[str],
    noun: str,
    *,
    extra: Mapping[int, str] | None = None,
) -> Chart:
    """Bars of counts with a mark at what is expected, those beyond chance coloured.

    Parameters
    ----------
    table : Table
        With ``count`` and, where it has them, ``expected``, ``p_value`` and ``class``.
    labels : sequence of str
        Of its rows.
    noun : str
        What a row is.
    extra : mapping or None
        What stands behind the numbers of some rows.
    """
    counts, expected = numbers(table, "count"), numbers(table, "expected")
    p_value = numbers(table, "p_value")
    names = texts(table, "class")
    if not any(map(math.isfinite, counts)):
        return nothing(table, measure="Incidents")
    items = []
    for k, name in enumerate(labels):
        p = p_value[k]
        text = label(counts[k], table=table)
        if math.isfinite(p):
            text += f" (p {probability(p).removeprefix('= ')})"
        if extra and extra.get(k):
            text += f" {extra[k]}"
        has_class = "class" in table.columns
        is_called = names[k] not in ("", *NO_CLASS) if has_class else not p >= 0.05
        tone = "main" if is_called else "muted"
        items.append(Item(name, counts[k], text=text, tone=tone, expected=expected[k]))
    items = _known_first(items)
    drawn, left = leading(items, 25)
    return figure(
        table,
        ranked_bars(drawn, axis="Incidents"),
        measure="Incidents beside what is expected" if _has(expected) else "Incidents",
        shown=f"Bars. {spoken(drawn, '')}",
        notes=[
            "Orange mark: expected." if _has(expected) else "",
            "Grey: no more than chance." if any(i.tone == "muted" for i in drawn) else "",
            *left_out(left, noun),
            *_gaps(table, counts, noun),
        ],
    )


def _has(values: Any) -> bool:
    return any(math.isfinite(value) for value in values)


def bursts(table: Table) -> Chart:
    """The most incidents in a few days beside how many are usual and how many are a lot."""
    labels = names_of(texts(table, "name"), texts(table, "code")) if "code" in table.columns else [
        "All areas"] * len(table)  # fmt: skip
    most, usual = numbers(table, "largest"), numbers(table, "usual")
    lot = numbers(table, "a_lot_from")
    if not _has(most):
        return nothing(table, measure="Incidents")
    days = method(table).get("window_days")
    axis = f"Most incidents in {days} days" if days else "Most incidents in a window of days"
    items = [
        Item(
            name,
            most[k],
            text=f"{label(most[k], table=table)} (a lot from {label(lot[k])})",
            tone="main" if most[k] >= lot[k] else "muted",
            expected=usual[k],
        )
        for k, name in enumerate(labels)
    ]
    drawn, left = leading(_known_first(items), 25)
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=axis,
        shown=f"Bars. {spoken(drawn, '')}",
        notes=[
            "Orange mark: usual where incidents fall on every day alike. Blue: more than chance.",
            *left_out(left, "area"),
        ],
    )


def ratios(
    table: Table,
    labels: Sequence[str],
    columns: tuple[str, str, str, str],
    *,
    axis: str,
    noun: str,
    q_name: str = "q_value",
    none: str = "as expected",
) -> Chart:
    """Ratios with their intervals beside 1, filled where they are more than chance.

    Parameters
    ----------
    table : Table
        With those columns.
    labels : sequence of str
        Of the rows.
    columns : (count, ratio, lower, upper)
        Names of columns.
    axis, noun, none : str
        What is drawn, what a row is, and what 1 means.
    q_name : str
        Of the adjusted p; where a table has none its interval decides.
    """
    count, ratio, lower, upper = (numbers(table, name) for name in columns)
    if not _has(ratio):
        return nothing(table, measure=axis)
    q_value = numbers(table, q_name)
    items = []
    for k, name in enumerate(labels):
        if not math.isfinite(ratio[k]):
            continue
        outside = lower[k] > 1 or upper[k] < 1
        certain = q_value[k] < 0.05 if math.isfinite(q_value[k]) else outside
        items.append(
            Item(
                name,
                ratio[k],
                lower[k],
                upper[k],
                f"{label(ratio[k])} ({label(count[k])})",
                is_hollow=not certain,
            )
        )
    items.sort(key=lambda item: -item.value)
    drawn, left = leading(items, 25)
    return figure(
        table,
        intervals(drawn, axis=axis, reference=Reference(1.0, none), is_ratio=True),
        measure=axis,
        shown=f"Dots with intervals. {spoken(drawn, '')}",
        notes=[
            "Hollow: no more than chance. In brackets: incidents. Lines: 95 % intervals.",
            *left_out(left, noun),
            *_gaps(table, ratio, noun),
        ],
    )
