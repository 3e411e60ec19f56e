"""Measures besides residents and homes: deprivation as published, claims, households, footfall."""

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from service.demo.county import County
from service.demo.measures import HOUSEHOLD_CLASSES
from service.demo.places.gazetteer import read_data

CONTENT = read_data("deprivation.json")


def of(county: County, measure: str, layer: str, period: str) -> pa.Table:
    rows = county.measures[measure]
    return rows.filter(pc.and_(pc.equal(rows["layer"], layer), pc.equal(rows["period"], period)))


def values(county: County, measure: str, layer: str, period: str) -> np.ndarray:
    return of(county, measure, layer, period).column("value").to_numpy()


@pytest.mark.parametrize("domain", CONTENT["domains"])
def test_ranks_are_distinct_and_deciles_follow_from_them(county: County, domain: str) -> None:
    for edition in ("2015", "2019"):
        rank = values(county, f"{domain}-rank", "lsoa", edition)
        decile = values(county, f"{domain}-decile", "lsoa", edition)
        assert len(np.unique(rank)) == len(rank)
        assert rank.min() >= 1
        assert rank.max() <= 32_844
        assert (decile == np.ceil(10 * rank / 32_844)).all()
        districts = values(county, f"{domain}-rank", "district", edition)
        assert sorted(set(districts)) == sorted(districts)
        assert districts.max() <= 317


def test_published_wards_have_their_most_deprived_lsoas(county: County) -> None:
    # South Cambridgeshire strategic assessment 2019/20, table 11.
    g = county.geography
    for column, domain in enumerate(CONTENT["published_domains"]):
        deprived = values(county, f"{domain}-decile", "lsoa", "2019") <= 3
        counted = np.bincount(g.ward_of_lsoa, weights=deprived)
        district = g.district.names.index(CONTENT["district"])
        for position in np.flatnonzero(g.district_of_ward == district):
            ward = g.ward.names[position]
            published = CONTENT["published"].get(ward, [0] * 6)[column]
            lsoas = np.count_nonzero(g.ward_of_lsoa == position)
            assert counted[position] == min(published, lsoas), (ward, domain)


@pytest.mark.real
def test_the_published_counts_are_those_of_the_file(test_data: Path) -> None:
    name = "imd2019_lsoas_in_30_percent_most_deprived_by_ward.csv"
    with (test_data.parent / "published" / name).open(encoding="utf-8") as file:
        of_file = {
            ward: [int(count) for count in counts] for ward, *counts in list(csv.reader(file))[1:]
        }
    assert CONTENT["published"] == of_file


def test_classes_of_households_add_up_to_all(county: County) -> None:
    for layer in ("lsoa", "ward", "district"):
        classes = [values(county, name, layer, "2019") for name in HOUSEHOLD_CLASSES]
        assert (np.sum(classes, axis=0) == values(county, "households", layer, "2019")).all()


def test_the_lsoas_with_most_claims_are_in_the_published_wards(county: County) -> None:
    g = county.geography
    mean = values(county, "benefit-claims", "lsoa", "2019-05/2019-10")
    months = [values(county, "benefit-claims", "lsoa", f"2019-{m:02d}") for m in range(5, 11)]
    assert mean == pytest.approx(np.mean(months, axis=0))
    inside = np.flatnonzero(g.district_of_lsoa == g.district.names.index("South Cambridgeshire"))
    highest = inside[np.argsort(-mean[inside])[:5]]
    wards = sorted(g.ward.names[i] for i in g.ward_of_lsoa[highest])
    assert wards == CONTENT["benefits"]["wards"]


def test_the_forecast_begins_with_the_residents_and_grows(county: County) -> None:
    first, last = (values(county, "population-forecast", "district", y) for y in ("2016", "2036"))
    assert first == pytest.approx(values(county, "population", "district", "2016"), abs=50.0)
    assert (last > first * 1.05).all()


def test_residents_of_earlier_years_go_on_from_the_later_ones(county: County) -> None:
    people = [values(county, "population", "lsoa", str(year)) for year in range(2010, 2020)]
    assert (np.abs(np.diff(people, axis=0)) <= 0.04 * np.array(people[:-1])).all()


def test_footfall_is_by_week_and_falls_in_the_lockdown(county: County) -> None:
    rows = county.measures["footfall"]
    weeks = sorted(set(rows.column("period").to_pylist()))
    assert weeks[0] == "2020-01-06/2020-01-12"
    assert len(weeks) == 46
    before, closed = (
        values(county, "footfall", "ward", week).sum() for week in (weeks[8], weeks[14])
    )
    assert closed < 0.3 * before
