"""Functions of distances over HTTP: what they are of, what they are held against, what is said."""

import datetime

import numpy as np
import pytest
import shapely

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from spatial.point_patterns.pair_distances import overlap_of, ripley_k
from spatial.point_patterns.windows import Window
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

K = f"/v1/patterns/{world.DATASET}/k"
FEW = {"draws": 99, "steps": 5}
SNAPPED = "snapped"
COUNTY = Window(
    shapely.box(world.EAST_M, world.NORTH_M, world.EAST_M + 4_000.0, world.NORTH_M + 4_000.0)
)


def map_points():
    """Places every 200 m, to which records are moved."""
    step = 100.0 + 200.0 * np.arange(20)
    return np.stack(np.meshgrid(step + world.EAST_M, step + world.NORTH_M), -1).reshape(-1, 2)


@pytest.fixture(scope="module")
def snapped_client(tmp_path_factory):
    """A dataset of records that fell evenly and were moved to the nearest map point."""
    folder = world.build(tmp_path_factory.mktemp("snapped"))
    rng = np.random.default_rng(3)
    places = map_points()[rng.integers(0, 400, 1_500)]
    records = [
        world.Record(
            "robbery" if k % 10 == 0 else "theft", datetime.datetime(2024, 1, 1 + k % 28), "day", x, y  # noqa: DTZ001
        )
        for k, (x, y) in enumerate(places)
    ]  # fmt: skip
    IncidentStore(folder / "incidents", crs=world.CRS).append(
        SNAPPED,
        world.incident_rows(tuple(records)),
        files=[SourceFile.of("snapped.csv", b"snapped")],
    )
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def test_k_is_of_the_incidents_located_in_the_study_area(client):
    rows = rows_of(client, K, category="burglary", **FEW)
    xy_m = world.located_xy_m(lambda r: r.category == "burglary")
    distances = np.array([row["distance_m"] for row in rows])
    np.testing.assert_allclose(distances, 200.0 * np.arange(1, 6))
    expected = ripley_k(
        xy_m, distances, overlap_of(COUNTY, 1_000.0, is_corrected=True), COUNTY.area_m2
    )
    np.testing.assert_allclose([row["observed"] for row in rows], expected)
    np.testing.assert_allclose([row["theoretical"] for row in rows], np.pi * distances**2)


def test_what_clusters_is_said_to(client):
    answer = json_of(client, K, category="assault", **FEW)
    assert answer["provenance"]["method"]["p_value"] == 0.01
    assert answer["rows"][0]["position"] == "above"
    assert "nearer together" in answer["sentences"][1]
    assert "if they fell evenly over Districts" in answer["sentences"][1]


def test_the_whole_answer_is_the_same_for_one_seed(client):
    first, again = (client.get(K, params={**FEW, "seed": 4}).content for _ in range(2))
    assert first == again
    assert client.get(K, params={**FEW, "seed": 5}).json()["rows"] != json_of(client, K, **FEW)["rows"]  # fmt: skip


@pytest.mark.parametrize("function", ["k", "l", "f", "g", "pcf"])
@pytest.mark.parametrize(
    "null",
    [
        {"null": "uniform"},
        {"null": "residents"},
        {"null": "density"},
        {"null": "density", "beside_dataset": world.DATASET, "null_bandwidth_m": 500},
        {"null": "records"},
    ],
    ids=lambda null: "-".join(map(str, null.values())),
)
def test_every_function_is_held_against_every_null(client, function, null):
    answer = json_of(client, K, function=function, category="burglary", draws=19, steps=5, **null)
    for row in answer["rows"]:
        assert row["lower"] <= row["upper"]
        assert row["expected"] >= 0
        is_inside = row["lower"] <= row["observed"] <= row["upper"]
        assert (row["position"] == "inside") == is_inside
    assert answer["provenance"]["method"]["null"] == null["null"]


def test_random_labels_of_labels_at_random_are_nothing_unusual(snapped_client):
    answer = json_of(
        snapped_client, f"/v1/patterns/{SNAPPED}/k", null="records", category="robbery", max_m=1000
    )
    assert answer["provenance"]["method"]["p_value"] > 0.05
    assert "neither nearer together nor further apart" in answer["sentences"][1]


def test_what_falls_by_chance_is_snapped_as_the_records_are(snapped_client):
    answer = json_of(snapped_client, f"/v1/patterns/{SNAPPED}/k", max_m=1_000, category="robbery")
    method = answer["provenance"]["method"]
    assert method["snapped_to_places"] > 300
    assert method["p_value"] > 0.05
    assert any("so is what falls by chance" in note for note in answer["provenance"]["notes"])
    # Held against places that are not snapped, shared ones would be nearer than chance.
    near = answer["rows"][3]
    assert near["expected"] > 1.2 * near["theoretical"]


def test_distances_below_the_location_error_are_not_tested_or_refused(snapped_client):
    address = f"/v1/patterns/{SNAPPED}/k"
    rows = rows_of(snapped_client, address, max_m=1_000, draws=19)
    assert [row["position"] == "not tested" for row in rows] == [
        row["distance_m"] < 200 for row in rows
    ]
    refusal = snapped_client.get(address, params={"max_m": 150})
    assert refusal.status_code == 422
    assert "above the location error of the data, about 200 m" in refusal.json()["detail"]


def test_places_count_once(snapped_client):
    address = f"/v1/patterns/{SNAPPED}/k"
    places = json_of(snapped_client, address, points="places", draws=19, max_m=1_000)
    assert places["provenance"]["method"]["number_of_points"] <= 400
    records = json_of(snapped_client, address, draws=19, max_m=1_000)
    assert records["provenance"]["method"]["number_of_points"] == 1_500
    assert any("share a place" in note for note in records["provenance"]["notes"])
    assert not any("pairs of incidents" in note for note in places["provenance"]["notes"])


def test_distances_fit_the_area(client):
    rows = rows_of(client, K, draws=0, within="cell:C00")
    assert rows[-1]["distance_m"] == 250.0
    refusal = client.get(K, params={"max_m": 2_500})
    assert refusal.status_code == 422
    assert "at most 2,000, half the shorter side of Districts" in refusal.json()["detail"]


def test_few_points_are_not_tested(client):
    answer = json_of(client, K, within="cell:C33", category="assault", **FEW)
    method = answer["provenance"]["method"]
    assert method["number_of_points"] < 10
    assert method["not_tested"] == "fewer than 10 points"
    assert answer["sentences"][-1] == "Nothing is tested: fewer than 10 points."
    assert {row["position"] for row in answer["rows"]} == {"not tested"}


def test_no_incident_at_all_has_no_function(client):
    for function in ("k", "l", "f", "g", "pcf"):
        rows = rows_of(client, K, within="cell:C33", category="fire", function=function, **FEW)
        assert all(row["expected"] is None for row in rows)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"null": "records"}, "name a category"),
        ({"beside_dataset": "fires"}, "goes with null=density"),
        ({"draws": 5}, "draws must be 0, or 19 or more"),
        ({"null": "density", "beside_dataset": "nonsense"}, "callouts"),
    ],
)
def test_questions_without_meaning_are_refused(client, query, words):
    answer = client.get(K, params=query)
    assert answer.status_code in (404, 422)
    assert words in answer.text
