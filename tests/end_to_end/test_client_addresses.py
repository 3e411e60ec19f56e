"""Each line of docs/clients.md, pasted into its program as it stands there, and nothing else.

Only the host, the dataset and the layer of the document are replaced by those of the test.
"""

import io
import json
import re
import shutil
import subprocess
import urllib.request
import warnings
import zipfile
from pathlib import Path

import geopandas
import pandas
import pytest
from owslib.ogcapi.features import Features
from owslib.wmts import WebMapTileService

from tests.end_to_end import browser as browsing
from tests.end_to_end import node_packages
from tests.end_to_end.conftest import environment, start
from tests.end_to_end.test_other_origins import elsewhere, served
from tests.end_to_end.test_qgis import SYSTEM_PYTHON, qgis_environment
from tests.service import world

DOCUMENT = Path(__file__).parents[2] / "docs" / "clients.md"
PACKAGES = node_packages.CLIENTS / "node_modules"
ROW = re.compile(r"^\| ([^|]+?) +\| [^|]+ \| `(.+)` +\|$", re.MULTILINE)
LINES = dict(ROW.findall(DOCUMENT.read_text("utf-8").partition("## All addresses")[0]))
needs_gdal = pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="gdal-bin is missing")

# What QGIS makes of a source or of a project, run by the system's Python.
QGIS = """
import json, sys
from qgis.core import (QgsApplication, QgsProject, QgsProviderRegistry, QgsRasterLayer,
                       QgsVectorLayer)
app = QgsApplication([], False)
app.initQgis()
wmts, features, project = sys.argv[1:]
raster = QgsRasterLayer(wmts, "wmts", "wms")
areas = QgsVectorLayer(features, "features", "OAPIF")
opened = QgsProject.instance().read(project)
(layer,) = QgsProject.instance().mapLayers().values()
print("FOUND " + json.dumps({
    "wmts": raster.isValid(), "features": areas.featureCount(), "opened": opened,
    "valid": layer.isValid(), "read": layer.featureCount(), "name": layer.name(),
    "crs": QgsProject.instance().crs().authid(),
    "classes": {each.label(): each.symbol().color().name() for each in layer.renderer().categories()},
}))
"""


@pytest.fixture(scope="module")
def base(county):
    # A process of its own: GDAL in this one holds the lock that a server here would wait for.
    running = start(county)
    yield running.address
    running.stop()


def line(program: str, base: str) -> str:
    """The line for a program, for the service and the data of the test."""
    text = LINES[program].replace("http://127.0.0.1:8000", base)
    return text.replace("police-crime", world.DATASET).replace("lsoa21", world.CELLS)


def gdal(command: str, folder: Path) -> str:
    done = subprocess.run(
        command.split(),
        cwd=folder,
        env=environment(NO_PROXY="127.0.0.1"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stdout + done.stderr
    return done.stdout


@needs_gdal
def test_gdal_opens_the_heat_maps(base, tmp_path):
    said = gdal(line("GDAL, heat maps", base), tmp_path)
    assert "Driver: WMTS" in said
    assert "EPSG" in said


@needs_gdal
def test_gdal_opens_the_areas(base, tmp_path):
    assert "Feature Count: 16" in gdal(line("GDAL, areas", base), tmp_path)


def test_geopandas_reads_the_areas_without_a_warning(base):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        areas = eval(line("geopandas", base), {"geopandas": geopandas})
    assert len(areas) == 16
    assert areas.crs.to_epsg() == 27700
    assert areas["class"].notna().all()


def test_owslib_reads_the_heat_maps(base):
    service = eval(line("OWSLib, heat maps", base), {"WebMapTileService": WebMapTileService})
    assert list(service.contents) == [f"heatmaps:{world.DATASET}"]


def test_owslib_reads_the_areas(base):
    api = eval(line("OWSLib, areas", base), {"Features": Features})
    page = api.collection_items(f"hotspots:{world.DATASET}:{world.CELLS}", limit=100)
    assert len(page["features"]) == 16


def test_pandas_reads_a_table(base):
    table = eval(line("pandas", base), {"pandas": pandas})
    assert len(table) == 24
    assert table["count"].sum() > 0


def test_a_spreadsheet_is_one(base, tmp_path):
    content = pandas.read_excel(line("Excel", base), sheet_name=None)
    assert content


def test_qgis_opens_the_heat_maps_the_areas_and_the_project_of_a_view(base, tmp_path):
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip(f"there is no {SYSTEM_PYTHON}")
    project = tmp_path / "view.qgz"
    with urllib.request.urlopen(line("QGIS, everything of a view", base)) as answer:
        project.write_bytes(answer.read())
    assert zipfile.is_zipfile(io.BytesIO(project.read_bytes()))
    wmts = (
        "contextualWMSLegend=0&crs=EPSG:3857&format=image/png&styles=default"
        f"&layers=heatmaps:{world.DATASET}&tileMatrixSet=GoogleMapsCompatible"
        f"&url={line('QGIS, heat maps', base)}"
    )
    features = (
        f"url='{line('QGIS, areas', base)}' typename='hotspots:{world.DATASET}:{world.CELLS}'"
    )
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", QGIS, wmts, features, str(project)],
        env=qgis_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    if "No module named 'qgis'" in done.stderr:
        pytest.skip("python3-qgis is not installed")
    assert done.returncode == 0, done.stderr[-2_000:]
    found = json.loads(re.search("^FOUND (.+)$", done.stdout, re.MULTILINE)[1])
    with urllib.request.urlopen(
        f"{base}/v1/choropleths/{world.DATASET}/{world.CELLS}/legend.json?from=2024-01"
    ) as answer:
        legend = json.loads(answer.read())
    assert found["wmts"]
    assert found["features"] == 16
    assert (found["opened"], found["valid"], found["read"]) == (True, True, 16)
    assert found["crs"] == "EPSG:27700"
    assert found["name"].startswith(legend["title"])
    assert found["classes"] == {each["label"]: each["colour"] for each in legend["classes"]}


@browsing.needs_browser
@pytest.mark.parametrize("program", ["Leaflet", "MapLibre"])
def test_a_map_of_somebody_elses_shows_the_layer(county, program):
    name = "leaflet.js" if program == "Leaflet" else "maplibre-gl.js"
    folder = PACKAGES / name.removesuffix(".js") / "dist"
    if not (folder / name).is_file():
        pytest.skip(node_packages.WHY_NOT)
    with (
        elsewhere() as origin,
        served(data_dir=county, cors_origins=(origin,)) as port,
        browsing.chromium() as browser,
    ):
        page = browser.new_context(viewport={"width": 600, "height": 500}).new_page()
        tiles, complaints = [], []
        page.on(
            "response",
            lambda answer: tiles.append(answer.status) if "/tiles/" in answer.url else None,
        )
        page.on(
            "console", lambda said: complaints.append(said.text) if said.type == "error" else None
        )
        page.goto(origin)
        page.set_content("<div id='map' style='width: 600px; height: 500px'></div>")
        page.add_style_tag(path=folder / name.replace(".js", ".css"))
        page.add_script_tag(path=folder / name)
        address = f"http://127.0.0.1:{port}"
        if program == "Leaflet":
            page.evaluate("map = L.map('map').setView([52.2, 0.13], 12)")
        page.evaluate(f"() => {{ window.layer = {line(program, address)} }}")
        if program == "Leaflet":
            page.wait_for_selector(".leaflet-tile-loaded")
        else:
            page.evaluate("() => new Promise((done) => layer.on('idle', done))")
            drawn = page.evaluate("() => layer.queryRenderedFeatures().length")
            assert drawn > 0
        assert tiles
        assert set(tiles) <= {200, 204}
        assert complaints == []
