"""Breakdowns against the records, counted one by one, and minute by minute."""

import datetime
import functools
import json
import random
from collections import Counter

import pyarrow as pa
import pytest
from scipy.stats import beta

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.model.incident_filter import WEEKDAYS
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import gaps, people, world
from tests.service.answers import csv_of, json_of, rows_of
from tests.service.conftest import client_of

BREAKDOWN = f"/v1/tables/{people.DATASET}/breakdown"
NIGHTS = "/v1/tables/nights/breakdown"
PERIODS = {
    "from": "2024-01", "to": "2024-12", "baseline_from": "2023-01", "baseline_to": "2023-12",
}  # fmt: skip
WEEK = datetime.timedelta(days=7)


def latest_times():
    """The latest time of each person's incident: missing, reversed, long, or some hours later."""
    draw = random.Random(4)
    for person in people.PEOPLE:
        minutes = draw.choice((0, 10, 95, 600, 2_000, 10_080, 11_000, -30, None))
        is_known = minutes is not None and person.record.precision == "minute"
        yield person.record.occurred + datetime.timedelta(minutes=minutes) if is_known else None


LATEST = tuple(latest_times())


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = gaps.add(people.add(world.build(tmp_path_factory.mktemp("breakdowns"))))
    latest = pa.array(LATEST, pa.timestamp("us"))
    IncidentStore(folder / "incidents", crs=world.CRS).append(
        "nights",
        people.rows_of(people.PEOPLE).append_column("occurred_to", latest),
        files=[SourceFile.of("nights.csv", b"nights")],
    )
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


@functools.cache
def minute_by_minute():
    """Each incident known to the minute, by the day and hour of each minute of its interval."""
    week = Counter()
    for person, latest in zip(people.PEOPLE, LATEST, strict=True):
        if person.record.precision != "minute":
            continue
        first = person.record.occurred
        minutes = 1 if latest is None else max(int((latest - first).total_seconds()) // 60, 1)
        for k in range(minutes):
            moment = first + datetime.timedelta(minutes=k)
            week[moment.weekday(), moment.hour] += 1 / minutes
    return week


def test_shares_are_of_what_is_recorded_and_what_is_missing_has_a_row(client):
    answer = json_of(client, BREAKDOWN, by="attribute:sex")
    counts = Counter(person.sex for person in people.PEOPLE)
    recorded = counts["Female"] + counts["Male"]
    rows = {row["key"]: row for row in answer["rows"]}
    assert list(rows) == ["Female", "Male", "not recorded"]
    for sex in ("Female", "Male"):
        row, count = rows[sex], counts[sex]
        assert row["count"] == count
        assert row["share"] == pytest.approx(100 * count / recorded)
        assert row["share_of_all"] == pytest.approx(100 * count / people.COUNT)
        assert row["lower"] == pytest.approx(100 * beta.ppf(0.025, count, recorded - count + 1))
        assert row["upper"] == pytest.approx(100 * beta.ppf(0.975, count + 1, recorded - count))
    missing = rows["not recorded"]
    assert (missing["count"], missing["share"], missing["is_recorded"]) == (
        counts[None],
        None,
        False,
    )
    summary = answer["provenance"]["method"]["summary"]
    assert summary["missing"]["attribute:sex"]["count"] == counts[None]
    assert any(f"{counts[None]} of 900 records" in note for note in answer["provenance"]["notes"])


def test_several_breakdowns_stand_one_below_the_other(client):
    axes = ["attribute:sex", "age:18-30", "layer:cell", "hour", "month"]
    rows = rows_of(client, BREAKDOWN, by=axes)
    assert list(dict.fromkeys(row["by"] for row in rows)) == axes
    for axis in axes:
        assert sum(row["count"] for row in rows if row["by"] == axis) == people.COUNT


def test_by_count_the_highest_comes_first_and_the_missing_last(client):
    rows = rows_of(client, BREAKDOWN, by="subcategory", sort="count")
    counts = [row["count"] for row in rows[:-1]]
    assert counts == sorted(counts, reverse=True)
    assert rows[-1]["key"] == "not recorded"


def test_shares_of_markers_may_add_up_to_more_than_a_hundred_and_it_is_said(client):
    answer = json_of(client, BREAKDOWN, by="marker")
    recorded = sum(person.marker is not None for person in people.PEOPLE)
    hate = sum("hate" in (person.marker or "") for person in people.PEOPLE)
    rows = {row["key"]: row for row in answer["rows"]}
    assert rows["hate"]["share"] == pytest.approx(100 * hate / recorded)
    assert sum(row["share"] or 0 for row in answer["rows"]) > 100
    assert any("more than 100 %" in note for note in answer["provenance"]["notes"])


def test_a_baseline_adds_the_change_of_each_part_and_of_all(client):
    answer = json_of(client, BREAKDOWN, by="marker", **PERIODS)
    in_2023 = [person for person in people.PEOPLE if person.record.occurred.year == 2023]
    hate = [sum("hate" in (p.marker or "") for p in part) for part in (in_2023, people.PEOPLE)]
    row = next(row for row in answer["rows"] if row["key"] == "hate")
    assert (row["baseline_count"], row["count"]) == (hate[0], hate[1] - hate[0])
    expected = row["baseline_count"] * 366 / 365
    assert row["change"] == pytest.approx(row["count"] - expected)
    assert row["change_percent"] == pytest.approx(100 * row["change"] / expected)
    assert 0 < row["p_value"] <= 1
    summary = answer["provenance"]["method"]["summary"]
    assert summary["records"] + summary["baseline_records"] == people.COUNT


@pytest.mark.parametrize("by", ["attribute:age", "subcategory", "weekday", "month-of-year"])
def test_a_baseline_has_the_counts_that_its_period_has_alone(client, by):
    rows = {
        row["key"]: row["baseline_count"] for row in rows_of(client, BREAKDOWN, by=by, **PERIODS)
    }
    alone = rows_of(client, BREAKDOWN, **{"by": by, "from": "2023-01", "to": "2023-12"})
    assert {key: count for key, count in rows.items() if count} == {
        row["key"]: row["count"] for row in alone if row["count"]
    }


def test_the_matrix_counts_hours_by_weekdays(client):
    answer = json_of(client, BREAKDOWN, by="hour-by-weekday")
    counts = Counter()
    for person in people.PEOPLE:
        moment, precision = person.record.occurred, person.record.precision
        hour = f"{moment.hour:02d}" if precision == "minute" else "not recorded"
        day = WEEKDAYS[moment.weekday()] if precision != "month" else "not recorded"
        counts[hour, day] += 1
    for row in answer["rows"][:25]:
        days = {day: counts[row["row"], day] for day in (*WEEKDAYS, "not recorded")}
        names = {"row": row["row"], "row_name": row["row_name"]}
        assert row == {**names, **days, "total": sum(days.values())}
    assert answer["rows"][25]["row"] == "total"
    assert answer["rows"][25]["total"] == people.COUNT
    assert sum(answer["provenance"]["method"]["days"].values()) == people.DAYS


def test_the_hours_after_midnight_of_a_filter_belong_to_the_day_before(client):
    rows = rows_of(client, BREAKDOWN, by="hour-by-weekday", hours="22-03", weekdays="fri")
    hours = Counter(
        person.record.occurred.hour
        for person in people.PEOPLE
        if person.record.precision == "minute"
        and (person.record.occurred - datetime.timedelta(hours=3)).weekday() == 4
        and (person.record.occurred.hour >= 22 or person.record.occurred.hour < 3)
    )
    assert {int(row["row"]): row["fri"] for row in rows[:24] if row["fri"]} == hours
    assert rows[25]["total"] == rows[25]["fri"] == sum(hours.values())


def test_aoristic_weights_are_those_of_a_count_of_every_minute(client):
    week = minute_by_minute()
    matrix = rows_of(client, NIGHTS, by="hour-by-weekday", timing="aoristic")
    for row in matrix[:24]:
        for k, day in enumerate(WEEKDAYS):
            assert row[day] == pytest.approx(week[k, int(row["row"])], abs=1e-9)
    assert matrix[25]["total"] == pytest.approx(people.COUNT)
    by_hour = rows_of(client, NIGHTS, by="hour", timing="aoristic")
    for row in by_hour[:24]:
        total = sum(week[k, int(row["key"])] for k in range(7))
        assert row["aoristic"] == pytest.approx(total, abs=1e-9)


def test_aoristic_weights_of_weekdays_have_what_is_known_to_the_day_whole(client):
    week, days = minute_by_minute(), Counter()
    for person in people.PEOPLE:
        if person.record.precision == "day":
            days[person.record.occurred.weekday()] += 1
    rows = rows_of(client, NIGHTS, by="weekday", timing="aoristic")
    for k, row in enumerate(rows[:7]):
        total = sum(week[k, hour] for hour in range(24)) + days[k]
        assert row["aoristic"] == pytest.approx(total, abs=1e-9)
    assert sum(row["aoristic"] for row in rows) == pytest.approx(people.COUNT)
    assert sum(row["count"] for row in rows) == people.COUNT


def test_what_is_odd_of_the_intervals_is_counted_and_said(client):
    notes = " ".join(json_of(client, NIGHTS, by="hour", timing="aoristic")["provenance"]["notes"])
    known = [
        (person.record.occurred, latest)
        for person, latest in zip(people.PEOPLE, LATEST, strict=True)
        if person.record.precision == "minute"
    ]
    for number, text in (
        (sum(latest is not None and latest >= first for first, latest in known), "are shared out"),
        (sum(latest is None for _, latest in known), "have no latest time"),
        (sum(latest is not None and latest < first for first, latest in known), "have a latest time before"),
        (sum(latest is not None and latest - first > WEEK for first, latest in known), "have an interval longer"),
    ):  # fmt: skip
        assert f"{number} records {text}" in notes
    alone = json_of(client, BREAKDOWN, by="hour", timing="aoristic")
    assert [row["aoristic"] for row in alone["rows"]] == [row["count"] for row in alone["rows"]]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"by": ["hour-by-weekday", "hour"]}, "name it alone"),
        ({"by": ["hour", "hour"]}, "twice"),
        ({"by": "category", "timing": "aoristic"}, "hour, hour-by-weekday, weekday"),
        ({"by": "hour", "timing": "aoristic", "hours": "22-03"}, "leave them out"),
        ({"baseline_from": "2023-01"}, "given together"),
        ({"by": "month", **PERIODS}, "month-of-year"),
        ({"by": "hour", "timing": "aoristic", **PERIODS}, "compares counts"),
        ({**PERIODS, "baseline_to": "2024-03"}, "overlap"),
        ({"by": "attribute:height"}, "sex, age, marker, victims"),
    ],
)
def test_what_cannot_be_broken_down_is_refused(client, query, text):
    answer = client.get(BREAKDOWN, params=query)
    assert answer.status_code == 422
    assert text in answer.text


def test_steps_without_data_are_null(client):
    rows = rows_of(client, f"/v1/tables/{gaps.DATASET}/breakdown", by="month")
    counts = {row["key"]: row["count"] for row in rows}
    assert counts["2024-01"] == gaps.COUNTS["2024-01"]
    assert counts["2024-05"] is None
    no_day = rows_of(
        client, f"/v1/tables/{gaps.DATASET}/breakdown",
        **{"by": "hour-by-weekday", "from": "2024-01-01", "to": "2024-01-03"},
    )  # fmt: skip
    assert no_day[25]["thu"] is None
    assert no_day[25]["mon"] == 2


def test_the_csv_has_the_same_numbers(client):
    rows = rows_of(client, BREAKDOWN, by=["marker", "age"])
    for row, text in zip(
        rows, csv_of(client, f"{BREAKDOWN}.csv", by=["marker", "age"]), strict=True
    ):
        assert (text["key"], int(text["count"])) == (row["key"], row["count"])
        assert float(text["share"] or "nan") == pytest.approx(
            row["share"] if row["share"] is not None else float("nan"), rel=1e-5, nan_ok=True
        )


def test_the_chart_of_a_week_has_the_numbers_of_its_table_and_a_whole_title(client):
    table = json_of(client, f"{BREAKDOWN}?by=hour-by-weekday")
    chart = json_of(client, f"{BREAKDOWN}.vl.json?by=hour-by-weekday")
    drawn = {}

    def note(each):
        if "hollow" in each:
            drawn[each["name"]] = each["value"]
        return each

    json.loads(json.dumps(chart), object_hook=note)
    hours = [row for row in table["rows"] if row["row"].isdigit()]
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    counts = {f"{day.title()} {row['row_name']}": row[day] for row in hours for day in days}
    assert sum(counts.values()) > 0
    assert drawn == counts
    lost = next(row["total"] for row in table["rows"] if row["row"] == "not recorded")
    assert lost > 0
    assert any(
        f"{lost:,} incidents without an hour" in note for note in chart["usermeta"]["notes"]
    )
    title = " ".join(chart["title"]["text"])
    assert title.endswith(" incidents")
    assert ":00 to " in title
