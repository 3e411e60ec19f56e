"""Maps for paper: the colours of their legends, their words, their bytes."""

import dataclasses
import io
import json
import xml.etree.ElementTree as ET
from fractions import Fraction

import pikepdf
import pytest

from service.access.admission import Question
from service.analyses.printed_maps.areas import choropleth_map
from service.queries.printed_maps import ChoroplethMapQuery
from service.render.maps.printed.colours import CIRCLE, even_ramp
from service.render.maps.printed.formats import MAP_FORMATS
from service.render.maps.printed.layers import circle_radius, circle_steps
from service.render.maps.printed.page import SIZES
from service.render.maps.printed.printed_map import map_svg
from tests.service import world
from tests.service.answers import image_of, json_of

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
DENSITY = f"/v1/heatmaps/{world.DATASET}"
OVERLAY = {"to": "2024-12", "overlay_from": "2024-01", "overlay_to": "2024-12"}
AWKWARD = ("A" * 80, "مركز المدينة", '<b>&"$x_1^2$', "中央\x01", " ")
SVG = "{http://www.w3.org/2000/svg}"


def colours(image):
    return {colour[:3] for _, colour in image.convert("RGB").getcolors(2**24)}


def rgb(text):
    return tuple(int(text[k : k + 2], 16) for k in (1, 3, 5))


def test_areas_have_the_colours_of_the_classes_in_the_legend(client):
    legend = json_of(client, f"{CELLS}/legend.json", classes=4)["classes"]
    intervals = [part for part in legend if part["kind"] == "interval" and part["count"]]
    found = colours(image_of(client, f"{CELLS}/map.png", classes=4, width=800))
    assert {rgb(colour) for colour in even_ramp("sequential", len(intervals))} <= found


def test_a_density_has_the_colours_of_its_breaks(client):
    breaks = json_of(client, f"{DENSITY}/summary.json")["breaks"]
    found = colours(image_of(client, f"{DENSITY}/map.png", width=800))
    assert {rgb(colour) for colour in even_ramp("heat", len(breaks))} <= found


def test_a_later_period_is_drawn_as_circles(client):
    plain = image_of(client, f"{CELLS}/map.png", to="2024-12", labels=0)
    circled = image_of(client, f"{CELLS}/map.png", labels=0, **OVERLAY)
    share = [
        sum(count for count, c in image.convert("RGB").getcolors(2**24) if near(c, rgb(CIRCLE)))
        for image in (plain, circled)
    ]
    assert share[0] == 0
    assert share[1] > 1000
    assert "Circles count incidents, January to December 2024." in circled.text["Description"]


def near(colour, target):
    return max(abs(a - b) for a, b in zip(colour, target, strict=True)) < 12


def test_a_circle_of_four_times_the_number_is_twice_as_wide_and_the_steps_are_round():
    assert circle_radius(40.0, 40.0) == 2 * circle_radius(10.0, 40.0)
    assert circle_steps(473.0) == [200.0, 100.0, 20.0]
    assert circle_steps(1.0) == [1.0]
    assert circle_steps(0.0) == []


def test_a_picture_says_what_it_shows_and_what_it_is_made_from(client):
    picture = image_of(client, f"{CELLS}/map.png")
    table = json_of(client, CELLS)
    of_table = {k: v for k, v in table["provenance"].items() if k not in ("rows_sha256", "units")}
    assert json.loads(picture.text["Provenance"]) == of_table
    words = picture.text["Description"]
    first = table["rows"][0]
    assert f"{first['name']} {first['count']:g}" in words
    assert picture.text["Title"] in words


def test_an_svg_has_title_and_description_and_no_letters_that_need_a_typeface(client):
    answer = client.get(f"{CELLS}/map.svg")
    root = ET.fromstring(answer.content)
    picture = image_of(client, f"{CELLS}/map.png")
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == picture.text["Title"]
    assert description.text == picture.text["Description"]
    assert not list(root.iter(f"{SVG}text"))


def test_a_pdf_is_tagged_and_has_its_title_and_language(client):
    answer = client.get(f"{DENSITY}/map.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert len(document.pages) == 1
        assert bool(document.Root.MarkInfo.Marked)
        assert str(document.Root.Lang) == "en-GB"
        assert "callouts" in str(document.open_metadata()["dc:title"]).lower()


@pytest.mark.parametrize("suffix", MAP_FORMATS)
def test_the_same_question_gives_the_same_bytes(client, suffix):
    address = f"{CELLS}/map.{suffix}"
    again = client.get(address, params={"labels": 8, "size": "a4-landscape"}).content
    assert client.get(address).content == again


@pytest.mark.parametrize("size", SIZES)
def test_a_map_has_the_shape_of_its_paper(client, size):
    picture = image_of(client, f"{CELLS}/map.png", size=size, width=700)
    width, height, _ = SIZES[size]
    assert picture.width == 700
    assert float(Fraction(picture.height, 700)) == pytest.approx(height / width, abs=0.004)


@pytest.mark.parametrize(
    "query",
    [
        {"category": "fire", "from": "2024-01", "to": "2024-12"},
        {"within": "circle:545500,258500,700"},
        {"within": "district:D1", "outlines": "district"},
        {"measure": "rate", "denominator": "residents"},
        {"classes": 12, "size": "slide", "labels": 50},
        {"overlay_from": "2024-07", "overlay_to": "2025-06", "width": 400},
    ],
)
def test_a_map_comes_out_whatever_is_selected(client, query):
    picture = image_of(client, f"{CELLS}/map.png", **query)
    assert picture.text["Description"].startswith("Map. ")


def test_awkward_names_are_written_as_they_are(resources):
    query = ChoroplethMapQuery(labels=16)
    answer = choropleth_map(resources, query, dataset=world.DATASET, layer=world.CELLS)
    question = Question("map choropleth", {"dataset": world.DATASET}, query)

    def compute():
        content = answer.compute()
        names = tuple(AWKWARD[k % len(AWKWARD)] for k in range(len(content.tables[0].names)))
        areas = dataclasses.replace(content.tables[0], names=names)
        return dataclasses.replace(content, tables=(areas,), topic=AWKWARD[1], subtitle=AWKWARD[2])

    released = resources.gates.answer(question, resources.audience, compute)
    description = ET.fromstring(map_svg(released)).find(f"{SVG}desc").text
    assert AWKWARD[2] in description


@pytest.mark.parametrize("inset", [True, False, None])
def test_a_density_of_few_incidents_has_no_inset_and_no_hotspot(client, inset):
    query = {"category": "fire", "from": "2024-01"} | ({} if inset is None else {"inset": inset})
    assert "Enlarged" not in image_of(client, f"{DENSITY}/map.png", **query).text["Description"]


def test_invented_data_are_marked_on_the_map_and_in_its_words(client, invented_client):
    plain, marked = (image_of(c, f"{CELLS}/map.png") for c in (client, invented_client))
    red = rgb("#9b0000")
    assert red in colours(marked)
    assert red not in colours(plain)
    assert "Synthetic data" in marked.text["Description"]
    assert "Synthetic data" not in plain.text["Description"]
