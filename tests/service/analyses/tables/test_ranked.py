"""Ranked lists against the records, counted one by one."""

import itertools
from collections import Counter

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from service.analyses.tables.ranking import ranks_of
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import people, world
from tests.service.answers import column, csv_of, json_of, rows_of
from tests.service.conftest import client_of

RANKED = f"/v1/tables/{people.DATASET}/ranked"
YEARS = 731 / 365.25
COUNTS = Counter(person.record.cell for person in people.PEOPLE)
NOT_LOCATED = COUNTS.pop(None)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = people.add(world.build(tmp_path_factory.mktemp("ranked")))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def areas(rows):
    return [row for row in rows if row["code"] in world.CODES]


def behind(rows):
    return {row["code"]: row for row in rows if row["code"] not in world.CODES}


def test_areas_stand_by_their_counts_and_equal_ones_share_a_rank(client):
    rows = areas(rows_of(client, f"{RANKED}/cell"))
    assert {row["code"]: row["count"] for row in rows} == {c: COUNTS[c] for c in world.CODES}
    assert [row["count"] for row in rows] == sorted(COUNTS.values(), reverse=True)
    assert len(set(COUNTS.values())) < len(COUNTS)  # or nothing would be shared
    for row in rows:
        assert row["rank"] == 1 + sum(count > row["count"] for count in COUNTS.values())
        assert row["rank_best"] <= row["rank"] <= row["rank_worst"]


def test_limits_of_ranks_are_what_exact_tests_leave_open(client):
    rows = areas(rows_of(client, f"{RANKED}/cell"))
    count = [row["count"] for row in rows]
    tests = sorted(
        (binomtest(a, a + b, 0.5, alternative="greater").pvalue, j, k)
        for j, a in enumerate(count)
        for k, b in enumerate(count)
        if j != k
    )
    higher = np.zeros((len(count), len(count)), dtype=bool)
    for step, (p, j, k) in enumerate(tests):
        if p * (len(tests) - step) > 0.05:
            break
        higher[j, k] = True
    assert [row["rank_best"] for row in rows] == (1 + higher.sum(axis=0)).tolist()
    assert [row["rank_worst"] for row in rows] == (len(count) - higher.sum(axis=1)).tolist()


def test_the_rows_behind_the_areas_add_up_to_the_records_selected(client):
    answer = json_of(client, f"{RANKED}/cell", within="district:D1")
    counts = {code: row["count"] for code, row in behind(answer["rows"]).items()}
    of_west = sum(COUNTS[code] for code in world.CODES if world.DISTRICT_OF[code] == "D1")
    assert counts == {
        "areas": of_west,
        "elsewhere": sum(COUNTS.values()) - of_west,
        "outside": 0,
        "not located": NOT_LOCATED,
        "total": people.COUNT,
    }
    assert answer["provenance"]["counts"]["records"] == counts["total"]


@pytest.mark.parametrize(
    ("base", "whole"), [("areas", sum(COUNTS.values())), ("records", people.COUNT)]
)
def test_shares_are_of_their_base_and_add_up(client, base, whole):
    rows = rows_of(client, f"{RANKED}/cell", share_of=base, by="share")
    of_areas = areas(rows)
    for row in of_areas:
        assert row["share"] == pytest.approx(100 * row["count"] / whole)
    cumulative = np.cumsum([row["share"] for row in of_areas])
    np.testing.assert_allclose([row["cumulative_share"] for row in of_areas], cumulative)
    assert behind(rows)["areas"]["share"] == pytest.approx(cumulative[-1])
    assert (behind(rows)["not located"]["share"] is None) == (base == "areas")
    assert (behind(rows)["total"]["share"] is None) == (base == "areas")


def test_rates_are_per_year_with_exact_intervals_and_areas_without_one_come_last(client):
    answer = json_of(client, f"{RANKED}/cell", by="rate", denominator="residents", per=100)
    rows = areas(answer["rows"])
    for row in rows[:-2]:
        exposure = world.RESIDENTS[row["code"]] * YEARS / 100
        assert row["rate"] == pytest.approx(row["count"] / exposure)
        lower = chi2.ppf(0.025, 2 * row["count"]) / 2 / exposure
        assert row["lower"] == pytest.approx(lower)
    values = [row["rate"] for row in rows[:-2]]
    assert values == sorted(values, reverse=True)
    assert {row["code"] for row in rows[-2:]} == {"C32", "C33"}
    assert {row["rank"] for row in rows[-2:]} == {row["rate"] for row in rows[-2:]} == {None}
    notes = " ".join(answer["provenance"]["notes"])
    assert "2 areas have no rate, and so no rank" in notes
    assert behind(answer["rows"])["areas"]["rate"] is None  # one area's residents are not known
    whole = rows_of(client, f"{RANKED}/cell", denominator="residents", within="district:D1")
    people_of_west = sum(
        world.RESIDENTS[code] for code in world.CODES if world.DISTRICT_OF[code] == "D1"
    )
    row = behind(whole)["areas"]
    assert row["rate"] == pytest.approx(1000 * row["count"] / people_of_west / YEARS)


def test_a_threshold_flags_what_is_at_it_or_above_and_says_how_many(client):
    threshold = sorted(COUNTS.values())[-4]
    answer = json_of(client, f"{RANKED}/cell", threshold=threshold)
    flags = column(areas(answer["rows"]), "is_flagged")
    assert flags == {code: COUNTS[code] >= threshold for code in world.CODES}
    assert {row["is_flagged"] for row in behind(answer["rows"]).values()} == {None}
    flagged = sum(flags.values())
    said = f"{flagged} areas are flagged, of 16: those with a count of {threshold} or more."
    assert said in answer["provenance"]["notes"]
    rate = json_of(client, f"{RANKED}/cell", by="rate", denominator="residents", threshold=1e6)
    assert column(areas(rate["rows"]), "is_flagged")["C33"] is None
    assert "0 areas are flagged" in " ".join(rate["provenance"]["notes"])


def test_the_top_keeps_all_that_share_its_last_rank_and_the_totals_of_all(client):
    full = areas(rows_of(client, f"{RANKED}/cell"))
    shared = next(a["rank"] for a, b in itertools.pairwise(full) if a["rank"] == b["rank"])
    rows = rows_of(client, f"{RANKED}/cell", top=shared)
    assert areas(rows) == [row for row in full if row["rank"] <= shared]
    assert len(areas(rows)) > shared
    assert behind(rows)["areas"]["count"] == sum(COUNTS.values())


def test_areas_of_one_name_are_told_apart_by_the_larger_area(client, tmp_path):
    rows = areas(rows_of(client, f"{RANKED}/cell", larger_layer="district"))
    names = {"D1": "West", "D2": "East"}
    assert column(rows, "larger_area") == {c: names[world.DISTRICT_OF[c]] for c in world.CODES}
    grid = rows_of(client, f"{RANKED}/square:2000", larger_layer="cell")
    assert grid[0]["larger_area"] in world.NAMES.values()


def test_a_period_without_incidents_has_no_shares_and_one_rank(client):
    answer = json_of(
        client, f"{RANKED}/cell", **{"from": "2023-05-02", "to": "2023-05-02"}, hours="03-04",
        attribute="sex:Female",
    )  # fmt: skip
    assert behind(answer["rows"])["total"]["count"] == 0
    assert {row["share"] for row in answer["rows"]} == {None}
    assert {row["rank"] for row in areas(answer["rows"])} == {1}
    assert "Any of 16 of the 16 areas may truly be the first" in " ".join(
        answer["provenance"]["notes"]
    )


def test_a_grid_of_more_rates_than_are_compared_is_ranked_without_limits(client):
    answer = json_of(client, f"{RANKED}/cell")
    assert answer["provenance"]["method"]["ranks"]
    count = np.arange(3_000)
    sets, has_limits = ranks_of(count, np.ones(3_000))
    assert not has_limits
    assert sets.rank.tolist() == list(range(3_000, 0, -1))
    assert not sets.best.any()


def test_the_csv_is_the_table_that_json_has(client):
    rows = rows_of(client, f"{RANKED}/cell", threshold=20)
    lines = csv_of(client, f"{RANKED}/cell.csv", threshold=20)
    assert [line["code"] for line in lines] == [row["code"] for row in rows]
    assert [line["count"] for line in lines] == [str(row["count"]) for row in rows]
