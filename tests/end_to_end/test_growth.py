"""Growth on the demonstration county and on the real data of 2024 with the published sites.

Contains National Statistics data and police.uk data under the Open Government Licence v3.0.
"""

from pathlib import Path

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from service.__main__ import app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.demo.write import ensure_demo
from service.queries.growth import OverlayQuery, PrioritiesQuery


def succeed(data_dir, *args):
    environ = {"HOTSPOTS_DATA_DIR": str(data_dir), "COLUMNS": "200"}
    result = CliRunner().invoke(app, [str(arg) for arg in args], env=environ)
    assert result.exit_code == 0, result.output


def real_county(data_dir: Path, test_data: Path) -> Path:
    sites = test_data.parent / "published" / "development_sites.csv"
    if not sites.exists():
        pytest.skip("the published figures are not beside the data")
    layers = (("lsoa21", "lsoa21", "LSOA21CD", "LSOA21NM"), ("districts24", "district", "ltla24_code", "ltla24_name"))  # fmt: skip
    for file, layer, code, name in layers:
        succeed(
            data_dir, "import", "boundaries", test_data / "boundaries" / f"{file}.geojson",
            "--layer", layer, "--code-field", code, "--name-field", name,
        )  # fmt: skip
    files = sorted((test_data / "police-uk-2024").glob("*-street.csv"))
    succeed(data_dir, "import", "incidents", *files, "--dataset", "d", "--format", "police-uk")
    for measure, column in (("population", "total_residents"), ("households", "total_households")):
        file = test_data / "population" / f"{measure}_census2021_lsoa21_cambs_pboro.csv"
        succeed(
            data_dir, "import", "measures", file, "--layer", "lsoa21", "--measure", measure,
            "--period", "2021", "--code-field", "lsoa21_code", "--value-field", column,
        )  # fmt: skip
    succeed(data_dir, "import", "sites", sites)
    return data_dir


@pytest.fixture(scope="module", params=["demo", pytest.param("real", marks=pytest.mark.real)])
def held(request, tmp_path_factory):
    """Resources over a county, its dataset and its smallest areas."""
    data_dir = tmp_path_factory.mktemp(request.param)
    if request.param == "demo":
        ensure_demo(data_dir)
        return open_resources(Settings(data_dir=data_dir)), "callouts", "lsoa"
    real_county(data_dir, request.getfixturevalue("test_data"))
    return open_resources(Settings(data_dir=data_dir)), "d", "lsoa21"


def overlay(held, **query):
    resources, dataset, layer = held
    return resources.overlay.table(dataset, OverlayQuery(layer=layer, **query))


def test_the_areas_of_the_overlay_add_up_to_every_record(held):
    table = overlay(held, by="area")
    counts = table.provenance.counts
    in_rows = int(table.columns["count"].sum())
    assert in_rows == counts["in_layer_by_code"] + counts["in_layer_by_location"]
    assert in_rows + counts["outside"] + counts["not_located"] == counts["records"]
    resources, dataset, _ = held
    assert counts["records"] == len(resources.incidents.open(dataset))


def test_what_is_expected_adds_up_to_what_there_is(held):
    table = overlay(held, by="area")
    known = np.isfinite(table.columns["expected_count"])
    expected = table.columns["expected_count"][known].sum()
    assert known.all()
    assert expected == pytest.approx(table.columns["count"].sum(), abs=0.01 * len(table))


def test_incidents_near_sites_are_those_counted_one_by_one(held):
    resources, dataset, _ = held
    table = overlay(held, distance_m=1_200)
    incidents = resources.incidents.open(dataset)
    xy_m = incidents.xy_m[incidents.located]
    near_any = np.zeros(len(xy_m), dtype=bool)
    for shape, count in zip(table.geometries, table.columns["incidents_within"], strict=True):
        x, y = shapely.get_coordinates(shape)[0]
        near = np.hypot(xy_m[:, 0] - x, xy_m[:, 1] - y) <= 1_200
        near_any |= near
        assert count == near.sum()
    counts = table.provenance.counts
    assert counts["near_any_site"] == near_any.sum()
    assert counts["near_any_site"] + counts["near_no_site"] == counts["located"] == len(xy_m)


def test_the_homes_of_the_areas_are_those_of_the_sites_inside(held):
    areas, sites = overlay(held, by="area"), overlay(held)
    inside = np.array([code is not None for code in sites.columns["area_code"]])
    for name in ("homes_planned", "homes_completed", "homes_remaining"):
        assert areas.columns[name].sum() == np.nansum(sites.columns[name][inside])


def test_every_site_has_its_facts(held):
    columns = overlay(held).columns
    inside = np.array([code is not None for code in columns["area_code"]])
    assert inside.sum() >= 26
    assert np.isfinite(columns["expected_within"][inside].astype(float)).all()
    assert np.isfinite(columns["nearest_hotspot_m"].astype(float)).all()
    assert np.isfinite(columns["density_per_km2"]).all()


def test_northstowe_and_waterbeach_are_to_be_prevented_under_the_default_rules(held):
    resources, dataset, layer = held
    table = resources.priorities.table(dataset, PrioritiesQuery(layer=layer))
    reasons = {
        name: (priority, reason)
        for name, priority, reason in zip(
            table.columns["site_names"], table.columns["priority"], table.columns["reasons"],
            strict=True,
        )
    }  # fmt: skip
    for site in ("Northstowe", "Waterbeach New Town"):
        priority, reason = reasons[site]
        assert priority == "preventing"
        assert "not hot today" in reason
        assert "more residents" in reason
        assert site in reason
    found = table.columns["priority"].tolist()
    assert 0 < found.count("preventing") < 0.1 * len(found)
    assert found.count("none") > 0.5 * len(found)
