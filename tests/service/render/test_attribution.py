"""Period, sources and names of files, from the provenance."""

import pytest

from service.render.attribution import file_name, licences, period, sources

PROVENANCE = {
    "dataset": {"source": "Force", "licence": "OGL"},
    "layer": {"source": "ONS", "licence": "OGL"},
    "filter": {
        "categories": ["Drugs", "Burglary: home"],
        "covered": ["2023-02", "2024-01 to 2024-11"],
    },
}


@pytest.mark.parametrize(
    ("selection", "text"),
    [
        ({}, ""),
        ({"covered": []}, ""),
        ({"covered": ["2024-01"]}, "2024-01"),
        ({"covered": ["2024-01-03 to 2024-02-05"]}, "2024-01-03 to 2024-02-05"),
        ({"covered": ["2023-02", "2024-01 to 2024-11"]}, "2023-02 to 2024-11"),
        (
            {"covered": ["2024-01"], "baseline_covered": ["2023-01"]},
            "2024-01, against 2023-01",
        ),
    ],
)
def test_the_period_is_from_the_first_to_the_last_day_covered(selection, text):
    assert period({"filter": selection}) == text


def test_sources_and_licences_are_named_once():
    assert sources(PROVENANCE) == "Force; ONS"
    assert licences(PROVENANCE) == "OGL"


def test_a_file_is_named_after_what_was_asked():
    name = file_name("police-ward-count", "csv", PROVENANCE)
    assert name == "police-ward-count-drugs-burglary-home-2023-02-to-2024-11.csv"
    assert file_name("sites", "xlsx", {"filter": {}}) == "sites.xlsx"


def test_a_file_about_one_place_is_named_for_it():
    of_place = PROVENANCE | {"within": {"name": "Cambridge"}}
    name = file_name("police-ward-count", "csv", of_place)
    assert name.startswith("police-ward-count-cambridge-")
    assert name.replace("-cambridge", "") == file_name("police-ward-count", "csv", PROVENANCE)


def test_a_long_name_keeps_its_period():
    many = {**PROVENANCE, "filter": {**PROVENANCE["filter"], "categories": ["long name"] * 50}}
    name = file_name("police", "csv", many)
    assert len(name) <= 104
    assert name.startswith("police-long-name-")
    assert name.endswith("-2023-02-to-2024-11.csv")
