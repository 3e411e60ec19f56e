"""Windows: what they contain, how far their border is, and what they share when moved."""

import numpy as np
import pytest
import shapely

from spatial.errors import InvalidParameterError
from spatial.point_patterns.windows import Window
from tests.spatial.point_patterns.windows import POINTS, POLYGON, WINDOWS

HOLED = shapely.difference(POLYGON, shapely.Point(200, 300).buffer(90))
TWO = shapely.union(HOLED, shapely.box(1_500, 20, 1_800, 700))


@pytest.mark.parametrize("geometry", [POLYGON, HOLED, TWO])
def test_what_a_window_contains_and_how_far_its_border_is(geometry):
    window = Window(geometry)
    rng = np.random.default_rng(7)
    xy_m = rng.uniform([-100, -100], [1_900, 1_100], (4_000, 2))
    x, y = xy_m.T
    inside = shapely.contains_xy(geometry, x, y)
    np.testing.assert_array_equal(window.contains(xy_m), inside)
    distance = shapely.distance(shapely.points(xy_m[inside]), geometry.boundary)
    np.testing.assert_allclose(
        window.border_distance(xy_m[inside], 60.0), np.where(distance <= 60.0, distance, np.inf)
    )


@pytest.mark.parametrize("geometry", [POLYGON, HOLED, TWO])
def test_the_area_shared_with_itself_moved(geometry):
    window = Window(geometry)
    overlap = window.overlap(300.0)
    steps = overlap.area_m2.shape[0] - 1
    for north, east in ((0, 0), (0, 100), (40, -120), (steps, steps), (steps, -steps)):
        by = east * overlap.step_m[0], north * overlap.step_m[1]
        moved = shapely.transform(geometry, lambda xy, by=by: xy + np.array(by))
        shared = shapely.intersection(geometry, moved).area
        assert overlap.area_m2[north, east + steps] == pytest.approx(shared, rel=2e-3)


def test_places_of_empty_space_are_spread_over_the_window():
    window = WINDOWS["polygon"]
    places = window.locations_m
    assert window.contains(places).all()
    assert len(places) == pytest.approx(4_096, rel=0.03)
    assert window.contains(POINTS).all()


def test_a_line_is_no_window():
    with pytest.raises(InvalidParameterError):
        Window(shapely.box(0, 0, 5, 0))
