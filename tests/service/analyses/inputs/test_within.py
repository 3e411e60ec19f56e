"""Circles and polygons to stay within, against the records, one by one."""

import math

import numpy as np
import pytest

from service.analyses.inputs.within import is_drawn, resolve
from service.model.errors import InvalidWithinError
from spatial.coordinates.crs import WGS84, transform_xy
from tests.service import world
from tests.service.answers import json_of, rows_of

TREND = f"/v1/tables/{world.DATASET}/trend"
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
TWO_YEARS = "baseline_from=2023-01&baseline_to=2023-12&from=2024-01&to=2024-12"
CENTRE = (world.EAST_M + 900.0, world.NORTH_M + 1_100.0)
RADIUS_M = 700.0
CIRCLE = f"circle:{CENTRE[0]},{CENTRE[1]},{RADIUS_M}"
WEST, SOUTH = world.EAST_M - 4_000, world.NORTH_M - 100
CORNERS = ((WEST, SOUTH), (WEST + 6_000, SOUTH), (WEST + 6_000, SOUTH + 2_100))
POLYGON = "polygon:" + ",".join(f"{x},{y}" for x, y in CORNERS)


def in_circle(record: world.Record) -> bool:
    return record.located and math.dist((record.x_m, record.y_m), CENTRE) <= RADIUS_M


def in_polygon(record: world.Record) -> bool:
    """Below the line from the first corner to the last, and left of its end."""
    if not record.located:
        return False
    return (
        SOUTH <= record.y_m <= SOUTH + 2_100 * (record.x_m - WEST) / 6_000
        and WEST <= record.x_m <= WEST + 6_000
    )


@pytest.mark.parametrize(
    ("within", "is_inside"),
    [(CIRCLE, in_circle), (POLYGON, in_polygon)],
    ids=["circle", "polygon"],
)
def test_a_trend_counts_what_is_located_inside_and_adds_up(client, within, is_inside):
    answer = json_of(client, TREND, within=within, step="year")
    records = list(world.chosen(is_inside))
    assert len(records) > 50
    assert [row["count"] for row in answer["rows"]] == [
        sum(record.occurred.year == year for record in records) for year in (2023, 2024)
    ]
    counts = answer["provenance"]["counts"]
    assert counts["in_rows"] == len(records)
    assert counts.pop("records") == sum(counts.values()) == len(world.RECORDS)
    assert answer["provenance"]["method"]["area"] == within
    assert "whatever its area code" in answer["provenance"]["notes"][0]


@pytest.mark.parametrize("within", [CIRCLE, POLYGON], ids=["circle", "polygon"])
def test_in_degrees_a_drawn_area_holds_what_it_holds_in_metres(client, resources, within):
    kind, _, text = within.partition(":")
    numbers = [float(number) for number in text.split(",")]
    radius = numbers[2:] if kind == "circle" else []
    places = np.array(numbers[: len(numbers) - len(radius)]).reshape(-1, 2)
    lonlat = transform_xy(places, source="EPSG:27700", target=WGS84)
    degrees = ",".join(f"{number:.7f}" for number in lonlat.ravel())
    label = f"lonlat-{kind}:{','.join([degrees, *map(str, radius)])}"
    metres, drawn = (json_of(client, TREND, within=each, step="year") for each in (within, label))
    assert drawn["rows"] == metres["rows"]
    resolved = resolve(resources.layers, label).label
    assert resolved.startswith(f"{kind}:")
    moved = [float(number) for number in resolved.partition(":")[2].split(",")]
    assert moved == pytest.approx(numbers, abs=0.1)


def test_a_table_has_the_areas_whose_inner_point_is_inside(client):
    left, bottom = world.EAST_M + 100, world.NORTH_M + 100
    right, top = left + 1_900, bottom + 900
    box = f"polygon:{left},{bottom},{right},{bottom},{right},{top},{left},{top}"
    answer = json_of(client, CELLS, within=box)
    assert [row["code"] for row in answer["rows"]] == ["C00", "C10"]
    counts = answer["provenance"]["counts"]
    assert counts["in_rows"] == world.cell_counts()["C00"] + world.cell_counts()["C10"]
    assert answer["provenance"]["within"]["name"] == "polygon of 4 corners"


def test_a_heat_map_is_cut_along_a_circle(client):
    query = {"within": CIRCLE, "bandwidth_m": 400}
    answer = json_of(client, f"/v1/heatmaps/{world.DATASET}/summary.json", **query)
    steps = np.arange(-RADIUS_M + 5, RADIUS_M, 10)
    places = np.array([(x, y) for x in steps for y in steps if math.hypot(x, y) <= RADIUS_M])
    density = world.quartic_per_km2(world.located_xy_m(), places + CENTRE, 400)
    # Squares of 10 m against the circle itself: the border is off by a few of 15,000.
    assert answer["mass_in_study_area"] == pytest.approx(density.sum() * 1e-4, rel=5e-3)
    for peak in rows_of(client, f"/v1/heatmaps/{world.DATASET}/peaks", **query):
        assert math.dist((peak["easting_m"], peak["northing_m"]), CENTRE) <= RADIUS_M + 1


@pytest.mark.parametrize(
    "address",
    [
        CELLS,
        f"/v1/hotspots/{world.DATASET}/{world.CELLS}",
        f"/v1/hotspots/{world.DATASET}/{world.CELLS}/emerging",
        f"/v1/hotspots/{world.DATASET}/{world.CELLS}/change?{TWO_YEARS}",
    ],
)
def test_a_table_without_areas_is_refused(client, address):
    within = f"circle:{world.EAST_M + 10},{world.NORTH_M + 10},50"
    answer = client.get(f"{address}{'&' if '?' in address else '?'}within={within}")
    assert answer.status_code == 422
    assert "no area of layer 'cell' has its inner point within circle" in answer.json()["detail"]


def test_an_overlay_has_the_sites_inside(client):
    x_m, y_m = world.SITE_POINT
    query = {"within": f"circle:{x_m},{y_m},50", "layer": world.CELLS}
    rows = rows_of(client, f"/v1/growth/{world.DATASET}/overlay", **query)
    assert [row["site_id"] for row in rows] == ["s1"]


@pytest.mark.parametrize(
    ("within", "text"),
    [
        ("circle:545000,258000", "radius above 0"),
        ("circle:545000,258000,0", "radius above 0"),
        ("circle:545000,258000,-5", "radius above 0"),
        ("circle:545000,258000,1e9", "circle:easting,northing,radius"),
        ("circle:545000,x,5", "circle:easting,northing,radius"),
        ("circle:nan,258000,5", "circle:easting,northing,radius"),
        ("circle:0.12,52.2,500", "looks like degrees"),
        ("lonlat-circle:545000,258000,500", "longitude and latitude, in degrees"),
        ("lonlat-circle:0.12,52.2", "radius above 0"),
        ("lonlat-circle:0.12,x,500", "longitude and latitude"),
        ("lonlat-polygon:0.1,52.2,0.2,52.2,0.2", "longitude and latitude"),
        ("lonlat-polygon:0.1,52.2,0.2,52.3,0.2,52.2,0.1,52.3", "crosses or touches itself"),
        ("lonlat-circle:90,0,500", "does not reach"),
        ("polygon:", "polygon:easting,northing,"),
        ("polygon:545000,258000,545100,258000", "3 to 500 corners"),
        ("polygon:545000,258000,545100,258000,545100", "3 to 500 corners"),
        ("polygon:545000,258000,545100,258100,545100,258000,545000,258100", "crosses"),
        ("polygon:545000,258000,545100,258000,545200,258000", "crosses or touches itself"),
        ("polygon:" + ",".join(f"{545000 + k},{258000 + k * k}" for k in range(501)), "3 to 500"),
    ],
)
def test_what_is_no_circle_or_polygon_is_refused_by_every_kind_of_answer(client, within, text):
    for address in (TREND, CELLS, f"/v1/heatmaps/{world.DATASET}/summary.json"):
        answer = client.get(address, params={"within": within})
        assert answer.status_code == 422
        assert text in answer.json()["detail"]


def test_a_layer_may_have_a_name_that_begins_like_a_circle():
    assert not is_drawn("circles:C1")
    with pytest.raises(InvalidWithinError, match=r"got 'x{80}\.\.\.'"):
        raise InvalidWithinError("x" * 200)
