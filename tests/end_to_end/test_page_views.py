"""Views of change, of places and of times on the page, and what is compared or played."""

import re
import urllib.parse

import pytest

from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import visiting

pytestmark = [browsing.needs_browser, pytest.mark.slow]

CALLED = 0.1
YEAR = {"dataset": "callouts", "from": "2019-01", "to": "2019-12"}


@pytest.fixture(scope="module")
def page(chromium, service):
    """One page for all tests; its console must be clean at the end."""
    with visiting(chromium, service.address) as made:
        made.open(view="choropleth", **YEAR, layer="ward")
        yield made
        made.assert_clean()


def show(made, **view):
    """Another view by its address, in the same page."""
    words = urllib.parse.urlencode({**YEAR, **view}, safe="/:", doseq=True)
    if f"#{words}" == urllib.parse.urlsplit(made.page.url).fragment:
        return
    with made.redrawn():
        made.page.evaluate("hash => { window.location.hash = hash; }", f"#{words}")


def legend_of(made):
    """Label and number of areas of each class of the legend."""
    items = made.part("legend").locator("li")
    pairs = {}
    for k in range(items.count()):
        label, count = items.nth(k).locator(".label"), items.nth(k).locator(".count")
        if count.count():
            pairs[label.inner_text()] = int(count.inner_text().replace(",", ""))
    return pairs


def key_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).fragment))


def test_change_is_the_answer_of_the_service_and_says_what_is_more_than_chance(page):
    show(page, view="change", layer="ward")
    asked = {**YEAR, "baseline_from": "2018-01", "baseline_to": "2018-12"}
    words = urllib.parse.urlencode({k: v for k, v in asked.items() if k != "dataset"})
    answer = page.answer(f"/v1/hotspots/callouts/ward/change?{words}")
    assert "2019 against 2018" in page.part("summary").inner_text()
    assert answer["sentences"][-1] in page.part("summary").inner_text()
    signed = {row["code"]: round(row["difference"]) for row in answer["rows"]}
    shown = {row[0]: int(row[3].replace("−", "-").replace("+", "")) for row in page.rows()}
    assert shown == signed
    assert sum(legend_of(page).values()) == len(signed)
    assert legend_of(page)["No difference"] == list(signed.values()).count(0)
    with page.redrawn():
        page.part("change").select_option("chance")
    is_called = [row["q_value"] is not None and row["q_value"] <= CALLED for row in answer["rows"]]
    assert legend_of(page)["No more than chance"] == is_called.count(False)
    assert key_of(page.page.url)["change"] == "chance"


def test_the_earlier_period_moves_with_the_later_one(page):
    show(page, view="change", layer="ward", **{"from": "2019-01", "to": "2019-03"})
    with page.redrawn():
        page.part("when").press("ArrowLeft")
    view = key_of(page.page.url)
    assert (view["from"], view["to"]) == ("2018-12", "2019-02")
    assert (view["before_from"], view["before_to"]) == ("2017-12", "2018-02")


def test_two_periods_share_their_classes_and_a_comparison_is_said(page):
    show(page, view="choropleth", layer="ward", before_from="2018-01", before_to="2018-12")
    pooled = [url for url in page.requests if "choropleths" in url and "pooled=" in url]
    assert any("from=2018-01" in url for url in pooled)
    assert any("from=2019-01" in url for url in pooled)
    page.page.wait_for_function(
        "() => document.querySelector('#summary').textContent.includes('in the period before')"
    )
    assert not page.part("before-warning").is_visible()
    with page.redrawn():
        page.part("before-to").select_option("2019-03")
    for part in ("before-warning", "summary"):
        assert "periods overlap" in page.part(part).inner_text()
    with page.redrawn():
        page.part("before-to").select_option("2018-06")
    assert "6 months and 12 months" in page.part("before-warning").inner_text()


def test_classes_stay_while_the_months_play(page):
    show(page, view="choropleth", layer="ward", **{"from": "2018-01", "to": "2018-03"})
    with page.redrawn():
        page.part("play").click()
    first, began = list(legend_of(page)), key_of(page.page.url)["from"]
    page.page.wait_for_function("month => !location.hash.includes(month)", arg=f"from={began}")
    page.part("play").click()
    page.settled(page.count())
    assert list(legend_of(page)) == first
    assert "All periods in these classes" in page.part("legend").inner_text()


@pytest.mark.parametrize(
    ("view", "path", "number"),
    [("patrols", "patrols/callouts", "rank"), ("clusters", "clusters/callouts", "cluster")],
)
def test_places_are_numbered_selected_and_looked_at(page, view, path, number):
    show(page, view=view)
    answer = page.answer(f"/v1/{path}?from=2019-01&to=2019-12")
    rows = page.rows()
    assert [row[3] for row in rows] == [str(row["count"]) for row in answer["rows"]]
    assert sum(legend_of(page).values()) == len(rows)
    assert answer["sentences"][-1] in page.part("summary").inner_text()
    page.part("ranked-table").locator("tbody tr").nth(0).locator("button").click()
    page.part("detail").wait_for()
    assert str(answer["rows"][0]["count"]) in page.part("detail-facts").inner_text()
    before = page.page.url
    page.part("detail-zoom").click()
    page.page.wait_for_function("url => location.href !== url", arg=before)
    page.page.wait_for_timeout(900)  # the flight there
    assert float(key_of(page.page.url)["at"].split("/")[0]) > 12
    assert key_of(page.page.url)["area"] == rows[0][0]
    page.part("detail-close").click()


def test_near_repeats_say_what_chance_gives(page):
    show(page, view="repeats", repeat_m="400")
    answer = page.answer(
        "/v1/patterns/callouts/near-repeats?from=2019-01&to=2019-12&distance_m=400&days=14"
    )
    page.page.wait_for_function(
        "words => document.querySelector('#summary').textContent.includes(words)",
        arg=answer["sentences"][-1],
    )
    assert "zone" in page.part("summary").inner_text()


def test_records_of_months_have_no_near_repeats_and_it_is_said(chromium, service):
    with visiting(chromium, service.address) as made:
        made.page.goto(f"{made.base}/#view=repeats&dataset=police-crime&from=2020-06&to=2020-11")
        made.part("message").wait_for()
        assert "only the month is known" in made.part("message").inner_text()


def test_hours_by_weekday_are_the_service_s_own_chart(page):
    show(page, view="when")
    chart = page.part("stage-chart").locator("img")
    chart.wait_for()
    page.page.wait_for_function(
        "() => document.querySelector('#stage-chart img').naturalWidth > 0"
    )
    answer = page.answer(
        "/v1/tables/callouts/crosstab?rows=hour&columns=weekday&from=2019-01&to=2019-12"
    )
    assert page.rows()[0][3] == str(max(row["count"] for row in answer["rows"]))
    assert not page.part("download-gpkg").is_visible()
    show(page, view="choropleth", layer="ward")
    assert not page.part("stage-chart").is_visible()


def test_a_selection_stays_from_forecast_to_priorities_and_circles_have_a_legend(page):
    show(page, view="growth", growth="forecast", layer="ward")
    row = page.part("ranked-table").locator("tbody tr").nth(1)
    code = row.get_attribute("data-code")
    row.locator("button").click()
    with page.redrawn():
        page.part("growth-priorities").click()
    chosen = page.part("ranked-table").locator("tr[aria-current]")
    assert chosen.get_attribute("data-code") == code
    assert re.search("1,000 homes", page.part("legend").inner_text())
    assert "circles grow with the homes planned" in page.part("legend").inner_text()
