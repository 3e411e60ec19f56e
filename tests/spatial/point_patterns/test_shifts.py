"""Moves of a mean centre: every division counted, and intervals that hold the truth."""

import itertools

import numpy as np
import pytest

from spatial.errors import InvalidParameterError
from spatial.point_patterns.shifts import FEW_POINTS, shift

RNG = np.random.default_rng(11)


def t_squared(before, after):
    step = after.mean(axis=0) - before.mean(axis=0)
    covariance = np.cov(before.T) / len(before) + np.cov(after.T) / len(after)
    return float(step @ np.linalg.inv(covariance) @ step)


def test_p_is_the_share_of_all_divisions_that_move_as_far():
    points = RNG.normal(size=(9, 2)) + np.array([[0.0, 0.0]] * 4 + [[1.5, 0.5]] * 5)
    divisions = list(itertools.combinations(range(9), 4))
    observed = t_squared(points[:4], points[4:])
    beyond = np.mean(
        [
            t_squared(points[list(part)], np.delete(points, part, axis=0)) >= observed - 1e-9
            for part in divisions
        ]
    )
    move = shift(points[:4], points[4:], draws=20_000)
    assert move.p_value == pytest.approx(beyond, abs=0.012)


def test_with_many_points_p_is_that_of_chi_squared():
    before = RNG.normal(size=(40_000, 2)) * [3.0, 1.0]
    after = RNG.normal(size=(60_000, 2)) + np.array([0.03, 0.01])
    move = shift(before, after)
    assert move.p_value == pytest.approx(np.exp(-t_squared(before, after) / 2), rel=0.01)
    assert move.lower_m <= move.distance_m <= move.upper_m


def test_the_interval_begins_at_nought_where_the_move_may_be_chance():
    before, after = RNG.normal(size=(60, 2)), RNG.normal(size=(80, 2))
    for by in np.linspace(0.0, 1.0, 9):
        move = shift(before, after + by)
        assert (move.lower_m == 0.0) == (move.p_value > 0.05)


@pytest.mark.parametrize("points", [(8, 12), (40, 900), (FEW_POINTS, FEW_POINTS)])
def test_the_interval_holds_the_distance(points):
    rng = np.random.default_rng(5)
    corners = np.array([[0, 0], [30, 10], [0, 50], [90, 90]])
    patterns = [
        [corners[rng.integers(0, 4, n)] + rng.normal(size=(n, 2)) for n in points]
        for _ in range(200)
    ]
    moves = [shift(a, b + np.array([30.0, 40.0]), draws=199) for a, b in patterns]
    is_held = [s.lower_m <= 50.0 and not s.upper_m < 50.0 for s in moves]
    assert np.mean(is_held) >= 0.93


def test_bearings_go_round_the_compass():
    before = np.zeros((1, 2))
    moves = [shift(before, [[x, y]]) for x, y in ((0, 3), (4, 0), (0, -5), (-6, 0), (3, 4))]
    assert [s.bearing_deg for s in moves[:4]] == [0.0, 90.0, 180.0, 270.0]
    assert moves[4].distance_m == 5.0
    assert all(np.isnan(s.p_value) for s in moves)
    assert np.isnan(shift(before, before).bearing_deg)


def test_points_on_a_line_have_no_interval():
    line = np.column_stack([np.arange(9.0), np.arange(9.0)])
    move = shift(line, line + 1.0)
    assert np.isnan([move.lower_m, move.upper_m, move.p_value]).all()


def test_one_seed_has_one_answer():
    before, after = RNG.normal(size=(20, 2)), RNG.normal(size=(30, 2)) + 0.4
    assert shift(before, after, seed=3) == shift(before, after, seed=3)
    assert shift(before, after, seed=3) != shift(before, after, seed=4)


@pytest.mark.parametrize("options", [{"draws": 5}, {"seed": -1}, {"confidence": 1.0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(InvalidParameterError):
        shift([[0.0, 0.0]], [[1.0, 1.0]], **options)
    with pytest.raises(InvalidParameterError):
        shift(np.empty((0, 2)), [[1.0, 1.0]])
