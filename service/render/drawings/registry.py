"""Registry of charts: how each kind of table is drawn."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from service.model.answers import Table
from service.render.charts.chart import Chart
from service.render.charts.over_time import control, measures, trends
from service.render.charts.plain import plain

BuildChart = Callable[[Table], Chart]

CHARTS: Mapping[str, BuildChart] = MappingProxyType(
    {
        "growth-forecast": measures.forecast,
        "measure-trend": measures.measure_trend,
        "process-control": control.process_control,
        "step-changes": control.step_changes,
        "trend": trends.trend,
    }
)


def chart_of_table(table: Table) -> Chart:
    """The chart of a table: that of its kind, or bars of its first number."""
    return CHARTS.get(table.kind, plain)(table)
