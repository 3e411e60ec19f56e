"""Which vintage a set of codes is of."""

import csv
from collections import Counter

import pytest

from boundaries.layers.recognition import recognised

LAYERS = {
    "old": [f"E{i}" for i in range(100)],
    "new": [f"E{i}" for i in range(90)] + [f"N{i}" for i in range(20)],
    "ward": ["W1", "W2"],
}


def test_codes_of_the_layer_asked_belong_to_it():
    found = recognised({f"E{i}": 1 for i in range(80)}, LAYERS, target="new")
    assert found.belongs
    assert (found.best, found.target_share, found.unknown) == ("new", 1.0, ())
    assert found.sentence() == "100.0% of the codes are those of new"


def test_codes_of_another_vintage_are_recognised_and_said():
    found = recognised({f"E{i}": 2 for i in range(100)}, LAYERS, target="new")
    assert not found.belongs
    assert (found.best, found.best_share, found.target_share) == ("old", 1.0, 0.9)
    assert found.sentence() == (
        "100.0% of the codes are those of old, only 90.0% those of new: "
        "the records are coded in another vintage than the requested layer"
    )
    assert len(found.unknown) == 10


def test_a_few_strange_codes_do_not_matter():
    records = {"E1": 985, "Z1": 10, "Z2": 5}
    found = recognised(records, LAYERS, target="new")
    assert found.belongs
    assert found.unknown == ("Z1", "Z2")


def test_codes_that_nobody_knows_belong_nowhere():
    found = recognised({"Q1": 5, "Q2": 5}, LAYERS, target="new")
    assert not found.belongs
    assert "no other layer" in found.sentence()


def test_no_codes_belong_nowhere():
    assert not recognised({}, LAYERS, target="new").belongs


@pytest.mark.real
def test_files_of_2011_and_of_2021_are_told_apart(test_data):
    with (test_data / "lookups" / "lsoa11_lsoa21_ltla22_cambs_pboro.csv").open() as file:
        rows = list(csv.DictReader(file))
    layers = {
        "lsoa11": sorted({row["lsoa11_code"] for row in rows}),
        "lsoa21": sorted({row["lsoa21_code"] for row in rows}),
    }
    with (test_data / "deprivation" / "imd2019_england_lsoa11_cambs_pboro.csv").open() as file:
        header = next(file).strip().split(",")
        column = next(i for i, name in enumerate(header) if "code" in name.lower())
        in_2011 = Counter(row[column] for row in csv.reader(file))
    found = recognised(in_2011, layers, target="lsoa21")
    assert (found.best, found.belongs) == ("lsoa11", False)
    assert recognised(in_2011, layers, target="lsoa11").belongs
    street = test_data / "police-uk-2024" / "2024-01-cambridgeshire-street.csv"
    with street.open() as file:
        in_2021 = Counter(row["LSOA code"] for row in csv.DictReader(file) if row["LSOA code"])
    assert recognised(in_2021, layers, target="lsoa21").belongs
    assert not recognised(in_2021, layers, target="lsoa11").belongs
