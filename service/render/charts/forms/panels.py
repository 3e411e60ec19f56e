"""Small multiples: a panel of columns over steps for each row."""

import math
from typing import Any, Final

from service.render.charts.forms.bars import Cells
from service.render.charts.forms.items import lines_of, number_or_none, room_for
from service.render.charts.theme import COLOURS, INK, sheet

PANEL: Final = 200.0  # px of a panel
MOST_PANELS: Final = 12


def panels(
    cells: Cells, *, axis: str, beside: Cells | None = None, names: tuple[str, str] = ("", "")
) -> Any:
    """A panel for each row of the cells: a bar for each column, on one scale.

    Parameters
    ----------
    cells : Cells
        Columns are steps in their order; hollow items are parts of one.
    axis : str
        What the heights are, with their unit.
    beside : Cells or None
        A second bar beside each, of the same rows and columns.
    names : (str, str)
        What the two are.
    """
    import altair as alt

    columns = [name.replace(" (part)", "\n(part)") for name in map(lines_of, cells.columns)]
    number = len(cells.rows)
    across = 1 if number == 1 else 2 if number in (2, 4) else 3 if number <= 9 else 4
    across = min(across, sheet().across)
    width = (sheet().width - 60) / across - 22
    records = [record | {"which": 0} for record in cells.records()]
    if beside is not None:
        records += [record | {"which": 1} for record in beside.records()]
    for record in records:
        colour = COLOURS[record["which"]]
        record["column"] = columns[record["column_number"]]
        record["fill"] = "#FFFFFF" if record["hollow"] else colour
        record["stroke"] = colour
        record["end"] = max(
            (n for n in (record["value"], record["upper"]) if n is not None), default=0.0
        )
    ends = [record["end"] for record in records]
    room = max(max(ends, default=0.0), 1e-9) * 1.12
    slot = width / max(len(columns), 1) / (2 if beside is not None else 1)
    has_text = room_for(record["text"] for record in records) <= slot
    angle = 0 if room_for(columns) + 4 <= width / max(len(columns), 1) else -90
    x = alt.X(
        "column:N",
        sort=columns,
        title=None,
        axis=alt.Axis(
            labelAngle=angle, labelExpr="split(datum.label, '\\n')", labelLimit=150, ticks=False,
            labelOverlap=len(columns) > 14,
        ),
        scale=alt.Scale(paddingInner=0.25),
    )  # fmt: skip
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[0, room], nice=False),
        axis=alt.Axis(tickCount=4),
    )
    options: dict[str, Any] = {}
    if beside is not None:
        options["xOffset"] = alt.XOffset("which:O")
    base = alt.Chart().encode(x=x, **options)
    layers = [
        base.mark_bar(strokeWidth=1.4).encode(
            y=y,
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None),
        )
    ]
    if any(math.isfinite(item.lower + item.upper) for item in cells.known()):
        layers.append(base.mark_rule(color=INK).encode(y="lower:Q", y2="upper:Q"))
    size = 10 if beside is None else 9
    if has_text:
        layers.append(
            base.mark_text(baseline="bottom", dy=-3, fontSize=size, color=INK).encode(
                y="end:Q", text="text:N"
            )
        )
    else:
        layers.append(
            base.transform_filter("!isValid(datum.value)")
            .mark_text(baseline="bottom", dy=-3, fontSize=10, color=INK)
            .encode(y=alt.value(120), text=alt.value("–"))
        )
    order = [lines_of(name) for name in cells.rows]
    return (
        alt.layer(*layers, data=alt.Data(values=records))
        .properties(width=width, height=130 if across > 1 else 280)
        .facet(
            facet=alt.Facet(
                "row:N",
                sort=order,
                title=None,
                header=alt.Header(
                    labelExpr="split(datum.label, '\\n')", labelFontWeight="bold", labelLimit=300,
                    labelAnchor="start", labelFontSize=12,
                ),
            ),
            columns=across,
            spacing={"column": 22, "row": 18},
        )
    )  # fmt: skip


def is_many(cells: Cells) -> bool:
    """Whether there are more rows than panels."""
    return len(cells.rows) > MOST_PANELS


def highest(cells: Cells) -> float | None:
    """The highest value."""
    return number_or_none(max((i.value for i in cells.known() if i.is_known), default=math.nan))
