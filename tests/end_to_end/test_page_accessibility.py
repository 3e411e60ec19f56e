"""Every view under axe-core, light and dark, at three widths, with a console that stays clean."""

import pytest

from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import visiting

pytestmark = [browsing.needs_browser, pytest.mark.slow]

YEAR = {"dataset": "callouts", "from": "2019-01", "to": "2019-12", "layer": "ward"}
SIZES = ((1440, 900), (1024, 768), (390, 844))
SHEETS = ("map", "table", "controls")  # a telephone shows one of them
TABS = ("charts", "quality", "about")  # beside the map, besides the numbers
# What a view has besides its first looks.
MORE = (
    {"view": "growth", "growth": "forecast"},
    {"view": "growth", "growth": "priorities"},
    {"view": "choropleth", "before_from": "2018-01", "before_to": "2018-12"},
)
_BUTTONS = "all => all.map(one => one.dataset.testid.replace('view-', ''))"
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(made, sheets=SHEETS):
    """What axe finds, and what is wider than the screen, at each width of what is shown."""
    found = []
    for width, height in SIZES:
        made.page.set_viewport_size({"width": width, "height": height})
        for sheet in sheets if width < 600 else sheets[:1]:
            made.page.evaluate("sheet => { document.body.dataset.sheet = sheet; }", sheet)
            found += [f"{width}, {sheet}: {text}" for text in browsing.problems(made.page)]
            if made.page.evaluate(_OVERFLOW) > 0:
                found.append(f"{width}, {sheet}: wider than the screen")
        made.page.evaluate("() => { document.body.dataset.sheet = 'map'; }")
    made.page.set_viewport_size(dict(zip(("width", "height"), SIZES[0], strict=True)))
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_any_view_at_any_width(chromium, service, dark):
    found = {}
    with visiting(chromium, service.address, size=SIZES[0], dark=dark) as made:
        made.open(view="choropleth", **YEAR)
        names = made.page.locator("#views [data-testid^=view-]").evaluate_all(_BUTTONS)
        assert len(names) > 9
        for view in (*({"view": name} for name in names if name != "choropleth"), *MORE):
            made.show(**YEAR, **view)
            found[str(view)] = faults(made)
        made.part("ranked-table").locator("tbody tr").nth(1).locator("button").click()
        made.part("detail").wait_for()
        found["an area"] = faults(made)
        for tab in TABS:
            made.part(f"tab-{tab}").click()
            made.settled()
            found[tab] = faults(made, ("table",))
        made.assert_clean()
        made.page.goto(f"{made.base}/overview")
        found["the page without a map"] = faults(made, SHEETS[:1])
    assert {view: said for view, said in found.items() if said} == {}


def test_without_script_the_page_says_so_and_leads_to_the_one_without_a_map(chromium, service):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{service.address}/")
    said = page.get_by_test_id("summary")
    assert said.inner_text().startswith("The map needs JavaScript.")
    said.get_by_role("link").click()
    assert page.url == f"{service.address}/overview"
    context.close()
