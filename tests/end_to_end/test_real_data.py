"""The real open data of Cambridgeshire, by command line: every number known beforehand.

Contains National Statistics data and police.uk data under the Open Government Licence v3.0.
"""

import csv
import json
import os
from collections import Counter

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from boundaries.points.assign import assign_points
from service.__main__ import app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.oracles import e_test_p
from tests.service.answers import csv_rows

pytestmark = pytest.mark.real

VIOLENCE = "Violence and sexual offences"
READ, NOT_LOCATED, OUTSIDE, BY_CODE = 83_021, 2_793, 493, 79_735
MOST_VIOLENCE = [("E01015599", 721), ("E01035517", 512), ("E01035543", 414)]


def run(data_dir, *args):
    environ = {"HOTSPOTS_DATA_DIR": str(data_dir), "COLUMNS": "200"}
    return CliRunner().invoke(app, [str(arg) for arg in args], env=environ)


def succeed(data_dir, *args):
    result = run(data_dir, *args)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def street_files(test_data):
    files = sorted((test_data / "police-uk-2024").glob("*-street.csv"))
    assert len(files) == 12
    return files


@pytest.fixture(scope="module")
def imported(test_data, street_files, tmp_path_factory):
    """The data folder after the imports, and what the import of incidents said."""
    data_dir = tmp_path_factory.mktemp("real")
    succeed(
        data_dir, "import", "boundaries", test_data / "boundaries" / "lsoa21.geojson",
        "--layer", "lsoa21", "--code-field", "LSOA21CD", "--name-field", "LSOA21NM",
        "--vintage", "2021",
    )  # fmt: skip
    summary = succeed(
        data_dir, "import", "incidents", *street_files,
        "--dataset", "police-crime", "--format", "police-uk",
    ).stdout  # fmt: skip
    population = test_data / "population" / "population_census2021_lsoa21_cambs_pboro.csv"
    succeed(
        data_dir, "import", "measures", population, "--layer", "lsoa21",
        "--measure", "residents", "--period", "2021",
        "--code-field", "lsoa21_code", "--value-field", "total_residents",
    )  # fmt: skip
    return data_dir, summary


@pytest.fixture(scope="module")
def data_dir(imported):
    return imported[0]


def choropleth(data_dir, *args):
    """The rows of a choropleth's CSV."""
    out = succeed(data_dir, "choropleth", "police-crime", "lsoa21", *args).stdout_bytes
    return csv_rows(out)


def document(data_dir, *args):
    """A table as JSON."""
    return json.loads(succeed(data_dir, *args, "--format", "json").stdout)


def test_the_trend_of_all_records_adds_up_to_what_was_read(data_dir, street_files):
    trend = ("trend", "police-crime", "--area", "everywhere")
    rows = document(data_dir, *trend)["rows"]
    lines = [len(path.read_text("utf-8").splitlines()) - 1 for path in street_files]
    assert [row["count"] for row in rows] == lines
    assert sum(lines) == READ
    by_area = document(data_dir, "trend", "police-crime", "--by", "layer:lsoa21")
    assert sum(row["count"] for row in by_area["rows"]) == READ
    (year,) = document(data_dir, *trend, "--step", "year")["rows"]
    assert year["count"] == READ


def test_the_import_reports_what_was_read_and_where_it_went(imported):
    _, summary = imported
    assert f"{READ:,} rows read from 12 files" in summary
    assert f"{READ:,} written, 0 rejected" in summary
    assert f"{NOT_LOCATED:,} not located" in summary
    assert f"{OUTSIDE:,} outside" in summary
    assert f"{BY_CODE:,} in the layer by supplied code" in summary


def test_what_was_read_adds_up(imported):
    assert BY_CODE + OUTSIDE + NOT_LOCATED == READ
    assert "0 by location" in imported[1]


def test_the_dataset_is_listed_with_the_same_numbers(data_dir):
    [dataset] = json.loads(succeed(data_dir, "datasets", "--json").stdout)["datasets"]
    assert dataset["records"] == READ
    assert dataset["unlocated"] == NOT_LOCATED
    assert dataset["outside"] == OUTSIDE
    assert (dataset["from"], dataset["to"]) == ("2024-01", "2024-12")
    assert sum(dataset["records_by_category"].values()) == READ


def test_the_same_files_again_are_refused(data_dir, street_files):
    again = run(
        data_dir, "import", "incidents", *street_files,
        "--dataset", "police-crime", "--format", "police-uk",
    )  # fmt: skip
    assert again.exit_code == 2
    assert street_files[0].name in again.stderr
    assert "--replace" in again.stderr
    assert len(again.stderr.strip().splitlines()) == 1
    [dataset] = json.loads(succeed(data_dir, "datasets", "--json").stdout)["datasets"]
    assert (dataset["records"], dataset["version"]) == (READ, 0)


def test_the_choropleth_of_violence_begins_with_the_three_known_areas(data_dir):
    rows = choropleth(data_dir, "--category", VIOLENCE)
    assert [(row["code"], int(row["count"])) for row in rows[:3]] == MOST_VIOLENCE
    assert len(rows) == 516


def test_the_rate_per_thousand_residents_is_the_known_one(data_dir):
    args = ("--category", VIOLENCE, "--measure", "rate", "--denominator", "residents")
    [row] = [row for row in choropleth(data_dir, *args) if row["code"] == "E01035543"]
    assert row["count"] == "414"
    assert round(float(row["value"]), 2) == 353.85


@pytest.mark.parametrize(
    "args",
    [
        ("choropleth", "police-crime", "lsoa21"),
        ("choropleth", "police-crime", "lsoa21", "--category", VIOLENCE),
        ("choropleth", "police-crime", "lsoa21", "--from", "2024-03", "--to", "2024-05"),
        (
            "choropleth", "police-crime", "lsoa21",
            "--measure", "rate", "--denominator", "residents",
        ),
        ("choropleth", "police-crime", "square:2000"),
        ("hotspots", "police-crime", "lsoa21", "--permutations", "0"),
        ("hotspots", "police-crime", "lsoa21", "--permutations", "99", "--category", VIOLENCE),
    ],
)  # fmt: skip
def test_the_total_of_every_table_reconciles(data_dir, args):
    answer = document(data_dir, *args)
    counts = answer["provenance"]["counts"]
    in_rows = sum(row["count"] for row in answer["rows"])
    assert in_rows == counts["in_layer_by_code"] + counts["in_layer_by_location"]
    assert in_rows + counts["outside"] + counts["not_located"] == counts["records"]
    if "--category" not in args and "--from" not in args:
        assert counts["records"] == READ
        assert counts["not_located"] == NOT_LOCATED


def test_all_months_together_are_the_year(data_dir):
    of_year = document(data_dir, "choropleth", "police-crime", "lsoa21")["provenance"]["counts"]
    of_months = [
        document(data_dir, "choropleth", "police-crime", "lsoa21", "--from", month, "--to", month)[
            "provenance"
        ]["counts"]
        for month in (f"2024-{m:02d}" for m in range(1, 13))
    ]
    for name, value in of_year.items():
        assert sum(counts[name] for counts in of_months) == value


def test_the_heat_map_holds_all_located_records(data_dir):
    summary = json.loads(succeed(data_dir, "heatmap", "police-crime").stdout)
    assert summary["records"] == READ
    assert summary["unlocated"] == NOT_LOCATED
    # Those near the edge of the county have a part of their mass beyond it.
    assert summary["mass_in_study_area"] == pytest.approx(READ - NOT_LOCATED - OUTSIDE, rel=0.01)


def test_a_month_may_not_be_cut(data_dir):
    refused = run(data_dir, "choropleth", "police-crime", "lsoa21", "--from", "2024-03-02")
    assert refused.exit_code == 2
    assert "2024-03" in refused.stderr


def test_the_same_question_gives_the_same_bytes(data_dir):
    args = ("choropleth", "police-crime", "lsoa21", "--category", VIOLENCE)
    assert succeed(data_dir, *args).stdout_bytes == succeed(data_dir, *args).stdout_bytes


def test_the_folder_of_the_data_is_left_as_it_was(imported, test_data):
    """Nothing is written beside the files that were imported."""
    assert not any(
        name.endswith((".rejected.csv", ".partial"))
        for _, _, names in os.walk(test_data)
        for name in names
    )


def test_the_profile_of_a_union_of_areas_is_the_sum_over_them_by_place(data_dir, tmp_path):
    resources = open_resources(Settings(data_dir=data_dir))
    layer = resources.layers.get("lsoa21")
    incidents = resources.incidents.open("police-crime")
    chosen = [k for k, name in enumerate(layer.names) if name.startswith("Cambridge 00")]
    union = shapely.union_all(layer.geometries[chosen])
    area = json.loads(shapely.to_geojson(union))
    area["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    path = tmp_path / "cambridge.geojson"
    path.write_text(json.dumps(area), encoding="utf-8")
    rows = document(data_dir, "profile", "police-crime", "--area", path)["rows"]
    profile = {(row["section"], row["item"]): row["value"] for row in rows}
    by_place = np.isin(assign_points(layer, incidents.xy_m), chosen)
    by_code = np.isin(resources.areas.placement(incidents, layer).area, chosen)
    assert profile["incidents", "all categories"] == by_place.sum() == 12_747
    outside = profile["placement", "located inside, supplied code of an area outside"]
    inside = profile["placement", "located outside, supplied code of an area inside"]
    assert (outside, inside) == ((by_place & ~by_code).sum(), (by_code & ~by_place).sum())
    assert by_code.sum() == by_place.sum() - outside + inside
    residents = resources.measures.column("lsoa21", "residents").values_for(layer.codes)
    assert profile["residents", "residents 2021"] == pytest.approx(residents[chosen].sum())


def test_the_comparison_of_the_half_years_equals_an_independent_e_test(data_dir, street_files):
    halves = [Counter(), Counter()]
    for path in street_files:
        with path.open(encoding="utf-8", newline="") as stream:
            kinds = [row["Crime type"] for row in csv.DictReader(stream)]
        halves[path.name[5:7] > "06"].update(kinds)
    rows = document(
        data_dir, "comparison", "police-crime", "--by", "category",
        "--baseline-from", "2024-01", "--baseline-to", "2024-06",
        "--from", "2024-07", "--to", "2024-12",
    )["rows"]  # fmt: skip
    days = 182, 184
    for row in rows[:-1]:
        first, second = (half[row["row"]] for half in halves)
        assert (row["count_before"], row["count_after"]) == (first, second)
        assert (row["days_before"], row["days_after"]) == days
        assert row["p_value"] == pytest.approx(e_test_p(first, second, *days), abs=1e-9)
    assert len(rows) == 1 + len(halves[0] | halves[1])
    total = rows[-1]
    assert total["count_before"] + total["count_after"] == READ
    assert total["p_value"] == pytest.approx(
        e_test_p(total["count_before"], total["count_after"], *days), abs=1e-9
    )
