"""Requests with more parameters than any question has, and answers that do not repeat them."""

import pytest

from tests.service import world

DATASETS = "/v1/datasets"
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"


def distinct(number):
    return "&".join(f"a{i}=1" for i in range(number))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (distinct(101), "parameters of 100 names; this has 101"),
        (distinct(7_000), "2,500 parameters; this has 7,000"),
        ("&".join(["category=a"] * 2_501), "2,500 parameters; this has 2,501"),
        ("&" * 60_000, "2,500 parameters; this has 60,001"),
    ],
)
@pytest.mark.parametrize("path", [DATASETS, CELLS, "/nothing", "/health/live"])
def test_too_many_parameters_are_refused_with_the_limit(client, path, query, said):
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert answer.json()["title"] == "too many parameters"
    assert said in answer.json()["detail"]
    assert len(answer.content) < 1_000


def test_ogc_standards_have_their_own_status_and_form_for_it(client):
    assert client.get(f"/ogc/collections?{distinct(101)}").status_code == 400
    report = client.get(f"/wmts?{distinct(101)}")
    assert report.status_code == 400
    assert "100 names" in report.text
    assert report.headers["Content-Type"] == "application/xml"


def test_long_lists_of_one_parameter_are_looked_at(client):
    answer = client.get(CELLS, params={"category": ["assault"] * 200})
    assert answer.status_code == 200
    more = client.get(CELLS, params={"category": ["assault"] * 201})
    assert "200" in more.json()["detail"]


def test_ten_faults_are_told_and_how_many_there_are_besides(client):
    answer = client.get(f"{CELLS}?{distinct(30)}").json()
    assert [fault["parameter"] for fault in answer["errors"]] == [f"a{i}" for i in range(10)]
    assert answer["detail"].endswith("; and 20 more")
    exactly = client.get(f"{CELLS}?{distinct(10)}").json()
    assert len(exactly["errors"]) == 10
    assert "more" not in exactly["detail"]


@pytest.mark.parametrize(
    "address",
    [
        f"{CELLS}?{'x' * 50_000}=1",
        f"{CELLS}?measure={'x' * 50_000}",
        f"{CELLS}?from={'x' * 50_000}",
        f"{CELLS}?category={'x' * 50_000}",
        f"{CELLS}?within={'x' * 50_000}",
        f"/v1/datasets/{'x' * 50_000}",
        f"/v1/choropleths/{world.DATASET}/hex:{'9' * 50_000}",
        f"/{'x' * 50_000}",
        f"/ogc/collections/boundaries:{world.CELLS}/items/{'x' * 50_000}",
        f"/ogc/collections/boundaries:{world.CELLS}/items?bbox={'1' * 50_000}",
        f"/wmts/1.0.0/{'x' * 50_000}/default/legend.png",
        f"/wmts?service={'x' * 50_000}",
    ],
)
def test_what_was_sent_is_not_sent_back_at_length(client, address):
    answer = client.get(address)
    assert 400 <= answer.status_code < 500
    assert len(answer.content) < 6_000, answer.text[-300:]
