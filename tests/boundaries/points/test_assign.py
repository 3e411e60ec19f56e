"""Points to areas: as asking every area, on borders by the stated rule."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from shapely import MultiPolygon

from boundaries.points.assign import assign_points
from spatial.errors import InvalidPointsError
from tests.boundaries.areas import EAST, NORTH, chessboard, layer_of, real_layer, square
from tests.oracles import area_of_each_point
from tests.strategies import metres

ORIGIN = np.array([EAST, NORTH])

# Places on and between the lines of a chessboard of 100 m squares, and well outside it.
OFFSETS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(0, 40), st.just(2)),
    elements=st.one_of(
        metres(-150, 650),
        st.integers(-1, 6).map(lambda n: n * 100.0),
        st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1e15]),
    ),
)


def awkward_layer():
    """Squares with a hole filled by an island area, a multipart area, overlaps and a gap."""
    areas = chessboard(5, 4, 100.0)
    del areas["A0303"]
    hole = shapely.box(EAST + 120, NORTH + 120, EAST + 180, NORTH + 180)
    areas["A0101"] = areas["A0101"].difference(hole)
    areas["B-island"] = shapely.box(EAST + 120, NORTH + 120, EAST + 180, NORTH + 150)
    areas["C-over"] = shapely.box(EAST + 250, NORTH + 250, EAST + 350, NORTH + 350)
    areas["D-parts"] = MultiPolygon([square(7, 0, 100.0), square(7, 2, 100.0)])
    turned = shapely.affinity.rotate(shapely.box(EAST + 380, NORTH - 80, EAST + 480, NORTH), 33)
    areas["E-turned"] = turned
    return layer_of(areas)


AWKWARD = awkward_layer()


@given(offsets=OFFSETS)
def test_assignment_equals_asking_every_area(offsets):
    points = offsets + ORIGIN
    np.testing.assert_array_equal(
        assign_points(AWKWARD, points), area_of_each_point(AWKWARD.geometries, points)
    )


def test_every_area_gets_the_points_inside_it():
    layer = layer_of(chessboard(7, 6))
    inside = shapely.get_coordinates(shapely.point_on_surface(layer.geometries))
    np.testing.assert_array_equal(assign_points(layer, inside), np.arange(len(layer)))


def test_a_point_on_a_border_is_in_the_first_area_by_code():
    layer = layer_of(chessboard(2, 2))
    points = np.add(ORIGIN, [[1_000, 500], [500, 1_000], [1_000, 1_000], [0, 0], [2_000, 2_000]])
    names = [layer.codes[i] for i in assign_points(layer, points)]
    assert names == ["A0000", "A0000", "A0000", "A0000", "A0101"]


def test_places_that_are_not_known_are_outside():
    layer = layer_of(chessboard(2, 2))
    unknown = [[np.nan, NORTH + 5], [EAST + 5, np.nan], [np.inf, NORTH], [np.nan, np.nan]]
    assert assign_points(layer, unknown).tolist() == [-1, -1, -1, -1]


def test_a_hole_is_outside():
    lake = square(0, 0).difference(shapely.box(EAST + 200, NORTH + 200, EAST + 800, NORTH + 800))
    points = np.add(ORIGIN, [[500, 500], [100, 100], [200, 500]])
    assert assign_points(layer_of({"a": lake}), points).tolist() == [-1, 0, 0]


def test_no_points_give_no_areas():
    result = assign_points(AWKWARD, np.empty((0, 2)))
    assert (result.shape, result.dtype) == ((0,), np.int32)


@pytest.mark.parametrize("points", [np.zeros(4), np.zeros((2, 3)), np.zeros((1, 2, 2))])
def test_arrays_that_are_no_points_are_refused(points):
    with pytest.raises(InvalidPointsError):
        assign_points(AWKWARD, points)


def test_the_points_are_not_changed():
    points = np.add(ORIGIN, [[10.0, 10.0], [np.nan, 1.0]])
    before = points.copy()
    assign_points(AWKWARD, points)
    np.testing.assert_array_equal(points, before)


@pytest.mark.real
@pytest.mark.parametrize("name", ["lsoa21", "wards22"])
def test_real_areas_equal_the_tree_of_shapely(test_data, name):
    layer = real_layer(test_data, name)
    left, bottom, right, top = layer.bounds_m
    random = np.random.default_rng(4)
    points = np.column_stack(
        [random.uniform(left, right, 60_000), random.uniform(bottom, top, 60_000)]
    )
    corners = shapely.get_coordinates(layer.geometries)
    points = np.concatenate([points, corners, corners + random.normal(0, 1, corners.shape)])
    at, area = shapely.STRtree(layer.geometries).query(
        shapely.points(points), predicate="intersects"
    )
    expected = np.full(len(points), len(layer), dtype=np.int64)
    np.minimum.at(expected, at, area)
    expected[expected == len(layer)] = -1
    np.testing.assert_array_equal(assign_points(layer, points), expected)
