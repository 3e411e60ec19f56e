"""Lines over steps: one with what belongs to it, several with labels at their ends, or panels."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.render.charts.chart import plain_value
from service.render.charts.lettering import apart, length_of, wrapped
from service.render.charts.over_time.series import Series, Steps, runs
from service.render.charts.plain import amount
from service.render.charts.theme import (
    COLOURS,
    DARK_BLUE,
    DARK_GREY,
    INK,
    LABEL_SIZE,
    MUTED,
    QUIET_INK,
    altair,
    sheet,
)

MOST_LINES: Final = 6  # in one panel; beyond, each has its own
MOST_PANELS: Final = 12
_FEW_IN_PANEL: Final = 12
_FEW_POINTS: Final = 40  # steps up to which each has a point
_LABEL_WIDTH: Final = 190  # of the names at the ends of lines, and less on a narrow sheet
_AXIS_ROOM: Final = 70  # for the labels and the title of the axis of values
_TICKS: Final = 7


@dataclass(frozen=True)
class Mark:
    """An event or break of a series.

    Attributes
    ----------
    first : str
        Key of the step at which it begins.
    last : str
        Key of the step at which it ends; that of `first` where it is one day.
    number : int
        What it is called in the chart, from 1; the notes have its name.
    is_break : bool
        Whether the series is not alike before and after.
    """

    first: str
    last: str
    number: int
    is_break: bool


def x_of(steps: Steps, *, ticks: int = _TICKS, field: str = "x") -> Any:
    """The axis of steps."""
    alt = altair()

    if not steps.is_dated:
        return alt.X(
            f"{field}:O",
            sort=list(steps.keys),
            title=None,
            axis=alt.Axis(labelAngle=0, labelOverlap=True),
            scale=alt.Scale(domain=list(steps.keys)),
        )
    years = int(steps.keys[-1][:4]) - int(steps.keys[0][:4])
    form = "%Y" if years > 3 else "%b %Y"
    return alt.X(
        f"{field}:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(
            format=form, tickCount=min(ticks, max(years, 1)) if years > 3 else ticks, grid=False,
            labelOverlap="greedy", labelSeparation=12,
        ),
    )  # fmt: skip


def y_of(top: float, measure: str, *, low: float = 0.0, field: str = "y", ticks: int = 5) -> Any:
    """The axis of values, from zero."""
    alt = altair()

    return alt.Y(
        f"{field}:Q",
        title=measure,
        scale=alt.Scale(domain=[low, top], nice=False),
        axis=alt.Axis(tickCount=ticks, domain=False, ticks=False, format=",~r"),
    )


def domain_of(numbers: Sequence[np.ndarray[Any, Any]]) -> tuple[float, float]:
    """Ends of an axis that holds all numbers, and zero."""
    known = np.concatenate([np.ravel(values) for values in numbers]) if numbers else np.zeros(1)
    known = known[np.isfinite(known)]
    top = max(float(known.max(initial=0.0)), 0.0) * 1.08
    low = min(float(known.min(initial=0.0)), 0.0) * 1.08
    return low, top if top > low else 1.0


def records(steps: Steps, series: Series, **columns: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    """A row of data for each step, with further columns."""
    rows = []
    for at, key in enumerate(steps.keys):
        row = {"x": key, "y": plain_value(series.values[at]), "series": series.name}
        row |= {name: plain_value(values[at]) for name, values in columns.items()}
        rows.append(row)
    return rows


def line_layers(
    steps: Steps, series: Series, x: Any, y: Any, *, colour: str, most_points: int = _FEW_POINTS
) -> list[Any]:
    """A line that breaks where there is no value, dashed to what is covered in part.

    Each step has a point where there are few of them, and always one that no line reaches.
    """
    alt = altair()

    whole = np.where(series.is_part, np.nan, series.values)
    near_part = series.is_part.copy()
    near_part[:-1] |= series.is_part[1:]
    near_part[1:] |= series.is_part[:-1]
    base = alt.Chart(_data(records(steps, series, whole=whole))).encode(x=x)
    layers = [base.mark_line(color=colour).encode(y=_field(y, "whole"))]
    if series.is_part.any():
        dashed = np.where(near_part, series.values, np.nan)
        layers.append(
            alt.Chart(_data(records(steps, series, dashed=dashed)))
            .mark_line(color=colour, strokeDash=[4, 3])
            .encode(x=x, y=_field(y, "dashed"))
        )
    known = np.isfinite(series.values)
    alone = known.copy()
    alone[1:] &= ~known[:-1]
    alone[:-1] &= ~known[1:]
    is_point = known if len(steps.keys) <= most_points else alone | series.is_part
    for fill, chosen in ((colour, is_point & ~series.is_part), ("white", series.is_part & known)):
        points = [
            row for row, is_drawn in zip(records(steps, series), chosen, strict=True) if is_drawn
        ]
        if points:
            layers.append(
                alt.Chart(_data(points))
                .mark_point(color=colour, fill=fill, stroke=colour, size=34, opacity=1)
                .encode(x=x, y=y)
            )
    return layers


def several(
    steps: Steps, series: Sequence[Series], *, measure: str, marks: Sequence[Mark] = ()
) -> Any:
    """Lines in one panel, each with its name at its end.

    Parameters
    ----------
    steps : Steps
        Of all series.
    series : sequence of Series
        As `colours_of` has them.
    measure : str
        Title of the axis.
    marks : sequence of Mark
        Events.
    """
    alt = altair()

    low, top = domain_of([member.values for member in series])
    width, height = sheet().width - _label_width() - _AXIS_ROOM, sheet().height
    x, y = x_of(steps), y_of(top, measure, low=low)
    colours = colours_of(series)
    layers = mark_layers(marks, x, height)
    for member, colour in sorted(
        zip(series, colours, strict=True), key=lambda pair: pair[1] != MUTED
    ):
        layers += line_layers(steps, member, x, y, colour=colour)
    layers += end_labels(series, colours, low=low, top=top, width=width, height=height)
    return alt.layer(*layers).properties(width=width, height=height)


def colours_of(series: Sequence[Series]) -> list[str]:
    """A colour for each series: four at most, dark grey for what others are compared with.

    Of more than four the one with the most in all is blue, and the others are grey.
    """
    main = [at for at, member in enumerate(series) if not member.is_compared]
    colours = [DARK_GREY] * len(series)
    if len(main) <= len(COLOURS):
        for at, colour in zip(main, COLOURS, strict=False):
            colours[at] = colour
        return colours
    highest = max(main, key=lambda at: series[at].sum)
    for at in main:
        colours[at] = COLOURS[0] if at == highest else MUTED
    return colours


def leading(series: Sequence[Series], most: int = MOST_PANELS) -> tuple[list[Series], list[str]]:
    """The series that have panels, and what is said of those that have none.

    Parameters
    ----------
    series : sequence of Series
        All of them.
    most : int
        Panels; where there are more series, those with the most in all have them.
    """
    if len(series) <= most:
        return list(series), []
    drawn = sorted(series, key=lambda member: -member.sum)[:most]
    return drawn, [f"The highest {most} of {len(series):,}; the table has all."]


def end_labels(
    series: Sequence[Series],
    colours: Sequence[str],
    *,
    low: float,
    top: float,
    width: float,
    height: float,
) -> list[Any]:
    """The names of lines at their right ends, moved apart where they would touch."""
    alt = altair()

    lines = [
        wrapped(f"{member.name} {amount(member.last)}", _label_width() - 12, LABEL_SIZE)[:2]
        for member in series
    ]
    gap = LABEL_SIZE * 1.25 * max(map(len, lines), default=1)
    ends = [
        height * (1 - ((0.0 if math.isnan(member.last) else member.last) - low) / (top - low))
        for member in series
    ]
    moved = apart(ends, gap, LABEL_SIZE / 2, height - LABEL_SIZE / 2)
    return [
        alt.Chart(_data([{}]))
        .mark_text(
            text=text, align="left", baseline="middle", fontSize=LABEL_SIZE, lineHeight=14,
            color=QUIET_INK if colour == MUTED else colour, fontWeight="bold",
        )
        .encode(x=alt.value(width + 8), y=alt.value(position))
        for text, colour, position in zip(lines, colours, moved, strict=True)
    ]  # fmt: skip


def _label_width() -> float:
    """The room for the names at the ends of lines."""
    return min(float(_LABEL_WIDTH), sheet().names)


def mark_layers(marks: Sequence[Mark], x: Any, height: float) -> list[Any]:
    """Events as numbered lines, and as bands where they last."""
    alt = altair()

    if not marks:
        return []
    rows = [
        {"x": mark.first, "x2": mark.last, "number": str(mark.number), "break": mark.is_break}
        for mark in marks
    ]
    lasting = [row for row in rows if row["x"] != row["x2"]]
    layers = []
    if lasting:
        layers.append(alt.Chart(_data(lasting)).mark_rect(color="#EFEFEF").encode(x=x, x2="x2"))
    base = alt.Chart(_data(rows)).encode(x=x)
    layers += [
        base.mark_rule(color=QUIET_INK, strokeDash=[2, 2]),
        base.mark_text(
            baseline="bottom", dy=-3, fontSize=LABEL_SIZE - 1, color=QUIET_INK, fontWeight="bold"
        ).encode(y=alt.value(0), text="number:N"),
    ]
    return layers


def mean_layers(steps: Steps, means: np.ndarray[Any, Any], x: Any, y: Any, unit: str) -> list[Any]:
    """The mean of each year or quarter as a level with its number, where it fits."""
    alt = altair()

    rows: list[dict[str, Any]] = []
    for first, last in _levels(means):
        text = amount(round(float(means[first]), 1))
        rows.append(
            {
                "x": steps.keys[first],
                "x2": steps.keys[last],
                "middle": steps.keys[(first + last) // 2],
                "y": float(means[first]),
                "text": text,
            }
        )
    if not rows:
        return []
    base = alt.Chart(_data(rows)).encode(y=y)
    layers = [base.mark_rule(color=DARK_GREY, strokeWidth=2.5).encode(x=x, x2="x2")]
    room = (sheet().width - _AXIS_ROOM) / len(rows)
    if max(length_of(row["text"], LABEL_SIZE, is_bold=True) for row in rows) < room:
        halo = base.mark_text(
            dy=-9, fontSize=LABEL_SIZE, fontWeight="bold", color="white", stroke="white",
            strokeWidth=4,
        )  # fmt: skip
        text = base.mark_text(dy=-9, fontSize=LABEL_SIZE, fontWeight="bold", color=DARK_GREY)
        layers += [m.encode(x=_field(x, "middle"), text="text:N") for m in (halo, text)]
    return layers


def band_layers(
    steps: Steps,
    lower: np.ndarray[Any, Any],
    upper: np.ndarray[Any, Any],
    x: Any,
    y: Any,
    *,
    colour: str = DARK_BLUE,
) -> list[Any]:
    """A band between two limits, which breaks where there is none."""
    alt = altair()

    layers = []
    for first, last in runs(np.isfinite(lower) & np.isfinite(upper)):
        rows = [
            {"x": steps.keys[at], "y": float(lower[at]), "y2": float(upper[at])}
            for at in range(first, last + 1)
        ]
        layers.append(
            alt.Chart(_data(rows)).mark_area(color=colour, opacity=0.15).encode(x=x, y=y, y2="y2")
        )
    return layers


def panels(
    steps: Steps,
    series: Sequence[Series],
    *,
    extra: Mapping[str, Sequence[np.ndarray[Any, Any]]] | None = None,
) -> Any:
    """A panel for each series, on one scale.

    Parameters
    ----------
    steps : Steps
        Of all series.
    series : sequence of Series
        As many as there is room for.
    extra : mapping or None
        ``line``, ``lower`` and ``upper`` for each series: a line with its band.
    """
    alt = altair()

    extra = extra or {}
    across = min(2 if len(series) in (2, 4) else 3, sheet().across)
    width = (sheet().width - _AXIS_ROOM) / across - 34
    everything = [member.values for member in series]
    everything += [values for columns in extra.values() for values in columns]
    low, top = domain_of(everything)
    charts = []
    for number, member in enumerate(series):
        y = y_of(top, "", low=low, ticks=4)
        x = x_of(steps, ticks=3)
        layers = []
        is_fitted = "line" in extra
        if "lower" in extra:
            limits = extra["lower"][number], extra["upper"][number]
            layers += band_layers(steps, *limits, x, y)
        colour = MUTED if is_fitted else DARK_BLUE
        layers += line_layers(steps, member, x, y, colour=colour, most_points=_FEW_IN_PANEL)
        if is_fitted:
            rows = records(steps, member, line=extra["line"][number])
            layers.append(
                alt.Chart(_data(rows)).mark_line(strokeWidth=2.5).encode(x=x, y=_field(y, "line"))
            )
        title = wrapped(member.name, width, LABEL_SIZE, is_bold=True)[:2]
        charts.append(
            alt.layer(*layers).properties(
                width=width,
                height=130,
                title=alt.TitleParams(
                    title, fontSize=LABEL_SIZE, anchor="start", offset=4, frame="group", color=INK
                ),
            )
        )
    return alt.concat(*charts, columns=across, spacing=18)


def _levels(means: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """First and last place of each run of one mean."""
    levels: list[tuple[int, int]] = []
    for first, last in runs(np.isfinite(means)):
        start = first
        for at in range(first + 1, last + 2):
            if at > last or means[at] != means[start]:
                levels.append((start, at - 1))
                start = at
    return levels


def _field(encoding: Any, field: str) -> Any:
    """An encoding of another field on the same scale."""
    copy = encoding.copy()
    kind = str(encoding.shorthand).rpartition(":")[2]
    copy.shorthand = f"{field}:{kind}"
    return copy


def _data(rows: list[dict[str, Any]]) -> Any:
    alt = altair()

    return alt.Data(values=rows)
