"""What is near the county's premises: counted again, at every rate, and what is refused."""

import numpy as np
import pytest
import shapely
from scipy.stats import chi2

from tests.service import world
from tests.service.answers import json_of, rows_of

NEAR = f"/v1/near/{world.DATASET}/premises"
CORNER = np.array([world.EAST_M, world.NORTH_M])
PUBS = np.array(list(world.PREMISES.values())) + CORNER
COUNTY = shapely.box(*CORNER, *(CORNER + 4_000.0))


def places_inside(condition=world.anything):
    xy_m = world.located_xy_m(condition)
    return xy_m[xy_m[:, 0] > world.EAST_M]


def distances(xy_m):
    return np.hypot(*(xy_m[:, None, :] - PUBS[None, :, :]).transpose(2, 0, 1))


def ground_m2(points, distance_m, area=COUNTY):
    circles = shapely.buffer(shapely.points(points), distance_m, quad_segs=200)
    return shapely.intersection(shapely.union_all(circles), area).area


def test_the_set_counts_each_incident_and_all_ground_once(client):
    rows = rows_of(client, NEAR, distance_m=[300, 100])
    metres = distances(places_inside()).min(axis=1)
    for row, distance_m in zip(rows, (100.0, 300.0), strict=True):
        assert row["distance_m"] == distance_m
        assert row["count"] == np.count_nonzero(metres <= distance_m)
        ground = ground_m2(PUBS, distance_m)
        assert row["ground_km2"] == pytest.approx(ground / 1e6, rel=2e-3)
        assert row["ground_share"] == pytest.approx(ground / COUNTY.area, rel=2e-3)
        assert row["share"] == pytest.approx(row["count"] / len(metres))
        assert row["expected"] == pytest.approx(len(metres) * row["ground_share"])
        assert row["ratio"] == pytest.approx(row["count"] / row["expected"])
        assert row["places"] == 4


def test_each_place_has_its_own_row_those_with_most_first(client):
    answer = json_of(client, NEAR, by="place", distance_m=200)
    metres = distances(places_inside())
    counts = dict(zip(world.PREMISES, (metres <= 200.0).sum(axis=0).tolist(), strict=True))
    assert {row["name"]: row["count"] for row in answer["rows"]} == counts
    found = [row["count"] for row in answer["rows"]]
    assert found == sorted(found, reverse=True)
    ferry = next(row for row in answer["rows"] if row["name"] == "The Ferry")
    part = ground_m2(PUBS[3:], 200.0) / 1e6
    assert ferry["ground_km2"] == pytest.approx(part, rel=2e-3)
    assert any("1 of 4 places lie outside" in note for note in answer["provenance"]["notes"])
    assert any("do not add up" in note for note in answer["provenance"]["notes"])


def test_the_rate_of_each_area_of_a_layer_is_what_is_expected_there(client):
    (row,) = rows_of(client, NEAR, distance_m=300, layer=world.DISTRICTS)
    xy_m = places_inside()
    halves = [
        shapely.box(
            world.EAST_M + x, world.NORTH_M, world.EAST_M + x + 2_000, world.NORTH_M + 4_000
        )
        for x in (0.0, 2_000.0)
    ]
    is_west = xy_m[:, 0] < world.EAST_M + 2_000
    expected = sum(
        number * ground_m2(PUBS, 300.0, half) / half.area
        for number, half in zip((is_west.sum(), (~is_west).sum()), halves, strict=True)
    )
    assert row["expected"] == pytest.approx(expected, rel=2e-3)


def test_residents_within_the_distance_are_those_of_the_ground_of_each_area(client):
    answer = json_of(client, NEAR, distance_m=300, layer=world.CELLS, denominator="residents")
    (row,) = answer["rows"]
    near = total = 0.0
    for code, residents in world.RESIDENTS.items():
        x, y = world.EAST_M + 1_000 * int(code[1]), world.NORTH_M + 1_000 * int(code[2])
        near += residents * ground_m2(PUBS, 300.0, shapely.box(x, y, x + 1_000, y + 1_000)) / 1e6
        total += residents
    assert row["denominator"] == pytest.approx(near, rel=2e-3)
    assert row["denominator_share"] == pytest.approx(near / total, rel=2e-3)
    counted = round(row["count"] / row["share"])
    assert row["expected"] == pytest.approx(counted * near / total, rel=2e-3)
    in_c33 = sum(1 for record in world.RECORDS if record.cell_of_place == "C33")
    notes = " ".join(answer["provenance"]["notes"])
    assert f"Left out: {in_c33} incidents in areas without residents" in notes


def test_a_denominator_is_by_default_that_of_most_areas(client):
    query = {"distance_m": 300, "denominator": "residents"}
    assert rows_of(client, NEAR, **query) == rows_of(client, NEAR, layer=world.CELLS, **query)


def test_within_restricts_incidents_and_ground_alike(client):
    (row,) = rows_of(client, NEAR, distance_m=300, within="cell:C00")
    cell = shapely.box(world.EAST_M, world.NORTH_M, world.EAST_M + 1_000, world.NORTH_M + 1_000)
    xy_m = places_inside(lambda record: record.cell_of_place == "C00")
    assert row["count"] == np.count_nonzero(distances(xy_m).min(axis=1) <= 300.0)
    assert row["ground_share"] == pytest.approx(ground_m2(PUBS, 300.0, cell) / 1e6, rel=2e-3)


@pytest.mark.parametrize("layer", [world.CELLS, "square:500"])
def test_the_areas_of_a_layer_or_grid_end_where_within_does(client, layer):
    query = {"distance_m": 300, "within": "circle:545600,258600,500"}
    (of_areas,) = rows_of(client, NEAR, layer=layer, **query)
    (together,) = rows_of(client, NEAR, **query)
    for name in ("count", "share", "ground_km2", "ground_share"):
        assert of_areas[name] == pytest.approx(together[name], rel=1e-3)


def test_shapes_are_the_ground_of_the_set_and_the_points_of_places(client):
    (feature,) = client.get(f"{NEAR}.geojson", params={"crs": "27700"}).json()["features"]
    ground = shapely.geometry.shape(feature["geometry"])
    assert ground.area / 1e6 == pytest.approx(feature["properties"]["ground_km2"], rel=1e-3)
    features = client.get(f"{NEAR}.geojson", params={"crs": "27700", "by": "place"}).json()
    points = {f["properties"]["name"]: f["geometry"]["coordinates"] for f in features["features"]}
    np.testing.assert_allclose([points[name] for name in world.PREMISES], PUBS)


def test_the_sentence_says_how_many_on_how_much_ground(client):
    answer = json_of(client, NEAR, distance_m=300)
    (row,) = answer["rows"]
    (sentence,) = [text for text in answer["sentences"] if text.startswith("Within 300 m")]
    share = f"{100 * row['share']:.1f} %"
    assert f"{row['count']} incidents ({share} of those in the area)" in sentence
    assert f"on {100 * row['ground_share']:.1f} % of its ground" in sentence
    assert "times what is expected" in sentence
    assert row["lower"] > 1.0
    assert "chance" not in sentence


def test_nothing_is_claimed_that_chance_would_explain(client):
    answer = json_of(client, NEAR, distance_m=50, by="place", category="fire")
    assert [row["count"] for row in answer["rows"]] == [0, 0, 0]
    sentence = "None of the 3 places has more incidents within 50 m than chance would explain."
    assert sentence in answer["sentences"]


def test_places_with_more_than_chance_are_counted_and_the_first_is_named(client):
    answer = json_of(client, NEAR, distance_m=300, by="place")
    called = [row for row in answer["rows"] if row["q_value"] <= 0.05 and row["ratio"] > 1.0]
    assert all(row["q_value"] >= row["p_value"] for row in answer["rows"])
    sentence = f"{len(called)} of 4 places have more incidents within 300 m than expected"
    (text,) = [text for text in answer["sentences"] if text.startswith(sentence)]
    assert f"first {called[0]['name']} with {called[0]['count']}:" in text


def test_no_incident_at_all_has_no_share(client):
    answer = json_of(client, NEAR, category="burglary", within="cell:C00")
    (row,) = answer["rows"]
    assert (row["count"], row["share"], row["ratio"]) == (0, None, None)
    assert "No incident is located in the area." in answer["sentences"]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"distance_m": "0"}, "greater than 0"),
        ({"distance_m": "20000"}, "less than or equal to 10000"),
        ({"denominator": "horses"}, "residents"),
        ({"layer": "cell", "denominator": "horses"}, "residents"),
        ({"by": "pub"}, "set"),
    ],
)
def test_a_question_without_meaning_is_refused(client, query, reason):
    answer = client.get(NEAR, params=query)
    assert answer.status_code == 422
    assert reason in answer.text


def test_places_that_are_not_there_are_named_with_those_that_are(client):
    answer = client.get(f"/v1/near/{world.DATASET}/schools")
    assert answer.status_code == 404
    assert "premises" in answer.json()["detail"]


def test_the_interval_is_that_of_garwood(client):
    (row,) = rows_of(client, NEAR, distance_m=300)
    lower, upper = (
        chi2.ppf(tail, 2 * row["count"] + more) / 2 / row["expected"]
        for tail, more in ((0.025, 0), (0.975, 2))
    )
    assert (row["lower"], row["upper"]) == (pytest.approx(lower), pytest.approx(upper))
