"""Three real months of a year, and one month twice with fewer places the second time."""

import csv
from pathlib import Path

import pytest

from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.imports.boundaries import import_boundaries
from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.imports.incidents.police_uk import import_police_uk
from service.queries.heatmaps import HeatmapQuery
from service.queries.over_time import ChangeQuery
from service.queries.tables.trends import TrendQuery

pytestmark = pytest.mark.real

LAYER, DISTRICTS = "lsoa21", "ltla24"
CASE = IncidentColumns(
    time="Date", date_form="uk", x="E", y="N", crs="EPSG:27700", incident_id="Ref"
)


@pytest.fixture(scope="module")
def held(test_data, tmp_path_factory) -> Resources:
    """January, February and November 2024 as `gap`; January again as February as `twice`."""
    folder = tmp_path_factory.mktemp("covered")
    resources = open_resources(Settings(data_dir=folder / "data"))
    path = test_data / "boundaries" / f"{LAYER}.geojson"
    import_boundaries(resources.layers, path, layer=LAYER, code_field="LSOA21CD")
    path = test_data / "boundaries" / "districts24.geojson"
    import_boundaries(resources.layers, path, layer=DISTRICTS, code_field="ltla24_code")
    codes = {LAYER: frozenset(resources.layers.get(LAYER).codes)}
    police = test_data / "police-uk-2024"
    street = {
        month: police / f"2024-{month}-cambridgeshire-street.csv" for month in ("01", "02", "11")
    }
    import_police_uk(resources.incidents, [*street.values()], ImportOptions("gap", layers=codes))
    again = with_fewer_places(street["01"], folder / "2024-02-cambridgeshire-street.csv")
    import_police_uk(
        resources.incidents, [street["01"], again], ImportOptions("twice", layers=codes)
    )
    return resources


def with_fewer_places(path: Path, copy: Path) -> Path:
    """The same crimes as of February, every fourth place taken away."""
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        rows = [{**row, "Month": "2024-02"} for row in reader]
    located = [row for row in rows if row["Longitude"]]
    for row in located[3::4]:
        row.update(dict.fromkeys(("Longitude", "Latitude", "LSOA code", "LSOA name"), ""))
    with copy.open("w", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames)
        writer.writeheader()
        writer.writerows(rows)
    return copy


def change(held: Resources, dataset: str, layer: str, **periods: str):
    query = ChangeQuery(permutations=0, replicates=0, **periods)
    return held.period_changes.table(dataset, layer, query)


def test_quarters_are_of_the_days_covered(held):
    rows = held.trends.table("gap", TrendQuery(step="quarter")).columns
    assert rows["days"].tolist() == [60, 0, 0, 30]
    assert rows["count"].tolist()[:3] == [12_080, None, None]


def test_a_change_over_a_gap_is_that_of_the_months_that_exist(held):
    periods = {"baseline_from": "2023-06", "baseline_to": "2024-01", "from": "2024-02"}
    table = change(held, "gap", LAYER, **periods, to="2024-10")
    method = table.provenance.method
    assert (method["days_before"], method["days_after"]) == (31, 29)
    assert method["map"]["percent"] == pytest.approx(13.1, abs=0.1)
    assert method["map"]["p_value"] == pytest.approx(1e-11, rel=0.5)


def test_a_year_has_the_days_covered(held):
    query = HeatmapQuery(**{"from": "2020-01", "to": "2024-12", "per": "year"})
    method = held.heatmaps.summary("gap", query).provenance.method
    assert method["years"] == pytest.approx(90 / 365.25, abs=1e-6)


def test_a_quarter_less_located_is_no_fall(held):
    periods = {"baseline_from": "2024-01", "baseline_to": "2024-01", "from": "2024-02"}
    table = change(held, "twice", DISTRICTS, **periods, to="2024-02")
    assert table.provenance.notes[0].startswith("The share of records that are located differs")
    assert table.provenance.method["map"]["percent"] == pytest.approx(-20, abs=1)
    assert table.columns["q_value"].max() < 0.01  # what it looks like
    assert table.columns["q_value_shared_out"].min() > 0.3
    assert table.provenance.method["map"]["areas_changed"]["fell"] == 0


def test_two_placeholder_dates_stretch_no_year(held, shared_cases):
    path = shared_cases / "b03_placeholder_date.csv"
    summary = import_csv(held.incidents, [path], CASE, ImportOptions("b03"))
    text = "\n".join(summary.lines())
    assert "period covered: 2024-01 to 2024-12" in text
    assert "1900-01-01" in text
    assert "2042-03-05" in text
    method = held.heatmaps.summary("b03", HeatmapQuery(per="year")).provenance.method
    assert method["years"] == pytest.approx(366 / 365.25, abs=1e-6)


def test_a_year_of_few_incidents_is_a_year(held, shared_cases):
    path = shared_cases / "b05_sparse_year.csv"
    import_csv(held.incidents, [path], CASE, ImportOptions("b05"))
    by_year = held.trends.table("b05", TrendQuery(step="year")).columns
    assert (by_year["days"].tolist(), by_year["count"].tolist()) == ([366], [60])
    by_month = held.trends.table("b05", TrendQuery(step="month")).columns
    assert by_month["count"].sum() == 60
    assert (by_month["days"] >= 29).all()
