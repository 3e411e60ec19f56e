"""Steps beside others, parts of steps, seasons, lines and events of a trend."""

import calendar
import datetime
from collections import Counter

import numpy as np
import pytest

from spatial.over_time.season import season_factors
from spatial.over_time.trend_line import trend_line
from tests.service import people, world, years
from tests.service.answers import csv_of, json_of, rows_of

YEARS, PEOPLE = (f"/v1/tables/{name}/trend" for name in (years.DATASET, people.DATASET))
WHOLE = {"to": "2020-10"}
DAY = datetime.timedelta(days=1)


BY_MONTH = Counter((case.day.year, case.day.month) for case in years.CASES)


def month(row):
    return int(row["month"][:4]), int(row["month"][5:])


def financial(year_month):
    year, number = year_month
    return year if number >= 4 else year - 1


@pytest.mark.parametrize(
    ("mean", "group"),
    [
        ("year", lambda key: key[0]),
        ("financial-year", financial),
        ("year-ending:11", lambda key: key[0] + (key[1] == 12)),
        ("quarter", lambda key: (key[0], (key[1] - 1) // 3)),
    ],
)
def test_a_month_stands_beside_the_mean_month_of_its_year(client, mean, group):
    for row in rows_of(client, YEARS, mean=mean, **WHOLE):
        own = [number for key, number in BY_MONTH.items() if key < (2020, 11)
               and group(key) == group(month(row))]  # fmt: skip
        assert row["mean"] == pytest.approx(sum(own) / len(own))
        assert row["mean_steps"] == len(own)


def test_a_rolling_mean_is_of_the_year_that_ends_with_the_step(client):
    rows = rows_of(client, YEARS, mean="rolling", **WHOLE)
    assert {row["mean"] for row in rows[:11]} == {None}
    for k, row in enumerate(rows[11:]):
        assert row["mean"] == pytest.approx(sum(r["count"] for r in rows[k : k + 12]) / 12)


def test_a_month_covered_in_part_counts_in_a_mean_by_its_days(client):
    rows = rows_of(client, YEARS, mean="year", part_steps="marked")
    last = rows[-1]
    assert (last["month"], last["days"], last["length"], last["is_part"]) == (
        "2020-11", 15, 30, True
    )  # fmt: skip
    number = sum(row["count"] for row in rows if row["month"][:4] == "2020")
    days = sum(calendar.monthrange(2020, m)[1] for m in range(1, 11))
    assert last["mean"] == pytest.approx(number / (days + 15) * (days + 30) / 11)


def test_a_step_stands_beside_the_same_one_a_year_before(client):
    for row in rows_of(client, YEARS, include="last-year", **WHOLE):
        year, number = month(row)
        earlier = BY_MONTH[year - 1, number] if year > 2015 else None
        assert row["last_year"] == earlier
        if earlier is not None:
            assert row["change"] == row["count"] - earlier
            assert row["change_percent"] == pytest.approx(100 * (row["count"] / earlier - 1))


@pytest.mark.parametrize(
    ("years_of", "begin"), [("year", 1), ("financial-year", 4), ("year-ending:11", 12)]
)
def test_the_year_so_far_stands_beside_the_same_part_of_the_year_before(client, years_of, begin):
    rows = {month(row): row for row in rows_of(client, YEARS, to_date=years_of, **WHOLE)}
    for (year, number), row in rows.items():
        first = (year if number >= begin else year - 1, begin)
        so_far = [key for key in BY_MONTH if first <= key <= (year, number)]
        wanted = sum(BY_MONTH[key] for key in so_far) if first >= (2015, 1) else None
        assert row["to_date"] == wanted
        before = rows.get((year - 1, number), {}).get("to_date")
        assert row["to_date_last_year"] == before
        if before:
            assert row["to_date_change"] == wanted - before
            assert row["to_date_change_percent"] == pytest.approx(100 * (wanted / before - 1))


def test_a_year_with_a_day_missing_is_not_compared(client):
    row = rows_of(client, YEARS, include="last-year", to_date="year", part_steps="marked")[-1]
    assert row["is_part"]
    assert row["last_year"] is row["to_date"] is row["to_date_change_percent"] is None
    assert row["to_date_last_year"] == sum(
        n for (y, m), n in BY_MONTH.items() if y == 2019 and m < 12
    )


def test_weeks_are_those_of_iso(client):
    wanted = Counter(case.day.isocalendar()[:2] for case in years.CASES)
    rows = rows_of(client, YEARS, step="week", include="last-year")
    found = {tuple(int(part) for part in row["step"].split("-W")): row["count"] for row in rows}
    assert {key: n for key, n in found.items() if n} == dict(wanted)
    for row in rows:
        monday = datetime.date.fromisoformat(row["first_day"])
        assert monday.weekday() == 0
        year, week = monday.isocalendar()[:2]
        # The first week of 2015 began in 2014, and is covered in part.
        is_comparable = row["days"] == 7 and (year - 1, week) > (2015, 1)
        assert row["last_year"] == (wanted.get((year - 1, week)) if is_comparable else None)


def test_records_of_a_month_alone_are_in_no_week_and_that_is_said(client):
    answer = json_of(client, PEOPLE, step="week")
    number = sum(person.record.precision == "month" for person in people.PEOPLE)
    assert (
        f"{number} records are left out: their day is not known." in answer["provenance"]["notes"]
    )
    assert answer["provenance"]["counts"]["records"] == people.COUNT - number
    refused = client.get(
        f"/v1/tables/{world.DATASET}/trend", params={"step": "week", "category": "fire"}
    )
    assert refused.status_code == 422
    assert "day" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("step", "keys"),
    [
        ("financial-year", ["2015-16", "2016-17", "2017-18", "2018-19", "2019-20"]),
        ("year-ending:11", ["2016-11", "2017-11", "2018-11", "2019-11"]),
    ],
)
def test_years_may_begin_in_any_month(client, step, keys):
    rows = rows_of(client, YEARS, step=step, **{"from": "2015-01", "to": "2020-10"})
    assert [row["step"] for row in rows] == keys
    for row in rows:
        first = datetime.date.fromisoformat(row["first_day"])
        last = first + DAY * (row["days"] - 1)
        assert row["count"] == sum(first <= case.day <= last for case in years.CASES)
        assert (last + DAY).replace(year=first.year) == first


def test_a_part_year_is_left_out_or_marked_or_projected(client):
    period = {"from": "2019-01", "to": "2020-10", "step": "year"}
    (whole,) = rows_of(client, YEARS, **period)
    assert whole["month"] == "2019-01"
    _, marked = rows_of(client, YEARS, part_steps="marked", **period)
    days = (datetime.date(2020, 11, 1) - datetime.date(2020, 1, 1)).days
    assert (marked["days"], marked["length"], marked["is_part"]) == (days, 366, True)
    assert marked["count"] == sum(
        number for key, number in BY_MONTH.items() if (2020,) < key < (2020, 11)
    )
    assert marked["rate"] == pytest.approx(marked["count"] / days)
    answer = json_of(client, YEARS, part_steps="projected", **period)
    whole, projected = answer["rows"]
    assert whole["projected"] == whole["projected_lower"] == whole["count"]
    assert projected["projected"] == pytest.approx(projected["count"] * 366 / days)
    assert projected["count"] < projected["projected_lower"] < projected["projected"]
    assert projected["projected"] < projected["projected_upper"]
    assert any("projected at the rate" in note for note in answer["provenance"]["notes"])


def test_the_season_is_taken_out_where_there_are_three_years(client):
    rows = rows_of(client, YEARS, include="season", **WHOLE)
    rates = np.array([row["rate"] for row in rows])
    factors = season_factors(rates, np.arange(len(rates)) % 12, seasons=12)
    assert [row["season"] for row in rows] == pytest.approx(factors[np.arange(len(rates)) % 12])
    adjusted = np.array([row["rate_adjusted"] for row in rows])
    assert adjusted == pytest.approx(rates / factors[np.arange(len(rates)) % 12])
    assert adjusted.std() < 0.5 * rates.std()


def test_without_three_years_the_season_stays_and_that_is_said(client):
    answer = json_of(client, YEARS, include="season", to="2017-06")
    assert {row["rate_adjusted"] for row in answer["rows"]} == {None}
    assert "needs 3 whole years" in answer["provenance"]["notes"][-1]


def test_a_line_of_trend_is_that_of_the_counts_over_their_days(client):
    answer = json_of(client, YEARS, include="line", step="quarter", per="year", to="2020-09")
    rows = answer["rows"]
    days = np.array([row["days"] for row in rows])
    line = trend_line(
        [row["count"] for row in rows],
        days / 365.25,
        (np.cumsum(days) - days / 2) / 365.25,
        position=np.arange(len(rows)) % 4,
        seasons=4,
    )
    assert [row["line"] for row in rows] == pytest.approx(line.value)
    assert [row["line_upper"] for row in rows] == pytest.approx(line.upper)
    assert [row["line_change"] for row in rows] == pytest.approx([line.change] * len(rows))
    assert rows[0]["line_change_lower"] == pytest.approx(line.change_lower)
    assert answer["sentences"][-1].startswith(
        f"Along its line of trend it changes by {line.change:+.1f} % a year"
    )


def test_too_few_steps_have_no_line_and_that_is_said(client):
    answer = json_of(client, YEARS, include="line", step="year", to="2017-12")
    assert {row["line"] for row in answer["rows"]} == {None}
    assert "There is no line of trend of Districts" in answer["provenance"]["notes"][-1]


def test_events_stand_at_their_steps_and_in_the_provenance(with_events):
    client = with_events()
    answer = json_of(client, YEARS, **{"from": "2018-01", "to": "2020-10"})
    found = {row["month"]: row["events"] for row in answer["rows"] if row["events"]}
    assert found == {
        "2018-04": "New recording", "2020-03": "Lockdown", "2020-04": "Lockdown",
        "2020-05": "Lockdown",
    }  # fmt: skip
    recording, lockdown = answer["provenance"]["events"]
    assert (recording["event_id"], lockdown["last_day"]) == ("recording", "2020-05-10")
    assert any(
        note.startswith("The series breaks: New recording")
        for note in answer["provenance"]["notes"]
    )
    other = json_of(client, f"/v1/tables/{world.DATASET}/trend")
    assert "events" not in other["rows"][0]


def test_an_event_after_the_period_is_not_of_a_year_that_goes_on(with_events):
    query = {"step": "year", "part_steps": "marked", "from": "2019-01"}
    client = with_events()
    whole, part = (
        json_of(client, YEARS, **query, to=to)["rows"][-1] for to in ("2020-03", "2020-02")
    )
    assert (whole["month"], whole["events"]) == ("2020-01", "Lockdown")
    assert (part["month"], part.get("events") or "") == ("2020-01", "")


def test_no_line_or_season_goes_across_a_break(with_events):
    client = with_events()
    query = {"include": ["line", "season"], **WHOLE}
    rows = rows_of(client, YEARS, **query)
    cut = next(k for k, row in enumerate(rows) if row["month"] == "2018-04")
    before = rows_of(client, YEARS, **{**query, "to": "2018-03"})
    after = rows_of(client, YEARS, **{**query, "from": "2018-04"})
    for name in ("line", "line_change", "season", "rate_adjusted"):
        own = [row[name] for row in rows]
        assert own[:cut] == pytest.approx([row[name] for row in before])
        assert own[cut:] == [
            None if row[name] is None else pytest.approx(row[name]) for row in after
        ]
    assert before[0]["season"] is not None
    assert after[0]["season"] is None


def test_three_years_with_a_break_are_not_said_to_be_the_three_that_a_season_needs(with_events):
    period = {"from": "2016-06", "to": "2019-12"}  # a break on 1 April 2018
    notes = json_of(with_events(), YEARS, include="season", **period)["provenance"]["notes"]
    (note,) = (note for note in notes if note.startswith("The season is not taken out"))
    assert note.endswith("needs 3 whole years without a break or gap and with incidents.")


def test_a_break_within_a_step_leaves_that_step_to_neither_side(with_events):
    client = with_events(first_day=[datetime.date(2020, 3, 23), datetime.date(2018, 4, 10)])
    rows = rows_of(client, YEARS, include="line", **WHOLE)
    assert [row["month"] for row in rows if row["line"] is None] == ["2018-04"]


def test_a_break_of_one_category_breaks_the_line_of_that_category_alone(with_events):
    client = with_events(category=[None, "theft"])
    rows = rows_of(client, YEARS, include="line", by="category", compare="total", **WHOLE)
    changes = {
        key: len({row["line_change"] for row in rows if row["series"] == key})
        for key in ("damage", "theft", "total")
    }
    assert changes == {"damage": 1, "theft": 2, "total": 1}
    assert {row["series"] for row in rows if "New recording" in row["events"]} == {
        "theft",
        "total",
    }
    notes = json_of(client, YEARS, **WHOLE)["provenance"]["notes"]
    assert any(note.startswith("Some of what is counted breaks: New recording") for note in notes)
    damage = rows_of(client, YEARS, category="damage", **WHOLE)
    assert {row["events"] for row in damage} == {"", "Lockdown"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"mean": "month"}, "rolling"),
        ({"mean": "quarter", "step": "quarter"}, "needs a shorter step"),
        ({"mean": "year", "step": "year"}, "needs a shorter step"),
        ({"mean": "year-ending:11", "step": "quarter"}, "cuts the quarters"),
        ({"to_date": "financial-year", "step": "week"}, "of weeks to_date is year"),
        ({"include": "season", "step": "week"}, "needs step=month or quarter"),
        ({"part_steps": "projected", "measure": "weighted"}, "not of measure=weighted"),
        ({"include": "everything"}, "last-year"),
        ({"step": "year-ending:13"}, "year-ending:12"),
    ],
)
def test_what_has_no_meaning_is_refused(client, query, said):
    answer = client.get(YEARS, params=query)
    assert answer.status_code == 422, answer.text
    assert said in answer.text


def test_the_sentence_is_of_the_series_and_not_of_their_total(client):
    query = {"by": "layer:district", "step": "year-ending:11", "compare": ["total", "mean"]}
    answer = json_of(client, YEARS, **query)
    own = [
        row["count"]
        for row in answer["rows"]
        if row["series"] in ("D1", "D2") and row["days"] >= 365
    ]
    assert answer["sentences"][2] == (
        f"A year to November of a series had {min(own):,} to {max(own):,} incidents, from 2016-11 "
        "to 2019-11; of 2 years to November a part is known."
    )


def test_csv_has_the_same_rows(client):
    query = {"by": "category", "include": "line", "mean": "year", "step": "week"}
    rows = rows_of(client, YEARS, **query)
    found = csv_of(client, f"{YEARS}.csv", **query)
    assert [row["series"] for row in found] == [row["series"] for row in rows]
    means = [row["mean"] for row in rows]
    assert [float(row["mean"]) for row in found] == pytest.approx(means, rel=1e-5)
