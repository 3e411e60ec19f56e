"""Months that nobody delivered are no data: not in rates, comparisons, or series."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import gaps, world
from tests.service.answers import json_of
from tests.service.conftest import client_of

TREND = f"/v1/tables/{gaps.DATASET}/trend"
CHANGE = f"/v1/hotspots/{gaps.DATASET}/{world.CELLS}/change"
CELLS = f"/v1/choropleths/{gaps.DATASET}/{world.CELLS}"
SUMMARY = f"/v1/heatmaps/{gaps.DATASET}/summary.json"


@pytest.fixture(scope="module")
def gap_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = gaps.add(world.build(tmp_path_factory.mktemp("gap")))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def notes_of(answer) -> str:
    return " ".join(answer["provenance"]["notes"])


def test_a_trend_has_no_data_where_there_are_no_files_and_counts_days_covered(gap_client):
    answer = json_of(gap_client, TREND, step="quarter")
    rows = answer["rows"]
    assert [row["month"] for row in rows] == ["2024-01", "2024-04", "2024-07", "2024-10"]
    assert [row["days"] for row in rows] == [60, 0, 0, 30]
    first = gaps.COUNTS["2024-01"] + gaps.COUNTS["2024-02"]
    assert [row["count"] for row in rows] == [first, None, None, gaps.COUNTS["2024-11"]]
    assert [row["rate"] for row in rows] == [pytest.approx(first / 60), None, None, 2.0]
    assert [row["upper"] is None for row in rows] == [False, True, True, False]
    assert "No data, which is not zero: 2024-04, 2024-07." in notes_of(answer)
    assert "2024-01 (60 of 91 days)" in notes_of(answer)
    assert answer["sentences"][-1] == "No quarter has a count of all its days."


def test_a_sentence_of_a_trend_is_about_the_steps_that_are_covered_as_a_whole(gap_client):
    by_month = json_of(gap_client, TREND)["sentences"][-1]
    assert by_month.endswith(
        "60 to 87 a month, from January 2024 to November 2024; of 8 months nothing is known."
    )


def test_a_change_is_of_the_days_covered(gap_client):
    query = {"baseline_from": "2023-06", "baseline_to": "2024-01", "from": "2024-02"}
    answer = json_of(gap_client, CHANGE, **query, to="2024-10", replicates=0, permutations=0)
    method = answer["provenance"]["method"]
    assert (method["days_before"], method["days_after"]) == (31, 29)
    assert method["map"]["percent"] == pytest.approx(50.0)  # from two a day to three
    assert answer["provenance"]["filter"]["baseline_covered"] == ["2024-01"]
    assert answer["provenance"]["filter"]["covered"] == ["2024-02"]
    assert "Of 2023-06 to 2024-01 the data cover 2024-01: 31 of 245 days." in notes_of(answer)
    assert "Of 2024-02 to 2024-10 the data cover 2024-02: 29 of 274 days." in notes_of(answer)


def test_a_density_per_year_is_divided_by_the_days_covered(gap_client):
    query = {"from": "2020-01", "to": "2024-12", "bandwidth_m": "800"}
    whole = json_of(gap_client, SUMMARY, **query)
    per_year = json_of(gap_client, SUMMARY, **query, per="year")
    assert per_year["maximum"] == pytest.approx(whole["maximum"] * 365.25 / 90)
    assert per_year["provenance"]["method"]["years"] == pytest.approx(90 / 365.25, abs=1e-6)
    assert per_year["provenance"]["filter"]["covered_days"] == 90


@pytest.mark.parametrize("period", [("2023-01", "2023-12"), ("2024-03", "2024-10")])
def test_a_period_without_any_data_is_refused_and_the_period_covered_is_named(gap_client, period):
    answer = gap_client.get(CELLS, params={"from": period[0], "to": period[1]})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/period-not-covered"
    assert f"{period[0]} to {period[1]}" in answer.json()["detail"]
    assert "2024-01 to 2024-02, 2024-11" in answer.json()["detail"]


def test_the_dataset_says_which_days_it_covers(gap_client):
    dataset = json_of(gap_client, f"/v1/datasets/{gaps.DATASET}")
    assert (dataset["from"], dataset["to"]) == ("2024-01", "2024-11")
    assert dataset["covered_by"] == "files"
    assert dataset["covered"] == [
        {"from": "2024-01-01", "to": "2024-02-29"},
        {"from": "2024-11-01", "to": "2024-11-30"},
    ]


def test_nothing_is_noted_where_everything_is_covered(gap_client):
    answer = json_of(gap_client, CELLS, **{"from": "2024-01", "to": "2024-02"})
    assert "not zero" not in notes_of(answer)
    assert answer["provenance"]["filter"]["covered_days"] == 60


def test_an_overlaid_period_states_what_of_it_is_covered_or_is_refused(gap_client):
    query = {"from": "2024-01", "to": "2024-01", "overlay_from": "2024-02"}
    answer = json_of(gap_client, CELLS, **query, overlay_to="2024-10")
    overlay = answer["provenance"]["method"]["overlay"]
    assert (overlay["covered"], overlay["covered_days"]) == (["2024-02"], 29)
    assert "Of 2024-02 to 2024-10 the data cover 2024-02: 29 of 274 days." in notes_of(answer)
    query["overlay_from"] = "2024-03"
    refused = gap_client.get(CELLS, params={**query, "overlay_to": "2024-10"})
    assert refused.status_code == 422
    assert "has no data of 2024-03 to 2024-10" in refused.text


def test_tiles_are_offered_for_the_times_that_have_data(gap_client):
    capabilities = gap_client.get("/wmts/1.0.0/WMTSCapabilities.xml").text
    layer = capabilities.partition(f"<ows:Identifier>heatmaps:{gaps.DATASET}<")[2]
    times = re.findall("<Value>([^<]+)</Value>", layer.partition("</Layer>")[0])
    assert times[1:] == ["2024", "2024-01", "2024-02", "2024-11"]


def test_a_month_that_one_force_lacks_is_noted_with_its_share(own_county, serve):
    for force, months in (("kent", ("2024-01", "2024-02")), ("essex", ("2024-01",))):
        for month in months:
            gaps.append(own_county, "forces", month, 2, force=force)
    client = serve(open_resources(Settings(data_dir=own_county)))
    address = f"/v1/choropleths/forces/{world.CELLS}"
    note = "There is no data of essex for 2024-02: about 50% of the records are missing there."
    assert note in notes_of(json_of(client, address))
    assert "essex" not in notes_of(json_of(client, address, to="2024-01"))
    dataset = json_of(client, "/v1/datasets/forces")
    assert dataset["covered_sources"]["essex"] == [{"from": "2024-01-01", "to": "2024-01-31"}]
