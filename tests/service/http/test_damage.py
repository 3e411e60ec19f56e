"""One damaged part is one damaged part: the service starts, serves the rest and says what it is."""

import json
import re
import shutil

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.answers import json_of
from tests.service.conftest import client_of

LISTS = ("/v1/datasets", "/v1/boundaries", "/v1/page.json", "/ogc/collections", "/health/ready")
PAGES = (*LISTS, "/overview", "/", "/wmts/1.0.0/WMTSCapabilities.xml", "/metrics")
OTHERS = (
    "/v1/choropleths/callouts/cell?measure=count",
    "/v1/heatmaps/callouts/tiles/10/513/337.png",
    "/v1/boundaries/cell.geojson",
)


@pytest.fixture
def folder(own_county):
    """The county with a second dataset, the same incidents under another name."""
    shutil.copytree(own_county / "incidents/callouts", own_county / "incidents/fires")
    return own_county


@pytest.fixture(scope="module")
def others(county):
    """Answers that need no other part of the data than what is never damaged here."""
    with client_of(open_resources(Settings(data_dir=county, study_area=world.CELLS))) as client:
        return {address: client.get(address).content for address in OTHERS}


def garbage_in_the_log(folder, name):
    for commit in (folder / name / "_delta_log").glob("*.json"):
        commit.write_bytes(b"garbage\n")


def truncated_rows(folder, name):
    for path in (folder / name).glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:200])


def garbage_in_the_file(folder, name):
    (folder / name).write_bytes(b"garbage")


def without_areas(folder, name):
    path = folder / name
    content = path.read_bytes()
    header = int.from_bytes(content[-8:-4], "little") + 8
    path.write_bytes(content[:4] + bytes(len(content) - 4 - header) + content[-header:])


def served(folder, serve):
    return serve(open_resources(Settings(data_dir=folder, study_area=world.CELLS)))


def damaged_data(answer):
    """The problem document of a question that needs a damaged part."""
    assert answer.status_code == 503, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/damaged-data"
    return problem


DAMAGES = [
    (garbage_in_the_log, "incidents/fires", "dataset", "fires", "/v1/heatmaps/fires/raster.tif"),
    (truncated_rows, "incidents/fires", "dataset", "fires", "/v1/choropleths/fires/cell"),
    (garbage_in_the_file, "boundaries/district.parquet", "layer", "district",
     "/v1/choropleths/callouts/district?measure=count"),
    (without_areas, "boundaries/district.parquet", "layer", "district",
     "/v1/boundaries/district.geojson"),
    (garbage_in_the_log, "measures", "measures", "measures",
     "/v1/choropleths/callouts/cell?denominator=residents"),
    (truncated_rows, "sites", "sites", "sites", "/v1/growth/sites.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "path", "part", "name", "address"), DAMAGES)
def test_the_rest_is_served_and_the_damaged_part_is_named(
    folder, serve, others, damage, path, part, name, address
):
    damage(folder, path)
    client = served(folder, serve)
    for page in PAGES:
        assert client.get(page).status_code == 200, page
    for page in LISTS:
        (damaged,) = json_of(client, page)["damaged"]
        assert (damaged["part"], damaged["name"], damaged["served"]) == (part, name, False)
        assert damaged["reason"]
        assert str(folder) not in damaged["reason"]
    for other, content in others.items():
        answer = client.get(other)
        assert answer.status_code == 200, other
        if part == "layer" and other.startswith("/v1/choropleths"):  # whose areas it names no more
            assert answer.json()["rows"] == json.loads(content)["rows"], other
            continue
        assert answer.content == content, other
    assert name in damaged_data(client.get(address))["detail"]
    metrics = client.get("/metrics").text
    assert f'hotspots_damaged_parts{{name="{name}",part="{part}"}} 1.0' in metrics
    assert name in client.get("/wmts/1.0.0/WMTSCapabilities.xml").text
    assert name in json_of(client, "/health/ready")["note"]


def test_what_was_read_before_the_damage_is_served_on(folder, serve):
    client = served(folder, serve)
    asked = [address for *_, address in DAMAGES]
    assert {client.get(address).status_code for address in asked} == {200}
    for name in ("incidents/fires", "measures", "sites"):
        garbage_in_the_log(folder, name)
    garbage_in_the_file(folder, "boundaries/district.parquet")
    assert {client.get(address).status_code for address in asked} == {200}
    assert {client.get(page).status_code for page in PAGES} == {200}
    damaged = json_of(client, "/health/ready")["damaged"]
    assert [part["name"] for part in damaged] == ["fires", "district", "measures", "sites"]
    assert {part["served"] for part in damaged} == {True}


def test_a_damaged_import_leaves_the_version_before_it_served_and_a_sound_one_mends_it(
    folder, serve
):
    client = served(folder, serve)
    before = json_of(client, "/v1/datasets/callouts")
    world.append_incidents(folder, world.RECORDS[:5], name="more.csv")
    newest = folder / "incidents/callouts/_delta_log/00000000000000000001.json"
    sound = newest.read_bytes()
    newest.write_bytes(b"garbage")
    assert json_of(client, "/v1/datasets/callouts") == before
    assert json_of(client, "/health/ready")["damaged"][0]["served"] is True
    newest.unlink()
    newest.write_bytes(sound)
    after = json_of(client, "/v1/datasets/callouts")
    assert after["records"] == before["records"] + 5
    assert json_of(client, "/health/ready")["damaged"] == []


def test_no_other_layer_takes_the_place_of_a_damaged_study_area(folder, serve):
    garbage_in_the_file(folder, "boundaries/district.parquet")  # the first that was imported
    client = serve(open_resources(Settings(data_dir=folder)))
    for page in PAGES:
        assert client.get(page).status_code == 200, page
    assert {d["outside"] for d in json_of(client, "/v1/datasets")["datasets"]} == {None}
    assert json_of(client, "/v1/page.json")["study_area"] is None
    assert "district" in damaged_data(client.get("/v1/heatmaps/callouts/summary.json"))["detail"]
    assert client.get("/v1/choropleths/callouts/cell?measure=count").status_code == 200


def test_no_coarser_layer_takes_the_place_of_a_damaged_one_whose_residents_are_known(
    folder, serve
):
    garbage_in_the_file(folder, "boundaries/cell.parquet")
    client = serve(open_resources(Settings(data_dir=folder)))
    for address in ("/v1/heatmaps/callouts/summary.json", "/v1/growth/callouts/forecast"):
        assert "cell" in damaged_data(client.get(address))["detail"]
    assert client.get("/v1/heatmaps/callouts/raster.tif").status_code == 200


def test_ready_without_data_says_so(tmp_path, serve):
    ready = json_of(serve(open_resources(Settings(data_dir=tmp_path / "no"))), "/health/ready")
    assert (ready["status"], ready["has_data"], ready["damaged"]) == ("ready", False, [])
    assert re.match("no data are loaded", ready["note"])


def test_ready_with_sound_data_has_nothing_to_note(client):
    ready = json_of(client, "/health/ready")
    assert (ready["note"], ready["has_data"], ready["damaged"]) == ("", True, [])
