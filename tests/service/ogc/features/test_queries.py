"""OGC API - Features, Part 1: limit, box, time, properties and paging (OGC 17-069r4)."""

import urllib.parse

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import blocks, world
from tests.service.answers import json_of
from tests.service.http.test_refusals import assert_problem
from tests.service.ogc_checks import (
    AREAS,
    COLLECTIONS,
    GRID,
    HOT,
    VALUES,
    box_about,
    cell_middle,
    ids,
    items,
    links,
    lonlat,
    page,
)

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


def test_a_property_keeps_the_features_that_have_its_value(client, blocks_client):
    assert ids(page(client, AREAS, code="C21")) == ["C21"]
    assert ids(page(client, AREAS, name='Café, "Nord"')) == ["C00"]
    assert page(client, AREAS, code="nonsense")["numberMatched"] == 0
    assert ids(page(client, "sites", district="East")) == ["s3"]
    whole = page(client, VALUES)["features"]
    wanted = whole[0]["properties"]
    for name in ("class", "count"):
        alike = [f["id"] for f in whole if f["properties"][name] == wanted[name]]
        assert ids(page(client, VALUES, **{name: wanted[name]})) == alike
    blocks_hot = f"hotspots:{world.DATASET}:{blocks.BLOCKS}"
    hot = page(blocks_client, blocks_hot)["features"]
    classes = {f["properties"]["class"] for f in hot}
    assert len(classes) > 1
    for each in classes:
        alike = [f["id"] for f in hot if f["properties"]["class"] == each]
        assert ids(page(blocks_client, blocks_hot, **{"class": each})) == alike


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
    monkeypatch.setattr("service.ogc.features.paging.MAX_COORDINATES", 12)
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
