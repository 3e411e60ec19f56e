"""What analysts come to the page for, each with the number of actions that it takes.

An action is a click, a choice in a list, a text typed, or a key pressed. The numbers allowed are
those that the tasks took when an analyst tried them; what could not be done then is allowed six.
"""

import csv
import io

import pytest

from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import visiting

pytestmark = [browsing.needs_browser, pytest.mark.slow]

LAST_HALF_YEAR = "6 months"
CRIME = {"dataset": "police-crime", "from": "2020-06", "to": "2020-11"}
VIOLENCE = "Violence and sexual offences"
CAMBRIDGE = "X07000001"


class Analyst:
    """A visit whose actions are counted."""

    def __init__(self, visit):
        self.visit = visit
        self.actions = 0

    def _act(self, act, *, answers):
        self.actions += 1
        if not answers:
            return act()
        with self.visit.redrawn():
            return act()

    def click(self, name, *, answers=True):
        self._act(self.visit.part(name).click, answers=answers)

    def choose(self, name, label, *, answers=True):
        self._act(lambda: self.visit.part(name).select_option(label=label), answers=answers)

    def tick(self, category):
        box = self.visit.part("categories").locator(f"input[value='{category}']")
        self._act(box.check, answers=True)

    def type(self, name, text):
        self._act(lambda: self.visit.part(name).press_sequentially(text), answers=False)
        self.visit.part("search-results").locator("[role=option]").first.wait_for()

    def press(self, key, *, answers):
        self._act(lambda: self.visit.page.keyboard.press(key), answers=answers)

    def row(self, at):
        button = self.visit.part("ranked-table").locator("tbody tr").nth(at).locator("button")
        self._act(button.click, answers=False)

    def download(self, name):
        with self.visit.page.expect_download() as waiting:
            self.click(name, answers=False)
        return waiting.value


@pytest.fixture
def analyst(chromium, service):
    """Somebody who has just opened the page; nothing may have gone wrong when they leave."""
    with visiting(chromium, service.address) as visit:
        yield Analyst(visit)
        visit.assert_clean()


def test_violence_in_one_district_over_the_last_half_year_takes_five_actions(analyst):
    visit = analyst.visit.open(dataset="police-crime")
    analyst.choose("length", LAST_HALF_YEAR)
    analyst.tick(VIOLENCE)
    analyst.type("search", "cambridge")
    analyst.press("Enter", answers=False)
    analyst.press("Enter", answers=True)  # show only Cambridge
    assert analyst.actions == 5
    question = {"from": "2020-06", "to": "2020-11", "category": VIOLENCE}
    words = "&".join(f"{name}={value}" for name, value in question.items())
    answer = visit.answer(f"/v1/choropleths/police-crime/lsoa?{words}&within=district:{CAMBRIDGE}")
    counts = {row["code"]: row["count"] for row in answer["rows"]}
    shown = {row[0]: int(row[-1].replace(",", "")) for row in visit.rows()}
    assert shown == counts  # the ranking has the areas of Cambridge, and no others
    summary = visit.part("summary").inner_text()
    assert "only Cambridge, June to November 2020" in summary
    assert f"{sum(counts.values()):,}" in summary
    assert "Huntingdon" not in summary
    legend = visit.part("legend").inner_text()
    visit.choose("hotspots")
    assert f"Of {len(counts)} areas" in visit.part("summary").inner_text()
    assert visit.part("layer").input_value() == "lsoa"
    other = visit.page.context.new_page()
    other.goto(visit.page.url.replace("view=hotspots", "view=heatmap"))
    other.locator("body[data-drawn]").wait_for()
    assert other.locator("#legend").inner_text() == legend


def test_the_place_is_chosen_from_a_list_and_keeps_layer_and_denominator(analyst):
    visit = analyst.visit.open(view="choropleth", measure="rate", layer="ward", **CRIME)
    denominator = visit.part("denominator").input_value()
    visit.part("within").focus()
    visit.part("within").locator("optgroup").first.wait_for(state="attached")
    analyst.choose("within", "Cambridge")
    assert analyst.actions == 1
    assert visit.part("layer").input_value() == "ward"
    assert visit.part("measure").input_value() == "rate"
    assert visit.part("denominator").input_value() == denominator != ""
    assert all("(Cambridge)" in row[2] for row in visit.rows())


def test_the_numbers_of_one_ward_take_three_actions(analyst):
    visit = analyst.visit.open(view="choropleth", **CRIME)
    analyst.choose("layer", visit.part("layer").locator("option[value=ward]").inner_text())
    analyst.row(0)
    assert analyst.actions == 2
    facts = visit.part("detail-facts").inner_text()
    assert "Incidents" in facts
    assert "Rate a year per 1,000" in facts


def test_the_table_for_a_spreadsheet_takes_one_action(analyst):
    visit = analyst.visit.open(view="choropleth", **CRIME)
    saved = analyst.download("download-csv")
    assert analyst.actions == 1
    rows = list(csv.DictReader(io.StringIO(saved.path().read_text("utf-8-sig"))))
    assert len(rows) == len(visit.rows())


def test_ranked_wards_take_two_actions_and_rates_come_first(analyst):
    visit = analyst.visit.open(**CRIME)
    analyst.click("view-choropleth")
    analyst.choose("layer", visit.part("layer").locator("option[value=ward]").inner_text())
    assert analyst.actions == 2
    assert visit.part("measure").input_value() == "rate"
    rates = [float(row[3].replace(",", "")) for row in visit.rows() if row[3] != "–"]
    assert rates == sorted(rates, reverse=True)


def test_a_search_leaves_the_view_as_it_is(analyst):
    visit = analyst.visit.open(view="choropleth", measure="rate", layer="lsoa", **CRIME)
    before = visit.part("layer").input_value(), visit.part("denominator").input_value()
    analyst.type("search", "cambridge")
    analyst.press("Enter", answers=False)
    assert analyst.actions == 2
    offered = visit.part("place-card").locator("button").all_inner_texts()
    assert offered[0] == "Show only Cambridge"
    assert offered[1].startswith("See it among")
    assert (visit.part("layer").input_value(), visit.part("denominator").input_value()) == before


def test_the_link_of_one_place_restores_it(analyst):
    visit = analyst.visit.open(
        view="choropleth", layer="lsoa", within=f"district:{CAMBRIDGE}", **CRIME
    )
    analyst.click("share", answers=False)
    assert analyst.actions == 1
    link = visit.page.evaluate("() => navigator.clipboard.readText()")
    assert f"within=district:{CAMBRIDGE}" in link
    assert visit.part("within").input_value() == f"district:{CAMBRIDGE}"
    assert visit.part("within").locator("option:checked").inner_text() == "Cambridge"


def test_two_periods_are_compared_with_one_action_and_the_change_is_said(analyst):
    visit = analyst.visit.open(view="choropleth", **CRIME)
    analyst.click("compare")
    assert analyst.actions == 1
    assert (
        "June to November 2020 against June to November 2019" in visit.part("summary").inner_text()
    )


def test_what_is_hot_is_said_in_words_with_one_action(analyst):
    visit = analyst.visit.open(**CRIME)
    analyst.click("view-hotspots")
    assert analyst.actions == 1
    summary = visit.part("summary").inner_text()
    assert "are hot" in summary
    assert visit.rows()[0][2].split(" (")[0] in summary  # a place, and not only how many


def test_the_months_of_a_ward_take_one_action_after_its_choice(analyst):
    visit = analyst.visit.open(view="choropleth", layer="ward", **CRIME)
    analyst.row(0)
    assert analyst.actions == 1
    visit.part("detail").get_by_test_id("chart-trend").locator(".drawing svg").wait_for()


def test_the_time_of_day_takes_one_action(analyst):
    visit = analyst.visit.open(**CRIME)
    analyst.click("view-when")
    assert analyst.actions == 1
    assert visit.part("stage-chart").is_visible()


def test_a_forecast_takes_two_actions(analyst):
    visit = analyst.visit.open(**CRIME)
    analyst.click("view-growth")
    analyst.click("growth-forecast")
    assert analyst.actions == 2
    assert "expected" in visit.part("summary").inner_text().lower()


def test_a_picture_for_a_paper_takes_two_actions(analyst):
    analyst.visit.open(view="choropleth", layer="ward", **CRIME)
    analyst.click("take-away", answers=False)
    picture = analyst.download("picture-svg")
    assert analyst.actions == 2
    assert picture.path().read_bytes().startswith((b"<?xml", b"<svg"))
