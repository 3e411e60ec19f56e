"""What a partner is shown of a restricted dataset, over HTTP, beside who sees its records."""

import csv
import dataclasses
import io
import json
from collections.abc import Iterator

import mapbox_vector_tile
import pyarrow.parquet as pq
import pytest
from PIL import Image

from service.access.policy import Role
from service.model.protection import Agreement
from tests.service import protected, restricted, world

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
AGREEMENT = Agreement(purpose="planning of ambulance stations", marking="OFFICIAL-SENSITIVE")
SUPPRESSED = ("count", "value", "lower", "upper")


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[restricted.Clients]:
    """Under small-5 and by year: the counts of some squares are too small to be shown."""
    folder = world.build(tmp_path_factory.mktemp("restricted") / "county")
    protection = dataclasses.replace(protected.protection(), agreement=AGREEMENT)
    with restricted.clients_of(folder, protection) as clients:
        yield clients


@pytest.fixture(scope="module")
def partner(clients):
    return clients[Role.PARTNER]


def suppressed_codes(partner):
    return {row["code"] for row in partner.get(CELLS).json()["rows"] if row["count"] is None}


def test_counts_that_rest_on_hidden_cells_are_null_with_all_that_follows_from_them(partner):
    rows = partner.get(CELLS).json()["rows"]
    hidden = [row for row in rows if row["count"] is None]
    assert 0 < len(hidden) < len(rows)
    for row in hidden:
        assert [row[name] for name in SUPPRESSED] == [None] * 4
        assert row["class"] == "suppressed"
    assert all(row["count"] == row["value"] for row in rows if row not in hidden)


def test_who_sees_records_sees_every_count(clients):
    rows = clients[Role.ANALYST].get(CELLS).json()["rows"]
    assert all(row["count"] is not None for row in rows)
    assert clients[Role.PUBLIC].get(CELLS).status_code == 404


def test_no_format_shows_what_another_hides(partner):
    hidden = suppressed_codes(partner)
    table = list(
        csv.DictReader(io.StringIO(partner.get(f"{CELLS}.csv").content.decode("utf-8-sig")))
    )
    assert {row["code"] for row in table if row["count"] == ""} == hidden
    features = partner.get(f"{CELLS}.geojson").json()["features"]
    properties = [feature["properties"] for feature in features]
    assert {row["code"] for row in properties if row["count"] is None} == hidden
    rows = pq.read_table(io.BytesIO(partner.get(f"{CELLS}.parquet").content)).to_pylist()
    assert {row["code"] for row in rows if row["count"] is None} == hidden
    assert all(row["class"] == "suppressed" for row in rows if row["code"] in hidden)
    items = partner.get(f"/ogc/collections/choropleths:{world.DATASET}:{world.CELLS}/items?f=json")
    found = [feature["properties"] for feature in items.json()["features"]]
    assert {row["code"] for row in found if row["count"] is None} == hidden
    for suffix in ("xlsx", "gpkg", "fgb"):
        assert partner.get(f"{CELLS}.{suffix}").status_code == 200


def test_a_total_is_the_sum_of_what_is_published_and_says_so(partner):
    provenance = partner.get(CELLS).json()["provenance"]
    analyses = [note for note in provenance["notes"] if "as they are published" in note]
    assert len(analyses) == 1
    assert "under small-5-1" in analyses[0]
    assert any("hidden and counted with the value" in note for note in provenance["notes"])


def test_answers_to_partners_repeat_purpose_and_marking(clients, partner):
    answers = [partner.get(CELLS).json()["provenance"]["notes"]]
    answers.append(partner.get(f"{CELLS}.geojson").json()["provenance"]["notes"])
    picture = partner.get(f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png").content
    text = Image.open(io.BytesIO(picture)).text
    answers.append(json.loads(text["Provenance"])["notes"])
    for notes in answers:
        assert f"Dataset {world.DATASET} is marked OFFICIAL-SENSITIVE." in notes
        assert "It may be used for this purpose only: planning of ambulance stations." in notes
    analyst = clients[Role.ANALYST].get(CELLS).json()["provenance"]["notes"]
    assert not any("as they are published" in note for note in analyst)


def test_a_map_for_paper_says_how_it_is_marked_and_what_is_hidden(partner):
    picture = partner.get(f"{CELLS}/map.png", params={"width": 400}).content
    words = Image.open(io.BytesIO(picture)).text["Description"]
    assert f"Dataset {world.DATASET} is marked OFFICIAL-SENSITIVE." in words
    assert "suppressed" in words


def test_a_density_of_published_cells_has_no_line_to_measure_on_paper(partner):
    picture = partner.get(f"/v1/heatmaps/{world.DATASET}/map.svg", params={"labels": 0}).content
    assert b"<image" in picture
    assert b"Primary hotspot" not in picture


def test_a_picture_states_no_number_of_incidents(partner):
    picture = partner.get(f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png").content
    provenance = json.loads(Image.open(io.BytesIO(picture)).text["Provenance"])
    assert set(provenance["counts"].values()) == {None}
    assert provenance["located_share"] is None


def test_a_legend_and_a_style_have_a_class_of_what_is_suppressed(partner):
    for layer in (f"/v1/choropleths/{world.DATASET}/{world.CELLS}",
                  f"/v1/hotspots/{world.DATASET}/{world.CELLS}"):  # fmt: skip
        labels = [part["label"] for part in partner.get(f"{layer}/legend.json").json()["classes"]]
        assert labels[-1] == "suppressed"
        style = partner.get(f"{layer}/style.json").json()
        assert ["suppressed"] in style["layers"][0]["paint"]["fill-color"]


def test_the_list_of_datasets_has_no_number_that_rests_on_hidden_cells(clients, partner):
    analyst, shown = (
        client.get("/v1/datasets").json()["datasets"][0]
        for client in (clients[Role.ANALYST], partner)
    )
    assert shown["unlocated"] is None
    assert analyst["unlocated"] is not None
    assert clients[Role.PUBLIC].get("/v1/datasets").json()["datasets"] == []


def test_the_pages_of_a_partner_are_drawn_with_nulls(partner):
    assert partner.get("/overview").status_code == 200
    assert partner.get(f"/ogc/collections/hotspots:{world.DATASET}:{world.CELLS}/items?f=html")
    change = f"/v1/hotspots/{world.DATASET}/{world.CELLS}/change"
    periods = "baseline_from=2023-01&baseline_to=2023-12&from=2024-01&to=2024-12"
    for suffix in ("", ".csv", ".xlsx", ".parquet", ".gpkg"):
        assert partner.get(f"{change}{suffix}?{periods}").status_code == 200


def test_an_answer_names_its_refusal_without_the_data(partner):
    answer = partner.get(f"{CELLS}?from=2024-02")
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("not-admitted")
    assert "from must be the beginning of a year" in answer.json()["detail"]


def test_a_vector_tile_hides_what_the_table_hides(partner):
    hidden = suppressed_codes(partner)
    tile = partner.get(f"{CELLS}/tiles/11/1024/674.mvt")
    assert tile.status_code == 200
    [layer] = mapbox_vector_tile.decode(tile.content).values()
    found = {feature["properties"]["code"]: feature["properties"] for feature in layer["features"]}
    assert hidden & found.keys()
    for code, properties in found.items():
        assert ("count" in properties) == (code not in hidden)
        assert (properties["class"] == "suppressed") == (code in hidden)
