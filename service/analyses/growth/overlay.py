"""The growth overlay: planned homes, by site or by area, and what they lie on today."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.analyses.density.heatmaps import Heatmaps
from service.analyses.growth.area_facts import AreaFacts, FactsByArea
from service.analyses.growth.household_sizes import HouseholdSizes, household_sizes
from service.analyses.growth.local_rates import LocalRates, local_rates
from service.analyses.growth.rows import OverlayRow
from service.analyses.growth.site_areas import SiteShares, incidents_near, nearest_of, site_shares
from service.analyses.growth.sites import (
    phase_notes,
    site_columns,
    site_notes,
    sites_inside,
    sites_source,
)
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.crosswalks import Crosswalks
from service.model.answers import Table
from service.model.errors import NoStudyAreaError, UnknownStatisticError
from service.model.provenance import layers_version, provenance, short_digest
from service.model.queries import IncidentQuery
from service.queries.growth import GrowthQuery, OverlayQuery
from service.queries.heatmaps import HeatmapQuery
from service.store.measures import MeasureStore
from service.store.sites import NO_YEAR, Sites, SiteStore
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.rates.rates import standardised_ratios

LOCATED_NEAR: Final = (
    "Incidents are near by their place; those of areas are counted by their area code where "
    "they have one."
)


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything that rows of sites or areas are made from."""

    sites: Sites
    kept: BoolArray
    layer: Layer
    facts: AreaFacts
    sizes: HouseholdSizes
    shares: SiteShares

    def sources(self) -> dict[str, Any]:
        """What was read, for the provenance."""
        people = self.facts.population
        return {
            **self.facts.counted.sources(),
            "sites": sites_source(self.sites),
            "household_size": self.sizes.source(),
            **({} if people is None else {"residents": people.source()}),
        }

    def notes(self) -> tuple[str, ...]:
        """What a reader of any answer about growth must know."""
        outside = self.kept.copy()
        outside[self.shares.site] = False
        notes = [*self.facts.counted.notes(), *site_notes(self.sites), *phase_notes(self.sites)]
        layer_id = self.layer.layer_id
        if outside.any():
            sites = f"{np.count_nonzero(outside)} of {np.count_nonzero(self.kept)} sites"
            notes.append(f"{sites} lie outside layer {layer_id}.")
        if not self.kept.all():
            within = self.facts.counted.selection.filter.within
            notes.append(f"{np.count_nonzero(~self.kept)} sites lie outside {within}.")
        notes += [*self._completions_note(), *self.sizes.notes(), *self.facts.notes]
        return tuple(notes)

    def _completions_note(self) -> list[str]:
        """Whether completions are older than the incidents."""
        years = self.sites.completed_year[self.sites.completed_year != NO_YEAR]
        last = self.facts.counted.selection.days()[1].year
        if not len(years) or years.max() >= last:
            return []
        return [f"Completions are of {years.max()}: homes built since count as to come."]


class Grounds:
    """Sites, areas and what is known of both, for one question about growth."""

    def __init__(
        self,
        *,
        sites: SiteStore,
        layers: AreaLayers,
        measures: MeasureStore,
        crosswalks: Crosswalks,
        facts: FactsByArea,
    ) -> None:
        self._sites = sites
        self._layers = layers
        self._measures = measures
        self._crosswalks = crosswalks
        self._facts = facts

    @property
    def layers(self) -> LayerStore:
        """The boundary layers."""
        return self._layers.imported

    def layer_id(self, query: GrowthQuery) -> str:
        """The layer asked for, or the one imported first.

        Raises
        ------
        NoStudyAreaError
            If none is named and none is imported.
        """
        ids = self.layers.ids()
        if not ids:
            raise NoStudyAreaError
        return query.layer or ids[0]

    def version(self, dataset: str, query: GrowthQuery) -> str:
        """Everything that an answer depends on besides the query, as a short digest."""
        facts = self._facts.version(dataset, self.layer_id(query))
        return short_digest(self._sites.revision(), facts, layers_version(self.layers))

    def of(self, dataset: str, query: GrowthQuery) -> Ground:
        """The sites and the areas of a question, with what is known of them."""
        sites = self._sites.open()
        layer = self._layers.get(self.layer_id(query))
        wanted = query.part(IncidentQuery)
        facts = self._facts.of(dataset, layer.layer_id, wanted, population=query.population)
        sizes = household_sizes(
            self._measures, self.layers, layer, query, crosswalks=self._crosswalks
        )
        kept = sites_inside(sites, facts.counted.within)
        return Ground(sites, kept, layer, facts, sizes, site_shares(sites, layer, kept))


class Overlay:
    """What is around each site, and what is planned in each area."""

    def __init__(self, *, grounds: Grounds, heatmaps: Heatmaps) -> None:
        self._grounds = grounds
        self._heatmaps = heatmaps

    def layer_id(self, query: OverlayQuery) -> str:
        """The layer of a question."""
        return self._grounds.layer_id(query)

    def outlines(self) -> NDArray[Any]:
        """The areas of the coarsest layer, for the borders of a picture."""
        layers = self._grounds.layers
        return min((layers.get(name) for name in layers.ids()), key=len).geometries

    def version(self, dataset: str, query: OverlayQuery) -> str:
        """Everything an overlay depends on besides the query, as a short digest."""
        heat = self._heatmaps.version(dataset)
        return short_digest("overlay", self._grounds.version(dataset, query), heat)

    def table(self, dataset: str, query: OverlayQuery) -> Table:
        """One `OverlayRow` per site or per area: homes to come, and what is there today.

        An incident near two sites is counted for both; the provenance says how many incidents
        are near any site at all. Distance is from the site's point, or from the edge of its
        outline or of the area (0 inside), in metres of the working CRS. `within` keeps the
        sites and areas in that area, with all incidents near them.
        """
        ground = self._grounds.of(dataset, query)
        rates = self._local_rates(ground, query)
        selection = ground.facts.counted.selection
        xy_m = selection.incidents.xy_m[selection.mask & selection.incidents.located]
        make = _by_site if query.by == "site" else _by_area
        shapes, places_m, order, before, after = make(ground)
        near, near_any = incidents_near(shapes, xy_m, distance_m=query.distance_m)
        expected, on_ground = rates.near(shapes, query.distance_m)
        wanted = query.part(IncidentQuery).model_copy(update={"within": None})
        given = wanted.model_dump(by_alias=True, exclude_none=True)
        heat = HeatmapQuery.model_validate({**given, "bandwidth_m": query.bandwidth_m})
        columns = {
            **before,
            "distance_m": np.full(len(shapes), query.distance_m),
            "incidents_within": near,
            **_compared("within", near, expected),
            "ground_share": on_ground.round(4),
            "density_per_km2": self._heatmaps.density_at(dataset, heat, places_m),
            **after,
            **self._nearest_hotspot(ground, shapes if query.by == "site" else places_m),
        }
        if query.by == "area":
            at = np.flatnonzero(ground.facts.counted.in_scope)
            columns |= _compared("count", ground.facts.count[at], rates.expected[at])
        if "note" in columns:
            columns["note"] = columns.pop("note")  # last, because it is long
        return Table(
            kind=f"growth-overlay-by-{query.by}" if query.by == "area" else "growth-overlay",
            row=OverlayRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=shapes[order],
            crs=ground.layer.crs,
            provenance=provenance(
                sources=ground.sources(),
                filter=ground.facts.counted.filter(),
                method=_method(query, ground, rates),
                counts={
                    **ground.facts.counted.reconciliation(),
                    "located": len(xy_m),
                    "unlocated": selection.records - len(xy_m),
                    f"near_any_{query.by}": near_any,
                    f"near_no_{query.by}": len(xy_m) - near_any,
                },
                notes=(*ground.notes(), *rates.notes(), LOCATED_NEAR),
            ),
        )

    def _local_rates(self, ground: Ground, query: OverlayQuery) -> LocalRates:
        if query.exposure == "residents" and ground.facts.population is None:
            raise UnknownStatisticError("exposure", "residents", ("auto", "area"))
        return local_rates(
            self._grounds.layers,
            ground.layer,
            ground.facts,
            surroundings=query.surroundings,
            exposure=query.exposure,
        )

    def _nearest_hotspot(self, ground: Ground, shapes: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Distance to the nearest hot area of all, and its code."""
        hot = np.flatnonzero(ground.facts.hot)
        if shapes.ndim == 2:
            shapes = np.asarray(shapely.points(shapes), dtype=object).reshape(-1)
        metres, which = nearest_of(shapes, ground.layer.geometries[hot])
        codes = [ground.layer.codes[hot[at]] if at >= 0 else None for at in which.tolist()]
        return {
            "nearest_hotspot_m": metres.round(1),
            "nearest_hotspot": np.array(codes, dtype=object),
        }


Parts = tuple[
    NDArray[Any],
    FloatArray,
    NDArray[np.intp],
    dict[str, NDArray[Any]],
    dict[str, NDArray[Any]],
]


def _by_site(ground: Ground) -> Parts:
    """Shapes, places, order and columns of one row per site, in the order of the import."""
    sites, kept, layer, facts = ground.sites, ground.kept, ground.layer, ground.facts
    at = assign_points(layer, sites.xy_m[kept])
    columns = {name: column[kept] for name, column in site_columns(sites).items()}
    note = columns.pop("note")
    size = ground.sizes.at(at)
    remaining = columns["homes_remaining"]
    at_most = np.where(np.isfinite(remaining), remaining, columns["homes_planned"])
    before = {**columns, **_to_come(remaining, at_most, size)}
    after = {
        "area_layer": np.full(len(at), layer.layer_id, dtype=object),
        "area_code": _word_at(at, layer.codes),
        "area_name": _word_at(at, layer.names),
        "area_count": np.where(at >= 0, facts.count[at], np.nan),
        "area_rate_per_1000": np.where(at >= 0, facts.rate[at], np.nan),
        "hotspot_class": _word_at(at, tuple(facts.hotspot_class)),
        "emerging_class": _word_at(at, tuple(facts.emerging_class)),
        "note": note,
    }
    rows = np.arange(len(at))
    return sites.geometries[kept], sites.xy_m[kept], rows, before, after


def _by_area(ground: Ground) -> Parts:
    """Shapes, places, order and columns of one row per area, most homes to come first."""
    layer, facts = ground.layer, ground.facts
    at = np.flatnonzero(facts.counted.in_scope)
    codes = np.array(layer.codes, dtype=object)[at]
    growth = area_growth(ground)
    before = {
        "code": codes,
        "name": np.array(layer.names, dtype=object)[at],
        **{name: column[at] for name, column in growth.items()},
    }
    after = {
        "count": facts.count[at],
        "rate_per_1000": facts.rate[at],
        "hotspot_class": facts.hotspot_class[at],
        "emerging_class": facts.emerging_class[at],
    }
    inner = shapely.get_coordinates(shapely.point_on_surface(layer.geometries[at]))
    to_come = before["homes_remaining"] + before["homes_not_published"]
    order = np.lexsort((codes.astype(str), -to_come))
    return layer.geometries[at], inner, order, before, after


def area_growth(ground: Ground) -> dict[str, NDArray[Any]]:
    """Columns of what is planned in each area of the layer, in its order."""
    sites, shares = ground.sites, ground.shares
    known = np.isfinite(sites.homes_completed)
    remaining = shares.added(sites.homes_remaining)
    unpublished = shares.added(np.where(known, np.nan, sites.homes_planned))
    people = ground.facts.population
    residents = np.full(len(ground.layer), np.nan) if people is None else people.values
    counted = np.bincount(shares.area, minlength=shares.areas)
    to_come = _to_come(remaining, remaining + unpublished, ground.sizes.values)
    at_most = to_come["added_residents_at_most"]
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(residents > 0, 100.0 * at_most / residents, np.nan)
    return {
        "sites": counted.astype(np.int64),
        "site_names": shares.named(sites.names),
        "homes_planned": shares.added(sites.homes_planned),
        "homes_completed": shares.added(sites.homes_completed),
        "homes_remaining": remaining,
        "homes_not_published": unpublished,
        **to_come,
        "residents": residents,
        "added_percent_at_most": percent.round(1),
    }


def _to_come(
    remaining: FloatArray, at_most: FloatArray, household_size: FloatArray
) -> dict[str, NDArray[Any]]:
    """Households and residents of homes to come: of those known to remain, and at most.

    At most: where completions are not published every home planned may still be to come.
    """
    return {
        "household_size": household_size.round(3),
        "added_households": remaining,
        "added_residents": (remaining * household_size).round(1),
        "added_residents_at_most": (at_most * household_size).round(1),
    }


def _compared(name: str, count: IntArray, expected: FloatArray) -> dict[str, NDArray[Any]]:
    """A number expected, and the ratio of the number counted to it with its 95 % interval."""
    usable = np.where(expected > 0, expected, np.nan)
    ratio = standardised_ratios(np.asarray(count, dtype=np.float64), usable)
    return {
        f"expected_{name}": expected.round(2),
        f"ratio_{name}": ratio.value,
        f"ratio_{name}_lower": ratio.lower,
        f"ratio_{name}_upper": ratio.upper,
    }


def _method(query: OverlayQuery, ground: Ground, rates: LocalRates) -> dict[str, Any]:
    """The method with all its parameters."""
    edge = "its polygon" if query.by == "site" else "the area"
    return {
        "name": "growth overlay",
        "by": query.by,
        "layer": ground.layer.layer_id,
        "distance_m": query.distance_m,
        "distance_from": f"the site's point, or the edge of {edge}; 0 inside",
        "expected": rates.source(),
        "ratio_interval": "exact Poisson (Garwood 1936), 95 %",
        "density": {"kernel": "quartic", "bandwidth_m": query.bandwidth_m, "unit": "per km^2"},
        "nearest_hotspot": "hot at 90 % or more; 0 inside",
        **ground.facts.tables,
    }


def _word_at(at: NDArray[np.int32], words: tuple[Any, ...]) -> NDArray[Any]:
    """(n,) the word at each position, None where it is -1."""
    return np.array([words[i] if i >= 0 else None for i in at], dtype=object)
