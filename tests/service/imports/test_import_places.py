"""``hotspots import postcodes`` and ``import lookup``, from the shell to the answer."""

import csv
import json

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from tests.boundaries.areas import square, write_geojson
from tests.service import vintages
from tests.service.vintages import NEW_M, OLD_M, PAIRS, opened, save_measure


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    opened(data, vintages.layer("new", NEW_M), vintages.layer("old", OLD_M))
    return data


@pytest.fixture
def run(folder):
    def run(*args, fails=False):
        environ = {"HOTSPOTS_DATA_DIR": str(folder), "COLUMNS": "200"}
        result = CliRunner().invoke(app, [str(arg) for arg in args], env=environ)
        assert result.exit_code == (2 if fails else 0), result.output
        return result.stderr if fails else result.stdout

    return run


def written(path, *records):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(records)
    return path


def import_lookup(run, tmp_path, *more, fails=False):
    path = written(tmp_path / "lookup.csv", ("o", "n", "c"), *PAIRS)
    fields = ("--from-field", "o", "--to-field", "n", "--change-field", "c")
    layers = ("--from-layer", "old", "--to-layer", "new")
    return run("import", "lookup", path, *layers, *fields, *more, fails=fails)


def test_a_lookup_is_imported_once(run, tmp_path):
    said = import_lookup(run, tmp_path, "--weight", "homes")
    assert "2 unchanged; 1 split into 2; 2 merged to 1" in said
    assert "shared by homes" in said
    again = import_lookup(run, tmp_path, fails=True)
    assert "a lookup from old to new is loaded already" in again
    assert "6 pairs imported before were replaced" in import_lookup(run, tmp_path, "--replace")


def test_incidents_of_another_vintage_are_recognised_by_the_lookup_alone(run, tmp_path, folder):
    import_lookup(run, tmp_path)
    (folder / "boundaries" / "old.parquet").unlink()
    rows = [("2018-01-01", code) for code in "uvsmn" for _ in range(3)]
    calls = written(tmp_path / "calls.csv", ("date", "lsoa"), *rows)
    said = run(
        "import", "incidents", calls, "--dataset", "calls", "--format", "csv", "--time", "date",
        "--area-code", "lsoa",
    )  # fmt: skip
    assert "15 of 15 supplied area codes are in old (detected)" in said
    assert (
        "the dataset in layer new: 15 records = 6 in the layer by supplied code + 6 by a code "
        "of another layer, through a lookup + 0 by such a code and the location + 3 by such a "
        "code, shared among areas + 0 by location + 0 outside + 0 not located"
    ) in said
    assert "The area codes are of old: 40.0 % of the coded records have one" in said


def test_a_measure_of_the_other_vintage_is_a_denominator(run, tmp_path, folder):
    import_lookup(run, tmp_path)
    save_measure(folder, "old", dict.fromkeys(OLD_M, 100.0), period="2019")
    vintages.save_incidents(folder, [("m", None), ("n", None)], area_layer="old")
    answer = run(
        "choropleth", "calls", "new", "--measure", "rate", "--denominator", "residents",
        "--format", "json",
    )  # fmt: skip
    rows = {row["code"]: row for row in json.loads(answer)["rows"]}
    assert (rows["w"]["count"], rows["w"]["denominator"]) == (2, 200.0)
    assert [code for code, row in rows.items() if row["denominator_estimated"]] == ["t1", "t2"]


def test_incidents_are_located_by_imported_postcodes(run, tmp_path):
    area = written(
        tmp_path / "cb.csv",
        ("CB2 1TN", 10, 545_500, 258_500, "E92000001"),
        ("CB1 1AA", 50, 549_500, 258_500, "E92000001"),
    )
    assert "2 postcodes have a place, 0 have none" in run("import", "postcodes", area)
    assert "imported into postcodes before" in run("import", "postcodes", area, fails=True)
    calls = written(
        tmp_path / "calls.csv",
        ("date", "pc"),
        ("2024-01-01", "cb2 1tn"),
        ("2024-01-02", "CB11AA"),
        ("2024-01-03", "CB9 9ZZ"),
    )
    said = run(
        "import", "incidents", calls, "--dataset", "calls", "--format", "csv", "--time", "date",
        "--postcode", "pc",
    )  # fmt: skip
    assert "1 not located" in said
    assert "2 rows without coordinates were located by their postcode" in said
    answer = run("choropleth", "calls", "new", "--format", "json")
    counts = {row["code"]: row["count"] for row in json.loads(answer)["rows"]}
    assert counts == {"u": 1, "v": 0, "t1": 0, "t2": 0, "w": 1}


def test_several_files_of_areas_make_one_layer(run, tmp_path):
    files = [
        write_geojson(tmp_path / f"{code}.geojson", [({"name": code}, square(i, 0))])
        for i, code in enumerate(("CB1", "PE1"))
    ]
    said = run(
        "import", "boundaries", *files, "--layer", "postcode-district", "--code-field", "name"
    )
    assert "2 features read, 2 areas written" in said
