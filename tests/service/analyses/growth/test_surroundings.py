"""What areas are compared with: larger ones, and never themselves or another vintage."""

import dataclasses
import shutil

import numpy as np
import pytest
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.growth.surroundings import area_around, coarser_layer
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import blocks, world
from tests.service.answers import column, json_of

GROWTH = f"/v1/growth/{world.DATASET}"
OLDER = "block11"
WITH_CELLS = {"layer": blocks.BLOCKS, "by": "area"}


def saved(folder, layer_id, shapes):
    """A layer of some shapes beside the others of a county."""
    store = LayerStore(folder / "boundaries", crs=world.CRS)
    metadata = dataclasses.replace(store.get(blocks.BLOCKS).metadata, layer_id=layer_id)
    codes = tuple(f"{layer_id}-{number:03d}" for number in range(len(shapes)))
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = shapes
    store.save(Layer(metadata, codes, codes, geometries))
    return store


def older_blocks():
    """The blocks as they were: the first six were three, and the others the same."""
    first = [blocks.square(code) for code in blocks.CODES[:6]]
    pairs = [shapely.union_all(first[start : start + 2]) for start in (0, 2, 4)]
    return [*pairs, *(blocks.square(code) for code in blocks.CODES[6:])]


@pytest.fixture(scope="module")
def two_vintages(tmp_path_factory):
    """The county with its blocks and their older vintage, with districts."""
    folder = blocks.add(world.build(tmp_path_factory.mktemp("vintages")))
    saved(folder, OLDER, older_blocks())
    return folder


@pytest.fixture
def without_districts(two_vintages, tmp_path):
    folder = shutil.copytree(two_vintages, tmp_path / "bare")
    for layer_id in (world.DISTRICTS, world.CELLS):
        (path,) = (folder / "boundaries").glob(f"**/{layer_id}.*")
        path.unlink()
    return folder


def client_of(folder, serve):
    return serve(open_resources(Settings(data_dir=folder)))


def test_the_surroundings_are_the_districts_though_another_vintage_is_loaded(two_vintages, serve):
    client = client_of(two_vintages, serve)
    answer = json_of(client, f"{GROWTH}/overlay", **WITH_CELLS)
    expected = answer["provenance"]["method"]["expected"]
    assert expected["surroundings"] == world.DISTRICTS
    assert expected["reason"] == "the coarsest imported layer that the areas of block nest in"
    assert any(expected["reason"] in note for note in answer["provenance"]["notes"])


def test_with_two_vintages_alone_areas_are_compared_with_the_county(without_districts, serve):
    answer = json_of(client_of(without_districts, serve), f"{GROWTH}/overlay", **WITH_CELLS)
    expected = answer["provenance"]["method"]["expected"]
    assert (expected["surroundings"], expected["rate_of"]) == (None, "all areas of block")
    counts, residents = blocks.counts(), {c: n for c, n in blocks.RESIDENTS.items() if n > 0}
    rate = sum(counts[code] for code in residents) / sum(residents.values())
    rows = column(answer["rows"], "expected_count")
    for code, number in residents.items():
        assert rows[code] == pytest.approx(rate * number, abs=0.006)
    ratios = column(answer["rows"], "ratio_count")
    assert sum(ratio == 1 for ratio in ratios.values() if ratio is not None) < 5


def test_priorities_compare_as_the_overlay_does(without_districts, serve):
    client = client_of(without_districts, serve)
    overlay = json_of(client, f"{GROWTH}/overlay", **WITH_CELLS)
    priorities = json_of(client, f"{GROWTH}/priorities", layer=blocks.BLOCKS)
    ratios = column(overlay["rows"], "ratio_count")
    assert column(priorities["rows"], "ratio_to_local") == ratios
    assert priorities["provenance"]["method"]["ratio_to_local"]["surroundings"] is None


def test_another_vintage_is_no_layer_of_districts(without_districts, serve):
    answer = client_of(without_districts, serve).get(
        f"{GROWTH}/forecast",
        params={"layer": blocks.BLOCKS, "by": "district", "household_size": 2},
    )
    assert answer.status_code == 422
    assert "districts" in answer.json()["detail"]


def test_where_a_vintage_is_requested_areas_that_it_holds_alone_have_no_ratio(two_vintages, serve):
    client = client_of(two_vintages, serve)
    answer = json_of(client, f"{GROWTH}/overlay", **WITH_CELLS, surroundings=OLDER)
    ratios = column(answer["rows"], "ratio_count")
    parts = set(blocks.CODES[:6])
    assert {code for code, ratio in ratios.items() if ratio is not None} <= parts
    notes = answer["provenance"]["notes"]
    assert any("half or more of the residents of their surroundings" in note for note in notes)


def test_near_an_area_of_which_nothing_is_known_nothing_is_expected(two_vintages, serve):
    query = {"layer": world.CELLS, "by": "area", "distance_m": 100}
    answer = json_of(client_of(two_vintages, serve), f"{GROWTH}/overlay", **query)
    within = column(answer["rows"], "expected_within")
    missing = {code for code, expected in within.items() if expected is None}
    assert missing == {"C22", "C23", "C32", "C33"}  # C33 and its neighbours
    reason = "Areas with no known residents: 1. What is expected there"
    assert any(note.startswith(reason) for note in answer["provenance"]["notes"])


def stripes(width_m, shift_m=0.0):
    """The county in stripes from west to east."""
    left, bottom, right, top = world.bounds_m()
    starts = np.arange(left - shift_m, right, width_m)
    return [shapely.box(start, bottom, start + width_m, top) for start in starts]


@pytest.mark.parametrize(("shift_m", "found"), [(250, None), (0, "stripe")])
def test_a_layer_that_cuts_across_the_areas_is_not_coarser(without_districts, shift_m, found):
    store = saved(without_districts, "stripe", stripes(2_000, shift_m))
    coarser = coarser_layer(store, store.get(blocks.BLOCKS))
    assert (coarser and coarser.layer_id) == found


def test_the_latest_of_equally_coarse_layers_is_taken(two_vintages, tmp_path):
    store = saved(shutil.copytree(two_vintages, tmp_path / "own"), "district24", stripes(2_000))
    assert coarser_layer(store, store.get(blocks.BLOCKS)).layer_id == "district24"


def test_the_districts_themselves_are_in_nothing_coarser(two_vintages):
    store = LayerStore(two_vintages / "boundaries", crs=world.CRS)
    assert coarser_layer(store, store.get(world.DISTRICTS)) is None


def test_where_a_border_is_generalised_the_larger_area_is_that_of_most_ground(two_vintages):
    store = LayerStore(two_vintages / "boundaries", crs=world.CRS)
    layer, districts = store.get(blocks.BLOCKS), store.get(world.DISTRICTS)
    shrunk = dataclasses.replace(
        districts, geometries=shapely.buffer(districts.geometries, -300, join_style="mitre")
    )
    around = area_around(layer, shrunk)
    assert [districts.codes[index] for index in around] == [
        blocks.DISTRICT_OF[code] for code in layer.codes
    ]
