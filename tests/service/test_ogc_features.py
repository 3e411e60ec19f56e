"""OGC API - Features: every conformance class that is declared, requirement by requirement.

Names such as /req/core/fc-bbox-response are those of OGC 17-069r4 (Part 1) and 18-058r1 (Part 2).
"""

import base64
import hashlib
import json
import re
import urllib.parse

import numpy as np
import pyproj
import pytest
import shapely
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from service.resources import open_resources
from service.settings import Settings
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.test_refusals import assert_problem

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GRID = "http://www.opengis.net/def/crs/EPSG/0/27700"
AREAS = f"boundaries:{world.CELLS}"
VALUES = f"choropleths:{world.DATASET}:{world.CELLS}"
HOT = f"hotspots:{world.DATASET}:{world.CELLS}"
COLLECTIONS = (
    f"boundaries:{world.DISTRICTS}",
    AREAS,
    f"choropleths:{world.DATASET}:{world.DISTRICTS}",
    VALUES,
    HOT,
    "sites",
)
DOCUMENTS = (
    "/ogc",
    "/ogc/conformance",
    "/ogc/api",
    "/ogc/collections",
    f"/ogc/collections/{AREAS}",
)
TO_LONLAT = pyproj.Transformer.from_crs(world.CRS, "EPSG:4326", always_xy=True)


def items(collection: str, feature: str = "") -> str:
    return f"/ogc/collections/{collection}/items" + (f"/{feature}" if feature else "")


def page(client, collection, **query):
    return json_of(client, items(collection), **query)


def ids(found):
    return [feature["id"] for feature in found["features"]]


def links(document, rel, media_type=None):
    return [
        link["href"]
        for link in document["links"]
        if link["rel"] == rel and media_type in (None, link["type"])
    ]


def lonlat(x, y):
    return np.array(TO_LONLAT.transform(x, y))


def cell_middle(code):
    return world.square(code).centroid.coords[0]


def box_about(code, *, half_m=100.0):
    """A box of longitude and latitude well inside a square."""
    x, y = cell_middle(code)
    west, south = lonlat(x - half_m, y - half_m)
    east, north = lonlat(x + half_m, y + half_m)
    return f"{west},{south},{east},{north}"


# Core: landing page, API definition, conformance (/req/core/root-*, api-definition-*, conformance-*)


def test_the_landing_page_links_to_everything(client):
    landing = json_of(client, "/ogc")
    assert landing["title"]
    assert links(landing, "self")
    assert links(landing, "alternate", "text/html")
    assert links(landing, "service-desc", "application/vnd.oai.openapi+json;version=3.0")
    assert links(landing, "service-doc", "text/html")
    assert links(landing, "conformance", "application/json")
    assert len(links(landing, "data")) == 2


def test_every_link_of_every_document_leads_somewhere_of_the_type_it_says(client):
    seen, waiting = set(), [f"{client.base_url}/ogc"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if "json" not in answer.headers["Content-Type"]:
            continue
        document = answer.json()
        each = [document, *document.get("collections", ())]
        for link in [link for part in each for link in part.get("links", ())]:
            assert set(link) >= {"href", "rel", "type", "title"}
            if "{" in link["href"]:
                continue
            waiting.append(link["href"])
            kind = client.get(link["href"]).headers["Content-Type"].partition(";")[0]
            assert kind == link["type"].partition(";")[0], link
    assert len(seen) > 30


def test_the_landing_page_may_be_asked_for_with_a_slash_at_the_end(client):
    assert client.get("/ogc/").json() == client.get("/ogc").json()


def test_the_conformance_classes_are_those_tested_here(client):
    parts = "http://www.opengis.net/spec/ogcapi-features"
    declared = set(json_of(client, "/ogc/conformance")["conformsTo"])
    assert {each for each in declared if each.startswith(parts)} == {
        f"{parts}-1/1.0/conf/core",
        f"{parts}-1/1.0/conf/geojson",
        f"{parts}-1/1.0/conf/html",
        f"{parts}-1/1.0/conf/oas30",
        f"{parts}-2/1.0/conf/crs",
    }


# Core: collections (/req/core/fc-md-*, sfc-md-*)


def test_every_collection_is_listed_with_its_links_and_extent(client):
    listed = json_of(client, "/ogc/collections")
    assert tuple(each["id"] for each in listed["collections"]) == COLLECTIONS
    assert links(listed, "self", "application/json")
    assert links(listed, "alternate", "text/html")
    for each in listed["collections"]:
        assert each["itemType"] == "feature"
        assert links(each, "items", "application/geo+json")
        assert links(each, "items", "text/html")
        ((west, south, east, north),) = each["extent"]["spatial"]["bbox"]
        assert 0 < west < east < 0.3
        assert 52 < south < north < 52.5


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_collection_by_itself_is_the_one_that_is_listed(client, collection):
    listed = {each["id"]: each for each in json_of(client, "/ogc/collections")["collections"]}
    assert json_of(client, f"/ogc/collections/{collection}") == listed[collection]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_extent_holds_every_feature(client, collection):
    described = json_of(client, f"/ogc/collections/{collection}")
    extent = shapely.box(*described["extent"]["spatial"]["bbox"][0]).buffer(1e-5)
    for feature in page(client, collection)["features"]:
        assert extent.covers(shapely.from_geojson(json.dumps(feature["geometry"])))


def test_collections_of_an_analysis_have_the_time_that_is_counted(client):
    extent = json_of(client, f"/ogc/collections/{VALUES}")["extent"]
    assert extent["temporal"]["interval"] == [["2023-01-01T00:00:00Z", "2024-12-31T23:59:59Z"]]
    assert "temporal" not in json_of(client, f"/ogc/collections/{AREAS}")["extent"]


def test_an_unknown_collection_is_a_404_that_names_those_there_are(client):
    for address in ("/ogc/collections/nonsense", items("boundaries:nonsense")):
        answer = client.get(address)
        assert_problem(answer, statuses=(404,), said=world.CELLS)
    assert_problem(client.get(items("nonsense")), statuses=(404,))
    assert_problem(client.get(items(f"boundaries:{world.CELLS}:x")), statuses=(404,))


def test_a_layer_with_too_few_areas_has_no_hotspots_to_list(client):
    assert f"hotspots:{world.DATASET}:{world.DISTRICTS}" not in COLLECTIONS
    answer = client.get(f"/ogc/collections/hotspots:{world.DATASET}:{world.DISTRICTS}")
    assert_problem(answer, statuses=(404,))


def test_without_data_there_are_no_collections(tmp_path, serve):
    client = serve(open_resources(Settings(data_dir=tmp_path / "nothing")))
    for address in DOCUMENTS[:4]:
        assert client.get(address).status_code == 200
    assert json_of(client, "/ogc/collections")["collections"] == []
    assert_problem(client.get(f"/ogc/collections/{AREAS}"), said="nothing is imported")
    assert_problem(client.get(items("sites")), statuses=(404,))


# Core: features (/req/core/fc-op, fc-response, f-op, f-success; /req/geojson/*)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_page_is_a_feature_collection_with_links_and_counts(client, collection):
    found = page(client, collection)
    assert found["type"] == "FeatureCollection"
    assert found["numberMatched"] == found["numberReturned"] == len(found["features"])
    assert links(found, "self", "application/geo+json")
    assert links(found, "alternate", "text/html")
    assert links(found, "collection", "application/json")
    assert not links(found, "next") + links(found, "prev")
    assert "timeStamp" not in found  # it would have to be the clock's
    assert len(set(ids(found))) == len(ids(found))


def test_a_page_has_the_numbers_of_the_table_in_its_order(client):
    query = {"measure": "rate", "denominator": "residents", "category": "assault"}
    rows = rows_of(client, f"/v1/choropleths/{world.DATASET}/{world.CELLS}", **query)
    assert [f["properties"] for f in page(client, VALUES, **query)["features"]] == rows
    rows = rows_of(client, f"/v1/hotspots/{world.DATASET}/{world.CELLS}", permutations=99)
    assert [f["properties"] for f in page(client, HOT, permutations=99)["features"]] == rows
    sites = page(client, "sites")
    assert [f["properties"] for f in sites["features"]] == rows_of(client, "/v1/growth/sites")
    assert ids(sites) == ["s1", "s2", "s3"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_feature_by_itself_is_the_one_of_the_page(client, collection):
    for feature in page(client, collection)["features"]:
        answer = client.get(items(collection, feature["id"]))
        assert answer.headers["Content-Type"] == "application/geo+json"
        alone = answer.json()
        assert {name: alone[name] for name in feature} == feature
        for rel in ("self", "alternate", "collection"):
            assert links(alone, rel)


def test_a_feature_is_that_of_the_question(client):
    query = {"category": "burglary", "measure": "rate", "denominator": "residents"}
    whole = {f["id"]: f for f in page(client, VALUES, **query)["features"]}
    alone = json_of(client, items(VALUES, "C11"), **query)
    assert alone["properties"] == whole["C11"]["properties"]
    assert "category=burglary" in links(alone, "self")[0]


def test_an_unknown_feature_is_a_404(client):
    assert_problem(client.get(items(AREAS, "C99")), statuses=(404,), said="C99")
    outside = client.get(items(VALUES, "C00"), params={"within": "district:D2"})
    assert_problem(outside, statuses=(404,), said="C00")


def test_the_geometry_is_that_of_the_layer_in_longitude_and_latitude(client):
    feature = json_of(client, items(AREAS, "C21"))
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    there = shapely.transform(world.square("C21"), lambda xy: lonlat(*xy.T).T)
    assert shape.hausdorff_distance(there) < 1e-7  # a centimetre
    assert shape.exterior.is_ccw


# Core: limit (/req/core/fc-limit-definition, fc-limit-response-1)


@pytest.mark.parametrize("limit", [1, 5, 16, 9_999, 10_000, 10_001, 10**12])
def test_a_limit_above_the_largest_is_not_an_error(client, limit):
    found = page(client, AREAS, limit=limit)
    assert len(found["features"]) == min(limit, 16)
    assert found["numberMatched"] == 16


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", ""])
def test_a_limit_without_meaning_is_a_400(client, limit):
    assert_problem(
        client.get(items(AREAS), params={"limit": limit}), statuses=(400,), said="limit"
    )


def test_ten_is_less_than_the_default(client):
    found = json_of(client, "/ogc/api")["components"]["parameters"]["limit"]["schema"]
    assert found == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100}


# Core: bbox (/req/core/fc-bbox-definition, fc-bbox-response)


@pytest.mark.parametrize("collection", [AREAS, VALUES, HOT])
def test_a_box_keeps_the_features_that_meet_it(client, collection):
    assert ids(page(client, collection, bbox=box_about("C12"))) == ["C12"]
    found = page(client, collection, bbox=box_about("C11", half_m=600))
    assert sorted(ids(found)) == sorted(f"C{c}{r}" for c in range(3) for r in range(3))
    assert found["numberMatched"] == 9


def test_a_box_meets_points_and_outlines(client):
    x, y = world.SITE_POINT
    west, south = lonlat(x - 5, y - 5)
    east, north = lonlat(x + 5, y + 5)
    assert ids(page(client, "sites", bbox=f"{west},{south},{east},{north}")) == ["s1"]
    edge_x, _, _, edge_y = world.SITE_OUTLINE.bounds
    west, south = lonlat(edge_x - 20, edge_y - 1)
    east, north = lonlat(edge_x + 1, edge_y + 20)
    assert ids(page(client, "sites", bbox=f"{west},{south},{east},{north}")) == ["s3"]


def test_a_box_of_the_world_keeps_everything_and_one_elsewhere_nothing(client):
    assert page(client, AREAS, bbox="-180,-90,180,90")["numberMatched"] == 16
    elsewhere = page(client, AREAS, bbox="10,40,11,41")
    assert (elsewhere["numberMatched"], elsewhere["features"]) == (0, [])
    assert page(client, AREAS, bbox="-180,-90,180,-80")["numberMatched"] == 0


def test_a_box_over_the_antimeridian_is_two(client):
    """From 0.16 degrees eastwards round the world to 0.13: all but the squares between."""
    between = set(ids(page(client, AREAS, bbox="0.13,52,0.16,53")))
    around = set(ids(page(client, AREAS, bbox="0.16,52,0.13,53")))
    assert around | between == set(world.CODES)
    assert set(world.CODES) - around == {f"C1{row}" for row in range(4)}
    assert page(client, AREAS, bbox="170,-90,-170,90")["numberMatched"] == 0


def test_heights_of_a_box_are_passed_over(client):
    west, south, east, north = box_about("C12").split(",")
    assert ids(page(client, AREAS, bbox=f"{west},{south},-50,{east},{north},500")) == ["C12"]


def test_a_box_may_be_a_point_or_a_line(client):
    west, south, east, _ = box_about("C12").split(",")
    assert ids(page(client, AREAS, bbox=f"{west},{south},{west},{south}")) == ["C12"]
    assert ids(page(client, AREAS, bbox=f"{west},{south},{east},{south}")) == ["C12"]


def test_a_wide_box_is_bent_with_the_parallels(client):
    """A side of 50 degrees along a parallel is far from straight in the working system."""
    x, y = cell_middle("C33")
    north = lonlat(x, y)[1]
    found = page(client, AREAS, bbox=f"-25,50,25,{north}")
    assert found["numberMatched"] == 16
    below = lonlat(x, y - world.SIDE_M)[1]
    assert sorted(ids(page(client, AREAS, bbox=f"-25,50,25,{below}"))) == sorted(
        code for code in world.CODES if code[2] in "012"
    )


# Core: datetime (/req/core/fc-time-definition, fc-time-response)


@pytest.mark.parametrize(
    ("datetime", "matched"),
    [
        ("2023-06-15T12:00:00Z", 16),
        ("2023-06-15", 16),
        ("2024-12-31T23:59:59Z", 16),
        ("2025-01-01T00:00:00Z", 0),
        ("2022-12-31T23:59:59Z", 0),
        ("2023-01-01T00:30:00+01:00", 0),
        ("2024-06-01T00:00:00Z/2030-01-01T00:00:00Z", 16),
        ("2020-01-01T00:00:00Z/2021-01-01T00:00:00Z", 0),
        ("../2022-06-01T00:00:00Z", 0),
        ("../2023-06-01T00:00:00Z", 16),
        ("/2023-06-01T00:00:00Z", 16),
        ("2024-06-01T00:00:00.5Z/..", 16),
        ("2026-06-01T00:00:00Z/", 0),
        ("../..", 16),
    ],
)
def test_a_time_keeps_the_features_whose_period_meets_it(client, datetime, matched):
    assert page(client, VALUES, datetime=datetime)["numberMatched"] == matched


def test_the_period_is_that_of_the_question(client):
    asked = {"from": "2024-01", "to": "2024-03"}
    assert page(client, VALUES, datetime="2024-02-01", **asked)["numberMatched"] == 16
    assert page(client, VALUES, datetime="2023-02-01", **asked)["numberMatched"] == 0


def test_features_without_a_time_stay(client):
    for collection in (AREAS, "sites"):
        there = page(client, collection)["numberMatched"]
        assert page(client, collection, datetime="1900-01-01")["numberMatched"] == there


# Core: filters by property, unknown and invalid parameters (/req/core/query-param-*)


def test_a_property_keeps_the_features_that_have_its_value(client):
    assert ids(page(client, AREAS, code="C21")) == ["C21"]
    assert ids(page(client, AREAS, name='Café, "Nord"')) == ["C00"]
    assert page(client, AREAS, code="nonsense")["numberMatched"] == 0
    assert ids(page(client, "sites", district="East")) == ["s3"]
    whole = page(client, VALUES)["features"]
    wanted = whole[0]["properties"]
    for name in ("class", "count"):
        alike = [f["id"] for f in whole if f["properties"][name] == wanted[name]]
        assert ids(page(client, VALUES, **{name: wanted[name]})) == alike
    hot = page(client, HOT)["features"]
    classes = {f["properties"]["class"] for f in hot}
    assert len(classes) > 1
    for each in classes:
        alike = [f["id"] for f in hot if f["properties"]["class"] == each]
        assert ids(page(client, HOT, **{"class": each})) == alike


def test_filters_work_together(client):
    both = page(client, AREAS, bbox=box_about("C11", half_m=600), code="C12")
    assert ids(both) == ["C12"]
    assert page(client, AREAS, bbox=box_about("C11"), code="C33")["numberMatched"] == 0


def test_a_property_that_the_answer_does_not_have_is_refused(client):
    answer = client.get(items(VALUES), params={"funnel": "within 95 %"})
    assert_problem(answer, statuses=(400,), said="property must be one of code, name, count")
    query = {"measure": "rate", "denominator": "residents", "funnel": "within 95 %"}
    assert 0 < page(client, VALUES, **query)["numberMatched"] < 16


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_an_unknown_or_wrong_parameter_is_a_400(client, collection):
    for query in ({"colour": "red"}, {"crs": "nonsense"}, {"bbox": "1,2,3"}, {"f": "xml"}):
        assert_problem(client.get(items(collection), params=query), statuses=(400,))
    assert_problem(client.get(items(AREAS), params={"measure": "count"}), statuses=(400,))
    assert_problem(client.get("/ogc", params={"colour": "red"}), statuses=(400,))


def test_the_parameters_of_an_analysis_are_checked_as_elsewhere(client):
    for query in ({"measure": "rate"}, {"classes": 99}, {"category": "nonsense"}):
        assert_problem(client.get(items(VALUES), params=query), statuses=(400,))
    assert_problem(client.get(items(HOT), params={"null": "poisson"}), statuses=(400,))


# Core: paging (/req/core/fc-links, fc-rel-type; numberMatched, numberReturned)


@pytest.mark.parametrize("limit", [1, 3, 5, 16])
@pytest.mark.parametrize("collection", [AREAS, VALUES, HOT, "sites"])
def test_the_next_links_lead_through_every_feature_once(client, collection, limit):
    whole = page(client, collection)
    document, met, pages = page(client, collection, limit=limit), [], 1
    while True:
        met += ids(document)
        assert document["numberMatched"] == whole["numberMatched"]
        assert document["numberReturned"] == len(document["features"]) <= limit
        following = links(document, "next")
        if not following:
            break
        document = client.get(following[0]).json()
        pages += 1
    assert met == ids(whole)
    assert pages == -(-len(met) // limit)
    while links(document, "prev"):
        document = client.get(links(document, "prev")[0]).json()
        pages -= 1
    assert ids(document) == ids(whole)[:limit]
    assert pages == 1


def test_next_links_keep_the_question(client):
    query = {"limit": 2, "category": "assault", "bbox": "0,52,1,53", "crs": GRID, "f": "json"}
    following = links(page(client, VALUES, **query), "next")[0]
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(following).query))
    assert query | {"limit": "2", "offset": "2"} == {k: asked[k] for k in (*query, "offset")}


def test_a_page_behind_the_last_is_empty_and_leads_back(client):
    found = page(client, AREAS, offset=100, limit=10)
    assert (found["numberMatched"], found["numberReturned"]) == (16, 0)
    assert not links(found, "next")
    assert len(ids(client.get(links(found, "prev")[0]).json())) == 10


def test_a_next_link_is_gone_once_the_data_have_changed(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    following = links(page(client, VALUES, limit=4), "next")[0]
    assert client.get(following).status_code == 200
    world.append_incidents(own_county, world.RECORDS[:5], name="more.csv")
    answer = client.get(following)
    assert_problem(answer, statuses=(410,), said="first page")
    again = links(page(client, VALUES, limit=4), "next")[0]
    assert again != following
    assert client.get(again).status_code == 200


def test_a_page_is_computed_from_one_table(county, serve, monkeypatch):
    resources = open_resources(Settings(data_dir=county))
    client, computed = serve(resources), []
    table = resources.choropleths.table
    monkeypatch.setattr(
        resources.choropleths, "table", lambda *args: (computed.append(args), table(*args))[1]
    )
    for offset in range(0, 16, 2):
        page(client, VALUES, limit=2, offset=offset)
    json_of(client, items(VALUES, "C00"))
    assert len(computed) == 1


def test_large_shapes_make_shorter_pages(client, monkeypatch):
    monkeypatch.setattr("service.analyses.feature_pages.MAX_COORDINATES", 12)
    found = page(client, AREAS, limit=7, name="nobody")
    assert found["features"] == []
    document, met = page(client, AREAS, limit=7, bbox="0,50,1,54"), []
    while True:
        assert 1 <= document["numberReturned"] <= 2  # squares have five corners
        met += ids(document)
        if not links(document, "next"):
            break
        document = client.get(links(document, "next")[0]).json()
    assert met == list(world.CODES)


# Content negotiation (/req/core/http, /req/html/definition, /req/geojson/definition)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/html", "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("application/json;q=0.2, text/html;q=0.9", "html"),
        ("application/json, text/html;q=0.9", "json"),
        ("text/*", "html"),
        ("application/*", "json"),
        ("text/html;q=0, */*", "json"),
    ],
)
@pytest.mark.parametrize("address", [*DOCUMENTS, items(VALUES), items(AREAS, "C00")])
def test_the_header_accept_chooses_the_representation(client, address, accept, kind):
    answer = client.get(address, headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert ("html" if "html" in answer.headers["Content-Type"] else "json") == kind
    assert "Accept" in answer.headers["Vary"]


def test_geojson_has_its_own_media_type(client):
    for accept in ("application/geo+json", "application/json", "*/*"):
        answer = client.get(items(AREAS), headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/geo+json"


@pytest.mark.parametrize("address", [*DOCUMENTS, items(VALUES), items(AREAS, "C00")])
def test_the_address_chooses_the_representation_before_the_header(client, address):
    for kind, other in (("json", "text/html"), ("html", "application/json")):
        answer = client.get(address, params={"f": kind}, headers={"Accept": other})
        assert kind in answer.headers["Content-Type"]
        assert "Accept" not in answer.headers["Vary"].split(", ")


def test_what_nobody_here_speaks_is_a_406(client):
    for address in (*DOCUMENTS, items(AREAS), items(AREAS, "C00")):
        answer = client.get(address, headers={"Accept": "application/gml+xml, text/html;q=0"})
        assert_problem(answer, statuses=(406,), said="f=json")


def test_representations_have_tags_of_their_own(client):
    tags = {
        client.get(items(AREAS), headers={"Accept": accept}).headers["ETag"]
        for accept in ("application/json", "text/html")
    }
    assert len(tags) == 2
    for tag in tags:
        headers = {"Accept": "text/html", "If-None-Match": tag}
        answer = client.get(items(AREAS), headers=headers)
        assert answer.status_code in (200, 304)
        assert "Accept" in answer.headers["Vary"]


# HTML (/req/html/content)


@pytest.mark.parametrize(
    "address", [*DOCUMENTS, *map(items, COLLECTIONS), items(HOT, "C00"), items("sites", "s3")]
)
def test_pages_have_no_scripts_and_load_nothing(client, address):
    answer = client.get(address, params={"f": "html"})
    text = answer.text
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert text.startswith("<!doctype html>")
    assert text.endswith("</body></html>")
    assert not re.search(r"<script|<img|<link|<iframe|@import|url\(|\son\w+=", text)
    assert "<h1>" in text


def test_a_page_of_features_shows_their_properties_and_turns(client):
    text = client.get(items(VALUES), params={"f": "html", "limit": 5}).text
    assert "Features 1 to 5 of 16." in text
    for feature in page(client, VALUES, limit=5)["features"]:
        assert f">{feature['id']}</a>" in text
        assert f">{feature['properties']['count']}<" in text
    following = re.search(r"<a rel='next' href='([^']+)'", text)[1].replace("&amp;", "&")
    assert "Features 6 to 10 of 16." in client.get(following).text


def test_a_page_of_features_leads_to_each_of_them(client):
    text = client.get(items(VALUES), params={"f": "html", "category": "fire"}).text
    addresses = re.findall(r"<td><a href='([^']+/items/[^']+)'", text)
    assert len(addresses) == 16
    first = client.get(addresses[0].replace("&amp;", "&"))
    assert first.status_code == 200
    assert "category=fire" in addresses[0]


def test_names_are_written_so_that_they_cannot_be_markup(client):
    text = client.get(items(AREAS, "C00"), params={"f": "html"}).text
    assert "Café, &quot;Nord&quot;" in text
    nasty = "<script>alert(1)</script>"
    text = client.get(items(AREAS), params={"f": "html", "name": nasty}).text
    assert "<script" not in text
    assert "No features here" in text


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
    settings = Settings(data_dir=county, public_url="https://maps.example.org/atlas")
    client = serve(open_resources(settings))
    for address in (*DOCUMENTS[:4:3], items(AREAS)):
        for link in json_of(client, address)["links"]:
            assert link["href"].startswith("https://maps.example.org/atlas/ogc")
