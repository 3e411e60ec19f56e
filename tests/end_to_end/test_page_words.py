"""Words behind a "?", and areas drawn by pointer and by keyboard, in a real Chromium."""

import json
import re
import urllib.parse

import pytest

from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import NARROW, WIDE, visiting

pytestmark = [browsing.needs_browser, pytest.mark.slow]

YEAR = {"dataset": "callouts", "from": "2019-01", "to": "2019-12", "layer": "lsoa"}
CAMBRIDGE = "12/52.205/0.125"


def address_of(made):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(made.page.url).fragment))


def boxes_meet(a, b):
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


def test_a_term_is_explained_beside_its_number_and_by_keyboard(chromium, service):
    with visiting(chromium, service.address, size=WIDE) as made:
        made.open(view="hotspots", **YEAR)
        made.page.locator("#table tbody tr button").first.click()
        buttons = made.page.locator("#detail-facts button.help, #detail button.help")
        assert buttons.count() >= 3
        for k in range(buttons.count()):
            button = buttons.nth(k)
            button.focus()
            made.page.keyboard.press("Enter")
            note = made.part("help-note")
            assert note.is_visible()
            assert re.search(r"Example: \S", note.inner_text())
            number = button.locator("xpath=ancestor::dt/following-sibling::dd[1]")
            assert not boxes_meet(note.bounding_box(), number.bounding_box())
            assert not boxes_meet(note.bounding_box(), button.bounding_box())
            made.page.keyboard.press("Escape")
            assert note.is_hidden()
            assert button.evaluate("each => document.activeElement === each")
        made.part("tab-about").click()
        method = made.part("method").inner_text()
        assert "Neighbours are areas that share a border or a corner." in method
        assert "random maps" in method
        assert browsing.axe(made) == []
        made.assert_clean()


def test_a_drawn_area_is_asked_about_and_its_link_restores_it(chromium, service):
    with visiting(chromium, service.address, size=WIDE) as made:
        made.open(view="choropleth", measure="count", **YEAR, at=CAMBRIDGE)
        made.part("draw").click()
        made.part("drawing").wait_for()
        box = made.part("map").bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for dx, dy in ((-20, -30), (150, -40), (130, 120), (-10, 130)):
            made.page.mouse.click(middle[0] + dx, middle[1] + dy)
        made.page.locator("#drawing-name").fill('Centre <&" Mill Road')
        with made.redrawn():
            made.part("drawing-done").click()
        view = address_of(made)
        assert view["within"].startswith("lonlat-polygon:")
        assert view["within"].count(",") == 7
        counts = made.answer(
            "/v1/choropleths/callouts/lsoa?"
            + urllib.parse.urlencode(
                {"from": "2019-01", "to": "2019-12", "within": view["within"]}
            )
        )
        rows = made.rows()
        assert len(rows) == len(counts["rows"]) > 3
        said = made.part("shape-said")
        made.page.wait_for_function(
            "() => /incident/.test(document.querySelector('[data-testid=shape-said]').innerText)"
        )
        profile = made.answer(
            "/v1/tables/callouts/profile?"
            + urllib.parse.urlencode(
                {"from": "2019-01", "to": "2019-12", "within": view["within"]}
            )
        )
        inside = next(row for row in profile["rows"] if row["item"] == "all categories")
        assert f"{inside['count']:,} incident" in said.inner_text()
        assert 'Centre <&" Mill Road' in made.part("summary").inner_text()
        link = address_of(made)
        assert browsing.axe(made) == []
        made.assert_clean()
    with visiting(chromium, service.address, size=WIDE) as again:
        again.open(**link)
        assert again.rows() == rows
        with again.redrawn():
            again.part("shape-clear").click()
        assert "within" not in address_of(again)
        assert again.part("shape").is_hidden()
        again.assert_clean()


def test_an_area_is_drawn_and_changed_by_keyboard_alone_on_a_telephone(chromium, service):
    with visiting(chromium, service.address, size=NARROW) as made:
        made.open(view="heatmap", **YEAR, at=CAMBRIDGE)
        keyboard = made.page.keyboard
        made.part("draw").focus()
        keyboard.press("Enter")
        made.part("drawing").wait_for()
        for key in ("ArrowRight", "ArrowDown", None):
            keyboard.press("Enter")
            if key:
                keyboard.press(key)
                made.page.wait_for_timeout(600)
        assert made.part("drawing-done").is_enabled()
        keyboard.press("Backspace")
        assert made.part("drawing-done").is_disabled()
        made.part("drawing-circle").click()
        made.page.locator(".maplibregl-canvas").first.focus()
        keyboard.press("Enter")
        radius = made.part("drawing-radius")
        radius.fill("150")
        with made.redrawn():
            made.part("drawing-done").click()
        within = address_of(made)["within"]
        assert within.startswith("lonlat-circle:")
        assert within.endswith(",150")
        # Too small for the middle of any area: the map and the numbers of the circle stay.
        assert "No area has its middle" in made.part("summary").inner_text()
        assert made.part("message").is_hidden()
        trend = made.answer(
            f"/v1/tables/callouts/trend?{urllib.parse.urlencode({'within': within})}"
        )
        assert json.dumps(trend["provenance"]["method"]["area"]) == json.dumps(within)
        assert browsing.axe(made) == []
        # What is refused is the table alone, and the page says why.
        assert {failure.partition("?")[0] for failure in made.failures} == {
            f"422 {made.base}/v1/choropleths/callouts/lsoa"
        }
