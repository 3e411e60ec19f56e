"""What a forecast assumed, said in its provenance: the method with its numbers, and notes."""

from typing import Any, Final

import numpy as np

from service.analyses.growth.forecast_draws import DRAWS, Parts
from service.analyses.growth.forecast_inputs import ForecastInputs
from service.analyses.growth.sites import phase_notes
from service.queries.forecasts import ForecastQuery
from service.store.sites import NO_YEAR
from spatial.growth.build_out import Pace
from spatial.growth.communities import Communities
from spatial.growth.growth import CONFIDENCE

NAMED_AT_MOST: Final = 12
SCENARIOS: Final = {
    "local": "homes to come have the rate of the area that they lie in, unshrunk",
    "district": "homes to come have the pooled rate of their district's areas, one more of them",
    "comparable": "homes to come have the pooled rate of comparable communities, one more of them",
}


def forecast_method(inputs: ForecastInputs, parts: Parts, query: ForecastQuery) -> dict[str, Any]:
    """Name and parameters of the method, with the rates that scenarios took from elsewhere."""
    found: dict[str, Any] = {
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
        "denominator": inputs.below.measure,
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
        found["districts"] = inputs.districts.layer.layer_id
    if query.scenario == "comparable" and parts.comparable is not None:
        members = np.flatnonzero(parts.comparable)
        found["comparable"] = [inputs.layer.codes[area] for area in members]
        found["comparable_homes"] = None if query.comparable else query.comparable_homes
    if parts.pools():
        found["rates"] = [
            {"of": _pool_name(inputs, pool), **_pool(known, query.per)}
            for pool, known in sorted(parts.pools().items())
        ]
    return found


def forecast_notes(inputs: ForecastInputs, parts: Parts, query: ForecastQuery) -> tuple[str, ...]:
    """Every assumption of a forecast, and what it leaves out, in words."""
    return (
        *_of_time(inputs, query),
        *_of_rates(inputs, parts, query),
        *_of_build_out(inputs, query),
        *_of_sites(inputs, parts, query),
        *inputs.counted.notes(),
        *inputs.below.notes(),
        *(() if inputs.sizes is None else inputs.sizes.notes()),
    )


def _of_time(inputs: ForecastInputs, query: ForecastQuery) -> list[str]:
    """What is the base, and what is inside it already."""
    first, last = inputs.counted.selection.days()
    completed = inputs.sites.completed_year
    notes = [
        (
            f"Rates stay as they were from {first} to {last} ({inputs.years_observed:.2f} years): "
            "no trend, no season, no policy."
        ),
        (
            f"{inputs.below.measure} of {inputs.below.period} stands for the whole base period; "
            f"homes are added to it from {inputs.base_time:.1f} on (the middle of the period, or "
            "of the denominator's year where that is later), so that none is counted twice. Homes "
            "scheduled before are taken to be built and inside the incidents."
        ),
    ]
    between = float(inputs.homes_between[inputs.at >= 0].sum())
    if between > 0.5 and query.denominator_growth == "none":
        notes.append(
            f"{between:,.0f} homes were scheduled between {inputs.below.measure} of "
            f"{inputs.below.period} and the incidents: who lives in them is in the incidents and "
            "not in the denominator, so that rates around sites are too high as far as they were "
            "built (denominator_growth=scheduled adds them)."
        )
    elif between > 0.5:
        notes.append(
            f"{between:,.0f} homes scheduled between {inputs.below.measure} of "
            f"{inputs.below.period} and the incidents were added to the denominator at the median "
            "pace, as if that were certain."
        )
    if inputs.years_observed < 0.98:
        notes.append("The base period is shorter than a year: seasons are in the rates.")
    late = int(np.count_nonzero(completed > inputs.base_year))
    if late:
        notes.append(
            f"{late} sites state completions later than {inputs.base_year}: those homes are taken "
            "to be inside the base."
        )
    if inputs.layer_by_default:
        notes.append(
            f"No layer was asked for: {inputs.layer.layer_id} has most areas of those with "
            f"{inputs.below.measure}."
        )
    return notes


def _of_rates(inputs: ForecastInputs, parts: Parts, query: ForecastQuery) -> list[str]:
    """Where the rate of homes to come is from."""
    unit = inputs.below.measure
    notes = []
    if query.scenario == "local":
        notes.append(
            "Homes to come have the rate of their own area as it was counted, not drawn towards "
            "others: where few incidents were seen, the interval is wide."
        )
    else:
        of = "their district" if query.scenario == "district" else "comparable communities"
        notes.append(
            f"Homes to come have the pooled rate of {of}; each site is one more community, and "
            "may differ from it as much as those differ among themselves (in the interval)."
        )
    few = [known for known in parts.pools().values() if known.communities < 5]
    if few:
        notes.append(
            f"{len(few)} pooled rates rest on fewer than 5 areas: how much they differ is then "
            "largely assumed (half-Cauchy prior, median coefficient of variation 0.5)."
        )
    districts = inputs.districts
    if districts is not None:
        chosen = "fewest areas of those that hold the layer's" if districts.by_default else ""
        layer_id = districts.layer.layer_id
        notes.append(
            f"Districts are those of {layer_id} at each area's inner point"
            + (f" ({chosen})." if chosen else ".")
        )
        nowhere = districts.of_area < 0
        if nowhere.any():
            notes.append(
                f"{np.count_nonzero(nowhere)} areas with {inputs.counted.count[nowhere].sum()} "
                f"incidents lie in no district of {layer_id}."
            )
    if inputs.sizes is None:
        notes.append(f"Each home to come adds one to {unit}, as if none stood empty.")
    return notes


def _of_build_out(inputs: ForecastInputs, query: ForecastQuery) -> list[str]:
    """How fast homes are built, and how sure that is."""
    low, high = Pace(query.pace, query.pace_spread).interval()
    phased = np.unique(inputs.sites.phases.site)
    even = len(inputs.sites) - len(phased)
    notes = []
    if even:
        notes.append(
            f"{even} sites state no phases: their homes to come are built evenly over "
            f"{query.build_years} years from the year after their completions were published, or "
            "after the incidents (an assumption: build_years)."
        )
    notes.append(
        f"Pace is log-normal about {query.pace:g} times the schedule, site by site; 90 % between "
        f"{low:.2f} and {high:.2f} (an assumption: pace, pace_spread). Homes count from the "
        "middle of the year, and are lived in at once."
    )
    undated = int(np.count_nonzero(inputs.sites.phases.year == NO_YEAR))
    if undated:
        notes.append(f"{undated} phases state no year: their homes are built evenly.")
    notes += phase_notes(inputs.sites)
    return notes


def _of_sites(inputs: ForecastInputs, parts: Parts, query: ForecastQuery) -> list[str]:
    """Which sites are in no total, and why."""
    homes, notes = inputs.plan.homes, []
    unpublished = inputs.is_unpublished & inputs.used
    if unpublished.any():
        notes.append(
            f"Completions are not published of {_named(inputs, np.flatnonzero(unpublished))}: all "
            f"{homes[unpublished].sum():,.0f} homes planned count as to come, an upper bound "
            "(unpublished=left-out leaves them out)."
        )
    if not inputs.used.all():
        notes.append(
            f"Left out, because their homes to come are not known: "
            f"{_named(inputs, np.flatnonzero(~inputs.used))}."
        )
    outside = (inputs.at < 0) & inputs.used
    if outside.any():
        notes.append(
            f"{np.count_nonzero(outside)} sites with {homes[outside].sum():,.0f} homes to come "
            f"lie outside {inputs.layer.layer_id} and are in no area's or district's total: "
            f"{_named(inputs, np.flatnonzero(outside))}."
        )
    growing = np.flatnonzero(parts.has_growth() & inputs.used & (inputs.at >= 0))
    below = inputs.below.values[inputs.at[growing]]
    if query.scenario == "local" and np.any(~(below > 0.0)):
        empty = growing[~(below > 0.0)]
        notes.append(
            f"{_named(inputs, empty)} lie in areas without {inputs.below.measure}, which have no "
            "rate: neither site nor area has a forecast (another scenario or layer gives one)."
        )
    if query.scenario == "district":
        lost = np.array([s for s in growing if parts.district_of_site(int(s)) < 0], np.int64)
        if len(lost):
            notes.append(f"{_named(inputs, lost)} lie in no district: they have no forecast.")
    return notes


def _named(inputs: ForecastInputs, sites: Any) -> str:
    """The first sites by name, the others by number."""
    names = [inputs.sites.names[site] for site in sites[:NAMED_AT_MOST]]
    more = len(sites) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _pool_name(inputs: ForecastInputs, pool: int) -> str:
    """A district's code, or what comparable communities are called."""
    if pool < 0 or inputs.districts is None:
        return "comparable communities"
    return inputs.districts.layer.codes[pool]


def _pool(known: Communities, per: float) -> dict[str, Any]:
    """What a pooled rate is made of."""
    return {
        "areas": known.communities,
        "count": int(known.count),
        "exposure": round(known.exposure, 3),
        "rate": known.rate * per,
        "coefficient_of_variation": round(known.median_cv, 4),
    }
