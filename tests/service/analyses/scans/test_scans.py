"""Scans of the county: the clusters are those of the numerics, and what is left out is said."""

import numpy as np
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.queries.patterns.scans import ScanQuery
from spatial.scans.models import permutation_model, poisson_model
from spatial.scans.scan import scan, spans_of
from spatial.scans.windows import windows_of
from tests.service import world
from tests.service.answers import json_of
from tests.service.conftest import client_of

SCANS = f"/v1/scan/{world.DATASET}/{world.CELLS}"
AREAS = f"{SCANS}/areas"


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return open_resources(Settings(data_dir=world.build(tmp_path_factory.mktemp("scans"))))


@pytest.fixture(scope="module")
def client(county):
    with client_of(county) as client:
        yield client


def refused(client, address, **query):
    """The reason for a refusal."""
    answer = client.get(address, params=query)
    assert answer.status_code == 422, answer.text
    return answer.text


def test_clusters_are_those_of_the_counts_of_the_areas(client, county):
    answer = json_of(client, SCANS, rates="both", seed=4, permutations=99)
    layer = county.layers.get(world.CELLS)
    counted = json_of(client, f"/v1/choropleths/{world.DATASET}/{world.CELLS}")["rows"]
    count_of = {row["code"]: row["count"] for row in counted}
    counts = [count_of[code] for code in layer.codes]
    result = scan(
        poisson_model(counts, layer.areas_km2),
        windows_of(layer.centroids_m, layer.areas_km2),
        rates="both",
        draws=99,
        seed=4,
    )
    for row, cluster in zip(answer["rows"], result.clusters, strict=True):
        assert row["code"] == layer.codes[cluster.centre]
        assert (row["locations"], row["count"]) == (len(cluster.places), cluster.cases)
        assert (row["expected"], row["p_value"]) == (cluster.expected, cluster.p_value)
        assert row["rates"] == ("high" if cluster.cases > cluster.expected else "low")


def test_areas_carry_the_cluster_they_are_in(client):
    clusters = json_of(client, SCANS, denominator="residents")["rows"]
    areas = json_of(client, AREAS, denominator="residents")
    for cluster in clusters:
        members = [row for row in areas["rows"] if row["cluster"] == cluster["rank"]]
        assert len(members) == cluster["locations"]
        assert sum(row["count"] for row in members) == cluster["count"]
        assert sum(row["expected"] for row in members) == pytest.approx(cluster["expected"])
        assert {row["p_value"] for row in members} == {cluster["p_value"]}
    unscanned = [row for row in areas["rows"] if row["class"] == "not scanned"]
    assert unscanned
    assert all(row["expected"] is None and row["cluster"] is None for row in unscanned)
    lost = sum(row["count"] for row in unscanned)
    notes = areas["provenance"]["notes"]
    assert f"{len(unscanned)} areas have nothing to compare with" in " ".join(notes)
    assert f"not scanned, with {lost} incidents." in " ".join(notes)


def test_places_are_scanned_with_their_own_times(client, county):
    answer = json_of(
        client, SCANS, model="permutation", locations="points", step="quarter", permutations=99
    )
    selection = county.areas.select(world.DATASET, ScanQuery().incident_filter())
    incidents = selection.incidents
    area = county.areas.placement(incidents, county.layers.get(world.CELLS)).area
    used = selection.mask & incidents.located & (area >= 0)
    xy_m, place = np.unique(incidents.xy_m[used], axis=0, return_inverse=True)
    months = incidents.occurred[used].astype("datetime64[M]").astype(int)
    quarter = months // 3 - months.min() // 3
    counts = np.zeros((len(xy_m), quarter.max() + 1), np.int64)
    np.add.at(counts, (place, quarter), 1)
    days = selection.incidents.coverage.whole
    assert str(days.first) == "2023-01-01"
    exposure = [90, 91, 92, 92, 91, 91, 92, 92]
    best = scan(
        permutation_model(counts),
        windows_of(xy_m, counts.sum(axis=1)),
        spans_of(exposure),
        draws=1,
    ).clusters[0]
    row = answer["rows"][0]
    assert (row["count"], row["locations"]) == (best.cases, len(best.places))
    assert row["log_ratio"] == pytest.approx(best.log_ratio)
    assert row["from"] == f"{2023 + best.first_step // 4}-{1 + 3 * (best.first_step % 4):02}-01"
    assert answer["provenance"]["method"]["locations"] == "points"


def test_controls_are_the_records_that_the_category_leaves_out(client):
    answer = json_of(client, SCANS, model="bernoulli", category="assault", permutations=9)
    named = json_of(
        client, SCANS, model="bernoulli", category="assault", permutations=9,
        beside_category=["burglary", "fire"],
    )  # fmt: skip
    assert answer["rows"] == named["rows"]
    row = answer["rows"][0]
    both = row["count"] + row["count_controls"]
    cases = answer["provenance"]["method"]["incidents_scanned"]
    everything = json_of(client, f"/v1/choropleths/{world.DATASET}/{world.CELLS}")["rows"]
    total = sum(area["count"] for area in everything)
    assert row["expected"] == pytest.approx(both * cases / total)


def test_cases_may_be_compared_with_another_dataset(client):
    answer = json_of(
        client, SCANS, model="bernoulli", beside_dataset=world.DATASET,
        category="assault", beside_category="burglary", permutations=9,
    )  # fmt: skip
    assert "controls: burglary of callouts, in the same period." in " ".join(
        answer["provenance"]["notes"]
    )
    unknown = client.get(SCANS, params={"model": "bernoulli", "beside_dataset": "nonsense"})
    assert (unknown.status_code, "callouts" in unknown.text) == (404, True)


def test_prospective_clusters_last_to_the_end(client):
    rows = json_of(client, SCANS, model="permutation", prospective=True, permutations=99)["rows"]
    assert {row["to"] for row in rows} == {"2024-12-31"}
    for row in rows:
        assert row["recurrence_days"] == pytest.approx(731 / 24 / row["p_value"])


def test_weeks_leave_out_records_of_a_month_alone(client):
    notes = json_of(client, SCANS, model="permutation", step="week", permutations=0)
    assert "12 records are left out: their day is not known." in notes["provenance"]["notes"]


def test_within_restricts_the_areas_and_the_null(client):
    answer = json_of(client, AREAS, within="district:D1", permutations=0)
    expected = sum(row["expected"] for row in answer["rows"])
    assert expected == pytest.approx(sum(row["count"] for row in answer["rows"]))
    assert {row["class"] for row in answer["rows"]} <= {"not tested"}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"model": "bernoulli"}, "name a category"),
        ({"model": "permutation", "denominator": "residents"}, "needs no denominator"),
        ({"prospective": True}, "model=space-time or permutation"),
        ({"locations": "points"}, "single places have no residents"),
        ({"model": "permutation", "from": "2024-01", "to": "2024-01"}, "at least 2 whole ones"),
        ({"within": "cell:C00"}, "at least 2 areas"),
        ({"beside_dataset": "callouts"}, "model=bernoulli"),
    ],
)
def test_questions_without_meaning_are_refused(client, query, reason):
    assert reason in refused(client, SCANS, **query)


def test_too_long_a_scan_is_refused_before_it_begins(client):
    query = {"model": "permutation", "locations": "points", "step": "week"}
    reason = refused(client, SCANS, **query, permutations=9_999)
    assert "about 288 places on 9,999 null maps" in reason
    assert "a largest_radius_m, longer steps" in reason


def test_the_sentences_name_the_cluster_its_size_and_its_certainty(client):
    sentences = json_of(client, SCANS)["sentences"]
    row = json_of(client, SCANS)["rows"][0]
    assert (
        "1 cluster is beyond chance at 5 %, with incidents expected in proportion to the ground "
        "of the areas." in sentences
    )
    assert f"{row['count']} incidents where {row['expected']:.0f} are expected" in sentences[-1]
    assert sentences[-1].endswith("p = 0.001.")


@pytest.mark.parametrize("address", [SCANS, AREAS])
def test_a_list_of_clusters_that_is_cut_is_a_lower_bound(client, address):
    cut = json_of(client, address, clusters=1)
    assert cut["provenance"]["method"]["largest_number_listed"] == 1
    assert any(text.startswith("At least ") for text in cut["sentences"])
    whole = json_of(client, address, clusters=50)
    assert not any(text.startswith("At least ") for text in whole["sentences"])


@pytest.mark.parametrize("address", [SCANS, AREAS])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "incidents expected in proportion to the ground of the areas"),
        (
            {"denominator": "residents"},
            "incidents expected in proportion to the residents of 2021",
        ),
        (
            {"model": "space-time", "denominator": "residents"},
            "incidents expected in proportion to the residents of 2021 and to the days of each",
        ),
        (
            {"model": "bernoulli", "category": "assault"},
            "cases expected in one proportion everywhere to the controls (all other records",
        ),
        ({"model": "permutation"}, "incidents expected from the places and the dates of all"),
    ],
)
def test_the_sentences_say_what_is_expected_by_what(client, address, query, expected):
    sentences = json_of(client, address, permutations=99, **query)["sentences"]
    assert any(f"beyond chance at 5 %, with {expected}" in text for text in sentences), sentences
