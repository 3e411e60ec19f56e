"""Curves: a line with its interval beside what is expected, over a distance, a share or steps."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.render.charts.forms.bars import name_axis, plot_width, row_height
from service.render.charts.forms.items import number_or_none, room_for
from service.render.charts.theme import COLOURS, INK, MUTED, sheet

HEIGHT: Final = 340
LINES: Final = {
    "observed": (COLOURS[0], [1, 0]),
    "expected": (COLOURS[3], [6, 4]),
    "theoretical": (INK, [2, 3]),
}


@dataclass(frozen=True)
class Curve:
    """A line of a chart.

    Attributes
    ----------
    name : str
        At its end.
    kind : {"observed", "expected", "theoretical"}
        How it is drawn.
    values : sequence of float
        NaN where it has a gap.
    """

    name: str
    kind: str
    values: Sequence[float]


def curves(
    x: Sequence[float] | Sequence[str],
    lines: Sequence[Curve],
    *,
    axes: tuple[str, str],
    band: tuple[Sequence[float], Sequence[float]] | None = None,
    marks: Sequence[bool] = (),
    zero: bool = False,
) -> Any:
    """Lines over numbers or named steps, with a band.

    Parameters
    ----------
    x : (n,) numbers or texts
        Texts are steps in their order.
    lines : sequence of Curve
        Each with n values.
    axes : (str, str)
        What stands along x and y, with units.
    band : two of (n,) or None
        Lower and upper limits.
    marks : (n,) bool
        Which values of the first line are drawn as dots.
    zero : bool
        Whether a line stands at 0.
    """
    import altair as alt

    is_numeric = all(isinstance(value, float | int) for value in x)
    kind = "Q" if is_numeric else "O"
    axis = alt.Axis(tickCount=8) if is_numeric else alt.Axis(labelOverlap=True, labelAngle=0)
    names = min(room_for(line.name for line in lines) * 1.08, 190, sheet().names)
    width = sheet().width - 70 - names
    across = alt.X(
        f"x:{kind}",
        title=axes[0],
        axis=axis,
        **({"scale": alt.Scale(zero=False, nice=False)} if is_numeric else {"sort": None}),
    )
    layers = []
    if zero:
        layers.append(alt.Chart(alt.Data(values=[{"y": 0}])).mark_rule(color=INK).encode(y="y:Q"))
    if band is not None:
        records = [
            {"x": at, "lower": number_or_none(low), "upper": number_or_none(high)}
            for at, low, high in zip(x, *band, strict=True)
            if math.isfinite(low) and math.isfinite(high)
        ]
        layers.append(
            alt.Chart(alt.Data(values=records))
            .mark_area(color=MUTED, opacity=0.35)
            .encode(x=across, y=alt.Y("lower:Q", title=axes[1]), y2="upper:Q")
        )
    for number, line in enumerate(lines):
        colour, dash = LINES[line.kind]
        records = [
            {"x": at, "value": number_or_none(value)}
            for at, value in zip(x, line.values, strict=True)
        ]
        base = alt.Chart(alt.Data(values=records))
        y = alt.Y("value:Q", title=axes[1], axis=alt.Axis(tickCount=6))
        layers.append(
            base.mark_line(
                color=colour,
                strokeWidth=2.4,
                strokeDash=dash,
                invalid="break-paths-filter-domains",
            ).encode(x=across, y=y)
        )
        if number == 0:
            shown = [
                record | {"mark": bool(marks[k]) if len(marks) else True}
                for k, record in enumerate(records)
                if record["value"] is not None
            ]
            layers.append(
                alt.Chart(alt.Data(values=[record for record in shown if record["mark"]]))
                .mark_point(filled=True, color=colour, size=34, opacity=1)
                .encode(x=across, y=y)
            )
    layers += _ends(x, lines, across)
    return alt.layer(*layers).properties(width=width, height=HEIGHT)


def _ends(x: Sequence[Any], lines: Sequence[Curve], across: Any) -> list[Any]:
    """The names of lines at their ends, moved apart where they would overlap."""
    import altair as alt

    ends = []
    for line in lines:
        known = [k for k, value in enumerate(line.values) if math.isfinite(value)]
        if known:
            ends.append((line.values[known[-1]], x[known[-1]], line))
    if not ends:
        return []
    values = [value for line in lines for value in line.values if math.isfinite(value)]
    span = (max(values) - min(min(values), 0.0)) or 1.0
    gap, place, labels = span * 16 / HEIGHT, -math.inf, []
    for value, at, line in sorted(ends, key=lambda end: end[0]):
        place = max(value, place + gap)
        labels.append({"x": at, "y": place, "label": line.name, "fill": LINES[line.kind][0]})
    return [
        alt.Chart(alt.Data(values=labels))
        .mark_text(align="left", dx=8, fontWeight="bold", limit=200)
        .encode(
            x=across, y="y:Q", text="label:N", color=alt.Color("fill:N", scale=None, legend=None)
        )
    ]


def spans(records: Sequence[Mapping[str, Any]], *, names: Sequence[str], axis: str) -> Any:
    """A bar from the first to the last day of each thing.

    Parameters
    ----------
    records : sequence of mappings
        ``name``, ``first``, ``last`` (ISO days) and ``text``, in their order.
    names : sequence of str
        Lines of the names, for the room that they need.
    axis : str
        Title of the days.
    """
    import altair as alt

    width = plot_width(names, room_for(str(record["text"]) for record in records) + 10)
    scale = alt.Scale(type="utc")
    base = alt.Chart(alt.Data(values=list(records))).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=name_axis())
    )
    bar = base.mark_bar(size=11, color=COLOURS[0]).encode(
        x=alt.X("first:T", title=axis, scale=scale), x2="last:T"
    )
    ends = (
        base.transform_filter("datum.first === datum.last")
        .mark_point(filled=True, size=30, color=COLOURS[0], opacity=1)
        .encode(x=alt.X("first:T", scale=scale))
    )
    text = base.mark_text(align="left", color=INK).encode(x=alt.value(width + 8), text="text:N")
    return alt.layer(bar, ends, text).properties(
        width=width, height=len(records) * row_height(names)
    )
