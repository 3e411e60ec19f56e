"""What the places of printed maps are called."""

import dataclasses

import numpy as np
import shapely

from service.analyses.printed_maps.names import printed_names, with_larger_areas
from service.queries.areas import ChoroplethQuery
from tests.boundaries.areas import EAST, NORTH, chessboard, layer_of
from tests.service import world

DISTRICTS = layer_of(chessboard(2, 1), layer_id="district")  # Area A0000, Area A0100
OFFSETS_M = np.array([[500.0, 500.0], [1_500.0, 500.0], [600.0, 600.0]])
XY_M = OFFSETS_M + np.array([EAST, NORTH])


def test_a_name_of_two_districts_has_them_behind_it():
    names = with_larger_areas(["North", "North", "Central"], XY_M, DISTRICTS)
    assert names == ("North (Area A0000)", "North (Area A0100)", "Central")


def test_a_name_that_occurs_twice_in_one_district_stays_as_it_is():
    names = with_larger_areas(["North", "Ely", "North"], XY_M, DISTRICTS)
    assert names == ("North", "Ely", "North")


def test_without_larger_areas_names_stay_as_they_are():
    assert with_larger_areas(["North", "North"], XY_M[:2], None) == ("North", "North")


def test_small_areas_and_cells_are_named_by_the_place_that_they_lie_in(resources):
    for layer, middle in ((world.CELLS, "{} ({})"), ("square:1000", "{}")):
        table = resources.choropleths.table(world.DATASET, layer, ChoroplethQuery())
        districts = resources.layers.get(world.DISTRICTS)
        points = shapely.point_on_surface(np.asarray(table.geometries))
        own = [str(name) for name in table.columns["name"]]
        for name, itself, point in zip(
            printed_names(resources.layers, table), own, points, strict=True
        ):
            inside = np.flatnonzero(shapely.covers(districts.geometries, point))
            is_place = layer == world.CELLS and itself in ("Ely", 'Café, "Nord"')
            place = districts.names[inside[0]]
            assert name == (itself if is_place else middle.format(place, itself))


def test_areas_with_place_names_that_repeat_are_told_apart_by_their_district(resources):
    choropleth = resources.choropleths.table(world.DATASET, world.CELLS, ChoroplethQuery())
    codes = choropleth.columns["code"].tolist()
    names = ["Ely" if code in ("C01", "C31") else chr(65 + k) for k, code in enumerate(codes)]
    columns = {**choropleth.columns, "name": np.array(names, dtype=object)}
    table = dataclasses.replace(choropleth, columns=columns)
    districts = resources.layers.get(world.DISTRICTS)
    found = printed_names(resources.layers, table)
    assert {name for name in found if "Ely" in name} == {f"Ely ({n})" for n in districts.names}
