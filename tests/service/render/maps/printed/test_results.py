"""Maps of what was found: their colours, names and words, and that they always come out."""

import dataclasses
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from service.analyses.printed_maps.results import named_areas
from service.queries.areas import HotspotQuery
from service.queries.result_maps import HotspotMapQuery
from service.render.maps.printed.colours import swatches_of
from service.render.maps.printed.furniture import leading_rows, named_rows
from tests.service import blocks, world

DATASET = world.DATASET
HOTSPOTS = f"/v1/hotspots/{DATASET}/{blocks.BLOCKS}"
TWO_YEARS = {
    "baseline_from": "2023-01",
    "baseline_to": "2023-12",
    "from": "2024-01",
    "to": "2024-12",
}
SMALL = {"width": 500}
MAPS = {
    "hotspots": (HOTSPOTS, {"permutations": 99}),
    "emerging": (f"{HOTSPOTS}/emerging", {"permutations": 0, "step": "quarter"}),
    "change": (f"{HOTSPOTS}/change", {**TWO_YEARS, "permutations": 0}),
    "clusters": (f"/v1/clusters/{DATASET}", {"minimum": 8, "draws": 19}),
    "patrols": (f"/v1/patrols/{DATASET}", {"size_m": 500, "top": 5}),
    "sites": (f"/v1/growth/{DATASET}/overlay", {"layer": world.CELLS, "label_from": 0}),
    "forecast": (f"/v1/growth/{DATASET}/forecast", {"layer": world.CELLS, "horizon": 2030}),
    "priorities": (f"/v1/growth/{DATASET}/priorities", {"layer": world.CELLS}),
}


def picture(client, address, **query):
    answer = client.get(f"{address}/map.png", params={**SMALL, **query})
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def colours(image):
    return {colour[:3] for _, colour in image.convert("RGB").getcolors(2**24)}


def rgb(text):
    return tuple(int(text[k : k + 2], 16) for k in (1, 3, 5))


@pytest.mark.parametrize("kind", MAPS)
def test_a_map_has_its_width_and_says_in_words_what_it_shows(blocks_client, kind):
    address, query = MAPS[kind]
    image = picture(blocks_client, address, **query)
    assert image.width == 500
    assert image.text["Title"]
    assert image.text["Description"].startswith(f"Map. {image.text['Title']}")


@pytest.mark.parametrize("kind", ["hotspots", "sites"])
def test_the_svg_is_of_a_size_and_has_an_alternative_text(blocks_client, kind):
    address, query = MAPS[kind]
    answer = blocks_client.get(f"{address}/map.svg", params=query | {"size": "square"})
    root = ET.fromstring(answer.content)
    assert root.get("role") == "img"
    assert [child.tag.partition("}")[2] for child in root][:2] == ["title", "desc"]
    assert root.get("width") == "540pt"


def test_every_class_that_an_area_has_is_on_the_map_in_the_colour_of_the_legend(blocks_client):
    address, query = MAPS["hotspots"]
    image = picture(blocks_client, address, **query, width=1200)
    legend = blocks_client.get(f"{address}/legend.json", params=query).json()["classes"]
    assert sum(line["count"] for line in legend) == len(blocks.CODES)
    for line in legend:
        if line["count"]:
            assert rgb(line["colour"]) in colours(image), line["label"]


def test_what_lies_below_the_sites_changes_the_map(blocks_client):
    address, query = MAPS["sites"]
    bodies = {
        blocks_client.get(f"{address}/map.png", params=SMALL | query | {"below": below}).content
        for below in ("hotspots", "density", "priorities")
    }
    assert len(bodies) == 3


def test_where_nothing_is_hot_the_map_says_so_and_names_no_area(blocks_client):
    image = picture(blocks_client, HOTSPOTS, category="fire", permutations=99)
    assert "Named" not in image.text["Description"]
    assert "hot 90: 0 areas" in image.text["Description"]


def test_a_map_without_a_row_is_a_map(blocks_client):
    for kind in ("clusters", "patrols"):
        address, query = MAPS[kind]
        nothing = {
            "from": "2024-02-03",
            "to": "2024-02-03",
            "category": "assault",
            "hours": "03-04",
        }
        assert picture(blocks_client, address, **query, **nothing).width == 500


def part_of(client, labels):
    resources = client.app.state.resources
    query = HotspotQuery(permutations=0)
    table = resources.hotspots.table(DATASET, blocks.BLOCKS, query)
    part = named_areas(resources, table, HotspotMapQuery())
    classes = np.array([labels[k % len(labels)] for k in range(len(table))], dtype=object)
    columns = {**part.table.columns, "class": classes}
    return dataclasses.replace(part, table=dataclasses.replace(table, columns=columns))


def test_only_hot_areas_are_named_and_the_surest_first(blocks_client):
    part = part_of(blocks_client, ["cold 99", "hot 90", "not significant", "hot 99", "suppressed"])
    classes = part.table.columns["class"][leading_rows(part)].tolist()
    assert classes == sorted(classes, reverse=True)
    assert set(classes) == {"hot 99", "hot 90"}


def test_a_name_is_written_once(blocks_client):
    part = part_of(blocks_client, ["hot 99"])
    part = dataclasses.replace(part, names=("Market", "", "Abbey") * 21 + ("Market",))
    assert [part.names[row] for row in named_rows(part)] == ["Market", "Abbey"]


def test_hot_and_cold_differ_in_their_hatch(blocks_client):
    part = part_of(blocks_client, ["hot 99"])
    hatches = {swatch.label: swatch.hatch for swatch in swatches_of(part.legend)}
    assert all(hatches[f"cold {level}"] for level in (99, 95, 90))
    assert not any(hatches[f"hot {level}"] for level in (99, 95, 90))
