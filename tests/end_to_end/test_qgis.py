"""The layers in QGIS: the release of Debian 12, without a screen, over real HTTP.

With ``HOTSPOTS_TEST_IMAGES`` naming a folder the pictures are kept there to be looked at.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from PIL import Image

from tests.end_to_end.conftest import environment, start

SYSTEM_PYTHON = "/usr/bin/python3"
CLIENT = Path(__file__).parent / "qgis_client.py"
DATASET, LAYER = "callouts", "lsoa"
HEATMAP = f"/v1/heatmaps/{DATASET}"
BNG, MERCATOR, DEGREES = "EPSG:27700", "EPSG:3857", "EPSG:4326"
QGIS_S = 400
PAGE = 50  # so that a layer of QGIS's takes nine


def qgis_environment(folder: Path) -> dict[str, str]:
    """A profile of its own, no screen, and no proxy between it and loopback."""
    return environment(
        QT_QPA_PLATFORM="offscreen",
        QGIS_CUSTOM_CONFIG_PATH=str(folder / "profile"),
        HOME=str(folder),
        XDG_RUNTIME_DIR=str(folder),
        NO_PROXY="127.0.0.1",
        PYTHONPATH="",
        LANG="C.UTF-8",
    )


@pytest.fixture(scope="module")
def has_qgis(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips where the system's Python has no QGIS."""
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip(f"there is no {SYSTEM_PYTHON}, which would have Debian's python3-qgis")
    asked = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import qgis.core"],
        env=qgis_environment(tmp_path_factory.mktemp("qgis")),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if asked.returncode:
        pytest.skip(f"python3-qgis is not installed: {asked.stderr.strip()[-200:]}")


@pytest.fixture(scope="module")
def program(demonstration, has_qgis):
    """The program over the demonstration county."""
    running = start(demonstration)
    yield running
    running.stop()


def mercator(bounds_m: list[float]) -> list[float]:
    """Bounds of the working system in Web Mercator."""
    move = pyproj.Transformer.from_crs(BNG, MERCATOR, always_xy=True)
    return list(move.transform_bounds(*bounds_m))


def degrees(bounds_m: list[float]) -> list[float]:
    """Bounds of the working system in longitude and latitude."""
    move = pyproj.Transformer.from_crs(BNG, DEGREES, always_xy=True)
    return list(move.transform_bounds(*bounds_m))


def middle_of(bounds_m: list[float]) -> list[float]:
    """A box of 10 km in the middle of some bounds."""
    west, south, east, north = bounds_m
    x, y = (west + east) / 2, (south + north) / 2
    return [x - 5_000, y - 5_000, x + 5_000, y + 5_000]


def areas_in(program, box: list[float], crs: str) -> set[str]:
    """The codes of the areas that meet a box."""
    path = f"/v1/choropleths/{DATASET}/{LAYER}.geojson?crs={crs}"
    return {
        feature["properties"]["code"]
        for feature in json.loads(program.get(path)[1])["features"]
        if shapely.from_geojson(json.dumps(feature)).intersects(shapely.box(*box))
    }


@pytest.fixture(scope="module")
def layer_info(program) -> dict[str, Any]:
    """What the service says of the areas."""
    listed = json.loads(program.get("/v1/boundaries")[1])["boundaries"]
    return next(layer for layer in listed if layer["id"] == LAYER)


@pytest.fixture(scope="module")
def codes(program) -> set[str]:
    """The codes of all areas, from the CSV."""
    lines = program.get(f"/v1/choropleths/{DATASET}/{LAYER}.csv")[1].decode("utf-8-sig")
    return {line.split(",")[0] for line in lines.splitlines()[1:]}


def tiles_of(program, tilejson: str) -> str:
    """The template of a TileJSON, as QGIS's dialogue takes it: its own delimiters escaped."""
    document = json.loads(program.get(tilejson)[1])
    template = escaped(document["tiles"][0])
    return f"type=xyz&url={template}&zmin={document['minzoom']}&zmax={document['maxzoom']}"


def styled_of(program, path: str) -> str:
    """Vector tiles with the address of their style, which QGIS fetches itself."""
    style = escaped(f"{program.address}{path}/style.json")
    return f"{tiles_of(program, f'{path}/tilejson.json')}&styleUrl={style}"


def wmts_of(program, query: str, **more: str) -> str:
    """A layer of the capabilities as QGIS's dialogue writes it down."""
    chosen = {
        "crs": MERCATOR,
        "dpiMode": "7",
        "format": "image/png",
        "layers": f"heatmaps:{DATASET}",
        "styles": "default",
        "tileMatrixSet": "GoogleMapsCompatible",
        "url": f"{program.address}/wmts/1.0.0/WMTSCapabilities.xml?{query}",
        **more,
    }
    return "&".join(f"{name}={escaped(value)}" for name, value in chosen.items())


def features_of(program, collection: str) -> str:
    """A collection as QGIS's dialogue writes it down, with pages smaller than the layer.

    QGIS 3.22 asks for longitude and latitude only, and moves the shapes itself.
    """
    return (
        f"url='{program.address}/ogc' typename='{collection}' "
        f"pagingEnabled='true' pageSize='{PAGE}' maxNumFeatures='0' preferCoordinatesForWfsT11='false' "
        "restrictToRequestBBOX='1'"
    )


def escaped(value: str) -> str:
    """A value within the text by which QGIS names a layer."""
    return value.replace("%", "%25").replace("&", "%26").replace("=", "%3D")


@pytest.fixture(scope="module")
def findings(program, layer_info, peak, tmp_path_factory) -> dict[str, dict[str, Any]]:
    """What QGIS found of every layer, in one run of it."""
    folder = tmp_path_factory.mktemp("findings")
    extent = mercator(layer_info["bounds_m"])
    package, raster = folder / "choropleth.gpkg", folder / "density.tif"
    package.write_bytes(program.get(f"/v1/choropleths/{DATASET}/{LAYER}.gpkg")[1])
    raster.write_bytes(program.get(f"{HEATMAP}/raster.tif?cell_m=100&bandwidth_m=1000")[1])
    middle = middle_of(layer_info["bounds_m"])
    top = [peak["easting_m"], peak["northing_m"]]
    tiled = {"kind": "vector-tiles", "draw_crs": MERCATOR, "draw_extent": extent}
    jobs = [
        {
            "name": "heat-map-xyz", "kind": "raster", "provider": "wms",
            "source": tiles_of(program, f"{HEATMAP}/tilejson.json?bandwidth_m=1500"),
            "draw_crs": MERCATOR, "draw_extent": extent,
        },
        {
            "name": "heat-map-wmts", "kind": "raster", "provider": "wms",
            "source": wmts_of(program, "bandwidth_m=1500"),
            "draw_crs": MERCATOR, "draw_extent": extent,
        },
        {
            "name": "heat-map-wmts-2017", "kind": "raster", "provider": "wms",
            "source": wmts_of(program, "bandwidth_m=1500", tileDimensions="time=2017"),
            "draw_crs": MERCATOR, "draw_extent": extent,
        },
        {
            "name": "choropleth-tiles", **tiled, "styled": True,
            "source": styled_of(program, f"/v1/choropleths/{DATASET}/{LAYER}"),
        },
        {
            "name": "hotspot-tiles", **tiled, "styled": True,
            "source": styled_of(program, f"/v1/hotspots/{DATASET}/{LAYER}"),
        },
        {
            "name": "boundary-tiles", **tiled,
            "source": tiles_of(program, f"/v1/boundaries/{LAYER}/tilejson.json"),
        },
        {
            "name": "geopackage", "kind": "vector", "provider": "ogr", "source": str(package),
            "draw_crs": BNG, "bbox": middle, "key": "code",
        },
        {
            "name": "features-boundaries", "kind": "vector", "provider": "OAPIF",
            "source": features_of(program, f"boundaries:{LAYER}"),
            "draw_crs": BNG, "draw_extent": layer_info["bounds_m"],
            "bbox": degrees(middle), "key": "code",
        },
        {
            "name": "features-choropleth", "kind": "vector", "provider": "OAPIF",
            "source": features_of(program, f"choropleths:{DATASET}:{LAYER}"),
            "draw_crs": BNG, "draw_extent": layer_info["bounds_m"],
            "bbox": degrees(middle), "key": "code",
        },
        {
            "name": "features-hotspots", "kind": "vector", "provider": "OAPIF",
            "source": features_of(program, f"hotspots:{DATASET}:{LAYER}"),
            "draw_crs": BNG, "draw_extent": layer_info["bounds_m"],
            "bbox": degrees(middle), "key": "code",
        },
        {
            "name": "features-sites", "kind": "vector", "provider": "OAPIF",
            "source": features_of(program, "sites"),
            "draw_crs": BNG, "draw_extent": layer_info["bounds_m"],
        },
        {
            "name": "geotiff", "kind": "raster", "provider": "gdal", "source": str(raster),
            "draw_crs": BNG, "sample": top,
        },
        {
            "name": "geotiff-over-http", "kind": "raster", "provider": "gdal",
            "source": f"/vsicurl/{program.address}{HEATMAP}/raster.tif?cell_m=100&bandwidth_m=1000",
            "draw_crs": BNG, "sample": top,
        },
    ]  # fmt: skip
    (folder / "jobs.json").write_text(json.dumps({"folder": str(folder), "jobs": jobs}))
    done = subprocess.run(
        [SYSTEM_PYTHON, str(CLIENT), str(folder / "jobs.json"), str(folder / "findings.json")],
        env=qgis_environment(folder),
        capture_output=True,
        text=True,
        timeout=QGIS_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    kept = os.environ.get("HOTSPOTS_TEST_IMAGES")
    if kept:
        for image in folder.glob("*.png"):
            shutil.copy(image, kept)
        shutil.copy(folder / "findings.json", kept)
    found: dict[str, dict[str, Any]] = json.loads((folder / "findings.json").read_text())["layers"]
    return found


RASTERS = (
    "heat-map-xyz", "heat-map-wmts", "heat-map-wmts-2017", "geotiff", "geotiff-over-http",
)  # fmt: skip
STYLED = ("choropleth-tiles", "hotspot-tiles")
FEATURES = ("features-boundaries", "features-choropleth", "features-hotspots")
OF_AREAS = (*STYLED, "boundary-tiles", "geopackage", *FEATURES)
NAMES = (*RASTERS, *OF_AREAS, "features-sites")
IN_MERCATOR = (*RASTERS[:3], *STYLED, "boundary-tiles")
# What QGIS takes a layer to be in, and what it is drawn in.
CRS = dict.fromkeys(NAMES, BNG) | dict.fromkeys(IN_MERCATOR, MERCATOR)
CRS |= dict.fromkeys((*FEATURES, "features-sites"), DEGREES)
DRAWN_IN = dict.fromkeys(NAMES, BNG) | dict.fromkeys(IN_MERCATOR, MERCATOR)


class Picture:
    """What QGIS drew, asked by place."""

    def __init__(self, found: dict[str, Any], crs: str) -> None:
        self.rgb = np.asarray(Image.open(found["image"]).convert("RGB")).astype(int)
        self.drawn = (self.rgb != 255).any(axis=2)
        self._visible, self._crs = found["visible"], crs

    def at(self, easting_m: float, northing_m: float) -> np.ndarray:
        """The 5 x 5 pixels around a place of the working system, as (25, 3) colours."""
        move = pyproj.Transformer.from_crs(BNG, self._crs, always_xy=True)
        x, y = move.transform(easting_m, northing_m)
        left, bottom, right, top = self._visible
        rows, cols = self.drawn.shape
        col = int((x - left) / (right - left) * cols)
        row = int((top - y) / (top - bottom) * rows)
        assert 2 <= col < cols - 2
        assert 2 <= row < rows - 2
        return self.rgb[row - 2 : row + 3, col - 2 : col + 3].reshape(-1, 3)


@pytest.fixture(scope="module")
def pictures(findings) -> dict[str, Picture]:
    return {
        name: Picture(found, DRAWN_IN[name])
        for name, found in findings.items()
        if "image" in found
    }


@pytest.fixture(scope="module")
def peak(program) -> dict[str, Any]:
    """Where the surface is highest, by the service's own account."""
    rows = json.loads(program.get(f"{HEATMAP}/peaks?bandwidth_m=1000")[1])["rows"]
    first: dict[str, Any] = rows[0]
    return first


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_and_draws_without_complaint(findings, name):
    found = findings[name]
    assert found["valid"], found
    assert found["error"] == ""
    assert found["in_time"]
    assert found["drawing_errors"] == []
    # How the reference system is reached is said too; what fails is said in these words.
    for line in found["said"]:
        assert not any(w in line.lower() for w in ("error", "failed", "invalid", "timeout")), line


@pytest.mark.parametrize("name", NAMES)
def test_it_is_in_the_right_reference_system(findings, name):
    assert findings[name]["crs"] == CRS[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_shows_something(pictures, name):
    picture = pictures[name]
    share = picture.drawn.mean()
    colours = np.unique(picture.rgb.reshape(-1, 3), axis=0)
    assert (0.001 if name == "features-sites" else 0.01) < share < 0.999
    assert len(colours) > 5


@pytest.mark.parametrize("name", OF_AREAS)
def test_the_areas_are_where_they_should_be(pictures, program, name):
    """Every LSOA of some size is drawn at its own place, and nothing beyond the county."""
    shapes = json.loads(program.get(f"/v1/choropleths/{DATASET}/{LAYER}.geojson?crs={BNG}")[1])
    large = [
        shape
        for shape in map(shapely.from_geojson, map(json.dumps, shapes["features"]))
        if shape.area > 5e6
    ]
    assert len(large) > 50
    picture = pictures[name]
    for place in map(shapely.point_on_surface, large):
        assert (picture.at(place.x, place.y) != 255).any(axis=1).any(), place
    assert not picture.drawn[:20, :100].any()
    assert not picture.drawn[-20:, -100:].any()


@pytest.mark.parametrize("name", RASTERS)
def test_the_highest_peak_stands_out_at_its_place(pictures, peak, name):
    picture = pictures[name]
    there = picture.at(peak["easting_m"], peak["northing_m"]).mean(axis=0)
    usual = np.median(picture.rgb[picture.drawn], axis=0)
    assert np.abs(there - usual).sum() > 150


def test_the_raster_has_the_density_in_its_unit(findings, peak):
    for name in ("geotiff", "geotiff-over-http"):
        found = findings[name]
        assert found["sample"] == pytest.approx(peak["density"], rel=0.02)
        assert "incidents per km^2" in found["metadata"]
        assert "PROVENANCE" in found["metadata"]


def test_the_raster_over_http_is_the_file(findings):
    one, other = findings["geotiff"], findings["geotiff-over-http"]
    for name in ("size", "extent", "bands", "sample"):
        assert one[name] == other[name], name


def test_another_period_of_the_wmts_is_another_picture(pictures):
    one, other = (pictures[name].rgb for name in ("heat-map-wmts", "heat-map-wmts-2017"))
    assert (one != other).any(axis=2).mean() > 0.002


def test_the_wmts_shows_what_the_xyz_tiles_show(pictures):
    one, other = (pictures[name] for name in ("heat-map-wmts", "heat-map-xyz"))
    # The labels of synthetic tiles are cut at the extent of the WMTS, and colours rounded.
    assert (one.drawn == other.drawn).mean() > 0.98
    assert (np.abs(one.rgb - other.rgb).sum(axis=2) < 60).mean() > 0.98


@pytest.mark.parametrize(
    ("name", "kind"), [("choropleth-tiles", "choropleths"), ("hotspot-tiles", "hotspots")]
)
def test_a_style_colours_the_areas_as_its_legend_says(pictures, program, name, kind):
    """Of each class that areas are of, its colour over white; and of none other."""
    legend = json.loads(program.get(f"/v1/{kind}/{DATASET}/{LAYER}/legend.json")[1])
    picture = pictures[name]
    colours, areas = np.unique(picture.rgb.reshape(-1, 3), axis=0, return_counts=True)
    shown = {each["label"]: over_white(each) for each in legend["classes"] if each["count"]}
    assert shown
    for label, colour in shown.items():
        assert areas[(np.abs(colours - colour).max(axis=1) <= 3)].sum() > 20, label
    # What covers much is of a class, or the grey of an outline; what has no class is not there.
    for colour in colours[(areas > 2_000) & (colours.max(axis=1) - colours.min(axis=1) > 10)]:
        near = [np.abs(colour - each).max() <= 3 for each in shown.values()]
        assert any(near), (colour, shown)


def over_white(legend_class: dict[str, Any]) -> np.ndarray:
    """The colour of a class as it looks on white paper."""
    colour = legend_class["colour"].lstrip("#")
    rgb = np.array([int(colour[at : at + 2], 16) for at in (0, 2, 4)])
    return np.round(255 + (rgb - 255) * legend_class["opacity"]).astype(int)


@pytest.mark.parametrize("name", ["geopackage", *FEATURES])
def test_every_area_is_there_once(findings, codes, name):
    found = findings[name]
    assert found["stated"] == found["read"] == len(codes)
    assert {"code", "name"} <= set(found["fields"])
    if name != "features-boundaries":
        assert {"count", "class"} <= set(found["fields"])


def test_a_box_of_the_geopackage_has_the_areas_in_it(findings, layer_info, program):
    expected = areas_in(program, middle_of(layer_info["bounds_m"]), BNG)
    assert len(expected) > 5
    assert sorted(findings["geopackage"]["read_in_bbox"]) == sorted(expected)


@pytest.mark.parametrize("name", FEATURES)
def test_a_box_of_the_features_has_the_areas_in_it(findings, layer_info, program, name):
    expected = areas_in(program, degrees(middle_of(layer_info["bounds_m"])), DEGREES)
    assert len(expected) > 5
    assert sorted(findings[name]["read_in_bbox"]) == sorted(expected)


def test_every_site_is_there(findings, program):
    listed = json.loads(program.get("/v1/growth/sites")[1])["rows"]
    found = findings["features-sites"]
    assert found["stated"] == found["read"] == len(listed)
