"""Registry of charts: how each kind of table is drawn."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from service.model.answers import Table
from service.render.charts.chart import Chart
from service.render.charts.comparison import (
    areas,
    catalogue,
    counts,
    crosstabs,
    growth,
    measures,
    patrols,
    patterns,
)
from service.render.charts.over_time import control, trends
from service.render.charts.over_time import measures as over_time
from service.render.charts.plain import plain

BuildChart = Callable[[Table], Chart]

CHARTS: Mapping[str, BuildChart] = MappingProxyType(
    {
        "areas": catalogue.larger_areas,
        "associations": areas.classes,
        "breakdown": counts.breakdown,
        "bursts": areas.bursts,
        "change": areas.change,
        "choropleth": areas.choropleth,
        "clusters": patterns.clusters,
        "comparison": counts.comparison,
        "crosstab": crosstabs.crosstab,
        "data-quality": catalogue.quality,
        "deprivation": measures.deprivation,
        "deprived-incidents": measures.deprived_incidents,
        "displacement-months": areas.displacement_months,
        "emerging": areas.classes,
        "flags": measures.flags,
        "growth-overlay": growth.overlay,
        "growth-overlay-by-area": growth.overlay,
        "growth-priorities": growth.priorities,
        "harm table": counts.harm,
        "heatmap-peaks": patterns.peaks,
        "hotspots": areas.hotspots,
        "index": measures.index,
        "knox": patterns.knox,
        "measures": measures.measures,
        "month-quality": catalogue.month_quality,
        "near-by-place": patterns.near_by_place,
        "near-by-set": patterns.near_by_place,
        "near-repeats": patterns.near_repeats,
        "neighbours": catalogue.neighbours,
        "patrol-capture": patrols.capture,
        "patrol-forecast": patrols.forecasts,
        "patrols": patrols.patrols,
        "pattern-centre": patterns.centres,
        "pattern-function": patterns.pattern_function,
        "places": catalogue.kinds,
        "profile": measures.profile,
        "ranked list": counts.ranked,
        "repeat-chains": patterns.chains,
        "repeat-zones": patterns.zones,
        "scan": patterns.scan,
        "scan-areas": areas.scan_areas,
        "similar areas": measures.similar,
        "similarity": areas.similarity,
        "sites": growth.sites,
        "sites-by-district": growth.sites,
        "sites-by-phase": growth.sites,
        "sources": catalogue.sources,
        "transitions": areas.transitions,
        "growth-forecast": over_time.forecast,
        "measure-trend": over_time.measure_trend,
        "process-control": control.process_control,
        "step-changes": control.step_changes,
        "trend": trends.trend,
    }
)


def chart_of_table(table: Table) -> Chart:
    """The chart of a table: that of its kind, or bars of its first number."""
    return CHARTS.get(table.kind, plain)(table)
