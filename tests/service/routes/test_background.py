"""The map behind the layers, as clients ask for it."""

import mapbox_vector_tile
import pytest

from service.assembly.resources import open_resources
from service.config.settings import BackgroundSettings, Settings
from service.model.tile_schemas import parts_of
from service.render.fonts.glyphs import STACKS
from service.store.reference.backgrounds import About, BackgroundStore
from service.store.source_files import SourceFile
from tests.service.answers import json_of
from tests.service.imports.background.files import (
    OPENMAPTILES,
    PROTOMAPS,
    UNKNOWN,
    ZOOMSTACK,
    tile_of,
)

TILE = "/v1/background/tiles/13/4099/2697.mvt"
STYLE, TILEJSON = "/v1/background/style.json", "/v1/background/tilejson.json"
PLACE = "hotspot-atlas:place"


@pytest.fixture
def serve_layers(tmp_path, serve):
    """Makes clients of a service with nothing but a background of some layers."""

    def make(layers):
        about = About(
            title="A map",
            layers={name: tuple(properties) for name, (_, properties) in layers.items()},
            bounds=(0.0, 52.0, 1.0, 53.0),
            source="Surveyor",
        )
        BackgroundStore(tmp_path / "background").append(
            [(8, 128, 84)], [tile_of(layers)], about=about, file=SourceFile.of("a", b"a")
        )
        return serve(open_resources(Settings(data_dir=tmp_path)))

    return make


def test_a_tile_is_answered_as_it_was_imported_and_kept_where_it_names_its_version(client):
    (address,) = json_of(client, TILEJSON)["tiles"]
    assert address.startswith("http://localhost/v1/background/tiles/{z}/{x}/{y}.mvt?v=")
    answer = client.get(address.format(z=13, x=4099, y=2697))
    (road,) = mapbox_vector_tile.decode(answer.content)["transportation"]["features"]
    assert road["properties"] == {"class": "primary", "name": "Mill Road"}
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert client.get(TILE).headers["Cache-Control"] == "no-cache"
    assert client.get(f"{TILE}?v=another").status_code == 410


def test_there_is_an_empty_tile_where_the_map_has_none(client):
    answer = client.get("/v1/background/tiles/13/1/1.mvt")
    assert (answer.status_code, answer.content) == (200, b"")


def test_tilejson_lists_the_layers_and_names_the_source(client):
    document = json_of(client, TILEJSON)
    assert [layer["id"] for layer in document["vector_layers"]] == ["transportation"]
    assert set(document["vector_layers"][0]["fields"]) == {"class", "name"}
    assert (document["minzoom"], document["maxzoom"]) == (13, 13)
    assert "Surveyor" in document["attribution"]


@pytest.mark.parametrize("layers", [ZOOMSTACK, OPENMAPTILES, PROTOMAPS, UNKNOWN])
def test_water_roads_and_towns_are_drawn_whatever_their_layers_are_called(serve_layers, layers):
    client = serve_layers(layers)
    style = json_of(client, STYLE)
    drawn = {layer["id"]: layer for layer in style["layers"] if "source-layer" in layer}
    assert {layer["source-layer"] for layer in drawn.values()} <= set(layers)
    places = {role: layer["metadata"][PLACE] for role, layer in drawn.items()}
    roads = [role for role in places if role.endswith("road")]
    assert roads
    assert {places[role] for role in roads} == {"over"}
    assert places["background-town"] == "above"
    assert "background-water" in places or layers is PROTOMAPS
    assert len(drawn) == len(set(drawn))


def test_light_and_dark_draw_the_same_in_other_colours(client):
    light, dark = (json_of(client, STYLE, theme=theme) for theme in ("light", "dark"))
    assert [layer["id"] for layer in light["layers"]] == [layer["id"] for layer in dark["layers"]]
    assert all(
        {**first, "paint": None} == {**second, "paint": None}
        for first, second in zip(light["layers"], dark["layers"], strict=True)
    )
    assert light["layers"][0]["paint"] != dark["layers"][0]["paint"]
    assert client.get(STYLE, params={"theme": "pink"}).status_code == 422


def test_every_font_of_the_style_is_answered(client, serve_layers):
    style = json_of(serve_layers(ZOOMSTACK), STYLE)
    fonts = {
        font for layer in style["layers"] for font in layer.get("layout", {}).get("text-font", ())
    }
    assert fonts
    assert fonts <= set(STACKS)
    for font in fonts:
        address = style["glyphs"].replace("{fontstack}", font).replace("{range}", "0-255")
        assert len(client.get(address).content) > 10_000


def test_what_names_no_known_thing_is_not_drawn():
    assert [part.layer for part in parts_of({"power": ("kind",), "place_x": ("kind",)})] == []


def test_the_page_is_told_of_it_unless_the_settings_name_another(client, county, serve):
    background = json_of(client, "/v1/page.json")["background"]
    assert background == {
        "kind": "style",
        "address": "v1/background/style.json",
        "dark": "v1/background/style.json?theme=dark",
        "attribution": "Surveyor (Open)",
    }
    tiles = "https://maps.example.org/{z}/{x}/{y}.png"
    settings = Settings(data_dir=county, background=BackgroundSettings(tiles=tiles))
    other = serve(open_resources(settings))
    assert json_of(other, "/v1/page.json")["background"]["address"] == tiles


def test_without_a_background_there_is_none_and_it_says_how_to_import_one(tmp_path, serve):
    client = serve(open_resources(Settings(data_dir=tmp_path)))
    for address in (TILE, TILEJSON, STYLE):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "hotspots import background" in answer.json()["detail"]
    assert json_of(client, "/v1/page.json")["background"] is None


def test_it_is_listed_among_the_sources(client):
    rows = json_of(client, "/v1/tables/sources")["rows"]
    (row,) = [row for row in rows if row["kind"] == "background"]
    assert (row["source"], row["licence"], row["records"]) == ("Surveyor", "Open", 1)
