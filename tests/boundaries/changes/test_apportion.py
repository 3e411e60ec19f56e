"""Amounts shared out by area, against an exact overlay."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from boundaries.changes.apportion import apportioned, shares_inside
from spatial.errors import InvalidValuesError
from tests.service import world
from tests.strategies import metres

LAYER = world.layers(synthetic=False)[1]
METRES = metres(-500, 4_500)
RESIDENTS = np.arange(1.0, len(LAYER) + 1)


@settings(max_examples=40)
@given(METRES, METRES, metres(50, 2_000))
def test_an_amount_is_that_of_an_exact_overlay(x, y, radius):
    shape = shapely.Point(world.EAST_M + x, world.NORTH_M + y).buffer(radius)
    share = np.array([area.intersection(shape).area / area.area for area in LAYER.geometries])
    sums = apportioned(LAYER, shape, {"residents": RESIDENTS, "ground": LAYER.areas_km2})
    assert sums["residents"] == pytest.approx(share @ RESIDENTS, rel=1e-6)
    assert sums["ground"] == pytest.approx(shape.intersection(LAYER.union).area / 1e6, rel=1e-6)
    assert shares_inside(LAYER, shape) == pytest.approx(share)


def test_what_lies_beyond_the_layer_has_nothing():
    shape = shapely.Point(0, 0).buffer(100)
    assert apportioned(LAYER, shape, {"residents": RESIDENTS}) == {"residents": 0.0}
    assert not shares_inside(LAYER, shape).any()


def test_a_missing_amount_is_refused_and_not_taken_as_zero():
    values = np.where(RESIDENTS > 3, RESIDENTS, np.nan)
    with pytest.raises(InvalidValuesError, match="residents"):
        apportioned(LAYER, LAYER.union, {"residents": values})
