"""TileJSON of every kind of tiles: what it says is so, and where its addresses lead."""

import re

import mapbox_vector_tile
import numpy as np
import pytest

from service.analyses.maps.tilejson import attribution
from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import Settings, TileSettings
from service.model.provenance import provenance
from tests.service import world
from tests.service.addresses import BACKGROUND, addresses, path_templates
from tests.service.answers import image_of, json_of

HEATMAP = f"/v1/heatmaps/{world.DATASET}"


def tilejsons(client):
    """The address of every TileJSON of the application."""
    found = [
        template
        for template in sorted(path_templates(client.app))
        if template.endswith("/tilejson.json") and not template.startswith(BACKGROUND)
    ]
    assert len(found) >= 4
    return [address for template in found for address in addresses(client.app, template)]


def test_every_tilejson_says_where_its_tiles_are_and_whose(client):
    settings = TileSettings()
    for address in tilejsons(client):
        told = json_of(client, address)
        assert told["tilejson"] == "3.0.0", address
        assert (told["minzoom"], told["maxzoom"]) == (settings.min_zoom, settings.max_zoom)
        west, south, east, north = told["bounds"]
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
        lon, lat, zoom = told["center"]
        assert west < lon < east
        assert south < lat < north
        assert told["minzoom"] <= zoom <= told["maxzoom"]
        assert told["scheme"] == "xyz"
        assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
        assert told["name"]
        assert told["description"]
        assert "Open" in told["attribution"], address
        assert re.search(r"[?&]v=[0-9a-f]{12}$", told["tiles"][0]), address


def test_every_tilejson_leads_to_tiles_of_what_it_describes(client):
    for address in tilejsons(client):
        told = json_of(client, address)
        answer = client.get(told["tiles"][0].format(z=13, x=4099, y=2697))
        assert answer.status_code == 200, address
        assert "max-age" in answer.headers["Cache-Control"]
        if "vector_layers" in told:
            (layer,) = told["vector_layers"]
            assert layer["id"].encode() in answer.content
            assert layer["fields"]
        else:
            assert answer.headers["Content-Type"] == "image/png"


TYPES = {"String": str, "Number": int | float, "Boolean": bool}


def test_every_attribute_in_a_tile_is_of_the_type_that_its_tilejson_says(invented_client):
    for address in tilejsons(invented_client):
        told = json_of(invented_client, address)
        if "vector_layers" not in told:
            continue
        (layer,) = told["vector_layers"]
        content = invented_client.get(told["tiles"][0].format(z=11, x=1024, y=674)).content
        features = mapbox_vector_tile.decode(content)[layer["id"]]["features"]
        assert features
        for feature in features:
            assert set(feature["properties"]) <= set(layer["fields"]), address
            for name, value in feature["properties"].items():
                assert isinstance(value, TYPES[layer["fields"][name]]), (address, name, value)


def test_the_zooms_of_every_tilejson_are_those_of_the_settings(county, serve):
    tiles = TileSettings(min_zoom=11, max_zoom=12)
    client = serve(open_resources(Settings(data_dir=county, tiles=tiles)))
    for address in tilejsons(client):
        told = json_of(client, address)
        assert (told["minzoom"], told["maxzoom"]) == (11, 12)
        assert told["center"][2] in (11, 12)


def test_addresses_are_those_of_the_setting_whatever_the_request_says(county, serve):
    settings = Settings(
        data_dir=county,
        public_url="https://maps.example.org/atlas/",
        access=AccessSettings(anonymous_role="analyst"),
    )
    client = serve(open_resources(settings))
    for address in tilejsons(client):
        told = client.get(address, headers={"Host": "localhost:8000"}).json()
        assert told["tiles"][0].startswith("https://maps.example.org/atlas/v1/"), address


def test_attribution_is_safe_to_show_as_html():
    source = {"source": "Fire & Rescue <img src=x onerror=alert(1)>", "licence": "OGL"}
    made = provenance(
        sources={"dataset": source, "again": source}, filter={}, method={}, counts={}
    )
    shown = "Fire &amp; Rescue &lt;img src=x onerror=alert(1)&gt;, OGL"
    assert attribution(made) == shown


def test_a_choropleth_names_the_sources_of_everything_it_shows(client):
    address = f"/v1/choropleths/{world.DATASET}/{world.CELLS}/tilejson.json"
    assert json_of(client, address)["attribution"] == "Ambulance, Open Licence 1; Test, Open"


def test_a_tile_for_dense_screens_shows_the_same_ground_in_the_same_colours(client):
    plain = image_of(client, f"{HEATMAP}/tiles/13/4099/2697.png", bandwidth_m=500)
    dense = image_of(client, f"{HEATMAP}/tiles/13/4099/2697@2x.png", bandwidth_m=500)
    assert (plain.size, dense.size) == ((256, 256), (512, 512))
    assert plain.getpalette("RGBA") == dense.getpalette("RGBA")
    one, four = np.asarray(plain), np.asarray(dense)
    assert len(np.unique(one)) > 4
    # A pixel lies between four small ones: their classes enclose its own, give or take a peak.
    small = four.reshape(256, 2, 256, 2)
    lowest, highest = small.min(axis=(1, 3)), small.max(axis=(1, 3))
    inside = (one >= lowest.astype(int)) & (one <= highest.astype(int))
    assert inside.mean() > 0.999


def test_the_tilejson_of_dense_tiles_leads_to_them(client):
    told = json_of(client, f"{HEATMAP}/tilejson.json", scale=2, bandwidth_m=500)
    assert image_of(client, told["tiles"][0].format(z=13, x=4099, y=2697)).size == (512, 512)
    assert "scale" not in told["tiles"][0]
    plain = json_of(client, f"{HEATMAP}/tilejson.json", bandwidth_m=500)
    assert plain["tiles"][0].replace(".png", "@2x.png") == told["tiles"][0]


def test_the_mark_on_synthetic_tiles_has_the_same_share_of_dense_ones(invented_client):
    tiles = [
        np.asarray(image_of(invented_client, f"{HEATMAP}/tiles/13/4099/2697{suffix}.png"))
        for suffix in ("", "@2x")
    ]
    shares = [float(np.mean(tile == tile.max())) for tile in tiles]
    assert shares[0] > 0.001
    assert shares[1] == pytest.approx(shares[0], rel=1e-6)
