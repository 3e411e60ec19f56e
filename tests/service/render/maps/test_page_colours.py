"""The colours that the page paints areas in are those of the service's own legends."""

import re
from pathlib import Path

import pytest

from service.render.maps.colour import CATEGORIES, MISSING, SEQUENTIAL, ZERO, hex_colour

SOURCE = (Path(__file__).parents[4] / "service/web/src/map/colours.ts").read_text("utf-8")


def categories_of_the_page(name: str) -> dict[str, str]:
    """A table of category and colour as the page has it."""
    body = re.search(rf"{name}: Record<string, string> = {{(.*?)}};", SOURCE, re.S)
    assert body is not None
    pairs = re.findall(r'"?([\w ]+?)"?: ("#\w{6}"|NOTHING|MISSING)', body[1])
    return {label.strip(): colour.strip('"') for label, colour in pairs}


@pytest.mark.parametrize(
    ("name", "palette"),
    [
        ("HOT_COLD", "hot-cold"),
        ("EMERGING", "emerging"),
        ("COMPLETION", "completion"),
        ("PRIORITIES", "priorities"),
        ("CLUSTERS", "clusters"),
    ],
)
def test_categories_have_the_service_s_colours(name, palette):
    # The page lets the ground show through where the service draws near white.
    words = {ZERO: "NOTHING", MISSING: "MISSING"}
    expected = {k: words.get(v, v) for k, v in CATEGORIES[palette].items() if "outlier" not in k}
    assert categories_of_the_page(name) == expected


def test_the_ramp_of_areas_is_the_service_s():
    body = re.search(r"SEQUENTIAL = \[(.*?)\]", SOURCE, re.S)
    assert body is not None
    assert re.findall(r"#\w{6}", body[1]) == [hex_colour(colour) for colour in SEQUENTIAL]
