"""Forecasts on the real data of 2024 with the published sites, and on the demonstration county.

The sites are those of the demonstration: South Cambridgeshire community safety partnership,
strategic assessment 2019/20, appendix A; positions approximate. The real data contain National
Statistics data and police.uk data under the Open Government Licence v3.0.
"""

import csv
import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.demo.places.published import read_sites
from service.demo.write import ensure_demo

VIOLENCE = "Violence and sexual offences"
IN_LAYER = 79_735
NORTHSTOWE = "E01035555"


class Asked:
    """A data folder with a dataset and a layer, asked by command line."""

    def __init__(self, data_dir, dataset, layer, denominator):
        self.data_dir, self.dataset, self.layer = data_dir, dataset, layer
        self.denominator = denominator

    def run(self, *args):
        environ = {"HOTSPOTS_DATA_DIR": str(self.data_dir), "COLUMNS": "200"}
        result = CliRunner().invoke(app, [str(arg) for arg in args], env=environ)
        assert result.exit_code == 0, result.output
        return result

    def forecast(self, *args):
        """The answer as JSON."""
        words = ["growth", "forecast", self.dataset, "--layer", self.layer, *args]
        return json.loads(self.run(*words, "--format", "json").stdout)

    def rates(self, *args):
        """Today's rate of each area by its code, as the choropleth's JSON has it."""
        words = [
            "choropleth", self.dataset, self.layer, "--format", "json",
            "--measure", "rate", "--denominator", self.denominator, *args,
        ]  # fmt: skip
        rows = json.loads(self.run(*words).stdout)["rows"]
        return {row["code"]: row["value"] for row in rows if row["value"] is not None}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("demo")
    ensure_demo(data_dir)
    return Asked(data_dir, "callouts", "lsoa", "population")


@pytest.fixture(scope="module")
def real(test_data: Path, tmp_path_factory):
    asked = Asked(tmp_path_factory.mktemp("real"), "police-crime", "lsoa21", "residents")
    population, households = "population_census2021", "households_census2021"
    asked.run(
        "import", "boundaries", test_data / "boundaries" / "lsoa21.geojson",
        "--layer", "lsoa21", "--code-field", "LSOA21CD", "--name-field", "LSOA21NM",
        "--vintage", "2021",
    )  # fmt: skip
    asked.run(
        "derive", "boundaries", "--from", "lsoa21", "--layer", "ltla24",
        "--lookup", test_data / "lookups" / "lsoa21_ward24_ltla24_cambs_pboro.csv",
        "--from-field", "lsoa21_code", "--to-field", "ltla24_code", "--name-field", "ltla24_name",
    )  # fmt: skip
    files = sorted((test_data / "police-uk-2024").glob("*-street.csv"))
    asked.run("import", "incidents", *files, "--dataset", "police-crime", "--format", "police-uk")
    for measure, stem, field in (
        ("residents", population, "total_residents"),
        ("households", households, "total_households"),
    ):
        asked.run(
            "import", "measures",
            test_data / "population" / f"{stem}_lsoa21_cambs_pboro.csv",
            "--layer", "lsoa21", "--measure", measure, "--period", "2021",
            "--code-field", "lsoa21_code", "--value-field", field,
        )  # fmt: skip
    sites = asked.data_dir / "development_sites.csv"
    with sites.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        names = ("site_id", "name", "district", "total_homes", "completed_2019")
        writer.writerow((*names, "longitude", "latitude"))
        for site in read_sites():
            completed = "" if site.completed_2019 is None else site.completed_2019
            row = (site.site_id, site.name, site.district, site.total_homes, completed)
            writer.writerow((*row, site.longitude, site.latitude))
    asked.run("import", "sites", sites)
    return asked


@pytest.fixture(params=["demonstration", pytest.param("real", marks=pytest.mark.real)])
def asked(request):
    return request.getfixturevalue(request.param)


def test_the_first_year_is_todays_rate_within_its_interval(asked):
    category = ("--category", VIOLENCE) if asked.dataset == "police-crime" else ()
    answer = asked.forecast("--by", "area", *category)
    years = answer["provenance"]["method"]["base_years"]
    first = answer["provenance"]["method"]["base_year"] + 1
    today = asked.rates(*category)
    compared = 0
    for row in answer["rows"]:
        if row["year"] != first:
            continue
        rate = today[row["code"]] / years
        assert row["rate"] == pytest.approx(rate, rel=1e-5, abs=1e-8)
        assert row["rate_lower"] <= rate <= row["rate_upper"]
        compared += 1
    assert compared == len(today) > 400


@pytest.mark.parametrize("scenario", ["local", "district", "comparable"])
def test_areas_add_up_to_districts_and_districts_to_the_incidents(asked, scenario):
    query = ("--scenario", scenario, "--years", "horizon", "--districts", districts_of(asked))
    areas, districts = (asked.forecast("--by", by, *query) for by in ("area", "district"))
    for name in ("count", "expected", "homes_added", "denominator_added", "denominator"):
        for whole in districts["rows"]:
            parts = [row[name] for row in areas["rows"] if row["district"] == whole["code"]]
            assert whole[name] == pytest.approx(math.fsum(parts), rel=1e-9), (name, whole["code"])
    counts = districts["provenance"]["counts"]
    inside = sum(n for name, n in counts.items() if name.startswith("in_layer"))
    assert sum(row["count"] for row in districts["rows"]) == inside
    assert inside + counts["outside"] + counts["not_located"] == counts["records"]


@pytest.mark.parametrize("scenario", ["local", "district", "comparable"])
def test_sites_add_up_to_the_growth_of_the_areas(asked, scenario):
    query = ("--scenario", scenario, "--years", "horizon", "--districts", districts_of(asked))
    sites, areas = (asked.forecast("--by", by, *query) for by in ("site", "area"))
    years = sites["provenance"]["method"]["base_years"]
    growth = math.fsum(row["expected"] - row["count"] / years for row in areas["rows"])
    there = [row["expected"] for row in sites["rows"] if row["area_code"] is not None]
    assert math.fsum(there) == pytest.approx(growth, abs=1e-5)
    assert growth > 0


def districts_of(asked):
    return {"callouts": "district", "police-crime": "ltla24"}[asked.dataset]


def test_the_demonstrations_sites_outside_the_county_are_named(demonstration):
    provenance = demonstration.forecast()["provenance"]
    assert provenance["synthetic"]
    assert provenance["counts"]["sites_outside_layer"] == 3
    (note,) = (note for note in provenance["notes"] if "lie outside lsoa" in note)
    assert "Hampton Urban Extension, Great Haddon Urban Extension, Norwood" in note
    assert "9,620 homes" in note


@pytest.mark.real
def test_northstowe_is_what_is_worked_by_hand(real, test_data):
    answer = real.forecast("--category", VIOLENCE, "--horizon", "2034", "--pace-spread", "0")
    (row,) = (r for r in answer["rows"] if r["name"] == "Northstowe" and r["year"] == 2034)
    folder = test_data / "population"
    residents = value_of(
        folder / "population_census2021_lsoa21_cambs_pboro.csv", "total_residents"
    )
    households = value_of(
        folder / "households_census2021_lsoa21_cambs_pboro.csv", "total_households"
    )
    # 9,569 homes from 2020 over 20 years; those of the ten years from the middle of 2024.
    homes = 9_569 / 20 * 10
    assert row["area_code"] == NORTHSTOWE
    assert row["homes_built"] == pytest.approx(431 + 9_569 / 20 * 14.5)
    assert row["homes_added"] == pytest.approx(homes)
    assert row["denominator_added"] == pytest.approx(homes * residents / households)
    per_1000 = real.rates("--category", VIOLENCE)[NORTHSTOWE]
    expected = per_1000 / (366 / 365.25) * row["denominator_added"] / 1000
    assert row["expected"] == pytest.approx(expected, rel=1e-5)
    assert row["lower"] < row["expected"] < row["upper"]


def value_of(path, field):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return next(
            float(row[field]) for row in csv.DictReader(file) if row["lsoa21_code"] == NORTHSTOWE
        )


@pytest.mark.real
def test_unpublished_completions_are_named_and_may_be_left_out(real):
    notes = "\n".join(real.forecast("--years", "horizon")["provenance"]["notes"])
    unpublished = (
        "Wintringham Park (St Neots East), NIAB (Darwin Green), Cambridge Northern Fringe"
    )
    assert unpublished in notes
    assert "all 12,420 homes planned" in notes
    answer = real.forecast("--years", "horizon", "--unpublished", "left-out")
    missing = {row["site_id"] for row in answer["rows"] if row["expected"] is None}
    assert missing == {"12b", "18b", "19"}
    assert answer["provenance"]["counts"]["sites_left_out"] == 3


@pytest.mark.real
def test_comparable_communities_are_those_with_three_hundred_homes_complete(real):
    method = real.forecast("--scenario", "comparable", "--years", "horizon")["provenance"][
        "method"
    ]
    (pool,) = method["rates"]
    # Hampton, Loves Farm, Northstowe, North-West, Trumpington (two parts), Glebe, Clay Farm.
    assert pool["areas"] == len(method["comparable"]) == 8
    assert NORTHSTOWE in method["comparable"]
    assert 0 < pool["coefficient_of_variation"] < 2
