"""Heat maps name what is more than chance, and nothing else; their numbers hold at any bandwidth."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import shapely

from boundaries.storage.store import LayerStore
from service.analyses.density.chance import PeakTest
from service.analyses.density.peak_names import PlaceNames, sentence
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from spatial.coordinates.grid import Grid
from spatial.surfaces.peaks import Peak, Peaks
from spatial.surfaces.significance import SurfaceTest
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

HEATMAP = f"/v1/heatmaps/{world.DATASET}"
GRID = Grid(0.0, 100.0, 100.0, 1, 1)
TEST = SurfaceTest(GRID, np.zeros((1, 1)), np.zeros(19), 100)


def peak(x_m, peak_class, p_value=0.001):
    return Peak(1, x_m, 0.0, 1.0, 1.0, 5.0, 0.1, None, None, peak_class, p_value)


@dataclass(frozen=True, eq=False)
class Names(PlaceNames):
    """The name of a place by its easting."""

    layer: None = None
    places: None = None
    by_easting: dict = field(default_factory=dict)

    def label_at(self, x_m, y_m):
        return self.by_easting[x_m]


NAMES = Names(by_easting={1.0: "Fletton and Woodston", 2.0: "Market", 3.0: "Park"})


def told(*peaks, null="uniform", located=100, test=TEST, reason=None):
    layer_id = "lsoa21" if null == "residents" else None
    return sentence(
        Peaks(peaks, 100.0, 0), NAMES, PeakTest(test, null, layer_id, "2021", reason, located)
    )


@pytest.mark.parametrize(
    ("peaks", "options", "expected"),
    [
        (
            (peak(1.0, "primary"),),
            {},
            (
                "Primary hotspot in Fletton and Woodston: more incidents than there would be if "
                "incidents fell evenly over the area."
            ),
        ),
        (
            (peak(2.0, "primary"), peak(3.0, "secondary"), peak(1.0, "secondary")),
            {"null": "residents"},
            (
                "Primary hotspot in Market, secondary hotspots in Park and Fletton and Woodston: more "
                "incidents than there would be if every resident had the same risk."
            ),
        ),
        (
            (peak(2.0, "peak", 0.4), peak(3.0, "minor")),
            {},
            (
                "Minor hotspot in Park: more incidents than there would be if incidents fell evenly "
                "over the area."
            ),
        ),
        (
            (peak(2.0, "peak", 0.4),),
            {},
            (
                "No place stands out more than chance would have it: as high a peak would be no "
                "surprise if incidents fell evenly over the area."
            ),
        ),
        ((), {"located": 0, "test": None}, "No incident is located: there is nothing to see."),
        (
            (),
            {"located": 1, "test": None, "reason": "few"},
            "1 incident is located: too few to speak of a hotspot.",
        ),
        (
            (),
            {"located": 9, "test": None, "reason": "few"},
            "9 incidents are located: too few to speak of a hotspot.",
        ),
        (
            (peak(2.0, "peak", None),),
            {"test": None, "reason": "the bandwidth of 20 m is too small"},
            "No hotspot is named: the bandwidth of 20 m is too small.",
        ),
    ],
)
def test_the_sentence_names_what_is_more_than_chance_and_says_against_what(
    peaks, options, expected
):
    assert told(*peaks, **options) == expected


def county_of(tmp_path, xy_m, *, weights_of_residents=None, measure="residents"):
    """A client of the county's layers with other incidents."""
    layers = LayerStore(tmp_path / "boundaries", crs=world.CRS)
    for layer in world.layers(synthetic=False):
        layers.save(layer)
    records = tuple(
        world.Record("assault", world.moment(k), "day", float(x), float(y))
        for k, (x, y) in enumerate(xy_m)
    )
    IncidentStore(tmp_path / "incidents", crs=world.CRS).append(
        world.DATASET,
        world.incident_rows(records),
        files=[SourceFile.of("callouts.csv", b"callouts")],
        title="Callouts",
    )
    if weights_of_residents is not None:
        world.append_measure(tmp_path, measure, "2021", weights_of_residents)
    return client_of(open_resources(Settings(data_dir=tmp_path)))


def evenly(points, seed=1):
    left, bottom, right, top = world.bounds_m()
    return [left, bottom] + np.random.default_rng(seed).random((points, 2)) * [
        right - left,
        top - bottom,
    ]


@pytest.mark.parametrize("points", [10, 300])
def test_even_noise_has_no_hotspot(tmp_path, points):
    with county_of(tmp_path, evenly(points)) as client:
        rows = rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=400)
        summary = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=400)
    assert {row["class"] for row in rows} == {"peak"}
    assert not any(row["is_significant"] for row in rows)
    assert all(row["p_value"] > 0.05 for row in rows)
    assert summary["sentence"].startswith("No place stands out more than chance")


def test_a_handful_of_incidents_has_no_peaks(tmp_path):
    with county_of(tmp_path, evenly(9)) as client:
        assert rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=20_000) == []
        summary = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=400)
    assert summary["sentence"] == "9 incidents are located: too few to speak of a hotspot."
    assert summary["inset"] is None


def test_incidents_outside_the_study_area_alone_are_no_hotspot(tmp_path):
    with county_of(tmp_path, evenly(30) + 50_000.0) as client:
        assert rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=400) == []
        summary = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=400)
    assert (summary["maximum"], summary["inset"]) == (0.0, None)
    assert "rimary hotspot" not in summary["sentence"]


@pytest.mark.parametrize("measure", ["residents", "population"])
def test_a_town_is_a_hotspot_of_the_county_but_not_of_its_residents(tmp_path, measure):
    """All live in one square, and incidents happen to residents alike."""
    west, south = world.EAST_M + 1_000.0, world.NORTH_M + 1_000.0
    town = [west, south] + np.random.default_rng(3).random((200, 2)) * 1_000.0
    with county_of(tmp_path / "uniform", town) as client:
        against_evenness = rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=400)
    residents = dict.fromkeys(world.CODES, 1.0) | {"C11": 10_000.0}
    people = {"weights_of_residents": residents, "measure": measure}
    with county_of(tmp_path / "people", town, **people) as client:
        answer = json_of(client, f"{HEATMAP}/peaks", bandwidth_m=400)
    assert against_evenness[0]["class"] == "primary"
    assert {row["class"] for row in answer["rows"]} == {"peak"}
    significance = answer["provenance"]["method"]["significance"]
    assert (significance["null"], significance["null_layer"]) == ("residents", world.CELLS)


@pytest.mark.parametrize("bandwidth_m", [20, 37, 100, 400, 1_500])
def test_maximum_breaks_and_first_peak_agree_at_every_bandwidth(client, bandwidth_m):
    summary = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=bandwidth_m)
    rows = rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=bandwidth_m)
    xy_m = world.located_xy_m()
    area = shapely.box(*world.bounds_m())
    inside_m = xy_m[shapely.contains_xy(area, xy_m[:, 0], xy_m[:, 1])]
    steps = np.linspace(-0.5, 0.5, 41) * bandwidth_m
    at_incidents = world.quartic_per_km2(xy_m, inside_m, bandwidth_m)
    best = 0.0
    for place in inside_m[np.argsort(-at_incidents)[:20]]:
        x, y = np.meshgrid(place[0] + steps, place[1] + steps)
        lattice = np.column_stack([x.ravel(), y.ravel()])
        lattice = lattice[shapely.contains_xy(area, lattice[:, 0], lattice[:, 1])]
        best = max(best, world.quartic_per_km2(xy_m, lattice, bandwidth_m).max())
    assert summary["maximum"] == pytest.approx(best, rel=5e-3)
    assert rows[0]["density"] == pytest.approx(summary["maximum"], rel=1e-3)
    assert summary["breaks"][-1] == pytest.approx(0.75 * summary["maximum"], rel=5e-3)


@pytest.mark.parametrize("edge", ["none", "uniform", "diggle"])
def test_the_incidents_of_a_peak_can_be_counted_again(client, edge):
    rows = rows_of(client, f"{HEATMAP}/peaks", bandwidth_m=900, edge=edge)
    xy_m = world.located_xy_m()
    peaks_m = np.array([(row["easting_m"], row["northing_m"]) for row in rows])
    distance = np.hypot(*(xy_m[:, None] - peaks_m).transpose(2, 0, 1))
    owner = np.where(distance.min(axis=1) <= 900.0, distance.argmin(axis=1), -1)
    counted = np.bincount(owner[owner >= 0], minlength=len(rows))
    assert [row["incidents"] for row in rows] == counted.tolist()


def test_the_warning_of_the_location_error_does_not_depend_on_the_category(tmp_path):
    """All incidents are snapped to the same places, few of one category to any of them."""
    rng = np.random.default_rng(5)
    places = evenly(120, seed=2)
    xy_m = places[rng.integers(0, 120, 900)]
    records = tuple(
        world.Record(
            "rare" if k % 20 == 0 else "frequent", world.moment(k), "day", *map(float, xy)
        )
        for k, xy in enumerate(xy_m)
    )
    layers = LayerStore(tmp_path / "boundaries", crs=world.CRS)
    for layer in world.layers(synthetic=False):
        layers.save(layer)
    IncidentStore(tmp_path / "incidents", crs=world.CRS).append(
        world.DATASET,
        world.incident_rows(records),
        files=[SourceFile.of("callouts.csv", b"callouts")],
        title="Callouts",
    )
    with client_of(open_resources(Settings(data_dir=tmp_path))) as client:
        notes = [
            json_of(client, f"{HEATMAP}/summary.json", bandwidth_m=30, **query)["provenance"][
                "notes"
            ]
            for query in ({}, {"category": "rare"}, {"category": "frequent"})
        ]
        auto = json_of(client, f"{HEATMAP}/summary.json", bandwidth_m="auto", category="rare")
    assert "below the location error of the data" in notes[0][0]
    assert notes[0] == notes[1] == notes[2]
    assert auto["bandwidth_m"] >= 150.0
