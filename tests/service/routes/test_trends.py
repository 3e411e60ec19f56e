"""The trend of an area over HTTP, against incidents counted one by one."""

import calendar
from collections import Counter

import pytest
from scipy.stats import chi2

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.answers import assert_same_rows, column, csv_of, json_of, rows_of

TREND = f"/v1/tables/{world.DATASET}/trend"
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]


def per_month(wanted=world.anything):
    counts = Counter(f"{r.occurred:%Y-%m}" for r in world.chosen(wanted))
    return {month: counts[month] for month in MONTHS}


def in_cell(code):
    return lambda record: record.cell == code


def in_county(record):
    return record.cell_of_place is not None


@pytest.mark.parametrize("code", ["C00", "C03", "C20", "C12", "C33"])
def test_each_month_has_the_incidents_of_the_area(client, code):
    rows = rows_of(client, TREND, within=f"cell:{code}")
    assert column(rows, "count", key="month") == per_month(in_cell(code))


def test_without_an_area_it_is_the_study_area(client):
    answer = json_of(client, TREND)
    assert column(answer["rows"], "count", key="month") == per_month(in_county)
    assert answer["provenance"]["method"]["area"] == "district"


def test_a_study_area_of_one_area_is_that_area(county, serve):
    client = serve(open_resources(Settings(data_dir=county, study_area="cell:C11")))
    assert column(rows_of(client, TREND), "count", key="month") == per_month(in_cell("C11"))


def test_categories_and_periods_filter_as_everywhere(client):
    query = {"within": "cell:C00", "category": "assault", "from": "2023-04", "to": "2024-02"}
    found = column(rows_of(client, TREND, **query), "count", key="month")
    wanted = per_month(lambda r: r.cell == "C00" and r.category == "assault")
    assert found == {m: n for m, n in wanted.items() if "2023-04" <= m <= "2024-02"}


@pytest.mark.parametrize(("step", "months"), [("quarter", 3), ("year", 12)])
def test_longer_steps_are_sums_of_months(client, step, months):
    by_month = per_month(in_county)
    rows = rows_of(client, TREND, step=step)
    assert [row["month"] for row in rows] == MONTHS[::months]
    for at, row in enumerate(rows):
        mine = MONTHS[at * months : (at + 1) * months]
        assert row["count"] == sum(by_month[m] for m in mine)
        pairs = [(int(m[:4]), int(m[5:])) for m in mine]
        assert row["days"] == sum(calendar.monthrange(*pair)[1] for pair in pairs)


@pytest.mark.parametrize(("per", "days"), [("day", 1.0), ("year", 365.25)])
def test_a_rate_is_over_the_days_of_its_step_with_the_exact_interval(client, per, days):
    rows = rows_of(client, TREND, within="cell:C00", per=per)
    for row in rows:
        count, exposure = row["count"], row["days"] / days
        assert row["rate"] == pytest.approx(count / exposure)
        lower = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
        assert row["lower"] == pytest.approx(lower / exposure)
        assert row["upper"] == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2 / exposure)


def test_the_rows_add_up_to_the_row_of_the_choropleth(client):
    for row in rows_of(client, CELLS):
        trend = rows_of(client, TREND, within=f"cell:{row['code']}")
        assert sum(step["count"] for step in trend) == row["count"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"within": "cell:C00"},
        {"within": "district:D1", "category": "assault"},
        {"within": "cell:C03", "category": "assault", "from": "2023-02-10", "to": "2024-05-20"},
        {"category": "burglary", "from": "2023-02-02", "to": "2024-11-30", "step": "quarter"},
        {"category": "assault", "from": "2023-02-02", "to": "2023-02-20"},
    ],
)
def test_the_counts_add_up_to_the_records_selected(client, query):
    answer = json_of(client, TREND, **query)
    counts = answer["provenance"]["counts"]
    assert counts["in_rows"] == sum(row["count"] for row in answer["rows"])
    parts = ("in_rows", "in_incomplete_steps", "in_layer_elsewhere", "outside", "not_located")
    assert sum(counts[part] for part in parts) == counts["records"]
    ways = ("in_layer_by_code", "in_layer_by_location", "outside", "not_located")
    assert sum(counts[way] for way in ways) == counts["records"]


def test_incomplete_steps_are_left_out_and_said(client):
    query = {"category": "assault", "from": "2023-02-10", "to": "2023-04-20"}
    answer = json_of(client, TREND, **query)
    assert [row["month"] for row in answer["rows"]] == ["2023-03"]
    left_out = answer["provenance"]["counts"]["in_incomplete_steps"]
    assert left_out > 0
    assert f"{left_out} incidents are in incomplete steps" in answer["provenance"]["notes"][0]


def test_a_period_without_a_whole_step_has_no_rows_and_says_so(client):
    query = {"category": "assault", "from": "2023-02-02", "to": "2023-02-20"}
    answer = json_of(client, TREND, **query)
    assert answer["rows"] == []
    note = "There is no whole month in the period, 2023-02-02 to 2023-02-20."
    assert note in answer["provenance"]["notes"]


def test_a_cell_of_a_grid_has_a_trend_too(client):
    grid = rows_of(client, f"/v1/choropleths/{world.DATASET}/square:2000")
    row = max(grid, key=lambda each: each["count"])
    trend = rows_of(client, TREND, within=f"square:2000:{row['code']}")
    assert sum(step["count"] for step in trend) == row["count"] > 100


def test_csv_has_the_same_rows(client):
    rows = rows_of(client, TREND, within="cell:C00")
    assert_same_rows(csv_of(client, f"{TREND}.csv", within="cell:C00"), rows)


@pytest.mark.parametrize(
    ("within", "status", "said"),
    [
        ("cell:C99", 422, "no area 'C99'"),
        ("ward:W1", 404, "district, cell"),
        ("C00", 422, "layer:code"),
        ("square:2000:nonsense", 422, "nonsense"),
        ("hex:", 422, "layer:code"),
        ("octagon:500:x", 404, "district, cell"),
    ],
)
def test_an_unknown_area_is_refused_by_name(client, within, status, said):
    answer = client.get(TREND, params={"within": within})
    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"]


def test_more_steps_than_anybody_reads_are_refused(client):
    answer = client.get(TREND, params={"from": "0001-01", "to": "9999-12"})
    assert answer.status_code == 422
    assert "1200 allowed" in answer.json()["detail"]
