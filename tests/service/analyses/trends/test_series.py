"""Several series of a trend, against the records counted one by one."""

import json
import shutil
from collections import Counter

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.queries.tables.trends import TrendQuery
from tests.service import people, world, years
from tests.service.answers import json_of, rows_of

PEOPLE, YEARS = (f"/v1/tables/{name}/trend" for name in (people.DATASET, years.DATASET))
NOT_RECORDED = "not recorded"


def markers(person):
    if person.marker is None:
        return (NOT_RECORDED,)
    return tuple(part.strip() for part in person.marker.split(";"))


KEYS = {
    "category": lambda p: (p.record.category,),
    "subcategory": lambda p: (p.subcategory or NOT_RECORDED,),
    "attribute:sex": lambda p: (p.sex or NOT_RECORDED,),
    "marker": markers,
}
COUNTY = [person for person in people.PEOPLE if person.record.cell_of_place is not None]


def counts(rows):
    return {(row["series"], row["month"]): row["count"] for row in rows if row["count"]}


@pytest.mark.parametrize("by", KEYS)
def test_each_series_and_month_has_its_incidents(client, by):
    answer = json_of(client, PEOPLE, by=by)
    wanted = Counter(
        (key, f"{person.record.occurred:%Y-%m}") for person in COUNTY for key in KEYS[by](person)
    )
    assert counts(answer["rows"]) == wanted
    assert len(answer["rows"]) == 24 * len({key for key, _ in wanted})
    parts = answer["provenance"]["counts"]
    assert parts["in_rows"] == len(COUNTY)
    elsewhere = ("in_incomplete_steps", "in_layer_elsewhere", "outside", "not_located")
    assert sum(parts[name] for name in ("in_rows", *elsewhere)) == parts["records"] == people.COUNT


@pytest.mark.parametrize("within", [None, "district:D1"])
def test_areas_of_a_layer_are_series_and_add_up_with_what_is_in_none(client, within):
    query = {} if within is None else {"within": within}
    answer = json_of(client, PEOPLE, by="layer:cell", step="year", **query)
    wanted = Counter(
        (person.record.cell_of_place, f"{person.record.occurred:%Y}-01")
        for person in people.PEOPLE
        if within is None or world.DISTRICT_OF.get(person.record.cell_of_place or "") == "D1"
    )
    wanted = {(cell or "not located", month): number for (cell, month), number in wanted.items()}
    assert counts(answer["rows"]) == wanted
    parts = answer["provenance"]["counts"]
    assert parts["in_rows"] == sum(wanted.values())
    assert sum(parts.values()) == 2 * parts["records"] == 2 * people.COUNT


def test_several_areas_stand_beside_one_another_as_each_would_alone(client):
    areas = ("cell:C00", "district:D1", "circle:545500,258500,400")
    together = rows_of(client, PEOPLE, area=areas, step="quarter")
    for area in areas:
        own = [row for row in together if row["area"] == area]
        alone = rows_of(client, PEOPLE, within=area, step="quarter")
        named = {"area": area, "area_name": own[0]["area_name"]}
        assert own == [{**named, **row} for row in alone]


def test_everywhere_is_every_record_located_or_not(client):
    answer = json_of(client, PEOPLE, area=["everywhere", "cell:C00"])
    rows = [row for row in answer["rows"] if row["area"] == "everywhere"]
    wanted = Counter(f"{person.record.occurred:%Y-%m}" for person in people.PEOPLE)
    assert {row["month"]: row["count"] for row in rows} == wanted
    assert answer["provenance"]["counts"]["in_rows"] == people.COUNT


def test_the_total_and_the_mean_of_the_districts_are_of_all_of_them(client):
    query = {"by": "layer:district", "step": "year", "to": "2019-12", "per": "year"}
    rows = rows_of(client, YEARS, compare=["total", "mean"], series="D1", **query)
    every = rows_of(client, YEARS, **query)
    assert {row["series"] for row in rows} == {"D1", "total", "mean"}
    for total, mean in zip(rows[-10:-5], rows[-5:], strict=True):
        own = [row for row in every if row["month"] == total["month"]]
        number = sum(row["count"] for row in own)
        assert (total["series"], mean["series"]) == ("total", "mean")
        assert total["count"] == mean["count"] == total["value"] == number
        assert mean["value"] == number / 2
        assert mean["rate"] == pytest.approx(sum(row["rate"] for row in own) / 2)


def test_an_incident_of_two_markers_is_counted_once_in_the_total(client):
    rows = rows_of(client, PEOPLE, by="marker", compare="total", step="year")
    total = sum(row["count"] for row in rows if row["series"] == "total")
    assert total == sum(person.marker is not None for person in COUNTY)


def test_shares_are_of_all_series(client):
    rows = rows_of(
        client, YEARS, category="damage", by="subcategory", series="arson", include="share"
    )
    assert {row["series"] for row in rows} == {"arson"}
    damage = [case for case in years.CASES if case.category == "damage"]
    own = Counter(f"{case.day:%Y-%m}" for case in damage)
    arson = Counter(f"{case.day:%Y-%m}" for case in damage if case.kind == "arson")
    for row in rows:
        assert row["count"] == arson[row["month"]]
        assert row["share"] == pytest.approx(100 * arson[row["month"]] / own[row["month"]])
        assert row["share_lower"] <= row["share"] <= row["share_upper"]


def test_weights_of_each_series_are_summed(client):
    query = {"measure": "weighted", "step": "quarter", "mean": "year"}
    rows = rows_of(client, YEARS, by="category", **query)
    damage = [row for row in rows if row["series"] == "damage" and row["month"][:4] == "2017"]
    weights = [0.0] * 4
    for case in years.CASES:
        if case.category == "damage" and case.day.year == 2017:
            weights[(case.day.month - 1) // 3] += case.weight
    assert [row["weighted"] for row in damage] == weights
    assert [row["mean"] for row in damage] == pytest.approx([sum(weights) / 4] * 4)


def test_rates_are_over_the_residents_of_each_time_and_area(client):
    query = {"denominator": "residents", "step": "year", "per": "100", "to": "2019-12"}
    rows = rows_of(client, YEARS, within="district:D1", **query)
    assert [round(row["denominator"]) for row in rows] == [1000, 1200, 1400, 1600, 1800]
    for row in rows:
        exposure = row["denominator"] * row["days"] / 365.25
        assert row["rate"] == pytest.approx(100 * row["count"] / exposure)
    fixed = rows_of(client, YEARS, within="district:D1", interpolate=False, **query)
    assert {row["denominator"] for row in fixed} == {2000.0}
    named = {**query, "denominator": "residents:2015"}
    assert {row["denominator"] for row in rows_of(client, YEARS, **named)} == {4000.0}


def test_the_mean_of_the_districts_is_over_the_residents_of_all(client):
    rows = rows_of(
        client, YEARS, by="layer:district", compare="mean", denominator="residents", step="year",
        to="2015-12",
    )  # fmt: skip
    first, second, mean = rows
    assert mean["denominator"] == (first["denominator"] + second["denominator"]) / 2
    people_by_year = 2 * mean["denominator"] * 365 / 365.25
    assert mean["rate"] == pytest.approx(1000 * mean["count"] / people_by_year)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"by": "month"}, "category, subcategory, marker, age"),
        ({"by": "attribute:height"}, "sex"),
        ({"by": "category", "series": "arson"}, "assault; robbery"),
        ({"series": "assault"}, "series needs by="),
        ({"compare": "mean"}, "compare needs by="),
        ({"include": "share"}, "include=share needs by="),
        ({"area": "cell:C00", "within": "cell:C01"}, "either within"),
        ({"area": "cell:C00", "by": "layer:cell"}, "leave area out"),
        ({"area": "cell:C99"}, "C99"),
        ({"per": "1000"}, "needs a denominator"),
        ({"per": "0", "denominator": "residents"}, "a number above 0"),
        ({"per": "day", "denominator": "residents"}, "such as 1000"),
        ({"denominator": "households", "within": "cell:C00"}, "residents"),
        ({"denominator": "residents", "within": "circle:545500,258500,400"}, "name an area"),
        ({"denominator": "residents", "area": "everywhere"}, "name an area"),
        ({"by": "layer:cell", "include": "line", "step": "fortnight"}, "week"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_can(client, query, said):
    answer = client.get(PEOPLE, params=query)
    assert answer.status_code == 422, answer.text
    assert said in answer.text


def test_more_rows_than_anybody_reads_are_refused(client):
    answer = client.get(
        PEOPLE, params={"by": "layer:square:100", "from": "1925-01", "to": "2024-12"}
    )
    assert answer.status_code == 422
    assert "100000 allowed" in answer.json()["detail"]


def test_the_command_has_the_same_rows(client, folder):
    query = {"by": "category", "step": "week", "compare": "total", "mean": "rolling"}
    options = [part for name, value in query.items() for part in (f"--{name}", value)]
    result = CliRunner().invoke(
        app,
        ["trend", years.DATASET, *options, "--include", "line", "--include", "last-year",
         "--to-date", "year", "--part-steps", "projected", "--format", "json"],
        env={"HOTSPOTS_DATA_DIR": str(folder)},
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    more = {"include": ["line", "last-year"], "to_date": "year", "part_steps": "projected"}
    over_http = json_of(client, YEARS, **query, **more)
    assert json.loads(result.stdout) == over_http


def test_the_version_changes_with_the_events_and_the_measures(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "data")
    resources = open_resources(Settings(data_dir=copy))
    plain = TrendQuery(within="cell:C00")
    rates = TrendQuery(within="cell:C00", denominator="residents")

    def versions():
        return [resources.trends.version(years.DATASET, query) for query in (plain, rates)]

    first = versions()
    world.append_measure(copy, "residents", "2022", {"C00": 5.0})
    second = versions()
    assert (second[0] == first[0], second[1] == first[1]) == (True, False)
    years.add_events(copy)
    assert not set(versions()) & {*first, *second}
