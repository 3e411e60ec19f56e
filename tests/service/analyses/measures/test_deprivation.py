"""Deprivation of the small county, against ranks worked out one by one."""

import math
from collections import Counter

import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.queries.tables.measures import DeprivationQuery
from service.store.reference.measures import MeasureStore
from service.store.source_files import SourceFile
from spatial.errors import InvalidParameterError
from tests.service import world
from tests.service.answers import json_of, rows_of

DEPRIVATION = "/v1/measures/deprivation/cell"
INCIDENTS = f"/v1/tables/{world.DATASET}/deprivation"
DECILES = {code: int(world.decile(rank)) for code, rank in world.RANKS.items()}
EARLIER = {code: int(world.decile(rank)) for code, rank in world.EARLIER_RANKS.items()}


def test_areas_are_listed_most_deprived_first_with_their_larger_area_and_move(client):
    rows = rows_of(client, DEPRIVATION, larger_layer="district", baseline_edition="2015")
    assert [row["code"] for row in rows] == [*sorted(world.RANKS, key=world.RANKS.get), "C33"]
    for row in rows:
        code = row["code"]
        assert row["larger_code"] == world.DISTRICT_OF[code]
        assert row["rank"] == world.RANKS.get(code)
        assert row["baseline_decile"] == EARLIER[code]
        move = None if code == "C33" else DECILES[code] - EARLIER[code]
        assert row["move"] == move
        assert row["comparison"] == ("not known in both" if move is None else "same area")


def test_the_ends_are_the_most_and_the_least_deprived_whose_rank_is_known(client):
    ranked = sorted(world.RANKS, key=world.RANKS.get)
    rows = rows_of(client, DEPRIVATION, ends="2")
    assert [row["code"] for row in rows] == [*ranked[:2], *ranked[-2:]]
    notes = json_of(client, DEPRIVATION, baseline_edition="2015")["provenance"]["notes"]
    moves = [DECILES[code] - EARLIER[code] for code in DECILES]
    assert (
        f"imd of 2019: of 15 areas {sum(k <= 3 for k in DECILES.values())} are in deciles 1 to 3 "
        f"and {sum(k >= 8 for k in DECILES.values())} in deciles 8 to 10; of 15 compared with "
        f"2015 {sum(move < 0 for move in moves)} moved to a more deprived decile and "
        f"{sum(move > 0 for move in moves)} to a less deprived one."
    ) in notes


def test_areas_per_decile_add_up_with_those_whose_decile_is_not_known(client):
    rows = rows_of(client, DEPRIVATION, by="decile")
    counts = Counter(DECILES.values())
    assert [(row["decile"], row["areas"]) for row in rows] == [
        *((k, counts[k]) for k in range(1, 11)),
        (None, 1),
    ]
    assert sum(row["share"] or 0 for row in rows) == pytest.approx(100)
    wide = rows_of(client, DEPRIVATION, by="decile", layout="wide")
    assert wide[0]["total"] == len(world.CODES)
    shares = rows_of(client, DEPRIVATION, by="decile", layout="wide", cells="share")
    assert shares[0]["total"] == pytest.approx(100)
    assert shares[0]["3"] == pytest.approx(100 * counts[3] / 15)


@pytest.mark.parametrize(("percent", "out_of"), [("30", ""), ("35", "160"), ("5", "160")])
def test_the_most_deprived_share_by_larger_area(client, percent, out_of):
    query = {"by": "layer:district", "percent": percent} | ({"out_of": out_of} if out_of else {})
    rows = rows_of(client, DEPRIVATION, **query)
    for row in rows:
        ranks = [
            rank for code, rank in world.RANKS.items() if world.DISTRICT_OF[code] == row["code"]
        ]
        number = sum(rank <= float(percent) / 100 * world.RANKED for rank in ranks)
        assert (row["areas"], row["most_deprived"]) == (len(ranks), number)
        assert row["share"] == pytest.approx(100 * number / len(ranks))
    wide = rows_of(client, DEPRIVATION, **query, layout="wide")
    assert [row["row"] for row in wide] == ["D1", "D2", "total"]
    assert wide[-1]["imd"] == sum(row["most_deprived"] for row in rows)


def test_moves_are_counted_and_what_is_not_compared_says_why(client):
    rows = rows_of(client, DEPRIVATION, by="move", baseline_edition="2015")
    counts = Counter(DECILES[code] - EARLIER[code] for code in DECILES)
    assert {row["move"]: row["areas"] for row in rows} == {**counts, None: 1}
    assert rows[-1]["comparison"] == "not known in both"


def test_deciles_are_computed_from_ranks_where_their_number_is_said(own_county):
    store = MeasureStore(own_county / "measures")
    rows = pa.table(
        {
            "layer": ["cell"] * len(world.RANKS),
            "area_code": list(world.RANKS),
            "measure": ["income-rank"] * len(world.RANKS),
            "period": ["2019"] * len(world.RANKS),
            "value": list(world.RANKS.values()),
        }
    )
    store.append(rows, file=SourceFile.of("income.csv", b"income"))
    deprivation = open_resources(Settings(data_dir=own_county)).deprivation
    with pytest.raises(InvalidParameterError, match="such as 32844"):
        deprivation.table("cell", DeprivationQuery(domain=("income",)))
    with pytest.raises(InvalidParameterError, match="whole numbers from 1 to 100"):
        deprivation.table("cell", DeprivationQuery(domain=("income",), out_of=100))
    table = deprivation.table("cell", DeprivationQuery(domain=("income",), out_of=world.RANKED))
    assert dict(zip(table.columns["code"], table.columns["decile"], strict=True)) == {
        **DECILES, "C33": None,
    }  # fmt: skip
    assert table.provenance.method["deciles"]["income"].startswith("computed")


def test_incidents_by_decile_add_up_to_the_records_selected(client):
    answer = json_of(client, INCIDENTS, layer="cell", denominator="residents")
    expected: Counter[str] = Counter()
    for code, number in world.cell_counts().items():
        expected[str(DECILES.get(code, "not known"))] += number
    placed = world.placements()
    expected += Counter({"outside": placed["outside"], "not located": placed["not_located"]})
    rows = answer["rows"]
    assert {row["decile"]: row["count"] for row in rows if row["count"]} == expected
    assert sum(row["count"] for row in rows) == answer["provenance"]["counts"]["records"]
    for row in rows:
        codes = [code for code in DECILES if str(DECILES[code]) == row["decile"]]
        residents = [world.RESIDENTS.get(code, math.nan) for code in codes]
        over = sum(residents)
        if not codes or math.isnan(over) or not over:
            assert row["rate"] is None
            continue
        assert row["rate"] == pytest.approx(1000 * row["count"] / over / (731 / 365.25))
        assert row["lower"] <= row["rate"] <= row["upper"]


def test_incidents_within_an_area_are_told_from_those_elsewhere(client):
    rows = rows_of(client, INCIDENTS, layer="cell", within="district:D2")
    by_decile = {row["decile"]: row["count"] for row in rows}
    inside = sum(
        number for code, number in world.cell_counts().items() if world.DISTRICT_OF[code] == "D2"
    )
    others = ("elsewhere", "outside", "not located")
    assert sum(n for decile, n in by_decile.items() if decile not in others) == inside
    assert by_decile["elsewhere"] == sum(world.cell_counts().values()) - inside


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"by": "colour"}, "area, decile, move or layer:"),
        ({"by": "move"}, "baseline_edition"),
        ({"by": "decile", "larger_layer": "district"}, "by=area"),
        ({"layout": "wide"}, "by=decile"),
        ({"by": "layer:district", "layout": "wide", "cells": "share"}, "by=decile"),
        ({"domain": "income"}, "imd-decile, imd-rank"),
        ({"edition": "2010"}, "imd-decile of 2015"),
        ({"by": "layer:nowhere"}, "district, cell"),
        ({"by": "layer:district", "percent": "15"}, "multiple of 10"),
        ({"baseline_edition": "2015", "baseline_layer": "district"}, "cell"),
        ({"within": "district:D9"}, "D1, D2"),
        ({"baseline_layer": "cell"}, "baseline_edition"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(client, query, text):
    answer = client.get(DEPRIVATION, params=query)
    assert answer.status_code in (404, 422)
    assert text in answer.text
