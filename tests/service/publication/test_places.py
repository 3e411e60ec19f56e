"""Places of published records: inside their areas, the same for ever."""

import numpy as np
import pytest
import shapely

from service.publication.places import points_inside

RING = shapely.Point(0, 0).buffer(1_000).difference(shapely.Point(0, 0).buffer(900))
TWO = shapely.union_all([shapely.box(0, 0, 10, 10), shapely.box(500, 500, 520, 540)])
SLIVER = shapely.Polygon([(0, 0), (1_000, 1_000), (1_000, 1_000.001)])


@pytest.mark.parametrize("area", [RING, TWO, SLIVER, shapely.box(3, 4, 5, 6)])
@pytest.mark.parametrize("count", [1, 7, 300])
def test_points_lie_inside(area, count):
    points = points_inside(area, count)
    assert points.shape == (count, 2)
    assert shapely.intersects_xy(area, *points.T).all()


def test_fewer_points_are_the_first_of_more():
    np.testing.assert_array_equal(points_inside(RING, 200)[:13], points_inside(RING, 13))


def test_points_lie_apart():
    square = shapely.box(0, 0, 1_000, 1_000)
    quarters = np.floor(points_inside(square, 400) / 250).astype(int)
    counts = np.bincount(quarters[:, 0] * 4 + quarters[:, 1], minlength=16)
    assert counts.std() < 2.5  # about 25 in each of the sixteen parts; at random 4.8
