"""Pyramids: two groups by age, back to back."""

from typing import Any

from service.render.charts.forms.bars import Cells, name_axis, row_height
from service.render.charts.forms.items import lines_of, room_for
from service.render.charts.theme import COLOURS, INK, sheet


def pyramid(cells: Cells, *, axis: str) -> Any:
    """Two groups of bars back to back, the first row of the cells at the foot.

    Parameters
    ----------
    cells : Cells
        Of two columns, rows in ascending order.
    axis : str
        What the lengths are, with their unit.
    """
    import altair as alt

    names = [lines_of(name) for name in cells.rows]
    order = list(reversed(names))
    middle = room_for(names)
    width = (sheet().width - middle - 40) / 2
    top = max((item.value for item in cells.items.values() if item.is_known), default=0.0) or 1.0
    records = cells.records()
    sides = []
    for column, is_left in ((0, True), (1, False)):
        scale = alt.Scale(domain=[0, top * 1.14], nice=False, reverse=is_left)
        data = alt.Data(values=[r for r in records if r["column_number"] == column])
        base = alt.Chart(data).encode(
            y=alt.Y(
                "row:N",
                sort=order,
                title=None,
                axis=None
                if is_left
                else name_axis(labelAlign="center", labelPadding=middle / 2 + 8),
            )
        )
        bar = base.mark_bar(color=COLOURS[column], size=15).encode(
            x=alt.X("value:Q", title=axis, scale=scale, axis=alt.Axis(tickCount=4))
        )
        text = base.mark_text(
            align="right" if is_left else "left", dx=-4 if is_left else 4, color=INK
        ).encode(x=alt.X("value:Q", scale=scale), text="text:N")
        sides.append(
            alt.layer(bar, text).properties(
                width=width,
                height=len(names) * row_height(names),
                title=alt.TitleParams(
                    cells.columns[column],
                    anchor="end" if is_left else "start",
                    color=COLOURS[column],
                    fontSize=14,
                    fontWeight="bold",
                ),
            )
        )
    return alt.hconcat(*sides, spacing=4)
