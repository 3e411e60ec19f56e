"""Charts as files: described, of the same bytes twice, and whole on awkward tables."""

import io
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import page
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import release
from service.model.answers import Provenance, Table
from service.model.rows import COUNT, NOTHING, Row, column
from service.render.drawings.drawing import (
    table_narrow_svg,
    table_pdf,
    table_png,
    table_svg,
    table_vega_lite,
)
from service.render.drawings.registry import chart_of_table

SVG = "{http://www.w3.org/2000/svg}"


class PlaceRow(Row):
    code: str = column("Code.", NOTHING)
    name: str | None = column("Name.", NOTHING)
    count: int | None = column("Incidents.", COUNT, "incidents")


def table(names, counts, *, is_suppressed=False, synthetic=False):
    provenance = Provenance(
        sources={"dataset": {"id": "d", "title": "Thefts", "source": "Us <&>", "licence": "OGL"}},
        filter={"covered": ["2024-01 to 2024-12"]},
        method={"name": "of nothing"},
        counts={"records": 10},
        synthetic=synthetic,
        software="hotspot-atlas",
    )
    columns = {
        "code": np.array([f"C{k}" for k in range(len(names))], dtype=object),
        "name": np.array(names, dtype=object),
        "count": np.array(counts, dtype=object),
    }
    whole = Table("thing", PlaceRow, columns, provenance, is_suppressed=is_suppressed)
    return release(whole, Question("tables"), OWNERS)


TABLES = {
    "ordinary": table(["North", "South"], [10, 0], synthetic=True),
    "no rows": table([], []),
    "one row": table(["North"], [3]),
    "all null": table(["North", "South"], [None, None], is_suppressed=True),
    "some suppressed": table(["North", "South"], [None, 4], is_suppressed=True),
    "many": table([f"Place {k}" for k in range(60)], list(range(60))),
    "alike": table(["North", "North", None], [1, 2, 3]),
    "long": table(["x" * 80, "An area of a name that is far longer than any axis has room for"], [1, 2]),
    "awkward": table(['<script>&"$5\x07', "مرحبا", "한국 \U0001f600", ""], [1, 2, 3, 4]),
    "huge": table(["North", "South", "East"], [-5, 10**17, 3]),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_an_svg_that_is_described(name):
    root = ET.fromstring(table_svg(TABLES[name]))
    ids = root.attrib["aria-labelledby"].split()
    texts = {child.get("id"): child for child in root if child.get("id")}
    assert root.attrib["role"] == "img"
    assert [texts[key].tag for key in ids] == [f"{SVG}title", f"{SVG}desc"]
    assert all(texts[key].text for key in ids)
    assert len(root.find(f"{SVG}metadata").text) > 100


@pytest.mark.parametrize("name", TABLES)
def test_every_chart_is_also_made_for_a_narrow_page(name):
    wide, narrow = (ET.fromstring(draw(TABLES[name])) for draw in (table_svg, table_narrow_svg))
    assert float(narrow.get("width")) <= 390 < float(wide.get("width"))
    for part in ("title", "desc", "metadata"):
        assert narrow.find(f"{SVG}{part}").text == wide.find(f"{SVG}{part}").text
    shown = [
        " ".join(each.text or "" for each in svg.iter(f"{SVG}text")) for svg in (wide, narrow)
    ]
    assert ["Licence: OGL" in text for text in shown] == [True, False]
    # A reader without our typeface sees no line cut.
    lines = [
        each for each in narrow.iter() if each.tag in (f"{SVG}text", f"{SVG}tspan") and each.text
    ]
    assert all("textLength" in each.attrib for each in lines if each.text.strip())
    assert max(float(each.get("textLength")) for each in lines) <= float(narrow.get("width"))
    # The next chart is as wide as it was.
    assert ET.fromstring(table_svg(TABLES[name])).get("width") == wide.get("width")


@settings(max_examples=25)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_no_name_ends_the_drawing(names):
    """The library that draws ends the whole process at what it cannot draw."""
    root = ET.fromstring(table_svg(table(names, list(range(len(names))))))
    assert root.tag == f"{SVG}svg"


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_pdf_and_a_png(name):
    assert page.validate_pdf_bytes(table_pdf(TABLES[name]), profile="ua1").failures == []
    with Image.open(io.BytesIO(table_png(TABLES[name]))) as image:
        assert image.text["Description"]
        assert json.loads(image.text["Provenance"])["rows_sha256"]
        darkest = image.convert("L").getextrema()[0]
    assert darkest < 100  # letters are drawn


@pytest.mark.parametrize("draw", [table_svg, table_png, table_pdf, table_vega_lite])
def test_a_chart_is_the_same_bytes_twice(draw):
    assert draw(TABLES["ordinary"]) == draw(TABLES["ordinary"])


def test_the_specification_holds_its_data_and_asks_for_nothing():
    specification = json.loads(table_vega_lite(TABLES["ordinary"]))
    assert specification["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")
    values = specification["data"]["values"]
    assert [(row["label"], row["value"]) for row in values] == [("North", 10), ("South", 0)]
    text = json.dumps({**specification, "$schema": "", "usermeta": ""})
    assert re.findall(r"\w+://", text) == []


def test_what_is_suppressed_is_said_and_not_drawn_as_zero():
    chart = chart_of_table(TABLES["some suppressed"].answer)
    values = chart.specification["data"]["values"]
    assert [row["value"] for row in values] == [None, 4]
    assert any("suppressed" in note for note in chart.notes)
    assert "suppressed" in chart.description
    assert chart.notes[0] in " ".join(
        ET.fromstring(table_svg(TABLES["some suppressed"])).itertext()
    )


def test_a_chart_names_its_source_licence_and_that_data_are_synthetic():
    chart = chart_of_table(TABLES["ordinary"].answer)
    assert "Us <&>" in chart.credit
    assert "OGL" in chart.credit
    for text in (chart.credit, chart.description, str(chart.specification["title"]["subtitle"])):
        assert "Synthetic data" in text
    assert "Synthetic" not in chart_of_table(TABLES["one row"].answer).credit


def test_names_that_are_alike_are_told_apart():
    chart = chart_of_table(TABLES["alike"].answer)
    values = chart.specification["data"]["values"]
    labels = [row["label"] for row in values]
    assert len(set(labels)) == 3
    assert labels[:2] == ["North (C0)", "North (C1)"]


def test_two_charts_in_one_page_share_no_name():
    drawn = [set(re.findall(r'id="([^"]+)"', table_svg(TABLES[name]).decode())) for name in ("ordinary", "one row")]  # fmt: skip
    assert drawn[0]
    assert not drawn[0] & drawn[1]
