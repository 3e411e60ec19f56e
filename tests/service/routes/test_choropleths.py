"""Choropleths over HTTP, against numbers counted one by one."""

import csv
import hashlib
import io
import json

import orjson
import pytest
import shapely
from scipy import stats

from tests.service import world
from tests.service.answers import assert_same_rows, column, csv_of, json_of, on_the_ground, rows_of

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
DISTRICTS = f"/v1/choropleths/{world.DATASET}/{world.DISTRICTS}"


def test_every_area_has_one_row_with_its_name(client):
    rows = rows_of(client, CELLS)
    assert len(rows) == len(world.CODES)
    assert column(rows, "name") == world.NAMES


def test_counts_are_those_of_the_records(client):
    counts = world.cell_counts()
    assert column(rows_of(client, CELLS), "count") == {c: counts[c] for c in world.CODES}


def test_a_layer_without_supplied_codes_counts_by_place(client):
    assert column(rows_of(client, DISTRICTS), "count") == dict(world.district_counts())


@pytest.mark.parametrize("category", world.CATEGORIES)
def test_a_category_counts_its_own_records(client, category):
    counts = world.cell_counts(world.is_a(category))
    rows = rows_of(client, CELLS, category=category)
    assert column(rows, "count") == {c: counts[c] for c in world.CODES}


def test_two_categories_count_together(client):
    counts = world.cell_counts(lambda r: r.category != "assault")
    rows = rows_of(client, CELLS, category=["fire", "burglary"])
    assert column(rows, "count") == {c: counts[c] for c in world.CODES}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"category": "assault"},
        {"category": "burglary", "from": "2024-01"},
        {"to": "2023-06"},
        {"within": "district:D1"},
    ],
)
def test_the_total_reconciles_with_the_records(client, query):
    answer = json_of(client, CELLS, **query)
    counts = answer["provenance"]["counts"]
    in_rows = sum(row["count"] for row in answer["rows"])
    in_layer = counts["in_layer_by_code"] + counts["in_layer_by_location"]
    assert in_rows + counts.get("in_layer_elsewhere", 0) == in_layer
    assert in_layer + counts["outside"] + counts["not_located"] == counts["records"]


def test_the_counts_of_the_provenance_are_those_of_the_records(client):
    counts = json_of(client, CELLS)["provenance"]["counts"]
    assert counts == {"records": len(world.RECORDS), **world.placements()}


def test_highest_come_first_and_equal_ones_by_code(client):
    rows = rows_of(client, CELLS)
    keys = [(-row["value"], row["code"]) for row in rows]
    assert keys == sorted(keys)
    assert len({row["value"] for row in rows}) < len(rows)  # some are equal


def test_a_rate_is_the_count_per_thousand_of_the_latest_denominator(client):
    rows = rows_of(client, CELLS, measure="rate", denominator="residents")
    counts = world.cell_counts()
    for row in rows:
        residents = world.RESIDENTS.get(row["code"])
        assert row["denominator"] == residents
        expected = 1000 * counts[row["code"]] / residents if residents else None
        assert row["value"] == pytest.approx(expected) if expected else row["value"] is None


@pytest.mark.parametrize("measure", ["rate", "density", "smoothed", "smoothed-local"])
def test_a_rate_per_year_is_that_of_the_period_over_its_years(client, measure):
    query = {"measure": measure, "denominator": "residents", "from": "2024-01", "to": "2024-06"}
    of_period, per_year = (
        json_of(client, CELLS, **query, rate_per=rate_per) for rate_per in ("period", "year")
    )
    years = 182 / 365.25
    for before, after in zip(of_period["rows"], per_year["rows"], strict=True):
        for name in ("value", "lower", "upper"):
            if before[name] is not None:
                assert after[name] == pytest.approx(before[name] / years, rel=1e-9)
    units = [answer["provenance"]["method"]["unit"] for answer in (of_period, per_year)]
    assert units[0].endswith(" in 2024-01 to 2024-06")
    assert units[1].endswith(" per year")


def test_rates_of_periods_of_unlike_length_are_never_labelled_alike(client):
    query = {"measure": "rate", "denominator": "residents"}
    half, whole = (
        json_of(client, f"{CELLS}/legend.json", **query, **{"from": "2024-01", "to": to})["unit"]
        for to in ("2024-06", "2024-12")
    )
    assert half != whole
    assert json_of(client, CELLS, **query)["sentences"][1].count("in 2023-01 to 2024-12") == 1


@pytest.mark.parametrize("measure", ["count", "share", "ratio"])
def test_what_time_does_not_change_has_no_time_in_its_unit(client, measure):
    query = {"measure": measure, "denominator": "residents", "rate_per": "year"}
    method = json_of(client, CELLS, **query)["provenance"]["method"]
    assert (method["rate_per"], "year" in method["unit"]) == (None, False)


def test_a_rate_names_its_denominator_and_the_year(client):
    answer = json_of(client, CELLS, measure="rate", denominator="residents")
    source = answer["provenance"]["denominator"]
    assert (source["measure"], source["period"]) == ("residents", "2021")
    assert any("residents" in note and "2021" in note for note in answer["provenance"]["notes"])


def test_the_period_of_a_denominator_can_be_chosen(client):
    rows = rows_of(client, CELLS, measure="rate", denominator="residents:2020", per=100)
    counts = world.cell_counts()
    expected = {c: 100 * counts[c] / world.EARLIER_RESIDENTS for c in world.CODES}
    assert column(rows, "value") == pytest.approx(expected)


def test_areas_without_a_denominator_have_no_rate_and_come_last(client):
    rows = rows_of(client, CELLS, measure="rate", denominator="residents")
    assert [row["code"] for row in rows[-2:]] == ["C32", "C33"]
    assert all(row["value"] is None and row["lower"] is None for row in rows[-2:])
    assert rows[-2]["count"] == world.cell_counts()["C32"]  # the row keeps its count


def test_intervals_are_the_exact_poisson_ones(client):
    for row in rows_of(client, CELLS):
        lower = stats.chi2.ppf(0.025, 2 * row["count"]) / 2 if row["count"] else 0.0
        upper = stats.chi2.ppf(0.975, 2 * row["count"] + 2) / 2
        assert (row["lower"], row["upper"]) == pytest.approx((lower, upper))


def test_intervals_of_rates_are_those_of_the_counts_over_the_denominator(client):
    by_count = {row["code"]: row for row in rows_of(client, CELLS)}
    for row in rows_of(client, CELLS, measure="rate", denominator="residents"):
        if row["value"] is not None:
            of_count = by_count[row["code"]]
            scale = 1000 / row["denominator"]
            expected = (of_count["lower"] * scale, of_count["upper"] * scale)
            assert (row["lower"], row["upper"]) == pytest.approx(expected)


def test_every_row_is_in_a_class_of_the_legend_that_holds_its_value(client):
    answer = json_of(client, CELLS, scheme="equal-intervals", classes=4)
    legend = {each["class"]: each for each in answer["provenance"]["method"]["legend"]}
    assert sum(each["areas"] for each in legend.values()) == len(answer["rows"])
    for row in answer["rows"]:
        each = legend[row["class"]]
        if each["kind"] == "interval":
            assert each["lower"] <= row["value"] <= each["upper"]


def test_within_an_area_keeps_its_areas_only(client):
    rows = rows_of(client, CELLS, within="district:D1")
    assert {row["code"] for row in rows} == {c for c in world.CODES if c[1] in "01"}
    everywhere = column(rows_of(client, CELLS), "count")
    assert column(rows, "count") == {row["code"]: everywhere[row["code"]] for row in rows}


def test_csv_has_the_rows_of_the_json(client):
    query = {"measure": "rate", "denominator": "residents"}
    rows = rows_of(client, CELLS, **query)
    assert_same_rows(csv_of(client, f"{CELLS}.csv", **query), rows)


def test_csv_names_units_period_source_and_licence(client):
    query = {"measure": "rate", "denominator": "residents", "category": "assault"}
    answer = client.get(f"{CELLS}.csv", params=query)
    header, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[:2]
    unit = json_of(client, CELLS, **query)["provenance"]["method"]["unit"]
    assert {"code", "count", f"value ({unit})", f"lower ({unit})"} <= set(header)
    cells = dict(zip(header, row, strict=True))
    source = json_of(client, CELLS, **query)["provenance"]["dataset"]
    assert source["source"] in cells["source"]
    assert source["licence"] in cells["licence"]
    first, last = cells["period"].split(" to ")
    name = answer.headers["Content-Disposition"]
    assert f"cell-rate-assault-{first}-to-{last}.csv" in name


def test_json_states_the_units_of_its_columns(client):
    provenance = json_of(client, CELLS, measure="density")["provenance"]
    assert provenance["units"]["value"] == provenance["method"]["unit"]
    assert provenance["units"]["count"] == "incidents"


def test_csv_names_survive_quotes_commas_and_accents(client):
    names = {row["code"]: row["name"] for row in csv_of(client, f"{CELLS}.csv")}
    assert names["C00"] == 'Café, "Nord"'


def test_csv_carries_its_provenance_in_a_header(client):
    of_csv = json.loads(client.get(f"{CELLS}.csv").headers["Provenance"])
    assert of_csv == json_of(client, CELLS)["provenance"]


def test_geojson_has_the_rows_of_the_json(client):
    collection = json_of(client, f"{CELLS}.geojson")
    assert [f["properties"] for f in collection["features"]] == rows_of(client, CELLS)
    assert collection["provenance"] == json_of(client, CELLS)["provenance"]


def test_geojson_lies_where_the_areas_do(client):
    for feature in json_of(client, f"{CELLS}.geojson")["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        back = shapely.transform(
            shape, lambda xy: on_the_ground(xy, crs="EPSG:4326", target="EPSG:27700")
        )
        expected = world.square(feature["properties"]["code"])
        assert shapely.hausdorff_distance(back, expected) < 0.05


def test_geojson_has_longitude_first_and_outer_rings_anticlockwise(client):
    for feature in json_of(client, f"{CELLS}.geojson")["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        west, south, east, north = shape.bounds
        assert -1 < west < east < 1
        assert 52 < south < north < 53
        assert all(part.exterior.is_ccw for part in shapely.get_parts(shape))


def test_the_digest_is_of_the_rows_themselves(client):
    answer = json_of(client, CELLS)
    digest = hashlib.sha256(orjson.dumps(answer["rows"])).hexdigest()
    assert answer["provenance"]["rows_sha256"] == digest


def test_the_digest_changes_with_the_rows(client):
    digests = {
        json_of(client, CELLS, **query)["provenance"]["rows_sha256"]
        for query in ({}, {"category": "assault"}, {"to": "2023-06"})
    }
    assert len(digests) == 3


def test_the_method_says_what_was_asked_with_its_defaults(client):
    query = {"measure": "rate", "denominator": "residents", "classes": 4}
    method = json_of(client, CELLS, **query)["provenance"]["method"]
    assert method["measure"] == "rate"
    assert method["per"] == 1000
    assert method["classes"] == 4
    assert method["scheme"] == "quantiles"
    assert "Poisson" in method["interval"]


def test_ranks_come_with_the_ranks_that_chance_leaves_open(client):
    counts = world.cell_counts()
    rows = rows_of(client, CELLS, ranks="true")
    for row in rows:
        higher = sum(count > row["count"] for count in counts.values())
        assert row["rank"] == 1 + higher
        assert 1 <= row["rank_best"] <= row["rank"] <= row["rank_worst"] <= len(counts)
    method = json_of(client, CELLS, ranks="true")["provenance"]["method"]
    assert "Holm" in method["ranks"]
    assert "rank" not in rows_of(client, CELLS)[0]


def test_areas_without_a_rate_have_no_rank(client):
    rows = rows_of(client, CELLS, ranks="true", measure="rate", denominator="residents")
    assert any(row["value"] is None for row in rows)
    for row in rows:
        assert (row["rank"] is None) == (row["rank_worst"] is None) == (row["value"] is None)


def test_smoothed_rates_are_not_ranked_by_tests_of_counts(client):
    answer = client.get(
        CELLS,
        params={"ranks": "true", "measure": "smoothed", "denominator": "residents"},
    )
    assert answer.status_code == 422
    assert "ask for measure=rate" in answer.text
