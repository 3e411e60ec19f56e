"""Growth forecasts over HTTP, where the schedule is certain against numbers worked by hand."""

import math

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.reference.measures import MeasureStore
from service.store.reference.sites import SiteStore
from service.store.source_files import SourceFile
from tests.service import world
from tests.service.answers import assert_same_rows, csv_of, json_of, rows_of

FORECAST = f"/v1/growth/{world.DATASET}/forecast"
YEARS = 731 / 365.25  # 2023 and 2024
CERTAIN = {"household_size": 2.5, "pace_spread": 0, "build_years": 20}
CELLS = {**CERTAIN, "layer": "cell"}
INTERVALS = (("expected", "lower", "upper"), ("rate", "rate_lower", "rate_upper"))


def table(client, **query):
    """The answer and its rows by what they are of and year."""
    answer = json_of(client, FORECAST, **query)
    key = "site_id" if query.get("by", "site") == "site" else "code"
    return answer, {(row[key], row["year"]): row for row in answer["rows"]}


def notes_of(answer):
    return "\n".join(answer["provenance"]["notes"])


def refusal(client, **query):
    answer = client.get(FORECAST, params=query)
    assert answer.status_code == 422, answer.text
    return answer.json()["detail"]


def with_site(
    data_dir, serve, *, code, planned=200.0, completed=0.0, completed_year=2024, phases=()
):
    """A client of the county with one more site, `extra`, in the middle of a square."""
    x, y = world.place(code, 0)
    rows = [
        {"site_id": "extra", "name": "Extra", "easting_m": x, "northing_m": y,
         "homes_planned": planned, "homes_completed": completed, "completed_year": completed_year,
         "phase_year": None, "phase": None},
        *({"site_id": "extra", "phase": f"P{year}", "phase_year": year, "homes_planned": homes}
          for year, homes in phases),
    ]  # fmt: skip
    SiteStore(data_dir / "sites", crs=world.CRS).append(
        pa.Table.from_pylist(rows), file=SourceFile.of("extra.csv", b"extra")
    )
    return serve(open_resources(Settings(data_dir=data_dir)))


def test_a_number_never_stands_without_its_interval(client):
    for by in ("site", "area", "district"):
        for scenario in ("local", "district", "comparable"):
            query = {**CELLS, "by": by, "scenario": scenario, "pace_spread": 0.35}
            if scenario == "comparable":
                query["comparable_homes"] = 40
            for row in rows_of(client, FORECAST, **query):
                for names in INTERVALS:
                    values = [row[name] for name in names]
                    known = [value is not None for value in values]
                    assert all(known) or not any(known), row
                    if all(known):
                        assert values[1] <= values[2]
                        assert values[0] >= 0


def test_an_area_without_sites_has_the_columns_of_the_table_and_no_row(client):
    empty = client.get(f"{FORECAST}.csv", params={"within": "cell:C12", **CERTAIN}).text
    filled = client.get(f"{FORECAST}.csv", params=CERTAIN).text
    assert empty.splitlines() == filled.splitlines()[:1]


def test_homes_denominator_and_expectation_are_what_is_worked_by_hand(client):
    _, rows = table(client, by="site", horizon=2027, **CELLS)
    row = rows["s1", 2027]
    # 60 homes from 2025 over 20 years: 3 a year, for two and a half years.
    assert row["homes_built"] == pytest.approx(47.5)
    assert row["homes_added"] == pytest.approx(7.5)
    assert row["denominator_added"] == row["denominator"] == pytest.approx(7.5 * 2.5)
    count, residents = world.cell_counts()["C11"], world.RESIDENTS["C11"]
    rate = count / YEARS / residents
    assert row["expected"] == pytest.approx(rate * 7.5 * 2.5)
    assert row["rate"] == pytest.approx(rate * 1000)


def test_an_area_keeps_what_is_there_and_adds_what_comes(client):
    _, rows = table(client, by="area", horizon=2030, **CELLS)
    count, residents = world.cell_counts()["C11"], world.RESIDENTS["C11"]
    added = 3 * 5.5 * 2.5
    row = rows["C11", 2030]
    assert row["denominator"] == pytest.approx(residents + added)
    assert row["expected"] == pytest.approx(count / YEARS * (1 + added / residents))
    assert row["rate"] == pytest.approx(1000 * count / YEARS / residents)
    # Certain homes at its own rate: still the negative binomial, here drawn.
    ratio = (1 + added / residents) / YEARS
    exact = stats.nbinom.ppf([0.05, 0.95], count + 0.5, 1 / (1 + ratio))
    assert row["lower"] == pytest.approx(exact[0], abs=1)
    assert row["upper"] == pytest.approx(exact[1], abs=1)


def test_an_area_without_homes_to_come_has_the_exact_negative_binomial(client):
    _, rows = table(client, by="area", horizon=2026, **CELLS)
    counts = world.cell_counts()
    for code in set(world.CODES) - {"C11"}:
        row = rows[code, 2026]
        exact = stats.nbinom.ppf([0.05, 0.95], counts[code] + 0.5, 1 / (1 + 1 / YEARS))
        assert (row["lower"], row["upper"]) == tuple(exact)
        assert row["expected"] == pytest.approx(counts[code] / YEARS)


def test_areas_add_up_to_their_districts_and_districts_to_the_incidents(client):
    query = {**CELLS, "horizon": 2028, "pace_spread": 0.35}
    for scenario in ("local", "district"):
        _, areas = table(client, by="area", scenario=scenario, **query)
        _, districts = table(client, by="district", scenario=scenario, **query)
        for name in ("expected", "homes_added", "denominator_added", "homes_built"):
            for code in ("D1", "D2"):
                added = math.fsum(
                    areas[cell, 2028][name]
                    for cell in world.CODES
                    if world.DISTRICT_OF[cell] == code
                )
                assert districts[code, 2028][name] == pytest.approx(added, abs=1e-6)
    assert sum(row["count"] for (_, year), row in districts.items() if year == 2028) == sum(
        world.cell_counts().values()
    )


def test_a_site_and_what_its_area_has_today_are_the_area(client):
    query = {**CELLS, "pace_spread": 0.5, "horizon": 2034}
    _, sites = table(client, by="site", **query)
    _, areas = table(client, by="area", **query)
    today = world.cell_counts()["C11"] / YEARS
    for year in range(2025, 2035):
        assert areas["C11", year]["expected"] == pytest.approx(
            today + sites["s1", year]["expected"]
        )


def test_the_first_year_is_todays_rate_within_its_interval(client):
    """The rate that a choropleth shows, per year, lies in every interval of the first year."""
    today = json_of(
        client, f"/v1/choropleths/{world.DATASET}/cell", measure="rate", denominator="residents"
    )
    _, rows = table(client, by="area", horizon=2025, **{**CELLS, "pace_spread": 0.35})
    compared = 0
    for area in today["rows"]:
        row = rows[area["code"], 2025]
        if area["value"] is None:
            assert row["rate"] is None
            continue
        assert row["rate"] == pytest.approx(area["value"] / YEARS)
        assert row["rate_lower"] <= area["value"] / YEARS <= row["rate_upper"]
        compared += 1
    assert compared == 14


def test_the_districts_rate_is_all_its_incidents_over_all_its_residents(client):
    answer, rows = table(client, by="site", scenario="district", horizon=2025, **CELLS)
    counts = world.cell_counts()
    members = [c for c in world.CODES if world.DISTRICT_OF[c] == "D1"]
    rate = sum(counts[c] for c in members) / sum(world.RESIDENTS[c] for c in members) / YEARS
    assert rows["s1", 2025]["rate"] == pytest.approx(1000 * rate)
    (pool,) = (p for p in answer["provenance"]["method"]["rates"] if p["of"] == "D1")
    assert pool["areas"] == 8
    assert pool["count"] == sum(counts[c] for c in members)
    assert answer["provenance"]["method"]["districts"] == "district"


def test_comparable_communities_are_those_with_homes_complete_or_those_named(client):
    by_homes, rows = table(
        client, scenario="comparable", comparable_homes=40, horizon=2025, **CELLS
    )
    assert by_homes["provenance"]["method"]["comparable"] == ["C11", "C30"]
    counts = world.cell_counts()
    pooled = sum(counts[c] for c in ("C11", "C30")) / sum(
        world.RESIDENTS[c] for c in ("C11", "C30")
    )
    assert rows["s1", 2025]["rate"] == pytest.approx(1000 * pooled / YEARS)
    assert "half-Cauchy" in notes_of(by_homes)
    named = json_of(
        client, FORECAST, scenario="comparable", comparable=["C21", "C02"], horizon=2025, **CELLS
    )
    assert named["provenance"]["method"]["comparable"] == ["C02", "C21"]


def test_a_site_outside_the_layer_has_a_forecast_only_where_its_rate_does_not_need_an_area(client):
    answer, rows = table(client, horizon=2026, **CELLS)
    assert rows["s2", 2026]["expected"] is None
    assert "Airfield" in notes_of(answer)
    assert "outside cell" in notes_of(answer)
    _, comparable = table(client, horizon=2026, scenario="comparable", comparable="C11", **CELLS)
    assert comparable["s2", 2026]["expected"] > 0


def test_unpublished_completions_are_an_upper_bound_or_left_out_as_asked(client):
    query = {**CELLS, "horizon": 2026, "scenario": "comparable", "comparable": "C11"}
    answer, rows = table(client, **query)
    assert rows["s2", 2026]["homes_added"] == pytest.approx(2_500 / 20 * 1.5)
    assert "upper bound" in notes_of(answer)
    assert "2,500" in notes_of(answer)
    answer, rows = table(client, unpublished="left-out", **query)
    assert rows["s2", 2026]["expected"] is None
    assert "Left out" in notes_of(answer)
    assert answer["provenance"]["counts"]["sites_left_out"] == 1


def test_without_a_household_size_residents_to_come_are_missing_and_it_is_said(client):
    answer = json_of(client, FORECAST, by="area", layer="cell", horizon=2026)
    rows = {(row["code"], row["year"]): row for row in answer["rows"]}
    assert rows["C11", 2026]["expected"] is None
    assert rows["C00", 2026]["expected"] > 0
    assert "household_size" in notes_of(answer)


def test_an_area_without_residents_has_no_local_rate_and_it_is_said(own_county, serve):
    client = with_site(own_county, serve, code="C32")
    answer, rows = table(client, by="area", horizon=2026, **CELLS)
    row = rows["C32", 2026]
    assert [row[name] for names in INTERVALS for name in names] == [None] * 6
    assert "Extra lie in areas without residents" in notes_of(answer)
    _, rows = table(client, by="area", horizon=2026, scenario="district", **CELLS)
    assert rows["C32", 2026]["expected"] > world.cell_counts()["C32"] / YEARS
    assert rows["C32", 2026]["rate_lower"] is not None


def test_phases_make_the_schedule_and_too_many_are_scaled_to_the_plan(own_county, serve):
    client = with_site(own_county, serve, code="C22", phases=[(2026, 150.0), (2028, 250.0)])
    answer, rows = table(client, horizon=2029, **CELLS)
    built = {year: rows["extra", year]["homes_built"] for year in range(2025, 2030)}
    assert built == pytest.approx({2025: 0, 2026: 37.5, 2027: 75, 2028: 137.5, 2029: 200})
    assert "phases add up to 400 homes, more than the 200 planned" in notes_of(answer)


def test_a_slower_pace_brings_fewer_homes_and_spread_widens_them(client):
    query = {**CELLS, "horizon": 2034, "years": "horizon"}
    _, planned = table(client, **query)
    _, slow = table(client, **{**query, "pace": 0.5})
    _, spread = table(client, **{**query, "pace_spread": 0.5})
    certain, unsure = planned["s1", 2034], spread["s1", 2034]
    assert slow["s1", 2034]["homes_added"] == pytest.approx(certain["homes_added"] / 2)
    assert certain["homes_built_lower"] == certain["homes_built_upper"]
    assert unsure["homes_built_lower"] < certain["homes_built"] < unsure["homes_built_upper"]


def test_a_denominator_of_homes_grows_by_one_with_each(own_county, serve):
    rows = pa.table(
        {
            "layer": [world.CELLS] * 16, "area_code": list(world.CODES),
            "measure": ["homes"] * 16, "period": ["2021"] * 16, "value": [400.0] * 16,
        }
    )  # fmt: skip
    MeasureStore(own_county / "measures").append(rows, file=SourceFile.of("homes", b"homes"))
    client = serve(open_resources(Settings(data_dir=own_county)))
    answer, found = table(
        client, by="area", layer="cell", denominator="homes", pace_spread=0, horizon=2025
    )
    assert found["C11", 2025]["denominator"] == pytest.approx(400 + 1.5)
    assert "adds one to homes" in notes_of(answer)


def test_the_same_question_has_the_same_answer_and_another_seed_nearly_so(client):
    query = {**CELLS, "by": "district", "pace_spread": 0.35, "scenario": "district"}
    first = client.get(FORECAST, params=query)
    assert client.get(FORECAST, params=query).content == first.content
    _, rows = table(client, **query)
    _, others = table(client, seed=2, **query)
    for key, row in rows.items():
        assert row["expected"] == pytest.approx(others[key]["expected"], rel=1e-3)
        assert row["upper"] == pytest.approx(others[key]["upper"], rel=0.05)


def test_within_an_area_its_rows_remain_and_say_the_same(client):
    query = {**CELLS, "by": "area", "scenario": "district", "horizon": 2026}
    _, everywhere = table(client, **query)
    _, inside = table(client, within="district:D1", **query)
    assert {code for code, _ in inside} == {c for c in world.CODES if world.DISTRICT_OF[c] == "D1"}
    for key, row in inside.items():
        assert {**row, "class": ""} == {**everywhere[key], "class": ""}


def test_csv_has_the_rows_of_the_json(client):
    query = {**CELLS, "by": "area", "horizon": 2026}
    rows = rows_of(client, FORECAST, **query)
    assert_same_rows(csv_of(client, f"{FORECAST}.csv", **query), rows)


def test_every_row_has_a_class_of_the_legend(client):
    answer, rows = table(client, by="area", **CELLS)
    legend = answer["provenance"]["method"]["legend"]
    assert {row["class"] for row in rows.values()} == {each["class"] for each in legend}
    assert sum(each["rows"] for each in legend) == len(rows)


def test_tiles_carry_the_horizon_of_the_table(client):
    query = {**CELLS, "horizon": 2031, "measure": "count"}
    _, rows = table(client, by="area", **query)
    document = json_of(client, f"{FORECAST}/tilejson.json", **query)
    (layer,) = document["vector_layers"]
    assert layer["id"] == "cell"
    assert {"expected", "lower", "upper", "rate", "class", "year"} <= set(layer["fields"])
    address = document["tiles"][0].format(z=10, x=512, y=337)
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    shown = mapbox_vector_tile.decode(answer.content)["cell"]["features"]
    assert len(shown) == 16
    for feature in shown:
        properties = feature["properties"]
        row = rows[properties["code"], 2031]
        for name in ("expected", "lower", "upper", "class", "year"):
            assert properties[name] == row[name]


def test_homes_between_the_denominator_and_the_incidents_are_said_or_added(own_county, serve):
    phases = [(2022, 100.0), (2026, 100.0)]
    client = with_site(own_county, serve, code="C22", completed_year=2021, phases=phases)
    query = {**CELLS, "by": "area", "horizon": 2030}
    answer, rows = table(client, **query)
    residents, count = world.RESIDENTS["C22"], world.cell_counts()["C22"]
    assert "100 homes were scheduled between residents of 2021" in notes_of(answer)
    assert rows["C22", 2030]["denominator"] == pytest.approx(residents + 250)
    answer, rows = table(client, denominator_growth="scheduled", **query)
    assert "100 homes scheduled between" in notes_of(answer)
    assert rows["C22", 2030]["denominator"] == pytest.approx(residents + 500)
    assert rows["C22", 2030]["rate"] == pytest.approx(1000 * count / YEARS / (residents + 250))


@pytest.mark.parametrize("horizon", [2024, 2000, 2075, 2300])
def test_a_horizon_in_the_past_or_too_far_is_refused_with_its_range(client, horizon):
    assert "from 2025 to 2074" in refusal(client, horizon=horizon, **CELLS)


def test_the_horizon_follows_the_incidents_that_are_asked_about(client):
    assert "from 2024 to 2073" in refusal(client, horizon=2100, to="2023-12", **CELLS)
    answer, rows = table(client, to="2023-12", **CELLS)
    assert max(year for _, year in rows) == 2033
    assert answer["provenance"]["method"]["base_year"] == 2023
    assert "1 site states completions later than 2023" in notes_of(answer)


def test_less_than_a_year_of_incidents_is_said(client):
    answer = json_of(client, FORECAST, **{"from": "2024-07"}, **CELLS)
    assert "shorter than a year" in notes_of(answer)


def test_without_a_layer_the_one_that_has_the_denominator_is_taken_and_it_is_said(client):
    answer = json_of(client, FORECAST, **CERTAIN)
    assert answer["provenance"]["method"]["layer"] == "cell"
    assert "No layer was requested" in notes_of(answer)


def test_a_layer_without_the_denominator_is_refused(client):
    assert "residents" in refusal(client, layer="district", **CERTAIN)


def test_a_scenario_that_is_none_is_refused_with_those_there_are(client):
    assert "local" in refusal(client, scenario="optimistic", **CELLS)


def test_no_comparable_community_is_refused_with_the_most_homes_there_are(client):
    said = refusal(client, scenario="comparable", comparable_homes=5_000, **CELLS)
    assert "1 to 40" in said
    said = refusal(client, scenario="comparable", comparable="X1", **CELLS)
    assert "X1" in said
    said = refusal(client, scenario="comparable", comparable="C32", **CELLS)
    assert "residents" in said


def test_a_layer_without_districts_is_refused_with_the_layers_there_are(own_county, serve):
    (own_county / "boundaries" / "district.parquet").unlink()
    client = serve(open_resources(Settings(data_dir=own_county)))
    for query in ({"by": "district"}, {"scenario": "district"}):
        said = refusal(client, **query, **CELLS)
        assert "districts must be one of cell" in said


def test_a_denominator_that_homes_say_nothing_of_needs_a_number(own_county, serve):
    rows = pa.table(
        {
            "layer": [world.CELLS] * 16, "area_code": list(world.CODES),
            "measure": ["jobs"] * 16, "period": ["2021"] * 16, "value": np.full(16, 300.0),
        }
    )  # fmt: skip
    MeasureStore(own_county / "measures").append(rows, file=SourceFile.of("jobs", b"jobs"))
    client = serve(open_resources(Settings(data_dir=own_county)))
    query = {"layer": "cell", "denominator": "jobs"}
    assert "a number of jobs that come with a new home" in refusal(client, **query)
    _, rows = table(client, by="area", household_size=0.4, horizon=2025, pace_spread=0, **query)
    assert rows["C11", 2025]["denominator"] == pytest.approx(300 + 0.4 * 1.5)
