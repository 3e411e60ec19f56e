"""Hulls and ellipses: against pointpats, shapely, and what can be worked by hand."""

import math

import numpy as np
import pytest
import shapely

from spatial.clusters.shapes import ellipse, grown_areas_m2, hulls
from tests.spatial.clusters.patterns import towns


@pytest.mark.parametrize("seed", range(5))
def test_the_ellipse_is_that_of_pointpats(seed):
    from pointpats import centrography

    rng = np.random.default_rng(seed)
    points = rng.normal(size=(60, 2)) @ rng.normal(size=(2, 2)) * 100.0 + 500.0
    places, counts = np.unique(points, axis=0), np.ones(60)
    ours = ellipse(places, counts)
    axes = sorted(centrography.ellipse(points)[:2])
    assert [ours.minor_m, ours.major_m] == pytest.approx(axes)
    assert (ours.x_m, ours.y_m) == pytest.approx(tuple(centrography.mean_center(points)))


def test_the_long_axis_points_along_the_points():
    along = np.arange(-5.0, 6.0)[:, None] * np.array([[math.sin(0.5), math.cos(0.5)]])
    described = ellipse(along, np.ones(11))
    assert described.bearing_deg == pytest.approx(math.degrees(0.5))
    assert described.minor_m == pytest.approx(0.0, abs=1e-6)
    assert described.outline().is_empty


def test_records_at_one_place_count_as_often():
    places = towns(20, seed=1)
    counts = np.arange(1.0, 21.0)
    repeated = np.repeat(places, counts.astype(int), axis=0)
    assert ellipse(places, counts).major_m == pytest.approx(
        ellipse(repeated, np.ones(len(repeated))).major_m
    )


def test_the_outline_has_the_axes_of_the_ellipse():
    described = ellipse(towns(200, seed=2), np.ones(200))
    outline = described.outline()
    assert outline.area == pytest.approx(math.pi * described.major_m * described.minor_m, rel=0.01)
    assert (outline.centroid.x, outline.centroid.y) == pytest.approx(
        (described.x_m, described.y_m)
    )


def test_two_records_have_a_centre_and_no_ellipse():
    described = ellipse(np.array([[0.0, 0.0], [2.0, 0.0]]), np.ones(2))
    assert described.x_m == 1.0
    assert math.isnan(described.major_m)


def test_hulls_are_those_of_shapely_and_pointpats():
    from pointpats.centrography import hull

    xy_m = towns(300, seed=3)
    labels = np.arange(300) % 3 - 1
    shapes = hulls(xy_m, labels)
    assert len(shapes) == 2
    for k, shape in enumerate(shapes):
        members = xy_m[labels == k]
        assert shape.equals(shapely.MultiPoint(members).convex_hull)
        assert shape.equals(shapely.Polygon(hull(members)))


def test_the_ground_around_a_hull_is_that_of_a_buffer():
    xy_m = np.array([[0, 0], [100, 0], [50, 80], [500, 0], [600, 0], [900, 0]], float)
    shapes = hulls(xy_m, np.array([0, 0, 0, 1, 1, 2]))
    expected = shapely.area(shapely.buffer(shapes, 40.0, quad_segs=256))
    np.testing.assert_allclose(grown_areas_m2(shapes, 40.0), expected, rtol=1e-4)
