"""Simulated forecasts: of each site's homes to come, and of areas with their present incidents."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.growth.forecast_inputs import ForecastInputs
from service.model.errors import UnknownStatisticError
from service.queries.forecasts import ForecastQuery
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.growth.build_out import Pace
from spatial.growth.communities import Communities, communities_of, new_rates
from spatial.growth.growth import (
    PRIOR_COUNT,
    counted_draws,
    drawn_interval,
    mean_draws,
    predicted_counts,
)

DRAWS: Final = 10_000
# One stream of random numbers per purpose, so that a site has the same future in every answer.
_PACE, _AREA, _POOL, _NEW, _SITE_COUNT, _AREA_COUNT, _REST, _DISTRICT_COUNT = range(8)


@dataclass(frozen=True, eq=False)
class Unit:
    """The forecast of one site, area or district: per column an array with one value per year."""

    columns: dict[str, FloatArray]


@dataclass(frozen=True, eq=False)
class _SitePart:
    """The future of one site's homes to come; (years, draws), but `expected` is (years,)."""

    homes_built: FloatArray
    homes_added: FloatArray
    denominator_added: FloatArray
    mean: FloatArray
    expected: FloatArray


class ForecastDraws:
    """Forecasts of sites, areas and districts from the same draws, so that they add up.

    Parameters
    ----------
    inputs : ForecastInputs
        Counts, denominator, sites and schedule.
    query : ForecastQuery
        Scenario, pace, seed and the unit of rates.
    """

    def __init__(self, inputs: ForecastInputs, query: ForecastQuery) -> None:
        self._inputs = inputs
        self._query = query
        self._pace = Pace(query.pace, query.pace_spread)
        self._count = inputs.area_counts.count.astype(np.float64)
        self._exposure = inputs.denominator.values * inputs.years_observed
        self._pools: dict[int, Communities] = {}
        self.comparable = self._comparable() if query.scenario == "comparable" else None

    def pools(self) -> dict[int, Communities]:
        """The pooled rates that were used, by district, or -1 for the comparable communities.

        Returns
        -------
        dict of int to Communities
            Filled as units are computed.
        """
        return self._pools

    def site(self, site: int) -> Unit:
        """The incidents of a site's homes to come.

        Parameters
        ----------
        site : int
            Index of the site.

        Returns
        -------
        Unit
            Without the area's present incidents.
        """
        part = self._site_part(site)
        counts = counted_draws_or_none(part.mean, self._rng(_SITE_COUNT, site))
        return Unit(self._columns([part], 0.0, part.expected, counts))

    def area(self, area: int, sites: IntArray) -> Unit:
        """The incidents of an area: of the present, and of some sites' homes to come.

        Parameters
        ----------
        area : int
            Index of the area.
        sites : (k,) int
            Indices of the sites in it.

        Returns
        -------
        Unit
            All of it.
        """
        site_parts = [self._site_part(int(site)) for site in sites]
        area_draws = self._annual_draws(area)
        mean = area_draws + self._sum([part.mean for part in site_parts])
        expected = sum((part.expected for part in site_parts), np.full(1, self._annual(area)))
        counts = counted_draws_or_none(mean, self._rng(_AREA_COUNT, area))
        return Unit(
            self._columns(site_parts, self._inputs.denominator.values[area], expected, counts)
        )

    def district(self, district: int, areas: IntArray, sites: IntArray) -> Unit:
        """The incidents of some areas together: of the present, and of some sites' homes to come.

        Parameters
        ----------
        district : int
            Index of the district.
        areas : (n,) int
            Indices of its areas.
        sites : (k,) int
            Indices of the sites in them.

        Returns
        -------
        Unit
            All of it.
        """
        district_draws, prior_share = self._today(district, areas, sites)
        site_parts = [self._site_part(int(site), prior_share) for site in sites]
        years = self._inputs.years_observed
        mean = self._sum([part.mean for part in site_parts]) + district_draws
        observed = np.full(1, self._count[areas].sum() / years)
        expected = sum((part.expected for part in site_parts), observed)
        counts = counted_draws_or_none(mean, self._rng(_DISTRICT_COUNT, district))
        denominator = float(self._inputs.denominator.values[areas].sum())
        return Unit(self._columns(site_parts, denominator, expected, counts))

    def _today(self, district: int, areas: IntArray, sites: IntArray) -> tuple[FloatArray, float]:
        """(draws,) the present incidents of some areas together, and the prior of each part.

        If homes to come have the rate of their area, that area is a part of its own.
        """
        growing_areas = np.empty(0, np.int64)
        if self._query.scenario == "local":
            growing_areas = np.unique(
                self._inputs.area_of_site[sites[self.has_growth()[sites]]]
            ).astype(np.int64)
        other_areas = np.setdiff1d(areas, growing_areas)
        prior_share = PRIOR_COUNT / (len(growing_areas) + (len(other_areas) > 0))
        district_draws = np.zeros(DRAWS)
        if len(other_areas):
            count, years = float(self._count[other_areas].sum()), self._inputs.years_observed
            # A district's rate and what it has today are known from the same incidents: where both
            # are in a sum they are too high or too low together.
            is_pooled = self._query.scenario == "district"
            rng = self._rng(_POOL, district + 1) if is_pooled else self._rng(_REST, district)
            district_draws = mean_draws(count, years, DRAWS, rng, prior_count=prior_share)
        for area in growing_areas:
            district_draws = district_draws + self._annual_draws(int(area), prior_share)
        return district_draws, prior_share

    def without_sites(self) -> dict[str, FloatArray]:
        """Areas without homes to come: the same in every year, computed exactly.

        Returns
        -------
        dict of str to (n,) float64
            Columns in the order of the areas.
        """
        prediction = predicted_counts(self._count, 1.0 / self._inputs.years_observed)
        denominator = self._inputs.denominator.values
        rate_base = np.where(denominator > 0.0, denominator, np.nan) / self._query.per
        zeros = np.zeros(len(denominator))
        return {
            "homes_built": zeros,
            "homes_built_lower": zeros,
            "homes_built_upper": zeros,
            "homes_added": zeros,
            "denominator_added": zeros,
            "denominator": denominator,
            "expected": prediction.expected,
            "lower": prediction.lower,
            "upper": prediction.upper,
            "rate": prediction.expected / rate_base,
            "rate_lower": prediction.lower / rate_base,
            "rate_upper": prediction.upper / rate_base,
        }

    def has_growth(self) -> BoolArray:
        """The sites with homes to come.

        Returns
        -------
        (sites,) bool
            In the order of the sites.
        """
        return np.asarray(self._inputs.plan.homes > 0.0)

    def _columns(
        self,
        site_parts: list[_SitePart],
        base_denominator: float,
        expected: NDArray[Any],
        counts: FloatArray,
    ) -> dict[str, FloatArray]:
        """Expected value and interval of each quantity by year."""
        homes_built = self._sum([part.homes_built for part in site_parts])
        homes_added = self._sum([part.homes_added for part in site_parts]).mean(1)
        denominator_added = self._sum([part.denominator_added for part in site_parts])
        denominators = base_denominator + denominator_added
        rate_base = np.where(denominators > 0.0, denominators, np.nan) / self._query.per
        built_lower, built_upper = drawn_interval(homes_built)
        lower, upper = drawn_interval(counts)
        rate_lower, rate_upper = drawn_interval(counts / rate_base)
        denominator = base_denominator + denominator_added.mean(1)
        mean_rate_base = np.where(denominator > 0.0, denominator, np.nan) / self._query.per
        expected = np.where(np.isfinite(lower), expected, np.nan)
        return {
            "homes_built": homes_built.mean(1),
            "homes_built_lower": built_lower,
            "homes_built_upper": built_upper,
            "homes_added": homes_added,
            "denominator_added": denominator_added.mean(1),
            "denominator": denominator,
            "expected": expected,
            "lower": lower,
            "upper": upper,
            "rate": expected / mean_rate_base,
            "rate_lower": rate_lower,
            "rate_upper": rate_upper,
        }

    def _sum(self, arrays: list[FloatArray]) -> FloatArray:
        """(years, draws) the sum of some arrays of draws; zeros if there are none."""
        return sum(arrays, np.zeros((len(self._inputs.years), DRAWS)))

    def _site_part(self, site: int, prior_count: float = PRIOR_COUNT) -> _SitePart:
        """A site's homes, what they add to the denominator, and the incidents that brings."""
        inputs, plan = self._inputs, self._inputs.plan
        pace = self._pace.draws(DRAWS, self._rng(_PACE, site))
        times = np.array([*inputs.years, inputs.base_time - 0.5]) + 0.5
        built = plan.built(site, times, pace)
        added_homes = built[:-1] - np.minimum(built[-1], built[:-1])
        denominator_added = added_homes * inputs.per_home[site]
        rate, rate_draws = self._rates(site, prior_count)
        if not plan.homes[site]:  # nothing to come: no rate is needed
            denominator_added = np.zeros_like(denominator_added)
            rate, rate_draws = 0.0, np.zeros(DRAWS)
        return _SitePart(
            homes_built=inputs.completed[site] + built[:-1],
            homes_added=added_homes,
            denominator_added=denominator_added,
            mean=denominator_added * rate_draws,
            expected=denominator_added.mean(1) * rate,
        )

    def _rates(self, site: int, prior_count: float) -> tuple[float, FloatArray]:
        """The annual rate of a site's homes to come: expected, and as draws."""
        area = int(self._inputs.area_of_site[site])
        missing = np.full(DRAWS, np.nan)
        if self._query.scenario == "local":
            if area < 0 or not self._inputs.denominator.values[area] > 0.0:
                return float("nan"), missing
            area_denominator = self._inputs.denominator.values[area]
            rate_draws = self._annual_draws(area, prior_count) / area_denominator
            return self._annual(area) / area_denominator, rate_draws
        pool = -1
        if self._query.scenario == "district":
            pool = self.district_of_site(site)
            if pool < 0 or not self._in_pool(pool).any():
                return float("nan"), missing
        communities = self._pool(pool)
        mean, squared_cv = communities.rate_draws(DRAWS, self._rng(_POOL, pool + 1))
        return communities.rate, new_rates(mean, squared_cv, self._rng(_NEW, site))

    def district_of_site(self, site: int) -> int:
        """The district of a site's area.

        Parameters
        ----------
        site : int
            Index of the site.

        Returns
        -------
        int
            Index of the district; -1 without one.
        """
        districts, area = self._inputs.districts, int(self._inputs.area_of_site[site])
        return -1 if districts is None or area < 0 else int(districts.district_of_area[area])

    def _pool(self, pool: int) -> Communities:
        """The pooled rate of a district's areas, or of the comparable communities (-1)."""
        if pool not in self._pools:
            members = self.comparable if pool < 0 else self._in_pool(pool)
            self._pools[pool] = communities_of(self._count[members], self._exposure[members])
        return self._pools[pool]

    def _in_pool(self, district: int) -> BoolArray:
        """(n,) True for a district's areas that have a denominator."""
        districts = self._inputs.districts
        district_of_area = (
            np.full(len(self._count), -1) if districts is None else districts.district_of_area
        )
        return np.asarray((district_of_area == district) & (self._exposure > 0.0))

    def _comparable(self) -> BoolArray:
        """(n,) True for comparable communities: named, or with enough completed homes."""
        inputs, query = self._inputs, self._query
        members = np.zeros(len(inputs.layer), dtype=np.bool_)
        if query.comparable:
            members[[inputs.layer.position(code) for code in query.comparable]] = True
        else:
            is_inside = inputs.area_of_site >= 0
            homes = np.bincount(
                inputs.area_of_site[is_inside], inputs.completed[is_inside], minlength=len(members)
            )
            members = homes >= query.comparable_homes
            max_homes = int(homes.max(initial=0.0))
            if not members.any():
                raise UnknownStatisticError(
                    "comparable_homes", str(query.comparable_homes), (f"1 to {max_homes}",)
                )
        members &= self._exposure > 0.0
        if not members.any():
            allowed = (f"areas with {inputs.denominator.measure}",)
            raise UnknownStatisticError("comparable", ", ".join(query.comparable), allowed)
        return members

    def _annual(self, area: int) -> float:
        """Observed incidents of an area per year."""
        return float(self._count[area] / self._inputs.years_observed)

    def _annual_draws(self, area: int, prior_count: float = PRIOR_COUNT) -> FloatArray:
        """(draws,) plausible means of an area's incidents per year."""
        count, years = float(self._count[area]), self._inputs.years_observed
        return mean_draws(count, years, DRAWS, self._rng(_AREA, area), prior_count=prior_count)

    def _rng(self, purpose: int, index: int) -> np.random.Generator:
        return np.random.default_rng([self._query.seed, purpose, index])


def counted_draws_or_none(means: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Poisson counts; NaN throughout if a mean is unknown.

    Parameters
    ----------
    means : float64 array
        Means of the counts.
    rng : Generator
        Source of randomness.

    Returns
    -------
    float64 array
        In the shape of `means`.
    """
    if not bool(np.isfinite(means).all()):
        return np.full(means.shape, np.nan)
    return counted_draws(means, rng)
