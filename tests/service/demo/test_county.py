"""The county as a whole: the same for a seed, residents in range, sites as published."""

import numpy as np
import pyarrow.compute as pc
import pytest
import shapely

from service.demo.county import County, build_county
from service.demo.marker import SEED
from service.demo.measures import HOUSEHOLD_CLASSES
from service.demo.places.published import Months
from service.demo.places.residents import MEASURES
from service.demo.records.quotas import apportion, spread_evenly
from service.demo.stores import source_file


def digests(county: County) -> dict[str, str]:
    tables = {**county.incidents, **county.measures, "sites": county.sites}
    found = {name: source_file(name, rows).sha256 for name, rows in tables.items()}
    shapes = {la.layer_id: shapely.to_wkb(la.geometries).tolist() for la in county.layers}
    return found | {name: b"".join(wkb).hex() for name, wkb in shapes.items()}


def test_the_same_seed_makes_the_same_county(county: County) -> None:
    assert digests(build_county(SEED)) == digests(county)


def test_another_seed_makes_another_county(county: County) -> None:
    other, same = digests(build_county(SEED + 1)), digests(county)
    # The sites are published, not drawn.
    assert {name for name in same if other[name] == same[name]} == {"sites"}


def measure(county: County, name: str, layer: str, year: int) -> np.ndarray:
    rows = county.measures[name]
    wanted = pc.and_(pc.equal(rows["layer"], layer), pc.equal(rows["period"], str(year)))
    return rows.filter(wanted).column("value").to_numpy()


@pytest.mark.parametrize("year", [2015, 2016, 2017, 2018, 2019])
def test_residents_households_and_homes(county: County, year: int) -> None:
    people = measure(county, "population", "lsoa", year)
    households = measure(county, "households", "lsoa", year)
    homes = measure(county, "homes", "lsoa", year)
    assert len(people) == len(county.layers[0])
    assert people.min() >= 1_000
    assert people.max() <= 3_000
    assert ((people / households > 2.0) & (people / households < 2.7)).all()
    assert (homes >= households).all()
    for values in (people, households, homes):
        assert (values == np.rint(values)).all()


def test_measures_of_larger_areas_are_sums(county: County) -> None:
    g = county.geography
    for name in (*MEASURES, *HOUSEHOLD_CLASSES):
        small = measure(county, name, "lsoa", 2019)
        wards = measure(county, name, "ward", 2019)
        districts = measure(county, name, "district", 2019)
        assert (np.bincount(g.ward_of_lsoa, weights=small) == wards).all()
        assert (np.bincount(g.district_of_ward, weights=wards) == districts).all()


def test_the_county_grows(county: County) -> None:
    total = [measure(county, "population", "district", year).sum() for year in range(2015, 2020)]
    assert (np.diff(total) > 0).all()


def test_sites_are_the_published_ones(county: County) -> None:
    sites = {row["site_id"]: row for row in county.sites.to_pylist()}
    assert len(sites) == 29
    assert sites["15"]["name"] == "Northstowe"
    assert (sites["15"]["homes_planned"], sites["15"]["homes_completed"]) == (10_000, 431)
    assert sites["12b"]["homes_completed"] is None
    assert sites["12b"]["completed_year"] is None
    # South Cambridgeshire 2019/20, appendix A, all rows.
    assert sum(row["homes_planned"] for row in sites.values()) == 77_860
    assert sum(row["homes_completed"] or 0 for row in sites.values()) == 8_112
    assert {row["position"] for row in sites.values()} == {"approximate"}


@pytest.mark.parametrize(
    ("total", "shares", "counts"),
    [
        (10, [1.0, 1.0, 1.0], [4, 3, 3]),
        (0, [0.2, 0.8], [0, 0]),
        (7, [0.0, 1.0], [0, 7]),
        (100, [30.5, 11.6, 57.9], [30, 12, 58]),
    ],
)
def test_totals_are_shared_out_whole(total: int, shares: list[float], counts: list[int]) -> None:
    assert apportion(total, np.array(shares)).tolist() == counts


def test_even_spread_keeps_each_share_within_one_row() -> None:
    rng = np.random.default_rng(5)
    groups = [np.arange(0, 37), np.arange(37, 40), np.arange(40, 40)]
    chosen = spread_evenly(groups, np.array([0.635, 0.3, 0.065]), 40, rng=rng)
    for rows in groups:
        for choice, share in enumerate((0.635, 0.3, 0.065)):
            assert abs(np.count_nonzero(chosen[rows] == choice) - share * len(rows)) <= 1.0


def test_months_of_a_period() -> None:
    assert Months.of("2016").days == 366
    period = Months.of("2018-11/2019-10")
    assert (str(period.first), str(period.after)) == ("2018-11", "2019-11")
