"""Charts, data quality and legible numbers beside the map, in a real Chromium."""

import re

import pytest

from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import visiting

pytestmark = [browsing.needs_browser, pytest.mark.slow]

YEAR = {"dataset": "callouts", "from": "2019-01", "to": "2019-12"}
PERIOD = "from=2019-01&to=2019-12"


@pytest.fixture(scope="module")
def visit(chromium, service):
    """One page for the module, which must end clean."""
    with visiting(chromium, service.address) as made:
        yield made
        made.assert_clean()


def drawn_charts(visit):
    """Wait until every chart of the panel that is open is drawn."""
    visit.page.wait_for_function(
        "() => [...document.querySelectorAll('#panel-charts .figure')].length > 0 &&"
        " [...document.querySelectorAll('#panel-charts .figure > .drawing')]"
        ".every(e => e.querySelector('svg'))",
        timeout=browsing.PATIENCE_MS,
    )


def letters(visit, chart):
    """Everything that is written in a chart."""
    return " ".join(visit.part(chart).locator("svg text").all_text_contents())


def figures(cells):
    """The numbers of some cells."""
    return [float(re.sub(r"[^\d.]", "", cell)) for cell in cells]


def test_charts_stand_one_click_away_with_the_numbers_of_their_tables(visit):
    visit.open(view="choropleth", layer="ward", **YEAR)
    visit.part("tab-charts").click()
    drawn_charts(visit)
    assert "panel=charts" in visit.page.url
    for chart in ("trend", "category", "week", "sex", "age", "ranked", "limits"):
        assert visit.part(f"chart-{chart}").locator("svg").count() == 1, chart
        figure, drawing = (
            visit.part(f"chart-{chart}").locator(part).bounding_box()
            for part in ("xpath=.", "svg")
        )
        assert figure["x"] <= drawing["x"] < figure["x"] + figure["width"], chart
        assert figure["y"] < drawing["y"] < figure["y"] + figure["height"], chart
    rows = visit.answer(f"/v1/tables/callouts/breakdown?by=attribute:sex&{PERIOD}")["rows"]
    for row in rows:
        assert f"({row['count']:,})" in letters(visit, "chart-sex")
    trend = visit.part("chart-trend")
    trend.locator("summary").click()
    trend.locator("tbody tr").first.wait_for()
    months = visit.answer("/v1/tables/callouts/trend?area=everywhere")["rows"]
    shown = figures(trend.locator("tbody tr td:nth-child(2)").all_inner_texts())
    assert shown == [row["count"] for row in months]
    assert sum(shown[-12:]) == 986
    ranked = letters(visit, "chart-ranked")
    first = visit.answer(
        f"/v1/tables/callouts/ranked/ward?{PERIOD}&by=rate&denominator=population"
        "&larger_layer=district&top=1"
    )["rows"][0]
    assert f"{first['name']} ({first['larger_area']})" in ranked
    assert "per 1,000 population" in ranked
    assert browsing.axe(visit) == []


def test_no_letter_of_a_chart_is_outside_it_and_none_is_too_small(visit):
    visit.open(view="choropleth", layer="ward", panel="charts", **YEAR)
    drawn_charts(visit)
    faults = visit.page.evaluate(
        """() => [...document.querySelectorAll('#panel-charts svg')].flatMap(svg => {
          const box = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter(text => text.textContent.trim())
            .map(text => [text.textContent, text.getBoundingClientRect()])
            .filter(([, r]) => r.left < box.left - 2 || r.right > box.right + 2
              || Math.max(r.height, r.width) < 8)
            .map(([words]) => words); })"""
    )
    assert faults == []


def test_charts_of_a_selected_area_are_its_own_until_all_are_wanted_again(visit):
    rows = visit.answer(f"/v1/choropleths/callouts/ward?{PERIOD}")["rows"]
    area = max(rows, key=lambda row: row["count"])
    visit.open(view="choropleth", layer="ward", panel="charts", area=area["code"], **YEAR)
    drawn_charts(visit)
    assert area["name"] in visit.page.locator("#panel-charts h2").inner_text()
    by_sex = visit.answer(
        f"/v1/tables/callouts/breakdown?by=attribute:sex&{PERIOD}&within=ward:{area['code']}"
    )["rows"]
    for row in by_sex:
        assert f"({row['count']:,})" in letters(visit, "chart-sex")
    visit.part("charts-all").click()
    visit.page.wait_for_function(
        "() => document.querySelector('#panel-charts h2')?.textContent === 'Charts'"
    )
    assert "area=" not in visit.page.url


def test_tabs_are_moved_through_by_arrow_keys(visit):
    visit.part("tab-charts").focus()
    visit.page.keyboard.press("ArrowRight")
    assert visit.part("quality").is_visible()
    assert visit.page.evaluate("document.activeElement.id") == "tab-quality"
    visit.page.keyboard.press("End")
    assert visit.part("about").is_visible()
    visit.page.keyboard.press("Home")
    assert visit.part("ranked-table").is_visible()


def test_what_has_no_place_is_counted_by_category_month_and_file(visit):
    visit.open(view="heatmap", panel="quality", **YEAR)
    sections = visit.part("quality").locator("section")
    visit.page.wait_for_function(
        "() => document.querySelectorAll('#panel-quality section tbody').length === 3"
    )
    table = visit.answer(
        f"/v1/tables/callouts/crosstab?rows=category&columns=layer:district&layout=wide&{PERIOD}"
    )["rows"]
    expected = {row["row_name"].lower(): (row["total"], row["not located"]) for row in table}
    cells = (
        sections.nth(0)
        .locator("tbody tr")
        .evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText))")
    )
    assert {name.lower(): tuple(figures(rest[:2])) for name, *rest in cells} == expected
    assert sections.nth(1).locator("tbody tr").count() == 13  # twelve months and their total
    assert "no place" in sections.nth(2).inner_text()
    assert browsing.axe(visit) == []


def test_the_numbers_beside_categories_are_those_of_the_period(visit):
    visit.open(view="heatmap", **YEAR)
    rows = visit.answer(f"/v1/tables/callouts/breakdown?by=category&{PERIOD}")["rows"]
    visit.page.wait_for_function(
        "() => document.querySelector('#categories .number')?.textContent"
    )
    shown = dict(
        visit.page.evaluate(
            "() => [...document.querySelectorAll('#categories label')].map(label =>"
            " [label.querySelector('input').value, label.querySelector('.number').textContent])"
        )
    )
    assert {name: int(text) for name, text in shown.items()} == {
        row["key"]: row["count"] for row in rows
    }
    assert sum(row["count"] for row in rows) == 986


def test_the_timeline_says_its_years_its_highest_month_and_the_month_at_the_pointer(visit):
    rows = visit.answer("/v1/tables/callouts/trend?area=everywhere")["rows"]
    assert visit.part("most").inner_text() == f"{max(row['count'] for row in rows)} a month"
    years = visit.part("ticks").locator(".year").all_inner_texts()
    assert years == ["2015", "2016", "2017", "2018", "2019"]
    box = visit.part("histogram").bounding_box()
    visit.page.mouse.move(box["x"] + box["width"] * 54.5 / 60, box["y"] + box["height"] / 2)
    tip = visit.part("when-tip").inner_text()
    assert tip == f"Jul 2019: {rows[54]['count']} incidents"


def test_a_selected_area_has_its_rank_its_district_and_its_months(visit):
    visit.open(view="choropleth", layer="ward", measure="rate", denominator="population", **YEAR)
    row = visit.part("ranked-table").locator("tbody tr").first
    code = row.get_attribute("data-code")
    row.locator("button").click()
    visit.page.wait_for_function("() => document.querySelector('#peers')?.textContent")
    visit.page.wait_for_selector("[data-testid=chart-trend] svg")
    ranked = visit.answer(
        f"/v1/tables/callouts/ranked/ward?{PERIOD}&by=rate&denominator=population"
        "&larger_layer=district"
    )["rows"]
    own = next(each for each in ranked if each["code"] == code)
    words = visit.part("detail").inner_text()
    assert f"In {own['larger_area']}. Rank {own['rank']} of 104 by rate" in words
    assert "incidents in 2019" in visit.part("detail-trend").inner_text()


def test_a_column_of_rates_has_one_precision(visit):
    cells = visit.part("ranked-table").locator("tbody td.number:nth-child(3)").all_inner_texts()
    decimals = {len(cell.partition(".")[2]) for cell in cells if not cell.startswith("<")}
    assert len(cells) >= 60
    assert decimals == {1}
