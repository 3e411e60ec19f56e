"""Clusters of the county's incidents, of which each one's place is known."""

import datetime
import math

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from sklearn.cluster import DBSCAN

from service.assembly.resources import open_resources
from service.config.settings import Settings
from spatial.coordinates.mercator import Tile
from tests.service import world
from tests.service.answers import json_of, rows_of

CLUSTERS = f"/v1/clusters/{world.DATASET}"
NEAR_M, FEWEST = 150.0, 8
MERCATOR_SCALE = 1.633  # metres of the Web Mercator for one on the ground here
ASKED = {"distance_m": NEAR_M, "minimum": FEWEST}


def inside(condition=world.anything):
    """The incidents whose place lies in the county."""
    return [r for r in world.chosen(condition) if r.cell_of_place]


def expected_labels(records, distance_m=NEAR_M, minimum=FEWEST):
    """The clusters of scikit-learn, of the records in the order of their places."""
    xy_m = np.array([(r.x_m, r.y_m) for r in records])
    xy_m = xy_m[np.lexsort((xy_m[:, 1], xy_m[:, 0]))]
    return xy_m, DBSCAN(eps=distance_m, min_samples=minimum).fit(xy_m).labels_


def test_clusters_are_those_of_scikit_learn_the_largest_first(client):
    rows = rows_of(client, CLUSTERS, draws=0, **ASKED)
    xy_m, labels = expected_labels(inside())
    assert labels.max() >= 3
    assert [row["cluster"] for row in rows] == list(range(1, labels.max() + 2))
    assert [row["count"] for row in rows] == sorted(np.bincount(labels[labels >= 0]))[::-1]
    by_centre = {
        tuple(xy_m[labels == k].mean(axis=0).round(1)): k for k in range(labels.max() + 1)
    }
    for row in rows:
        members = xy_m[labels == by_centre[row["easting_m"], row["northing_m"]]]
        assert row["count"] == len(members)
        assert row["places"] == len(np.unique(members, axis=0))
        assert row["share"] == pytest.approx(len(members) / len(xy_m), abs=1e-6)
        area_km2 = shapely.MultiPoint(members).convex_hull.area / 1e6
        assert row["area_km2"] == pytest.approx(area_km2, abs=1e-6)
        assert row["density_per_km2"] == pytest.approx(len(members) / area_km2, rel=1e-3)
        assert row["p_value"] is None
        assert row["class"] == "not tested"


def test_counts_say_where_the_records_are(client):
    counts = json_of(client, CLUSTERS, draws=0, **ASKED)["provenance"]["counts"]
    located = [r for r in world.RECORDS if r.located]
    assert counts["records"] == len(world.RECORDS)
    assert counts["unlocated"] == len(world.RECORDS) - len(located)
    assert counts["outside"] == len(located) - len(inside())
    _, labels = expected_labels(inside())
    assert counts["in_clusters"] == np.count_nonzero(labels >= 0)


def test_months_are_those_with_an_incident(client):
    rows = rows_of(client, CLUSTERS, draws=0, category="fire", distance_m=2_000, minimum=2)
    assert [row["months"] for row in rows] == [world.MONTH_ONLY_FIRES]


def test_harm_makes_the_clusters_of_dbscan(client):
    rows = rows_of(client, CLUSTERS, draws=0, harm=True, distance_m=150, minimum=300)
    known = inside(lambda r: r.category in world.HARM)
    xy_m = np.array([(r.x_m, r.y_m) for r in known])
    weights = np.array([world.HARM[r.category] for r in known])
    order = np.lexsort((xy_m[:, 1], xy_m[:, 0]))
    model = DBSCAN(eps=150, min_samples=300).fit(xy_m[order], sample_weight=weights[order])
    is_member = model.labels_ >= 0
    harm = np.bincount(model.labels_[is_member], weights[order][is_member])
    assert [row["harm"] for row in rows] == pytest.approx(sorted(harm)[::-1])


def test_the_default_minimum_of_harm_is_that_of_ten_incidents(client):
    method = json_of(client, CLUSTERS, draws=0, harm=True)["provenance"]["method"]
    known = inside(lambda r: r.category in world.HARM)
    mean = np.mean([world.HARM[r.category] for r in known])
    assert method["minimum"] == round(10 * mean)
    assert method["clustered"] == "harm"


@pytest.mark.parametrize("method", ["hdbscan", "optics"])
def test_methods_without_weights_say_so_and_give_the_harm(client, method):
    answer = json_of(client, CLUSTERS, draws=0, harm=True, method=method, minimum=12)
    assert answer["rows"]
    assert all(row["harm"] > 0 for row in answer["rows"])
    assert any("takes no weights" in note for note in answer["provenance"]["notes"])
    assert answer["provenance"]["method"]["clustered"] == "incidents"


def test_nearest_neighbour_clusters_have_two_orders(client):
    rows = rows_of(client, CLUSTERS, draws=0, method="nearest-neighbour", minimum=5)
    first = [row for row in rows if row["order"] == 1]
    second = [row for row in rows if row["order"] == 2]
    assert second
    for parent in second:
        children = [row for row in first if row["parent"] == parent["cluster"]]
        assert len(children) >= 2
        assert parent["count"] == sum(row["count"] for row in children)
        assert parent["p_value"] is None


def test_the_threshold_is_the_random_distance(client):
    method = json_of(client, CLUSTERS, draws=0, method="nearest-neighbour")["provenance"]["method"]
    area_m2 = (world.SIZE * world.SIDE_M) ** 2
    expected = 0.5 * (area_m2 / len(inside())) ** 0.5
    assert method["distance_m"] == pytest.approx(expected, abs=0.06)


def test_a_tested_cluster_of_the_crowded_corner_is_more_than_residents_make(client):
    answer = json_of(client, CLUSTERS, draws=99, category="assault", distance_m=200, minimum=8)
    rows = answer["rows"]
    assert rows[0]["class"] == "more than chance"
    assert rows[0]["p_value"] == 0.01
    assert rows[0]["count"] > rows[0]["expected"]
    significance = answer["provenance"]["method"]["significance"]
    assert significance["null"] == "residents"
    assert significance["draws"] == 99
    assert "if every resident had the same risk" in answer["sentences"][-1]


def test_chance_may_be_even(client):
    answer = json_of(client, CLUSTERS, draws=19, null="uniform", **ASKED)
    row, method = answer["rows"][0], answer["provenance"]["method"]
    assert method["significance"]["null"] == "uniform"
    shape = json_of(client, CLUSTERS + ".geojson", draws=0, crs="27700", **ASKED)["features"][0]
    hull = shapely.geometry.shape(shape["geometry"])
    ground_m2 = hull.buffer(NEAR_M / 2, quad_segs=64).area
    expected = len(inside()) * ground_m2 / (world.SIZE * world.SIDE_M) ** 2
    assert row["expected"] == pytest.approx(expected, rel=0.01)


def test_within_restricts_the_incidents_and_the_ground(client):
    answer = json_of(client, CLUSTERS, draws=0, within="cell:C00", **ASKED)
    _, labels = expected_labels(inside(lambda r: r.cell_of_place == "C00"))
    assert sorted(row["count"] for row in answer["rows"]) == sorted(
        np.bincount(labels[labels >= 0])
    )
    expected = sum(r.located for r in world.RECORDS) - len(
        inside(lambda r: r.cell_of_place == "C00")
    )
    assert answer["provenance"]["counts"]["in_layer_elsewhere"] == expected
    inside_it = len(inside(lambda r: r.cell_of_place == "C00"))
    assert f"{inside_it} of them in " in answer["sentences"][0]


def test_shapes_are_hulls_or_ellipses(client):
    hulls, ellipses = (
        json_of(client, CLUSTERS + ".geojson", draws=0, crs="27700", shape=shape, **ASKED)
        for shape in ("hull", "ellipse")
    )
    for hull, outline in zip(hulls["features"], ellipses["features"], strict=True):
        row = hull["properties"]
        assert shapely.geometry.shape(hull["geometry"]).area / 1e6 == pytest.approx(
            row["area_km2"], abs=1e-5
        )
        area = np.pi * row["ellipse_major_m"] * row["ellipse_minor_m"]
        shape = shapely.geometry.shape(outline["geometry"])
        assert shape.area == pytest.approx(area, rel=0.02)


def test_a_cluster_at_one_place_has_no_ground_and_is_drawn_all_the_same(own_county, serve):
    moment = datetime.datetime(2024, 5, 1)  # noqa: DTZ001
    fire = world.Record("fire", moment, "day", world.EAST_M + 9, world.NORTH_M + 9)
    world.append_incidents(own_county, (fire,) * 30, name="one-place.csv")
    client = serve(open_resources(Settings(data_dir=own_county)))
    asked = {"draws": 0, "category": "fire", "distance_m": 20, "from": "2024-05"}
    row = rows_of(client, CLUSTERS, **asked)[0]
    assert (row["count"], row["places"]) == (30, 1)
    assert row["area_km2"] is None
    assert row["density_per_km2"] is None
    shape = json_of(client, CLUSTERS + ".geojson", crs="27700", **asked)["features"][0]
    assert shape["geometry"]["type"] == "Polygon"


def test_space_and_time_leave_out_records_without_a_day(client):
    asked = {"draws": 0, "distance_m": 400, "minimum": 3, "metres_per_day": 20}
    answer = json_of(client, CLUSTERS, **asked)
    assert answer["rows"]
    for row in answer["rows"]:
        assert row["first_day"] <= row["last_day"]
    dated = [r for r in world.RECORDS if r.precision == "day"]
    assert answer["provenance"]["counts"]["records"] == len(dated)
    assert any(
        f"{world.MONTH_ONLY_FIRES} records are left out" in note
        for note in answer["provenance"]["notes"]
    )


def test_records_by_month_have_no_clusters_in_time(client):
    answer = client.get(CLUSTERS, params={"category": "fire", "metres_per_day": 20})
    assert answer.status_code == 422
    assert "states its day" in answer.json()["detail"]


def test_space_and_time_together_are_a_third_coordinate(client):
    asked = {"draws": 0, "distance_m": 400, "minimum": 3, "metres_per_day": 20}
    rows = rows_of(client, CLUSTERS, **asked)
    dated = inside(lambda r: r.precision == "day")
    first = datetime.datetime(2023, 1, 1)  # noqa: DTZ001
    xyz = np.array([(r.x_m, r.y_m, 20.0 * (r.occurred - first).days) for r in dated])
    xyz = xyz[np.lexsort(xyz.T[::-1])]
    labels = DBSCAN(eps=400, min_samples=3).fit(xyz).labels_
    assert [row["count"] for row in rows] == sorted(np.bincount(labels[labels >= 0]))[::-1]


def test_records_moved_to_points_of_a_map_fall_on_these_by_chance(own_county, serve):
    moment = datetime.datetime(2024, 5, 1)  # noqa: DTZ001
    steps_m = range(300, 3_800, 700)
    points = [(world.EAST_M + x, world.NORTH_M + y) for x in steps_m for y in steps_m]
    snapped = tuple(world.Record("fire", moment, "day", *point) for point in points * 40)
    world.append_incidents(own_county, snapped, name="snapped.csv")
    client = serve(open_resources(Settings(data_dir=own_county)))
    asked = {"category": "fire", "distance_m": 60, "minimum": 45, "draws": 19}
    answer = json_of(client, CLUSTERS, **asked)
    method, notes = (answer["provenance"][name] for name in ("method", "notes"))
    places = {(r.x_m, r.y_m) for r in inside()} | set(points)
    assert method["significance"]["null_places"] == len(places)
    assert any("share places" in note for note in notes)
    rows = json_of(client, CLUSTERS, **asked | {"minimum": 20, "null": "uniform"})["rows"]
    fires = len(inside(lambda r: r.category == "fire")) + len(snapped)
    for row in rows:
        away_m = [math.dist((row["easting_m"], row["northing_m"]), place) for place in places]
        if row["places"] == 1:
            near = sum(distance_m <= 30.0 for distance_m in away_m)
            assert row["expected"] == pytest.approx(fires * near / len(places), abs=0.001)
    assert any(row["places"] == 1 for row in rows)
    some = json_of(client, CLUSTERS, **asked | {"minimum": 20, "null": "uniform"})
    assert "evenly over the places that records share" in some["sentences"][-1]
    assert any("below the location error" in note for note in notes)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"method": "hdbscan", "distance_m": 100}, "distance_m"),
        ({"method": "optics", "metres_per_day": 10}, "method=dbscan"),
        ({"draws": 5}, "at least 19"),
    ],
)
def test_parameters_that_do_not_go_together_are_refused(client, asked, reason):
    answer = client.get(CLUSTERS, params=asked)
    assert answer.status_code == 422
    assert reason in answer.text


def test_nothing_selected_is_an_empty_table(client):
    answer = json_of(client, CLUSTERS, category="fire", minimum=50)
    assert answer["rows"] == []
    tiles = json_of(client, f"{CLUSTERS}/tilejson.json", category="fire", minimum=50)
    assert tiles["bounds"] == [-180, -90, 180, 90]
    assert client.get(f"{CLUSTERS}/tiles/12/2049/1348.mvt", params={"minimum": 5000}).is_success


def test_a_tile_has_the_hulls_with_their_values(client):
    tile = Tile(12, 2049, 1348)
    answer = client.get(f"{CLUSTERS}/tiles/12/2049/1348.mvt", params={"draws": 19, **ASKED})
    assert answer.status_code == 200, answer.text
    (layer,) = mapbox_vector_tile.decode(answer.content).items()
    name, features = layer[0], layer[1]["features"]
    rows = {row["cluster"]: row for row in rows_of(client, CLUSTERS, draws=19, **ASKED)}
    assert name == "clusters"
    assert features
    left, _, right, _ = tile.bounds_mercator_m
    for feature in features:
        row = rows[feature["properties"]["cluster"]]
        assert feature["properties"]["class"] == row["class"]
        scale = (right - left) / 4_096 / MERCATOR_SCALE
        area_km2 = shapely.geometry.shape(feature["geometry"]).area * scale**2 / 1e6
        assert area_km2 == pytest.approx(row["area_km2"], rel=0.05)


def test_the_map_has_a_legend_and_a_style(client):
    legend = json_of(client, f"{CLUSTERS}/legend.json", draws=19, **ASKED)
    classes = {each["label"]: each for each in legend["classes"]}
    assert set(classes) <= {"more than chance", "not more than chance"}
    style = json_of(client, f"{CLUSTERS}/style.json", draws=0, **ASKED)
    assert style["layers"][0]["type"] == "fill"
    address = json_of(client, f"{CLUSTERS}/tilejson.json", draws=0, **ASKED)["tiles"][0]
    assert "/tiles/{z}/{x}/{y}.mvt" in address
