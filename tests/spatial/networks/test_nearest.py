"""The nearest shapes of points, against every distance there is."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.errors import InvalidParameterError
from spatial.networks.nearest import nearest_shapes, shapes_around

XY = hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.just(2)), elements=st.integers(0, 9))
LINES = np.array(
    [shapely.LineString([(0, 0), (9, 0)]), shapely.LineString([(0, 4), (5, 9)]),
     shapely.LineString([(5, 9), (9, 9)]), shapely.Point(7, 5)], dtype=object,
)  # fmt: skip
REACHES = st.sampled_from([0.5, 1.0, 2.0, 5.0])


@given(xy_m=XY, reach_m=REACHES)
def test_the_nearest_shape_is_the_first_of_the_least_distance(xy_m, reach_m):
    nearest = nearest_shapes(shapely.STRtree(LINES), xy_m, distance_m=reach_m)
    metres = shapely.distance(shapely.points(xy_m)[:, None], LINES[None, :])
    is_near = metres.min(axis=1) <= reach_m
    expected = np.where(is_near, metres.argmin(axis=1), -1)
    np.testing.assert_array_equal(nearest.shape, expected)
    np.testing.assert_allclose(nearest.distance_m[is_near], metres.min(axis=1)[is_near])
    assert np.isnan(nearest.distance_m[~is_near]).all()


@given(xy_m=XY, reach_m=REACHES)
def test_all_shapes_within_the_distance_come_by_point_and_distance(xy_m, reach_m):
    pairs = shapes_around(shapely.STRtree(LINES), xy_m, distance_m=reach_m)
    metres = shapely.distance(shapely.points(xy_m)[:, None], LINES[None, :])
    expected = sorted(
        (point, metres[point, shape], shape) for point, shape in np.argwhere(metres <= reach_m)
    )
    found = zip(pairs.point, pairs.distance_m, pairs.shape, strict=True)
    assert list(found) == [tuple(pair) for pair in expected]


def test_a_record_without_a_place_is_near_nothing():
    xy_m = np.array([[np.nan, np.nan], [1.0, 1.0]])
    nearest = nearest_shapes(shapely.STRtree(LINES), xy_m, distance_m=2.0)
    assert nearest.shape.tolist() == [-1, 0]


def test_a_distance_without_meaning_is_refused():
    with pytest.raises(InvalidParameterError, match="distance_m must be"):
        nearest_shapes(shapely.STRtree(LINES), np.zeros((1, 2)), distance_m=0.0)
