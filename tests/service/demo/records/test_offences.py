"""Crimes in detail: the published counts of offences, a reclassification, markers, victims."""

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from service.demo.county import County
from service.demo.places.gazetteer import read_data
from tests.service.demo import columns

VIOLENCE = "Violence and sexual offences"


@pytest.fixture(scope="module")
def rows(county: County) -> pa.Table:
    return county.incidents["police-crime"]


def test_published_offences_have_their_counts_and_days(county: County, rows: pa.Table) -> None:
    # Huntingdonshire strategic assessment 2019/20, tables 3, 6 and 15.
    offence, code, month = (columns.text(rows, "offence"), columns.text(rows, "area_code"),
                            columns.months(rows))  # fmt: skip
    g = county.geography
    district = g.district.names.index("Huntingdonshire")
    inside = np.isin(code, np.array(g.lsoa.codes)[g.district_of_lsoa == district])
    inside &= (month >= np.datetime64("2016-11")) & (month <= np.datetime64("2019-10"))
    published = {
        line["offence"]: line["recorded"] for line in read_data("harm_index.json")["offences"]
    }
    counted = {name: int(np.count_nonzero(inside & (offence == name))) for name in published}
    assert counted == published
    assert sum(published.values()) == 7_359
    assert published["Common assault and battery (incl. attempts)"] == 3_301


@pytest.mark.real
def test_the_published_counts_are_those_of_the_file(test_data: Path) -> None:
    path = test_data.parent / "published" / "harm_index_huntingdonshire.csv"
    with path.open(encoding="utf-8", newline="") as file:
        printed = {
            r["offence"]: int(r["offences_2016_11_to_2019_10"]) for r in csv.DictReader(file)
        }
    entries = read_data("harm_index.json")["offences"]
    assert {entry["offence"]: entry["recorded"] for entry in entries} == printed


def test_burglary_is_classified_anew_from_april_2017(rows: pa.Table) -> None:
    subcategory, month = columns.text(rows, "subcategory"), columns.months(rows)
    burglary = columns.text(rows, "category") == "Burglary"
    earlier = burglary & (month < np.datetime64("2017-04"))
    later = burglary & (month >= np.datetime64("2017-04"))
    assert set(subcategory[earlier]) == {"Burglary dwelling", "Burglary non dwelling"}
    assert set(subcategory[later]) == {"Residential burglary", "Business and community burglary"}


def test_every_crime_has_a_subcategory_of_its_category(rows: pa.Table) -> None:
    pairs = set(
        zip(columns.text(rows, "category"), columns.text(rows, "subcategory"), strict=True)
    )
    assert pairs == {(line[0], line[1]) for line in read_data("offences.json")["lines"]}


def test_markers_follow_from_the_offence_and_some_records_have_several(rows: pa.Table) -> None:
    is_hate = columns.mentions(rows, "marker", "hate")
    is_racial = columns.mentions(rows, "offence", "Racially")
    assert is_hate[is_racial].all()
    is_slavery = columns.mentions(rows, "subcategory", "Modern slavery")
    assert columns.mentions(rows, "marker", "modern slavery")[is_slavery].all()
    assert np.count_nonzero(columns.mentions(rows, "marker", ";")) > 1_000
    strand = columns.text(rows, "strand")
    assert set(strand[is_racial]) == {"Race"}
    assert set(strand[~is_hate]) == {"None"}
    is_crime = columns.text(rows, "kind") == "crime"
    assert (is_crime == (columns.text(rows, "category") != "Anti-social behaviour")).all()


def test_victims_are_recorded_where_there_is_one(rows: pa.Table) -> None:
    category, age = columns.text(rows, "category"), rows.column("age")
    is_aged = age.is_valid().to_numpy(zero_copy_only=False)
    for none in ("Shoplifting", "Drugs", "Anti-social behaviour"):
        assert not is_aged[category == none].any()
    assert 0.85 < is_aged[category == VIOLENCE].mean() < 0.95
    young = age.to_numpy(zero_copy_only=False)[is_aged & (category == VIOLENCE)] < 18
    assert young.mean() == pytest.approx(0.18, abs=0.01)
