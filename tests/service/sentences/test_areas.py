"""The sentence of an area: its count, its z and its class in one breath, without contradiction."""

import dataclasses

import pytest

from service.sentences.areas import MapArea, area_sentence
from tests.service import blocks, world
from tests.service.answers import json_of, rows_of

MISSING = float("nan")
HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{blocks.BLOCKS}"
HOT = MapArea(
    count=14,
    value=14.0,
    mean=5.6,
    unit="",
    z_score=5.61,
    q_value=0.0003,
    class_name="hot 99",
    neighbours=8,
    is_untold=False,
    tested=64,
)


def sentence(**changes):
    return area_sentence(dataclasses.replace(HOT, **changes))


def test_a_hot_area_has_more_around_it_than_chance_would_have():
    assert sentence() == (
        "Hot at 99 %: 14 incidents here, and around it more than chance would have in its 8 "
        "neighbours (z 5.61, q < 0.001)."
    )


def test_an_area_without_incidents_may_be_hot_and_the_sentence_says_why():
    assert sentence(count=0, value=0.0).startswith("Hot at 99 %: no incident here, but around it")


@pytest.mark.parametrize(
    ("class_name", "value", "words"),
    [
        ("cold 95", 0.0, "and around it less"),
        ("cold 95", 9.0, "but around it less"),
        ("high outlier 90", 9.0, "but around it less"),
        ("low outlier 90", 0.0, "but around it more"),
    ],
)
def test_cold_areas_and_outliers_say_which_way(class_name, value, words):
    assert words in sentence(class_name=class_name, value=value)


def test_a_striking_z_that_is_not_significant_is_explained_by_the_number_of_areas():
    assert sentence(class_name="not significant", z_score=2.46, q_value=0.151) == (
        "Not significant: 14 incidents here; a z of 2.46 is what chance gives some of 64 areas "
        "(q = 0.151)."
    )


def test_an_area_beyond_all_draws_is_not_called_and_not_cleared():
    text = sentence(class_name="not significant", is_untold=True)
    assert "cannot be told" in text
    assert "Not significant" not in text


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({"value": MISSING}, "Not tested, without a value: 14 incidents here."),
        ({"neighbours": 0}, "Not tested, without a neighbour: 14 incidents here."),
        ({}, "Not tested, as the notes say: 14 incidents here."),
    ],
)
def test_an_area_that_was_not_tested_says_why(changes, begins):
    untested = {"class_name": "not tested", "z_score": MISSING, "q_value": MISSING}
    assert sentence(**untested, **changes) == begins


def test_a_rate_stands_beside_its_count():
    unit = "incidents per 1,000 residents per year"
    assert f"14 incidents (53.6 {unit}) here" in sentence(value=53.6, unit=unit)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"measure": "rate", "denominator": "residents"},
        {"permutations": 19},
        {"permutations": 0},
        {"statistic": "local-moran"},
        {"neighbours": "distance:100"},
        {"category": "fire"},
        {"correction": "none"},
    ],
)
def test_every_sentence_of_a_map_agrees_with_its_row(blocks_client, query):
    for row in rows_of(blocks_client, HOTSPOTS, **query, sentences="true"):
        text = row["sentence"]
        name, _, level = row["class"].rpartition(" ")
        own = "1 incident " if row["count"] == 1 else f"{row['count'] or 'no'} incident"
        assert own in text
        assert "nan" not in text
        if level in ("90", "95", "99"):
            assert text.startswith(f"{name.capitalize()} at {level} %")
        else:
            assert row["class"].capitalize() in text or "cannot be told" in text


def test_sentences_stand_in_the_rows_where_they_are_asked_for(blocks_client):
    assert "sentence" not in rows_of(blocks_client, HOTSPOTS)[0]
    answer = json_of(blocks_client, HOTSPOTS, sentences="true")
    assert len({row["sentence"] for row in answer["rows"]}) > 10
