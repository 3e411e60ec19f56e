"""The assumptions of a forecast, for its provenance: the method with its numbers, and notes."""

from typing import Any, Final

import numpy as np

from service.analyses.growth.forecast_draws import DRAWS, ForecastDraws
from service.analyses.growth.forecast_inputs import ForecastInputs
from service.analyses.growth.sites import phase_notes
from service.queries.forecasts import ForecastQuery
from service.sentences.numbers import counted
from service.store.reference.sites import NO_YEAR
from spatial.growth.build_out import Pace
from spatial.growth.communities import Communities
from spatial.growth.growth import CONFIDENCE

NAMED_AT_MOST: Final = 12
SCENARIOS: Final = {
    "local": "homes to come have the rate of the area that they lie in, unshrunk",
    "district": "homes to come have the pooled rate of their district's areas, one more of them",
    "comparable": "homes to come have the pooled rate of comparable communities, one more of them",
}


def forecast_method(
    inputs: ForecastInputs, draws: ForecastDraws, query: ForecastQuery
) -> dict[str, Any]:
    """Name and parameters of the method, with the pooled rates of the scenario.

    Parameters
    ----------
    inputs : ForecastInputs
        Counts, denominator, sites and schedule.
    draws : ForecastDraws
        After the units have been computed.
    query : ForecastQuery
        Scenario and assumptions.

    Returns
    -------
    dict of str to Any
        JSON members.
    """
    method: dict[str, Any] = {
        "name": "growth forecast",
        "by": query.by,
        "layer": inputs.layer.layer_id,
        "scenario": query.scenario,
        "scenario_name": SCENARIOS[query.scenario],
        "interval": f"predictive, {100 * CONFIDENCE:g} %: rate, count and build-out",
        "confidence": CONFIDENCE,
        "base_year": inputs.base_year,
        "base_years": inputs.years_observed,
        "homes_added_from": round(inputs.base_time, 3),
        "horizon": inputs.years[-1],
        "denominator": inputs.denominator.measure,
        "per": query.per,
        "build_years": query.build_years,
        "pace": query.pace,
        "pace_spread": query.pace_spread,
        "unpublished": query.unpublished,
        "denominator_growth": query.denominator_growth,
        "draws": DRAWS,
        "seed": query.seed,
    }
    if inputs.districts is not None:
        method["districts"] = inputs.districts.layer.layer_id
    if query.scenario == "comparable" and draws.comparable is not None:
        members = np.flatnonzero(draws.comparable)
        method["comparable"] = [inputs.layer.codes[area] for area in members]
        method["comparable_homes"] = None if query.comparable else query.comparable_homes
    if draws.pools():
        method["rates"] = [
            {"of": _pool_name(inputs, pool), **_pool(communities, query.per)}
            for pool, communities in sorted(draws.pools().items())
        ]
    return method


def forecast_notes(
    inputs: ForecastInputs, draws: ForecastDraws, query: ForecastQuery
) -> tuple[str, ...]:
    """Every assumption of a forecast, and what it leaves out.

    Parameters
    ----------
    inputs : ForecastInputs
        Counts, denominator, sites and schedule.
    draws : ForecastDraws
        After the units have been computed.
    query : ForecastQuery
        Scenario and assumptions.

    Returns
    -------
    tuple of str
        Full sentences.
    """
    return (
        *_of_time(inputs, query),
        *_of_rates(inputs, draws, query),
        *_of_build_out(inputs, query),
        *_of_sites(inputs, draws, query),
        *inputs.area_counts.notes(),
        *inputs.denominator.notes(),
        *(() if inputs.sizes is None else inputs.sizes.notes()),
    )


def _of_time(inputs: ForecastInputs, query: ForecastQuery) -> list[str]:
    """Notes on the base period."""
    covered = inputs.area_counts.selection.covered()
    completed = inputs.sites.completed_year
    notes = [
        (
            f"Rates stay as they were from {covered[0].first} to {covered[-1].last} "
            f"({inputs.years_observed:.2f} years): no trend, no season, no policy."
        ),
        (
            f"{inputs.denominator.measure} of {inputs.denominator.period} stands for the whole "
            f"base period; homes are added to it from {inputs.base_time:.1f} on (the middle of "
            "the period, or of the denominator's year where that is later), so that none is "
            "counted twice. Homes scheduled before are taken to be built and inside the "
            "incidents."
        ),
    ]
    homes_between = float(inputs.homes_between[inputs.area_of_site >= 0].sum())
    if homes_between > 0.5 and query.denominator_growth == "none":
        notes.append(
            f"{homes_between:,.0f} homes were scheduled between {inputs.denominator.measure} of "
            f"{inputs.denominator.period} and the incidents: incidents of their residents are "
            "counted, but the residents are not in the denominator, so that rates around "
            "sites are too high where these homes were built (denominator_growth=scheduled "
            "adds them)."
        )
    elif homes_between > 0.5:
        notes.append(
            f"{homes_between:,.0f} homes scheduled between {inputs.denominator.measure} of "
            f"{inputs.denominator.period} and the incidents were added to the denominator at the "
            "median pace, as if that were certain."
        )
    if inputs.years_observed < 0.98:
        notes.append("The base period is shorter than a year: seasons are in the rates.")
    late_count = int(np.count_nonzero(completed > inputs.base_year))
    if late_count:
        notes.append(
            f"{counted(late_count, 'site states', 'sites state')} completions later than "
            f"{inputs.base_year}: those homes are taken to be inside the base."
        )
    if inputs.layer_by_default:
        notes.append(
            f"No layer was requested: {inputs.layer.layer_id} has most areas of those with "
            f"{inputs.denominator.measure}."
        )
    return notes


def _of_rates(inputs: ForecastInputs, draws: ForecastDraws, query: ForecastQuery) -> list[str]:
    """Notes on the rate of homes to come."""
    unit = inputs.denominator.measure
    notes = []
    if query.scenario == "local":
        notes.append(
            "Homes to come have the rate of their own area as it was counted, not drawn towards "
            "others: where few incidents were seen, the interval is wide."
        )
    else:
        pool_name = "their district" if query.scenario == "district" else "comparable communities"
        notes.append(
            f"Homes to come have the pooled rate of {pool_name}; each site is one more community, "
            "and may differ from it as much as those differ among themselves (in the interval)."
        )
    small_pools = [
        communities for communities in draws.pools().values() if communities.communities < 5
    ]
    if small_pools:
        notes.append(
            f"{counted(len(small_pools), 'pooled rate rests', 'pooled rates rest')} on fewer than "
            "5 areas: how much they differ is then largely assumed (half-Cauchy prior, median "
            "coefficient of variation 0.5)."
        )
    districts = inputs.districts
    if districts is not None:
        choice = (
            f"the coarsest imported layer that the areas of {inputs.layer.layer_id} nest in"
            if districts.by_default
            else ""
        )
        layer_id = districts.layer.layer_id
        notes.append(
            f"Districts are those of {layer_id} at each area's inner point"
            + (f" ({choice})." if choice else ".")
        )
        in_no_district = districts.district_of_area < 0
        if in_no_district.any():
            incident_count = int(inputs.area_counts.count[in_no_district].sum())
            verb = "lies" if np.count_nonzero(in_no_district) == 1 else "lie"
            notes.append(
                f"{counted(int(np.count_nonzero(in_no_district)), 'area')} with "
                f"{counted(incident_count, 'incident')} {verb} in no district of {layer_id}."
            )
    if inputs.sizes is None:
        notes.append(f"Each home to come adds one to {unit}, as if no home stood empty.")
    return notes


def _of_build_out(inputs: ForecastInputs, query: ForecastQuery) -> list[str]:
    """Notes on the pace of building, and its uncertainty."""
    lower_limit, upper_limit = Pace(query.pace, query.pace_spread).interval()
    phased_sites = np.unique(inputs.sites.phases.site)
    unphased_count = len(inputs.sites) - len(phased_sites)
    notes = []
    if unphased_count:
        notes.append(
            f"{counted(unphased_count, 'site states', 'sites state')} no phases: homes to come "
            f"are built there evenly over {query.build_years} years from the year after "
            "completions were published, or after the incidents (an assumption: build_years)."
        )
    notes.append(
        f"Pace is log-normal about {query.pace:g} times the schedule, site by site; 90 % between "
        f"{lower_limit:.2f} and {upper_limit:.2f} (an assumption: pace, pace_spread). Homes count "
        "from the middle of the year, and are lived in at once."
    )
    undated_count = int(np.count_nonzero(inputs.sites.phases.year == NO_YEAR))
    if undated_count:
        phases = counted(undated_count, "phase states", "phases state")
        notes.append(f"{phases} no year: the homes are built evenly.")
    notes += phase_notes(inputs.sites)
    return notes


def _of_sites(inputs: ForecastInputs, draws: ForecastDraws, query: ForecastQuery) -> list[str]:
    """Notes on sites that are in no total."""
    homes, notes = inputs.plan.homes, []
    is_unpublished = inputs.is_unpublished & inputs.is_used
    if is_unpublished.any():
        notes.append(
            "Completions are not published of "
            f"{_site_names(inputs, np.flatnonzero(is_unpublished))}: all "
            f"{homes[is_unpublished].sum():,.0f} homes planned count as to come, an upper bound "
            "(unpublished=left-out leaves them out)."
        )
    if not inputs.is_used.all():
        notes.append(
            f"Left out, because their homes to come are not known: "
            f"{_site_names(inputs, np.flatnonzero(~inputs.is_used))}. What is expected in their "
            "areas and districts is at least what is stated."
        )
    is_outside = (inputs.area_of_site < 0) & inputs.is_used
    outside = np.flatnonzero(is_outside)
    if is_outside.any():
        notes.append(
            f"{counted(len(outside), 'site')} with {homes[is_outside].sum():,.0f} homes to come "
            f"{'lies' if len(outside) == 1 else 'lie'} outside {inputs.layer.layer_id}, in no "
            f"area's or district's total: {_site_names(inputs, outside)}."
        )
    growing_sites = np.flatnonzero(
        draws.has_growth() & inputs.is_used & (inputs.area_of_site >= 0)
    )
    denominator_values = inputs.denominator.values[inputs.area_of_site[growing_sites]]
    if query.scenario == "local" and np.any(~(denominator_values > 0.0)):
        sites_without_rate = growing_sites[~(denominator_values > 0.0)]
        notes.append(
            f"{_site_names(inputs, sites_without_rate)} lie in areas without "
            f"{inputs.denominator.measure}, which have no rate: neither site nor area has a "
            "forecast (another scenario or layer gives one)."
        )
    if query.scenario == "district":
        sites_without_district = np.array(
            [site for site in growing_sites if draws.district_of_site(int(site)) < 0], np.int64
        )
        if len(sites_without_district):
            notes.append(
                f"{_site_names(inputs, sites_without_district)} lie in no district: they have no "
                "forecast."
            )
    return notes


def _site_names(inputs: ForecastInputs, sites: Any) -> str:
    """The first sites by name, and the number of others."""
    names = [inputs.sites.names[site] for site in sites[:NAMED_AT_MOST]]
    other_count = len(sites) - len(names)
    return ", ".join(names) + (f" and {other_count} more" if other_count else "")


def _pool_name(inputs: ForecastInputs, pool: int) -> str:
    """The code of a district, or a name for the comparable communities."""
    if pool < 0 or inputs.districts is None:
        return "comparable communities"
    return inputs.districts.layer.codes[pool]


def _pool(communities: Communities, per: float) -> dict[str, Any]:
    """The numbers behind a pooled rate."""
    return {
        "areas": communities.communities,
        "count": int(communities.count),
        "exposure": round(communities.exposure, 3),
        "rate": communities.rate * per,
        "coefficient_of_variation": round(communities.median_cv, 4),
    }
