"""The map has the colours of its legend: every class of every view, light and dark.

The legend's swatches are read from the page, the map's pixels from the canvas. A swatch that stands
for areas must be found on the map, and what is found there must be a swatch, the ground or a line.
No background is drawn meanwhile: its roads and letters cover areas in colours of their own.
"""

import io
from urllib.parse import urlencode

import numpy as np
import pytest

from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import visiting

pytestmark = [browsing.needs_browser, pytest.mark.slow]

YEAR = {"dataset": "callouts", "from": "2019-01", "to": "2019-12", "outline": "none"}
VIEWS = {
    "heatmap": {"layer": "district", "bandwidth": "1200"},
    "counts": {"view": "choropleth", "layer": "ward"},
    "rates": {"view": "choropleth", "layer": "lsoa", "measure": "rate"},
    "hotspots": {"layer": "lsoa"},
    "emerging": {"layer": "ward", "step": "month"},
    "differences": {"view": "change", "layer": "ward"},
    "forecast": {"view": "growth", "growth": "forecast", "layer": "ward"},
    "priorities": {"view": "growth", "growth": "priorities", "layer": "ward"},
}
FEWEST_PIXELS = 8  # of the smallest area at the opening zoom
LINES = 0.004  # of the map: no line or letter has more of one colour
CLOSE = 4.0  # CIE76; of one colour rounded twice, and nothing near another class
_SWATCHES = """
() => [...document.querySelectorAll('#legend-body li:has(.patch)')].map(line => {
  const rgb = getComputedStyle(line.querySelector('.patch')).backgroundColor.match(/\\d+/g).map(Number);
  const count = line.querySelector('.count');
  return [line.querySelector('.label').innerText, rgb, count ? count.innerText : '1'];
})
"""
_BARE = (
    "() => { for (const each of document.querySelectorAll('#maps > :not(#map), #map .maplibregl-control-container'))"
    " each.hidden = true; }"
)


def leave_out_background(visit):
    """The page is told that there is no map behind its layers."""

    def answer(route):
        got = route.fetch()
        route.fulfill(response=got, json={**got.json(), "background": None})

    visit.page.route("**/v1/page.json", answer)


def lab(rgb):
    """CIE L*a*b* of colours from 0 to 255, along the last axis."""
    part = np.asarray(rgb, float) / 255
    light = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    t = light @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1
    )


def pixels_of(visit):
    """Colours of the map with how many pixels have them; nothing stands before it."""
    from PIL import Image

    visit.page.evaluate(_BARE)
    body = visit.part("map").locator("canvas").screenshot()
    picture = np.asarray(Image.open(io.BytesIO(body)).convert("RGB")).reshape(-1, 3)
    return np.unique(picture, axis=0, return_counts=True)


def problems_of(visit, name):
    """What of a legend is not on the map, and what of the map is not in its legend."""
    visit.page.wait_for_timeout(450)  # the old picture fades
    swatches = visit.page.evaluate(_SWATCHES)
    colours, counts = pixels_of(visit)
    distance = np.linalg.norm(
        lab(colours)[:, None, :] - lab([rgb for _, rgb, _ in swatches])[None], axis=-1
    )
    found = [counts[distance[:, k] < CLOSE].sum() for k in range(len(swatches))]
    absent = [
        (name, label, rgb)
        for (label, rgb, areas), pixels in zip(swatches, found, strict=True)
        if areas != "0" and pixels < FEWEST_PIXELS
    ]
    ground = np.linalg.norm(lab(colours) - lab(colours[counts.argmax()]), axis=-1)
    is_strange = (distance.min(axis=1) > CLOSE) & (ground > CLOSE)
    is_strange &= counts > LINES * counts.sum()
    return len(swatches), [*absent, *((name, rgb) for rgb in colours[is_strange].tolist())]


def test_each_class_of_each_view_is_on_the_map_in_the_colour_of_its_swatch(chromium, service):
    classes, problems = 0, []
    with visiting(chromium, service.address) as visit:
        leave_out_background(visit)
        visit.open(**YEAR, view="choropleth", layer="district")
        for theme in ("light", "dark"):
            for name, view in VIEWS.items():
                words = urlencode({"view": name, **YEAR, **view})
                with visit.redrawn():
                    visit.page.evaluate("words => { location.hash = words; }", words)
                number, wrong = problems_of(visit, f"{name}, {theme}")
                classes, problems = classes + number, problems + wrong
            if theme == "light":
                with visit.redrawn():
                    visit.part("theme").click()
        assert problems == []
        assert classes > 70
        visit.assert_clean()


def test_the_legend_closes_to_a_strip_moves_and_is_in_the_link(chromium, service):
    with visiting(chromium, service.address) as visit:
        visit.open(**YEAR, view="choropleth", layer="district")
        body, toggle = visit.page.locator("#legend-body"), visit.part("legend-toggle")
        left = visit.part("legend").bounding_box()["x"]
        visit.part("legend-move").press("Enter")
        visit.part("legend-move").press("Enter")
        assert visit.part("legend").bounding_box()["x"] > left
        toggle.press("Enter")
        assert not body.is_visible()
        assert toggle.get_attribute("aria-expanded") == "false"
        assert "legend=closed" in visit.page.url
        assert "corner=bottom-right" in visit.page.url
        visit.page.reload()
        visit.drawn()
        assert not body.is_visible()
        assert browsing.axe(visit) == []
        far = visit.page.url.split("&at=")[0] + "&at=5.00/10.00000/10.00000"
        visit.page.evaluate("url => { location.href = url; }", far)
        visit.part("home").click()
        visit.page.wait_for_function("() => /at=[89]\\.\\d+\\/52\\./.test(location.hash)")
        visit.assert_clean()


def test_a_row_that_is_chosen_brings_its_area_into_view(chromium, service):
    with visiting(chromium, service.address) as visit:
        visit.open(**YEAR, view="choropleth", layer="lsoa", at="13/52.45/-0.2")
        row = visit.page.locator("#table tbody tr").last
        code = row.get_attribute("data-code")
        place = visit.answer(f"/v1/places?q={code}")["rows"][0]
        row.locator("button").click()
        lon, lat = place["point"]
        visit.page.wait_for_function(
            "([lon, lat]) => { const at = location.hash.match(/at=([^&]*)/)[1].split('/').map(Number);"
            " return Math.abs(at[1] - lat) < 0.05 && Math.abs(at[2] - lon) < 0.08; }",
            arg=[lon, lat],
        )
        assert code in visit.page.url
        visit.assert_clean()
