"""Which answer each operation gives: the rows of every table, by operation."""

from collections.abc import Mapping
from typing import Final

from service.analyses.areas.rows import (
    ChangeRow,
    ChoroplethRow,
    EmergingRow,
    HotspotRow,
    TrendRow,
)
from service.analyses.catalogue.rows import PlaceRow
from service.analyses.density.rows import PeakRow
from service.analyses.growth.rows import ForecastRow, OverlayRow, PriorityRow, SiteRow
from service.model.rows import Row

TABLES: Final[Mapping[str, type[Row]]] = {
    "readChoropleth": ChoroplethRow,
    "readHotspots": HotspotRow,
    "readEmerging": EmergingRow,
    "readChange": ChangeRow,
    "readHeatmapPeaks": PeakRow,
    "readSites": SiteRow,
    "readGrowthOverlay": OverlayRow,
    "readGrowthForecast": ForecastRow,
    "readPriorities": PriorityRow,
    "readTrend": TrendRow,
    "readPlaces": PlaceRow,
}
