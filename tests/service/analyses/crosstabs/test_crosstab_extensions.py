"""Rows to compare with, projected steps, events and a dataset beside, against records counted."""

import datetime
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.reference.events import EventStore
from service.store.source_files import SourceFile
from spatial.over_time.projection import projected_by_share
from tests.service import gaps, people, world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

CROSSTAB = f"/v1/tables/{people.DATASET}/crosstab"
ROWS = ("layer:cell", "layer:district")
COLUMNS = ("category", "attribute:sex", "age", "year", "quarter", "month", "weekday", "hour")
LATEST = datetime.datetime(2024, 9, 30, 23, 59)  # noqa: DTZ001


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = gaps.add(people.add(world.build(tmp_path_factory.mktemp("extensions"))))
    EventStore(folder / "events").append(
        pa.table(
            {
                "event_id": ["move", "new", "rain"],
                "name": ["Move of the station", "New categories", "Flood"],
                "first_day": ["2023-05-10", "2024-01-01", "2023-11-03"],
                "last_day": ["2023-06-20", None, "2023-11-04"],
                "dataset": [gaps.LONG] * 3,
                "category": [None, "assault", "robbery"],
                "is_break": [False, True, False],
            }
        ),
        file=SourceFile.of("events.csv", b"events"),
    )
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def area_of(person, rows):
    cell = person.record.cell
    return cell if rows == "layer:cell" else world.DISTRICT_OF.get(cell)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("columns", COLUMNS)
def test_rows_to_compare_with_are_the_sum_and_the_mean_and_count_no_record_again(
    client, rows, columns
):
    query = {"rows": rows, "columns": columns, "compare": ["all", "mean"]}
    answer = json_of(client, CROSSTAB, **query)
    cells = [c for c in answer["rows"] if c["row"] not in ("all areas", "mean of areas")]
    assert sum(c["count"] for c in cells) == len(people.PEOPLE)
    assert sum(c["count"] for c in cells) == answer["provenance"]["counts"]["in_cells"]
    sums: Counter[str] = Counter()
    for cell in cells:
        sums[cell["column"]] += cell["count"] * (cell["row"] != "not located")
    areas = len(world.CODES) if rows == "layer:cell" else 2
    for row in answer["rows"]:
        if row["row"] == "all areas":
            assert row["count"] == sums[row["column"]]
            assert row["mean"] is None
        if row["row"] == "mean of areas":
            assert row["count"] is None
            assert row["mean"] == pytest.approx(sums[row["column"]] / areas)
    for cell in cells:
        total = sums[cell["column"]]
        share = 100 * cell["count"] / total if total else None
        assert cell["share_of_all"] == pytest.approx(share)


def test_the_county_stands_beside_one_district_with_rates_of_both(client):
    query = {
        "rows": "layer:cell", "columns": "year", "within": "district:D1",
        "denominator": "residents:2020", "compare": ["all", "mean"],
    }  # fmt: skip
    cells = rows_of(client, CROSSTAB, **query)
    in_county = Counter(
        str(p.record.occurred.year) for p in people.PEOPLE if p.record.cell is not None
    )
    by_key = {(c["row"], c["column"]): c for c in cells}
    assert {c["row"] for c in cells} == {
        *(code for code, district in world.DISTRICT_OF.items() if district == "D1"),
        "all areas",
        "mean of areas",
    }
    for year, days in (("2023", 365), ("2024", 366)):
        every, mean = by_key["all areas", year], by_key["mean of areas", year]
        assert every["count"] == in_county[year]
        residents = world.EARLIER_RESIDENTS * len(world.CODES)
        assert every["denominator"] == residents
        assert every["rate"] == pytest.approx(1000 * in_county[year] / (residents * days / 365.25))
        assert every["lower"] < every["rate"] < every["upper"]
        assert mean["rate"] == pytest.approx(every["rate"])  # all have as many residents
    wide = rows_of(client, CROSSTAB, **query, layout="wide", cells="rate")
    assert [row["row_name"] for row in wide[-3:]] == ["Total", "All areas", "Mean of the areas"]
    assert wide[-2]["2023"] == pytest.approx(by_key["all areas", "2023"]["rate"])
    counts = rows_of(client, CROSSTAB, **query, layout="wide")
    assert counts[-2]["total"] == sum(in_county.values())
    assert counts[-1]["2024"] == pytest.approx(in_county["2024"] / len(world.CODES))


def test_steps_covered_in_part_are_marked_in_either_layout(client):
    query = {"rows": "category", "columns": "financial-year"}
    cells = rows_of(client, CROSSTAB, **query)
    assert {c["column"]: c["part"] for c in cells} == {
        "2022-23": True, "2023-24": False, "2024-25": True,
    }  # fmt: skip
    wide = rows_of(client, CROSSTAB, **query, layout="wide", category="robbery")
    assert list(wide[0])[2:] == ["2022-23 (part)", "2023-24", "2024-25 (part)", "total"]
    turned = rows_of(client, CROSSTAB, rows="financial-year", columns="category", layout="wide")
    assert turned[0]["row_name"].endswith("(part)")


def share_covered(persons, last_month):
    """The share of 2023's incidents in its first months, and its incidents."""
    earlier = [p for p in persons if p.record.occurred.year == 2023]
    part = sum(p.record.occurred.month <= last_month for p in earlier)
    return part / len(earlier), len(earlier)


def test_a_part_year_is_projected_by_the_same_months_of_the_whole_one(client):
    query = {"rows": "category", "columns": "year", "to": "2024-09", "part_steps": "projected"}
    answer = json_of(client, CROSSTAB, **query)
    share, basis = share_covered(people.PEOPLE, 9)
    assert answer["provenance"]["method"]["projected"]["2024"]["by"].startswith("the same months")
    assert answer["provenance"]["method"]["projected"]["2024"]["share_covered"] == pytest.approx(
        share, abs=1e-4
    )
    cells = {(c["row"], c["column"]): c for c in answer["rows"]}
    for category in ("assault", "robbery"):
        assert cells[category, "2023"]["projected"] is None
        cell = cells[category, "2024"]
        count = sum(
            p.record.category == category and LATEST >= p.record.occurred >= LATEST.replace(
                month=1, day=1, hour=0, minute=0
            )
            for p in people.PEOPLE
        )  # fmt: skip
        assert cell["count"] == count
        assert cell["projected"] == pytest.approx(count / share)
        dispersion = answer["provenance"]["method"]["projected"]["2024"]["dispersion"]
        _, lower, upper = projected_by_share([count], share, basis=basis, dispersion=dispersion)
        assert cell["projected_lower"] == pytest.approx(lower[0], abs=2)
        assert cell["projected_upper"] == pytest.approx(upper[0], abs=2)
    wide = rows_of(client, CROSSTAB, **query, layout="wide")
    assert wide[0]["2024 (projected)"] == pytest.approx(cells["assault", "2024"]["projected"])
    assert wide[0]["2023"] == cells["assault", "2023"]["count"]


def test_without_a_whole_step_the_days_decide_and_the_answer_says_so(client):
    query = {"rows": "category", "columns": "year", "from": "2024-01", "to": "2024-09"}
    answer = json_of(client, CROSSTAB, **query, part_steps="projected")
    for cell in answer["rows"]:
        assert cell["projected"] == pytest.approx(cell["count"] * 366 / 274)
    assert "the share of its days" in " ".join(answer["provenance"]["notes"])


def test_projected_rates_are_of_the_whole_year(client):
    query = {
        "rows": "layer:cell", "columns": "year", "to": "2024-09", "part_steps": "projected",
        "denominator": "residents:2020", "compare": "all",
    }  # fmt: skip
    long = {(c["row"], c["column"]): c for c in rows_of(client, CROSSTAB, **query)}
    wide = rows_of(client, CROSSTAB, **query, layout="wide", cells="rate")
    for row in wide[:16]:
        expected = 1000 * long[row["row"], "2024"]["projected"] / (500 * 366 / 365.25)
        assert row["2024 (projected)"] == pytest.approx(expected)
    areas = sum(long[code, "2024"]["projected"] for code in world.CODES)
    assert long["all areas", "2024"]["projected"] == pytest.approx(areas)


def test_events_stand_at_their_steps_and_breaks_are_marked(client):
    address = f"/v1/tables/{gaps.LONG}/crosstab"
    query = {"rows": "layer:district", "columns": "quarter"}
    answer = json_of(client, address, **query, category="assault")
    events = {c["column"]: c["events"] for c in answer["rows"]}
    assert {key: text for key, text in events.items() if text} == {
        "2023-Q2": "Move of the station", "2024-Q1": "New categories (break, assault)",
    }  # fmt: skip
    assert "a break" in " ".join(answer["provenance"]["notes"])
    wide = rows_of(client, address, **query, category="assault", layout="wide")
    assert [label for label in wide[0] if "break" in label] == ["2024-Q1 (part, break)"]
    of_all = rows_of(client, address, **query, layout="wide")
    assert "2024-Q1 (part)" in of_all[0]  # a break of one category breaks no series of several
    every = json_of(client, address, rows="layer:district", columns="category")
    assert "events" not in every["rows"][0]
    assert "a break" not in " ".join(every["provenance"]["notes"])


def test_a_selection_of_the_same_dataset_stands_beside_all_of_it(client):
    query = {"rows": "age:0-17,18-64,65-", "columns": "year", "beside_dataset": people.DATASET}
    cells = rows_of(client, CROSSTAB, **query, beside_category="robbery")
    alone = {
        (c["row"], c["column"]): c["count"]
        for c in rows_of(client, CROSSTAB, rows=query["rows"], columns="year", category="robbery")
    }
    assert {(c["row"], c["column"]): c["beside_count"] for c in cells} == {
        key: alone.get(key, 0) for key in ((c["row"], c["column"]) for c in cells)
    }
    wide = rows_of(client, CROSSTAB, **query, beside_category="robbery", layout="wide")
    assert list(wide[0])[2:] == [
        "2023", "2023 beside", "2024", "2024 beside", "total", "total beside",
    ]  # fmt: skip
    assert wide[-1]["total beside"] == sum(alone.values())


def test_two_datasets_stand_side_by_side_each_over_its_own_days(client):
    query = {"rows": "layer:cell", "columns": "month", "beside_dataset": gaps.DATASET}
    answer = json_of(client, CROSSTAB, **query, denominator="residents:2020")
    assert answer["provenance"]["counts"]["records_beside"] == sum(gaps.COUNTS.values())
    total = sum(c["beside_count"] or 0 for c in answer["rows"])
    assert total == sum(gaps.COUNTS.values())
    months = {c["column"] for c in answer["rows"]}
    assert sorted(months) == [c["column"] for c in answer["rows"][: len(months)]]
    for cell in answer["rows"]:
        if not cell["beside_days"]:
            assert (cell["beside_count"], cell["beside_rate"]) == (None, None)
        elif cell["denominator"]:
            exposure = cell["denominator"] * cell["beside_days"] / 365.25
            assert cell["beside_rate"] == pytest.approx(1000 * cell["beside_count"] / exposure)
    notes = " ".join(answer["provenance"]["notes"])
    assert f"Beside, {gaps.DATASET}: " in notes
    wide = rows_of(client, CROSSTAB, **query, layout="wide")
    assert f"2024-02 {gaps.DATASET}" in wide[0]
    assert np.isclose(wide[-1][f"total {gaps.DATASET}"], sum(gaps.COUNTS.values()))


def test_small_counts_are_shown_as_such_and_the_note_says_what_that_is_not(client):
    query = {"rows": "layer:cell", "columns": "subcategory", "layout": "wide"}
    plain = rows_of(client, CROSSTAB, **query)
    answer = json_of(client, CROSSTAB, **query, small="12")
    assert any(0 < count < 12 for row in plain for count in list(row.values())[2:])
    for row, shown in zip(plain, answer["rows"], strict=True):
        for column, count in list(row.items())[2:]:
            assert shown[column] == ("<12" if 0 < count < 12 else str(count))
    assert "not disclosure control" in " ".join(answer["provenance"]["notes"])


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"rows": "category", "columns": "year", "compare": "all"}, "rows=layer"),
        ({"rows": "layer:cell", "columns": "year", "compare": "nobody"}, "mean"),
        ({"rows": "category", "columns": "weekday", "part_steps": "projected"}, "one axis of year"),
        ({"rows": "year", "columns": "month", "part_steps": "projected"}, "one axis of year"),
        ({"rows": "year", "columns": "hour", "part_steps": "projected"}, "clock"),
        (
            {"rows": "category", "columns": "year", "part_steps": "projected", "layout": "wide",
             "cells": "per-month"},
            "cells=count or cells=rate",
        ),
        ({"rows": "category", "columns": "year", "beside_dataset": "nobody"}, people.DATASET),
        ({"rows": "category", "columns": "year", "small": "5"}, "layout=wide"),
        ({"rows": "category", "columns": "year", "beside_marker": "hate"}, "need beside_dataset"),
        (
            {"rows": "attribute:sex", "columns": "year", "beside_dataset": gaps.DATASET},
            "no attribute",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_what_can(client, query, text):
    answer = client.get(CROSSTAB, params=query)
    assert answer.status_code in (404, 422)
    assert text in answer.text
