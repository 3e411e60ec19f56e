"""What areas and cells are called in sentences: with their place and the larger area around."""

import dataclasses

import numpy as np
import pytest

from service.analyses.naming.areas import AreaNames, area_places, finest_named
from service.model.places import AreaPlace
from tests.boundaries.areas import chessboard, layer_of

ENDS = [f"district {end}" for end in ("West", "East")]


def named(layer, names):
    return dataclasses.replace(layer, names=tuple(names))


DISTRICTS = named(layer_of(chessboard(2, 1, side_m=2_000.0), layer_id="district"), ENDS)
WARDS = named(
    layer_of(chessboard(4, 2, side_m=1_000.0), layer_id="ward"),
    ["Market", "North", "Castle", "Park", "Market", "North", "South", "district East Mill"],
)
SMALL = named(
    layer_of(chessboard(8, 4, side_m=500.0), layer_id="small"),
    [f"district West {k:03d}" for k in range(16)] + [f"Z{k:03d}" for k in range(16)],
)
LAYERS = (DISTRICTS, WARDS, SMALL)


def labels(layer, layers=LAYERS):
    return [place.label for place in area_places(layers, layer).values()]


def test_a_place_has_its_district_behind_it_unless_its_name_says_it():
    assert labels(WARDS)[:5] == [
        "Market (district West)", "North (district West)", "Castle (district West)",
        "Park (district West)", "Market (district East)",
    ]  # fmt: skip
    assert labels(WARDS)[-1] == "district East Mill"


def test_a_small_area_has_the_place_it_lies_in_and_a_district_that_it_does_not_name():
    places = area_places(LAYERS, SMALL)
    first, last = (places[str(SMALL.codes[k])] for k in (0, -1))
    assert first == AreaPlace("district West 000 (Market)", "district West")
    assert last == AreaPlace("Z015 (district East Mill, district East)", "district East")


def test_a_cell_is_called_by_its_place():
    cells = named(layer_of(chessboard(8, 4, side_m=500.0), layer_id="square:500"), SMALL.codes)
    assert labels(cells)[0] == "Market (district West)"


def test_the_largest_areas_have_their_name_alone():
    assert labels(DISTRICTS) == ENDS


def test_without_other_layers_areas_have_their_name_and_cells_their_code():
    assert labels(SMALL, (SMALL,)) == list(SMALL.names)
    cells = named(layer_of(chessboard(8, 4, side_m=500.0), layer_id="square:500"), SMALL.codes)
    assert labels(cells, ()) == list(map(str, cells.codes))


def test_larger_areas_are_those_that_nearly_all_lie_in():
    estates = named(layer_of(chessboard(2, 1, side_m=300.0), layer_id="estate"), ["A", "B"])
    larger = {place.larger for place in area_places((estates, *LAYERS), WARDS).values()}
    assert larger == set(ENDS)


def test_the_finest_layer_whose_names_are_places_names_them():
    assert finest_named(LAYERS) is WARDS
    assert finest_named((SMALL,)) is None


@pytest.mark.parametrize("layer_id", ["blocks", "square:1000"])
def test_names_are_worked_out_once_and_not_before_they_are_needed(resources, layer_id):
    asked = []

    class Store:
        def all(self):
            asked.append(1)
            return resources.layers.all()

    names = AreaNames(Store())
    first_layer = resources.layers.all()[0]
    metadata = dataclasses.replace(first_layer.metadata, layer_id=layer_id)
    layer = dataclasses.replace(first_layer, metadata=metadata)
    first, second = names.of(layer), names.of(layer)
    assert not asked
    assert first.by_code is first.by_code is second.by_code
    assert len(first.by_code) == len(np.unique(layer.codes))
