"""What a hostile statistician found on the real data of 2024, each with its right value.

Contains National Statistics data and police.uk data under the Open Government Licence v3.0.
"""

import time
from collections import Counter

import numpy as np
import pytest
from starlette.testclient import TestClient

from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service.answers import column, json_of, rows_of

from .test_real_data import succeed

pytestmark = pytest.mark.real

HOTSPOTS, HEATMAP = "/v1/hotspots/police-crime", "/v1/heatmaps/police-crime"


@pytest.fixture(scope="module")
def client(test_data, tmp_path_factory):
    """A service of the county's LSOAs, wards, residents and crimes of 2024."""
    folder = tmp_path_factory.mktemp("chance")
    boundaries, lookups = test_data / "boundaries", test_data / "lookups"
    succeed(
        folder, "import", "boundaries", boundaries / "lsoa21.geojson", "--layer", "lsoa21",
        "--code-field", "LSOA21CD", "--name-field", "LSOA21NM", "--vintage", "2021",
    )  # fmt: skip
    succeed(
        folder, "import", "incidents", *sorted((test_data / "police-uk-2024").glob("*-street.csv")),
        "--dataset", "police-crime", "--format", "police-uk",
    )  # fmt: skip
    for layer in ("ltla24", "ward24"):
        succeed(
            folder, "derive", "boundaries", "--from", "lsoa21", "--layer", layer,
            "--lookup", lookups / "lsoa21_ward24_ltla24_cambs_pboro.csv",
            "--from-field", "lsoa21_code", "--to-field", f"{layer}_code",
            "--name-field", f"{layer}_name", "--vintage", "2024",
        )  # fmt: skip
    app = create_app(open_resources(Settings(data_dir=folder)))
    with TestClient(app, base_url="http://localhost") as opened:
        yield opened


def classes_of(rows):
    return Counter(row["class"].partition(" ")[0] for row in rows)


def test_hexagons_at_the_distance_of_their_centres_have_six_neighbours(client):
    query = {"category": "Burglary", "neighbours": "distance:1000", "measure": "count"}
    rows = rows_of(client, f"{HOTSPOTS}/hex:1000", **query)
    by_code = {row["code"]: row for row in rows}
    assert Counter(row["neighbours"] for row in rows)[6] == 3_572
    assert classes_of(rows)["hot"] == 56
    cell = by_code["hex1000-519-346"]
    assert (cell["neighbours"], cell["class"]) == (6, "hot 99")
    assert cell["z_score"] == pytest.approx(19.9, abs=0.05)


def test_hexagons_of_250_m_have_hot_cells_with_the_default_settings(client):
    rows_of(client, f"{HOTSPOTS}/hex:250", permutations=0)  # the cells are cut and counted
    start = time.process_time()
    answer = json_of(client, f"{HOTSPOTS}/hex:250")
    assert time.process_time() - start < 10.0
    assert len(answer["rows"]) == 63_814
    assert answer["provenance"]["method"]["measure"] == "density"
    assert classes_of(answer["rows"])["hot"] == 35
    method = answer["provenance"]["method"]
    assert method["permutations_of_extreme_areas"] == 999_999
    assert method["areas_that_must_be_extreme_together"] == 3


def test_with_too_few_permutations_it_is_said_that_it_cannot_be_told(client):
    answer = json_of(client, f"{HOTSPOTS}/hex:250", permutations=9_999, measure="count")
    notes = " ".join(answer["provenance"]["notes"])
    assert classes_of(answer["rows"])["hot"] == 0
    assert "34 of 63,814 areas lie beyond all 9,999 permutations" in notes
    assert "Nothing is significant" not in notes


@pytest.mark.parametrize(
    ("layer", "query"),
    [
        ("ltla24", {}),
        ("ltla24", {"neighbours": "knn:5"}),
        ("lsoa21", {"neighbours": "distance:500000"}),
    ],
)
def test_nothing_is_said_to_be_insignificant_that_was_not_tested(client, layer, query):
    answer = json_of(client, f"{HOTSPOTS}/{layer}", **query)
    assert {row["class"] for row in answer["rows"]} == {"not tested"}
    assert "Nothing is significant" not in " ".join(answer["provenance"]["notes"])
    assert len(answer["provenance"]["notes"]) >= 1


def test_one_lsoa_with_every_incident_is_answered(client):
    query = {"within": "ward24:E05010825", "category": "Possession of weapons"}
    answer = json_of(client, f"{HOTSPOTS}/lsoa21", **query)
    assert answer["provenance"]["method"]["global"]["general_g"]["value"] is None


def test_change_draws_as_many_permutations_as_hotspots_do(client):
    halves = {
        "baseline_from": "2024-01",
        "baseline_to": "2024-06",
        "from": "2024-07",
        "to": "2024-12",
    }
    answer = json_of(client, f"{HOTSPOTS}/lsoa21/change", **halves)
    method = answer["provenance"]["method"]
    assert method["permutations"] == 99_999
    assert method["areas_that_must_be_extreme_together"] == 1
    first_half = rows_of(client, f"{HOTSPOTS}/lsoa21", **{"from": "2024-01", "to": "2024-06"})
    before = column(answer["rows"], "class_before")
    assert before == column(first_half, "class")
    similarity = method["map"]["similarity"]
    assert similarity["overlap_of_hot_area"] == pytest.approx(0.407, abs=0.002)
    assert "rank_interval" not in similarity
    assert "overlap_interval" not in similarity


def test_emerging_hot_spots_of_robbery_are_found(client):
    answer = json_of(client, f"{HOTSPOTS}/hex:1000/emerging", category="Robbery")
    found = Counter(row["category"] for row in answer["rows"])
    assert found["sporadic hot spot"] >= 7
    assert answer["provenance"]["method"]["permutations"] == 99_999


@pytest.mark.parametrize(
    ("category", "bandwidth_m", "maximum"),
    [
        ("Violence and sexual offences", 100, 18_513),
        ("Violence and sexual offences", 50, 67_227),
        ("Violence and sexual offences", 20, 420_169),
        ("Robbery", 50, 2_674),
    ],
)
def test_the_maximum_of_the_summary_is_that_of_the_surface(client, category, bandwidth_m, maximum):
    query = {"category": category, "bandwidth_m": bandwidth_m}
    summary = json_of(client, f"{HEATMAP}/summary.json", **query)
    assert summary["maximum"] == pytest.approx(maximum, rel=1e-3)
    assert rows_of(client, f"{HEATMAP}/peaks", **query)[0]["density"] == pytest.approx(
        maximum, rel=1e-3
    )


@pytest.mark.parametrize("bandwidth_m", [20, 30, 37])
def test_all_crime_has_a_summary_peaks_and_contours_at_every_bandwidth(client, bandwidth_m):
    for path in ("summary.json", "peaks", "contours.geojson"):
        assert (
            client.get(f"{HEATMAP}/{path}", params={"bandwidth_m": bandwidth_m}).status_code == 200
        )


def test_every_category_has_the_location_error_of_the_dataset(client):
    notes = [
        json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=30, category=category)[
            "provenance"
        ]["notes"]
        for category in ("Bicycle theft", "Drugs", "Robbery", "Possession of weapons")
    ]
    assert "below the location error of the data, about 89 m" in notes[0][0]
    assert all(note == notes[0] for note in notes)


def test_a_thousand_even_points_would_have_no_hotspot_and_robbery_has(client):
    summary = json_of(client, f"{HEATMAP}/summary.json", category="Robbery", bandwidth_m=1_500)
    assert summary["sentence"].startswith("Primary hotspot in Central")
    assert "if incidents fell evenly over the area" in summary["sentence"]
    rows = rows_of(client, f"{HEATMAP}/peaks", category="Robbery", bandwidth_m=1_500)
    p_values = np.array([row["p_value"] for row in rows])
    named = np.array([row["class"] != "peak" for row in rows])
    np.testing.assert_array_equal(named, p_values <= 0.05)


def test_a_scan_of_all_areas_finds_where_robbery_is_more_than_other_crime(client):
    address, query = "/v1/scan/police-crime/lsoa21", {"category": "Robbery", "model": "bernoulli"}
    start = time.process_time()
    answer = json_of(client, address, **query)
    assert time.process_time() - start < 5.0
    assert (answer["provenance"]["method"]["places"], len(answer["rows"])) == (516, 10)
    first, second = answer["rows"][:2]
    assert (first["name"], first["count"]) == ("Peterborough 014B", 141)
    assert first["expected"] == pytest.approx(62.6, abs=0.05)
    assert (second["name"], second["count"]) == ("Cambridge 003D", 125)
    assert first["p_value"] == 0.001
    assert second["p_value"] < 0.02
    assert sum(row["p_value"] <= 0.05 for row in answer["rows"]) == 2
