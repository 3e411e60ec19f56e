"""Dots: values with intervals beside a reference, and changes from an earlier to a later one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.render.charts.forms.bars import (
    TONES,
    Reference,
    name_axis,
    plot_width,
    row_height,
)
from service.render.charts.forms.items import Item, lines_of, number_or_none, room_for
from service.render.charts.theme import COLOURS, INK, MUTED

# Ticks of an axis of ratios.
RATIOS: Final = (
    0.001, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0,
    20.0, 50.0, 100.0, 1000.0, 10000.0, 100000.0,
)  # fmt: skip


def intervals(
    items: Sequence[Item],
    *,
    axis: str,
    reference: Reference | None = None,
    is_ratio: bool = False,
    is_change: bool = False,
    band: tuple[float, float] | None = None,
) -> Any:
    """A dot with its interval for each item; ratios on a scale where halves mirror doubles.

    Parameters
    ----------
    items : sequence of Item
        From the top.
    axis : str
        What the values are, with their unit.
    reference : Reference or None
        Such as no difference.
    is_ratio : bool
        Whether the values are ratios.
    is_change : bool
        Whether the ratios are written as changes, such as +50 % for 1.5.
    band : (lower, upper) or None
        What is expected, as an interval behind the dots.
    """
    import altair as alt

    names = [lines_of(item.name) for item in items]
    width = plot_width(names, room_for(item.text for item in items) + 10)
    low, high = _limits(items, reference, is_ratio=is_ratio, band=band)
    scale = alt.Scale(
        type="log" if is_ratio else "linear", domain=[low, high], nice=False, zero=False
    )
    records = [
        item.record()
        | {
            "name": name,
            "value": _cut(item.value, low, high),
            "lower": _cut(item.lower, low, high),
            "upper": _cut(item.upper, low, high),
            "expected": _cut(item.expected, low, high),
            "fill": "#FFFFFF" if item.is_hollow else TONES[item.tone],
            "stroke": TONES[item.tone] if item.tone != "apart" else INK,
        }
        for item, name in zip(items, names, strict=True)
    ]
    ticks: dict[str, Any] = {"tickCount": 6}
    if is_ratio:
        ticks = {"values": [tick for tick in RATIOS if low <= tick <= high], "format": "~g"}
    if is_change:
        ticks["labelExpr"] = "datum.value == 1 ? '0%' : format(datum.value - 1, '+.0%')"
    axis_x = alt.Axis(**ticks)
    x = alt.X("value:Q", title=axis, scale=scale, axis=axis_x)
    base = alt.Chart(alt.Data(values=records)).encode(
        y=alt.Y("name:N", sort=names, title=None, axis=name_axis())
    )
    layers = []
    if band is not None and all(map(math.isfinite, band)):
        layers.append(
            alt.Chart(alt.Data(values=[{"lower": band[0], "upper": band[1]}]))
            .mark_rect(color=MUTED, opacity=0.3)
            .encode(x=alt.X("lower:Q", scale=scale), x2="upper:Q")
        )
    if reference is not None and low <= reference.value <= high:
        layers.append(
            alt.Chart(alt.Data(values=[{"at": reference.value}]))
            .mark_rule(color=COLOURS[2], strokeWidth=1.5, strokeDash=[5, 3])
            .encode(x=alt.X("at:Q", scale=scale))
        )
        layers.append(
            alt.Chart(alt.Data(values=[{"at": reference.value, "label": reference.name}]))
            .mark_text(color=COLOURS[2], baseline="bottom", dy=-3, fontWeight="bold")
            .encode(x=alt.X("at:Q", scale=scale), y=alt.value(0), text="label:N")
        )
    if any(math.isfinite(item.lower + item.upper) for item in items):
        layers.append(
            base.mark_rule(strokeWidth=2).encode(
                x=alt.X("lower:Q", scale=scale, title=axis),
                x2="upper:Q",
                stroke=alt.Stroke("stroke:N", scale=None),
            )
        )
    if any(math.isfinite(item.expected) for item in items):
        layers.append(
            base.mark_tick(color=COLOURS[3], thickness=3, size=14).encode(
                x=alt.X("expected:Q", scale=scale)
            )
        )
    layers.append(
        base.mark_point(filled=True, opacity=1, size=75, strokeWidth=2).encode(
            x=x,
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None),
        )
    )
    layers.append(
        base.mark_text(align="left", color=INK).encode(x=alt.value(width + 8), text="text:N")
    )
    return alt.layer(*layers).properties(width=width, height=len(items) * row_height(names))


@dataclass(frozen=True)
class Value:
    """A value beside another.

    Attributes
    ----------
    name : str
        Unlike the others.
    first, second : float
        The two.
    text : str
        Both in words.
    """

    name: str
    first: float
    second: float
    text: str


def pairs(values: Sequence[Value], *, axis: str, names: tuple[str, str]) -> Any:
    """A grey and a blue dot on a line for each of some values.

    Parameters
    ----------
    values : sequence of Value
        From the top.
    axis : str
        What they are, with their unit.
    names : (str, str)
        What the first and the second are.
    """
    import altair as alt

    rows = [lines_of(value.name) for value in values]
    width = plot_width(rows, room_for(value.text for value in values) + 10)
    records = [
        {
            "name": name,
            "first": number_or_none(value.first),
            "second": number_or_none(value.second),
            "text": value.text,
        }
        for name, value in zip(rows, values, strict=True)
    ]
    ends = [
        {"name": record["name"], "value": record[which], "which": words}
        for which, words in (("first", names[0]), ("second", names[1]))
        for record in records
    ]
    y = alt.Y("name:N", sort=rows, title=None, axis=name_axis())
    scale = alt.Scale(zero=True)
    base = alt.Chart(alt.Data(values=records)).encode(y=y)
    points = (
        alt.Chart(alt.Data(values=ends))
        .mark_point(filled=True, opacity=1, size=75)
        .encode(
            y=y,
            x=alt.X("value:Q", title=axis, scale=scale, axis=alt.Axis(tickCount=6)),
            color=alt.Color(
                "which:N",
                scale=alt.Scale(domain=list(names), range=[MUTED, COLOURS[0]]),
                legend=alt.Legend(title=None, orient="top"),
            ),
        )
    )
    layers = [
        base.mark_rule(color=MUTED, strokeWidth=2).encode(
            x=alt.X("first:Q", scale=scale, title=axis), x2="second:Q"
        ),
        points,
        base.mark_text(align="left", color=INK).encode(x=alt.value(width + 8), text="text:N"),
    ]
    return alt.layer(*layers).properties(width=width, height=len(values) * row_height(rows))


def _cut(value: float, low: float, high: float) -> float | None:
    """A number inside the axis, null where there is none."""
    return None if not math.isfinite(value) else min(max(value, low), high)


def _limits(
    items: Sequence[Item],
    reference: Reference | None,
    *,
    is_ratio: bool,
    band: tuple[float, float] | None,
) -> tuple[float, float]:
    """Of the axis."""
    extremes = [number for item in items for number in item.extremes]
    extremes += [reference.value] if reference is not None else []
    extremes += [number for number in band or () if math.isfinite(number)]
    if is_ratio:
        values = [item.value for item in items if item.is_known and item.value > 0] or [1.0]
        least, most = min(*values, 1.0) / 2.5, max(*values, 1.0) * 2.5
        inside = [number for number in extremes if least <= number <= most] or [1.0]
        lowest = least if any(number < least for number in extremes) else min(*inside, 1.0)
        highest = most if any(number > most for number in extremes) else max(*inside, 1.0)
        return min(lowest / 1.05, 0.9), max(highest * 1.05, 1.1)
    if not extremes:
        return 0.0, 1.0
    low, high = min(extremes), max(extremes)
    margin = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    return (0.0 if low >= 0 and low < 0.5 * high else low - margin), high + margin
