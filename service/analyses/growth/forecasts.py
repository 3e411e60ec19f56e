"""Forecasts of incidents per year to a horizon, as homes are built: always with an interval."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundaries.storage.store import LayerStore
from service.analyses.growth.forecast_draws import Parts
from service.analyses.growth.forecast_inputs import ForecastInputs, ForecastReader
from service.analyses.growth.forecast_notes import forecast_method, forecast_notes
from service.analyses.growth.rows import ForecastRow
from service.analyses.growth.sites import sites_inside, sites_source
from service.analyses.inputs.area_counts import Areas
from service.model.answers import Table
from service.model.provenance import layer_source, provenance, short_digest
from service.queries.forecasts import ForecastQuery
from service.store.measures import MeasureStore
from service.store.sites import SiteStore
from spatial.arrays import FloatArray, IntArray
from spatial.rates.classes import Classification, classify

Columns = dict[str, NDArray[Any]]
DECIMALS: Final = 9  # of drawn numbers: sums in another order differ beyond


class Forecasts:
    """Answers about the incidents that planned homes bring."""

    def __init__(
        self, *, sites: SiteStore, areas: Areas, layers: LayerStore, measures: MeasureStore
    ) -> None:
        self._sites = sites
        self._areas = areas
        self._layers = layers
        self._measures = measures
        self._reader = ForecastReader(areas=areas, layers=layers, measures=measures)

    def version(self, dataset: str, query: ForecastQuery) -> str:
        """Everything that a forecast depends on besides the query, as a short digest."""
        layer = self._reader.layer(query)
        return short_digest(
            self._sites.revision(),
            self._measures.revision(),
            self._areas.version(dataset, layer.layer_id),
        )

    def layer_id(self, query: ForecastQuery) -> str:
        """The layer that a forecast by area is of."""
        return self._reader.layer(query).layer_id

    def table(self, dataset: str, query: ForecastQuery) -> Table:
        """One `ForecastRow` per site, area or district and year, in the order of those.

        Raises
        ------
        NoSitesError
            If there are no sites.
        InvalidParameterError, UnknownStatisticError
            As `ForecastReader.read`; if there is no comparable community.
        """
        inputs = self._reader.read(dataset, self._sites.open(), query)
        parts = Parts(inputs, query)
        columns, shapes = {
            "site": _by_site,
            "area": _by_area,
            "district": _by_district,
        }[query.by](inputs, parts)
        classes = None
        if query.by != "site":
            value = columns["rate" if query.measure == "rate" else "expected"]
            classes = classify(value, scheme=query.scheme, classes=query.classes)
            columns["class"] = classes.labels
        if query.years == "horizon":
            last = columns["year"] == inputs.years[-1]
            columns = {name: column[last] for name, column in columns.items()}
            shapes = shapes[last]
        return Table(
            kind="growth-forecast",
            row=ForecastRow,
            columns=columns,
            geometries=shapes,
            crs=inputs.layer.crs,
            provenance=provenance(
                sources=_sources(inputs),
                filter=inputs.counted.filter(),
                method=forecast_method(inputs, parts, query) | _legend(classes, query),
                counts={
                    **inputs.counted.reconciliation(),
                    "sites": len(inputs.sites),
                    "sites_in_layer": int(np.count_nonzero(inputs.at >= 0)),
                    "sites_outside_layer": int(np.count_nonzero(inputs.at < 0)),
                    "sites_left_out": int(np.count_nonzero(~inputs.used)),
                },
                notes=forecast_notes(inputs, parts, query),
            ),
        )


def _by_site(inputs: ForecastInputs, parts: Parts) -> tuple[Columns, NDArray[Any]]:
    """The incidents of the homes to come of each site."""
    sites, layer = inputs.sites, inputs.layer
    chosen = np.flatnonzero(sites_inside(sites, inputs.counted.within))
    at = inputs.at[chosen]
    words = {
        "site_id": _words(sites.site_ids, chosen),
        "name": _words(sites.names, chosen),
        "district": _words(sites.districts, chosen),
        "area_code": _words(layer.codes, at),
        "area_name": _words(layer.names, at),
        "completions_published": ~inputs.is_unpublished[chosen],
    }
    numbers = [parts.site(int(site)).columns for site in chosen]
    for site, found in zip(chosen, numbers, strict=True):
        if not inputs.used[site]:  # its homes to come are not known: nor is anything else
            for column in found.values():
                column[:] = np.nan
    return _rows(words, inputs, numbers), sites.geometries[np.repeat(chosen, len(inputs.years))]


def _by_area(inputs: ForecastInputs, parts: Parts) -> tuple[Columns, NDArray[Any]]:
    """The incidents of each area: of what is there today and of its homes to come."""
    layer = inputs.layer
    chosen = np.flatnonzero(inputs.counted.in_scope)
    in_use = np.flatnonzero(inputs.used & (inputs.at >= 0))
    sites = np.bincount(inputs.at[in_use], minlength=len(layer))
    words = _area_words(inputs, chosen)
    words["sites"] = sites[chosen]
    as_is = parts.without_sites()
    numbers = []
    for area in chosen:
        if sites[area]:
            mine = in_use[inputs.at[in_use] == area]
            numbers.append(parts.area(int(area), mine).columns)
        else:
            same = {name: np.full(len(inputs.years), v[area]) for name, v in as_is.items()}
            numbers.append(same)
    return _rows(words, inputs, numbers), layer.geometries[np.repeat(chosen, len(inputs.years))]


def _by_district(inputs: ForecastInputs, parts: Parts) -> tuple[Columns, NDArray[Any]]:
    """The incidents of each district: of all of its areas that are kept."""
    if inputs.districts is None:
        raise ValueError("a forecast by district needs districts")
    layer, of_area = inputs.districts.layer, inputs.districts.of_area
    kept = inputs.counted.in_scope & (of_area >= 0)
    chosen = np.unique(of_area[kept])
    of_site = np.where(inputs.at >= 0, of_area[inputs.at], -1)
    of_site[inputs.at >= 0] = np.where(
        kept[inputs.at[inputs.at >= 0]], of_site[inputs.at >= 0], -1
    )
    numbers, areas_in, sites_in, counted = [], [], [], []
    for district in chosen:
        areas = np.flatnonzero(kept & (of_area == district))
        sites = np.flatnonzero(inputs.used & (of_site == district))
        numbers.append(parts.district(int(district), areas, sites).columns)
        areas_in.append(len(areas))
        sites_in.append(len(sites))
        counted.append(int(inputs.counted.count[areas].sum()))
    words = {
        "code": _words(layer.codes, chosen),
        "name": _words(layer.names, chosen),
        "areas": np.array(areas_in, np.int64),
        "count": np.array(counted, np.int64),
        "sites": np.array(sites_in, np.int64),
    }
    return _rows(words, inputs, numbers), layer.geometries[np.repeat(chosen, len(inputs.years))]


def _area_words(inputs: ForecastInputs, chosen: IntArray) -> Columns:
    """Code and name of each area, its district where districts are known, its count."""
    layer, districts = inputs.layer, inputs.districts
    found: Columns = {"code": _words(layer.codes, chosen), "name": _words(layer.names, chosen)}
    if districts is not None:
        found["district"] = _words(districts.layer.codes, districts.of_area[chosen])
    found["count"] = inputs.counted.count[chosen]
    return found


def _rows(words: Columns, inputs: ForecastInputs, numbers: list[dict[str, FloatArray]]) -> Columns:
    """Words repeated for each year, the year, and the numbers of each unit in a row."""
    years = np.array(inputs.years, np.int64)
    units = len(numbers)
    found = {name: np.repeat(column, len(years)) for name, column in words.items()}
    found["year"] = np.tile(years, units)
    names = list(numbers[0]) if numbers else []
    for name in names:
        joined = np.concatenate([unit[name] for unit in numbers])
        found[name] = np.round(joined, DECIMALS)
    return found


def _words(words: tuple[str, ...], at: NDArray[Any]) -> NDArray[Any]:
    """(n,) the word at each position, None where it is -1."""
    return np.array([words[i] if i >= 0 else None for i in at], dtype=object)


def _legend(classes: Classification | None, query: ForecastQuery) -> dict[str, Any]:
    """How values are divided into classes; nothing by site."""
    if classes is None:
        return {}
    return {
        "measure": query.measure,
        "scheme": query.scheme,
        "classes": query.classes,
        "legend": [
            {
                "class": each.label,
                "kind": each.kind,
                "lower": each.lower,
                "upper": each.upper,
                "rows": each.count,
            }
            for each in classes.classes
        ],
    }


def _sources(inputs: ForecastInputs) -> dict[str, Any]:
    """What was read, for the provenance."""
    sites, districts = inputs.sites, inputs.districts
    found = {
        **inputs.counted.sources(),
        "denominator": inputs.below.source(),
        "sites": sites_source(sites),
    }
    if districts is not None:
        found["districts"] = layer_source(districts.layer)
    if inputs.sizes is not None:
        found["household_size"] = inputs.sizes.source()
    return found
