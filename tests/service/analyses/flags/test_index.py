"""An index of vulnerability of the small county, worked by hand."""

import json
import math

import numpy as np
import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.demo.vulnerability import RULES, shipped_rules
from service.queries.flags.rules import IndexRules, parsed_rules
from service.store.reference.measures import MeasureStore
from service.store.source_files import SourceFile
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of
from tests.service.housekeeping.folders import succeed

POOR = {code: 5.0 + int(code[1]) * 10 + int(code[2]) for code in world.CODES}
del POOR["C20"]
INDEX = {
    "id": "vulnerable",
    "title": "Vulnerable squares",
    "version": "3",
    "kind": "index",
    "layer": world.CELLS,
    "to": "2024-12",
    "threshold": 150,
    "bands": [{"risk": "Calm", "at_least": 0}, {"risk": "Look closer", "at_least": 150}],
    "parts": [
        {
            "id": "assaults",
            "title": "Assaults",
            "of": {
                "dataset": world.DATASET,
                "category": ["assault"],
                "months": 12,
                "denominator": "residents",
            },
        },
        {"id": "poor", "title": "Poor", "of": {"measure": "poor"}},
    ],
}


def assaults(year):
    return world.cell_counts(lambda r: r.category == "assault" and r.occurred.year == year)


def indices(year):
    """The index of each square: assaults over residents, and the poor, against their means."""
    counts = assaults(year)
    people = {code: number for code, number in world.RESIDENTS.items() if number}
    mean_rate = sum(counts[code] for code in people) / sum(people.values())
    mean_poor = float(np.mean(list(POOR.values())))
    return {
        code: 50 * (counts[code] / people[code] / mean_rate + POOR[code] / mean_poor)
        for code in people.keys() & POOR.keys()
    }


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = world.add_rules(world.build(tmp_path_factory.mktemp("index")), INDEX)
    rows = {
        "layer": [world.CELLS] * len(POOR),
        "area_code": list(POOR),
        "measure": ["poor"] * len(POOR),
        "period": ["2019"] * len(POOR),
        "value": list(POOR.values()),
    }
    MeasureStore(folder / "measures").append(pa.table(rows), file=SourceFile.of("poor", b"poor"))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def test_the_index_is_the_mean_of_its_parts_and_says_which(client):
    answer = json_of(client, "/v1/flags/vulnerable", layout="wide")
    expected = indices(2024)
    for row in answer["rows"]:
        code = row["code"]
        assert row["index"] == pytest.approx(expected.get(code)), code
        if code in expected:
            assert row["index"] == pytest.approx((row["assaults_index"] + row["poor_index"]) / 2)
            assert row["risk"] == ("Look closer" if expected[code] >= 150 else "Calm")
        else:
            assert (row["risk"], row["risk_at_most"]) == ("not known", "not known")
    known = [row["index"] for row in answer["rows"] if row["index"] is not None]
    assert known == sorted(known, reverse=True)
    assert len(known) == len(expected) == 13


def test_the_mean_is_of_all_areas_whatever_is_asked_for(client):
    whole = {row["code"]: row["index"] for row in rows_of(client, "/v1/flags/vulnerable")}
    half = rows_of(client, "/v1/flags/vulnerable", within="district:D1")
    assert {row["code"]: row["index"] for row in half} == {
        code: whole[code] for code in world.CODES if world.DISTRICT_OF[code] == "D1"
    }


def test_earlier_periods_have_their_own_incidents_and_mean(client):
    earlier = indices(2023)
    for row in rows_of(client, "/v1/flags/vulnerable", layout="wide", periods=1):
        now = indices(2024).get(row["code"], math.nan)
        in_a_row = 0 if not now >= 150 else 2 if earlier[row["code"]] >= 150 else 1
        assert row["index_in_a_row"] == in_a_row


def test_the_probability_of_the_index_is_of_its_counts(client):
    rows = rows_of(client, "/v1/flags/vulnerable", layout="wide")
    for row in rows:
        if row["index"] is None:
            assert row["index_probability"] is None
        else:
            assert 0 <= row["index_probability"] <= 1
        assert row["poor_probability"] is None
    assert rows[0]["index_probability"] > 0.9
    same = rows_of(client, "/v1/flags/vulnerable", layout="wide")
    assert same == rows
    other = rows_of(client, "/v1/flags/vulnerable", layout="wide", seed=1)
    stated = [row["index_probability"] for row in rows]
    assert stated != [row["index_probability"] for row in other]


def test_the_long_layout_shows_each_part_with_its_mean(client):
    rows = [r for r in rows_of(client, "/v1/flags/vulnerable") if r["flag"] == "poor"]
    (mean,) = {row["mean"] for row in rows}
    assert mean == pytest.approx(np.mean(list(POOR.values())))
    for row in rows:
        assert row["value"] == POOR.get(row["code"])
        if row["value"] is not None:
            assert row["part_index"] == pytest.approx(100 * row["value"] / mean)


def test_rules_are_deleted_alone_and_with_what_professionals_said(own_county):
    world.add_rules(own_county, INDEX)
    succeed(own_county, "delete", "flag-rules", "risk", "--yes", "--purge", "--now")
    assert [
        r.rules_id for r in open_resources(Settings(data_dir=own_county)).flag_rules.all()
    ] == ["vulnerable"]
    left = [
        p for p in (own_county / "flag_rules").rglob("*.parquet") if b"Nights" in p.read_bytes()
    ]
    assert not left


def test_the_demonstration_ships_flags_and_an_index():
    shipped = {rules.rules_id: json.loads(rules.document) for rules in shipped_rules()}
    assert tuple(shipped) == RULES
    index = parsed_rules(json.dumps(shipped["vulnerable-localities"]), label="shipped")
    assert isinstance(index, IndexRules)
    assert len(index.parts) == 6
    assert index.threshold == 200
