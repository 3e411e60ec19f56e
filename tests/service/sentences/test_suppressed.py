"""Sentences about suppressed numbers: that they are suppressed, and not that there are none."""

import pytest

from service.access.policy import Role
from tests.service import protected, world
from tests.service.restricted import clients_of

PERIOD = {"from": "2023-01", "to": "2023-12"}


@pytest.fixture(scope="module")
def partner(tmp_path_factory):
    folder = world.build(tmp_path_factory.mktemp("suppressed"))
    with clients_of(folder, protected.protection("nhs-hes")) as clients:
        yield clients[Role.PARTNER]


def answer(partner, path, **query):
    response = partner.get(path.format(dataset=world.DATASET), params=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_suppressed_areas_are_counted_apart_from_areas_without_a_value(partner):
    table = answer(partner, "/v1/choropleths/{dataset}/cell", **PERIOD)
    suppressed = sum(row["class"] == "suppressed" for row in table["rows"])
    assert 1 < suppressed < len(table["rows"])
    assert table["sentences"][-2].startswith("The highest value shown is ")
    assert table["sentences"][-1] == (
        f"The values of {suppressed} areas are suppressed: too much of them rests on hidden cells."
    )
    assert not any("no value" in sentence for sentence in table["sentences"])


def sentence_on_years(table):
    (sentence,) = [text for text in table["sentences"] if "year" in text]
    return sentence


def test_a_year_without_a_shown_count_is_not_said_to_be_unknown(partner):
    table = answer(partner, "/v1/tables/{dataset}/trend", step="year")
    assert [row["count"] for row in table["rows"]] == [None, 90]
    assert sentence_on_years(table) == (
        "A year had 90 incidents in 2024; of 1 year no count is shown."
    )


def test_years_without_any_shown_count_are_not_said_to_lack_days(partner):
    table = answer(partner, "/v1/tables/{dataset}/trend", step="year", **PERIOD)
    assert [row["count"] for row in table["rows"]] == [None]
    assert sentence_on_years(table) == (
        "No year is shown with a count of all its days: counts are suppressed."
    )
