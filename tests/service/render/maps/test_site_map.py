"""The growth overlay as a picture: what is on it, and that it says what it is of."""

import json

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.render.maps.site_map import _covered, _free_place, _symbol_area
from tests.service import world
from tests.service.answers import image_of, json_of

MAP = f"/v1/growth/{world.DATASET}/overlay/map.png"
CELLS = {"layer": world.CELLS}


def colours(image):
    return {colour[:3] for _, colour in image.convert("RGB").getcolors(2**24)}


def rgb(text):
    return tuple(int(text[k : k + 2], 16) for k in (1, 3, 5))


def test_the_picture_has_the_width_asked_for_and_the_provenance_of_the_overlay(client):
    picture = image_of(client, MAP, **CELLS, width=700)
    assert picture.width == 700
    overlay = json_of(client, f"/v1/growth/{world.DATASET}/overlay", **CELLS)["provenance"]
    del overlay["rows_sha256"], overlay["units"]
    assert json.loads(picture.text["Provenance"]) == overlay


@pytest.mark.parametrize("below", ["hotspots", "density", "priorities"])
def test_areas_and_sites_have_the_colours_of_their_legends(client, below):
    found = colours(image_of(client, MAP, **CELLS, below=below, width=800))
    sites = json_of(client, "/v1/growth/sites/legend.json")["classes"]
    for each in sites:
        if each["count"]:
            assert rgb(each["colour"]) in found, each["label"]
    if below == "priorities":
        address = f"/v1/growth/{world.DATASET}/priorities/legend.json"
        for each in json_of(client, address, **CELLS)["classes"]:
            assert rgb(each["colour"]) in found, each["label"]


def test_what_lies_below_changes_the_picture(client):
    pictures = {
        client.get(MAP, params={**CELLS, "below": below}).content
        for below in ("hotspots", "density", "priorities")
    }
    assert len(pictures) == 3


def test_where_there_can_be_no_hot_spots_the_areas_are_drawn_without(client):
    assert image_of(client, MAP, layer="district", width=400).width == 400


def test_an_invented_county_is_marked_across_the_picture(client, invented_client):
    plain = image_of(client, MAP, **CELLS)
    marked = image_of(invented_client, MAP, **CELLS)
    assert (187, 0, 0) in colours(marked)  # the red words at the foot
    assert (187, 0, 0) not in colours(plain)


def test_ground_on_paper_stands_for_homes():
    assert _symbol_area(8_000.0) == pytest.approx(2 * _symbol_area(4_000.0))
    assert _symbol_area(1e9) == _symbol_area(10_000.0)
    assert _symbol_area(0.0) > 0


def test_a_label_goes_where_it_covers_least():
    symbols = [(90.0, 90.0, 110.0, 110.0), (120.0, 90.0, 180.0, 110.0)]
    taken = list(symbols)
    _, _, side = _free_place((100.0, 100.0), 10.0, 8, taken, own_index=0)
    assert side == "right"  # its text ends left of the symbol: at the right another one stands
    assert _covered(taken[-1], symbols[1]) == 0
    at_the_edge = [(0.0, 90.0, 20.0, 110.0)]
    assert _free_place((10.0, 100.0), 10.0, 8, at_the_edge, own_index=0)[2] == "left"


def test_the_command_writes_the_same_picture_and_no_other_kind(client, county, tmp_path):
    environ = {"HOTSPOTS_DATA_DIR": str(county), "COLUMNS": "200"}
    path = tmp_path / "map.png"

    def run(out):
        args = ["growth", "map", world.DATASET, "--layer", world.CELLS, "--out", str(out)]
        return CliRunner().invoke(app, args, env=environ)

    assert run(path).exit_code == 0
    assert path.read_bytes() == client.get(MAP, params=CELLS).content
    assert run(tmp_path / "map.pdf").exit_code != 0
