"""Cross-tables against the records, counted one by one."""

import csv
import io
import itertools
import math
from collections import Counter

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.queries.tables.crosstabs import CrosstabQuery
from tests.service import gaps, people, world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

CROSSTAB = f"/v1/tables/{people.DATASET}/crosstab"
NOT_RECORDED = "not recorded"
MONTH_DAYS = 365.25 / 12


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = gaps.add(people.add(world.build(tmp_path_factory.mktemp("crosstabs"))))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def age(person):
    try:
        return math.floor(float(person.age))
    except (TypeError, ValueError):
        return None


def band(person):
    years = age(person)
    if years is None:
        return NOT_RECORDED
    return next(
        (
            f"{first}-{last or ''}"
            for first, last in ((0, 17), (18, 64), (70, None))
            if first <= years <= (last or 999)
        ),
        "other ages",
    )


def five_years(person):
    years = age(person)
    return NOT_RECORDED if years is None else f"{years // 5 * 5}-{years // 5 * 5 + 4}"


def markers(person):
    if person.marker is None:
        return [NOT_RECORDED]
    return sorted({part.strip() for part in person.marker.split(";")})


def ending_in_november(person):
    moment = person.record.occurred
    return f"{moment.year + (moment.month == 12)}-11"


def financial_year(person):
    moment = person.record.occurred
    first = moment.year - (moment.month < 4)
    return f"{first}-{(first + 1) % 100:02d}"


def stated(precisions, text):
    return lambda person: (
        person.record.occurred.strftime(text).lower()
        if person.record.precision in precisions
        else NOT_RECORDED
    )


AXES = {
    "category": lambda p: p.record.category,
    "subcategory": lambda p: p.subcategory or NOT_RECORDED,
    "attribute:sex": lambda p: p.sex or NOT_RECORDED,
    "attribute:victims": lambda p: str(p.victims or NOT_RECORDED),
    "age": five_years,
    "age:0-17,18-64,70-": band,
    "layer:cell": lambda p: p.record.cell or "not located",
    "layer:district": lambda p: world.DISTRICT_OF.get(p.record.cell, "not located"),
    "year": lambda p: str(p.record.occurred.year),
    "year-ending:11": ending_in_november,
    "financial-year": financial_year,
    "quarter": lambda p: f"{p.record.occurred.year}-Q{(p.record.occurred.month + 2) // 3}",
    "month": lambda p: p.record.occurred.strftime("%Y-%m"),
    "month-of-year": lambda p: p.record.occurred.strftime("%m"),
    "weekday": stated(("minute", "day"), "%a"),
    "hour": stated(("minute",), "%H"),
}


@pytest.mark.parametrize(("rows", "columns"), list(itertools.permutations(AXES, 2)))
def test_every_pair_of_axes_counts_every_record_once(client, rows, columns):
    cells = rows_of(client, CROSSTAB, rows=rows, columns=columns)
    expected = Counter((AXES[rows](p), AXES[columns](p)) for p in people.PEOPLE)
    assert {(c["row"], c["column"]): c["count"] for c in cells if c["count"]} == expected
    assert len({(c["row"], c["column"]) for c in cells}) == len(cells)


def test_an_incident_stands_at_each_of_its_markers_and_totals_count_it_once(client):
    answer = json_of(client, CROSSTAB, rows="marker", columns="attribute:sex")
    expected = Counter(
        (marker, AXES["attribute:sex"](p)) for p in people.PEOPLE for marker in markers(p)
    )
    assert {(c["row"], c["column"]): c["count"] for c in answer["rows"]} == expected
    turned = rows_of(client, CROSSTAB, rows="attribute:sex", columns="marker")
    assert {(c["column"], c["row"]): c["count"] for c in turned} == expected
    assert "each of its markers" in " ".join(answer["provenance"]["notes"])
    wide = rows_of(client, CROSSTAB, rows="marker", columns="attribute:sex", layout="wide")
    assert wide[-1]["total"] == len(people.PEOPLE) < sum(row["total"] for row in wide[:-1])


def test_shares_and_means_are_of_what_they_say(client):
    query = {"rows": "category", "columns": "year-ending:11", "to": "2024-06"}
    cells = rows_of(client, CROSSTAB, **query)
    days = {"2023-11": 334, "2024-11": 31 + 31 + 29 + 31 + 30 + 31 + 30}
    total = sum(cell["count"] for cell in cells)
    of_row, of_column = Counter(), Counter()
    for cell in cells:
        of_row[cell["row"]] += cell["count"]
        of_column[cell["column"]] += cell["count"]
    for cell in cells:
        assert cell["days"] == days[cell["column"]]
        assert cell["share_of_row"] == pytest.approx(100 * cell["count"] / of_row[cell["row"]])
        assert cell["share_of_column"] == pytest.approx(
            100 * cell["count"] / of_column[cell["column"]]
        )
        assert cell["share_of_table"] == pytest.approx(100 * cell["count"] / total)
        assert cell["per_month"] == pytest.approx(cell["count"] / (cell["days"] / MONTH_DAYS))


def test_rates_are_per_resident_and_year_covered(client):
    query = {"rows": "layer:cell", "columns": "financial-year", "denominator": "residents"}
    cells = rows_of(client, CROSSTAB, **query, per="100")
    for cell in cells:
        residents = world.RESIDENTS.get(cell["row"])
        if not residents:
            assert (cell["rate"], cell["lower"], cell["upper"]) == (None, None, None)
            continue
        exposure = residents * cell["days"] / 365.25
        assert cell["rate"] == pytest.approx(100 * cell["count"] / exposure)
        assert cell["lower"] < cell["rate"] < cell["upper"]
    assert {cell["column"]: cell["days"] for cell in cells} == {
        "2022-23": 90, "2023-24": 366, "2024-25": 275,
    }  # fmt: skip


def test_a_step_that_nobody_delivered_is_no_data_in_either_layout(client):
    address = f"/v1/tables/{gaps.DATASET}/crosstab"
    query = {"rows": "category", "columns": "month"}
    answer = json_of(client, address, **query)
    counts = {cell["column"]: cell["count"] for cell in answer["rows"]}
    assert counts["2024-02"] == gaps.COUNTS["2024-02"]
    assert [month for month, count in counts.items() if count is None] == [
        f"2024-{month:02d}" for month in range(3, 11)
    ]
    empty = next(cell for cell in answer["rows"] if cell["column"] == "2024-05")
    assert {empty[name] for name in ("share_of_row", "share_of_table", "per_month")} == {None}
    assert "No data, which is not zero: 2024-03, 2024-04" in " ".join(
        answer["provenance"]["notes"]
    )
    wide = rows_of(client, address, **query, layout="wide")
    assert [row["2024-05"] for row in wide] == [None, None]
    assert wide[-1]["total"] == sum(gaps.COUNTS.values())
    partial = json_of(client, address, rows="category", columns="year")
    assert "2024 (90 of 366 days)" in " ".join(partial["provenance"]["notes"])


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        ("count", "count"),
        ("share-of-row", "share_of_row"),
        ("share-of-column", "share_of_column"),
        ("share-of-table", "share_of_table"),
        ("per-month", "per_month"),
        ("rate", "rate"),
    ],
)
def test_the_wide_layout_is_the_long_one_turned_with_totals(client, cells, name):
    query = {"rows": "layer:cell", "columns": "quarter", "denominator": "residents"}
    long = {(c["row"], c["column"]): c[name] for c in rows_of(client, CROSSTAB, **query)}
    wide = rows_of(client, CROSSTAB, **query, layout="wide", cells=cells)
    for row in wide[:-1]:
        for column in list(row)[2:-1]:
            assert row[column] == pytest.approx(long[row["row"], column])
    assert [list(row)[-1] for row in wide] == ["total"] * len(wide)
    if cells == "count":
        assert wide[-1]["total"] == len(people.PEOPLE)
    if cells in ("share-of-row", "share-of-table"):
        assert wide[-1]["total"] == pytest.approx(100)
    if cells == "rate":
        assert wide[-1]["total"] is None  # one of the areas has no residents on record


def test_of_how_many_no_hour_or_weekday_is_recorded_is_said(client):
    answer = json_of(client, CROSSTAB, rows="hour", columns="weekday")
    for axis, noun in (("hour", "hour"), ("weekday", "day of the week")):
        lost = sum(AXES[axis](person) == NOT_RECORDED for person in people.PEOPLE)
        assert f"Of {lost} incidents the {noun} is not recorded." in answer["sentences"]


def test_the_wide_csv_has_a_column_for_each_key(client):
    answer = client.get(f"{CROSSTAB}.csv?rows=weekday&columns=year&layout=wide")
    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert table[0][:5] == ["row", "row_name", "2023", "2024", "total"]
    assert [row[0] for row in table[1:] if row] == [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", NOT_RECORDED, "total",
    ]  # fmt: skip


def test_a_key_named_like_one_of_our_own_columns_is_told_apart(client):
    rows = world.incident_rows(
        (world.Record("total", world.moment(1)), world.Record("row", world.moment(2)))
    )
    folder = client.app.state.resources.settings.data_dir
    people.IncidentStore(folder / "incidents", crs=world.CRS).append(
        "awkward", rows, files=[people.SourceFile.of("awkward.csv", b"awkward")]
    )
    wide = rows_of(
        client, "/v1/tables/awkward/crosstab", rows="year", columns="category", layout="wide"
    )
    assert wide[-1] == {
        "row": "total", "row_name": "Total", "row (value)": 1, "total (value)": 1, "total": 2,
    }  # fmt: skip


def test_within_counts_what_is_there_and_areas_by_their_inner_point(client):
    east = "district:D2"
    cells = rows_of(client, CROSSTAB, rows="category", columns="year", within=east)
    expected = Counter(
        (p.record.category, str(p.record.occurred.year))
        for p in people.PEOPLE
        if world.DISTRICT_OF.get(p.record.cell) == "D2"
    )
    assert {(c["row"], c["column"]): c["count"] for c in cells} == expected
    areas = rows_of(client, CROSSTAB, rows="layer:cell", columns="year", within=east)
    assert {c["row"] for c in areas} == {
        code for code, district in world.DISTRICT_OF.items() if district == "D2"
    }
    assert sum(c["count"] for c in areas) == sum(expected.values())


def test_the_columns_of_the_wide_layout_say_what_they_disclose(client):
    crosstabs = client.app.state.resources.crosstabs
    query = {"rows": "category", "columns": "year", "layout": "wide"}
    for cells, discloses in (("count", "a count"), ("share-of-row", "a value of counts.records")):
        asked = CrosstabQuery.model_validate({**query, "cells": cells})
        columns = crosstabs.table(people.DATASET, asked).row.columns
        assert {name: str(column.meaning.discloses) for name, column in columns.items()} == {
            "row": "nothing", "row_name": "nothing", "2023": discloses, "2024": discloses,
            "total": discloses,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"rows": "category"}, "columns"),
        ({"rows": "category", "columns": "category"}, "name two axes"),
        ({"rows": "category", "columns": "colour"}, "month-of-year"),
        ({"rows": "category", "columns": "year-ending:13"}, "year-ending:11"),
        ({"rows": "category", "columns": "age:0-17,17-30"}, "ascending and apart"),
        ({"rows": "category", "columns": "age:18-,65-"}, "ascending and apart"),
        ({"rows": "category", "columns": "attribute:height"}, "sex, age, marker, victims"),
        ({"rows": "category", "columns": "layer:nowhere"}, "district, cell"),
        ({"rows": "category", "columns": "year", "denominator": "residents"}, "rows=layer"),
        ({"rows": "layer:cell", "columns": "year", "denominator": "dogs"}, "residents"),
        ({"rows": "layer:cell", "columns": "year", "cells": "rate"}, "layout=wide"),
        ({"rows": "layer:square:20", "columns": "month", "layout": "wide"}, "100000 allowed"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(client, query, text):
    answer = client.get(CROSSTAB, params=query)
    assert answer.status_code in (404, 422)
    assert text in answer.text
