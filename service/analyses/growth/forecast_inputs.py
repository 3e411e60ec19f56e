"""The inputs of a forecast: counts, denominator, sites and their schedule, aligned."""

import dataclasses
from dataclasses import dataclass
from typing import Final

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.analyses.growth.household_sizes import HouseholdSizes, household_sizes
from service.analyses.growth.surroundings import area_around, coarser_layer
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import (
    POPULATION,
    Denominator,
    denominator_of,
    refuse_for_damaged,
)
from service.model.errors import NoStudyAreaError, TooMuchWorkError, UnknownStatisticError
from service.queries.forecasts import ForecastQuery
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore
from service.store.reference.sites import NO_YEAR, Sites
from spatial.arrays import BoolArray, FloatArray, IndexArray, frozen
from spatial.errors import InvalidParameterError
from spatial.growth.build_out import BuildOut, build_out

YEARS_BY_DEFAULT: Final = 10
MAX_YEARS_AHEAD: Final = 50
MAX_SITE_YEARS: Final = 20_000
HOMES: Final = ("households", "homes", "dwellings")  # a new home is one of these


@dataclass(frozen=True, eq=False)
class Districts:
    """The layer that areas are summed to, and the index of each area's district (-1: none)."""

    layer: Layer
    district_of_area: IndexArray
    by_default: bool


@dataclass(frozen=True, eq=False)
class ForecastInputs:
    """The inputs of a forecast; per-site arrays are in the order of `sites`.

    Attributes
    ----------
    base_year : int
        Year of the last day of the incidents' period.
    base_time : float
        Decimal year after which homes are added: the middle of that period, or of the
        denominator's year where that is later.
    years_observed : float
        Length of the period.
    area_of_site : (sites,) int32
        Area of each site, -1 outside the layer.
    per_home : (sites,) float64
        Denominator added by each new home; NaN if unknown.
    is_used : (sites,) bool
        False for sites that are omitted because their homes to come are unknown.
    homes_between : (sites,) float64
        Homes scheduled after the denominator was measured and before `base_time`. They were lived
        in while the incidents happened, but are in the denominator only if the query asks for it.
    """

    area_counts: AreaCounts
    denominator: Denominator
    sizes: HouseholdSizes | None
    sites: Sites
    area_of_site: IndexArray
    per_home: FloatArray
    is_used: BoolArray
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
        return self.area_counts.layer

    @property
    def completed(self) -> FloatArray:
        """(sites,) completed homes, 0 where not published."""
        return np.nan_to_num(self.sites.homes_completed)

    @property
    def is_unpublished(self) -> BoolArray:
        """(sites,) True where completions are not published."""
        return ~np.isfinite(self.sites.homes_completed)


class ForecastReader:
    """Reads the inputs of forecasts.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    layers : LayerStore
        The boundary layers.
    measures : MeasureStore
        The denominators.
    """

    def __init__(self, *, areas: Areas, layers: LayerStore, measures: MeasureStore) -> None:
        self._areas = areas
        self._layers = layers
        self._measures = measures

    def layer(self, query: ForecastQuery) -> Layer:
        """The requested layer, or the one with the most areas that has the denominator.

        Parameters
        ----------
        query : ForecastQuery
            May name a layer, and the denominator.

        Returns
        -------
        Layer
            A boundary layer.

        Raises
        ------
        NoStudyAreaError
            If no layer is imported.
        UnknownMeasureError
            If no layer has the denominator.
        """
        if query.layer is not None:
            return self._layers.get(query.layer)
        by_size = sorted(self._layers.all(), key=len)
        if not by_size:
            self._refuse_for_damaged(None, query)
            raise NoStudyAreaError
        for layer in reversed(by_size):
            try:
                self._denominator(layer, query)
            except UnknownMeasureError:
                continue
            self._refuse_for_damaged(layer, query)
            return layer
        self._refuse_for_damaged(None, query)
        self._denominator(by_size[-1], query)
        return by_size[-1]

    def read(self, dataset: str, sites: Sites, query: ForecastQuery) -> ForecastInputs:
        """The inputs of a forecast.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        sites : Sites
            The development sites.
        query : ForecastQuery
            Filter, horizon, scenario and assumptions.

        Returns
        -------
        ForecastInputs
            Aligned with the layer and the sites.

        Raises
        ------
        InvalidParameterError
            If the horizon is not after the incidents, or too far ahead.
        UnknownStatisticError
            If there are no districts, or the denominator of a new home is unknown.
        TooMuchWorkError
            If there are too many sites and years.
        """
        layer = self.layer(query)
        area_counts = self._areas.count(dataset, layer.layer_id, query.incident_filter())
        last_day = area_counts.selection.covered()[-1].last
        years = _years(last_day.year, query.horizon)
        if len(sites) * len(years) > MAX_SITE_YEARS:
            raise TooMuchWorkError(
                "sites times years",
                len(sites) * len(years),
                MAX_SITE_YEARS,
                "choose a nearer horizon",
            )
        denominator = self._denominator(layer, query)
        area_of_site = assign_points(layer, sites.xy_m)
        sizes, per_home = self._per_home(layer, denominator, area_of_site, query)
        is_used, plan = _plan(sites, last_day.year, query)
        middle_year = area_counts.selection.middle_year()
        year_text = denominator.period[:4]
        measured_at = int(year_text) + 0.5 if year_text.isdigit() else middle_year
        base_time = max(middle_year, measured_at)
        homes_between = _homes_between(plan, measured_at, base_time, query)
        if query.denominator_growth == "scheduled":
            denominator = _add_to_denominator(denominator, area_of_site, homes_between * per_home)
        return ForecastInputs(
            area_counts=area_counts,
            denominator=denominator,
            sizes=sizes,
            sites=sites,
            area_of_site=area_of_site,
            per_home=frozen(per_home),
            is_used=frozen(is_used),
            plan=plan,
            homes_between=frozen(homes_between),
            districts=self._districts(layer, query),
            base_year=last_day.year,
            base_time=base_time,
            years_observed=area_counts.selection.years(),
            years=years,
            layer_by_default=query.layer is None,
        )

    def _denominator(self, layer: Layer, query: ForecastQuery) -> Denominator:
        """The requested measure, or the first of the usual names of residents."""
        names = POPULATION if query.denominator is None else (query.denominator,)
        for name in names[:-1]:
            try:
                return self._measure(layer, name)
            except UnknownMeasureError:
                continue
        return self._measure(layer, names[-1])

    def _refuse_for_damaged(self, layer: Layer | None, query: ForecastQuery) -> None:
        """Refuse the default layer where a damaged one would have been it."""
        named = query.denominator
        names = POPULATION if named is None else (named.partition(":")[0],)
        refuse_for_damaged(self._layers, self._measures, layer, names)

    def _measure(self, layer: Layer, name: str) -> Denominator:
        return denominator_of(self._measures, layer, name, crosswalks=self._areas.crosswalks)

    def _per_home(
        self,
        layer: Layer,
        denominator: Denominator,
        area_of_site: IndexArray,
        query: ForecastQuery,
    ) -> tuple[HouseholdSizes | None, FloatArray]:
        """The denominator added by each new home of each site."""
        if denominator.measure in HOMES:
            return None, np.ones(len(area_of_site))
        population = (query.population or "").partition(":")[0]
        is_residents = denominator.measure in (*POPULATION, population)
        if query.household_size is None and not is_residents:
            raise UnknownStatisticError(
                "household_size",
                "none",
                (
                    f"a number of {denominator.measure} that come with a new home",
                    *POPULATION,
                    *HOMES,
                ),
            )
        sizes = household_sizes(
            self._measures, self._layers, layer, query, crosswalks=self._areas.crosswalks
        )
        return sizes, sizes.sizes_at(area_of_site)

    def _districts(self, layer: Layer, query: ForecastQuery) -> Districts | None:
        """The districts; None if the query needs none."""
        if query.districts is not None:
            districts = self._layers.get(query.districts)
            return Districts(districts, area_around(layer, districts), by_default=False)
        if query.by != "district" and query.scenario != "district":
            return None
        coarser = coarser_layer(self._layers, layer)
        if coarser is None:
            raise UnknownStatisticError("districts", "none", tuple(self._layers.ids()))
        return Districts(coarser, area_around(layer, coarser), by_default=True)


def _years(base_year: int, horizon: int | None) -> tuple[int, ...]:
    """The years of the forecast."""
    last_year = base_year + YEARS_BY_DEFAULT if horizon is None else horizon
    first_year, latest_year = base_year + 1, base_year + MAX_YEARS_AHEAD
    if not first_year <= last_year <= latest_year:
        allowed = f"a year from {first_year} to {latest_year}: the incidents end in {base_year}"
        raise InvalidParameterError("horizon", last_year, allowed)
    return tuple(range(first_year, last_year + 1))


def _homes_between(plan: BuildOut, start: float, end: float, query: ForecastQuery) -> FloatArray:
    """(sites,) homes scheduled between two moments, at the median pace."""
    homes = [
        np.diff(plan.built(site, [start, end], query.pace)[:, 0])[0] for site in range(len(plan))
    ]
    return np.asarray(homes, np.float64)


def _add_to_denominator(
    denominator: Denominator, area_of_site: IndexArray, added_by_site: FloatArray
) -> Denominator:
    """The denominator with the homes added since it was measured."""
    is_inside = area_of_site >= 0
    added_by_area = np.bincount(
        area_of_site[is_inside], added_by_site[is_inside], minlength=len(denominator.values)
    )
    return dataclasses.replace(denominator, values=frozen(denominator.values + added_by_area))


def _plan(sites: Sites, base_year: int, query: ForecastQuery) -> tuple[BoolArray, BuildOut]:
    """Which sites are used, and the schedule of their homes to come."""
    is_published = np.isfinite(sites.homes_completed)
    phases = sites.phases
    has_phases = np.isin(np.arange(len(sites)), phases.site)
    is_used = np.isfinite(sites.homes_planned) | has_phases
    if query.unpublished == "left-out":
        is_used &= is_published
    phase_homes = np.nan_to_num(phases.homes_planned) - np.nan_to_num(phases.homes_completed)
    phase_homes = np.where(is_used[phases.site], np.maximum(phase_homes, 0.0), 0.0)
    homes_to_come = np.where(
        np.isfinite(sites.homes_planned),
        np.maximum(sites.homes_planned - np.nan_to_num(sites.homes_completed), 0.0),
        np.bincount(phases.site, phase_homes, minlength=len(sites)),
    )
    start = np.where(
        is_published & (sites.completed_year != NO_YEAR), sites.completed_year, base_year
    )
    has_year = phases.year != NO_YEAR
    plan = build_out(
        np.where(is_used, homes_to_come, 0.0),
        start + 1,
        years=query.build_years,
        phase_site=phases.site[has_year],
        phase_year=phases.year[has_year],
        phase_homes=phase_homes[has_year],
    )
    return is_used, plan
