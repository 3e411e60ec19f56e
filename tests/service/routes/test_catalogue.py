"""What is loaded: datasets, layers, health, and the page that links to everything."""

import json
import re

import pytest
import shapely

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.answers import json_of, on_the_ground


def test_a_dataset_is_described_as_the_contract_says(client):
    [dataset] = json_of(client, "/v1/datasets")["datasets"]
    assert dataset | {"records_by_category": None} == {
        "id": "callouts",
        "title": "Callouts",
        "records": len(world.RECORDS),
        "located": len(world.located_xy_m()),
        "unlocated": len(world.RECORDS) - len(world.located_xy_m()),
        "outside": 9,
        "from": "2023-01",
        "to": "2024-12",
        "covered": [{"from": "2023-01-01", "to": "2024-12-31"}],
        "covered_by": "records",
        "covered_sources": {},
        "categories": list(world.CATEGORIES),
        "attributes": [],
        "known_to": "day",
        "version": 0,
        "synthetic": False,
        "source": "Ambulance",
        "licence": "Open Licence 1",
        "records_by_category": None,
    }


def test_records_are_located_or_not(client):
    [dataset] = json_of(client, "/v1/datasets")["datasets"]
    assert dataset["located"] + dataset["unlocated"] == dataset["records"]
    assert sum(dataset["records_by_category"].values()) == dataset["records"]


def test_one_dataset_is_described_as_in_the_list(client):
    assert (
        json_of(client, "/v1/datasets/callouts") == json_of(client, "/v1/datasets")["datasets"][0]
    )


def test_layers_are_listed_in_the_order_of_import_with_their_measures(client):
    answer = json_of(client, "/v1/boundaries")
    assert [each["id"] for each in answer["boundaries"]] == ["district", "cell"]
    assert answer["study_area"] == "district"
    district, cell = answer["boundaries"]
    assert (district["areas"], cell["areas"]) == (2, 16)
    assert cell["area_km2"] == pytest.approx(16)
    assert cell["bounds_m"] == list(world.bounds_m())
    assert cell["vintage"] == "2021"
    assert cell["measures"] == [
        {"measure": "imd-decile", "periods": ["2015", "2019"]},
        {"measure": "imd-rank", "periods": ["2015", "2019"]},
        {"measure": "residents", "periods": ["2020", "2021"]},
        {"measure": "tenure-owned", "periods": ["2021"]},
        {"measure": "tenure-rented", "periods": ["2021"]},
    ]
    assert district["measures"] == []


def test_a_layer_has_code_and_name_of_each_area_where_it_lies(client):
    features = json_of(client, "/v1/boundaries/cell.geojson")["features"]
    assert {f["properties"]["code"]: f["properties"]["name"] for f in features} == world.NAMES
    for feature in features:
        shape = shapely.transform(
            shapely.from_geojson(json.dumps(feature["geometry"])),
            lambda xy: on_the_ground(xy, crs="EPSG:4326", target="EPSG:27700"),
        )
        expected = world.square(feature["properties"]["code"])
        assert shapely.hausdorff_distance(shape, expected) < 0.05


def test_a_layer_names_its_version_source_and_licence(client):
    provenance = json_of(client, "/v1/boundaries/cell.geojson")["provenance"]
    assert re.fullmatch(r"[0-9a-f]{12}", provenance["layer"]["version"])
    assert provenance["layer"]["source"] == "Test"
    assert provenance["layer"]["licence"] == "Open"


def test_health_says_that_it_lives_and_what_it_holds(client):
    assert json_of(client, "/health/live") == {"status": "alive"}
    ready = json_of(client, "/health/ready")
    assert ready["status"] == "ready"
    assert ready["datasets"] == {"callouts": 0}
    assert ready["boundaries"] == ["district", "cell"]


def test_every_link_of_the_page_leads_somewhere(client):
    page = client.get("/overview").text
    links = set(re.findall(r"(?:href|src)=['\"]([^'\"]+)['\"]", page))
    assert len(links) > 12
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200, link


def test_the_page_names_what_is_loaded(client):
    page = client.get("/overview").text
    assert "Callouts" in page
    assert f"{len(world.RECORDS):,}" in page
    assert "Districts" in page
    assert "Synthetic" not in page


def test_outside_is_of_the_study_area_that_is_set(county, serve):
    other = serve(open_resources(Settings(data_dir=county, study_area="cell")))
    [dataset] = json_of(other, "/v1/datasets")["datasets"]
    # The same nine places; those coded in a square count there, wherever they lie.
    assert dataset["outside"] == world.placements()["outside"]
    assert json_of(other, "/v1/boundaries")["study_area"] == "cell"


def test_the_openapi_document_lists_every_parameter_with_its_choices(client):
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v1/hotspots/{dataset}/{layer}"]["get"]
    parameters = {each["name"]: each for each in operation["parameters"]}
    assert "gi-star" in parameters["statistic"]["schema"]["enum"]
    assert parameters["seed"]["description"]
    identifiers = [
        each["get"]["operationId"] for each in document["paths"].values() if "get" in each
    ]
    assert len(identifiers) == len(set(identifiers))


def test_every_operation_is_described_and_names_its_refusals(client):
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        operation = operations["get"]
        assert operation["description"], path
        assert "422" in operation["responses"], path
