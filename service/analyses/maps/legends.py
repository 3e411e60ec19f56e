"""What the colours of each kind of layer mean: one entry per kind of table."""

import dataclasses
from collections.abc import Callable, Mapping
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
from spatial.local_statistics.multiplicity import CLASSES, NOT_TESTED
from spatial.over_time.change import TRANSITIONS
from spatial.over_time.emerging import CATEGORIES

SITE_SIZES = (100.0, 1_000.0, 5_000.0, 10_000.0)
_OUTLIERS = tuple(
    f"{which} outlier {level}" for which in ("high", "low") for level in (99, 95, 90)
)


@dataclass(frozen=True)
class Categories:
    """How a table is coloured whose rows each belong to a category.

    Attributes
    ----------
    title : str
        What the layer shows; the dataset's title stands before it.
    attribute : str
        Column, and attribute of the vector tiles, that holds the category.
    palette : str
        Name in `service.render.colour.CATEGORIES`.
    order : tuple of str
        Every category, as the legend lists them.
    only_present : set of str
        Which categories are listed only where a row has them.
    classify : callable or None
        Gives the categories where they are no column of the table.
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
        """(n,) the category of each row."""
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
            CATEGORIES,
            frozenset(CATEGORIES[:-1]),
        ),
        "change": Categories(
            "hot and cold spots that came, stayed and went",
            "class in the baseline period and after",
            "transition",
            "transitions",
            TRANSITIONS,
            frozenset({"cold to hot", "hot to cold", "not tested"}),
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
        What the period is of where a question leaves it open.
    """

    def __init__(self, *, incidents: IncidentStore) -> None:
        self._incidents = incidents

    def of(self, table: Table) -> Legend:
        """The legend of a table, by its kind."""
        made = _classed if table.kind in VALUED else _categorical(table.kind)
        return made(table, self.period(table.provenance))

    def period(self, source: Any) -> tuple[str, str] | None:
        """First and last day, or month where the question leaves it open; None without dates."""
        dataset = source.sources.get("dataset")
        if not isinstance(dataset, Mapping):
            return None
        months = self._incidents.open(dataset["id"]).occurred.astype("datetime64[M]")
        if len(months) == 0:
            return None
        first = source.filter.get("from") or str(months.min())
        last = source.filter.get("to") or str(months.max())
        return str(first), str(last)


def _categorical(kind: str) -> Callable[[Table, tuple[str, str] | None], Legend]:
    """Makes the legend of a kind whose rows belong to categories."""
    chosen = CATEGORICAL[kind]

    def made(table: Table, period: tuple[str, str] | None) -> Legend:
        names, numbers = np.unique(chosen.of_rows(table).astype(str), return_counts=True)
        count = dict(zip(names.tolist(), numbers.tolist(), strict=True))
        listed = [
            LegendClass(label, "category", count=count.get(label, 0))
            for label in chosen.order
            if count.get(label) or label not in chosen.only_present
        ]
        return _legend(
            table,
            period,
            title=chosen.title,
            unit=chosen.unit,
            palette=chosen.palette,
            attribute=chosen.attribute,
            classes=tuple(listed),
            drawn_as=chosen.drawn_as,
            size_by=chosen.size_by,
            sizes=chosen.sizes,
        )

    return made


def _classed(table: Table, period: tuple[str, str] | None) -> Legend:
    """Classes of values as the method lists them, highest first, then zero and what is missing."""
    method = table.provenance.method
    title, unit = VALUED[table.kind](method)
    classes = [
        LegendClass(
            each["class"],
            each["kind"],
            each["lower"],
            each["upper"],
            each["areas"] if "areas" in each else each["rows"],
        )
        for each in method["legend"]
    ]
    intervals = [each for each in classes if each.kind == "interval"]
    rest = [each for each in classes if each.kind != "interval"]
    return _legend(
        table,
        period,
        title=title,
        unit=unit,
        palette="sequential",
        attribute="class",
        classes=(*reversed(intervals), *rest),
    )


def _choropleth_words(method: Mapping[str, Any]) -> tuple[str, str]:
    """What a choropleth shows, and its unit."""
    per = f"incidents per {method['per'] or 0:,g} {method['denominator']}"
    words = {
        "count": ("incidents by area", "incidents"),
        "rate": ("rate by area", per),
        "density": ("density by area", "incidents per km²"),
        "share": ("share by area", "per cent of incidents"),
        "smoothed": ("smoothed rate by area", per),
        "smoothed-local": ("locally smoothed rate by area", per),
        "ratio": ("observed to expected by area", "incidents observed per incident expected"),
    }
    return words[method["measure"]]


def _forecast_words(method: Mapping[str, Any]) -> tuple[str, str]:
    """What a forecast shows, and its unit."""
    title = f"forecast for {method['horizon']}, scenario {method['scenario']}"
    if method["measure"] == "rate":
        return title, f"incidents per year per {method['per']:,g} {method['denominator']}"
    return title, "expected incidents per year"


# Tables whose method lists classes of values; a new kind needs the words for it here.
VALUED: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = MappingProxyType(
    {"choropleth": _choropleth_words, "growth-forecast": _forecast_words}
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
    """A legend with the title, the words below it and the credits that a table calls for."""
    source = table.provenance
    dataset, layer = (source.sources.get(name) or {} for name in ("dataset", "layer"))
    return Legend(
        kind=table.kind,
        title=f"{dataset['title']}: {title}" if dataset.get("title") else title.capitalize(),
        subtitle=described(source.filter, layer.get("title", "")),
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


def described(wanted: Mapping[str, Any], layer_title: str = "") -> str:
    """Categories, layer and area of a question in words, for the line below a title."""
    categories = wanted.get("categories")
    before = wanted.get("baseline_from")
    words = [
        layer_title,
        ", ".join(categories) if categories else "",
        f"against {before} to {wanted.get('baseline_to')}" if before else "",
        f"within {wanted['within']}" if wanted.get("within") else "",
    ]
    return "; ".join(word for word in words if word)
