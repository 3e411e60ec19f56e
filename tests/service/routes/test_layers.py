"""Legends and styles of every layer: they agree with the tiles, and with each other."""

import io
import itertools
import json

import mapbox_vector_tile
import numpy as np
import pytest
from PIL import Image

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.model.answers import LegendClass
from service.render.maps import dark
from service.render.maps.colour import CATEGORIES, RAMPS, colours_of, ramp
from tests.service import world
from tests.service.addresses import BACKGROUND, addresses, path_templates
from tests.service.answers import image_of, json_of, rows_of

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
HEATMAP = f"/v1/heatmaps/{world.DATASET}"
PERIODS = "baseline_from=2023-01&baseline_to=2023-12&from=2024-01&to=2024-12"
# Each layer with the attribute of its tiles that holds the class.
LAYERS = [
    (CELLS, "measure=rate&denominator=residents", "class"),
    (CELLS, "category=burglary&scheme=equal-intervals", "class"),
    (HOTSPOTS, "permutations=999", "class"),
    (HOTSPOTS, "statistic=local-moran&permutations=999&correction=none", "class"),
    (f"{HOTSPOTS}/emerging", "permutations=99", "category"),
    (f"{HOTSPOTS}/change", f"{PERIODS}&permutations=99&replicates=0", "transition"),
]


def every(client, ending):
    """The address of every answer of one name."""
    found = [
        template
        for template in sorted(path_templates(client.app))
        if template.endswith(ending) and not template.startswith(BACKGROUND)
    ]
    return [address for template in found for address in addresses(client.app, template)]


def areas_of(client, tilejson):
    """Attributes of the areas of a tile over the whole county."""
    answer = client.get(tilejson["tiles"][0].format(z=10, x=512, y=337))
    (layer,) = mapbox_vector_tile.decode(answer.content).values()
    return [feature["properties"] for feature in layer["features"]]


@pytest.mark.parametrize(("path", "query", "attribute"), LAYERS)
def test_a_legend_names_every_class_of_the_tiles(client, path, query, attribute):
    legend = json_of(client, f"{path}/legend.json?{query}")
    areas = areas_of(client, json_of(client, f"{path}/tilejson.json?{query}"))
    assert len(areas) == 16
    assert legend["attribute"] == attribute
    shown = [area.get(attribute) for area in areas]
    told = {line["label"]: line["count"] for line in legend["classes"]}
    assert set(shown) <= set(told)
    assert {label: shown.count(label) for label in told} == told


@pytest.mark.parametrize(("path", "query", "attribute"), LAYERS)
def test_a_style_colours_each_class_as_the_legend_does(client, path, query, attribute):
    legend = json_of(client, f"{path}/legend.json?{query}")
    style = json_of(client, f"{path}/style.json?{query}")
    (fill,) = [layer for layer in style["layers"] if layer["type"] == "fill"]
    match, get, *pairs, otherwise = fill["paint"]["fill-color"]
    assert (match, get) == ("match", ["get", attribute])
    told = {line["label"]: line["colour"] for line in legend["classes"]}
    # Lists of one: QGIS 3.22 takes a plain label for none.
    assert {
        label: colour for (label,), colour in zip(pairs[::2], pairs[1::2], strict=True)
    } == told
    assert len(set(told.values())) == len(told)
    missing = [line["colour"] for line in legend["classes"] if line["kind"] == "missing"]
    assert missing in ([], [otherwise])
    classes = [{k: v for k, v in line.items() if k != "provenance"} for line in legend["classes"]]
    assert style["metadata"]["hotspot-atlas:legend"]["classes"] == classes


def test_a_legend_of_values_says_between_what_and_in_which_unit(client):
    query = {"measure": "rate", "denominator": "residents", "per": 1000}
    legend = json_of(client, f"{CELLS}/legend.json", **query)
    assert legend["unit"] == "incidents per 1,000 residents in 2023-01 to 2024-12"
    assert legend["no_data"]["label"] == "no data"
    intervals = [line for line in legend["classes"] if line["kind"] == "interval"]
    assert len(intervals) == 5
    for higher, lower in itertools.pairwise(intervals):
        assert higher["lower"] == lower["upper"]
    for row in rows_of(client, CELLS, **query):
        if row["value"] is not None and row["value"] > 0:
            (line,) = [line for line in intervals if line["label"] == row["class"]]
            assert line["lower"] <= row["value"] <= line["upper"]


def test_the_legend_of_a_heat_map_has_the_colours_of_its_tiles(client):
    legend = json_of(client, f"{HEATMAP}/legend.json", bandwidth_m=500)
    breaks = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=500)["breaks"]
    assert [line["lower"] for line in legend["classes"]] == breaks[::-1]
    tile = image_of(client, f"{HEATMAP}/tiles/13/4099/2697.png", bandwidth_m=500)
    pixels = np.asarray(tile.convert("RGBA")).reshape(-1, 4)
    seen = {
        ("#{:02x}{:02x}{:02x}".format(*pixel[:3]), round(pixel[3] / 255, 3))
        for pixel in np.unique(pixels, axis=0).tolist()
        if pixel[3]
    }
    told = {(line["colour"], line["opacity"]) for line in legend["classes"]}
    assert len(seen) >= 6
    assert seen <= told


def test_every_legend_says_what_whose_and_when(client):
    for address in every(client, "/legend.{suffix}"):
        if ".png" in address:
            continue
        legend = json_of(client, address)
        assert legend["title"], address
        assert "Open" in legend["attribution"], address
        assert legend["classes"]
        for line in legend["classes"]:
            assert line["label"]
            assert len(line["colour"]) == 7
            assert 0 < line["opacity"] <= 1
        assert legend["synthetic"] is False
        assert legend["mark"] is None
        if world.DATASET in address:
            assert legend["period"]["from"] <= legend["period"]["to"], address
            assert legend["title"].startswith("Callouts: ")


def test_the_period_of_a_legend_is_the_one_asked_for_or_that_of_the_data(client):
    whole = json_of(client, f"{CELLS}/legend.json")["period"]
    assert whole == {"from": "2023-01", "to": "2024-12"}
    part = json_of(client, f"{CELLS}/legend.json", **{"from": "2023-02"})["period"]
    assert part == {"from": "2023-02-01", "to": "2024-12"}


def test_every_legend_is_a_picture_too(client):
    for address in every(client, "/legend.{suffix}"):
        if ".png" not in address:
            continue
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "image/png"
        image = Image.open(io.BytesIO(answer.content))
        legend = json_of(client, address.replace(".png", ".json"))
        assert 80 <= image.width <= 600, address
        # A line each, in its colour as it stands on white.
        assert image.height >= 20 * len(legend["classes"])
        colours = {pixel for _, pixel in image.getcolors(100_000)}
        for line in legend["classes"]:
            rgb = [int(line["colour"][k : k + 2], 16) for k in (1, 3, 5)]
            assert tuple(round(255 + (c - 255) * line["opacity"]) for c in rgb) in colours, address
        assert json.loads(image.text["Provenance"])["software"]


def test_synthetic_legends_and_styles_say_so(invented_client):
    for address in every(invented_client, "/legend.{suffix}"):
        if ".png" in address:
            image = image_of(invented_client, address)
            assert (176, 0, 0) in {pixel for _, pixel in image.getcolors(100_000)}, address
        else:
            assert json_of(invented_client, address)["mark"].startswith("Synthetic data")
    for address in every(invented_client, "/style.json"):
        style = json_of(invented_client, address)
        (source,) = style["sources"].values()
        assert source["attribution"].startswith("Synthetic data")
        assert style["metadata"]["hotspot-atlas:synthetic"] is True


def test_every_style_names_the_tiles_of_its_tilejson(client):
    for address in every(client, "/style.json"):
        style = json_of(client, address)
        told = json_of(client, address.replace("/style.json", "/tilejson.json"))
        (source,) = style["sources"].values()
        assert [t.replace("{ratio}", "") for t in source["tiles"]] == told["tiles"], address
        assert "v=" in source["tiles"][0]
        for name in ("minzoom", "maxzoom", "bounds", "attribution"):
            assert source[name] == told[name]
        assert [*style["center"], style["zoom"]] == told["center"]
        for layer in style["layers"]:
            if source["type"] == "vector":
                assert layer["source-layer"] == told["vector_layers"][0]["id"]


def test_the_style_of_new_data_has_new_addresses(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    before = client.get(f"{HEATMAP}/style.json")
    world.append_incidents(own_county, world.RECORDS[:7], name="more.csv")
    after = client.get(f"{HEATMAP}/style.json", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    old, new = (answer.json()["sources"]["heatmap"]["tiles"] for answer in (before, after))
    assert old != new
    tile = old[0].replace("{ratio}", "").format(z=13, x=4099, y=2697)
    assert client.get(tile).status_code == 410


# What the version 8 specification allows of the parts that styles here are made of.
PAINT = {
    "raster": {"raster-resampling", "raster-fade-duration"},
    "fill": {"fill-color", "fill-opacity"},
    "line": {"line-color", "line-width"},
    "circle": {
        "circle-color",
        "circle-opacity",
        "circle-radius",
        "circle-stroke-color",
        "circle-stroke-width",
    },
}
ROOT = {"version", "name", "metadata", "center", "zoom", "sources", "layers"}
SOURCE = {"type", "tiles", "minzoom", "maxzoom", "bounds", "attribution", "tileSize"}


def test_every_style_is_of_version_8_and_needs_no_fonts_or_pictures(client):
    for address in every(client, "/style.json"):
        style = json_of(client, address)
        assert set(style) == ROOT
        assert style["version"] == 8
        ids = [layer["id"] for layer in style["layers"]]
        assert len(set(ids)) == len(ids) > 0
        for source in style["sources"].values():
            assert set(source) <= SOURCE
            assert source["type"] in ("raster", "vector")
        for layer in style["layers"]:
            assert layer["source"] in style["sources"]
            assert set(layer["paint"]) <= PAINT[layer["type"]]
            assert ("source-layer" in layer) == (layer["type"] != "raster")


def linear(colour):
    """Linear light of #rrggbb."""
    parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


# Viénot, Brettel and Mollon (1999): what readers without red or without green cones see.
TO_CONES = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
WITHOUT = {
    "nothing": np.eye(3),
    "red": np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]]),
    "green": np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]]),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, reader):
    """CIE L*a*b* of a colour as a reader sees it."""
    seen = np.linalg.inv(TO_CONES) @ WITHOUT[reader] @ TO_CONES @ linear(colour)
    t = TO_XYZ @ np.clip(seen, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(colours, reader):
    """The least difference between any two colours; about 2 can be seen side by side."""
    seen = [lab(colour, reader) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))


@pytest.mark.parametrize("reader", WITHOUT)
@pytest.mark.parametrize("palette", CATEGORIES)
def test_readers_who_see_red_and_green_alike_tell_categories_apart(palette, reader):
    least = 5 if palette in ("emerging", "hot-cold") else 6
    assert apart(CATEGORIES[palette].values(), reader) >= least
    assert apart(dark.CATEGORIES[palette].values(), reader) >= least


@pytest.mark.parametrize("reader", WITHOUT)
def test_hot_is_never_taken_for_cold(reader):
    for palettes, palette in itertools.product(
        (CATEGORIES, dark.CATEGORIES), ("hot-cold", "emerging")
    ):
        names = palettes[palette]
        hot = [colour for name, colour in names.items() if "hot" in name]
        cold = [colour for name, colour in names.items() if "cold" in name]
        assert min(apart(pair, reader) for pair in itertools.product(hot, cold)) > 8


@pytest.mark.parametrize("reader", WITHOUT)
@pytest.mark.parametrize("name", RAMPS)
def test_ramps_darken_steadily_for_every_reader(name, reader):
    for classes in (2, 5, 8):
        lightness = [lab(colour, reader)[0] for colour in ramp(name, classes)]
        assert all(a - b > 2 for a, b in itertools.pairwise(lightness))
        lightness = [lab(colour, reader)[0] for colour in ramp(name, classes, "dark")]
        assert all(b - a > 2 for a, b in itertools.pairwise(lightness))


def test_every_category_has_a_colour_on_dark_ground():
    assert {name: set(each) for name, each in dark.CATEGORIES.items()} == {
        name: set(each) for name, each in CATEGORIES.items()
    }


@pytest.mark.parametrize("palette", ["hot-cold", "emerging", "scans", "patrols"])
def test_on_dark_ground_the_strongest_class_is_the_lightest(palette):
    names = dark.CATEGORIES[palette]
    hot = [colour for name, colour in names.items() if name.startswith(("hot", "high "))]
    hot = hot or [colour for name, colour in names.items() if name.endswith("hot spot")]
    lightness = [lab(colour, "nothing")[0] for colour in hot]
    assert lightness[0] == max(lightness)


def test_tiles_and_legends_take_the_colours_of_a_dark_ground(client):
    light, dark_legend = (
        json_of(client, f"{HEATMAP}/legend.json", bandwidth_m=800, theme=theme)
        for theme in ("light", "dark")
    )
    assert [line["label"] for line in light["classes"]] == [
        line["label"] for line in dark_legend["classes"]
    ]
    tiles = json_of(client, f"{HEATMAP}/tilejson.json", bandwidth_m=800, theme="dark")["tiles"][0]
    assert "theme=dark" in tiles
    image = Image.open(io.BytesIO(client.get(tiles.format(z=12, x=2049, y=1348)).content))
    shown = {colour for _, colour in image.convert("RGBA").getcolors(1 << 16)}
    told = {
        (*(int(line["colour"][k : k + 2], 16) for k in (1, 3, 5)), round(255 * line["opacity"]))
        for line in dark_legend["classes"]
    }
    assert len(shown & told) > 3
    assert shown <= told | {(0, 0, 0, 0)}


def test_intervals_take_a_ramp_by_rank_whatever_their_order():
    low, high = LegendClass("1", "interval", 1, 2), LegendClass("2", "interval", 2, 3)
    missing = LegendClass("no data", "missing")
    up = colours_of("sequential", [low, high, missing])
    down = colours_of("sequential", [high, low, missing])
    assert up == [down[1], down[0], down[2]]
    assert up[0] == "#ffffd9"


def test_the_class_of_a_single_value_comes_before_the_one_that_begins_there():
    single, wide = LegendClass("2", "interval", 2, 2), LegendClass("over 2", "interval", 2, 5)
    assert colours_of("sequential", [wide, single]) == ["#081d58", "#ffffd9"]
