"""OGC API - Features, Part 1: documents, collections, features, representations, pages without scripts.

Names such as /req/core/fc-bbox-response are those of OGC 17-069r4 (Part 1) and 18-058r1 (Part 2).
"""

import base64
import hashlib
import json
import re

import pytest
import shapely

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.http.test_refusals import assert_problem
from tests.service.ogc_checks import (
    AREAS,
    COLLECTIONS,
    DOCUMENTS,
    HOT,
    VALUES,
    ids,
    items,
    links,
    lonlat,
    page,
)

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
        assert "Accept" not in answer.headers.get("Vary", "")


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
