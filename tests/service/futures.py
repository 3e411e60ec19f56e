"""Counties with known rates, and their future: what a forecast says, and what then happens.

The truth is drawn here by nothing but numpy: rates, paces of building and counts. The
forecast sees the counts of the past and the schedule only.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from service.analyses.growth.forecast_draws import ForecastDraws
from service.analyses.growth.forecast_inputs import ForecastInputs
from service.queries.forecasts import ForecastQuery
from spatial.growth.build_out import build_out

AREAS, SITES_IN = 24, 10  # areas of a district, and how many of them hold a site
BASE_YEAR, YEAR = 2024, 2034
PACE_SD, CV, BUILD_YEARS = 0.35, 0.6, 20


@dataclass(frozen=True)
class Outcome:
    """One forecast of one future: what was to be expected, and whether it was inside."""

    unit: str
    expected: float
    is_inside: bool


def future(seed: int, scenario: str, *, communities: int = AREAS) -> list[Outcome]:
    """One district with known rates, its forecasts for one year, and that year."""
    rng = np.random.default_rng([41, seed])
    years = float(rng.choice([1.0, 3.0, 5.0]))
    # Per resident and year: from one incident in some areas to hundreds in all of them.
    mean_rate = np.exp(rng.uniform(np.log(0.0003), np.log(0.15)))
    residents = rng.uniform(1_000, 3_000, AREAS)
    rates = mean_rate * rng.gamma(1 / CV**2, CV**2, AREAS)
    counts = rng.poisson(rates * residents * years)

    area_of_site = rng.choice(AREAS, SITES_IN, replace=False)
    homes = np.exp(rng.uniform(np.log(200), np.log(5_000), SITES_IN)).round()
    start = rng.integers(2020, 2028, SITES_IN)
    per_home = rng.uniform(2.0, 2.8, SITES_IN)
    members = np.arange(AREAS) < communities  # which areas are comparable

    inputs = _inputs(counts, residents, years, area_of_site, homes, start, per_home)
    query = ForecastQuery(
        by="area", scenario=scenario, pace_spread=PACE_SD, build_years=BUILD_YEARS, seed=seed,
        comparable=[f"A{i}" for i in np.flatnonzero(members)] if scenario == "comparable" else (),
    )  # fmt: skip
    draws = ForecastDraws(inputs, query)

    pace = np.exp(PACE_SD * rng.standard_normal((4_001, SITES_IN)))
    added = per_home * (built(homes, start, YEAR + 0.5, pace) - built(homes, start, 2024.5, pace))
    if scenario == "local":
        new_rates, usual_rate = rates[area_of_site], rates[area_of_site]
    else:
        new_rates = mean_rate * rng.gamma(1 / CV**2, CV**2, SITES_IN)
        usual_rate = np.full(SITES_IN, mean_rate)
    new = rng.poisson(new_rates * added[0])
    old = rng.poisson(rates * residents)
    new_expected = usual_rate * added[1:].mean(0)

    outcomes = []
    for site in range(SITES_IN):
        outcomes.append(_judged("site", draws.site(site), new_expected[site], new[site]))
        area = area_of_site[site]
        forecast = draws.area(int(area), np.array([site]))
        expected = rates[area] * residents[area] + new_expected[site]
        outcomes.append(_judged("area with a site", forecast, expected, old[area] + new[site]))
    unchanged_areas = draws.without_sites()
    for area in np.setdiff1d(np.arange(AREAS), area_of_site):
        inside = unchanged_areas["lower"][area] <= old[area] <= unchanged_areas["upper"][area]
        expected = float(rates[area] * residents[area])
        outcomes.append(Outcome("area without", expected, bool(inside)))
    district = draws.district(0, np.arange(AREAS), np.arange(SITES_IN))
    expected = float(rates @ residents + new_expected.sum())
    outcomes.append(_judged("district", district, expected, old.sum() + new.sum()))
    return outcomes


def built(homes: Any, start: Any, time: float, pace: Any) -> Any:
    """Homes complete at a time: evenly over the years of building, at a pace, never more."""
    return homes * np.clip(pace * np.maximum(time - start, 0.0) / BUILD_YEARS, 0.0, 1.0)


def _judged(unit: str, forecast: Any, expected: float, happened: float) -> Outcome:
    columns = forecast.columns
    inside = columns["lower"][0] <= happened <= columns["upper"][0]
    return Outcome(unit, float(expected), bool(inside))


def _inputs(
    counts: Any,
    residents: Any,
    years: float,
    area_of_site: Any,
    homes: Any,
    start: Any,
    per_home: Any,
) -> ForecastInputs:
    """What the forecast may see, with stand-ins for what it does not ask."""
    layer = _Layer()
    area_counts: Any = SimpleNamespace(count=counts, layer=layer)
    denominator: Any = SimpleNamespace(values=residents, measure="residents")
    sites: Any = _Sites(homes_completed=np.zeros(len(homes)))
    districts: Any = SimpleNamespace(layer=layer, district_of_area=np.zeros(AREAS, np.int32))
    return ForecastInputs(
        area_counts=area_counts, denominator=denominator, sizes=None, sites=sites,
        area_of_site=area_of_site, per_home=per_home,
        is_used=np.ones(len(homes), np.bool_), plan=build_out(homes, start, years=BUILD_YEARS),
        homes_between=np.zeros(len(homes)), districts=districts, base_year=BASE_YEAR, base_time=BASE_YEAR + 0.5,
        years_observed=years, years=(YEAR,), layer_by_default=False,
    )  # fmt: skip


class _Layer:
    """Areas that have codes and nothing else."""

    def __len__(self) -> int:
        return AREAS

    def position(self, code: str) -> int:
        return int(code[1:])


@dataclass(frozen=True)
class _Sites:
    """Sites of which it is known how many homes are complete."""

    homes_completed: Any

    def __len__(self) -> int:
        return len(self.homes_completed)
