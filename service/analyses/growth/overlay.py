"""The growth overlay: planned homes by site or area, with the incidents around them."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.points.assign import assign_points
from service.analyses.density.heatmaps import Heatmaps
from service.analyses.growth.inputs import GrowthInputs, GrowthInputsReader
from service.analyses.growth.local_rates import LocalRates, local_rates
from service.analyses.growth.rows import OverlayRow
from service.analyses.growth.site_areas import incidents_near, nearest_of, places_around
from service.analyses.growth.sites import site_columns
from service.analyses.growth.surroundings import coarser_layer
from service.analyses.inputs.area_counts import AreaCounts
from service.model.answers import Table
from service.model.errors import UnknownStatisticError
from service.model.provenance import provenance, short_digest
from service.model.queries import IncidentQuery
from service.queries.growth import OverlayQuery
from service.queries.heatmaps import HeatmapQuery
from service.runtime.budget import Work, spend
from spatial.arrays import FloatArray, IntArray
from spatial.rates.rates import standardised_ratios

LOCATED_NEAR: Final = (
    "Incidents near a site are found by their location; incidents of areas are counted by "
    "their area code where they have one."
)


# Of a place near an area, any place, an area near another, and one that the circle cuts.
NEAR_S, PLACE_S, AREA_S, BORDER_S = 2e-6, 4e-6, 2e-6, 2e-5
PLACE_BYTES, AREA_BYTES, BORDER_BYTES = 250, 60, 1_000


class Overlay:
    """Incidents around sites, and homes planned in areas.

    Parameters
    ----------
    reader : GrowthInputsReader
        Reads sites and areas.
    heatmaps : Heatmaps
        Density at the sites.
    """

    def __init__(self, *, reader: GrowthInputsReader, heatmaps: Heatmaps) -> None:
        self._reader = reader
        self._heatmaps = heatmaps

    def layer_id(self, query: OverlayQuery) -> str:
        """The layer of a query.

        Parameters
        ----------
        query : OverlayQuery
            May name a layer.

        Returns
        -------
        str
            Id of a layer or grid.
        """
        return self._reader.layer_id(query)

    def outlines(self, query: OverlayQuery) -> NDArray[Any]:
        """The borders of a picture: the surroundings of the areas, or the areas themselves.

        Parameters
        ----------
        query : OverlayQuery
            May name a layer.

        Returns
        -------
        (n,) object array
            Polygons in the working CRS.
        """
        layer = self._reader.layer(query)
        return (coarser_layer(self._reader.layers, layer) or layer).geometries

    def version(self, dataset: str, query: OverlayQuery) -> str:
        """A short digest of everything that an overlay depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : OverlayQuery
            Names the layer.

        Returns
        -------
        str
            It changes when the sites, the dataset, a layer or a measure does.
        """
        heatmap_version = self._heatmaps.version(dataset)
        return short_digest("overlay", self._reader.version(dataset, query), heatmap_version)

    def table(self, dataset: str, query: OverlayQuery) -> Table:
        """One `OverlayRow` per site or per area: homes to come, and the incidents around today.

        An incident near two sites is counted for both; the provenance states how many incidents
        are near any site. The distance is from the site's point, or from the edge of its outline
        or of the area (0 inside), in metres of the working CRS. `within` restricts the sites and
        areas to that area, with all incidents near them.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : OverlayQuery
            Filter, distance, exposure, and rows by site or area.

        Returns
        -------
        Table
            With the shapes of the sites or areas.

        Raises
        ------
        UnknownStatisticError
            If residents are the exposure, but the layer has no population.
        """
        if query.by == "area":
            spend(_work(self._reader.area_counts(dataset, query), query))
        inputs = self._reader.of(dataset, query)
        rates = self._local_rates(inputs, query)
        selection = inputs.facts.area_counts.selection
        xy_m = selection.incidents.xy_m[selection.mask & selection.incidents.located]
        base = _by_site(inputs) if query.by == "site" else _by_area(inputs)
        shapes, places_m = base.shapes, base.places_m
        incidents_nearby, n_near_any = incidents_near(shapes, xy_m, distance_m=query.distance_m)
        expected_nearby, ground_share = rates.near(shapes, query.distance_m)
        incident_query = query.part(IncidentQuery).model_copy(update={"within": None})
        incident_parameters = incident_query.model_dump(by_alias=True, exclude_none=True)
        heatmap_query = HeatmapQuery.model_validate(
            {**incident_parameters, "bandwidth_m": query.bandwidth_m}
        )
        columns = {
            **base.leading,
            "distance_m": np.full(len(shapes), query.distance_m),
            "incidents_within": incidents_nearby,
            **_comparison("within", incidents_nearby, expected_nearby),
            "ground_share": ground_share.round(4),
            "density_per_km2": self._heatmaps.density_at(dataset, heatmap_query, places_m),
            **base.trailing,
            **self._nearest_hotspot(inputs, shapes if query.by == "site" else places_m),
        }
        if query.by == "area":
            area_indices = np.flatnonzero(inputs.facts.area_counts.in_scope)
            columns |= _comparison(
                "count", inputs.facts.count[area_indices], rates.expected[area_indices]
            )
        if "note" in columns:
            columns["note"] = columns.pop("note")  # last, because it is long
        return Table(
            kind=f"growth-overlay-by-{query.by}" if query.by == "area" else "growth-overlay",
            row=OverlayRow,
            columns={name: column[base.order] for name, column in columns.items()},
            geometries=shapes[base.order],
            crs=inputs.layer.crs,
            provenance=provenance(
                sources=inputs.sources(),
                filter=inputs.facts.area_counts.filter(),
                method=_method(query, inputs, rates),
                counts={
                    **inputs.facts.area_counts.reconciliation(),
                    "located": len(xy_m),
                    "unlocated": selection.records - len(xy_m),
                    f"near_any_{query.by}": n_near_any,
                    f"near_no_{query.by}": len(xy_m) - n_near_any,
                },
                notes=(*inputs.notes(), *rates.notes(), LOCATED_NEAR),
            ),
        )

    def _local_rates(self, inputs: GrowthInputs, query: OverlayQuery) -> LocalRates:
        if query.exposure == "residents" and inputs.facts.population is None:
            raise UnknownStatisticError("exposure", "residents", ("auto", "area"))
        return local_rates(
            self._reader.layers,
            inputs.layer,
            inputs.facts,
            surroundings=query.surroundings,
            exposure=query.exposure,
        )

    def _nearest_hotspot(
        self, inputs: GrowthInputs, shapes: NDArray[Any]
    ) -> dict[str, NDArray[Any]]:
        """Distance to the nearest hot area, and its code."""
        hot_areas = np.flatnonzero(inputs.facts.hot)
        if shapes.ndim == 2:
            shapes = np.asarray(shapely.points(shapes), dtype=object).reshape(-1)
        distance_m, nearest = nearest_of(shapes, inputs.layer.geometries[hot_areas])
        codes = [
            inputs.layer.codes[hot_areas[index]] if index >= 0 else None
            for index in nearest.tolist()
        ]
        return {
            "nearest_hotspot_m": distance_m.round(1),
            "nearest_hotspot": np.array(codes, dtype=object),
        }


@dataclass(frozen=True, eq=False)
class OverlayColumns:
    """The rows of an overlay, before the columns about incidents are added.

    Attributes
    ----------
    shapes : (n,) object array
        Points or polygons of the rows.
    places_m : (n, 2) float64
        A point of each row, working CRS, metres.
    order : (n,) int
        Indices of the rows in the order of the table.
    leading : dict of str to (n,) array
        Columns before those about incidents nearby.
    trailing : dict of str to (n,) array
        Columns after them.
    """

    shapes: NDArray[Any]
    places_m: FloatArray
    order: NDArray[np.intp]
    leading: dict[str, NDArray[Any]]
    trailing: dict[str, NDArray[Any]]


def _work(area_counts: AreaCounts, query: OverlayQuery) -> Work:
    """What it costs to look around every area, beside what is known of the areas."""
    selection, layer = area_counts.selection, area_counts.layer
    xy_m = selection.incidents.xy_m[selection.mask & selection.incidents.located]
    rows = np.flatnonzero(area_counts.in_scope)
    side_m = math.sqrt(1e6 * float(np.mean(layer.areas_km2)))
    pairs = places_around(layer.centroids_m[rows], xy_m, query.distance_m + 0.5 * side_m)
    areas_around = min(math.pi * (query.distance_m / side_m + 1.0) ** 2, len(layer))
    borders = min(2.0 * math.pi * (query.distance_m / side_m + 1.0), len(layer))
    return Work(
        pairs * NEAR_S
        + len(xy_m) * PLACE_S
        + len(rows) * (areas_around * AREA_S + borders * BORDER_S),
        len(xy_m) * PLACE_BYTES + len(rows) * (areas_around * AREA_BYTES + borders * BORDER_BYTES),
        f"{len(rows):,} areas with the {len(xy_m):,} incidents around them",
        "ask by=site, a smaller distance_m, or a layer of fewer areas",
    )


def _by_site(inputs: GrowthInputs) -> OverlayColumns:
    """One row per site, in the order of the import."""
    sites, in_scope, layer, facts = inputs.sites, inputs.in_scope, inputs.layer, inputs.facts
    area_of_site = assign_points(layer, sites.xy_m[in_scope])
    columns = {name: column[in_scope] for name, column in site_columns(sites).items()}
    note = columns.pop("note")
    household_size = inputs.sizes.sizes_at(area_of_site)
    remaining = columns["homes_remaining"]
    max_remaining = np.where(np.isfinite(remaining), remaining, columns["homes_planned"])
    leading = {**columns, **_to_come(remaining, max_remaining, household_size)}
    trailing = {
        "area_layer": np.full(len(area_of_site), layer.layer_id, dtype=object),
        "area_code": _texts_at(area_of_site, layer.codes),
        "area_name": _texts_at(area_of_site, layer.names),
        "area_count": np.where(area_of_site >= 0, facts.count[area_of_site], np.nan),
        "area_rate_per_1000": np.where(area_of_site >= 0, facts.rate[area_of_site], np.nan),
        "hotspot_class": _texts_at(area_of_site, tuple(facts.hotspot_class)),
        "emerging_class": _texts_at(area_of_site, tuple(facts.emerging_class)),
        "note": note,
    }
    return OverlayColumns(
        shapes=sites.geometries[in_scope],
        places_m=sites.xy_m[in_scope],
        order=np.arange(len(area_of_site)),
        leading=leading,
        trailing=trailing,
    )


def _by_area(inputs: GrowthInputs) -> OverlayColumns:
    """One row per area, most homes to come first."""
    layer, facts = inputs.layer, inputs.facts
    area_indices = np.flatnonzero(facts.area_counts.in_scope)
    codes = np.array(layer.codes, dtype=object)[area_indices]
    growth = area_growth(inputs)
    leading = {
        "code": codes,
        "name": np.array(layer.names, dtype=object)[area_indices],
        **{name: column[area_indices] for name, column in growth.items()},
    }
    trailing = {
        "count": facts.count[area_indices],
        "rate_per_1000": facts.rate[area_indices],
        "hotspot_class": facts.hotspot_class[area_indices],
        "emerging_class": facts.emerging_class[area_indices],
    }
    inner_points = shapely.get_coordinates(
        shapely.point_on_surface(layer.geometries[area_indices])
    )
    to_come = np.nan_to_num(leading["homes_remaining"] + leading["homes_not_published"])
    return OverlayColumns(
        shapes=layer.geometries[area_indices],
        places_m=inner_points,
        order=np.lexsort((codes.astype(str), -to_come)),
        leading=leading,
        trailing=trailing,
    )


def area_growth(inputs: GrowthInputs) -> dict[str, NDArray[Any]]:
    """What is planned in each area of the layer.

    Parameters
    ----------
    inputs : GrowthInputs
        Sites, areas and household sizes.

    Returns
    -------
    dict of str to (n,) array
        Columns in the order of the layer's codes.
    """
    sites, shares = inputs.sites, inputs.shares
    is_published = np.isfinite(sites.homes_completed)
    # Sites without published completions have a column of their own, and are in no other sum.
    remaining = shares.sum_by_area(np.where(is_published, sites.homes_remaining, 0.0))
    not_published = shares.sum_by_area(np.where(is_published, 0.0, sites.homes_planned))
    population = inputs.facts.population
    residents = np.full(len(inputs.layer), np.nan) if population is None else population.values
    site_count = np.bincount(shares.area, minlength=shares.areas)
    to_come = _to_come(remaining, remaining + not_published, inputs.sizes.values)
    max_residents = to_come["added_residents_at_most"]
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(residents > 0, 100.0 * max_residents / residents, np.nan)
    return {
        "sites": site_count.astype(np.int64),
        "site_names": shares.names_by_area(sites.names),
        "homes_planned": shares.sum_by_area(sites.homes_planned),
        "homes_completed": shares.sum_by_area(np.nan_to_num(sites.homes_completed)),
        "homes_remaining": remaining,
        "homes_not_published": not_published,
        **to_come,
        "residents": residents,
        "added_percent_at_most": percent.round(1),
    }


def _to_come(
    remaining: FloatArray, max_remaining: FloatArray, household_size: FloatArray
) -> dict[str, NDArray[Any]]:
    """Households and residents of homes to come: of those known to remain, and at most.

    At most: where completions are not published, all planned homes may still be to come.
    """
    return {
        "household_size": household_size.round(3),
        "added_households": remaining,
        "added_residents": (remaining * household_size).round(1),
        "added_residents_at_most": (max_remaining * household_size).round(1),
    }


def _comparison(name: str, count: IntArray, expected: FloatArray) -> dict[str, NDArray[Any]]:
    """An expected number, and the ratio of the counted number to it with its 95 % interval."""
    positive_expected = np.where(expected > 0, expected, np.nan)
    ratio = standardised_ratios(np.asarray(count, dtype=np.float64), positive_expected)
    return {
        f"expected_{name}": expected.round(2),
        f"ratio_{name}": ratio.value,
        f"ratio_{name}_lower": ratio.lower,
        f"ratio_{name}_upper": ratio.upper,
    }


def _method(query: OverlayQuery, inputs: GrowthInputs, rates: LocalRates) -> dict[str, Any]:
    """The method with all its parameters."""
    shape = "its polygon" if query.by == "site" else "the area"
    return {
        "name": "growth overlay",
        "by": query.by,
        "layer": inputs.layer.layer_id,
        "distance_m": query.distance_m,
        "distance_from": f"the site's point, or the edge of {shape}; 0 inside",
        "expected": rates.source(),
        "ratio_interval": "exact Poisson (Garwood 1936), 95 %",
        "density": {"kernel": "quartic", "bandwidth_m": query.bandwidth_m, "unit": "per km^2"},
        "nearest_hotspot": "hot at 90 % or more; 0 inside",
        **inputs.facts.tables,
    }


def _texts_at(indices: NDArray[np.int32], texts: tuple[Any, ...]) -> NDArray[Any]:
    """(n,) the text at each index, None where it is -1."""
    return np.array([texts[index] if index >= 0 else None for index in indices], dtype=object)
