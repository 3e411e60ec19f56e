"""Styles and projects for QGIS: what they say, and that their addresses are answered.

That QGIS opens and draws them is in `tests.end_to_end.test_qgis_projects`.
"""

import io
import urllib.parse
import xml.etree.ElementTree as ET
import zipfile

import pytest

from service.access.policy import Role
from tests.service import protected, restricted, world
from tests.service.answers import json_of
from tests.service.conftest import ADDRESS
from tests.service.routes.test_layers import CELLS, HEATMAP, HOTSPOTS, PERIODS, every

VIEWS = [
    (CELLS, "measure=rate&denominator=residents&from=2024-01", ".fgb"),
    (CELLS, "category=burglary&scheme=equal-intervals", ".fgb"),
    (f"{HOTSPOTS}/change", f"{PERIODS}&permutations=99&replicates=0", ".fgb"),
    (f"/v1/boundaries/{world.CELLS}", "", ".geojson"),
    (HEATMAP, "bandwidth_m=700", "/raster.tif"),
]


def project_of(client, address):
    """The project of an address, and the name of its file."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-qgis-project"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["project.qgs"]
        return ET.fromstring(archive.read("project.qgs"))


@pytest.mark.parametrize(("path", "query", "ending"), VIEWS)
def test_a_project_opens_the_data_of_its_question(client, path, query, ending):
    project = project_of(client, f"{path}/qgis.qgz?{query}")
    source = project.findtext("projectlayers/maplayer/datasource")
    assert source == project.find("layer-tree-group/layer-tree-layer").get("source")
    assert source.startswith(f"/vsicurl/{ADDRESS}{path}{ending}")
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(source).query))
    for name, value in urllib.parse.parse_qsl(query):
        assert asked[name] in (value, f"{value}.0")
    assert client.get(source.removeprefix("/vsicurl/")).status_code == 200


@pytest.mark.parametrize("suffix", ["qgz", "qml"])
@pytest.mark.parametrize(("path", "query", "ending"), VIEWS[:3])
def test_each_class_has_the_colour_and_opacity_of_the_legend(client, path, query, ending, suffix):
    address = f"{path}/qgis.{suffix}?{query}"
    if suffix == "qgz":
        renderer = project_of(client, address).find("projectlayers/maplayer/renderer-v2")
    else:
        renderer = ET.fromstring(client.get(address).content).find("renderer-v2")
    legend = json_of(client, f"{path}/legend.json?{query}")
    assert renderer.get("attr") == legend["attribute"]
    drawn = {}
    for category in renderer.iterfind("categories/category"):
        symbol = renderer.find(f"symbols/symbol[@name='{category.get('symbol')}']")
        red, green, blue, _ = symbol.find("layer/prop[@k='color']").get("v").split(",")
        colour = f"#{int(red):02x}{int(green):02x}{int(blue):02x}"
        drawn[category.get("label")] = colour, float(symbol.get("alpha"))
    assert drawn == {
        line["label"]: (line["colour"], line["opacity"]) for line in legend["classes"]
    }


def test_the_surface_has_the_breaks_of_the_legend(client):
    style = ET.fromstring(client.get(f"{HEATMAP}/qgis.qml?bandwidth_m=700").content)
    items = style.findall("pipe/rasterrenderer/rastershader/colorrampshader/item")
    legend = json_of(client, f"{HEATMAP}/legend.json?bandwidth_m=700")
    lines = sorted(legend["classes"], key=lambda line: line["lower"])
    assert [float(item.get("value")) for item in items] == [
        *(line["lower"] for line in lines),
        float("inf"),
    ]
    assert [item.get("color") for item in items[1:]] == [line["colour"] for line in lines]
    assert items[0].get("alpha") == "0"


def test_a_project_names_title_period_credits_and_that_data_are_synthetic(invented_client):
    project = project_of(invented_client, f"{CELLS}/qgis.qgz?from=2024-01&to=2024-03")
    name = project.findtext("title")
    legend = json_of(invented_client, f"{CELLS}/legend.json?from=2024-01&to=2024-03")
    assert name.startswith(legend["title"])
    assert "2024-01 to 2024-03" in name
    assert "ynthetic" in name
    metadata = project.find("projectlayers/maplayer/resourceMetadata")
    assert [each.text for each in metadata.iterfind("rights")] == legend["attribution"].split("; ")
    assert "dataset" in metadata.findtext("abstract")


def test_the_same_project_is_the_same_bytes(client):
    one, other = (client.get(f"{CELLS}/qgis.qgz").content for _ in range(2))
    assert one == other


def test_every_layer_has_a_project_and_a_style(client):
    projects = every(client, "/qgis.{suffix}")
    # The background has a style, and no data of its own for a project to open.
    styles = [s for s in every(client, "/style.json") if not s.startswith("/v1/background/")]
    assert len(projects) == 2 * len(styles)
    for address in projects:
        assert client.get(address).status_code == 200, address


def test_who_sees_no_numbers_of_the_surface_gets_a_project_of_its_pictures(tmp_path):
    folder = world.build(tmp_path / "county")
    with restricted.clients_of(folder, protected.protection()) as clients:
        partner = clients[Role.PARTNER]
        project = project_of(partner, f"{HEATMAP}/qgis.qgz")
        assert project.findtext("projectlayers/maplayer/provider") == "wms"
        asked = dict(urllib.parse.parse_qsl(project.findtext("projectlayers/maplayer/datasource")))
        tile = asked["url"].format(z=13, x=4099, y=2697)
        assert partner.get(tile).status_code == 200
        assert partner.get(f"{HEATMAP}/raster.tif").status_code == 403
