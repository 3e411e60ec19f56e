"""The layers read by GDAL's programs, over real HTTP: windows of rasters, tiles, features."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio

from tests.end_to_end.conftest import environment, start
from tests.service.answers import read_tif

pytestmark = pytest.mark.skipif(
    shutil.which("ogrinfo") is None, reason="gdal-bin is not installed: there is no ogrinfo"
)

DATASET, LAYER = "callouts", "lsoa"
AREAS = 408  # of the demonstration county
HEATMAP = f"/v1/heatmaps/{DATASET}"
CHOROPLETH = f"/v1/choropleths/{DATASET}/{LAYER}"
RASTER = f"{HEATMAP}/raster.tif?cell_m=25&bandwidth_m=1000"
GDAL_S = 180
BNG, MERCATOR = "EPSG:27700", "EPSG:3857"


def gdal(program: str, *args: str, **options: str) -> subprocess.CompletedProcess[str]:
    """What one of GDAL's programs says, which must be that all is well."""
    done = subprocess.run(
        [program, *args],
        env=environment(NO_PROXY="127.0.0.1", CPL_VSIL_CURL_USE_HEAD="YES", **options),
        capture_output=True,
        text=True,
        timeout=GDAL_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert "ERROR" not in done.stdout + done.stderr, done.stderr[-2_000:]
    return done


@pytest.fixture(scope="module")
def program(demonstration):
    """The program over the demonstration county."""
    running = start(demonstration)
    yield running
    running.stop()


@dataclass(frozen=True)
class Traffic:
    """What curl said of the answers within a program of GDAL."""

    whole: int  # answers to GET that were not a part
    parts: list[tuple[int, int]]  # first and last byte of each part

    @property
    def taken(self) -> int:
        return sum(last - first + 1 for first, last in self.parts)


def traffic_of(log: str) -> Traffic:
    """The answers in a log of CPL_CURL_VERBOSE."""
    parts = re.findall(r"content-range: bytes (\d+)-(\d+)/", log, re.IGNORECASE)
    # HEAD is answered with 200 too: a whole answer is a GET's.
    whole, method = 0, ""
    for line in log.splitlines():
        if found := re.match(r"> (GET|HEAD) ", line):
            method = found[1]
        elif re.match(r"< HTTP/[\d.]+ 200", line) and method == "GET":
            whole += 1
    return Traffic(whole, [(int(first), int(last)) for first, last in parts])


def test_a_window_of_a_raster_is_read_without_taking_the_file(program, tmp_path):
    content = program.get(RASTER)[1]
    file = read_tif(content)
    assert len(content) > 1_000_000
    window = tmp_path / "window.tif"
    done = gdal(
        "gdal_translate", "-srcwin", "1300", "1600", "200", "150",
        f"/vsicurl/{program.address}{RASTER}", str(window),
        CPL_CURL_VERBOSE="YES",
    )  # fmt: skip
    np.testing.assert_array_equal(
        read_tif(window.read_bytes()).values, file.values[1600:1750, 1300:1500]
    )
    traffic = traffic_of(done.stderr)
    assert traffic.whole == 0
    assert traffic.parts
    assert traffic.taken < len(content) / 5, (traffic, len(content))


def test_an_overview_is_read_without_taking_the_file(program, tmp_path):
    size = len(program.get(RASTER)[1])
    small = tmp_path / "small.tif"
    done = gdal(
        "gdal_translate", "-outsize", "88", "0", "-r", "nearest",
        f"/vsicurl/{program.address}{RASTER}", str(small),
        CPL_CURL_VERBOSE="YES",
    )  # fmt: skip
    assert read_tif(small.read_bytes()).values.shape[1] == 88
    traffic = traffic_of(done.stderr)
    assert traffic.whole == 0
    assert 0 < traffic.taken < size / 5


def test_a_raster_over_http_has_its_system_unit_and_tags(program):
    said = json.loads(gdal("gdalinfo", "-json", f"/vsicurl/{program.address}{RASTER}").stdout)
    assert said["coordinateSystem"]["wkt"].endswith('ID["EPSG",27700]]')
    assert said["bands"][0]["unit"] == "incidents per km^2"
    assert said["bands"][0]["overviews"]
    assert said["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    assert json.loads(said["metadata"][""]["METHOD"])["bandwidth_m"] == 1000
    assert said["metadata"][""]["SYNTHETIC"] == "yes"


def features_of(source: str, *args: str, **options: str) -> list[dict[str, Any]]:
    """The features that OGR reads of a source, as GeoJSON in its own reference system."""
    done = gdal(
        "ogr2ogr", "-f", "GeoJSON", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=3",
        "/vsistdout/", source, *args, **options,
    )  # fmt: skip
    features: list[dict[str, Any]] = json.loads(done.stdout)["features"]
    return features


@pytest.fixture(scope="module")
def counts(program) -> dict[str, int]:
    """Incidents per area, by the service's own table."""
    return {row["code"]: row["count"] for row in json.loads(program.get(CHOROPLETH)[1])["rows"]}


def test_the_vector_tiles_of_a_zoom_hold_every_area_with_its_value(program, counts):
    """GDAL takes the TileJSON for the metadata of the tiles."""
    features = features_of(
        f"MVT:{program.address}{CHOROPLETH}/tiles/9",
        "-oo", f"METADATA_FILE={program.address}{CHOROPLETH}/tilejson.json",
        "-oo", "TILE_EXTENSION=mvt",
    )  # fmt: skip
    assert len(counts) == AREAS
    # An area that lies in several tiles comes several times, and always with the same value.
    assert {(f["properties"]["code"], f["properties"]["count"]) for f in features} == set(
        counts.items()
    )


def test_one_vector_tile_lies_where_its_address_says(program):
    z, x, y = 9, 255, 168
    features = features_of(f"MVT:{program.address}{CHOROPLETH}/tiles/{z}/{x}/{y}.mvt")
    assert features
    side = 2 * 20037508.342789244 / 2**z
    left, top = -20037508.342789244 + x * side, 20037508.342789244 - y * side
    xy = np.concatenate([corners(f["geometry"]["coordinates"]) for f in features])
    assert left - 1 <= xy[:, 0].min()
    assert xy[:, 0].max() <= left + side + 1
    assert top - side - 1 <= xy[:, 1].min()
    assert xy[:, 1].max() <= top + 1


def corners(nested: Any) -> np.ndarray:
    """(n, 2) corners of the coordinates of a GeoJSON geometry."""
    if isinstance(nested[0], int | float):
        return np.array([nested[:2]], dtype=float)
    return np.concatenate([corners(part) for part in nested])


XYZ = """<GDAL_WMS>
<Service name="TMS"><ServerUrl>{template}</ServerUrl></Service>
<DataWindow><UpperLeftX>-20037508.34</UpperLeftX><UpperLeftY>20037508.34</UpperLeftY>
<LowerRightX>20037508.34</LowerRightX><LowerRightY>-20037508.34</LowerRightY>
<TileLevel>17</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY>
<YOrigin>top</YOrigin></DataWindow>
<Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY>
<BandsCount>4</BandsCount></GDAL_WMS>"""


def test_the_heat_map_is_read_as_xyz_tiles_and_hottest_at_its_peak(program, tmp_path):
    peak = json.loads(program.get(f"{HEATMAP}/peaks?bandwidth_m=1000")[1])["rows"][0]
    document = json.loads(program.get(f"{HEATMAP}/tilejson.json?bandwidth_m=1000")[1])
    template = document["tiles"][0]
    for name in "xyz":
        template = template.replace(f"{{{name}}}", f"${{{name}}}")
    source, image = tmp_path / "xyz.xml", tmp_path / "map.tif"
    source.write_text(XYZ.format(template=template.replace("&", "&amp;")))
    move = pyproj.Transformer.from_crs(BNG, MERCATOR, always_xy=True)
    x, y = move.transform(peak["easting_m"], peak["northing_m"])
    box = [str(v) for v in (x - 20_000, y + 20_000, x + 20_000, y - 20_000)]
    gdal("gdal_translate", "-projwin", *box, "-outsize", "401", "401", str(source), str(image))
    with rasterio.open(image) as drawn:
        red, green, blue, opaque = drawn.read().astype(int)
        assert drawn.crs.to_string() == MERCATOR
    assert 0.001 < (opaque > 0).mean() < 0.9
    darkness = np.where(opaque > 0, 3 * 255 - red - green - blue, 0)
    # The label of synthetic tiles may darken a pixel of the hottest class a little further.
    there = darkness[198:203, 198:203]
    assert there.min() > 0.97 * darkness.max()
    assert (darkness >= there.min()).mean() < 0.02


@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "geojson"])
def test_a_table_is_read_over_http_without_saving_it(program, counts, suffix):
    source = f"/vsicurl/{program.address}{CHOROPLETH}.{suffix}"
    features = features_of(source, "-dim", "XY")
    found = {f["properties"]["code"]: f["properties"]["count"] for f in features}
    assert found == counts
    assert len(features) == len(counts)


@pytest.mark.parametrize("kind", ["choropleths", "hotspots"])
def test_a_collection_is_read_page_by_page_with_every_area_once(program, counts, kind):
    features = features_of(
        f"OAPIF:{program.address}/ogc", f"{kind}:{DATASET}:{LAYER}", "-oo", "PAGE_SIZE=50"
    )
    assert {f["properties"]["code"]: f["properties"]["count"] for f in features} == counts
    assert len(features) == AREAS


def test_a_collection_is_read_in_a_box_and_by_a_filter(program):
    source, collection = f"OAPIF:{program.address}/ogc", f"boundaries:{LAYER}"
    everything = features_of(source, collection)
    assert len(everything) == AREAS
    west, south, east, north = 0.05, 52.1, 0.25, 52.3
    in_box = features_of(source, collection, "-spat", *map(str, (west, south, east, north)))
    codes = {f["properties"]["code"] for f in in_box}
    assert 10 < len(codes) == len(in_box) < AREAS
    for feature in everything:
        xy = corners(feature["geometry"]["coordinates"])
        inside = (xy > (west, south)).all(axis=1) & (xy < (east, north)).all(axis=1)
        if inside.any():
            assert feature["properties"]["code"] in codes
    one = everything[7]["properties"]
    (found,) = features_of(source, collection, "-where", f"code = '{one['code']}'")
    assert found["properties"]["name"] == one["name"]


def test_the_sites_are_read_as_points_with_their_homes(program):
    rows = json.loads(program.get("/v1/growth/sites")[1])["rows"]
    features = features_of(f"OAPIF:{program.address}/ogc", "sites")
    assert len(features) == len(rows)
    assert sum(f["properties"]["homes_planned"] for f in features) == sum(
        row["homes_planned"] for row in rows
    )


def test_the_wmts_is_read_with_its_period_and_system(program, tmp_path):
    capabilities = f"{program.address}/wmts/1.0.0/WMTSCapabilities.xml?bandwidth_m=1500"
    source = f"WMTS:{capabilities},layer=heatmaps:{DATASET}"
    said = json.loads(gdal("gdalinfo", "-json", source).stdout)
    assert said["coordinateSystem"]["wkt"].endswith('ID["EPSG",3857]]')
    image = tmp_path / "wmts.tif"
    box = [str(v) for v in (-50_000, 6_930_000, 50_000, 6_810_000)]
    gdal("gdal_translate", "-projwin", *box, "-outsize", "250", "300", source, str(image))
    with rasterio.open(image) as drawn:
        bands = drawn.read()
    assert 0.01 < (bands[-1] > 0).mean() < 0.9
    assert len(np.unique(bands[0][bands[-1] > 0])) > 3
