"""Bars: ranked with intervals and a threshold, in groups, stacked to a whole, side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.render.charts.forms.items import Item, lines_of, number_or_none, room_for
from service.render.charts.theme import COLOURS, INK, MUTED, SEQUENCE, sheet

ROW: Final = 21  # px of a bar with its gap
HALO: Final[dict[str, Any]] = {"stroke": "#FFFFFF", "strokeWidth": 3}  # around numbers over lines
TONES: Final = {"main": COLOURS[0], "second": COLOURS[3], "muted": MUTED, "apart": "#D9D9D9"}


@dataclass(frozen=True)
class Reference:
    """A line that values are compared with.

    Attributes
    ----------
    value : float
        Where it is.
    name : str
        What it is, in few words.
    """

    value: float
    name: str


def ranked_bars(
    items: Sequence[Item],
    *,
    axis: str,
    reference: Reference | None = None,
    width: float | None = None,
    has_names: bool = True,
) -> Any:
    """A horizontal bar for each item, with its number, its interval and its expectation.

    Parameters
    ----------
    items : sequence of Item
        From the top.
    axis : str
        What the values are, with their unit.
    reference : Reference or None
        A threshold.
    width : float or None
        Pixels of the plot; None: what the names leave.
    has_names : bool
        Whether the names stand beside the bars.
    """
    import altair as alt

    names = [lines_of(item.name) for item in items]
    width = width or plot_width(names)
    low, high = _domain(items, reference, width)
    data = alt.Data(values=[_bar(item, name) for item, name in zip(items, names, strict=True)])
    y = alt.Y("name:N", sort=names, title=None, axis=name_axis() if has_names else None)
    x = alt.X(
        "value:Q",
        title=axis,
        scale=alt.Scale(domain=[low, high], nice=False, zero=True),
        axis=alt.Axis(tickCount=5),
    )
    base = alt.Chart(data).encode(y=y)
    layers = [
        base.mark_bar(size=_thickness(names), strokeWidth=1.2).encode(
            x=x,
            x2=alt.datum(0),
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None),
        )
    ]
    if any(math.isfinite(item.lower + item.upper) for item in items):
        layers += _interval_rules(base)
    if any(math.isfinite(item.expected) for item in items):
        layers.append(
            base.mark_tick(color=COLOURS[3], thickness=3, size=_thickness(names) + 4).encode(
                x="expected:Q"
            )
        )
    if reference is not None:
        layers += _line(reference, alt)
    sides: tuple[dict[str, Any], ...] = (
        {"align": "left", "dx": 5},
        {"align": "right", "dx": -5},
    )
    for is_left, side in zip(("false", "true"), sides, strict=True):
        texts = base.transform_filter(f"datum.left === {is_left}")
        for outline in (HALO, {}):
            mark = texts.mark_text(color=INK, **side, **outline)
            layers.append(mark.encode(x="end:Q", text="text:N"))
    chart = alt.layer(*layers)
    return chart.properties(width=width, height=len(items) * row_height(names))


def _interval_rules(base: Any) -> list[Any]:
    """Rules of intervals, seen on white and on the bars."""
    return [
        base.mark_rule(color=colour, strokeWidth=width).encode(x="lower:Q", x2="upper:Q")
        for colour, width in (("#FFFFFF", 3.2), (INK, 1.4))
    ]


def _line(reference: Reference, alt: Any) -> list[Any]:
    data = alt.Data(values=[{"at": reference.value, "label": reference.name}])
    base = alt.Chart(data).encode(x="at:Q")
    return [
        base.mark_rule(color=COLOURS[2], strokeWidth=1.5, strokeDash=[5, 3]),
        base.mark_text(
            color=COLOURS[2], align="left", baseline="bottom", dx=3, dy=-3, fontWeight="bold"
        ).encode(y=alt.value(0), text="label:N"),
    ]


def _bar(item: Item, name: str) -> dict[str, Any]:
    colour = TONES[item.tone]
    side = min(item.extremes, default=0.0) if item.value < 0 else max(item.extremes, default=0.0)
    return item.record() | {
        "name": name,
        "end": number_or_none(side),
        "left": item.value < 0,
        "fill": "#FFFFFF" if item.is_hollow else colour,
        "stroke": INK if item.tone == "apart" else colour,
    }


def _domain(
    items: Sequence[Item], reference: Reference | None, width: float
) -> tuple[float, float]:
    """Of the values, with room for the numbers at the ends."""
    extremes = [number for item in items for number in item.extremes] or [0.0]
    extremes += [] if reference is None else [reference.value]
    low, high = min(0.0, *extremes), max(0.0, *extremes)
    if low == high:
        high = 1.0
    room = min((room_for(item.text for item in items) + 10) / width, 0.5)
    right = any(item.value >= 0 or not item.is_known for item in items)
    left = any(item.value < 0 for item in items)
    span = (high - low) / max(1.0 - room * (right + left), 0.2)
    return low - span * room * left, high + span * room * right


def plot_width(names: Sequence[str], room: float = 0.0) -> float:
    """Pixels that the longest line of the names leaves for a plot."""
    return max(sheet().width - room_for(names) - 20 - room, sheet().least_plot)


def row_height(names: Sequence[str]) -> float:
    """Pixels of a row, by the lines of the longest name."""
    lines = max((name.count("\n") + 1 for name in names), default=1)
    return max(ROW, 13 * lines + 8)


def _thickness(names: Sequence[str]) -> float:
    return min(row_height(names) * 0.68, 16)


def name_axis(**options: Any) -> Any:
    """An axis of names, in as many lines as they have."""
    import altair as alt

    standard: dict[str, Any] = {
        "labelExpr": "split(datum.label, '\\n')",
        "labelLimit": 400,
        "labelPadding": 6,
        "ticks": False,
        "domain": False,
        "grid": False,
    }
    return alt.Axis(**(standard | options))


@dataclass(frozen=True)
class Cells:
    """The numbers of rows by columns.

    Attributes
    ----------
    rows, columns : tuple of str
        Their names, each unlike the others.
    items : mapping of (row, column) to Item
        Named by anything; those that are missing are not drawn.
    unit : str
        Of the values.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    items: dict[tuple[int, int], Item]
    unit: str

    def known(self) -> list[Item]:
        """The items, row by row."""
        return [self.items[key] for key in sorted(self.items)]

    def records(self) -> list[dict[str, Any]]:
        """The cells as a chart's data, row by row."""
        return [
            self.items[row, column].record()
            | {
                "row": lines_of(self.rows[row]),
                "column": lines_of(self.columns[column]),
                "column_number": column,
            }
            for row, column in sorted(self.items)
        ]


def shades(number: int) -> list[str]:
    """Colours of groups: steps of one colour for up to three, the last the darkest."""
    if number <= len(SEQUENCE):
        return list(reversed(SEQUENCE[:number]))
    return list(COLOURS[:number])


def grouped_bars(cells: Cells, *, axis: str, is_ordered: bool) -> Any:
    """A group of horizontal bars for each row, a bar for each column, at most four."""
    import altair as alt

    names = [lines_of(name) for name in cells.rows]
    columns = [lines_of(name) for name in cells.columns]
    colours = shades(len(columns)) if is_ordered else list(COLOURS[: len(columns)])
    width = plot_width(names)
    low, high = _domain(cells.known(), None, width)
    records = []
    for (_, column), record in zip(sorted(cells.items), cells.records(), strict=True):
        extremes = [record[key] for key in ("value", "upper") if record[key] is not None]
        colour = colours[column]
        records.append(
            record
            | {
                "end": max([0.0, *extremes]),
                "fill": "#FFFFFF" if record["hollow"] else colour,
            }
        )
    y = alt.Y("row:N", sort=names, title=None, axis=name_axis())
    base = alt.Chart(alt.Data(values=records)).encode(
        y=y, yOffset=alt.YOffset("column:N", sort=columns)
    )
    bar = base.mark_bar(strokeWidth=1.4).encode(
        x=alt.X(
            "value:Q",
            title=axis,
            scale=alt.Scale(domain=[low, high], nice=False),
            axis=alt.Axis(tickCount=5),
        ),
        fill=alt.Fill("fill:N", scale=None),
        stroke=alt.Stroke(
            "column:N",
            scale=alt.Scale(domain=columns, range=colours),
            legend=alt.Legend(
                title=None,
                orient="top",
                symbolType="square",
                symbolFillColor=None,
                labelExpr="replace(datum.label, '\\n', ' ')",
                labelLimit=400,
                symbolStrokeWidth=7,
                symbolSize=60,
            ),
        ),
    )
    layers = [bar]
    if any(math.isfinite(item.lower + item.upper) for item in cells.known()):
        layers += _interval_rules(base)
    layers.append(
        base.mark_text(align="left", dx=4, color=INK, fontSize=11).encode(x="end:Q", text="text:N")
    )
    height = len(names) * max(17 * len(columns) + 10, row_height(names))
    return alt.layer(*layers).properties(width=width, height=height)


def stacked_bars(cells: Cells, *, axis: str) -> Any:
    """A bar for each column of the cells, of which the rows are the parts of a whole."""
    import altair as alt

    names = [lines_of(name) for name in cells.columns]
    parts = [lines_of(name) for name in cells.rows]
    colours = list(COLOURS[: len(parts)])
    records = []
    starts = [0.0] * len(names)
    whole = max(
        (sum(i.value for (_, k), i in cells.items.items() if k == column and i.is_known)
         for column in range(len(names))), default=0.0,
    )  # fmt: skip
    for (row, column), record in zip(sorted(cells.items), cells.records(), strict=True):
        value = record["value"] or 0.0
        start, end = starts[column], starts[column] + value
        starts[column] = end
        is_wide = value >= 0.055 * max(whole, 1e-12)
        records.append(
            record
            | {
                "start": start,
                "end": end,
                "middle": (start + end) / 2,
                "label": record["text"] if is_wide else "",
                # White is not read on turquoise and orange.
                "ink": "#0B0C0C" if row % 2 else "#FFFFFF",
            }
        )
    base = alt.Chart(alt.Data(values=records)).encode(
        y=alt.Y("column:N", sort=names, title=None, axis=name_axis())
    )
    colour = alt.Color(
        "row:N",
        scale=alt.Scale(domain=parts, range=colours),
        legend=alt.Legend(
            title=None,
            orient="top",
            symbolType="square",
            labelExpr="replace(datum.label, '\\n', ' ')",
            labelLimit=400,
        ),
    )
    bar = base.mark_bar(stroke="#FFFFFF", strokeWidth=1).encode(
        x=alt.X("start:Q", title=axis, axis=alt.Axis(tickCount=5)), x2="end:Q", color=colour
    )
    text = base.mark_text(fontWeight="bold", fontSize=11).encode(
        x="middle:Q", text="label:N", fill=alt.Fill("ink:N", scale=None)
    )
    return alt.layer(bar, text).properties(
        width=plot_width(names), height=len(names) * max(26, row_height(names))
    )


def twin_bars(left: Sequence[Item], right: Sequence[Item], *, axes: tuple[str, str]) -> Any:
    """The same names once, with two numbers of each side by side."""
    import altair as alt

    width = (plot_width([lines_of(item.name) for item in left]) - 24) / 2
    return alt.hconcat(
        ranked_bars(left, axis=axes[0], width=width),
        ranked_bars(right, axis=axes[1], width=width, has_names=False),
        spacing=20,
    )
