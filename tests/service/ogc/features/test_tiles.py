"""OGC API - Tiles: every conformance class that is declared (OGC 20-057)."""

import math

import mapbox_vector_tile
import pytest

from tests.service import world
from tests.service.answers import json_of
from tests.service.http.test_refusals import assert_problem
from tests.service.ogc_checks import AREAS, COLLECTIONS, HOT, VALUES, links

QUAD = "WebMercatorQuad"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
REGISTERED = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
MVT = "application/vnd.mapbox-vector-tile"
Z, X, Y = 13, 4099, 2697  # over the middle of the county
XYZ = {
    AREAS: f"/v1/boundaries/{world.CELLS}",
    VALUES: f"/v1/choropleths/{world.DATASET}/{world.CELLS}",
    HOT: f"/v1/hotspots/{world.DATASET}/{world.CELLS}",
    "sites": "/v1/growth/sites",
}


def tileset(client, collection):
    return json_of(client, f"/ogc/collections/{collection}/tiles/{QUAD}")


def tile(collection, z=Z, row=Y, col=X):
    return f"/ogc/collections/{collection}/tiles/{QUAD}/{z}/{row}/{col}"


def test_the_classes_are_those_tested_here(client):
    part = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
    declared = json_of(client, "/ogc/conformance")["conformsTo"]
    assert {each for each in declared if each.startswith(part)} == {
        f"{part}/{name}"
        for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")
    }


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection_leads_to_its_tilesets(client, collection):
    described = json_of(client, f"/ogc/collections/{collection}")
    (address,) = links(described, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")
    listed = client.get(address).json()
    (only,) = listed["tilesets"]
    assert only["dataType"] == "vector"
    assert only["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert only["tileMatrixSetURI"] == REGISTERED
    whole = client.get(links(only, "self")[0]).json()
    assert whole["title"] == described["title"]
    assert whole["boundingBox"]["lowerLeft"] == described["extent"]["spatial"]["bbox"][0][:2]
    assert links(whole, "item") == links(only, "item")
    assert links(whole, SCHEME) == links(only, SCHEME)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_template_leads_to_tiles_with_the_layer_that_is_named(client, collection):
    described = tileset(client, collection)
    (item,) = (link for link in described["links"] if link["rel"] == "item")
    assert item["templated"] is True
    assert item["type"] == MVT
    address = (
        item["href"]
        .replace("{tileMatrix}", str(Z))
        .replace("{tileRow}", str(Y))
        .replace("{tileCol}", str(X))
    )
    answer = client.get(address)
    assert answer.headers["Content-Type"] == MVT
    read = mapbox_vector_tile.decode(answer.content)
    assert list(read) == [layer["id"] for layer in described["layers"]]
    assert sum(len(layer["features"]) for layer in read.values()) > 0


@pytest.mark.parametrize("collection", XYZ)
def test_a_tile_is_the_one_of_the_other_addresses(client, collection):
    xyz = client.get(f"{XYZ[collection]}/tiles/{Z}/{X}/{Y}.mvt")
    assert client.get(tile(collection)).content == xyz.content
    assert len(xyz.content) > 100


def test_a_tile_is_that_of_the_question(client):
    query = {"category": "burglary", "measure": "density"}
    xyz = client.get(f"{XYZ[VALUES]}/tiles/{Z}/{X}/{Y}.mvt", params=query)
    asked = client.get(tile(VALUES), params=query)
    assert asked.content == xyz.content
    assert asked.content != client.get(tile(VALUES)).content


@pytest.mark.parametrize("collection", XYZ)
def test_a_tile_outside_the_matrix_is_a_404_and_one_without_areas_is_empty(client, collection):
    for place in ((25, 0, 0), (3, 8, 0), (3, 0, 8), (13, 2697, 8192)):
        assert_problem(client.get(tile(collection, *place)), statuses=(404,))
    for place in (("x", 0, 0), (3, "x", 0), (3, 0, "1.5")):
        assert_problem(client.get(tile(collection, *place)), statuses=(400, 404))
    nowhere = client.get(tile(collection, 13, 0, 0))
    assert (nowhere.status_code, nowhere.content) == (200, b"")


def test_unknown_collections_and_parameters_are_refused(client):
    assert_problem(client.get("/ogc/collections/nonsense/tiles"), statuses=(404,), said=AREAS)
    assert_problem(client.get(tile("boundaries:nonsense")), statuses=(404,), said=world.CELLS)
    assert_problem(client.get(f"{tile(VALUES)}?colour=red"), statuses=(400,), said="colour")
    assert_problem(client.get(f"/ogc/collections/{AREAS}/tiles/Other"), statuses=(404,))


def test_the_matrix_set_is_the_registered_one(client):
    listed = json_of(client, "/ogc/tileMatrixSets")["tileMatrixSets"]
    assert [each["uri"] for each in listed] == [REGISTERED]
    found = client.get(links(listed[0], "self")[0]).json()
    assert (found["id"], found["uri"]) == (QUAD, REGISTERED)
    matrices = found["tileMatrices"]
    assert [each["id"] for each in matrices] == [str(z) for z in range(25)]
    # The numbers of the standard (17-083r4, table D.1), to all the digits that it prints.
    assert matrices[0]["scaleDenominator"] == pytest.approx(559_082_264.028717, rel=1e-12)
    assert matrices[18]["scaleDenominator"] == pytest.approx(2_132.72958385, rel=1e-9)
    for zoom, each in enumerate(matrices):
        assert each["matrixWidth"] == each["matrixHeight"] == 2**zoom
        assert each["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
        side = each["cellSize"] * each["tileWidth"] * each["matrixWidth"]
        assert side == pytest.approx(2 * math.pi * 6_378_137)


@pytest.mark.parametrize(
    "path", [f"/collections/{VALUES}/tiles", f"/collections/{VALUES}/tiles/{QUAD}",
             "/tileMatrixSets", f"/tileMatrixSets/{QUAD}"]
)  # fmt: skip
def test_every_document_of_tiles_is_a_page_too(client, path):
    text = client.get(f"/ogc{path}", headers={"Accept": "text/html"}).text
    assert text.startswith("<!doctype html>")
    assert "<h1>" in text
