"""Tables that may have to be computed: a function gives each from the names in its address.

What stands here of a table is the same for its routes and for its layer on a map.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service.analyses.resources import Resources
from service.model.answers import Table
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.forecasts import ForecastQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery, SitesQuery
from service.queries.over_time import ChangeQuery, EmergingQuery
from service.queries.trends import TrendQuery
from service.runtime.lanes import Work


@dataclass(frozen=True)
class TableAnswer:
    """A table that may have to be computed.

    Attributes
    ----------
    file_name : str
        Without an ending; offered for formats that are saved.
    version : callable
        Everything the table depends on besides the query.
    compute : callable
        Makes the table.
    work : Work
        What that costs.
    """

    file_name: str
    version: Callable[[], str]
    compute: Callable[[], Table]
    work: Work = Work.ORDINARY


def choropleth_table(
    resources: Resources, query: ChoroplethQuery, *, dataset: str, layer: str
) -> TableAnswer:
    """Counts or rates per area.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ChoroplethQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    choropleths = resources.choropleths
    return TableAnswer(
        f"{dataset}-{layer}-{query.measure}",
        version=lambda: choropleths.version(dataset, layer),
        compute=lambda: choropleths.table(dataset, layer, query),
    )


def hotspot_table(
    resources: Resources, query: HotspotQuery, *, dataset: str, layer: str
) -> TableAnswer:
    """A local statistic per area.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : HotspotQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    hotspots = resources.hotspots
    return TableAnswer(
        f"{dataset}-{layer}-{query.statistic}",
        version=lambda: hotspots.version(dataset, layer),
        compute=lambda: hotspots.table(dataset, layer, query),
        work=Work.HEAVY,
    )


def emerging_table(
    resources: Resources, query: EmergingQuery, *, dataset: str, layer: str
) -> TableAnswer:
    """Emerging hot spots per area.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : EmergingQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    emerging_hotspots = resources.emerging_hotspots
    return TableAnswer(
        f"{dataset}-{layer}-emerging",
        version=lambda: emerging_hotspots.version(dataset, layer),
        compute=lambda: emerging_hotspots.table(dataset, layer, query),
        work=Work.HEAVY,
    )


def change_table(
    resources: Resources, query: ChangeQuery, *, dataset: str, layer: str
) -> TableAnswer:
    """The change between two periods per area.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ChangeQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    period_changes = resources.period_changes
    return TableAnswer(
        f"{dataset}-{layer}-change",
        version=lambda: period_changes.version(dataset, layer),
        compute=lambda: period_changes.table(dataset, layer, query),
        work=Work.HEAVY,
    )


def site_table(resources: Resources, query: SitesQuery) -> TableAnswer:
    """Development sites, their phases, or sums by district.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : SitesQuery
        The query.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    sites = resources.site_tables
    return TableAnswer(
        "sites" if query.by == "site" else f"sites-by-{query.by}",
        version=sites.version,
        compute=lambda: sites.table(query),
    )


def overlay_table(resources: Resources, query: OverlayQuery, *, dataset: str) -> TableAnswer:
    """Sites, or areas, with the incidents around them.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : OverlayQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    overlay = resources.overlay
    return TableAnswer(
        f"{dataset}-growth-overlay",
        version=lambda: overlay.version(dataset, query),
        compute=lambda: overlay.table(dataset, query),
        work=Work.HEAVY,
    )


def forecast_table(resources: Resources, query: ForecastQuery, *, dataset: str) -> TableAnswer:
    """Expected incidents per year.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ForecastQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    forecasts = resources.forecasts
    return TableAnswer(
        f"{dataset}-growth-forecast-{query.by}",
        version=lambda: forecasts.version(dataset, query),
        compute=lambda: forecasts.table(dataset, query),
    )


def priorities_table(resources: Resources, query: PrioritiesQuery, *, dataset: str) -> TableAnswer:
    """Areas with their priority.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : PrioritiesQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    priorities = resources.priorities
    return TableAnswer(
        f"{dataset}-growth-priorities",
        version=lambda: priorities.version(dataset, query),
        compute=lambda: priorities.table(dataset, query),
        work=Work.HEAVY,
    )


def trend_table(resources: Resources, query: TrendQuery, *, dataset: str) -> TableAnswer:
    """Incidents per month, quarter or year.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : TrendQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    trends = resources.trends
    return TableAnswer(
        f"{dataset}-trend",
        version=lambda: trends.version(dataset, query),
        compute=lambda: trends.trend(dataset, query),
    )
