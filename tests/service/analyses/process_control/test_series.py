"""Process limits and step changes of the counts that a trend has."""

import calendar
import datetime
import itertools
import random

import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.reference.events import EventStore
from service.store.source_files import SourceFile
from tests.service import gaps, world
from tests.service.answers import csv_of, json_of, rows_of
from tests.service.conftest import client_of

DATASET = "series"
TABLES = f"/v1/tables/{DATASET}"
CONTROL = f"{TABLES}/process-control"
CHANGES = f"{TABLES}/step-changes"
GAPS = f"/v1/tables/{gaps.LONG}/process-control"
MONTHS = [f"{year}-{month:02d}" for year in (2021, 2022, 2023) for month in range(1, 13)]
PERIOD = {"from": "2021-01", "to": "2023-12"}
JULY = datetime.date(2022, 7, 1)
A_DAY = {month: 2 if month < "2022-07" else 4 for month in MONTHS} | {"2021-09": 12}


def days_in(month):
    return calendar.monthrange(int(month[:4]), int(month[5:]))[1]


def counts():
    """Incidents of each month: a level of its own, with some noise."""
    draw = random.Random(3)
    return {month: A_DAY[month] * days_in(month) + draw.randrange(-9, 10) for month in MONTHS}


COUNTS = counts()


def records():
    for month, count in COUNTS.items():
        first = datetime.datetime.fromisoformat(f"{month}-01")
        for k in range(count):
            yield world.Record(
                "assault" if k % 3 else "robbery",
                first + datetime.timedelta(days=k % days_in(month)),
                "day",
                *world.place(world.CODES[k % 16], k),
            )


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = gaps.add(world.build(tmp_path_factory.mktemp("series")))
    IncidentStore(folder / "incidents", crs=world.CRS).append(
        DATASET,
        world.incident_rows(tuple(records())),
        files=[SourceFile.of("series.csv", b"series")],
    )
    EventStore(folder / "events").append(
        pa.table(
            {
                "event_id": ["codes", "rain"],
                "name": ["New codes", "Rain"],
                "first_day": [datetime.date(2022, 7, 1), datetime.date(2022, 1, 1)],
                "category": ["robbery", None],
                "is_break": [True, False],
            }
        ),
        file=SourceFile.of("events.csv", b"events"),
    )
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def limits_of(rates):
    """Mean and limits, with moving ranges screened once."""
    ranges = [abs(b - a) for a, b in itertools.pairwise(rates)]
    bound = 3.267 * sum(ranges) / len(ranges)
    usual = [each for each in ranges if each < bound]
    mean, reach = sum(rates) / len(rates), 2.66 * sum(usual) / len(usual)
    return mean, max(mean - reach, 0), mean + reach


def test_limits_are_those_of_counts_per_day_and_begin_anew_where_asked(client):
    rows = rows_of(client, CONTROL, category="assault", rebase="2022-07")
    count = [sum(k % 3 > 0 for k in range(COUNTS[month])) for month in MONTHS]
    assert [row["count"] for row in rows] == count
    rates = [n / days_in(month) for n, month in zip(count, MONTHS, strict=True)]
    assert [row["rate"] for row in rows] == pytest.approx(rates)
    for segment, part in ((1, slice(0, 18)), (2, slice(18, 36))):
        for row in rows[part]:
            assert row["segment"] == segment
            found = row["mean"], row["lower"], row["upper"]
            assert found == pytest.approx(limits_of(rates[part]))
    assert rows[18]["moving_range"] is None
    assert rows[19]["moving_range"] == pytest.approx(abs(rates[19] - rates[18]))


def test_the_direction_says_what_a_special_cause_means(client):
    words = {}
    for direction in ("increase", "decrease", "neutral"):
        rows = rows_of(client, CONTROL, rebase="2022-07", direction=direction)
        peak = next(row for row in rows if row["month"] == "2021-09")
        assert "outside limits" in peak["rules"]
        assert {row["variation"] for row in rows if not row["rules"]} == {"common cause"}
        words[direction] = peak["variation"]
    assert words == {
        "increase": "improvement high",
        "decrease": "concern high",
        "neutral": "neither high",
    }


@pytest.mark.parametrize(
    ("direction", "target", "assurance"),
    [
        ("decrease", 30, "pass"), ("decrease", 0.1, "fail"), ("decrease", 4, "hit and miss"),
        ("increase", 30, "fail"), ("increase", 0.1, "pass"),
    ],
)  # fmt: skip
def test_the_target_is_met_or_missed_by_the_limits_of_the_last_segment(
    client, direction, target, assurance
):
    query = {"direction": direction, "target_rate": target, "rebase": "2022-07"}
    summary = json_of(client, CONTROL, **query)["provenance"]["method"]["summary"]
    assert summary["assurance"] == assurance
    assert summary["step"] == "2023-12"
    assert summary["variation"] == "common cause"


def test_a_break_in_the_series_is_never_crossed_and_is_named(client):
    answer = json_of(client, CONTROL)
    assert [row["segment"] for row in answer["rows"]] == [1] * 18 + [2] * 18
    assert (
        "Limits begin anew on 2022-07-01: New codes (2022-07-01, robbery)."
        in (answer["provenance"]["notes"])
    )
    assert {row["segment"] for row in rows_of(client, CONTROL, category="assault")} == {1}


def test_the_season_is_that_of_the_trend_and_is_taken_out(client):
    trend = rows_of(client, f"{TABLES}/trend", include="season", category="assault")
    rows = rows_of(client, CONTROL, season="true", category="assault")
    adjusted = [row["rate"] / row["season"] for row in trend]
    assert [row["rate_adjusted"] for row in rows] == pytest.approx(adjusted)
    assert [row["rate"] for row in rows] == pytest.approx([row["rate"] for row in trend])
    assert rows[0]["mean"] == pytest.approx(limits_of(adjusted)[0])
    assert rows[0]["upper"] == pytest.approx(limits_of(adjusted)[2])
    (*_, level) = rows_of(client, CHANGES, season="true", category="assault")
    part = [row for row in trend if f"{row['month']}-01" >= level["first_day"]]
    exposure = sum(row["days"] * row["season"] for row in part)
    assert level["rate"] == pytest.approx(sum(row["count"] for row in part) / exposure)


def test_steps_without_data_are_not_judged_and_break_the_moving_range(client):
    answer = json_of(client, GAPS)
    by_month = {row["month"]: row for row in answer["rows"]}
    assert by_month["2024-05"]["count"] is None
    assert by_month["2024-05"]["variation"] is None
    assert by_month["2024-11"]["moving_range"] is None
    assert by_month["2024-02"]["moving_range"] is not None
    notes = " ".join(answer["provenance"]["notes"])
    assert "Not judged, and a break of moving ranges and runs: 2024-03" in notes


def test_a_step_covered_in_part_has_its_count_and_no_part_in_the_limits(client):
    query = {"from": "2023-01", "to": "2024-12", "step": "quarter"}
    answer = json_of(client, GAPS, **query)
    partial = next(row for row in answer["rows"] if row["month"] == "2024-01")
    assert partial["count"] > 0
    assert partial["variation"] is None
    whole = [row["rate"] for row in answer["rows"] if row["month"] < "2024"]
    assert answer["rows"][0]["mean"] == pytest.approx(sum(whole) / 4)
    assert any("fewer than 12" in note for note in answer["provenance"]["notes"])


@pytest.mark.parametrize(("step", "steps"), [("week", 156), ("financial-year", 2)])
def test_steps_are_those_of_a_trend(client, step, steps):
    control = json_of(client, CONTROL, step=step, rebase="2022-07", **PERIOD)
    trend = rows_of(client, f"{TABLES}/trend", step=step, **PERIOD)
    assert len(control["rows"]) == len(trend) == steps
    for row, counted in zip(control["rows"], trend, strict=True):
        for name in ("step", "first_day", "days", "count"):
            assert row[name] == counted[name]
        assert row["rate"] == pytest.approx(counted["rate"])
    levels = rows_of(client, CHANGES, step="week", **PERIOD)
    assert any(abs((day(row) - JULY).days) < 14 for row in levels)


def day(row):
    return datetime.date.fromisoformat(row["first_day"])


def test_few_counts_are_said_to_be_skewed(client):
    notes = json_of(client, "/v1/tables/callouts/process-control", category="fire")
    assert any("are few, 0.5 a step" in note for note in notes["provenance"]["notes"])


def test_a_step_change_is_found_where_it_is(client):
    first, second = rows_of(client, CHANGES, **{"category": "assault", "from": "2021-10"})
    assert (first["first_day"], first["last_day"]) == ("2021-10-01", "2022-06-30")
    assert first["p_value"] is None
    assert (second["first_day"], second["last_day"]) == ("2022-07-01", "2023-12-31")
    assert second["steps"] == 18
    assert second["p_value"] < 0.01
    assert second["ratio"] == pytest.approx(second["rate"] / first["rate"])
    assaults = [sum(k % 3 > 0 for k in range(COUNTS[month])) for month in MONTHS[18:]]
    assert second["count"] == sum(assaults)
    assert second["rate"] == pytest.approx(sum(assaults) / sum(map(days_in, MONTHS[18:])))


def test_steps_that_go_with_the_one_before_are_said(client):
    crossing = {"from": "2021-10", "category": "assault"}
    for address, is_said in ((CONTROL, True), (CHANGES, False)):
        notes = json_of(client, address, **crossing)["provenance"]["notes"]
        assert any("goes with the one before" in note for note in notes) == is_said


def test_no_step_change_is_one_level_and_said_so(client):
    answer = json_of(client, CHANGES, **{"from": "2022-07", "to": "2023-12"})
    assert len(answer["rows"]) == 1
    assert "No change of level is called at p 0.05." in answer["provenance"]["notes"]


def test_a_period_without_a_whole_step_has_no_rows_and_says_so(client):
    for address in (CONTROL, CHANGES):
        answer = json_of(client, address, **{"from": "2022-07-02", "to": "2022-07-20"})
        assert answer["rows"] == []
        assert any("no whole month" in note for note in answer["provenance"]["notes"])
    wrong = client.get(CONTROL, params={"from": "2022-07", "to": "2022-08", "rebase": "2022-09"})
    assert wrong.status_code == 422
    assert "from 2022-07-01 to 2022-08-31" in wrong.text


def test_a_season_is_of_months_or_quarters(client):
    answer = client.get(CHANGES, params={"season": "true", "step": "week"})
    assert answer.status_code == 422
    assert "season=true needs step=month or quarter" in answer.text


def test_a_target_needs_a_direction(client):
    answer = client.get(CONTROL, params={"target_rate": 3})
    assert answer.status_code == 422
    assert "direction=increase or direction=decrease" in answer.text


def test_the_csv_has_the_same_numbers(client):
    rows = rows_of(client, CONTROL)
    for row, text in zip(rows, csv_of(client, f"{CONTROL}.csv"), strict=True):
        assert float(text["upper"]) == pytest.approx(row["upper"], rel=1e-5)
        assert (text["rules"], text["variation"]) == (row["rules"], row["variation"])
