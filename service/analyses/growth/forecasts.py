"""Forecasts of incidents per year to a horizon as homes are built, with intervals."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundaries.storage.store import LayerStore
from service.analyses.growth.forecast_draws import ForecastDraws
from service.analyses.growth.forecast_inputs import ForecastInputs, ForecastReader
from service.analyses.growth.forecast_notes import forecast_method, forecast_notes
from service.analyses.growth.rows import ForecastRow
from service.analyses.growth.sites import sites_inside, sites_source
from service.analyses.inputs.area_counts import Areas
from service.model.answers import Table
from service.model.provenance import layer_source, provenance, short_digest
from service.queries.forecasts import ForecastQuery
from service.store.reference.measures import MeasureStore
from service.store.reference.sites import SiteStore
from spatial.arrays import FloatArray, IntArray
from spatial.rates.classes import Classification, classify

Columns = dict[str, NDArray[Any]]
# The numbers of a unit in a year: every column that need not be whole.
NUMBERS: Final = tuple(
    name for name, column in ForecastRow.columns.items() if column.value_type is float
)
DECIMALS: Final = 9  # of drawn numbers: sums in another order differ beyond


class Forecasts:
    """Forecasts of the incidents that planned homes bring.

    Parameters
    ----------
    sites : SiteStore
        The development sites.
    areas : Areas
        Counts of incidents.
    layers : LayerStore
        The boundary layers.
    measures : MeasureStore
        The denominators.
    """

    def __init__(
        self, *, sites: SiteStore, areas: Areas, layers: LayerStore, measures: MeasureStore
    ) -> None:
        self._sites = sites
        self._areas = areas
        self._layers = layers
        self._measures = measures
        self._reader = ForecastReader(areas=areas, layers=layers, measures=measures)

    def version(self, dataset: str, query: ForecastQuery) -> str:
        """A short digest of everything that a forecast depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ForecastQuery
            Names the layer.

        Returns
        -------
        str
            It changes when the sites, the dataset, the layer or a measure does.
        """
        return short_digest(
            self._sites.revision(),
            self._measures.revision(),
            self._areas.version(dataset, query.layer),
        )

    def layer_id(self, query: ForecastQuery) -> str:
        """The layer of a forecast by area.

        Parameters
        ----------
        query : ForecastQuery
            May name a layer.

        Returns
        -------
        str
            Id of a layer.
        """
        return self._reader.layer(query).layer_id

    def table(self, dataset: str, query: ForecastQuery) -> Table:
        """One `ForecastRow` per site, area or district and year, in that order.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ForecastQuery
            Filter, horizon, scenario and assumptions.

        Returns
        -------
        Table
            With the shapes of the sites, areas or districts.

        Raises
        ------
        NoSitesError
            If no sites are imported.
        InvalidParameterError, UnknownStatisticError
            As `ForecastReader.read`; also if there is no comparable community.
        """
        inputs = self._reader.read(dataset, self._sites.open(), query)
        draws = ForecastDraws(inputs, query)
        columns, shapes = {
            "site": _by_site,
            "area": _by_area,
            "district": _by_district,
        }[query.by](inputs, draws)
        classes = None
        if query.by != "site":
            value = columns["rate" if query.measure == "rate" else "expected"]
            classes = classify(
                value, scheme=query.scheme, classes=query.classes, digits=query.digits
            )
            columns["class"] = classes.labels
        if query.years == "horizon":
            is_horizon = columns["year"] == inputs.years[-1]
            columns = {name: column[is_horizon] for name, column in columns.items()}
            shapes = shapes[is_horizon]
        return Table(
            kind="growth-forecast",
            row=ForecastRow,
            columns=columns,
            geometries=shapes,
            crs=inputs.layer.crs,
            places=inputs.area_counts.places,
            provenance=provenance(
                sources=_sources(inputs),
                filter=inputs.area_counts.filter(),
                method=forecast_method(inputs, draws, query) | _legend(classes, query),
                counts={
                    **inputs.area_counts.reconciliation(),
                    "sites": len(inputs.sites),
                    "sites_in_layer": int(np.count_nonzero(inputs.area_of_site >= 0)),
                    "sites_outside_layer": int(np.count_nonzero(inputs.area_of_site < 0)),
                    "sites_left_out": int(np.count_nonzero(~inputs.is_used)),
                },
                notes=forecast_notes(inputs, draws, query),
            ),
        )


def _by_site(inputs: ForecastInputs, draws: ForecastDraws) -> tuple[Columns, NDArray[Any]]:
    """The incidents of the homes to come of each site."""
    sites, layer = inputs.sites, inputs.layer
    site_indices = np.flatnonzero(sites_inside(sites, inputs.area_counts.within))
    area_of_site = inputs.area_of_site[site_indices]
    descriptions = {
        "site_id": _texts_at(sites.site_ids, site_indices),
        "name": _texts_at(sites.names, site_indices),
        "district": _texts_at(sites.districts, site_indices),
        "area_code": _texts_at(layer.codes, area_of_site),
        "area_name": _texts_at(layer.names, area_of_site),
        "completions_published": ~inputs.is_unpublished[site_indices],
    }
    numbers = [draws.site(int(site)).columns for site in site_indices]
    for site, columns in zip(site_indices, numbers, strict=True):
        if not inputs.is_used[site]:  # its homes to come are not known: nor is anything else
            for column in columns.values():
                column[:] = np.nan
    return _rows(descriptions, inputs, numbers), sites.geometries[
        np.repeat(site_indices, len(inputs.years))
    ]


def _by_area(inputs: ForecastInputs, draws: ForecastDraws) -> tuple[Columns, NDArray[Any]]:
    """The incidents of each area: of the present, and of its homes to come."""
    layer = inputs.layer
    area_indices = np.flatnonzero(inputs.area_counts.in_scope)
    used_sites = np.flatnonzero(inputs.is_used & (inputs.area_of_site >= 0))
    sites = np.bincount(inputs.area_of_site[used_sites], minlength=len(layer))
    descriptions = _area_columns(inputs, area_indices)
    descriptions["sites"] = sites[area_indices]
    unchanged_areas = draws.without_sites()
    numbers = []
    for area in area_indices:
        if sites[area]:
            area_sites = used_sites[inputs.area_of_site[used_sites] == area]
            numbers.append(draws.area(int(area), area_sites).columns)
        else:
            constant_columns = {
                name: np.full(len(inputs.years), values[area])
                for name, values in unchanged_areas.items()
            }
            numbers.append(constant_columns)
    return _rows(descriptions, inputs, numbers), layer.geometries[
        np.repeat(area_indices, len(inputs.years))
    ]


def _by_district(inputs: ForecastInputs, draws: ForecastDraws) -> tuple[Columns, NDArray[Any]]:
    """The incidents of each district, over its areas in scope."""
    if inputs.districts is None:
        raise ValueError("a forecast by district needs districts")
    layer, district_of_area = inputs.districts.layer, inputs.districts.district_of_area
    in_scope = inputs.area_counts.in_scope & (district_of_area >= 0)
    district_indices = np.unique(district_of_area[in_scope])
    district_of_site = np.where(
        inputs.area_of_site >= 0, district_of_area[inputs.area_of_site], -1
    )
    district_of_site[inputs.area_of_site >= 0] = np.where(
        in_scope[inputs.area_of_site[inputs.area_of_site >= 0]],
        district_of_site[inputs.area_of_site >= 0],
        -1,
    )
    numbers, area_counts, site_counts, incident_counts = [], [], [], []
    for district in district_indices:
        areas = np.flatnonzero(in_scope & (district_of_area == district))
        sites = np.flatnonzero(inputs.is_used & (district_of_site == district))
        numbers.append(draws.district(int(district), areas, sites).columns)
        area_counts.append(len(areas))
        site_counts.append(len(sites))
        incident_counts.append(int(inputs.area_counts.count[areas].sum()))
    descriptions = {
        "code": _texts_at(layer.codes, district_indices),
        "name": _texts_at(layer.names, district_indices),
        "areas": np.array(area_counts, np.int64),
        "count": np.array(incident_counts, np.int64),
        "sites": np.array(site_counts, np.int64),
    }
    return _rows(descriptions, inputs, numbers), layer.geometries[
        np.repeat(district_indices, len(inputs.years))
    ]


def _area_columns(inputs: ForecastInputs, area_indices: IntArray) -> Columns:
    """Code and name of each area, its district if known, and its count."""
    layer, districts = inputs.layer, inputs.districts
    columns: Columns = {
        "code": _texts_at(layer.codes, area_indices),
        "name": _texts_at(layer.names, area_indices),
    }
    if districts is not None:
        columns["district"] = _texts_at(
            districts.layer.codes, districts.district_of_area[area_indices]
        )
    columns["count"] = inputs.area_counts.count[area_indices]
    return columns


def _rows(
    descriptions: Columns, inputs: ForecastInputs, numbers: list[dict[str, FloatArray]]
) -> Columns:
    """Descriptions repeated for each year, the year, and the numbers of each unit."""
    years = np.array(inputs.years, np.int64)
    n_units = len(numbers)
    columns = {name: np.repeat(column, len(years)) for name, column in descriptions.items()}
    columns["year"] = np.tile(years, n_units)
    for name in NUMBERS:
        joined = np.concatenate([np.empty(0), *(unit[name] for unit in numbers)])
        columns[name] = np.round(joined, DECIMALS)
    return columns


def _texts_at(texts: tuple[str, ...], indices: NDArray[Any]) -> NDArray[Any]:
    """(n,) the text at each index, None where it is -1."""
    return np.array([texts[index] if index >= 0 else None for index in indices], dtype=object)


def _legend(classes: Classification | None, query: ForecastQuery) -> dict[str, Any]:
    """The classes of the values; empty for a forecast by site."""
    if classes is None:
        return {}
    return {
        "measure": query.measure,
        "scheme": query.scheme,
        "digits": query.digits,
        "classes": query.classes,
        "legend": [
            {
                "class": legend_class.label,
                "kind": legend_class.kind,
                "lower": legend_class.lower,
                "upper": legend_class.upper,
                "rows": legend_class.count,
            }
            for legend_class in classes.classes
        ],
    }


def _sources(inputs: ForecastInputs) -> dict[str, Any]:
    """The data that the forecast comes from, for the provenance."""
    sites, districts = inputs.sites, inputs.districts
    sources = {
        **inputs.area_counts.sources(),
        "denominator": inputs.denominator.source(),
        "sites": sites_source(sites),
    }
    if districts is not None:
        sources["districts"] = layer_source(districts.layer)
    if inputs.sizes is not None:
        sources["household_size"] = inputs.sizes.source()
    return sources
