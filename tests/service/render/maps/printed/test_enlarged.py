"""The part of a printed map that is enlarged."""

import numpy as np
import pytest

from service.render.maps.printed.enlarged import enlarged_bounds

COUNTY = (0.0, 0.0, 60_000.0, 50_000.0)
TOWN = np.array([[20_000.0, 20_000.0], [21_000.0, 20_500.0], [20_500.0, 21_500.0]])
VILLAGES = np.array([[50_000.0, 10_000.0], [5_000.0, 45_000.0]])


def enlarged(places, bounds_m):
    return enlarged_bounds(places, np.hstack([places - 50.0, places + 50.0]), bounds_m)


def test_all_of_the_areas_of_a_group_is_enlarged():
    extents = np.hstack([TOWN - 800.0, TOWN + 800.0])
    left, bottom, right, top = enlarged_bounds(TOWN, extents, COUNTY)
    assert left < extents[:, 0].min() < extents[:, 2].max() < right
    assert bottom < extents[:, 1].min() < extents[:, 3].max() < top


def test_the_largest_group_is_enlarged_with_a_margin():
    left, bottom, right, top = enlarged(np.concatenate([VILLAGES, TOWN]), COUNTY)
    assert right - left == pytest.approx(top - bottom)
    assert left < TOWN[:, 0].min() < TOWN[:, 0].max() < right
    assert bottom < TOWN[:, 1].min() < TOWN[:, 1].max() < top
    assert right - left < 0.1 * 60_000


@pytest.mark.parametrize("places", [VILLAGES, TOWN[:2], np.empty((0, 2)), TOWN + 1e6])
def test_where_nothing_lies_close_together_nothing_is_enlarged(places):
    assert enlarged(places, COUNTY) is None


def test_a_group_that_fills_the_map_is_not_enlarged():
    assert enlarged(TOWN, (19_000.0, 19_000.0, 22_000.0, 22_000.0)) is None


def test_places_at_one_point_are_enlarged_to_a_part_of_the_map():
    left, _, right, _ = enlarged(np.repeat(TOWN[:1], 5, axis=0), COUNTY)
    assert right - left == pytest.approx(0.025 * 60_000)
