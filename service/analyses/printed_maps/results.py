"""Hotspots, their change, clusters, patrols and priorities as maps for paper."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from service.analyses.patrols.persistence import with_persistence
from service.analyses.printed_maps.areas import area_map
from service.analyses.printed_maps.composition import (
    Bounds,
    MapAnswer,
    extent_of,
    map_version,
    shown_bounds,
)
from service.analyses.printed_maps.names import printed_names
from service.analyses.resources import Resources
from service.analyses.table_answers import patrol_table
from service.analyses.table_layers import (
    TableLayer,
    change_layer,
    cluster_layer,
    emerging_layer,
    forecast_layer,
    hotspot_layer,
    priorities_layer,
)
from service.model.answers import Legend, MapTable, PrintMap, Table
from service.model.queries import Query
from service.queries.forecasts import ForecastTileJsonQuery
from service.queries.patterns.clusters import ClustersTileJsonQuery
from service.queries.patterns.maps import PatrolMapQuery
from service.queries.patterns.patrols import PatrolQuery
from service.queries.printed_maps import AreaMapQuery
from service.queries.tiles import (
    ChangeTileJsonQuery,
    EmergingTileJsonQuery,
    HotspotTileJsonQuery,
    PrioritiesTileJsonQuery,
)

# The classes of each kind of table whose areas are named, those of most interest first; all rows
# of other kinds, in their order.
NAMED_CLASSES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "hotspots": (
            "hot 99", "hot 95", "hot 90", "high outlier 99", "high outlier 95", "high outlier 90",
        ),
        "emerging": (
            "intensifying hot spot", "new hot spot", "consecutive hot spot",
            "persistent hot spot", "diminishing hot spot", "sporadic hot spot",
            "oscillating hot spot",
        ),
        "change": ("new hot", "cold to hot", "no longer hot", "hot to cold", "stayed hot"),
        "growth-priorities": ("emerging", "preventing", "sustaining"),
        "clusters": ("more than chance", "not tested", "not more than chance"),
    }
)  # fmt: skip

LEAST_M: Final = 2_000.0  # across, of a map of clusters or places for patrols
FEW: Final = 0.4  # of what was asked for, in length


@dataclasses.dataclass(frozen=True)
class LayerMap:
    """Makes the map of a layer whose table is drawn on a screen too.

    Attributes
    ----------
    layer : callable
        Gives the layer from resources and query, and from the names in its address.
    query : type of Query
        That of the layer.
    """

    layer: Callable[..., TableLayer]
    query: type[Query]

    def __call__(self, resources: Resources, query: AreaMapQuery, **names: str) -> MapAnswer:
        """The map, computed when it is needed.

        Parameters
        ----------
        resources : Resources
            The stores and analyses.
        query : AreaMapQuery
            That of the layer, and the paper.
        **names : str
            Dataset and layer, as the address has them.

        Returns
        -------
        MapAnswer
            Not yet computed.
        """
        layer = self.layer(resources, query.part(self.query), **names)

        def compute() -> PrintMap:
            areas = named_areas(resources, layer.table(), query)
            return area_map(resources, query, areas, bounds_m=_bounds(resources, query, areas))

        answer = layer.source()
        version = map_version(resources, answer.version)
        return MapAnswer(f"{answer.file_name}-map", version, compute, answer.cost)


hotspot_map: Final = LayerMap(hotspot_layer, HotspotTileJsonQuery)
emerging_map: Final = LayerMap(emerging_layer, EmergingTileJsonQuery)
change_map: Final = LayerMap(change_layer, ChangeTileJsonQuery)
cluster_map: Final = LayerMap(cluster_layer, ClustersTileJsonQuery)
priorities_map: Final = LayerMap(priorities_layer, PrioritiesTileJsonQuery)
forecast_map: Final = LayerMap(forecast_layer, ForecastTileJsonQuery)


def named_areas(resources: Resources, table: Table, query: AreaMapQuery) -> MapTable:
    """A table with its legend and the names of its areas.

    Parameters
    ----------
    resources : Resources
        The layers, which name the places, and the legends.
    table : Table
        Of a kind that has a legend.
    query : AreaMapQuery
        How many are named.

    Returns
    -------
    MapTable
        The rows of the classes of most interest are named first.
    """
    legend = resources.legends.of(table)
    value = ""
    if table.kind == "growth-forecast":  # its classes are those of all years
        legend = _counted(legend, table)
        value = "rate" if table.provenance.method["measure"] == "rate" else "expected"
    return MapTable(
        table,
        legend,
        name_by=value,
        names=_numbered(table, "cluster")
        if table.kind == "clusters"
        else printed_names(resources.layers, table),
        name_classes=NAMED_CLASSES.get(table.kind, ()),
        most_names=query.labels,
        is_loose=table.kind == "clusters",
    )


def patrol_map(resources: Resources, query: PatrolMapQuery, *, dataset: str) -> MapAnswer:
    """Places for patrols as a map, numbered by their rank.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : PatrolMapQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    MapAnswer
        Not yet computed.
    """
    answer = patrol_table(resources, query.part(PatrolQuery), dataset=dataset)

    def compute() -> PrintMap:
        table = with_persistence(answer.compute())
        places = MapTable(
            table,
            resources.legends.of(table),
            names=_numbered(table, "rank"),
            most_names=query.labels,
            is_loose=True,
        )
        return area_map(resources, query, places, bounds_m=_bounds(resources, query, places))

    version = map_version(resources, answer.version)
    return MapAnswer(f"{answer.file_name}-map", version, compute, answer.cost)


def _counted(legend: Legend, table: Table) -> Legend:
    """A legend with the numbers of the rows that are on the map."""
    labels = Counter(map(str, table.columns[legend.attribute].tolist()))
    classes = (dataclasses.replace(one, count=labels[one.label]) for one in legend.classes)
    return dataclasses.replace(legend, classes=tuple(classes))


def _bounds(resources: Resources, query: AreaMapQuery, areas: MapTable) -> Bounds | None:
    """Of shapes that lie apart all that was asked for, unless they take up little of it."""
    if not areas.is_loose:
        return None
    extent = shown_bounds(extent_of(resources, query))
    shapes = np.asarray(areas.table.geometries)
    if not len(shapes):
        return extent
    left, bottom, right, top = shown_bounds(shapes)
    side_m = max(right - left, top - bottom, LEAST_M)
    if side_m > FEW * max(extent[2] - extent[0], extent[3] - extent[1]):
        return extent
    x, y = (left + right) / 2, (bottom + top) / 2
    return x - side_m / 2, y - side_m / 2, x + side_m / 2, y + side_m / 2


def _numbered(table: Table, number: str) -> tuple[str, ...]:
    """The number of each row, and the street, place or hours that follow it."""
    columns = table.columns
    numbers = columns[number].tolist()
    names = [str(name or "") for name in columns["name"].tolist()]
    if "place" in columns:
        places = columns["place"].tolist()
        names = [name or str(place or "") for name, place in zip(names, places, strict=True)]
    if "hours" in columns:
        hours = columns["hours"].tolist()
        names = [f"{name}, {of} h" if of else name for name, of in zip(names, hours, strict=True)]
    return tuple(f"{n} {name}".strip() for n, name in zip(numbers, names, strict=True))
