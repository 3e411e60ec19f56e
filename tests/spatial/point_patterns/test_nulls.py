"""Patterns of chance: where they fall, and that one seed has one answer."""

import numpy as np
import pytest
import shapely

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.point_patterns.nulls import around, by_mass, chance_curves, of_others, snapped
from spatial.point_patterns.windows import Window
from tests.spatial.point_patterns.windows import POLYGON, WINDOWS

WINDOW = WINDOWS["polygon"]


def drawn(draw, seed=1):
    return draw(np.random.default_rng(seed))


def test_even_points_fall_by_area():
    xy_m = drawn(by_mass(WINDOW, None, 40_000))
    assert WINDOW.contains(xy_m).all()
    part = shapely.box(0, 0, 390, 1_000)
    expected = shapely.intersection(part, POLYGON).area / POLYGON.area
    share = shapely.contains_xy(part, xy_m[:, 0], xy_m[:, 1]).mean()
    assert share == pytest.approx(expected, abs=0.01)


def test_points_fall_by_their_mass():
    grid = WINDOW.grid
    mass = np.repeat((grid.x_centres_m < 600.0)[None, :] * 3.0 + 1.0, grid.rows, axis=0)
    xy_m = drawn(by_mass(WINDOW, mass, 40_000))
    west = shapely.intersection(shapely.box(0, 0, 600, 1_000), POLYGON).area
    expected = 4.0 * west / (4.0 * west + POLYGON.area - west)
    assert np.mean(xy_m[:, 0] < 600.0) == pytest.approx(expected, abs=0.01)


def test_points_fall_around_places_by_the_quartic_kernel():
    window = Window(shapely.box(-1_000, -1_000, 1_000, 1_000))
    xy_m = drawn(around(window, np.zeros((1, 2)), 400.0, 40_000))
    u_sq = (xy_m**2).sum(axis=1) / 400.0**2
    assert u_sq.max() <= 1.0
    for share in (0.1, 0.3, 0.6):
        assert np.mean(u_sq <= share) == pytest.approx(1 - (1 - share) ** 3, abs=0.01)


def test_points_around_even_places_do_not_thin_out_towards_the_edge():
    window = Window(shapely.box(0, 0, 1_000, 1_000))
    places = drawn(by_mass(window, None, 20_000))
    outer = ~shapely.contains_xy(shapely.box(100, 100, 900, 900), *places.T)
    xy_m = drawn(around(window, np.vstack([places, np.full((5_000, 2), 1_050.0)]), 500.0, 40_000))
    share = np.mean(~shapely.contains_xy(shapely.box(100, 100, 900, 900), *xy_m.T))
    assert window.contains(xy_m).all()
    assert share == pytest.approx(outer.mean(), rel=0.04)


def test_random_labels_are_places_of_others_each_once():
    places = np.arange(200.0).reshape(100, 2)
    xy_m = drawn(of_others(places, 60))
    assert len(np.unique(xy_m, axis=0)) == 60
    assert set(xy_m[:, 0]) <= set(places[:, 0])
    with pytest.raises(InvalidParameterError):
        of_others(places, 101)


def test_snapped_points_are_at_the_nearest_place():
    places = np.array([[100.0, 100.0], [800.0, 200.0], [1_100.0, 900.0]])
    plain = drawn(by_mass(WINDOW, None, 500))
    nearest = np.hypot(*(plain[:, None] - places).transpose(2, 0, 1)).argmin(axis=1)
    np.testing.assert_array_equal(
        drawn(snapped(by_mass(WINDOW, None, 500), places)), places[nearest]
    )


def test_one_seed_has_one_answer_whatever_the_threads():
    draw = by_mass(WINDOW, None, 30)
    curves = [
        chance_curves(draw, lambda xy_m: xy_m.sum(axis=0), draws=40, seed=seed, threads=threads)
        for seed, threads in ((1, 1), (1, 4), (2, 1))
    ]
    np.testing.assert_array_equal(curves[0], curves[1])
    assert (curves[0] != curves[2]).any()


def test_work_that_is_cancelled_ends():
    def stop(done, draws):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chance_curves(
            by_mass(WINDOW, None, 3), lambda xy_m: xy_m[0], draws=40, threads=2, on_progress=stop
        )


def test_nothing_to_fall_on_is_refused():
    with pytest.raises(InvalidValuesError):
        by_mass(WINDOW, np.zeros((WINDOW.grid.rows, WINDOW.grid.cols)), 5)
    with pytest.raises(InvalidValuesError):
        around(WINDOW, np.empty((0, 2)), 100.0, 5)
    with pytest.raises(InvalidParameterError):
        around(WINDOW, np.zeros((1, 2)), 0.0, 5)
    with pytest.raises(InvalidValuesError):
        around(WINDOW, np.full((1, 2), 9e6), 100.0, 5)
    with pytest.raises(InvalidValuesError):
        drawn(around(WINDOW, WINDOW.locations_m[:1], 1e7, 5))
    with pytest.raises(InvalidParameterError):
        chance_curves(by_mass(WINDOW, None, 3), lambda xy_m: xy_m[0], draws=5)
