"""Street segments for patrols, on the streets of a small grid."""

import collections
import itertools

import numpy as np
import pyarrow as pa
import pytest
import shapely

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.reference.roads import RoadStore
from service.store.source_files import SourceFile
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

PATROLS = f"/v1/patrols/{world.DATASET}"
SIDE_M = world.SIZE * world.SIDE_M
STEP_M = 500.0


def streets():
    """Streets from side to side, each cut where it crosses another; the last leads out."""
    marks = np.arange(0.0, SIDE_M + 1.0, STEP_M)
    for k, mark in enumerate(marks[:-1]):
        for start, end in itertools.pairwise(marks):
            yield f"East {k} Street", [(start, mark), (end, mark)]
            yield f"North {k} Street", [(mark, start), (mark, end)]
    yield "Out Road", [(SIDE_M, 0.0), (SIDE_M + 5_000.0, 0.0)]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = world.build(tmp_path_factory.mktemp("segments"))
    names, ends = zip(*streets(), strict=True)
    origin = np.array([world.EAST_M, world.NORTH_M])
    lines = [shapely.LineString(np.array(pair) + origin) for pair in ends]
    RoadStore(folder / "roads", crs=world.CRS).append(
        pa.table({"name": list(names), "geometry": shapely.to_wkb(lines)}),
        files=[SourceFile.of("roads.gpkg", b"roads")],
        source="Council",
    )
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def nearest(xy_m):
    """The street segment within 50 m of each place, the nearest; None where there is none."""
    origin = np.array([world.EAST_M, world.NORTH_M])
    lines = [shapely.LineString(np.array(pair) + origin) for name, pair in streets()][:-1]
    found = []
    for place in shapely.points(xy_m):
        metres = shapely.distance(place, lines)
        found.append(int(metres.argmin()) if metres.min() <= 50.0 else None)
    return found


def test_segments_have_the_incidents_that_are_nearest_to_them(client):
    answer = json_of(client, PATROLS, by="segments", top=1_000)
    inside = np.array([(r.x_m, r.y_m) for r in world.RECORDS if r.located and r.cell_of_place])
    found = nearest(inside)
    counts = collections.Counter(k for k in found if k is not None)
    assert sorted(row["count"] for row in answer["rows"]) == sorted(counts.values())
    records = answer["provenance"]["counts"]
    assert records["in_places"] == sum(counts.values())
    assert records["far_from_streets"] == found.count(None) > 0
    parts = ("in_places", "far_from_streets", "outside", "not_located")
    assert sum(records[name] for name in parts) == records["records"] == len(world.RECORDS)
    assert any("from any street segment" in note for note in answer["provenance"]["notes"])


def test_segments_have_a_length_a_code_and_the_name_of_their_street(client):
    rows = rows_of(client, PATROLS, by="segments", top=5)
    assert {row["length_m"] for row in rows} == {STEP_M}
    assert all(row["code"].startswith("E54") for row in rows)
    assert all("Street" in row["name"] for row in rows)
    assert len({row["name"] for row in rows}) == 5
    assert "area_km2" not in rows[0]


def test_the_ground_of_segments_is_the_length_of_the_streets_on_it(client):
    answer = json_of(client, f"{PATROLS}/capture", by="segments")
    method = answer["provenance"]["method"]
    # The first streets each way lie on the border of the ground, and Out Road beyond it.
    side = int(SIDE_M / STEP_M)
    assert method["number_of_places"] == 2 * (side - 1) * side
    assert method["streets_km"] == pytest.approx(STEP_M / 1e3 * method["number_of_places"])
    last = answer["rows"][-1]
    assert last["share"] == pytest.approx(100.0)
    assert last["share_of_ground"] == pytest.approx(
        100.0 * last["length_km"] / method["streets_km"]
    )
    assert "of the streets" in " ".join(answer["sentences"])


def test_a_forecast_of_segments_has_no_neighbours_to_learn_from(client):
    names = [row["ranking"] for row in rows_of(client, f"{PATROLS}/forecast", by="segments")]
    assert names[0] == "forecast"
    assert "local empirical Bayes" not in names


def test_a_size_is_of_hexagons(client):
    answer = client.get(PATROLS, params={"by": "segments", "size_m": "200"})
    assert answer.status_code == 422
    assert "leave it out" in answer.text


def test_files_have_the_lines(client):
    features = json_of(client, f"{PATROLS}.geojson?by=segments&top=2")["features"]
    assert {feature["geometry"]["type"] for feature in features} == {"LineString"}
    assert "<LineString>" in client.get(f"{PATROLS}.kml?by=segments&top=2").text
    assert client.get(f"{PATROLS}.gpx?by=segments&top=2").text.count("<wpt ") == 2
