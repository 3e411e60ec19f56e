"""A measure over time, against the values put in."""

import shutil

import pytest

from service.analyses.measures.trends import period_days
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

TREND = "/v1/measures/trend"
WEEKS = ("2024-01-01/2024-01-07", "2024-01-08/2024-01-14", "2024-01-22/2024-01-28")
FORECAST = {"2021": (100.0, 200.0), "2031": (150.0, 180.0), "2036": (200.0, 170.0)}


@pytest.fixture(scope="module")
def client(county, tmp_path_factory):
    folder = shutil.copytree(county, tmp_path_factory.mktemp("measure-trends") / "data")
    for year, (first, second) in FORECAST.items():
        values = {"D1": first, "D2": second}
        world.append_measure(folder, "population", year, values, layer=world.DISTRICTS)
    for k, week in enumerate(WEEKS):
        values = {"C00": 50.0 - 10 * k, **({"C01": 5.0} if k else {})}
        world.append_measure(folder, "footfall", week, values)
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def test_every_area_has_every_year_with_its_change(client):
    rows = rows_of(client, f"{TREND}/district", measure="population")
    found = [(r["code"], r["period"], r["value"], r["change"], r["change_percent"]) for r in rows]
    assert found == [
        ("D1", "2021", 100, 0, 0), ("D1", "2031", 150, 50, 50), ("D1", "2036", 200, 100, 100),
        ("D2", "2021", 200, 0, 0), ("D2", "2031", 180, -20, -10), ("D2", "2036", 170, -30, -15),
    ]  # fmt: skip
    assert (rows[-1]["first_day"], rows[-1]["last_day"]) == ("2036-01-01", "2036-12-31")


def test_total_and_mean_are_of_all_areas_whichever_are_shown(client):
    query = {
        "measure": "population",
        "compare": ["total", "mean"],
        "series": "D2",
        "to": "2031-12",
    }
    rows = rows_of(client, f"{TREND}/district", **query)
    assert [(row["code"], row["value"]) for row in rows] == [
        ("D2", 200), ("D2", 180), ("total", 300), ("total", 330), ("mean", 150), ("mean", 165),
    ]  # fmt: skip


def test_weeks_are_in_their_order_and_a_gap_is_no_value(client):
    answer = json_of(client, f"{TREND}/cell", measure="footfall", compare="total")
    rows = answer["rows"]
    assert [row["period"] for row in rows] == [*WEEKS] * 3
    assert [row["value"] for row in rows] == [50, 40, 30, None, 5, 5, None, 45, 35]
    assert rows[3]["change_percent"] is rows[4]["change_percent"] is None
    notes = answer["provenance"]["notes"]
    assert "14 areas have no footfall of any of the periods, and no rows." in notes
    assert "No value, which is not zero: C01 (1 period)." in notes
    (first, *_) = rows_of(client, f"{TREND}/cell", measure="footfall", **{"from": "2024-01-08"})
    assert first["period"] == WEEKS[1]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"measure": "nothing"}, 422, "population"),
        ({"measure": "population:2021"}, 422, "population of 2031"),
        ({"measure": "population", "from": "2050-01"}, 422, "population of 2036"),
        ({"measure": "population", "series": "D9"}, 422, "D1, D2"),
        ({"measure": "population", "colour": "red"}, 422, "compare"),
        ({}, 422, "measure"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(client, query, status, said):
    answer = client.get(f"{TREND}/district", params=query)
    assert answer.status_code == status, answer.text
    assert said in answer.text


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-05", "2024-02-05", "2024-02-05"),
        ("2020-04/2021-03", "2020-04-01", "2021-03-31"),
        ("2019/2021", "2019-01-01", "2021-12-31"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(period, first, last):
    assert tuple(map(str, period_days(period))) == (first, last)
