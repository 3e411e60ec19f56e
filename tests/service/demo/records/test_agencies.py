"""Records of other agencies: where, when, what, and of whom."""

import numpy as np
import pyarrow.compute as pc
import pytest

from service.demo.county import County
from service.demo.places.gazetteer import read_data
from service.demo.records.agencies import agency_days
from tests.service.demo import columns

DATASETS = read_data("agencies.json")["datasets"]


@pytest.mark.parametrize("dataset", DATASETS)
def test_records_are_of_the_days_that_are_stated_as_covered(county: County, dataset: str) -> None:
    day = county.incidents[dataset].column("occurred").to_numpy().astype("M8[D]")
    first, last = (np.datetime64(end) for end in agency_days()[dataset])
    assert first <= day.min() < first + 40
    assert last - 40 < day.max() <= last
    assert (np.diff(day.astype(np.int64)) >= 0).all()


@pytest.mark.parametrize("dataset", DATASETS)
def test_shares_and_what_is_missing_are_as_described(county: County, dataset: str) -> None:
    rows, content = county.incidents[dataset], DATASETS[dataset]
    missing = 1.0 - np.mean(columns.located(rows))
    assert missing == pytest.approx(content["not_located"], abs=0.012)
    for name, values in content["columns"].items():
        part = rows
        if isinstance(values, dict):
            part = rows.filter(pc.equal(rows.column("category").cast("string"), values["of"]))
            values = values["values"]
        for value, share in values:
            is_value = columns.text(part, name) == str(value)
            assert is_value.mean() == pytest.approx(share, abs=0.045), (name, value)


def test_districts_have_their_rates(county: County) -> None:
    rows = county.incidents["domestic-abuse"]
    district = columns.names_by_polygon(rows, county.geography.district)
    rate = {name: np.count_nonzero(district == name) for name in county.geography.district.names}
    assert rate["Huntingdonshire"] > rate["South Cambridgeshire"] > rate["East Cambridgeshire"]


def test_arrivals_are_known_to_the_postcode_district_alone(county: County) -> None:
    rows, layer = county.incidents["hospital-arrivals"], county.geography.postcode
    code = columns.text(rows, "area_code")
    by_polygon = columns.names_by_polygon(rows, layer)
    inside = np.isin(code, layer.codes)
    names = [layer.names[layer.position(c)] for c in code[inside].tolist()]
    assert names == by_polygon[inside].tolist()
    assert len(np.unique(columns.xy_m(rows)[inside], axis=0)) == len(set(names))


def test_a_find_is_of_one_needle_or_more(county: County) -> None:
    needles = county.incidents["needle-finds"].column("weight").to_numpy()
    assert needles.min() == 1.0
    assert needles.max() > 20.0
    assert (needles == np.rint(needles)).all()
