"""OGC API - Features: the OpenAPI 3.0 definition, coordinate systems (OGC 18-058r1), house habits."""

import json

import pytest
import shapely
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import Settings
from tests.service import world
from tests.service.answers import json_of
from tests.service.http.test_refusals import assert_problem
from tests.service.ogc_checks import (
    AREAS,
    COLLECTIONS,
    CRS84,
    DOCUMENTS,
    GRID,
    HOT,
    VALUES,
    box_about,
    cell_middle,
    ids,
    items,
    page,
)

# OpenAPI 3.0 (/req/oas30/*)


def test_the_definition_is_valid_openapi_30(client):
    answer = client.get("/ogc/api")
    assert answer.headers["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    document = answer.json()
    assert document["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(document).validate()


def test_an_invalid_definition_would_be_found(client):
    document = json_of(client, "/ogc/api")
    document["components"]["parameters"]["per"]["schema"]["exclusiveMinimum"] = 0  # as in 3.1
    with pytest.raises(Exception, match=r"is not valid|not of type"):
        OpenAPIV30SpecValidator(document).validate()


def test_the_definition_has_every_collection_with_the_parameters_that_it_takes(client):
    document = json_of(client, "/ogc/api")
    known = document["components"]["parameters"]
    for collection in COLLECTIONS:
        path = f"/collections/{collection}"
        assert {path, f"{path}/items", f"{path}/items/{{featureId}}"} <= set(document["paths"])
        operation = document["paths"][f"{path}/items"]["get"]
        told = {
            known[reference["$ref"].rpartition("/")[2]]["name"]
            for reference in operation["parameters"]
        }
        refused = client.get(items(collection), params={"colour": "red"}).json()
        assert told == set(refused["errors"][0]["allowed"])


def test_bbox_and_datetime_are_written_as_core_demands(client):
    known = json_of(client, "/ogc/api")["components"]["parameters"]
    box = known["bbox"]
    assert box["schema"] == {
        "type": "array",
        "minItems": 4,
        "maxItems": 6,
        "items": {"type": "number"},
    }
    for name in ("limit", "bbox", "datetime", "crs", "bbox-crs"):
        assert known[name]["in"] == "query"
        assert known[name]["required"] is False
        assert (known[name]["style"], known[name]["explode"]) == ("form", False)


def test_answers_are_as_the_definition_says(client):
    document = json_of(client, "/ogc/api")
    base = Resource(contents=document, specification=DRAFT4)
    registry = Registry().with_resource("urn:api", base)
    checked = 0
    for path, methods in document["paths"].items():
        feature = "s1" if "sites" in path else "D1" if "district" in path else "C00"
        place = {"tileMatrix": 13, "tileRow": 2697, "tileCol": 4099}
        answer = client.get(f"/ogc{path.rstrip('/')}".format(featureId=feature, **place))
        kind = answer.headers["Content-Type"]
        schema = methods["get"]["responses"]["200"]["content"][kind]["schema"]
        schema = {"$ref": f"urn:api{schema['$ref']}"}
        if "json" in kind:
            OAS30Validator(schema, registry=registry).validate(answer.json())
            checked += 1
    assert checked == 6 + 5 * len(COLLECTIONS)


# Part 2: coordinate systems by reference (/req/crs/*)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection_names_its_coordinate_systems(client, collection):
    described = json_of(client, f"/ogc/collections/{collection}")
    assert described["crs"] == [CRS84, GRID]
    assert described["storageCrs"] == GRID


@pytest.mark.parametrize(("crs", "said"), [(None, CRS84), (CRS84, CRS84), (GRID, GRID)])
@pytest.mark.parametrize("address", [items(VALUES), items("sites"), items(AREAS, "C00")])
def test_the_header_says_in_which_system_the_shapes_are(client, address, crs, said):
    answer = client.get(address, params={"crs": crs} if crs else {})
    assert answer.headers["Content-Crs"] == f"<{said}>"


def test_shapes_come_in_the_working_system_where_it_is_asked_for(client):
    for feature in page(client, AREAS, crs=GRID)["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.equals(world.square(feature["id"]))
    point = json_of(client, items("sites", "s1"), crs=GRID)
    assert point["geometry"]["coordinates"] == list(world.SITE_POINT)


def test_a_box_may_be_in_the_working_system(client):
    x, y = cell_middle("C12")
    box = f"{x - 9},{y - 9},{x + 9},{y + 9}"
    assert ids(page(client, AREAS, bbox=box, **{"bbox-crs": GRID})) == ["C12"]
    assert ids(page(client, AREAS, bbox=box_about("C12"), **{"bbox-crs": CRS84})) == ["C12"]
    answer = client.get(items(AREAS), params={"bbox": "9,1,3,2", "bbox-crs": GRID})
    assert_problem(answer, statuses=(400,), said="lower corner before its upper")


def test_every_pair_of_systems_for_box_and_shapes_gives_the_same_features(client):
    x, y = cell_middle("C21")
    boxes = {GRID: f"{x - 600},{y - 600},{x + 600},{y + 600}", CRS84: box_about("C21", half_m=600)}
    found = {
        tuple(ids(page(client, AREAS, bbox=box, crs=crs, **{"bbox-crs": box_crs})))
        for box_crs, box in boxes.items()
        for crs in (CRS84, GRID)
    }
    assert len(found) == 1
    assert len(found.pop()) == 9


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
@pytest.mark.parametrize("crs", ["http://www.opengis.net/def/crs/EPSG/0/3857", "27700", "x"])
def test_a_system_that_is_not_listed_is_a_400_that_lists_them(client, name, crs):
    answer = client.get(items(AREAS), params={name: crs, "bbox": "0,50,1,51"})
    assert_problem(answer, statuses=(400,), said=GRID)


# Data that are invented, and other habits of the house


def test_every_representation_calls_invented_data_so(invented_client):
    for address in (*map(items, COLLECTIONS), "/ogc", "/ogc/collections", items(HOT, "C00")):
        answer = invented_client.get(address, params={"f": "html"})
        assert "Synthetic data" in answer.text, address
        content = invented_client.get(address).json()
        assert content.get("synthetic") or content["provenance"]["synthetic"]


def test_a_page_says_what_it_is_computed_from(client):
    provenance = page(client, VALUES, category="assault")["provenance"]
    assert provenance["dataset"]["id"] == world.DATASET
    assert provenance["filter"]["categories"] == ["assault"]
    assert provenance["method"]["name"] == "choropleth"


def test_addresses_begin_with_the_one_of_the_setting(county, serve):
    settings = Settings(
        data_dir=county,
        public_url="https://maps.example.org/atlas",
        access=AccessSettings(anonymous_role="analyst"),
    )
    client = serve(open_resources(settings))
    for address in (*DOCUMENTS[:4:3], items(AREAS)):
        for link in json_of(client, address)["links"]:
            assert link["href"].startswith("https://maps.example.org/atlas/ogc")
