"""From and to: inclusive, ISO, and never split what is not known."""

import pytest

from tests.service import world
from tests.service.answers import column, json_of, rows_of

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"


def total(client, **query):
    return json_of(client, CELLS, **query)["provenance"]["counts"]["records"]


def between(first: str, last: str) -> int:
    return sum(first <= r.occurred.date().isoformat() <= last for r in world.RECORDS)


def test_both_ends_are_included(client):
    def wanted(record: world.Record) -> bool:
        return (
            record.category == "assault"
            and "2023-03-03" <= record.occurred.date().isoformat() <= "2023-07-07"
        )

    days = {r.occurred.date().isoformat() for r in world.chosen(wanted)}
    assert {"2023-03-03", "2023-07-07"} <= days  # otherwise the test could not tell
    counts = world.cell_counts(wanted)
    query = {"category": "assault", "from": "2023-03-03", "to": "2023-07-07"}
    found = column(rows_of(client, CELLS, **query), "count")
    assert found == {c: counts[c] for c in world.CODES}


def test_months_cover_all_their_days(client):
    by_month = rows_of(client, CELLS, **{"from": "2023-03", "to": "2023-06"})
    assert by_month == rows_of(client, CELLS, **{"from": "2023-03-01", "to": "2023-06-30"})
    counts = world.cell_counts(lambda r: 3 <= r.occurred.month <= 6 and r.occurred.year == 2023)
    assert column(by_month, "count") == {c: counts[c] for c in world.CODES}


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({"from": "2024-02"}, "2024-02-01", "2024-12-31"),
        ({"to": "2023-02"}, "2023-01-01", "2023-02-28"),
        ({"from": "2024-02", "to": "2024-02"}, "2024-02-01", "2024-02-29"),
        ({"from": "0001-01", "to": "9999-12"}, "0001-01-01", "9999-12-31"),
        ({"to": "9999-12-31"}, "0001-01-01", "9999-12-31"),
    ],
)
def test_an_end_left_open_is_that_of_the_records(client, query, first, last):
    assert total(client, **query) == between(first, last)


def test_a_day_that_cuts_a_month_known_only_as_such_is_refused(client):
    answer = client.get(CELLS, params={"category": "fire", "from": "2023-05-02"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/date-cuts-month"
    assert answer.json()["allowed"] == ["2023-05", "2023-05-01"]


@pytest.mark.parametrize("query", [{"from": "2023-05-01"}, {"to": "2023-05-31"}])
def test_a_day_on_the_edge_of_such_a_month_is_not(client, query):
    assert client.get(CELLS, params={"category": "fire", **query}).status_code == 200


def test_records_of_other_categories_do_not_forbid_a_day(client):
    """Fires are known to the month, assaults to the day: only who asks for fires is refused."""
    query = {"from": "2023-05-02"}
    assert client.get(CELLS, params={"category": "assault", **query}).status_code == 200
    assert client.get(CELLS, params=query).status_code == 422


@pytest.mark.parametrize(
    ("query", "named"), [({"from": "2025-01"}, "2024-12"), ({"to": "2022-12"}, "2023-01-01")]
)
def test_an_open_end_before_the_beginning_is_refused(client, query, named):
    answer = client.get(CELLS, params=query)
    assert answer.status_code == 422
    assert named in answer.json()["detail"]


def test_a_density_per_year_is_over_the_days_of_the_period(client):
    raster = f"/v1/heatmaps/{world.DATASET}/summary.json"
    query = {"from": "2023-01", "to": "2024-12"}
    whole = json_of(client, raster, **query)
    per_year = json_of(client, raster, per="year", **query)
    assert per_year["maximum"] * 731 / 365.25 == pytest.approx(whole["maximum"], rel=1e-9)
    assert "per year" in per_year["unit"]
