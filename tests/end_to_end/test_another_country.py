"""A county of another country in another coordinate system: North Carolina's sudden infant deaths.

From the shell to the answers, with ``HOTSPOTS_CRS`` set; the counts are those of sids2 in
libpysal, the rates' Gi* those of R spdep.
"""

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pyogrio
import pytest

CRS = "EPSG:32119"  # NAD83 / North Carolina, metres


@pytest.fixture(scope="module")
def carolina(tmp_path_factory, test_data):
    """A data folder with the counties, their births and one incident per death."""
    folder = tmp_path_factory.mktemp("carolina")
    source = test_data / "reference" / "sids2" / "sids2.shp"
    counties = pyogrio.read_dataframe(source).set_crs("EPSG:4267")
    with (folder / "deaths.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["month", "lon", "lat", "county"])
        for county in counties.itertuples():
            place = county.geometry.representative_point()
            for _ in range(int(county.SID74)):
                writer.writerow(["1974-07", place.x, place.y, county.FIPSNO])
    counties[["FIPSNO", "BIR74"]].to_csv(folder / "births.csv", index=False)
    counties.to_file(folder / "counties.gpkg")
    data = folder / "data"

    def hotspots(*words):
        found = subprocess.run(
            [sys.executable, "-m", "service", *map(str, words)],
            env={**os.environ, "HOTSPOTS_DATA_DIR": str(data), "HOTSPOTS_CRS": CRS},
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stderr
        return found.stdout

    fields = ("--layer", "county", "--code-field", "FIPSNO", "--name-field", "NAME")
    hotspots("import", "boundaries", folder / "counties.gpkg", *fields)
    columns = ("--time", "month", "--x", "lon", "--y", "lat", "--crs", "EPSG:4267")
    said = hotspots(
        *("import", "incidents", folder / "deaths.csv", "--dataset", "deaths"),
        *("--format", "csv", *columns, "--area-code", "county"),
    )
    hotspots(
        *("import", "measures", folder / "births.csv", "--layer", "county"),
        *("--measure", "births", "--period", "1974"),
        *("--code-field", "FIPSNO", "--value-field", "BIR74"),
    )
    return hotspots, counties, said


JSON = ("--format", "json")


def rows_of(text):
    return {row["code"]: row for row in json.loads(text)["rows"]}


def test_every_death_is_in_its_county(carolina):
    hotspots, counties, said = carolina
    total = int(counties.SID74.sum())
    assert f"{total:,} in the layer by supplied code" in said
    rows = rows_of(hotspots("choropleth", "deaths", "county", *JSON))
    assert {code: int(row["count"]) for code, row in rows.items()} == {
        str(int(c.FIPSNO)): int(c.SID74) for c in counties.itertuples()
    }


def test_rates_are_deaths_per_thousand_births(carolina):
    hotspots, counties, _ = carolina
    words = ("--measure", "rate", "--denominator", "births", *JSON)
    rows = rows_of(hotspots("choropleth", "deaths", "county", *words))
    for county in counties.itertuples():
        expected = 1000 * county.SID74 / county.BIR74
        assert float(rows[str(int(county.FIPSNO))]["value"]) == pytest.approx(expected, rel=1e-12)


def test_gi_star_of_the_rates_is_that_of_spdep(carolina, test_data):
    hotspots, _, _ = carolina
    words = ("--measure", "rate", "--denominator", "births", "--permutations", "0", *JSON)
    rows = rows_of(hotspots("hotspots", "deaths", "county", *words))
    path = test_data / "reference" / "sids2_SIDR74_localG_spdep.csv"
    with path.open(newline="") as file:
        reference = {row["id"]: float(row["Gistar_B"]) for row in csv.DictReader(file)}
    found = np.array([float(rows[code]["z_score"]) for code in reference])
    assert found == pytest.approx(np.array(list(reference.values())), abs=1e-9)


def test_the_heat_map_lies_in_carolina(carolina):
    hotspots, _, _ = carolina
    summary = json.loads(hotspots("heatmap", "deaths", "--bandwidth-m", "20000"))
    west, south, east, north = summary["bounds_lonlat_deg"]
    assert summary["crs"] == CRS
    assert -85 < west < -84 < -76 < east < -75
    assert 33 < south < 34.5 < 36 < north < 37
    assert summary["maximum"] > 0
