"""What a forecast is computed from: counts, denominator, sites and their schedule, aligned."""

import dataclasses
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.analyses.growth.household_sizes import POPULATION, HouseholdSizes, household_sizes
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.model.errors import NoStudyAreaError, TooMuchWorkError, UnknownStatisticError
from service.queries.forecasts import ForecastQuery
from service.store.errors import UnknownMeasureError
from service.store.measures import MeasureStore
from service.store.sites import NO_YEAR, Sites
from spatial.arrays import BoolArray, FloatArray, IndexArray, frozen
from spatial.errors import InvalidParameterError
from spatial.growth.build_out import BuildOut, build_out

YEARS_BY_DEFAULT: Final = 10
MAX_YEARS_AHEAD: Final = 50
MAX_SITE_YEARS: Final = 20_000
HOMES: Final = ("households", "homes", "dwellings")  # a new home is one of these
DISTRICTS_COVER: Final = 0.9  # of the areas' inner points, to be districts by default


@dataclass(frozen=True, eq=False)
class Districts:
    """The layer that areas are added up to, and where each area is in it (-1: nowhere)."""

    layer: Layer
    of_area: IndexArray
    by_default: bool


@dataclass(frozen=True, eq=False)
class ForecastInputs:
    """Everything that a forecast is computed from; per-site arrays in the order of `sites`.

    Attributes
    ----------
    base_year : int
        Year of the last day of the incidents' period.
    base_time : float
        Decimal year after which homes are added: the middle of that period, or of the
        denominator's year where that is later.
    years_observed : float
        Length of the period.
    at : (sites,) int32
        Area of each site, -1 outside the layer.
    per_home : (sites,) float64
        Of the denominator with each new home; NaN where not known.
    used : (sites,) bool
        False for sites that are left out because their homes to come are not known.
    homes_between : (sites,) float64
        Homes scheduled after the denominator was measured and before `base_time`: lived in while
        the incidents happened, and not in the denominator unless it was asked for.
    """

    counted: AreaCounts
    below: Denominator
    sizes: HouseholdSizes | None
    sites: Sites
    at: IndexArray
    per_home: FloatArray
    used: BoolArray
    plan: BuildOut
    homes_between: FloatArray
    districts: Districts | None
    base_year: int
    base_time: float
    years_observed: float
    years: tuple[int, ...]
    layer_by_default: bool

    @property
    def layer(self) -> Layer:
        """The areas."""
        return self.counted.layer

    @property
    def completed(self) -> FloatArray:
        """(sites,) homes complete, 0 where not published."""
        return np.nan_to_num(self.sites.homes_completed)

    @property
    def is_unpublished(self) -> BoolArray:
        """(sites,) True where completions are not published."""
        return ~np.isfinite(self.sites.homes_completed)


class ForecastReader:
    """Reads what a forecast needs."""

    def __init__(self, *, areas: Areas, layers: LayerStore, measures: MeasureStore) -> None:
        self._areas = areas
        self._layers = layers
        self._measures = measures

    def layer(self, query: ForecastQuery) -> Layer:
        """The layer asked for, or the one of most areas that has the denominator.

        Raises
        ------
        NoStudyAreaError
            If there is no layer at all.
        UnknownMeasureError
            If no layer has the denominator.
        """
        if query.layer is not None:
            return self._layers.get(query.layer)
        by_size = sorted((self._layers.get(name) for name in self._layers.ids()), key=len)
        if not by_size:
            raise NoStudyAreaError
        for layer in reversed(by_size):
            try:
                self._denominator(layer, query)
            except UnknownMeasureError:
                continue
            return layer
        self._denominator(by_size[-1], query)
        return by_size[-1]

    def read(self, dataset: str, sites: Sites, query: ForecastQuery) -> ForecastInputs:
        """The inputs of a forecast.

        Raises
        ------
        InvalidParameterError
            If the horizon is not after the incidents, or too far.
        UnknownStatisticError
            If there are no districts, or nothing says what a home adds to the denominator.
        """
        layer = self.layer(query)
        counted = self._areas.count(dataset, layer.layer_id, query.incident_filter())
        _, last = counted.selection.days()
        years = _years(last.year, query.horizon)
        if len(sites) * len(years) > MAX_SITE_YEARS:
            raise TooMuchWorkError(
                "sites times years", len(sites) * len(years), MAX_SITE_YEARS, "a nearer horizon"
            )
        below = self._denominator(layer, query)
        at = assign_points(layer, sites.xy_m)
        sizes, per_home = self._per_home(layer, below, at, query)
        used, plan = _plan(sites, last.year, query)
        middle = counted.selection.middle_year()
        year = below.period[:4]
        measured = int(year) + 0.5 if year.isdigit() else middle
        base_time = max(middle, measured)
        between = _homes_between(plan, measured, base_time, query)
        if query.denominator_growth == "scheduled":
            below = _grown(below, at, between * per_home)
        return ForecastInputs(
            counted=counted,
            below=below,
            sizes=sizes,
            sites=sites,
            at=at,
            per_home=frozen(per_home),
            used=frozen(used),
            plan=plan,
            homes_between=frozen(between),
            districts=self._districts(layer, query),
            base_year=last.year,
            base_time=base_time,
            years_observed=counted.selection.years(),
            years=years,
            layer_by_default=query.layer is None,
        )

    def _denominator(self, layer: Layer, query: ForecastQuery) -> Denominator:
        """The measure asked for, or the first of residents' usual names."""
        names = POPULATION if query.denominator is None else (query.denominator,)
        for name in names[:-1]:
            try:
                return self._named(layer, name)
            except UnknownMeasureError:
                continue
        return self._named(layer, names[-1])

    def _named(self, layer: Layer, name: str) -> Denominator:
        return denominator_of(self._measures, layer, name, crosswalks=self._areas.crosswalks)

    def _per_home(
        self, layer: Layer, below: Denominator, at: IndexArray, query: ForecastQuery
    ) -> tuple[HouseholdSizes | None, FloatArray]:
        """How much of the denominator comes with each new home of each site."""
        if below.measure in HOMES:
            return None, np.ones(len(at))
        population = (query.population or "").partition(":")[0]
        known = below.measure in (*POPULATION, population)
        if query.household_size is None and not known:
            raise UnknownStatisticError(
                "household_size",
                "none",
                (f"a number of {below.measure} that come with a new home", *POPULATION, *HOMES),
            )
        sizes = household_sizes(
            self._measures, self._layers, layer, query, crosswalks=self._areas.crosswalks
        )
        return sizes, sizes.at(at)

    def _districts(self, layer: Layer, query: ForecastQuery) -> Districts | None:
        """The districts; None where the question needs none."""
        if query.districts is not None:
            return _districts(layer, self._layers.get(query.districts), by_default=False)
        if query.by != "district" and query.scenario != "district":
            return None
        imported = [self._layers.get(name) for name in self._layers.ids()]
        coarser = sorted((one for one in imported if 2 <= len(one) < len(layer)), key=len)
        for one in coarser:
            found = _districts(layer, one, by_default=True)
            if np.mean(found.of_area >= 0) >= DISTRICTS_COVER:
                return found
        allowed = tuple(one.layer_id for one in imported)
        raise UnknownStatisticError("districts", "none", allowed)


def _districts(layer: Layer, districts: Layer, *, by_default: bool) -> Districts:
    """Areas looked up by their inner points, or by code where the layers are one."""
    if layer.layer_id == districts.layer_id:
        return Districts(districts, np.arange(len(layer), dtype=np.int32), by_default)
    inner = shapely.get_coordinates(shapely.point_on_surface(layer.geometries))
    return Districts(districts, assign_points(districts, inner), by_default)


def _years(base_year: int, horizon: int | None) -> tuple[int, ...]:
    """The years of the forecast."""
    last = base_year + YEARS_BY_DEFAULT if horizon is None else horizon
    first, furthest = base_year + 1, base_year + MAX_YEARS_AHEAD
    if not first <= last <= furthest:
        allowed = f"a year from {first} to {furthest}: the incidents end in {base_year}"
        raise InvalidParameterError("horizon", last, allowed)
    return tuple(range(first, last + 1))


def _homes_between(plan: BuildOut, first: float, last: float, query: ForecastQuery) -> FloatArray:
    """(sites,) homes scheduled between two moments, at the median pace."""
    homes = [
        np.diff(plan.built(site, [first, last], query.pace)[:, 0])[0] for site in range(len(plan))
    ]
    return np.asarray(homes, np.float64)


def _grown(below: Denominator, at: IndexArray, added: FloatArray) -> Denominator:
    """The denominator with what was added to it in each area since it was measured."""
    inside = at >= 0
    more = np.bincount(at[inside], added[inside], minlength=len(below.values))
    return dataclasses.replace(below, values=frozen(below.values + more))


def _plan(sites: Sites, base_year: int, query: ForecastQuery) -> tuple[BoolArray, BuildOut]:
    """Which sites are used, and the schedule of their homes to come."""
    published = np.isfinite(sites.homes_completed)
    phases = sites.phases
    has_phases = np.isin(np.arange(len(sites)), phases.site)
    used = np.isfinite(sites.homes_planned) | has_phases
    if query.unpublished == "left-out":
        used &= published
    of_phase = np.nan_to_num(phases.homes_planned) - np.nan_to_num(phases.homes_completed)
    of_phase = np.where(used[phases.site], np.maximum(of_phase, 0.0), 0.0)
    to_come = np.where(
        np.isfinite(sites.homes_planned),
        np.maximum(sites.homes_planned - np.nan_to_num(sites.homes_completed), 0.0),
        np.bincount(phases.site, of_phase, minlength=len(sites)),
    )
    start = np.where(
        published & (sites.completed_year != NO_YEAR), sites.completed_year, base_year
    )
    dated = phases.year != NO_YEAR
    plan = build_out(
        np.where(used, to_come, 0.0),
        start + 1,
        years=query.build_years,
        phase_site=phases.site[dated],
        phase_year=phases.year[dated],
        phase_homes=of_phase[dated],
    )
    return used, plan
