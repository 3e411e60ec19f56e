"""Contours and peaks of a heat map over HTTP, against the formula."""

import json

import numpy as np
import pytest
import shapely

from tests.service import world
from tests.service.answers import json_of, on_the_ground, rows_of

HEATMAP = f"/v1/heatmaps/{world.DATASET}"
BANDWIDTH_M = 500.0
STEP_M = 25.0


@pytest.fixture(scope="module")
def fine():
    """Places all over the county, and the density at each by the formula."""
    left, bottom, right, top = world.bounds_m()
    x = np.arange(left + STEP_M / 2, right, STEP_M)
    y = np.arange(bottom + STEP_M / 2, top, STEP_M)
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return places, world.quartic_per_km2(world.located_xy_m(), places, BANDWIDTH_M)


def in_metres(geometry):
    shape = shapely.from_geojson(json.dumps(geometry))
    return shapely.transform(
        shape, lambda xy: on_the_ground(xy, crs="EPSG:4326", target="EPSG:27700")
    )


@pytest.mark.parametrize("percent", [25, 50, 75])
def test_a_contour_holds_its_share_of_the_mass(client, fine, percent):
    answer = json_of(
        client, f"{HEATMAP}/contours.geojson", bandwidth_m=BANDWIDTH_M, percent=percent
    )
    [feature] = answer["features"]
    places, density = fine
    shape = in_metres(feature["geometry"])
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, places[:, 0], places[:, 1])
    assert density[inside].sum() / density.sum() == pytest.approx(percent / 100, abs=0.015)
    assert feature["properties"]["area_km2"] == pytest.approx(shape.area / 1e6, rel=0.01)


def test_a_contour_is_the_smallest_area_of_its_mass(client, fine):
    """No place inside is less dense than one outside, but for the width of a cell."""
    answer = json_of(client, f"{HEATMAP}/contours.geojson", bandwidth_m=BANDWIDTH_M, percent=50)
    places, density = fine
    shape = in_metres(answer["features"][0]["geometry"])
    well_inside, well_outside = shape.buffer(-100), shape.buffer(100)
    inside = shapely.contains_xy(well_inside, places[:, 0], places[:, 1])
    outside = ~shapely.contains_xy(well_outside, places[:, 0], places[:, 1])
    assert density[inside].min() > density[outside].max()


def test_the_first_peak_is_where_the_surface_is_highest(client, fine):
    rows = rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=BANDWIDTH_M)
    places, density = fine
    highest = places[np.argmax(density)]
    first = rows[0]
    away = np.hypot(first["easting_m"] - highest[0], first["northing_m"] - highest[1])
    assert away < BANDWIDTH_M / 5
    assert first["density"] == pytest.approx(density.max(), rel=0.05)
    assert first["rank"] == 1


def test_peaks_come_highest_first_and_each_in_its_place(client):
    rows = rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=BANDWIDTH_M)
    assert len(rows) > 1
    heights = [row["density"] for row in rows]
    assert heights == sorted(heights, reverse=True)
    for row in rows:
        at = shapely.Point(row["easting_m"], row["northing_m"])
        [code] = [code for code in world.CODES if world.square(code).contains(at)]
        district = "West" if world.DISTRICT_OF[code] == "D1" else "East"
        assert world.NAMES[code] in row["place"] or district in row["place"]


def test_no_more_peaks_come_than_asked_for(client):
    assert len(rows_of(client, f"{HEATMAP}/peaks", peaks=1)) == 1


def test_the_summary_says_in_a_sentence_where_it_is_hot(client):
    summary = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=BANDWIDTH_M)
    [first, *_] = rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=BANDWIDTH_M)
    assert first["place"] in summary["sentence"]


def test_the_inset_lies_around_the_first_peak(client):
    inset = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=BANDWIDTH_M)["inset"]
    [first, *_] = rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=BANDWIDTH_M)
    left, bottom, right, top = inset["bounds_m"]
    assert left < first["easting_m"] < right
    assert bottom < first["northing_m"] < top
    assert inset["bandwidth_m"] < BANDWIDTH_M
