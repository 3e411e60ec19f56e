"""The finding of every table: its title, its sentences and its picture in words."""

import dataclasses
import re

import numpy as np
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.http.table_routes import TABLES
from service.routes.workbooks import table_of
from service.sentences.findings.finding import finding_of, shortened
from service.sentences.findings.subjects import LONGEST_TITLE
from tests.service import world
from tests.service.addresses import addresses, few_draws, operations
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
        draws = "&".join(f"{k}={v}" for k, v in few_draws(operations(app)[template]).items())
        address += ("&" if "?" in address else "?") + draws if draws else ""
        made[template] = table_of(address).answer(resources).compute()
    return made


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


def test_a_long_sentence_is_cut_where_a_thought_ends():
    sentence = f"{'Long ' * 15}first thought; and a second one that has no room."
    assert shortened(sentence) == f"{'Long ' * 15}first thought"
    assert shortened("Short: whole.") == "Short: whole"
