"""The finding of every table: its title, its sentences and its picture in words."""

import dataclasses
import re

import numpy as np
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.http.table_routes import TABLES
from service.reports.addresses import table_of
from service.sentences.findings.finding import finding_of, shortened
from service.sentences.findings.subjects import LONGEST_TITLE
from service.sentences.tables.axes import APART
from tests.service import world
from tests.service.addresses import addresses
from tests.service.conftest import client_of

WRONG = re.compile(
    r"\bnan\b|\binf\b|\bNone\b(?! (of|is))|\b1 (areas|incidents|homes)\b|  |\{|\.\."
)
DIGITS = re.compile(r"\d{4,}\.\d|\b\d{5,}\b(?! ?m)")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A table of each kind of address, of the whole county."""
    resources = open_resources(Settings(data_dir=world.build(tmp_path_factory.mktemp("findings"))))
    with client_of(resources) as client:
        app = client.app
    made = {}
    for template in TABLES:
        (address,) = addresses(app, template)[:1]
        made[template] = table_of(address).answer(resources).compute()
    return made


@pytest.fixture(scope="module")
def clock(resources):
    """Hours by days of the week."""
    address = f"/v1/tables/{world.DATASET}/crosstab?rows=hour&columns=weekday"
    return table_of(address).answer(resources).compute()


def emptied(table):
    columns = {name: values[:0] for name, values in table.columns.items()}
    return dataclasses.replace(table, columns=columns, geometries=None)


def suppressed(table):
    """The table with everything that discloses something taken out."""
    columns = {
        name: np.full(len(table), None, dtype=object)
        if table.row.columns[name].discloses
        else values
        for name, values in table.columns.items()
    }
    return dataclasses.replace(table, columns=columns, is_suppressed=True)


@pytest.mark.parametrize("template", TABLES)
def test_every_table_has_a_short_title_and_a_description_with_its_numbers(tables, template):
    finding = finding_of(tables[template])
    assert 0 < len(finding.headline) <= LONGEST_TITLE
    assert not finding.headline.endswith(".")
    assert finding.alternative_text.endswith(".")
    assert re.search(r"\d", finding.alternative_text)
    for text in (finding.headline, *finding.sentences, finding.alternative_text):
        assert not WRONG.search(text), text


@pytest.mark.parametrize("template", TABLES)
def test_a_table_without_rows_still_has_words(tables, template):
    finding = finding_of(emptied(tables[template]))
    assert finding.headline
    assert not WRONG.search(finding.alternative_text)


@pytest.mark.parametrize("template", TABLES)
def test_nothing_is_said_of_numbers_that_are_suppressed(tables, template):
    """What is said of a table whose numbers are all hidden is said of any other hidden one."""
    table = tables[template]
    finding = finding_of(suppressed(table))
    for text in (finding.headline, *finding.sentences, finding.alternative_text):
        assert not WRONG.search(text), text
    shown = {
        f"{value:,}"
        for name, column in table.columns.items()
        if table.row.columns[name].meaning.discloses.is_count
        for value in column.tolist()
        if isinstance(value, int) and value > 40
    }
    counts = {f"{value:,}" for value in table.provenance.counts.values() if value}
    said = set(re.findall(r"[\d,]*\d", " ".join((finding.headline, *finding.sentences))))
    assert not said & (shown - counts)


def altered(table, **columns):
    """The table with some columns of other values, one for all rows or one each."""
    changed = {}
    for name, values in columns.items():
        column = values if isinstance(values, list) else [values] * len(table)
        is_number = not any(value is None or isinstance(value, str) for value in column)
        changed[name] = np.array(column, dtype=None if is_number else object)
    return dataclasses.replace(table, columns={**table.columns, **changed})


def said(finding):
    return " ".join((finding.headline, *finding.sentences[1:]))


def test_a_table_without_any_hotspot_says_so(tables):
    table = tables["/v1/hotspots/{dataset}/{layer}"]
    finding = finding_of(altered(table, **{"class": "not significant"}))
    assert finding.headline.endswith("none of 16 areas is hot or cold beyond chance")
    assert finding.sentences[-1].startswith("None of 16 areas is hot or cold beyond chance")
    assert finding.alternative_text.endswith("Areas by class: not significant 16.")


def test_a_change_that_is_not_significant_is_called_none(tables):
    table = tables["/v1/tables/{dataset}/comparison"]
    finding = finding_of(altered(table, p_value=0.06, q_value=0.06))
    assert "no change beyond chance" in finding.headline
    assert not re.search(r"\b(more|fewer|rose|fell)\b", said(finding))
    assert re.search(r"\b(more|fewer)\b", said(finding_of(altered(table, p_value=0.001))))


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (None, "no count is shown"),
        (0, "no incident is shown"),
        (None, "incidents by hour and day of the week"),
        (0, "no incident has a known hour and day of the week"),
    ],
)
def test_a_cross_table_without_a_leader_says_no_more_than_it_shows(clock, counts, said):
    is_row, is_column = (
        ~np.isin(clock.columns[name].astype(str), APART) for name in ("row", "column")
    )
    known = np.where(is_row & is_column, counts, 7 if "hour" in said else counts)
    assert finding_of(altered(clock, count=known.tolist())).headline.endswith(said)


def test_priorities_without_an_emerging_area_say_none(tables):
    table = altered(tables["/v1/growth/{dataset}/priorities"], priority="preventing")
    assert re.search(r"Of \d+ areas none is emerging", said(finding_of(table)))


def test_a_measure_of_weeks_is_told_from_the_first_day_to_the_last(tables):
    table = tables["/v1/measures/trend/{layer}"]
    weeks = ["2020-01-06/2020-01-12", "2020-01-13/2020-01-19"]
    codes, rows = ["C1", "C1"], [0] * 2
    whole = {name: values[rows] for name, values in table.columns.items()}
    twice = dataclasses.replace(table, columns=whole, geometries=None)
    finding = finding_of(
        altered(twice, code=codes, period=weeks, value=[50.0, 40.0], change_percent=[0.0, -20.0])
    )
    assert "from 2020-01-06 to 2020-01-19" in finding.sentences[0]


def test_twelve_incidents_have_no_per_cent_and_no_leader(tables):
    table = tables["/v1/tables/{dataset}/breakdown"]
    counts = [5, 4, 3][: len(table)]
    finding = finding_of(altered(table, count=counts))
    assert "%" not in said(finding)
    assert "none stands out as having the most incidents" in said(finding)
    assert "5 of 12" in said(finding)


def test_months_without_data_are_not_months_without_incidents(tables):
    table = tables["/v1/tables/{dataset}/trend"]
    counts = [None, None, *table.columns["count"].tolist()[2:]]
    days = np.array([0, 0, *table.columns["days"].tolist()[2:]])
    gaps = dataclasses.replace(table, columns={**table.columns, "days": days})
    finding = finding_of(altered(gaps, count=counts, rate=counts, lower=counts, upper=counts))
    assert "of 2 months nothing is known" in said(finding)
    assert "of 2 months is nothing known" in finding.alternative_text
    assert not re.search(r"\b0 (in|to)\b", finding.alternative_text)


def test_a_year_that_is_not_whole_is_compared_with_none(tables):
    table = tables["/v1/tables/{dataset}/trend"]
    assert "2024" in finding_of(table).headline
    days = table.columns["days"].copy()
    days[3] -= 1
    part = dataclasses.replace(table, columns={**table.columns, "days": days})
    assert not re.search("chance|more|fewer", said(finding_of(part)))


def test_the_highest_value_of_a_map_is_not_the_highest_area_where_chance_may_make_it(tables):
    table = tables["/v1/choropleths/{dataset}/{layer}"]
    few = [3, 2, *[1] * (len(table) - 2)]
    finding = finding_of(altered(table, count=few, value=few))
    assert finding.headline.endswith("no area stands out from chance as the highest")
    assert "chance does not tell it from that of 15 other areas" in finding.sentences[-1]
    sure = finding_of(altered(table, count=[900, *few[1:]], value=[900, *few[1:]]))
    assert "the highest value is that of" in sure.headline


def test_ranks_that_cannot_be_told_apart_are_not_told_apart(tables):
    table = tables["/v1/tables/{dataset}/ranked/{layer}"]
    rank = [None if value is None else 1 for value in table.columns["rank"].tolist()]
    assert "none stands out" in finding_of(altered(table, rank_best=rank)).headline
    alone = [value if value in (None, 1) else 2 for value in table.columns["rank"].tolist()]
    assert "has the most incidents" in finding_of(altered(table, rank_best=alone)).headline


def test_a_long_sentence_is_cut_where_a_thought_ends():
    sentence = f"{'Long ' * 15}first thought; and a second one that has no room."
    assert shortened(sentence) == f"{'Long ' * 15}first thought"
    assert shortened("Short: whole.") == "Short: whole"


def test_a_cross_table_in_which_nothing_leads_is_not_said_to_be_empty(tables):
    table = tables["/v1/tables/{dataset}/crosstab"]
    count = np.array([None, *table.columns["count"][1:]], dtype=object)
    partly = dataclasses.replace(table, columns={**table.columns, "count": count})
    assert "no incident" not in finding_of(partly).headline
    assert "no incident" not in finding_of(suppressed(table)).headline
