"""Layers that published areas nest in."""

import dataclasses

import numpy as np
import shapely
import shapely.affinity

from service.analyses.publication.nesting import nesting_layers
from tests.service import world


def test_areas_nest_in_their_districts_and_not_the_other_way_round():
    districts, cells = world.layers(synthetic=False)
    every = [districts, cells]
    assert set(nesting_layers(cells, every)) == {world.CELLS, world.DISTRICTS}
    assert set(nesting_layers(districts, every)) == {world.DISTRICTS}


def test_areas_that_are_cut_do_not_nest():
    districts, cells = world.layers(synthetic=False)
    moved = np.array([shapely.affinity.translate(g, 300.0) for g in districts.geometries])
    assert set(nesting_layers(cells, [dataclasses.replace(districts, geometries=moved)])) == set()
