"""A chart of comparison as a figure: its view in a row of its own, so that its sizes hold."""

from collections.abc import Sequence
from typing import Any

from service.model.answers import Table
from service.render.charts.chart import Chart, chart_of, message

NO_ROWS = "The table has no rows: there is nothing to draw."
NO_VALUES = "No value is known or may be shown."


def figure(
    table: Table, view: Any, *, measure: str, shown: str, notes: Sequence[str] = ()
) -> Chart:
    """A chart with the sizes that its view has.

    Parameters
    ----------
    table : Table
        After its release.
    view : altair chart
        Layers, or views side by side.
    measure : str
        What the chart shows, with its unit.
    shown : str
        What is drawn, with its numbers.
    notes : sequence of str
        Under the chart; empty ones are left out.
    """
    import altair as alt

    whole = alt.hconcat(view) if isinstance(view, alt.LayerChart | alt.Chart) else view
    return chart_of(
        table,
        whole,
        measure=measure,
        shown=shown,
        notes=[note for note in dict.fromkeys(notes) if note],
    )


def nothing(table: Table, *, measure: str = "") -> Chart:
    """The chart of a table without rows, or without a value that may be shown."""
    return message(table, NO_VALUES if len(table) else NO_ROWS, measure=measure)
