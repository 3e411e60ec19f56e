"""Invented data are called synthetic in every answer, in whatever format."""

import io
import json
import tempfile
import zipfile

import mapbox_vector_tile
import numpy as np
import openpyxl
import pikepdf
import pyarrow.parquet as pq
import pyogrio
import pytest
from PIL import Image

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.addresses import (
    ABOUT_THE_PROCESS,
    BACKGROUND,
    THE_PAGE,
    all_addresses,
    path_templates,
)
from tests.service.answers import csv_rows, image_of, json_of, read_tif

TILE = f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697"
WITHOUT_DATA = {
    "/health/live",
    "/health/ready",
    "/ogc/api",
    "/ogc/conformance",
    "/ogc/tileMatrixSets",
    "/v1/flags",  # rules, which are of no data
    "/ogc/tileMatrixSets/WebMercatorQuad",
    THE_PAGE,
    *ABOUT_THE_PROCESS,
}


def is_outline(address):
    """Whether it says what will be asked for an assessment, which is of no data."""
    return address.startswith("/v1/assessments") and "." not in address.partition("?")[0]


# Whose rows are of data, each of which may be synthetic or not.
SAYS_OF_EACH = ("/v1/tables/sources.csv",)


@pytest.fixture(scope="module")
def answers(invented_client):
    """Every address that answers about data, with its answer."""
    found = {
        address: invented_client.get(address)
        for address in all_addresses(invented_client.app)
        if address not in WITHOUT_DATA
        and not is_outline(address)
        and not address.startswith(BACKGROUND)
        and "/qgis.qml" not in address  # colours alone
    }
    assert all(answer.status_code == 200 for answer in found.values())
    return found


def test_every_answer_says_so(answers):
    for address, answer in answers.items():
        assert says_synthetic(answer), address


def says_synthetic(answer) -> bool:
    """Whether an answer of any format says that it is of invented data."""
    kind = answer.headers["Content-Type"].split(";")[0]
    if kind in ("application/json", "application/geo+json"):
        content = answer.json()
        if "hotspot-atlas:synthetic" in content.get("metadata", {}):  # a MapLibre style
            return bool(content["metadata"]["hotspot-atlas:synthetic"])
        each = content.get("datasets", content.get("boundaries", [content]))
        if "metadata" in content:  # of a style, which has room for it nowhere else
            return bool(content["metadata"]["hotspot-atlas:synthetic"])
        return all(one.get("synthetic") or one["provenance"]["synthetic"] for one in each)
    if kind == "text/csv":
        return all(row["synthetic"] == "true" for row in csv_rows(answer.content))
    if kind == "image/png":
        text = Image.open(io.BytesIO(answer.content)).text
        return bool(json.loads(text["Provenance"])["synthetic"])
    if kind == "application/vnd.vegalite.v6+json":
        return bool(answer.json()["usermeta"]["provenance"]["synthetic"])
    if kind == "application/pdf":
        with pikepdf.open(io.BytesIO(answer.content)) as document:
            return "Synthetic data" in str(document.open_metadata()["dc:description"])
    if kind == "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
            return b"Synthetic data" in parts.read("word/document.xml")
    if kind == "image/tiff":
        raster = read_tif(answer.content)
        return raster.tags["SYNTHETIC"] == "yes" and raster.provenance()["synthetic"]
    if kind in ("application/xml", "text/plain"):
        return "synthetic data" in answer.text.lower().replace("-", " ")
    if kind == "text/html":
        return "Synthetic data" in answer.text
    if kind == "application/vnd.mapbox-vector-tile":
        layers = mapbox_vector_tile.decode(answer.content).values()
        features = [feature for layer in layers for feature in layer["features"]]
        return bool(features) and all(f["properties"].get("synthetic") for f in features)
    if kind == "application/vnd.apache.parquet":
        table = pq.read_table(io.BytesIO(answer.content))
        return table.column("synthetic").to_pylist() == [True] * table.num_rows
    if kind == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
        sheets = openpyxl.load_workbook(io.BytesIO(answer.content))
        cells = [str(cell.value) for row in sheets["Cover"].iter_rows() for cell in row]
        return bool({"Synthetic: true", "Table synthetic: true"} & set(cells))
    if kind == "application/x-qgis-project":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as project:
            text = "".join(project.read(name).decode() for name in project.namelist())
        return "synthetic data" in text.lower()
    if kind.endswith("+xml"):  # GPX and KML
        return "synthetic data" in answer.text.lower()
    suffix = {"application/geopackage+sqlite3": "gpkg", "application/flatgeobuf": "fgb"}[kind]
    with tempfile.NamedTemporaryFile(suffix=f".{suffix}") as file:
        file.write(answer.content)
        file.flush()
        _, _, _, columns = pyogrio.raw.read(file.name, columns=["synthetic"])
    return all(str(value).lower() in ("true", "1") for value in columns[0])


def test_no_answer_says_so_of_real_data(client):
    for address in all_addresses(client.app):
        if address in WITHOUT_DATA:
            continue
        answer = client.get(address)
        kind = answer.headers["Content-Type"].split(";")[0]
        if kind == "text/csv":
            header = answer.text.splitlines()[0].split(",")
            assert (header[-1] == "synthetic") == (address in SAYS_OF_EACH), address
        elif kind == "image/tiff":
            assert read_tif(answer.content).tags["SYNTHETIC"] == "no", address
        elif kind in ("application/json", "application/geo+json", "text/html"):
            assert "ynthetic data" not in answer.text, address
            assert '"synthetic":true' not in answer.text, address


def test_a_tile_shows_a_mark(client, invented_client):
    real = np.asarray(image_of(client, f"{TILE}.png").convert("RGBA"), dtype=int)
    marked = np.asarray(image_of(invented_client, f"{TILE}.png").convert("RGBA"), dtype=int)
    changed = (real != marked).any(axis=-1)
    assert 50 < changed.sum() < changed.size / 10
    rows, cols = np.nonzero(changed)
    assert rows.min() > 10  # away from the edges, where tiles meet
    assert rows.max() < 245
    assert cols.min() > 10
    assert cols.max() < 245


def test_a_tile_where_nothing_happens_shows_the_mark_too(invented_client):
    far = f"/v1/heatmaps/{world.DATASET}/tiles/14/8150/5395.png"
    image = image_of(invented_client, far)
    assert image.convert("RGBA").getextrema()[3][1] > 0


def test_a_map_shows_a_mark(client, invented_client):
    address = f"/v1/heatmaps/{world.DATASET}/map.png"
    real = np.asarray(image_of(client, address).convert("L"), dtype=int)
    marked = np.asarray(image_of(invented_client, address).convert("L"), dtype=int)
    assert real.shape == marked.shape
    assert (np.abs(real - marked) > 8).sum() > 1_000


def test_the_notes_say_so_in_words(invented_client):
    notes = json_of(invented_client, f"/v1/heatmaps/{world.DATASET}/summary.json")["provenance"][
        "notes"
    ]
    assert any("Synthetic" in note for note in notes)


def test_a_tilejson_says_so_where_clients_show_it(invented_client):
    tilejson = json_of(invented_client, f"/v1/heatmaps/{world.DATASET}/tilejson.json")
    shown = tilejson["name"] + tilejson["description"] + tilejson.get("attribution", "")
    assert "ynthetic" in shown


@pytest.mark.parametrize("part", ["layers", "measure"])
def test_one_invented_source_makes_the_answer_synthetic(own_county, serve, part):
    if part == "layers":
        store = open_resources(Settings(data_dir=own_county)).layers
        for layer in world.layers(synthetic=True):
            store.save(layer, replace=True)
    else:
        values = dict.fromkeys(world.CODES, 70.0)
        world.append_measure(own_county, "residents", "2022", values, synthetic=True)
    client = serve(open_resources(Settings(data_dir=own_county)))
    rate = {"measure": "rate", "denominator": "residents"}
    for address in (
        f"/v1/choropleths/{world.DATASET}/{world.CELLS}",
        f"/v1/hotspots/{world.DATASET}/{world.CELLS}",
    ):
        assert json_of(client, address, **rate)["provenance"]["synthetic"], address


def test_invented_areas_to_stay_within_make_the_answer_synthetic(own_county, serve):
    store = open_resources(Settings(data_dir=own_county)).layers
    store.save(world.layers(synthetic=True)[0], replace=True)
    client = serve(open_resources(Settings(data_dir=own_county)))
    address = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
    assert not json_of(client, address)["provenance"]["synthetic"]
    assert json_of(client, address, within="district:D1")["provenance"]["synthetic"]


def test_every_route_about_data_was_asked(answers, invented_client):
    assert len(answers) >= len(path_templates(invented_client.app)) - len(WITHOUT_DATA)
