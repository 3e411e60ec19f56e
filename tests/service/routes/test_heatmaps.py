"""Heat maps over HTTP, against the kernel's formula at the same places on the ground."""

import io
import json
import math

import numpy as np
import pytest
from PIL import Image

from tests.service import world
from tests.service.answers import (
    bilinear,
    image_of,
    json_of,
    on_the_ground,
    raster_of,
    read_tif,
)

HEATMAP = f"/v1/heatmaps/{world.DATASET}"
BANDWIDTH_M = 500.0
EVERYWHERE = "540000,256000,551000,264000"  # all located records, and a bandwidth around them
# Four neighbours in the middle of the county, and the addresses around it at other zooms.
ZOOM, X, Y = 14, 8198, 5395


def tile_of(client, z, x, y, **query):
    return raster_of(client, f"{HEATMAP}/tiles/{z}/{x}/{y}.tif", **query)


def density_at(places_m, *, bandwidth_m=BANDWIDTH_M, wanted=world.anything):
    """The formula at (..., 2) places in the working CRS."""
    flat = places_m.reshape(-1, 2)
    found = world.quartic_per_km2(world.located_xy_m(wanted), flat, bandwidth_m)
    return found.reshape(places_m.shape[:-1])


@pytest.fixture(scope="module")
def raster(client):
    return raster_of(
        client, f"{HEATMAP}/raster.tif", bandwidth_m=BANDWIDTH_M, cell_m=25, bbox=EVERYWHERE
    )


def test_a_raster_is_the_formula_at_its_cells(raster):
    expected = density_at(raster.centres()[::3, ::3])
    np.testing.assert_allclose(
        raster.values[::3, ::3], expected, rtol=0, atol=2e-7 * expected.max()
    )


def test_the_mass_of_a_raster_is_the_number_of_located_records(raster):
    mass = raster.values.astype(np.float64).sum() * (25 * 25 / 1e6)
    assert mass == pytest.approx(len(world.located_xy_m()), rel=1e-3)


def test_a_raster_lies_in_the_working_crs_where_it_was_asked_for(raster):
    assert raster.crs == "EPSG:27700"
    assert (raster.transform.c, raster.transform.f) == (540_000, 264_000)
    assert (raster.transform.a, raster.transform.e) == (25, -25)
    assert (raster.transform.b, raster.transform.d) == (0, 0)
    assert raster.values.shape == (8_000 // 25, 11_000 // 25)


def test_a_raster_is_one_float32_band_that_names_its_unit(raster):
    assert (raster.count, raster.dtype) == (1, "float32")
    assert raster.unit == "incidents per km^2"


def test_a_raster_is_cloud_optimized(raster):
    assert raster.layout == "COG"


def test_a_raster_carries_its_provenance(raster):
    provenance = raster.provenance()
    assert provenance["method"]["bandwidth_m"] == BANDWIDTH_M
    assert provenance["dataset"]["version"] == 0
    assert provenance["software"].startswith("hotspot-atlas ")


def test_a_raster_per_year_says_so(client):
    raster = raster_of(client, f"{HEATMAP}/raster.tif", per="year", cell_m=100)
    assert raster.unit == "incidents per km^2 per year"


def test_a_raster_by_default_covers_the_study_area_and_a_bandwidth_around_it(client):
    raster = raster_of(client, f"{HEATMAP}/raster.tif", bandwidth_m=BANDWIDTH_M, cell_m=50)
    left, bottom, right, top = world.bounds_m()
    rows, cols = raster.values.shape
    assert raster.transform.c <= left - BANDWIDTH_M
    assert raster.transform.f >= top + BANDWIDTH_M
    assert raster.transform.c + 50 * cols >= right + BANDWIDTH_M
    assert raster.transform.f - 50 * rows <= bottom - BANDWIDTH_M


def test_a_category_has_a_surface_of_its_own(client):
    query = {"bandwidth_m": BANDWIDTH_M, "cell_m": 100, "category": "burglary"}
    raster = raster_of(client, f"{HEATMAP}/raster.tif", **query)
    expected = density_at(raster.centres(), wanted=world.is_a("burglary"))
    np.testing.assert_allclose(raster.values, expected, rtol=0, atol=2e-7 * expected.max())


@pytest.mark.parametrize(
    "kernel", ["quartic", "epanechnikov", "triweight", "uniform", "triangular", "gaussian"]
)
def test_every_kernel_keeps_the_mass(client, kernel):
    query = {"bandwidth_m": 800, "cell_m": 20, "bbox": EVERYWHERE, "kernel": kernel}
    raster = raster_of(client, f"{HEATMAP}/raster.tif", **query)
    mass = raster.values.astype(np.float64).sum() * (20 * 20 / 1e6)
    assert mass == pytest.approx(len(world.located_xy_m()), rel=2e-3)
    assert raster.provenance()["method"]["kernel"] == kernel


def test_within_an_area_nothing_is_known_outside_it(client):
    query = {"bandwidth_m": BANDWIDTH_M, "cell_m": 100, "within": "cell:C11"}
    raster = raster_of(client, f"{HEATMAP}/raster.tif", bbox=EVERYWHERE, **query)
    centres = raster.centres()
    left, bottom, right, top = world.square("C11").bounds
    inside = (
        (centres[..., 0] > left)
        & (centres[..., 0] < right)
        & (centres[..., 1] > bottom)
        & (centres[..., 1] < top)
    )
    assert np.isnan(raster.values[~inside]).all()
    expected = density_at(centres[inside])  # of all incidents, also those around the area
    np.testing.assert_allclose(raster.values[inside], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("z", "x", "y"), [(12, 2049, 1348), (13, 4099, 2697), (14, 8198, 5395), (16, 32795, 21582)]
)
def test_a_tile_is_the_formula_on_the_ground_at_every_zoom(client, z, x, y):
    """So the value at a place does not depend on the zoom."""
    tile = tile_of(client, z, x, y, bandwidth_m=BANDWIDTH_M)
    assert tile.crs == "EPSG:3857"
    assert tile.values.shape == (256, 256)
    some = tile.centres()[::5, ::5]
    expected = density_at(on_the_ground(some, crs="EPSG:3857", target="EPSG:27700"))
    assert expected.max() > 0
    whole_map = density_at(tile_peak())
    np.testing.assert_allclose(tile.values[::5, ::5], expected, rtol=0, atol=1e-3 * whole_map)


def tile_peak():
    """About where the surface is highest, found by the formula on a coarse grid."""
    left, bottom, right, top = world.bounds_m()
    x, y = np.meshgrid(np.arange(left, right, 50), np.arange(bottom, top, 50))
    places = np.stack([x, y], axis=-1)
    return places.reshape(-1, 2)[np.argmax(density_at(places))]


def test_a_tile_agrees_with_the_raster_at_the_same_places(client, raster):
    tile = tile_of(client, 13, 4099, 2697, bandwidth_m=BANDWIDTH_M)
    places = on_the_ground(tile.centres(), crs="EPSG:3857", target="EPSG:27700")
    expected = bilinear(raster, places.reshape(-1, 2)).reshape(256, 256)
    known = np.isfinite(expected)
    assert known.mean() > 0.9
    assert np.abs(tile.values - expected)[known].max() < 0.01 * raster.values.max()


def test_four_neighbouring_tiles_join_without_a_seam(client):
    whole = np.block(
        [
            [tile_of(client, ZOOM, X + i, Y + j, bandwidth_m=BANDWIDTH_M).values for i in (0, 1)]
            for j in (0, 1)
        ]
    ).astype(np.float64)
    assert whole.max() > 0
    for values in (whole, whole.T):
        bends = np.abs(np.diff(values, n=2, axis=1))
        across = bends[:, 254:256]  # the two bends that have pixels of both tiles
        assert across.max() <= bends.max(initial=0, where=_but(bends.shape[1], 254, 255)) * 1.05


def _but(size, *left_out):
    kept = np.ones(size, dtype=bool)
    kept[list(left_out)] = False
    return kept


def test_neighbouring_tiles_share_their_colours(client):
    tiles = [
        image_of(client, f"{HEATMAP}/tiles/{ZOOM}/{X + i}/{Y}.png", bandwidth_m=BANDWIDTH_M)
        for i in (0, 1)
    ]
    assert tiles[0].getpalette("RGBA") == tiles[1].getpalette("RGBA")


def test_a_tile_picture_shows_the_classes_that_the_summary_states(client):
    breaks = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=BANDWIDTH_M)["breaks"]
    numbers = tile_of(client, 13, 4099, 2697, bandwidth_m=BANDWIDTH_M).values
    image = image_of(client, f"{HEATMAP}/tiles/13/4099/2697.png", bandwidth_m=BANDWIDTH_M)
    classes = np.searchsorted(breaks, numbers.astype(np.float64), side="right")
    # float32 in the .tif may fall on the other side of a break than float64 in the picture
    assert (np.asarray(image) == classes).mean() > 0.999
    assert set(np.unique(classes)) == set(range(len(breaks) + 1))


def test_a_tile_picture_is_transparent_where_little_happens(client):
    image = image_of(client, f"{HEATMAP}/tiles/{ZOOM}/{X - 40}/{Y}.png")
    assert image.size == (256, 256)
    assert image.convert("RGBA").getextrema()[3] == (0, 0)


def test_a_tile_picture_names_unit_and_provenance_in_its_text(client):
    text = image_of(client, f"{HEATMAP}/tiles/13/4099/2697.png").text
    assert "incidents per km^2" in text["Description"]
    assert json.loads(text["Provenance"])["dataset"]["id"] == world.DATASET


def test_the_maximum_is_that_of_the_study_area(client):
    found = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=BANDWIDTH_M)["maximum"]
    left, bottom, right, top = world.bounds_m()
    x, y = np.meshgrid(np.arange(left, right, 20) + 10, np.arange(bottom, top, 20) + 10)
    expected = density_at(np.stack([x, y], axis=-1)).max()
    assert found == pytest.approx(expected, rel=0.05)  # of cells a fifth of a bandwidth wide


def test_breaks_ascend_to_below_the_maximum(client):
    summary = json_of(client, f"{HEATMAP}/summary.json")
    assert summary["breaks"] == sorted(set(summary["breaks"]))
    assert summary["breaks"][0] > 0
    assert summary["breaks"][-1] < summary["maximum"]


def test_two_periods_can_be_asked_for_in_the_same_classes(client):
    wanted = {"bandwidth_m": BANDWIDTH_M, "breaks": [0.5, 2.0, 8.0]}
    whole = json_of(client, f"{HEATMAP}/summary.json", **wanted)
    part = json_of(client, f"{HEATMAP}/summary.json", **wanted, category="burglary")
    assert whole["breaks"] == part["breaks"] == [0.5, 2.0, 8.0]
    assert whole["maximum"] > part["maximum"]
    legend = json_of(client, f"{HEATMAP}/legend.json", **wanted)
    assert [each["lower"] for each in legend["classes"]] == [8.0, 2.0, 0.5]
    image = image_of(client, f"{HEATMAP}/tiles/13/4099/2697.png", **wanted)
    numbers = tile_of(client, 13, 4099, 2697, **wanted).values
    reached = np.searchsorted([0.5, 2.0, 8.0], numbers.astype(np.float64), side="right")
    assert set(np.unique(reached)) == {0, 1, 2, 3}
    assert (np.asarray(image) == reached).mean() > 0.999


@pytest.mark.parametrize(
    "breaks", [[2, 1], [1, 1], [0], [-1], ["inf"], ["high"], list(range(1, 14))]
)
def test_breaks_that_make_no_classes_are_refused(client, breaks):
    answer = client.get(f"{HEATMAP}/summary.json", params={"breaks": breaks})
    assert answer.status_code == 422
    assert "breaks" in answer.text


def test_breaks_belong_to_the_query_and_not_to_the_tile(client):
    one = json_of(client, f"{HEATMAP}/summary.json", category="burglary")["breaks"]
    other = json_of(client, f"{HEATMAP}/summary.json", category="assault")["breaks"]
    assert one != other


def test_the_summary_counts_reconcile_with_the_records(client):
    summary = json_of(client, f"{HEATMAP}/summary.json")
    assert summary["records"] == len(world.RECORDS)
    assert summary["located"] == len(world.located_xy_m())
    assert summary["located"] + summary["unlocated"] == summary["records"]


def test_the_summary_states_the_located_share(client):
    provenance = json_of(client, f"{HEATMAP}/summary.json")["provenance"]
    share = len(world.located_xy_m()) / len(world.RECORDS)
    assert provenance["located_share"] == pytest.approx(share, abs=1e-6)


def test_the_mass_in_the_study_area_is_about_what_lies_there(client):
    summary = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=100)
    inside = sum(world.district_counts().values())
    assert summary["mass_in_study_area"] == pytest.approx(inside, rel=0.01)


def test_the_provenance_names_filter_and_method(client):
    query = {
        "category": ["fire", "assault"],
        "from": "2023-01",
        "to": "2023-12",
        "kernel": "uniform",
    }
    provenance = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=300, **query)["provenance"]
    assert provenance["filter"] == {
        "from": "2023-01-01",
        "to": "2023-12-31",
        "categories": ["assault", "fire"],
        "within": None,
        "covered": ["2023-01 to 2023-12"],
        "covered_days": 365,
    }
    assert provenance["method"]["kernel"] == "uniform"
    assert provenance["method"]["bandwidth_m"] == 300


def test_the_tilejson_leads_to_the_tiles(client):
    tilejson = json_of(client, f"{HEATMAP}/tilejson.json", bandwidth_m=BANDWIDTH_M)
    assert tilejson["tilejson"] == "3.0.0"
    address = tilejson["tiles"][0].format(z=13, x=4099, y=2697)
    assert "v=" in address
    answer = client.get(address)
    assert answer.status_code == 200
    # The address repeats the question: same picture as asked for in full.
    plain = client.get(f"{HEATMAP}/tiles/13/4099/2697.png", params={"bandwidth_m": BANDWIDTH_M})
    assert answer.content == plain.content


def test_the_tilejson_keeps_every_parameter_of_the_question(client):
    query = {
        "category": ["assault", "fire"],
        "from": "2023-01",
        "to": "2023-06",
        "bandwidth_m": 350,
    }
    address = json_of(client, f"{HEATMAP}/tilejson.json", **query)["tiles"][0]
    tile = f"{HEATMAP}/tiles/13/4099/2697.png"
    expected = client.get(tile, params=query).content
    assert client.get(address.format(z=13, x=4099, y=2697)).content == expected


def test_the_tilejson_bounds_hold_the_study_area_in_degrees(client):
    west, south, east, north = json_of(client, f"{HEATMAP}/tilejson.json")["bounds"]
    left, bottom, right, top = world.bounds_m()
    corners = np.array([(left, bottom), (left, top), (right, bottom), (right, top)])
    lonlat = on_the_ground(corners, crs="EPSG:27700", target="EPSG:4326")
    assert west == pytest.approx(lonlat[:, 0].min(), abs=1e-5)
    assert south == pytest.approx(lonlat[:, 1].min(), abs=1e-4)
    assert east == pytest.approx(lonlat[:, 0].max(), abs=1e-5)
    assert north == pytest.approx(lonlat[:, 1].max(), abs=1e-4)


def test_a_map_is_as_wide_as_asked_for_and_not_empty(client):
    image = image_of(client, f"{HEATMAP}/map.png", width=500)
    assert image.width == 500
    colours = image.convert("RGB").getcolors(maxcolors=1_000_000)
    assert len(colours) > 8


@pytest.mark.parametrize("bandwidth_m", [10, 20_000])
def test_a_map_is_drawn_at_the_smallest_and_the_largest_bandwidth(client, bandwidth_m):
    answer = client.get(f"{HEATMAP}/map.png", params={"bandwidth_m": bandwidth_m, "width": 1000})
    assert answer.status_code == 200, answer.text


def test_a_category_without_located_records_gives_an_empty_surface(client):
    query = {"category": "fire", "from": "2024-01", "to": "2024-12"}
    summary = json_of(client, f"{HEATMAP}/summary.json", **query)
    assert (summary["maximum"], summary["breaks"], summary["records"]) == (0, [], 0)
    assert client.get(f"{HEATMAP}/map.png", params=query).status_code == 200
    assert json_of(client, f"{HEATMAP}/peaks", **query)["rows"] == []
    contours = json_of(client, f"{HEATMAP}/contours.geojson", **query)["features"]
    assert {contour["properties"]["mass_percent"] for contour in contours} == {None}
    tile = client.get(f"{HEATMAP}/tiles/13/4099/2697.png", params=query)
    assert Image.open(io.BytesIO(tile.content)).convert("RGBA").getextrema()[3] == (0, 0)


def test_a_raster_never_holds_what_is_not_a_density(client):
    raster = read_tif(client.get(f"{HEATMAP}/raster.tif", params={"cell_m": 100}).content)
    assert (raster.values >= 0).all()
    assert math.isfinite(float(raster.values.max()))
