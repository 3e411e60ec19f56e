"""Weights of incidents: summed by every answer that can, and mentioned by those that do not."""

import json

import numpy as np
import pytest
import shapely

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.store.incidents import IncidentStore
from tests.service import world
from tests.service.addresses import addresses, asking, path_templates
from tests.service.answers import column, json_of, raster_of, rows_of
from tests.service.conftest import client_of

INJURED = "injured"
SUM = 8.5  # of 5, 0, a blank, which counts 1, and 2.5
NOT_SUMMED = "this answer counts each as 1"
FILE = """\
Ref,Date,E,N,Injured
1,01/03/2024,545500,258500,5
2,02/03/2024,546500,258500,0
3,02/04/2024,547500,258500,
4,03/04/2024,547500,259500,2.5
"""
HEATMAP = f"/v1/heatmaps/{INJURED}"
CELLS = f"/v1/choropleths/{INJURED}/cell"
CHANGE = {
    "baseline_from": "2024-03", "baseline_to": "2024-03", "from": "2024-04", "to": "2024-04",
    "permutations": 0,
}  # fmt: skip


HARM = "\n".join(
    ["Date,E,N,Harm"]
    + [
        f"{world.moment(k):%d/%m/%Y},{x},{y},{k % 3}"
        for k, (x, y) in enumerate(world.located_xy_m())
    ]
)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The county with incidents that have weights, and with its own places under weights."""
    folder = tmp_path_factory.mktemp("weights")
    data = world.build(folder / "data")
    store = IncidentStore(data / "incidents", crs=world.CRS)
    for dataset, text, weight in ((INJURED, FILE, "Injured"), ("harm", HARM, "Harm")):
        path = folder / f"{dataset}.csv"
        path.write_text(text, encoding="utf-8")
        columns = IncidentColumns(
            time="Date", date_form="uk", x="E", y="N", crs="EPSG:27700", weight=weight
        )
        import_csv(store, [path], columns, ImportOptions(dataset))
    with client_of(open_resources(Settings(data_dir=data))) as client:
        yield client


def notes_of(answer):
    return " ".join(answer["provenance"]["notes"])


def test_a_heat_map_holds_the_sum_of_the_weights_where_they_are_asked_for(client):
    counted = json_of(client, f"{HEATMAP}/summary.json")
    weighed = json_of(client, f"{HEATMAP}/summary.json", weight=True)
    assert counted["mass_in_study_area"] == pytest.approx(4.0, rel=0.01)
    assert weighed["mass_in_study_area"] == pytest.approx(SUM, rel=0.01)
    assert weighed["unit"] == "weight (Injured) per km^2"
    assert weighed["provenance"]["method"]["sum_of_weights"] == SUM
    assert NOT_SUMMED in notes_of(counted)
    assert NOT_SUMMED not in notes_of(weighed)


def test_a_raster_and_a_tile_are_of_the_weights_too(client):
    raster = raster_of(client, f"{HEATMAP}/raster.tif", cell_m=50, weight=True)
    assert np.nansum(raster.values) * 0.0025 == pytest.approx(SUM, rel=0.01)
    tile = f"{HEATMAP}/tiles/13/4099/2697.tif"
    counted, weighed = raster_of(client, tile), raster_of(client, tile, weight=True)
    assert not np.allclose(counted.values, weighed.values)


def test_a_contour_of_weights_lies_where_the_weight_is(client):
    address = f"{HEATMAP}/contours.geojson"
    [row] = json_of(client, address, percent=10, weight=True, crs="27700")["features"]
    x, y = shapely.from_geojson(json.dumps(row["geometry"])).centroid.coords[0]
    assert (x, y) == pytest.approx((545_500, 258_500), abs=50)  # the incident of weight 5
    assert row["properties"]["unit"] == "weight (Injured) per km^2"


def test_a_choropleth_has_sums_of_weights_beside_counts(client):
    rows = rows_of(client, CELLS, measure="weighted")
    assert column(rows, "value")["C00"] == 5.0
    assert column(rows, "value")["C10"] == 0.0
    assert column(rows, "value")["C20"] == 1.0
    assert column(rows, "value")["C21"] == 2.5
    assert sum(column(rows, "value").values()) == SUM
    assert sum(column(rows, "count").values()) == 4
    assert column(rows, "effective_number")["C00"] == 1.0
    assert column(rows, "upper")["C33"] == pytest.approx(5.0 * -np.log(0.025))


def test_a_trend_of_weights_is_per_day_of_each_month(client):
    rows = rows_of(
        client, f"/v1/tables/{INJURED}/trend", measure="weighted", **{"from": "2024-03"},
        to="2024-04",
    )  # fmt: skip
    assert [row["count"] for row in rows] == [2, 2]
    assert [row["weighted"] for row in rows] == [5.0, 3.5]
    assert rows[0]["rate"] == pytest.approx(5.0 / 31)
    assert rows[1]["rate"] == pytest.approx(3.5 / 30)
    assert all(row["lower"] < row["rate"] < row["upper"] for row in rows)


def test_one_serious_incident_is_no_change_though_its_weight_is(client):
    address = f"/v1/hotspots/{INJURED}/cell/change"
    answer = json_of(client, address, measure="weighted", **CHANGE)
    rows = answer["rows"]
    assert column(rows, "weighted_before")["C00"] == 5.0
    assert column(rows, "weighted_after")["C00"] == 0.0
    assert column(rows, "difference")["C00"] == pytest.approx(-5.0 * 30 / 31)
    assert column(rows, "p_value")["C00"] == 1.0
    assert "Fay 1999" in answer["provenance"]["method"]["test"]
    assert answer["provenance"]["method"]["map"]["weighted_after"] == 3.5


def test_every_answer_about_a_dataset_with_weights_sums_them_or_says_that_it_does_not(client):
    answered = 0
    for template in sorted(path_templates(client.app)):
        if "{dataset}" not in template:
            continue
        for address in addresses(client.app, template, dataset="harm"):
            answer = client.get(asking(address, permutations="99"))
            if answer.status_code == 422:
                answer = client.get(address)
            if "json" not in answer.headers["Content-Type"] or answer.status_code != 200:
                continue
            if "provenance" in answer.json():
                answered += 1
                assert NOT_SUMMED in notes_of(answer.json()), address
    assert answered > 12


def test_ranks_are_not_of_sums_of_weights(client):
    answer = client.get(CELLS, params={"measure": "weighted", "ranks": True})
    assert answer.status_code == 422
    assert "not of measure=weighted" in answer.json()["detail"]


@pytest.mark.parametrize(
    "address",
    [
        CELLS,
        f"/v1/hotspots/{INJURED}/cell?permutations=0",
        f"/v1/tables/{INJURED}/trend",
        f"{HEATMAP}/peaks",
        f"{HEATMAP}/tilejson.json",
        f"/v1/hotspots/{INJURED}/cell/change?{'&'.join(f'{k}={v}' for k, v in CHANGE.items())}",
    ],
)
def test_an_answer_that_counts_records_of_a_dataset_with_weights_says_so(client, address):
    assert NOT_SUMMED in notes_of(json_of(client, address))


def test_weights_that_are_all_1_are_said_to_be_counts(client):
    rows = json_of(client, f"/v1/choropleths/{world.DATASET}/cell", measure="weighted")
    assert "has the weight 1: sums of weights are counts" in notes_of(rows)
    counts = rows_of(client, f"/v1/choropleths/{world.DATASET}/cell")
    for name in ("value", "lower", "upper"):
        assert column(rows["rows"], name) == pytest.approx(column(counts, name))


def test_peaks_of_weights_are_not_held_against_chance(client):
    """Chance is known of incidents alone; the peaks have their weight beside their incidents."""
    answer = json_of(client, "/v1/heatmaps/harm/peaks", weight=True)
    first = answer["rows"][0]
    assert first["p_value"] is None
    assert first["class"] == "peak"
    assert 0.5 < first["weight"] / first["incidents"] < 1.5
    assert "surface is one of their weights" in answer["provenance"]["method"]["sentence"]
    counted = rows_of(client, "/v1/heatmaps/harm/peaks")[0]
    assert counted["p_value"] is not None
    assert "weight" not in counted
