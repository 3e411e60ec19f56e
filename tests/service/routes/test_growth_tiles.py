"""Sites and overlay on a map: tiles as another library reads them, with symbols' classes."""

import json

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from boundaries.tiles.generalise import EXTENT
from boundaries.tiles.tiles import BUFFER, points_in_tile
from service.assembly.resources import open_resources
from service.config.settings import Settings
from spatial.coordinates.mercator import Tile
from tests.service import world
from tests.service.answers import json_of, on_the_ground, rows_of

SITES = "/v1/growth/sites"
OVERLAY = f"/v1/growth/{world.DATASET}/overlay"
PRIORITIES = f"/v1/growth/{world.DATASET}/priorities"
ZOOM, X, Y = 11, 1024, 674


def tile_of(client, address, **query):
    """The only layer of a tile, by another library: its name and its features."""
    answer = client.get(f"{address}/tiles/{ZOOM}/{X}/{Y}.mvt", params=query)
    assert answer.status_code == 200, answer.text
    found = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})
    ((name, layer),) = found.items()
    return name, layer["features"]


def on_ground(point):
    """Easting and northing of a place in the tile."""
    left, bottom, right, top = Tile(ZOOM, X, Y).bounds_mercator_m
    x, y = point["coordinates"]
    place = [[left + x / EXTENT * (right - left), top - y / EXTENT * (top - bottom)]]
    return on_the_ground(np.array(place), crs="EPSG:3857", target=world.CRS)[0]


def test_sites_are_points_where_they_lie_with_their_homes_and_classes(client):
    name, features = tile_of(client, SITES)
    assert name == "sites"
    found = {f["properties"]["site_id"]: f for f in features}
    step_m = 40_075_017 / 2**ZOOM / EXTENT
    places = {"s1": world.SITE_POINT, "s2": world.SITE_OUTSIDE}
    for site, place in places.items():
        assert found[site]["geometry"]["type"] == "Point"
        assert np.hypot(*(on_ground(found[site]["geometry"]) - place)) < step_m
    assert shapely.Point(on_ground(found["s3"]["geometry"])).within(
        world.SITE_OUTLINE.buffer(step_m)
    )
    classes = {
        site: (f["properties"]["size_class"], f["properties"]["completion_class"])
        for site, f in found.items()
    }
    assert classes == {
        "s1": ("under 500 homes", "under way"),
        "s2": ("2,000 to 4,999 homes", "completions unknown"),
        "s3": ("under 500 homes", "complete"),
    }
    assert found["s1"]["properties"]["homes_remaining"] == 60
    assert "homes_remaining" not in found["s2"]["properties"]  # not known


def test_the_overlay_by_site_has_what_its_table_has(client):
    name, features = tile_of(client, OVERLAY, layer="cell", distance_m=900)
    assert name == "sites"
    found = {f["properties"]["site_id"]: f["properties"] for f in features}
    for row in rows_of(client, OVERLAY, layer="cell", distance_m=900):
        tile = found[row["site_id"]]
        for attribute, value in row.items():
            if attribute not in ("easting_m", "northing_m") and value is not None:
                assert tile[attribute] == value, attribute
        assert tile["size_class"]


@pytest.mark.parametrize(
    ("address", "query", "attribute"),
    [
        (OVERLAY, {"by": "area", "layer": "cell"}, "hotspot_class"),
        (PRIORITIES, {"layer": "cell"}, "priority"),
    ],
)
def test_areas_carry_what_their_table_says(client, address, query, attribute):
    name, features = tile_of(client, address, **query)
    assert name == "cell"
    found = {f["properties"]["code"]: f["properties"][attribute] for f in features}
    rows = rows_of(client, address, **query)
    assert found == {row["code"]: row[attribute] for row in rows}


@pytest.mark.parametrize(
    ("address", "query", "layer"),
    [
        (SITES, {}, "sites"),
        (OVERLAY, {"layer": "cell"}, "sites"),
        (OVERLAY, {"layer": "cell", "by": "area"}, "cell"),
        (PRIORITIES, {"layer": "cell"}, "cell"),
    ],
)
def test_the_tilejson_leads_to_the_tiles_and_lists_their_attributes(client, address, query, layer):
    document = json_of(client, f"{address}/tilejson.json", **query)
    (listed,) = document["vector_layers"]
    assert listed["id"] == layer
    template = document["tiles"][0]
    for part, number in (("{z}", ZOOM), ("{x}", X), ("{y}", Y)):
        template = template.replace(part, str(number))
    answer = client.get(template)
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Cache-Control"]
    (found,) = mapbox_vector_tile.decode(answer.content).values()
    attributes = {name for f in found["features"] for name in f["properties"]}
    assert attributes <= set(listed["fields"])
    west, south, east, north = document["bounds"]
    assert west < 0.15 < east
    assert south < 52.21 < north


@pytest.mark.parametrize(
    ("address", "query", "labels"),
    [
        (SITES, {}, {"not started", "under way", "complete", "completions unknown"}),
        (PRIORITIES, {"layer": "cell"}, {"emerging", "preventing", "sustaining", "none"}),
    ],
)
def test_legend_and_style_know_the_classes(client, address, query, labels):
    legend = json_of(client, f"{address}/legend.json", **query)
    assert {each["label"] for each in legend["classes"]} == labels
    style = json_of(client, f"{address}/style.json", **query)
    assert all(label in json.dumps(style["layers"]) for label in labels)


def test_an_invented_county_says_so_in_its_tiles(invented_client):
    _, features = tile_of(invented_client, SITES)
    assert {feature["properties"]["synthetic"] for feature in features} == {True}


def test_a_tile_without_sites_is_no_bytes(client):
    answer = client.get(f"{SITES}/tiles/{ZOOM}/0/0.mvt")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_tile_of_another_version_is_gone(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    assert client.get(f"{SITES}/tiles/{ZOOM}/{X}/{Y}.mvt", params={"v": "0"}).status_code == 410


def test_points_in_the_buffer_are_in_both_tiles_and_those_beyond_in_one():
    tile = Tile(10, 511, 340)
    left, bottom, right, top = tile.bounds_mercator_m
    step = (right - left) / EXTENT
    middle = (bottom + top) / 2
    offsets = [0.0, BUFFER - 1.0, BUFFER + 1.0, np.nan]
    points = np.array([[right + k * step, middle] for k in offsets])
    assert points_in_tile(points, tile).positions.tolist() == [0, 1]
    assert points_in_tile(points, Tile(10, 512, 340)).positions.tolist() == [0, 1, 2]
    assert points_in_tile(points, tile).xy[0].tolist() == [EXTENT, EXTENT // 2]
