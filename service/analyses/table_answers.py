"""Tables that may have to be computed: a function gives each from the names in its address.

What stands here of a table is the same for its routes and for its layer on a map.
"""

from typing import Final

from service.analyses.resources import Resources
from service.analyses.table_kinds import DatasetTable, LayerTable, MeasureTable, TableAnswer
from service.model.queries import NoQuery
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.flags.query import FlagsQuery
from service.queries.forecasts import ForecastQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery, SitesQuery
from service.queries.over_time import (
    ChangeQuery,
    DisplacementQuery,
    EmergingQuery,
    SimilarityQuery,
    TransitionsQuery,
)
from service.queries.patterns.associations import AssociationQuery
from service.queries.patterns.clusters import ClustersQuery
from service.queries.patterns.neighbours import NeighboursQuery
from service.queries.patterns.patrols import CaptureQuery, PatrolForecastQuery, PatrolQuery
from service.queries.patterns.places import NearQuery
from service.queries.patterns.points import CentreQuery, PatternQuery
from service.queries.patterns.scans import ScanAreasQuery, ScanQuery
from service.queries.tables.comparisons import BreakdownQuery, ComparisonQuery
from service.queries.tables.crosstabs import CrosstabQuery
from service.queries.tables.harm import HarmTableQuery
from service.queries.tables.measures import (
    DeprivationQuery,
    DeprivedIncidentsQuery,
    IndexQuery,
    MeasuresQuery,
    MeasureTrendQuery,
)
from service.queries.tables.process_control import ProcessControlQuery, StepChangesQuery
from service.queries.tables.profiles import DrawnProfileQuery, ProfileQuery
from service.queries.tables.rankings import RankedQuery, SimilarAreasQuery, SimilarMeasuresQuery
from service.queries.tables.trends import TrendQuery
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

choropleth_table: Final = LayerTable[ChoroplethQuery](
    lambda resources: resources.choropleths, lambda query: query.measure
)
hotspot_table: Final = LayerTable[HotspotQuery](
    lambda resources: resources.hotspots, lambda query: query.statistic, Cost.HEAVY
)
emerging_table: Final = LayerTable[EmergingQuery](
    lambda resources: resources.emerging_hotspots, lambda _: "emerging", Cost.HEAVY
)
change_table: Final = LayerTable[ChangeQuery](
    lambda resources: resources.period_changes, lambda _: "change", Cost.HEAVY
)
displacement_months_table: Final = LayerTable[DisplacementQuery](
    lambda resources: resources.displacement_months, lambda _: "displacement-months"
)
similarity_table: Final = LayerTable[SimilarityQuery](
    lambda resources: resources.similarity, lambda _: "similarity", Cost.HEAVY
)
transitions_table: Final = LayerTable[TransitionsQuery](
    lambda resources: resources.class_transitions,
    lambda query: f"{query.states}-transitions",
    Cost.HEAVY,
)
overlay_table: Final = DatasetTable[OverlayQuery](
    lambda resources: resources.overlay, lambda _: "growth-overlay", Cost.HEAVY
)
forecast_table: Final = DatasetTable[ForecastQuery](
    lambda resources: resources.forecasts, lambda query: f"growth-forecast-{query.by}"
)
priorities_table: Final = DatasetTable[PrioritiesQuery](
    lambda resources: resources.priorities, lambda _: "growth-priorities", Cost.HEAVY
)
trend_table: Final = DatasetTable[TrendQuery](
    lambda resources: resources.trends, lambda _: "trend"
)
crosstab_table: Final = DatasetTable[CrosstabQuery](
    lambda resources: resources.crosstabs,
    lambda query: f"{query.rows}-{query.columns}".replace(":", "-").replace(",", "-"),
)
harm_table: Final = DatasetTable[HarmTableQuery](
    lambda resources: resources.harm_tables,
    lambda query: f"harm-by-{query.rows.replace(':', '-')}",
)
ranked_table: Final = LayerTable[RankedQuery](
    lambda resources: resources.ranked_lists, lambda query: f"ranked-by-{query.by}"
)
breakdown_table: Final = DatasetTable[BreakdownQuery](
    lambda resources: resources.breakdowns,
    lambda query: f"by-{'-'.join(query.by)}".replace(":", "-").replace(",", "-"),
)
process_control_table: Final = DatasetTable[ProcessControlQuery](
    lambda resources: resources.process_control, lambda _: "process-control"
)
step_changes_table: Final = DatasetTable[StepChangesQuery](
    lambda resources: resources.step_changes, lambda _: "step-changes", Cost.HEAVY
)
centres_table: Final = DatasetTable[CentreQuery](
    lambda resources: resources.centres, lambda _: "centres"
)
pattern_table: Final = DatasetTable[PatternQuery](
    lambda resources: resources.pattern_functions,
    lambda query: f"pattern-{query.function}",
    Cost.HEAVY,
)
cluster_table: Final = DatasetTable[ClustersQuery](
    lambda resources: resources.clusters, lambda query: f"clusters-{query.method}", Cost.HEAVY
)
deprived_incidents_table: Final = DatasetTable[DeprivedIncidentsQuery](
    lambda resources: resources.deprived_incidents, lambda query: f"{query.layer}-deprivation"
)
deprivation_table: Final = MeasureTable[DeprivationQuery](
    lambda resources: resources.deprivation,
    lambda query: f"deprivation-by-{query.by.replace(':', '-')}",
)
comparison_table: Final = DatasetTable[ComparisonQuery](
    lambda resources: resources.comparisons,
    lambda query: f"comparison-by-{query.by}".replace(":", "-").replace(",", "-"),
)
measures_table: Final = MeasureTable[MeasuresQuery](
    lambda resources: resources.measure_tables, lambda _: "measures"
)
measure_trend_table: Final = MeasureTable[MeasureTrendQuery](
    lambda resources: resources.measure_trends, lambda query: f"{query.measure}-trend"
)
index_table: Final = MeasureTable[IndexQuery](
    lambda resources: resources.indices, lambda _: "index"
)
similar_areas_table: Final = LayerTable[SimilarAreasQuery](
    lambda resources: resources.similar_areas, lambda query: f"similar-{query.area_group}"
)
patrol_table: Final = DatasetTable[PatrolQuery](
    lambda resources: resources.patrol_lists, lambda query: f"patrols-by-{query.rank_by}"
)
capture_table: Final = DatasetTable[CaptureQuery](
    lambda resources: resources.patrol_capture, lambda query: f"capture-by-{query.rank_by}"
)
patrol_forecast_table: Final = DatasetTable[PatrolForecastQuery](
    lambda resources: resources.patrol_forecasts, lambda _: "patrol-forecast"
)


def near_table(
    resources: Resources, query: NearQuery, *, dataset: str, places: str
) -> TableAnswer:
    """The incidents near places.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : NearQuery
        The query.
    dataset : str
        Id of the dataset.
    places : str
        Name of a set of places.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    near = resources.near_places
    return TableAnswer(
        f"{dataset}-near-{places}",
        DataVersion.of(near.version, dataset, places, query),
        lambda: near.table(dataset, places, query),
        Cost.HEAVY,
    )


def similar_measures_table(
    resources: Resources, query: SimilarMeasuresQuery, *, layer: str
) -> TableAnswer:
    """A measure of the areas of a group.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : SimilarMeasuresQuery
        The query.
    layer : str
        Id of a layer, which need not be imported.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    similar = resources.similar_measures
    return TableAnswer(
        f"{layer}-similar-{query.area_group}",
        version=DataVersion.of(similar.version),
        compute=lambda: similar.table(layer, query),
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


def flags_table(resources: Resources, query: FlagsQuery, *, rules: str) -> TableAnswer:
    """Areas by rules of risk flags.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : FlagsQuery
        The query.
    rules : str
        Id of the rules.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    flags = resources.flags
    return TableAnswer(
        f"{rules}-flags" if query.layout == "long" else f"{rules}-matrix",
        version=DataVersion.of(flags.version, rules, query),
        compute=lambda: flags.table(rules, query),
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


def association_table(
    resources: Resources, query: AssociationQuery, *, dataset: str, layer: str
) -> TableAnswer:
    """The local associations of the areas of a layer or grid.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : AssociationQuery
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
    associations = resources.associations
    return TableAnswer(
        f"{dataset}-{layer}-{query.statistic}",
        version=DataVersion.of(associations.version, dataset, layer, query),
        compute=lambda: associations.table(dataset, layer, query),
        cost=Cost.HEAVY,
    )


def neighbour_table(resources: Resources, query: NeighboursQuery, *, layer: str) -> TableAnswer:
    """The neighbours of the areas of a layer or grid.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : NeighboursQuery
        The query.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    tables = resources.neighbour_tables
    return TableAnswer(
        f"{layer}-neighbours",
        version=DataVersion.of(tables.version, layer, query),
        compute=lambda: tables.table(layer, query),
        cost=Cost.HEAVY,
    )


def profile_table(
    resources: Resources, query: ProfileQuery | DrawnProfileQuery, *, dataset: str
) -> TableAnswer:
    """What is known of an area, or of two side by side.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ProfileQuery or DrawnProfileQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    TableAnswer
        Computed when it is needed.
    """
    profiles = resources.profiles
    return TableAnswer(
        f"{dataset}-profile",
        version=DataVersion.of(profiles.version, dataset, query.layer),
        compute=lambda: profiles.table(dataset, query),
        cost=Cost.HEAVY,
    )


def scan_table(resources: Resources, query: ScanQuery, *, dataset: str, layer: str) -> TableAnswer:
    """Clusters of a scan.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ScanQuery
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
    scans = resources.scans
    return TableAnswer(
        f"{dataset}-{layer}-scan-{query.model}",
        version=DataVersion.of(scans.version, dataset, layer, query),
        compute=lambda: scans.table(dataset, layer, query),
        cost=Cost.HEAVY,
    )


def scan_area_table(
    resources: Resources, query: ScanAreasQuery, *, dataset: str, layer: str
) -> TableAnswer:
    """Areas by the clusters of a scan.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ScanAreasQuery
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
    scans = resources.scans
    return TableAnswer(
        f"{dataset}-{layer}-scan-{query.model}-areas",
        version=DataVersion.of(scans.version, dataset, layer, query),
        compute=lambda: scans.areas(dataset, layer, query),
        cost=Cost.HEAVY,
    )
