"""Charts of counts: shares of a breakdown, ranked areas, two periods, and harm beside counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.model.answers import Table
from service.render.charts.chart import Chart
from service.render.charts.comparison.crosstabs import event_notes, part_notes, spoken_cells
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.comparison.weeks import week
from service.render.charts.forms.bars import (
    Cells,
    Reference,
    grouped_bars,
    ranked_bars,
    twin_bars,
)
from service.render.charts.forms.dots import intervals
from service.render.charts.forms.items import (
    APART,
    BEHIND,
    SUMS,
    Item,
    as_number,
    gap,
    label,
    leading,
    left_out,
    method,
    names_of,
    numbers,
    rank_interval,
    spoken,
    texts,
)
from service.render.charts.forms.matrix import matrix
from service.sentences.numbers import amount, capital

CHANCE: Final = 0.05  # q from which a difference is no more than chance
ORDERED: Final = ("age", "hour", "weekday", "month-of-year", "month", "year", "quarter", "layer")
MOST_CHANGES: Final = 25
MOST_HARM: Final = 20


def breakdown(table: Table) -> Chart:
    """Bars of the shares of each axis, what is not recorded apart at the end; or hours by days."""
    if "by" not in table.columns:
        return week(table)
    if not _any([*numbers(table, "share"), *numbers(table, "share_of_all")]):
        return nothing(table, measure="Per cent of incidents")
    import altair as alt

    views: list[Any] = []
    words: list[str] = []
    notes: list[str] = []
    kinds = texts(table, "by")
    axis = "Per cent of those recorded"
    for kind in dict.fromkeys(kinds):
        rows = [k for k, name in enumerate(kinds) if name == kind]
        items, left = leading(_parts(table, rows, kind))
        notes += left_out(left)
        words.append(f"{_axis_title(kind)}: {spoken(items, '%')}")
        view = ranked_bars(items, axis=axis)
        if len(set(kinds)) > 1:
            view = view.properties(title=alt.TitleParams(_axis_title(kind), fontSize=14))
        views.append(view)
    if "baseline_share" in table.columns:
        notes.append("Orange mark: the share of the earlier period.")
    notes.append("Lines: 95 % intervals.")
    if any(item.tone == "apart" for item in _parts(table, list(range(len(table))), "")):
        notes.append("Grey: not recorded, as a share of all; the others are shares of the rest.")
    view = views[0] if len(views) == 1 else alt.vconcat(*views, spacing=24)
    return figure(table, view, measure=axis, shown=" ".join(words), notes=notes)


def _parts(table: Table, rows: Sequence[int], kind: str) -> list[Item]:
    """The parts of an axis: those without an order by their size, what is apart last."""
    names, keys = texts(table, "name"), texts(table, "key")
    labels = names_of([capital(names[k]) for k in rows], [keys[k] for k in rows])
    recorded = table.columns.get("is_recorded")
    count, share = numbers(table, "count"), numbers(table, "share")
    of_all, before = numbers(table, "share_of_all"), numbers(table, "baseline_share")
    lower, upper = numbers(table, "lower"), numbers(table, "upper")
    items = []
    for k, name in zip(rows, labels, strict=True):
        is_apart = (recorded is not None and not recorded[k]) or keys[k] in APART
        value = float(of_all[k] if is_apart else share[k])
        text = f"{label(value, '%', table=table)} ({label(count[k], table=table)})"
        items.append(
            Item(
                name,
                value,
                math.nan if is_apart else lower[k],
                math.nan if is_apart else upper[k],
                text if math.isfinite(value) else gap(table),
                "apart" if is_apart else "main",
                math.nan if is_apart else before[k],
            )
        )
    if kind.split(":")[0] not in ORDERED or kind.startswith("layer"):
        items.sort(key=lambda item: (item.tone == "apart", -_size(item)))
    return items


def _size(item: Item) -> float:
    return item.value if item.is_known else -math.inf


def _axis_title(kind: str) -> str:
    """The name of an axis in words."""
    words = kind.partition(":")[2] if kind.startswith(("attribute:", "layer:")) else kind
    return capital(words.split(":")[0].replace("-", " "))


def ranked(table: Table) -> Chart:
    """Areas from the one with the most, with the ranks that they may have and the threshold."""
    by = str(method(table).get("by") or "count").replace("-", "_")
    name = by if by in table.columns else "count"
    values = numbers(table, name)
    unit = "%" if name.startswith("share") else ""
    axis = _ranked_axis(table, name)
    if not _any(values):
        return nothing(table, measure=axis)
    names, larger = texts(table, "name"), texts(table, "larger_area")
    placed = [_placed(name, where) for name, where in zip(names, larger, strict=True)]
    labels = names_of(placed, texts(table, "code"))
    best, worst = numbers(table, "rank_best"), numbers(table, "rank_worst")
    keys = texts(table, "code")
    flags = table.columns.get("is_flagged")
    limits = [
        numbers(table, f"{prefix}{end}")
        for prefix in ({"rate": "", "harm_rate": "harm_rate_"}.get(name, "none_"),)
        for end in ("lower", "upper")
    ]
    items, behind = [], []
    for k, area in enumerate(labels):
        if keys[k] in BEHIND:
            if math.isfinite(values[k]) and keys[k] not in ("areas", "total"):
                behind.append(f"{area.lower()} {label(values[k], unit)}")
            continue
        ranks = rank_interval(best[k], worst[k])
        is_first = bool(flags[k]) if flags is not None else best[k] == 1
        text = label(values[k], unit, table=table)
        items.append(
            Item(
                area,
                values[k],
                float(limits[0][k]),
                float(limits[1][k]),
                f"{text} ({ranks})" if ranks and math.isfinite(values[k]) else text,
                "main" if is_first else "muted",
            )
        )
    drawn, left = leading(items, 30)
    threshold = as_number(method(table).get("threshold"))
    reference = None
    if math.isfinite(threshold):
        reference = Reference(threshold, f"flagged from {amount(threshold)}")
    notes = [*left_out(left, "area"), f"Not drawn: {'; '.join(behind)}." if behind else ""]
    if flags is not None:
        notes.append("Blue: flagged.")
    elif _any(best):
        notes.append(
            "Blue: the areas that may rank first. In brackets: the ranks that an area may have "
            "with 95 % confidence."
        )
    if _any(limits[0]):
        notes.append("Lines: 95 % intervals.")
    return figure(
        table,
        ranked_bars(drawn, axis=axis, reference=reference),
        measure=axis,
        shown=f"Ranked bars. {spoken(drawn, unit)}",
        notes=notes,
    )


def _placed(name: str, where: str) -> str:
    """The name of an area with the larger one that it is in, where it does not begin with it."""
    return f"{name} ({where})" if where and name and not name.startswith(where) else name


def _ranked_axis(table: Table, name: str) -> str:
    stated = method(table).get("unit" if name in ("count", "share", "harm") else "rate_unit")
    unit = str(stated or method(table).get("unit") or "")
    return capital(unit) or capital(name.replace("_", " "))


def _any(values: Any) -> bool:
    return any(math.isfinite(value) for value in values)


def comparison(table: Table) -> Chart:
    """The change of each row with its interval, hollow where chance may explain it."""
    keys = texts(table, "row")
    own = [k for k, key in enumerate(keys) if key not in (*SUMS, *APART)]
    before, after = numbers(table, "count_before"), numbers(table, "count_after")
    ratio, lower, upper, q_value = (
        numbers(table, name) for name in ("ratio", "lower", "upper", "q_value")
    )
    changes = [
        Change(
            name,
            before[k],
            after[k],
            ratio[k],
            lower[k],
            upper[k],
            q_value[k] < CHANCE,
        )
        for k, name in zip(
            own,
            names_of([texts(table, "row_name")[k] for k in own], [keys[k] for k in own]),
            strict=True,
        )
    ]
    return changed(table, changes, measure=_per_day(table))


def _per_day(table: Table) -> str:
    """What changes are of: of days, where the two periods have unlike numbers of them."""
    earlier, later = numbers(table, "days_before"), numbers(table, "days_after")
    differ = any(abs(a - b) > 1 for a, b in zip(earlier, later, strict=True))
    return "Change in incidents per day" if differ else "Change in incidents"


@dataclass(frozen=True)
class Change:
    """What was counted in an earlier and in a later period.

    Attributes
    ----------
    name : str
        Unlike the others.
    before, after : float
        Counts; NaN where not known.
    ratio, lower, upper : float
        Of the rates of the two, with its interval.
    is_certain : bool
        Whether it is more than chance.
    """

    name: str
    before: float
    after: float
    ratio: float
    lower: float
    upper: float
    is_certain: bool

    @property
    def is_known(self) -> bool:
        """Whether both counts are known."""
        return math.isfinite(self.before + self.after)

    def item(self) -> Item:
        """As a dot with its interval; none where the earlier count is nought."""
        return Item(
            self.name,
            self.ratio if self.ratio > 0 else math.nan,
            self.lower,
            self.upper,
            f"{amount(self.before)} to {amount(self.after)}",
            is_hollow=not self.is_certain,
        )

    def spoken(self) -> str:
        """In words."""
        change = f" ({self.ratio - 1:+.1%})" if math.isfinite(self.ratio) else ""
        end = "" if self.is_certain else ", no more than chance"
        return f"{self.name} {amount(self.before)} to {amount(self.after)}{change}{end}"


def changed(
    table: Table,
    changes: Sequence[Change],
    *,
    measure: str,
    noun: str = "row",
    notes: Sequence[str] = (),
) -> Chart:
    """A dot plot of changes, those with the most incidents first.

    Parameters
    ----------
    table : Table
        What it is of.
    changes : sequence of Change
        Of its rows.
    measure : str
        What changes.
    noun : str
        What a row is.
    notes : sequence of str
        Further ones.
    """
    known = [change for change in changes if change.is_known]
    if not known:
        return nothing(table, measure=measure)
    order = sorted(known, key=lambda change: -max(change.before, change.after))
    drawn = order[:MOST_CHANGES]
    missing = len(changes) - len(known)
    unknown = f"{missing:,} without both counts ({gap(table)}), which is not zero."
    view = intervals(
        [change.item() for change in drawn],
        axis=f"{measure}, per cent",
        reference=Reference(1.0, "no change"),
        is_ratio=True,
        is_change=True,
    )
    return figure(
        table,
        view,
        measure=f"{measure} from the earlier to the later period",
        shown=f"Dot plot of change. {'; '.join(change.spoken() for change in drawn[:10])}.",
        notes=[
            (
                "Filled: changed by more than chance, all rows judged together; hollow: no more "
                "than chance. Lines: 95 % intervals, each of one row. At the right: the counts of "
                "the two periods."
            ),
            "Without a dot: one of the two counts is nought."
            if any(not change.item().is_known for change in drawn)
            else "",
            *left_out(len(order) - len(drawn), noun),
            unknown if missing else "",
            *notes,
        ],
    )


def harm(table: Table) -> Chart:
    """Offences by their share of incidents beside their share of harm, with both ranks."""
    if "column" in table.columns and len(set(texts(table, "column")) - {"total"}) > 0:
        return _harm_by_step(table)
    keys, names = texts(table, "row"), texts(table, "row_name")
    rows = [k for k, key in enumerate(keys) if key != "total"]
    count, share = numbers(table, "share_of_count"), numbers(table, "share_of_harm")
    if not _any(values[k] for values in (count, share) for k in rows):
        return nothing(table, measure="Per cent")
    labels = dict(
        zip(rows, names_of([names[k] for k in rows], [keys[k] for k in rows]), strict=True)
    )
    rows.sort(key=lambda k: (keys[k] in APART, -(share[k] if math.isfinite(share[k]) else -1)))
    kept = rows[:MOST_HARM]
    left, right = (
        [
            Item(
                labels[k],
                values[k],
                text=_with_rank(table, values[k], ranks[k]),
                tone="apart" if keys[k] in APART else "muted" if is_count else "main",
            )
            for k in kept
        ]
        for values, ranks, is_count in (
            (count, numbers(table, "rank_by_count"), True),
            (share, numbers(table, "rank_by_harm"), False),
        )
    )
    axes = ("Per cent of incidents (rank)", "Per cent of harm (rank)")
    notes = list(left_out(len(rows) - len(kept)))
    unknown = numbers(table, "harm_not_known")
    total = sum(unknown[k] for k in rows if math.isfinite(unknown[k]))
    if total:
        notes.append(f"The harm of {total:,.0f} incidents is not known, which is not zero.")
    return figure(
        table,
        twin_bars(left, right, axes=axes),
        measure="Per cent of incidents beside per cent of days of harm",
        shown=f"Bars side by side. By incidents: {spoken(left, '%')} By harm: "
        f"{spoken(right, '%')}",
        notes=notes,
    )


def _with_rank(table: Table, value: float, rank: float) -> str:
    text = label(value, "%", table=table)
    return f"{text} ({rank:.0f})" if math.isfinite(value + rank) else text


def _harm_by_step(table: Table) -> Chart:
    """The rate of harm, or the harm, of each row in each step."""
    has_rate = _any(numbers(table, "harm_rate"))
    name, ends = ("harm_rate", "harm_rate_") if has_rate else ("harm", "none_")
    unit = str(method(table).get("harm_rate_unit") or table.units().get(name) or "")
    axis = capital(unit) or ("Days of harm per 1,000" if has_rate else "Days of harm")
    rows, columns = texts(table, "row"), texts(table, "column")
    names = dict(zip(rows, texts(table, "row_name"), strict=True))
    titles = dict(zip(columns, texts(table, "column_name"), strict=True))
    values = numbers(table, name)
    has_value = {row for row, value in zip(rows, values, strict=True) if math.isfinite(value)}
    row_keys = [row for row in dict.fromkeys(rows) if row in has_value and row != "total"]
    column_keys = [key for key in dict.fromkeys(columns) if key != "total"]
    if not row_keys:
        return nothing(table, measure=axis)
    limits = [numbers(table, f"{ends}{end}") for end in ("lower", "upper")]
    items = {
        (row_keys.index(row), column_keys.index(column)): Item(
            f"{names[row]}, {titles[column]}",
            values[k],
            float(limits[0][k]),
            float(limits[1][k]),
            label(values[k], table=table),
        )
        for k, (row, column) in enumerate(zip(rows, columns, strict=True))
        if row in row_keys and column in column_keys
    }
    cells = Cells(
        tuple(names_of([names[key] for key in row_keys], row_keys)),
        tuple(names_of([titles[key] for key in column_keys], column_keys)),
        items,
        unit,
    )
    is_small = len(column_keys) <= 3 and len(row_keys) <= 10
    view = (
        grouped_bars(cells, axis=axis, is_ordered=True) if is_small else matrix(cells, legend=axis)
    )
    return figure(
        table,
        view,
        measure=axis,
        shown=f"{'Grouped bars' if is_small else 'Heat matrix'}. {spoken_cells(cells)}",
        notes=[*part_notes(cells), *event_notes(table)],
    )
