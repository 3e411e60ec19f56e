"""Codes and places from the shell to the answer: no code counts where it has no meaning."""

import csv
import io
import urllib.parse

import pytest
import shapely
from typer.testing import CliRunner

from service.__main__ import app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.boundaries.areas import write_geojson
from tests.service import vintages
from tests.service.answers import csv_rows
from tests.service.vintages import EAST_M, NORTH_M, OLD_M, opened

CSV = ("--format", "csv", "--id", "Ref", "--time", "Date", "--date-form", "uk")
PLACES = ("--x", "E", "--y", "N", "--crs", "EPSG:27700")


@pytest.fixture
def run(tmp_path):
    def run(*args, fails=False):
        environ = {"HOTSPOTS_DATA_DIR": str(tmp_path), "COLUMNS": "200"}
        result = CliRunner().invoke(app, [str(arg) for arg in args], env=environ)
        assert result.exit_code == (2 if fails else 0), result.output
        return result.stderr if fails else result.stdout

    return run


def written(path, *records):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(records)
    return path


def counts(run, *args):
    """Count per area, of areas that have any."""
    rows = csv.DictReader(io.StringIO(run("choropleth", *args)))
    return {row["code"]: int(row["count"]) for row in rows if row["count"] != "0"}


@pytest.mark.parametrize("named", [(), ("--area-layer", "station")])
def test_station_numbers_that_are_beat_numbers_too_place_nobody_in_a_beat(run, tmp_path, named):
    opened(tmp_path, vintages.layer("beat", {"1001": (0, 1_000), "1004": (1_000, 2_000)}))
    stations = ["1001"] * 30 + [f"S{i}" for i in range(70)]
    rows = [
        (i, "01/03/2024", EAST_M + 1_500, NORTH_M + 500, code) for i, code in enumerate(stations)
    ]
    path = written(tmp_path / "q.csv", ("Ref", "Date", "E", "N", "Station"), *rows)
    run(
        "import", "incidents", path, "--dataset", "q", *CSV, *PLACES, "--area-code", "Station",
        *named,
    )  # fmt: skip
    assert counts(run, "q", "beat") == {"1004": 100}


@pytest.mark.real
@pytest.mark.parametrize("named", [(), ("--area-layer", "stations")])
def test_the_case_of_coincident_codes_is_100_in_beat_1004(run, shared_cases, named):
    beats = shared_cases / "geo" / "e05_numcode.geojson"
    run("import", "boundaries", beats, "--layer", "beats", "--code-field", "code")
    run(
        "import", "incidents", shared_cases / "q01_coincident_codes.csv", "--dataset", "q01",
        *CSV, *PLACES, "--area-code", "Station", *named,
    )  # fmt: skip
    assert counts(run, "q01", "beats") == {"1004": 100}


def test_codes_in_two_cases_and_with_blanks_are_the_same_codes(run, tmp_path):
    opened(tmp_path, vintages.layer("old", OLD_M))
    rows = [(i, "01/01/2024", code) for i, code in enumerate(["u", "U", " u", "M", "m", "x"] * 10)]
    path = written(tmp_path / "j.csv", ("Ref", "Date", "Area"), *rows)
    said = run("import", "incidents", path, "--dataset", "j", *CSV, "--area-code", "Area")
    assert "50 of 60 supplied area codes are in old (detected)" in said
    assert "= 50 in the layer by supplied code + 0 by location + 0 outside + 10 not lo" in said
    assert counts(run, "j", "old") == {"u": 30, "m": 20}


@pytest.mark.real
def test_the_case_of_codes_in_two_cases_is_600_in_the_layer(run, test_data, shared_cases):
    lsoas = test_data / "boundaries" / "lsoa21.geojson"
    run("import", "boundaries", lsoas, "--layer", "lsoa21", "--code-field", "LSOA21CD")
    path = shared_cases / "j03_mixed.csv"
    said = run("import", "incidents", path, "--dataset", "j03", *CSV, "--area-code", "LSOA")
    assert "600 of 600 supplied area codes are in lsoa21" in said
    assert sum(counts(run, "j03", "lsoa21").values()) == 600


def derived(
    run, tmp_path, *, members=(("u", "w"), ("v", "w"), ("s", "e"), ("m", "e"), ("n", "e"))
):
    """West and east, joined of the old areas by the command."""
    opened(tmp_path, vintages.layer("old", OLD_M))
    path = written(tmp_path / "members.csv", ("small", "large"), *members)
    fields = ("--from-field", "small", "--to-field", "large")
    return run(
        "derive", "boundaries", "--from", "old", "--lookup", path, "--layer", "ward", *fields
    )


def test_a_derived_layer_counts_incidents_by_the_codes_of_its_parts(run, tmp_path):
    said = derived(run, tmp_path)
    assert "incidents with a code of old count in ward" in said
    rows = [(i, "01/01/2024", code) for i, code in enumerate("uvsmn" * 12)]
    path = written(tmp_path / "j.csv", ("Ref", "Date", "Area"), *rows)
    run("import", "incidents", path, "--dataset", "j", *CSV, "--area-code", "Area")
    assert sum(counts(run, "j", "old").values()) == 60
    assert counts(run, "j", "ward") == {"w": 24, "e": 36}


def test_what_adds_up_is_summed_to_a_derived_layer_and_a_missing_part_is_missing(run, tmp_path):
    derived(run, tmp_path)
    rows = [("1", "01/01/2024", "u")]
    path = written(tmp_path / "j.csv", ("Ref", "Date", "Area"), *rows)
    run("import", "incidents", path, "--dataset", "j", *CSV, "--area-code", "Area")
    residents = {"u": 100.0, "v": 300.0, "s": 50.0, "m": 60.0}  # n has none
    vintages.save_measure(tmp_path, "old", residents, period="2021")
    for measure in ("imd_score", "deprived"):
        vintages.save_measure(tmp_path, "old", residents, period="2019", measure=measure)
    rates = ("--measure", "rate", "--denominator")
    rows = csv_rows(run("choropleth", "j", "ward", *rates, "residents").encode())
    assert {row["code"]: (row["denominator"], row["value"]) for row in rows} == {
        "w": ("400", "2.5"),
        "e": ("", ""),
    }
    assert "imd_score" in run("choropleth", "j", "ward", *rates, "imd_score", fails=True)
    flags = ("--statistic", "join-count", "--flags", "deprived")
    assert "deprived" in run("hotspots", "j", "ward", *flags, fails=True)


@pytest.mark.real
def test_the_case_of_codes_without_places_is_600_and_600(run, test_data, shared_cases):
    lsoas = test_data / "boundaries" / "lsoa21.geojson"
    run("import", "boundaries", lsoas, "--layer", "lsoa21", "--code-field", "LSOA21CD")
    lookup = test_data / "lookups" / "lsoa21_ward24_ltla24_cambs_pboro.csv"
    run(
        "derive", "boundaries", "--from", "lsoa21", "--lookup", lookup, "--layer", "ltla24",
        "--from-field", "lsoa21_code", "--to-field", "ltla24_code",
    )  # fmt: skip
    path = shared_cases / "j01_codeonly.csv"
    run("import", "incidents", path, "--dataset", "j01", *CSV, "--area-code", "LSOA")
    for layer in ("lsoa21", "ltla24"):
        assert sum(counts(run, "j01", layer).values()) == 600


def nested(*extents_m):
    """Features of strips, from and to some metres east."""
    return [
        ({"code": code}, shapely.box(EAST_M + left, NORTH_M, EAST_M + right, NORTH_M + 1_000))
        for code, left, right in extents_m
    ]


def test_a_district_and_its_wards_are_not_one_layer(run, tmp_path):
    features = nested(("DIST", 0, 2_000), ("W1", 0, 1_000), ("W2", 1_000, 2_000))
    path = write_geojson(tmp_path / "nested.geojson", features)
    said = run("import", "boundaries", path, "--layer", "n", "--code-field", "code", fails=True)
    assert "100% of the smaller of 'DIST' and 'W1' is in both" in said
    assert "share more than 10%: 2" in said
    assert "as a layer of its own" in said


def test_areas_that_overlap_a_little_are_a_layer(run, tmp_path):
    features = nested(("W1", 0, 1_050), ("W2", 1_000, 2_000))
    path = write_geojson(tmp_path / "slivers.geojson", features)
    said = run("import", "boundaries", path, "--layer", "s", "--code-field", "code")
    assert "50,000.0 m2 in more than one area" in said


@pytest.mark.real
def test_the_case_of_a_district_and_its_wards_is_refused(run, shared_cases):
    path = shared_cases / "geo" / "e10_nested.geojson"
    said = run("import", "boundaries", path, "--layer", "n", "--code-field", "code", fails=True)
    assert "'DIST' and 'W" in said


@pytest.mark.parametrize("reference", ["23/01234/OUT", "S/2075/18/OL", "plain"])
def test_a_site_is_found_by_a_reference_with_slashes(run, tmp_path, serve, reference):
    rows = [
        (reference, "North", 120, EAST_M + 500, NORTH_M + 500),
        ("other", "South", 10, EAST_M + 600, NORTH_M + 600),
    ]
    path = written(tmp_path / "s.csv", ("Planning Ref", "Name", "Homes", "E", "N"), *rows)
    run(
        "import", "sites", path, "--site-id", "Planning Ref", "--name", "Name",
        "--planned", "Homes", *PLACES,
    )  # fmt: skip
    client = serve(open_resources(Settings(data_dir=tmp_path)))
    listed = client.get("/ogc/collections/sites/items").json()["features"]
    assert reference in {feature["id"] for feature in listed}
    quoted = urllib.parse.quote(reference, safe="")
    site = client.get(f"/ogc/collections/sites/items/{quoted}")
    assert site.status_code == 200
    assert site.json()["id"] == reference
    (own,) = [link["href"] for link in site.json()["links"] if link["rel"] == "self"]
    assert f"/items/{quoted}?" in own
    assert client.get(own).json()["id"] == reference
    page = client.get(f"/ogc/collections/sites/items/{quoted}", params={"f": "html"})
    assert "North" in page.text
    assert client.get(f"/ogc/collections/sites/items/{quoted}%2Fno").status_code == 404


def test_an_area_is_found_by_a_code_with_slashes(run, tmp_path, serve):
    beats = {f"A/{i}": (i * 1_000, (i + 1) * 1_000) for i in range(40)}
    opened(tmp_path, vintages.layer("beat", beats))
    rows = [("1", "01/03/2024", EAST_M + 500, NORTH_M + 500)]
    path = written(tmp_path / "q.csv", ("Ref", "Date", "E", "N"), *rows)
    run("import", "incidents", path, "--dataset", "q", *CSV, *PLACES)
    client = serve(open_resources(Settings(data_dir=tmp_path)))
    for collection in ("boundaries:beat", "choropleths:q:beat", "hotspots:q:beat"):
        area = client.get(f"/ogc/collections/{collection}/items/A%2F0")
        assert area.status_code == 200, collection
        assert area.json()["id"] == "A/0"
    assert client.get("/v1/choropleths/q/beat", params={"within": "beat:a/0"}).status_code == 200
