"""All measures of the demonstration county, in long rows with a unit."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from boundaries.layers.layer import Layer
from service.demo.places.gazetteer import Gazetteer, read_data
from service.demo.places.geography import Geography
from service.demo.places.residents import (
    MEASURES,
    YEARS,
    Residents,
    area_sums,
    measure_of_codes,
    measure_row,
    measure_rows,
)
from service.demo.vulnerability import vulnerability_rows
from spatial.arrays import FloatArray, IntArray

EDITIONS = ("2015", "2019")
EARLIER_YEARS = tuple(range(2010, YEARS[0]))
FORECAST_YEARS = tuple(range(2016, 2037))
FORECAST_GROWTH = {
    "Cambridge": 0.006, "East Cambridgeshire": 0.009, "Fenland": 0.007,
    "Huntingdonshire": 0.008, "South Cambridgeshire": 0.013,
}  # fmt: skip
HOUSEHOLD_CLASSES = {
    "household-one-person": (2.6, 2.2),
    "household-couple-without-children": (2.6, 3.4),
    "household-couple-with-children": (2.4, 2.9),
    "household-lone-parent": (1.1, 0.7),
    "household-pensioners": (1.9, 2.4),
    "household-sharers": (0.9, 0.2),
}  # in towns, and elsewhere
CLAIM_MONTHS = ("2019-05", "2019-06", "2019-07", "2019-08", "2019-09", "2019-10")
CLAIMS_PER_1000 = 21.0
FOOTFALL_A_WEEK = {"Market": 245_000, "Petersfield": 118_000, "Newnham": 31_000, "Romsey": 74_000}
FOOTFALL_WEEKS = np.arange(np.datetime64("2020-01-06"), np.datetime64("2020-11-23"), 7)
LOCKDOWN = (np.datetime64("2020-03-23"), np.datetime64("2020-06-15"))
UNIT_OF_RANK, UNIT_OF_DECILE = "rank, 1 for the most deprived", "decile, 1 for the most deprived"


def make_measures(
    geography: Geography, gazetteer: Gazetteer, residents: Residents, *, seed: int
) -> dict[str, pa.Table]:
    """Rows by measure."""
    rng = np.random.default_rng([seed, 9])
    rows = [
        *(measure_rows(geography, residents, name) for name in MEASURES),
        *_earlier_population(geography, residents),
        *_forecast(geography, residents, rng=rng),
        *_household_classes(geography, residents, rng=rng),
        *_deprivation(geography, gazetteer, rng=rng),
        *_claims(geography, gazetteer, residents, rng=rng),
        *_footfall(geography, rng=rng),
        *_peers(rng=rng),
    ]
    measures = _by_measure(rows)
    return measures | _by_measure(vulnerability_rows(geography, residents, measures, seed=seed))


Parts = Iterable[pa.Table]


def _by_measure(rows: Parts) -> dict[str, pa.Table]:
    """The rows of each measure in one table."""
    measures: dict[str, list[pa.Table]] = {}
    for part in rows:
        measures.setdefault(part.column("measure")[0].as_py(), []).append(part)
    return {measure: pa.concat_tables(parts) for measure, parts in measures.items()}


def _earlier_population(geography: Geography, residents: Residents) -> Parts:
    """Residents of the years before, with the growth of the first two that were drawn."""
    growth = residents.population[1] / residents.population[0]
    for year in EARLIER_YEARS:
        people = np.rint(residents.population[0] * growth ** (year - YEARS[0]))
        for layer, sums in area_sums(geography, people):
            yield measure_row(layer, "population", str(year), sums, "residents")


def _forecast(geography: Geography, residents: Residents, *, rng: np.random.Generator) -> Parts:
    """Residents of each district to come, at a growth that slows down."""
    layer = geography.district
    of_lsoa = residents.population[YEARS.index(FORECAST_YEARS[0])]
    sums = np.bincount(geography.district_of_lsoa, weights=of_lsoa)
    people: FloatArray = np.asarray(sums, dtype=np.float64)
    yearly = np.array([FORECAST_GROWTH[name] for name in layer.names])
    for year in FORECAST_YEARS:
        values = np.rint(people / 100.0) * 100.0
        yield measure_row(layer, "population-forecast", str(year), values, "residents")
        people = people * (1.0 + yearly + rng.normal(0.0, 0.0005, len(people)))
        yearly = 0.97 * yearly


def _household_classes(
    geography: Geography, residents: Residents, *, rng: np.random.Generator
) -> Parts:
    """Households of the last year by class; the classes add up to all households."""
    weights = np.array(list(HOUSEHOLD_CLASSES.values()))
    shape = 8.0 * np.where(geography.in_town[:, None], weights[:, 0], weights[:, 1])
    share = rng.gamma(shape)
    counts = rng.multinomial(residents.households[-1], share / share.sum(axis=1, keepdims=True))
    for measure, of_class in zip(HOUSEHOLD_CLASSES, counts.T, strict=True):
        for layer, sums in area_sums(geography, of_class):
            yield measure_row(layer, measure, str(YEARS[-1]), sums, "households")


def _deprivation(geography: Geography, gazetteer: Gazetteer, *, rng: np.random.Generator) -> Parts:
    """Ranks and deciles of every domain and edition, of LSOAs and of districts."""
    content = read_data("deprivation.json")
    hardship = np.log([ward.hardship for ward in gazetteer.wards])[geography.ward_of_lsoa]
    # What the domains have in common; further ones lean further to the better-off end.
    common = hardship * 1.6 + rng.normal(0.0, 0.55, len(hardship))
    for domain, leaning in content["domains"].items():
        score = 0.75 * common + rng.normal(0.0, 0.6, len(common)) - leaning
        if domain in ("barriers", "living-environment"):  # of the country, not of hardship
            score = 0.5 * ~geography.in_town + rng.normal(0.0, 0.9, len(common)) - leaning
        for edition in EDITIONS:
            if edition != EDITIONS[0]:
                score = score + rng.normal(0.0, 0.12, len(score))
            rank = _ranks(score, content["ranked"]["lsoa"])
            if edition == EDITIONS[-1]:
                _agree_with_published(content, geography, domain, rank)
            yield from _ranked(geography.lsoa, domain, edition, rank, content["ranked"]["lsoa"])
            of_district = np.bincount(geography.district_of_lsoa, weights=score) / np.bincount(
                geography.district_of_lsoa
            )
            middle = of_district.mean()  # districts differ more than the means of theirs would
            of_all = _ranks(middle + 5.0 * (of_district - middle), content["ranked"]["district"])
            yield measure_row(geography.district, f"{domain}-rank", edition, of_all, UNIT_OF_RANK)


def _ranks(score: FloatArray, ranked: int) -> IntArray:
    """(n,) ranks among all of the country, whose scores are logistic about 0; no two alike."""
    rank = np.rint(ranked / (1.0 + np.exp(1.7 * score))).astype(np.int64)
    order = np.argsort(rank, kind="stable")
    spread = np.maximum.accumulate(rank[order] - np.arange(len(rank))) + np.arange(len(rank))
    rank[order] = np.clip(
        spread, 1 + np.arange(len(rank)), ranked - len(rank) + np.arange(len(rank)) + 1
    )
    return rank


def _agree_with_published(
    content: dict[str, Any], geography: Geography, domain: str, rank: IntArray
) -> None:
    """Move ranks until each published ward has its number of most deprived LSOAs."""
    if domain not in content["published_domains"]:
        return
    column = content["published_domains"].index(domain)
    last = int(content["most_deprived_share"] * content["ranked"]["lsoa"])
    taken = set(rank.tolist())
    district = geography.district.names.index(content["district"])
    for ward in np.flatnonzero(geography.district_of_ward == district):
        counts = content["published"].get(geography.ward.names[ward])
        published = counts[column] if counts else 0
        lsoas = np.flatnonzero(geography.ward_of_lsoa == ward)
        lsoas = lsoas[np.argsort(rank[lsoas], kind="stable")]
        for position, lsoa in enumerate(lsoas.tolist()):
            is_inside = position < published
            if is_inside != (rank[lsoa] <= last):
                # The free rank nearest to the edge, on its other side.
                step = -1 if is_inside else 1
                rank_there = last if is_inside else last + 1
                while rank_there in taken:
                    rank_there += step
                taken.add(rank_there)
                rank[lsoa] = rank_there


def _ranked(layer: Layer, domain: str, edition: str, rank: IntArray, ranked: int) -> Parts:
    """Rank and decile of each area."""
    decile = np.minimum(np.ceil(10.0 * rank / ranked), 10.0)
    for measure, values, unit in (
        (f"{domain}-rank", rank, UNIT_OF_RANK),
        (f"{domain}-decile", decile, UNIT_OF_DECILE),
    ):
        yield measure_row(layer, measure, edition, values, unit)


def _claims(
    geography: Geography,
    gazetteer: Gazetteer,
    residents: Residents,
    *,
    rng: np.random.Generator,
) -> Parts:
    """Claims of benefits by LSOA: six months, and their mean."""
    hardship = np.array([ward.hardship for ward in gazetteer.wards])[geography.ward_of_lsoa]
    people = residents.population[-1]
    expected = people * CLAIMS_PER_1000 / 1_000.0 * hardship * rng.lognormal(0.0, 0.3, len(people))
    _raise_published_wards(geography, expected)
    months = rng.poisson(expected, (len(CLAIM_MONTHS), len(people)))
    period = f"{CLAIM_MONTHS[0]}/{CLAIM_MONTHS[-1]}"
    for name, counts in (*zip(CLAIM_MONTHS, months, strict=True), (period, months.mean(axis=0))):
        yield measure_row(geography.lsoa, "benefit-claims", name, counts, "claims a month")


def _raise_published_wards(geography: Geography, expected: FloatArray) -> None:
    """Give one LSOA of each published ward more claims than any other of their district has."""
    wards = [
        geography.ward.names.index(n) for n in read_data("deprivation.json")["benefits"]["wards"]
    ]
    district = geography.district_of_ward[wards[0]]
    most = float(expected[geography.district_of_lsoa == district].max())
    for i, ward in enumerate(wards):
        lsoas = np.flatnonzero(geography.ward_of_lsoa == ward)
        expected[lsoas[np.argmax(expected[lsoas])]] = most * (1.5 + 0.15 * i)


def _footfall(geography: Geography, *, rng: np.random.Generator) -> Parts:
    """People counted each week in the centres of some wards."""
    layer = geography.ward
    position = [layer.names.index(name) for name in FOOTFALL_A_WEEK]
    codes = [layer.codes[i] for i in position]
    level = np.array(list(FOOTFALL_A_WEEK.values()), dtype=np.float64)
    for monday in FOOTFALL_WEEKS:
        is_closed = LOCKDOWN[0] <= monday < LOCKDOWN[1]
        since_months = max((monday - LOCKDOWN[1]) / np.timedelta64(1, "D") / 30.4, 0.0)
        share = 1.0 if monday < LOCKDOWN[0] else 0.18 if is_closed else 0.45 + 0.08 * since_months
        counts = np.rint(
            level
            * min(share, 0.85 if monday > LOCKDOWN[0] else 1.0)
            * rng.lognormal(0.0, 0.06, len(level))
        )
        week = f"{monday}/{monday + 6}"
        yield measure_of_codes(layer.layer_id, codes, "footfall", week, counts, "people a week")


def _peers(*, rng: np.random.Generator) -> Parts:
    """Crimes and residents of partnerships that are called most similar to one another."""
    content = read_data("area_groups.json")
    names = content["areas"]
    residents = np.rint(rng.uniform(90.0, 190.0, len(names))) * 1_000.0
    crimes = rng.poisson(residents * rng.lognormal(np.log(0.052), 0.16, len(names)))
    codes = peer_codes(len(names))
    for measure, values, unit in (
        ("residents", residents, "residents"),
        ("recorded-crime", crimes.astype(np.float64), "crimes"),
    ):
        for name, count in content["of_2016"][measure].items():
            values[names.index(name)] = count
        yield measure_of_codes(content["layer"], codes, measure, "2016", values, unit)


def peer_codes(n: int) -> list[str]:
    """Codes of partnerships; X is the letter of no country's codes."""
    return [f"X08{i:06d}" for i in range(1, n + 1)]
