"""Harm as the weight of incidents: summed as a loop sums it, and what is not known is said."""

import math
import shutil
from collections import Counter, defaultdict

import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.reference.harm_index import HarmIndexStore
from service.store.source_files import SourceFile
from tests.service import people, world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

DAYS = {"knife": 182.5, "assault": 10.0}
CHOROPLETH = f"/v1/choropleths/{people.DATASET}/{world.CELLS}"
HOTSPOTS = f"/v1/hotspots/{people.DATASET}/{world.CELLS}"
HEATMAP = f"/v1/heatmaps/{people.DATASET}/summary.json"


def add_index(folder, days, *, index="chi", column="subcategory"):
    rows = pa.table({"offence": list(days), "days": [float(n) for n in days.values()]})
    shutil.rmtree(folder / "harm_indices", ignore_errors=True)
    HarmIndexStore(folder / "harm_indices").append(
        index, rows, file=SourceFile.of("i.csv", index.encode()), matched_on=column, replace=True
    )
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = people.add(world.build(tmp_path_factory.mktemp("harm")))
    return add_index(folder, {" KNIFE.": DAYS["knife"], "Assault": DAYS["assault"]})


@pytest.fixture(scope="module")
def client(folder):
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def known(of=lambda person: person.subcategory):
    return [(person, DAYS[of(person)]) for person in people.PEOPLE if of(person) in DAYS]


def by_cell(pairs):
    sums = defaultdict(list)
    for person, days in pairs:
        sums[person.record.cell].append(days)
    return sums


def test_each_area_has_the_sum_of_the_harm_of_its_incidents(client):
    answer = json_of(client, CHOROPLETH, measure="harm")
    sums = by_cell(known())
    for row in answer["rows"]:
        own = sums[row["code"]]
        assert row["count"] == len(own)
        assert row["value"] == pytest.approx(sum(own))
        assert row["lower"] <= row["value"] <= row["upper"]
        if own:
            effective = sum(own) ** 2 / sum(days**2 for days in own)
            assert row["effective_number"] == pytest.approx(effective)
            assert row["largest_share"] == pytest.approx(max(own) / sum(own))
    assert answer["provenance"]["method"]["unit"] == "days of harm"


def test_what_the_index_does_not_have_is_counted_and_said(client):
    answer = json_of(client, CHOROPLETH, measure="harm")
    unknown = Counter(p.record.cell for p in people.PEOPLE if p.subcategory not in DAYS)
    assert {row["code"]: row["harm_not_known"] for row in answer["rows"]} == {
        code: unknown[code] for code in world.CODES
    }
    provenance = answer["provenance"]
    fist = sum(person.subcategory == "fist" for person in people.PEOPLE)
    nothing = sum(person.subcategory is None for person in people.PEOPLE)
    assert provenance["filter"]["not_stated"] == {"harm": fist + nothing}
    (note,) = (note for note in provenance["notes"] if "harm index chi" in note)
    assert note.startswith(f"The harm of {fist + nothing:,} records is not known")
    assert f"fist ({fist})" in note
    assert f"not recorded ({nothing})" in note
    assert provenance["harm_index"]["matched_on"] == "subcategory"


def test_a_rate_of_harm_is_the_sum_over_the_denominator_and_the_year(client):
    query = {"denominator": "residents", "per": 1000, "rate_per": "year"}
    sums = by_cell(known())
    for row in rows_of(client, CHOROPLETH, measure="harm-rate", **query):
        residents = world.RESIDENTS.get(row["code"], 0.0)
        if residents:
            years = people.DAYS / 365.25
            assert row["value"] == pytest.approx(sum(sums[row["code"]]) * 1000 / residents / years)
        else:
            assert row["value"] is None


def test_another_column_may_hold_the_offences(client):
    rows = rows_of(client, CHOROPLETH, measure="harm", harm_column="category")
    sums = by_cell(known(lambda person: person.record.category))
    assert {row["code"]: row["value"] for row in rows} == pytest.approx(
        {code: sum(sums[code]) for code in world.CODES}
    )


def test_a_heat_map_of_harm_holds_the_harm_of_what_is_located(client):
    summary = json_of(client, HEATMAP, harm="true")
    harm = sum(days for person, days in known() if person.record.located)
    method = summary["provenance"]["method"]
    assert method["sum_of_weights"] == pytest.approx(harm)
    assert method["unit"] == "days of harm per km^2"
    assert client.get(HEATMAP, params={"harm": "true", "weight": "true"}).status_code == 422


def test_pictures_and_legends_of_harm_say_so(client):
    legend = json_of(client, f"{CHOROPLETH}/tilejson.json", measure="harm")
    assert "harm by area" in str(legend)
    maps = HEATMAP.removesuffix("summary.json")
    for name in ("map.png", "raster.tif", "tiles/13/4099/2697.png"):
        counted, of_harm = (client.get(maps + name, params=q) for q in ({}, {"harm": "true"}))
        assert (counted.status_code, of_harm.status_code) == (200, 200)
        assert counted.content != of_harm.content


def test_hot_areas_say_whether_one_incident_makes_them(client):
    answer = json_of(client, HOTSPOTS, measure="harm", permutations=99)
    sums = by_cell(known())
    for row in answer["rows"]:
        column, line = int(row["code"][1]), int(row["code"][2])
        nearby = [
            days
            for code in world.CODES
            if abs(int(code[1]) - column) <= 1 and abs(int(code[2]) - line) <= 1
            for days in sums[code]
        ]
        assert row["value"] == pytest.approx(sum(sums[row["code"]]))
        assert row["largest_share_nearby"] == pytest.approx(max(nearby) / sum(nearby))
        assert row["effective_number_nearby"] == pytest.approx(
            sum(nearby) ** 2 / sum(days**2 for days in nearby)
        )


def test_one_serious_event_is_named_where_it_makes_a_hotspot(tmp_path):
    folder = people.add(world.build(tmp_path), is_chosen=_few_in_the_corner)
    add_index(folder, {"knife": 5000.0, "fist": 1.0})
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        address = f"/v1/hotspots/{people.DATASET}/square:250"
        answer = json_of(client, address, measure="harm", permutations=0)
    hot = [row for row in answer["rows"] if row["class"].startswith("hot")]
    assert hot
    assert all(row["largest_share_nearby"] > 0.5 for row in hot)
    (note,) = (n for n in answer["provenance"]["notes"] if "One serious event" in n)
    assert note.startswith(f"Of {len(hot)} hot areas {len(hot)} owe")


def _few_in_the_corner(person):
    """Fists everywhere, and one knife in a corner."""
    knives = [p for p in people.PEOPLE if p.subcategory == "knife" and p.record.cell == "C00"]
    return person.subcategory == "fist" or person is knives[0]


def test_a_change_of_harm_compares_the_sums_of_two_periods(client):
    query = {"from": "2024-01", "to": "2024-12"}
    query |= {"baseline_from": "2023-01", "baseline_to": "2023-12", "permutations": 99}
    rows = rows_of(client, f"{HOTSPOTS}/change", measure="harm", **query)
    sums = by_cell((p, days) for p, days in known() if p.record.occurred.year == 2024)
    assert {row["code"]: row["weighted_after"] for row in rows} == pytest.approx(
        {code: sum(sums[code]) for code in world.CODES}
    )


def test_a_cross_table_holds_sums_and_rates_of_harm(client):
    address = f"/v1/tables/{people.DATASET}/crosstab"
    query = {"rows": "layer:cell", "columns": "year", "layout": "wide"}
    answer = json_of(client, address, cells="harm", **query)
    assert not any("counts each as 1" in note for note in answer["provenance"]["notes"])
    rows = {row["row"]: row for row in answer["rows"]}
    for code in world.CODES:
        of_years = [
            sum(d for p, d in known() if p.record.cell == code and p.record.occurred.year == year)
            for year in (2023, 2024)
        ]
        assert [rows[code]["2023"], rows[code]["2024"]] == pytest.approx(of_years)
        assert rows[code]["total"] == pytest.approx(sum(of_years))
    assert rows["total"]["total"] == pytest.approx(sum(days for _, days in known()))
    rated = rows_of(client, address, cells="harm-rate", denominator="residents", **query)
    rates = {row["row"]: row["2023"] for row in rated}
    expected = rows["C00"]["2023"] * 1000 / world.RESIDENTS["C00"] / (365 / 365.25)
    assert rates["C00"] == pytest.approx(expected)
    assert rates["C33"] is None
    assert client.get(address, params={**query, "layout": "long", "cells": "harm"}).is_error


def test_a_new_index_is_a_new_version_of_every_answer(tmp_path):
    folder = people.add(world.build(tmp_path))
    shutil.rmtree(folder / "harm_indices")
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        refused = client.get(CHOROPLETH, params={"measure": "harm"})
        assert refused.status_code == 422
        assert "hotspots import harm-index" in refused.json()["detail"]
        values, tags = [], []
        store = HarmIndexStore(folder / "harm_indices")
        for days in (3.0, 5.0):
            rows = pa.table({"offence": ["knife"], "days": [days]})
            file = SourceFile.of("i.csv", str(days).encode())
            store.append("chi", rows, file=file, replace=True)
            answers = [
                client.get(CHOROPLETH, params={"measure": "harm"}),
                client.get(HEATMAP, params={"harm": "true"}),
            ]
            tags.append([answer.headers["ETag"] for answer in answers])
            values.append(sum(row["value"] for row in answers[0].json()["rows"]))
            values.append(answers[1].json()["provenance"]["method"]["sum_of_weights"])
    assert values[2] == pytest.approx(values[0] * 5 / 3)
    assert values[3] == pytest.approx(values[1] * 5 / 3)
    assert not set(tags[0]) & set(tags[1])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"measure": "harm", "harm_index": "none"}, "one of those imported: chi"),
        ({"measure": "harm", "harm_column": "attribute:sex"}, "harm_column=category"),
        ({"measure": "harm", "harm_column": "attribute:none"}, "has no attribute 'none'"),
        ({"measure": "harm", "harm_column": "offence"}, "attribute:NAME"),
        ({"measure": "count", "harm_index": "chi"}, "where harm is summed"),
        ({"measure": "harm-rate"}, "needs denominator"),
        ({"measure": "harm", "subcategory": "fist"}, "states its harm"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_is_allowed(client, query, words):
    refused = client.get(CHOROPLETH, params=query)
    assert refused.status_code == 422
    assert words in refused.text


def test_numbers_match_the_codes_they_are_written_as(tmp_path):
    folder = add_index(people.add(world.build(tmp_path)), {"x": 1.0, "2": 7.0})
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        query = {"measure": "harm", "harm_column": "attribute:victims"}
        rows = rows_of(client, CHOROPLETH, **query)
    two = Counter(p.record.cell for p in people.PEOPLE if p.victims == 2)
    assert {row["code"]: row["value"] for row in rows} == {c: 7.0 * two[c] for c in world.CODES}
    assert not any(math.isnan(row["value"]) for row in rows)


def test_the_page_offers_harm_where_there_is_an_index(client, tmp_path, serve):
    def choices(of):
        offered = json_of(of, "/v1/page.json")["choices"]
        return offered["choropleth"]["measures"], offered["hotspot"]["measures"]

    folder = world.build(tmp_path)
    shutil.rmtree(folder / "harm_indices")
    without = choices(serve(open_resources(Settings(data_dir=folder))))
    assert all("harm" in measures for measures in choices(client))
    assert not any("harm" in measures for measures in without)


def test_areas_are_ranked_by_harm_and_by_its_rate(client):
    address = f"/v1/tables/{people.DATASET}/ranked/{world.CELLS}"
    query = {"denominator": "residents", "threshold": 1500}
    answer = json_of(client, address, by="harm", **query)
    assert not any("counts each as 1" in note for note in answer["provenance"]["notes"])
    rows, sums = answer["rows"], by_cell(known())
    areas = [row for row in rows if row["code"] in world.CODES]
    assert [row["code"] for row in areas] == sorted(
        world.CODES, key=lambda code: (-sum(sums[code]), code)
    )
    assert areas[0]["rank"] == 1
    assert areas[0]["rank_best"] is None
    total = sum(sum(sums[code]) for code in world.CODES)
    for row in areas:
        assert row["harm"] == pytest.approx(sum(sums[row["code"]]))
        assert row["share_of_harm"] == pytest.approx(100 * sum(sums[row["code"]]) / total)
        assert row["is_flagged"] == (sum(sums[row["code"]]) >= 1500)
    behind = {row["code"]: row["harm"] for row in rows}
    assert behind["areas"] == pytest.approx(total)
    assert behind["total"] == pytest.approx(sum(days for _, days in known()))
    assert behind["areas"] + behind["outside"] + behind["not located"] == pytest.approx(
        behind["total"]
    )
    rated = rows_of(client, address, by="harm-rate", **query)
    rates = {
        code: sum(sums[code]) * 1000 / residents / (people.DAYS / 365.25)
        for code, residents in world.RESIDENTS.items()
        if residents
    }
    first = max(rates, key=lambda code: rates[code])
    assert (rated[0]["code"], rated[0]["rank"]) == (first, 1)
    assert rated[0]["harm_rate"] == pytest.approx(rates[first])
    assert rated[0]["harm_rate_lower"] < rates[first] < rated[0]["harm_rate_upper"]


def test_a_trend_of_harm_sums_it_month_by_month(client):
    answer = json_of(
        client, f"/v1/tables/{people.DATASET}/trend", measure="harm", within="cell:C00"
    )
    for row in answer["rows"]:
        harm = sum(
            days
            for person, days in known()
            if person.record.cell == "C00" and f"{person.record.occurred:%Y-%m}" == row["month"]
        )
        assert row["weighted"] == pytest.approx(harm)
        assert row["rate"] == pytest.approx(harm / row["days"])
    assert answer["provenance"]["method"]["unit"] == "days of harm per day"
    assert answer["provenance"]["harm_index"]["id"] == "chi"
