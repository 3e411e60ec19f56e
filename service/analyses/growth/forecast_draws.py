"""The numbers of a forecast: of each site's homes to come, and of areas with what is there."""

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
    """A forecast of one site, area or district: an array of one value per year for each column."""

    columns: dict[str, FloatArray]


@dataclass(frozen=True, eq=False)
class _SitePart:
    """The future of one site's homes to come; (years, draws) but `expected`, (years,)."""

    homes_built: FloatArray
    homes_added: FloatArray
    added: FloatArray
    mean: FloatArray
    expected: FloatArray


class Parts:
    """Forecasts of sites, areas and districts from the same draws, so that they add up.

    Parameters
    ----------
    inputs : ForecastInputs
    query : ForecastQuery
        Scenario, pace, seed and the unit of rates.
    """

    def __init__(self, inputs: ForecastInputs, query: ForecastQuery) -> None:
        self._in = inputs
        self._query = query
        self._pace = Pace(query.pace, query.pace_spread)
        self._count = inputs.counted.count.astype(np.float64)
        self._exposure = inputs.below.values * inputs.years_observed
        self._pools: dict[int, Communities] = {}
        self.comparable = self._comparable() if query.scenario == "comparable" else None

    def pools(self) -> dict[int, Communities]:
        """What each district, or all comparable communities (-1), say of one more community."""
        return self._pools

    def site(self, site: int) -> Unit:
        """The incidents of a site's homes to come alone."""
        part = self._site_part(site)
        counts = counted_draws_or_none(part.mean, self._rng(_SITE_COUNT, site))
        return Unit(self._columns([part], 0.0, part.expected, counts))

    def area(self, area: int, sites: IntArray) -> Unit:
        """The incidents of an area: of what is there today, and of the sites given."""
        parts = [self._site_part(int(site)) for site in sites]
        today = self._annual_draws(area)
        mean = today + self._summed([part.mean for part in parts])
        expected = sum((part.expected for part in parts), np.full(1, self._annual(area)))
        counts = counted_draws_or_none(mean, self._rng(_AREA_COUNT, area))
        return Unit(self._columns(parts, self._in.below.values[area], expected, counts))

    def district(self, district: int, areas: IntArray, sites: IntArray) -> Unit:
        """The incidents of some areas together: what is there today, and the sites given."""
        today, share = self._today(district, areas, sites)
        parts = [self._site_part(int(site), share) for site in sites]
        years = self._in.years_observed
        mean = self._summed([part.mean for part in parts]) + today
        observed = np.full(1, self._count[areas].sum() / years)
        expected = sum((part.expected for part in parts), observed)
        counts = counted_draws_or_none(mean, self._rng(_DISTRICT_COUNT, district))
        below = float(self._in.below.values[areas].sum())
        return Unit(self._columns(parts, below, expected, counts))

    def _today(self, district: int, areas: IntArray, sites: IntArray) -> tuple[FloatArray, float]:
        """(draws,) what is there today of some areas together, and the prior of each part.

        Where homes to come share the rate of their area the area is a part of its own.
        """
        growing = np.empty(0, np.int64)
        if self._query.scenario == "local":
            growing = np.unique(self._in.at[sites[self.has_growth()[sites]]]).astype(np.int64)
        rest = np.setdiff1d(areas, growing)
        share = PRIOR_COUNT / (len(growing) + (len(rest) > 0))
        today = np.zeros(DRAWS)
        if len(rest):
            count, years = float(self._count[rest].sum()), self._in.years_observed
            # A district's rate and what it has today are known from the same incidents: where both
            # are in a sum they are too high or too low together.
            pooled = self._query.scenario == "district"
            rng = self._rng(_POOL, district + 1) if pooled else self._rng(_REST, district)
            today = mean_draws(count, years, DRAWS, rng, prior_count=share)
        for area in growing:
            today = today + self._annual_draws(int(area), share)
        return today, share

    def without_sites(self) -> dict[str, FloatArray]:
        """(n,) each: areas as they are, the same in every year; exact."""
        found = predicted_counts(self._count, 1.0 / self._in.years_observed)
        below = self._in.below.values
        over = np.where(below > 0.0, below, np.nan) / self._query.per
        nothing = np.zeros(len(below))
        return {
            "homes_built": nothing,
            "homes_built_lower": nothing,
            "homes_built_upper": nothing,
            "homes_added": nothing,
            "denominator_added": nothing,
            "denominator": below,
            "expected": found.expected,
            "lower": found.lower,
            "upper": found.upper,
            "rate": found.expected / over,
            "rate_lower": found.lower / over,
            "rate_upper": found.upper / over,
        }

    def has_growth(self) -> BoolArray:
        """(sites,) True for sites with homes to come in a year of the forecast."""
        return np.asarray(self._in.plan.homes > 0.0)

    def _columns(
        self,
        parts: list[_SitePart],
        below: float,
        expected: NDArray[Any],
        counts: FloatArray,
    ) -> dict[str, FloatArray]:
        """Expected value and limits of each quantity, year by year."""
        built = self._summed([part.homes_built for part in parts])
        homes = self._summed([part.homes_added for part in parts]).mean(1)
        added = self._summed([part.added for part in parts])
        over = np.where(below + added > 0.0, below + added, np.nan) / self._query.per
        built_lower, built_upper = drawn_interval(built)
        lower, upper = drawn_interval(counts)
        rate_lower, rate_upper = drawn_interval(counts / over)
        denominator = below + added.mean(1)
        usable = np.where(denominator > 0.0, denominator, np.nan) / self._query.per
        expected = np.where(np.isfinite(lower), expected, np.nan)
        return {
            "homes_built": built.mean(1),
            "homes_built_lower": built_lower,
            "homes_built_upper": built_upper,
            "homes_added": homes,
            "denominator_added": added.mean(1),
            "denominator": denominator,
            "expected": expected,
            "lower": lower,
            "upper": upper,
            "rate": expected / usable,
            "rate_lower": rate_lower,
            "rate_upper": rate_upper,
        }

    def _summed(self, draws: list[FloatArray]) -> FloatArray:
        """(years, draws) the sum of some draws; zeros of none."""
        return sum(draws, np.zeros((len(self._in.years), DRAWS)))

    def _site_part(self, site: int, prior_count: float = PRIOR_COUNT) -> _SitePart:
        """A site's homes, what they add to the denominator, and the incidents that brings."""
        inputs, plan = self._in, self._in.plan
        pace = self._pace.draws(DRAWS, self._rng(_PACE, site))
        times = np.array([*inputs.years, inputs.base_time - 0.5]) + 0.5
        built = plan.built(site, times, pace)
        added_homes = built[:-1] - np.minimum(built[-1], built[:-1])
        added = added_homes * inputs.per_home[site]
        rate, draws = self._rates(site, prior_count)
        if not plan.homes[site]:  # nothing to come: no rate is needed
            added, rate, draws = np.zeros_like(added), 0.0, np.zeros(DRAWS)
        return _SitePart(
            homes_built=inputs.completed[site] + built[:-1],
            homes_added=added_homes,
            added=added,
            mean=added * draws,
            expected=added.mean(1) * rate,
        )

    def _rates(self, site: int, prior_count: float) -> tuple[float, FloatArray]:
        """The rate of a site's homes to come per year, as expected and as drawn."""
        area = int(self._in.at[site])
        unknown = np.full(DRAWS, np.nan)
        if self._query.scenario == "local":
            if area < 0 or not self._in.below.values[area] > 0.0:
                return float("nan"), unknown
            over = self._in.below.values[area]
            return self._annual(area) / over, self._annual_draws(area, prior_count) / over
        pool = -1
        if self._query.scenario == "district":
            pool = self.district_of_site(site)
            if pool < 0 or not self._in_pool(pool).any():
                return float("nan"), unknown
        known = self._pool(pool)
        mean, squared_cv = known.rate_draws(DRAWS, self._rng(_POOL, pool + 1))
        return known.rate, new_rates(mean, squared_cv, self._rng(_NEW, site))

    def district_of_site(self, site: int) -> int:
        """The district of a site's area, -1 where it has none."""
        districts, area = self._in.districts, int(self._in.at[site])
        return -1 if districts is None or area < 0 else int(districts.of_area[area])

    def _pool(self, pool: int) -> Communities:
        """What a district's areas, or the comparable communities (-1), say of one more."""
        if pool not in self._pools:
            members = self.comparable if pool < 0 else self._in_pool(pool)
            self._pools[pool] = communities_of(self._count[members], self._exposure[members])
        return self._pools[pool]

    def _in_pool(self, district: int) -> BoolArray:
        """(n,) True for a district's areas that have a denominator."""
        districts = self._in.districts
        of_area = np.full(len(self._count), -1) if districts is None else districts.of_area
        return np.asarray((of_area == district) & (self._exposure > 0.0))

    def _comparable(self) -> BoolArray:
        """(n,) True for comparable communities: those named, or with enough homes complete."""
        inputs, query = self._in, self._query
        members = np.zeros(len(inputs.layer), dtype=np.bool_)
        if query.comparable:
            members[[inputs.layer.position(code) for code in query.comparable]] = True
        else:
            inside = inputs.at >= 0
            homes = np.bincount(
                inputs.at[inside], inputs.completed[inside], minlength=len(members)
            )
            members = homes >= query.comparable_homes
            most = int(homes.max(initial=0.0))
            if not members.any():
                raise UnknownStatisticError(
                    "comparable_homes", str(query.comparable_homes), (f"1 to {most}",)
                )
        members &= self._exposure > 0.0
        if not members.any():
            allowed = (f"areas with {inputs.below.measure}",)
            raise UnknownStatisticError("comparable", ", ".join(query.comparable), allowed)
        return members

    def _annual(self, area: int) -> float:
        """Incidents of an area per year, as observed."""
        return float(self._count[area] / self._in.years_observed)

    def _annual_draws(self, area: int, prior_count: float = PRIOR_COUNT) -> FloatArray:
        """(draws,) what an area's mean per year may be."""
        count, years = float(self._count[area]), self._in.years_observed
        return mean_draws(count, years, DRAWS, self._rng(_AREA, area), prior_count=prior_count)

    def _rng(self, purpose: int, which: int) -> np.random.Generator:
        return np.random.default_rng([self._query.seed, purpose, which])


def counted_draws_or_none(means: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Poisson counts, or NaN throughout where the means are not known."""
    if not bool(np.isfinite(means).all()):
        return np.full(means.shape, np.nan)
    return counted_draws(means, rng)
