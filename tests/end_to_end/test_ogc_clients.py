"""The OGC API read by the clients people have, over real HTTP: GDAL's OAPIF driver and OWSLib."""

import json
import re
import shutil
import urllib.parse

import geopandas as gpd
import numpy as np
import pytest
import shapely
from owslib.ogcapi.features import Features

from spatial.coordinates.crs import WGS84, transform_xy
from tests.end_to_end.conftest import start
from tests.end_to_end.test_gdal_clients import AREAS, DATASET, LAYER, gdal

BOUNDARIES = f"boundaries:{LAYER}"
VALUES, HOT = f"choropleths:{DATASET}:{LAYER}", f"hotspots:{DATASET}:{LAYER}"
GRID = "http://www.opengis.net/def/crs/EPSG/0/27700"

needs_gdal = pytest.mark.skipif(
    shutil.which("ogrinfo") is None, reason="gdal-bin is not installed: there is no ogrinfo"
)


@pytest.fixture(scope="module")
def program(demonstration):
    """The program over the demonstration county."""
    running = start(demonstration)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def table(program) -> gpd.GeoDataFrame:
    """The choropleth as the service gives it outside the OGC API, metres."""
    content = program.get(f"/v1/choropleths/{DATASET}/{LAYER}.geojson?crs=27700")[1]
    features = json.loads(content)["features"]
    return gpd.GeoDataFrame.from_features(features, crs="EPSG:27700").set_index("code")


@pytest.fixture(scope="module")
def middle(table) -> tuple[float, float, float, float]:
    """A box of longitude and latitude around the middle of the county."""
    left, bottom, right, top = table.total_bounds
    x, y, far = (left + right) / 2, (bottom + top) / 2, 9_000
    box = gpd.GeoSeries([shapely.box(x - far, y - far, x + far, y + far)], crs=table.crs)
    return tuple(float(v) for v in box.to_crs("EPSG:4326").total_bounds)


@pytest.fixture(scope="module")
def in_the_middle(table, middle) -> set[str]:
    """The areas that meet that box, found by another library."""
    met = table.to_crs("EPSG:4326").intersects(shapely.box(*middle))
    return set(table.index[met])


def read_by_gdal(program, tmp_path, collection, *args, **options) -> tuple[gpd.GeoDataFrame, str]:
    """What ogr2ogr took from a collection, and what it said of its requests."""
    file = tmp_path / "taken.gpkg"
    done = gdal(
        "ogr2ogr", "-nlt", "PROMOTE_TO_MULTI", *args, str(file),
        f"OAPIF:{program.address}/ogc", collection, CPL_DEBUG="ON", **options,
    )  # fmt: skip
    return gpd.read_file(file), done.stderr


def pages(said: str) -> list[dict[str, str]]:
    """The query of every page of features in GDAL's own account of its requests."""
    addresses = re.findall(r"Fetch\((\S+/items\?\S+)\)", said)
    return [dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(a).query)) for a in addresses]


@needs_gdal
def test_gdal_lists_the_collections(program):
    said = gdal("ogrinfo", "-ro", f"OAPIF:{program.address}/ogc").stdout
    for name in (BOUNDARIES, VALUES, HOT, "sites"):
        assert re.search(rf"^\d+: {name} \(title: ", said, re.MULTILINE), said


@needs_gdal
@pytest.mark.parametrize("collection", [BOUNDARIES, VALUES, HOT])
def test_gdal_counts_every_area(program, collection):
    said = gdal("ogrinfo", "-ro", "-so", f"OAPIF:{program.address}/ogc", collection).stdout
    assert f"Feature Count: {AREAS}" in said
    assert "code: String" in said
    assert 'ID["EPSG",4326]' in said


@needs_gdal
def test_gdal_reads_every_area_by_pages_of_ten(program, table, tmp_path):
    taken, said = read_by_gdal(program, tmp_path, VALUES, "-oo", "PAGE_SIZE=10")
    assert len(taken) == AREAS
    there = taken.set_index("code")
    assert set(there.index) == set(table.index)
    assert there["count"].to_dict() == table["count"].to_dict()
    asked = [page for page in pages(said) if page.get("v")]  # what next links led to
    assert [int(page["offset"]) for page in asked] == list(range(10, AREAS, 10))
    # GDAL's own way to the British grid is 2 m off where it finds no grid of shifts.
    moved = shapely.transform(
        there.loc[table.index].geometry.values,
        lambda lonlat: transform_xy(lonlat, source=WGS84, target="EPSG:27700"),
    )
    apart = shapely.hausdorff_distance(moved, table.geometry.values)
    assert np.max(apart) < 0.05  # metres


@needs_gdal
def test_gdal_filters_by_a_box_at_the_server(program, middle, in_the_middle, tmp_path):
    taken, said = read_by_gdal(program, tmp_path, BOUNDARIES, "-spat", *map(str, middle))
    assert set(taken["code"]) == in_the_middle
    assert 5 < len(taken) < AREAS
    assert any("bbox" in page for page in pages(said))


@needs_gdal
def test_gdal_filters_by_a_property_at_the_server(program, table, tmp_path):
    wanted = table["class"].iloc[0]
    where = f"class = '{wanted}'"
    taken, said = read_by_gdal(program, tmp_path, VALUES, "-where", where)
    assert set(taken["code"]) == set(table.index[table["class"] == wanted])
    assert any(page.get("class") == wanted for page in pages(said))


@needs_gdal
def test_gdal_filters_by_what_the_server_does_not(program, table, tmp_path):
    most = int(table["count"].quantile(0.9))
    taken, _ = read_by_gdal(program, tmp_path, VALUES, "-where", f"count > {most}")
    assert set(taken["code"]) == set(table.index[table["count"] > most])


@needs_gdal
def test_gdal_reads_the_features_in_the_working_system(program, table, tmp_path):
    """Its driver of 3.6 does not ask for a coordinate system; a page by its address is in it."""
    address = f"{program.address}/ogc/collections/{VALUES}/items?f=json&limit=1000&crs={GRID}"
    file = tmp_path / "taken.gpkg"
    gdal("ogr2ogr", "-nlt", "PROMOTE_TO_MULTI", str(file), address)
    taken = gpd.read_file(file)
    assert len(taken) == AREAS
    assert taken.crs.to_epsg() == 27700
    assert taken.total_bounds == pytest.approx(table.total_bounds, abs=0.02)


@needs_gdal
def test_gdal_reads_the_sites_with_their_shapes(program):
    rows = json.loads(program.get("/v1/growth/sites")[1])["rows"]
    said = gdal("ogrinfo", "-ro", "-so", f"OAPIF:{program.address}/ogc", "sites").stdout
    assert f"Feature Count: {len(rows)}" in said


@pytest.fixture(scope="module")
def owslib(program) -> Features:
    return Features(f"{program.address}/ogc")


def test_owslib_reads_the_conformance_and_the_definition(owslib):
    declared = owslib.conformance()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in declared
    assert owslib.api()["openapi"].startswith("3.0")


def test_owslib_lists_the_collections(owslib):
    assert {BOUNDARIES, VALUES, HOT, "sites"} <= set(owslib.feature_collections())
    assert owslib.collection(HOT)["storageCrs"] == GRID


def test_owslib_reads_pages_boxes_and_properties(owslib, middle, in_the_middle):
    found, offset = [], 0
    while True:
        page = owslib.collection_items(BOUNDARIES, limit=100, offset=offset)
        assert page["numberMatched"] == AREAS
        found += [feature["id"] for feature in page["features"]]
        offset += page["numberReturned"]
        if not any(link["rel"] == "next" for link in page["links"]):
            break
    assert len(found) == len(set(found)) == AREAS
    boxed = owslib.collection_items(VALUES, bbox=list(middle), limit=1_000)
    assert {feature["id"] for feature in boxed["features"]} == in_the_middle
    named = owslib.collection_items(VALUES, code=found[3])
    assert [feature["id"] for feature in named["features"]] == [found[3]]


def test_owslib_reads_one_feature(owslib, table):
    feature = owslib.collection_item(VALUES, table.index[0])
    assert feature["id"] == table.index[0]
    assert feature["properties"]["count"] == table["count"].iloc[0]
