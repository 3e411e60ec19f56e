"""Legends of map layers, with one entry per kind of table."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from service.analyses.maps.site_classes import COMPLETION_CLASSES, completion_classes
from service.model.answers import Legend, LegendClass, Table
from service.model.provenance import credited
from service.queries.priority_rules import PRIORITIES
from service.store.incidents import IncidentStore
from spatial.arrays import AnyArray
from spatial.clusters.classes import CLASSES as CLUSTER_CLASSES
from spatial.local_statistics.multiplicity import CLASSES, NOT_TESTED
from spatial.over_time.change import TRANSITIONS
from spatial.over_time.emerging import CATEGORIES
from spatial.patrols.persistence import CLASSES as PERSISTENCE
from spatial.patrols.persistence import NOT_KNOWN
from spatial.scans.classes import CLASSES as SCAN_CLASSES

SITE_SIZES = (100.0, 1_000.0, 5_000.0, 10_000.0)
_OUTLIERS = tuple(
    f"{which} outlier {level}" for which in ("high", "low") for level in (99, 95, 90)
)


@dataclass(frozen=True)
class Categories:
    """How to colour a table whose rows belong to categories.

    Attributes
    ----------
    title : str
        What the layer shows; it follows the dataset's title.
    attribute : str
        Column, and attribute of the vector tiles, with the category.
    palette : str
        Name in `service.render.maps.colour.CATEGORIES`.
    order : tuple of str
        Every category, in the order of the legend.
    only_present : set of str
        Categories that are listed only if a row has them.
    classify : callable or None
        Computes the categories if the table has no column of them.
    """

    title: str
    unit: str
    attribute: str
    palette: str
    order: tuple[str, ...]
    only_present: frozenset[str] = frozenset()
    drawn_as: str = "area"
    size_by: str = ""
    sizes: tuple[float, ...] = ()
    classify: Callable[[Table], AnyArray] | None = None

    def of_rows(self, table: Table) -> AnyArray:
        """The category of each row.

        Parameters
        ----------
        table : Table
            With the columns that the category comes from.

        Returns
        -------
        (n,) str
            In the order of the rows.
        """
        if self.classify is not None:
            return self.classify(table)
        return table.columns[self.attribute]


SITES = Categories(
    "development sites",
    "completion of homes",
    "completion_class",
    "completion",
    COMPLETION_CLASSES,
    drawn_as="point",
    size_by="homes_planned",
    sizes=SITE_SIZES,
    classify=lambda table: completion_classes(
        table.columns["homes_planned"], table.columns["homes_completed"]
    ),
)
# A new kind of layer needs an entry here and its colours in `service.render.colour`.
CATEGORICAL: Mapping[str, Categories] = MappingProxyType(
    {
        "hotspots": Categories(
            "hot and cold spots",
            "confidence, per cent",
            "class",
            "hot-cold",
            (*CLASSES[:3], *_OUTLIERS[:3], *CLASSES[3:4], *_OUTLIERS[:2:-1], *CLASSES[4:]),
            frozenset({*_OUTLIERS, NOT_TESTED}),
        ),
        "emerging": Categories(
            "emerging hot spots",
            "category",
            "category",
            "emerging",
            (*CATEGORIES, NOT_TESTED),
            frozenset({*CATEGORIES[:-1], NOT_TESTED}),
        ),
        "change": Categories(
            "hot and cold spots that came, stayed and went",
            "class in the baseline period and after",
            "transition",
            "transitions",
            TRANSITIONS,
            frozenset({"cold to hot", "hot to cold", "not tested"}),
        ),
        "scan-areas": Categories(
            "clusters of a scan",
            "high or low rates, confidence, per cent",
            "class",
            "scans",
            SCAN_CLASSES,
            frozenset({*SCAN_CLASSES[:2], *SCAN_CLASSES[3:]}),
        ),
        "clusters": Categories(
            "clusters",
            "against the clustering of the population",
            "class",
            "clusters",
            CLUSTER_CLASSES,
            frozenset({"not tested"}),
        ),
        "patrols": Categories(
            "places for patrols",
            "how often among the first places",
            "persistence",
            "patrols",
            PERSISTENCE,
            frozenset({NOT_KNOWN}),
        ),
        "growth-overlay-by-area": Categories(
            "hot and cold spots",
            "confidence, per cent",
            "hotspot_class",
            "hot-cold",
            (*CLASSES, NOT_TESTED),
            frozenset({NOT_TESTED}),
        ),
        "growth-priorities": Categories(
            "growth priorities",
            "priority",
            "priority",
            "priorities",
            PRIORITIES,
        ),
        "sites": SITES,
        "growth-overlay": dataclasses.replace(SITES, title="development sites over today's map"),
    }
)


class Legends:
    """Legends of tables.

    Parameters
    ----------
    incidents : IncidentStore
        Supplies the period if a query leaves it open.
    """

    def __init__(self, *, incidents: IncidentStore) -> None:
        self._incidents = incidents

    def of(self, table: Table) -> Legend:
        """The legend of a table, by its kind.

        Parameters
        ----------
        table : Table
            Of a kind in `CATEGORICAL` or `VALUED`.

        Returns
        -------
        Legend
            With the counts of the table's rows.
        """
        make_legend = _legend_of_classes if table.kind in VALUED else _categorical(table.kind)
        return make_legend(table, self.period(table.provenance))

    def period(self, source: Any) -> tuple[str, str] | None:
        """The period of a table.

        Parameters
        ----------
        source : Provenance
            The provenance of the table.

        Returns
        -------
        first, last : str, or None
            Days, or months if the query leaves the period open; None without dates.
        """
        dataset = source.sources.get("dataset")
        if not isinstance(dataset, Mapping):
            return None
        span = self._incidents.open(dataset["id"]).coverage.whole
        if span is None:
            return None
        first_day = source.filter.get("from") or str(span.first)[:7]
        last_day = source.filter.get("to") or str(span.last)[:7]
        return str(first_day), str(last_day)


def _categorical(kind: str) -> Callable[[Table, tuple[str, str] | None], Legend]:
    """A function that makes the legend of a kind whose rows belong to categories."""
    categories = CATEGORICAL[kind]

    def make_legend(table: Table, period: tuple[str, str] | None) -> Legend:
        names, numbers = np.unique(categories.of_rows(table).astype(str), return_counts=True)
        count = dict(zip(names.tolist(), numbers.tolist(), strict=True))
        classes = [
            LegendClass(label, "category", count=count.get(label, 0))
            for label in categories.order
            if count.get(label) or label not in categories.only_present
        ]
        return _legend(
            table,
            period,
            title=categories.title,
            unit=categories.unit,
            palette=categories.palette,
            attribute=categories.attribute,
            classes=tuple(classes),
            drawn_as=categories.drawn_as,
            size_by=categories.size_by,
            sizes=categories.sizes,
        )

    return make_legend


def _legend_of_classes(table: Table, period: tuple[str, str] | None) -> Legend:
    """Classes of values as the method lists them, highest first, then zero and missing."""
    method = table.provenance.method
    title, unit = VALUED[table.kind](method)
    classes = [
        LegendClass(
            entry["class"],
            entry["kind"],
            entry["lower"],
            entry["upper"],
            entry["areas"] if "areas" in entry else entry["rows"],
        )
        for entry in method["legend"]
    ]
    intervals = [legend_class for legend_class in classes if legend_class.kind == "interval"]
    others = [legend_class for legend_class in classes if legend_class.kind != "interval"]
    return _legend(
        table,
        period,
        title=title,
        unit=unit,
        palette="sequential",
        attribute="class",
        classes=(*reversed(intervals), *others),
    )


def _choropleth_title(method: Mapping[str, Any]) -> tuple[str, str]:
    """The title of a choropleth, and its unit."""
    titles = {
        "count": "incidents",
        "weighted": "weight of incidents",
        "harm": "harm",
        "harm-rate": "rate of harm",
        "rate": "rate",
        "density": "density",
        "share": "share",
        "smoothed": "smoothed rate",
        "smoothed-local": "locally smoothed rate",
        "ratio": "observed to expected",
    }
    return f"{titles[method['measure']]} by area", method["unit"]


def _forecast_title(method: Mapping[str, Any]) -> tuple[str, str]:
    """The title of a forecast, and its unit."""
    title = f"forecast for {method['horizon']}, scenario {method['scenario']}"
    if method["measure"] == "rate":
        return title, f"incidents per year per {method['per']:,g} {method['denominator']}"
    return title, "expected incidents per year"


# Tables whose method lists classes of values; a new kind needs the words for it here.
VALUED: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = MappingProxyType(
    {"choropleth": _choropleth_title, "growth-forecast": _forecast_title}
)


def _legend(
    table: Table,
    period: tuple[str, str] | None,
    *,
    title: str,
    unit: str,
    palette: str,
    attribute: str,
    classes: tuple[LegendClass, ...],
    drawn_as: str = "area",
    size_by: str = "",
    sizes: tuple[float, ...] = (),
) -> Legend:
    """A legend with the title, subtitle and credits that a table needs."""
    source = table.provenance
    dataset, layer = (source.sources.get(name) or {} for name in ("dataset", "layer"))
    return Legend(
        kind=table.kind,
        title=f"{dataset['title']}: {title}" if dataset.get("title") else title.capitalize(),
        subtitle=describe_filter(
            source.filter, layer.get("title", ""), source.sources.get("within")
        ),
        unit=unit,
        drawn_as=drawn_as,
        palette=palette,
        attribute=attribute,
        classes=classes,
        period=period,
        credits=credited(source.sources),
        provenance=source,
        size_by=size_by,
        sizes=sizes,
    )


def _further_filters(filters: Mapping[str, Any]) -> Iterator[str]:
    """The conditions on further columns, one by one."""
    for values in (filters.get("subcategories"), filters.get("markers")):
        yield ", ".join(values or ())
    for name, values in (filters.get("attributes") or {}).items():
        yield f"{name} {', '.join(values)}"
    if filters.get("ages"):
        yield f"ages {filters['ages']}"
    if filters.get("hours"):
        yield f"{filters['hours']} h"
    yield ", ".join(filters.get("weekdays") or ())


def describe_filter(
    filters: Mapping[str, Any], layer_title: str = "", place: Mapping[str, Any] | None = None
) -> str:
    """Categories, layer and area of a query as text, for a subtitle.

    Parameters
    ----------
    filters : mapping of str to Any
        The filter as in the provenance.
    layer_title : str
        Title of the layer, if there is one.
    place : mapping of str to Any or None
        The source of the area that the query is restricted to, whose name is written.

    Returns
    -------
    str
        Parts separated by semicolons; possibly empty.
    """
    categories = filters.get("categories")
    baseline_start = filters.get("baseline_from")
    parts = [
        layer_title,
        ", ".join(categories) if categories else "",
        f"against {baseline_start} to {filters.get('baseline_to')}" if baseline_start else "",
        f"within {(place or {}).get('name') or filters['within']}"
        if filters.get("within")
        else "",
        *_further_filters(filters),
    ]
    return "; ".join(part for part in parts if part)
