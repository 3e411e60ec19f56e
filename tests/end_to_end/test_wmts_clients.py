"""The WMTS as OWSLib and GDAL read it, over real HTTP."""

import json
import shutil
import subprocess

import pyproj
import pytest
from owslib.util import ServiceException
from owslib.wmts import WebMapTileService

from tests.end_to_end.conftest import environment
from tests.service import world

LAYER = f"heatmaps:{world.DATASET}"
AT = {"tilematrixset": "GoogleMapsCompatible", "tilematrix": "13", "row": 2697, "column": 4099}
XYZ = f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png"


@pytest.fixture
def program(county, serve):
    return serve(county)


@pytest.mark.parametrize("path", ["/wmts", "/wmts/1.0.0/WMTSCapabilities.xml"])
def test_owslib_reads_the_capabilities(program, path):
    found = WebMapTileService(f"{program.address}{path}?bandwidth_m=700&key=abc")
    assert found.identification.title == "Hotspot Atlas"
    assert found.provider.name == "Hotspot Atlas"
    assert {each.name for each in found.operations} == {
        "GetCapabilities",
        "GetTile",
        "GetFeatureInfo",
    }
    assert list(found.contents) == [LAYER]
    layer = found[LAYER]
    west, south, east, north = layer.boundingBoxWGS84
    assert 0.1 < west < east < 0.25
    assert 52.1 < south < north < 52.3
    assert layer.formats == ["image/png"]
    assert layer.dimensions["time"]["default"] == "all"
    assert "2024-03" in layer.dimensions["time"]["values"]
    assert layer.styles["default"]["legend"].startswith(f"{program.address}/wmts/1.0.0/")
    matrices = found.tilematrixsets["GoogleMapsCompatible"].tilematrix
    assert matrices["13"].matrixwidth == 8192
    assert matrices["13"].scaledenominator == pytest.approx(559_082_264.0287178 / 8192)


def test_owslib_gets_the_bytes_of_the_xyz_tile(program):
    found = WebMapTileService(f"{program.address}/wmts?bandwidth_m=700&key=abc")
    tile = found.gettile(layer=LAYER, format="image/png", **AT).read()
    assert tile == program.get(f"{XYZ}?bandwidth_m=700")[1]


def test_owslib_understands_a_refusal(program):
    found = WebMapTileService(f"{program.address}/wmts")
    with pytest.raises(ServiceException, match="TileOutOfRange"):
        found.gettile(layer=LAYER, format="image/png", **{**AT, "row": 9999})


@pytest.mark.skipif(shutil.which("gdal_translate") is None, reason="gdal-bin is not installed")
@pytest.mark.parametrize(
    "path",
    ["/wmts/1.0.0/WMTSCapabilities.xml?key=abc", "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"],
)
def test_gdal_reads_the_layer_and_its_tiles(program, path, tmp_path):
    source = f"WMTS:{program.address}{path},layer={LAYER},tilematrix=13"
    options = {
        "env": environment(NO_PROXY="127.0.0.1"),
        "cwd": tmp_path,  # where GDAL keeps tiles, whatever its options say
        "capture_output": True,
        "text": True,
        "timeout": 120,
        "check": True,
    }
    known = json.loads(subprocess.run(["gdalinfo", "-json", source], **options).stdout)
    assert known["coordinateSystem"]["wkt"].startswith('PROJCRS["WGS 84 / Pseudo-Mercator"')
    assert len(known["bands"]) == 4
    move = pyproj.Transformer.from_crs(world.CRS, "EPSG:3857", always_xy=True)
    left, bottom, right, top = move.transform_bounds(*world.bounds_m())
    window = [str(each) for each in (left, top, right, bottom)]
    copied = tmp_path / "window.tif"
    done = subprocess.run(
        ["gdal_translate", "-q", "-projwin", *window, source, str(copied)], **options
    )
    assert "ERROR" not in done.stderr
    stated = subprocess.run(["gdalinfo", "-json", "-stats", str(copied)], **options).stdout
    alpha = json.loads(stated)["bands"][3]
    assert alpha["maximum"] > 90
    assert alpha["mean"] > 1
