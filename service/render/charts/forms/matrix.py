"""Matrices: a cell for each pair of rows and columns, coloured by its value or its state."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.render.charts.forms.bars import Cells, name_axis, plot_width
from service.render.charts.forms.items import lines_of, room_for
from service.render.charts.lettering import wrapped
from service.render.charts.theme import COLOURS, INK, LABEL_SIZE, SEQUENCE, sheet

RAMP: Final = ("#F3F8FD", SEQUENCE[2], SEQUENCE[1], SEQUENCE[0])  # light to dark
MOST_LINES: Final = 4  # of the name of a column
LEAST_CELL: Final = 52.0  # px, for a name in lines over it
NO_VALUE: Final = "#E4E4E4"


@dataclass(frozen=True)
class State:
    """A state of a cell.

    Attributes
    ----------
    fill, ink : str
        Colours of the cell and of its text.
    """

    fill: str
    ink: str


def matrix(cells: Cells, *, legend: str, highest: float = math.nan) -> Any:
    """A heat matrix with the numbers in its cells where they have room.

    Parameters
    ----------
    cells : Cells
        Rows from the top.
    legend : str
        What the colours are, with their unit.
    highest : float
        Value of the darkest colour; NaN: the highest of the cells.
    """
    import altair as alt

    values = [item.value for item in cells.items.values() if item.is_known]
    top = highest if math.isfinite(highest) else max(values, default=1.0)
    low = min([0.0, *values])
    top = top if top > low else low + 1.0
    scale = alt.Scale(domain=[low, top], range=list(RAMP), interpolate="lab", clamp=True)
    records = [record | {"ink": _ink(record["value"], low, top)} for record in cells.records()]
    width, base = _grid(cells, records)
    known = base.transform_filter("isValid(datum.value)").mark_rect(stroke="#FFFFFF").encode(
        color=alt.Color(
            "value:Q",
            scale=scale,
            legend=alt.Legend(
                title=legend, orient="top", gradientLength=220, titleLimit=600, tickCount=4,
                titleOrient="left", titleAlign="left", gradientThickness=11, offset=8,
            ),
        )
    )  # fmt: skip
    unknown = base.transform_filter("!isValid(datum.value)").mark_rect(
        fill=NO_VALUE, stroke="#FFFFFF"
    )
    layers = [known, unknown]
    if room_for(item.text for item in cells.items.values()) + 4 <= width / max(
        len(cells.columns), 1
    ):
        layers.append(_numbers(base))
    chart = alt.layer(*layers).properties(width=width, height=_height(cells))
    return chart.resolve_scale(color="independent")


def states(cells: Cells, kinds: Mapping[str, State], *, order: Sequence[str] | None = None) -> Any:
    """A matrix of states; the text of each item is its state, or begins with it."""
    import altair as alt

    records = [
        record | {"fill": kinds[item.tone].fill, "ink": kinds[item.tone].ink}
        for record, item in zip(cells.records(), cells.known(), strict=True)
    ]
    width, base = _grid(cells, records)
    rects = base.mark_rect(stroke="#FFFFFF").encode(fill=alt.Fill("fill:N", scale=None))
    names = list(order or kinds)
    key = (
        alt.Chart(alt.Data(values=[{"k": name} for name in names]))
        .mark_square(opacity=0)
        .encode(
            fill=alt.Fill(
                "k:N",
                scale=alt.Scale(domain=names, range=[kinds[name].fill for name in names]),
                legend=alt.Legend(
                    title=None, orient="top", symbolOpacity=1, symbolType="square",
                    symbolStrokeColor=INK, symbolStrokeWidth=0.8, labelLimit=300,
                ),
            )
        )
    )  # fmt: skip
    return (
        alt.layer(rects, _numbers(base), key)
        .properties(width=width, height=_height(cells))
        .resolve_scale(fill="independent")
    )


def _numbers(base: Any) -> Any:
    import altair as alt

    return base.mark_text(fontSize=11).encode(
        text="text:N", color=alt.Color("ink:N", scale=None, legend=None)
    )


def _grid(cells: Cells, records: list[dict[str, Any]]) -> tuple[float, Any]:
    """The width of a matrix, and the chart that its layers begin with."""
    import altair as alt

    rows = [lines_of(name) for name in cells.rows]
    room = plot_width(rows)
    cell = min(room / max(len(cells.columns), 1), 110.0)
    broken = ["\n".join(wrapped(name, cell - 4, LABEL_SIZE)) for name in cells.columns]
    is_flat = all(name.count("\n") < MOST_LINES for name in broken) and cell > LEAST_CELL
    columns = broken if is_flat else [lines_of(name) for name in cells.columns]
    if len(set(columns)) < len(columns):
        columns = list(cells.columns)
    for record in records:
        record["column"] = columns[record["column_number"]]
    angle = 0 if room_for(columns) + 4 <= cell else -90
    lines = 1 if angle else max((name.count("\n") + 1 for name in columns), default=1)
    axis = name_axis(
        orient="top",
        labelAngle=angle,
        labelAlign="left" if angle else "center",
        labelBaseline="middle" if angle else "bottom",
        labelPadding=6 + LABEL_SIZE * 1.2 * (lines - 1),  # lines follow the first downwards
    )
    base = alt.Chart(alt.Data(values=records)).encode(
        x=alt.X("column:N", sort=columns, title=None, axis=axis),
        y=alt.Y("row:N", sort=rows, title=None, axis=name_axis()),
    )
    return min(cell * len(columns), sheet().width), base


def _height(cells: Cells) -> float:
    lines = max((lines_of(name).count("\n") + 1 for name in cells.rows), default=1)
    return len(cells.rows) * max(22, 13 * lines + 8)


def _ink(value: float | None, low: float, top: float) -> str:
    """Black on light and white on dark cells, so that numbers can be read."""
    if value is None:
        return INK
    return "#FFFFFF" if (value - low) / (top - low) > 0.45 else "#0B0C0C"


ON: Final = State(COLOURS[0], "#FFFFFF")
OFF: Final = State("#F3F3F3", INK)
UNKNOWN: Final = State("#FFFFFF", INK)
