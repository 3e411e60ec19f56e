"""Places for patrols, against hexagons counted one by one."""

import collections
import datetime

import numpy as np
import pytest
import shapely

from service.assembly.resources import open_resources
from service.config.settings import Settings
from spatial.weights.tessellation import tessellate
from tests.service import people, world, years
from tests.service.answers import assert_same_rows, csv_of, json_of, rows_of
from tests.service.conftest import client_of

PATROLS = f"/v1/patrols/{world.DATASET}"
YEARS = f"/v1/patrols/{years.DATASET}"
GROUND = shapely.box(*world.bounds_m())


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = years.add(people.add(world.build(tmp_path_factory.mktemp("patrols"))))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def hexagon_of_each(xy_m, size_m=200.0):
    """The hexagon of each point, and the area of each, found among all of a grid."""
    grid = tessellate(GROUND, shape="hex", size_m=size_m)
    tree = shapely.STRtree(grid.geometries)
    point, area = tree.query(shapely.points(xy_m), predicate="intersects")
    first = dict(zip(point[::-1].tolist(), area[::-1].tolist(), strict=True))
    return [first.get(k) for k in range(len(xy_m))], grid


def test_hexagons_are_ranked_by_their_incidents(client):
    rows = rows_of(client, PATROLS, top=1_000)
    places = world.located_xy_m()
    hexagons, grid = hexagon_of_each(places)
    counts = collections.Counter(hexagon for hexagon in hexagons if hexagon is not None)
    assert [row["count"] for row in rows] == sorted(counts.values(), reverse=True)
    top = rows[0]
    best = max(counts, key=lambda k: (counts[k], -grid.column[k]))
    assert top["area_km2"] == pytest.approx(grid.geometries[best].area / 1e6)
    assert top["code"] == f"hex200-{grid.column[best]}-{grid.row[best]}"
    assert top["rank_best"] == 1


def test_codes_are_those_of_a_grid_of_the_same_size(client):
    codes = {row["code"] for row in rows_of(client, PATROLS, top=1_000)}
    of_grid = rows_of(client, f"/v1/choropleths/{world.DATASET}/hex:200", within="district:D1")
    of_grid += rows_of(client, f"/v1/choropleths/{world.DATASET}/hex:200", within="district:D2")
    located = {row["code"] for row in of_grid if row["count"]}
    assert codes == located


def test_records_add_up(client):
    counts = json_of(client, PATROLS, within="district:D1")["provenance"]["counts"]
    assert counts["records"] == len(world.RECORDS)
    parts = ("in_places", "in_layer_elsewhere", "outside", "not_located")
    assert sum(counts[name] for name in parts) == counts["records"]
    inside = [r for r in world.RECORDS if r.located and r.cell_of_place]
    assert counts["in_places"] == sum(world.DISTRICT_OF[r.cell_of_place] == "D1" for r in inside)
    assert counts["outside"] == 9


def test_shares_are_of_all_places_and_of_the_ground(client):
    rows = rows_of(client, PATROLS, top=1_000, size_m=500)
    assert rows[-1]["cumulative_share"] == pytest.approx(100.0)
    assert rows[-1]["cumulative_share_of_ground"] == pytest.approx(
        100.0 * sum(row["area_km2"] for row in rows) / (GROUND.area / 1e6)
    )
    assert sum(row["share"] for row in rows) == pytest.approx(100.0)


def test_a_quarter_is_hot_for_the_first_places_with_two_incidents_or_more(client):
    rows = rows_of(client, YEARS, top=3, quarters=4)
    cases = [case for case in years.CASES if case.day < datetime.date(2020, 10, 1)]
    cases = [case for case in cases if case.day >= datetime.date(2019, 10, 1)]
    all_places = np.array([world.place(case.cell, k) for k, case in enumerate(years.CASES)])
    hexagons, grid = hexagon_of_each(all_places)
    hot = collections.Counter()
    for quarter in {(case.day.year, (case.day.month - 1) // 3) for case in cases}:
        counts = collections.Counter(
            hexagons[k]
            for k, case in enumerate(years.CASES)
            if (case.day.year, (case.day.month - 1) // 3) == quarter
        )
        for hexagon, count in counts.items():
            above = sum(other >= count for other in counts.values())
            hot[f"hex200-{grid.column[hexagon]}-{grid.row[hexagon]}"] += count >= 2 and above <= 3
    assert {row["quarters"] for row in rows} == {4}
    assert {row["code"]: row["hot_quarters"] for row in rows} == {
        row["code"]: hot[row["code"]] for row in rows
    }


def test_halves_of_the_day_are_the_lists_of_their_hours(client):
    address = f"/v1/patrols/{people.DATASET}"
    both = rows_of(client, address, halves="7-19", top=5)
    day = rows_of(client, address, hours="07-19", top=5)
    night = rows_of(client, address, hours="19-07", top=5)
    assert [row["hours"] for row in both] == ["07-19"] * len(day) + ["19-07"] * len(night)
    for row, alone in zip(both, [*day, *night], strict=True):
        for name in ("code", "rank", "count", "rank_best", "rank_worst", "hot_quarters"):
            assert row[name] == alone[name]
    notes = json_of(client, address, halves="07-19")["provenance"]["notes"]
    assert any("are left out: their" in note for note in notes)


def test_harm_ranks_places_by_days(client):
    answer = json_of(client, PATROLS, rank_by="harm", top=1_000)
    rows = answer["rows"]
    assert [row["harm"] for row in rows] == sorted((row["harm"] for row in rows), reverse=True)
    known = [r for r in world.RECORDS if r.category in world.HARM and r.cell_of_place]
    assert sum(row["harm"] for row in rows) == pytest.approx(
        sum(world.HARM[r.category] for r in known)
    )
    assert {row["rank_best"] for row in rows} == {None}
    assert any("no limits" in note for note in answer["provenance"]["notes"])


def test_files_have_the_rows_of_the_answer(client):
    assert_same_rows(csv_of(client, f"{PATROLS}.csv"), rows_of(client, PATROLS))


def test_nothing_of_the_study_area_within_is_refused(client):
    answer = client.get(PATROLS, params={"within": "circle:100000,100000,50"})
    assert answer.status_code == 422
    assert "nothing of the study area" in answer.json()["detail"]


def test_two_ways_to_choose_hours_are_refused(client):
    answer = client.get(PATROLS, params={"halves": "07-19", "hours": "22-03"})
    assert answer.status_code == 422
    assert "name one of them" in answer.text


def test_half_of_the_day_is_a_part_of_it(client):
    answer = client.get(PATROLS, params={"halves": "0-24"})
    assert answer.status_code == 422
    assert "part of the day" in answer.text


def test_the_capture_curve_ends_with_all_places(client):
    answer = json_of(client, f"{PATROLS}/capture")
    rows = answer["rows"]
    assert rows[-1]["share"] == pytest.approx(100.0)
    assert rows[-1]["places"] == answer["provenance"]["method"]["occupied_places"]
    listed = {row["places"]: row for row in rows}
    first = rows_of(client, PATROLS, top=1)[0]
    assert listed[1]["count"] == first["count"]
    assert listed[1]["area_km2"] == pytest.approx(first["area_km2"])
    for row in rows:
        assert row["lower"] <= row["expected_share"] <= row["upper"]
        assert row["expected_share"] <= row["share"] + 1e-9
    assert [row["share"] for row in rows] == sorted(row["share"] for row in rows)


def test_one_seed_gives_one_curve(client):
    def of(seed):
        return [row["expected_share"] for row in rows_of(client, f"{PATROLS}/capture", seed=seed)]

    assert of(1) == of(1) != of(2)


def test_a_forecast_is_judged_in_the_last_year_alone(client):
    last_year = datetime.date(2019, 11, 1), datetime.date(2020, 11, 1)  # data end in November
    places = np.array([world.place(case.cell, k) for k, case in enumerate(years.CASES)])
    hexagons, _ = hexagon_of_each(places)
    case_of = list(zip(hexagons, (case.day for case in years.CASES), strict=True))
    before = collections.Counter(place for place, day in case_of if day < last_year[0])
    after = [place for place, day in case_of if last_year[0] <= day < last_year[1]]
    ranked = before.most_common()
    # No two places share the end of the list.
    top = next(n for n in range(3, 40) if ranked[n - 1][1] > ranked[n][1])
    hits = sum(place in dict(ranked[:top]) for place in after)

    answer = json_of(client, f"{YEARS}/forecast", top=top)
    method = answer["provenance"]["method"]
    assert method["test"] == "year"
    (test,) = method["tests"]
    assert test["period"] == "2019-11 to 2020-10"
    rows = {row["ranking"]: row for row in answer["rows"]}
    plain = rows["all before"]
    assert plain["count"] == pytest.approx(hits)
    assert plain["hit_rate"] == pytest.approx(100.0 * hits / len(after))
    assert plain["pai"] == pytest.approx(plain["hit_rate"] / plain["share_of_ground"])
    assert rows["forecast"]["candidate"] == test["candidate"]
    assert rows["forecast"]["hit_rate"] == rows[test["candidate"]]["hit_rate"]
    assert rows["at random"]["pai"] == pytest.approx(1.0)
    assert rows["last year alone"]["above_last"] is None


def test_the_candidate_does_not_depend_on_the_period_it_is_judged_in(client):
    whole = json_of(client, f"{YEARS}/forecast", top=4, to="2020-10")["provenance"]["method"]
    damage = json_of(client, f"{YEARS}/forecast", top=4, test="quarter", to="2020-09")
    tests = damage["provenance"]["method"]["tests"]
    assert len(tests) == 12
    cut = json_of(client, f"{YEARS}/forecast", top=4, test="quarter", to="2020-06")
    earlier = {test["period"]: test["candidate"] for test in tests}
    for test in cut["provenance"]["method"]["tests"]:
        if test["period"] in earlier:
            assert earlier[test["period"]] == test["candidate"]
    assert whole["tests"]


def test_a_year_is_not_tested_where_the_data_are_too_short_for_it(client):
    answer = client.get(f"{YEARS}/forecast", params={"from": "2019-10", "test": "year"})
    assert answer.status_code == 422
    assert "quarter or month" in answer.json()["detail"]
    short = json_of(client, f"{YEARS}/forecast", **{"from": "2019-10"})
    assert short["provenance"]["method"]["test"] == "quarter"
    assert any("too short" in note for note in short["provenance"]["notes"])


def test_two_months_are_tested_without_a_choice(client):
    period = {"from": "2020-09", "to": "2020-10"}
    answer = json_of(client, f"{YEARS}/forecast", **period)
    assert answer["provenance"]["method"]["tests"] == [
        {"period": "2020-10", "candidate": "all before"}
    ]
    assert any("Nothing is before" in note for note in answer["provenance"]["notes"])
    answer = client.get(f"{YEARS}/forecast", params={"from": "2020-10", "to": "2020-10"})
    assert answer.status_code == 422
    assert "two whole months" in answer.json()["detail"]


def test_a_forecast_of_harm_counts_days(client):
    rows = rows_of(client, f"{PATROLS}/forecast", rank_by="harm", test="quarter", top=5)
    names = [row["ranking"] for row in rows]
    assert "count of all before" in names
    assert "local empirical Bayes" not in names
    assert all(0 <= row["hit_rate"] <= 100 for row in rows)


def test_segments_need_roads(client):
    answer = client.get(PATROLS, params={"by": "segments"})
    assert answer.status_code == 404
    assert "road" in answer.json()["detail"]


def test_too_few_incidents_have_no_expected_share_and_the_answer_says_so(client):
    answer = json_of(
        client, f"{PATROLS}/capture", **{"from": "2024-01-01", "to": "2024-01-10"},
        rank_by="harm",
    )  # fmt: skip
    rows = answer["rows"]
    assert 0 < rows[-1]["count"] < 10
    for name in ("expected_share", "lower", "upper"):
        assert {row[name] for row in rows} == {None}
    for name in ("expected_share_of_harm", "harm_lower", "harm_upper"):
        assert {row[name] for row in rows} == {None}
    notes = " ".join(answer["provenance"]["notes"])
    assert "The count has no expected share and no interval: both need 10 incidents" in notes
    assert "The harm has no expected share" in notes
    assert not any("captures" in text for text in answer["sentences"])
