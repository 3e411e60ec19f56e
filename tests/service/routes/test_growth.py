"""Growth over HTTP: sites, and the incidents near each, counted one by one."""

import json

import numpy as np
import pytest
import shapely

from tests.service import world
from tests.service.answers import column, csv_of, json_of, on_the_ground, rows_of

SITES = "/v1/growth/sites"
OVERLAY = f"/v1/growth/{world.DATASET}/overlay"


def near(distance_m, wanted=world.anything):
    """Incidents within a distance of each site, and how many are near any."""
    points = shapely.points(world.located_xy_m(wanted))
    shapes = {
        "s1": shapely.Point(world.SITE_POINT),
        "s2": shapely.Point(world.SITE_OUTSIDE),
        "s3": world.SITE_OUTLINE,
    }
    reached = {
        site: shapely.distance(points, shape) <= distance_m for site, shape in shapes.items()
    }
    any_of = np.logical_or.reduce(list(reached.values()))
    return {site: int(each.sum()) for site, each in reached.items()}, int(any_of.sum())


def test_sites_state_homes_planned_completed_and_remaining(client):
    homes = {
        row["site_id"]: (row["homes_planned"], row["homes_completed"], row["homes_remaining"])
        for row in rows_of(client, SITES)
    }
    assert homes == {"s1": (100, 40, 60), "s2": (2500, None, None), "s3": (40, 40, 0)}


def test_districts_are_sums_of_their_sites(client):
    found = {
        row["district"]: (row["sites"], row["homes_planned"], row["sites_not_published"])
        for row in rows_of(client, SITES, by="district")
    }
    assert found == {"West": (1, 100, 0), "East": (1, 40, 0), "no district": (1, 2500, 1)}


def test_sites_without_phases_have_no_rows_by_phase(client):
    answer = json_of(client, SITES, by="phase")
    assert answer["rows"] == []
    assert answer["provenance"]["counts"]["phases"] == 0


def test_a_site_without_published_completions_says_so(client):
    answer = json_of(client, SITES)
    notes = column(answer["rows"], "note", key="site_id")
    assert "not published" in notes["s2"]
    assert notes["s1"] == ""
    assert any("1 of 3 sites" in note for note in answer["provenance"]["notes"])


@pytest.mark.parametrize("distance_m", [150, 600, 1_000, 2_500])
def test_incidents_near_each_site_are_counted(client, distance_m):
    answer = json_of(client, OVERLAY, distance_m=distance_m)
    expected, any_of = near(distance_m)
    assert column(answer["rows"], "incidents_within", key="site_id") == expected
    assert answer["provenance"]["counts"]["near_any_site"] == any_of


def test_a_category_counts_its_own_incidents(client):
    rows = rows_of(client, OVERLAY, category="burglary")
    expected, _ = near(1_000, world.is_a("burglary"))
    assert column(rows, "incidents_within", key="site_id") == expected


def test_the_counts_reconcile_with_the_records(client):
    counts = json_of(client, OVERLAY)["provenance"]["counts"]
    assert counts["records"] == len(world.RECORDS)
    assert counts["located"] + counts["unlocated"] == counts["records"]
    assert counts["near_any_site"] + counts["near_no_site"] == counts["located"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"s1": "D1", "s2": None, "s3": "D2"}),
        ({"layer": "cell"}, {"s1": "C11", "s2": None, "s3": "C30"}),
    ],
)
def test_sites_are_looked_up_in_the_layer_asked_for(client, query, expected):
    assert column(rows_of(client, OVERLAY, **query), "area_code", key="site_id") == expected


def test_within_an_area_its_sites_remain_with_all_incidents_near_them(client):
    rows = rows_of(client, OVERLAY, within="district:D2")
    expected, _ = near(1_000)
    assert column(rows, "incidents_within", key="site_id") == {"s3": expected["s3"]}


def test_csv_has_the_rows_of_the_json(client):
    rows = rows_of(client, OVERLAY)
    for text, row in zip(csv_of(client, f"{OVERLAY}.csv"), rows, strict=True):
        assert text["site_id"] == row["site_id"]
        assert int(text["incidents_within"]) == row["incidents_within"]
        missing = row["homes_completed"] is None
        assert (text["homes_completed"] == "") is missing


def test_geojson_has_points_and_outlines_where_they_lie(client):
    shapes = {
        feature["properties"]["site_id"]: shapely.transform(
            shapely.from_geojson(json.dumps(feature["geometry"])),
            lambda xy: on_the_ground(xy, crs="EPSG:4326", target="EPSG:27700"),
        )
        for feature in json_of(client, f"{SITES}.geojson")["features"]
    }
    assert shapes["s1"].distance(shapely.Point(world.SITE_POINT)) < 0.05
    assert shapely.hausdorff_distance(shapes["s3"], world.SITE_OUTLINE) < 0.05


def test_the_method_states_the_distance_and_what_it_is_from(client):
    method = json_of(client, OVERLAY, distance_m=750)["provenance"]["method"]
    assert method["distance_m"] == 750
    assert "edge of its polygon" in method["distance_from"]
