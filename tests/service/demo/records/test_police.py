"""Police-like crime and deliberate fires: published counts, map points, codes, months and days."""

import numpy as np
import pytest

from service.demo.county import County
from service.demo.places.published import read_published
from tests.service.demo import columns

ASB = "Anti-social behaviour"

# The categories of data.police.uk.
CATEGORIES = {
    ASB,
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
}

# South Cambridgeshire 2019/20, tables 4 and 12; Huntingdonshire 2019/20, table 14.
SOME_CRIME = {"Cambourne": 446, "Histon & Impington": 697, "Barrington": 89, "The Mordens": 146}
SOME_FIRES = {"Cambourne": 31, "Over & Willingham": 25, "Bar Hill": 1, "Fen Ditton & Fulbourn": 24}
SOME_ASB = {"Huntingdon North": 289, "St Ives South": 136, "Great Paxton": 8, "Yaxley": 100}
ALL_CRIME, ALL_FIRES, ALL_ASB = 7_249, 239, 1_592


def counts(names: np.ndarray) -> dict[str, int]:
    found, number = np.unique(names.astype(str), return_counts=True)
    return dict(zip(found.tolist(), number.tolist(), strict=True))


def between(rows, first: str, last: str) -> np.ndarray:
    month = columns.months(rows)
    return (month >= np.datetime64(first)) & (month <= np.datetime64(last))


@pytest.fixture(scope="module")
def crime_ward(county: County) -> np.ndarray:
    return columns.names_by_polygon(county.incidents["police-crime"], county.geography.ward)


def test_ward_crime_is_the_published(county: County, crime_ward: np.ndarray) -> None:
    rows = county.incidents["police-crime"]
    wanted = between(rows, "2018-11", "2019-10") & (columns.text(rows, "category") != ASB)
    counted = counts(crime_ward[wanted])
    published = read_published().ward_crime
    assert {name: counted[name] for name in published} == published
    assert published.items() >= SOME_CRIME.items()
    assert len(published) == 26
    assert sum(published.values()) == ALL_CRIME


def test_ward_disorder_is_the_published(county: County, crime_ward: np.ndarray) -> None:
    rows = county.incidents["police-crime"]
    wanted = between(rows, "2019-04", "2019-10") & (columns.text(rows, "category") == ASB)
    counted = counts(crime_ward[wanted])
    published = read_published().ward_asb
    assert {name: counted[name] for name in published} == published
    assert published.items() >= SOME_ASB.items()
    assert len(published) == 26
    assert sum(published.values()) == ALL_ASB


@pytest.mark.parametrize(("year", "published"), [(2015, 7416), (2016, 8257)])
def test_crime_in_huntingdonshire_is_the_published(
    county: County, year: int, published: int
) -> None:
    rows = county.incidents["police-crime"]
    district = columns.names_by_polygon(rows, county.geography.district)
    wanted = (columns.years(rows) == year) & (columns.text(rows, "category") != ASB)
    assert np.count_nonzero(wanted & (district == "Huntingdonshire")) == published


def test_ward_fires_are_the_published(county: County) -> None:
    rows = county.incidents["fires"]
    ward = columns.names_by_polygon(rows, county.geography.ward)
    counted = counts(ward[between(rows, "2016-12", "2019-11")])
    published = read_published().ward_fires
    assert {name: counted[name] for name in published} == published
    assert published.items() >= SOME_FIRES.items()
    assert len(published) == 26
    assert sum(published.values()) == ALL_FIRES


def test_some_crime_is_not_located_and_some_outside(
    county: County, crime_ward: np.ndarray
) -> None:
    n = len(crime_ward)
    assert np.count_nonzero(crime_ward == "?") / n == pytest.approx(0.030, abs=0.003)
    assert np.count_nonzero(crime_ward == "") / n == pytest.approx(0.006, abs=0.001)


def test_crime_is_at_shared_map_points(county: County) -> None:
    xy_m = columns.xy_m(county.incidents["police-crime"])
    points, number = np.unique(xy_m[np.isfinite(xy_m[:, 0])], axis=0, return_counts=True)
    assert 6_000 < len(points) < 12_000
    assert number.max() > 500


def test_the_supplied_code_is_that_of_the_lsoa_around_the_point(county: County) -> None:
    rows, lsoa = county.incidents["police-crime"], county.geography.lsoa
    name = columns.names_by_polygon(rows, lsoa)
    code = columns.text(rows, "area_code")
    inside = ~np.isin(name, ["", "?"])
    assert [lsoa.names[lsoa.position(c)] for c in code[inside].tolist()] == name[inside].tolist()
    outside = name == ""
    assert outside.any()
    assert not set(code[outside]) & set(lsoa.codes)
    assert set(code[name == "?"]) == {"None"}
    assert set(columns.text(rows, "area_layer")[inside]) == {"lsoa"}


def test_categories_and_ids_are_as_at_police_uk(county: County) -> None:
    rows = county.incidents["police-crime"]
    category, number = columns.text(rows, "category"), columns.text(rows, "incident_id")
    assert set(category) == CATEGORIES
    has_id = number != "None"
    later = columns.months(rows) >= np.datetime64("2015-01")
    assert set(category[later & ~has_id]) == {ASB}
    assert not has_id[~later].any()
    assert not (has_id & (category == ASB)).any()
    assert len(set(number[has_id])) == np.count_nonzero(has_id)


def test_months_and_days_are_all_that_is_known(county: County) -> None:
    for dataset, unit, years in (
        ("police-crime", "month", range(2010, 2021)),
        ("fires", "day", range(2015, 2020)),
    ):
        rows = county.incidents[dataset]
        occurred = rows.column("occurred").to_numpy()
        assert (occurred == occurred.astype(f"M8[{unit[0].upper()}]")).all()
        assert set(columns.text(rows, "precision")) == {unit}
        assert set(columns.years(rows)) == set(years)


def test_a_few_hundred_fires_a_year_all_inside(county: County) -> None:
    rows = county.incidents["fires"]
    assert (np.bincount(columns.years(rows))[2015:] > 300).all()
    assert rows.num_rows < 2_500
    ward = columns.names_by_polygon(rows, county.geography.ward)
    assert not np.isin(ward, ["", "?"]).any()
    assert len(set(columns.text(rows, "incident_id"))) == rows.num_rows
