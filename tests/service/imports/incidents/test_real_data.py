"""The real open data: every number reconciles with what was counted by other means."""

import csv
import json
from pathlib import Path

import pytest

from service.imports.incidents.importer import ImportOptions
from service.imports.incidents.police_uk import import_police_uk
from service.imports.measures import MeasureOptions, MeasureValue, import_measures
from service.imports.sites.importer import import_sites

pytestmark = pytest.mark.real


def _codes(test_data: Path, layer: str, field: str) -> list[str]:
    document = json.loads((test_data / "boundaries" / f"{layer}.geojson").read_text())
    return [feature["properties"][field] for feature in document["features"]]


def test_police_uk_2024(test_data, incidents):
    layers = {
        "lsoa11": _codes(test_data, "lsoa11", "LSOA11CD"),
        "lsoa21": _codes(test_data, "lsoa21", "LSOA21CD"),
    }
    files = sorted((test_data / "police-uk-2024").glob("*-street.csv"))
    summary = import_police_uk(incidents, files, ImportOptions("police-crime", layers=layers))
    assert (summary.read, summary.written, summary.rejected) == (83_021, 83_021, 0)
    assert summary.not_located == 2_793
    codes = summary.area_codes
    assert codes is not None
    assert (codes.layer, codes.how) == ("lsoa21", "detected")
    assert (codes.in_layer, codes.located_not_in_layer) == (79_735, 493)

    # Counted again with the standard library, from the files themselves.
    by_type: dict[str, int] = {}
    for path in files:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                by_type[row["Crime type"]] = by_type.get(row["Crime type"], 0) + 1
    info = incidents.info("police-crime")
    assert dict(info.categories) == by_type
    assert (info.records, info.located, info.unlocated) == (83_021, 80_228, 2_793)
    assert (info.first, info.last, info.precision) == ("2024-01", "2024-12", "month")


def test_a_folder_passes_over_stop_and_search(test_data, incidents):
    folder = test_data / "police-uk-2024"
    summary = import_police_uk(incidents, [folder], ImportOptions("police-crime"))
    assert summary.read == 83_021
    assert [one.file for one in summary.skipped] == ["2024-01-cambridgeshire-stop-and-search.csv"]


def test_census_2021_residents(test_data, measures):
    summary = import_measures(
        measures,
        test_data / "population" / "population_census2021_lsoa21_cambs_pboro.csv",
        [MeasureValue("population", "2021", "total_residents")],
        MeasureOptions("lsoa21", "lsoa21_code", codes=_codes(test_data, "lsoa21", "LSOA21CD")),
    )
    assert (summary.read, summary.written) == (516, 516)
    assert measures.column("lsoa21", "population").by_code["E01035543"] == 1_170.0


def test_the_published_sites_as_they_are(test_data, sites):
    path = test_data.parent / "published" / "development_sites.csv"
    if not path.exists():
        pytest.skip("the published figures are not beside the test data")
    summary = import_sites(sites, path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert (summary.read, summary.written, summary.rejected) == (len(rows), len(rows), 0)
    planned: dict[str, int] = {}
    for row in rows:
        planned[row["district"]] = planned.get(row["district"], 0) + int(row["total_homes"])
    assert {one.district: one.homes_planned for one in summary.districts} == planned
    assert sum(one.not_published for one in summary.districts) == sum(
        row["completed_2019"] == "" for row in rows
    )
