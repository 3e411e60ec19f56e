"""Tables that may have to be computed: a function gives each from the names in its address.

What stands here of a table is the same for its routes and for its layer on a map.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service.analyses.resources import Resources
from service.model.answers import Table
from service.model.queries import NoQuery
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.crosstabs import CrosstabQuery
from service.queries.forecasts import ForecastQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery, SitesQuery
from service.queries.over_time import ChangeQuery, EmergingQuery
from service.queries.trends import TrendQuery
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost


@dataclass(frozen=True)
class TableAnswer:
    """A table that may have to be computed.

    Attributes
    ----------
    file_name : str
        Without an ending; offered for formats that are saved.
    version : DataVersion
        Everything the table depends on besides the query.
    compute : callable
        Makes the table.
    cost : Cost
        What that costs.
    """

    file_name: str
    version: DataVersion
    compute: Callable[[], Table]
    cost: Cost = Cost.ORDINARY


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
        version=DataVersion.of(choropleths.version, dataset, layer),
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
        version=DataVersion.of(hotspots.version, dataset, layer),
        compute=lambda: hotspots.table(dataset, layer, query),
        cost=Cost.HEAVY,
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
        version=DataVersion.of(emerging_hotspots.version, dataset, layer),
        compute=lambda: emerging_hotspots.table(dataset, layer, query),
        cost=Cost.HEAVY,
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
        version=DataVersion.of(period_changes.version, dataset, layer),
        compute=lambda: period_changes.table(dataset, layer, query),
        cost=Cost.HEAVY,
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
        version=DataVersion.of(sites.version),
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
        version=DataVersion.of(overlay.version, dataset, query),
        compute=lambda: overlay.table(dataset, query),
        cost=Cost.HEAVY,
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
        version=DataVersion.of(forecasts.version, dataset, query),
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
        version=DataVersion.of(priorities.version, dataset, query),
        compute=lambda: priorities.table(dataset, query),
        cost=Cost.HEAVY,
    )


def quality_table(resources: Resources, query: NoQuery, *, dataset: str) -> TableAnswer:
    """What the imports of a dataset found, and how many of its records are located.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : NoQuery
        Nothing can be asked for but the whole.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    data_quality = resources.data_quality
    return TableAnswer(
        f"{dataset}-quality",
        version=DataVersion.of(data_quality.version, dataset),
        compute=lambda: data_quality.table(dataset),
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
        version=DataVersion.of(trends.version, dataset, query),
        compute=lambda: trends.trend(dataset, query),
    )


def crosstab_table(resources: Resources, query: CrosstabQuery, *, dataset: str) -> TableAnswer:
    """Incidents along two axes.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : CrosstabQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    crosstabs = resources.crosstabs
    names = "-".join((query.rows, query.columns)).replace(":", "-").replace(",", "-")
    return TableAnswer(
        f"{dataset}-{names}",
        version=DataVersion.of(crosstabs.version, dataset, query),
        compute=lambda: crosstabs.table(dataset, query),
    )
