"""What stands above a chart: names instead of codes, dates in words, and minus signs."""

import dataclasses

import numpy as np
import pytest

from service.model.answers import Provenance, Table
from service.model.rows import NOTHING, Row, column
from service.render.charts.captions import in_words, subtitle_of


class NoRow(Row):
    code: str = column("Code.", NOTHING)


PROVENANCE = Provenance(
    sources={
        "dataset": {"id": "d", "title": "Thefts (synthetic)"},
        "within": {"id": "district:X1", "name": "Northtown"},
    },
    filter={"within": "district:X1"},
    method={"name": "of nothing"},
    counts={},
    synthetic=True,
    software="hotspot-atlas",
)


def subtitle(selection):
    whole = dataclasses.replace(PROVENANCE, filter={**PROVENANCE.filter, **selection})
    return subtitle_of(Table("thing", NoRow, {"code": np.array([], object)}, whole), "Incidents")


@pytest.mark.parametrize(
    ("selection", "subject"),
    [
        ({}, "Thefts"),
        ({"categories": ["Burglary"]}, "Burglary"),
        ({"attributes": {"kind": ["crime"]}}, "Thefts, crime"),
        ({"categories": ["Burglary"], "markers": ["knife"]}, "Burglary, knife"),
    ],
)
def test_a_subtitle_names_what_is_counted_and_the_place(selection, subject):
    assert subtitle(selection) == f"Incidents, {subject}, Northtown"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("changed by -11.2 % and -3", "changed by \u221211.2 % and \u22123"),
        ("aged 10-14 in 2018-19 (-5)", "aged 10-14 in 2018-19 (\u22125)"),
        ("to 2019-10 or 2019-10-05", "to October 2019 or 5 October 2019"),
        ("CB1-2 and COVID-19", "CB1-2 and COVID-19"),
    ],
)
def test_negative_numbers_have_a_minus_and_ranges_their_hyphen(text, words):
    assert in_words(text) == words
